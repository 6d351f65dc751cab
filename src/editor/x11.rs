//! A window under X11, where the window layer (baseview 0.4.2) draws too late or not at all.

mod first_frame;
mod pace;

use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};

use first_frame::FirstFrame;
use pace::Pace;

/// Sees to it that a window is drawn, and as often as its screen shows it.
pub struct Frames {
    /// Until there is one.
    first: Option<FirstFrame>,
    pace: Option<Pace>,
}

impl Frames {
    /// Of this window; `None` if it is none of X11.
    pub fn of(window: &WindowContext) -> Option<Frames> {
        let window = match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        Some(Frames {
            first: FirstFrame::of(window),
            pace: Pace::of(window),
        })
    }

    /// To be called as a frame is drawn.
    pub fn draw(&mut self) {
        self.first = None;
        if let Some(pace) = &mut self.pace {
            pace.hurry();
        }
    }
}
