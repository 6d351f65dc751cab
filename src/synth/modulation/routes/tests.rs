//! Each route of the list, and what depends on which are active.

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
        assert_eq!(sources.contains(source), source == Lfo1);
    }
    let moved = applied(&tick, active, &own)[TILT] - own[TILT];
    assert!((moved - 3.0).abs() < 1e-5, "{moved}");
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

/// A parameter and its value.
type ParamValue = (Param, f32);

/// Whether some routes move either cutoff: of the voice, or of single partials.
fn moved_cutoffs(routes: &Routes, active: RouteSet) -> [bool; 2] {
    let of_patch = routes.of_patch(active).map(|route| route.to);
    let fixed = routes.fixed(active).map(|route| Target::Voice(route.to));
    let moved: Vec<Target> = of_patch.chain(fixed).collect();
    [
        (CUTOFF, PartialDestination::Cutoff),
        (CUTOFF_2, PartialDestination::Cutoff2),
    ]
    .map(|(of_voice, of_partials)| {
        moved.iter().any(|to| match to {
            Target::Voice(to) => *to == of_voice,
            Target::Partials(to, _) => *to == of_partials,
            Target::Setting(_) => false,
        })
    })
}

/// The cutoff of the first filter counts also where the second alone is on and follows it.
#[test]
fn cutoffs_that_no_filter_takes_over_are_not_moved() {
    let routes = [
        [("Velocity", "Filter Cutoff"), ("Key", "Filter 2 Cutoff")],
        [
            ("Partial Number", "Filter Cutoff"),
            ("Partial Odd", "Filter 2 Cutoff"),
        ],
    ];
    for (first, second, link, moved) in [
        (0.0, 0.0, 0.5, [false, false]),
        (1.0, 0.0, 0.5, [true, false]),
        (0.0, 1.0, 0.0, [false, true]),
        (0.0, 1.0, 0.5, [true, true]),
        (1.0, 1.0, 0.0, [true, true]),
    ] {
        let mut patch = without_routes();
        patch.set(Param::FILTER_TYPE, first);
        patch.set(Param::FILTER_2_TYPE, second);
        patch.set(Param::FILTER_2_LINK, link);
        let case = format!("{first}, {second}, {link}");
        for routes in &routes {
            let mut patch = patch;
            for (number, (from, to)) in (1..).zip(routes) {
                set_route(&mut patch, number, from, to, 0.5);
            }
            let routes = tick(&patch).routes;
            assert_eq!(moved_cutoffs(&routes, routes.active()), moved, "{case}");
        }
        patch.set(Param::FILTER_ENV, 2.0);
        patch.set(Param::FILTER_2_ENV, 2.0);
        let tick = tick(&patch);
        let active = tick.routes.active();
        assert_eq!(moved_cutoffs(&tick.routes, active), moved, "{case}");
        let needs_envelope = tick.routes.sources(active).contains(FilterEnvelope);
        assert_eq!(needs_envelope, moved[0] || moved[1]);
        assert_eq!(is_cutoff_heard(&tick.values), moved[0], "{case}");
    }
}

/// A voice whose link has an offset of its own, or whose link a route moves, follows the first cutoff.
#[test]
fn the_first_cutoff_is_moved_in_voices_that_are_linked() {
    let link = Destination::of(Param::FILTER_2_LINK);
    let mut patch = without_routes();
    patch.set(Param::FILTER_TYPE, 0.0);
    patch.set(Param::FILTER_ENV, 2.0);
    let unlinked = tick(&patch);
    let mut own = unlinked.destinations;
    for (amount, is_moved) in [(0.0, false), (0.25, true)] {
        own[link] = amount;
        let active = unlinked.routes.active_with(&own);
        assert_eq!(moved_cutoffs(&unlinked.routes, active), [is_moved, false]);
    }
    // Routes that are not there, or rest, move nothing; those of no depth may have one in any voice.
    let route = RouteParams::of(1);
    set_route(&mut patch, 1, "Velocity", "Filter 2 Link", 0.0);
    for (settings, is_moved) in [
        (None, true),
        (Some((route.from, 0.0)), false),
        (Some((route.bypass, 1.0)), false),
    ] {
        let mut patch = patch;
        if let Some((param, value)) = settings {
            patch.set(param, value);
        }
        let tick = tick(&patch);
        let moved = moved_cutoffs(&tick.routes, tick.routes.active());
        assert_eq!(moved, [is_moved, false], "{settings:?}");
        assert_eq!(is_cutoff_heard(&tick.values), is_moved, "{settings:?}");
    }
}

