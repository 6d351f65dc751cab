//! Tracks to samples, by the formulas themselves: partials with the phases of
//! [`PhaseCurve`], transients where they were, noise in its bands. f64, and slow: to judge an
//! analysis, not to play.
//!
//! Noise is that of [`crate::dsp::noise`], as a voice plays it, in f32.
//!
//! Pan is linear: a partial at pan p has 1 − p of its amplitude on the left and 1 + p on the right.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use crate::cancelled::Cancelled;
use crate::dsp::noise::{self, BandGains, Noise, NoiseCarriers};
use crate::dsp::simd_level::SimdLevel;
use crate::tracks::bands::noise_edges_hz;
use crate::tracks::{BandNoise, PhaseCurve, Track, Tracks, Transient};

/// Seed of the noise.
const NOISE_SEED: u64 = 1;
/// Samples between two levels of the noise.
const NOISE_FRAMES: usize = 64;

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

/// The noise that a voice would add, whose levels go in straight lines over [`NOISE_FRAMES`].
fn add_noise(
    noise: &BandNoise,
    sample_rate_hz: f64,
    mid: &mut [f64],
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    let Some(last) = noise.powers.len().checked_sub(1) else {
        return Ok(());
    };
    let carriers = NoiseCarriers::new(&noise_edges_hz(), sample_rate_hz);
    let gains_at = |sample: usize| {
        let place = sample as f64 / sample_rate_hz / noise.hop_s;
        let place = place.min(last as f64);
        let (before, share) = (place as usize, (place - libm::floor(place)) as f32);
        let [from, to] = [before, (before + 1).min(last)].map(|frame| &noise.powers[frame]);
        let mut gains: BandGains = [0.0; noise::LANES];
        for ((gain, from), to) in gains.iter_mut().zip(from).zip(to) {
            *gain = (from + share * (to - from)).sqrt();
        }
        gains
    };
    let mut voice = Noise::begin(NOISE_SEED);
    voice.set_gains(&carriers, &gains_at(0));
    let mut done = 0;
    for samples in mid.chunks_mut(NOISE_FRAMES) {
        Cancelled::check(is_cancelled)?;
        done += samples.len();
        let mut channels = [[0.0; NOISE_FRAMES]; 2];
        let [left, right] = channels.each_mut().map(|all| &mut all[..samples.len()]);
        let (level, sides) = (SimdLevel::PORTABLE, [(1.0, 1.0); 2]);
        voice.render(level, &carriers, &gains_at(done), sides, left, right);
        for (sample, noise) in samples.iter_mut().zip(left) {
            *sample += f64::from(*noise);
        }
    }
    Ok(())
}
