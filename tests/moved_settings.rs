//! Settings of modulators that a note has for itself, by routes or by a host's modulation: envelopes, phases,
//! fans and glides. `voice_model.rs` tests their values.

mod performance;

use aliquot::synth::parameter::{CurveParams, LfoParams, RouteParams, SequenceParams};
use aliquot::synth::{Engine, Event, NoteAddress, Param, Patch, Snapshot};
use performance::*;

const PARTIALS: usize = 12;

fn set(patch: &mut Patch, param: Param, label: &str) {
    let value = param.parse(label);
    patch.set(param, value.unwrap_or_else(|| panic!("{label}")));
}

fn set_route(patch: &mut Patch, number: usize, from: &str, to: &str, depth: f32) {
    let route = RouteParams::of(number);
    set(patch, route.from, from);
    set(patch, route.to, to);
    patch.set(route.depth, depth);
}

fn tone() -> Patch {
    let mut patch = sine();
    patch.set(Param::PARTIALS, PARTIALS as f32);
    patch.set(Param::VELOCITY_LEVEL, 0.0);
    patch
}

/// A tone that every modulator moves, with fans that are open.
fn moving() -> Patch {
    let mut patch = tone();
    for (param, value) in [
        (Param::AMP_DELAY, 0.005),
        (Param::AMP_ATTACK, 0.03),
        (Param::AMP_HOLD, 0.02),
        (Param::AMP_DECAY, 0.1),
        (Param::AMP_SUSTAIN, 0.6),
        (Param::AMP_RELEASE, 0.3),
        (Param::AMP_FAN_TIME, 0.5),
        (Param::AMP_FAN_DELAY, 0.02),
        (Param::FILTER_DELAY, 0.01),
        (Param::FILTER_ATTACK, 0.05),
        (Param::FILTER_HOLD, 0.02),
        (Param::FILTER_DECAY, 0.2),
        (Param::FILTER_SUSTAIN, 0.3),
        (Param::FILTER_RELEASE, 0.2),
        (Param::FILTER_FAN_TIME, -0.5),
        (Param::FILTER_FAN_DELAY, 0.03),
        (Param::GLIDE, 0.2),
        (Param::GLIDE_FAN, 0.5),
    ] {
        patch.set(param, value);
    }
    let mut number = 0;
    // Each to the voice and to its partials.
    let mut route = |patch: &mut Patch, from: &str| {
        for to in ["Pitch", "Partials Level"] {
            number += 1;
            set_route(patch, number, from, to, 0.1);
        }
    };
    route(&mut patch, "Amp Envelope");
    route(&mut patch, "Filter Envelope");
    for number in 1..=4 {
        let (lfo, curve) = (LfoParams::of(number), CurveParams::of(number));
        set(
            &mut patch,
            lfo.trigger,
            ["Free", "Note", "Random", "Legato"][number - 1],
        );
        patch.set(lfo.phase, 0.2);
        patch.set(lfo.fade, 0.1);
        patch.set(lfo.fan_phase, 0.5);
        patch.set(curve.fan_delay, 0.05);
        patch.set(curve.fan_time, 0.3);
        for from in ["LFO", "Curve"] {
            let from = format!("{from} {number}");
            route(&mut patch, &from);
        }
    }
    for number in 1..=2 {
        let sequence = SequenceParams::of(number);
        patch.set(sequence.glide, 0.5);
        patch.set(sequence.fan_steps, 2.0);
        for step in 1..=16 {
            patch.set(sequence.step(step), [0.3, -0.8, 0.5][step % 3]);
        }
        route(&mut patch, &format!("Sequence {number}"));
    }
    patch
}

fn note_on(id: i32, key: u8) -> Event {
    Event::NoteOn {
        id: Some(id),
        channel: 0,
        key,
        velocity: 0.7,
    }
}

fn note_off(id: i32) -> Event {
    Event::note_off(NoteAddress {
        id: Some(id),
        channel: None,
        key: None,
    })
}

fn settings() -> Vec<Param> {
    let settings = Param::all().filter(|param| param.row().is_modulators);
    settings.collect()
}

