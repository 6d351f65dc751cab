//! The fan: modulation that differs from partial to partial.
//!
//! The partials' stages work it out, in `partials/fan.rs`.

use super::glide::FannedGlide;
use super::lfo::FannedLfo;
use super::sequences::FannedSequence;
use crate::dsp::maths::{at_most, exp2};
use crate::synth::parameter::{Param, ROUTES};
use crate::synth::patch::Values;

/// What places the partials in a fan. The fundamental is at 0 in the first two, so that it keeps time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanOrder {
    /// Octaves above the fundamental, over those of the last partial.
    Pitch,
    /// The logarithm of the number, over that of the last.
    Number,
    /// Odd partials at 0, even ones at 1.
    OddEven,
    /// At random, by the patch's seed.
    Random,
    /// Where the spread puts them, from left to right.
    Side,
}

impl FanOrder {
    /// The order at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> FanOrder {
        match index {
            0 => FanOrder::Pitch,
            1 => FanOrder::Number,
            2 => FanOrder::OddEven,
            3 => FanOrder::Random,
            _ => FanOrder::Side,
        }
    }
}

/// How far the partials stand apart in a modulator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fan {
    /// What places them.
    pub order: FanOrder,
    /// Cycles between the first place and the last.
    pub phase_cycles: f32,
    /// Octaves of the rate between the first place and the last.
    pub rate_octaves: f32,
    /// Of the random order.
    pub seed: u32,
}

impl Fan {
    /// As the values of these parameters say.
    pub fn read(values: &Values, order: Param, phase: Param, rate: Param) -> Fan {
        Fan {
            order: FanOrder::from_index(values.index(order)),
            phase_cycles: values.get(phase),
            rate_octaves: values.get(rate),
            seed: values.get(Param::SEED) as u32,
        }
    }

    /// Whether the partials stand apart at all.
    pub fn is_open(&self) -> bool {
        self.phase_cycles != 0.0 || self.rate_octaves != 0.0
    }
}

/// Some of the partials, by their number n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialSet {
    /// Every one.
    All,
    /// Odd n.
    Odd,
    /// Even n.
    Even,
    /// Powers of two.
    Octaves,
    /// Multiples of three.
    EveryThird,
    /// The first.
    Fundamental,
    /// All but the first.
    Overtones,
    /// The first eight.
    Low,
    /// Those after the eighth.
    High,
}

impl PartialSet {
    /// The set at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> PartialSet {
        match index {
            0 => PartialSet::All,
            1 => PartialSet::Odd,
            2 => PartialSet::Even,
            3 => PartialSet::Octaves,
            4 => PartialSet::EveryThird,
            5 => PartialSet::Fundamental,
            6 => PartialSet::Overtones,
            7 => PartialSet::Low,
            _ => PartialSet::High,
        }
    }

    /// Whether partial n is in it.
    #[inline(always)]
    pub fn contains(self, n: u32) -> bool {
        match self {
            PartialSet::All => true,
            PartialSet::Odd => n & 1 == 1,
            PartialSet::Even => n & 1 == 0,
            PartialSet::Octaves => n & (n - 1) == 0,
            PartialSet::EveryThird => n.is_multiple_of(3),
            PartialSet::Fundamental => n == 1,
            PartialSet::Overtones => n > 1,
            PartialSet::Low => n <= 8,
            PartialSet::High => n > 8,
        }
    }
}

/// What routes can move in each partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialDestination {
    /// Decibels over its level.
    Level,
    /// Cents over its frequency.
    Tune,
    /// −1 (left) to 1 (right), beside its position.
    Pan,
}

/// What a route to partials takes its values from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PartialSource {
    /// One value for all partials.
    Same(f32),
    /// An LFO in which they stand apart.
    Lfo(FannedLfo),
    /// A sequence in which they stand apart.
    Sequence(FannedSequence),
    /// How far each partial is behind the fundamental in a glide, in cents.
    Glide(FannedGlide),
    /// What tells the partials apart by itself.
    Trait(PartialTrait),
}

