//! Each route of the list, and what depends on which are active.

mod cutoffs;
mod depths;
mod feedback;

use ModulationSource::*;

use super::*;
use crate::dsp::envelope::shaped;
use crate::dsp::random::bipolar;
use crate::synth::channel::Control;
use crate::synth::event::NoteExpression;
use crate::synth::modulation::Moment;
use crate::synth::modulation::lfo::LfoId;
use crate::synth::modulation::modulators::Modulators;
use crate::synth::modulation::note::Note;
use crate::synth::parameter::{
    CURVES, CurveParams, DrawnSetParams, LFOS, LfoParams, MACROS, ROUTE_SOURCE_LABELS,
    ROUTE_TARGETS, RouteTarget, SEQUENCES, SequenceParams,
};
use crate::synth::patch::Patch;
use crate::synth::tick::Tick;

/// A patch in which no route moves anything.
fn without_routes() -> Patch {
    let mut patch = Patch::default();
    for route in &ROUTES {
        patch.set(route.depth, 0.0);
    }
    for number in 1..=MACROS {
        patch.set(Param::macro_value(number), 0.1 * number as f32);
    }
    for number in 1..=SEQUENCES {
        patch.set(SequenceParams::of(number).step(1), 0.75);
    }
    for number in 1..=CURVES {
        patch.set(CurveParams::of(number).point(1).level, 0.625);
    }
    patch.set(Param::FILTER_ATTACK, 0.002);
    patch.set(Param::AMP_HOLD, 1.0);
    // Without them nothing reads the cutoffs.
    patch.set(Param::FILTER_TYPE, 1.0);
    patch.set(Param::FILTER_2_TYPE, 1.0);
    patch
}

/// Serial of the note in [`applied`].
const SERIAL: u64 = 7;

/// A tick of `patch`, a quarter of a cycle into the LFO.
fn tick(patch: &Patch) -> Tick {
    let mut tick = Tick::new(48_000.0, 64);
    tick.set_patch(patch);
    for number in 1..=LFOS {
        tick.modulators
            .lfos
            .clock_mut(LfoId::numbered(number))
            .cycles = 0.25;
    }
    tick
}

/// What a source comes to in [`applied`].
fn expected(source: ModulationSource) -> f64 {
    match source {
        Velocity => 0.5,
        Key => 1.5,
        Pressure => 0.25 + 0.5,
        Wheel => 0.125 + 0.25,
        Brightness => 2.0 * (0.75 - 0.5),
        Bend => -0.5,
        Breath => 0.375,
        Expression => 0.875,
        NoteRandom => bipolar(!1, SERIAL),
        Alternate => 1.0,
        AmpEnvelope | FilterEnvelope => 1.0,
        Lfo1 | Lfo2 | Lfo3 | Lfo4 => 1.0,
        Sequence1 | Sequence2 => 0.75,
        // At their start: their pace comes with a tick.
        Curve1 | Curve2 | Curve3 | Curve4 => 0.625,
        // As of the first partial.
        PartialNumber | PartialRandom | PartialSide => 0.0,
        PartialOdd => 1.0,
        Macro1 => 0.1,
        Macro2 => 0.2,
        Macro3 => 0.3,
        Macro4 => 0.4,
        Macro5 => 0.5,
        Macro6 => 0.6,
        Macro7 => 0.7,
        Macro8 => 0.8,
        ReleaseVelocity => 0.9375,
    }
}

/// The values that some routes of a tick make of `own`.
fn applied(tick: &Tick, routes: RouteSet, own: &DestinationValues) -> DestinationValues {
    applied_with_settings(tick, routes, own).0
}

