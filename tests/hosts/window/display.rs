//! A display of X11 as a host sees it: its own windows, the plugin's inside them, the pointer.

#![allow(dead_code)] // Each test program uses its own part.

use std::collections::HashSet;
use std::sync::OnceLock;

use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
    EventMask, ImageFormat, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use xtask::command::{command, run};
use xtask::host::WindowSize;

pub use crate::rig::wait_for;

fn connect() -> (RustConnection, usize) {
    x11rb::connect(None).expect("a display: run `cargo xtask test`, or this under `xvfb-run`")
}

/// Stays connected for as long as this process lives. A server that nobody is connected to begins
/// anew, and refuses who comes meanwhile.
pub fn hold_display() {
    static FIRST: OnceLock<(RustConnection, usize)> = OnceLock::new();
    FIRST.get_or_init(connect);
}

/// The display of the environment.
pub struct Display {
    connection: RustConnection,
    screen: usize,
}

impl Display {
    pub fn open() -> Display {
        let (connection, screen) = connect();
        Display { connection, screen }
    }

    pub fn connection(&self) -> &RustConnection {
        &self.connection
    }

    pub fn root(&self) -> Window {
        self.connection.setup().roots[self.screen].root
    }

    /// A window of the host's own, in the corner of the screen.
    pub fn parent(&self, size: WindowSize) -> Window {
        self.parent_at((0, 0), size)
    }

    /// Opens the parent `x` pixels to the right and `y` down.
    pub fn parent_at(&self, (x, y): (i16, i16), size: WindowSize) -> Window {
        let display = &self.connection;
        let window = display.generate_id().unwrap();
        let (width, height) = (size.width as u16, size.height as u16);
        display
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                self.root(),
                x,
                y,
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

    /// Gives a window of ours another size.
    pub fn resize(&self, window: Window, size: WindowSize) {
        let aux = ConfigureWindowAux::new()
            .width(size.width)
            .height(size.height);
        let cookie = self.connection.configure_window(window, &aux).unwrap();
        cookie.check().unwrap();
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
        self.wait_until_drawn(editor);
        editor
    }

    /// Until a window shows more than an empty one.
    pub fn wait_until_drawn(&self, window: Window) {
        wait_for("the window to draw itself", || {
            (self.colours(window)? > 16).then_some(())
        });
    }

    pub fn size(&self, window: Window) -> Option<WindowSize> {
        let geometry = self.connection.get_geometry(window).ok()?.reply().ok()?;
        Some(WindowSize {
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    /// A window's pixels, four bytes each.
    pub fn picture(&self, window: Window) -> Option<Vec<u8>> {
        let size = self.size(window)?;
        let (width, height) = (size.width as u16, size.height as u16);
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, !0)
            .ok()?
            .reply()
            .ok()?;
        Some(image.data)
    }

    /// A window's picture once hardly anything moves in it from one frame to the next.
    pub fn settled(&self, window: Window) -> Vec<u8> {
        let mut frames = Frames::of(window);
        let mut before = self.picture(window).expect("a window");
        let mut alike = 0;
        wait_for("the window to settle", || {
            if frames.take() == 0 {
                return None;
            }
            let now = self.picture(window)?;
            alike = if sameness(&before, &now) > 0.995 {
                alike + 1
            } else {
                0
            };
            before.clone_from(&now);
            (alike >= SETTLED_FRAMES).then_some(now)
        })
    }

    /// A window's size once it no longer changes.
    pub fn settled_size(&self, window: Window) -> WindowSize {
        let mut before = self.size(window);
        wait_for("the window's size to settle", || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            let now = self.size(window);
            let is_same = now == before;
            before = now;
            now.filter(|_| is_same)
        })
    }

    /// How many colours a window shows.
    pub fn colours(&self, window: Window) -> Option<usize> {
        let picture = self.picture(window)?;
        let pixels: HashSet<&[u8]> = picture.chunks_exact(4).collect();
        Some(pixels.len())
    }

    /// Whether all four corners show the one colour of the window's ground, which is not black as
    /// what nobody has drawn is.
    pub fn is_drawn_to_its_corners(&self, window: Window) -> Option<bool> {
        let size = self.size(window)?;
        let picture = self.picture(window)?;
        let (right, bottom) = (size.width as usize - 2, size.height as usize - 2);
        let corners = [(1, 1), (right, 1), (1, bottom), (right, bottom)];
        let mut colours = corners.map(|(x, y)| {
            let place = 4 * (y * size.width as usize + x);
            picture.get(place..place + 3)
        });
        colours.sort_unstable();
        let ground = colours[0]?;
        Some(ground != [0; 3] && colours.iter().all(|colour| *colour == Some(ground)))
    }

    /// Asks a window to close, as the button on its frame does.
    pub fn ask_to_close(&self, window: Window) {
        let atom = |name: &str| {
            let cookie = self.connection.intern_atom(false, name.as_bytes()).unwrap();
            cookie.reply().unwrap().atom
        };
        let data = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
        let request = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        self.connection
            .send_event(false, window, EventMask::NO_EVENT, request)
            .unwrap()
            .check()
            .unwrap();
    }

    /// A window of this name that is seen, a program's own or its frame's.
    pub fn named(&self, name: &str) -> Option<Window> {
        self.named_in(self.root(), name.as_bytes())
    }

    fn named_in(&self, window: Window, name: &[u8]) -> Option<Window> {
        let display = &self.connection;
        let property = display
            .get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)
            .ok()?
            .reply()
            .ok()?;
        let looks = display.get_window_attributes(window).ok()?.reply().ok()?;
        if property.value == name && looks.map_state == MapState::VIEWABLE {
            return Some(window);
        }
        let beneath = display.query_tree(window).ok()?.reply().ok()?.children;
        beneath
            .into_iter()
            .find_map(|window| self.named_in(window, name))
    }
}

/// Frames that are alike before a window has settled: at rest it draws five a second.
const SETTLED_FRAMES: usize = 3;

/// Frames after which a window has drawn what the pointer and the keys did before: the first may have
/// begun earlier, and the second looks at all input that came until then.
pub const SEEN_FRAMES: usize = 2;

/// Counts what a window draws: the X server reports each change of its picture.
pub struct Frames {
    connection: RustConnection,
    damage: u32,
}

impl Frames {
    /// The frames of this window, from here on.
    pub fn of(window: Window) -> Frames {
        let (connection, _) = connect();
        connection
            .damage_query_version(1, 1)
            .unwrap()
            .reply()
            .unwrap();
        let damage = connection.generate_id().unwrap();
        // Once for each time that it is found changed: changes are reported anew after the last was
        // acknowledged.
        connection
            .damage_create(damage, window, ReportLevel::NON_EMPTY)
            .unwrap()
            .check()
            .unwrap();
        Frames { connection, damage }
    }

