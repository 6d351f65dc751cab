//! The menu of a control.

use egui::{Button, Key, Popup, PopupKind, Rect, Response, SetOpenCommand, Ui};

use super::state::is_typed;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::{NameEntry, ValueEntry};
use crate::editor::model::value_text::{parse, text_beside};
use crate::synth::Param;

/// Shows the menu while it is open: by the right button, or by Shift with Enter.
pub fn show(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    show_at(ui, context, param, response, response.rect);
}

/// The same, beside a part of what the response is of.
pub fn show_at(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response, place: Rect) {
    let by_key = response.has_focus()
        && ui.input(|input| input.modifiers.shift && input.key_pressed(Key::Enter));
    let command = if response.secondary_clicked() || by_key {
        response.request_focus();
        Some(SetOpenCommand::Bool(true))
    } else if response.clicked() {
        Some(SetOpenCommand::Bool(false))
    } else {
        None
    };
    let id = response.id.with("menu");
    if command.is_none() && !Popup::is_id_open(ui.ctx(), id) {
        return;
    }
    Popup::from_response(response)
        .anchor(place)
        .id(id)
        .kind(PopupKind::Menu)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .width(150.0)
        .open_memory(command)
        .accessible_name(format!("{} menu", param.row().name))
        .show(|ui| items(ui, context, param));
}

fn items(ui: &mut Ui, context: &mut ViewContext, param: Param) {
    let row = param.row();
    let normalized = context.model.normalized(param);
    // As hosts are given it, for other programs to read.
    let text = param.text(param.range().plain(normalized));
    if is_typed(param) && ui.button("Type a value").clicked() {
        context.controls.entry = Some(ValueEntry::new(param, context.model));
    }
    if let Some(number) = param.macro_number()
        && ui.button("Rename").clicked()
    {
        context.controls.name_entry = Some(NameEntry::new(number, context.model));
    }
    let default = text_beside(param, row.default, context.model);
    if ui.button(format!("Reset to {default}")).clicked() {
        context.model.reset(param);
    }
    if ui.button("Copy value").clicked() {
        ui.ctx().copy_text(text.clone());
        context.controls.copied = Some(text);
    }
    let pasted = context
        .controls
        .copied
        .as_deref()
        .and_then(|copied| parse(param, copied, context.model));
    let paste = match pasted {
        Some(plain) => format!("Paste {}", text_beside(param, plain, context.model)),
        None => "Paste value".to_owned(),
    };
    let response = ui.add_enabled(pasted.is_some(), Button::new(paste));
    if let Some(plain) = pasted.filter(|_| response.clicked()) {
        context.model.set_plain(param, plain);
    }
    if !param.is_hosted() {
        return;
    }
    ui.separator();
    let controllers = context.model.params().controllers();
    if controllers.awaited() == Some(param) {
        if ui.button("Stop MIDI learn").clicked() {
            controllers.learn(None);
        }
    } else if ui.button("MIDI learn").clicked() {
        controllers.learn(Some(param));
    }
    if let Some(number) = controllers.controller(param)
        && ui.button(format!("Forget CC {number}")).clicked()
    {
        context.model.forget_controller(param);
    }
}
