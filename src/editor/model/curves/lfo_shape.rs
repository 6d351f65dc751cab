//! The shape of an LFO as points of a curve, so that it can be drawn.

use super::{CurveEdit, EditedCurve};
use crate::dsp::curve::CurvePoint;
use crate::dsp::lfo::{LfoShape, STEPS};
use crate::editor::model::EditorModel;
use crate::editor::model::idle::is_curve_idle;
use crate::synth::Values;
use crate::synth::display::lfo_curve;
use crate::synth::parameter::{CURVES, LFOS, LfoParams};

/// Lines that a sine is made of.
const SINE_LINES: usize = 8;
/// The constant of a bend of 1: see [`Bend`](crate::dsp::bend::Bend).
const BEND: f32 = 6.0;

/// One cycle of a shape through points, from time 0 to 1; `None` for a random shape, whose cycles differ.
/// A sine is within 0.013 of the shape, every other one is exact.
pub fn cycle_points(shape: LfoShape) -> Option<Vec<CurvePoint>> {
    let straight = |points: &[(f32, f32)]| points.iter().map(|&at| point(at, 0.0)).collect();
    let pulse = |width: f32| straight(&[(0.0, 1.0), (width, 1.0), (width, -1.0), (1.0, -1.0)]);
    let fall = |bend: f32| vec![point((0.0, 1.0), 0.0), point((1.0, -1.0), bend)];
    Some(match shape {
        LfoShape::Sine => sine(),
        LfoShape::Triangle => straight(&[(0.0, 0.0), (0.25, 1.0), (0.75, -1.0), (1.0, 0.0)]),
        LfoShape::Saw => straight(&[(0.0, 1.0), (1.0, -1.0)]),
        LfoShape::Square => pulse(0.5),
        LfoShape::Pulse25 => pulse(0.25),
        LfoShape::Pulse10 => pulse(0.1),
        LfoShape::Exponential => fall(5.0 / BEND),
        LfoShape::Logarithmic => fall(-5.0 / BEND),
        LfoShape::Steps => steps(),
        LfoShape::Random | LfoShape::SmoothRandom | LfoShape::Drift => return None,
    })
}

fn point((time, level): (f32, f32), bend: f32) -> CurvePoint {
    CurvePoint { time, level, bend }
}

/// Bent lines that meet the sine at their ends and in their middles.
fn sine() -> Vec<CurvePoint> {
    let at = |time: f32| (std::f32::consts::TAU * time).sin();
    let time = |line: usize| line as f32 / SINE_LINES as f32;
    let points = (0..=SINE_LINES).map(|line| {
        let bend = line.checked_sub(1).map_or(0.0, |before| {
            let (from, to) = (at(time(before)), at(time(line)));
            let middle = (at(0.5 * (time(before) + time(line))) - from) / (to - from);
            2.0 * (middle / (1.0 - middle)).ln() / BEND
        });
        point((time(line), at(time(line))), bend)
    });
    points.collect()
}

fn steps() -> Vec<CurvePoint> {
    let count = STEPS as usize;
    let ends = (0..count).flat_map(|step| {
        let level = 2.0 * step as f32 / (count - 1) as f32 - 1.0;
        [step, step + 1].map(|edge| point((edge as f32 / count as f32, level), 0.0))
    });
    ends.collect()
}

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

/// Whether an LFO has a curve as its shape, also one that moves nothing.
fn is_chosen(number: usize, model: &EditorModel) -> bool {
    (1..=LFOS).any(|lfo| {
        let shape = model.plain(LfoParams::of(lfo).shape) as usize;
        lfo_curve(shape) == Some(number)
    })
}

/// The change that gives curve `curve` the shape that LFO `lfo` has, and lets the LFO follow the curve;
/// `None` if the shape is a curve already, or a random one.
pub fn draw_lfo(model: &EditorModel, lfo: usize, curve: usize) -> Option<CurveEdit> {
    let shape = LfoParams::of(lfo).shape;
    let place = model.plain(shape) as usize;
    if lfo_curve(place).is_some() {
        return None;
    }
    let points = cycle_points(LfoShape::from_index(place))?;
    let last = points.len();
    let edited = EditedCurve::shown(curve, model);
    let mut edit = edited.through(points, (1, last), format!("Draw LFO {lfo}"));
    edit.values
        .push((shape, (LfoShape::COUNT + curve - 1) as f32));
    Some(edit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::curve::Curve;

    #[test]
    fn the_points_of_a_shape_go_where_the_shape_goes() {
        for place in 0..LfoShape::COUNT {
            let shape = LfoShape::from_index(place);
            let Some(points) = cycle_points(shape) else {
                assert!(place >= 4, "{shape:?}");
                continue;
            };
            let within = if shape == LfoShape::Sine { 0.013 } else { 2e-5 };
            let curve = Curve::new(&points);
            assert_eq!(curve.length(), 1.0);
            for step in 0..1_000 {
                // Beside the jumps, which are at whole hundredths and eighths.
                let time = (step as f32 + 0.37) / 1_000.0;
                let error = curve.level(time) - shape.value(f64::from(time), 0) as f32;
                assert!(error.abs() < within, "{shape:?} {time}: {error}");
            }
        }
    }
}
