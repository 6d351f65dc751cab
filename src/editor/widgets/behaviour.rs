//! What the pointer, the wheel and the keyboard do with a parameter, whatever its control looks like.

use egui::emath::GuiRounding;
use egui::{
    CursorIcon, Event, EventFilter, Key, MouseWheelUnit, PointerButton, Rect, Response, Sense, Ui,
    Vec2,
};

use super::accessibility::{describe, handle_accesskit};
use super::state::{ControlState, is_typed, set_help};
use super::{entry, macro_name, menu, modulate};
use crate::editor::context::ViewContext;
use crate::editor::context::controls::{OpenSources, ValueEntry};
use crate::editor::model::sources::SourceId;
use crate::synth::Param;
use crate::synth::parameter::{Range, RouteTarget};

/// How far the pointer is dragged from one end of a range to the other, points.
pub const TRAVEL: f32 = 160.0;
/// How much less the pointer's way counts with Shift.
const FINE: f32 = 0.1;
/// How many small steps a page is.
const PAGE: f32 = 10.0;
/// Points that count as a notch of a wheel without notches.
const NOTCH: f32 = 40.0;

/// What bars and knobs begin with: all that is done with the control in this place, and what it shows.
/// `None` where it is out of sight.
pub fn continuous_control(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    rect: Rect,
) -> Option<(Response, ControlState)> {
    let response = sense(ui, param, rect);
    interact(ui, context, param, &response);
    let shown = ControlState::of(param, context);
    describe(ui, &response, param, &shown);
    set_help(context, &response, param, &shown);
    ui.is_rect_visible(response.rect)
        .then_some((response, shown))
}

/// What happens in a control's place, which is rounded as egui rounds places. A parameter has one control in a window,
/// and perhaps one in a menu.
pub fn sense(ui: &Ui, param: Param, rect: Rect) -> Response {
    let mut id = egui::Id::unique(("control", param.index()));
    // One in a menu is another than the one below it.
    if menu::is_in_menu(ui) {
        id = menu_control(param);
    }
    ui.interact(rect.round_ui(), id, Sense::click_and_drag())
}

/// Calls the control of a parameter something else for a screen reader, where another view has one of the
/// parameter's own name. To be called after the control has been shown.
pub fn relabel(ui: &Ui, param: Param, label: &str) {
    let id = egui::Id::unique(("control", param.index()));
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(label));
}

/// The control of a parameter in a menu.
pub fn menu_control(param: Param) -> egui::Id {
    egui::Id::unique(("control", param.index())).with("in a menu")
}

/// Handles every gesture and key that changes the parameter. `response` must sense clicks and drags.
pub fn interact(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    if response.drag_started_by(PointerButton::Primary) {
        context.model.begin_drag(param);
        response.request_focus();
    }
    if response.dragged_by(PointerButton::Primary) {
        let way = -response.drag_delta().y / TRAVEL;
        context.model.drag_by(fine(ui) * way);
        ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        context.model.end_drag();
    }
    interact_without_drags(ui, context, param, response);
}

/// As [`interact`], for a control in a larger view that handles its drags.
pub fn interact_without_drags(
    ui: &Ui,
    context: &mut ViewContext,
    param: Param,
    response: &Response,
) {
    // The second click on a choice or a switch is a click like the first.
    if response.double_clicked()
        && is_typed(param)
        && !macro_name::begin_by_click(context, param, response)
    {
        context.model.reset(param);
    }
    if response.clicked() {
        response.request_focus();
    }
    wheel(ui, context, param, response);
    if response.has_focus() && context.controls.list_of(param).is_none() {
        keys(ui, context, param, response);
    }
    handle_accesskit(ui, context, param, response);
    menu::show(ui, context, param, response);
    modulate::accept(ui, context, param, response, response.rect);
    touch(context, param, response);
    if response.has_focus() || response.clicked() || response.dragged() {
        context.controls.use_section(param.row().group);
    }
}

/// Lets the spectrum show the fan that a control opens.
fn touch(context: &mut ViewContext, param: Param, response: &Response) {
    if (response.hovered() || response.dragged() || response.has_focus())
        && let Some(source) = SourceId::of_fan(param)
    {
        context.controls.touch(source);
    }
}

/// Lets a parameter whose control is a part of a larger view be typed, learned and read aloud as any
/// other; `response` is the view's, `place` the part's.
pub fn param_behaviour(
    ui: &mut Ui,
    context: &mut ViewContext,
    param: Param,
    response: &Response,
    place: Rect,
) {
    let shown = ControlState::of(param, context);
    describe(ui, response, param, &shown);
    handle_accesskit(ui, context, param, response);
    menu::show_at(ui, context, param, response, place);
    modulate::accept(ui, context, param, response, place);
    let is_asked = ui.input(|input| input.key_pressed(Key::Enter) && !input.modifiers.shift);
    if response.has_focus() && is_asked {
        context.controls.entry = Some(ValueEntry::new(param, context.model));
    }
    let field = Rect::from_center_size(place.center_top(), egui::vec2(88.0, 22.0));
    let within = field.translate(inside(field, ui.clip_rect()));
    entry::show(ui, context, param, within, response.id);
}

