//! A window without a screen, for the tests of the views.

use egui::{Context, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Ui, Vec2};

/// A context and its clock.
pub struct Stage {
    ctx: Context,
    size: Vec2,
    time: f64,
}

impl Stage {
    /// Of this size, in points.
    pub fn new(size: Vec2) -> Stage {
        Stage {
            ctx: Context::default(),
            size,
            time: 0.0,
        }
    }

    /// One frame, 20 ms after the last.
    pub fn frame(&mut self, events: &[Event], view: impl FnMut(&mut Ui)) {
        self.time += 0.02;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time),
            events: events.to_vec(),
            ..RawInput::default()
        };
        let mut output = self.ctx.clone().run_ui(input, view);
        // Nobody draws it.
        output.textures_delta.clear();
    }
}

/// The pointer's first button, pressed or let go.
pub fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

/// A key, pressed.
pub fn key(key: Key) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}
