//! Parameters that have no effect at the present values of others: their controls look inactive, and can
//! be set all the same.

mod body;
mod curve;
mod modulation;
mod recording;
mod source;
mod tuning;

use super::routes::{is_moved, is_source};
use crate::synth::display::{EnvelopeId, is_cutoff_heard};
use crate::synth::parameter::layout::Group;
use crate::synth::{FilterType, Param, Values};
pub use curve::is_curve_idle;
pub use modulation::{LFO_DEPTHS, is_lfo_idle};
pub use source::is_source_idle;

/// Why a parameter has no effect now, as a sentence; `None` if it has one. `values` are those that
/// sound. `has_mpe_zone` says whether an MPE zone is in force: a message can set one up with MPE off,
/// and end it with MPE on.
pub fn reason(param: Param, values: &Values, has_mpe_zone: bool) -> Option<&'static str> {
    match param.row().group {
        Group::Lfo | Group::Lfo2 | Group::Lfo3 | Group::Lfo4 => modulation::lfo(param, values),
        Group::Sequence1 | Group::Sequence2 => modulation::sequence(param, values),
        Group::Curve1 | Group::Curve2 | Group::Curve3 | Group::Curve4 => {
            curve::reason(param, values)
        }
        Group::Playing => modulation::playing(param, values),
        Group::Spectra => body::of_spectrum(param, values),
        Group::Source if [Param::TILT, Param::ODD_EVEN].contains(&param) => {
            body::of_spectrum(param, values)
        }
        Group::Chorus
        | Group::Delay
        | Group::Reverb
        | Group::Room
        | Group::Laws
        | Group::Unison
        | Group::Divide
        | Group::Comb
        | Group::Phaser
        | Group::Vowel
        | Group::Focus
        | Group::Copies
        | Group::Breath
        | Group::Shapers => body::reason(param, values),
        Group::Macros => modulation::macros(param, values),
        Group::Routes => modulation::route(param, values),
        Group::Tuning => tuning::reason(param, values),
        Group::Recording => recording::reason(values),
        _ => of_the_voice(param, values, has_mpe_zone),
    }
}

/// Why a parameter has no effect while no recordings are loaded, whatever the values.
pub fn without_recordings(param: Param) -> Option<&'static str> {
    (param.row().group == Group::Recording).then_some("No recording is loaded.")
}

/// Why a parameter that is no modulator's has no effect.
fn of_the_voice(param: Param, values: &Values, has_mpe_zone: bool) -> Option<&'static str> {
    let is_zero = |param: Param| is_zero(param, values);
    match param {
        Param::AMP_FAN_DELAY
        | Param::AMP_FAN_TIME
        | Param::AMP_FAN_ORDER
        | Param::FILTER_FAN_DELAY
        | Param::FILTER_FAN_TIME
        | Param::FILTER_FAN_ORDER => modulation::envelope_fan(param, values),
        Param::CUTOFF | Param::RESONANCE | Param::SLOPE | Param::FILTER_GAIN => {
            filter(param, filter_type(Param::FILTER_TYPE, values))
        }
        Param::KEY_TRACK | Param::FILTER_ENV | Param::FILTER_VELOCITY | Param::PRESSURE_CUTOFF
            if is_cutoff_idle(values) =>
        {
            Some(FILTER_IS_OFF)
        }
        Param::FILTER_2_CUTOFF
        | Param::FILTER_2_RESONANCE
        | Param::FILTER_2_SLOPE
        | Param::FILTER_2_GAIN
        | Param::FILTER_2_ENV
        | Param::FILTER_2_KEY_TRACK
        | Param::FILTER_2_LINK => filter(param, filter_type(Param::FILTER_2_TYPE, values)),
        Param::FILTER_DELAY
        | Param::FILTER_ATTACK
        | Param::FILTER_HOLD
        | Param::FILTER_DECAY
        | Param::FILTER_SUSTAIN
        | Param::FILTER_RELEASE
        | Param::FILTER_CURVE
        | Param::FILTER_ATTACK_CURVE
        | Param::FILTER_DECAY_CURVE
        | Param::FILTER_RELEASE_CURVE => filter_envelope(param, values),
        Param::AMP_ATTACK_CURVE | Param::AMP_DECAY_CURVE | Param::AMP_RELEASE_CURVE => {
            stage_curve(param, EnvelopeId::Amp, values)
        }
        Param::AMP_HOLD | Param::AMP_DECAY if values.get(Param::AMP_SUSTAIN) == 1.0 => {
            Some(NOTHING_TO_FALL_TO)
        }
        Param::DAMPING | Param::DAMPING_BRIGHTNESS | Param::RELEASE_DAMPING if is_zero(param) => {
            Some("At zero it damps nothing.")
        }
        Param::AFTERSOUND | Param::AFTERSOUND_RATIO
            if is_zero(Param::DAMPING) && is_zero(Param::DAMPING_BRIGHTNESS) =>
        {
            Some("Nothing dies away: both dampings are zero.")
        }
        Param::AFTERSOUND_RATIO if is_zero(Param::AFTERSOUND) => Some("Aftersound is zero."),
        Param::STRIKE_POSITION if is_zero(Param::STRIKE_DEPTH) => Some("Strike Depth is zero."),
        Param::MPE_BEND_RANGE if !has_mpe_zone => Some("No MPE zone is in force."),
        _ => None,
    }
}

