//! Actions with presets' files: done again and undone, and what follows from another name.

use super::EditorModel;
use super::action::{Action, LibraryAction, Swap};
use super::compare::Compare;
use crate::library::LibraryError;
use crate::params::LoadedPreset;

/// The result of an action with the library, which a view puts into words.
#[derive(Debug)]
pub enum LibraryReport {
    /// A preset has become a favourite, or has stopped being one.
    Favourite,
    /// A file is back among the presets.
    Restored,
    /// A file is among the deleted ones again.
    Deleted,
    /// A preset has another id and name.
    Renamed {
        /// The id before.
        id: String,
        /// The id now.
        new_id: String,
        /// The name now.
        name: String,
    },
    /// It could not be done.
    Failed(LibraryError),
}

impl EditorModel {
    /// What undo and redo have done with the library since this was last called.
    pub fn take_library_reports(&mut self) -> Vec<LibraryReport> {
        std::mem::take(&mut self.library_reports)
    }

    /// Undoes an action with the library by itself, and not as the last step; its step is forgotten.
    pub fn take_back(&mut self, action: &LibraryAction) {
        if self.apply_to_library(&action.clone().inverse()) {
            let is_it = |done: &Action| matches!(done, Action::Library(done) if done == action);
            self.session.lock().history.forget(is_it);
        }
    }

    /// Does something with the library, and reports it. Returns whether it could be done.
    pub(super) fn apply_to_library(&mut self, action: &LibraryAction) -> bool {
        let result = self.try_in_library(action);
        let is_done = result.is_ok();
        self.library_reports
            .push(result.unwrap_or_else(LibraryReport::Failed));
        is_done
    }

    fn try_in_library(&mut self, action: &LibraryAction) -> Result<LibraryReport, LibraryError> {
        match action {
            LibraryAction::Favourite { id, favourite } => {
                self.library.set_favourite(id, *favourite)?;
                Ok(LibraryReport::Favourite)
            }
            LibraryAction::Move(Swap { before, after }) => {
                self.library.restore(before, after)?;
                let folder = self.library.presets_folder();
                let is_preset = folder.is_some_and(|folder| after.starts_with(folder));
                Ok(match is_preset {
                    true => LibraryReport::Restored,
                    false => LibraryReport::Deleted,
                })
            }
            LibraryAction::Rename { id, name } => {
                let entry = self.library.entry(id)?;
                let new_id = self.library.rename(&entry, &name.after)?;
                self.preset_renamed(id, &new_id, &name.after);
                Ok(LibraryReport::Renamed {
                    id: id.clone(),
                    new_id,
                    name: name.after.clone(),
                })
            }
        }
    }

    /// A preset has another id and name from here on, for all that is remembered of it.
    pub fn preset_renamed(&mut self, id: &str, new_id: &str, name: &str) {
        let rename = |preset: &mut Option<LoadedPreset>| {
            if let Some(preset) = preset.as_mut().filter(|preset| preset.id == id) {
                new_id.clone_into(&mut preset.id);
                name.clone_into(&mut preset.name);
            }
        };
        let rename_in = |compare: &mut Compare| {
            if let Some(waiting) = &mut compare.waiting {
                rename(&mut waiting.preset);
            }
        };
        let mut loaded = self.params.preset();
        rename(&mut loaded);
        self.params.set_preset(loaded);
        let mut session = self.session.lock();
        rename_in(&mut session.compare);
        for action in session.history.actions_mut() {
            match action {
                Action::Preset(swap) => {
                    rename(&mut swap.before);
                    rename(&mut swap.after);
                }
                Action::Compare(swap) => {
                    rename_in(&mut swap.before);
                    rename_in(&mut swap.after);
                }
                Action::Library(
                    LibraryAction::Favourite { id: its, .. }
                    | LibraryAction::Rename { id: its, .. },
                ) if its == id => new_id.clone_into(its),
                Action::Library(_)
                | Action::Controllers(_)
                | Action::MacroNames(_)
                | Action::Scale(_)
                | Action::Recording(_) => {}
            }
        }
    }
}