/// What tells the partials apart by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialTrait {
    /// log₂ n / 9: 0 for the first, 1 for the 512th.
    Number,
    /// 1 for odd n, −1 for even n.
    Odd,
    /// At random, −1 to 1, by this seed.
    Random(u32),
    /// Where the spread puts it, −1 (left) to 1 (right).
    Side,
}

/// A route to partials, at one instant of a voice.
#[derive(Clone, Copy, Debug)]
pub struct PartialRoute {
    /// What it moves.
    pub to: PartialDestination,
    /// Of which partials.
    pub set: PartialSet,
    /// What moves it.
    pub source: PartialSource,
    /// How the source is bent.
    pub bend: Bend,
    /// What the bent source is multiplied by.
    pub via: PartialSource,
    /// What 1 of the source moves it by, in the destination's unit.
    pub amount: f32,
}

impl PartialRoute {
    /// That of a glide in which the partials stand apart.
    pub fn glide(instant: FannedGlide) -> PartialRoute {
        PartialRoute {
            to: PartialDestination::Tune,
            set: PartialSet::All,
            source: PartialSource::Glide(instant),
            bend: Bend::new(0.0),
            via: PartialSource::Same(1.0),
            amount: 1.0,
        }
    }
}

/// A bent way from 0 to 1, mirrored for negative values: (e^(−kx) − 1)/(e^(−k) − 1), k = 6·bend, as
/// [`envelope::shaped`](crate::dsp::envelope::shaped). Past both ends it is straight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bend {
    /// −k·log₂ e.
    exponent: f32,
    /// 1/(e^(−k) − 1); 0 if straight.
    scale: f32,
}

impl Bend {
    /// By −1 to 1.
    pub fn new(bend: f32) -> Bend {
        let k = 6.0 * f64::from(bend);
        if k.abs() < 1e-2 {
            return Bend {
                exponent: 0.0,
                scale: 0.0,
            };
        }
        Bend {
            exponent: (-k * std::f64::consts::LOG2_E) as f32,
            scale: (1.0 / libm::expm1(-k)) as f32,
        }
    }

    /// Where it takes a source's value.
    #[inline(always)]
    pub fn at(self, x: f32) -> f32 {
        if self.scale == 0.0 {
            return x;
        }
        let far = x.abs();
        let way = (exp2(self.exponent * at_most(far, 1.0)) - 1.0) * self.scale;
        let way = if far > 1.0 { far } else { way };
        if x < 0.0 { -way } else { way }
    }
}

/// The routes to partials of a voice at one instant.
#[derive(Clone, Debug)]
pub struct PartialRoutes {
    routes: [PartialRoute; ROUTES + 1],
    count: usize,
}

impl PartialRoutes {
    /// None.
    pub const NONE: PartialRoutes = PartialRoutes {
        routes: [PartialRoute {
            to: PartialDestination::Level,
            set: PartialSet::All,
            source: PartialSource::Same(0.0),
            bend: Bend {
                exponent: 0.0,
                scale: 0.0,
            },
            via: PartialSource::Same(1.0),
            amount: 0.0,
        }; ROUTES + 1],
        count: 0,
    };

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Takes one in. There are no more than [`ROUTES`] and a glide.
    pub fn push(&mut self, route: PartialRoute) {
        if let Some(place) = self.routes.get_mut(self.count) {
            *place = route;
            self.count += 1;
        }
    }

    /// Those that move this.
    pub fn to(&self, to: PartialDestination) -> impl Iterator<Item = &PartialRoute> {
        self.routes[..self.count]
            .iter()
            .filter(move |route| route.to == to)
    }

    /// Whether any moves this.
    pub fn move_any(&self, to: PartialDestination) -> bool {
        self.to(to).next().is_some()
    }
}
