//! How the view looks: ground and scales, what comes out, what sounds, bars.

use std::cmp::Ordering;

use egui::{
    Align2, Color32, CornerRadius, Mesh, Painter, Pos2, Rangef, Rect, Shape, Stroke, StrokeKind,
    Vec2, pos2, vec2,
};

use super::canvas::{Canvas, FLOOR_DB};
use super::columns::{Column, Columns};
use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::analyser::Analyser;
use crate::editor::model::spectrum::axis::Measure;
use crate::editor::model::spectrum::pitch::power_db;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::model::spectrum::view_state::Switches;
use crate::editor::model::value_text::with_minus;
use crate::editor::theme::{self, Theme, small_text};
use crate::editor::widgets;
use crate::synth::Param;

/// A view lower than this has little room for text, points.
const LOW: f32 = 200.0;

/// What stands out among the bars.
#[derive(Clone, Copy, Debug)]
pub struct Emphasis {
    /// The chosen partials.
    pub selection: Selection,
    /// The one that the pointer is on.
    pub pointed: Option<usize>,
    /// The one that keys move, while the bars have the focus.
    pub cursor: Option<usize>,
}

/// A rectangle whose colour runs from its top to its bottom.
fn fade(mesh: &mut Mesh, rect: Rect, top: Color32, bottom: Color32) {
    let corners = [
        (rect.left_top(), top),
        (rect.right_top(), top),
        (rect.right_bottom(), bottom),
        (rect.left_bottom(), bottom),
    ];
    quadrangle(mesh, corners);
}

