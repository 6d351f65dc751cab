//! A switch. Its state shows in the place of its button, in its colour and in words.

use egui::{Painter, Pos2, Rect, Role, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::accessibility::describe_choice;
use super::behaviour::{interact, sense};
use super::kept::kept;
use super::paint::{controller_mark, dimmed, label, line, outline};
use super::state::{ControlState, set_help};
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, Theme};
use crate::synth::Param;

/// Points.
const SLOT: Vec2 = vec2(30.0, 16.0);

/// Shows a switch in a knob's place.
pub fn switch(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |rect, text| {
            let name = Word {
                place: line(rect, 13.0),
                text: name.to_owned(),
                is_name: true,
            };
            let state = Word {
                place: line(rect, 0.0),
                text,
                is_name: false,
            };
            let middle = pos2(rect.center().x, rect.top() + 0.5 * (rect.height() - 26.0));
            (middle, [Some(name), Some(state)])
        });
    });
}

/// Shows a switch in one line, without its name.
pub fn narrow_switch(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |rect, text| {
            word_beside(rect, text, false)
        });
    });
}

/// Shows a switch in one line, with what it switches beside it.
pub fn named_switch(ui: &mut Ui, context: &mut ViewContext, param: Param, name: &str, rect: Rect) {
    dimmed(ui, context, param, |ui, context| {
        lively(ui, context, param, rect, |rect, _| {
            word_beside(rect, name.to_owned(), true)
        });
    });
}

/// A word at a switch.
#[derive(PartialEq)]
struct Word {
    place: Rect,
    text: String,
    /// Whether it is what is switched; else it is the state.
    is_name: bool,
}

/// The middle of the slot, and the words.
type Parts = (Pos2, [Option<Word>; 2]);

/// A word beside the slot of a switch in one line.
fn word_beside(rect: Rect, text: String, is_name: bool) -> Parts {
    let word = Word {
        place: rect.with_min_x(rect.left() + SLOT.x + 4.0),
        text,
        is_name,
    };
    let middle = pos2(rect.left() + 0.5 * SLOT.x, rect.center().y);
    (middle, [Some(word), None])
}

/// `parts` says what stands where in the switch's place; it is handed the state in words.
fn lively(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    rect: Rect,
    parts: impl FnOnce(Rect, String) -> Parts,
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
    let (middle, words) = parts(rect, shown.text.clone());
    let is_on = shown.normalized >= 0.5;
    let face = SwitchFace {
        words,
        slot: Rect::from_center_size(middle, SLOT),
        is_on,
        way: ui.ctx().animate_bool(response.id, is_on),
        is_hovered: response.hovered(),
        sounds_otherwise: shown.modulated.is_some_and(|moved| (moved >= 0.5) != is_on),
    };
    kept(ui, response.id.with("face"), face, paint);
    let theme = theme::current(ui);
    outline(ui, rect, &response, &shown, theme);
    controller_mark(ui, rect, &shown, theme);
}

/// What is seen of a switch, but for the marks of its state.
#[derive(PartialEq)]
struct SwitchFace {
    words: [Option<Word>; 2],
    slot: Rect,
    is_on: bool,
    /// How far the button has come from off to on, 0 to 1.
    way: f32,
    is_hovered: bool,
    /// Whether it sounds as the other end would.
    sounds_otherwise: bool,
}

fn paint(painter: &Painter, theme: &Theme, face: &SwitchFace) {
    for word in face.words.iter().flatten() {
        let color = match word.is_name {
            true => theme.weak_text,
            false => theme.text,
        };
        label(painter, word.place, &word.text, color);
    }
    let SwitchFace {
        slot, is_on, way, ..
    } = *face;
    let fill = if is_on { theme.accent } else { theme.raised };
    painter.rect_filled(slot, 0.5 * SLOT.y, fill);
    let edge = if face.is_hovered {
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
    if face.sounds_otherwise {
        let other = pos2(slot.left() + slot.right() - button.x, button.y);
        painter.circle_filled(other, 0.5 * inset - 1.0, theme.modulated);
    }
}
