//! What switches a section of the sound on and off: the parameter whose default takes the whole section
//! out of the sound.

use super::routes::is_moved;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// The power of a section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// Off at its default.
    pub param: Param,
    /// The plain value that it is switched on with for the first time.
    pub first: f32,
}

impl Power {
    /// That of a group of parameters, if it has one.
    pub fn of(group: Group) -> Option<Power> {
        let (param, first) = match group {
            Group::Filter => (Param::FILTER_TYPE, 1.0),
            Group::Filter2 => (Param::FILTER_2_TYPE, 1.0),
            Group::Room => (Param::ROOM_AMOUNT, 0.3),
            Group::Chorus => (Param::CHORUS_AMOUNT, 0.4),
            Group::Delay => (Param::DELAY_AMOUNT, 0.3),
            Group::Reverb => (Param::REVERB_AMOUNT, 0.25),
            Group::Unison => (Param::UNISON, 4.0),
            Group::Divide => (Param::DIVIDE, 0.7),
            Group::Comb => (Param::COMB, 0.6),
            Group::Phaser => (Param::PHASER, 0.7),
            Group::Vowel => (Param::VOWEL, 0.8),
            Group::Focus => (Param::FOCUS, 9.0),
            Group::Copies => (Param::COPIES, 0.5),
            Group::Breath => (Param::BREATH, 0.5),
            _ => return None,
        };
        Some(Power { param, first })
    }

    /// The plain value with which the section is off.
    pub fn off(&self) -> f32 {
        self.param.row().default
    }

    /// Whether the section changes the sound: it is on, or a route may switch it on.
    pub fn has_effect(&self, values: &Values) -> bool {
        values.get(self.param) != self.off() || is_moved(self.param, values)
    }
}
