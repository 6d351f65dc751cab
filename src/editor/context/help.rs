//! The line that tells what the pointer or the keyboard's focus is on.

use egui::Response;

/// What is told in this frame.
#[derive(Debug, Default)]
pub struct HelpLine {
    text: String,
}

impl HelpLine {
    /// Tells this, if the pointer is on it, or else has the keyboard's focus.
    pub fn show_for(&mut self, response: &Response, text: impl FnOnce() -> String) {
        if response.hovered() || (response.has_focus() && self.text.is_empty()) {
            self.text = text();
        }
    }

    /// Tells this instead of what has been told.
    pub fn replace(&mut self, text: String) {
        self.text = text;
    }

    /// A frame begins.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// What there is to tell; empty, if nothing.
    pub fn text(&self) -> &str {
        &self.text
    }
}
