//! An LFO that takes a curve, so that its shape can be drawn.

use super::{CurveEdit, EditedCurve};
use crate::editor::model::EditorModel;
use crate::editor::model::idle::is_curve_idle;
use crate::synth::Values;
use crate::synth::parameter::{CURVES, LFOS, LfoCourse, LfoParams};

/// The number of the curve that drawing an LFO would take: the first that nothing uses and that is as in
/// a new sound, or else the first that nothing uses. `values` are those that sound.
pub fn free_curve(model: &EditorModel, values: &Values) -> Option<usize> {
    let is_new = |number: &usize| {
        let new = EditedCurve::read(*number, |param| param.row().default);
        EditedCurve::shown(*number, model).points == new.points
    };
    let free =
        (1..=CURVES).filter(|&number| is_curve_idle(number, values) && !is_chosen(number, model));
    let free: Vec<usize> = free.collect();
    free.iter()
        .find(|number| is_new(number))
        .or(free.first())
        .copied()
}

/// What LFO `number` follows.
pub fn course(number: usize, model: &EditorModel) -> LfoCourse {
    LfoCourse::from_index(model.plain(LfoParams::of(number).shape) as usize)
}

/// Whether an LFO has a curve as its shape, also one that moves nothing.
fn is_chosen(number: usize, model: &EditorModel) -> bool {
    (1..=LFOS).any(|lfo| course(lfo, model) == LfoCourse::Curve(number))
}

/// Whether [`draw_lfo`] can draw what LFO `lfo` does now.
pub fn is_drawable(model: &EditorModel, lfo: usize) -> bool {
    match course(lfo, model) {
        LfoCourse::Shape(shape) => shape.points().is_some(),
        LfoCourse::Curve(_) => false,
    }
}

/// The change that gives curve `curve` the shape that LFO `lfo` has, and lets the LFO follow the curve;
/// `None` if the shape is a curve already, or a random one.
pub fn draw_lfo(model: &EditorModel, lfo: usize, curve: usize) -> Option<CurveEdit> {
    let LfoCourse::Shape(shape) = course(lfo, model) else {
        return None;
    };
    let points = shape.points()?;
    let last = points.len();
    let edited = EditedCurve::shown(curve, model);
    let mut edit = edited.through(points, (1, last), format!("Draw LFO {lfo}"));
    let index = LfoCourse::Curve(curve).index();
    edit.values.push((LfoParams::of(lfo).shape, index as f32));
    Some(edit)
}
