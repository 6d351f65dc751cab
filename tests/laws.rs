//! Frequency laws and unison as they sound: no aliasing, a moving fundamental under a shift, and the
//! loudness of unison. Their formulas are tested in `src/synth/partials/tests`, their clicks in `clicks.rs`.

mod analysis;
mod performance;

use std::f64::consts::TAU;

use aliquot::synth::parameter::SpectrumParams;
use aliquot::synth::{Engine, Param, Patch, Snapshot};
use analysis::*;
use performance::*;

fn with(patch: Patch, settings: &[(Param, f32)]) -> Patch {
    let mut patch = patch;
    for &(param, value) in settings {
        patch.set(param, value);
    }
    patch
}

fn snapshot_of(engine: &Engine) -> Snapshot {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    snapshot
}

/// A note of this key under these settings: no partial sounds at or above Nyquist, and none is heard at the frequency
/// that it would have below it. Returns how many have been listened for.
fn assert_nothing_aliases(rate: f64, key: u8, settings: &[(Param, f32)]) -> usize {
    const FRAMES: usize = 16_384;
    let mut engine = engine(rate, &with(sine(), settings));
    let (left, _) = play(&mut engine, &[(0, on(0, key, 1.0))], FRAMES, &[256]);
    let snapshot = snapshot_of(&engine);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    let hz_of = |is_heard: bool| -> Vec<f64> {
        let partials = partials.iter().filter(|it| (it.power() > 0.0) == is_heard);
        partials.map(|it| f64::from(it.frequency_hz)).collect()
    };
    let (heard, silent) = (hz_of(true), hz_of(false));
    assert!(
        heard.iter().all(|hz| *hz < 0.5 * rate),
        "{key} {settings:?}"
    );
    // Only frequencies that are far from all that sounds.
    let apart_hz = 12.0 * rate / FRAMES as f64;
    let aliases = silent
        .iter()
        .map(|hz| rate * (hz / rate - (hz / rate).round()).abs());
    let is_alone = |hz: &f64| *hz > apart_hz && heard.iter().all(|of| (hz - of).abs() > apart_hz);
    let aliases: Vec<f64> = aliases.filter(is_alone).take(8).collect();
    for &hz in &aliases {
        let level = level_db(&left, rate, hz);
        assert!(
            level < -100.0,
            "{hz} Hz of {rate}: {level} dB, {key} {settings:?}"
        );
    }
    aliases.len()
}

/// On keys over the compass, with every stack, in bodies of whole and other ratios.
#[test]
fn nothing_aliases_with_shift_spacing_and_unison_at_their_ends() {
    const KEYS: [u8; 3] = [36, 66, 96];
    let body = SpectrumParams::ALL[0].body;
    let bodies = ["Harmonic", "Squares", "Powers of Phi"];
    let bodies = bodies.map(|label| body.parse(label).expect("a body"));
    let stacks = 1 + Param::UNISON_STACK.range().ends().1 as usize;
    let ends = |param: Param| [param.range().ends().0, param.range().ends().1];
    let mut listened = [0; 3];
    let mut case = 0;
    for rate in [8_000.0, 44_100.0, 96_000.0] {
        for (key, listened) in KEYS.into_iter().zip(&mut listened) {
            for corner in 0..16_usize {
                let end = |param: Param, bit: usize| (param, ends(param)[corner >> bit & 1]);
                // Seven stacks and three bodies meet in 21 cases, so 144 have each pair.
                let stack = (case % stacks) as f32;
                *listened += assert_nothing_aliases(
                    rate,
                    key,
                    &[
                        (Param::PARTIALS, 64.0),
                        (Param::TILT, 0.0),
                        (body, bodies[case % bodies.len()]),
                        end(Param::SHIFT, 0),
                        end(Param::SPACING, 1),
                        end(Param::DETUNE_LAW, 2),
                        (Param::UNISON_STACK, stack),
                        (Param::SCATTER, 1_200.0),
                        (Param::UNISON, [2.0, 8.0][corner >> 3]),
                        (Param::DETUNE, 100.0),
                    ],
                );
                case += 1;
            }
        }
    }
    assert_eq!(stacks, 7);
    println!("{listened:?}");
    assert!(listened.iter().all(|count| *count > 50), "{listened:?}");
}

