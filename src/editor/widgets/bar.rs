//! A bar: a low control for a value that stands beside another, its value written in it.

use egui::{Painter, Rect, Stroke, StrokeKind, Ui};

use super::behaviour::continuous_control;
use super::entry;
use super::kept::kept;
use super::paint::{dimmed, outline, value_label};
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, Theme};
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
    let typed = context.controls.entry.as_ref();
    let is_typed = typed.is_some_and(|entry| entry.is_at(param, response.id));
    let face = BarFace {
        rect,
        param,
        value: shown.normalized,
        is_hovered: response.hovered(),
        text: (!is_typed).then(|| shown.text.clone()),
        modulated: shown.modulated,
    };
    kept(ui, response.id.with("face"), face, paint);
    entry::show(ui, context, param, rect, response.id);
    outline(ui, rect, &response, &shown, theme);
}

/// What is seen of a bar, but for the field and the marks of its state.
#[derive(PartialEq)]
struct BarFace {
    rect: Rect,
    param: Param,
    /// Normalised.
    value: f32,
    is_hovered: bool,
    /// Unless it is being edited.
    text: Option<String>,
    /// Where modulation has moved it, normalised, if it has.
    modulated: Option<f32>,
}

fn paint(painter: &Painter, theme: &Theme, face: &BarFace) {
    let BarFace { rect, param, .. } = *face;
    let radius = f32::from(theme::RADIUS) - 1.0;
    painter.rect_filled(rect, radius, theme.well);
    let at = |normalized: f32| rect.left() + rect.width() * normalized;
    let (min, max) = param.range().ends();
    let from = if min < 0.0 && max > 0.0 {
        at(param.range().normalized(0.0))
    } else {
        rect.left()
    };
    let here = at(face.value);
    // Below the text, which stays readable on the well.
    let filled = Rect::from_x_y_ranges(
        from.min(here)..=from.max(here),
        rect.bottom() - 3.0..=rect.bottom() - 1.0,
    );
    painter.rect_filled(filled, 0.0, theme.accent);
    let edge = if face.is_hovered {
        theme.weak_text
    } else {
        theme.line
    };
    painter.rect_stroke(rect, radius, Stroke::new(1.0, edge), StrokeKind::Inside);
    if let Some(text) = &face.text {
        let place = rect.translate(egui::vec2(0.0, -1.0));
        value_label(painter, place, text, theme.text);
    }
    if let Some(modulated) = face.modulated {
        let stroke = Stroke::new(2.0, theme.modulated);
        painter.vline(at(modulated), rect.y_range(), stroke);
    }
}
