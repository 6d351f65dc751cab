//! Automation and modulation, for all notes and for one.

use aliquot::synth::block_frames;
use aliquot::synth::parameter::ROUTES;
use xtask::host::{Event, Instance, Note, state_with_bank};

use crate::analysis::{cents, first_difference, frequency_hz, key_hz, level_db};
use crate::recordings::short_bank;
use crate::rig::{off, on, play, sine_with};

const RATE_HZ: f64 = 48_000.0;

fn set(instance: &mut Instance, frame: usize, name: &str, text: &str) -> (usize, Event) {
    let id = instance.parameter(name).unwrap().id;
    let value = instance.value_of_text(id, text).unwrap().unwrap();
    (frame, Event::Value(id, value))
}

#[test]
fn automation_is_heard_where_it_is_written() {
    let frame = 24_123;
    let mut instance = sine_with(&[("Partials", "4")]);
    let note = on(0, 1, 57);
    let plain = play(&mut instance, RATE_HZ, &[note], 48_000, 480);
    let event = set(&mut instance, frame, "Partial 2 Level", "-12 dB");
    let automated = play(&mut instance, RATE_HZ, &[note, event], 48_000, 480);

    let tick = block_frames(RATE_HZ);
    let differs = first_difference(&plain[0], &automated[0]).expect("the automation is heard");
    assert!(
        (frame..=frame + tick + 1).contains(&differs),
        "written at {frame}, heard from {differs}"
    );
    for partial in 1..=4 {
        let hz = key_hz(57.0) * f64::from(partial);
        let before = level_db(&automated[0][4_800..24_000], RATE_HZ, hz);
        let after = level_db(&automated[0][26_400..45_600], RATE_HZ, hz);
        let expected = if partial == 2 { -12.0 } else { 0.0 };
        assert!(
            (after - before - expected).abs() < 0.05,
            "partial {partial}: from {before} to {after} dB"
        );
    }
}

/// A depth counts from the first tick behind the event on, in full after a block, and moves what its route
/// moves and nothing else.
#[test]
fn automation_of_a_routes_depth_is_heard_where_it_is_written() {
    let frame = 24_123_usize;
    let block = block_frames(RATE_HZ);
    let tick = frame.next_multiple_of(block);
    // A depth of 1 is 24 dB.
    for (from, to, set_of_partials, expected_db) in [
        ("Velocity", "Partials Level", "Even", [0.0, -6.0, 0.0, -6.0]),
        ("Macro 3", "Level", "All", [-3.0; 4]),
    ] {
        let mut instance = sine_with(&[
            ("Partials", "4"),
            ("Macro 3", "50 %"),
            ("Route 7 From", from),
            ("Route 7 To", to),
            ("Route 7 Partials", set_of_partials),
        ]);
        let note = on(0, 1, 57);
        let event = set(&mut instance, frame, "Route 7 Depth", "-25 %");
        let plain = play(&mut instance, RATE_HZ, &[note], 48_000, 480);
        let automated = play(&mut instance, RATE_HZ, &[note, event], 48_000, 480);

        let differs = first_difference(&plain[0], &automated[0]).expect("the automation is heard");
        assert!(
            (tick..tick + 2).contains(&differs),
            "{from}: written at {frame}, heard from {differs}"
        );
        for (partial, expected_db) in (1..).zip(expected_db) {
            let hz = key_hz(57.0) * f64::from(partial);
            let level = |sound: &[f32]| level_db(&sound[tick + block..][..19_200], RATE_HZ, hz);
            let moved_db = level(&automated[0]) - level(&plain[0]);
            assert!(
                (moved_db - expected_db).abs() < 0.01,
                "{from}, partial {partial}: {moved_db} dB"
            );
        }
    }
}

#[test]
fn automated_tuning_is_heard() {
    let mut instance = sine_with(&[]);
    let event = set(&mut instance, 24_000, "Partial 1 Tune", "100 ct");
    let sound = play(&mut instance, RATE_HZ, &[on(0, 1, 69), event], 48_000, 480);
    let before = frequency_hz(&sound[0][4_800..24_000], RATE_HZ, 440.0, 50.0);
    let after = frequency_hz(&sound[0][26_400..], RATE_HZ, key_hz(70.0), 50.0);
    assert!(cents(440.0, before).abs() < 0.5, "{before}");
    assert!((cents(before, after) - 100.0).abs() < 0.5, "{after}");
}

