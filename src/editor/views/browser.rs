//! Presets: the bar in the window's header, and the page that lists them all.
//!
//! Looking, searching and loading happen here; files are the [library](crate::library)'s. Loading a
//! preset is a step that can be undone, and so are deleting and renaming one and the choice of
//! favourites. Saving is none: who goes back in the sound does not want the file to go with it.

use std::sync::Arc;

use egui::Ui;

use crate::editor::context::ViewContext;
use crate::editor::model::action::{LibraryAction, Swap};
use crate::editor::model::{EditorModel, LibraryReport, sets_performance};
use crate::library::{Contents, Entry, FolderWatch, Library, LibraryError};
use crate::params::{LoadedPreset, fingerprint};
use crate::state::Preset;

mod bar;
mod dialog;
mod filters;
mod list;
mod notice;
mod page;

use crate::editor::model::listing::{self, PresetFilter};
use dialog::{Dialog, Form};
use notice::Notice;

/// What the browser remembers while its window is open.
pub struct Browser {
    library: Library,
    watch: FolderWatch,
    filter: PresetFilter,
    /// Whether the page is shown.
    open: bool,
    /// Where the page's keys are in the list: an id.
    cursor: Option<String>,
    /// Which preset the list has been scrolled to since the page was opened: an id.
    revealed: Option<String>,
    /// How far the list is scrolled, rows.
    scrolled: f32,
    dialog: Option<Dialog>,
    notice: Option<Notice>,
    /// Who saved last, for the next form.
    author: String,
}

impl Browser {
    /// A closed browser of these presets.
    pub fn new(library: Library) -> Browser {
        Browser {
            watch: FolderWatch::new(library.clone()),
            library,
            filter: PresetFilter::default(),
            open: false,
            cursor: None,
            revealed: None,
            scrolled: 0.0,
            dialog: None,
            notice: None,
            author: String::new(),
        }
    }

    /// Where the person's presets are.
    #[cfg(test)]
    pub fn folder(&self) -> Option<std::path::PathBuf> {
        self.library.presets_folder()
    }

    /// Whether the page is to be shown.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens the page at what is loaded, or closes it.
    fn toggle(&mut self) {
        self.open = !self.open;
        self.cursor = None;
        self.revealed = None;
    }

    /// What lies over everything else: a form, and a notice with its foot at this height in points. To
    /// be shown after all views.
    pub fn overlay(&mut self, ui: &mut Ui, model: &mut EditorModel, foot: f32) {
        dialog::show(self, ui, model);
        self.show_reports(model);
        if let Some(notice) = &mut self.notice {
            match notice.show(ui, foot) {
                notice::Answer::None => {}
                notice::Answer::Gone => self.notice = None,
                notice::Answer::Remedy => {
                    if let Some(action) = notice.remedy.take() {
                        self.notice = None;
                        model.take_back(&action);
                        self.show_reports(model);
                    }
                }
            }
        }
    }

    /// Shows what undo and redo have done with the library.
    fn show_reports(&mut self, model: &mut EditorModel) {
        for report in model.take_library_reports() {
            self.watch.look();
            match report {
                LibraryReport::Favourite => {}
                LibraryReport::Restored => self.show_message("Restored"),
                LibraryReport::Deleted => self.show_message("Deleted again"),
                LibraryReport::Renamed { id, new_id, name } => self.renamed(&id, &new_id, &name),
                LibraryReport::Failed(error) => self.show_error(error.to_string()),
            }
        }
    }

