//! The duration of notes: keys, pedals, repeated notes, decay.

mod analysis;
mod performance;

use aliquot::synth::{Event, NoteAddress, NoteExpression, Param, Patch};
use analysis::*;
use performance::*;

#[test]
fn a_released_note_ends_and_is_reported() {
    let mut patch = Patch::default();
    patch.set(Param::AMP_RELEASE, 0.1);
    let mut engine = engine(RATE, &patch);
    engine.push(Event::NoteOn {
        id: Some(77),
        channel: 3,
        key: 60,
        velocity: 1.0,
    });
    play(&mut engine, &[], 4_800, &[64]);
    assert!(!engine.is_silent());
    assert_eq!(engine.next_ended(), None);
    engine.push(Event::note_off(NoteAddress {
        id: Some(77),
        channel: None,
        key: None,
    }));
    let (left, _) = play(&mut engine, &[], 9_600, &[64]);
    assert!(left[4_700] != 0.0);
    assert!(left[4_800 + 64..].iter().all(|&x| x == 0.0));
    let ended = engine.next_ended().unwrap();
    assert_eq!((ended.id, ended.channel, ended.key), (Some(77), 3, 60));
    assert!(engine.is_silent() && engine.next_ended().is_none());
}

/// Controllers have numbers up to 127; 120 and more are mode messages, which end notes.
#[test]
fn a_controller_whose_number_no_message_can_have_ends_no_note() {
    let mut engine = engine(RATE, &sine());
    engine.push(on(0, 69, 0.5));
    play(&mut engine, &[], 4_800, &[64]);
    for number in 128..=255 {
        engine.push(Event::Controller {
            channel: 0,
            number,
            value: 0.0,
        });
    }
    play(&mut engine, &[], 4_800, &[64]);
    assert!(!engine.is_silent() && engine.next_ended().is_none());
    // A note-off whose key or channel no message can have ends none either.
    engine.push(off(0, 200));
    engine.push(off(200, 69));
    play(&mut engine, &[], 4_800, &[64]);
    assert!(!engine.is_silent() && engine.next_ended().is_none());
}

/// RP-015: Reset All Controllers ends the pressure of single notes, on its channel alone.
#[test]
fn reset_all_controllers_ends_the_pressure_of_notes() {
    let mut patch = sine();
    patch.set(Param::PRESSURE_LEVEL, 12.0);
    let peak_with = |reset_channel: Option<u8>| {
        let mut engine = engine(RATE, &patch);
        engine.push(on(3, 69, 0.5));
        engine.push(Event::Expression {
            note: NoteAddress {
                id: None,
                channel: Some(3),
                key: Some(69),
            },
            expression: NoteExpression::Pressure,
            value: 1.0,
        });
        play(&mut engine, &[], 4_800, &[64]);
        if let Some(channel) = reset_channel {
            engine.push(Event::Controller {
                channel,
                number: 121,
                value: 0.0,
            });
        }
        play(&mut engine, &[], 4_800, &[64]);
        let (left, _) = play(&mut engine, &[], 4_800, &[64]);
        20.0 * left
            .iter()
            .fold(0.0_f32, |most, x| most.max(x.abs()))
            .log10()
    };
    let pressed_db = peak_with(None);
    assert_eq!(peak_with(Some(4)), pressed_db);
    let fall_db = pressed_db - peak_with(Some(3));
    assert!((fall_db - 12.0).abs() < 0.1, "{fall_db} dB");
}

