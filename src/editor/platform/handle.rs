//! An open window as the host holds it: the framework's handle, and a window that is gone when it
//! has been dropped.
//!
//! Under X11 the window layer (baseview 0.4.2) runs each window in a thread of its own and does not
//! always join it: dropping its window mostly leaves the thread running for 30 to 150 ms, in which
//! the host may destroy the instance, unload the library or end. [`OpenWindow`] waits for the thread
//! (`docs/upstream.md`). Elsewhere a window lives in the host's thread and is dropped there.

use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{process, thread};

use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, Modifiers, ParentWindowHandle, VirtualKeyCode};
use nice_plug::prelude::nice_warn;
use nice_plug_egui::EguiEditorHandle;
use nice_plug_egui::baseview::{Error, Window};

#[cfg(target_os = "linux")]
use super::x11::WindowThread;

/// Where a window's thread is entered by the thread itself, while the window is built.
#[derive(Clone, Default)]
pub struct ThreadCell {
    #[cfg(target_os = "linux")]
    thread: Arc<OnceLock<WindowThread>>,
}

impl ThreadCell {
    /// Enters the calling thread as the window's own. Does nothing where windows have none.
    pub fn enter(&self) {
        #[cfg(target_os = "linux")]
        if let Some(thread) = WindowThread::current() {
            // A window is built once.
            let _ = self.thread.set(thread);
        }
    }

    /// Waits until the thread has ended, for a bounded time.
    fn join(&self) {
        #[cfg(target_os = "linux")]
        if let Some(thread) = self.thread.get()
            && !thread.wait_for_end(LONGEST_CLOSING)
        {
            nice_warn!(
                "The window's thread has not ended within {} s of its closing",
                LONGEST_CLOSING.as_secs()
            );
        }
    }
}

/// For how long closing waits at most. A window ends within 150 ms on an idle machine; a host that is
/// kept for longer than this is worse than a thread that outlives its window, since the library stays
/// mapped (`xtask/src/bundle.rs`).
#[cfg(target_os = "linux")]
const LONGEST_CLOSING: Duration = Duration::from_secs(10);

/// A window of the window layer's. Dropping it closes it and waits until it is gone.
pub struct OpenWindow {
    /// `None` while it is dropped.
    window: Option<Window>,
    thread: ThreadCell,
}

impl OpenWindow {
    /// Owns `window`, whose thread has been entered in `thread`.
    pub fn new(window: Window, thread: ThreadCell) -> OpenWindow {
        OpenWindow {
            window: Some(window),
            thread,
        }
    }

    /// Waits until the window answers requests.
    ///
    /// A window of the window layer (baseview 0.4.2) that is dropped before its loop has begun never
    /// ends, and whoever drops it waits for ever: the loop clears the request to stop as it begins.
    ///
    /// # Errors
    ///
    /// When the window has ended already.
    pub fn wait_for_loop(&self) -> Result<(), Error> {
        let window = self.get();
        // To its own size: the loop answers, and nothing changes.
        window.resize(window.size().physical)
    }

    fn get(&self) -> &Window {
        self.window
            .as_ref()
            .expect("it is there until it is dropped")
    }

    fn run_until_closed(mut self) -> Result<(), Error> {
        self.window.take().map_or(Ok(()), Window::run_until_closed)
    }
}

impl Drop for OpenWindow {
    fn drop(&mut self) {
        drop(self.window.take());
        self.thread.join();
    }
}

/// For how long the standalone program may go on after its window has closed. An orderly end takes
/// some milliseconds, or one period of the sound device.
const LONGEST_ENDING: Duration = Duration::from_secs(5);

/// Ends the standalone program with this code, if it has not ended by itself within `time`.
///
/// The framework (nice-plug 0.4.2) waits without a limit for the sound device's next period, which a
/// JACK server that has gone never asks for; and while it leaves a JACK server, libjack and the
/// framework may each take the other's answer and wait for ever (`docs/upstream.md`).
fn end_program_within(time: Duration, code: i32) {
    thread::spawn(move || {
        thread::sleep(time);
        nice_warn!(
            "The sound device has not been left within {} s of the window's closing",
            time.as_secs()
        );
        process::exit(code);
    });
}

/// The framework's handle, for an [`OpenWindow`].
pub struct WindowHandle(pub EguiEditorHandle);

impl EditorHandle for WindowHandle {
    type Window = OpenWindow;
    type Error = Error;

    fn run_until_closed(window: OpenWindow) -> Result<(), Error> {
        let result = window.run_until_closed();
        end_program_within(LONGEST_ENDING, i32::from(result.is_err()));
        result
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &OpenWindow) -> Result<(), Error> {
        self.0.set_parent(parent, window.get())
    }

    fn show(&self, window: &OpenWindow) -> Result<(), Error> {
        self.0.show(window.get())
    }

    fn hide(&self, window: &OpenWindow) -> Result<(), Error> {
        self.0.hide(window.get())
    }

    fn set_size(&self, size: NativeSize<u32>, window: &OpenWindow) -> Result<(), Error> {
        self.0.set_size(size, window.get())
    }

    fn host_main_thread_callback(&self, window: &OpenWindow) {
        self.0.host_main_thread_callback(window.get());
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &OpenWindow) -> Option<NativeSize<u32>> {
        self.0.adjust_size(size, window.get())
    }

    fn set_fallback_scale_factor(&self, scale: f64, window: &OpenWindow) -> Result<(), Error> {
        self.0.set_fallback_scale_factor(scale, window.get())
    }

    fn on_virtual_key_from_host(
        &self,
        key: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        self.0.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized: f32) {
        self.0.param_value_changed(id, normalized);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.0.param_modulation_changed(id, offset);
    }
}
