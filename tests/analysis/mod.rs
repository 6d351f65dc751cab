//! Measuring sounds: level and frequency of their sinusoids, the onset, the difference of two sounds.
//!
//! Method: the correlation with a complex sinusoid under a four-term Blackman–Harris window, in f64.
//! Its side lobes are 92 dB down, so two sinusoids at least `8 / duration` apart do not disturb each
//! other's measure by more than 0.001 dB.

#![allow(dead_code)] // Each test program uses some of it.

use std::f64::consts::TAU;

/// Frequency in Hz of a MIDI key in equal temperament, 69 being 440 Hz.
pub fn key_hz(key: f64) -> f64 {
    440.0 * ((key - 69.0) / 12.0).exp2()
}

/// Cents from `from_hz` up to `to_hz`.
pub fn cents(from_hz: f64, to_hz: f64) -> f64 {
    1200.0 * (to_hz / from_hz).log2()
}

/// Decibels of a linear gain.
pub fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Amplitude of the sinusoid at `hz` in `signal`.
pub fn amplitude(signal: &[f32], sample_rate_hz: f64, hz: f64) -> f64 {
    let window = |n: usize| {
        let x = TAU * n as f64 / signal.len() as f64;
        0.35875 - 0.48829 * x.cos() + 0.14128 * (2.0 * x).cos() - 0.01168 * (3.0 * x).cos()
    };
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (n, &x) in signal.iter().enumerate() {
        let (sin, cos) = (TAU * (hz / sample_rate_hz * n as f64).fract()).sin_cos();
        let weight = window(n);
        re += weight * f64::from(x) * cos;
        im -= weight * f64::from(x) * sin;
        sum += weight;
    }
    2.0 * re.hypot(im) / sum
}

/// Level in dBFS of the sinusoid at `hz` in `signal`.
pub fn level_db(signal: &[f32], sample_rate_hz: f64, hz: f64) -> f64 {
    db(amplitude(signal, sample_rate_hz, hz))
}

/// Frequency of the strongest sinusoid within `search_cents` of `near_hz`. Accurate to 0.05 cents if
/// `signal` has at least 20 of its periods.
pub fn frequency_hz(signal: &[f32], sample_rate_hz: f64, near_hz: f64, search_cents: f64) -> f64 {
    let log_amplitude = |hz: f64| amplitude(signal, sample_rate_hz, hz).max(1e-30).ln();
    // An eighth of the window's main lobe, so that no peak falls between two steps.
    let step_hz = sample_rate_hz / signal.len() as f64;
    let span_hz = near_hz * ((search_cents / 1200.0).exp2() - 1.0);
    let steps = (span_hz / step_hz).ceil() as i32;
    let mut best = (f64::NEG_INFINITY, near_hz);
    for step in -steps..=steps {
        let hz = near_hz + f64::from(step) * step_hz;
        let value = log_amplitude(hz);
        if value > best.0 {
            best = (value, hz);
        }
    }
    // The main lobe is nearly a parabola in decibels; after two iterations the error is negligible.
    let mut hz = best.1;
    for width_hz in [0.5 * step_hz, 0.05 * step_hz] {
        let (below, at, above) = (
            log_amplitude(hz - width_hz),
            log_amplitude(hz),
            log_amplitude(hz + width_hz),
        );
        let bend = below - 2.0 * at + above;
        if bend < 0.0 {
            hz += 0.5 * width_hz * (below - above) / bend;
        }
    }
    hz
}

/// The largest absolute sample.
pub fn peak(signal: &[f32]) -> f32 {
    signal.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// Root of the mean square.
pub fn rms(signal: &[f32]) -> f64 {
    let sum: f64 = signal.iter().map(|&x| f64::from(x).powi(2)).sum();
    (sum / signal.len().max(1) as f64).sqrt()
}

/// The first frame that is not exactly zero.
pub fn first_sound(signal: &[f32]) -> Option<usize> {
    signal.iter().position(|&x| x != 0.0)
}

/// The first frame at which two signals differ in any bit.
pub fn first_difference(a: &[f32], b: &[f32]) -> Option<usize> {
    a.iter()
        .zip(b)
        .position(|(a, b)| a.to_bits() != b.to_bits())
        .or((a.len() != b.len()).then_some(a.len().min(b.len())))
}

/// Level in decibels of the difference of two signals, relative to the first.
pub fn error_db(signal: &[f32], other: &[f32]) -> f64 {
    let difference: Vec<f32> = signal.iter().zip(other).map(|(a, b)| a - b).collect();
    db(rms(&difference) / rms(signal))
}

/// Whether every sample is finite.
pub fn is_finite(signal: &[f32]) -> bool {
    signal.iter().all(|x| x.is_finite())
}

mod tests {
    use super::*;

    fn sine(hz: f64, amplitude: f64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|n| (amplitude * (TAU * hz * n as f64 / sample_rate_hz + 0.3).sin()) as f32)
            .collect()
    }

    #[test]
    fn a_known_sinusoid_is_measured() {
        let signal = sine(440.3, 0.25, 48_000.0, 12_000);
        let hz = frequency_hz(&signal, 48_000.0, 440.0, 50.0);
        assert!(cents(440.3, hz).abs() < 0.05, "{hz}");
        let level = level_db(&signal, 48_000.0, 440.3);
        assert!((level - db(0.25)).abs() < 0.001, "{level}");
        assert!(level_db(&signal, 48_000.0, 560.0) < -90.0);
    }
}

/// The largest difference of two consecutive samples.
pub fn largest_jump(signal: &[f32]) -> f32 {
    signal
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max)
}

/// The bits of the samples, for exact comparisons.
pub fn bits(signal: &[f32]) -> Vec<u32> {
    signal.iter().map(|x| x.to_bits()).collect()
}
