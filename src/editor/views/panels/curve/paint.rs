//! How a curve is drawn.

use egui::{Color32, Painter, Pos2, Rect, Response, Shape, Stroke, Ui, pos2};

use super::axes::{Axes, LEVEL_STEP};
use super::line;
use crate::editor::context::ViewContext;
use crate::editor::model::curves::EditedCurve;
use crate::editor::model::idle;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::uncovered;
use crate::synth::Values;
use crate::synth::display::CurveMode;
use crate::synth::parameter::{CURVES, CurveParams, LFO_DIVISIONS_BEATS};

/// How many partials of a fan are drawn, with the first.
const TRACES: usize = 9;
/// Beats a second where the fan's delay is drawn over beats: the window does not know the host's tempo.
const BEATS_PER_S: f32 = 2.0;

/// Length of the arms of a bracket, points.
const ARM: f32 = 5.0;

/// What is drawn.
pub struct Painted<'a> {
    /// The curve's number.
    pub number: usize,
    pub curve: &'a EditedCurve,
    pub axes: &'a Axes,
    pub mode: CurveMode,
    /// Whether nothing uses it.
    pub is_idle: bool,
    /// The line that stands out, by the point that it leads to.
    pub line: Option<usize>,
}

/// Draws all but the handles.
pub fn drawing(ui: &Ui, context: &ViewContext, rect: Rect, painted: &Painted) {
    let theme = theme::current(ui);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, theme::RADIUS, theme.well);
    let color = color(theme, painted.is_idle);
    release(&painter, painted, color);
    grid(&painter, painted.axes, theme);
    others(&painter, context, painted, theme);
    fan(&painter, context.controls.values(), painted, color);
    let Painted { curve, axes, .. } = painted;
    let ends = [curve.point(1), curve.point(curve.count())].map(|point| axes.at(point));
    let rest = Stroke::new(1.0, color.gamma_multiply(0.4));
    painter.hline(rect.left()..=ends[0].x, ends[0].y, rest);
    painter.hline(ends[1].x..=rect.right(), ends[1].y, rest);
    for number in 2..=curve.count() {
        let width = if painted.line == Some(number) {
            2.5
        } else {
            1.5
        };
        let points = line::leading_to(curve, axes, number);
        painter.add(Shape::line(points, Stroke::new(width, color)));
    }
    if matches!(painted.mode, CurveMode::HeldLoop | CurveMode::Loop) {
        let (start, end) = curve.loop_points();
        let x = |number: usize| axes.x(curve.point(number).time);
        if x(end) > x(start) {
            let stroke = Stroke::new(1.5, color);
            painter.hline(x(start)..=x(end), axes.foot().center().y, stroke);
        }
    }
    voices(&painter, context, painted, theme);
}

fn color(theme: &Theme, is_idle: bool) -> Color32 {
    if is_idle {
        theme.weak_text
    } else {
        theme.accent
    }
}

/// What is played after the release has a surface of its own.
fn release(painter: &Painter, painted: &Painted, color: Color32) {
    if painted.mode != CurveMode::HeldLoop {
        return;
    }
    let Painted { curve, axes, .. } = painted;
    let (_, end) = curve.loop_points();
    let (from, to) = (axes.x(curve.point(end).time), axes.x(curve.length()));
    if to > from {
        let plot = axes.plot();
        let surface = Rect::from_x_y_ranges(from..=to, plot.y_range());
        painter.rect_filled(surface, 0.0, color.gamma_multiply(0.1));
    }
}

/// The other curves that are in use, over the same time axis.
fn others(painter: &Painter, context: &ViewContext, painted: &Painted, theme: &Theme) {
    let values = context.controls.values();
    let others = (1..=CURVES)
        .filter(|&number| number != painted.number && !idle::is_curve_idle(number, values));
    for number in others {
        let curve = EditedCurve::shown(number, context.model);
        for number in 2..=curve.count() {
            let points = line::leading_to(&curve, painted.axes, number);
            painter.add(Shape::line(points, Stroke::new(1.0, theme.line)));
        }
    }
}

/// Where each voice is in the curve.
fn voices(painter: &Painter, context: &ViewContext, painted: &Painted, theme: &Theme) {
    if painted.is_idle {
        return;
    }
    let curve = painted.curve.curve();
    let dots = context.live.snapshot().sources().map(|voice| {
        let time = voice.curve_times[painted.number - 1];
        let at = pos2(painted.axes.x(time), painted.axes.y(curve.level(time)));
        (usize::from(voice.slot), at)
    });
    for (slot, at) in uncovered(dots) {
        painter.circle_filled(at, 3.5, theme.voice(slot));
        painter.circle_stroke(at, 3.5, Stroke::new(1.0, theme.well));
    }
}

