//! The noise of recordings: white noise through one filter for each band.
//!
//! A filter is two complex one-pole filters in series, yₙ = p·yₙ₋₁ + xₙ with p = ρ·e^{jω}. ω is the band's centre,
//! and the noise is the real part. |H|² = (1 + (Δ/b)²)⁻² has the noise bandwidth b·π/2, so b = 2B/π for a band of
//! width B. All bands filter the same white noise. Neighbours have opposite signs: they add up where they overlap.
//!
//! Gains act before the filters, which smooth them. Error of the power in a third of an octave against bands of smooth
//! spectra: 0.5 dB (tests).

use crate::at_level;
use crate::dsp::simd_level::SimdLevel;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

/// Bands, filled up to whole vectors.
pub const LANES: usize = 48;

/// What bands that overlap add up to over what they would be alone, in power: measured for bands of equal density.
const OVERLAP: f64 = 1.15;

/// The filters at one sample rate.
#[derive(Clone, Debug)]
pub struct NoiseFilters {
    real: [f32; LANES],
    imaginary: [f32; LANES],
    /// Gain of each for a mean square of 1 out of white noise of 1/3; 0 above Nyquist.
    scale: [f32; LANES],
}

/// The noise of one voice.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    state: [[f32; LANES]; 4],
    random: u32,
}

/// Root of the power of each band.
pub type BandGains = [f32; LANES];

impl NoiseFilters {
    /// The filters for a sample rate. Not for the audio thread.
    pub fn new(sample_rate_hz: f64) -> NoiseFilters {
        let edges = noise_edges_hz();
        let mut filters = NoiseFilters {
            real: [0.0; LANES],
            imaginary: [0.0; LANES],
            scale: [0.0; LANES],
        };
        for band in 0..NOISE_BANDS {
            let (low, high) = (edges[band], edges[band + 1]);
            let centre_hz = 0.5 * (low + high);
            if centre_hz >= 0.49 * sample_rate_hz {
                break;
            }
            let width = 2.0 * (high - low) / std::f64::consts::PI;
            let radius = libm::exp(-std::f64::consts::TAU * width / sample_rate_hz);
            let angle = std::f64::consts::TAU * centre_hz / sample_rate_hz;
            filters.real[band] = (radius * libm::cos(angle)) as f32;
            filters.imaginary[band] = (radius * libm::sin(angle)) as f32;
            // Σ (n + 1)²·q^n = (1 + q)/(1 − q)³, and half of it in the real part.
            let q = radius * radius;
            let power = 0.5 * (1.0 + q) / libm::pow(1.0 - q, 3.0) / 3.0;
            let sign = if band % 2 == 0 { 1.0 } else { -1.0 };
            filters.scale[band] = (sign / libm::sqrt(power * OVERLAP)) as f32;
        }
        filters
    }
}

impl Noise {
    /// Silence, from which the noise of this seed begins.
    pub fn begin(seed: u64) -> Noise {
        Noise {
            state: [[0.0; LANES]; 4],
            random: (seed >> 16) as u32 | 1,
        }
    }

