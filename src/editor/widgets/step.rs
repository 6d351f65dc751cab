//! A step of a sequence: a bar from the middle up or down, with its number at its foot.
//!
//! A drag is the sequence's: it draws across the steps.

use egui::{Rect, Response, Ui, Vec2, pos2};

use super::accessibility::describe;
use super::behaviour::{interact_without_drags, sense};
use super::entry;
use super::paint::{controller_mark, dimmed, label, outline};
use super::state::{ControlState, set_help};
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::synth::Param;

/// Height of the number, points.
const NUMBER: f32 = 14.0;
/// Size of the field in which a value is typed, points.
const FIELD: Vec2 = Vec2::new(64.0, 20.0);

/// The part of a step's place in which its bar stands.
pub fn step_well(rect: Rect) -> Rect {
    rect.with_max_y(rect.bottom() - NUMBER).shrink(1.0)
}

/// Shows a step; gives the response for what the sequence does with drags.
pub fn step(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    number: usize,
    rect: Rect,
) -> Response {
    let response = sense(ui, param, rect);
    let rect = response.rect;
    interact_without_drags(ui, context, param, &response);
    let shown = ControlState::of(param, context);
    describe(ui, &response, param, &shown);
    set_help(context, &response, param, &shown);
    if ui.is_rect_visible(rect) {
        dimmed(ui, context, param, |ui, _| {
            paint(ui, rect, number, &response, &shown)
        });
        let field = Rect::from_center_size(rect.center(), FIELD);
        entry::show(ui, context, param, field, response.id);
    }
    response
}

fn paint(ui: &Ui, rect: Rect, number: usize, response: &Response, shown: &ControlState) {
    let theme = theme::current(ui);
    let painter = ui.painter();
    let well = step_well(rect);
    let fill = if response.hovered() {
        theme.hovered
    } else {
        theme.well
    };
    painter.rect_filled(well, 1.0, fill);
    let y = |normalized: f32| well.bottom() - normalized * well.height();
    let bar = Rect::from_x_y_ranges(
        well.x_range().shrink(1.0),
        y(shown.normalized.max(0.5))..=y(shown.normalized.min(0.5)),
    );
    painter.rect_filled(bar, 0.0, theme.accent);
    let middle = egui::Stroke::new(1.0, theme.grid);
    painter.hline(well.x_range(), y(0.5), middle);
    if let Some(modulated) = shown.modulated {
        let stroke = egui::Stroke::new(2.0, theme.modulated);
        painter.hline(well.x_range(), y(modulated), stroke);
    }
    let foot = Rect::from_min_max(pos2(rect.left() - 2.0, well.bottom()), rect.max);
    label(ui, foot, &number.to_string(), theme.weak_text);
    outline(ui, rect, response, shown, theme);
    controller_mark(ui, rect, shown, theme);
}
