//! No modulator moves its own speed or settings.

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
    let cases: [(&[_], &[bool]); 17] = [
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
        (&[(1, "Amp Envelope", "Off", "Amp Attack")], &[false]),
        (&[(1, "LFO 2", "Off", "LFO 2 Phase")], &[false]),
        (&[(1, "LFO 2", "Off", "Glide")], &[true]),
        (
            &[(1, "Velocity", "Filter Envelope", "Filter Fan Time")],
            &[false],
        ),
        (
            &[
                (1, "LFO 1", "Off", "LFO 2 Phase"),
                (2, "LFO 2", "Off", "LFO 1 Rate"),
            ],
            &[true, false],
        ),
        (
            &[
                (1, "Filter Envelope", "Off", "Amp Decay"),
                (2, "Amp Envelope", "Off", "Filter Sustain"),
                (3, "Amp Envelope", "Off", "Curve 2 Fan Delay"),
            ],
            &[true, false, true],
        ),
        (
            &[
                (1, "Sequence 1", "Off", "Route 7 Depth"),
                (7, "Wheel", "Off", "Sequence 1 Glide"),
            ],
            &[true, false],
        ),
        (
            &[
                (1, "Curve 1", "Off", "LFO 4 Fan Phase"),
                (2, "LFO 4", "Off", "Filter Attack"),
                (3, "Filter Envelope", "Off", "Curve 1 Speed"),
            ],
            &[true, true, false],
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

/// The modulator whose speed or setting a target is, by its name as a source.
fn modulator_of(label: &str) -> Option<&'static str> {
    match RouteTarget::of_label(label)? {
        RouteTarget::Speed(clock) => Some(clock.speed_label().rsplit_once(' ')?.0),
        RouteTarget::Own(param) | RouteTarget::Time(param) => {
            let modulator = Setting::of(param)?.modulator();
            modulator.map(|_| param.row().group.name())
        }
        _ => None,
    }
}

/// Whether what some targets are depends on a source by some routes: the slow way.
fn depends(
    routes: &[Option<(usize, usize, &str)>],
    on: &str,
    is_meant: &dyn Fn(&str) -> bool,
    left: usize,
) -> bool {
    left > 0
        && routes.iter().enumerate().any(|(place, route)| {
            let Some((from, via, target)) = *route else {
                return false;
            };
            let depth = format!("Route {} Depth", place + 1);
            is_meant(target)
                && ([from, via].into_iter().any(|source| {
                    let name = ROUTE_SOURCE_LABELS[source];
                    let is_its = |label: &str| modulator_of(label) == Some(name);
                    name == on || depends(routes, on, &is_its, left - 1)
                }) || depends(routes, on, &|label| label == depth, left - 1))
        })
}

/// Whether a modulator depends on itself.
fn is_circle(routes: &[Option<(usize, usize, &str)>], name: &str) -> bool {
    depends(routes, name, &|label| modulator_of(label) == Some(name), 14)
}

#[test]
fn of_any_routes_those_that_close_no_circle_stay() {
    let labels = route_target_labels();
    let own = |label: &str| modulator_of(label).is_some();
    // Every speed, and some of the settings of each modulator.
    let is_told = |label: &str| {
        let words = ["Rate", "Speed", "Phase", "Attack", "Delay", "Fan Steps"];
        own(label) && words.iter().any(|word| label.ends_with(word))
    };
    let targets = labels.iter().filter(|label| is_told(label));
    let targets: Vec<_> = targets.chain(&labels[23..27]).collect();
    let sources: Vec<usize> = (0..ROUTE_SOURCE_LABELS.len())
        .filter(|&place| {
            let name = ROUTE_SOURCE_LABELS[place];
            name == "Wheel" || labels.iter().any(|label| modulator_of(label) == Some(name))
        })
        .collect();
    assert_eq!(sources.len(), 1 + ClockedModulator::COUNT + 2);
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
        for &source in &sources {
            let name = ROUTE_SOURCE_LABELS[source];
            assert!(!is_circle(&routes, name), "{seed} {name} {routes:?}");
        }
        for (place, route) in stated.into_iter().enumerate() {
            let Some((.., to)) = route.filter(|(.., to)| own(to)) else {
                continue;
            };
            // With those behind it left out.
            let mut with = routes;
            with[place] = route;
            for other in &mut with[place + 1..] {
                *other = other.filter(|(.., to)| !own(to));
            }
            let closes = is_circle(&with, modulator_of(to).expect("a modulator"));
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

/// As many times as there are modulators in a row of those that move settings of one another.
#[test]
fn settings_are_read_as_often_as_modulators_move_one_another() {
    for (stated, passes) in [
        (&[(1, "Wheel", "Off", "Tilt")][..], 1),
        (&[(1, "LFO 1", "Off", "LFO 2 Phase")], 1),
        // A speed counts from the next segment on.
        (
            &[
                (1, "LFO 1", "Off", "LFO 2 Rate"),
                (2, "LFO 2", "Off", "Amp Sustain"),
            ],
            1,
        ),
        (
            &[
                (1, "LFO 2", "Off", "Amp Sustain"),
                (2, "LFO 1", "Off", "LFO 2 Phase"),
            ],
            2,
        ),
        (
            &[
                (1, "Amp Envelope", "Off", "Route 9 Depth"),
                (2, "LFO 2", "Off", "Amp Sustain"),
                (3, "LFO 1", "Off", "LFO 2 Phase"),
                (9, "Wheel", "Off", "Curve 1 Fan Time"),
            ],
            3,
        ),
    ] {
        let tick = tick(&with_routes(stated));
        assert_eq!(tick.routes.setting_passes(), passes, "{stated:?}");
    }
}
