//! Fanned modulation against the formulas in `f64`.

mod curves;
mod routes;

use super::*;
use crate::dsp::bend::Bend;
use crate::dsp::envelope::shaped;
use crate::dsp::lfo::LfoShape;
use crate::synth::modulation::curves::{CurveId, SharedCurves, VoiceCurves};
use crate::synth::modulation::fan::{
    Fan, FanOrder, PartialDestination, PartialInput, PartialRoute, PartialSet, PartialSource,
    PartialTrait,
};
use crate::synth::modulation::lfo::{FannedLfo, LfoCycle};
use crate::synth::modulation::modulators::BlockTime;
use crate::synth::modulation::sequences::{FannedSequence, StepFan};
use crate::synth::parameter::{
    CurveParams, DrawnSetParams, LfoParams, PartialMask, SEQUENCE_STEPS,
};
use crate::synth::patch::{Patch, Values};

const ORDERS: [FanOrder; 5] = [
    FanOrder::Pitch,
    FanOrder::Number,
    FanOrder::OddEven,
    FanOrder::Random,
    FanOrder::Side,
];

pub(super) const FAN: Fan = Fan {
    order: FanOrder::Number,
    phase_cycles: 1.25,
    rate_octaves: 0.0,
    seed: 1,
};

/// What a route takes its values from.
#[expect(
    clippy::large_enum_variant,
    reason = "the sources are copied as they are"
)]
#[derive(Clone, Copy, Debug)]
pub(super) enum Input {
    /// One value for all partials.
    Same(f32),
    /// What they stand apart in.
    Apart(PartialSource),
}

use Input::{Apart, Same};

/// A [`PartialRoute`] with its sources.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub to: PartialDestination,
    pub set: PartialMask,
    pub source: Input,
    pub bend: Bend,
    pub via: Input,
    pub amount: f32,
}

pub(super) fn route(to: PartialDestination, source: Input, amount: f32) -> Route {
    Route {
        to,
        set: PartialMask::ALL,
        source,
        bend: Bend::STRAIGHT,
        via: Same(1.0),
        amount,
    }
}

pub(super) fn lfo(shape: LfoShape, fan: Fan, cycles: f64) -> Input {
    cycle(LfoCycle::Shape(shape), fan, cycles)
}

fn cycle(cycle: LfoCycle, fan: Fan, cycles: f64) -> Input {
    Apart(PartialSource::Lfo(FannedLfo {
        cycle,
        cycles,
        fan_from_cycles: 0.0,
        phase_cycles: 0.1,
        seed: 5,
        strength: 1.0,
        fan,
    }))
}

impl Chain {
    /// Lets these routes alone move partials.
    pub(super) fn set_routes(&mut self, routes: &[Route]) -> Arrays {
        self.routes.clear();
        for route in routes {
            let (from, via) = (self.input(route.source), self.input(route.via));
            let Route {
                to,
                set,
                bend,
                amount,
                ..
            } = *route;
            self.routes.push(PartialRoute {
                to,
                set,
                from,
                bend,
                via,
                amount,
            });
        }
        self.routes_instant += 1;
        self.update(false)
    }

    /// A source of the routes, which share it if they have the same one.
    fn input(&mut self, source: Input) -> PartialInput {
        let source = match source {
            Same(value) => return PartialInput::Same(value),
            Apart(source) => source,
        };
        let known = self.routes.sources().position(|(_, of)| *of == source);
        match known {
            Some(place) => PartialInput::Each(place),
            None => self.routes.push_source(None, source),
        }
    }

    /// The gains of the left side that these routes make, in decibels over those without them.
    pub(super) fn levels_db(&mut self, routes: &[Route]) -> Vec<f64> {
        self.set_routes(&[]);
        let before = self.frame().left.to_vec();
        self.set_routes(routes);
        let after = self.frame().left.iter();
        let ratios = after.zip(before).map(|(after, before)| after / before);
        let count = self.frame().count();
        ratios
            .take(count)
            .map(|x| 20.0 * f64::from(x).log10())
            .collect()
    }

    /// What a source comes to for each partial.
    pub(super) fn values(&mut self, source: Input) -> Vec<f64> {
        let routes = [route(PartialDestination::Level, source, 12.0)];
        let levels_db = self.levels_db(&routes);
        levels_db.into_iter().map(|db| db / 12.0).collect()
    }

    /// The places of the partials in a fan.
    fn places(&mut self, order: FanOrder) -> Vec<f64> {
        // A falling line through one cycle: 1 − 2·(0.25 + 0.5·u).
        let fan = Fan {
            order,
            phase_cycles: 0.5,
            ..FAN
        };
        let values = self.values(lfo(LfoShape::Saw, fan, 0.15));
        values.into_iter().map(|value| 0.5 - value).collect()
    }
}

