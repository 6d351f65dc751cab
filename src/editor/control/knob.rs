//! A knob: an arc from the default or zero to the value, with the name and the value below.

use std::f32::consts::{FRAC_PI_2, PI};

use egui::{Color32, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::super::desk::Desk;
use super::super::theme::{self, Theme};
use super::{Entry, Shown, allocate, controller_mark, describe, entry, interact, label, outline, tell};
use crate::synth::Param;

/// A knob with its name and value, points.
pub const KNOB_CELL: Vec2 = vec2(62.0, 60.0);
/// Points.
const RADIUS: f32 = 13.0;
/// Width of the arc, points.
const ARC: f32 = 3.0;
/// A line of text below, points.
const LINE: f32 = 14.0;
/// From straight down to either end of the way, radians.
const REST: f32 = 0.25 * PI;

/// Shows a knob under a name that its surroundings make clear.
pub fn knob(ui: &mut Ui, desk: &mut Desk, param: Param, name: &str) {
    let (rect, response) = allocate(ui, KNOB_CELL);
    interact(ui, desk, param, &response);
    let shown = Shown::of(param, desk);
    describe(ui, &response, param, &shown);
    tell(desk, &response, param, &shown);
    if !ui.is_rect_visible(rect) {
        return;
    }
    let theme = theme::current(ui);
    let center = pos2(rect.center().x, rect.top() + RADIUS + ARC + 1.0);
    let is_lively = response.hovered() || response.dragged();
    dial(ui, center, param, &shown, is_lively, theme);

    let line = |bottom: f32| {
        Rect::from_min_max(
            pos2(rect.left() + 1.0, rect.bottom() - bottom - LINE),
            pos2(rect.right() - 1.0, rect.bottom() - bottom),
        )
    };
    let value = line(0.0);
    label(ui, line(LINE - 1.0), name, theme.weak_text);
    if !entry::show(ui, desk, param, value, response.id) {
        // Clicked, not focused: the knob itself is what the keyboard reaches.
        let on_value = ui.interact(value, response.id.with("value"), Sense::CLICK);
        if on_value.hovered() {
            tell(desk, &on_value, param, &shown);
        }
        if on_value.clicked() {
            desk.controls.entry = Some(Entry::new(param, desk.edits));
        }
        let color = if on_value.hovered() {
            theme.accent_text
        } else {
            theme.text
        };
        label(ui, value, &shown.text, color);
    }
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

fn dial(ui: &Ui, center: Pos2, param: Param, shown: &Shown, is_lively: bool, theme: &Theme) {
    let painter = ui.painter();
    let range = param.range();
    // A range about zero fills from its zero.
    let (min, max) = range.ends();
    let from = if min < 0.0 && max > 0.0 {
        range.normalized(0.0)
    } else {
        0.0
    };
    let arc = |from: f32, to: f32, radius: f32, stroke: Stroke| {
        painter.add(Shape::line(arc_points(center, radius, from, to), stroke));
    };
    let track = if theme.outlines() { theme.grid } else { theme.raised };
    arc(0.0, 1.0, RADIUS, Stroke::new(ARC, track));
    let value = shown.normalized;
    if (value - from).abs() > 1e-3 {
        arc(from, value, RADIUS, Stroke::new(ARC, theme.accent));
    }
    let cap = if is_lively { theme.hovered } else { theme.raised };
    painter.circle_filled(center, RADIUS - ARC - 1.0, cap);
    if theme.outlines() {
        painter.circle_stroke(center, RADIUS - ARC - 1.0, Stroke::new(1.0, theme.line));
    }
    let hand = direction(value);
    let pointer: Color32 = theme.text;
    painter.line_segment(
        [center + 3.0 * hand, center + (RADIUS - ARC - 1.5) * hand],
        Stroke::new(2.0, pointer),
    );
    if let Some(modulated) = shown.modulated {
        // A ring of its own with a bead at its end, so that colour is not the only sign.
        let radius = RADIUS + ARC;
        arc(value, modulated, radius, Stroke::new(1.5, theme.modulated));
        painter.circle_filled(center + radius * direction(modulated), 2.0, theme.modulated);
    }
}

/// Where a normalised value points to.
fn direction(normalized: f32) -> Vec2 {
    let angle = FRAC_PI_2 + REST + normalized * (2.0 * PI - 2.0 * REST);
    Vec2::angled(angle)
}

fn arc_points(center: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    let pieces = 2 + ((to - from).abs() * 30.0) as usize;
    (0..=pieces)
        .map(|piece| from + (to - from) * piece as f32 / pieces as f32)
        .map(|normalized| center + radius * direction(normalized))
        .collect()
}
