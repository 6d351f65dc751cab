//! Whether a sound holds the partials.

use std::f64::consts::TAU;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::{RATE_HZ, partials};

/// What is transformed: 2.7 seconds, so that bins are 0.37 Hz apart.
const LENGTH: usize = 1 << 17;

/// What is left out before it: the onset.
const SKIPPED: usize = 9_600;

/// How many frames a sound must have.
pub const FRAMES: usize = SKIPPED + LENGTH;

/// Half the width of a partial's peak, in bins.
const LOBE: usize = 5;

/// How far a partial may be from its frequency, in bins, and from its level, in dB.
const TOLERANCE_BINS: f64 = 1.0;
const TOLERANCE_DB: f64 = 1.0;

/// How many of the partials are there with their frequency and level, in each of the channels.
pub fn found(sound: &[f32], channels: usize) -> usize {
    if sound.len() < FRAMES * channels {
        return 0;
    }
    let spectra: Vec<Vec<f64>> = (0..channels)
        .map(|channel| {
            let frames = sound.iter().skip(channel).step_by(channels);
            powers(frames.skip(SKIPPED).take(LENGTH))
        })
        .collect();
    partials::all()
        .filter(|partial| {
            let place = partial.hz / RATE_HZ * LENGTH as f64;
            let first = place.round() as usize - LOBE;
            spectra.iter().all(|powers| {
                let peak = &powers[first..=first + 2 * LOBE];
                let power: f64 = peak.iter().sum();
                let moment: f64 = (first..).zip(peak).map(|(bin, p)| bin as f64 * p).sum();
                let off_db = 10.0 * (power / partial.amplitude.powi(2)).log10();
                off_db.abs() < TOLERANCE_DB && (moment / power - place).abs() < TOLERANCE_BINS
            })
        })
        .count()
}

/// The square of the amplitude in each bin: those of a partial's peak add up to its own.
fn powers<'a>(frames: impl Iterator<Item = &'a f32>) -> Vec<f64> {
    let mut window_power = 0.0;
    let mut bins: Vec<Complex<f64>> = frames
        .enumerate()
        .map(|(frame, sample)| {
            let turns = frame as f64 / LENGTH as f64;
            // Blackman and Harris's, of four terms: −92 dB beside its peak of eight bins.
            let window = 0.358_75 - 0.488_29 * (TAU * turns).cos()
                + 0.141_28 * (2.0 * TAU * turns).cos()
                - 0.011_68 * (3.0 * TAU * turns).cos();
            window_power += window * window;
            Complex::new(f64::from(*sample) * window, 0.0)
        })
        .collect();
    FftPlanner::new()
        .plan_fft_forward(LENGTH)
        .process(&mut bins);
    let scale = 4.0 / (window_power * LENGTH as f64);
    bins[..LENGTH / 2]
        .iter()
        .map(|bin| bin.norm_sqr() * scale)
        .collect()
}
