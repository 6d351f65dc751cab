//! What says nothing while its section is off: of the frequency laws, of unison and of the shapers.

use super::super::power::Power;
use super::super::routes::is_moved;
use crate::synth::display::ShaperKind;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// Why a parameter of these has no effect.
pub fn reason(param: Param, values: &Values) -> Option<&'static str> {
    let is_zero = |param: Param| values.get(param) == 0.0 && !is_moved(param, values);
    let group = param.row().group;
    match param {
        Param::CLUSTER_STEP if is_zero(Param::CLUSTER) => Some("Cluster is zero."),
        Param::KEEP_LOUDNESS if !is_any_shaper_on(values) => Some("No shaper is on."),
        _ => Power::of(group)
            .filter(|power| power.param != param && !power.has_effect(values))
            .map(|_| match group {
                Group::Unison => "Unison has one copy.",
                _ => "It is off.",
            }),
    }
}

fn is_any_shaper_on(values: &Values) -> bool {
    let amounts = ShaperKind::ALL.iter().map(|kind| {
        let mut params = Param::all();
        params.find(|param| param.row().group == kind.group())
    });
    amounts
        .flatten()
        .any(|amount| values.get(amount) != amount.row().default || is_moved(amount, values))
}
