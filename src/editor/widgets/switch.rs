//! A switch. Its state shows in the place of its button, in its colour and in words.

use egui::{Color32, Pos2, Rect, Response, Role, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::accessibility::describe_choice;
use super::behaviour::{interact, sense};
use super::paint::{controller_mark, dimmed, label, line, outline};
use super::state::{ControlState, set_help};
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::synth::Param;

/// Points.
const SLOT: Vec2 = vec2(30.0, 16.0);

/// Shows a switch in a knob's place.
pub fn switch(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |ui, rect, text| {
            let theme = theme::current(ui);
            label(ui, line(rect, 13.0), name, theme.weak_text);
            label(ui, line(rect, 0.0), text, theme.text);
            pos2(rect.center().x, rect.top() + 0.5 * (rect.height() - 26.0))
        });
    });
}

/// Shows a switch in one line, without its name.
pub fn narrow_switch(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |ui, rect, text| {
            word_beside(ui, rect, text, theme::current(ui).text)
        });
    });
}

/// Shows a switch in one line, with what it switches beside it.
pub fn named_switch(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |ui, rect, _| {
            word_beside(ui, rect, name, theme::current(ui).weak_text)
        });
    });
}

/// Writes a word beside the slot of a switch in one line, and returns the middle of the slot.
fn word_beside(ui: &Ui, rect: Rect, word: &str, color: Color32) -> Pos2 {
    let place = rect.with_min_x(rect.left() + SLOT.x + 4.0);
    label(ui, place, word, color);
    pos2(rect.left() + 0.5 * SLOT.x, rect.center().y)
}

/// `words` writes the words in the switch's place, and returns the middle of the slot.
fn lively(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    rect: Rect,
    words: impl FnOnce(&Ui, Rect, &str) -> Pos2,
) {
    let response = sense(ui, param, rect);
    let rect = response.rect;
    // Enter, the space bar and a screen reader's click come as clicks; with Shift, Enter is the menu's.
    if response.clicked() && !ui.input(|input| input.modifiers.shift) {
        let is_on = context.model.normalized(param) >= 0.5;
        context.model.set(param, if is_on { 0.0 } else { 1.0 });
    }
    interact(ui, context, param, &response);
    let shown = ControlState::of(param, context);
    describe_choice(ui, &response, Role::Switch, param, &shown);
    set_help(context, &response, param, &shown);
    if !ui.is_rect_visible(rect) {
        return;
    }
    let middle = words(ui, rect, &shown.text);
    slot(ui, middle, &response, &shown);
    let theme = theme::current(ui);
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

fn slot(ui: &Ui, middle: Pos2, response: &Response, shown: &ControlState) {
    let theme = theme::current(ui);
    let is_on = shown.normalized >= 0.5;
    let slot = Rect::from_center_size(middle, SLOT);
    let way = ui.ctx().animate_bool(response.id, is_on);
    let fill = if is_on { theme.accent } else { theme.raised };
    let painter = ui.painter();
    painter.rect_filled(slot, 0.5 * SLOT.y, fill);
    let edge = if response.hovered() {
        theme.weak_text
    } else {
        theme.line
    };
    let stroke = Stroke::new(1.0, edge);
    painter.rect_stroke(slot, 0.5 * SLOT.y, stroke, StrokeKind::Inside);
    let inset = 0.5 * SLOT.y;
    let button = pos2(
        slot.left() + inset + way * (SLOT.x - 2.0 * inset),
        slot.center().y,
    );
    let color = if is_on { theme.on_accent } else { theme.text };
    painter.circle_filled(button, inset - 3.0, color);
    // A mark where it sounds, while that is at the other end.
    if let Some(modulated) = shown.modulated
        && (modulated >= 0.5) != is_on
    {
        let other = pos2(slot.left() + slot.right() - button.x, button.y);
        painter.circle_filled(other, 0.5 * inset - 1.0, theme.modulated);
    }
}