#[test]
fn pedals_hold_notes() {
    let mut patch = sine();
    patch.set(Param::AMP_RELEASE, 0.01);
    let sounds = |events: &[(usize, Event)]| {
        let (left, _) = play(&mut engine(RATE, &patch), events, 12_000, &[64]);
        rms(&left[11_000..]) > 0.01
    };
    let pedal = |number, value| Event::Controller {
        channel: 0,
        number,
        value,
    };
    assert!(!sounds(&[(0, on(0, 60, 1.0)), (5_000, off(0, 60))]));
    assert!(sounds(&[
        (0, pedal(64, 1.0)),
        (0, on(0, 60, 1.0)),
        (5_000, off(0, 60))
    ]));
    assert!(!sounds(&[
        (0, pedal(64, 1.0)),
        (0, on(0, 60, 1.0)),
        (5_000, off(0, 60)),
        (6_000, pedal(64, 0.0))
    ]));
    assert!(sounds(&[
        (0, on(0, 60, 1.0)),
        (10, pedal(66, 1.0)),
        (5_000, off(0, 60))
    ]));
    // Sostenuto holds only the keys that were down.
    assert!(!sounds(&[
        (0, pedal(66, 1.0)),
        (10, on(0, 60, 1.0)),
        (5_000, off(0, 60))
    ]));
    assert!(!sounds(&[
        (0, pedal(64, 1.0)),
        (0, on(0, 60, 1.0)),
        (5_000, pedal(120, 1.0))
    ]));
    assert!(!sounds(&[(0, on(0, 60, 1.0)), (5_000, pedal(123, 0.0))]));
    assert!(!sounds(&[
        (0, on(0, 60, 1.0)),
        (
            5_000,
            Event::Choke(NoteAddress {
                id: None,
                channel: None,
                key: Some(60)
            })
        )
    ]));
}

#[test]
fn damping_decays_at_the_documented_rate() {
    let mut patch = sine();
    patch.set(Param::PARTIALS, 2.0);
    patch.set(Param::TILT, 0.0);
    patch.set(Param::DAMPING, 2.0);
    patch.set(Param::DAMPING_BRIGHTNESS, 3.0);
    let b1 = f64::from(patch.plain(Param::DAMPING));
    let b3 = f64::from(patch.plain(Param::DAMPING_BRIGHTNESS));
    let (left, _) = play(
        &mut engine(RATE, &patch),
        &[(0, on(0, 69, 1.0))],
        96_000,
        &[64],
    );
    for n in [1.0, 2.0] {
        let level = |from: usize| db(amplitude(&left[from..from + 9_600], RATE, 440.0 * n));
        let expected = -20.0 * std::f64::consts::LOG10_E * (b1 + b3 * (0.44 * n).powi(2));
        assert!(
            (level(58_000) - level(10_000) - expected).abs() < 0.02,
            "{n}"
        );
    }
}

#[test]
fn a_held_note_ends_when_it_has_decayed() {
    let mut patch = Patch::default();
    patch.set(Param::DAMPING, 20.0);
    let mut engine = engine(RATE, &patch);
    engine.push(on(0, 60, 1.0));
    play(&mut engine, &[], 96_000, &[512]);
    assert!(engine.is_silent());
    assert!(engine.next_ended().is_some());
}

#[test]
fn a_damped_note_outlives_a_moment_of_silence() {
    // Expression is 0 for a tenth of a second, then 1 again.
    let mut patch = sine();
    patch.set(Param::DAMPING, 0.5);
    let b1 = f64::from(patch.plain(Param::DAMPING));
    let events = [
        (0, on(0, 69, 1.0)),
        (9_600, control(0, 11, 0.0)),
        (14_400, control(0, 11, 1.0)),
    ];
    let (left, _) = play(&mut engine(RATE, &patch), &events, 48_000, &[64]);
    assert!(rms(&left[9_800..14_400]) == 0.0);
    let heard = db(amplitude(&left[24_000..43_200], RATE, 440.0));
    // The middle of the measured window is 0.7 s after the onset.
    let expected = db(0.25) - 0.7 * b1 * 20.0 * std::f64::consts::LOG10_E;
    assert!((heard - expected).abs() < 0.05, "{heard} {expected}");

    // A low pass that opens slowly over a high note.
    let mut patch = sine();
    for (param, value) in [
        (Param::DAMPING, 0.5),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 100.0),
        (Param::SLOPE, 48.0),
        (Param::FILTER_ENV, 8.0),
        (Param::FILTER_ATTACK, 1.0),
        (Param::FILTER_SUSTAIN, 1.0),
    ] {
        patch.set(param, value);
    }
    let (left, _) = play(
        &mut engine(RATE, &patch),
        &[(0, on(0, 96, 1.0))],
        72_000,
        &[64],
    );
    assert!(rms(&left[..4_800]) < 1e-3);
    assert!(rms(&left[57_600..]) > 0.03, "{}", rms(&left[57_600..]));
}

