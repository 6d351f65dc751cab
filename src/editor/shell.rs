//! The window's layout: a header, the spectrum as the largest, the panels, the keyboard and a
//! status line.
//!
//! Views are shown in the order in which Tab walks them, from the top down.

use egui::{
    Align, Key, KeyboardShortcut, Layout as Row, Modifiers, Rect, RichText, Sense, Ui, UiBuilder,
    pos2, vec2,
};

use super::browser::Browser;
use super::control::Controls;
use super::desk::Desk;
use super::edit::Edits;
use super::help::HelpLine;
use super::keyboard::Keyboard;
use super::learn::Learn;
use super::live::Live;
use super::panel::Panels;
use super::settings::SettingsPage;
use super::spectrum::SpectrumView;
use super::{status, theme};
use crate::bridge::ScreenKeys;
use crate::library::Library;
use crate::params::HostParams;
use crate::settings::{Settings, SettingsFile};

/// Points.
const HEADER: f32 = 40.0;
/// Points.
const STATUS: f32 = 24.0;
/// Of a window as low as they come, and of one with room to spare; points.
const KEYBOARD: (f32, f32) = (56.0, 84.0);
/// The same.
const PANELS: (f32, f32) = (180.0, 340.0);
/// Heights of windows that are low and have room to spare, points.
const WINDOW: (f32, f32) = (500.0, 1000.0);

/// Where everything stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layout {
    header: Rect,
    spectrum: Rect,
    panels: Rect,
    keyboard: Rect,
    status: Rect,
}

impl Layout {
    /// In a window of this place and size.
    fn of(window: Rect) -> Layout {
        let room = ((window.height() - WINDOW.0) / (WINDOW.1 - WINDOW.0)).clamp(0.0, 1.0);
        let between = |(low, high): (f32, f32)| (low + (high - low) * room).round();
        let row = |top: f32, bottom: f32| {
            Rect::from_min_max(
                pos2(window.left(), top),
                pos2(window.right(), bottom.max(top)),
            )
        };
        let status = window.bottom() - STATUS;
        let keyboard = status - between(KEYBOARD);
        let panels = keyboard - between(PANELS);
        let header = window.top() + HEADER;
        Layout {
            header: row(window.top(), header),
            spectrum: row(header, panels),
            panels: row(panels, keyboard),
            keyboard: row(keyboard, status),
            status: row(status, window.bottom()),
        }
    }
}

/// All views of one window, and what they remember while it is open.
pub struct Shell {
    browser: Browser,
    spectrum: SpectrumView,
    panels: Panels,
    help: HelpLine,
    controls: Controls,
    keyboard: Keyboard,
    learn: Learn,
    settings: SettingsPage,
}

impl Shell {
    /// As a window opens, in which `keys` are played.
    pub fn new(keys: ScreenKeys, library: Library, settings: SettingsFile) -> Shell {
        Shell {
            browser: Browser::new(library),
            spectrum: SpectrumView::new(),
            panels: Panels::new(),
            help: HelpLine::default(),
            controls: Controls::new(),
            keyboard: Keyboard::new(keys),
            learn: Learn::new(),
            settings: SettingsPage::new(settings),
        }
    }

    /// What the help line tells.
    #[cfg(test)]
    pub fn help_text(&self) -> &str {
        self.help.text()
    }

    /// The settings as the window begins with them.
    pub fn settings(&self) -> &Settings {
        self.settings.settings()
    }

    /// The window closes.
    pub fn close(&self, params: &HostParams) {
        // Nobody would see what is learned now.
        params.controllers().learn(None);
        self.settings.remember(params);
    }

    /// Draws the whole window.
    pub fn show(&mut self, ui: &mut Ui, edits: &mut Edits, live: &Live) {
        let window = ui.max_rect();
        let layout = Layout::of(window);
        let theme = theme::current(ui);
        ui.painter().rect_filled(window, 0, theme.window);
        self.help.clear();
        edits.begin_frame(ui.input(|input| input.time));
        undo_keys(ui, edits);
        if save_keys(ui) {
            self.browser.save(edits);
        }
        self.learn.follow(edits);
        self.controls.begin_frame(edits.params());
        let mut desk = Desk {
            edits,
            live,
            help: &mut self.help,
            controls: &mut self.controls,
        };
        place(ui, layout.header, |ui| {
            header(ui, &mut desk, &mut self.browser, &mut self.settings);
        });
        if self.settings.is_open() {
            let both = layout.spectrum.union(layout.panels);
            place(ui, both.shrink(theme::GAP), |ui| {
                self.settings.page(ui, &mut desk);
            });
        } else if self.browser.is_open() {
            let both = layout.spectrum.union(layout.panels);
            place(ui, both.shrink(theme::GAP), |ui| {
                self.browser.page(ui, &mut desk);
            });
        } else {
            place(ui, layout.spectrum.shrink2(vec2(theme::GAP, 0.0)), |ui| {
                self.spectrum.show(ui, &mut desk);
            });
            place(ui, layout.panels.shrink(theme::GAP), |ui| {
                self.panels.show(ui, &mut desk);
            });
        }
        self.keyboard.set_letters(self.settings.settings().letters);
        place(ui, layout.keyboard.shrink2(vec2(theme::GAP, 0.0)), |ui| {
            self.keyboard.show(ui, &mut desk)
        });
        self.learn.show(ui, &mut desk);
        // Last, so that it tells what the pointer has found in this frame.
        place(ui, layout.status.shrink2(vec2(theme::GAP, 0.0)), |ui| {
            status::show(ui, live.news(), &self.help);
        });
        self.browser.overlay(ui, edits);
    }
}

