//! The page of settings: this window's scale, all windows' looks and letters, what new instances begin
//! with, and the controllers that this instance has learned.
//!
//! What another window writes, of this process or another, is taken over within a second.

mod sound;

use egui::{Align, Button, DragValue, Key, Label, Layout, RichText, ScrollArea, Ui, vec2};

use crate::editor::context::ViewContext;
use crate::editor::context::legends::Legends;
use crate::editor::context::window_scale::Scales;
use crate::editor::theme;
use crate::editor::widgets::{focus, place, set_label, text_width};
use crate::params::HostParams;
use crate::settings::{
    BENDS_SEMITONES, FileStamp, Letters, Looks, NewInstance, Settings, SettingsFile, VOICES,
};
use crate::standalone;
use crate::standalone::sound_settings::SoundSettingsFile;
use crate::synth::Param;
use sound::SoundSection;

/// How often the file is looked at, seconds.
const INTERVAL_S: f64 = 1.0;
/// Width of the names on the left, points; in a narrow window this part of it.
const NAMES: (f32, f32) = (190.0, 0.3);

/// The settings, and the page while it is open.
pub struct SettingsPage {
    file: SettingsFile,
    settings: Settings,
    /// Stamp of the file as it was last read.
    stamp: Option<FileStamp>,
    /// When it was last looked at, in the window's seconds.
    looked_s: f64,
    /// The settings before those changes that are not in the file yet.
    unwritten: Option<Settings>,
    /// Why the file could not be read or written.
    trouble: Option<String>,
    is_open: bool,
    /// The section of sound, in the standalone program.
    pub sound: Option<SoundSection>,
}

impl SettingsPage {
    /// A closed page with the contents of the file.
    pub fn new(file: SettingsFile) -> SettingsPage {
        // Before it is read: what is written meanwhile is read again.
        let stamp = file.stamp();
        let (settings, trouble) = match file.read() {
            Ok(settings) => (settings, None),
            Err(error) => {
                let text = format!("Settings not read, defaults taken. {error}");
                (Settings::default(), Some(text))
            }
        };
        let sound = standalone::is_program()
            .then(|| SoundSection::new(SoundSettingsFile::beside(file.path())));
        SettingsPage {
            sound,
            file,
            settings,
            stamp,
            looked_s: 0.0,
            trouble,
            unwritten: None,
            is_open: false,
        }
    }

    /// Where the settings are.
    pub fn path(&self) -> Option<&std::path::Path> {
        self.file.path()
    }

    /// Takes over what other windows have written. To be called at each frame; it looks once a second.
    pub fn follow(&mut self, ui: &Ui) {
        let now_s = ui.input(|input| input.time);
        if (0.0..INTERVAL_S).contains(&(now_s - self.looked_s)) {
            return;
        }
        self.looked_s = now_s;
        let stamp = self.file.stamp();
        // A file that is gone changes nothing.
        if stamp.is_none() || stamp == self.stamp {
            return;
        }
        self.stamp = stamp;
        match self.file.read() {
            Ok(settings) => {
                if settings.looks != self.settings.looks {
                    theme::set(ui.ctx(), settings.looks);
                }
                self.settings = settings;
                self.trouble = None;
            }
            Err(error) => self.trouble = Some(format!("Settings not read. {error}")),
        }
    }

