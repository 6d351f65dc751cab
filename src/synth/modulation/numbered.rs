//! The parameters that are moved in a voice, numbered.

use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{Param, rows};

/// What a voice's parameters are moved as.
#[derive(Clone, Copy, Debug)]
pub enum MovedAs {
    /// [Destinations](super::Destination).
    Destination,
    /// [Settings](super::settings::Setting) of modulators.
    Setting,
}

impl MovedAs {
    /// How many parameters are.
    pub const fn count(self) -> usize {
        let (mut count, mut index) = (0, 0);
        while index < Param::COUNT {
            count += self.has(index) as usize;
            index += 1;
        }
        count
    }

    const fn has(self, index: usize) -> bool {
        let row = &rows()[index];
        match self {
            MovedAs::Destination => {
                row.polyphonic && !row.is_modulators && !matches!(row.group, Group::Partials)
            }
            MovedAs::Setting => row.is_modulators,
        }
    }
}

const NONE: u8 = u8::MAX;

/// The parameters that are moved as one of these, `COUNT` of them, in the table's order and with their numbers.
#[derive(Debug)]
pub struct Numbered<const COUNT: usize> {
    params: [Param; COUNT],
    /// The number of each parameter; [`NONE`] where it is not among them.
    numbers: [u8; Param::COUNT],
}

impl<const COUNT: usize> Numbered<COUNT> {
    /// All of them; `COUNT` is how many they are.
    pub const fn new(moved_as: MovedAs) -> Numbered<COUNT> {
        assert!(moved_as.count() == COUNT && COUNT < NONE as usize);
        let mut numbered = Numbered {
            params: [Param::TILT; COUNT],
            numbers: [NONE; Param::COUNT],
        };
        let (mut number, mut index) = (0, 0);
        while index < Param::COUNT {
            if moved_as.has(index)
                && let Some(param) = Param::from_index(index)
            {
                numbered.params[number] = param;
                numbered.numbers[index] = number as u8;
                number += 1;
            }
            index += 1;
        }
        numbered
    }

    /// Them, by their numbers.
    pub const fn params(&self) -> &[Param; COUNT] {
        &self.params
    }

    /// The number of a parameter; `None` where it is not among them.
    pub const fn number(&self, param: Param) -> Option<u8> {
        match self.numbers[param.index()] {
            NONE => None,
            number => Some(number),
        }
    }
}
