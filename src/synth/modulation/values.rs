//! A voice's own values: those of the patch where they are the same for all voices, and one for each
//! destination of modulation where they are not.

use std::ops::{Index, IndexMut};

use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{Param, rows};
use crate::synth::patch::Values;

/// What may be other in each voice: a polyphonic parameter (those of single partials are
/// [overrides](crate::synth::partials::PartialOverrides) instead), or one of the constants below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(u8);

/// Polyphonic parameters, but for those of single partials.
const PARAMS: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Param::COUNT {
        count += is_a_voices(index) as usize;
        index += 1;
    }
    count
};

const fn is_a_voices(index: usize) -> bool {
    let row = &rows()[index];
    row.polyphonic && !matches!(row.group, Group::Partials)
}

/// The parameter of each destination that is one.
static PARAM: [Param; PARAMS] = {
    let mut params = [Param::TILT; PARAMS];
    let (mut place, mut index) = (0, 0);
    while index < Param::COUNT {
        if is_a_voices(index)
            && let Some(param) = Param::from_index(index)
        {
            params[place] = param;
            place += 1;
        }
        index += 1;
    }
    params
};

const NONE: u8 = u8::MAX;

/// The destination of each parameter; [`NONE`] where it has none.
static DESTINATION: [u8; Param::COUNT] = {
    let mut destinations = [NONE; Param::COUNT];
    let mut place = 0;
    while place < PARAMS {
        destinations[PARAM[place].index()] = place as u8;
        place += 1;
    }
    destinations
};

impl Destination {
    /// Position of the voice, −1 (left) to 1 (right); more counts as either end.
    pub const PAN: Destination = Destination(PARAMS as u8);
    /// What is added to the filter's cutoff, octaves.
    pub const CUTOFF_OCTAVES: Destination = Destination(PARAMS as u8 + 1);

    /// How many there are.
    const COUNT: usize = PARAMS + 2;

    /// That of a parameter which has one.
    ///
    /// # Panics
    /// Where it has none. Meant for constants, where that does not compile.
    pub const fn of(param: Param) -> Destination {
        let place = DESTINATION[param.index()];
        assert!(place != NONE);
        Destination(place)
    }
}

impl From<Param> for Option<Destination> {
    /// `None` for what is the same in all voices, and for what belongs to a single partial.
    fn from(param: Param) -> Option<Destination> {
        let place = DESTINATION[param.index()];
        (place != NONE).then_some(Destination(place))
    }
}

/// One value for each destination, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DestinationValues([f32; Destination::COUNT]);

impl Default for DestinationValues {
    fn default() -> DestinationValues {
        DestinationValues([0.0; Destination::COUNT])
    }
}

impl DestinationValues {
    /// Those of the patch; what is no parameter is 0.
    pub fn of(values: &Values) -> DestinationValues {
        let mut own = DestinationValues::default();
        for (value, param) in own.0.iter_mut().zip(&PARAM) {
            *value = values.get(*param);
        }
        own
    }

    /// Lets polyphonic offsets of normalised values act on those of the patch.
    pub fn offset(&mut self, values: &Values, offsets: &[f32; Param::COUNT]) {
        for (value, param) in self.0.iter_mut().zip(&PARAM) {
            let offset = offsets[param.index()];
            if offset != 0.0 {
                *value = values.get_offset(*param, offset);
            }
        }
    }
}

impl Index<Destination> for DestinationValues {
    type Output = f32;

    fn index(&self, destination: Destination) -> &f32 {
        &self.0[usize::from(destination.0)]
    }
}

impl IndexMut<Destination> for DestinationValues {
    fn index_mut(&mut self, destination: Destination) -> &mut f32 {
        &mut self.0[usize::from(destination.0)]
    }
}

/// The plain values that a voice is worked out from.
#[derive(Clone, Copy, Debug)]
pub struct VoiceValues<'a> {
    /// Those of all voices.
    pub patch: &'a Values,
    /// Its own.
    pub own: &'a DestinationValues,
}

impl VoiceValues<'_> {
    /// Plain value of a parameter: the voice's own if it may have one.
    pub fn get(&self, param: Param) -> f32 {
        match Option::<Destination>::from(param) {
            Some(destination) => self.own[destination],
            None => self.patch.get(param),
        }
    }

    /// Value at a destination.
    pub fn at(&self, destination: Destination) -> f32 {
        self.own[destination]
    }

    /// Plain value of a stepped parameter as an index.
    pub fn index(&self, param: Param) -> usize {
        self.patch.index(param)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::patch::Patch;

    #[test]
    fn a_voice_has_its_own_value_of_each_polyphonic_parameter() {
        let mut patch = Patch::default();
        patch.set(Param::TILT, -3.0);
        let patch = Values::new(&patch);
        let mut offsets = [0.0; Param::COUNT];
        offsets[Param::SPREAD.index()] = 0.25;
        let mut own = DestinationValues::of(&patch);
        own.offset(&patch, &offsets);
        let values = VoiceValues {
            patch: &patch,
            own: &own,
        };
        assert_eq!(values.get(Param::SPREAD), 0.25);
        for param in Param::all().filter(|&param| param != Param::SPREAD) {
            assert_eq!(values.get(param), patch.get(param), "{param:?}");
            let is_own = Option::<Destination>::from(param).is_some();
            let is_of_a_partial = param.row().group == Group::Partials;
            assert_eq!(is_own, param.is_polyphonic() && !is_of_a_partial);
        }
        own[Destination::of(Param::TILT)] = 1.0;
        own[Destination::PAN] = 0.5;
        assert_eq!(own[Destination::CUTOFF_OCTAVES], 0.0);
        let values = VoiceValues {
            patch: &patch,
            own: &own,
        };
        assert_eq!(values.get(Param::TILT), 1.0);
        assert_eq!(values.at(Destination::PAN), 0.5);
    }
}
