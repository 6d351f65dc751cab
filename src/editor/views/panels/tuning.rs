//! The tuning: its parameters, the scale that is loaded, and how rough its intervals are in this sound.

mod fit;
mod roughness_card;
mod saving;

use std::sync::Arc;

use egui::{Button, Label, Rect, RichText, ScrollArea, TextEdit, Ui, UiBuilder, vec2};

use super::card::{card, grid, of_groups};
use super::split_columns;
use crate::editor::context::ViewContext;
use crate::editor::model::live::{Live, TelemetryState};
use crate::editor::model::roughness::Roughness;
use crate::editor::theme;
use crate::editor::widgets::toolbar::{menu, toggle};
use crate::library::Library;
use crate::library::tunings::{TuningFile, TuningFiles, read_map, read_scale, read_text};
use crate::mts_esp::MtsStatus;
use crate::scale::{Timbre, TuningSet};
use crate::synth::Patch;
use crate::synth::display::{DisplayedTuning, RestingNote, TuningTables};
use crate::synth::parameter::layout::Group;
use crate::synth::tuning::TuningSource;

/// Width of the card of the scale, points.
const SCALE: f32 = 220.0;
/// Size of the menus, points.
const MENU: egui::Vec2 = vec2(280.0, 260.0);

/// What the page remembers.
pub struct TuningView {
    library: Library,
    /// The files when a menu was opened; `None` while all are closed.
    files: Option<TuningFiles>,
    pasted: String,
    note: Option<RestingNote>,
    /// What the timbre is of.
    heard: Option<(Arc<Patch>, TuningTables)>,
    timbre: Timbre,
    roughness: Roughness,
    /// How many degrees a scale that fits the sound is to have.
    fitted_degrees: usize,
    tuning: DisplayedTuning,
}

impl TuningView {
    pub fn new(library: Library) -> TuningView {
        TuningView {
            library,
            files: None,
            pasted: String::new(),
            note: None,
            heard: None,
            timbre: Timbre::new([]),
            roughness: Roughness::default(),
            fitted_degrees: 12,
            tuning: DisplayedTuning::default(),
        }
    }

