//! How large a window may become before parts of it lie outside its screen.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::randr::ConnectionExt as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

/// How often the screen is looked at: a window is moved to another monitor.
const INTERVAL: Duration = Duration::from_secs(1);

/// A place on the screen, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ScreenArea {
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl ScreenArea {
    /// What is in both; without area if they do not touch.
    fn intersection(self, other: ScreenArea) -> ScreenArea {
        let span = |a: i32, a_length: i32, b: i32, b_length: i32| {
            let from = a.max(b);
            let to = (a + a_length).min(b + b_length);
            (from, (to - from).max(0))
        };
        let (left, width) = span(self.left, self.width, other.left, other.width);
        let (top, height) = span(self.top, self.height, other.top, other.height);
        ScreenArea {
            left,
            top,
            width,
            height,
        }
    }

    fn area(self) -> i64 {
        i64::from(self.width) * i64::from(self.height)
    }
}

/// Measures the room of one window.
pub struct ScreenRoom {
    connection: RustConnection,
    root: Window,
    window: Window,
    looked: Option<Instant>,
}

impl ScreenRoom {
    /// The room on the screen of the window with this id; `None` where the server cannot be reached.
    pub fn of(window: Window) -> Option<ScreenRoom> {
        let (connection, screen) = x11rb::connect(None).ok()?;
        let root = connection.setup().roots.get(screen)?.root;
        Some(ScreenRoom {
            connection,
            root,
            window,
            looked: None,
        })
    }

    /// Width and height in pixels that the window may have, so that all that is around it has room on its
    /// monitor as well: frames, a host's own window. `None` while it is not known, or was looked at
    /// less than a second ago.
    pub fn look(&mut self) -> Option<(u32, u32)> {
        if self
            .looked
            .is_some_and(|looked| looked.elapsed() < INTERVAL)
        {
            return None;
        }
        self.looked = Some(Instant::now());
        let outer = self.place(self.outermost()?)?;
        let inner = self.place(self.window)?;
        let area = self.work_area(outer)?;
        let room = |area: i32, outer: i32, inner: i32| {
            // What is around it has a size of its own.
            u32::try_from(area - (outer - inner).max(0)).ok()
        };
        Some((
            room(area.width, outer.width, inner.width)?,
            room(area.height, outer.height, inner.height)?,
        ))
    }

    /// The window that contains ours and is directly on the screen.
    fn outermost(&self) -> Option<Window> {
        let mut window = self.window;
        loop {
            let tree = self.connection.query_tree(window).ok()?.reply().ok()?;
            if tree.parent == self.root || tree.parent == x11rb::NONE {
                return Some(window);
            }
            window = tree.parent;
        }
    }

    fn place(&self, window: Window) -> Option<ScreenArea> {
        let size = self.connection.get_geometry(window).ok()?.reply().ok()?;
        let corner = self
            .connection
            .translate_coordinates(window, self.root, 0, 0);
        let corner = corner.ok()?.reply().ok()?;
        Some(ScreenArea {
            left: corner.dst_x.into(),
            top: corner.dst_y.into(),
            width: size.width.into(),
            height: size.height.into(),
        })
    }

    /// The monitor that most of this place is on, without panels and docks.
    fn work_area(&self, place: ScreenArea) -> Option<ScreenArea> {
        let whole = self.place(self.root)?;
        let monitor = self
            .monitors()
            .unwrap_or_default()
            .into_iter()
            .max_by_key(|monitor| monitor.intersection(place).area())
            .unwrap_or(whole);
        let free = self.desktop().map(|desktop| desktop.intersection(monitor));
        Some(free.filter(|free| free.area() > 0).unwrap_or(monitor))
    }

    fn monitors(&self) -> Option<Vec<ScreenArea>> {
        let monitors = self.connection.randr_get_monitors(self.root, true).ok()?;
        let monitors = monitors.reply().ok()?.monitors.into_iter();
        Some(
            monitors
                .map(|monitor| ScreenArea {
                    left: monitor.x.into(),
                    top: monitor.y.into(),
                    width: monitor.width.into(),
                    height: monitor.height.into(),
                })
                .collect(),
        )
    }

    /// What the window manager says is free of panels, over all monitors.
    fn desktop(&self) -> Option<ScreenArea> {
        let areas = self.numbers(b"_NET_WORKAREA")?;
        let current = self.numbers(b"_NET_CURRENT_DESKTOP");
        let current = current.and_then(|numbers| numbers.first().copied());
        let mut areas = areas.chunks_exact(4);
        let area = areas.nth(current.unwrap_or(0) as usize)?;
        Some(ScreenArea {
            left: area[0] as i32,
            top: area[1] as i32,
            width: area[2] as i32,
            height: area[3] as i32,
        })
    }

    /// A property of the root window that is a list of numbers.
    fn numbers(&self, name: &[u8]) -> Option<Vec<u32>> {
        let atom = self.connection.intern_atom(true, name).ok()?.reply().ok()?;
        let property = self
            .connection
            .get_property(false, self.root, atom.atom, AtomEnum::CARDINAL, 0, 1024)
            .ok()?
            .reply()
            .ok()?;
        Some(property.value32()?.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_in_common_what_is_in_both() {
        let place = |left, top, width, height| ScreenArea {
            left,
            top,
            width,
            height,
        };
        let (left, right) = (place(0, 0, 1280, 800), place(1280, 0, 1920, 1080));
        let window = place(1200, 100, 400, 300);
        assert_eq!(window.intersection(left), place(1200, 100, 80, 300));
        assert!(window.intersection(right).area() > window.intersection(left).area());
        assert_eq!(place(-50, 0, 40, 40).intersection(left).area(), 0);
    }
}
