//! What partials leave of a recording: transients and noise.
//!
//! * **Transients**: around each onset the difference of original and partials, from 64 samples before to
//!   20 ms after, faded in over 32 samples and out over the second half by half a cosine. The loudest 64
//!   of a sound are kept.
//! * **Noise**: the mean square of the rest in the bands of [`NOISE_BANDS`], in Hann windows of about
//!   10.7 ms every 5.3 ms (512 and 256 samples at 48 kHz). By Parseval, the mean square of a band is
//!   2·Σ|X|²/(N·Σw²) over its bins; a bin is divided between bands by its width.

use std::f64::consts::{PI, TAU};
use std::sync::atomic::AtomicBool;

use super::fourier::{Complex, Fourier};
use crate::cancelled::Cancelled;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};
use crate::tracks::{BandNoise, Transient};

const BEFORE: usize = 64;
const FADE_IN: usize = 32;
const LENGTH_S: f64 = 0.02;
const MOST: usize = 64;
/// Transients weaker than this share of the sound's mean square are dropped: −70 dB.
const LEAST_POWER: f64 = 1e-7;

/// The attacks in `rest`, the difference of original and partials; they are taken out of it.
pub fn take_transients(
    rest: &mut [f32],
    onsets: &[usize],
    power: f64,
    sample_rate_hz: f64,
) -> Vec<Transient> {
    let length = BEFORE + (LENGTH_S * sample_rate_hz) as usize;
    let mut found: Vec<(f64, usize, Vec<f32>)> = onsets
        .iter()
        .filter_map(|onset| {
            let start = onset.saturating_sub(BEFORE);
            let end = (onset + length - BEFORE).min(rest.len());
            let samples = faded(&rest[start.min(end)..end], start == 0);
            let energy: f64 = samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            let is_kept = energy > LEAST_POWER * power * samples.len() as f64;
            is_kept.then_some((energy, start, samples))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(MOST);
    found.sort_by_key(|(_, start, _)| *start);
    for (_, start, samples) in &found {
        for (rest, sample) in rest[*start..].iter_mut().zip(samples) {
            *rest -= sample;
        }
    }
    let transient = |(_, start, samples): (f64, usize, Vec<f32>)| Transient {
        time_s: start as f64 / sample_rate_hz,
        sample_rate_hz,
        pan: 0.0,
        samples,
    };
    found.into_iter().map(transient).collect()
}

/// At the recording's start there is nothing to fade in from.
fn faded(samples: &[f32], is_at_start: bool) -> Vec<f32> {
    let half = samples.len() / 2;
    let gain = |n: usize| match n {
        n if n < FADE_IN && !is_at_start => n as f64 / FADE_IN as f64,
        n if n > half => {
            let share = (n - half) as f64 / (samples.len() - half) as f64;
            0.5 + 0.5 * libm::cos(PI * share)
        }
        _ => 1.0,
    };
    let value = |(n, sample): (usize, &f32)| sample * gain(n) as f32;
    samples.iter().enumerate().map(value).collect()
}

/// Frames of noise, for analysis and synthesis.
pub struct NoiseFrames {
    /// Transform of a frame.
    pub fourier: Fourier,
    /// Hann window, zero at its first sample.
    pub window: Vec<f64>,
    /// Samples from frame to frame: half a window.
    pub hop: usize,
    /// First and end of the bins of each band, with halves of bins to either side.
    edges: Vec<f64>,
}

impl NoiseFrames {
    /// The frames of noise at this rate.
    pub fn new(sample_rate_hz: f64) -> NoiseFrames {
        let points = (libm::log2(512.0 * sample_rate_hz / 48_000.0) + 0.5) as u32;
        let points = 1_usize << points.clamp(5, 12);
        let window = |n: usize| 0.5 - 0.5 * libm::cos(TAU * n as f64 / points as f64);
        let bin_hz = sample_rate_hz / points as f64;
        NoiseFrames {
            fourier: Fourier::new(points),
            window: (0..points).map(window).collect(),
            hop: points / 2,
            edges: noise_edges_hz()
                .iter()
                .map(|edge| edge / bin_hz + 0.5)
                .collect(),
        }
    }

    /// The share of bin `k` that is in band `band`.
    pub fn share(&self, k: usize, band: usize) -> f64 {
        let (low, high) = (self.edges[band], self.edges[band + 1]);
        (high.min(k as f64 + 1.0) - low.max(k as f64)).max(0.0)
    }

    /// The bins that a band touches.
    pub fn bins(&self, band: usize) -> std::ops::Range<usize> {
        let last = self.fourier.points() / 2;
        let end = (libm::ceil(self.edges[band + 1]) as usize).min(last);
        (self.edges[band] as usize).min(end)..end
    }

    /// The bands' mean squares over a whole sound.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn powers(
        &self,
        rest: &[f32],
        sample_rate_hz: f64,
        is_cancelled: &AtomicBool,
    ) -> Result<BandNoise, Cancelled> {
        let points = self.fourier.points();
        let squares: f64 = self.window.iter().map(|w| w * w).sum();
        let scale = 2.0 / (points as f64 * squares);
        let mut values = vec![Complex::default(); points];
        let frame = |frame: usize| {
            Cancelled::check(is_cancelled)?;
            for (n, value) in values.iter_mut().enumerate() {
                let at = (frame * self.hop + n).checked_sub(points / 2);
                let sample = at.and_then(|at| rest.get(at)).copied().unwrap_or(0.0);
                *value = Complex::new(f64::from(sample) * self.window[n], 0.0);
            }
            self.fourier.forward(&mut values);
            let power = |band: usize| {
                let bin = |k: usize| values[k].power() * self.share(k, band);
                (scale * self.bins(band).map(bin).sum::<f64>()) as f32
            };
            let mut powers = [0.0; NOISE_BANDS];
            for (band, slot) in powers.iter_mut().enumerate() {
                *slot = power(band);
            }
            Ok(powers)
        };
        let powers = (0..=rest.len().div_ceil(self.hop)).map(frame);
        Ok(BandNoise {
            hop_s: self.hop as f64 / sample_rate_hz,
            powers: powers.collect::<Result<_, Cancelled>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::white_noise;

    #[test]
    fn bands_of_white_noise_have_their_share_of_the_power() {
        let rate_hz = 48_000.0;
        let noise = white_noise(5, 96_000);
        let frames = NoiseFrames::new(rate_hz);
        let found = frames.powers(&noise, rate_hz, &AtomicBool::new(false));
        let found = found.expect("not cancelled");
        assert!((found.hop_s - 256.0 / rate_hz).abs() < 1e-12);
        let edges = noise_edges_hz();
        for band in [5, 15, 25, 35, 39] {
            let frames = &found.powers[2..found.powers.len() - 2];
            let sum: f64 = frames.iter().map(|powers| f64::from(powers[band])).sum();
            let mean = sum / frames.len() as f64;
            let expected = (edges[band + 1] - edges[band]) / 24_000.0 / 3.0;
            assert!(
                (mean / expected - 1.0).abs() < 0.12,
                "{band}: {mean} {expected}"
            );
        }
    }

    #[test]
    fn a_click_is_taken_out() {
        let mut rest = vec![0.0_f32; 10_000];
        rest[5_000..5_040].fill(0.5);
        let transients = take_transients(&mut rest, &[5_000], 1e-3, 44_100.0);
        assert_eq!(transients.len(), 1);
        assert!(rest.iter().all(|x| *x == 0.0));
        let first = (transients[0].time_s * 44_100.0) as usize;
        assert!(first == 4_936 && transients[0].samples[63..65] == [0.0, 0.5]);
    }

    #[test]
    fn onsets_beyond_the_end_are_no_harm() {
        assert!(take_transients(&mut [0.1; 10], &[75, 500], 1e-3, 44_100.0).is_empty());
    }
}