    /// Shows the cards of the parameters, of the scale and of the curve.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let knobs = (0.42 * rect.width()).min(420.0);
        let [controls, scale, curve] = split_columns(rect, [knobs, SCALE, 0.0]);
        let inner = card(ui, controls, Group::Tuning.name());
        grid(ui, context, inner, 5, &of_groups(&[Group::Tuning]));
        self.scale(ui, context, scale);
        self.curve(ui, context, curve);
    }

    fn scale(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = card(ui, rect, "Scale");
        let set = context.model.scale();
        let theme = theme::current(ui);
        let (name, about) = match &set {
            Some(set) => (set.name().to_owned(), about(set)),
            None => ("None".to_owned(), "12 equal steps".to_owned()),
        };
        let builder = UiBuilder::new().max_rect(inner);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
            let line = |text: String, color| {
                Label::new(RichText::new(text).size(theme::SMALL).color(color)).truncate()
            };
            ui.add(line(name, theme.text));
            ui.add(line(about, theme.weak_text));
            let sounds = source_name(self.tuning.source());
            let lost = lost_text(context.live);
            let sounding = format!(
                "{lost}Sounds: {sounds}. {}",
                mts_text(&context.live.mts_esp())
            );
            ui.add(line(sounding, theme.weak_text));
            let mut is_open = false;
            ui.horizontal(|ui| {
                is_open |= self.scale_menu(ui, context, set.as_deref());
                is_open |= self.map_menu(ui, context, set.as_deref());
            });
            ui.horizontal(|ui| {
                is_open |= self.fit_menu(ui, context);
                let mut is_locked = context.model.is_scale_locked();
                let response = toggle(ui, "Lock", &mut is_locked);
                if response.clicked() {
                    context.model.lock_scale(is_locked);
                }
                context.help.show_for(&response, || {
                    "Lock: presets leave this scale and the settings of the tuning as they are"
                        .to_owned()
                });
            });
            if !is_open {
                self.files = None;
            }
        });
    }

    /// Returns whether it is open.
    fn scale_menu(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        set: Option<&TuningSet>,
    ) -> bool {
        let mut is_open = false;
        let response = menu(ui, "Load", |ui| {
            is_open = true;
            ui.set_width(MENU.x);
            if ui
                .add_enabled(set.is_some(), Button::new("No scale"))
                .clicked()
            {
                context.model.load_scale(None);
                ui.close();
            }
            if ui
                .add_enabled(set.is_some(), Button::new("Save as .scl"))
                .clicked()
                && let Some(set) = set
            {
                context.controls.message = Some(self.save_scale(set));
                ui.close();
            }
            self.folder_line(ui, "Scala files (.scl, .ascl)");
            let files = self.files.get_or_insert_with(|| self.library.tunings());
            if let Some(path) = list(ui, "scales", &files.scales) {
                load(context, read_scale(path, set));
                ui.close();
            }
            let hint = "Or paste the text of a Scala file or a keyboard map here";
            let text = TextEdit::multiline(&mut self.pasted).hint_text(hint);
            ui.add(text.desired_rows(3).desired_width(MENU.x));
            let has_text = !self.pasted.trim().is_empty();
            let is_clicked = ui.add_enabled(has_text, Button::new("Load text")).clicked();
            if is_clicked && load(context, read_text(&self.pasted, set)) {
                self.pasted.clear();
                ui.close();
            }
        });
        context.help.show_for(&response, || {
            "Load a scale from the folder of tunings, or from text".to_owned()
        });
        is_open
    }

    fn map_menu(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        set: Option<&TuningSet>,
    ) -> bool {
        let mut is_open = false;
        let response = menu(ui, "Map", |ui| {
            is_open = true;
            ui.set_width(MENU.x);
            let has_map = set.is_some_and(|set| set.map_texts().next().is_some());
            if ui
                .add_enabled(has_map, Button::new("No keyboard map"))
                .clicked()
                && let Some(set) = set
            {
                load(
                    context,
                    set.with_map(None).map_err(|error| error.to_string()),
                );
                ui.close();
            }
            if ui.button("Save as .kbm").clicked() {
                context.controls.message = Some(self.save_maps(context, set));
                ui.close();
            }
            self.folder_line(ui, "keyboard maps (.kbm)");
            let files = self.files.get_or_insert_with(|| self.library.tunings());
            if let Some(path) = list(ui, "maps", &files.maps) {
                load(context, read_map(path, set));
                ui.close();
            }
        });
        context.help.show_for(&response, || {
            "Load a keyboard map, which says what key has which degree of the scale".to_owned()
        });
        is_open
    }

    fn folder_line(&self, ui: &mut Ui, what: &str) {
        let folder = self.library.tunings_folder();
        let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
        let weak = theme::current(ui).weak_text;
        let text = RichText::new(format!("Folder for {what}: {folder}"));
        ui.add(Label::new(text.size(theme::SMALL).color(weak)).wrap());
    }
}

/// The files as buttons; the one that was clicked.
fn list<'f>(ui: &mut Ui, id: &str, files: &'f [TuningFile]) -> Option<&'f std::path::Path> {
    if files.is_empty() {
        ui.label("No files there");
    }
    let mut clicked = None;
    ScrollArea::vertical()
        .id_salt(id)
        .max_height(MENU.y)
        .show(ui, |ui| {
            for file in files {
                if ui.button(&file.name).clicked() {
                    clicked = Some(file.path.as_path());
                }
            }
        });
    clicked
}