    /// The preset that was loaded last, if it is still there.
    fn loaded<'c>(&self, contents: &'c Contents, model: &EditorModel) -> Option<&'c Entry> {
        contents.find(&model.preset().0?.id)
    }

    fn load(&mut self, entry: &Entry, model: &mut EditorModel) {
        self.cursor = Some(entry.id.clone());
        model.load_preset(&entry.id, &entry.preset);
    }

    /// Loads the preset `by` places further in the list as it is filtered now.
    fn step(&mut self, by: isize, model: &mut EditorModel) {
        let contents = self.watch.contents();
        let listed = self.filter.list(&contents);
        let here = self.loaded(&contents, model).map(|entry| &entry.id);
        if let Some(entry) = listing::step(&listed, here.map(String::as_str), by) {
            self.load(entry, model);
        }
    }

    /// Saves in the loaded preset's own file, or asks for a name if it has none or the file has been
    /// changed by somebody else.
    pub fn save(&mut self, model: &mut EditorModel) {
        let (loaded, _) = model.preset();
        let Some(loaded) = loaded.filter(|loaded| self.library.has_file(&loaded.id)) else {
            self.ask_to_save(model);
            return;
        };
        // What the file holds at this moment, not what it held when it was last looked at.
        match self.library.entry(&loaded.id) {
            Ok(entry) if is_as_loaded(&entry.preset, &loaded) => {
                let preset = Preset {
                    patch: model.patch_to_save(sets_performance(&entry.preset.patch)),
                    macro_names: model.macro_names(),
                    tuning: model.scale_to_save(entry.preset.tuning.is_some()),
                    recording: model.recording(),
                    ..(*entry.preset).clone()
                };
                let saved = self.library.save_over(&entry, &preset);
                if self.succeeded(saved).is_some() {
                    self.saved(&entry.id, &preset.name, model);
                }
            }
            Ok(_) => {
                self.ask_to_save(model);
                self.show_error("The file has been changed since it was loaded");
            }
            Err(error) => {
                self.ask_to_save(model);
                self.show_error(error.to_string());
            }
        }
    }

    /// Opens the form in which a name is given.
    fn ask_to_save(&mut self, model: &EditorModel) {
        let contents = self.watch.contents();
        let (loaded, _) = model.preset();
        let entry = self.loaded(&contents, model);
        let own = entry.filter(|entry| entry.path.is_some());
        let name = loaded.map_or_else(String::new, |loaded| loaded.name);
        // Tags and description of one of the program's presets need not fit a changed sound.
        let form = match own.map(|entry| &*entry.preset) {
            Some(preset) => Form {
                name,
                author: preset.author.clone(),
                category: preset.category.clone(),
                tags: preset.tags.join(", "),
                description: preset.description.clone(),
                with_playing: sets_performance(&preset.patch),
            },
            None => Form {
                name: match name.as_str() {
                    "" | "Initial" => String::new(),
                    name => format!("{name} 2"),
                },
                author: self.author.clone(),
                ..Form::default()
            },
        };
        self.dialog = Some(Dialog::save(form));
    }

    /// What was saved is what is loaded now.
    fn saved(&mut self, id: &str, name: &str, model: &mut EditorModel) {
        model.set_preset(id, name);
        self.cursor = Some(id.to_owned());
        self.show_message(format!("Saved {name}"));
        self.watch.look();
    }

    fn delete(&mut self, entry: &Entry, model: &mut EditorModel) {
        let deleted = self.library.delete(entry);
        if let Some(deleted) = self.succeeded(deleted)
            && let Some(path) = entry.path.clone()
        {
            let text = format!("Delete {}", entry.preset.name);
            let action = LibraryAction::Move(Swap {
                before: path,
                after: deleted,
            });
            let mut notice = Notice::message(format!("Deleted {}", entry.preset.name));
            notice.remedy = Some(action.clone());
            self.notice = Some(notice);
            model.record_in_library(text, action);
        }
    }

    fn rename(
        &mut self,
        entry: &Entry,
        name: &str,
        model: &mut EditorModel,
    ) -> Result<(), LibraryError> {
        let new_id = self.library.rename(entry, name)?;
        let name = Swap {
            before: entry.preset.name.clone(),
            after: name.trim().to_owned(),
        };
        model.preset_renamed(&entry.id, &new_id, &name.after);
        self.renamed(&entry.id, &new_id, &name.after);
        self.watch.look();
        if name.before != name.after {
            let text = format!("Rename {}", name.before);
            model.record_in_library(text, LibraryAction::Rename { id: new_id, name });
        }
        Ok(())
    }

    /// A preset has another name, for what the page remembers and for the person.
    fn renamed(&mut self, id: &str, new_id: &str, name: &str) {
        if self.cursor.as_deref() == Some(id) {
            self.cursor = Some(new_id.to_owned());
        }
        self.show_message(format!("Renamed to {name}"));
    }

    fn set_favourite(&mut self, entry: &Entry, model: &mut EditorModel) {
        let favourite = !entry.favourite;
        let set = self.library.set_favourite(&entry.id, favourite);
        if self.succeeded(set).is_some() {
            let name = &entry.preset.name;
            let text = match favourite {
                true => format!("Add {name} to favourites"),
                false => format!("Remove {name} from favourites"),
            };
            let id = entry.id.clone();
            model.record_in_library(text, LibraryAction::Favourite { id, favourite });
        }
    }

    fn show_message(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice::message(text.into()));
    }

    fn show_error(&mut self, text: impl Into<String>) {
        let text = text.into();
        match &mut self.dialog {
            Some(dialog) => dialog.error = Some(text),
            None => self.notice = Some(Notice::error(text)),
        }
    }

    /// What the library has done, and a look at it; or a notice of why not.
    fn succeeded<T>(&mut self, result: Result<T, LibraryError>) -> Option<T> {
        self.watch.look();
        result
            .inspect_err(|error| self.show_error(error.to_string()))
            .ok()
    }

    fn contents(&self) -> Arc<Contents> {
        self.watch.contents()
    }
}

/// Whether a file still holds what was loaded from it.
fn is_as_loaded(file: &Preset, loaded: &LoadedPreset) -> bool {
    fingerprint(&file.patch, &file.macro_names, file.recording.as_ref()) == loaded.fingerprint
}

#[cfg(test)]
mod tests;
