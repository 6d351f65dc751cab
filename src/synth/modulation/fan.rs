//! The fan: modulation that differs from partial to partial.
//!
//! The partials' stages work it out, in `partials/fan.rs`.

use super::curves::FannedCurve;
use super::glide::FannedGlide;
use super::lfo::FannedLfo;
use super::sequences::FannedSequence;
use super::{ModulationSource, SourceValues};
use crate::dsp::bend::Bend;
use crate::synth::parameter::{DrawnSetParams, MAX_PARTIALS, Param, PartialMask, ROUTES};
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
    /// Seed of the random order.
    pub seed: u32,
}

impl Fan {
    /// Reads the fan from these parameters.
    pub fn read(get: impl Fn(Param) -> f32, order: Param, phase: Param, rate: Param) -> Fan {
        Fan {
            order: FanOrder::from_index(get(order) as usize),
            phase_cycles: get(phase),
            rate_octaves: get(rate),
            seed: get(Param::SEED) as u32,
        }
    }

    /// Whether the partials stand apart at all.
    pub fn is_open(&self) -> bool {
        self.phase_cycles != 0.0 || self.rate_octaves != 0.0
    }
}

/// Which partials a route moves.
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
    /// All after the eighth.
    High,
    /// The partials of the first drawn set.
    Drawn1,
    /// The partials of the second drawn set.
    Drawn2,
}

impl PartialSet {
    /// The set at this place of the parameter's labels; past the end, the last.
    pub const fn from_index(index: usize) -> PartialSet {
        match index {
            0 => PartialSet::All,
            1 => PartialSet::Odd,
            2 => PartialSet::Even,
            3 => PartialSet::Octaves,
            4 => PartialSet::EveryThird,
            5 => PartialSet::Fundamental,
            6 => PartialSet::Overtones,
            7 => PartialSet::Low,
            8 => PartialSet::High,
            9 => PartialSet::Drawn1,
            _ => PartialSet::Drawn2,
        }
    }

    /// The partials in it, at these values.
    pub fn mask(self, values: &Values) -> PartialMask {
        match self.drawn_number() {
            Some(number) => DrawnSetParams::of(number).mask(|param| values.get(param)),
            None => RULED[self as usize],
        }
    }

    /// The partials in it, if it has a rule.
    pub fn ruled(self) -> Option<PartialMask> {
        self.drawn_number().is_none().then(|| RULED[self as usize])
    }

    /// The number of the drawn set that it is, from 1 on; `None` for one that has a rule.
    pub const fn drawn_number(self) -> Option<usize> {
        match self {
            PartialSet::Drawn1 => Some(1),
            PartialSet::Drawn2 => Some(2),
            _ => None,
        }
    }

    /// Whether its rule takes partial n in. Of the drawn sets, which have none, it takes none.
    const fn takes(self, n: usize) -> bool {
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
            PartialSet::Drawn1 | PartialSet::Drawn2 => false,
        }
    }
}

/// What the rule of each set takes, in their order.
static RULED: [PartialMask; PartialSet::from_index(usize::MAX) as usize + 1] = {
    let mut masks = [PartialMask::EMPTY; _];
    let mut set = 0;
    while set < masks.len() {
        let mut n = 1;
        while n <= MAX_PARTIALS {
            if PartialSet::from_index(set).takes(n) {
                masks[set].insert(n);
            }
            n += 1;
        }
        set += 1;
    }
    masks
};

/// What routes can move in each partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialDestination {
    /// Decibels over its level.
    Level,
    /// Cents over its frequency.
    Tune,
    /// −1 (left) to 1 (right), beside its position.
    Pan,
    /// Octaves over the filter's cutoff, which each partial then meets for itself.
    Cutoff,
    /// Octaves over the second filter's cutoff, likewise.
    Cutoff2,
    /// Decibels per octave over the tilt, counted from the fundamental, which keeps its level.
    Tilt,
    /// Parts of its power that are noise, over those of the voice.
    Breath,
    /// Gain of its room beside its own, over that of the voice.
    Room,
}

/// What partials stand apart in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PartialSource {
    /// An LFO in which they stand apart.
    Lfo(FannedLfo),
    /// A sequence in which they stand apart.
    Sequence(FannedSequence),
    /// A curve or an envelope in which they stand apart.
    Curve(FannedCurve),
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