/// With by how much they move settings.
fn applied_with_settings(
    tick: &Tick,
    routes: RouteSet,
    own: &DestinationValues,
) -> (DestinationValues, MovedSettings) {
    let channel = Control {
        bend: -0.5,
        bend_semitones: 0.0,
        tuning_semitones: 0.0,
        pressure: 0.25,
        wheel: 0.125,
        breath: 0.375,
        expression: 0.875,
        brightness: 0.75,
        gain: 1.0,
        pan: 0.0,
    };
    let mut note = Note::new(0, 78, 0.5, SERIAL);
    note.expression.set(NoteExpression::Pressure, 0.5);
    note.expression.set(NoteExpression::Vibrato, 0.25);
    note.release_velocity = 0.9375;
    let mut modulators = Modulators::begin(&tick.modulators, 0, SERIAL, 0);
    // To the end of the attacks.
    let attack_s = tick.values.get(Param::FILTER_ATTACK);
    let frames = f64::from(attack_s) * tick.sample_rate_hz + 0.5;
    modulators.advance(&tick.modulators, frames as usize);
    let mut sources = SourceValues::new(Moment {
        tick,
        shared: &tick.modulators,
        at: 0,
        channel: &channel,
        note: &note,
        modulators: &modulators,
    });
    let (mut own, mut moved) = (*own, MovedSettings::default());
    tick.routes.apply(routes, &mut sources, &mut own);
    tick.routes
        .apply_to_settings(routes, &mut sources, &own, &mut moved);
    (own, moved)
}

#[test]
fn each_route_moves_its_destination_alone() {
    for (index, route) in ROUTES.iter().enumerate() {
        let mut patch = without_routes();
        let depth = 0.75 * route.depth.range().plain(1.0);
        patch.set(route.depth, depth);
        let tick = tick(&patch);
        let depth = f64::from(tick.values.get(route.depth));
        assert!(depth > 0.0);
        let index = parameter::ROUTES + index;
        let mut active = tick.routes.active();
        // The wheel moves the depth of a route, which is active with it.
        let followers = ROUTES
            .iter()
            .filter(|other| Option::<Destination>::from(other.depth) == Some(route.to));
        assert_eq!(active.indices().count(), 1 + followers.count());
        active = active.and(RouteSet(1 << index));

        let before = tick.destinations;
        let after = applied(&tick, active, &before);
        let source = expected(route.from) * route.via.map_or(1.0, expected);
        let (from, to) = (f64::from(before[route.to]), f64::from(after[route.to]));
        let expected = match route.to.operation() {
            Operation::Add => from + depth * source,
            Operation::Scale => from * (1.0 - depth + depth * source),
        };
        assert!((to - expected).abs() < 1e-4, "{route:?}: {to} {expected}");
        let mut others = after;
        others[route.to] = before[route.to];
        assert_eq!(others, before, "{route:?}");
    }
}

#[test]
fn without_depths_no_route_is_active() {
    let tick = tick(&without_routes());
    assert_eq!(tick.routes.active(), RouteSet::default());
    let after = applied(&tick, tick.routes.active(), &tick.destinations);
    assert_eq!(after, tick.destinations);
}

/// A patch in which the first route takes a source to a target, both by their labels.
fn with_route(from: &str, to: &str, depth: f32) -> Patch {
    let mut patch = without_routes();
    set_route(&mut patch, 1, from, to, depth);
    patch
}

fn set_route(patch: &mut Patch, number: usize, from: &str, to: &str, depth: f32) {
    let route = RouteParams::of(number);
    patch.set(route.from, label(route.from, from));
    patch.set(route.to, label(route.to, to));
    patch.set(route.depth, depth);
}

