//! Presets: the bar in the window's header.

use egui::Ui;

use super::compare::Side;
use super::edit::Edits;

/// Undo, redo, the preset's name with a mark where it has been changed, and the two sounds to compare.
pub fn bar(ui: &mut Ui, edits: &mut Edits) {
    let (undo, redo) = (edits.undo_name(), edits.redo_name());
    if step_button(ui, "Undo", undo.as_deref()) {
        edits.undo();
    }
    if step_button(ui, "Redo", redo.as_deref()) {
        edits.redo();
    }
    ui.separator();
    let (preset, is_modified) = edits.preset();
    let name = preset.map_or_else(|| "Untitled".to_owned(), |preset| preset.name);
    ui.label(if is_modified {
        format!("{name} *")
    } else {
        name
    });
    ui.separator();
    for side in [Side::A, Side::B] {
        let is_heard = edits.side() == side;
        if ui.selectable_label(is_heard, side.letter()).clicked() && !is_heard {
            edits.switch_side();
        }
    }
    let other = edits.side().other().letter();
    if ui.button(format!("Copy to {other}")).clicked() {
        edits.copy_to_other_side();
    }
}

fn step_button(ui: &mut Ui, word: &str, step: Option<&str>) -> bool {
    let button = ui.add_enabled(step.is_some(), egui::Button::new(word));
    let told = format!("{word} {}", step.unwrap_or_default());
    button.on_hover_text(told.trim_end()).clicked()
}