/// What a route to partials takes its values from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PartialInput {
    /// One value for all partials.
    Same(f32),
    /// Another value for each: the place of what they stand apart in, in [`PartialRoutes::sources`].
    Each(usize),
}

/// A route to partials, at one instant of a voice.
#[derive(Clone, Copy, Debug)]
pub struct PartialRoute {
    /// What it moves.
    pub to: PartialDestination,
    /// The partials that it moves.
    pub set: PartialMask,
    /// What moves it.
    pub from: PartialInput,
    /// How the source is bent.
    pub bend: Bend,
    /// What the bent source is multiplied by.
    pub via: PartialInput,
    /// What 1 of the source moves it by, in the destination's unit.
    pub amount: f32,
}

/// The most sources that partials can stand apart in at one instant: four LFOs, two sequences, four
/// curves, two envelopes, four traits, and a glide.
const SOURCES: usize = 17;

/// The routes to partials of a voice at one instant.
#[derive(Clone, Debug)]
pub struct PartialRoutes {
    /// What the partials stand apart in, and which source of the voice that is, if it is one.
    sources: [(Option<ModulationSource>, PartialSource); SOURCES],
    source_count: usize,
    routes: [PartialRoute; ROUTES + 1],
    count: usize,
    /// What any of them moves: a bit for each [`PartialDestination`].
    moved: u8,
}

impl PartialRoutes {
    /// None.
    pub const NONE: PartialRoutes = PartialRoutes {
        sources: [(None, PartialSource::Trait(PartialTrait::Number)); SOURCES],
        source_count: 0,
        routes: [PartialRoute {
            to: PartialDestination::Level,
            set: PartialMask::ALL,
            from: PartialInput::Same(0.0),
            bend: Bend::STRAIGHT,
            via: PartialInput::Same(1.0),
            amount: 0.0,
        }; ROUTES + 1],
        count: 0,
        moved: 0,
    };

    /// Whether no route is in it.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.source_count = 0;
        self.count = 0;
        self.moved = 0;
    }

    /// Takes one in. There are no more than [`ROUTES`] and a glide.
    pub fn push(&mut self, route: PartialRoute) {
        if let Some(place) = self.routes.get_mut(self.count) {
            *place = route;
            self.count += 1;
            self.moved |= 1 << route.to as u8;
        }
    }

    /// Takes a glide in, in which the partials stand apart.
    pub fn push_glide(&mut self, instant: FannedGlide) {
        let from = self.push_source(None, PartialSource::Glide(instant));
        self.push(PartialRoute {
            to: PartialDestination::Tune,
            set: PartialMask::ALL,
            from,
            bend: Bend::STRAIGHT,
            via: PartialInput::Same(1.0),
            amount: 1.0,
        });
    }

    /// What routes take from a source of the voice: all that take it share one place.
    pub fn input(&mut self, source: ModulationSource, sources: &mut SourceValues) -> PartialInput {
        let known = self.sources().position(|(of, _)| *of == Some(source));
        if let Some(place) = known {
            return PartialInput::Each(place);
        }
        match sources.for_partials(source) {
            Some(apart) => self.push_source(Some(source), apart),
            None => PartialInput::Same(sources.get(source)),
        }
    }

    /// Takes in what partials stand apart in.
    pub fn push_source(
        &mut self,
        of: Option<ModulationSource>,
        source: PartialSource,
    ) -> PartialInput {
        let place = self.source_count;
        match self.sources.get_mut(place) {
            Some(free) => {
                *free = (of, source);
                self.source_count += 1;
                PartialInput::Each(place)
            }
            // There are no more than SOURCES.
            None => PartialInput::Same(0.0),
        }
    }

    /// What the partials stand apart in, in the order of their places.
    pub fn sources(&self) -> impl Iterator<Item = &(Option<ModulationSource>, PartialSource)> {
        self.sources[..self.source_count].iter()
    }

    /// What the partials stand apart in at this place.
    pub fn source(&self, place: usize) -> &PartialSource {
        &self.sources[place.min(SOURCES - 1)].1
    }

    /// The routes that move this.
    pub fn to(&self, to: PartialDestination) -> impl Iterator<Item = &PartialRoute> {
        self.routes[..self.count]
            .iter()
            .filter(move |route| route.to == to)
    }

    /// Whether any moves this.
    pub fn move_any(&self, to: PartialDestination) -> bool {
        self.moved >> to as u8 & 1 != 0
    }
}