    /// How many came since the last call.
    pub fn take(&mut self) -> usize {
        let mut frames = 0;
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            if let Event::DamageNotify(_) = event {
                frames += 1;
                let none = x11rb::NONE;
                let cookie = self.connection.damage_subtract(self.damage, none, none);
                cookie.unwrap().check().unwrap();
            }
        }
        frames
    }
}

/// How far a pixel's colours may differ and be the same: edges are smoothed a little otherwise.
const NEAR: u8 = 48;

/// The part of the pixels that are the same in both pictures, 0 to 1.
pub fn sameness(one: &[u8], other: &[u8]) -> f64 {
    if one.len() != other.len() {
        return 0.0;
    }
    let pairs = one.chunks_exact(4).zip(other.chunks_exact(4));
    let is_same = |(a, b): &(&[u8], &[u8])| {
        let mut channels = a.iter().zip(b.iter());
        channels.all(|(a, b)| a.abs_diff(*b) <= NEAR)
    };
    let same = pairs.filter(is_same).count();
    4.0 * same as f64 / one.len() as f64
}

/// Gives the display this keyboard layout, such as `ru`, until the value goes.
pub fn keyboard_layout(name: &str) -> Layout {
    run(command("setxkbmap").arg(name)).unwrap();
    Layout
}

/// A keyboard layout other than the display's first.
pub struct Layout;

impl Drop for Layout {
    fn drop(&mut self) {
        // In a test that fails as well: the next must find the display as it was.
        let _ = run(command("setxkbmap").arg("us"));
    }
}

/// Moves the pointer and its buttons, in the words of `xdotool`.
pub fn point(words: &[&str]) {
    run(command("xdotool").args(words)).unwrap();
}
