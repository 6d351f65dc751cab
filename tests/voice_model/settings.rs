//! What routes move of the modulators: each setting against the model at the value that it is moved to.

use aliquot::synth::parameter::{
    CurveParams, LfoParams, ROUTE_SOURCE_LABELS, ROUTE_TARGETS, RouteParams, RouteTarget,
    SequenceParams,
};
use aliquot::synth::{Param, Patch};

use crate::model::{Model, bent};
use crate::performance::RATE;
use crate::scene::*;
use crate::{LEVEL, PARTIALS_LEVEL, PARTIALS_TUNE, PITCH, moved};

/// The route to the setting; another one makes the modulator heard.
const ROUTE: usize = 3;

/// A setting of a modulator that the model has.
struct Case {
    /// The modulator.
    source: &'static str,
    param: Param,
    /// By how much the wheel moves it where it is at the onset, in the unit of the target.
    by: f32,
}

fn case(source: &'static str, param: Param, by: f32) -> Case {
    Case { source, param, by }
}

/// All settings but those of the glide.
fn cases() -> Vec<Case> {
    let mut cases = vec![
        case("Amp Envelope", Param::AMP_DELAY, 1.0),
        case("Amp Envelope", Param::AMP_ATTACK, 1.5),
        case("Amp Envelope", Param::AMP_HOLD, -1.0),
        case("Amp Envelope", Param::AMP_DECAY, -0.8),
        case("Amp Envelope", Param::AMP_SUSTAIN, 0.2),
        case("Amp Envelope", Param::AMP_RELEASE, 0.4),
        case("Amp Envelope", Param::AMP_CURVE, -0.6),
        case("Amp Envelope", Param::AMP_ATTACK_CURVE, -0.8),
        case("Amp Envelope", Param::AMP_DECAY_CURVE, 0.3),
        case("Amp Envelope", Param::AMP_RELEASE_CURVE, -0.9),
        case("Amp Envelope", Param::AMP_FAN_DELAY, 0.9),
        case("Amp Envelope", Param::AMP_FAN_TIME, 1.2),
        case("Filter Envelope", Param::FILTER_DELAY, 1.5),
        case("Filter Envelope", Param::FILTER_ATTACK, -1.0),
        case("Filter Envelope", Param::FILTER_HOLD, 1.0),
        case("Filter Envelope", Param::FILTER_DECAY, 0.5),
        case("Filter Envelope", Param::FILTER_SUSTAIN, 0.4),
        case("Filter Envelope", Param::FILTER_RELEASE, 1.0),
        case("Filter Envelope", Param::FILTER_CURVE, 0.7),
        case("Filter Envelope", Param::FILTER_ATTACK_CURVE, 0.8),
        case("Filter Envelope", Param::FILTER_DECAY_CURVE, -0.3),
        case("Filter Envelope", Param::FILTER_RELEASE_CURVE, 0.5),
        case("Filter Envelope", Param::FILTER_FAN_DELAY, -0.6),
        case("Filter Envelope", Param::FILTER_FAN_TIME, -1.1),
    ];
    for (number, source) in (1..).zip(["LFO 1", "LFO 2", "LFO 3", "LFO 4"]) {
        let lfo = LfoParams::of(number);
        cases.push(case(source, lfo.phase, 0.3));
        cases.push(case(source, lfo.fade, 0.8));
        cases.push(case(source, lfo.fan_phase, 1.3));
    }
    for (number, source) in (1..).zip(["Curve 1", "Curve 2", "Curve 3", "Curve 4"]) {
        let curve = CurveParams::of(number);
        cases.push(case(source, curve.fan_delay, 0.7));
        cases.push(case(source, curve.fan_time, -0.4));
    }
    for (number, source) in (1..).zip(["Sequence 1", "Sequence 2"]) {
        let sequence = SequenceParams::of(number);
        cases.push(case(source, sequence.glide, 0.35));
        cases.push(case(source, sequence.fan_steps, 5.0));
    }
    cases
}

/// The patch of the scene, with all stages of both envelopes.
fn scene() -> Patch {
    let mut patch = patch();
    for (param, value) in [
        (Param::AMP_DELAY, 0.01),
        (Param::AMP_HOLD, 0.04),
        (LfoParams::of(1).fade, 0.3),
        (LfoParams::of(4).fade, 0.2),
    ] {
        patch.set(param, value);
    }
    patch
}

fn target(param: Param) -> RouteTarget {
    RouteTarget::of_param(param).expect("a target")
}

/// A value of a setting that is moved by `by`.
fn moved_value(param: Param, value: f32, by: f64) -> f32 {
    match target(param) {
        RouteTarget::Time(_) => (f64::from(value) * by.exp2()) as f32,
        _ => (f64::from(value) + by) as f32,
    }
}

