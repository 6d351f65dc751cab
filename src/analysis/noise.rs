//! What is neither partial nor transient, as power in bands over time.
//!
//! The mean square of the rest in the bands of [`NOISE_BANDS`], every 5.3 ms (256 samples at 48 kHz), in Hann
//! windows of 10.7 ms. By Parseval, the mean square of a band is 2·Σ|X|²/(N·Σw²) over its bins; a bin is divided between
//! bands by its width.
//!
//! A Hann window spreads a tone over two bins to either side. So a band that is narrower than two bins is also
//! measured in a longer window, of 43 to 80 ms at most: else the hum of 50 Hz that many recordings have would be
//! found up to 250 Hz. The long window says how much there is, the short ones when: the powers of a
//! long window are multiplied by how much louder each band is in the short windows than on average over the long
//! one, so that nothing is heard before an attack.

use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use super::fourier::{Complex, Fourier};
use crate::cancelled::Cancelled;
use crate::tracks::BandNoise;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

/// Windows that last this long are not doubled.
const LONG_S: f64 = 0.04;

/// Frames of one length, and the bands that they suit.
struct NoiseFrames {
    /// Transform of a frame.
    fourier: Fourier,
    /// Hann window, zero at its first sample.
    window: Vec<f64>,
    bands: Range<usize>,
    /// First and end of the bins of each band, with halves of bins to either side.
    edges: Vec<f64>,
}

/// Powers of one frame.
type Powers = [f64; NOISE_BANDS];

/// The frames of noise at this rate, longest first; each band is in one of them.
fn noise_frames(sample_rate_hz: f64) -> Vec<NoiseFrames> {
    let shortest = shortest(sample_rate_hz);
    let edges_hz = noise_edges_hz();
    let doublings = |band: usize| {
        let width_hz = edges_hz[band + 1] - edges_hz[band];
        let is_too_short = |doublings: &u32| {
            let length_s = (shortest << doublings) as f64 / sample_rate_hz;
            width_hz * length_s < 2.0 && length_s < LONG_S
        };
        (0..).take_while(is_too_short).count()
    };
    let mut frames = Vec::new();
    let mut first = 0;
    while first < NOISE_BANDS {
        let own = doublings(first);
        let end = (first..NOISE_BANDS).find(|band| doublings(*band) != own);
        let bands = first..end.unwrap_or(NOISE_BANDS);
        first = bands.end;
        frames.push(NoiseFrames::new(shortest << own, bands, sample_rate_hz));
    }
    frames
}

/// Samples of the shortest window: about 10.7 ms.
fn shortest(sample_rate_hz: f64) -> usize {
    let doublings = (libm::log2(512.0 * sample_rate_hz / 48_000.0) + 0.5) as u32;
    1 << doublings.clamp(5, 12)
}

