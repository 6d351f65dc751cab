//! How near one sound is to another.
//!
//! * **SRER**, signal to reconstruction error ratio: 20 lg(σ(x)/σ(x−y)) over all samples, mono, neither
//!   gain nor delay aligned.
//! * **LSD**, log-spectral distance: Hann frames of 2048 every 512, zeros beyond the ends,
//!   P = |X|²/(Σw/2)². Frames of x within 60 dB of its loudest count. Both sounds are clamped at
//!   10⁻⁸ of the largest P of x. The mean over frames of √(mean over 1–16 kHz of (10 lg P − 10 lg Q)²).
//! * **ERB-LSD**: the same from 1024 every 256, with powers summed in 40 bands equally wide on
//!   e(f) = 21.4 lg(1 + 0.00437 f) between 50 Hz and 16 kHz, bins divided at the bands' edges.
//! * **Warped ERB-LSD** for a stretch s: frame i of x against the frame of y at s·i.
//!
//! The figures are those of Caetano et al. (Appl. Sci. 6(5):127) and of practice; the frames, clamps and
//! bands are fixed here so that numbers of different days can be compared.
//!
//! Two independent white noises are at LSD 7.83, ERB-LSD 4.18 and SRER −3.01 dB: no noise can be modelled
//! nearer but by copying it.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::fourier::{Complex, Fourier};
use crate::cancelled::Cancelled;

/// A part of the largest power of the original: −80 dB.
const CLAMP: f64 = 1e-8;
/// Frames this much below the loudest are left out: −60 dB.
const QUIETEST: f64 = 1e-6;
const ERB_BANDS: usize = 40;
/// After so many samples it is looked whether to go on.
const SAMPLES_AT_ONCE: usize = 1 << 12;

/// For figures that nobody stops.
static NEVER: AtomicBool = AtomicBool::new(false);

/// Both spectral distances of one pair of sounds, in dB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Likeness {
    /// Signal to reconstruction error ratio, in dB: more is nearer.
    pub srer_db: f64,
    /// Log-spectral distance, in dB: less is nearer.
    pub lsd_db: f64,
    /// Log-spectral distance in bands of hearing, in dB.
    pub erb_lsd_db: f64,
}

impl Likeness {
    /// Compares `found` with the original.
    pub fn new(original: &[f32], found: &[f32], sample_rate_hz: f64) -> Likeness {
        Likeness::new_unless(original, found, sample_rate_hz, &NEVER).unwrap_or_default()
    }

    /// As [`Likeness::new`]; `is_cancelled` stops it.
    ///
    /// # Errors
    /// If it was stopped.
    pub fn new_unless(
        original: &[f32],
        found: &[f32],
        sample_rate_hz: f64,
        is_cancelled: &AtomicBool,
    ) -> Result<Likeness, Cancelled> {
        let sounds = [original, found];
        Ok(Likeness {
            srer_db: srer_unless(sounds, is_cancelled)?,
            lsd_db: lsd_unless(sounds, sample_rate_hz, is_cancelled)?,
            erb_lsd_db: erb_lsd_unless(sounds, sample_rate_hz, 1, is_cancelled)?,
        })
    }
}

/// Signal to reconstruction error ratio in dB; what one lacks is taken as silent. Infinite for equal
/// sounds.
pub fn srer_db(original: &[f32], found: &[f32]) -> f64 {
    srer_unless([original, found], &NEVER).unwrap_or_default()
}

/// As [`srer_db`] of these two; `is_cancelled` stops it.
pub(super) fn srer_unless(
    [original, found]: [&[f32]; 2],
    is_cancelled: &AtomicBool,
) -> Result<f64, Cancelled> {
    let at = |samples: &[f32], n: usize| f64::from(samples.get(n).copied().unwrap_or(0.0));
    let count = original.len().max(found.len()).max(1);
    let sum = |value: &dyn Fn(usize) -> f64| {
        let mut sum = 0.0;
        for begin in (0..count).step_by(SAMPLES_AT_ONCE) {
            Cancelled::check(is_cancelled)?;
            let end = count.min(begin + SAMPLES_AT_ONCE);
            sum = (begin..end).fold(sum, |sum, n| sum + value(n));
        }
        Ok(sum)
    };
    let variance = |value: &dyn Fn(usize) -> f64| {
        let mean = sum(value)? / count as f64;
        sum(&|n| (value(n) - mean) * (value(n) - mean))
    };
    let signal = variance(&|n| at(original, n))?;
    let error = variance(&|n| at(original, n) - at(found, n))?;
    Ok(10.0 * libm::log10(signal / error))
}

/// Log-spectral distance in dB.
pub fn lsd_db(original: &[f32], found: &[f32], sample_rate_hz: f64) -> f64 {
    lsd_unless([original, found], sample_rate_hz, &NEVER).unwrap_or_default()
}

