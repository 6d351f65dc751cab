//! Where everything stands in the window.

use egui::{Rect, Vec2, vec2};

use crate::editor::theme;
use crate::editor::views::{modulators, panels};
use crate::params::EditorSize;

/// Points.
const HEADER: f32 = 40.0;
/// Points.
const STATUS: f32 = 24.0;
/// Height of the keyboard in the lowest window, and in one with room to spare; points.
const KEYBOARD: (f32, f32) = (56.0, 84.0);
/// Heights of windows that are low and have room to spare, points.
const WINDOW: (f32, f32) = (500.0, 1000.0);
/// Height of the strip of sources and the gap above it, points.
const MODULATORS: f32 = modulators::HEIGHT + theme::GRID;
/// The panels' part, at most, of the height that they share with the spectrum: the spectrum is larger.
const PANELS_MOST: f32 = 0.48;
/// The panels' controls grow until the panels have this part of it.
const PANELS_WANTED: f32 = 0.43;

/// The window's rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// What sounds, and what concerns the window.
    pub header: Rect,
    /// The rest of it, above the status line.
    pub body: Rect,
    /// The line at the foot.
    pub status: Rect,
    /// What the body is to show, if there is no room for it all at once: as large as in the smallest
    /// window that has.
    pub scrolled: Option<Vec2>,
}

impl Layout {
    /// The layout of a window of this place and size.
    pub fn of(window: Rect) -> Layout {
        Layout::below_hint(window, 0.0)
    }

    /// The layout with a hint of this height between the header and the body.
    pub fn below_hint(window: Rect, hint: f32) -> Layout {
        let header = window.top() + HEADER;
        let status = (window.bottom() - STATUS).max(header);
        let row = |top: f32, bottom: f32| Rect::from_x_y_ranges(window.x_range(), top..=bottom);
        let body = row((header + hint).min(status), status);
        let least = vec2(
            EditorSize::MIN.width as f32,
            EditorSize::MIN.height as f32 - HEADER - STATUS,
        );
        // A window may lack parts of a point that its pixels do not allow.
        let is_small = body.width() < least.x - 1.0 || body.height() < least.y - 1.0;
        Layout {
            header: row(window.top(), header),
            body,
            status: row(status, status + STATUS),
            scrolled: is_small.then(|| body.size().max(least)),
        }
    }
}

/// What stands in the body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShellBody {
    /// The largest.
    pub spectrum: Rect,
    /// The sources of modulation.
    pub modulators: Rect,
    /// As high as what is in them.
    pub panels: Rect,
    /// The keys.
    pub keyboard: Rect,
}

impl ShellBody {
    /// The layout of the body in this place.
    pub fn of(rect: Rect) -> ShellBody {
        let window = rect.height() + HEADER + STATUS;
        let room = ((window - WINDOW.0) / (WINDOW.1 - WINDOW.0)).clamp(0.0, 1.0);
        let keyboard = rect.bottom() - (KEYBOARD.0 + (KEYBOARD.1 - KEYBOARD.0) * room).round();
        let shared = keyboard - rect.top() - MODULATORS;
        let around = vec2(2.0 * theme::GAP, 2.0 * theme::GAP);
        let most = vec2(rect.width(), PANELS_MOST * shared) - around;
        let wanted = PANELS_WANTED * shared - around.y;
        let panels = keyboard - (panels::height(most, wanted) + around.y).round();
        let row = |top: f32, bottom: f32| Rect::from_x_y_ranges(rect.x_range(), top..=bottom);
        ShellBody {
            spectrum: row(rect.top(), panels - MODULATORS),
            modulators: row(panels - MODULATORS, panels),
            panels: row(panels, keyboard),
            keyboard: row(keyboard, rect.bottom()),
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn everything_has_its_place_in_every_window() {
        for (width, height) in [
            (800.0, 500.0),
            (1000.0, 620.0),
            (1280.0, 800.0),
            (1440.0, 900.0),
            (1600.0, 1000.0),
            (1920.0, 1080.0),
            (2560.0, 1440.0),
            (3840.0, 2160.0),
            // High and narrow, low and wide.
            (800.0, 1400.0),
            (2560.0, 500.0),
        ] {
            let window = Rect::from_min_size(pos2(3.0, 5.0), vec2(width, height));
            let layout = Layout::of(window);
            assert_eq!(layout.scrolled, None, "{width} × {height}");
            let body = ShellBody::of(layout.body);
            let rows = [
                layout.header,
                body.spectrum,
                body.modulators,
                body.panels,
                body.keyboard,
                layout.status,
            ];
            // They fill the window without a gap and without lying over one another.
            assert_eq!(rows[0].min, window.min);
            assert_eq!(rows[5].max, window.max);
            for pair in rows.windows(2) {
                assert_eq!(pair[0].bottom(), pair[1].top());
            }
            for row in rows {
                assert!(row.height() >= STATUS, "{width} × {height}: {row:?}");
                assert_eq!(row.x_range(), window.x_range());
                assert!(row == body.spectrum || row.height() < body.spectrum.height());
            }
        }
    }

    /// What does not fit stays reachable: the header and the status line in the window, the rest
    /// scrolled.
    #[test]
    fn a_window_that_is_too_small_shows_a_part_of_the_smallest() {
        let window = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 250.0));
        let layout = Layout::of(window);
        assert_eq!(layout.scrolled, Some(vec2(800.0, 436.0)));
        assert_eq!(layout.body.size(), vec2(400.0, 186.0));
        let low = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_000.0, 400.0));
        assert_eq!(Layout::of(low).scrolled, Some(vec2(1_000.0, 436.0)));
        let nearly = Rect::from_min_size(pos2(0.0, 0.0), vec2(799.5, 499.5));
        assert_eq!(Layout::of(nearly).scrolled, None);
    }
}
