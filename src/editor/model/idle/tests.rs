//! Idle parameters change no bit of the sound, and woken ones are heard.

use super::*;
use crate::synth::parameter::{
    CURVE_POINTS, CurveParams, LfoParams, ROUTE_SOURCE_LABELS, ROUTES, RouteParams, rows,
};
use crate::synth::{Config, Engine, Event, NoteAddress, Patch};

fn is_idle(param: Param, settings: &[(Param, f32)]) -> bool {
    is_idle_in(param, &patch_with(settings))
}

#[test]
fn what_others_switch_off_is_idle_until_they_switch_it_on() {
    let on = [(Param::FILTER_TYPE, 1.0)];
    let env = [(Param::FILTER_TYPE, 1.0), (Param::FILTER_ENV, 2.0)];
    let target = [(Param::macro_target(3), 1.0)];
    let amount = [(Param::macro_target(3), 1.0), (Param::macro_amount(3), 0.5)];
    let cases: [(Param, &[(Param, f32)]); 17] = [
        (Param::CUTOFF, &on),
        (Param::KEY_TRACK, &on),
        (Param::PRESSURE_CUTOFF, &on),
        (Param::FILTER_ATTACK, &env),
        (Param::AMP_DECAY, &[(Param::AMP_SUSTAIN, 0.5)]),
        (Param::LFO_SHAPE, &[(Param::LFO_LEVEL, 3.0)]),
        (Param::LFO_RATE, &[(Param::LFO_PITCH, 20.0)]),
        (Param::DAMPING, &[(Param::DAMPING, 1.0)]),
        (
            Param::AFTERSOUND_RATIO,
            &[(Param::DAMPING, 1.0), (Param::AFTERSOUND, 0.2)],
        ),
        (Param::FILTER_GAIN, &[(Param::FILTER_TYPE, 5.0)]),
        (Param::FILTER_2_SLOPE, &[(Param::FILTER_2_TYPE, 1.0)]),
        (
            Param::KEY_TRACK,
            &[(Param::FILTER_2_TYPE, 1.0), (Param::FILTER_2_LINK, 0.5)],
        ),
        (
            Param::FILTER_DECAY,
            &[
                (Param::FILTER_2_TYPE, 1.0),
                (Param::FILTER_2_ENV, 1.0),
                (Param::FILTER_SUSTAIN, 0.5),
            ],
        ),
        (Param::STRIKE_POSITION, &[(Param::STRIKE_DEPTH, 0.5)]),
        (Param::MPE_BEND_RANGE, &[(Param::MPE, 1.0)]),
        (Param::macro_amount(3), &target),
        (Param::macro_value(3), &amount),
    ];
    for (param, settings) in cases {
        assert!(is_idle(param, &[]), "{}", param.row().id);
        assert!(!is_idle(param, settings), "{}", param.row().id);
    }
    // What switches them on is never idle itself, nor is what is always heard.
    for param in [
        Param::FILTER_TYPE,
        Param::LFO_PITCH,
        Param::TILT,
        Param::MPE,
        Param::macro_target(3),
        Param::AMP_SUSTAIN,
        Param::partial_level(3),
    ] {
        assert!(!is_idle(param, &[]), "{}", param.row().id);
    }
}

#[test]
fn a_depth_on_a_filter_that_is_off_wakes_no_lfo() {
    let cutoff = (Param::LFO_CUTOFF, 2.0);
    assert!(is_idle(Param::LFO_RATE, &[cutoff]));
    assert!(!is_idle(
        Param::LFO_RATE,
        &[cutoff, (Param::FILTER_TYPE, 1.0)]
    ));
    // The rate and the division take turns.
    let synced = [(Param::LFO_PITCH, 20.0), (Param::LFO_SYNC, 1.0)];
    assert!(is_idle(Param::LFO_RATE, &synced));
    assert!(!is_idle(Param::LFO_DIVISION, &synced));
    assert!(is_idle(Param::LFO_DIVISION, &synced[..1]));
}

/// A choice, by its label.
fn label(param: Param, label: &str) -> (Param, f32) {
    (param, param.row().plain_of_label(label).expect(label))
}

/// A route of this number, by the names of its source and its target.
fn route(number: usize, from: &str, to: &str, depth: f32) -> [(Param, f32); 3] {
    let route = RouteParams::of(number);
    [
        label(route.from, from),
        label(route.to, to),
        (route.depth, depth),
    ]
}

/// As [`route`], with a source that scales the first.
fn route_via(
    number: usize,
    [from, via]: [&str; 2],
    to: &str,
    depth: f32,
) -> impl Iterator<Item = (Param, f32)> {
    let param = RouteParams::of(number).via;
    let plain = param.row().plain_of_label(via).expect(via);
    route(number, from, to, depth)
        .into_iter()
        .chain([(param, plain)])
}

