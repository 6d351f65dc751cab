//! A display of X11 as a host sees it: its own windows, the plugin's inside them, the pointer.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, ImageFormat, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use xtask::command::{command, run};
use xtask::host::WindowSize;

/// Tries until it succeeds, for at most half a minute.
pub fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(result) = attempt() {
            return result;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "waited half a minute for {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A display that this test has for itself: it counts threads, and there is one pointer.
pub struct Display {
    connection: RustConnection,
    screen: usize,
    _alone: MutexGuard<'static, ()>,
}

impl Display {
    pub fn open() -> Display {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        keep_to_ourselves();
        let connect = || {
            x11rb::connect(None)
                .expect("a display: run `cargo xtask test`, or this under `xvfb-run`")
        };
        // A server that nobody is connected to begins anew, and refuses who comes meanwhile.
        static FIRST: OnceLock<(RustConnection, usize)> = OnceLock::new();
        FIRST.get_or_init(connect);
        let (connection, screen) = connect();
        Display {
            connection,
            screen,
            _alone: alone,
        }
    }

    /// A window of the host's own.
    pub fn parent(&self, size: WindowSize) -> Window {
        let display = &self.connection;
        let root = display.setup().roots[self.screen].root;
        let window = display.generate_id().unwrap();
        let (width, height) = (size.width as u16, size.height as u16);
        display
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                root,
                0,
                0,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                0,
                &CreateWindowAux::new().override_redirect(1),
            )
            .unwrap()
            .check()
            .unwrap();
        display.map_window(window).unwrap().check().unwrap();
        window
    }

    pub fn destroy(&self, window: Window) {
        let cookie = self.connection.destroy_window(window).unwrap();
        cookie.check().unwrap();
    }

    /// The first window inside another.
    pub fn child(&self, parent: Window) -> Option<Window> {
        let tree = self.connection.query_tree(parent).ok()?.reply().ok()?;
        tree.children.first().copied()
    }

    /// The plugin's window inside the host's, once it is seen and has drawn itself.
    pub fn drawn(&self, parent: Window) -> Window {
        let editor = wait_for("the editor's window", || self.child(parent));
        wait_for("the editor to be seen", || {
            let looks = self.connection.get_window_attributes(editor).ok()?;
            let looks = looks.reply().ok()?;
            (looks.map_state == MapState::VIEWABLE).then_some(())
        });
        wait_for("the editor to draw itself", || {
            (self.colours(editor)? > 16).then_some(())
        });
        editor
    }

    pub fn size(&self, window: Window) -> Option<WindowSize> {
        let geometry = self.connection.get_geometry(window).ok()?.reply().ok()?;
        Some(WindowSize {
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    /// How many colours a window shows.
    pub fn colours(&self, window: Window) -> Option<usize> {
        let size = self.size(window)?;
        let (width, height) = (size.width as u16, size.height as u16);
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, !0)
            .ok()?
            .reply()
            .ok()?;
        let pixels: HashSet<&[u8]> = image.data.chunks_exact(4).collect();
        Some(pixels.len())
    }
}

/// Moves the pointer and its buttons, in the words of `xdotool`.
pub fn point(words: &[&str]) {
    run(command("xdotool").args(words)).unwrap();
}

/// Lets this process's windows find nobody's presets and settings, and leave none.
fn keep_to_ourselves() {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        for variable in ["ALIQUOT_DATA_DIR", "ALIQUOT_CONFIG_DIR"] {
            // SAFETY: the first test does this before it loads the plugin; others wait for their
            // turn and read no environment.
            unsafe { std::env::set_var(variable, &folder) };
        }
        folder
    });
}