/// The route from a source to the setting, at whose value of `full` it is moved by `by`. Returns by how
/// much it moves it for each 1 of the source.
fn set_route(patch: &mut Patch, source: &str, param: Param, by: f32, full: f32) -> f64 {
    let (route, target) = (RouteParams::of(ROUTE), target(param));
    set(patch, route.from, source);
    set(patch, route.to, target.label());
    patch.set(route.depth, by / full / target.span());
    f64::from(target.span()) * f64::from(patch.plain(route.depth))
}

/// The model at settings that a source of this value moves, while the engine plays the route.
fn model_at(played: &Patch, sides: &Model, param: Param, per_source: f64, source: f32) -> Model {
    let mut patch = scene();
    let value = moved_value(param, patch.plain(param), per_source * f64::from(source));
    patch.set(param, value);
    assert!(
        (patch.plain(param) - value).abs() < 1e-5,
        "{param:?} {value}"
    );
    Model {
        patch,
        played: *played,
        sides: sides.sides.clone(),
        ..Model::new_without_sides(&patch)
    }
}

/// Asserts that a modulator is heard as in the models until the wheel moves and from then on, wherever the
/// note is heard. Returns how many values it has compared.
fn assert_heard(source: &str, models: [&Model; 2], what: &str) -> usize {
    let mut told = 0;
    for (to, is_of_partials) in [
        (&LEVEL, false),
        (&PITCH, false),
        (&PARTIALS_LEVEL, true),
        (&PARTIALS_TUNE, true),
    ] {
        let model = |frames: usize| models[usize::from(frames > MOVED)];
        let found = moved(&model, models[0], source, to, KEY);
        let is_heard = |frames: usize| model(frames).at_rest(1, KEY, Time(frames)).1 > 1e-6;
        for (frames, values) in found.values.iter().filter(|(frames, _)| is_heard(*frames)) {
            for (n, value) in (1..).zip(values) {
                let n = is_of_partials.then_some(n);
                let expected = model(*frames).value(source, n, Time(*frames));
                let expected = expected.expect("a value");
                told += 1;
                assert!(
                    (value - expected).abs() < found.within.max(1e-4),
                    "{what}: {source} to {}, frame {frames}, {n:?}: {value} {expected}",
                    to.label
                );
            }
        }
    }
    told
}

/// Every setting is one of the cases, or of the glide.
#[test]
fn all_settings_are_told_of() {
    let cases = cases();
    let glide = [Param::GLIDE, Param::GLIDE_FAN];
    for target in ROUTE_TARGETS {
        if let RouteTarget::Own(param) | RouteTarget::Time(param) = target
            && param.row().is_modulators
        {
            let is_there = cases.iter().any(|case| case.param == param);
            assert!(is_there || glide.contains(&param), "{}", target.label());
        }
    }
    for case in cases {
        assert!(ROUTE_SOURCE_LABELS.contains(&case.source));
    }
}

/// A note whose velocity moves a setting is one of a patch with that setting.
#[test]
fn a_setting_that_the_velocity_moves_is_that_of_the_note() {
    let sides = Model::new(&scene());
    for Case { source, param, by } in cases() {
        let mut played = scene();
        let per_source = set_route(&mut played, "Velocity", param, by, VELOCITY);
        let model = model_at(&played, &sides, param, per_source, VELOCITY);
        let told = assert_heard(source, [&model; 2], param.row().name);
        assert!(told > 10_000);
    }
}

/// What is no time is at every instant as the wheel makes it.
#[test]
fn a_setting_that_the_wheel_moves_under_the_note_counts_at_once() {
    let sides = Model::new(&scene());
    for Case { source, param, by } in cases() {
        let is_stage = matches!(target(param), RouteTarget::Time(_))
            && !param.row().id.ends_with("_fan_delay");
        if is_stage {
            continue;
        }
        let mut played = scene();
        let per_source = set_route(&mut played, "Wheel", param, by, WHEEL[1]);
        let models = WHEEL.map(|wheel| model_at(&played, &sides, param, per_source, wheel));
        let models = [&models[0], &models[1]];
        assert_heard(source, models, param.row().name);
    }
}