/// What is idle in a new instance has an effect, but for what is one of two (a rate and a division),
/// most macros and most routes.
fn awake() -> Vec<(Param, f32)> {
    let [first, second] = [1, 2].map(LfoParams::of);
    let mut settings = vec![
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_ENV, 2.0),
        (Param::FILTER_SUSTAIN, 0.5),
        (Param::AMP_SUSTAIN, 0.5),
        (Param::LFO_PITCH, 20.0),
        (Param::LFO_CUTOFF, 1.0),
        (Param::LFO_LEVEL, 3.0),
        (Param::DAMPING, 1.0),
        (Param::DAMPING_BRIGHTNESS, 1.0),
        (Param::STRIKE_DEPTH, 0.5),
        (Param::MPE, 1.0),
        (Param::CUTOFF, 1_000.0),
        (Param::macro_target(3), 1.0),
        (Param::macro_amount(3), 0.5),
        (Param::macro_value(3), 0.5),
        (Param::macro_value(5), 0.5),
        (first.fan_phase, 1.0),
        (second.fan_rate, 1.0),
        (second.sync, 1.0),
        (RouteParams::of(ROUTES).bypass, 1.0),
    ];
    settings.extend(route(1, "LFO 1", "Partials Level", 0.5));
    settings.extend(route(2, "LFO 2", "Partials Pan", 0.5));
    settings.extend(route_via(3, ["Velocity", "LFO 3"], "Pitch", 0.1));
    settings.extend(route_via(4, ["Macro 5", "Filter Envelope"], "Pan", 0.5));
    settings.extend(route(5, "LFO 4", "Octave Stretch", 0.5));
    settings.extend(route_via(6, ["Velocity", "LFO 4"], "Partials Level", 0.5));
    settings.extend(route(ROUTES, "Velocity", "Partials Tune", 0.5));
    settings
}

/// The filter is off, and its envelope moves something else.
fn awake_by_the_filters_envelope() -> Vec<(Param, f32)> {
    let mut settings = vec![(Param::FILTER_SUSTAIN, 0.5)];
    settings.extend(route(7, "Filter Envelope", "Level", 0.5));
    settings
}

/// Routes move what is zero by itself.
fn awake_by_moved_depths() -> Vec<(Param, f32)> {
    let mut settings = vec![(Param::FILTER_TYPE, 1.0), (Param::FILTER_SUSTAIN, 0.5)];
    settings.push((Param::CUTOFF, 1_000.0));
    for (number, to) in (1..).zip([
        "Strike Depth",
        "Damping",
        "Damping Brightness",
        "Filter Envelope Amount",
        "LFO 1 to Level",
    ]) {
        settings.extend(route(number, "Velocity", to, 0.5));
    }
    settings
}

/// A curve that goes through sixteen points and a fan, one that follows the tempo, and one that is the
/// shape of an LFO.
fn awake_curves() -> Vec<(Param, f32)> {
    let [first, second] = [1, 2].map(CurveParams::of);
    let mut settings = vec![
        (first.time, 0.1),
        (first.points, 16.0),
        (first.loop_start, 3.0),
        (first.loop_end, 11.0),
        (first.fan_delay, 0.01),
        (second.sync, 1.0),
        (second.division, 16.0),
        label(LfoParams::of(2).shape, "Curve 3"),
    ];
    for number in 1..=CURVE_POINTS {
        let point = first.point(number);
        let level = if number % 2 == 0 { 0.9 } else { -0.6 };
        settings.extend([
            (point.time, 0.1 * (number - 1) as f32),
            (point.level, level),
        ]);
    }
    settings.extend(route(1, "Curve 1", "Partials Level", 0.5));
    settings.extend(route(2, "Curve 2", "Pan", 0.5));
    settings.extend(route(3, "LFO 2", "Level", 0.5));
    settings
}

fn patch_with(settings: &[(Param, f32)]) -> Patch {
    let mut patch = Patch::default();
    for &(param, plain) in settings {
        patch.set(param, plain);
    }
    patch
}

fn is_idle_in(param: Param, patch: &Patch) -> bool {
    let values = Values::new(patch);
    reason(param, &values, values.is_on(Param::MPE)).is_some()
}

