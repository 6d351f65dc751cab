//! Undo and redo.

use super::Edits;

impl Edits {
    /// What [`Edits::undo`] would undo.
    pub fn undo_name(&self) -> Option<String> {
        let session = self.session.lock();
        let step = session.history.to_undo()?;
        Some(step.name.to_string())
    }

    /// What [`Edits::redo`] would do again.
    pub fn redo_name(&self) -> Option<String> {
        let session = self.session.lock();
        let step = session.history.to_redo()?;
        Some(step.name.to_string())
    }

    /// Undoes the last step; what the hand holds is let go and undone first. Returns its name, if
    /// there was one.
    pub fn undo(&mut self) -> Option<String> {
        self.end_all();
        let step = self.session.lock().history.to_undo().cloned()?;
        // Backwards, should one parameter's change have moved another's.
        for change in step.changes.iter().rev() {
            self.send(change.param, change.before);
        }
        for aside in step.asides.into_iter().rev() {
            self.undo_aside(aside);
        }
        self.session.lock().history.undone();
        Some(step.name.into_owned())
    }

    /// Does the last undone step again. Returns its name, if there was one.
    pub fn redo(&mut self) -> Option<String> {
        self.end_all();
        let step = self.session.lock().history.to_redo().cloned()?;
        for change in &step.changes {
            self.send(change.param, change.after);
        }
        for aside in step.asides {
            self.redo_aside(aside);
        }
        self.session.lock().history.redone();
        Some(step.name.into_owned())
    }
}
