//! Modulators and routes that move nothing.

use super::{FILTER_IS_OFF, is_cutoff_idle};
use crate::editor::model::routes::{is_fanned, is_moved, is_source, target};
use crate::synth::display::{EnvelopeId, can_route_move};
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{
    LFOS, LfoParams, MACROS, RouteParams, RouteTarget, SEQUENCE_STEPS, SEQUENCES, SequenceParams,
};
use crate::synth::{Param, Values};

/// What LFO 1 moves without a route.
pub const LFO_DEPTHS: [Param; 4] = [
    Param::LFO_PITCH,
    Param::LFO_TILT,
    Param::LFO_CUTOFF,
    Param::LFO_LEVEL,
];

/// Names of the LFOs as sources.
const LFO_NAMES: [&str; LFOS] = ["LFO 1", "LFO 2", "LFO 3", "LFO 4"];

/// Why a parameter of an LFO, or a depth of the first LFO, has no effect.
pub fn lfo(param: Param, values: &Values) -> Option<&'static str> {
    if LFO_DEPTHS.contains(&param) {
        let is_off = param == Param::LFO_CUTOFF && is_cutoff_idle(values);
        return is_off.then_some(FILTER_IS_OFF);
    }
    let all = (1..=LFOS).map(|number| (number, LfoParams::of(number)));
    let of_group = |lfo: &LfoParams| lfo.shape.row().group == param.row().group;
    let (number, lfo) = all.into_iter().find(|(_, lfo)| of_group(lfo))?;
    let is_synced = values.is_on(lfo.sync);
    if is_lfo_idle(number, values) {
        Some(match number {
            1 => "No depth and no route uses LFO 1: only the modulation wheel's vibrato does.",
            _ => "No route uses it.",
        })
    } else if param == lfo.rate && is_synced {
        Some("The LFO follows the tempo.")
    } else if param == lfo.division && !is_synced {
        Some("The LFO does not follow the tempo.")
    } else if [lfo.fan_phase, lfo.fan_rate, lfo.fan_order].contains(&param) {
        let is_open = are_open([lfo.fan_phase, lfo.fan_rate], values);
        if !is_fanned(LFO_NAMES[number - 1], values) {
            Some("No route leads from it to single partials.")
        } else if param == lfo.fan_order && !is_open {
            Some("Fan Phase and Fan Rate are zero.")
        } else {
            None
        }
    } else {
        None
    }
}

/// Whether nothing that is heard uses LFO `number`, but for the vibrato of the modulation wheel.
pub fn is_lfo_idle(number: usize, values: &Values) -> bool {
    let moves = |depth: Param| {
        (values.get(depth) != 0.0 || is_moved(depth, values)) && lfo(depth, values).is_none()
    };
    let has_depth = number == 1 && LFO_DEPTHS.into_iter().any(moves);
    !has_depth && !is_source(LFO_NAMES[number - 1], values)
}

/// Why a parameter of a sequence has no effect.
pub fn sequence(param: Param, values: &Values) -> Option<&'static str> {
    let group = param.row().group;
    let all = (1..=SEQUENCES).map(SequenceParams::of);
    let sequence = all
        .into_iter()
        .find(|sequence| sequence.steps.row().group == group)?;
    let played = values.index(sequence.steps);
    let is_past_the_last = (played + 1..=SEQUENCE_STEPS).any(|n| sequence.step(n) == param);
    if !is_source(group.name(), values) {
        Some("No route uses it.")
    } else if is_past_the_last {
        Some("The sequence has fewer steps.")
    } else if ![sequence.fan_steps, sequence.fan_order].contains(&param) {
        None
    } else if !is_fanned(group.name(), values) {
        Some("No route leads from it to single partials.")
    } else if param == sequence.fan_order && !are_open([sequence.fan_steps], values) {
        Some("Fan Steps is zero.")
    } else {
        None
    }
}

/// Why the fan of an envelope has no effect.
pub fn envelope_fan(param: Param, values: &Values) -> Option<&'static str> {
    let group = param.row().group;
    let id = match group {
        Group::AmpEnvelope => EnvelopeId::Amp,
        _ => EnvelopeId::Filter,
    };
    let envelope = id.params();
    let is_open = are_open([envelope.fan_delay, envelope.fan_time], values);
    if !is_fanned(group.name(), values) {
        Some("No route leads from it to single partials.")
    } else if param == envelope.fan_order && !is_open {
        Some("Fan Delay and Fan Time are zero.")
    } else {
        None
    }
}

/// Why a parameter of how notes follow each other has no effect: notes sound together, or do not glide.
pub fn playing(param: Param, values: &Values) -> Option<&'static str> {
    match param {
        Param::PRIORITY if values.index(Param::PLAY_MODE) == 0 => Some("Play Mode is Poly."),
        Param::GLIDE_MODE | Param::GLIDE_FAN if values.get(Param::GLIDE) == 0.0 => {
            Some("Glide is zero.")
        }
        _ => None,
    }
}

/// Why a macro has no effect: it moves nothing.
pub fn macros(param: Param, values: &Values) -> Option<&'static str> {
    let number = (1..=MACROS).find(|&number| {
        param == Param::macro_value(number) || param == Param::macro_amount(number)
    })?;
    let is_value = param == Param::macro_value(number);
    if is_value && is_source(param.row().name, values) {
        None
    } else if values.get(Param::macro_target(number)) == 0.0 {
        Some("The macro has no target.")
    } else if is_value && values.get(Param::macro_amount(number)) == 0.0 {
        Some("The macro's amount is zero.")
    } else {
        None
    }
}

/// Why a parameter of a route has no effect: the route moves nothing, or its target does not read it.
pub fn route(param: Param, values: &Values) -> Option<&'static str> {
    let route = RouteParams::of_param(param)?;
    let to = target(&route, |param| values.get(param));
    let is_end = param == route.from || param == route.to;
    let can_move = || {
        let number = RouteParams::number_of_depth(route.depth);
        number.is_some_and(|number| can_route_move(values, number))
    };
    if param != route.bypass && values.is_on(route.bypass) {
        Some("The route is bypassed.")
    } else if is_end {
        None
    } else if values.index(route.from) == 0 {
        Some("The route has no source.")
    } else {
        match to {
            None => Some("The route has no target."),
            Some(to) if param == route.partials && !to.is_of_partials() => {
                Some("The target is not the single partials.")
            }
            Some(RouteTarget::Own(depth))
                if RouteParams::of_param(depth).is_some() && !can_move() =>
            {
                Some("No depth moves itself, also not by way of other depths.")
            }
            Some(to) if !to.is_of_partials() && !can_move() => {
                Some("No modulator moves its own speed or settings, also not by way of others.")
            }
            Some(_) => None,
        }
    }
}

/// Whether partials stand apart by any of these amounts of a fan, or by a route to one.
pub fn are_open<const N: usize>(amounts: [Param; N], values: &Values) -> bool {
    let is_open = |amount: Param| values.get(amount) != 0.0 || is_moved(amount, values);
    amounts.into_iter().any(is_open)
}