/// The bits of a note with pressure and a bend of its own, up to its release and a while longer. It
/// begins later than the LFO. The wheel rests: its vibrato uses the LFO without a depth.
fn rendered(patch: &Patch) -> Vec<u32> {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: 48_000.0,
        max_voices: 1,
    });
    engine.set_patch(patch);
    let (channel, key) = (1, 50);
    let (mut left, mut right) = (vec![0.0; 12_000], vec![0.0; 12_000]);
    engine.render(&mut left[..3_000], &mut right[..3_000]);
    engine.push(Event::PitchBend {
        channel,
        value: 0.3,
    });
    engine.push(Event::ChannelPressure {
        channel,
        value: 0.5,
    });
    engine.push(Event::NoteOn {
        id: None,
        channel,
        key,
        velocity: 0.8,
    });
    engine.render(&mut left[3_000..8_000], &mut right[3_000..8_000]);
    engine.push(Event::note_off(NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    }));
    engine.render(&mut left[8_000..], &mut right[8_000..]);
    left.iter().chain(&right).map(|x| x.to_bits()).collect()
}

/// The patch with a parameter at either end of its range, and between: both ends of a phase are the
/// same.
fn moved_to(patch: &Patch, param: Param) -> [Patch; 3] {
    [0.0, 0.37, 1.0].map(|place| {
        let mut moved = *patch;
        moved.set_normalized(param, place);
        moved
    })
}

#[test]
fn moving_what_is_idle_changes_no_bit() {
    let states = [
        vec![],
        vec![(Param::FILTER_TYPE, 1.0), (Param::LFO_CUTOFF, 1.0)],
        vec![(Param::LFO_PITCH, 20.0), (Param::LFO_SYNC, 1.0)],
        vec![(Param::FILTER_2_TYPE, 1.0), (Param::FILTER_2_CUTOFF, 500.0)],
        vec![
            (Param::FILTER_TYPE, 1.0),
            (Param::FILTER_ENV, 2.0),
            (Param::FILTER_SUSTAIN, 1.0),
        ],
        awake(),
        awake_by_the_filters_envelope(),
        awake_by_moved_depths(),
        awake_curves(),
    ];
    for (state, settings) in states.iter().enumerate() {
        let patch = patch_with(settings);
        let sound = rendered(&patch);
        for param in Param::all().filter(|&param| is_idle_in(param, &patch)) {
            // A damping that is moved is no longer zero.
            let moved = moved_to(&patch, param);
            for moved in moved.iter().filter(|moved| is_idle_in(param, moved)) {
                let is_same = rendered(moved) == sound;
                assert!(is_same, "{} in state {state}", param.row().name);
            }
        }
    }
}

#[test]
fn what_is_no_longer_idle_is_heard() {
    let new = patch_with(&[]);
    for (state, settings, least) in [
        (0, awake(), 75),
        (1, awake_by_the_filters_envelope(), 10),
        (2, awake_by_moved_depths(), 40),
        (3, awake_curves(), 85),
    ] {
        let awake = patch_with(&settings);
        let sound = rendered(&awake);
        let woken = Param::all().filter(|&p| is_idle_in(p, &new) && !is_idle_in(p, &awake));
        let mut count = 0;
        for param in woken {
            let is_heard = |moved| rendered(&moved) != sound;
            let name = param.row().name;
            let is_heard = moved_to(&awake, param).into_iter().any(is_heard);
            assert!(is_heard, "{name} in state {state}");
            count += 1;
        }
        assert!(count >= least, "{count} in state {state}");
    }
}

/// Sources are found by the names of what they are.
#[test]
fn modulators_are_named_as_their_sources_are() {
    let shapes = Param::LFO_SHAPE.range().labels().expect("shapes");
    let curves = ["Curve 1", "Curve 2", "Curve 3", "Curve 4"];
    assert!(curves.iter().all(|name| shapes.contains(name)));
    let groups = ["LFO 1", "LFO 2", "LFO 3", "LFO 4", "Filter Envelope"];
    for name in groups.into_iter().chain(curves) {
        assert!(rows().iter().any(|row| row.group.name() == name), "{name}");
        assert!(ROUTE_SOURCE_LABELS.contains(&name), "{name}");
    }
    for number in 1..=crate::synth::parameter::MACROS {
        let name = Param::macro_value(number).row().name;
        assert!(ROUTE_SOURCE_LABELS.contains(&name), "{name}");
    }
}

#[test]
fn a_route_wakes_what_it_uses_and_only_that() {
    let used = |from| route(9, from, "Pan", 0.5);
    let [second, third] = [2, 3].map(LfoParams::of);
    assert!(is_idle(second.rate, &[]));
    assert!(!is_idle(second.rate, &used("LFO 2")));
    assert!(is_idle(third.rate, &used("LFO 2")));
    assert!(!is_idle(Param::macro_value(4), &used("Macro 4")));
    assert!(is_idle(Param::macro_amount(4), &used("Macro 4")));
    // The partials stand apart only where the LFO is what a route to them comes from or goes via.
    let fans = [second.fan_phase, second.fan_rate];
    for (settings, is_fanned) in [
        (used("LFO 2").to_vec(), false),
        (route(9, "LFO 2", "Partials Pan", 0.5).to_vec(), true),
        (
            route_via(9, ["Velocity", "LFO 2"], "Partials Pan", 0.5).collect(),
            true,
        ),
    ] {
        for fan in fans {
            assert_eq!(is_idle(fan, &settings), !is_fanned);
        }
        // The order also wants a fan that is open.
        assert!(is_idle(second.fan_order, &settings));
        let open: Vec<_> = settings.into_iter().chain([(fans[0], 1.0)]).collect();
        assert_eq!(is_idle(second.fan_order, &open), !is_fanned);
    }
}