/// A handle that moves a parameter within a larger view, whose the drags are: what the keyboard, the wheel,
/// a click and a screen reader do with it.
pub fn param_handle(ui: &mut Ui, context: &mut ViewContext, param: Param, place: Rect) -> Response {
    let id = egui::Id::unique(("control", param.index()));
    let response = ui.interact(place, id, Sense::click());
    interact_without_drags(ui, context, param, &response);
    let shown = ControlState::of(param, context);
    describe(ui, &response, param, &shown);
    set_help(context, &response, param, &shown);
    let field = Rect::from_center_size(place.center(), egui::vec2(72.0, 20.0));
    let within = field.translate(inside(field, ui.clip_rect()));
    entry::show(ui, context, param, within, id);
    response
}

/// How far a rectangle must move to lie within another.
pub fn inside(rect: Rect, room: Rect) -> Vec2 {
    (room.min - rect.min).max(Vec2::ZERO) + (room.max - rect.max).min(Vec2::ZERO)
}

/// What the pointer's way and the keys' steps are multiplied by: less with Shift.
pub fn fine(ui: &Ui) -> f32 {
    if ui.input(|input| input.modifiers.shift) {
        FINE
    } else {
        1.0
    }
}

/// How far the mouse's wheel has been turned in this frame, over what the pointer is on; upwards is
/// positive. Nothing behind moves with it.
pub fn notches(ui: &Ui) -> f32 {
    ui.input_mut(|input| {
        let mut notches = 0.0;
        for event in &input.events {
            if let Event::MouseWheel { unit, delta, .. } = event {
                // With Shift some platforms turn the wheel sideways.
                let way = delta.x + delta.y;
                notches += match unit {
                    MouseWheelUnit::Point => way / NOTCH,
                    MouseWheelUnit::Line => way,
                    MouseWheelUnit::Page => way * PAGE,
                };
            }
        }
        if notches != 0.0 {
            // Nothing behind the control moves with it.
            input.smooth_scroll_delta = Vec2::ZERO;
        }
        notches
    })
}

fn wheel(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    if !response.hovered() {
        return;
    }
    let notches = notches(ui);
    if notches == 0.0 {
        return;
    }
    if param.range().steps().is_some() {
        context.controls.wheel += upwards(param) * notches;
        let whole = context.controls.wheel.trunc();
        context.controls.wheel -= whole;
        if whole != 0.0 {
            context.model.step(param, whole);
        }
    } else {
        context.model.step(param, 2.0 * notches * fine(ui));
    }
}

fn keys(ui: &Ui, context: &mut ViewContext, param: Param, response: &Response) {
    // The arrows move the value, not the focus.
    keep_arrows(ui, response, false);
    let pressed: Vec<(Key, bool)> = ui.input(|input| {
        let events = input.events.iter();
        events
            .filter_map(|event| match event {
                Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } if !modifiers.command && !modifiers.alt => Some((*key, modifiers.shift)),
                _ => None,
            })
            .collect()
    });
    for (key, shift) in pressed {
        let fine = if shift && param.range().steps().is_none() {
            FINE
        } else {
            1.0
        };
        match key {
            Key::ArrowRight => context.model.step(param, fine),
            Key::ArrowLeft => context.model.step(param, -fine),
            Key::ArrowUp => context.model.step(param, upwards(param) * fine),
            Key::ArrowDown => context.model.step(param, -upwards(param) * fine),
            Key::PageUp => context.model.step(param, upwards(param) * PAGE),
            Key::PageDown => context.model.step(param, -upwards(param) * PAGE),
            Key::Home => context.model.nudge(param, 0.0),
            Key::End => context.model.nudge(param, 1.0),
            Key::Delete | Key::Backspace => context.model.reset(param),
            Key::M if RouteTarget::of_param(param).is_some() && !menu::is_in_menu(ui) => {
                context.controls.sources_of = Some(OpenSources::of(param));
                context.controls.menu_of = Some(param);
            }
            Key::Enter if !shift && is_typed(param) => {
                context.controls.entry = Some(ValueEntry {
                    at: Some(response.id),
                    ..ValueEntry::new(param, context.model)
                });
            }
            _ => {}
        }
    }
}

/// Which way a value goes when it is moved upwards: 1 or, in a list, whose first entry is at the top, −1.
fn upwards(param: Param) -> f32 {
    match param.range() {
        Range::Choice { .. } => -1.0,
        _ => 1.0,
    }
}

/// While a view has the focus the arrows are its own, and Escape too if it says so; Tab leaves it.
pub fn keep_arrows(ui: &Ui, response: &Response, escape: bool) {
    let ours = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, ours));
}
