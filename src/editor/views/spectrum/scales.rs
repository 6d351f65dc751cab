//! The ground of the view and its scales.

use egui::{Align2, Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::canvas::{Canvas, height_in, live_height_in};
use crate::editor::model::spectrum::axis::{Mark, Measure};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::value_text::with_minus;
use crate::editor::theme::{self, Theme, small_text};
use crate::editor::widgets::kept;

/// Draws the ground, and the lines and names of all scales.
pub fn show(ui: &Ui, canvas: &Canvas) {
    let id = ui.scope_id().with("scales");
    let upright = UprightScales {
        plot: canvas.plot,
        waterfall: canvas.waterfall,
        layer: canvas.layer,
        has_heard_levels: canvas.has_heard_levels(),
    };
    kept(ui, id.with("upright"), upright, paint_upright);
    let is_by_number = canvas.axis.measure() == Measure::Number;
    let (marks, notes) = canvas.axis.marks(canvas.extent(), canvas.note_names);
    let axis = AxisScale {
        plot: canvas.plot,
        names: canvas.names,
        bars_of: (!is_by_number).then(|| canvas.reference.note().to_owned()),
        marks,
        notes,
    };
    kept(ui, id.with("axis"), axis, paint_axis);
}

/// The ground, and the scales to its left and right.
#[derive(PartialEq)]
struct UprightScales {
    plot: Rect,
    waterfall: Option<Rect>,
    layer: Layer,
    /// Whether bars stand for the levels that are heard.
    has_heard_levels: bool,
}

fn paint_upright(painter: &Painter, theme: &Theme, scales: &UprightScales) {
    let ground = match scales.waterfall {
        Some(waterfall) => scales.plot.union(waterfall),
        None => scales.plot,
    };
    painter.rect_filled(ground, theme::RADIUS, theme.well);
    if theme.outlines() {
        let stroke = Stroke::new(1.0, theme.line);
        painter.rect_stroke(ground, theme::RADIUS, stroke, StrokeKind::Outside);
    }
    bar_scale(painter, scales, theme);
    live_scale(painter, scales.plot, theme);
}

/// Heights of marks, from the lowest to the highest, and whether there is room for the text of each,
/// which stays within the plot: its height, if so.
fn mark_heights(
    plot: Rect,
    heights: impl Iterator<Item = f32>,
) -> impl Iterator<Item = (f32, Option<f32>)> {
    let mut free_from = f32::INFINITY;
    let within = (plot.top() + 5.0, plot.bottom() - 5.0);
    heights.map(move |y| {
        let inner = y.clamp(within.0, within.1);
        let has_room = free_from - inner >= 12.0;
        if has_room {
            free_from = inner;
        }
        (y, has_room.then_some(inner))
    })
}

/// The scale of the bars, on the left.
fn bar_scale(painter: &Painter, scales: &UprightScales, theme: &Theme) {
    let UprightScales { plot, layer, .. } = *scales;
    let mut marks: Vec<f32> = if scales.has_heard_levels {
        live_marks().collect()
    } else {
        layer.marks().to_vec()
    };
    marks.sort_by(f32::total_cmp);
    let height = |mark: f32| {
        if scales.has_heard_levels {
            live_height_in(plot, mark)
        } else {
            height_in(plot, layer.height_of(mark))
        }
    };
    let heights = marks.iter().map(|&mark| height(mark));
    for ((y, text_y), &mark) in mark_heights(plot, heights).zip(&marks) {
        let color = if mark == 0.0 { theme.line } else { theme.grid };
        painter.hline(plot.x_range(), y, Stroke::new(1.0, color));
        if let Some(text_y) = text_y {
            let at = pos2(plot.left() - 6.0, text_y);
            let text = if scales.has_heard_levels {
                live_mark_text(mark)
            } else {
                layer.mark_text(mark)
            };
            small_text(painter, at, Align2::RIGHT_CENTER, text, theme.accent_text);
        }
    }
}

/// Levels that are marked, dB of full scale, the lowest first.
fn live_marks() -> impl Iterator<Item = f32> + Clone {
    (0..=8).rev().map(|place| -12.0 * place as f32)
}

fn live_mark_text(db: f32) -> String {
    with_minus(&format!("{db:.0}")).replace("−0", "0")
}

/// The scale of what sounds, on the right.
fn live_scale(painter: &Painter, plot: Rect, theme: &Theme) {
    let marks = live_marks();
    let heights = marks.clone().map(|db| live_height_in(plot, db));
    for ((_, text_y), db) in mark_heights(plot, heights).zip(marks) {
        if let Some(text_y) = text_y {
            let at = pos2(plot.right() + 6.0, text_y);
            let text = live_mark_text(db);
            small_text(painter, at, Align2::LEFT_CENTER, text, theme.weak_text);
        }
    }
}

/// The axis, below.
#[derive(PartialEq)]
struct AxisScale {
    plot: Rect,
    /// Where the names stand.
    names: Rect,
    /// The note at whose partials the bars stand; `None` where they stand by number.
    bars_of: Option<String>,
    /// What is measured along the axis.
    marks: Vec<Mark>,
    notes: Vec<Mark>,
}

fn paint_axis(painter: &Painter, theme: &Theme, axis: &AxisScale) {
    if let Some(note) = &axis.bars_of {
        let at = axis.names.left_top() + vec2(-6.0, 2.0);
        let text = format!("Bars {note}");
        small_text(painter, at, Align2::RIGHT_TOP, text, theme.accent_text);
        let stroke = Stroke::new(1.0, theme.grid);
        for mark in &axis.marks {
            painter.vline(mark.x, axis.plot.y_range(), stroke);
        }
    }
    let rows = [
        (0.0, &axis.marks, theme.weak_text),
        (1.0, &axis.notes, theme.text),
    ];
    for (row, marks, color) in rows {
        for mark in marks {
            let at = pos2(mark.x, axis.names.top() + 2.0 + 14.0 * row);
            small_text(painter, at, Align2::CENTER_TOP, &mark.text, color);
        }
    }
}
