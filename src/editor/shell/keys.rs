//! Keys that mean the same in the whole window.
//!
//! While a text is typed the keys are the text's, but for those of the scale.

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use crate::editor::context::window_scale::Scales;
use crate::editor::model::EditorModel;
use crate::params::HostParams;

fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    let keys = KeyboardShortcut::new(modifiers, key);
    ui.input_mut(|input| input.consume_shortcut(&keys))
}

/// Ctrl (Cmd) and Z undoes; with Shift, or Ctrl and Y, redoes. Returns the message to show.
pub fn undo(ui: &Ui, model: &mut EditorModel) -> Option<String> {
    if ui.ctx().text_edit_focused() {
        return None;
    }
    // The longer shortcut first, which the shorter one would match too.
    if pressed(ui, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)
        || pressed(ui, Modifiers::COMMAND, Key::Y)
    {
        Some(match model.redo() {
            Some(name) => format!("Done again: {name}"),
            None => "Nothing to do again".to_owned(),
        })
    } else if pressed(ui, Modifiers::COMMAND, Key::Z) {
        Some(match model.undo() {
            Some(name) => format!("Undone: {name}"),
            None => "Nothing to undo".to_owned(),
        })
    } else {
        None
    }
}

/// Ctrl and S.
pub fn save(ui: &Ui) -> bool {
    !ui.ctx().text_edit_focused() && pressed(ui, Modifiers::COMMAND, Key::S)
}

/// Ctrl and Page Up, Page Down, 0: a larger, a smaller, the usual scale of this window, also where
/// the page of settings could not be reached. Plus and minus do the same where the window layer
/// reports them. Scales that do not fit the screen are left out. Returns the message to show.
pub fn scale(ui: &Ui, params: &HostParams) -> Option<String> {
    let pressed = |key| pressed(ui, Modifiers::COMMAND, key);
    let scales = Scales::published(ui.ctx());
    let now = scales.clamped(params.window().scale_percent());
    let scale = if pressed(Key::Num0) {
        scales.clamped(100)
    } else if pressed(Key::PageUp) || pressed(Key::Plus) || pressed(Key::Equals) {
        let larger = scales.offered().find(|&scale| scale > now);
        larger.unwrap_or(*scales.range().end())
    } else if pressed(Key::PageDown) || pressed(Key::Minus) {
        let smaller = scales.offered().rfind(|&scale| scale < now);
        smaller.unwrap_or(*scales.range().start())
    } else {
        return None;
    };
    params.window().set_scale_percent(scale);
    Some(format!("Scale {scale} %"))
}

#[cfg(test)]
mod tests {
    use egui::vec2;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::editor::testing::window::{WindowHarness, window};
    use crate::synth::Param;

    fn press(harness: &mut WindowHarness, modifiers: Modifiers, key: Key) {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
    }

    #[test]
    fn keys_undo_and_redo_except_in_a_text() {
        let mut harness = window(vec2(1000.0, 620.0));
        harness.state_mut().model.set(Param::TILT, 0.25);
        harness.state_mut().model.set(Param::SPREAD, 0.5);
        let values = |harness: &WindowHarness| {
            let model = &harness.state().model;
            (
                model.normalized(Param::TILT),
                model.normalized(Param::SPREAD),
            )
        };
        let before = Param::TILT.default_normalized();
        let shift = Modifiers::COMMAND | Modifiers::SHIFT;
        assert_eq!(values(&harness), (0.25, 0.5));
        let told = |harness: &WindowHarness| harness.state().shell.help_text().to_owned();
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&harness), (0.25, 0.0));
        assert_eq!(told(&harness), "Undone: Stereo Spread");
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&harness), (before, 0.0));
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        assert_eq!(told(&harness), "Nothing to undo");
        // It is shown for a while.
        harness.run_steps(120);
        assert_eq!(told(&harness), "");
        press(&mut harness, shift, Key::Z);
        assert_eq!(values(&harness), (0.25, 0.0));
        press(&mut harness, Modifiers::COMMAND, Key::Y);
        assert_eq!(values(&harness), (0.25, 0.5));
        // The keyboard at the foot has Z too, and another meaning for it.
        press(&mut harness, Modifiers::NONE, Key::Z);
        assert_eq!(values(&harness), (0.25, 0.5));

        harness.get_by_label_contains("Presets:").click();
        harness.run_steps(3);
        harness.get_by_label("Search presets").focus();
        harness.run_steps(2);
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&harness), (0.25, 0.5));
    }

    #[test]
    fn only_scales_that_fit_the_screen_can_be_chosen() {
        let mut harness = window(vec2(1000.0, 620.0));
        Scales::within(vec2(1280.0, 780.0)).publish(&harness.ctx);
        let scale =
            |harness: &WindowHarness| harness.state().model.params().window().scale_percent();
        let mut seen = Vec::new();
        for _ in 0..4 {
            press(&mut harness, Modifiers::COMMAND, Key::PageUp);
            seen.push(scale(&harness));
        }
        assert_eq!(seen, [125, 150, 156, 156]);
        harness.get_by_label("Settings").click();
        harness.run_steps(3);
        assert!(harness.query_by_label("150 %").is_some());
        assert!(harness.query_by_label("175 %").is_none());
        assert!(harness.query_by_label("200 %").is_none());
        // One that was saved on a larger screen counts as the largest that fits here, and is kept.
        harness
            .state()
            .model
            .params()
            .window()
            .set_scale_percent(200);
        press(&mut harness, Modifiers::COMMAND, Key::PageDown);
        assert_eq!(scale(&harness), 150);
    }

    #[test]
    fn keys_change_the_scale_within_its_range_whatever_has_the_focus() {
        let mut harness = window(vec2(1000.0, 620.0));
        let scale =
            |harness: &WindowHarness| harness.state().model.params().window().scale_percent();
        let mut seen = Vec::new();
        for key in [Key::Plus, Key::PageUp].repeat(3) {
            press(&mut harness, Modifiers::COMMAND, key);
            seen.push(scale(&harness));
        }
        assert_eq!(seen, [125, 150, 175, 200, 200, 200]);
        harness.get_by_label_contains("Partial 1 ").focus();
        press(&mut harness, Modifiers::COMMAND, Key::PageDown);
        assert_eq!(scale(&harness), 175);
        press(&mut harness, Modifiers::COMMAND, Key::Num0);
        assert_eq!(scale(&harness), 100);
        harness
            .state()
            .model
            .params()
            .window()
            .set_scale_percent(110);
        press(&mut harness, Modifiers::COMMAND, Key::Minus);
        press(&mut harness, Modifiers::COMMAND, Key::Minus);
        press(&mut harness, Modifiers::COMMAND, Key::Minus);
        assert_eq!(scale(&harness), 75);
        press(&mut harness, Modifiers::COMMAND, Key::Equals);
        assert_eq!(scale(&harness), 100);
        harness.get_by_label_contains("Presets:").click();
        harness.run_steps(3);
        harness.get_by_label("Search presets").focus();
        press(&mut harness, Modifiers::COMMAND, Key::Plus);
        assert_eq!(scale(&harness), 125);
        assert_eq!(
            harness.state_mut().model.undo(),
            None,
            "a setting is no step"
        );
    }
}
