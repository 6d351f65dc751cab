//! The velocity of a release as a source of routes: 0 until the release begins, the same at every
//! buffering.

mod performance;

use aliquot::synth::parameter::RouteParams;
use aliquot::synth::{
    DEFAULT_RELEASE_VELOCITY, Engine, Event, NoteAddress, Param, Patch, Snapshot,
};
use performance::*;

/// Frames in a block at [`RATE`].
const BLOCK: usize = 64;

/// Sustain and sostenuto.
const PEDALS: [u8; 2] = [64, 66];

/// A patch that takes a second to fade out after a release, and moves `to` by its velocity.
fn patch(to: &str, depth: f32) -> Patch {
    let mut patch = sine();
    patch.set(Param::PARTIALS, 8.0);
    patch.set(Param::AMP_RELEASE, 1.0);
    set_route(&mut patch, 1, to, depth);
    patch
}

fn set_route(patch: &mut Patch, number: usize, to: &str, depth: f32) {
    let route = RouteParams::of(number);
    for (param, label) in [(route.from, "Release Velocity"), (route.to, to)] {
        let place = param.parse(label);
        patch.set(param, place.unwrap_or_else(|| panic!("{label}")));
    }
    patch.set(route.depth, depth);
}

fn off_at(key: u8, velocity: f32) -> Event {
    Event::NoteOff {
        note: NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(key),
        },
        velocity,
    }
}

/// The release velocity that the newest voice has, by the frequency that [`patch`] moves by it.
fn heard(engine: &Engine, key: u8) -> f64 {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().last().expect("a voice");
    let own_hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
    let octaves = (f64::from(partials[0].frequency_hz) / own_hz).log2();
    octaves / depth()
}

/// The depth that 50 % comes to.
fn depth() -> f64 {
    f64::from(patch("Partials Tune", 0.5).plain(RouteParams::of(1).depth))
}

#[track_caller]
fn assert_heard(engine: &Engine, key: u8, velocity: f32) {
    let heard = heard(engine, key);
    assert!(
        (heard - f64::from(velocity)).abs() < 1e-4,
        "{heard} {velocity}"
    );
}

fn rendered(patch: &Patch, events: &[(usize, Event)], frames: usize) -> Vec<u32> {
    let (left, right) = play(&mut engine(RATE, patch), events, frames, &[480]);
    let frames = left.iter().zip(&right);
    frames
        .flat_map(|(left, right)| [left.to_bits(), right.to_bits()])
        .collect()
}

/// Up to the tick at which the release begins the sound is that of a patch without the route, and in
/// the block after it it is not.
#[test]
fn it_is_0_until_the_release_begins() {
    const OFF: usize = 4_000;
    let tick = OFF.next_multiple_of(BLOCK);
    for to in ["Pitch", "Level", "Filter Cutoff", "Partials Level", "Tilt"] {
        let mut with = patch(to, -0.25);
        with.set(Param::FILTER_TYPE, 1.0);
        let mut without = with;
        without.set(RouteParams::of(1).depth, 0.0);
        for velocity in [0.0, 0.25, 1.0] {
            let events = [(0, on(0, 57, 0.8)), (OFF, off_at(57, velocity))];
            let [with, without] =
                [with, without].map(|patch| rendered(&patch, &events, tick + 4 * BLOCK));
            let differ = with.iter().zip(&without).position(|(a, b)| a != b);
            match differ {
                None => assert_eq!(velocity, 0.0, "{to}"),
                Some(place) => {
                    assert!(velocity > 0.0, "{to}");
                    let frame = place / 2;
                    assert!((tick..tick + BLOCK).contains(&frame), "{to}: {frame}");
                }
            }
        }
    }
}

#[test]
fn a_release_moves_what_the_route_says() {
    for velocity in [0.0, 0.25, 1.0, f32::NAN, 7.0] {
        let mut engine = engine(RATE, &patch("Partials Tune", 0.5));
        play(&mut engine, &[(0, on(0, 57, 0.8))], 9_600, &[96]);
        assert_heard(&engine, 57, 0.0);
        engine.push(off_at(57, velocity));
        // A key comes up whatever the number.
        play(&mut engine, &[], 3 * BLOCK, &[96]);
        let expected = match velocity {
            velocity if velocity.is_nan() => DEFAULT_RELEASE_VELOCITY,
            velocity => velocity.min(1.0),
        };
        assert_heard(&engine, 57, expected);
        // Another note begins without it.
        engine.push(on(0, 57, 0.8));
        play(&mut engine, &[], 2 * BLOCK, &[96]);
        assert_heard(&engine, 57, 0.0);
    }
}

/// What comes after the key's way up does not count, nor does the pedal's.
#[test]
fn a_pedal_keeps_it_until_it_comes_up() {
    for pedal in PEDALS {
        let mut engine = engine(RATE, &patch("Partials Tune", 0.5));
        let held = [
            (0, on(0, 57, 0.8)),
            (1_000, control(0, pedal, 1.0)),
            (2_000, off_at(57, 0.25)),
            (3_000, off_at(57, 0.75)),
        ];
        play(&mut engine, &held, 9_600, &[96]);
        assert_heard(&engine, 57, 0.0);
        engine.push(control(0, pedal, 0.0));
        play(&mut engine, &[], 3 * BLOCK, &[96]);
        assert_heard(&engine, 57, 0.25);
    }
}

