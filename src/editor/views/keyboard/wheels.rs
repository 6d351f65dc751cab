//! The pitch wheel and the modulation wheel.
//!
//! Both follow a drag, the mouse's wheel and the arrow keys; a double click brings them to rest. The pitch
//! wheel springs back when the mouse or the key is released, a while after the mouse's wheel was turned, and
//! when the window loses the focus; the modulation wheel stays.

use std::time::Duration;

use egui::accesskit::{Action, ActionData};
use egui::{
    Align2, CursorIcon, Event, Key, PointerButton, Rect, Response, Sense, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::bridge::{ScreenKeys, Wheels};
use crate::editor::context::ViewContext;
use crate::editor::theme::{self, small_text};
use crate::editor::widgets::{fine, keep_arrows, notches};

/// Width of both wheels, points.
pub const WIDTH: f32 = 64.0;
/// Width of one wheel, points.
const WHEEL: f32 = 26.0;
/// Height of the word below it, points.
const WORD: f32 = 13.0;
/// A notch of the mouse's wheel and a press of an arrow key move by this part of the way.
const STEP: f32 = 0.05;
/// Steps that Page Up and Page Down move by.
const PAGE: f32 = 5.0;
/// After the mouse's wheel was turned, the pitch wheel stays for this long, seconds.
const STAYS_S: f64 = 0.4;
/// Between two ridges, points.
const RIDGE: f32 = 5.0;

/// One of the two.
#[derive(Clone, Copy, PartialEq)]
enum Wheel {
    Pitch,
    Modulation,
}

impl Wheel {
    fn name(self) -> &'static str {
        match self {
            Wheel::Pitch => "Pitch wheel",
            Wheel::Modulation => "Modulation wheel",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Wheel::Pitch => "Pitch",
            Wheel::Modulation => "Mod",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Wheel::Pitch => "bends all notes by the Bend Range and springs back when it is let go",
            Wheel::Modulation => "the controller 1 of MIDI, for vibrato and routes; it stays",
        }
    }

    fn least(self) -> f32 {
        match self {
            Wheel::Pitch => -1.0,
            Wheel::Modulation => 0.0,
        }
    }

    fn of(self, wheels: Wheels) -> f32 {
        match self {
            Wheel::Pitch => wheels.bend,
            Wheel::Modulation => wheels.modulation,
        }
    }

    fn set(self, wheels: &mut Wheels, value: f32) {
        let value = value.clamp(self.least(), 1.0);
        match self {
            Wheel::Pitch => wheels.bend = value,
            Wheel::Modulation => wheels.modulation = value,
        }
    }
}

/// What keeps the pitch wheel from springing back.
#[derive(Clone, Copy, PartialEq)]
enum WheelHold {
    Pointer,
    Key(Key),
    /// Until then, in the window's seconds.
    Until(f64),
    /// Somebody who can only set values, such as a screen reader.
    Set,
}

/// What the wheels remember while their window is open.
#[derive(Default)]
pub struct WheelPair {
    hold: Option<WheelHold>,
}

impl WheelPair {
    /// Shows both in this place, and plays them.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect, keys: &ScreenKeys) {
        let before = keys.wheels();
        let mut wheels = before;
        for (wheel, left) in [
            (Wheel::Pitch, rect.left()),
            (Wheel::Modulation, rect.right() - WHEEL),
        ] {
            let place = Rect::from_x_y_ranges(left..=left + WHEEL, rect.y_range());
            self.wheel(ui, context, wheel, place, &mut wheels);
        }
        if wheels != before {
            keys.set_wheels(wheels);
        }
    }

    /// Lets the pitch wheel spring back if nothing holds it any more. To be called at each frame,
    /// whether the wheels are shown or not.
    pub fn spring(&mut self, ui: &Ui, keys: &ScreenKeys) {
        let now_s = ui.input(|input| input.time);
        let lost_focus = |event: &Event| matches!(event, Event::WindowFocused(false));
        let is_left = ui.input(|input| input.events.iter().any(lost_focus));
        let is_held = match self.hold {
            Some(WheelHold::Pointer) => ui.input(|input| input.pointer.primary_down()),
            Some(WheelHold::Key(held)) => ui.input(|input| {
                let came_up = |event: &Event| match event {
                    Event::Key { key, pressed, .. } => *key == held && !pressed,
                    _ => false,
                };
                !input.events.iter().any(came_up)
            }),
            Some(WheelHold::Until(until_s)) => now_s < until_s,
            Some(WheelHold::Set) => true,
            None => false,
        };
        if let Some(WheelHold::Until(until_s)) = self.hold
            && is_held
        {
            let rest_s = Duration::from_secs_f64((until_s - now_s).clamp(0.0, STAYS_S));
            ui.ctx().request_repaint_after(rest_s);
        }
        let wheels = keys.wheels();
        if (is_left || !is_held) && (self.hold.take().is_some() || wheels.bend != 0.0) {
            keys.set_wheels(Wheels {
                bend: 0.0,
                ..wheels
            });
            ui.ctx().request_repaint();
        }
    }

    fn wheel(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        wheel: Wheel,
        rect: Rect,
        wheels: &mut Wheels,
    ) {
        let id = ui.scope_id().with(wheel.name());
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let before = wheel.of(*wheels);
        let range = 1.0 - wheel.least();
        let slot = rect.with_max_y(rect.bottom() - WORD);
        let mut moved = before;
        let mut hold = None;
        if response.dragged_by(PointerButton::Primary) {
            moved -= fine(ui) * range * response.drag_delta().y / slot.height();
            hold = Some(WheelHold::Pointer);
            response.request_focus();
            ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
        }
        if response.clicked() {
            response.request_focus();
        }
        if response.double_clicked() {
            moved = 0.0;
        }
        if response.hovered() {
            let notches = notches(ui);
            if notches != 0.0 {
                moved += range * STEP * notches * fine(ui);
                let now_s = ui.input(|input| input.time);
                hold = Some(WheelHold::Until(now_s + STAYS_S));
            }
        }
        if response.has_focus() {
            keep_arrows(ui, &response, false);
            if let Some((key, to)) = typed(ui, wheel, moved) {
                moved = to;
                hold = Some(WheelHold::Key(key));
            }
        }
        if let Some(asked) = asked(ui, wheel, &response, moved) {
            moved = asked;
            hold = Some(WheelHold::Set);
        }
        wheel.set(wheels, moved);
        if wheel == Wheel::Pitch && hold.is_some() {
            self.hold = hold;
        }
        let value = wheel.of(*wheels);
        describe(ui, &response, wheel, value);
        context.help.show_for(&response, || {
            format!("{}: {}. It {}", wheel.name(), text(value), wheel.help())
        });
        paint(ui, &response, wheel, slot, value);
    }
}

