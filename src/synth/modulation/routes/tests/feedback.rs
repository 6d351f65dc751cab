//! No modulator moves its own speed.

use super::*;
use crate::dsp::random;

/// A patch with these routes: the number, from, via and to of each.
fn with_routes(routes: &[(usize, &str, &str, &str)]) -> Patch {
    let mut patch = without_routes();
    for &(number, from, via, to) in routes {
        let route = RouteParams::of(number);
        for (param, text) in [(route.from, from), (route.via, via), (route.to, to)] {
            patch.set(param, label(param, text));
        }
        patch.set(route.depth, 0.5);
    }
    patch
}

/// Neither as a source, nor by way of it, nor by a depth that it moves, nor by another's speed. The last
/// route that would close the circle is left out.
#[test]
fn nothing_feeds_back_into_the_speed_of_a_modulator() {
    let cases: [(&[_], &[bool]); 9] = [
        (&[(1, "LFO 1", "Off", "LFO 2 Rate")], &[true]),
        (&[(1, "LFO 2", "Off", "LFO 2 Rate")], &[false]),
        (&[(1, "LFO 3", "Off", "LFO 2 Rate")], &[true]),
        (&[(1, "Wheel", "Curve 4", "Curve 4 Speed")], &[false]),
        (
            &[
                (1, "LFO 1", "Off", "Route 7 Depth"),
                (7, "Wheel", "Off", "Sequence 2 Speed"),
            ],
            &[true, true],
        ),
        (
            &[
                (1, "Sequence 2", "Off", "Route 7 Depth"),
                (7, "Wheel", "Off", "Sequence 2 Speed"),
            ],
            &[true, false],
        ),
        (
            &[
                (2, "LFO 1", "Off", "Curve 1 Speed"),
                (3, "Curve 1", "Off", "LFO 1 Rate"),
            ],
            &[true, false],
        ),
        // The middle of the chain comes last.
        (
            &[
                (4, "LFO 1", "Off", "Sequence 1 Speed"),
                (5, "Curve 2", "Off", "LFO 1 Rate"),
                (6, "Wheel", "Sequence 1", "Curve 2 Speed"),
            ],
            &[true, true, false],
        ),
        (
            &[
                (4, "LFO 1", "Off", "Sequence 1 Speed"),
                (5, "Curve 2", "Off", "LFO 1 Rate"),
                (6, "LFO 1", "Sequence 1", "Curve 3 Speed"),
            ],
            &[true, true, true],
        ),
    ];
    for (stated, moves) in cases {
        let routes = &tick(&with_routes(stated)).routes;
        let found: Vec<bool> = stated
            .iter()
            .map(|(number, ..)| routes.can_move(number - 1))
            .collect();
        assert_eq!(found, moves, "{stated:?}");
    }
}

/// Whether the speed of a clock depends on a source by some routes: the slow way.
fn depends(routes: &[Option<(usize, usize, &str)>], on: &str, to: &str, left: usize) -> bool {
    left > 0
        && routes.iter().enumerate().any(|(place, route)| {
            let Some((from, via, target)) = *route else {
                return false;
            };
            let depth = format!("Route {} Depth", place + 1);
            target == to
                && ([from, via].into_iter().any(|source| {
                    let name = ROUTE_SOURCE_LABELS[source];
                    let clock = Clock::ALL
                        .into_iter()
                        .find(|clock| clock.speed_label().starts_with(name));
                    name == on
                        || clock
                            .is_some_and(|clock| depends(routes, on, clock.speed_label(), left - 1))
                }) || depends(routes, on, &depth, left - 1))
        })
}

#[test]
fn of_any_routes_those_that_close_no_circle_stay() {
    let labels = route_target_labels();
    let own = |label: &&&str| {
        Clock::ALL
            .iter()
            .any(|clock| clock.speed_label() == **label)
    };
    let targets: Vec<_> = labels.iter().filter(own).chain(&labels[23..27]).collect();
    let sources: Vec<usize> = (0..ROUTE_SOURCE_LABELS.len())
        .filter(|&place| {
            let name = ROUTE_SOURCE_LABELS[place];
            name == "Wheel"
                || Clock::ALL
                    .iter()
                    .any(|it| it.speed_label().starts_with(name))
        })
        .collect();
    let (mut kept, mut left_out) = (0, 0);
    for seed in 0..300 {
        let mut patch = without_routes();
        let mut routes = [None; 7];
        let random = |place: usize| random::bits(seed, place as u64) as usize;
        for (place, found) in routes.iter_mut().enumerate() {
            let from = sources[random(3 * place) % sources.len()];
            let via = if place % 3 == 2 {
                sources[random(3 * place + 1) % sources.len()]
            } else {
                0
            };
            let to = targets[random(3 * place + 2) % targets.len()];
            let route = RouteParams::of(place + 1);
            patch.set(route.from, from as f32);
            patch.set(route.via, via as f32);
            patch.set(route.to, label(route.to, to));
            *found = Some((from, via, *to));
        }
        let stated = routes;
        let compiled = &tick(&patch).routes;
        for (place, route) in routes.iter_mut().enumerate() {
            if !compiled.can_move(place) {
                *route = None;
            }
        }
        for clock in Clock::ALL {
            let name = clock
                .speed_label()
                .rsplit_once(' ')
                .map_or("", |(name, _)| name);
            let is_circle = depends(&routes, name, clock.speed_label(), 12);
            assert!(!is_circle, "{seed} {name} {routes:?}");
        }
        for (place, route) in stated.into_iter().enumerate() {
            let Some((.., to)) = route.filter(|(.., to)| own(&to)) else {
                continue;
            };
            // With those behind it left out.
            let mut with = routes;
            with[place] = route;
            for other in &mut with[place + 1..] {
                *other = other.filter(|(.., to)| !own(&to));
            }
            let name = to.rsplit_once(' ').map_or("", |(name, _)| name);
            let closes = depends(&with, name, to, 12);
            assert_eq!(
                closes,
                !compiled.can_move(place),
                "{seed} {place} {stated:?}"
            );
            *(if closes { &mut left_out } else { &mut kept }) += 1;
        }
    }
    assert!(left_out > 50 && kept > 500, "{left_out} {kept}");
}