const SETTINGS: [(Param, f32); 3] = [
    (Param::PARTIALS, 100.0),
    (Param::INHARMONICITY, 4e-4),
    (Param::SPREAD, 0.5),
];

pub(super) fn chain() -> Chain {
    Chain::new(&SETTINGS)
}

/// Partials that a rule would not choose, more than a group of them without any, and one past the last.
fn drawn() -> PartialMask {
    [2, 3, 5, 16, 17, 50, 63, 64, 65, 100, 101]
        .into_iter()
        .collect()
}

#[test]
fn each_order_places_the_partials() {
    let mut chain = chain();
    let ratio = chain.frame().ratio.to_vec();
    let octaves = |n: usize| f64::from(ratio[n - 1]).log2();
    let position = &HarmonicTables::shared().position;
    for order in ORDERS {
        let places = chain.places(order);
        assert_eq!(places.len(), 100);
        for (n, place) in (1..).zip(&places) {
            let expected = match order {
                FanOrder::Pitch => (octaves(n) - octaves(1)) / (octaves(100) - octaves(1)),
                FanOrder::Number => (n as f64).log2() / 100f64.log2(),
                FanOrder::OddEven => ((n + 1) % 2) as f64,
                FanOrder::Random => *place,
                FanOrder::Side => 0.5 + 0.5 * f64::from(position[n - 1]),
            };
            assert!(
                (place - expected).abs() < 1e-5,
                "{order:?} {n}: {place} {expected}"
            );
            assert!(
                (-1e-6..1.0 + 1e-6).contains(place),
                "{order:?} {n}: {place}"
            );
        }
    }
    let random = chain.places(FanOrder::Random);
    let mean = random.iter().sum::<f64>() / 100.0;
    assert!((mean - 0.5).abs() < 0.1, "{mean}");
    let neighbours = random.windows(2).map(|pair| (pair[0] - pair[1]).abs());
    assert!(neighbours.sum::<f64>() / 99.0 > 0.25);
}

#[test]
fn one_partial_is_at_the_fans_start() {
    let mut chain = Chain::new(&[(Param::PARTIALS, 1.0)]);
    for order in [FanOrder::Pitch, FanOrder::Number, FanOrder::OddEven] {
        let places = chain.places(order);
        assert!(places.len() == 1 && places[0].abs() < 1e-6, "{order:?}");
    }
}

/// An hour into the song, the phase of each partial is still that of the formula.
#[test]
fn each_partial_has_the_shape_at_its_own_phase_and_rate() {
    let mut chain = chain();
    for shape in LfoShape::ALL {
        if matches!(
            shape,
            LfoShape::Random | LfoShape::SmoothRandom | LfoShape::Drift
        ) {
            continue;
        }
        for (cycles, rate_octaves) in [(0.3, 0.0), (-2.7, 1.5), (18_000.45, -0.75)] {
            let fan = Fan {
                rate_octaves,
                ..FAN
            };
            let values = chain.values(lfo(shape, fan, cycles));
            for (n, value) in (1..).zip(&values) {
                let place = (n as f64).log2() / 100f64.log2();
                // The rate is the polynomial's, so that the count of cycles is not compared with it.
                let rate = f64::from(crate::dsp::maths::exp2(rate_octaves * place as f32));
                let at = cycles * rate + 0.1 + 1.25 * place;
                let error = (-1..=1)
                    .map(|step| shape.value(at + f64::from(step) * 2e-3, 0) - value)
                    .fold(f64::INFINITY, |least, error| least.min(error.abs()));
                assert!(error < 2e-2, "{shape:?} {cycles} {n}: {value}");
                if cycles == 0.3 && !shape.jumps_between(at - 1e-5, at + 1e-5) {
                    let error = shape.value(at, 0) - value;
                    assert!(error.abs() < 2e-5, "{shape:?} {n}: {error}");
                }
            }
        }
    }
}

#[test]
fn of_random_shapes_each_partial_has_its_own_values() {
    let mut chain = chain();
    let correlation = |values: &[f64], others: &[f64]| {
        let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        sum(values, others) / (sum(values, values) * sum(others, others)).sqrt()
    };
    for shape in [LfoShape::Random, LfoShape::SmoothRandom, LfoShape::Drift] {
        // By the order of odd and even, two partials of one place differ by their values alone.
        let mut values_of = |phase_cycles: f32| -> Vec<Vec<f64>> {
            let fan = Fan {
                order: FanOrder::OddEven,
                phase_cycles,
                rate_octaves: 0.0,
                seed: 1,
            };
            let steps = (0..200).map(|step| f64::from(step) * 0.7);
            steps
                .map(|cycles| chain.values(lfo(shape, fan, cycles)))
                .collect()
        };
        let of_partial = |steps: &[Vec<f64>], n: usize| -> Vec<f64> {
            steps.iter().map(|values| values[n - 1]).collect()
        };
        let whole = values_of(1.0);
        assert!(whole.iter().flatten().all(|value| value.abs() < 1.0 + 1e-5));
        let apart = correlation(&of_partial(&whole, 3), &of_partial(&whole, 5));
        assert!(apart.abs() < 0.25, "{shape:?}: {apart}");
        let slight = values_of(0.1);
        let together = correlation(&of_partial(&slight, 3), &of_partial(&slight, 5));
        assert!(together > 0.9, "{shape:?}: {together}");
        // A second run gives the same values.
        assert_eq!(values_of(1.0), whole, "{shape:?}");
    }
}

