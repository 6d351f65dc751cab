//! Tests of scales. Numbers without a source are worked out from the formulas of the modules.

mod dissonance;
mod files;
mod fuzz;
mod keyboard;
mod maps;
mod messages;

use std::sync::Arc;

use super::*;
use crate::synth::parameter::Param;
use crate::synth::patch::Patch;
use crate::synth::tuning::{CHANNELS, KEYS, TickTuning, Tuner};

/// A scale's file with these tones, one after the other.
fn scl(tones: &str) -> String {
    let count = tones.split_whitespace().count();
    let mut text = format!("a scale\n {count}\n");
    for tone in tones.split_whitespace() {
        text.push_str(&format!(" {tone}\n"));
    }
    text
}

fn scale(tones: &str) -> Scale {
    Scale::read(scl(tones).as_bytes()).expect("a scale")
}

/// Quarter-comma meantone, as in Scala's archive.
const MEANTONE: &str = "76.04900 193.15686 310.26471 5/4 503.42157 579.47057 696.57843 25/16 \
                        889.73529 1006.84314 1082.89214 2/1";
const TWELVE: &str = "100. 200. 300. 400. 500. 600. 700. 800. 900. 1000. 1100. 2/1";
/// A tritave in 13 steps, as in the archive.
const BOHLEN_PIERCE: &str = "146.30423 292.60846 438.91269 585.21692 731.52115 877.82539 \
                             1024.12962 1170.43385 1316.73808 1463.04231 1609.34654 1755.65077 3/1";
/// Its period is negative.
const CHIMES: &str = "32/29 1/2 16/29";

/// A map's file of these numbers, in the order of the file.
fn map(numbers: &str) -> KeyMap {
    let text: Vec<&str> = numbers.split_whitespace().collect();
    KeyMap::read(text.join("\n").as_bytes()).expect("a map")
}

/// The frequency of a pitch in semitones: 69 is 440 Hz.
fn hz_of_semitones(semitones: f64) -> f64 {
    440.0 * libm::exp2((semitones - 69.0) / 12.0)
}

fn linear(scale: &Scale) -> TuningSet {
    TuningSet::new("", scale.clone(), SetMaps::Linear).expect("short texts")
}

fn mapped(scale: &Scale, map: &KeyMap) -> TuningSet {
    TuningSet::new("", scale.clone(), SetMaps::One(map.clone())).expect("short texts")
}

/// The pitch of a degree in cents above degree 0.
fn degree_cents(scale: &Scale, degree: i64) -> f64 {
    100.0 * linear(scale).loaded().pitch(degree)
}

/// What voices read of a scale with its maps, with these parameters.
fn tuned_with(set: &TuningSet, settings: &[(Param, f32)]) -> Box<TickTuning> {
    let mut patch = Patch::default();
    for &(param, plain) in settings {
        patch.set(param, plain);
    }
    let mut tuner = Tuner::new();
    tuner.follow(|param| patch.plain(param));
    tuner.set_scale(Arc::new(Some(set.loaded())));
    let mut tick = Box::new(TickTuning::new());
    let masters = std::array::from_fn(|channel| channel as u8);
    tuner.update(&masters, &mut tick).expect("it changes");
    tick
}

fn tuned(set: &TuningSet) -> Box<TickTuning> {
    tuned_with(set, &[])
}

/// The pitch of a key, semitones; `None` if it has none.
fn pitch(tick: &TickTuning, channel: u8, key: u8) -> Option<f64> {
    let keys = &tick.keys;
    keys.is_mapped(channel, key)
        .then(|| keys.pitch(channel, key))
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected} within {tolerance}"
    );
}
