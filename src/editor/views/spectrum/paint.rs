//! How the view looks: what comes out, what sounds, bars.

use std::cmp::Ordering;

use egui::{
    Color32, CornerRadius, Mesh, Painter, Pos2, Rangef, Rect, Shape, Stroke, StrokeKind, Ui, Vec2,
    pos2, vec2,
};

use super::canvas::{Canvas, FLOOR_DB};
use super::columns::{Column, Columns};
use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::analyser::Analyser;
use crate::editor::model::spectrum::axis::Measure;
use crate::editor::model::spectrum::pitch::power_db;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::model::spectrum::view_state::Switches;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{self, kept_within};
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
        // Where nothing is heard, no voice is.
        if shown.voices && column.sum_db > FLOOR_DB {
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
    ui: &Ui,
    painter: &Painter,
    canvas: &Canvas,
    context: &ViewContext,
    (emphasis, heights): (&Emphasis, &[f32]),
) {
    let used = context.controls.values().index(Param::PARTIALS);
    let seen = canvas.plot.x_range().expand(20.0);
    let bar = |(n, &height): (usize, &f32)| {
        let middle = canvas.middle(n);
        seen.contains(middle).then(|| Bar {
            middle,
            width: canvas.bar_width(n),
            foot: canvas.bar_foot(n),
            head: canvas.height(height),
            moved: widgets::modulated(canvas.layer.param(n), context)
                .map(|moved| canvas.bar_head(n, moved)),
            is_dim: !(emphasis.selection.is_empty() || emphasis.selection.contains(n)),
            is_used: n <= used,
            is_pointed: emphasis.pointed == Some(n),
            is_cursor: emphasis.cursor == Some(n),
            is_chosen: emphasis.selection.contains(n),
        })
    };
    let bars = (1..=canvas.layer.count()).zip(heights);
    let bars: Vec<Bar> = bars.filter_map(bar).collect();
    let id = ui.scope_id().with("bars");
    kept_within(ui, painter, id, (canvas.plot, bars), paint_bars);
}

/// What is seen of a partial's bar.
#[derive(PartialEq)]
struct Bar {
    middle: f32,
    width: f32,
    /// Where it begins.
    foot: f32,
    /// Where it ends.
    head: f32,
    /// Where it ends as the host's modulation has moved it, if it has.
    moved: Option<f32>,
    /// Whether others are chosen.
    is_dim: bool,
    /// Whether any voice has the partial: else the bar changes nothing in the sound.
    is_used: bool,
    is_pointed: bool,
    /// Whether keys move it.
    is_cursor: bool,
    is_chosen: bool,
}

fn paint_bars(painter: &Painter, theme: &Theme, (plot, bars): &(Rect, Vec<Bar>)) {
    for bar in bars {
        paint_bar(painter, theme, *plot, bar);
    }
}

fn paint_bar(painter: &Painter, theme: &Theme, plot: Rect, bar: &Bar) {
    let Bar {
        middle,
        width,
        foot,
        head,
        ..
    } = *bar;
    let is_here = bar.is_pointed || bar.is_cursor;
    let color = if is_here { theme.focus } else { theme.accent };
    let strength = match (!bar.is_dim, bar.is_used) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 0.35,
        (false, false) => 0.2,
    };
    let x = middle - width / 2.0..=middle + width / 2.0;
    if bar.is_cursor {
        let column = Rect::from_x_y_ranges(x.clone(), plot.y_range());
        let column = column.expand2(vec2(1.5, 0.0));
        let faint = theme.focus.gamma_multiply(0.2);
        painter.rect_filled(column, CornerRadius::ZERO, faint);
    }
    let surface = Rect::from_x_y_ranges(x, foot.min(head)..=foot.max(head));
    let body = if is_here { 0.5 } else { 0.3 };
    painter.rect_filled(
        surface,
        CornerRadius::ZERO,
        color.gamma_multiply(body * strength),
    );
    // A bar of no height still has its head.
    let stroke = Stroke::new(2.5, color.gamma_multiply(strength));
    painter.hline(surface.x_range(), head, stroke);
    if let Some(moved) = bar.moved {
        let at = pos2(middle, moved);
        modulated_mark(painter, at, head, (width / 2.0).clamp(2.0, 4.0), theme);
    }
    if bar.is_chosen {
        let mark = Rect::from_x_y_ranges(surface.x_range(), plot.bottom() - 4.0..=plot.bottom());
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
