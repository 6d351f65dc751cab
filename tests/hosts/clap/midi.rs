//! MIDI messages through CLAP: wheels, pressure, pedals, channels.

use xtask::host::{Event, Instance};

use crate::analysis::{cents, frequency_hz, key_hz, level_db, peak, rms};
use crate::rig::{play, sine_with};

const RATE_HZ: f64 = 48_000.0;

fn midi(frame: usize, message: [u8; 3]) -> (usize, Event) {
    (frame, Event::Midi(message))
}

fn pitch_after(instance: &mut Instance, events: &[(usize, Event)], near_hz: f64) -> f64 {
    let sound = play(instance, RATE_HZ, events, 48_000, 480);
    frequency_hz(&sound[0][26_400..], RATE_HZ, near_hz, 60.0)
}

#[test]
fn the_pitch_wheel_bends_by_its_range() {
    let mut instance = sine_with(&[("Bend Range", "12 st")]);
    // The wheel's middle is 8192 of 0 to 16,383.
    for (message, semitones) in [
        ([0xE0, 0x00, 0x40], 0.0),
        ([0xE0, 0x7F, 0x7F], 12.0 * 8191.0 / 8192.0),
        ([0xE0, 0x00, 0x00], -12.0),
        ([0xE0, 0x00, 0x60], 6.0),
    ] {
        let expected = key_hz(69.0 + semitones);
        let events = [midi(0, [0x90, 69, 127]), midi(24_000, message)];
        let hz = pitch_after(&mut instance, &events, expected);
        assert!(
            cents(expected, hz).abs() < 0.5,
            "{message:?}: {hz} Hz for {expected}"
        );
    }
}

#[test]
fn in_mpe_a_channel_bends_its_own_note() {
    let mut instance = sine_with(&[("MPE", "On"), ("MPE Bend Range", "48 st")]);
    let bend = midi(24_000, [0xE1, 0x00, 0x48]);
    let events = [midi(0, [0x91, 57, 127]), midi(0, [0x92, 64, 127]), bend];
    let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
    let after = &sound[0][26_400..];
    let bent = frequency_hz(after, RATE_HZ, key_hz(63.0), 30.0);
    assert!(cents(key_hz(63.0), bent).abs() < 0.5, "{bent} Hz");
    let other = frequency_hz(after, RATE_HZ, key_hz(64.0), 30.0);
    assert!(cents(key_hz(64.0), other).abs() < 0.5, "{other} Hz");
    assert!(level_db(after, RATE_HZ, key_hz(57.0)) < -60.0);
}

/// RPN 6 with three members: the lower zone's are channels 2 to 4, the upper zone's 13 to 15.
#[test]
fn a_configuration_message_sets_up_a_zone() {
    for (master, member, outside) in [(0, 1, 4), (15, 14, 11)] {
        let mut instance = sine_with(&[("MPE", "Off")]);
        let on = |channel: u8, key| midi(480, [0x90 | channel, key, 127]);
        let control = |number, value| midi(0, [0xB0 | master, number, value]);
        let bend = |channel: u8| midi(24_000, [0xE0 | channel, 0x00, 0x48]);
        let events = [
            control(101, 0),
            control(100, 6),
            control(6, 3),
            on(member, 57),
            on(outside, 64),
            bend(member),
            bend(outside),
        ];
        let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
        // An eighth of 48 semitones, and of the 2 that a channel without a zone has.
        for key in [63.0, 64.25] {
            let hz = frequency_hz(&sound[0][26_400..], RATE_HZ, key_hz(key), 10.0);
            assert!(
                cents(key_hz(key), hz).abs() < 0.5,
                "master {master}, key {key}: {hz} Hz"
            );
        }
    }
}

