//! A second, small knob of a parameter, with the name and the value beside it.

use egui::{Painter, Rect, Sense, Ui, pos2};

use super::accessibility::{describe, set_label};
use super::behaviour::interact;
use super::kept::kept;
use super::knob::{Dial, paint_dial};
use super::knob_places::{ARC, small_id, small_lines, small_radius};
use super::paint::{controller_mark, dimmed, outline};
use super::state::{ControlState, set_help};
use super::text::paint_text;
use super::{entry, macro_name, one_line};
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, Theme};
use crate::synth::Param;

/// Shows a small knob with a name in this place. `label` is what a screen reader calls it.
pub fn small_knob(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    (name, label): (&str, String),
    rect: Rect,
) {
    dimmed(ui, context, param, |ui, context| {
        let response = ui.interact(rect, small_id(param), Sense::click_and_drag());
        interact(ui, context, param, &response);
        let shown = ControlState::of(param, context);
        describe(ui, &response, param, &shown);
        set_label(&response, label);
        set_help(context, &response, param, &shown);
        if !ui.is_rect_visible(rect) {
            return;
        }
        let theme = theme::current(ui);
        let radius = small_radius(rect);
        let center = pos2(rect.left() + radius + ARC, rect.center().y);
        let is_lively = response.hovered() || response.dragged();
        let dial = Dial::of(context, (center, radius), param, &shown, is_lively);
        let (name_place, value) = small_lines(rect);
        let is_named = macro_name::show(ui, context, param, name_place, response.id);
        let name = (!is_named).then(|| (name_place, name.to_owned()));
        // One that may be typed at any control is typed at the parameter's own.
        let entry = context.controls.entry.as_ref();
        let is_typed_here = entry.is_some_and(|entry| entry.at == Some(response.id));
        if !is_typed_here {
            ui.skip_ahead_auto_ids(1);
        }
        let is_typed = is_typed_here && entry::show(ui, context, param, value, response.id);
        let value = (!is_typed).then(|| (value, shown.text.clone()));
        let face = SmallFace { dial, name, value };
        kept(ui, response.id.with("face"), face, paint);
        outline(
            ui,
            rect.expand2(egui::vec2(2.5, -1.5)),
            &response,
            &shown,
            theme,
        );
        controller_mark(ui, rect, &shown, theme);
    });
}

/// What is seen of a small knob, but for fields and the marks of its state.
#[derive(PartialEq)]
struct SmallFace {
    dial: Dial,
    /// Unless it is being edited.
    name: Option<(Rect, String)>,
    /// Unless it is being edited.
    value: Option<(Rect, String)>,
}

fn paint(painter: &Painter, theme: &Theme, face: &SmallFace) {
    paint_dial(painter, theme, &face.dial);
    let texts = [(&face.name, theme.text), (&face.value, theme.weak_text)];
    for (written, color) in texts {
        if let Some((place, words)) = written {
            text(painter, *place, words, color);
        }
    }
}

/// A text from the left end of its place, cut short where it is too long.
fn text(painter: &Painter, place: Rect, text: &str, color: egui::Color32) {
    let galley = one_line(painter, text, theme::font(theme::SMALL), place.width());
    let at = pos2(place.left(), place.center().y - 0.5 * galley.size().y);
    paint_text(painter, at, galley, color);
}