/// Cutoff and tilt are one value of the voice as long as all partials have the same.
#[test]
fn cutoff_and_tilt_are_moved_for_each_partial_where_partials_differ() {
    let lfo = LfoParams::of(2);
    let curve = CurveParams::of(1);
    let route = RouteParams::of(1);
    let sequence = SequenceParams::of(1);
    let via = |label_of: &str| (route.via, label(route.via, label_of));
    let cases: [(&str, &[ParamValue], bool); 14] = [
        ("LFO 2", &[], false),
        ("LFO 2", &[(lfo.fan_phase, 0.5)], true),
        ("LFO 2", &[(lfo.fan_rate, -0.5)], true),
        ("LFO 3", &[(lfo.fan_rate, -0.5)], false),
        ("LFO 3", &[(lfo.fan_rate, -0.5), via("LFO 2")], true),
        ("Sequence 1", &[(sequence.fan_steps, 3.0)], true),
        ("Curve 1", &[(curve.fan_delay, 1.0)], true),
        (
            "Curve 1",
            &[(curve.fan_delay, 1.0), (curve.mode, 3.0)],
            false,
        ),
        ("Filter Envelope", &[(Param::FILTER_FAN_TIME, 1.0)], true),
        ("Amp Envelope", &[(Param::FILTER_FAN_TIME, 1.0)], false),
        ("Velocity", &[], false),
        ("Velocity", &[via("Partial Odd")], true),
        ("Partial Number", &[], true),
        ("Velocity", &[(route.partials, 1.0)], true),
    ];
    for to in ["Filter Cutoff", "Filter 2 Cutoff", "Tilt"] {
        for (from, settings, is_apart) in &cases {
            let mut patch = with_route(from, to, 0.5);
            for &(param, value) in *settings {
                patch.set(param, value);
            }
            let tick = tick(&patch);
            assert!(tick.routes.can_move(0));
            let is_found = tick.routes.to_partials() == RouteSet(1);
            assert_eq!(is_found, *is_apart, "{from} {to} {settings:?}");
        }
        // A voice has only one of each other value.
        let mut patch = with_route("LFO 2", "Filter Slope", 0.5);
        patch.set(lfo.fan_phase, 0.5);
        assert!(tick(&patch).routes.to_partials().is_empty());
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

#[test]
fn a_patchs_route_moves_the_depth_of_one_behind_it() {
    let mut patch = with_route("Wheel", "Route 2 Depth", 1.0);
    let second = RouteParams::of(2);
    patch.set(second.from, label(second.from, "Velocity"));
    patch.set(second.to, label(second.to, "Tilt"));
    let tick = tick(&patch);
    assert_eq!(tick.routes.active(), RouteSet(0b11));
    let after = applied(&tick, tick.routes.active(), &tick.destinations);
    let moved = after[TILT] - tick.destinations[TILT];
    assert!((moved - 24.0 * 0.375 * 0.5).abs() < 1e-4, "{moved}");
    let mut depths: Vec<_> = route_target_labels().to_vec();
    depths.retain(|label| label.starts_with("Route"));
    assert_eq!(depths.len(), parameter::ROUTES);
}

/// Wherever it stands, also where the route that is moved is one to partials, and where others move it in
/// turn.
#[test]
fn a_route_acts_ahead_of_the_one_whose_depth_it_moves() {
    for target in ["Tilt", "Partials Level"] {
        let mut patch = without_routes();
        for (number, from, to, depth) in [
            (1, "Velocity", target, 0.25),
            (2, "Wheel", "Route 1 Depth", 1.0),
            (3, "Expression", "Route 2 Depth", -0.5),
        ] {
            let route = RouteParams::of(number);
            patch.set(route.from, label(route.from, from));
            patch.set(route.to, label(route.to, to));
            patch.set(route.depth, depth);
        }
        let tick = tick(&patch);
        assert!((0..3).all(|place| tick.routes.can_move(place)), "{target}");
        let after = applied(&tick, tick.routes.active(), &tick.destinations);
        let second = 1.0 - 0.5 * 0.875;
        let first = 0.25 + second * 0.375;
        for (number, depth) in [(2, second), (1, first)] {
            let found = Option::<Destination>::from(RouteParams::of(number).depth);
            let found = after[found.expect("a destination")];
            assert!((found - depth).abs() < 1e-6, "{number}: {found}");
        }
        if target == "Tilt" {
            let moved = after[TILT] - tick.destinations[TILT];
            assert!((moved - 24.0 * first * 0.5).abs() < 1e-4, "{moved}");
        }
    }
}

/// Of the routes that would close a circle, the last in order moves nothing.
#[test]
fn no_depth_moves_itself() {
    let targets = |patch: &mut Patch, targets: &[(usize, &str)]| {
        for (number, to) in targets {
            let route = RouteParams::of(*number);
            patch.set(route.from, label(route.from, "Velocity"));
            patch.set(route.to, label(route.to, to));
            patch.set(route.depth, 0.5);
        }
    };
    // The numbers and targets of routes, and whether each moves anything.
    let cases: [(&[_], &[bool]); 3] = [
        (&[(5, "Route 5 Depth")], &[false]),
        (
            &[
                (3, "Route 9 Depth"),
                (9, "Route 3 Depth"),
                (10, "Route 3 Depth"),
            ],
            &[true, false, true],
        ),
        (
            &[
                (2, "Route 8 Depth"),
                (5, "Route 2 Depth"),
                (8, "Route 5 Depth"),
            ],
            &[true, true, false],
        ),
    ];
    for (stated, moves) in cases {
        let mut patch = without_routes();
        targets(&mut patch, stated);
        let routes = &tick(&patch).routes;
        let found: Vec<bool> = stated
            .iter()
            .map(|(number, _)| routes.can_move(number - 1))
            .collect();
        assert_eq!(found, moves, "{stated:?}");
    }
}