#[test]
fn pressure_of_a_channel_and_of_a_key() {
    for (message, changes) in [([0xD0, 127, 0], [9.0, 9.0]), ([0xA0, 64, 127], [0.0, 9.0])] {
        let mut instance = sine_with(&[("Pressure to Level", "9 dB")]);
        let notes = [midi(0, [0x90, 57, 127]), midi(0, [0x90, 64, 127])];
        let events = [notes[0], notes[1], midi(24_000, message)];
        let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
        for (key, expected) in [57.0, 64.0].into_iter().zip(changes) {
            let level = |part: &[f32]| level_db(part, RATE_HZ, key_hz(key));
            let change = level(&sound[0][28_800..]) - level(&sound[0][4_800..24_000]);
            assert!(
                (change - expected).abs() < 0.1,
                "{message:?}, key {key}: {change} dB"
            );
        }
    }
}

#[test]
fn the_modulation_wheel_makes_vibrato() {
    let mut instance = sine_with(&[("Wheel to Vibrato", "50 ct")]);
    let events = [midi(0, [0x90, 69, 127]), midi(24_000, [0xB0, 1, 127])];
    let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
    let pitches: Vec<f64> = sound[0][26_400..]
        .windows(2_400)
        .step_by(480)
        .map(|part| cents(440.0, frequency_hz(part, RATE_HZ, 440.0, 120.0)))
        .collect();
    assert!(
        pitches.iter().any(|c| *c > 25.0) && pitches.iter().any(|c| *c < -25.0),
        "{pitches:?}"
    );
}

#[test]
fn pedals_hold_notes() {
    for controller in [64, 66] {
        let mut instance = sine_with(&[("Amp Release", "10 ms")]);
        let events = [
            midi(0, [0x90, 69, 127]),
            midi(4_800, [0xB0, controller, 127]),
            midi(9_600, [0x80, 69, 0]),
            midi(24_000, [0xB0, controller, 0]),
        ];
        let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
        let held = level_db(&sound[0][12_000..24_000], RATE_HZ, 440.0);
        let before = level_db(&sound[0][480..4_800], RATE_HZ, 440.0);
        assert!(
            (held - before).abs() < 0.1,
            "controller {controller}: {held} dB"
        );
        assert_eq!(peak(&sound[0][26_400..]), 0.0, "controller {controller}");
    }
}

#[test]
fn all_notes_off_releases_and_all_sound_off_silences() {
    for (controller, ringing) in [(123, true), (120, false)] {
        let mut instance = sine_with(&[("Amp Release", "1 s")]);
        let events = [
            midi(0, [0x90, 57, 127]),
            midi(0, [0x90, 64, 127]),
            midi(9_600, [0xB0, controller, 0]),
        ];
        let sound = play(&mut instance, RATE_HZ, &events, 96_000, 480);
        let soon = rms(&sound[0][10_560..12_000]);
        assert_eq!(soon > 1e-3, ringing, "controller {controller}: {soon}");
        assert_eq!(peak(&sound[0][72_000..]), 0.0, "controller {controller}");
    }
}

#[test]
fn a_note_on_without_velocity_is_a_note_off() {
    let mut instance = sine_with(&[("Amp Release", "10 ms")]);
    let events = [midi(0, [0x90, 69, 127]), midi(9_600, [0x90, 69, 0])];
    let sound = play(&mut instance, RATE_HZ, &events, 24_000, 480);
    assert!(rms(&sound[0][4_800..9_600]) > 1e-3);
    assert_eq!(peak(&sound[0][12_000..]), 0.0);
}

/// A note by CLAP and the same by MIDI are one and the same.
#[test]
fn a_midi_note_sounds_as_a_clap_note() {
    let mut instance = sine_with(&[("Velocity to Level", "100 %")]);
    let by_midi = [midi(37, [0x90, 69, 99]), midi(9_600, [0x80, 69, 0])];
    let note = xtask::host::Note::midi(0, 69);
    let by_clap = [
        (37, Event::NoteOn(note, 99.0 / 127.0)),
        (9_600, Event::NoteOff(note, 0.0)),
    ];
    let midi = play(&mut instance, RATE_HZ, &by_midi, 24_000, 480);
    let clap = play(&mut instance, RATE_HZ, &by_clap, 24_000, 480);
    assert!(rms(&midi[0]) > 1e-3);
    assert_eq!(midi, clap);
}
