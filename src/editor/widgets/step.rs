//! A step of a sequence: a bar from the middle up or down, with its number at its foot.
//!
//! A drag is the sequence's: it draws across the steps.

use egui::{Painter, Rect, Response, Ui, Vec2, pos2};

use super::accessibility::describe;
use super::behaviour::{interact_without_drags, sense};
use super::entry;
use super::kept::kept;
use super::paint::{controller_mark, dimmed, label, outline};
use super::state::{ControlState, set_help};
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, Theme};
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
            let face = StepFace {
                rect,
                number,
                value: shown.normalized,
                modulated: shown.modulated,
                is_hovered: response.hovered(),
            };
            kept(ui, response.id.with("face"), face, paint);
            let theme = theme::current(ui);
            outline(ui, rect, &response, &shown, theme);
            controller_mark(ui, rect, &shown, theme);
        });
        let field = Rect::from_center_size(rect.center(), FIELD);
        entry::show(ui, context, param, field, response.id);
    }
    response
}

/// What is seen of a step, but for the field and the marks of its state.
#[derive(PartialEq)]
struct StepFace {
    rect: Rect,
    number: usize,
    /// Normalised.
    value: f32,
    /// Where modulation has moved it, normalised, if it has.
    modulated: Option<f32>,
    is_hovered: bool,
}

fn paint(painter: &Painter, theme: &Theme, face: &StepFace) {
    let rect = face.rect;
    let well = step_well(rect);
    let fill = if face.is_hovered {
        theme.hovered
    } else {
        theme.well
    };
    painter.rect_filled(well, 1.0, fill);
    let y = |normalized: f32| well.bottom() - normalized * well.height();
    let bar = Rect::from_x_y_ranges(
        well.x_range().shrink(1.0),
        y(face.value.max(0.5))..=y(face.value.min(0.5)),
    );
    painter.rect_filled(bar, 0.0, theme.accent);
    let middle = egui::Stroke::new(1.0, theme.grid);
    painter.hline(well.x_range(), y(0.5), middle);
    if let Some(modulated) = face.modulated {
        let stroke = egui::Stroke::new(2.0, theme.modulated);
        painter.hline(well.x_range(), y(modulated), stroke);
    }
    let foot = Rect::from_min_max(pos2(rect.left() - 2.0, well.bottom()), rect.max);
    label(painter, foot, &face.number.to_string(), theme.weak_text);
}
