//! The tuning: its parameters, the scale that is loaded, and how rough its intervals are in this sound.

use std::sync::Arc;

use egui::{
    Align2, Button, Label, Pos2, Rect, RichText, Role, ScrollArea, Sense, Shape, Stroke, TextEdit,
    Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::card::{card, grid, of_groups};
use super::split_columns;
use crate::editor::context::ViewContext;
use crate::editor::model::roughness::{Roughness, timbre};
use crate::editor::theme::{self, small_text};
use crate::editor::widgets::toolbar::{menu, toggle};
use crate::library::Library;
use crate::library::tunings::{TuningFile, TuningFiles, read_map, read_scale, save_scale};
use crate::mts_esp;
use crate::scale::{FittedScale, MapTexts, MinimaKind, SetMaps, Timbre, TuningSet, TuningSetError};
use crate::synth::display::{DisplayedTuning, RestingNote};
use crate::synth::parameter::layout::Group;
use crate::synth::tuning::LoadedScale;
use crate::synth::{Param, Patch};

/// Of the card of the scale, points.
const SCALE: f32 = 220.0;
/// Of the menus, points.
const MENU: egui::Vec2 = vec2(280.0, 260.0);
/// The key that the curve is of, middle C.
const KEY: u8 = 60;
/// Of the sound at rest, Hz.
const SAMPLE_RATE_HZ: f64 = 48_000.0;
/// A period for scales that do not rise, cents.
const OCTAVE_CENTS: f64 = 1_200.0;
/// How many degrees a scale that fits the sound may have.
const FITTED_DEGREES: [usize; 5] = [5, 7, 12, 19, 24];

/// What the page remembers.
pub struct TuningView {
    library: Library,
    /// As a menu was opened; `None` while all are closed.
    files: Option<TuningFiles>,
    pasted: String,
    note: Option<RestingNote>,
    /// What the timbre is of.
    heard: Option<Box<(Patch, Arc<Option<LoadedScale>>)>>,
    timbre: Timbre,
    roughness: Roughness,
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
            ui.add(line(mts_text(), theme.weak_text));
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
                    "Lock: presets that have a scale leave this one as it is".to_owned()
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
            self.folder_line(ui, "Scala files (.scl, .ascl)");
            let files = self.files.get_or_insert_with(|| self.library.tunings());
            if let Some(path) = list(ui, "scales", &files.scales) {
                load(context, read_scale(path, set));
                ui.close();
            }
            let hint = "Or paste the text of a Scala file here";
            let text = TextEdit::multiline(&mut self.pasted).hint_text(hint);
            ui.add(text.desired_rows(3).desired_width(MENU.x));
            let has_text = !self.pasted.trim().is_empty();
            if ui.add_enabled(has_text, Button::new("Load text")).clicked() {
                let text = self.pasted.as_bytes();
                let read = TuningSet::read("Pasted", text, MapTexts::None);
                let read = read.and_then(|read| with_maps_of(read, set));
                if load(context, read.map_err(|error| error.to_string())) {
                    self.pasted.clear();
                    ui.close();
                }
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

    fn fit_menu(&mut self, ui: &mut Ui, context: &mut ViewContext) -> bool {
        let mut is_open = false;
        let response = menu(ui, "Fit", |ui| {
            is_open = true;
            ui.set_width(MENU.x);
            let is_matched = context.model.plain(Param::MATCH) > 0.0;
            let button = Button::new("Match as Partial Tune");
            if ui.add_enabled(is_matched, button).clicked() {
                context.model.write_match_as_tune();
                ui.close();
            }
            ui.label("The scale whose intervals are smoothest in this sound:");
            for degrees in FITTED_DEGREES {
                let Some(asked) = fit_buttons(ui, degrees) else {
                    continue;
                };
                self.fit(context, degrees, asked);
                ui.close();
            }
        });
        context.help.show_for(&response, || {
            "Make a scale of the intervals that are smoothest in this sound".to_owned()
        });
        is_open
    }

    fn fit(&self, context: &mut ViewContext, degrees: usize, asked: FitUse) {
        let Some(fitted) = FittedScale::new(&self.timbre, degrees, MinimaKind::Exact) else {
            context.controls.message = Some("This sound has no smooth intervals".to_owned());
            return;
        };
        let name = format!("{degrees} smooth degrees");
        let scale = fitted.to_scale(&name);
        match asked {
            FitUse::Load => {
                let text = scale.text().as_bytes();
                // Its period may be any: each key has the next degree.
                let read = TuningSet::read(&name, text, MapTexts::None);
                load(context, read.map_err(|error| error.to_string()));
            }
            FitUse::Save => {
                let saved = self
                    .library
                    .tunings_folder()
                    .ok_or_else(|| "There is no folder for scales".to_owned())
                    .and_then(|folder| {
                        save_scale(&folder, &name, &scale).map_err(|error| error.to_string())
                    });
                context.controls.message = Some(match saved {
                    Ok(path) => format!("Saved {}", path.display()),
                    Err(told) => told,
                });
            }
        }
    }

    fn folder_line(&self, ui: &mut Ui, what: &str) {
        let folder = self.library.tunings_folder();
        let folder = folder.map_or_else(String::new, |folder| folder.display().to_string());
        let weak = theme::current(ui).weak_text;
        let text = RichText::new(format!("Folder for {what}: {folder}"));
        ui.add(Label::new(text.size(theme::SMALL).color(weak)).wrap());
    }

    fn curve(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = card(ui, rect, "Roughness of intervals");
        self.hear(context);
        let scale = context.model.scale_numbers();
        self.tuning.update(&context.model.patch(), &scale);
        let keys = self.tuning.keys();
        let period_cents = Some(100.0 * keys.period(0).semitones)
            .filter(|cents| (100.0..=3_600.0).contains(cents))
            .unwrap_or(OCTAVE_CENTS);
        let limit_cents = 2.0 * period_cents;
        let now_s = ui.input(|input| input.time);
        if self.roughness.update(&self.timbre, limit_cents, now_s) {
            ui.ctx().request_repaint();
        }
        // Of the keys from middle C up.
        let degrees: Vec<f64> = (KEY..128)
            .filter(|&key| keys.is_mapped(0, key))
            .map(|key| 100.0 * (keys.pitch(0, key) - keys.pitch(0, KEY)))
            .collect();
        self.paint(ui, inner, limit_cents, &degrees);
        let response = ui.interact(rect, ui.scope_id().with("roughness"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Roughness of intervals"));
        context.help.show_for(&response, || {
            "Roughness: how rough two notes of this sound are, from unison to two periods; the lines \
             are the scale. Match brings valleys to lines."
                .to_owned()
        });
    }

    /// Takes over the partials of the sound at rest, if it is another.
    fn hear(&mut self, context: &ViewContext) {
        let now = (context.model.patch(), context.model.scale_numbers());
        let is_same = |heard: &(Patch, Arc<Option<LoadedScale>>)| {
            heard.0 == now.0 && Arc::ptr_eq(&heard.1, &now.1)
        };
        if self.heard.as_deref().is_some_and(is_same) {
            return;
        }
        let note = self
            .note
            .get_or_insert_with(|| RestingNote::new(SAMPLE_RATE_HZ));
        note.set_scale(&now.1);
        self.timbre = timbre(note.snapshot(&now.0, KEY));
        self.heard = Some(Box::new(now));
    }

    fn paint(&self, ui: &Ui, rect: Rect, limit_cents: f64, degrees: &[f64]) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme::RADIUS, theme.well);
        let x = |cents: f64| rect.left() + rect.width() * (cents / limit_cents) as f32;
        let bottom = rect.bottom() - 12.0;
        let mut last_name = f32::NEG_INFINITY;
        for &cents in degrees
            .iter()
            .filter(|cents| (0.0..=limit_cents).contains(*cents))
        {
            let at = x(cents);
            painter.vline(at, rect.top()..=bottom, Stroke::new(1.0, theme.grid));
            if at > last_name + 30.0 {
                last_name = at;
                let align = match at < rect.left() + 10.0 {
                    true => Align2::LEFT_BOTTOM,
                    false if at > rect.right() - 14.0 => Align2::RIGHT_BOTTOM,
                    false => Align2::CENTER_BOTTOM,
                };
                let text = format!("{cents:.0}");
                small_text(
                    &painter,
                    pos2(at, rect.bottom()),
                    align,
                    text,
                    theme.weak_text,
                );
            }
        }
        let Some(curve) = self.roughness.curve() else {
            return;
        };
        let most = curve
            .values()
            .iter()
            .fold(1e-9, |most: f64, value| most.max(*value));
        let height = bottom - rect.top() - 4.0;
        let points: Vec<Pos2> = curve
            .values()
            .iter()
            .enumerate()
            .map(|(place, value)| {
                let cents = place as f64 * curve.step_cents();
                pos2(x(cents), bottom - height * (value / most) as f32)
            })
            .collect();
        painter.add(Shape::line(points, Stroke::new(1.5, theme.accent)));
    }
}

/// What a fitted scale is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FitUse {
    Load,
    Save,
}

fn fit_buttons(ui: &mut Ui, degrees: usize) -> Option<FitUse> {
    ui.horizontal(|ui| {
        if ui.button(format!("Use {degrees} degrees")).clicked() {
            return Some(FitUse::Load);
        }
        ui.button(format!("Save {degrees} as .scl"))
            .clicked()
            .then_some(FitUse::Save)
    })
    .inner
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

/// Loads what has been read, or tells why it was not. Returns whether it was.
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

/// A scale with the keyboard maps of the loaded one, as those of files are loaded.
fn with_maps_of(read: TuningSet, loaded: Option<&TuningSet>) -> Result<TuningSet, TuningSetError> {
    let maps = loaded.map_or(SetMaps::Linear, |loaded| loaded.maps().clone());
    TuningSet::new(read.name(), read.scale().clone(), maps)
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
    format!(
        "{size} notes to {period:.1} ct{map}. {}",
        scale.description()
    )
}

/// What MTS-ESP says, in a line.
fn mts_text() -> String {
    let status = mts_esp::status();
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