fn lsd_unless(
    [original, found]: [&[f32]; 2],
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<f64, Cancelled> {
    let spectra = Spectra::new(2048, 512);
    let bins = spectra.bins_between(1_000.0, 16_000.0, sample_rate_hz);
    let x = spectra.powers(original, spectra.frames(original.len()), 1, is_cancelled)?;
    let y = spectra.powers(found, x.len(), 1, is_cancelled)?;
    let pick = |powers: &[f64]| powers[bins.clone()].to_vec();
    distance_db(&x, &y, &pick, is_cancelled)
}

/// Log-spectral distance in bands of hearing, in dB, of a sound that is `stretch` times as long: 1 for
/// as long.
pub fn erb_lsd_db(original: &[f32], found: &[f32], sample_rate_hz: f64, stretch: usize) -> f64 {
    erb_lsd_unless([original, found], sample_rate_hz, stretch, &NEVER).unwrap_or_default()
}

pub(super) fn erb_lsd_unless(
    [original, found]: [&[f32]; 2],
    sample_rate_hz: f64,
    stretch: usize,
    is_cancelled: &AtomicBool,
) -> Result<f64, Cancelled> {
    let spectra = Spectra::new(1024, 256);
    let x = spectra.powers(original, spectra.frames(original.len()), 1, is_cancelled)?;
    let y = spectra.powers(found, x.len(), stretch, is_cancelled)?;
    let edges = edges_hz();
    let bands = |powers: &[f64]| {
        let band = |pair: &[f64]| spectra.sum_between(powers, pair[0], pair[1], sample_rate_hz);
        edges.windows(2).map(band).collect()
    };
    distance_db(&x, &y, &bands, is_cancelled)
}

/// The mean over frames that count of the root mean square difference of levels.
fn distance_db(
    x: &[Vec<f64>],
    y: &[Vec<f64>],
    pick: &dyn Fn(&[f64]) -> Vec<f64>,
    is_cancelled: &AtomicBool,
) -> Result<f64, Cancelled> {
    let total = |powers: &Vec<f64>| powers.iter().sum::<f64>();
    let loudest = x.iter().map(total).fold(0.0, f64::max);
    let picked = |frames: &[Vec<f64>]| -> Result<Vec<Vec<f64>>, Cancelled> {
        let picked = frames.iter().map(|powers| {
            Cancelled::check(is_cancelled)?;
            Ok(pick(powers))
        });
        picked.collect()
    };
    let (x_picked, y_picked) = (picked(x)?, picked(y)?);
    let floor = CLAMP * x_picked.iter().flatten().copied().fold(0.0, f64::max);
    if floor == 0.0 {
        return Ok(0.0);
    }
    let (mut sum, mut count) = (0.0, 0);
    for ((x, p), q) in x.iter().zip(&x_picked).zip(&y_picked) {
        Cancelled::check(is_cancelled)?;
        if total(x) < QUIETEST * loudest {
            continue;
        }
        let square = |(p, q): (&f64, &f64)| {
            let difference_db = 10.0 * libm::log10(p.max(floor) / q.max(floor));
            difference_db * difference_db
        };
        let mean = p.iter().zip(q).map(square).sum::<f64>() / p.len() as f64;
        sum += libm::sqrt(mean);
        count += 1;
    }
    Ok(sum / f64::from(count.max(1)))
}

/// Edges of the bands, in Hz.
fn edges_hz() -> Vec<f64> {
    let scale = |f: f64| 21.4 * libm::log10(1.0 + 0.00437 * f);
    let back = |e: f64| (libm::pow(10.0, e / 21.4) - 1.0) / 0.00437;
    let (low, high) = (scale(50.0), scale(16_000.0));
    let edge = |band: usize| back(low + (high - low) * band as f64 / ERB_BANDS as f64);
    (0..=ERB_BANDS).map(edge).collect()
}

/// Hann frames.
struct Spectra {
    fourier: Fourier,
    hop: usize,
    window: Vec<f64>,
}

impl Spectra {
    fn new(points: usize, hop: usize) -> Spectra {
        let window = |n: usize| 0.5 - 0.5 * libm::cos(TAU * n as f64 / points as f64);
        Spectra {
            fourier: Fourier::new(points),
            hop,
            window: (0..points).map(window).collect(),
        }
    }

    /// How many frames, centred on multiples of the hop, touch this many samples.
    fn frames(&self, samples: usize) -> usize {
        samples.div_ceil(self.hop) + 1
    }

    /// Powers of `frames` frames, each `stretch` hops after the one before. Two frames share a
    /// transform, as its real and its imaginary part.
    fn powers(
        &self,
        samples: &[f32],
        frames: usize,
        stretch: usize,
        is_cancelled: &AtomicBool,
    ) -> Result<Vec<Vec<f64>>, Cancelled> {
        let points = self.fourier.points();
        let scale = 2.0 / self.window.iter().sum::<f64>();
        let value = |frame: usize, n: usize| {
            let at = (frame * self.hop * stretch + n).checked_sub(points / 2);
            let sample = at.and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
            f64::from(sample) * self.window[n] * scale
        };
        let mut all = Vec::with_capacity(frames + 1);
        let mut values = vec![Complex::default(); points];
        for frame in (0..frames).step_by(2) {
            Cancelled::check(is_cancelled)?;
            for (n, slot) in values.iter_mut().enumerate() {
                *slot = Complex::new(value(frame, n), value(frame + 1, n));
            }
            self.fourier.forward(&mut values);
            let first = |k: usize| self.fourier.pair(&values, k).0.power();
            let second = |k: usize| self.fourier.pair(&values, k).1.power();
            all.push((0..=points / 2).map(first).collect());
            all.push((0..=points / 2).map(second).collect());
        }
        all.truncate(frames);
        Ok(all)
    }

    fn bins_between(
        &self,
        low_hz: f64,
        high_hz: f64,
        sample_rate_hz: f64,
    ) -> std::ops::Range<usize> {
        let bin_hz = sample_rate_hz / self.fourier.points() as f64;
        let last = self.fourier.points() / 2 + 1;
        let first = libm::ceil(low_hz / bin_hz) as usize;
        first.min(last - 1)..(libm::floor(high_hz / bin_hz) as usize + 1).clamp(1, last)
    }

    /// Power between two frequencies; a bin reaches half a bin to either side.
    fn sum_between(&self, powers: &[f64], low_hz: f64, high_hz: f64, sample_rate_hz: f64) -> f64 {
        let bin_hz = sample_rate_hz / self.fourier.points() as f64;
        let (low, high) = (low_hz / bin_hz + 0.5, high_hz / bin_hz + 0.5);
        let share = |k: usize| (high.min(k as f64 + 1.0) - low.max(k as f64)).max(0.0);
        let last = (libm::floor(high) as usize + 1).min(powers.len());
        (low as usize..last).map(|k| powers[k] * share(k)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::white_noise;

    const RATE_HZ: f64 = 44_100.0;

    /// A test of the definition itself: the figures are properties of noise, known in advance.
    #[test]
    fn two_noises_are_as_far_apart_as_theory_says() {
        let (x, y) = (white_noise(1, 441_000), white_noise(2, 441_000));
        assert!((srer_db(&x, &y) + 3.01).abs() < 0.05);
        let lsd = lsd_db(&x, &y, RATE_HZ);
        assert!((lsd - 7.83).abs() < 0.06, "{lsd}");
        let erb = erb_lsd_db(&x, &y, RATE_HZ, 1);
        assert!((erb - 4.18).abs() < 0.12, "{erb}");
    }

    #[test]
    fn a_tenth_of_error_is_20_db_and_a_gain_is_its_level() {
        let x = white_noise(1, 44_100);
        let y: Vec<f32> = x.iter().map(|x| 0.9 * x).collect();
        assert!((srer_db(&x, &y) - 20.0).abs() < 1e-4);
        let level_db = -20.0 * libm::log10(0.9);
        assert!((lsd_db(&x, &y, RATE_HZ) - level_db).abs() < 1e-4);
        assert!((erb_lsd_db(&x, &y, RATE_HZ, 1) - level_db).abs() < 1e-4);
    }

    #[test]
    fn equal_sounds_have_no_distance_and_silence_is_no_error() {
        let x = white_noise(1, 10_000);
        assert_eq!(srer_db(&x, &x), f64::INFINITY);
        assert_eq!(lsd_db(&x, &x, RATE_HZ), 0.0);
        assert_eq!(lsd_db(&[0.0; 5000], &x, RATE_HZ), 0.0);
    }

    /// A tone whose level steps, and the same four times as slow.
    #[test]
    fn the_stretched_distance_follows_the_stretch() {
        let tone = |stretch: usize| -> Vec<f32> {
            let value = |n: usize| {
                let level = if n < 20_000 * stretch { 0.5 } else { 0.05 };
                level * libm::sin(TAU * 0.02 * n as f64) as f32
            };
            (0..44_100 * stretch).map(value).collect()
        };
        let (slow, plain) = (tone(4), tone(1));
        let warped = erb_lsd_db(&plain, &slow, RATE_HZ, 4);
        assert!(warped < 1.5, "{warped}");
        assert!(erb_lsd_db(&plain, &slow, RATE_HZ, 1) > 4.0);
    }
}