/// Modulation is heard on all notes and goes away again; the value, and what would be saved of it,
/// stays where it was.
#[test]
fn modulation_offsets_and_leaves_the_value() {
    let mut instance = sine_with(&[("Partial 1 Level", "-3 dB")]);
    let level = instance.parameter("Partial 1 Level").unwrap();
    let (value, state) = (
        instance.value(level.id).unwrap(),
        instance.save_state().unwrap(),
    );
    let modulation = (24_000, Event::Modulation(level.id, -12.0 / 96.0));
    let back = (36_000, Event::Modulation(level.id, 0.0));
    let events = [on(0, 1, 57), on(0, 2, 64), modulation, back];
    let sound = play(&mut instance, RATE_HZ, &events, 48_000, 480);
    for key in [57.0, 64.0] {
        let level =
            |range: std::ops::Range<usize>| level_db(&sound[0][range], RATE_HZ, key_hz(key));
        let before = level(12_000..23_900);
        assert!((level(25_000..35_900) - before + 12.0).abs() < 0.05);
        assert!((level(37_000..48_000) - before).abs() < 0.05);
    }
    assert_eq!(instance.value(level.id).unwrap(), value);
    // While it is modulated, the framework gives the value with its modulation; what is saved is the value
    // alone.
    play(
        &mut instance,
        RATE_HZ,
        &[on(0, 1, 57), modulation],
        48_000,
        480,
    );
    assert!(instance.value(level.id).unwrap() < value);
    assert_eq!(instance.save_state().unwrap(), state);
}

/// Levels of two notes before and after an event at frame 24,000, in decibels.
fn change_of_two_notes(instance: &mut Instance, event: Event) -> [f64; 2] {
    let events = [on(0, 1, 57), on(0, 2, 64), (24_000, event)];
    let sound = play(instance, RATE_HZ, &events, 48_000, 480);
    [57.0, 64.0].map(|key| {
        let before = level_db(&sound[0][4_800..24_000], RATE_HZ, key_hz(key));
        let after = level_db(&sound[0][26_400..45_600], RATE_HZ, key_hz(key));
        after - before
    })
}

#[test]
fn modulation_of_one_note_leaves_the_other() {
    let mut instance = sine_with(&[]);
    let level = instance.parameter("Partial 1 Level").unwrap();
    for (id, expected) in [(1, [-12.0, 0.0]), (2, [0.0, -12.0])] {
        for note in [
            Note::by_id(id),
            Note::new(id, if id == 1 { 57 } else { 64 }),
        ] {
            let event = Event::NoteModulation(note, level.id, -12.0 / 96.0);
            let change = change_of_two_notes(&mut instance, event);
            for (change, expected) in change.iter().zip(expected) {
                assert!((change - expected).abs() < 0.05, "note {id}: {change} dB");
            }
        }
    }
}

/// Settings with which every section is on, so that each parameter of a note is heard.
const EVERYTHING: &[(&str, &str)] = &[
    ("Partials", "12"),
    ("Body B", "Saron"),
    ("Body C", "Xylophone"),
    ("Morph X", "0.4"),
    ("Morph Y", "0.4"),
    ("Strike Depth", "50 %"),
    ("Stereo Spread", "50 %"),
    ("Cluster", "50 %"),
    ("Unison Copies", "3"),
    ("Filter Cutoff", "600 Hz"),
    ("Filter Resonance", "6 dB"),
    ("Filter Gain", "6 dB"),
    ("Filter Envelope Amount", "1 oct"),
    ("Filter Decay", "5 s"),
    ("Filter 2 Cutoff", "900 Hz"),
    ("Filter 2 Resonance", "6 dB"),
    ("Filter 2 Gain", "6 dB"),
    ("Filter 2 Envelope Amount", "1 oct"),
    ("Divide Amount", "50 %"),
    ("Comb Amount", "50 %"),
    ("Phaser Amount", "50 %"),
    ("Vowel Amount", "50 %"),
    ("Focus Gain", "6 dB"),
    ("Copies Amount", "50 %"),
    ("Threshold", "-20 dB"),
    ("Damping", "0.5"),
    ("Damping Brightness", "0.5"),
    ("Aftersound", "50 %"),
    ("Amp Decay", "200 ms"),
    ("Amp Sustain", "60 %"),
    ("Amp Release", "500 ms"),
    ("Filter Attack", "100 ms"),
    ("Room Amount", "50 %"),
];

/// Where note 1 begins.
const ONSET: usize = 2_400;

/// Note 1 with these events, under all controllers and behind another note, from which it may glide; and let
/// go.
fn released(events: &[(usize, Event)]) -> Vec<(usize, Event)> {
    let controllers = [[0xB0, 1, 64], [0xB0, 74, 100], [0xD0, 64, 0]];
    let mut played: Vec<_> = controllers
        .into_iter()
        .map(|message| (0, Event::Midi(message)))
        .collect();
    played.extend([on(0, 3, 62), off(1_200, 3, 62)]);
    played.push((ONSET, Event::NoteOn(Note::new(1, 50), 0.5)));
    played.extend_from_slice(events);
    played.push(off(14_400, 1, 50));
    played
}