fn label(param: Param, text: &str) -> f32 {
    param.parse(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn sources_are_those_that_their_labels_name() {
    for (source, label) in ModulationSource::ROUTED
        .iter()
        .zip(&ROUTE_SOURCE_LABELS[1..])
    {
        let expected = match source {
            Brightness => "Slide".to_owned(),
            source => {
                let name = format!("{source:?}");
                let mut words = String::new();
                for (place, letter) in name.char_indices() {
                    let begins_word = letter.is_uppercase() || letter.is_numeric();
                    if place > 0 && begins_word {
                        words.push(' ');
                    }
                    words.push(letter);
                }
                words.replace("Lfo", "LFO")
            }
        };
        assert_eq!(*label, expected);
    }
    // Each source but "Off" once.
    for source in ModulationSource::ALL {
        let times = ModulationSource::ROUTED
            .iter()
            .filter(|other| *other == source);
        assert_eq!(times.count(), 1, "{source:?}");
    }
}

/// Beside what each source says of itself.
#[test]
fn the_set_of_what_moves_has_the_right_sources() {
    let tick = tick(&Patch::default());
    let modulators = Modulators::begin(&tick.modulators, 0, SERIAL, 0);
    for &source in ModulationSource::ALL {
        let moves = !source.rests(&tick.modulators, &modulators);
        assert_eq!(SourceSet::MOVING.contains(source), moves, "{source:?}");
    }
}

#[test]
fn a_patchs_route_takes_any_source_to_any_target() {
    for source in &ROUTE_SOURCE_LABELS[1..] {
        for (target, label) in ROUTE_TARGETS.iter().zip(route_target_labels()) {
            let patch = with_route(source, label, 0.02);
            let tick = tick(&patch);
            let active = tick.routes.active().and(RouteSet(1));
            let before = tick.destinations;
            let (after, settings) = applied_with_settings(&tick, active, &before);
            let from = ModulationSource::ROUTED
                .into_iter()
                .zip(&ROUTE_SOURCE_LABELS[1..])
                .find(|(_, label)| *label == source)
                .map(|(from, _)| from)
                .expect("a source");
            let depth = f64::from(tick.values.get(RouteParams::of(1).depth));
            let moved = depth * f64::from(target.span()) * expected(from);
            let to = match *target {
                to if to.is_of_partials()
                    && (from.differs_between_partials(&tick.values)
                        || !matches!(
                            to,
                            RouteTarget::Cutoff | RouteTarget::Cutoff2 | RouteTarget::Own(_)
                        )) =>
                {
                    assert_eq!(after, before);
                    assert_eq!(tick.routes.to_partials(), RouteSet(1));
                    continue;
                }
                RouteTarget::Own(param) | RouteTarget::Time(param)
                    if let Some(setting) = Setting::of(param) =>
                {
                    // Nor does anything move a setting of its own.
                    let is_own = setting.modulator() == Some(from);
                    assert_eq!(tick.routes.can_move(0), !is_own, "{source} {label}");
                    let mut expected = MovedSettings::default();
                    if !is_own {
                        expected.add(setting, moved as f32);
                    }
                    assert_eq!(after, before);
                    let error = settings.distance(&expected);
                    assert!(error < 1e-4 * target.span(), "{source} {label}: {error}");
                    assert_eq!(tick.routes.to_settings(), RouteSet(u64::from(!is_own)));
                    continue;
                }
                RouteTarget::Pitch => PITCH,
                RouteTarget::Level => LEVEL,
                RouteTarget::Pan => Destination::PAN,
                // Nothing moves its own depth or speed.
                RouteTarget::Own(param) if param == RouteParams::of(1).depth => {
                    assert!(!tick.routes.can_move(0));
                    continue;
                }
                RouteTarget::Own(param) => Destination::of(param),
                RouteTarget::Speed(clock) if source_of(clock) == from => {
                    assert_eq!(after, before, "{source} {label}");
                    assert!(!tick.routes.can_move(0));
                    continue;
                }
                RouteTarget::Speed(clock) => Destination::speed(clock),
                RouteTarget::Cutoff => CUTOFF,
                RouteTarget::Cutoff2 => CUTOFF_2,
                to => panic!("{to:?} is one value of the voice"),
            };
            let (least, most) = target.limits();
            let expected = f64::from(before[to]) + moved;
            let expected = expected.clamp(f64::from(least), f64::from(most));
            let error = f64::from(after[to]) - expected;
            assert!(
                error.abs() < 1e-4 * f64::from(target.span()),
                "{source} {label}: {error}"
            );
            let mut others = after;
            others[to] = before[to];
            assert_eq!(others, before, "{source} {label}");
        }
    }
}

fn source_of(clock: ClockedModulator) -> ModulationSource {
    ModulationSource::CLOCKED[clock.index()]
}

#[test]
fn clocks_have_the_sources_that_their_names_say() {
    for clock in ClockedModulator::ALL {
        let place = ModulationSource::ROUTED
            .iter()
            .position(|source| *source == source_of(clock));
        let name = ROUTE_SOURCE_LABELS[1 + place.expect("a source")];
        assert!(clock.speed_label().starts_with(name), "{name}");
    }
}

fn route_target_labels() -> &'static [&'static str] {
    &RouteParams::of(1).to.range().labels().expect("labels")[1..]
}

#[test]
fn a_route_is_bent_multiplied_limited_and_bypassed() {
    let mut patch = with_route("Wheel", "Tilt", 0.5);
    let route = RouteParams::of(1);
    let moved = |patch: &Patch| {
        let tick = tick(patch);
        let before = tick.destinations;
        let after = applied(&tick, tick.routes.active(), &before);
        f64::from(after[TILT] - before[TILT])
    };
    // The wheel is at 0.375, the span is 24 dB per octave.
    assert!((moved(&patch) - 12.0 * 0.375).abs() < 1e-4);
    patch.set(route.via, label(route.via, "Macro 5"));
    assert!((moved(&patch) - 6.0 * 0.375).abs() < 1e-4);
    patch.set(route.bend, 0.6);
    let way = f64::from(shaped(0.375, patch.plain(route.bend)));
    assert!((moved(&patch) - 6.0 * way).abs() < 1e-4);
    patch.set(route.bypass, 1.0);
    assert_eq!(moved(&patch), 0.0);
    patch.set(route.bypass, 0.0);
    for number in 2..=parameter::ROUTES {
        let other = RouteParams::of(number);
        for (param, of) in [(other.from, route.from), (other.to, route.to)] {
            patch.set(param, patch.plain(of));
        }
        patch.set(other.depth, 1.0);
    }
    // From −6 up to the end of the range.
    assert_eq!(moved(&patch), 18.0);
}

/// Whatever stands before or behind an empty place keeps its meaning.
#[test]
fn routes_keep_their_places() {
    let mut patch = without_routes();
    for number in [3, 24] {
        let route = RouteParams::of(number);
        patch.set(route.from, label(route.from, "Velocity"));
        patch.set(route.to, label(route.to, "Tilt"));
        patch.set(route.depth, 0.25);
    }
    assert_eq!(tick(&patch).routes.active(), RouteSet(1 << 2 | 1 << 23));
    patch.set(RouteParams::of(3).to, 0.0);
    assert_eq!(tick(&patch).routes.active(), RouteSet(1 << 23));
}

/// The set does not count for a target that is no partial's.
#[test]
fn a_route_to_a_set_that_nothing_is_drawn_in_is_left_out() {
    let partials = RouteParams::of(1).partials;
    for (target, set, number) in [
        ("Partials Level", "Drawn 1", 1),
        ("Partials Tune", "Drawn 2", 2),
        ("Partials Pan", "Drawn 2", 2),
    ] {
        let mut patch = with_route("Velocity", target, 0.5);
        patch.set(partials, label(partials, set));
        assert!(!tick(&patch).routes.can_move(0), "{target}");
        // The other one.
        let of_both = [DrawnSetParams::of(3 - number), DrawnSetParams::of(number)];
        for (of_set, moves) in of_both.into_iter().zip([false, true]) {
            patch.set(of_set.param_of(512), 32_768.0);
            let tick = tick(&patch);
            assert_eq!(tick.routes.can_move(0), moves, "{target}");
            assert_eq!(tick.routes.to_partials(), RouteSet(u64::from(moves)));
        }
    }
    let mut patch = with_route("Velocity", "Level", 0.5);
    patch.set(partials, label(partials, "Drawn 1"));
    assert!(tick(&patch).routes.can_move(0));
}