/// Four corners in their order around, each of its colour.
fn quadrangle(mesh: &mut Mesh, corners: [(Pos2, Color32); 4]) {
    let first = mesh.vertices.len() as u32;
    for (at, color) in corners {
        mesh.colored_vertex(at, color);
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

/// The ground, and the lines and names of all scales.
pub fn scales(painter: &Painter, canvas: &Canvas, theme: &Theme) {
    let ground = match canvas.waterfall {
        Some(waterfall) => canvas.plot.union(waterfall),
        None => canvas.plot,
    };
    painter.rect_filled(ground, theme::RADIUS, theme.well);
    if theme.outlines() {
        let stroke = Stroke::new(1.0, theme.line);
        painter.rect_stroke(ground, theme::RADIUS, stroke, StrokeKind::Outside);
    }
    bar_scale(painter, canvas, theme);
    live_scale(painter, canvas, theme);
    axis_scale(painter, canvas, theme);
}

/// Heights of marks, from the lowest to the highest, and whether there is room for the text of each,
/// which stays within the plot: its height, if so.
fn mark_heights(
    canvas: &Canvas,
    heights: impl Iterator<Item = f32>,
) -> impl Iterator<Item = (f32, Option<f32>)> {
    let mut free_from = f32::INFINITY;
    let within = (canvas.plot.top() + 5.0, canvas.plot.bottom() - 5.0);
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
fn bar_scale(painter: &Painter, canvas: &Canvas, theme: &Theme) {
    let mut marks: Vec<f32> = if canvas.has_heard_levels() {
        live_marks().collect()
    } else {
        canvas.layer.marks().to_vec()
    };
    marks.sort_by(f32::total_cmp);
    let height = |mark: f32| {
        if canvas.has_heard_levels() {
            canvas.live_height(mark)
        } else {
            canvas.height(canvas.layer.height_of(mark))
        }
    };
    let heights = marks.iter().map(|&mark| height(mark));
    for ((y, text_y), &mark) in mark_heights(canvas, heights).zip(&marks) {
        let color = if mark == 0.0 { theme.line } else { theme.grid };
        painter.hline(canvas.plot.x_range(), y, Stroke::new(1.0, color));
        if let Some(text_y) = text_y {
            let at = pos2(canvas.plot.left() - 6.0, text_y);
            let text = if canvas.has_heard_levels() {
                live_mark_text(mark)
            } else {
                canvas.layer.mark_text(mark)
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
fn live_scale(painter: &Painter, canvas: &Canvas, theme: &Theme) {
    let marks = live_marks();
    let heights = marks.clone().map(|db| canvas.live_height(db));
    for ((_, text_y), db) in mark_heights(canvas, heights).zip(marks) {
        if let Some(text_y) = text_y {
            let at = pos2(canvas.plot.right() + 6.0, text_y);
            small_text(
                painter,
                at,
                Align2::LEFT_CENTER,
                live_mark_text(db),
                theme.weak_text,
            );
        }
    }
}

/// The axis, below, and whose partials the bars stand at.
fn axis_scale(painter: &Painter, canvas: &Canvas, theme: &Theme) {
    let is_by_number = canvas.axis.measure() == Measure::Number;
    if !is_by_number {
        let at = canvas.names.left_top() + vec2(-6.0, 2.0);
        let text = format!("Bars {}", canvas.reference.note());
        small_text(painter, at, Align2::RIGHT_TOP, text, theme.accent_text);
    }
    let (names, notes) = canvas.axis.marks(canvas.extent(), canvas.note_names);
    if !is_by_number {
        let stroke = Stroke::new(1.0, theme.grid);
        for mark in &names {
            painter.vline(mark.x, canvas.plot.y_range(), stroke);
        }
    }
    for (row, marks, color) in [(0.0, names, theme.weak_text), (1.0, notes, theme.text)] {
        for mark in marks {
            let at = pos2(mark.x, canvas.names.top() + 2.0 + 14.0 * row);
            small_text(painter, at, Align2::CENTER_TOP, mark.text, color);
        }
    }
}

/// What comes out, as a surface.
pub fn output(
    painter: &Painter,
    canvas: &Canvas,
    analyser: &Analyser,
    rate_hz: f64,
    theme: &Theme,
) {
    let room = canvas.extent();
    let top = |x: f32| {
        let power = analyser.power(canvas.hz(x - 0.5), canvas.hz(x + 0.5), rate_hz);
        canvas.live_height(power_db(power))
    };
    let points: Vec<Pos2> = (0..=room.length() as usize)
        .map(|place| room.min + place as f32)
        .map(|x| pos2(x, top(x)))
        .collect();
    let mut mesh = Mesh::default();
    let (above, below) = (
        theme.output.gamma_multiply(0.55),
        theme.output.gamma_multiply(0.12),
    );
    for pair in points.windows(2) {
        let corners = [
            (pair[0], above),
            (pair[1], above),
            (pos2(pair[1].x, canvas.plot.bottom()), below),
            (pos2(pair[0].x, canvas.plot.bottom()), below),
        ];
        quadrangle(&mut mesh, corners);
    }
    painter.add(mesh);
    painter.line(points, Stroke::new(1.0, theme.output));
}

/// What sounds: a line for each voice and partial, the sum of all voices above it.
pub fn sounding(
    painter: &Painter,
    canvas: &Canvas,
    columns: &Columns,
    shown: &Switches,
    theme: &Theme,
) {
    let is_by_number = canvas.axis.measure() == Measure::Number;
    let width = if is_by_number {
        canvas.bar_width(1)
    } else {
        1.5
    };
    let pixel = 1.0 / painter.ctx().pixels_per_point();
    let bottom = canvas.plot.bottom();
    let mut mesh = Mesh::default();
    let mut heads = Mesh::default();
    for (x, column) in columns.each(canvas) {
        let sum_y = canvas.live_height(column.sum_db);
        if shown.sum && column.sum_db > FLOOR_DB {
            let body =
                Rect::from_min_max(pos2(x - width / 2.0, sum_y), pos2(x + width / 2.0, bottom));
            let (above, below) = if is_by_number {
                (
                    theme.live.gamma_multiply(0.22),
                    theme.live.gamma_multiply(0.08),
                )
            } else {
                (
                    theme.live.gamma_multiply(0.85),
                    theme.live.gamma_multiply(0.15),
                )
            };
            fade(&mut mesh, body, above, below);
            let head_width = if is_by_number { width } else { 2.5 };
            let head = Rect::from_center_size(pos2(x, sum_y), vec2(head_width, 2.0));
            fade(&mut heads, head, theme.live, theme.live);
        }
        if shown.voices {
            voices(&mut mesh, (x, width), canvas, column, pixel, theme);
        }
        if shown.peaks && column.peak_db > FLOOR_DB && column.peak_db > column.sum_db + 0.2 {
            let y = canvas.live_height(column.peak_db);
            let peak = Rect::from_center_size(pos2(x, y), vec2(width.max(3.0), 1.0));
            let color = theme.live.gamma_multiply(0.7);
            fade(&mut heads, peak, color, color);
        }
    }
    painter.add(mesh);
    painter.add(heads);
}

/// What would sound: the partials of a note that nothing has moved yet.
pub fn at_rest(painter: &Painter, canvas: &Canvas, columns: &Columns, theme: &Theme) {
    let is_by_number = canvas.axis.measure() == Measure::Number;
    let width = if is_by_number {
        canvas.bar_width(1)
    } else {
        1.5
    };
    let mut mesh = Mesh::default();
    let heard = columns.each(canvas);
    for (x, column) in heard.filter(|(_, column)| column.sum_db > FLOOR_DB) {
        let y = canvas.live_height(column.sum_db);
        let body =
            Rect::from_x_y_ranges(x - width / 2.0..=x + width / 2.0, y..=canvas.plot.bottom());
        let color = theme.live.gamma_multiply(0.16);
        fade(&mut mesh, body, color, theme.live.gamma_multiply(0.05));
        let head = body.with_max_y(y + 1.5);
        let color = theme.live.gamma_multiply(0.45);
        fade(&mut mesh, head, color, color);
    }
    painter.add(mesh);
}

/// A line for each tint that is heard in a column, whose middle is at `x`; none is narrower than a
/// pixel.
fn voices(
    mesh: &mut Mesh,
    (x, width): (f32, f32),
    canvas: &Canvas,
    column: &Column,
    pixel: f32,
    theme: &Theme,
) {
    let is_heard = |db: f32| db > FLOOR_DB;
    let count = column.tints_db.iter().filter(|&&db| is_heard(db)).count() as f32;
    let tints = column.tints_db.iter().copied().enumerate();
    for (place, (tint, db)) in tints.filter(|(_, db)| is_heard(*db)).enumerate() {
        // By number all voices stand in one column, side by side.
        let (x, line) = if canvas.axis.measure() == Measure::Number {
            let each = width / count;
            let x = x - width / 2.0 + (place as f32 + 0.5) * each;
            (x, (each * 0.6).clamp(pixel, 2.0))
        } else {
            (x, 1.5)
        };
        let color = theme.voice(tint);
        let top = canvas.live_height(db);
        let bottom = canvas.plot.bottom();
        let body = Rect::from_min_max(pos2(x - line / 2.0, top), pos2(x + line / 2.0, bottom));
        fade(mesh, body, color, color.gamma_multiply(0.25));
    }
}

/// The bars, with their heads at these parts of the plot's height.
pub fn bars(
    painter: &Painter,
    canvas: &Canvas,
    context: &ViewContext,
    (emphasis, heights): (&Emphasis, &[f32]),
    theme: &Theme,
) {
    for (n, &height) in (1..=canvas.layer.count()).zip(heights) {
        let middle = canvas.middle(n);
        if canvas.plot.x_range().expand(20.0).contains(middle) {
            let head = canvas.height(height);
            bar(painter, canvas, context, emphasis, (n, head), theme);
        }
    }
}

/// The bar of partial `n`, with its head at the height `to`.
fn bar(
    painter: &Painter,
    canvas: &Canvas,
    context: &ViewContext,
    emphasis: &Emphasis,
    (n, to): (usize, f32),
    theme: &Theme,
) {
    let param = canvas.layer.param(n);
    let from = canvas.bar_foot(n);
    let (middle, width) = (canvas.middle(n), canvas.bar_width(n));
    let is_chosen = emphasis.selection.is_empty() || emphasis.selection.contains(n);
    let is_here = emphasis.pointed == Some(n) || emphasis.cursor == Some(n);
    let color = if is_here { theme.focus } else { theme.accent };
    // A bar whose partial no voice has changes nothing in the sound.
    let is_used = n <= context.controls.values().index(Param::PARTIALS);
    let strength = match (is_chosen, is_used) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 0.35,
        (false, false) => 0.2,
    };
    let x = middle - width / 2.0..=middle + width / 2.0;
    if emphasis.cursor == Some(n) {
        let column = Rect::from_x_y_ranges(x.clone(), canvas.plot.y_range());
        let column = column.expand2(vec2(1.5, 0.0));
        let faint = theme.focus.gamma_multiply(0.2);
        painter.rect_filled(column, CornerRadius::ZERO, faint);
    }
    let bar = Rect::from_x_y_ranges(x, from.min(to)..=from.max(to));
    let body = if is_here { 0.5 } else { 0.3 };
    painter.rect_filled(
        bar,
        CornerRadius::ZERO,
        color.gamma_multiply(body * strength),
    );
    // A bar of no height still has its head.
    let head = Stroke::new(2.5, color.gamma_multiply(strength));
    painter.hline(bar.x_range(), to, head);
    if let Some(moved) = widgets::modulated(param, context) {
        let at = pos2(middle, canvas.bar_head(n, moved));
        modulated_mark(painter, at, to, (width / 2.0).clamp(2.0, 4.0), theme);
    }
    if emphasis.selection.contains(n) {
        let mark = Rect::from_x_y_ranges(
            bar.x_range(),
            canvas.plot.bottom() - 4.0..=canvas.plot.bottom(),
        );
        painter.rect_filled(mark, CornerRadius::ZERO, theme.text);
    }
}

/// A diamond where the host's modulation has moved a bar, and a line from the bar's head at `head`.
fn modulated_mark(painter: &Painter, at: Pos2, head: f32, half: f32, theme: &Theme) {
    let corners = [Vec2::UP, Vec2::RIGHT, Vec2::DOWN, Vec2::LEFT];
    let diamond = corners.map(|corner| at + half * corner).to_vec();
    let stroke = Stroke::new(1.0, theme.modulated);
    painter.vline(at.x, Rangef::new(at.y.min(head), at.y.max(head)), stroke);
    painter.add(Shape::convex_polygon(
        diamond,
        theme.modulated,
        Stroke::NONE,
    ));
}

/// Lines of text on a ground of their own, in an upper corner: the one whose half has the fewer of
/// these places along the axis, or else is farther from the first of them. In a low view they are
/// fewer and smaller.
pub fn card(
    painter: &Painter,
    canvas: &Canvas,
    mut lines: Vec<String>,
    places: &[f32],
    theme: &Theme,
) {
    let is_low = canvas.plot.height() < LOW;
    if is_low && lines.len() > 1 {
        let second = lines.remove(1);
        lines[0] = format!("{}   {second}", lines[0]);
    }
    let size = if is_low { theme::SMALL } else { theme::BODY };
    let fonts = [theme::strong(size), theme::font(size)];
    let galleys: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(row, line)| {
            let color = if row == 0 {
                theme.text
            } else {
                theme.weak_text
            };
            painter.layout_no_wrap(line.clone(), fonts[row.min(1)].clone(), color)
        })
        .collect();
    let width = galleys
        .iter()
        .map(|galley| galley.size().x)
        .fold(0.0, f32::max);
    let height: f32 = galleys.iter().map(|galley| galley.size().y).sum();
    let size = vec2(width, height) + vec2(2.0 * theme::GAP, 2.0 * theme::GRID);
    let is_right = is_right_free(places, canvas.plot.center().x);
    let left = if is_right {
        canvas.plot.right() - size.x - theme::GAP
    } else {
        canvas.plot.left() + theme::GAP
    };
    let rect = Rect::from_min_size(pos2(left, canvas.plot.top() + theme::GAP), size);
    painter.rect_filled(rect, theme::RADIUS, theme.panel.gamma_multiply(0.92));
    theme::edge(painter, rect, 1.0, theme.line);
    let mut at = rect.min + vec2(theme::GAP, theme::GRID);
    for galley in galleys {
        let step = galley.size().y;
        painter.galley(at, galley, theme.text);
        at.y += step;
    }
}

/// Whether the right half has the fewer of these places, or as many and not the first of them.
fn is_right_free(places: &[f32], middle: f32) -> bool {
    let right = places.iter().filter(|place| **place >= middle).count();
    let left = places.len() - right;
    match right.cmp(&left) {
        Ordering::Equal => places.first().is_none_or(|first| *first < middle),
        order => order == Ordering::Less,
    }
}

/// A note about what is shown, in the lower corner.
pub fn note(painter: &Painter, canvas: &Canvas, text: String, theme: &Theme) {
    let at = canvas.plot.left_bottom() + vec2(theme::GAP, -theme::GAP);
    let font = theme::font(theme::SMALL);
    let galley = painter.layout_no_wrap(text, font, theme.warning);
    let rect = Rect::from_min_size(at - vec2(0.0, galley.size().y), galley.size());
    painter.rect_filled(rect.expand(3.0), theme::RADIUS, theme.well);
    painter.galley(rect.min, galley, theme.warning);
}

/// The rectangle that is being drawn around bars to choose them.
pub fn lasso(painter: &Painter, rect: Rect, theme: &Theme) {
    painter.rect_filled(rect, CornerRadius::ZERO, theme.text.gamma_multiply(0.08));
    let stroke = Stroke::new(1.0, theme.text);
    painter.rect_stroke(rect, CornerRadius::ZERO, stroke, StrokeKind::Inside);
}

/// Shows that the view has the keyboard's focus.
pub fn focus(painter: &Painter, canvas: &Canvas, theme: &Theme) {
    let rect = canvas.plot.expand(1.0);
    let stroke = Stroke::new(1.5, theme.focus);
    painter.rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Outside);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_stands_where_neither_pointer_nor_cursor_is() {
        for (places, is_right) in [
            (&[][..], true),
            (&[10.0], true),
            (&[90.0], false),
            (&[10.0, 20.0], true),
            (&[90.0, 80.0], false),
            // Both halves are taken: away from the first.
            (&[10.0, 90.0], true),
            (&[90.0, 10.0], false),
        ] {
            assert_eq!(is_right_free(places, 50.0), is_right, "{places:?}");
        }
    }
}
