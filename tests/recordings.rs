//! Playback of recordings as partials, against the synthesis that judges an analysis.

mod analysis;
#[path = "recordings/births.rs"]
mod births;
mod performance;
#[path = "recordings/playback.rs"]
mod playback;
#[path = "recordings/sameness.rs"]
mod sameness;
#[path = "recordings/second.rs"]
mod second;
#[path = "recordings/streamed.rs"]
mod streamed;
#[path = "recordings/zones.rs"]
mod zones;

use std::f64::consts::TAU;
use std::sync::Arc;

use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Engine, Param, Patch};
use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::{Breakpoint, Track, Tracks};
use performance::{RATE, engine, sine};

const KEY: u8 = 69;

fn recorded() -> Patch {
    let mut patch = sine();
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    patch.set(Param::BODY_A, body.expect("a body") as f32);
    patch
}

/// A tone of A4 with vibrato and decaying overtones, with breakpoints every `hop` samples.
fn tone(hop: u32, duration_s: f64) -> Tracks {
    let hop_s = f64::from(hop) / RATE;
    let count = (duration_s / hop_s) as usize;
    let track = |n: u32| {
        let mut turns = 0.1 * f64::from(n);
        let hz = |t: f64| 440.0 * f64::from(n) * (1.0 + 0.004 * (TAU * 5.0 * t).sin());
        let point = |k: usize| {
            let t = k as f64 * hop_s;
            let swell = (t / 0.05).min(1.0) * (-t * f64::from(n)).exp();
            let amplitude = 0.3 / f64::from(n) * swell * (1.0 + 0.2 * (TAU * 3.0 * t).sin());
            let point = Breakpoint::new(t, hz(t), amplitude).with_phase(turns);
            turns += 0.5 * (hz(t) + hz(t + hop_s)) * hop_s;
            point
        };
        Track {
            label: Some(n),
            breakpoints: (0..count).map(point).collect(),
        }
    };
    Tracks {
        duration_s: count as f64 * hop_s,
        root_hz: Some(440.0),
        tracks: (1..=12).map(track).collect(),
        ..Tracks::default()
    }
}

fn bank(tracks: &Tracks, hop: u32) -> Arc<TrackBank> {
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop,
    };
    let (bank, remarks) = TrackBank::from_tracks(tracks, grid).expect("a bank");
    assert!(remarks.is_empty(), "{remarks:?}");
    Arc::new(bank)
}

fn player(patch: &Patch, bank: &Arc<TrackBank>) -> Engine {
    let mut engine = engine(RATE, patch);
    engine.set_recordings(Arc::new(Recordings::new(bank.clone())));
    engine
}

fn level_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / samples.len() as f64).log10()
}

fn with(patch: &Patch, settings: &[(Param, f32)]) -> Patch {
    let mut patch = *patch;
    for (param, value) in settings {
        patch.set(*param, *value);
    }
    patch
}

/// Power of the difference over the power of `expected`, decibels.
fn error_db(found: &[f32], expected: &[f32]) -> f64 {
    let power = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let pairs = || found.iter().zip(expected);
    let error = power(&mut pairs().map(|(a, b)| f64::from(a - b)));
    10.0 * (error / power(&mut expected.iter().map(|x| f64::from(*x)))).log10()
}
