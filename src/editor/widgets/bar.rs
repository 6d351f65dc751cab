//! A bar: a low control for a value that stands beside another, its value written in it.

use egui::{Rect, Stroke, StrokeKind, Ui};

use super::behaviour::continuous_control;
use super::entry;
use super::paint::{dimmed, outline, value_label};
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::synth::Param;

pub fn bar(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect)
    });
}

fn lively(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    let Some((response, shown)) = continuous_control(ui, context, param, rect) else {
        return;
    };
    let rect = response.rect;
    let theme = theme::current(ui);
    let painter = ui.painter();
    let radius = f32::from(theme::RADIUS) - 1.0;
    painter.rect_filled(rect, radius, theme.well);
    let at = |normalized: f32| rect.left() + rect.width() * normalized;
    let (min, max) = param.range().ends();
    let from = if min < 0.0 && max > 0.0 {
        at(param.range().normalized(0.0))
    } else {
        rect.left()
    };
    let here = at(shown.normalized);
    // Below the text, which stays readable on the well.
    let filled = Rect::from_x_y_ranges(
        from.min(here)..=from.max(here),
        rect.bottom() - 3.0..=rect.bottom() - 1.0,
    );
    painter.rect_filled(filled, 0.0, theme.accent);
    let edge = if response.hovered() {
        theme.weak_text
    } else {
        theme.line
    };
    painter.rect_stroke(rect, radius, Stroke::new(1.0, edge), StrokeKind::Inside);
    if !entry::show(ui, context, param, rect, response.id) {
        value_label(
            ui,
            rect.translate(egui::vec2(0.0, -1.0)),
            &shown.text,
            theme.text,
        );
    }
    if let Some(modulated) = shown.modulated {
        let stroke = Stroke::new(2.0, theme.modulated);
        ui.painter().vline(at(modulated), rect.y_range(), stroke);
    }
    outline(ui, rect, &response, &shown, theme);
}
