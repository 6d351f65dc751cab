//! The list: groups of rows and a search; and the starting presets.

use egui::{CollapsingHeader, RichText, ScrollArea, TextEdit, Ui};

use super::desk::Desk;
use super::edit::Edits;
use super::row::{self, TextEntry};
use crate::state::{Preset, starting_presets};
use crate::synth::parameter::specs;
use crate::synth::{Param, Patch};

/// Groups that are too long to stand open at first.
const CLOSED: &[&str] = &["Partials"];

/// What the list remembers while its window is open.
pub struct ParameterList {
    /// The groups in order, each with its parameters.
    groups: Vec<(&'static str, Vec<Param>)>,
    search: String,
    entry: Option<TextEntry>,
}

impl ParameterList {
    /// With nothing searched for.
    pub fn new() -> ParameterList {
        let mut groups: Vec<(&'static str, Vec<Param>)> = Vec::new();
        for param in Param::all() {
            // What the macros do is set up once; their knobs alone stand at the top.
            let group = if param >= Param::macro_target(1) {
                "Macro Targets"
            } else {
                param.spec().group
            };
            match groups.last_mut() {
                Some((name, params)) if *name == group => params.push(param),
                _ => groups.push((group, vec![param])),
            }
        }
        ParameterList {
            groups,
            search: String::new(),
            entry: None,
        }
    }

    /// Draws a search, and the groups below it.
    pub fn show(&mut self, ui: &mut Ui, desk: &mut Desk) {
        ui.horizontal(|ui| {
            ui.label("Find");
            ui.add(TextEdit::singleline(&mut self.search).desired_width(180.0));
            if !self.search.is_empty() && ui.button("Clear").clicked() {
                self.search.clear();
            }
        });
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| self.groups(ui, desk.edits));
    }

    fn groups(&mut self, ui: &mut Ui, edits: &mut Edits) {
        let wanted = self.search.trim().to_lowercase();
        for (name, params) in &self.groups {
            let found: Vec<Param> = params
                .iter()
                .copied()
                .filter(|param| specs()[param.index()].name.to_lowercase().contains(&wanted))
                .collect();
            if found.is_empty() {
                continue;
            }
            CollapsingHeader::new(RichText::new(*name).strong())
                .default_open(!CLOSED.contains(name))
                // What was searched for is shown whether its group stood open or not.
                .open((!wanted.is_empty()).then_some(true))
                .show(ui, |ui| {
                    for param in found {
                        row::show(ui, param, edits, &mut self.entry);
                    }
                });
        }
    }
}

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