    /// The settings as they stand.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes settings elsewhere than on the page. If the file cannot be written, they hold until the
    /// window closes.
    pub fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let before = self.settings.clone();
        change(&mut self.settings);
        if self.settings != before {
            self.write(&before);
        }
    }

    /// Whether the page is to be shown.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// What is written on the button.
    fn button_text(&self) -> &'static str {
        match self.trouble {
            Some(_) => "Settings !",
            None => "Settings",
        }
    }

    /// Width of the button, points.
    pub fn button_width(&self, ui: &Ui) -> f32 {
        let text = text_width(ui, self.button_text(), theme::font(theme::BODY));
        text + 2.0 * ui.spacing().button_padding.x
    }

    /// Shows the button that opens and closes the page.
    pub fn button(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        let mut text = RichText::new(self.button_text());
        if self.trouble.is_some() {
            let theme = theme::current(ui);
            text = text.color(theme.warning);
        }
        let response = ui.add(Button::new(text).selected(self.is_open));
        if response.clicked() {
            self.is_open = !self.is_open;
            if let Some(sound) = self.sound.as_mut().filter(|_| self.is_open) {
                sound.open(ui.ctx());
            }
        }
        let trouble = &self.trouble;
        context.help.show_for(&response, || match trouble {
            Some(trouble) => trouble.clone(),
            None => {
                "Scale (also Ctrl with Page Up and Page Down), looks, letters, new instances, controllers"
                    .into()
            }
        });
    }

    /// The window closes: new instances begin with its size and scale.
    pub fn remember(&self, params: &HostParams) {
        // Another instance may have written since. What cannot be read stays as it is.
        if let Ok(mut settings) = self.file.read() {
            let before = settings.clone();
            settings.size = params.window().size();
            settings.scale_percent = params.window().scale_percent();
            if settings != before
                && let Err(error) = self.file.write(&settings)
            {
                nice_plug::prelude::nice_error!("The settings were not saved: {error}");
            }
        }
    }

    pub fn page(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        if ui.input(|input| input.key_pressed(Key::Escape))
            && context.model.params().controllers().awaited().is_none()
        {
            self.is_open = false;
        }
        // The window's own scale counts, as it is.
        self.settings.scale_percent = context.model.params().window().scale_percent();
        let before = self.settings.clone();
        let theme = theme::current(ui);
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, theme::RADIUS, theme.panel);
        let inner = rect.shrink2(vec2(2.0 * theme::GAP, theme::GAP));
        place(ui, inner, |ui| {
            ui.horizontal(|ui| {
                ui.heading("Settings");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Close").clicked() {
                        self.is_open = false;
                    }
                });
            });
            if let Some(trouble) = &self.trouble {
                ui.colored_label(theme.warning, trouble);
            }
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                self.window(ui);
                if let Some(sound) = &mut self.sound {
                    sound.show(ui, context);
                }
                self.new_instances(ui, context);
                learned(ui, context);
                ui.add_space(theme::GAP);
                let note = format!("Kept in {}", self.file.display());
                ui.label(
                    RichText::new(note)
                        .size(theme::SMALL)
                        .color(theme.weak_text),
                );
                focus::follow(ui);
            });
        });
        if self.settings != before {
            if self.settings.looks != before.looks {
                theme::set(ui.ctx(), self.settings.looks);
            }
            let window = context.model.params().window();
            window.set_scale_percent(self.settings.scale_percent);
            self.unwritten.get_or_insert(before);
        }
        // A value that is being dragged is written when it is let go.
        if !ui.input(|input| input.pointer.any_down())
            && let Some(before) = self.unwritten.take()
        {
            self.write(&before);
        }
    }

    /// Writes what has been changed since.
    fn write(&mut self, before: &Settings) {
        // Other windows may have written others meanwhile.
        let mut kept = self.file.read().unwrap_or_else(|_| before.clone());
        let now = &self.settings;
        if now.scale_percent != before.scale_percent {
            kept.scale_percent = now.scale_percent;
        }
        if now.looks != before.looks {
            kept.looks = now.looks;
        }
        if now.letters != before.letters {
            kept.letters = now.letters;
        }
        if now.keep_effects != before.keep_effects {
            kept.keep_effects = now.keep_effects;
        }
        if now.hint != before.hint {
            kept.hint = now.hint;
        }
        if now.new_instance != before.new_instance {
            kept.new_instance = now.new_instance.clone();
        }
        self.trouble = self
            .file
            .write(&kept)
            .err()
            .map(|error| format!("Settings not saved. {error}"));
    }

    fn window(&mut self, ui: &mut Ui) {
        title(ui, "Window");
        let scales = Scales::published(ui.ctx());
        // One that does not fit the screen is not in force.
        let scale = scales.clamped(self.settings.scale_percent);
        row(ui, "Scale", |ui| {
            for percent in scales.offered() {
                let text = format!("{percent} %");
                if ui.add(Button::selectable(percent == scale, text)).clicked() {
                    self.settings.scale_percent = percent;
                }
            }
            ui.label(RichText::new("or").color(theme::current(ui).weak_text));
            let mut typed = scale;
            let field = DragValue::new(&mut typed)
                .range(scales.range())
                .suffix(" %")
                // It cannot be dragged: the window would change its size under the pointer.
                .speed(0.0)
                .update_while_editing(false);
            let response = ui.add(field);
            set_label(&response, "Scale");
            if response.changed() {
                self.settings.scale_percent = typed;
            }
        });
        row(ui, "Looks", |ui| {
            for looks in Looks::ALL {
                ui.selectable_value(&mut self.settings.looks, looks, looks.name());
            }
        });
        // Where the positions of keys are known, nobody needs to say what is printed on them.
        if Legends::published(ui.ctx()).is_some() {
            return;
        }
        row(ui, "Computer's keyboard", |ui| {
            for (letters, text) in [
                (Letters::Qwerty, "QWERTY"),
                (Letters::Qwertz, "QWERTZ"),
                (Letters::Azerty, "AZERTY"),
            ] {
                ui.selectable_value(&mut self.settings.letters, letters, text);
            }
        });
    }

    fn new_instances(&mut self, ui: &mut Ui, context: &ViewContext) {
        title(ui, "New instances");
        let new = &mut self.settings.new_instance;
        let number = |ui: &mut Ui, text: &str, value: &mut u32, range, suffix: &str| {
            row(ui, text, |ui| {
                let field = DragValue::new(value).range(range).suffix(suffix);
                let response = ui.add(field.update_while_editing(false));
                set_label(&response, format!("{text} of new instances"));
            });
        };
        number(ui, "Voices", &mut new.voices, VOICES, "");
        let bend = &mut new.bend_range_semitones;
        number(ui, "Bend range", bend, BENDS_SEMITONES, " st");
        let bend = &mut new.mpe_bend_range_semitones;
        number(ui, "MPE bend range", bend, BENDS_SEMITONES, " st");
        row(ui, "MPE", |ui| {
            let text = if new.mpe { "On" } else { "Off" };
            let response = ui.checkbox(&mut new.mpe, text);
            set_label(&response, "MPE of new instances");
        });
        row(ui, "Scale", |ui| {
            let name = new
                .scale
                .as_ref()
                .map_or("Twelve equal steps", |set| set.name());
            ui.label(name);
            if new.scale.is_some() {
                let response = ui.button("Remove");
                set_label(&response, "Remove the scale of new instances");
                if response.clicked() {
                    new.scale = None;
                }
            }
        });
        row(ui, "", |ui| {
            let model = &context.model;
            let here = NewInstance {
                voices: model.plain(Param::VOICES) as u32,
                mpe: model.plain(Param::MPE) >= 0.5,
                bend_range_semitones: model.plain(Param::BEND_RANGE) as u32,
                mpe_bend_range_semitones: model.plain(Param::MPE_BEND_RANGE) as u32,
                scale: model.scale(),
            };
            let is_other = here != *new;
            let take = Button::new("Take from this instance");
            if ui.add_enabled(is_other, take).clicked() {
                *new = here;
            }
        });
    }
}

