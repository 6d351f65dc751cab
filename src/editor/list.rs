//! The list: groups of rows, a search and the starting presets, with the drawn partials above.

use egui::{CollapsingHeader, Panel, RichText, ScrollArea, TextEdit, Ui};

use super::edit::Edits;
use super::partials::PartialView;
use super::row::{self, TextEntry};
use crate::state::{Preset, starting_presets};
use crate::synth::parameter::specs;
use crate::synth::{Param, Patch};

/// Groups that are too long to stand open at first.
const CLOSED: &[&str] = &["Partials"];

/// What the list remembers while its window is open.
pub struct ParameterList {
    /// Name and sound.
    presets: Vec<(String, Patch)>,
    /// The groups in order, each with its parameters.
    groups: Vec<(&'static str, Vec<Param>)>,
    partials: PartialView,
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
            presets: presets(),
            groups,
            partials: PartialView::new(),
            search: String::new(),
            entry: None,
        }
    }

    /// Draws everything; `levels_db` are the partials that sound, 1 first.
    pub fn show(&mut self, ui: &mut Ui, edits: &mut Edits, levels_db: &[f32]) {
        Panel::top("head").show(ui, |ui| {
            ui.add_space(4.0);
            ui.horizontal(|ui| self.head(ui, edits));
            ui.add_space(4.0);
        });
        Panel::top("partials")
            .resizable(true)
            .default_size(240.0)
            .size_range(120.0..=ui.available_height() * 0.7)
            .show(ui, |ui| self.partials.show(ui, edits, levels_db));
        egui::CentralPanel::default().show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| self.groups(ui, edits));
        });
    }

    fn head(&mut self, ui: &mut Ui, edits: &mut Edits) {
        ui.label(RichText::new("Aliquot").heading().strong());
        ui.separator();
        ui.menu_button("Presets", |ui| {
            ScrollArea::vertical().show(ui, |ui| {
                for (name, patch) in &self.presets {
                    if ui.button(name).clicked() {
                        edits.load(patch);
                        ui.close();
                    }
                }
            });
        });
        ui.separator();
        ui.label("Find");
        ui.add(TextEdit::singleline(&mut self.search).desired_width(180.0));
        if !self.search.is_empty() && ui.button("Clear").clicked() {
            self.search.clear();
        }
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
