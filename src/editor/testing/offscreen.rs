//! The whole window without a screen, for benches: everything is done but the rasteriser's work.

use std::sync::Arc;

use egui::accesskit::{Node, Role};
use egui::{Context, Event, FullOutput, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2};

use crate::bridge::KeySender;
use crate::editor::model::Host;
use crate::editor::model::session::SharedSession;
use crate::editor::{Open, Sources};
use crate::library::Library;
use crate::params::HostParams;
use crate::settings::SettingsFile;
use crate::synth::Param;

/// Longer than the two clicks of a double click can be apart.
const DOUBLE_CLICK_S: f64 = 0.5;

/// A window that is never shown.
pub struct OffscreenWindow {
    ctx: Context,
    open: Open,
    size: Vec2,
    time_s: f64,
}

impl OffscreenWindow {
    /// A window of this many points, for the instance with these parameters, which it does not change. It has
    /// no user's presets and settings, so that it is the same everywhere.
    pub fn new(
        params: Arc<HostParams>,
        sources: &Sources,
        keys: &KeySender,
        (width, height): (f32, f32),
    ) -> OffscreenWindow {
        let ctx = Context::default();
        let session = SharedSession::default();
        let nobodys = (Library::empty(), SettingsFile::empty());
        OffscreenWindow {
            open: Open::new(
                &ctx,
                params,
                Box::new(NoHost),
                session,
                sources,
                keys,
                nobodys,
            ),
            ctx,
            size: Vec2::new(width, height),
            time_s: 0.0,
        }
    }

    /// Builds one frame, a sixtieth of a second after the last, up to the triangles that a
    /// rasteriser is handed; returns how many corners they have.
    pub fn frame(&mut self, events: &[Event]) -> usize {
        let output = self.run(events);
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        primitives
            .iter()
            .map(|clipped| match &clipped.primitive {
                egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
                egui::epaint::Primitive::Callback(_) => 0,
            })
            .sum()
    }

    /// The names of the tabs that are shown, and where to click on them.
    pub fn tabs(&mut self) -> Vec<(String, Pos2)> {
        self.labelled(|node| node.role() == Role::Tab)
    }

    /// Where to click on the control of this name, if it is shown.
    pub fn control(&mut self, name: &str) -> Option<Pos2> {
        let found = self.labelled(|node| node.label() == Some(name));
        found.first().map(|(_, place)| *place)
    }

    /// The labels of nodes that are shown, and their middles.
    fn labelled(&mut self, is_wanted: impl Fn(&Node) -> bool) -> Vec<(String, Pos2)> {
        self.ctx.enable_accesskit();
        let update = self.run(&[]).platform_output.accesskit_update;
        self.ctx.disable_accesskit();
        let nodes = update.map(|update| update.nodes).unwrap_or_default();
        let wanted = nodes.iter().filter(|(_, node)| is_wanted(node));
        wanted
            .filter_map(|(_, node)| {
                let bounds = node.bounds()?;
                let middle = Pos2::new(
                    (0.5 * (bounds.x0 + bounds.x1)) as f32,
                    (0.5 * (bounds.y0 + bounds.y1)) as f32,
                );
                Some((node.label()?.to_owned(), middle))
            })
            .collect()
    }

    /// Clicks, and takes the mouse away.
    pub fn click(&mut self, pos: Pos2) {
        // Soon after another click it would be the second of a double click, wherever it is.
        self.time_s += DOUBLE_CLICK_S;
        let button = |pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(&[Event::PointerMoved(pos)]);
        self.frame(&[button(true)]);
        self.frame(&[button(false)]);
        self.frame(&[Event::PointerGone]);
    }

    fn run(&mut self, events: &[Event]) -> FullOutput {
        self.time_s += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time_s),
            events: events.to_vec(),
            ..RawInput::default()
        };
        let open = &mut self.open;
        let mut output = self.ctx.run_ui(input, |ui| open.show(ui));
        // Nobody takes the textures up.
        output.textures_delta.clear();
        output
    }
}

/// A host that nothing is asked of.
struct NoHost;

impl Host for NoHost {
    fn begin(&self, _: &HostParams, _: Param) {}
    fn set(&self, _: &HostParams, _: Param, _: f32) {}
    fn end(&self, _: &HostParams, _: Param) {}
    fn mark_changed(&self, _: &HostParams) {}
    fn wake(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::KeyReceiver;
    use crate::editor::testing::view::Senders;
    use crate::editor::theme::Theme;
    use crate::settings::Settings;

    #[test]
    fn its_tabs_can_be_clicked_on() {
        let keys = KeyReceiver::new();
        let sources = Senders::default().sources();
        let size = (1_600.0, 1_000.0);
        let mut window = OffscreenWindow::new(Arc::default(), &sources, &keys.sender(), size);
        window.frame(&[]);
        let tabs = window.tabs();
        let corners = window.frame(&[]);
        let (_, last) = tabs.last().expect("a tab");
        window.click(*last);
        assert_ne!(window.frame(&[]), corners, "{tabs:?}");
    }

    #[test]
    fn a_control_that_is_clicked_on_after_another_is_in_use() {
        let keys = KeyReceiver::new();
        let sources = Senders::default().sources();
        let size = (1_600.0, 1_000.0);
        let mut window = OffscreenWindow::new(Arc::default(), &sources, &keys.sender(), size);
        for name in ["Shape", "Comb Delay", "Phaser Centre"] {
            window.frame(&[]);
            let control = window.control(name).unwrap_or_else(|| panic!("no {name}"));
            window.click(control);
        }
        window.frame(&[]);
        assert!(window.control("Phaser centre and amount").is_some());
        assert!(window.control("Comb delay and amount").is_none());
    }

    #[test]
    fn it_reads_nobodys_presets_and_settings() {
        let keys = KeyReceiver::new();
        let sources = Senders::default().sources();
        let size = (1_000.0, 620.0);
        let mut window = OffscreenWindow::new(Arc::default(), &sources, &keys.sender(), size);
        assert!(window.frame(&[]) > 1_000);
        let defaults = Settings::default();
        assert_eq!(*window.open.shell.settings(), defaults);
        let panel = window.ctx.global_style().visuals.panel_fill;
        assert_eq!(panel, Theme::of(defaults.looks).window);
        assert_eq!(window.open.shell.folders(), (None, None));
    }
}
