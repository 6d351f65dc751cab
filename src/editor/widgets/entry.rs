//! A value that is being typed.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::{TextEditOutput, TextEditState};
use egui::{Id, Key, Rect, Response, TextEdit, Ui, UiBuilder};

use super::accessibility::set_label;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::ValueEntry;
use crate::editor::model::value_text::parse;
use crate::editor::theme;
use crate::synth::Param;

/// Shows the field in this place, if the parameter's value is being typed. Whoever leaves it by Enter,
/// Tab or a click elsewhere has the value, if it means one; Escape leaves the old one. Returns whether
/// there is a field.
pub fn show(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect, control: Id) -> bool {
    let entry = &mut context.controls.entry;
    let Some(mut entry) = entry.take_if(|entry| entry.is_at(param, control)) else {
        // As many ids as the field's place takes, so that what follows has the same ones with a field and without.
        ui.skip_ahead_auto_ids(1);
        return false;
    };
    entry.seen.see();
    let id = control.with("entry");
    let is_value = parse(param, &entry.text, context.model).is_some();
    let output = field(ui, &mut entry.text, is_value, rect, id);
    let response = output.response.response;
    set_label(&response, format!("{} value", param.row().name));
    if entry.is_new {
        entry.is_new = false;
        response.request_focus();
        select_all(ui, output.state, id, &entry.text);
    } else if response.lost_focus() {
        leave(ui, context, entry, &response, control);
        return true;
    }
    entry.is_edited |= response.changed();
    if !is_value {
        let text = format!("\"{}\" is no value of {}", entry.text, param.row().name);
        context.help.replace(text);
    }
    context.controls.entry = Some(entry);
    true
}

/// Selects the whole text of a field, so that what is typed takes its place.
pub fn select_all(ui: &Ui, mut state: TextEditState, field: Id, text: &str) {
    let end = CCursor::new(text.chars().count());
    let all = CCursorRange::two(CCursor::default(), end);
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field);
}

fn field(ui: &mut Ui, text: &mut String, is_value: bool, rect: Rect, id: Id) -> TextEditOutput {
    let theme = theme::current(ui);
    // A place of its own, which moves nothing around it.
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    child.spacing_mut().interact_size.y = 0.0;
    TextEdit::singleline(text)
        .id(id)
        .font(theme::font(theme::SMALL))
        .text_color(if is_value { theme.text } else { theme.error })
        .margin(egui::vec2(2.0, 0.0))
        .min_size(rect.size())
        .align(egui::Align2::CENTER_CENTER)
        .desired_width(rect.width() - 4.0)
        .show(&mut child)
}

/// Takes the value over and gives the focus back to the control, once the field has lost it.
fn leave(ui: &Ui, context: &mut ViewContext, entry: ValueEntry, field: &Response, control: Id) {
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let (enter, escape) = (pressed(Key::Enter), pressed(Key::Escape));
    let param = entry.param;
    match parse(param, &entry.text, context.model) {
        Some(plain) if entry.is_edited && !escape => {
            context.model.set_plain(param, plain);
        }
        None if enter => {
            // The text is no value: the field stays, so that it can be corrected.
            field.request_focus();
            context.controls.entry = Some(entry);
            return;
        }
        _ => {}
    }
    // Unless what was clicked has the focus by now.
    if ui.memory(|memory| memory.focused().is_none()) {
        ui.memory_mut(|memory| memory.request_focus(control));
    }
}