/// Loads what has been read, or shows why it could not be read. Returns whether it was loaded.
fn load(context: &mut ViewContext, read: Result<TuningSet, String>) -> bool {
    match read {
        Ok(set) => {
            context.controls.message = Some(format!("Scale {}: {}", set.name(), about(&set)));
            context.model.load_scale(Some(set));
            true
        }
        Err(told) => {
            context.controls.message = Some(told);
            false
        }
    }
}

/// What is to be known of a scale, in a line.
fn about(set: &TuningSet) -> String {
    let scale = set.scale();
    let maps = set.map_texts().count();
    let map = match maps {
        0 => String::new(),
        1 => ", with a keyboard map".to_owned(),
        maps => format!(", with {maps} keyboard maps"),
    };
    let (size, period) = (scale.size(), scale.period_cents());
    // Even partials are far from the steps of such a scale.
    let tritave = 1_200.0 * 3.0_f64.log2();
    let hint = match (period - tritave).abs() < 1.0 {
        true => " Odd partials fit it: see Odd Even Balance.",
        false => "",
    };
    format!(
        "{size} notes to {period:.1} ct{map}.{hint} {}",
        scale.description()
    )
}

/// A message about MIDI tuning messages that were lost.
fn lost_text(live: &Live) -> String {
    match live.telemetry() {
        TelemetryState::Latest(telemetry) if telemetry.lost_messages > 0 => {
            format!("{} MIDI tuning messages lost. ", telemetry.lost_messages)
        }
        _ => String::new(),
    }
}

/// What a source of pitches is called.
fn source_name(source: TuningSource) -> &'static str {
    match source {
        TuningSource::Equal => "12-TET",
        TuningSource::Scale => "the scale",
        TuningSource::Fifths => "Fifth",
        TuningSource::Broadcast => "MTS-ESP",
        TuningSource::Messages => "MIDI messages",
    }
}

