//! Controls for parameters: what a hand, the wheel, the keyboard and a screen reader do with any of
//! them. How each looks is in its own file.
//!
//! A control follows a drag upwards and downwards, with Shift a tenth as fast; the wheel and the
//! arrow keys move it in small steps, Page Up and Page Down in large ones, Home and End to its ends;
//! a double click and Delete bring the default back; Enter lets one type a value; the right button
//! (or Shift with Enter) opens a menu. In a choice, whose list has its first entry at the top, up is
//! towards the first.

mod bar;
mod choice;
mod entry;
pub mod focus;
pub mod icon;
mod knob;
mod menu;
mod switch;

use egui::accesskit::{Action, ActionData};
use egui::{
    CursorIcon, Event, EventFilter, Key, MouseWheelUnit, PointerButton, Rect, Response, Role,
    Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

pub use bar::bar;
pub use choice::{choice, narrow_choice};
pub use entry::Entry;
pub use knob::knob;
pub use switch::switch;

use crate::editor::context::Desk;
use crate::editor::model::Edits;
use crate::editor::model::idle;
use crate::editor::model::value_text::{compact, value_text};
use crate::editor::theme::{self, Theme};
use crate::params::HostParams;
use crate::synth::parameter::Range;
use crate::synth::{Param, Patch, Values};

/// How far a hand goes from one end of a range to the other, points.
const TRAVEL: f32 = 160.0;
/// How much slower the hand's way counts with Shift.
const FINE: f32 = 0.1;
/// What an arrow key or a notch of the wheel moves, in parts of the range.
const STEP: f32 = 0.01;
/// How many of these a page is.
const PAGE: f32 = 10.0;
/// Points that count as a notch of a wheel without notches.
const NOTCH: f32 = 40.0;
/// Of a control whose parameter has no effect now.
const IDLE_OPACITY: f32 = 0.5;

/// What the controls of a window share.
pub struct Controls {
    /// The value that is being typed.
    entry: Option<Entry>,
    /// The list of a choice that is open.
    list: Option<choice::List>,
    /// The last value that was copied, as text.
    copied: Option<String>,
    /// Notches of the wheel that have not made a whole step yet.
    wheel: f32,
    /// All values as they sound: with the host's modulation and the macros.
    values: Values,
}

impl Controls {
    /// As a window opens.
    pub fn new() -> Controls {
        Controls {
            entry: None,
            list: None,
            copied: None,
            wheel: 0.0,
            values: Values::new(&Patch::default()),
        }
    }

    /// A frame begins.
    pub fn begin_frame(&mut self, params: &HostParams) {
        self.values.update(&params.patch());
        self.entry.take_if(|entry| !entry.is_seen());
    }

    /// Whether a value is being typed.
    pub fn is_typing(&self) -> bool {
        self.entry.is_some()
    }

    /// All values as they sound: with the host's modulation and the macros, without what belongs to
    /// single notes.
    pub fn values(&self) -> &Values {
        &self.values
    }
}

/// What a control shows of its parameter.
struct Shown {
    /// Where the hand has it, 0 to 1.
    normalized: f32,
    /// Where modulation and macros have moved it, if they have.
    modulated: Option<f32>,
    /// The value as text.
    text: String,
    /// The controller that moves it.
    controller: Option<u8>,
    /// Whether a controller is awaited for it.
    is_awaited: bool,
    /// Why it has no effect now, if it has none.
    idle: Option<&'static str>,
}

impl Shown {
    fn of(param: Param, desk: &Desk) -> Shown {
        let normalized = desk.edits.normalized(param);
        let params = desk.edits.params();
        let controllers = params.controllers();
        Shown {
            normalized,
            modulated: modulated(param, desk),
            text: value_text(param, param.range().plain(normalized)),
            controller: controllers.controller(param),
            is_awaited: controllers.awaited() == Some(param),
            idle: idle::reason(param, desk.controls.values()),
        }
    }
}

/// Lets the parameter be changed in every way there is, and tells of it. `response` must sense
/// clicks and drags.
fn interact(ui: &Ui, desk: &mut Desk, param: Param, response: &Response) {
    // The second click on a choice or a switch is a click like the first.
    if response.double_clicked() && is_typed(param) {
        reset(desk.edits, param);
    } else if response.drag_started_by(PointerButton::Primary) {
        desk.edits.begin_drag(param);
        response.request_focus();
    }
    if response.dragged_by(PointerButton::Primary) {
        let way = -response.drag_delta().y / TRAVEL;
        desk.edits.drag_by(fine(ui) * way);
        ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        desk.edits.end_drag();
    }
    if response.clicked() {
        response.request_focus();
    }
    wheel(ui, desk, param, response);
    let has_list = desk.controls.list.as_ref();
    if response.has_focus() && !has_list.is_some_and(|list| list.is_of(param)) {
        keys(ui, desk, param, response);
    }
    reader(ui, desk, param, response);
    menu::show(ui, desk, param, response);
}

/// Lets a parameter whose control is a part of a larger view be typed, learned and read aloud as any
/// other; `response` is the view's, `place` the part's.
pub fn attach(ui: &mut Ui, desk: &mut Desk, param: Param, response: &Response, place: Rect) {
    let shown = Shown::of(param, desk);
    describe(ui, response, param, &shown);
    reader(ui, desk, param, response);
    menu::show_at(ui, desk, param, response, place);
    let is_asked = ui.input(|input| input.key_pressed(Key::Enter) && !input.modifiers.shift);
    if response.has_focus() && is_asked {
        desk.controls.entry = Some(Entry::new(param, desk.edits));
    }
    let field = Rect::from_center_size(place.center_top(), egui::vec2(88.0, 22.0));
    let within = field.translate(inside(field, ui.clip_rect()));
    entry::show(ui, desk, param, within, response.id);
}

/// How far a rectangle must move to lie within another.
fn inside(rect: Rect, room: Rect) -> Vec2 {
    let move_by =
        |low: f32, high: f32, from: f32, to: f32| (from - low).max(0.0) + (to - high).min(0.0);
    egui::vec2(
        move_by(rect.left(), rect.right(), room.left(), room.right()),
        move_by(rect.top(), rect.bottom(), room.top(), room.bottom()),
    )
}

/// Where modulation and macros have moved a parameter, normalised, if they have.
pub fn modulated(param: Param, desk: &Desk) -> Option<f32> {
    let sounding = desk.controls.values.normalized(param).clamp(0.0, 1.0);
    // The values that sound have the host's word; while a hand is ahead of it, so are they.
    let offset = sounding - desk.edits.params().unmodulated(param);
    (offset.abs() > 1e-3).then(|| (desk.edits.normalized(param) + offset).clamp(0.0, 1.0))
}

fn fine(ui: &Ui) -> f32 {
    if ui.input(|input| input.modifiers.shift) {
        FINE
    } else {
        1.0
    }
}

fn reset(edits: &mut Edits, param: Param) {
    edits.set(param, param.default_normalized());
}

/// Moves a parameter by so many small steps.
fn step(desk: &mut Desk, param: Param, steps: f32) {
    let step = match param.range().steps() {
        Some(count) => 1.0 / count as f32,
        None => STEP,
    };
    let normalized = desk.edits.normalized(param) + steps * step;
    desk.edits.nudge(param, normalized.clamp(0.0, 1.0));
}

fn wheel(ui: &Ui, desk: &mut Desk, param: Param, response: &Response) {
    if !response.hovered() {
        return;
    }
    let notches = ui.input_mut(|input| {
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
    });
    if notches == 0.0 {
        return;
    }
    if param.range().steps().is_some() {
        desk.controls.wheel += upwards(param) * notches;
        let whole = desk.controls.wheel.trunc();
        desk.controls.wheel -= whole;
        if whole != 0.0 {
            step(desk, param, whole);
        }
    } else {
        step(desk, param, 2.0 * notches * fine(ui));
    }
}

fn keys(ui: &Ui, desk: &mut Desk, param: Param, response: &Response) {
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
            Key::ArrowRight => step(desk, param, fine),
            Key::ArrowLeft => step(desk, param, -fine),
            Key::ArrowUp => step(desk, param, upwards(param) * fine),
            Key::ArrowDown => step(desk, param, -upwards(param) * fine),
            Key::PageUp => step(desk, param, upwards(param) * PAGE),
            Key::PageDown => step(desk, param, -upwards(param) * PAGE),
            Key::Home => desk.edits.nudge(param, 0.0),
            Key::End => desk.edits.nudge(param, 1.0),
            Key::Delete | Key::Backspace => reset(desk.edits, param),
            Key::Enter if !shift && is_typed(param) => {
                desk.controls.entry = Some(Entry::new(param, desk.edits));
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

/// Whether a value is typed, and not picked.
fn is_typed(param: Param) -> bool {
    param.range().labels().is_none()
}

/// What a screen reader asks for.
fn reader(ui: &Ui, desk: &mut Desk, param: Param, response: &Response) {
    let (steps, values) = ui.input(|input| {
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        let steps = asked(Action::Increment) - asked(Action::Decrement);
        let values: Vec<f32> = input
            .accesskit_action_requests(response.id, Action::SetValue)
            .filter_map(|request| match &request.data {
                Some(ActionData::NumericValue(plain)) => Some(*plain as f32),
                Some(ActionData::Value(text)) => param.parse(text),
                _ => None,
            })
            .collect();
        (steps, values)
    });
    if steps != 0.0 {
        step(desk, param, steps);
    }
    for plain in values.into_iter().filter(|plain| plain.is_finite()) {
        desk.edits.set(param, param.range().normalized(plain));
    }
}

/// Names a control that moves along a range for a screen reader, with its value and unit.
fn describe(ui: &Ui, response: &Response, param: Param, shown: &Shown) {
    let row = param.row();
    let plain = f64::from(param.range().plain(shown.normalized));
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), plain, param.row().name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        let (min, max) = row.range.ends();
        node.set_min_numeric_value(f64::from(min));
        node.set_max_numeric_value(f64::from(max));
        node.set_value(shown.text.as_str());
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// The same for one that is one of several, or on or off.
fn describe_choice(ui: &Ui, response: &Response, role: Role, param: Param, shown: &Shown) {
    response.widget_info(|| match role {
        Role::Switch => WidgetInfo::selected(
            role,
            ui.is_enabled(),
            shown.normalized >= 0.5,
            param.row().name,
        ),
        role => WidgetInfo::labeled(role, ui.is_enabled(), param.row().name),
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_value(shown.text.as_str());
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// Tells what the control is, in the help line.
fn tell(desk: &mut Desk, response: &Response, param: Param, shown: &Shown) {
    let awaited = shown.is_awaited;
    desk.help.tell(response, || {
        let mut text = format!("{}: {}", param.row().name, shown.text);
        if let Some(modulated) = shown.modulated {
            let sounds = value_text(param, param.range().plain(modulated));
            text += &format!(" (sounds at {sounds})");
        }
        if awaited {
            text += ". Move a controller to teach it";
        } else {
            text += &format!(". {}", param.row().help);
            if let Some(reason) = shown.idle {
                text += &format!(" Has no effect now. {reason}");
            }
            if let Some(number) = shown.controller {
                text += &format!(" CC {number} moves it.");
            }
        }
        text
    });
}

/// Shows a control as inactive if its parameter has no effect now.
fn dimmed(ui: &mut Ui, desk: &mut Desk, param: Param, control: impl FnOnce(&mut Ui, &mut Desk)) {
    ui.scope(|ui| {
        if idle::reason(param, desk.controls.values()).is_some() {
            ui.multiply_opacity(IDLE_OPACITY);
        }
        control(ui, desk);
    });
}

/// Around what has the focus, and, dashed, around what awaits a controller; as strong around a control
/// that is dimmed, and a little outside it, so that it does not touch what is written at its foot.
fn outline(ui: &Ui, rect: Rect, response: &Response, shown: &Shown, theme: &Theme) {
    let radius = f32::from(theme::RADIUS);
    let rect = rect.shrink2(egui::vec2(1.5, 0.0));
    let mut painter = ui.painter().clone();
    painter.set_opacity(1.0);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(rect, radius, stroke, StrokeKind::Outside);
    }
    if shown.is_awaited {
        let stroke = Stroke::new(1.5, theme.modulated);
        let corners = [
            rect.left_top(),
            rect.right_top(),
            rect.right_bottom(),
            rect.left_bottom(),
            rect.left_top(),
        ];
        painter.extend(egui::Shape::dashed_line(&corners, stroke, 4.0, 3.0));
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

/// What bars and knobs begin with: the control's place, all that is done with it, and what it shows.
/// `None` where it is out of sight.
fn along(
    ui: &mut Ui,
    desk: &mut Desk,
    param: Param,
    size: Vec2,
) -> Option<(Rect, Response, Shown)> {
    let (rect, response) = allocate(ui, param, size);
    interact(ui, desk, param, &response);
    let shown = Shown::of(param, desk);
    describe(ui, &response, param, &shown);
    tell(desk, &response, param, &shown);
    ui.is_rect_visible(rect).then_some((rect, response, shown))
}

/// A control's place, and what happens there. A parameter has one control in a window.
fn allocate(ui: &mut Ui, param: Param, size: Vec2) -> (Rect, Response) {
    let (_, rect) = ui.allocate_space(size);
    let id = egui::Id::unique(("control", param.index()));
    (rect, ui.interact(rect, id, Sense::click_and_drag()))
}

/// A name in small, weak letters, in the middle of its place, cut short where it is too long.
fn label(ui: &Ui, rect: Rect, text: &str, color: egui::Color32) {
    let mut job =
        egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::font(theme::SMALL), color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let at = rect.center() - 0.5 * galley.size();
    ui.painter()
        .with_clip_rect(rect.expand(1.0).intersect(ui.clip_rect()))
        .galley(at, galley, color);
}

/// A value, with as many figures as there is room for.
fn value_label(ui: &Ui, rect: Rect, text: &str, color: egui::Color32) {
    let font = theme::font(theme::SMALL);
    let fits = |text: &str| {
        let galley = ui
            .painter()
            .layout_no_wrap(text.to_owned(), font.clone(), color);
        galley.size().x <= rect.width()
    };
    let texts = [usize::MAX, 3, 2, 1].map(|figures| compact(text, figures));
    let shown = texts.iter().find(|text| fits(text)).unwrap_or(&texts[3]);
    label(ui, rect, shown, color);
}

/// The mark of a learned controller.
fn controller_mark(ui: &Ui, rect: Rect, shown: &Shown, theme: &Theme) {
    if shown.controller.is_some() {
        let at = rect.right_top() + egui::vec2(-6.0, 6.0);
        ui.painter().circle_filled(at, 2.0, theme.modulated);
    }
}

#[cfg(test)]
mod tests;
