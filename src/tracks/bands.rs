//! Frequencies of the noise bands and of the points of the spectral envelope.
//!
//! Both are evenly spaced on the scale of equivalent rectangular bandwidths (ERB) from 30 Hz to
//! 20 kHz: E(f) = 21.4·log₁₀(1 + 0.00437·f) (Glasberg & Moore 1990, *Hearing Research* 47).

/// How many bands noise has.
pub const NOISE_BANDS: usize = 40;
/// How many points the spectral envelope has.
pub const ENVELOPE_POINTS: usize = 32;
/// Lower edge of the first band, and frequency of the envelope's first point.
pub const LOWEST_HZ: f64 = 30.0;
/// Upper edge of the last band, and frequency of the envelope's last point.
pub const HIGHEST_HZ: f64 = 20_000.0;

/// ERB number of a frequency.
pub fn erb_of_hz(frequency_hz: f64) -> f64 {
    21.4 * libm::log10(1.0 + 0.004_37 * frequency_hz)
}

/// Frequency of an ERB number.
pub fn hz_of_erb(erb: f64) -> f64 {
    (libm::pow(10.0, erb / 21.4) - 1.0) / 0.004_37
}

/// Edges of the noise bands: band `b` is from edge `b` to edge `b + 1`.
pub fn noise_edges_hz() -> [f64; NOISE_BANDS + 1] {
    spread()
}

/// Frequencies of the envelope's points.
pub fn envelope_points_hz() -> [f64; ENVELOPE_POINTS] {
    spread()
}

/// Frequencies evenly spaced on the ERB scale, ends included and exact.
fn spread<const COUNT: usize>() -> [f64; COUNT] {
    let (low, high) = (erb_of_hz(LOWEST_HZ), erb_of_hz(HIGHEST_HZ));
    std::array::from_fn(|place| match place {
        0 => LOWEST_HZ,
        place if place == COUNT - 1 => HIGHEST_HZ,
        place => hz_of_erb(low + (high - low) * place as f64 / (COUNT - 1) as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_ascend_by_equal_steps_of_the_scale() {
        let edges = noise_edges_hz();
        assert_eq!((edges[0], edges[NOISE_BANDS]), (30.0, 20_000.0));
        let step = (erb_of_hz(20_000.0) - erb_of_hz(30.0)) / 40.0;
        for pair in edges.windows(2) {
            let found = erb_of_hz(pair[1]) - erb_of_hz(pair[0]);
            assert!((found - step).abs() < 1e-9, "{pair:?}");
        }
        // The paper's own example: 1 kHz is at 15.6 ERB.
        assert!((erb_of_hz(1_000.0) - 15.62).abs() < 0.01);
    }
}
