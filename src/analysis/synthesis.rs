//! Tracks to samples, by the formulas themselves: partials with the phases of
//! [`PhaseCurve`], transients where they were, noise in its bands. f64, and slow: to judge an
//! analysis, not to play.
//!
//! Noise is white noise of a seeded generator, transformed in frames of the square root of a Hann window that
//! overlap by half; each bin is multiplied by the root of the quotient of densities, interpolated in
//! the logarithm between the centres of bands, and the frames are added up.
//!
//! Pan is linear: a partial at pan p has 1 − p of its amplitude on the left and 1 + p on the right.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::fourier::Complex;
use super::noise::{NoiseFrames, noise_frames};
use crate::cancelled::Cancelled;
use crate::dsp::random::bipolar;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};
use crate::tracks::{BandNoise, PhaseCurve, Track, Tracks, Transient};

/// Seed of the white noise that the bands shape.
const NOISE_SEED: u64 = 1;
/// No frame of noise has more than twice this many samples.
const LONGEST: usize = 1 << 14;

/// Both channels of a sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Half the sum of left and right.
    pub mid: Vec<f32>,
    /// Half of left less right; empty if all is at the centre.
    pub side: Vec<f32>,
}

/// What to leave out of a sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Without {
    /// No transients.
    pub transients: bool,
    /// No noise.
    pub noise: bool,
}

/// The sound of tracks at a rate, as long as they are.
pub fn sound(tracks: &Tracks, sample_rate_hz: f64, without: Without) -> Sound {
    let never = AtomicBool::new(false);
    sound_unless(tracks, sample_rate_hz, without, &never).unwrap_or_default()
}

/// As [`sound`]; `None` if it was cancelled on the way.
pub fn sound_unless(
    tracks: &Tracks,
    sample_rate_hz: f64,
    without: Without,
    is_cancelled: &AtomicBool,
) -> Option<Sound> {
    let length = libm::round(tracks.duration_s * sample_rate_hz) as usize;
    let is_wide = tracks
        .tracks
        .iter()
        .any(|track| track.breakpoints.iter().any(|point| point.pan != 0.0));
    let mut mid = vec![0.0_f64; length];
    let mut side = vec![0.0_f64; if is_wide { length } else { 0 }];
    for track in &tracks.tracks {
        add_track(track, sample_rate_hz, (&mut mid, &mut side), is_cancelled).ok()?;
    }
    if !without.transients {
        for transient in &tracks.transients {
            add_transient(transient, sample_rate_hz, &mut mid);
        }
    }
    if let (Some(noise), false) = (&tracks.noise, without.noise) {
        add_noise(noise, sample_rate_hz, &mut mid, is_cancelled).ok()?;
    }
    let short = |samples: Vec<f64>| samples.into_iter().map(|x| x as f32).collect();
    Some(Sound {
        mid: short(mid),
        side: short(side),
    })
}

fn add_track(
    track: &Track,
    sample_rate_hz: f64,
    (mid, side): (&mut [f64], &mut [f64]),
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    let mut phase = 0.0;
    for pair in track.breakpoints.windows(2) {
        Cancelled::check(is_cancelled)?;
        let (a, b) = (&pair[0], &pair[1]);
        let curve = PhaseCurve::between(a, b, phase);
        phase = curve.end_turns();
        let first = libm::ceil(a.time_s * sample_rate_hz - 1e-6) as usize;
        let end = (libm::ceil(b.time_s * sample_rate_hz - 1e-6) as usize).min(mid.len());
        for (n, mid) in mid.iter_mut().enumerate().take(end).skip(first) {
            let time_s = n as f64 / sample_rate_hz - a.time_s;
            let share = time_s / (b.time_s - a.time_s);
            let amplitude = a.amplitude + share * (b.amplitude - a.amplitude);
            let turns = curve.turns(time_s);
            let value = amplitude * libm::cos(TAU * (turns - libm::floor(turns)));
            *mid += value;
            if let Some(side) = side.get_mut(n) {
                *side -= value * (a.pan + share * (b.pan - a.pan));
            }
        }
    }
    Ok(())
}

