//! When routes move cutoffs, and whether for each partial.

use super::*;

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
