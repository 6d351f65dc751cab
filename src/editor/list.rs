//! The starting presets.

use egui::{ScrollArea, Ui};

use super::desk::Desk;
use crate::state::{Preset, starting_presets};
use crate::synth::Patch;

/// The starting presets in a menu.
pub struct Presets {
    /// Name and sound.
    presets: Vec<(String, Patch)>,
}

impl Presets {
    /// Those that can be read.
    pub fn new() -> Presets {
        Presets { presets: presets() }
    }

    /// Draws the menu's button.
    pub fn show(&mut self, ui: &mut Ui, desk: &mut Desk) {
        ui.menu_button("Presets", |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                for (name, patch) in &self.presets {
                    if ui.button(name).clicked() {
                        let id = format!("factory/{name}");
                        desk.edits.load_preset(&id, name, patch);
                        ui.close();
                    }
                }
            });
        });
    }
}

/// The starting presets that can be read, after the sound of a new instance.
fn presets() -> Vec<(String, Patch)> {
    let initial = ("Initial".to_owned(), Patch::default());
    let starting = starting_presets().iter().filter_map(|starting| {
        // Each is tested to be readable; should one not be, the others still are.
        let preset = Preset::parse(starting.text).ok()?;
        Some((preset.name, preset.patch))
    });
    std::iter::once(initial).chain(starting).collect()
}
