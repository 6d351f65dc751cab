//! The name of a macro below its knob, while it is edited.

use egui::{Align2, Id, Key, Rect, Response, TextEdit, Ui, UiBuilder, vec2};

use super::accessibility::set_label;
use super::entry::select_all;
use super::knob_places::{name_line, small_id, small_lines};
use crate::editor::context::ViewContext;
use crate::editor::context::controls::NameEntry;
use crate::editor::theme;
use crate::state::MacroNames;
use crate::synth::Param;

/// Begins to edit the name that a double click is on. Returns whether it is on one.
pub fn begin_by_click(context: &mut ViewContext, param: Param, response: &Response) -> bool {
    let Some(number) = param.macro_number() else {
        return false;
    };
    let at = response.interact_pointer_pos();
    let name = match response.id == small_id(param) {
        true => small_lines(response.rect).0,
        false => name_line(response.rect),
    };
    let is_on_name = at.is_some_and(|at| name.contains(at));
    if is_on_name {
        context.controls.name_entry = Some(NameEntry::new(number, response.id, context.model));
    }
    is_on_name
}

/// Shows the field in this place, if the macro's name is being edited. Whoever leaves it by Enter, Tab or
/// a click elsewhere names the macro; Escape leaves the old name. Returns whether there is a field.
pub fn show(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect, control: Id) -> bool {
    let entry = &mut context.controls.name_entry;
    let Some(mut entry) =
        entry.take_if(|entry| param.macro_number() == Some(entry.number) && entry.at == control)
    else {
        // As many ids as the field's place takes, so that what follows has the same ones with a field and without.
        ui.skip_ahead_auto_ids(1);
        return false;
    };
    entry.seen.see();
    let id = control.with("name");
    // A place of its own, which moves nothing around it.
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    child.spacing_mut().interact_size.y = 0.0;
    let output = TextEdit::singleline(&mut entry.text)
        .id(id)
        .char_limit(MacroNames::MAX_CHARS)
        .font(theme::font(theme::SMALL))
        .text_color(theme::current(ui).text)
        .margin(vec2(2.0, 0.0))
        .min_size(rect.size())
        .align(Align2::CENTER_CENTER)
        .desired_width(rect.width() - 4.0)
        .show(&mut child);
    let response = output.response.response;
    set_label(&response, format!("{} name", param.row().name));
    if entry.is_new {
        entry.is_new = false;
        response.request_focus();
        select_all(ui, output.state, id, &entry.text);
    } else if response.lost_focus() {
        if !ui.input(|input| input.key_pressed(Key::Escape)) {
            context.model.name_macro(entry.number, &entry.text);
        }
        // Unless what was clicked has the focus by now.
        if ui.memory(|memory| memory.focused().is_none()) {
            ui.memory_mut(|memory| memory.request_focus(control));
        }
        return true;
    }
    context.controls.name_entry = Some(entry);
    true
}
