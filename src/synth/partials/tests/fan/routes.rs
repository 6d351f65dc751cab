//! Several routes, what they go via, and the partials that they move.

use super::*;

/// Whether or not the route before has the same source.
#[test]
fn routes_add_up_in_any_order() {
    let mut chain = chain();
    let [one, two] = [0.3, 0.7].map(|cycles| {
        let source = lfo(LfoShape::Sine, FAN, cycles);
        (source, chain.values(source))
    });
    for order in [[&one, &one, &two], [&one, &two, &one], [&two, &one, &one]] {
        let routes = order.map(|(source, _)| route(PartialDestination::Level, *source, 4.0));
        for (place, db) in chain.levels_db(&routes).into_iter().enumerate() {
            let expected = 4.0 * (2.0 * one.1[place] + two.1[place]);
            assert!((db - expected).abs() < 1e-3, "{place}: {db} {expected}");
        }
    }
}

#[test]
fn what_a_route_goes_via_may_differ_from_partial_to_partial() {
    let mut chain = chain();
    let source = lfo(LfoShape::Saw, FAN, 0.3);
    let values = chain.values(source);
    let bend = Bend::new(0.4);
    let low = (1..=8).collect();
    for (via, set) in [
        (
            Apart(PartialSource::Trait(PartialTrait::Number)),
            PartialMask::ALL,
        ),
        (Apart(PartialSource::Trait(PartialTrait::Odd)), low),
        (Apart(PartialSource::Trait(PartialTrait::Number)), drawn()),
        (Same(-0.5), drawn()),
    ] {
        let factors = chain.values(via);
        let route = Route {
            via,
            set,
            bend,
            ..route(PartialDestination::Level, source, 9.0)
        };
        for (n, db) in (1..).zip(chain.levels_db(&[route])) {
            let way = f64::from(bend.at(values[n - 1] as f32));
            let expected = if set.contains(n) {
                9.0 * way * factors[n - 1]
            } else {
                0.0
            };
            assert!((db - expected).abs() < 1e-3, "{via:?} {n}: {db} {expected}");
        }
    }
}

/// The settings of [`chain`], and sets of these partials.
fn settings_with_drawn(sets: &[Vec<usize>; 2]) -> Vec<(Param, f32)> {
    let drawn = (1..).zip(sets).flat_map(|(number, partials)| {
        let mask = partials.iter().copied().collect();
        DrawnSetParams::of(number).values(&mask)
    });
    SETTINGS.into_iter().chain(drawn).collect()
}

#[test]
fn a_route_moves_the_partials_of_its_set_alone() {
    let mut chain = chain();
    let drawn = [vec![1, 2, 3, 16, 17, 99, 100, 101, 512], vec![33]];
    chain.set(&settings_with_drawn(&drawn));
    for index in 0..11 {
        let set = PartialSet::from_index(index);
        let route = Route {
            set: set.mask(&chain.values),
            ..route(PartialDestination::Level, Same(-1.0), 6.0)
        };
        for (n, db) in (1..).zip(chain.levels_db(&[route])) {
            let is_in = match set {
                PartialSet::All => true,
                PartialSet::Odd => n % 2 == 1,
                PartialSet::Even => n % 2 == 0,
                PartialSet::Octaves => [1, 2, 4, 8, 16, 32, 64].contains(&n),
                PartialSet::EveryThird => n % 3 == 0,
                PartialSet::Fundamental => n == 1,
                PartialSet::Overtones => n >= 2,
                PartialSet::Low => n <= 8,
                PartialSet::High => n >= 9,
                PartialSet::Drawn1 => drawn[0].contains(&n),
                PartialSet::Drawn2 => drawn[1].contains(&n),
            };
            let expected = if is_in { -6.0 } else { 0.0 };
            assert!((db - expected).abs() < 1e-4, "{set:?} {n}: {db}");
        }
    }
}

#[test]
fn routes_to_frequencies_and_positions_add_up_and_end() {
    let mut chain = chain();
    chain.set_routes(&[]);
    let (ratio, pan) = (chain.frame().ratio.to_vec(), chain.frame().pan.to_vec());
    let half = Same(0.5);
    let changed = chain.set_routes(&[
        route(PartialDestination::Tune, half, 40.0),
        route(PartialDestination::Tune, half, 60.0),
        route(PartialDestination::Pan, half, -0.5),
    ]);
    assert!(changed.contain_any(Arrays::RATIO) && !changed.contain_any(Arrays::GAIN));
    let cents = 1_200.0 * (f64::from(chain.frame().ratio[6]) / f64::from(ratio[6])).log2();
    assert!((cents - 50.0).abs() < 1e-3, "{cents}");
    assert!((chain.frame().pan[6] - pan[6] + 0.25).abs() < 1e-6);
    // Again from the same source: nothing piles up.
    chain.routes_instant += 1;
    chain.update(false);
    let cents = 1_200.0 * (f64::from(chain.frame().ratio[6]) / f64::from(ratio[6])).log2();
    assert!((cents - 50.0).abs() < 1e-3, "{cents}");
    // Farther than four octaves none goes.
    chain.set_routes(&[route(PartialDestination::Tune, half, 40_000.0)]);
    let octaves = (chain.frame().ratio[6] / ratio[6]).log2();
    assert!((octaves - 4.0).abs() < 1e-4, "{octaves}");
    let changed = chain.set_routes(&[]);
    assert!(changed.contain_any(Arrays::RATIO));
    assert_eq!(chain.frame().ratio[..100], ratio[..100]);
    assert_eq!(chain.frame().pan[..100], pan[..100]);
    // A level leaves everything else as it is, where partials are placed in the fans already.
    chain.set_routes(&[route(PartialDestination::Level, half, 2.0)]);
    let changed = chain.set_routes(&[route(PartialDestination::Level, half, 3.0)]);
    let others = Arrays::SOURCE | Arrays::OCTAVES | Arrays::SHAPED_GAIN;
    assert!(changed.contain_any(Arrays::SIDES) && !changed.contain_any(others));
}
