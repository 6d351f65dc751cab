//! Sources of modulation that move nothing.

use super::{filter_type, is_cutoff_idle, is_lfo_idle};
use crate::editor::model::routes::is_source;
use crate::editor::model::sources::SourceId;
use crate::synth::parameter::layout::Group;
use crate::synth::{FilterType, Param, Values};

/// Whether a source moves nothing, neither by a route nor without one. What the player's hands move by the
/// parameters of Expression does not count: that is the same in most sounds.
pub fn is_source_idle(source: SourceId, values: &Values) -> bool {
    let is_zero = |param: Param| values.get(param) == 0.0;
    let is_second_off = || filter_type(Param::FILTER_2_TYPE, values) == FilterType::Off;
    let has_fixed_target = match (source.group(), source.macro_number()) {
        (_, Some(number)) => {
            !is_zero(Param::macro_target(number)) && !is_zero(Param::macro_amount(number))
        }
        (Some(Group::AmpEnvelope), _) => true,
        (Some(Group::FilterEnvelope), _) => {
            !is_zero(Param::FILTER_ENV) && !is_cutoff_idle(values)
                || !is_zero(Param::FILTER_2_ENV) && !is_second_off()
        }
        (Some(Group::Lfo), _) => !is_lfo_idle(1, values),
        _ => false,
    };
    !has_fixed_target && !is_source(source.name(), values)
}
