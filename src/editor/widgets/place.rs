//! Places for what is shown.

use egui::{Rect, Ui, UiBuilder};

/// Shows something within its place.
pub fn place<R>(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(rect), view)
        .inner
}