    /// Adds noise to both channels, whose gains run from the first to the second of each pair.
    pub fn render(
        &mut self,
        level: SimdLevel,
        filters: &NoiseFilters,
        gains: &BandGains,
        sides: [(f32, f32); 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let mut input = [0.0; LANES];
        for (input, (gain, scale)) in input.iter_mut().zip(gains.iter().zip(&filters.scale)) {
            *input = gain * scale;
        }
        filter(level, filters, &input, self, sides, left, right);
    }
}

at_level! {
    fn filter(
        filters: &NoiseFilters,
        input: &[f32; LANES],
        noise: &mut Noise,
        sides: [(f32, f32); 2],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let [(left_from, left_to), (right_from, right_to)] = sides;
        let step = 1.0 / left.len() as f32;
        let (left_step, right_step) = ((left_to - left_from) * step, (right_to - right_from) * step);
        let (mut left_gain, mut right_gain) = (left_from, right_from);
        let [mut r1, mut i1, mut r2, mut i2] = noise.state;
        let (real, imaginary) = (filters.real, filters.imaginary);
        for (left, right) in left.iter_mut().zip(right) {
            // Numerical Recipes' generator; the lowest bits are not random, and are not used.
            noise.random = noise.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (noise.random >> 8) as i32 as f32 * (1.0 / 8_388_608.0) - 1.0;
            let mut sums = [0.0_f32; 16];
            for n in 0..LANES {
                let x = r1[n] * real[n] - i1[n] * imaginary[n] + white * input[n];
                i1[n] = r1[n] * imaginary[n] + i1[n] * real[n];
                r1[n] = x;
                let y = r2[n] * real[n] - i2[n] * imaginary[n] + r1[n];
                i2[n] = r2[n] * imaginary[n] + i2[n] * real[n] + i1[n];
                r2[n] = y;
                sums[n % 16] += y;
            }
            let sum: f32 = sums.iter().sum();
            *left += sum * left_gain;
            *right += sum * right_gain;
            left_gain += left_step;
            right_gain += right_step;
        }
        noise.state = [r1, i1, r2, i2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fourier::{Complex, Fourier};

    /// Power of noise between two frequencies, over one second.
    fn power(samples: &[f32], rate_hz: f64, low_hz: f64, high_hz: f64) -> f64 {
        const POINTS: usize = 8_192;
        let fourier = Fourier::new(POINTS);
        let mut sum = 0.0;
        let mut frames = 0;
        for start in (0..samples.len() - POINTS).step_by(POINTS / 2) {
            let window =
                |n: usize| 0.5 - 0.5 * libm::cos(std::f64::consts::TAU * n as f64 / POINTS as f64);
            let mut values: Vec<Complex> = (0..POINTS)
                .map(|n| Complex::new(f64::from(samples[start + n]) * window(n), 0.0))
                .collect();
            fourier.forward(&mut values);
            let bin = |hz: f64| (hz * POINTS as f64 / rate_hz).round() as usize;
            let bins = &values[bin(low_hz)..bin(high_hz)];
            let squares: f64 = bins
                .iter()
                .map(|bin| bin.re * bin.re + bin.im * bin.im)
                .sum();
            // Both halves of the spectrum; the window has a power of 3/8.
            sum += 2.0 * squares / (0.375 * (POINTS * POINTS) as f64);
            frames += 1;
        }
        sum / f64::from(frames)
    }

    #[test]
    fn bands_have_their_power() {
        let rate_hz = 48_000.0;
        let edges = noise_edges_hz();
        let filters = NoiseFilters::new(rate_hz);
        // Power per hertz that falls by 6 dB an octave from 200 Hz on.
        let density = |hz: f64| 1e-6 / (1.0 + (hz / 200.0).powi(2));
        let mut gains = [0.0; LANES];
        for band in 0..NOISE_BANDS {
            let (low, high) = (edges[band], edges[band + 1]);
            gains[band] = (density(0.5 * (low + high)) * (high - low)).sqrt() as f32;
        }
        let mut noise = Noise::begin(0x1234_5678_9abc);
        let (mut left, mut right) = (vec![0.0; 480_000], vec![0.0; 480_000]);
        noise.render(
            SimdLevel::chosen(),
            &filters,
            &gains,
            [(1.0, 1.0); 2],
            &mut left,
            &mut right,
        );
        for (low, high) in [
            (100.0, 200.0),
            (400.0, 800.0),
            (1_000.0, 2_000.0),
            (4_000.0, 8_000.0),
            (8_000.0, 15_000.0),
        ] {
            let steps = 200;
            let width = (high - low) / f64::from(steps);
            let expected: f64 = (0..steps)
                .map(|k| density(low + (f64::from(k) + 0.5) * width) * width)
                .sum();
            let error_db = 10.0 * (power(&left, rate_hz, low, high) / expected).log10();
            println!("{low}–{high} Hz: {error_db:.2} dB");
            assert!(error_db.abs() < 0.5, "{low}–{high} Hz: {error_db:.2} dB");
        }
        assert_eq!(left, right);
    }
}
