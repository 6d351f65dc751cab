//! Decay time and echo density of impulse responses.

/// A second-order Butterworth band-pass from `low_hz` to `high_hz`, run forwards twice.
fn band(signal: &[f32], sample_rate_hz: f64, low_hz: f64, high_hz: f64) -> Vec<f64> {
    let centre = (low_hz * high_hz).sqrt();
    let angle = std::f64::consts::TAU * centre / sample_rate_hz;
    let q = centre / (high_hz - low_hz);
    let alpha = angle.sin() / (2.0 * q);
    let scale = 1.0 / (1.0 + alpha);
    let mut out: Vec<f64> = signal.iter().map(|&x| f64::from(x)).collect();
    for _ in 0..2 {
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for sample in &mut out {
            let x = *sample;
            let y = scale * (alpha * (x - x2) + 2.0 * angle.cos() * y1 - (1.0 - alpha) * y2);
            (x2, x1, y2, y1) = (x1, x, y1, y);
            *sample = y;
        }
    }
    out
}

/// Seconds to decay by 60 dB, by a straight line through −5 to −35 dB of the energy that is still to come
/// (Schroeder's backward integration; ISO 3382's T30). Of the energy of several responses together,
/// since that of one is known less well than to 5 %.
pub fn decay_s(responses: &[Vec<f32>], sample_rate_hz: f64, (low_hz, high_hz): (f64, f64)) -> f64 {
    let mut remaining = vec![0.0; responses[0].len()];
    for response in responses {
        let filtered = band(response, sample_rate_hz, low_hz, high_hz);
        for (sum, x) in remaining.iter_mut().zip(filtered) {
            *sum += x * x;
        }
    }
    for n in (1..remaining.len()).rev() {
        remaining[n - 1] += remaining[n];
    }
    let total = remaining[0];
    let (mut count, mut sum_t, mut sum_l, mut sum_tt, mut sum_tl) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, energy) in remaining.iter().enumerate() {
        let (t, level) = (n as f64 / sample_rate_hz, 10.0 * (energy / total).log10());
        if (-35.0..=-5.0).contains(&level) {
            count += 1.0;
            sum_t += t;
            sum_l += level;
            sum_tt += t * t;
            sum_tl += t * level;
        }
    }
    -60.0 * (count * sum_tt - sum_t * sum_t) / (count * sum_tl - sum_t * sum_l)
}

/// When the echo density, as Abel and Huang define it ("A simple, robust measure of reverberation echo
/// density", 2006), reaches 1: in a window of 20 ms, the part of the samples farther out than the
/// standard deviation, over that of Gaussian noise, 0.3173.
pub fn dense_after_s(signal: &[f32], sample_rate_hz: f64) -> f64 {
    let half = (0.01 * sample_rate_hz) as usize;
    let window: Vec<f64> = (0..2 * half)
        .map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * (n as f64 + 0.5) / (2 * half) as f64).cos())
        .collect();
    let sum: f64 = window.iter().sum();
    for centre in (half..signal.len() - half).step_by(48) {
        let part = &signal[centre - half..centre + half];
        let squares = part
            .iter()
            .zip(&window)
            .map(|(&x, w)| w * f64::from(x).powi(2));
        let deviation = (squares.sum::<f64>() / sum).sqrt();
        let outside = part.iter().zip(&window).map(|(&x, w)| {
            if f64::from(x).abs() > deviation {
                *w
            } else {
                0.0
            }
        });
        if outside.sum::<f64>() / sum / 0.317_3 >= 1.0 {
            return centre as f64 / sample_rate_hz;
        }
    }
    f64::INFINITY
}
