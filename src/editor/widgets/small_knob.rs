//! A second, small knob of a parameter, with the name and the value beside it.

use egui::{Rect, Sense, Ui, pos2};

use super::accessibility::{describe, set_label};
use super::behaviour::interact;
use super::knob::{dial, reach_arcs};
use super::knob_places::{ARC, small_id, small_lines, small_radius};
use super::paint::{controller_mark, dimmed, outline};
use super::state::{ControlState, set_help};
use super::text::paint_text;
use super::{entry, macro_name, one_line};
use crate::editor::context::ViewContext;
use crate::editor::theme;
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
        reach_arcs(ui, context, (center, radius), param);
        dial(ui, (center, radius), param, &shown, is_lively, theme);
        let (name_place, value) = small_lines(rect);
        if !macro_name::show(ui, context, param, name_place, response.id) {
            text(ui, name_place, name, theme.text);
        }
        // One that may be typed at any control is typed at the parameter's own.
        let entry = context.controls.entry.as_ref();
        let is_typed_here = entry.is_some_and(|entry| entry.at == Some(response.id));
        if !is_typed_here {
            ui.skip_ahead_auto_ids(1);
        }
        if !(is_typed_here && entry::show(ui, context, param, value, response.id)) {
            text(ui, value, &shown.text, theme.weak_text);
        }
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

/// A text from the left end of its place, cut short where it is too long.
fn text(ui: &Ui, place: Rect, text: &str, color: egui::Color32) {
    let galley = one_line(ui, text, theme::font(theme::SMALL), place.width());
    let at = pos2(place.left(), place.center().y - 0.5 * galley.size().y);
    paint_text(ui.painter(), at, galley, color);
}
