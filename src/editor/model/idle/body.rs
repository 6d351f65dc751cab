//! What says nothing while its section is off: of the spectra, the frequency laws, unison, the shapers, the
//! room and the effects.

use super::super::power::Power;
use super::super::routes::is_moved;
use crate::synth::display::{ShaperKind, morph_weights};
use crate::synth::parameter::SpectrumParams;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Values};

/// Why a parameter of these has no effect.
pub fn reason(param: Param, values: &Values) -> Option<&'static str> {
    let is_zero = |param: Param| values.get(param) == 0.0 && !is_moved(param, values);
    let group = param.row().group;
    match param {
        Param::CLUSTER_STEP if is_zero(Param::CLUSTER) => Some("Cluster is zero."),
        Param::DELAY_TIME if values.is_on(Param::DELAY_SYNC) => {
            Some("The delay follows the tempo.")
        }
        Param::DELAY_DIVISION if !values.is_on(Param::DELAY_SYNC) => {
            Some("The delay does not follow the tempo.")
        }
        Param::KEEP_LOUDNESS if !is_any_shaper_on(values) => Some("No shaper is on."),
        _ => Power::of(group)
            .filter(|power| !power.params.contains(&param) && !power.has_effect(values))
            .map(|_| match group {
                Group::Unison => "Unison has one copy.",
                _ => "It is off.",
            }),
    }
}

/// Why a parameter of a spectrum has no effect.
pub fn of_spectrum(param: Param, values: &Values) -> Option<&'static str> {
    let place = SpectrumParams::ALL.iter().position(|spectrum| {
        let SpectrumParams {
            body,
            colour,
            tilt,
            odd_even,
        } = *spectrum;
        [body, colour, tilt, odd_even].contains(&param)
    })?;
    let pad = [Param::MORPH_X, Param::MORPH_Y];
    let [x, y] = pad.map(|param| values.get(param));
    let is_left = morph_weights(x, y)[place] == 0.0;
    let stays = !pad.iter().any(|param| is_moved(*param, values));
    (is_left && stays).then_some("The pad takes nothing of this spectrum.")
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