#[test]
fn partials_that_join_late_have_decayed_with_the_note() {
    let mut patch = sine();
    for (param, value) in [
        (Param::PARTIALS, 20.0),
        (Param::TILT, -6.0),
        (Param::DAMPING, 0.3),
        (Param::DAMPING_BRIGHTNESS, 0.02),
    ] {
        patch.set(param, value);
    }
    let few = |patch: &Patch| {
        let mut few = *patch;
        few.set(Param::PARTIALS, 8.0);
        few
    };
    let mut more_damped = patch;
    more_damped.set(Param::DAMPING, 0.8);
    more_damped.set(Param::DAMPING_BRIGHTNESS, 0.04);
    // The damping changes after 0.5 s, the pitch after 1 s. From 3 s on all is as at first; one of the
    // two notes has had the measured partials throughout.
    let render = |before: [&Patch; 3]| {
        let mut engine = engine(RATE, before[0]);
        engine.push(on(0, 69, 1.0));
        play(&mut engine, &[], 24_000, &[64]);
        engine.set_patch(before[1]);
        engine.push(Event::PitchBend {
            channel: 0,
            value: -1.0,
        });
        play(&mut engine, &[], 24_000, &[64]);
        engine.set_patch(before[2]);
        play(&mut engine, &[], 96_000, &[64]);
        engine.set_patch(&patch);
        play(&mut engine, &[], 24_000, &[64]).0
    };
    let all_along = render([&patch, &more_damped, &patch]);
    let joined = render([&few(&patch), &few(&more_damped), &few(&patch)]);
    // Partials that were absent for a time have continued to decay.
    let returned = render([&patch, &few(&more_damped), &few(&patch)]);
    for n in 1..=20 {
        let hz = key_hz(67.0) * f64::from(n);
        let expected = level_db(&all_along[4_800..], RATE, hz);
        for (name, signal) in [("joined", &joined), ("returned", &returned)] {
            let heard = level_db(&signal[4_800..], RATE, hz);
            assert!(
                (heard - expected).abs() < 0.01,
                "partial {n} {name}: {heard} dB, not {expected} dB"
            );
        }
    }
}

#[test]
fn a_note_held_by_the_mpe_master_ends_when_mpe_is_turned_off() {
    for pedal in [64, 66] {
        let mut mpe = sine();
        mpe.set(Param::MPE, 1.0);
        let mut engine = engine(RATE, &mpe);
        let events = [
            (0, on(3, 60, 1.0)),
            (0, on(0, 64, 1.0)),
            (0, on(5, 67, 1.0)),
            (100, control(0, pedal, 1.0)),
            (200, off(3, 60)),
            (200, off(0, 64)),
        ];
        play(&mut engine, &events, 1_000, &[64]);
        assert_eq!(engine.statistics().voices, 3, "CC {pedal}");
        engine.set_patch(&sine());
        play(&mut engine, &[], 1_000, &[64]);
        // The master's own note is still held by its pedal, the other by its key.
        assert_eq!(engine.statistics().voices, 2, "CC {pedal}");
        assert_eq!(engine.next_ended().map(|note| note.channel), Some(3));
        engine.push(control(0, pedal, 0.0));
        play(&mut engine, &[], 1_000, &[64]);
        assert_eq!(engine.statistics().voices, 1, "CC {pedal}");
        engine.push(off(5, 67));
        play(&mut engine, &[], 1_000, &[64]);
        assert_eq!(engine.statistics().voices, 0, "CC {pedal}");
    }
}

