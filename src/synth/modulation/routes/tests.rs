//! Each route of the list, and what depends on which are active.

use super::*;
use crate::synth::channel::Control;
use crate::synth::event::NoteExpression;
use crate::synth::modulation::Moment;
use crate::synth::modulation::modulators::Modulators;
use crate::synth::modulation::note::Note;
use crate::synth::patch::Patch;
use crate::synth::tick::Tick;

/// A patch in which no route moves anything.
fn without_routes() -> Patch {
    let mut patch = Patch::default();
    for route in &ROUTES {
        patch.set(route.depth, 0.0);
    }
    patch
}

/// A tick of `patch`, a quarter of a cycle into the LFO.
fn tick(patch: &Patch) -> Tick {
    let mut tick = Tick::new(48_000.0, 64);
    tick.set_patch(patch);
    tick.modulators.lfo.clock.cycles = 0.25;
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
        Lfo => 1.0,
        FilterEnvelope => 1.0,
    }
}

/// The values that some routes of a tick make of `own`.
fn applied(tick: &Tick, routes: RouteSet, own: &DestinationValues) -> DestinationValues {
    let channel = Control {
        bend_semitones: 0.0,
        tuning_semitones: 0.0,
        pressure: 0.25,
        wheel: 0.125,
        brightness: 0.75,
        gain: 1.0,
        pan: 0.0,
    };
    let mut note = Note::new(0, 78, 0.5);
    note.expression.set(NoteExpression::Pressure, 0.5);
    note.expression.set(NoteExpression::Vibrato, 0.25);
    let mut modulators = Modulators::begin(&tick.modulators, 0, 0);
    // To the end of the attack.
    let attack_s = tick.values.get(Param::FILTER_ATTACK);
    let frames = f64::from(attack_s) * tick.sample_rate_hz + 0.5;
    modulators.advance(&tick.modulators, frames as usize);
    let mut sources = SourceValues::new(Moment {
        tick,
        at: 0,
        channel: &channel,
        note: &note,
        modulators: &modulators,
    });
    let mut own = *own;
    tick.routes.apply(routes, &mut sources, &mut own);
    own
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

/// The wheel's vibrato is a route to the depth of another.
#[test]
fn a_route_moves_the_depths_of_those_behind_it() {
    let mut patch = without_routes();
    patch.set(Param::WHEEL_VIBRATO, 80.0);
    let tick = tick(&patch);
    let own = tick.destinations;
    let fine = applied(&tick, tick.routes.active(), &own)[PITCH];
    assert!((fine - 80.0 * 0.375).abs() < 1e-4, "{fine}");
    assert_eq!(tick.routes.to_pitch(), tick.routes.active());
    for (place, route) in ROUTES.iter().enumerate() {
        for behind in &ROUTES[place..] {
            let depth = Option::<Destination>::from(route.depth);
            assert_ne!(depth, Some(behind.to), "{route:?} is before {behind:?}");
        }
    }
}

#[test]
fn a_voices_own_depth_makes_a_route_active() {
    let tick = tick(&without_routes());
    let mut own = tick.destinations;
    own[Destination::of(Param::LFO_TILT)] = 3.0;
    let active = tick.routes.active_with(&own);
    let sources = tick.routes.sources(active);
    for &source in ModulationSource::ALL {
        assert_eq!(sources.contains(source), source == Lfo);
    }
    let moved = applied(&tick, active, &own)[TILT] - own[TILT];
    assert!((moved - 3.0).abs() < 1e-5, "{moved}");
}
