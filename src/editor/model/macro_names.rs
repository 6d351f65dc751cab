//! What the sound calls its macros.

use super::EditorModel;
use crate::state::MacroNames;

impl EditorModel {
    /// The name of macro `number`, 1 to 8; empty if it has none.
    pub fn macro_name(&self, number: usize) -> String {
        self.params.macro_name(number)
    }

    /// The names of all macros.
    pub fn macro_names(&self) -> MacroNames {
        self.params.macro_names()
    }

    /// Names a macro, or takes its name away if `name` is empty, as one step.
    pub fn name_macro(&mut self, number: usize, name: &str) {
        let mut names = self.macro_names();
        // What is typed is cut while it is.
        let _ = names.set(number, name);
        self.begin_group(format!("Rename Macro {number}"));
        self.set_macro_names(&names);
        self.end_group();
    }

    /// The macros have these names from now on; the host is to save them.
    pub(super) fn set_macro_names(&mut self, names: &MacroNames) {
        if *names != self.macro_names() {
            self.params.set_macro_names(names);
            self.host.mark_changed(&self.params);
        }
    }
}