/// At the recording's own rate only; at another, the nearest sample is taken.
fn add_transient(transient: &Transient, sample_rate_hz: f64, mid: &mut [f64]) {
    let first = libm::round(transient.time_s * sample_rate_hz) as usize;
    let step = transient.sample_rate_hz / sample_rate_hz;
    for (n, slot) in mid.iter_mut().skip(first).enumerate() {
        let Some(sample) = transient.samples.get(libm::round(n as f64 * step) as usize) else {
            break;
        };
        *slot += f64::from(*sample);
    }
}

fn add_noise(
    noise: &BandNoise,
    sample_rate_hz: f64,
    mid: &mut [f64],
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    for frames in noise_frames(sample_rate_hz) {
        add_noise_of(&frames, noise, sample_rate_hz, mid, is_cancelled)?;
    }
    Ok(())
}

/// Adds the bands of these frames.
fn add_noise_of(
    frames: &NoiseFrames,
    noise: &BandNoise,
    sample_rate_hz: f64,
    mid: &mut [f64],
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    let points = frames.fourier.points();
    let hop = points / 2;
    let root: Vec<f64> = frames.window.iter().map(|w| libm::sqrt(*w)).collect();
    let shares: Vec<f64> = (0..=hop).map(|k| frames.share(k)).collect();
    let mut values = vec![Complex::default(); points];
    for frame in 0..=mid.len().div_ceil(hop) {
        Cancelled::check(is_cancelled)?;
        let start = frame * hop;
        let gains = bin_gains(noise, start as f64 / sample_rate_hz, sample_rate_hz, points);
        for (n, value) in values.iter_mut().enumerate() {
            // Uniform from −1 to 1, of variance 1/3: the density of one side is 2/(3·rate). The longest frames
            // begin first, and the white noise with them.
            let place = (start + n + LONGEST - hop) as u64;
            *value = Complex::new(bipolar(NOISE_SEED, place) * root[n], 0.0);
        }
        frames.fourier.forward(&mut values);
        for (k, value) in values.iter_mut().enumerate() {
            let k = k.min(points - k);
            *value = value.scaled(gains[k] * shares[k]);
        }
        frames.fourier.inverse(&mut values);
        for (n, value) in values.iter().enumerate() {
            let at = (start + n).checked_sub(hop);
            if let Some(slot) = at.and_then(|at| mid.get_mut(at)) {
                *slot += value.re * root[n] / points as f64;
            }
        }
    }
    Ok(())
}

/// The gain of each bin that makes white noise as dense as the bands are at this time.
fn bin_gains(noise: &BandNoise, time_s: f64, sample_rate_hz: f64, points: usize) -> Vec<f64> {
    let Some(last) = noise.powers.len().checked_sub(1) else {
        return vec![0.0; points / 2 + 1];
    };
    let edges = noise_edges_hz();
    let place = (time_s / noise.hop_s).clamp(0.0, last as f64);
    let (before, share) = (place as usize, place - libm::floor(place));
    let after = (before + 1).min(last);
    let mut centres = [0.0; NOISE_BANDS];
    let mut logs = [0.0; NOISE_BANDS];
    for band in 0..NOISE_BANDS {
        let power = |frame: usize| f64::from(noise.powers[frame][band]);
        let mean = power(before) + share * (power(after) - power(before));
        let density = mean / (edges[band + 1] - edges[band]) * 1.5 * sample_rate_hz;
        centres[band] = 0.5 * (edges[band] + edges[band + 1]);
        logs[band] = 0.5 * libm::log(density.max(1e-30));
    }
    let gain = |k: usize| {
        let hz = k as f64 * sample_rate_hz / points as f64;
        if hz >= edges[NOISE_BANDS] {
            return 0.0;
        }
        let next = centres.partition_point(|centre| *centre < hz);
        let log = match next {
            0 => logs[0],
            NOISE_BANDS => logs[NOISE_BANDS - 1],
            next => {
                let width = centres[next] - centres[next - 1];
                let share = (hz - centres[next - 1]) / width;
                logs[next - 1] + share * (logs[next] - logs[next - 1])
            }
        };
        libm::exp(log)
    };
    (0..=points / 2).map(gain).collect()
}