/// Two notes of a patch, to the bits. A host modulates the second from its onset on.
fn second_note(patch: &Patch, modulated: Option<(Param, f32)>) -> Vec<u32> {
    let mut engine = engine(RATE, patch);
    // The first leaves nothing but where the second glides from.
    let mut events = vec![(0, note_on(1, 50)), (64, note_off(1))];
    let at = 48_000 + 17;
    events.push((at, note_on(2, 57)));
    if let Some((param, offset)) = modulated {
        let id = 2;
        events.push((at, Event::Modulate { id, param, offset }));
    }
    events.push((at + 19_200, note_off(2)));
    let (left, right) = play(&mut engine, &events, at + 33_600, &[480]);
    let from = |side: Vec<f32>| side[at..].iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let both = [from(left), from(right)];
    both.concat()
}

/// A host's modulation of a note is the same, to the bit, as the patch with that setting.
#[test]
fn a_setting_that_a_host_modulates_is_that_of_a_patch() {
    let patch = moving();
    let as_set = second_note(&patch, None);
    let settings = settings();
    assert_eq!(settings.len(), 50);
    for param in settings {
        let offset = if patch.normalized(param) > 0.5 {
            -0.125
        } else {
            0.125
        };
        let mut moved = patch;
        moved.set_normalized(param, patch.normalized(param) + offset);
        // Also the first note is of the patch; it is over, but for what its glide left.
        let expected = second_note(&moved, None);
        let found = second_note(&patch, Some((param, offset)));
        let name = param.row().name;
        assert!(found == expected, "{name}");
        assert!(expected != as_set, "{name} is not heard");
    }
}

/// Pitches in octaves above 440 Hz of the newest voice, at the end of each block.
fn pitch(engine: &Engine, key: u8) -> Option<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let mut voices = snapshot.voices();
    let (voice, _) = voices.find(|(voice, _)| voice.key == key)?;
    Some((f64::from(voice.fundamental_hz) / 440.0).log2())
}

/// Velocity decides how long a glide takes, also of a note that takes a voice over; the wheel, which moves on
/// the way, counts as it is at the start.
#[test]
fn a_glide_is_read_at_its_start() {
    for (mode, source, moves) in [
        ("Poly", "Velocity", false),
        ("Poly", "Wheel", true),
        ("Legato", "Wheel", true),
    ] {
        let mut patch = tone();
        set(&mut patch, Param::PLAY_MODE, mode);
        patch.set(Param::WHEEL_VIBRATO, 0.0);
        patch.set(Param::GLIDE, 0.25);
        set_route(&mut patch, 2, source, "Glide", 0.5);
        let octaves = 4.0 * f64::from(patch.plain(RouteParams::of(2).depth)) * 0.5;
        let mut engine = engine(RATE, &patch);
        for event in [control(0, 1, 0.5), on(0, 57, 0.5)] {
            engine.push(event);
        }
        play(&mut engine, &[], 6_400, &[64]);
        engine.push(on(0, 69, 0.5));
        let time_s = 0.25 * octaves.exp2();
        // Legato takes over at the next tick, as the pitch does.
        for block in 1..400 {
            play(&mut engine, &[], 64, &[64]);
            let age_s = 64.0 * f64::from(block) / RATE;
            let left = (1.0 - age_s / time_s).max(0.0);
            let found = pitch(&engine, 69).expect("a note");
            assert!(
                (found + left).abs() < 2e-3,
                "{mode} {source} {block}: {found} {left}"
            );
            if moves && block == 60 {
                engine.push(control(0, 1, 1.0));
            }
        }
    }
}

/// The velocity of a key's way up decides the release from its first block on, also from one of no time.
#[test]
fn the_release_velocity_moves_the_release() {
    for (release_s, velocity) in [(0.1, 0.25), (0.1, 1.0), (0.001, 1.0), (0.0, 0.5)] {
        let mut patch = tone();
        patch.set(Param::AMP_RELEASE, release_s);
        set_route(&mut patch, 1, "Release Velocity", "Amp Release", 0.75);
        let octaves = 4.0 * f64::from(patch.plain(RouteParams::of(1).depth)) * f64::from(velocity);
        let expected_s = f64::from(patch.plain(Param::AMP_RELEASE)) * octaves.exp2();
        let note = NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(57),
        };
        let at = 6_400;
        let events = [(0, on(0, 57, 1.0)), (at, Event::NoteOff { note, velocity })];
        let (left, _) = play(&mut engine(RATE, &patch), &events, 96_000, &[480]);
        let last = left.iter().rposition(|x| x.abs() > 1e-9).expect("a sound");
        let lasted = (last + 1 - at) as f64;
        // A release of no time is a fade over a block.
        let expected = (expected_s * RATE).max(64.0);
        assert!(
            (lasted - expected).abs() < 66.0,
            "{release_s} {velocity}: {lasted} {expected}"
        );
    }
}