/// Modulators that each move the levels of the partials, which stand apart in them.
fn modulators() -> Vec<(String, String)> {
    let names = [
        "LFO 1",
        "LFO 2",
        "LFO 3",
        "LFO 4",
        "Curve 1",
        "Curve 2",
        "Curve 3",
        "Curve 4",
        "Sequence 1",
        "Sequence 2",
        "Filter Envelope",
        "Amp Envelope",
    ];
    let mut settings = Vec::new();
    for (route, name) in (1..).zip(names) {
        for (of, text) in [("From", name), ("To", "Partials Level"), ("Depth", "20 %")] {
            settings.push((format!("Route {route} {of}"), text.to_owned()));
        }
    }
    for number in 1..=4 {
        settings.push((format!("LFO {number} Fan Phase"), "0.5".to_owned()));
        settings.push((format!("Curve {number} Fan Delay"), "20 ms".to_owned()));
    }
    for number in 1..=2 {
        for step in [1, 3, 4] {
            settings.push((format!("Sequence {number} Step {step}"), "100 %".to_owned()));
        }
        settings.push((format!("Sequence {number} Division"), "1/32".to_owned()));
    }
    settings.push(("Glide".to_owned(), "100 ms".to_owned()));
    settings
}

/// Each kind of sound parameter that may be modulated per note: the note's sound changes, and a
/// note that is not meant keeps every bit.
#[test]
fn every_polyphonic_parameter_moves_its_note_only() {
    let routes: Vec<[String; 2]> = (1..=ROUTES)
        .map(|route| ["From", "To"].map(|end| format!("Route {route} {end}")))
        .collect();
    let mut to_level = Vec::new();
    for [from, to] in &routes {
        to_level.extend([(from.as_str(), "Velocity"), (to.as_str(), "Level")]);
    }
    let modulators = modulators();
    let of_modulators = modulators
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    const SCENES: usize = 4;
    // Each type of filter leaves some numbers of a filter without effect. Only one scene plays a recording.
    let mut scenes: [_; SCENES] = [
        (["Low Pass", "Peak"], to_level.clone()),
        (["Peak", "Low Pass"], to_level),
        (["Low Pass", "Low Pass"], of_modulators.collect()),
        (["Off", "Off"], vec![("Body A", "Recording")]),
    ]
    .map(|([first, second], others)| {
        let mut settings = EVERYTHING.to_vec();
        settings.extend(others);
        settings.extend([("Filter Type", first), ("Filter 2 Type", second)]);
        let mut instance = sine_with(&settings);
        let state = state_with_bank(&mut instance, &short_bank()).expect("a state");
        instance.load_state(&state).expect("a good state");
        let plain = play(&mut instance, RATE_HZ, &released(&[]), 24_000, 480);
        (instance, plain)
    });
    let polyphonic: Vec<_> = scenes[0]
        .0
        .parameters()
        .iter()
        .filter(|p| p.is_polyphonic())
        .filter(|p| {
            // One partial that sounds is as good as another.
            !p.name.starts_with("Partial ") || p.name.starts_with("Partial 2 ")
        })
        .cloned()
        .collect();
    assert!(polyphonic.len() >= 140, "{}", polyphonic.len());
    let mut unheard = Vec::new();
    for parameter in polyphonic {
        // Some are read at the note's start alone, and others come to nothing there.
        let scenes_of = |at| (0..SCENES).map(move |scene| (at, scene));
        let mut tries = [ONSET + 2_400, ONSET].into_iter().flat_map(scenes_of);
        let is_heard = tries.any(|(at, scene)| {
            let (instance, plain) = &mut scenes[scene];
            let value = instance.value(parameter.id).unwrap();
            let amount = if value > 0.5 { -0.25 } else { 0.25 } * parameter.max;
            let mut modulated = |id| {
                let event = Event::NoteModulation(Note::by_id(id), parameter.id, amount);
                play(instance, RATE_HZ, &released(&[(at, event)]), 24_000, 480)
            };
            let other = modulated(2);
            assert_eq!(*plain, other, "{} moves another note", parameter.name);
            *plain != modulated(1)
        });
        if !is_heard {
            unheard.push(parameter.name);
        }
    }
    assert!(unheard.is_empty(), "not heard: {unheard:?}");
}

#[test]
fn a_macro_moves_what_it_is_set_to() {
    let mut instance = sine_with(&[
        ("Macro 1 Target", "Output Level"),
        ("Macro 1 Amount", "-25 %"),
    ]);
    let event = set(&mut instance, 24_000, "Macro 1", "100 %");
    let change = change_of_two_notes(&mut instance, event.1);
    // A quarter of the way from −60 to 12 dB.
    for change in change {
        assert!((change + 18.0).abs() < 0.05, "{change} dB");
    }
}
