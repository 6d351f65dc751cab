//! A window's first frame under X11, however long the host takes to show it.
//!
//! The window layer (baseview 0.4.2) asks for its first frame as soon as it runs, and listens to the
//! answer only once the window is shown. A host that shows it later than a sixtieth of a second after
//! it was made lets that answer go by, and the layer, which waits for it before it asks again, never
//! draws. This asks in its place, with the number of its first request, until a frame is drawn; an
//! answer that is not waited for the layer passes over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::present::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// How long a window may have been shown without a picture.
const PATIENCE: Duration = Duration::from_millis(40);
/// As [`PATIENCE`], for a window that was made long ago and may never be shown.
const LONG_PATIENCE: Duration = Duration::from_millis(250);
/// From this many requests on.
const LONG: u32 = 100;
/// The number of the layer's first request.
const FIRST: u32 = 0;

/// Asks until it is dropped.
pub struct FirstFrame {
    is_over: Arc<AtomicBool>,
    /// There until it is dropped.
    thread: Option<JoinHandle<()>>,
}

impl FirstFrame {
    /// The first frame of the window with this id; `None` where the server cannot be reached.
    pub fn of(window: u32) -> Option<FirstFrame> {
        let (connection, _) = x11rb::connect(None).ok()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let thread = thread::Builder::new()
            .name("first frame".to_owned())
            .spawn(move || ask(&connection, window, &told))
            .ok()?;
        Some(FirstFrame {
            is_over,
            thread: Some(thread),
        })
    }
}

impl Drop for FirstFrame {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It has not panicked, and could do no more harm if it had.
            let _ = thread.join();
        }
    }
}

fn ask(connection: &RustConnection, window: u32, is_over: &AtomicBool) {
    for asked in 0_u32.. {
        thread::park_timeout(if asked < LONG {
            PATIENCE
        } else {
            LONG_PATIENCE
        });
        if is_over.load(Ordering::Acquire) {
            return;
        }
        let cookie = connection.present_notify_msc(window, FIRST, 0, 0, 0);
        // An error that is answered is of a window that has gone: nobody waits for it.
        if cookie.is_err() || connection.flush().is_err() {
            return;
        }
    }
}
