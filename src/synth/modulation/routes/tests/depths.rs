//! Routes that move the depths of others.

use super::*;

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