/// The controllers that this instance has learned, each to be forgotten.
fn learned(ui: &mut Ui, context: &mut ViewContext) {
    title(ui, "Learned controllers of this instance");
    let bindings = context.model.controllers();
    let weak = theme::current(ui).weak_text;
    if bindings.is_empty() {
        let text = "None. Right-click a control and choose MIDI learn.";
        ui.label(RichText::new(text).color(weak));
    }
    for (number, param) in bindings {
        let text = param.row().name;
        row(ui, &format!("CC {number}"), |ui| {
            ui.label(text);
            let response = ui.button("Forget");
            set_label(&response, format!("Forget CC {number}"));
            if response.clicked() {
                context.model.forget_controller(param);
            }
        });
    }
}

fn title(ui: &mut Ui, text: &str) {
    ui.add_space(theme::GRID);
    ui.label(
        RichText::new(text)
            .font(theme::strong(theme::BODY))
            .color(theme::current(ui).text),
    );
}

/// A name on the left, and what it names.
fn row(ui: &mut Ui, text: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let height = ui.spacing().interact_size.y;
        let width = NAMES.0.min(NAMES.1 * ui.available_width());
        ui.allocate_ui_with_layout(
            vec2(width, height),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_width(width);
                let name = RichText::new(text).color(theme::current(ui).weak_text);
                ui.add(Label::new(name).truncate());
            },
        );
        ui.horizontal_wrapped(contents);
    });
}

#[cfg(test)]
mod tests;
