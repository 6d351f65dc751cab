//! Presets: the bar in the window's header, and the page that lists them all.
//!
//! Looking, searching and loading happen here; files are the [library](crate::library)'s. Loading a
//! preset is a step that can be undone, saving one is not.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;

use super::desk::Desk;
use super::edit::Edits;
use crate::library::{Contents, Entry, Library, LibraryError, Watch};
use crate::params::{LoadedPreset, fingerprint};

mod bar;
mod dialog;
mod icon;
mod listing;
mod notice;
mod page;

use dialog::{Dialog, Form};
use listing::Filter;
use notice::Notice;

/// What the browser remembers while its window is open.
pub struct Browser {
    library: Library,
    watch: Watch,
    filter: Filter,
    /// Whether the page is shown.
    open: bool,
    /// Where the page's keys are in the list: an id.
    cursor: Option<String>,
    dialog: Option<Dialog>,
    notice: Option<Notice>,
    /// Who saved last, for the next form.
    author: String,
}

/// What a notice's button does.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Brings a deleted file back to where it was.
    Restore {
        /// Where it is now.
        deleted: PathBuf,
        /// Where it was.
        path: PathBuf,
    },
}

impl Browser {
    /// Of these presets, closed.
    pub fn new(library: Library) -> Browser {
        Browser {
            watch: Watch::new(library.clone()),
            library,
            filter: Filter::default(),
            open: false,
            cursor: None,
            dialog: None,
            notice: None,
            author: String::new(),
        }
    }

    /// Whether the page is to be shown.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The bar: previous, next, the preset's name, favourite, save; undo, redo; A and B.
    pub fn bar(&mut self, ui: &mut Ui, desk: &mut Desk) {
        bar::show(self, ui, desk);
    }

    /// The page with all presets, into all the room there is.
    pub fn page(&mut self, ui: &mut Ui, desk: &mut Desk) {
        page::show(self, ui, desk);
    }

    /// What lies over everything else: a form, a notice. To be shown after all views.
    pub fn overlay(&mut self, ui: &mut Ui, edits: &mut Edits) {
        dialog::show(self, ui, edits);
        if let Some(notice) = &mut self.notice {
            match notice.show(ui) {
                notice::Answer::None => {}
                notice::Answer::Gone => self.notice = None,
                notice::Answer::Remedy => {
                    if let Some(Remedy::Restore { deleted, path }) = notice.remedy.take() {
                        self.notice = None;
                        let restored = self.library.restore(&deleted, &path);
                        if self.succeeded(restored).is_some() {
                            self.tell("Restored");
                        }
                    }
                }
            }
        }
    }

    /// The preset that was loaded last, if it is still there.
    fn loaded<'c>(&self, contents: &'c Contents, edits: &Edits) -> Option<&'c Entry> {
        contents.find(&edits.preset().0?.id)
    }

    fn load(&mut self, entry: &Entry, edits: &mut Edits) {
        self.cursor = Some(entry.id.clone());
        edits.load_preset(&entry.id, &entry.preset.name, &entry.preset.patch);
    }

    /// Loads the preset that is so many places further in the list as it is filtered now.
    fn step(&mut self, by: isize, edits: &mut Edits) {
        let contents = self.watch.contents();
        let listed = self.filter.list(&contents);
        let here = self.loaded(&contents, edits).map(|entry| &entry.id);
        if let Some(entry) = listing::step(&listed, here.map(String::as_str), by) {
            self.load(entry, edits);
        }
    }

    /// Saves in the loaded preset's own file, or asks for a name if it has none or the file has been
    /// changed by somebody else.
    pub fn save(&mut self, edits: &mut Edits) {
        let contents = self.watch.contents();
        let (loaded, _) = edits.preset();
        let own = self
            .loaded(&contents, edits)
            .filter(|entry| entry.path.is_some());
        match (own, loaded) {
            (Some(entry), Some(loaded))
                if fingerprint(&entry.preset.patch) == loaded.fingerprint =>
            {
                let mut preset = (*entry.preset).clone();
                preset.patch = edits.patch();
                let saved = self.library.save_over(entry, &preset);
                if self.succeeded(saved).is_some() {
                    self.saved(&entry.id, &preset.name, edits);
                }
            }
            (Some(_), _) => {
                self.ask_to_save(edits);
                self.complain("The file has been changed since it was loaded");
            }
            _ => self.ask_to_save(edits),
        }
    }

    /// Opens the form in which a name is given.
    fn ask_to_save(&mut self, edits: &Edits) {
        let contents = self.watch.contents();
        let (loaded, _) = edits.preset();
        let entry = self.loaded(&contents, edits);
        let own = entry.filter(|entry| entry.path.is_some());
        let from = entry.map(|entry| &*entry.preset);
        let name = loaded.map_or_else(String::new, |loaded| loaded.name);
        let form = Form {
            name: match (own, name.as_str()) {
                (Some(_), _) => name,
                (None, "" | "Initial") => String::new(),
                (None, name) => format!("{name} 2"),
            },
            author: own.map_or_else(|| self.author.clone(), |entry| entry.preset.author.clone()),
            tags: from.map_or_else(String::new, |preset| preset.tags.join(", ")),
            description: from.map_or_else(String::new, |preset| preset.description.clone()),
        };
        self.dialog = Some(Dialog::save(form));
    }

    /// What was saved is what is loaded now.
    fn saved(&mut self, id: &str, name: &str, edits: &mut Edits) {
        edits.set_preset(LoadedPreset {
            id: id.to_owned(),
            name: name.to_owned(),
            fingerprint: fingerprint(&edits.patch()),
        });
        self.cursor = Some(id.to_owned());
        self.tell(format!("Saved {name}"));
        self.watch.look();
    }

    fn delete(&mut self, entry: &Entry) {
        let deleted = self.library.delete(entry);
        if let Some(deleted) = self.succeeded(deleted)
            && let Some(path) = entry.path.clone()
        {
            let text = format!("Deleted {}", entry.preset.name);
            self.notice = Some(Notice::told(text));
            if let Some(notice) = &mut self.notice {
                notice.remedy = Some(Remedy::Restore { deleted, path });
            }
        }
    }

    fn set_favourite(&mut self, entry: &Entry) {
        let set = self.library.set_favourite(&entry.id, !entry.favourite);
        self.succeeded(set);
    }

    fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice::told(text.into()));
    }

    fn complain(&mut self, text: impl Into<String>) {
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
            .inspect_err(|error| self.complain(error.to_string()))
            .ok()
    }

    fn contents(&self) -> Arc<Contents> {
        self.watch.contents()
    }
}

#[cfg(test)]
mod tests;