/// What MTS-ESP says, in a line.
fn mts_text(status: &MtsStatus) -> String {
    match &status.problem {
        Some(problem) if problem.is_empty() => "MTS-ESP: not installed".to_owned(),
        Some(problem) => format!("MTS-ESP: {problem}"),
        None if !status.has_master => "MTS-ESP: no master".to_owned(),
        None if status.is_library_old() => {
            format!("MTS-ESP: {} (old library: update it)", status.scale_name)
        }
        None => format!("MTS-ESP: {}", status.scale_name),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use egui::{Pos2, pos2};

    use super::*;
    use crate::editor::testing::host::model;
    use crate::editor::testing::view::{ViewHarness, button};
    use crate::mts_esp::{MtsWatch, NEWEST_KNOWN_VERSION};
    use crate::scale::MapTexts;
    use crate::synth::Param;

    const SIZE: egui::Vec2 = vec2(1_400.0, 220.0);

    /// Frames until the minima of the sound are known.
    fn settle(
        view: &mut TuningView,
        harness: &mut ViewHarness,
        model: &mut crate::editor::model::EditorModel,
    ) {
        loop {
            harness.show(model, &[], |ui, context| {
                view.show(ui, context, Rect::from_min_size(Pos2::ZERO, SIZE));
            });
            if view.roughness.minima(&view.timbre).is_some() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_page_finds_the_minima_of_the_sound_in_the_background() {
        let (mut model, _) = model();
        let mut harness = ViewHarness::new(SIZE);
        let mut view = TuningView::new(Library::empty());
        settle(&mut view, &mut harness, &mut model);
        let minima = view.roughness.minima(&view.timbre).expect("minima");
        let fitted = minima.fitted(5).expect("a scale");
        assert!((fitted.period_cents() - 1_200.0).abs() < 0.01);
        // Another sound has others.
        model.set_plain(Param::STRETCH, 84.467);
        harness.show(&mut model, &[], |ui, context| {
            view.show(ui, context, Rect::from_min_size(Pos2::ZERO, SIZE));
        });
        assert_eq!(view.roughness.minima(&view.timbre), None);
        settle(&mut view, &mut harness, &mut model);
        let minima = view.roughness.minima(&view.timbre).expect("minima");
        let fitted = minima.fitted(5).expect("a scale");
        assert!((fitted.period_cents() - 1_284.467).abs() < 0.05);
        // A click on the page does nothing by itself.
        let at = pos2(0.9 * SIZE.x, 100.0);
        harness.show(
            &mut model,
            &[button(at, true), button(at, false)],
            |ui, context| {
                view.show(ui, context, Rect::from_min_size(Pos2::ZERO, SIZE));
            },
        );
        assert!(model.scale().is_none());
    }

    #[test]
    fn what_is_known_of_mts_esp_is_said_in_a_line() {
        let without = MtsWatch::absent(String::new()).status();
        assert_eq!(mts_text(&without), "MTS-ESP: not installed");
        let broken = MtsWatch::absent("libMTS.so: no library".to_owned()).status();
        assert_eq!(mts_text(&broken), "MTS-ESP: libMTS.so: no library");
        let mut status = MtsStatus {
            problem: None,
            ..without
        };
        assert_eq!(mts_text(&status), "MTS-ESP: no master");
        (status.has_master, status.scale_name) = (true, "Slendro".to_owned());
        assert!(mts_text(&status).contains("update it"));
        status.version = Some(NEWEST_KNOWN_VERSION);
        assert_eq!(mts_text(&status), "MTS-ESP: Slendro");
    }

    #[test]
    fn scales_and_maps_are_saved_as_they_sound() {
        let folder = tempfile::tempdir().expect("a folder");
        let view = TuningView::new(Library::in_folder(folder.path()));
        let (mut model, _) = model();
        model.set_plain(Param::A4, 432.0);
        model.set_plain(Param::REFERENCE_KEY, 69.0);
        model.set_plain(Param::ROOT_KEY, 62.0);
        let text = "five\n5\n240.\n480.\n720.\n960.\n2/1\n";
        let five = TuningSet::read("five", text.as_bytes(), MapTexts::None).expect("a scale");
        model.load_scale(Some(five.clone()));
        let mut harness = ViewHarness::new(SIZE);
        let mut told = Vec::new();
        harness.show(&mut model, &[], |_, context| {
            told = vec![view.save_scale(&five), view.save_maps(context, Some(&five))];
        });
        assert!(
            told.iter().all(|told| told.starts_with("Saved ")),
            "{told:?}"
        );
        let files = view.library.tunings();
        let scale = read_scale(&files.scales[0].path, None).expect("a scale");
        let mapped = read_map(&files.maps[0].path, Some(&scale)).expect("a map");
        let pitches = |model: &crate::editor::model::EditorModel| {
            let mut tuning = DisplayedTuning::default();
            tuning.update(&model.patch(), &model.tuning_tables());
            [0, 60, 62, 69, 127].map(|key| tuning.keys().pitch(0, key))
        };
        let before = pitches(&model);
        model.load_scale(Some(mapped.clone()));
        for (before, after) in before.iter().zip(pitches(&model)) {
            assert!((before - after).abs() < 1e-5, "{before} {after}");
        }
        // The map of a file is saved as it was, and the maps of a set together.
        let kbm = "0\n0\n127\n60\n69\n440.0\n0\n! mine\n";
        let mut texts = [None; 16];
        (texts[1], texts[4]) = (Some(kbm.as_bytes()), Some(kbm.as_bytes()));
        let set = TuningSet::read("set", text.as_bytes(), MapTexts::PerChannel(texts));
        let set = set.expect("a set");
        for name in ["set_2", "set_5", "set 2_2", "set 2_5"] {
            if name.ends_with("_2") {
                harness.show(&mut model, &[], |_, context| {
                    view.save_maps(context, Some(&set));
                });
            }
            let path = view.library.tunings_folder().expect("a folder");
            let saved = std::fs::read_to_string(path.join(format!("{name}.kbm")));
            assert_eq!(saved.expect("a file"), kbm, "{name}");
        }
    }
}
