//! What each partial gets from a source of modulation, as a line over the partials while the source or
//! its fan is touched.

use egui::{Align2, Painter, Pos2, Shape, Stroke, pos2, vec2};

use super::canvas::Canvas;
use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::axis::Measure;
use crate::editor::theme::{self, Theme};
use crate::synth::display::fan_values;
use crate::synth::parameter::EDITABLE_PARTIALS;

/// The part of the view's height between the least value and the greatest.
const PART: f32 = 0.7;
/// Partials that stand further apart than this have a dot each, points.
const APART: f32 = 5.0;

/// Draws the source that is touched.
pub fn paint(painter: &Painter, canvas: &Canvas, context: &ViewContext, theme: &Theme) {
    let Some(source) = context.controls.touched() else {
        return;
    };
    let patch = context.model.params().patch();
    let fan = context.live.snapshot().fan.as_ref();
    let values = fan_values(&patch, fan, source.place());
    let is_bipolar = source.is_bipolar(context.controls.values());
    let points = points(canvas, is_bipolar, &values);
    let (least, most) = (height(canvas, 0.0), height(canvas, 1.0));
    let middle = if is_bipolar {
        height(canvas, 0.5)
    } else {
        least
    };
    let faint = Stroke::new(1.0, theme.modulator.gamma_multiply(0.4));
    painter.hline(canvas.plot.x_range(), middle, faint);
    let is_apart = |pair: &[Pos2]| pair[1].x - pair[0].x >= APART;
    let dots = points.windows(2).take_while(|pair| is_apart(pair)).count();
    for point in points.iter().take(dots + 1) {
        painter.circle_filled(*point, 2.5, theme.modulator);
    }
    painter.add(Shape::line(points, Stroke::new(2.0, theme.modulator)));
    // Written outside of the way of the line.
    painter.text(
        pos2(canvas.plot.right(), most) + vec2(-theme::GAP, -theme::GRID),
        Align2::RIGHT_BOTTOM,
        format!("{} at each partial", source.name()),
        theme::strong(theme::SMALL),
        theme.modulator,
    );
}

/// The height of a part of the way from the least value to the greatest.
fn height(canvas: &Canvas, part: f32) -> f32 {
    canvas.plot.center().y + (0.5 - part) * PART * canvas.plot.height()
}

/// The line, from the left to the right.
fn points(canvas: &Canvas, is_bipolar: bool, values: &[f32]) -> Vec<Pos2> {
    let room = canvas.extent();
    let place = |n: usize| {
        let value = match canvas.axis.measure() {
            Measure::Number => n as f32,
            _ if n <= EDITABLE_PARTIALS => canvas.reference.bar_hz(n),
            _ => canvas.reference.hz(n as f32),
        };
        canvas.axis.x(value, room)
    };
    let mut points: Vec<Pos2> = (1..)
        .zip(values)
        .map(|(n, value)| {
            let part = if is_bipolar {
                0.5 + 0.5 * value
            } else {
                *value
            };
            pos2(place(n), height(canvas, part.clamp(0.0, 1.0)))
        })
        .collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
}