/// The sound of partial 1, moved by a vibrato of 50 cents at 6 Hz under a shift, against the exact
/// integral of f₀·r + s at every frame. Returns the difference in dB.
fn shifted_vibrato_error_db(key: u8, shift_hz: f32) -> f64 {
    let patch = with(
        sine(),
        &[
            (Param::LEVEL, 0.0),
            (Param::LFO_RATE, 6.0),
            (Param::LFO_PITCH, 50.0),
            (Param::SHIFT, shift_hz),
        ],
    );
    let value = |param| f64::from(patch.plain(param));
    let mut engine = engine(RATE, &patch);
    let (left, _) = play(&mut engine, &[(0, on(0, key, 1.0))], 48_000, &[64]);
    let turns_per_frame = |frame: f64| {
        let lfo = (TAU * value(Param::LFO_RATE) * frame / RATE).sin();
        let hz = key_hz(f64::from(key) + value(Param::LFO_PITCH) * lfo / 100.0);
        (hz + value(Param::SHIFT)).abs() / RATE
    };
    let mut turns = 0.0_f64;
    let (mut error, mut power) = (0.0, 0.0);
    for (frame, &heard) in left.iter().enumerate() {
        let wanted = 0.25 * (TAU * turns).sin();
        error += (f64::from(heard) - wanted).powi(2);
        power += wanted * wanted;
        let middle = frame as f64 + 0.5;
        let away = 0.5 / 3.0_f64.sqrt();
        let mean = (turns_per_frame(middle - away) + turns_per_frame(middle + away)) / 2.0;
        turns = (turns + mean).fract();
    }
    db((error / power).sqrt())
}

#[test]
fn a_shift_follows_a_moving_fundamental_within_75_db() {
    for (key, shift_hz) in [
        (111, 0.0),
        (105, 1_500.0),
        (69, 2_000.0),
        (45, 2_000.0),
        (24, 2_000.0),
        (69, -1_500.0),
        (45, -2_000.0),
        (100, -2_000.0),
    ] {
        let error_db = shifted_vibrato_error_db(key, shift_hz);
        println!("key {key}, {shift_hz} Hz: {error_db:.1} dB");
        assert!(
            error_db <= -75.0,
            "key {key}, {shift_hz} Hz: {error_db:.1} dB"
        );
    }
}

/// Power of both channels over these frames of a note.
fn power(patch: &Patch, key: u8, frames: std::ops::Range<usize>) -> f64 {
    let mut engine = engine(RATE, patch);
    let (left, right) = play(&mut engine, &[(0, on(0, key, 1.0))], frames.end, &[256]);
    rms(&left[frames.clone()]).powi(2) + rms(&right[frames]).powi(2)
}

#[test]
fn unison_is_as_loud_as_one_copy() {
    let base = with(sine(), &[(Param::PARTIALS, 32.0), (Param::DETUNE, 20.0)]);
    let average = |patch: &Patch, frames: std::ops::Range<usize>, keys: usize| {
        let keys = (40..88).step_by(48 / keys);
        keys.map(|key| power(patch, key, frames.clone()))
            .sum::<f64>()
    };
    let (held, onset) = (0..96_000, 0..960);
    let [held_alone, onset_alone] =
        [(held.clone(), 4), (onset.clone(), 48)].map(|(frames, keys)| average(&base, frames, keys));
    for copies in 2..=8 {
        for blend in [1.0, 0.4] {
            let settings = [(Param::UNISON, copies as f32), (Param::UNISON_BLEND, blend)];
            let patch = with(base, &settings);
            let held_db = 10.0 * (average(&patch, held.clone(), 4) / held_alone).log10();
            assert!(
                held_db.abs() < 0.5,
                "{copies} copies, {blend}: {held_db:.2} dB"
            );
            // Copies have phases of their own from the onset on.
            let onset_db = 10.0 * (average(&patch, onset.clone(), 48) / onset_alone).log10();
            assert!(
                onset_db.abs() < 1.0,
                "{copies} copies, {blend}: {onset_db:.2} dB"
            );
        }
    }
}

/// What the window shows: copy after copy, with room for all.
#[test]
fn a_snapshot_has_every_copy() {
    let patch = with(
        sine(),
        &[
            (Param::PARTIALS, 20.0),
            (Param::UNISON, 3.0),
            (Param::DETUNE, 50.0),
            (Param::UNISON_WIDTH, 1.0),
        ],
    );
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 45, 1.0))], 4_800, &[64]);
    let snapshot = snapshot_of(&engine);
    let (voice, partials) = snapshot.voices().next().expect("a voice");
    assert_eq!(voice.partials_per_copy, 32);
    assert_eq!(partials.len(), 96);
    let (middle, others) = partials.split_at(32);
    let (low, high) = others.split_at(32);
    for (middle, (low, high)) in middle.iter().zip(low.iter().zip(high)).take(20) {
        let off = |other: f32| cents(f64::from(middle.frequency_hz), f64::from(other));
        assert!((off(low.frequency_hz) + 50.0).abs() < 0.01);
        assert!((off(high.frequency_hz) - 50.0).abs() < 0.01);
        assert!(low.right < 1e-6 && high.left < 1e-6 && middle.left == middle.right);
    }
}