fn text(value: f32) -> String {
    format!("{:.0} %", 100.0 * value).replace('-', "−")
}

/// The last key that moves the wheel, and where to.
fn typed(ui: &Ui, wheel: Wheel, mut value: f32) -> Option<(Key, f32)> {
    let events = ui.input(|input| input.events.clone());
    let mut last = None;
    for event in events {
        let Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } = event
        else {
            continue;
        };
        let step = (1.0 - wheel.least()) * STEP * if modifiers.shift { 0.1 } else { 1.0 };
        let to = match key {
            Key::ArrowUp | Key::ArrowRight => value + step,
            Key::ArrowDown | Key::ArrowLeft => value - step,
            Key::PageUp => value + PAGE * step,
            Key::PageDown => value - PAGE * step,
            Key::Home => wheel.least(),
            Key::End => 1.0,
            Key::Delete | Key::Backspace => 0.0,
            _ => continue,
        };
        value = to.clamp(wheel.least(), 1.0);
        last = Some((key, value));
    }
    last
}

/// What a screen reader asks for.
fn asked(ui: &Ui, wheel: Wheel, response: &Response, value: f32) -> Option<f32> {
    ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        let steps = count(Action::Increment) - count(Action::Decrement);
        let set = input
            .accesskit_action_requests(response.id, Action::SetValue)
            .filter_map(|request| match &request.data {
                Some(ActionData::NumericValue(number)) => Some(*number as f32),
                _ => None,
            })
            .filter(|number| number.is_finite())
            .last();
        let step = (1.0 - wheel.least()) * STEP;
        set.or((steps != 0.0).then_some(value + steps * step))
    })
}

fn describe(ui: &Ui, response: &Response, wheel: Wheel, value: f32) {
    let number = f64::from(value);
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), number, wheel.name()));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(f64::from(wheel.least()));
        node.set_max_numeric_value(1.0);
        node.set_value(text(value));
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// A wheel seen from above: ridges, and a mark that moves with it.
fn paint(ui: &Ui, response: &Response, wheel: Wheel, slot: Rect, value: f32) {
    let theme = theme::current(ui);
    let painter = ui.painter().with_clip_rect(slot.expand(2.0));
    theme.paint_raised(&painter, slot, response.hovered());
    let inner = slot.shrink2(vec2(4.0, 5.0));
    let way = (value - wheel.least()) / (1.0 - wheel.least());
    let y = inner.bottom() - way * inner.height();
    let ridges = Stroke::new(1.0, theme.line);
    let mut ridge = inner.top() + (y - inner.top()).rem_euclid(RIDGE);
    while ridge <= inner.bottom() {
        painter.hline(inner.x_range(), ridge, ridges);
        ridge += RIDGE;
    }
    let rest = inner.bottom() + wheel.least() / (1.0 - wheel.least()) * inner.height();
    let filled = Rect::from_x_y_ranges(inner.x_range(), y.min(rest)..=y.max(rest));
    painter.rect_filled(filled, 1, theme.accent.gamma_multiply(0.35));
    let mark = Rect::from_center_size(pos2(inner.center().x, y), vec2(inner.width(), 3.0));
    painter.rect_filled(mark, 1, theme.accent);
    if response.has_focus() {
        theme::edge(&painter, slot, 1.5, theme.focus);
    }
    let foot = pos2(slot.center().x, response.rect.bottom());
    small_text(
        ui.painter(),
        foot,
        Align2::CENTER_BOTTOM,
        wheel.word(),
        theme.weak_text,
    );
}

#[cfg(test)]
mod tests;
