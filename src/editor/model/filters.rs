//! The parameters of each filter, for all views that show filters.

use crate::synth::display::{filter_2_settings, filter_settings};
use crate::synth::filter::FilterSettings;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values, VoiceSnapshot};

/// The parameters of a filter, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct FilterControls {
    /// All its parameters.
    pub group: Group,
    /// The choice among the types.
    pub filter_type: Param,
    /// The frequency.
    pub cutoff: Param,
    /// The peak at the cutoff.
    pub resonance: Param,
    /// The steepness.
    pub slope: Param,
    /// The gain of the types that have one.
    pub gain: Param,
    /// Reads the filter's settings; `None` while it is off.
    pub settings: fn(&Values) -> Option<FilterSettings>,
    /// How modulation has set it in a voice.
    pub of_voice: fn(&VoiceSnapshot) -> Option<FilterSettings>,
}

/// Both filters.
pub const FILTERS: [FilterControls; 2] = [
    FilterControls {
        group: Group::Filter,
        filter_type: Param::FILTER_TYPE,
        cutoff: Param::CUTOFF,
        resonance: Param::RESONANCE,
        slope: Param::SLOPE,
        gain: Param::FILTER_GAIN,
        settings: filter_settings,
        of_voice: |voice| voice.filter,
    },
    FilterControls {
        group: Group::Filter2,
        filter_type: Param::FILTER_2_TYPE,
        cutoff: Param::FILTER_2_CUTOFF,
        resonance: Param::FILTER_2_RESONANCE,
        slope: Param::FILTER_2_SLOPE,
        gain: Param::FILTER_2_GAIN,
        settings: filter_2_settings,
        of_voice: |voice| voice.filter_2,
    },
];

impl FilterControls {
    /// What dragging the curve upwards raises: the gain if the type has one, else the resonance.
    pub fn upwards(&self, settings: Option<&FilterSettings>) -> Param {
        match settings {
            Some(settings) if settings.filter_type.has_gain() => self.gain,
            _ => self.resonance,
        }
    }
}