/// As a piano does: under the pedal a soft note does not cut off the loud one before it.
#[test]
fn a_repeated_key_sounds_on_under_the_pedal_and_ends_without() {
    let events = |pedal: f32| {
        [
            (0, control(0, 64, pedal)),
            (0, on(0, 60, 1.0)),
            (2_000, off(0, 60)),
            (4_000, on(0, 60, 0.1)),
            (6_000, off(0, 60)),
        ]
    };
    for (pedal, voices) in [(1.0, [1, 2, 2, 0]), (0.0, [0, 1, 0, 0])] {
        let mut engine = engine(RATE, &sine());
        let mut heard = Vec::new();
        let mut done = 0;
        for until in [3_900, 5_000, 9_000] {
            let due: Vec<_> = events(pedal)
                .into_iter()
                .filter(|&(at, _)| (done..until).contains(&at))
                .map(|(at, event)| (at - done, event))
                .collect();
            play(&mut engine, &due, until - done, &[64]);
            done = until;
            heard.push(engine.statistics().voices);
        }
        engine.push(control(0, 64, 0.0));
        play(&mut engine, &[], 5_000, &[64]);
        heard.push(engine.statistics().voices);
        assert_eq!(heard, voices, "pedal {pedal}");
    }
}

/// A host that gives every note an id of its own: each of ten is held by the pedal, and all end when
/// it comes up.
#[test]
fn notes_with_ids_are_held_and_let_go_together() {
    let mut engine = engine(RATE, &sine());
    engine.push(control(0, 64, 1.0));
    for id in 0..10 {
        let address = NoteAddress {
            id: Some(id),
            channel: Some(0),
            key: Some(60),
        };
        let note = Event::NoteOn {
            id: Some(id),
            channel: 0,
            key: 60,
            velocity: 1.0,
        };
        let events = [(0, note), (500, Event::note_off(address))];
        play(&mut engine, &events, 1_000, &[64]);
    }
    assert_eq!(engine.statistics().voices, 10);
    assert_eq!(engine.next_ended(), None);
    engine.push(control(0, 64, 0.0));
    play(&mut engine, &[], 5_000, &[64]);
    let ended: Vec<_> = std::iter::from_fn(|| engine.next_ended())
        .filter_map(|note| note.id)
        .collect();
    assert_eq!(ended.len(), 10);
    assert_eq!(engine.statistics().voices, 0);
}

/// Notes on channels that enter or leave a zone end, pedals or not; the others stay.
#[test]
fn a_new_zone_ends_the_notes_of_the_channels_that_it_takes() {
    let configure = |engine: &mut aliquot::synth::Engine, members: u8| {
        for (number, data) in [(101, 0), (100, 6), (6, members)] {
            engine.push(control(0, number, f32::from(data) / 127.0));
        }
        play(engine, &[], 1_000, &[64]);
        engine.statistics().voices
    };
    let mut engine = engine(RATE, &sine());
    for channel in [0, 3, 9] {
        engine.push(on(channel, 60, 1.0));
        engine.push(control(channel, 64, 1.0));
    }
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 3);
    assert_eq!(configure(&mut engine, 5), 1);
    assert_eq!(engine.mpe_zones().to_string(), "MPE lower 5");
    engine.push(on(2, 64, 1.0));
    engine.push(on(4, 67, 1.0));
    // Once more the same zone changes nothing; a smaller one ends what it leaves.
    assert_eq!(configure(&mut engine, 5), 3);
    assert_eq!(configure(&mut engine, 3), 2);
    // The master's pedal reaches the members of its zone alone.
    engine.push(control(0, 64, 1.0));
    engine.push(off(2, 64));
    engine.push(control(9, 64, 0.0));
    engine.push(off(9, 60));
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 1);
    engine.push(control(0, 64, 0.0));
    play(&mut engine, &[], 1_000, &[64]);
    assert_eq!(engine.statistics().voices, 0);
    // After a reset only the parameter counts.
    engine.reset();
    assert!(!engine.mpe_zones().is_on());
}