/// The levels of the partials over that of the first, in dB.
fn levels_db(engine: &Engine) -> Vec<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    let partials = &partials[..PARTIALS];
    let db = |left: f32| 20.0 * f64::from(left / partials[0].left).log10();
    partials.iter().map(|partial| db(partial.left)).collect()
}

/// A route opens a fan also for what is otherwise one value of the voice.
#[test]
fn the_wheel_opens_a_fan() {
    for (from, to, fan) in [
        ("LFO 2", "Filter Cutoff", "LFO 2 Fan Phase"),
        ("LFO 2", "Tilt", "LFO 2 Fan Phase"),
        ("Curve 1", "Partials Level", "Curve 1 Fan Time"),
        ("Filter Envelope", "Filter Cutoff", "Filter Fan Time"),
        ("Sequence 1", "Partials Level", "Sequence 1 Fan Steps"),
    ] {
        let mut patch = tone();
        patch.set(Param::WHEEL_VIBRATO, 0.0);
        set(&mut patch, Param::FILTER_TYPE, "Low Pass");
        patch.set(Param::FILTER_ATTACK, 1.0);
        for step in 1..=16 {
            patch.set(SequenceParams::of(1).step(step), step as f32 / 16.0);
        }
        set_route(&mut patch, 4, from, to, 0.3);
        set_route(&mut patch, 7, "Wheel", fan, 0.25);
        let mut fixed = patch;
        let route = RouteParams::of(7);
        fixed.set(route.to, 0.0);
        // As far as the whole wheel does.
        let param = Param::all()
            .find(|param| param.row().name == fan)
            .expect("a fan");
        let span = param.range().ends().1;
        fixed.set(param, span * patch.plain(route.depth));
        let mut engines = [&patch, &fixed].map(|patch| engine(RATE, patch));
        for wheel in [0.0, 1.0] {
            let levels = engines.each_mut().map(|engine| {
                if wheel == 0.0 {
                    engine.push(on(0, 45, 1.0));
                }
                engine.push(control(0, 1, wheel));
                play(engine, &[], 6_400, &[64]);
                levels_db(engine)
            });
            let differ = levels[0].iter().zip(&levels[1]);
            let most_db = differ.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let is_open = wheel == 1.0;
            assert_eq!(most_db < 1e-3, is_open, "{from} to {to}, {fan}: {most_db}");
        }
    }
}

/// What a voice sounds like: its fundamental in Hz, and the level of its first partial in dB.
fn heard(engine: &Engine) -> (f64, f64) {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (voice, partials) = snapshot.voices().next().expect("a voice");
    let gain = f64::from(partials[0].left);
    (f64::from(voice.fundamental_hz), 20.0 * gain.log10())
}

/// A route that comes to act in the middle of a note leaves its glide and its fade-ins as they are.
#[test]
fn a_route_that_comes_late_leaves_what_the_start_has_decided() {
    for to in ["Glide", "LFO 2 Fade In"] {
        let mut patch = tone();
        patch.set(Param::GLIDE, 0.1);
        let lfo = LfoParams::of(2);
        set(&mut patch, lfo.trigger, "Note");
        set(&mut patch, lfo.shape, "Square");
        patch.set(lfo.rate, 0.01);
        patch.set(lfo.fade, 0.1);
        set_route(&mut patch, 1, "LFO 2", "Level", 0.25);
        set_route(&mut patch, 2, "Velocity", to, 0.0);
        let mut late = patch;
        // It would be sixteen times as long.
        late.set(RouteParams::of(2).depth, 1.0);
        let mut engine = engine(RATE, &patch);
        let events = [
            (0, on(0, 48, 1.0)),
            (4_800, on(0, 69, 1.0)),
            (4_800, off(0, 48)),
        ];
        play(&mut engine, &events, 24_000, &[480]);
        let before = heard(&engine);
        engine.set_patch(&late);
        for _ in 0..50 {
            play(&mut engine, &[], 64, &[64]);
            let (hz, db) = heard(&engine);
            assert!(
                (hz / before.0 - 1.0).abs() < 1e-6,
                "{to}: {hz} Hz, {} before",
                before.0
            );
            assert!(
                (db - before.1).abs() < 1e-3,
                "{to}: {db} dB, {} before",
                before.1
            );
        }
    }
}

