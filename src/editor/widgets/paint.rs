//! What the looks of all controls have in common.

use egui::{Id, Painter, Rect, Response, Stroke, StrokeKind, Ui};

use super::state::ControlState;
use super::text::{one_line, paint_in_middle, whole_line};
use crate::editor::context::ViewContext;
use crate::editor::model::value_text::compact;
use crate::editor::theme::{self, Theme};
use crate::synth::Param;

/// Opacity of a control whose parameter has no effect now.
const IDLE_OPACITY: f32 = 0.5;

/// Shows a control as inactive if its parameter has no effect now.
pub fn dimmed(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    control: impl FnOnce(&mut Ui, &mut ViewContext),
) {
    let is_idle = context.idle_reason(param).is_some();
    let id = Id::unique(("idle", param.index()));
    let idle = ui.ctx().animate_bool_with_time(id, is_idle, theme::FADE_S);
    let opacity = ui.opacity();
    ui.multiply_opacity(1.0 - idle * (1.0 - IDLE_OPACITY));
    control(ui, context);
    ui.set_opacity(opacity);
}

/// Around what has the focus, and, dashed, around what awaits a controller; as strong around a control
/// that is dimmed, and a little outside it, so that it does not touch what is written at its foot.
pub fn outline(ui: &Ui, rect: Rect, response: &Response, shown: &ControlState, theme: &Theme) {
    let radius = f32::from(theme::RADIUS);
    let rect = rect.shrink2(egui::vec2(1.5, 0.0));
    let mut painter = ui.painter().clone();
    painter.set_opacity(1.0);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(rect, radius, stroke, StrokeKind::Outside);
    }
    if shown.is_awaited {
        let stroke = Stroke::new(1.5, theme.focus);
        let corners = [
            rect.left_top(),
            rect.right_top(),
            rect.right_bottom(),
            rect.left_bottom(),
            rect.left_top(),
        ];
        painter.extend(egui::Shape::dashed_line(&corners, stroke, 4.0, 3.0));
    }
}

/// Height of a line of text, points.
pub const LINE: f32 = 14.0;

/// The place of a line of text in a control's place, its foot `above` points above the place's.
pub fn line(rect: Rect, above: f32) -> Rect {
    let foot = rect.bottom() - above;
    Rect::from_x_y_ranges(rect.x_range(), foot - LINE..=foot)
}

/// A name in small, weak letters, in the middle of its place, cut short where it is too long.
pub fn label(painter: &Painter, rect: Rect, text: &str, color: egui::Color32) {
    let galley = one_line(painter, text, theme::font(theme::SMALL), rect.width());
    paint_in_middle(painter, rect, galley, color);
}

/// A value, with as many figures as there is room for.
pub fn value_label(painter: &Painter, rect: Rect, text: &str, color: egui::Color32) {
    let lines = [usize::MAX, 3, 2, 1]
        .into_iter()
        .map(|figures| whole_line(painter, &compact(text, figures), theme::font(theme::SMALL)));
    let mut fitting = lines.filter(|line| line.size().x <= rect.width());
    match fitting.next() {
        Some(line) => paint_in_middle(painter, rect, line, color),
        None => label(painter, rect, &compact(text, 1), color),
    }
}

/// The mark of a learned controller.
pub fn controller_mark(ui: &Ui, rect: Rect, shown: &ControlState, theme: &Theme) {
    if shown.controller.is_some() {
        let at = rect.right_top() + egui::vec2(-6.0, 6.0);
        ui.painter().circle_filled(at, 2.0, theme.weak_text);
    }
}
