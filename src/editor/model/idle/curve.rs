//! Curves that move nothing, and their parameters that have no effect.

use super::modulation::are_open;
use super::modulation::is_lfo_idle;
use crate::editor::model::routes::{is_fanned, is_source};
use crate::synth::display::CurveMode;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{CURVE_POINTS, CURVES, CurveParams, LFOS, LfoParams};
use crate::synth::{Param, Values};

/// The curves by their groups, which are named as their sources and as the shapes of LFOs are.
const GROUPS: [Group; CURVES] = [Group::Curve1, Group::Curve2, Group::Curve3, Group::Curve4];

fn name(number: usize) -> &'static str {
    GROUPS[number - 1].name()
}

/// Why a parameter of a curve has no effect.
pub fn reason(param: Param, values: &Values) -> Option<&'static str> {
    let group = param.row().group;
    let number = 1 + GROUPS.iter().position(|of| *of == group)?;
    let curve = CurveParams::of(number);
    let points = values.index(curve.points);
    let is_past_the_last =
        |param: Param| (points + 1..=CURVE_POINTS).any(|number| is_of_point(&curve, number, param));
    let is_of_points = (1..=CURVE_POINTS).any(|number| is_of_point(&curve, number, param));
    if is_curve_idle(number, values) {
        Some("No route and no LFO uses it.")
    } else if is_past_the_last(param) {
        Some("The curve has fewer points.")
    } else if param == curve.point(1).bend {
        Some("No line leads to the first point.")
    } else if is_of_points || param == curve.points {
        None
    } else if !is_source(name(number), values) {
        Some("Only an LFO uses it, as its shape.")
    } else {
        of_playing(param, &curve, number, values)
    }
}

fn is_of_point(curve: &CurveParams, number: usize, param: Param) -> bool {
    let point = curve.point(number);
    [point.time, point.level, point.bend].contains(&param)
}

/// Why a parameter of how a curve is played has no effect, where a route uses the curve.
fn of_playing(
    param: Param,
    curve: &CurveParams,
    number: usize,
    values: &Values,
) -> Option<&'static str> {
    let mode = CurveMode::from_index(values.index(curve.mode));
    let is_synced = values.is_on(curve.sync);
    if param == curve.mode {
        None
    } else if mode.is_map() {
        Some("The curve is read at the note's start.")
    } else if param == curve.time && is_synced {
        Some("The curve follows the tempo.")
    } else if param == curve.division && !is_synced {
        Some("The curve does not follow the tempo.")
    } else if [curve.loop_start, curve.loop_end].contains(&param) {
        (mode == CurveMode::OneShot).then_some("The curve is played once.")
    } else if ![curve.fan_delay, curve.fan_time, curve.fan_order].contains(&param) {
        None
    } else if !is_fanned(name(number), values) {
        Some("No route leads from it to single partials.")
    } else if param == curve.fan_order && !are_open([curve.fan_delay, curve.fan_time], values) {
        Some("Fan Delay and Fan Time are zero.")
    } else {
        None
    }
}

/// Whether nothing that is heard uses curve `number`: no route, and no LFO that is heard has it as its
/// shape.
pub fn is_curve_idle(number: usize, values: &Values) -> bool {
    let has_shape = |lfo: usize| {
        let shape = LfoParams::of(lfo).shape;
        let labels = shape.range().labels().unwrap_or_default();
        labels.get(values.index(shape)) == Some(&name(number))
    };
    let is_shape = (1..=LFOS).any(|lfo| has_shape(lfo) && !is_lfo_idle(lfo, values));
    !is_shape && !is_source(name(number), values)
}
