//! Both filters, one behind the other.

use super::fan::{FAN, lfo, route};
use super::*;
use crate::dsp::lfo::LfoShape;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::partials::stages::filter::FilterType;
use crate::synth::partials::stages::filter::tests::{expected_db, types};

const PARTIALS: usize = 60;

const OPEN: [(Param, f32); 2] = [
    (Param::PARTIALS, PARTIALS as f32),
    (Param::INHARMONICITY, 3e-4),
];

/// Settings with these types of both filters.
fn settings(first: FilterType, second: FilterType) -> Vec<(Param, f32)> {
    let mut settings = OPEN.to_vec();
    settings.extend([
        (Param::FILTER_TYPE, first as usize as f32),
        (Param::CUTOFF, 300.0),
        (Param::SLOPE, 15.0),
        (Param::RESONANCE, 3.0),
        (Param::FILTER_GAIN, 9.0),
        (Param::FILTER_2_TYPE, second as usize as f32),
        (Param::FILTER_2_CUTOFF, 500.0),
        (Param::FILTER_2_SLOPE, 9.0),
        (Param::FILTER_2_RESONANCE, 7.0),
        (Param::FILTER_2_GAIN, -11.0),
    ]);
    settings
}

/// What the filters make of each partial of a chain, in decibels.
fn filtered_db(chain: &Chain) -> Vec<f64> {
    let mut open = Chain::new(&OPEN);
    open.update(false);
    let gains = chain
        .frame()
        .shaped_gain
        .iter()
        .zip(open.frame().shaped_gain.iter());
    let db = gains.map(|(gain, open)| 20.0 * f64::from(gain / open).log10());
    db.take(PARTIALS).collect()
}

/// Asserts that each partial is filtered as by two filters, whose cutoffs are moved by `moved` octaves.
fn assert_filtered(chain: &Chain, moved: impl Fn(usize) -> [f64; 2]) {
    let settings = chain.partials.filter_settings();
    for (index, found) in filtered_db(chain).into_iter().enumerate() {
        let ratio = f64::from(chain.frame().ratio[index]);
        let filters = settings.iter().zip([300.0, 500.0]).zip(moved(index + 1));
        let parts = filters.map(|((settings, cutoff_hz), moved)| {
            let x = (ratio * HZ / cutoff_hz).log2() - moved;
            settings.map_or(0.0, |settings| expected_db(&settings, x))
        });
        let expected: f64 = parts.sum();
        if expected > -60.0 {
            let error = (found - expected).abs();
            assert!(error < 1e-2, "{settings:?} {index}: {found} {expected}");
        }
    }
}

#[test]
fn the_second_filter_is_behind_the_first() {
    for first in types().chain([FilterType::Off]) {
        for second in types().chain([FilterType::Off]) {
            let chain = Chain::new(&settings(first, second));
            assert_filtered(&chain, |_| [0.0; 2]);
        }
    }
}

/// Each by its own movement, and the second by a part of the first one's as well: of the voice and of
/// single partials.
#[test]
fn a_link_takes_the_movement_of_the_first_over() {
    let source = lfo(LfoShape::Sine, FAN, 3.7);
    for link in [0.0, 0.4, 1.0] {
        let mut settings = settings(FilterType::LowPass, FilterType::Peak);
        settings.push((Param::FILTER_2_LINK, link));
        for routes in 0..4 {
            let mut chain = Chain::new(&settings);
            let values = chain.values(source);
            chain.own[Destination::CUTOFF_OCTAVES] = 0.75;
            chain.own[Destination::CUTOFF_2_OCTAVES] = -0.5;
            let all = [
                (PartialDestination::Cutoff, 1.5),
                (PartialDestination::Cutoff2, -0.8),
            ];
            let is_in = |place: usize| routes >> place & 1 == 1;
            let stated: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(place, _)| is_in(*place))
                .map(|(_, (to, octaves))| route(*to, source, *octaves as f32))
                .collect();
            chain.set_routes(&stated);
            let by = |place: usize, n: usize| match is_in(place) {
                true => all[place].1 * values[n - 1],
                false => 0.0,
            };
            assert_filtered(&chain, |n| {
                let first = 0.75 + by(0, n);
                [first, -0.5 + by(1, n) + f64::from(link) * first]
            });
        }
    }
}
