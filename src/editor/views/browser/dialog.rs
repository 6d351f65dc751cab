//! The form in which a preset gets its name.

use egui::text_edit::TextEditState;
use egui::{Button, Frame, Grid, Key, Label, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::Browser;
use crate::editor::model::EditorModel;
use crate::editor::theme;
use crate::editor::widgets::entry::select_all;
use crate::editor::widgets::focus;
use crate::editor::widgets::icon::{self, Icon};
use crate::library::{Entry, LibraryError};
use crate::state::Preset;

/// Width of a text field, points.
const FIELD_WIDTH: f32 = 300.0;
/// Width of the label before it, points.
const LABEL_WIDTH: f32 = 90.0;
/// Height of the text field for the description, points.
const DESCRIPTION_HEIGHT: f32 = 72.0;

/// With less than this the form is scrolled, points.
const LEAST_HEIGHT: f32 = 340.0;

/// What a person writes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    pub name: String,
    pub author: String,
    pub category: String,
    /// The tags, with commas between them.
    pub tags: String,
    pub description: String,
    /// Whether MPE, bend ranges and the scale are part of it.
    pub with_playing: bool,
}

impl Form {
    fn preset(&self, model: &EditorModel) -> Preset {
        let tags = self.tags.split(',').map(str::trim);
        Preset {
            name: self.name.trim().to_owned(),
            author: self.author.trim().to_owned(),
            category: self.category.trim().to_owned(),
            description: self.description.trim().to_owned(),
            tags: tags
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
            macro_names: model.macro_names(),
            tuning: model.scale_to_save(self.with_playing),
            recording: model.recording(),
            patch: model.patch_to_save(self.with_playing),
        }
    }
}

/// What is asked.
#[derive(Debug)]
pub enum Question {
    /// How to save the sound.
    Save,
    /// How to call this preset.
    Rename(Box<Entry>),
}

/// A form that lies over the window.
#[derive(Debug)]
pub struct Dialog {
    question: Question,
    form: Form,
    /// The form as it was proposed.
    proposed: Form,
    /// Why it could not be done.
    pub error: Option<String>,
    /// The preset whose place could be taken.
    in_the_way: Option<Box<Entry>>,
    /// Whether the name has been given the keyboard.
    is_focused: bool,
}

/// What a person has decided.
#[derive(Clone, Copy)]
enum Decision {
    None,
    Cancel,
    Do,
    Overwrite,
}

impl Dialog {
    /// Asks how to save the sound.
    pub fn save(form: Form) -> Dialog {
        Dialog {
            question: Question::Save,
            proposed: form.clone(),
            form,
            error: None,
            in_the_way: None,
            is_focused: false,
        }
    }

    /// Asks how to call a preset.
    pub fn rename(entry: &Entry) -> Dialog {
        let form = Form {
            name: entry.preset.name.clone(),
            ..Form::default()
        };
        Dialog {
            question: Question::Rename(Box::new(entry.clone())),
            ..Dialog::save(form)
        }
    }

    fn ask(&mut self, ui: &mut Ui) -> Decision {
        let theme = theme::current(ui);
        let title = match self.question {
            Question::Save => "Save preset",
            Question::Rename(_) => "Rename preset",
        };
        let width = (FIELD_WIDTH + LABEL_WIDTH).min(room(ui).x);
        ui.set_width(width);
        ui.label(RichText::new(title).font(theme::strong(theme::TITLE)));
        ui.add_space(theme::GAP);
        let before = self.form.clone();
        let is_entered = Grid::new("form")
            .num_columns(2)
            .spacing(vec2(1.5 * theme::GAP, theme::GAP))
            .show(ui, |ui| self.fields(ui, width - LABEL_WIDTH))
            .inner;
        if self.form != before {
            self.error = None;
            self.in_the_way = None;
        }
        ui.add_space(theme::GAP);
        if let Some(error) = &self.error {
            ui.horizontal(|ui| {
                icon::sign(ui, Icon::Warning, theme.error);
                ui.add(Label::new(RichText::new(error).color(theme.error)).wrap());
            });
            ui.add_space(theme::GAP);
        }
        ui.horizontal(|ui| self.buttons(ui, is_entered)).inner
    }

