//! Parameters that have no effect at the present values of others: their controls look inactive, and can
//! be set all the same.

mod body;
mod curve;
mod modulation;

use super::routes::{is_moved, is_source};
use crate::synth::display::EnvelopeId;
use crate::synth::parameter::layout::Group;
use crate::synth::{FilterType, Param, Values};
pub use curve::is_curve_idle;
pub use modulation::is_lfo_idle;

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
        Group::Laws
        | Group::Unison
        | Group::Divide
        | Group::Comb
        | Group::Phaser
        | Group::Vowel
        | Group::Focus
        | Group::Copies
        | Group::Shapers => body::reason(param, values),
        Group::Macros => modulation::macros(param, values),
        Group::Routes => modulation::route(param, values),
        _ => of_the_voice(param, values, has_mpe_zone),
    }
}

/// Of a parameter that is no modulator's.
fn of_the_voice(param: Param, values: &Values, has_mpe_zone: bool) -> Option<&'static str> {
    let is_zero = |param: Param| values.get(param) == 0.0 && !is_moved(param, values);
    match param {
        Param::AMP_FAN_DELAY
        | Param::AMP_FAN_TIME
        | Param::AMP_FAN_ORDER
        | Param::FILTER_FAN_DELAY
        | Param::FILTER_FAN_TIME
        | Param::FILTER_FAN_ORDER => modulation::envelope_fan(param, values),
        Param::CUTOFF
        | Param::RESONANCE
        | Param::SLOPE
        | Param::KEY_TRACK
        | Param::FILTER_ENV
        | Param::FILTER_VELOCITY
        | Param::PRESSURE_CUTOFF
            if is_filter_off(values) =>
        {
            Some(FILTER_IS_OFF)
        }
        Param::FILTER_DELAY
        | Param::FILTER_ATTACK
        | Param::FILTER_HOLD
        | Param::FILTER_DECAY
        | Param::FILTER_SUSTAIN
        | Param::FILTER_RELEASE
        | Param::FILTER_CURVE
        | Param::FILTER_ATTACK_CURVE
        | Param::FILTER_DECAY_CURVE
        | Param::FILTER_RELEASE_CURVE => {
            let is_routed = is_source(Group::FilterEnvelope.name(), values);
            if is_filter_off(values) && !is_routed {
                Some(FILTER_IS_OFF)
            } else if is_zero(Param::FILTER_ENV) && !is_routed {
                Some("The filter's Envelope amount is zero.")
            } else if matches!(param, Param::FILTER_HOLD | Param::FILTER_DECAY)
                && values.get(Param::FILTER_SUSTAIN) == 1.0
            {
                Some(NOTHING_TO_FALL_TO)
            } else {
                stage_curve(param, EnvelopeId::Filter, values)
            }
        }
        Param::AMP_ATTACK_CURVE | Param::AMP_DECAY_CURVE | Param::AMP_RELEASE_CURVE => {
            stage_curve(param, EnvelopeId::Amp, values)
        }
        Param::AMP_HOLD | Param::AMP_DECAY if values.get(Param::AMP_SUSTAIN) == 1.0 => {
            Some(NOTHING_TO_FALL_TO)
        }
        Param::DAMPING | Param::DAMPING_BRIGHTNESS if is_zero(param) => {
            Some("At zero it damps nothing.")
        }
        Param::STRIKE_POSITION if is_zero(Param::STRIKE_DEPTH) => Some("Strike Depth is zero."),
        Param::MPE_BEND_RANGE if !has_mpe_zone => Some("No MPE zone is in force."),
        _ => None,
    }
}

/// Of the curve of a single stage of an envelope.
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

fn is_filter_off(values: &Values) -> bool {
    FilterType::from_index(values.index(Param::FILTER_TYPE)) == FilterType::Off
}

#[cfg(test)]
mod tests;
