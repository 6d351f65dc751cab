//! The menu of a control.

mod modulation;

use egui::{
    Button, Id, Key, Order, Popup, PopupCloseBehavior, PopupKind, Rect, Response, SetOpenCommand,
    Ui,
};

use super::knob_places::small_id;
use super::state::is_typed;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::{NameEntry, ValueEntry};
use crate::editor::model::value_text::{parse, text_beside};
use crate::synth::Param;

/// Shows the menu while it is open: by the right button, or by Shift with Enter.
pub fn show(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    show_at(ui, context, param, response, response.rect);
}

/// Whether a control stands in a menu.
pub fn is_in_menu(ui: &Ui) -> bool {
    ui.layer_id().order != Order::Background
}

/// As [`show`], beside `place`, a part of the response's rectangle.
pub fn show_at(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response, place: Rect) {
    // One at a time: a control in a menu has none.
    if is_in_menu(ui) {
        return;
    }
    let by_key = response.has_focus()
        && ui.input(|input| input.modifiers.shift && input.key_pressed(Key::Enter));
    let is_asked = context
        .controls
        .menu_of
        .take_if(|of| *of == param)
        .is_some();
    let command = if response.secondary_clicked() || by_key || is_asked {
        response.request_focus();
        Some(SetOpenCommand::Bool(true))
    } else if response.clicked() {
        Some(SetOpenCommand::Bool(false))
    } else {
        None
    };
    let id = response.id.with("menu");
    if command.is_none() && !Popup::is_id_open(ui.ctx(), id) {
        let sources = &mut context.controls.sources_of;
        sources.take_if(|list| list.param == param && !list.is_new);
        return;
    }
    Popup::from_response(response)
        .anchor(place)
        .id(id)
        .kind(PopupKind::Menu)
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .width(150.0)
        // The routes in it are set while it is open.
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .open_memory(command)
        .accessible_name(format!("{} menu", param.row().name))
        .show(|ui| items(ui, context, param, response.id));
}

/// `control` is whose menu it is.
fn items(ui: &mut Ui, context: &mut ViewContext, param: Param, control: Id) {
    if modulation::sources(ui, context, param) {
        return;
    }
    modulation::routes(ui, context, param);
    modulation::button(ui, context, param);
    let is_done = value_items(ui, context, param, control) | learn_items(ui, context, param);
    if is_done {
        ui.close();
    }
}

/// What concerns the value. Returns whether anything has been done.
fn value_items(ui: &mut Ui, context: &mut ViewContext, param: Param, control: Id) -> bool {
    let row = param.row();
    let mut is_done = false;
    if is_typed(param) && ui.button("Type a value").clicked() {
        context.controls.entry = Some(ValueEntry {
            // A parameter with one control may be typed at it by more than one view.
            at: (control == small_id(param)).then_some(control),
            ..ValueEntry::new(param, context.model)
        });
        is_done = true;
    }
    if let Some(number) = param.macro_number()
        && ui.button("Rename").clicked()
    {
        context.controls.name_entry = Some(NameEntry::new(number, control, context.model));
        is_done = true;
    }
    let default = text_beside(param, row.default, context.model);
    if ui.button(format!("Reset to {default}")).clicked() {
        context.model.reset(param);
        is_done = true;
    }
    if ui.button("Copy value").clicked() {
        // As hosts are given it, for other programs to read.
        let text = param.text(context.model.plain(param));
        ui.ctx().copy_text(text.clone());
        context.controls.copied = Some(text);
        is_done = true;
    }
    let copied = context.controls.copied.as_deref();
    let pasted = copied.and_then(|copied| parse(param, copied, context.model));
    let paste = match pasted {
        Some(plain) => format!("Paste {}", text_beside(param, plain, context.model)),
        None => "Paste value".to_owned(),
    };
    let response = ui.add_enabled(pasted.is_some(), Button::new(paste));
    if let Some(plain) = pasted.filter(|_| response.clicked()) {
        context.model.set_plain(param, plain);
        is_done = true;
    }
    is_done
}

/// What concerns controllers. Returns whether anything has been done.
fn learn_items(ui: &mut Ui, context: &mut ViewContext, param: Param) -> bool {
    if !param.is_hosted() {
        return false;
    }
    let mut is_done = false;
    ui.separator();
    let controllers = context.model.params().controllers();
    if controllers.awaited() == Some(param) {
        if ui.button("Stop MIDI learn").clicked() {
            controllers.learn(None);
            is_done = true;
        }
    } else if ui.button("MIDI learn").clicked() {
        controllers.learn(Some(param));
        is_done = true;
    }
    if let Some(number) = controllers.controller(param)
        && ui.button(format!("Forget CC {number}")).clicked()
    {
        context.model.forget_controller(param);
        is_done = true;
    }
    is_done
}