#[test]
fn a_route_is_idle_until_it_has_both_ends_and_while_it_is_bypassed() {
    let params = RouteParams::of(9);
    let others = [params.depth, params.via, params.bend, params.bypass];
    let whole = route(9, "LFO 2", "Pan", 0.0);
    for half in [&whole[..0], &whole[..1], &whole[1..2]] {
        assert!(others.iter().all(|&param| is_idle(param, half)));
        assert!(!is_idle(params.from, half) && !is_idle(params.to, half));
    }
    assert!(others.iter().all(|&param| !is_idle(param, &whole)));
    assert!(is_idle(params.partials, &whole));
    let to_partials = route(9, "LFO 2", "Partials Tune", 0.0);
    assert!(!is_idle(params.partials, &to_partials));
    let bypassed: Vec<_> = to_partials
        .into_iter()
        .chain([(params.bypass, 1.0)])
        .collect();
    assert!(!is_idle(params.bypass, &bypassed));
    let rest = [params.depth, params.from, params.via, params.to];
    for param in rest.into_iter().chain([params.bend, params.partials]) {
        assert!(is_idle(param, &bypassed), "{}", param.row().name);
    }
    // What it uses rests with it.
    assert!(is_idle(LfoParams::of(2).rate, &bypassed));
}

#[test]
fn a_curve_is_used_by_routes_and_by_lfos_that_are_heard() {
    let curve = CurveParams::of(2);
    let point = curve.point(2);
    let playing = [curve.mode, curve.time, curve.loop_start];
    assert!(is_idle(point.level, &[]) && playing.iter().all(|&param| is_idle(param, &[])));
    // As a shape alone it is not played over time.
    let shape = label(LfoParams::of(3).shape, "Curve 2");
    assert!(is_idle(point.level, &[shape]));
    let mut settings = vec![shape];
    settings.extend(route(9, "LFO 3", "Pan", 0.5));
    assert!(!is_idle(point.level, &settings) && !is_idle(curve.points, &settings));
    assert!(playing.iter().all(|&param| is_idle(param, &settings)));
    assert!(is_idle(CurveParams::of(3).point(2).level, &settings));

    let mut settings = route(9, "Curve 2", "Pan", 0.5).to_vec();
    assert!(playing.iter().all(|&param| !is_idle(param, &settings)));
    assert!(is_idle(curve.division, &settings) && is_idle(curve.fan_delay, &settings));
    assert!(is_idle(curve.point(1).bend, &settings) && !is_idle(point.bend, &settings));
    assert!(!is_idle(curve.point(4).time, &settings) && is_idle(curve.point(5).time, &settings));
    settings.push((curve.sync, 1.0));
    assert!(is_idle(curve.time, &settings) && !is_idle(curve.division, &settings));
    settings.push(label(curve.mode, "One Shot"));
    assert!(is_idle(curve.loop_end, &settings) && !is_idle(curve.division, &settings));
    settings.push(label(curve.mode, "Key Map"));
    for param in [curve.sync, curve.division, curve.loop_end, curve.fan_time] {
        assert!(is_idle(param, &settings), "{}", param.row().name);
    }
    assert!(!is_idle(curve.mode, &settings));

    let mut settings = route(9, "Curve 2", "Partials Pan", 0.5).to_vec();
    assert!(!is_idle(curve.fan_delay, &settings) && is_idle(curve.fan_order, &settings));
    settings.push((curve.fan_time, 1.0));
    assert!(!is_idle(curve.fan_order, &settings));
}

#[test]
fn the_playback_of_recordings_wants_a_body_that_plays_them() {
    let playback = Param::all().filter(|param| param.row().group == Group::Recording);
    let mut count = 0;
    for param in playback {
        assert!(is_idle(param, &[]), "{}", param.row().name);
        for (body, name) in [(Param::BODY_A, "Recording"), (Param::BODY_D, "Recording 2")] {
            assert!(!is_idle(param, &[label(body, name)]));
        }
        assert!(without_recordings(param).is_some());
        count += 1;
    }
    assert!(count >= 8);
    assert_eq!(without_recordings(Param::BODY_A), None);
}