/// The bands' mean squares over a whole sound.
///
/// # Errors
/// If it is cancelled.
pub(super) fn band_noise(
    rest: &[f32],
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<BandNoise, Cancelled> {
    let shortest = shortest(sample_rate_hz);
    let hop = shortest / 2;
    let short = NoiseFrames::new(shortest, 0..NOISE_BANDS, sample_rate_hz);
    let count = rest.len().div_ceil(hop) + 1;
    let mut powers = Vec::with_capacity(count + 1);
    for frame in (0..count).step_by(2) {
        Cancelled::check(is_cancelled)?;
        for found in short.powers(rest, [frame * hop, (frame + 1) * hop]) {
            powers.push(found.map(|power| power as f32));
        }
    }
    powers.truncate(count);
    for frames in noise_frames(sample_rate_hz) {
        if frames.fourier.points() > shortest {
            frames.refine(rest, hop, &mut powers, is_cancelled)?;
        }
    }
    Ok(BandNoise {
        hop_s: hop as f64 / sample_rate_hz,
        powers,
    })
}

impl NoiseFrames {
    fn new(points: usize, bands: Range<usize>, sample_rate_hz: f64) -> NoiseFrames {
        let window = |n: usize| 0.5 - 0.5 * libm::cos(TAU * n as f64 / points as f64);
        let bin_hz = sample_rate_hz / points as f64;
        NoiseFrames {
            fourier: Fourier::new(points),
            window: (0..points).map(window).collect(),
            bands,
            edges: noise_edges_hz()
                .iter()
                .map(|edge| edge / bin_hz + 0.5)
                .collect(),
        }
    }

    /// Puts the powers of these frames' bands in the place of those of short windows, which are `hop` samples
    /// apart.
    fn refine(
        &self,
        rest: &[f32],
        hop: usize,
        short: &mut [[f32; NOISE_BANDS]],
        is_cancelled: &AtomicBool,
    ) -> Result<(), Cancelled> {
        let stride = (self.window.len() / 2 / hop).max(1);
        let mut long = Vec::with_capacity(short.len() / stride + 3);
        for frame in (0..short.len() + stride).step_by(2 * stride) {
            Cancelled::check(is_cancelled)?;
            let pair = [frame, frame + stride];
            let found = self.powers(rest, pair.map(|frame| frame * hop));
            for (frame, powers) in pair.into_iter().zip(found) {
                long.push((powers, self.means(short, frame, hop)));
            }
        }
        for (frame, powers) in short.iter_mut().enumerate() {
            let (before, share) = (frame / stride, (frame % stride) as f64 / stride as f64);
            let between = |from: f64, to: f64| from + share * (to - from);
            let [(from, from_means), (to, to_means)] = [&long[before], &long[before + 1]];
            for band in self.bands.clone() {
                let mean = between(from_means[band], to_means[band]);
                powers[band] = match mean > 0.0 {
                    true => (f64::from(powers[band]) / mean * between(from[band], to[band])) as f32,
                    false => 0.0,
                };
            }
        }
        Ok(())
    }

    /// What these frames' bands have on average in the short windows within the window around a frame.
    fn means(&self, short: &[[f32; NOISE_BANDS]], frame: usize, hop: usize) -> Powers {
        let reach = self.window.len() / 2 / hop;
        let mut means = [0.0; NOISE_BANDS];
        let mut sum = 0.0;
        for place in 0..2 * reach {
            let weight = self.window[place * hop] * self.window[place * hop];
            sum += weight;
            let at = (frame + place).checked_sub(reach);
            if let Some(powers) = at.and_then(|at| short.get(at)) {
                for band in self.bands.clone() {
                    means[band] += weight * f64::from(powers[band]);
                }
            }
        }
        means.map(|mean| mean / sum)
    }

    /// The powers of these frames' bands around these two samples, which share a transform.
    fn powers(&self, rest: &[f32], centres: [usize; 2]) -> [Powers; 2] {
        let points = self.window.len();
        let value = |n: usize| {
            let [first, second] = centres.map(|centre| {
                let at = (centre + n).checked_sub(points / 2);
                let sample = at.and_then(|at| rest.get(at)).copied().unwrap_or(0.0);
                f64::from(sample) * self.window[n]
            });
            Complex::new(first, second)
        };
        let mut values: Vec<Complex> = (0..points).map(value).collect();
        self.fourier.forward(&mut values);
        let squares: f64 = self.window.iter().map(|w| w * w).sum();
        let scale = 2.0 / (points as f64 * squares);
        let mut powers = [[0.0; NOISE_BANDS]; 2];
        for band in self.bands.clone() {
            let (low, high) = (self.edges[band], self.edges[band + 1]);
            let end = (libm::ceil(high) as usize).min(points / 2);
            for k in (low as usize).min(end)..end {
                let (first, second) = self.fourier.pair(&values, k);
                let weight = scale * share(k, low, high);
                powers[0][band] += weight * first.power();
                powers[1][band] += weight * second.power();
            }
        }
        powers
    }
}

/// The share of bin `k` that is between two edges, in bins.
fn share(k: usize, low: f64, high: f64) -> f64 {
    (high.min(k as f64 + 1.0) - low.max(k as f64)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::white_noise;

    #[test]
    fn bands_of_white_noise_have_their_share_of_the_power() {
        let rate_hz = 48_000.0;
        let noise = white_noise(5, 960_000);
        let found = band_noise(&noise, rate_hz, &AtomicBool::new(false));
        let found = found.expect("not cancelled");
        assert!((found.hop_s - 256.0 / rate_hz).abs() < 1e-12);
        let edges = noise_edges_hz();
        for band in [1, 5, 10, 15, 25, 35, 39] {
            let frames = &found.powers[8..found.powers.len() - 8];
            let sum: f64 = frames.iter().map(|powers| f64::from(powers[band])).sum();
            let mean = sum / frames.len() as f64;
            let expected = (edges[band + 1] - edges[band]) / 24_000.0 / 3.0;
            assert!(
                (mean / expected - 1.0).abs() < 0.12,
                "{band}: {mean} {expected}"
            );
        }
    }

    /// What 50 Hz of amplitude 1 leave in other bands, relative to its power.
    #[test]
    fn hum_stays_where_it_is() {
        for rate_hz in [8_000.0, 44_100.0, 96_000.0] {
            let hum: Vec<f32> = (0..rate_hz as usize)
                .map(|n| libm::cos(TAU * 50.0 * n as f64 / rate_hz) as f32)
                .collect();
            let found = band_noise(&hum, rate_hz, &AtomicBool::new(false)).expect("not cancelled");
            // Short windows see the power go up and down with the wave.
            let middle = &found.powers[found.powers.len() / 4..3 * found.powers.len() / 4];
            let mean = |band: usize| {
                let sum: f64 = middle.iter().map(|powers| f64::from(powers[band])).sum();
                sum / middle.len() as f64
            };
            let powers: [f64; NOISE_BANDS] = std::array::from_fn(mean);
            let edges_hz = noise_edges_hz();
            let sum: f64 = powers.iter().sum();
            assert!((sum / 0.5 - 1.0).abs() < 0.1, "{rate_hz}: {sum}");
            let far = (0..NOISE_BANDS).filter(|band| edges_hz[*band] > 120.0);
            let most = far.map(|band| powers[band]).fold(0.0, f64::max);
            assert!(most < 0.5e-4, "{rate_hz}: {most}");
        }
    }

    #[test]
    fn there_is_no_noise_before_its_attack() {
        let rate_hz = 44_100.0;
        let (attack, length) = (22_050, 44_100);
        let mut noise = white_noise(3, length);
        noise[..attack].fill(0.0);
        let found = band_noise(&noise, rate_hz, &AtomicBool::new(false)).expect("not cancelled");
        let first = attack / 256 - 1;
        assert!(
            found.powers[..first]
                .iter()
                .all(|powers| *powers == [0.0; NOISE_BANDS])
        );
        assert!(found.powers[first + 4].iter().all(|power| *power > 0.0));
    }
}
