//! The cutoff and the tilt of single partials, as routes move them, against the formulas in `f64`.

use super::fan::{FAN, Input, Route, lfo, route};
use super::*;
use crate::dsp::lfo::LfoShape;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, PartialMask};
use crate::synth::partials::stages::filter::tests::expected_db;

const CUTOFF_HZ: f64 = 700.0;
const PARTIALS: usize = 100;
const SLOPE_DB: f32 = 18.0;
const RESONANCE_DB: f32 = 9.0;

/// A filter of this type over partials that are no whole multiples.
fn filtered(filter_type: usize) -> Chain {
    Chain::new(&[
        (Param::PARTIALS, PARTIALS as f32),
        (Param::INHARMONICITY, 4e-4),
        (Param::FILTER_TYPE, filter_type as f32),
        (Param::CUTOFF, CUTOFF_HZ as f32),
        (Param::SLOPE, SLOPE_DB),
        (Param::RESONANCE, RESONANCE_DB),
        (Param::FILTER_GAIN, -7.5),
    ])
}

/// Every other partial from this one on.
fn every_other(first: usize) -> PartialMask {
    (first..=MAX_PARTIALS).step_by(2).collect()
}

fn db(array: &[f32]) -> Vec<f64> {
    let all = array.iter().take(PARTIALS);
    all.map(|gain| 20.0 * f64::from(*gain).log10()).collect()
}

#[test]
fn each_partial_meets_its_own_cutoff() {
    let source = lfo(LfoShape::Sine, FAN, 7.3);
    let octaves = 1.75;
    for filter_type in 1..=8 {
        let mut chain = filtered(filter_type);
        let settings = chain.partials.filter_settings()[0].expect("a filter");
        let values = chain.values(source);
        chain.set(&[
            (Param::PARTIALS, PARTIALS as f32),
            (Param::INHARMONICITY, 4e-4),
        ]);
        let open = db(&chain.frame().shaped_gain);
        let mut chain = filtered(filter_type);
        chain.own[Destination::CUTOFF_OCTAVES] = 0.5;
        let ratio = chain.frame().ratio.to_vec();
        let mut moved = route(PartialDestination::Cutoff, source, octaves as f32);
        for set in [PartialMask::ALL, every_other(2)] {
            moved.set = set;
            chain.set_routes(&[Route {
                amount: 0.0,
                ..moved
            }]);
            let changed = chain.set_routes(&[moved]);
            assert!(changed.contain_any(Arrays::SHAPED_GAIN));
            let unmoved = Arrays::SOURCE | Arrays::OCTAVES | Arrays::SIDES;
            assert!(!changed.contain_any(unmoved));
            let found = db(&chain.frame().shaped_gain);
            for n in 1..=PARTIALS {
                let value = if set.contains(n) { values[n - 1] } else { 0.0 };
                let above = (f64::from(ratio[n - 1]) * HZ / CUTOFF_HZ).log2();
                let x = above - 0.5 - octaves * value;
                let expected = expected_db(&settings, x);
                let error = found[n - 1] - open[n - 1] - expected;
                // A notch is all but silent at its centre.
                let most = if expected > -60.0 { 1e-3 } else { 0.5 };
                assert!(error.abs() < most, "{filter_type} {set} {n}: {error}");
            }
        }
        // Again from the same arrays, and without the route as before it.
        let again = chain.frame().shaped_gain.to_vec();
        chain.routes_instant += 1;
        chain.update(false);
        assert_eq!(chain.frame().shaped_gain[..PARTIALS], again[..PARTIALS]);
        chain.set_routes(&[]);
        let mut still = filtered(filter_type);
        still.own[Destination::CUTOFF_OCTAVES] = 0.5;
        still.update(false);
        let [ended, still] = [&chain, &still].map(|chain| &chain.frame().shaped_gain);
        assert_eq!(ended[..PARTIALS], still[..PARTIALS]);
    }
}

/// Where all partials have the same, it is as if the voice had it.
#[test]
fn with_one_value_for_all_the_cutoff_is_that_of_the_voice() {
    for (own, moved) in [
        (0.25, 1.5),
        (-3.0, -2.0),
        (15.0, 4.0),
        (-15.0, -8.0),
        (3.0, 40.0),
    ] {
        let mut apart = filtered(1);
        apart.own[Destination::CUTOFF_OCTAVES] = own;
        let source = Input::Same(1.0);
        apart.set_routes(&[route(PartialDestination::Cutoff, source, moved)]);
        let mut whole = filtered(1);
        whole.own[Destination::CUTOFF_OCTAVES] = (own + moved).clamp(-16.0, 16.0);
        whole.update(false);
        let [apart, whole] = [&apart, &whole].map(|chain| db(&chain.frame().shaped_gain));
        for (n, (apart, whole)) in (1..).zip(apart.iter().zip(&whole)) {
            let error = apart - whole;
            assert!(error.abs() < 1e-4, "{own} {moved} {n}: {error}");
        }
    }
}