/// The pedal lets go before the tick, or the key comes up in the buffer in which it went down: the
/// velocity is heard all the same, and not before.
#[test]
fn it_is_kept_within_a_block() {
    let patch = patch("Partials Tune", 0.5);
    let within = [
        vec![on(0, 57, 0.8), off_at(57, 0.25)],
        vec![
            on(0, 57, 0.8),
            control(0, 64, 1.0),
            off_at(57, 0.25),
            control(0, 64, 0.0),
        ],
    ];
    for events in within {
        let mut engine = engine(RATE, &patch);
        for event in events {
            engine.push(event);
        }
        play(&mut engine, &[], BLOCK, &[BLOCK]);
        assert_heard(&engine, 57, 0.0);
        play(&mut engine, &[], 2 * BLOCK, &[BLOCK]);
        assert_heard(&engine, 57, 0.25);
    }
}

/// As MIDI has it: a key that goes down again counts as up, and All Notes Off says no velocity.
#[test]
fn a_release_without_a_velocity_has_the_middle_one() {
    let events = [
        on(0, 57, 0.8),
        control(0, 123, 0.0),
        Event::note_off(NoteAddress {
            id: None,
            channel: None,
            key: None,
        }),
    ];
    for event in events {
        let mut engine = engine(RATE, &patch("Partials Tune", 0.5));
        play(&mut engine, &[(0, on(0, 57, 0.8))], 9_600, &[96]);
        engine.push(event);
        play(&mut engine, &[], 3 * BLOCK, &[96]);
        let mut snapshot = Snapshot::default();
        engine.snapshot(&mut snapshot);
        let own_hz = 220.0;
        let first = snapshot.voices().next().expect("a voice").1[0].frequency_hz;
        let heard = (f64::from(first) / own_hz).log2() / depth();
        assert!(
            (heard - f64::from(DEFAULT_RELEASE_VELOCITY)).abs() < 1e-4,
            "{event:?}: {heard}"
        );
    }
}

/// A key that takes over a voice finds it without a release velocity, whatever the keys before it did,
/// and gives it its own.
#[test]
fn in_legato_the_last_key_counts() {
    let mut patch = patch("Partials Tune", 0.5);
    patch.set(Param::PLAY_MODE, 2.0);
    let mut engine = engine(RATE, &patch);
    let keys = [
        (0, on(0, 57, 0.8)),
        (1_000, on(0, 60, 0.8)),
        (2_000, off_at(57, 0.9)),
        (3_000, on(0, 64, 0.8)),
        (4_000, off_at(64, 0.8)),
    ];
    play(&mut engine, &keys, 9_600, &[96]);
    assert_heard(&engine, 60, 0.0);
    engine.push(off_at(60, 0.25));
    play(&mut engine, &[], 3 * BLOCK, &[96]);
    assert_heard(&engine, 60, 0.25);
}

/// Every target, keys and pedals of all kinds, in the three ways of playing.
#[test]
fn the_bits_are_the_same_at_every_buffering() {
    let mut patch = patch("Pitch", 0.02);
    patch.set(Param::AMP_RELEASE, 0.05);
    patch.set(Param::FILTER_TYPE, 1.0);
    let targets = ["Level", "Filter Cutoff", "Partials Level", "Partials Pan"];
    for (number, to) in (2..).zip(targets) {
        set_route(&mut patch, number, to, -0.3);
    }
    let mut events = Vec::new();
    for place in 0..300_u64 {
        let random = |of: u64, below: u64| aliquot::dsp::random::bits(place, of) % below;
        let key = 50 + random(0, 5) as u8;
        let event = match random(1, 8) {
            0..=2 => on(0, key, 0.7),
            3..=5 => off_at(key, random(2, 128) as f32 / 127.0),
            _ => control(0, PEDALS[random(3, 2) as usize], random(4, 2) as f32),
        };
        events.push((place as usize * 101 + random(5, 101) as usize, event));
    }
    const FRAMES: usize = 32_000;
    for (mode, release_s) in [
        (0.0, 0.05),
        (1.0, 0.05),
        (2.0, 0.05),
        (0.0, 0.000_5),
        (0.0, 0.0),
    ] {
        patch.set(Param::PLAY_MODE, mode);
        patch.set(Param::AMP_RELEASE, release_s);
        let of = |sizes: &[usize]| {
            let (left, right) = play(&mut engine(RATE, &patch), &events, FRAMES, sizes);
            assert!(left.iter().any(|&x| x != 0.0));
            let bits = left.iter().chain(&right).map(|x| x.to_bits());
            bits.collect::<Vec<_>>()
        };
        let expected = of(&[FRAMES]);
        for sizes in [&[1][..], &[64], &[480], &[37, 5, 1_000, 64]] {
            assert!(of(sizes) == expected, "mode {mode}, {sizes:?}");
        }
    }
}