    /// The rows of the form. Returns whether Enter was pressed in one of its fields.
    fn fields(&mut self, ui: &mut Ui, width: f32) -> bool {
        let theme = theme::current(ui);
        let form = &mut self.form;
        let mut is_entered = false;
        let mut field = |ui: &mut Ui, name: &str, text: &mut String| {
            let label = ui.label(RichText::new(name).color(theme.weak_text));
            let response = ui.add(TextEdit::singleline(text).desired_width(width));
            ui.end_row();
            is_entered |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            response.labelled_by(label.id)
        };
        let name = field(ui, "Name", &mut form.name);
        if !self.is_focused {
            self.is_focused = true;
            name.request_focus();
            let state = TextEditState::load(ui.ctx(), name.id).unwrap_or_default();
            select_all(ui, state, name.id, &form.name);
        }
        if matches!(self.question, Question::Save) {
            field(ui, "Author", &mut form.author);
            field(ui, "Category", &mut form.category);
            field(ui, "Tags", &mut form.tags);
            let label = ui.label(RichText::new("Description").color(theme.weak_text));
            ScrollArea::vertical()
                .max_height(DESCRIPTION_HEIGHT)
                .show(ui, |ui| {
                    let description = TextEdit::multiline(&mut form.description)
                        .desired_rows(4)
                        .desired_width(width);
                    ui.add(description).labelled_by(label.id);
                });
            ui.end_row();
            // Without them a preset can be played as each player plays.
            ui.label("");
            ui.checkbox(&mut form.with_playing, "With MPE and bend ranges");
            ui.end_row();
        }
        is_entered
    }

    fn buttons(&self, ui: &mut Ui, is_entered: bool) -> Decision {
        let theme = theme::current(ui);
        let mut decision = Decision::None;
        let verb = match self.question {
            Question::Save => "Save",
            Question::Rename(_) => "Rename",
        };
        let is_named = !self.form.name.trim().is_empty();
        // It stands out by its lightness: no colour says what Enter does.
        let (color, fill) = match is_named {
            true => (theme.window, theme.text),
            false => (theme.weak_text, theme.raised),
        };
        let primary = Button::new(RichText::new(verb).color(color))
            .min_size(vec2(80.0, theme::ROW))
            .fill(fill);
        if ui.add_enabled(is_named, primary).clicked() || (is_entered && is_named) {
            decision = Decision::Do;
        }
        if self.in_the_way.is_some() && ui.button("Overwrite").clicked() {
            decision = Decision::Overwrite;
        }
        if ui.button("Cancel").clicked() {
            decision = Decision::Cancel;
        }
        decision
    }
}

/// Shows the browser's form, if there is one, and does what is decided.
pub fn show(browser: &mut Browser, ui: &mut Ui, model: &mut EditorModel) {
    let Some(mut dialog) = browser.dialog.take() else {
        return;
    };
    let id = ui.scope_id().with("preset form");
    let frame = Frame::popup(ui.style()).inner_margin(2.0 * theme::GAP);
    let modal = Modal::new(id).frame(frame).show(ui.ctx(), |ui| {
        let height = room(ui).y;
        if height >= LEAST_HEIGHT {
            return dialog.ask(ui);
        }
        let area = ScrollArea::vertical().id_salt("form").max_height(height);
        let shown = area.show(ui, |ui| {
            let decision = dialog.ask(ui);
            focus::follow(ui);
            decision
        });
        shown.inner
    });
    // A click beside the form does not throw away what has been typed.
    let is_beside = modal.backdrop_response.clicked();
    let is_kept = is_beside && dialog.form != dialog.proposed;
    let decision = match modal.inner {
        Decision::None if modal.should_close() && !is_kept => Decision::Cancel,
        decision => decision,
    };
    let result = match (decision, &dialog.question) {
        (Decision::Cancel, _) => return,
        (Decision::None, _) => {
            browser.dialog = Some(dialog);
            return;
        }
        (_, Question::Save) => save(browser, &dialog, decision, model),
        (_, Question::Rename(entry)) => browser.rename(entry, &dialog.form.name, model),
    };
    if let Err(error) = result {
        dialog.error = Some(error.to_string());
        if let LibraryError::Exists { path, .. } = error {
            // It may have come in this very second.
            browser.watch.look();
            let contents = browser.contents();
            let mut there = contents.entries.iter();
            let entry = there.find(|entry| entry.path.as_ref() == Some(&path));
            let entry = entry.filter(|_| matches!(dialog.question, Question::Save));
            dialog.in_the_way = entry.cloned().map(Box::new);
        }
        browser.dialog = Some(dialog);
    }
}

/// What a form may take of the window.
fn room(ui: &Ui) -> egui::Vec2 {
    ui.ctx().content_rect().size() - egui::Vec2::splat(8.0 * theme::GAP)
}

fn save(
    browser: &mut Browser,
    dialog: &Dialog,
    decision: Decision,
    model: &mut EditorModel,
) -> Result<(), LibraryError> {
    let preset = dialog.form.preset(model);
    let id = match (decision, &dialog.in_the_way) {
        (Decision::Overwrite, Some(entry)) => {
            browser.library.replace(entry, &preset)?;
            entry.id.clone()
        }
        _ => browser.library.save_new(&preset)?,
    };
    browser.author = preset.author;
    browser.saved(&id, &preset.name, model);
    Ok(())
}
