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

/// What the menu remembers.
#[derive(Default)]
pub struct ImportMenu {
    path: String,
    fit: ImportFit,
    dialog: Option<FileDialog>,
}

impl ImportMenu {
    /// Shows its button, and the menu while it is open. Where a bank is missing, it is to be found.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, is_missing: bool) {
        let title = if is_missing { "Locate…" } else { "Import…" };
        let response = menu(ui, title, |ui| {
            ui.set_width(WIDTH);
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
        context.help.show_for(&response, || match is_missing {
            true => {
                "Locate: the file of the bank that is missing, or another in its place".to_owned()
            }
            false => {
                "Import: WAV, AIFF, FLAC, Ogg and MP3 are analysed; SDIF, SPEAR, ATS and banks \
                      are taken over"
                    .to_owned()
            }
        });
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
                    self.dialog = FileDialog::open("Import a recording", KIND, ENDINGS);
                    ui.close();
                }
            }
            let has_path = !self.path.trim().is_empty();
            let is_asked = ui
                .add_enabled(has_path, Button::new("Import file"))
                .clicked();
            if is_asked || by_key && has_path {
                self.begin(context, typed_path(&self.path));
                ui.close();
            }
        });
        let weak = theme::current(ui).weak_text;
        let text = "Banks are kept in the folder of banks. The note in a file's name, such as C#3, is its root.";
        ui.add(Label::new(RichText::new(text).size(theme::SMALL).color(weak)).wrap());
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
        let begun = context.model.import_recording(path, self.fit);
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
