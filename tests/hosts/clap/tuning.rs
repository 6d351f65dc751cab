//! Scales in states, and tuning messages, as the bundled plugin plays them.

use xtask::host::{Event, Instance, state_with_field};

use crate::analysis::{cents, frequency_hz, peak};
use crate::rig::{play, sine_with};

const RATE_HZ: f64 = 48_000.0;

const MEANTONE: &str = "meanquar\n12\n76.04900\n193.15686\n310.26471\n5/4\n503.42157\n579.47057\n\
    696.57843\n25/16\n889.73529\n1006.84314\n1082.89214\n2/1\n";
const FIVE: &str = "5 equal steps\n5\n240.\n480.\n720.\n960.\n2/1\n";
const BOHLEN_PIERCE: &str = "13 equal steps of 3/1\n13\n146.30423\n292.60846\n438.91269\n\
    585.21692\n731.52116\n877.82539\n1024.12962\n1170.43385\n1316.73808\n1463.04231\n\
    1609.34654\n1755.65077\n3/1\n";

/// JSON of a state's field.
fn field(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(key, text)| format!("{key:?}:{text:?}"));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn load(instance: &mut Instance, fields: &[(&str, &str)]) {
    let state = state_with_field(instance, "tuning", &field(fields)).expect("a state");
    instance.load_state(&state).expect("a good state");
}

fn heard_hz(instance: &mut Instance, key: u8, near_hz: f64) -> f64 {
    let on = (0, Event::Midi([0x90, key, 127]));
    let sound = play(instance, RATE_HZ, &[on], 60_000, 480);
    frequency_hz(&sound[0][9_600..], RATE_HZ, near_hz, 40.0)
}

#[test]
fn keys_sound_at_the_pitches_of_the_scale() {
    for (scl, keys) in [
        (MEANTONE, [(61, 273.374313), (69, 437.398902)]),
        (BOHLEN_PIERCE, [(61, 284.696294), (73, 784.876696)]),
        (FIVE, [(61, 300.529353), (65, 523.251131)]),
    ] {
        let mut instance = sine_with(&[]);
        load(&mut instance, &[("name", "x"), ("scl", scl)]);
        for (key, hz) in keys {
            let heard = heard_hz(&mut instance, key, hz);
            assert!(cents(hz, heard).abs() < 0.1, "{key}: {heard} for {hz}");
        }
        // It is saved as it was loaded.
        let state = instance.save_state().expect("a state");
        let mut other = sine_with(&[]);
        other.load_state(&state).expect("a good state");
        assert!(other.save_state().expect("a state") == state);
        let (key, hz) = keys[0];
        assert!(cents(hz, heard_hz(&mut other, key, hz)).abs() < 0.1);
    }
}

#[test]
fn a_damaged_scale_changes_nothing() {
    let mut instance = sine_with(&[]);
    load(&mut instance, &[("name", "x"), ("scl", MEANTONE)]);
    let before = instance.save_state().expect("a state");
    let damaged = field(&[("scl", "x\n3\n100.0\n")]);
    let state = state_with_field(&mut instance, "tuning", &damaged).expect("a state");
    // Whatever the host is sent, nothing has changed.
    let _ = instance.load_state(&state);
    assert!(instance.save_state().expect("a state") == before);
    assert!(cents(273.374313, heard_hz(&mut instance, 61, 273.374313)).abs() < 0.1);
}

#[test]
fn keys_without_a_pitch_are_silent() {
    let mut instance = sine_with(&[]);
    let kbm = "2\n0\n127\n60\n60\n261.625565\n2\n0\nx\n";
    load(&mut instance, &[("scl", FIVE), ("kbm", kbm)]);
    for (key, is_heard) in [(60, true), (61, false)] {
        let on = (0, Event::Midi([0x90, key, 127]));
        let sound = play(&mut instance, RATE_HZ, &[on], 9_600, 480);
        assert_eq!(peak(&sound[0]) > 0.01, is_heard, "{key}");
    }
}

#[test]
fn tuning_messages_retune_keys() {
    // Middle C a quarter tone up, while it sounds.
    const SINGLE: [u8; 12] = [0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 60, 60, 64, 0, 0xF7];
    let mut instance = sine_with(&[]);
    let events = [
        (0, Event::Midi([0x90, 60, 127])),
        (4_800, Event::Exclusive(&SINGLE)),
    ];
    let sound = play(&mut instance, RATE_HZ, &events, 60_000, 480);
    for (from, to, hz) in [(0, 4_800, 261.625565), (9_600, 60_000, 269.291780)] {
        let heard = frequency_hz(&sound[0][from..to], RATE_HZ, hz, 30.0);
        let tolerance = if from == 0 { 3.0 } else { 0.1 };
        assert!(cents(hz, heard).abs() < tolerance, "{heard} for {hz}");
    }
}
