//! A voice's own values: those of the patch where they are the same for all voices, and one for each
//! destination of modulation where they are not.

use std::ops::{Index, IndexMut};

use super::Destination;
use crate::synth::parameter::{Param, rows};
use crate::synth::patch::Values;

/// One value for each destination, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DestinationValues([f32; Destination::COUNT]);

impl Default for DestinationValues {
    fn default() -> DestinationValues {
        DestinationValues([0.0; Destination::COUNT])
    }
}

impl DestinationValues {
    /// The values of the patch before any route; see [`Destination::at_rest`] for what is no parameter.
    pub fn of(values: &Values) -> DestinationValues {
        let params = Destination::params().iter();
        let all = params.map(|&param| values.get(param));
        let mut own = DestinationValues::default();
        for (own, value) in own.0.iter_mut().zip(all.chain(Destination::at_rest())) {
            *own = value;
        }
        own
    }

    /// Lets polyphonic offsets of normalised values act on those of the patch. Returns whether any
    /// value has an offset.
    pub fn offset(&mut self, values: &Values, offsets: &Offsets) -> bool {
        let mut has_any = false;
        for (value, param) in self.0.iter_mut().zip(Destination::params()) {
            let offset = offsets.get(*param);
            if offset != 0.0 {
                *value = values.get_offset(*param, offset);
                has_any = true;
            }
        }
        has_any
    }
}

impl Index<Destination> for DestinationValues {
    type Output = f32;

    fn index(&self, destination: Destination) -> &f32 {
        &self.0[destination.index()]
    }
}

impl IndexMut<Destination> for DestinationValues {
    fn index_mut(&mut self, destination: Destination) -> &mut f32 {
        &mut self.0[destination.index()]
    }
}

/// How many parameters are polyphonic.
const POLYPHONIC: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Param::COUNT {
        count += rows()[index].polyphonic as usize;
        index += 1;
    }
    count
};

/// How many polyphonic parameters there are before each.
static PLACES: [u16; Param::COUNT] = {
    let mut places = [0; Param::COUNT];
    let (mut count, mut index) = (0, 0);
    while index < Param::COUNT {
        places[index] = count;
        count += rows()[index].polyphonic as u16;
        index += 1;
    }
    places
};

/// A voice's offsets of the normalised values of polyphonic parameters.
#[derive(Clone, Copy, Debug)]
pub struct Offsets([f32; POLYPHONIC]);

impl Offsets {
    /// No offsets.
    pub const NONE: Offsets = Offsets([0.0; POLYPHONIC]);

    /// The value of a polyphonic parameter; for others it means nothing.
    pub fn get(&self, param: Param) -> f32 {
        self.0[usize::from(PLACES[param.index()])]
    }

    /// Sets that of a parameter, if it is polyphonic.
    pub fn set(&mut self, param: Param, offset: f32) {
        if param.is_polyphonic() {
            self.0[usize::from(PLACES[param.index()])] = offset;
        }
    }
}

/// The plain values that a voice is worked out from.
#[derive(Clone, Copy, Debug)]
pub struct VoiceValues<'a> {
    /// The values of all voices.
    pub patch: &'a Values,
    /// Its own.
    pub own: &'a DestinationValues,
    /// Whether all of [`PLAIN`](crate::synth::patch::PLAIN) are known to be as they are there. Not so if
    /// unknown.
    pub is_plain: bool,
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
    use crate::synth::parameter::layout::Group;
    use crate::synth::patch::Patch;

    #[test]
    fn a_voice_has_its_own_value_of_each_polyphonic_parameter() {
        let mut patch = Patch::default();
        patch.set(Param::TILT, -3.0);
        let patch = Values::new(&patch);
        let mut offsets = Offsets::NONE;
        offsets.set(Param::SPREAD, 0.25);
        offsets.set(Param::SEED, 0.5);
        let mut own = DestinationValues::of(&patch);
        assert!(own.offset(&patch, &offsets));
        let values = VoiceValues {
            patch: &patch,
            own: &own,
            is_plain: false,
        };
        assert_eq!(values.get(Param::SPREAD), 0.25);
        let is_in_values = |param: &Param| !param.is_of_drawn_spectrum();
        let others = Param::all().filter(is_in_values);
        for param in others.filter(|&param| param != Param::SPREAD) {
            assert_eq!(values.get(param), patch.get(param), "{param:?}");
            let is_own = Option::<Destination>::from(param).is_some();
            let is_of_a_partial = param.row().group == Group::Partials;
            let is_of_a_modulator = param.row().is_modulators;
            assert_eq!(
                is_own,
                param.is_polyphonic() && !is_of_a_partial && !is_of_a_modulator
            );
        }
        own[Destination::of(Param::TILT)] = 1.0;
        own[Destination::PAN] = 0.5;
        assert_eq!(own[Destination::CUTOFF_OCTAVES], 0.0);
        assert_eq!(own[Destination::GAIN], 1.0);
        let values = VoiceValues {
            patch: &patch,
            own: &own,
            is_plain: false,
        };
        assert_eq!(values.get(Param::TILT), 1.0);
        assert_eq!(values.at(Destination::PAN), 0.5);
    }
}