/// Shows a view within its place, and nothing of it outside.
fn place(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.expand(theme::GRID).intersect(ui.clip_rect()));
        view(ui);
    });
}

/// The name, what sounds, and on the right what concerns the window.
fn header(ui: &mut Ui, desk: &mut Desk, browser: &mut Browser, settings: &mut SettingsPage) {
    let rect = ui.max_rect().shrink2(vec2(1.5 * theme::GAP, 0.0));
    let row = UiBuilder::new()
        .max_rect(rect)
        .layout(Row::left_to_right(Align::Center));
    ui.scope_builder(row, |ui| {
        logo(ui);
        ui.label(
            RichText::new("Aliquot")
                .font(theme::strong(theme::TITLE))
                .color(theme::current(ui).text),
        );
        ui.add_space(theme::GAP);
        browser.bar(ui, desk);
        ui.with_layout(Row::right_to_left(Align::Center), |ui| {
            settings.button(ui, desk);
        });
    });
}

/// Partials that fall, as bars.
fn logo(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
    let theme = theme::current(ui);
    for (n, height) in [1.0, 0.62, 0.4, 0.24].into_iter().enumerate() {
        let left = rect.left() + 5.0 * n as f32;
        let bar = Rect::from_min_max(
            pos2(left, rect.bottom() - rect.height() * height),
            pos2(left + 3.0, rect.bottom()),
        );
        ui.painter().rect_filled(bar, 1, theme.accent);
    }
}

/// Ctrl (Cmd) and Z undoes; with Shift, or Ctrl and Y, it does again. While a text is typed the keys
/// are the text's.
fn undo_keys(ui: &Ui, edits: &mut Edits) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |modifiers, key| {
        let keys = KeyboardShortcut::new(modifiers, key);
        ui.input_mut(|input| input.consume_shortcut(&keys))
    };
    // The longer shortcut first, which the shorter one would match too.
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z) || pressed(Modifiers::COMMAND, Key::Y)
    {
        edits.redo();
    } else if pressed(Modifiers::COMMAND, Key::Z) {
        edits.undo();
    }
}

/// Ctrl+S, but not while a text is typed.
fn save_keys(ui: &Ui) -> bool {
    let keys = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
    !ui.ctx().text_edit_focused() && ui.input_mut(|input| input.consume_shortcut(&keys))
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::super::rig::{Rig, window};
    use super::*;
    use crate::synth::Param;

    #[test]
    fn everything_has_its_place_in_every_window() {
        for (width, height) in [(800.0, 500.0), (1000.0, 620.0), (1600.0, 1000.0)]
            .into_iter()
            .chain([(3840.0, 2160.0)])
        {
            let window = Rect::from_min_size(pos2(3.0, 5.0), vec2(width, height));
            let layout = Layout::of(window);
            let rows = [
                layout.header,
                layout.spectrum,
                layout.panels,
                layout.keyboard,
                layout.status,
            ];
            // They fill the window without a gap and without lying over one another.
            assert_eq!(rows[0].min, window.min);
            assert_eq!(rows[4].max, window.max);
            for pair in rows.windows(2) {
                assert_eq!(pair[0].bottom(), pair[1].top());
            }
            for row in rows {
                assert!(row.height() >= STATUS, "{width} × {height}: {row:?}");
                assert_eq!(row.x_range(), window.x_range());
                assert!(row == layout.spectrum || row.height() < layout.spectrum.height());
            }
        }
    }

    #[test]
    fn keys_undo_and_redo_except_in_a_text() {
        let mut rig = window(vec2(1000.0, 620.0));
        rig.state_mut().edits.set(Param::TILT, 0.25);
        rig.state_mut().edits.set(Param::SPREAD, 0.5);
        let values = |rig: &Rig| {
            let edits = &rig.state().edits;
            (
                edits.normalized(Param::TILT),
                edits.normalized(Param::SPREAD),
            )
        };
        let before = Param::TILT.range().normalized(Param::TILT.spec().default);
        let press = |rig: &mut Rig, modifiers, key| {
            rig.key_press_modifiers(modifiers, key);
            rig.run_steps(2);
        };
        let shift = Modifiers::COMMAND | Modifiers::SHIFT;
        assert_eq!(values(&rig), (0.25, 0.5));
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.0));
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (before, 0.0));
        press(&mut rig, shift, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.0));
        press(&mut rig, Modifiers::COMMAND, Key::Y);
        assert_eq!(values(&rig), (0.25, 0.5));
        // The keyboard at the foot has Z too, and another meaning for it.
        press(&mut rig, Modifiers::NONE, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.5));

        rig.get_by_label_contains("Presets:").click();
        rig.run_steps(3);
        rig.get_by_label("Search presets").focus();
        rig.run_steps(2);
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.5));
    }
}