/// A line at every second step of the grid.
fn grid(painter: &Painter, axes: &Axes, theme: &Theme) {
    let plot = axes.plot();
    let stroke = Stroke::new(1.0, theme.grid);
    let step = 2.0 * axes.time_step();
    for place in 0..=(axes.span() / step) as usize {
        painter.vline(axes.x(place as f32 * step), plot.y_range(), stroke);
    }
    let step = 2.0 * LEVEL_STEP;
    let most = (1.0 / step) as i32;
    for place in -most..=most {
        painter.hline(plot.x_range(), axes.y(place as f32 * step), stroke);
    }
    let zero = Stroke::new(1.0, theme.line);
    painter.hline(plot.x_range(), axes.y(0.0), zero);
}

/// The curve as partials play it that stand apart in its fan, up to the last.
fn fan(painter: &Painter, values: &Values, painted: &Painted, color: Color32) {
    let params = CurveParams::of(painted.number);
    let (delay_s, octaves) = (values.get(params.fan_delay), values.get(params.fan_time));
    if painted.mode.is_map() || (delay_s == 0.0 && octaves == 0.0) {
        return;
    }
    let delay = delay_s / unit_s(values, &params).max(1e-6);
    let (axes, curve) = (painted.axes, painted.curve.curve());
    let plot = axes.plot();
    let pieces = plot.width().max(2.0) as usize;
    for trace in 1..TRACES {
        let place = trace as f32 / (TRACES - 1) as f32;
        let pace = (-octaves * place).exp2();
        let points: Vec<Pos2> = (0..=pieces)
            .map(|piece| {
                let x = plot.left() + piece as f32 / pieces as f32 * plot.width();
                let time = (axes.time(x) - delay * place).max(0.0) * pace;
                pos2(x, axes.y(curve.level(time)))
            })
            .collect();
        // The further from the first, the weaker.
        let stroke = Stroke::new(1.0, color.gamma_multiply(0.6 - 0.4 * place));
        painter.add(Shape::line(points, stroke));
    }
}

/// How long 1 on the time axis lasts, in seconds.
fn unit_s(values: &Values, params: &CurveParams) -> f32 {
    if !values.is_on(params.sync) {
        return values.get(params.time);
    }
    let division = values
        .index(params.division)
        .min(LFO_DIVISIONS_BEATS.len() - 1);
    LFO_DIVISIONS_BEATS[division] as f32 / BEATS_PER_S
}

/// Draws the handle of a point.
pub fn point(
    ui: &Ui,
    context: &ViewContext,
    number: usize,
    at: Pos2,
    response: &Response,
    is_held: bool,
) {
    let theme = theme::current(ui);
    let painter = ui.painter();
    let is_idle = idle::is_curve_idle(number, context.controls.values());
    let is_active = is_held || response.hovered();
    let radius = if is_active { 5.0 } else { 3.5 };
    let fill = match (is_active, is_idle) {
        (true, _) => theme.focus,
        (false, true) => theme.weak_text,
        (false, false) => theme.text,
    };
    painter.circle_filled(at, radius, fill);
    painter.circle_stroke(at, radius, Stroke::new(1.0, theme.well));
    if response.has_focus() {
        painter.circle_stroke(at, 6.5, Stroke::new(1.5, theme.focus));
    }
}

/// Draws an end of the loop: the half of a bracket, within its place.
pub fn loop_end(ui: &Ui, place: Rect, is_left: bool, response: &Response) {
    let theme = theme::current(ui);
    let inner = place.shrink(1.5);
    let (arm, tip) = match is_left {
        true => (inner.right() - ARM, inner.right()),
        false => (inner.left() + ARM, inner.left()),
    };
    let is_active = response.hovered() || response.dragged();
    let color = if is_active { theme.focus } else { theme.text };
    let bracket = vec![
        pos2(arm, inner.top() + 1.0),
        pos2(tip, inner.top() + 1.0),
        pos2(tip, inner.bottom() - 1.0),
        pos2(arm, inner.bottom() - 1.0),
    ];
    ui.painter()
        .add(Shape::line(bracket, Stroke::new(1.5, color)));
    if response.has_focus() {
        theme::edge(ui.painter(), place, 1.5, theme.focus);
    }
}