/// The levels of the left side that a tilt makes, over those without it.
fn tilts_db(chain: &mut Chain, tilted: Route) -> Vec<f64> {
    chain.levels_db(&[tilted])
}

#[test]
fn each_partial_has_its_own_tilt_from_the_fundamental_on() {
    let mut chain = Chain::new(&[(Param::PARTIALS, PARTIALS as f32), (Param::SPREAD, 0.5)]);
    let source = lfo(LfoShape::Triangle, FAN, 7.3);
    let values = chain.values(source);
    let tilt_db = -3.5;
    for set in [PartialMask::ALL, every_other(1)] {
        let mut tilted = route(PartialDestination::Tilt, source, tilt_db as f32);
        tilted.set = set;
        for (n, found) in (1..).zip(tilts_db(&mut chain, tilted)) {
            let value = if set.contains(n) { values[n - 1] } else { 0.0 };
            let expected = tilt_db * value * (n as f64).log2();
            assert!(
                (found - expected).abs() < 1e-3,
                "{set} {n}: {found} {expected}"
            );
        }
        // Beside a level of its own.
        let routes = [tilted, route(PartialDestination::Level, source, 6.0)];
        for (n, found) in (1..).zip(chain.levels_db(&routes)) {
            let value = if set.contains(n) { values[n - 1] } else { 0.0 };
            let expected = tilt_db * value * (n as f64).log2() + 6.0 * values[n - 1];
            assert!(
                (found - expected).abs() < 1e-3,
                "{set} {n}: {found} {expected}"
            );
        }
    }
}

/// Where all partials have the same, the spectrum is as if the voice had it, but for the loudness, which
/// the source keeps.
#[test]
fn with_one_value_for_all_the_tilt_is_that_of_the_voice() {
    let settings = |tilt_db| [(Param::PARTIALS, 16.0), (Param::TILT, tilt_db)];
    // To 12 dB per octave and to −24 routes go, and no farther.
    for (own, moved) in [(-6.0, 2.0), (-6.0, -9.0), (10.0, 6.0), (-20.0, -12.0)] {
        let mut apart = Chain::new(&settings(own));
        let found = tilts_db(
            &mut apart,
            route(PartialDestination::Tilt, Input::Same(1.0), moved),
        );
        let whole = Chain::new(&settings((own + moved).clamp(-24.0, 12.0)));
        let still = Chain::new(&settings(own));
        let [whole, still] = [&whole, &still].map(|chain| db(&chain.frame().gain));
        let moved_db: Vec<f64> = whole
            .iter()
            .zip(&still)
            .map(|(to, from)| to - from)
            .collect();
        for n in 1..=16 {
            let expected = moved_db[n - 1] - moved_db[0];
            let error = found[n - 1] - expected;
            assert!(error.abs() < 1e-4, "{own} {moved} {n}: {error}");
        }
    }
}

/// A voice that is past a limit by other means is moved no farther, and a partial that no route moves
/// stays where it is; and none is raised by more than its level may be.
#[test]
fn routes_take_partials_no_farther_than_the_limits() {
    let mut chain = Chain::new(&[(Param::PARTIALS, PARTIALS as f32)]);
    chain.own[Destination::of(Param::TILT)] = 14.0;
    let mut tilted = route(PartialDestination::Tilt, Input::Same(1.0), 3.0);
    tilted.set = every_other(1);
    assert!(
        tilts_db(&mut chain, tilted)
            .iter()
            .all(|db| db.abs() < 1e-5)
    );
    chain.own[Destination::of(Param::TILT)] = -6.0;
    let risen = tilts_db(
        &mut chain,
        route(PartialDestination::Tilt, Input::Same(1.0), 18.0),
    );
    for (n, db) in (1..).zip(risen) {
        let expected = (18.0 * f64::from(n).log2()).min(24.0);
        assert!((db - expected).abs() < 1e-3, "{n}: {db}");
    }
}
