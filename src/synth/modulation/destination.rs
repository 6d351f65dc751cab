//! Destinations: the values of a voice that routes may move.

use super::numbered::{MovedAs, Numbered};
use crate::synth::parameter::{ClockedModulator, Param};

/// What may be other in each voice: a polyphonic parameter (those of single partials are
/// [overrides](crate::synth::partials::PartialOverrides) instead, and those of modulators
/// [settings](super::Setting)), one of the constants below, or the
/// speed of a modulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(u8);

/// How a route changes a destination's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Adds depth × source, in the destination's unit. All parameters are of this kind.
    Add,
    /// Multiplies by 1 − depth + depth × source: by 1 at depth 0, by the source at depth 1.
    Scale,
}

/// The destinations that are neither parameters nor speeds: for each its constant and how routes change it.
macro_rules! destinations {
    ($($(#[$doc:meta])* $name:ident: $operation:ident;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($name,)* Length }

        /// How routes change each of them.
        const OPERATIONS: [Operation; Index::Length as usize] = [$(Operation::$operation),*];

        impl Destination {
            $(
                $(#[$doc])*
                pub const $name: Destination = Destination((PARAMS + Index::$name as usize) as u8);
            )*
        }
    };
}

destinations! {
    /// Position of the voice, −1 (left) to 1 (right); more counts as either end.
    PAN: Add;
    /// What is added to the filter's cutoff, octaves.
    CUTOFF_OCTAVES: Add;
    /// What is added to that of the second filter, octaves.
    CUTOFF_2_OCTAVES: Add;
    /// What is added to the level, decibels.
    LEVEL_DB: Add;
    /// Linear gain.
    GAIN: Scale;
}

/// Polyphonic parameters, but for those of single partials and of modulators.
const PARAMS: usize = MovedAs::Destination.count();

/// The speeds of modulators come last.
const FIRST_SPEED: usize = PARAMS + OPERATIONS.len();

static NUMBERED: Numbered<PARAMS> = Numbered::new(MovedAs::Destination);

impl Destination {
    /// How many there are.
    pub const COUNT: usize = FIRST_SPEED + ClockedModulator::COUNT;

    /// The destination of a parameter that has one.
    ///
    /// # Panics
    /// Where it has none. Meant for constants, where that does not compile.
    pub const fn of(param: Param) -> Destination {
        match NUMBERED.number(param) {
            Some(place) => Destination(place),
            None => panic!("it has none"),
        }
    }

    /// Octaves by which a modulator is faster than its clock.
    pub const fn speed(clock: ClockedModulator) -> Destination {
        Destination((FIRST_SPEED + clock.index()) as u8)
    }

    /// The modulator whose speed it is, if it is one.
    pub fn clock(self) -> Option<ClockedModulator> {
        let place = self.index().checked_sub(FIRST_SPEED)?;
        ClockedModulator::ALL.get(place).copied()
    }

    /// The destinations that are parameters, in the order of their indices: the first ones.
    pub fn params() -> &'static [Param] {
        NUMBERED.params()
    }

    /// Its index, below [`Destination::COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// How a route changes its value.
    pub fn operation(self) -> Operation {
        let place = self.index().checked_sub(PARAMS);
        let own = place.and_then(|place| OPERATIONS.get(place));
        own.copied().unwrap_or(Operation::Add)
    }

    /// The values, before any route, of the destinations that are no parameters; they follow the parameters.
    pub fn at_rest() -> impl Iterator<Item = f32> {
        let values = OPERATIONS.iter().map(|operation| match operation {
            Operation::Add => 0.0,
            Operation::Scale => 1.0,
        });
        values.chain([0.0; ClockedModulator::COUNT])
    }
}

impl From<Param> for Option<Destination> {
    /// `None` for what is the same in all voices, and for what belongs to a single partial.
    fn from(param: Param) -> Option<Destination> {
        NUMBERED.number(param).map(Destination)
    }
}

/// Some of the destinations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DestinationSet([u128; 2]);

const _: () = assert!(Destination::COUNT <= 2 * u128::BITS as usize);

impl DestinationSet {
    /// Takes one in.
    pub fn insert(&mut self, destination: Destination) {
        self.0[usize::from(destination.0 >> 7)] |= 1 << (destination.0 & 127);
    }

    /// Whether it is one of them.
    pub fn contains(self, destination: Destination) -> bool {
        self.0[usize::from(destination.0 >> 7)] >> (destination.0 & 127) & 1 != 0
    }
}
