//! CLAP's note expressions, each by its own sound, on one note of two.

use xtask::host::{Event, Expression, Instance, Note};

use crate::analysis::{cents, db, frequency_hz, key_hz, level_db};
use crate::rig::{on, play, sine_with};

const RATE_HZ: f64 = 48_000.0;
const BEFORE: std::ops::Range<usize> = 4_800..24_000;
const AFTER: std::ops::Range<usize> = 28_800..48_000;

/// The sound of two notes, id 1 on key 57 and id 2 on key 64, the second with an expression from
/// frame 24,000 on.
fn express(instance: &mut Instance, expression: Expression, value: f64) -> Vec<Vec<f32>> {
    let event = Event::Expression(Note::new(2, 64), expression, value);
    let events = [on(0, 1, 57), on(0, 2, 64), (24_000, event)];
    play(instance, RATE_HZ, &events, 48_000, 480)
}

/// How the level at `hz` changes, in decibels.
fn change_db(sound: &[f32], hz: f64) -> f64 {
    level_db(&sound[AFTER], RATE_HZ, hz) - level_db(&sound[BEFORE], RATE_HZ, hz)
}

fn assert_untouched(sound: &[Vec<f32>]) {
    for channel in sound {
        let change = change_db(channel, key_hz(57.0));
        assert!(change.abs() < 0.02, "the other note: {change} dB");
    }
}

#[test]
fn tuning_is_in_semitones() {
    for semitones in [7.0, -12.0, 0.31] {
        let mut instance = sine_with(&[]);
        let sound = express(&mut instance, Expression::Tuning, semitones);
        let expected = key_hz(64.0 + semitones);
        let hz = frequency_hz(&sound[0][AFTER], RATE_HZ, expected, 30.0);
        assert!(cents(expected, hz).abs() < 0.5, "{hz} Hz for {expected}");
        assert_untouched(&sound);
    }
}

#[test]
fn volume_is_a_gain() {
    for gain in [0.5, 2.0, 0.1] {
        let mut instance = sine_with(&[]);
        let sound = express(&mut instance, Expression::Volume, gain);
        let change = change_db(&sound[0], key_hz(64.0));
        assert!((change - db(gain)).abs() < 0.05, "{change} dB for {gain}");
        assert_untouched(&sound);
    }
}

#[test]
fn expression_is_a_gain() {
    for gain in [0.5, 0.2] {
        let mut instance = sine_with(&[]);
        let sound = express(&mut instance, Expression::Expression, gain);
        let change = change_db(&sound[0], key_hz(64.0));
        assert!((change - db(gain)).abs() < 0.05, "{change} dB for {gain}");
        assert_untouched(&sound);
    }
}

#[test]
fn pan_moves_the_note_to_its_side() {
    for (value, loud, quiet) in [(0.0, 0, 1), (1.0, 1, 0)] {
        let mut instance = sine_with(&[]);
        let sound = express(&mut instance, Expression::Pan, value);
        let level = |channel: &Vec<f32>| level_db(&channel[AFTER], RATE_HZ, key_hz(64.0));
        let difference = level(&sound[loud]) - level(&sound[quiet]);
        assert!(difference > 60.0, "pan {value}: {difference} dB");
        assert!(change_db(&sound[loud], key_hz(64.0)) > -0.1);
        assert_untouched(&sound);
    }
}

#[test]
fn pressure_raises_the_level_as_set() {
    let mut instance = sine_with(&[("Pressure to Level", "9 dB")]);
    let sound = express(&mut instance, Expression::Pressure, 1.0);
    let change = change_db(&sound[0], key_hz(64.0));
    assert!((change - 9.0).abs() < 0.1, "{change} dB");
    assert_untouched(&sound);
}

#[test]
fn brightness_tilts_the_spectrum() {
    for (value, db_per_octave) in [(1.0, 4.0), (0.0, -4.0), (0.5, 0.0)] {
        let mut instance = sine_with(&[("Partials", "4"), ("Brightness to Tilt", "4 dB/oct")]);
        let sound = express(&mut instance, Expression::Brightness, value);
        let first = change_db(&sound[0], key_hz(64.0));
        let fourth = change_db(&sound[0], 4.0 * key_hz(64.0));
        let tilt = (fourth - first) / 2.0;
        assert!(
            (tilt - db_per_octave).abs() < 0.05,
            "{value}: {tilt} dB per octave"
        );
        assert_untouched(&sound);
    }
}

#[test]
fn vibrato_moves_the_pitch_to_and_fro() {
    let mut instance = sine_with(&[("Wheel to Vibrato", "50 ct")]);
    let sound = express(&mut instance, Expression::Vibrato, 1.0);
    let swing = |range: std::ops::Range<usize>| {
        let pitches: Vec<f64> = sound[0][range]
            .windows(2_400)
            .step_by(480)
            .map(|part| {
                cents(
                    key_hz(64.0),
                    frequency_hz(part, RATE_HZ, key_hz(64.0), 120.0),
                )
            })
            .collect();
        let most = pitches.iter().copied().fold(f64::MIN, f64::max);
        let least = pitches.iter().copied().fold(f64::MAX, f64::min);
        (least, most)
    };
    let (least, most) = swing(BEFORE);
    assert!(most - least < 8.0, "before: {least} to {most} cents");
    let (least, most) = swing(AFTER);
    assert!(
        least < -25.0 && most > 25.0,
        "after: {least} to {most} cents"
    );
}

/// Every expression changes the sound of its note, and only of its note.
#[test]
fn an_expression_for_an_absent_note_changes_nothing() {
    for expression in Expression::ALL {
        let mut instance = sine_with(&[("Partials", "4")]);
        let plain = play(&mut instance, RATE_HZ, &[on(0, 1, 57)], 24_000, 480);
        let with = |note| {
            [
                on(0, 1, 57),
                (4_800, Event::Expression(note, expression, 0.8)),
            ]
        };
        let absent = play(&mut instance, RATE_HZ, &with(Note::new(2, 64)), 24_000, 480);
        assert_eq!(plain, absent, "{expression:?} moves another note");
        let present = play(&mut instance, RATE_HZ, &with(Note::by_id(1)), 24_000, 480);
        assert_ne!(plain, present, "{expression:?} is not heard");
    }
}
