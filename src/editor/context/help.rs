//! The line that describes what has the pointer or the keyboard's focus.

use egui::Response;

/// The line's text in this frame.
#[derive(Debug, Default)]
pub struct HelpLine {
    text: String,
}

impl HelpLine {
    /// Shows this text if the pointer is on the control, or if the control has the keyboard's focus
    /// and no text is shown yet.
    pub fn show_for(&mut self, response: &Response, text: impl FnOnce() -> String) {
        if response.hovered() || (response.has_focus() && self.text.is_empty()) {
            self.text = text();
        }
    }

    /// Shows this text in place of any other.
    pub fn replace(&mut self, text: String) {
        self.text = text;
    }

    /// A frame begins.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// The text; empty if there is none.
    pub fn text(&self) -> &str {
        &self.text
    }
}