/// A route whose depth goes to 0 lets go, also of a note that a host modulates.
#[test]
fn a_route_that_is_switched_off_lets_go() {
    let mut patch = tone();
    patch.set(Param::AMP_SUSTAIN, 0.5);
    set_route(&mut patch, 1, "Velocity", "Amp Sustain", 0.0);
    let mut routed = patch;
    routed.set(RouteParams::of(1).depth, 0.6);
    let modulated = Event::Modulate {
        id: 1,
        param: Param::AMP_HOLD,
        offset: 0.001,
    };
    let played = |patches: [&Patch; 2]| {
        let mut engine = engine(RATE, patches[0]);
        engine.push(note_on(1, 57));
        engine.push(modulated);
        play(&mut engine, &[], 48_000, &[480]);
        engine.set_patch(patches[1]);
        play(&mut engine, &[], 48_000, &[480]);
        heard(&engine).1
    };
    let (never, always, before) = (
        played([&patch, &patch]),
        played([&routed, &routed]),
        played([&routed, &patch]),
    );
    assert!(always > never + 3.0, "{always} {never}");
    assert!((before - never).abs() < 0.01, "{before} {never}");
}

/// A square that is moved over its edge by a route to its phase steps over a whole block, wherever corners
/// of the amplitude cut blocks.
#[test]
fn a_phase_that_is_moved_over_an_edge_does_not_click() {
    for attack_frames in (4_800..4_864).step_by(3) {
        let mut patch = tone();
        patch.set(Param::PARTIALS, 1.0);
        patch.set(Param::AMP_ATTACK, attack_frames as f32 / RATE as f32);
        patch.set(Param::AMP_DECAY, 0.3);
        patch.set(Param::AMP_SUSTAIN, 0.5);
        let lfo = LfoParams::of(2);
        set(&mut patch, lfo.shape, "Square");
        patch.set(lfo.rate, 0.01);
        // The edge is where the envelope has all but come to its peak, at which the LFO has run on by 0.001.
        patch.set(lfo.phase, 0.5 - 0.001 - 0.4 * 0.999_5);
        set_route(&mut patch, 1, "LFO 2", "Level", 0.5);
        set_route(&mut patch, 2, "Amp Envelope", "LFO 2 Phase", 0.4);
        let sound = play(
            &mut engine(RATE, &patch),
            &[(0, on(0, 33, 1.0))],
            9_600,
            &[480],
        )
        .0;
        let steps = sound.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let largest = steps.fold(0.0_f32, f32::max);
        assert!(largest < 0.017, "{attack_frames}: {largest}");
    }
}

/// An LFO that goes on under a tied note has risen already: another fade-in comes with the next onset.
#[test]
fn a_tied_note_leaves_the_fade_in_of_an_lfo_that_goes_on() {
    let mut patch = tone();
    set(&mut patch, Param::PLAY_MODE, "Legato");
    patch.set(Param::WHEEL_VIBRATO, 0.0);
    let lfo = LfoParams::of(2);
    set(&mut patch, lfo.trigger, "Note");
    set(&mut patch, lfo.shape, "Square");
    patch.set(lfo.rate, 0.01);
    patch.set(lfo.fade, 0.1);
    set_route(&mut patch, 1, "LFO 2", "Level", 0.25);
    set_route(&mut patch, 2, "Wheel", "LFO 2 Fade In", 1.0);
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 48, 1.0))], 24_000, &[480]);
    let before = heard(&engine).1;
    engine.push(control(0, 1, 1.0));
    play(&mut engine, &[], 4_800, &[480]);
    engine.push(on(0, 50, 1.0));
    for _ in 0..50 {
        play(&mut engine, &[], 64, &[64]);
        let db = heard(&engine).1;
        assert!((db - before).abs() < 1e-3, "{db} dB, {before} before");
    }
    // The next onset has the longer one.
    engine.push(off(0, 50));
    engine.push(off(0, 48));
    play(&mut engine, &[], 4_800, &[480]);
    engine.push(on(0, 48, 1.0));
    play(&mut engine, &[], 24_000, &[480]);
    let db = heard(&engine).1;
    assert!(db < before - 1.0, "{db} dB, {before} before");
}
