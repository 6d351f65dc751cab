//! All routes of a patch at once, from every kind of source to every kind of target.

use aliquot::synth::parameter::{
    CurveParams, DrawnSetParams, LfoParams, PartialMask, ROUTES, RouteParams, SequenceParams,
};
use aliquot::synth::{Event, NoteAddress, Param, Patch};
use aliquot::workers::{self, MAX_THREADS};

use crate::performance::*;
use crate::{Late, Piece, assert_same_a_block_later, events, threaded};

/// From, via, to and the set of partials of each route.
const ALL_ROUTES: [[&str; 4]; ROUTES] = [
    ["Velocity", "Partial Number", "Partials Level", "Drawn 1"],
    ["LFO 1", "Off", "LFO 2 Rate", "All"],
    ["Note Random", "Off", "Route 9 Depth", "All"],
    ["Macro 1", "Off", "Sequence 1 Speed", "All"],
    ["LFO 2", "Off", "Partials Level", "Odd"],
    ["LFO 3", "Off", "Partials Tune", "All"],
    ["LFO 4", "Off", "Partials Pan", "Every 3rd"],
    ["Sequence 1", "Off", "Filter Cutoff", "Even"],
    ["Sequence 2", "Off", "Tilt", "Drawn 2"],
    ["Curve 1", "Off", "Partials Level", "Overtones"],
    ["Curve 2", "Off", "Pitch", "All"],
    ["Amp Envelope", "Off", "Filter Cutoff", "All"],
    ["Filter Envelope", "Off", "Tilt", "High"],
    ["Partial Odd", "LFO 1", "Partials Pan", "All"],
    ["Partial Random", "Curve 3", "Partials Tune", "Low"],
    ["Partial Side", "Wheel", "Partials Level", "Octaves"],
    ["Key", "Off", "Amp Decay", "All"],
    ["Pressure", "Off", "LFO 3 Phase", "All"],
    ["Bend", "Off", "Odd Even Balance", "All"],
    ["Curve 2", "Off", "Sequence 2 Glide", "All"],
    ["Slide", "Velocity", "Filter Slope", "All"],
    ["Breath", "Off", "LFO 1 to Pitch", "All"],
    ["Release Velocity", "Off", "Damping", "All"],
    ["Expression", "Curve 4", "Stereo Spread", "All"],
];

/// Every modulator is in use, in a fan where it may have one.
fn modulators() -> Vec<(Param, f32)> {
    let mut values = vec![
        (Param::macro_value(1), 0.5),
        (Param::AMP_FAN_DELAY, 0.05),
        (Param::AMP_RELEASE, 0.1),
        (Param::FILTER_FAN_TIME, 1.0),
        (Param::FILTER_FAN_ORDER, 3.0),
        (Param::FILTER_DECAY, 0.1),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 1_500.0),
        (Param::DAMPING, 0.5),
        (Param::VOICES, 128.0),
    ];
    for number in 1..=4 {
        let (lfo, curve) = (LfoParams::of(number), CurveParams::of(number));
        let place = number as f32;
        values.extend([
            (lfo.shape, [0.0, 5.0, 3.0, 12.0][number - 1]),
            (lfo.rate, 3.0 + place),
            (lfo.sync, [0.0, 0.0, 0.0, 1.0][number - 1]),
            (lfo.trigger, place - 1.0),
            (lfo.fan_phase, 1.0),
            (lfo.fan_rate, 0.5),
            (lfo.fan_order, place),
            // One shot, held loop, loop and velocity map.
            (curve.mode, place - 1.0),
            (curve.time, 0.2),
            (curve.loop_start, 1.0),
            (curve.fan_delay, 0.05),
            (curve.fan_time, -0.5),
        ]);
    }
    for number in [1, 2] {
        let sequence = SequenceParams::of(number);
        values.extend([
            (sequence.division, 16.0),
            (sequence.trigger, number as f32 - 1.0),
            (sequence.glide, 0.4),
            (sequence.fan_steps, 3.0),
        ]);
        values.extend((1..=16).map(|step| (sequence.step(step), [1.0, -0.5, 0.25][step % 3])));
        let drawn = DrawnSetParams::of(number);
        let text = ["1-3, 7, 20-200", "2, 5-64, 300-512"][number - 1];
        let mask: PartialMask = text.parse().expect("a set");
        values.extend(drawn.values(&mask));
    }
    values
}

fn patch() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in modulators() {
        patch.set(param, value);
    }
    for (number, [from, via, to, partials]) in (1..).zip(ALL_ROUTES) {
        let route = RouteParams::of(number);
        for (param, label) in [
            (route.from, from),
            (route.via, via),
            (route.to, to),
            (route.partials, partials),
        ] {
            let place = param.parse(label);
            patch.set(param, place.unwrap_or_else(|| panic!("no {label}")));
        }
        patch.set(route.depth, if number % 2 == 0 { 0.2 } else { -0.15 });
        patch.set(route.bend, 0.1 * (number % 5) as f32 - 0.2);
    }
    patch
}

/// The player moves all there is to move.
fn gestures() -> Vec<(usize, Event)> {
    let controllers = [(1, 0.7), (2, 0.6), (11, 0.8), (74, 0.9)];
    let controllers = controllers.map(|(number, value)| (700, control(0, number, value)));
    let mut gestures = Vec::from(controllers);
    gestures.push((
        900,
        Event::ChannelPressure {
            channel: 0,
            value: 0.5,
        },
    ));
    gestures.push((
        901,
        Event::PitchBend {
            channel: 0,
            value: 0.3,
        },
    ));
    gestures.extend((30..60).map(|key| {
        let note = NoteAddress {
            id: None,
            channel: Some(0),
            key: Some(key),
        };
        let velocity = f32::from(key) / 64.0;
        (2_500 + usize::from(key), Event::NoteOff { note, velocity })
    }));
    gestures
}

fn piece() -> Piece {
    let mut events = events(1);
    events.extend(gestures());
    events.sort_by_key(|(at, _)| *at);
    Piece {
        name: "all routes".to_owned(),
        rate_hz: RATE,
        patch: patch(),
        events,
    }
}

#[test]
fn all_routes_at_once_are_the_same_on_any_number_of_threads() {
    let piece = piece();
    for (threads, sizes) in [
        (2, &[64][..]),
        (3, &[1, 700, 63]),
        (4, &[4_096]),
        (MAX_THREADS, &[441]),
    ] {
        let late = threaded(RATE, &piece.patch, |dimensions| {
            workers::threading(threads, dimensions, || {}).expect("threads")
        });
        assert_same_a_block_later(&piece, late, sizes);
    }
}

#[test]
fn all_routes_at_once_are_the_same_however_late_threads_are() {
    let piece = piece();
    for seed in 0..2 {
        let late = threaded(RATE, &piece.patch, |dimensions| {
            Late::threading(seed, dimensions)
        });
        assert_same_a_block_later(&piece, late, &[333]);
    }
}

/// What the others compare is moved by every route.
#[test]
fn each_of_all_routes_is_heard() {
    let mut events: Vec<_> = (0..4).map(|note| (0, on(0, 35 + 5 * note, 0.6))).collect();
    events.extend(gestures());
    let patch = patch();
    let played = |patch: &Patch| {
        let (left, right) = play(&mut engine(RATE, patch), &events, 4_000, &[512]);
        [left, right]
    };
    let all = played(&patch);
    for number in 1..=ROUTES {
        let mut without = patch;
        without.set(RouteParams::of(number).bypass, 1.0);
        assert!(played(&without) != all, "route {number} moves nothing");
    }
}