#[test]
fn random_shapes_are_smooth_where_they_should_be() {
    let mut chain = chain();
    for (shape, most) in [(LfoShape::SmoothRandom, 0.04), (LfoShape::Drift, 0.06)] {
        let mut before: Option<Vec<f64>> = None;
        for step in 0..400 {
            let values = chain.values(lfo(shape, FAN, f64::from(step) * 0.01));
            if let Some(before) = before {
                for (n, (value, before)) in (1..).zip(values.iter().zip(&before)) {
                    assert!((value - before).abs() < most, "{shape:?} {step} {n}");
                }
            }
            before = Some(values);
        }
    }
}

#[test]
fn in_a_sequence_each_partial_is_some_steps_ahead() {
    let mut chain = chain();
    let mut steps = [0.0; SEQUENCE_STEPS];
    steps[..5].copy_from_slice(&[0.1, 0.5, -0.3, 1.0, -0.9]);
    for fan_steps in [4.0, -7.0, 32.0] {
        let values = chain.values(Apart(PartialSource::Sequence(FannedSequence {
            values: steps,
            count: 5,
            fan: StepFan {
                order: FanOrder::Number,
                steps: fan_steps,
                seed: 1,
            },
        })));
        for (n, value) in (1..).zip(values) {
            let ahead = f64::from(fan_steps) * (n as f64).log2() / 100f64.log2();
            // Beside a border between two steps either will do.
            let expected = [-1e-4, 1e-4].map(|beside| {
                let ahead = (ahead + beside + 0.5).floor() as i64;
                f64::from(steps[ahead.rem_euclid(5) as usize])
            });
            let is_near = |expected: f64| (value - expected).abs() < 1e-5;
            assert!(
                expected.into_iter().any(is_near),
                "{fan_steps} {n}: {value}"
            );
        }
    }
}

#[test]
fn a_trait_tells_the_partials_apart() {
    let mut chain = chain();
    let position = &HarmonicTables::shared().position;
    for of in [PartialTrait::Number, PartialTrait::Odd, PartialTrait::Side] {
        for (n, value) in (1..).zip(chain.values(Apart(PartialSource::Trait(of)))) {
            let expected = match of {
                PartialTrait::Number => (n as f64).log2() / 9.0,
                PartialTrait::Odd => (n % 2 * 2) as f64 - 1.0,
                _ => f64::from(position[n - 1]),
            };
            assert!((value - expected).abs() < 1e-5, "{of:?} {n}: {value}");
        }
    }
    let [random, again, other] =
        [3, 3, 4].map(|seed| chain.values(Apart(PartialSource::Trait(PartialTrait::Random(seed)))));
    assert!(random == again && random != other);
    assert!(random.iter().all(|value| value.abs() < 1.0 + 1e-5));
    let mean = random.iter().sum::<f64>() / 100.0;
    let power = random.iter().map(|value| value * value).sum::<f64>() / 100.0;
    assert!(
        mean.abs() < 0.2 && (power - 1.0 / 3.0).abs() < 0.12,
        "{mean} {power}"
    );
}

#[test]
fn the_same_bits_at_every_level() {
    let routes = |shape: LfoShape, order: FanOrder| {
        let fan = Fan {
            order,
            rate_octaves: 0.7,
            ..FAN
        };
        let source = lfo(shape, fan, 7.3);
        [
            route(PartialDestination::Level, source, 6.0),
            Route {
                bend: Bend::new(0.5),
                set: drawn(),
                ..route(PartialDestination::Tune, source, 30.0)
            },
            Route {
                via: Apart(PartialSource::Trait(PartialTrait::Side)),
                set: drawn(),
                ..route(PartialDestination::Level, source, 6.0)
            },
        ]
    };
    for shape in LfoShape::ALL {
        for order in ORDERS {
            let frames: Vec<_> = SimdLevel::available()
                .map(|level| {
                    let mut chain = chain();
                    chain.level = level;
                    chain.set_routes(&routes(shape, order));
                    let frame = chain.frame();
                    let bits =
                        |array: &[f32]| array.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    (bits(&frame.left[..100]), bits(&frame.ratio[..100]))
                })
                .collect();
            assert!(
                frames.iter().all(|frame| *frame == frames[0]),
                "{shape:?} {order:?}"
            );
        }
    }
}
