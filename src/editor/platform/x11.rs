//! A window under X11, where the window layer (baseview 0.4.2) draws too late or not at all, and does
//! not wait for its thread or pass on all that is known of keys.

mod first_frame;
mod frame_pace;
mod keyboard;
mod screen_room;
mod window_thread;

use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};

use first_frame::FirstFrame;
use frame_pace::FramePace;
pub use keyboard::Keyboard;
pub use screen_room::ScreenRoom;
pub use window_thread::WindowThread;

/// The id of this window; `None` if it is not a window of X11.
pub fn window_id(window: &WindowContext) -> Option<u32> {
    match window.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// Sees to it that a window is drawn, and as often as its screen shows it.
pub struct Frames {
    /// Until there is one.
    first: Option<FirstFrame>,
    pace: Option<FramePace>,
}

impl Frames {
    /// The frames of the window with this id.
    pub fn of(window: u32) -> Frames {
        Frames {
            first: FirstFrame::of(window),
            pace: FramePace::of(window),
        }
    }

    /// To be called as a frame is drawn.
    pub fn draw(&mut self) {
        self.first = None;
        if let Some(pace) = &mut self.pace {
            pace.hurry();
        }
    }
}
