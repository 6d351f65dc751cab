//! The menu that makes banks of files, or finds a bank that is missing.

use std::path::PathBuf;

use egui::{Button, Label, RichText, TextEdit, Ui};

use crate::editor::context::ViewContext;
use crate::editor::model::file_dialog::{ChosenFile, FileDialog};
use crate::editor::theme;
use crate::editor::widgets::toolbar::{menu, segments};
use crate::recordings::import::ImportFit;

/// Width of the menu, points.
const WIDTH: f32 = 300.0;
/// What the dialogue offers.
const KIND: &str = "Sounds and partials";
const ENDINGS: &[&str] = &[
    "wav", "aif", "aiff", "aifc", "flac", "ogg", "mp3", "aliquot", "sdif", "ats", "txt",
];

/// What a menu does with the file that is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportPurpose {
    /// Makes a bank of it.
    #[default]
    Bank,
    /// Makes a bank of it, where the one that is loaded is missing.
    Missing,
    /// Puts it beside the recording that is loaded.
    Second,
}

impl ImportPurpose {
    fn title(self) -> &'static str {
        match self {
            ImportPurpose::Bank => "Import…",
            ImportPurpose::Missing => "Locate…",
            ImportPurpose::Second => "Add…",
        }
    }

    fn help(self) -> &'static str {
        match self {
            ImportPurpose::Bank => {
                "Import: WAV, AIFF, FLAC, Ogg and MP3 are analysed; SDIF, SPEAR, ATS and banks are taken over"
            }
            ImportPurpose::Missing => {
                "Locate: the file of the bank that is missing, or another in its place"
            }
            ImportPurpose::Second => {
                "Add: a second recording beside this one, which the body Recording 2 plays; the pad morphs between them"
            }
        }
    }

    /// The question of the dialogue.
    fn question(self) -> &'static str {
        match self {
            ImportPurpose::Second => "Add a recording",
            _ => "Import a recording",
        }
    }

    /// The button below the path.
    fn action(self) -> &'static str {
        match self {
            ImportPurpose::Second => "Add file",
            _ => "Import file",
        }
    }

    fn explanation(self) -> &'static str {
        match self {
            ImportPurpose::Second => {
                "Both recordings become one bank in the folder of banks. The note in a file's name, such as C#3, is its root."
            }
            _ => {
                "Banks are kept in the folder of banks. The note in a file's name, such as C#3, is its root."
            }
        }
    }
}

/// What the menu remembers.
#[derive(Default)]
pub struct ImportMenu {
    purpose: ImportPurpose,
    path: String,
    fit: ImportFit,
    dialog: Option<FileDialog>,
}

impl ImportMenu {
    /// Shows its button, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, purpose: ImportPurpose) {
        self.purpose = purpose;
        let response = menu(ui, purpose.title(), |ui| {
            ui.set_width(WIDTH);
            let is_missing = purpose == ImportPurpose::Missing;
            if is_missing && ui.button("Look in the folder again").clicked() {
                let is_there = context.model.locate_recording();
                let told = if is_there {
                    "It is there"
                } else {
                    "It is still missing"
                };
                context.controls.message = Some(told.to_owned());
                ui.close();
            }
            self.content(ui, context);
        });
        context
            .help
            .show_for(&response, || purpose.help().to_owned());
    }

    fn content(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        let field = TextEdit::singleline(&mut self.path).hint_text("Path of a file");
        let response = ui.add(field.desired_width(WIDTH));
        let by_key = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        ui.horizontal(|ui| {
            let options = [(ImportFit::Musical, "Musical"), (ImportFit::Exact, "Exact")];
            let responses = segments(ui, &mut self.fit, &options);
            let helps = [
                "Musical: long partials, to stretch and to morph; breath becomes noise",
                "Exact: as near to the recording as partials get",
            ];
            for (response, help) in responses.iter().zip(helps) {
                context.help.show_for(response, || help.to_owned());
            }
            if FileDialog::EXISTS {
                let browse = Button::new("Browse…");
                if ui.add_enabled(self.dialog.is_none(), browse).clicked() {
                    self.dialog = FileDialog::open(self.purpose.question(), KIND, ENDINGS);
                    ui.close();
                }
            }
            let has_path = !self.path.trim().is_empty();
            let is_asked = ui
                .add_enabled(has_path, Button::new(self.purpose.action()))
                .clicked();
            if is_asked || by_key && has_path {
                self.begin(context, typed_path(&self.path));
                ui.close();
            }
        });
        let weak = theme::current(ui).weak_text;
        let text = RichText::new(self.purpose.explanation());
        ui.add(Label::new(text.size(theme::SMALL).color(weak)).wrap());
    }

    /// Takes over what the dialogue has chosen. To be called at each frame.
    pub fn follow(&mut self, context: &mut ViewContext) {
        let Some(dialog) = self.dialog.take_if(|dialog| dialog.is_over()) else {
            return;
        };
        match dialog.outcome() {
            ChosenFile::File(path) => self.begin(context, path),
            ChosenFile::None => {}
            ChosenFile::NoDialog => {
                let told = "This system has no dialogue for files: type the path";
                context.controls.message = Some(told.to_owned());
            }
        }
    }

    fn begin(&mut self, context: &mut ViewContext, path: PathBuf) {
        let begun = match self.purpose {
            ImportPurpose::Second => context.model.add_recording(path, self.fit),
            _ => context.model.import_recording(path, self.fit),
        };
        context.controls.message = begun.err();
        self.path.clear();
    }
}

/// A path as it is typed or pasted: perhaps in quotes, or as a file manager copies it.
fn typed_path(text: &str) -> PathBuf {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_as_they_are_pasted() {
        for text in ["/a b/c.wav", " '/a b/c.wav' ", "file:///a b/c.wav\n"] {
            assert_eq!(typed_path(text), PathBuf::from("/a b/c.wav"), "{text}");
        }
    }
}