/// The level of an envelope by steps of a frame, each of which is a part of the stage's time at that frame.
/// `settings` has the model at each frame's settings.
fn stepped<'m>(
    settings: impl Fn(usize) -> &'m Model,
    stages: [Param; 5],
    [sustain, curve]: [Param; 2],
) -> Vec<f64> {
    let (mut stage, mut part, mut released_from) = (0, 0.0, 0.0);
    let mut levels = vec![];
    for frame in ONSET..RELEASED + 20_000 {
        let model = settings(frame);
        let (sustain, bend) = (model.plain(sustain), model.plain(curve));
        let level = |stage: usize, part: f64, released_from: f64| match stage {
            0 => 0.0,
            1 => bent(part, bend),
            2 => 1.0,
            3 => 1.0 - (1.0 - sustain) * bent(part, bend),
            4 => sustain,
            _ => released_from * (1.0 - bent(f64::min(part, 1.0), bend)),
        };
        if frame == RELEASED {
            released_from = level(stage, part, 0.0);
            (stage, part) = (5, 0.0);
        }
        levels.push(level(stage, part, released_from));
        let time = match stage {
            4 => continue,
            5 => stages[4],
            held => stages[held],
        };
        part += 1.0 / (model.plain(time) * RATE).max(1e-3);
        while stage < 4 && part >= 1.0 {
            // What is left of the frame goes on in the next stage.
            let left = (part - 1.0) * model.plain(stages[stage]) * RATE;
            stage += 1;
            part = match stage {
                4 => 0.0,
                _ => left / (model.plain(stages[stage]) * RATE).max(1e-3),
            };
        }
    }
    levels
}

/// The rest of a stage runs at the new time: the wheel moves in the middle of each.
#[test]
fn a_stage_goes_on_at_the_time_that_the_wheel_moves() {
    let sides = Model::new(&scene());
    let amp = [
        Param::AMP_DELAY,
        Param::AMP_ATTACK,
        Param::AMP_HOLD,
        Param::AMP_DECAY,
        Param::AMP_RELEASE,
    ];
    let filter = [
        Param::FILTER_DELAY,
        Param::FILTER_ATTACK,
        Param::FILTER_HOLD,
        Param::FILTER_DECAY,
        Param::FILTER_RELEASE,
    ];
    // From the onset to the wheel's way.
    let way_s = (MOVED - ONSET) as f32 / RATE as f32;
    for (source, stages, levels) in [
        ("Amp Envelope", amp, [Param::AMP_SUSTAIN, Param::AMP_CURVE]),
        (
            "Filter Envelope",
            filter,
            [Param::FILTER_SUSTAIN, Param::FILTER_CURVE],
        ),
    ] {
        for (place, param) in stages.into_iter().enumerate() {
            for by in [-1.0, 1.5] {
                let mut patch = scene();
                // The stage begins at a quarter of the way and is about halfway at its end.
                for (other, stage) in stages.into_iter().enumerate().take(4) {
                    let part = match other.cmp(&place) {
                        std::cmp::Ordering::Less => 0.25 / place as f32,
                        std::cmp::Ordering::Equal => 1.5,
                        std::cmp::Ordering::Greater => 0.2,
                    };
                    patch.set(stage, part * way_s);
                }
                patch.set(stages[4], 0.9);
                let mut played = patch;
                let per_source = set_route(&mut played, "Wheel", param, by, WHEEL[1]);
                let models = WHEEL.map(|wheel| {
                    let moved =
                        moved_value(param, patch.plain(param), per_source * f64::from(wheel));
                    let mut patch = patch;
                    patch.set(param, moved);
                    Model {
                        played,
                        sides: sides.sides.clone(),
                        ..Model::new_without_sides(&patch)
                    }
                });
                let at = |frame: usize| &models[usize::from(frame >= MOVED)];
                let expected = stepped(at, stages, levels);
                for (frames, partials) in played_level(&played, source) {
                    let expected = expected[frames - ONSET];
                    // A corner is on a whole frame: two corners, of the steepest stages.
                    assert!(
                        (partials - expected).abs() < 1.5e-3,
                        "{} {by}, frame {frames}: {partials} {expected}",
                        param.row().name
                    );
                }
            }
        }
    }
}

/// The level of an envelope at the end of each block, as a route from it to the pitch shows.
fn played_level(patch: &Patch, source: &str) -> Vec<(usize, f64)> {
    let (mut patch, route) = (*patch, RouteParams::of(7));
    set(&mut patch, route.from, source);
    set(&mut patch, route.to, "Pitch");
    patch.set(route.depth, 0.5);
    let cents = 1_200.0 * f64::from(patch.plain(route.depth));
    let rest_hz = 440.0 * ((f64::from(KEY) - 69.0) / 12.0).exp2();
    let level = |[hz, ..]: [f64; 3]| 1_200.0 * (hz / rest_hz).log2() / cents;
    let played = played(&patch, KEY).into_iter();
    played
        .map(|(frames, partials)| (frames, level(partials[0])))
        .collect()
}