/// Whether a parameter is 0, and stays so.
fn is_zero(param: Param, values: &Values) -> bool {
    values.get(param) == 0.0 && !is_moved(param, values)
}

/// Why a stage of the filters' envelope, or its curve, has no effect.
fn filter_envelope(param: Param, values: &Values) -> Option<&'static str> {
    let is_routed = is_source(Group::FilterEnvelope.name(), values);
    let is_second_off = filter_type(Param::FILTER_2_TYPE, values) == FilterType::Off;
    let moves_first = !is_cutoff_idle(values) && !is_zero(Param::FILTER_ENV, values);
    let moves_second = !is_second_off && !is_zero(Param::FILTER_2_ENV, values);
    if is_cutoff_idle(values) && is_second_off && !is_routed {
        Some(FILTER_IS_OFF)
    } else if !moves_first && !moves_second && !is_routed {
        Some("The filter's Envelope amount is zero.")
    } else if matches!(param, Param::FILTER_HOLD | Param::FILTER_DECAY)
        && values.get(Param::FILTER_SUSTAIN) == 1.0
    {
        Some(NOTHING_TO_FALL_TO)
    } else {
        stage_curve(param, EnvelopeId::Filter, values)
    }
}

/// Why the curve of a single stage of an envelope has no effect.
fn stage_curve(param: Param, id: EnvelopeId, values: &Values) -> Option<&'static str> {
    let envelope = id.params();
    let is_full = values.get(envelope.sustain) == 1.0;
    let lasts = |time: Param| values.get(time) > 0.0;
    if param == envelope.attack_curve && !lasts(envelope.attack)
        || param == envelope.decay_curve && !lasts(envelope.decay)
        || param == envelope.release_curve && !lasts(envelope.release)
    {
        Some("The stage takes no time.")
    } else if param == envelope.decay_curve && is_full {
        Some(NOTHING_TO_FALL_TO)
    } else {
        None
    }
}

const FILTER_IS_OFF: &str = "The filter is off.";
const NOTHING_TO_FALL_TO: &str = "Sustain is full: there is nothing to fall to.";

fn filter_type(param: Param, values: &Values) -> FilterType {
    FilterType::from_index(values.index(param))
}

/// Why a parameter of a filter of this type has no effect.
fn filter(param: Param, filter_type: FilterType) -> Option<&'static str> {
    let is_gain = matches!(param, Param::FILTER_GAIN | Param::FILTER_2_GAIN);
    if filter_type == FilterType::Off {
        Some(FILTER_IS_OFF)
    } else if is_gain && !filter_type.has_gain() {
        Some("This type of filter has no gain.")
    } else {
        None
    }
}

/// Whether nothing that is heard follows the first filter's cutoff: neither that filter, nor the second.
pub fn is_cutoff_idle(values: &Values) -> bool {
    !is_cutoff_heard(values)
}

#[cfg(test)]
mod tests;
