//! Keys that mean the same in the whole window.
//!
//! While a text is typed the keys are the text's, but for those of the scale.

use egui::{Key, KeyboardShortcut, Modifiers, Ui};

use crate::editor::context::scale::Scales;
use crate::editor::model::EditorModel;
use crate::params::HostParams;

fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    let keys = KeyboardShortcut::new(modifiers, key);
    ui.input_mut(|input| input.consume_shortcut(&keys))
}

/// Ctrl (Cmd) and Z undoes; with Shift, or Ctrl and Y, it does again. Returns what is to be told.
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

/// Ctrl and Page Up, Page Down, 0: a larger, a smaller, the usual scale of this window, also where the
/// page of settings could not be reached. Plus and minus do the same where the window layer reports
/// them. Scales that do not fit the screen are left out. Returns what is to be told.
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
    use crate::editor::testing::window::{Rig, window};
    use crate::synth::Param;

    fn press(rig: &mut Rig, modifiers: Modifiers, key: Key) {
        rig.key_press_modifiers(modifiers, key);
        rig.run_steps(2);
    }

    #[test]
    fn keys_undo_and_redo_except_in_a_text() {
        let mut rig = window(vec2(1000.0, 620.0));
        rig.state_mut().model.set(Param::TILT, 0.25);
        rig.state_mut().model.set(Param::SPREAD, 0.5);
        let values = |rig: &Rig| {
            let model = &rig.state().model;
            (
                model.normalized(Param::TILT),
                model.normalized(Param::SPREAD),
            )
        };
        let before = Param::TILT.default_normalized();
        let shift = Modifiers::COMMAND | Modifiers::SHIFT;
        assert_eq!(values(&rig), (0.25, 0.5));
        let told = |rig: &Rig| rig.state().shell.help_text().to_owned();
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.0));
        assert_eq!(told(&rig), "Undone: Stereo Spread");
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (before, 0.0));
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(told(&rig), "Nothing to undo");
        // It is told for a while.
        rig.run_steps(120);
        assert_eq!(told(&rig), "");
        press(&mut rig, shift, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.0));
        press(&mut rig, Modifiers::COMMAND, Key::Y);
        assert_eq!(values(&rig), (0.25, 0.5));
        // The keyboard at the foot has Z too, and another meaning for it.
        press(&mut rig, Modifiers::NONE, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.5));

        rig.get_by_label_contains("Presets:").click();
        rig.run_steps(3);
        rig.get_by_label("Search presets").focus();
        rig.run_steps(2);
        press(&mut rig, Modifiers::COMMAND, Key::Z);
        assert_eq!(values(&rig), (0.25, 0.5));
    }

    #[test]
    fn only_scales_that_fit_the_screen_can_be_chosen() {
        let mut rig = window(vec2(1000.0, 620.0));
        Scales::within(vec2(1280.0, 780.0)).publish(&rig.ctx);
        let scale = |rig: &Rig| rig.state().model.params().window().scale_percent();
        let mut seen = Vec::new();
        for _ in 0..4 {
            press(&mut rig, Modifiers::COMMAND, Key::PageUp);
            seen.push(scale(&rig));
        }
        assert_eq!(seen, [125, 150, 156, 156]);
        rig.get_by_label("Settings").click();
        rig.run_steps(3);
        assert!(rig.query_by_label("150 %").is_some());
        assert!(rig.query_by_label("175 %").is_none());
        assert!(rig.query_by_label("200 %").is_none());
        // One that was saved on a larger screen counts as the largest that fits here, and is kept.
        rig.state().model.params().window().set_scale_percent(200);
        press(&mut rig, Modifiers::COMMAND, Key::PageDown);
        assert_eq!(scale(&rig), 150);
    }

    #[test]
    fn keys_change_the_scale_within_its_range_whatever_has_the_focus() {
        let mut rig = window(vec2(1000.0, 620.0));
        let scale = |rig: &Rig| rig.state().model.params().window().scale_percent();
        let mut seen = Vec::new();
        for key in [Key::Plus, Key::PageUp].repeat(3) {
            press(&mut rig, Modifiers::COMMAND, key);
            seen.push(scale(&rig));
        }
        assert_eq!(seen, [125, 150, 175, 200, 200, 200]);
        rig.get_by_label_contains("Partial 1 ").focus();
        press(&mut rig, Modifiers::COMMAND, Key::PageDown);
        assert_eq!(scale(&rig), 175);
        press(&mut rig, Modifiers::COMMAND, Key::Num0);
        assert_eq!(scale(&rig), 100);
        rig.state().model.params().window().set_scale_percent(110);
        press(&mut rig, Modifiers::COMMAND, Key::Minus);
        press(&mut rig, Modifiers::COMMAND, Key::Minus);
        press(&mut rig, Modifiers::COMMAND, Key::Minus);
        assert_eq!(scale(&rig), 75);
        press(&mut rig, Modifiers::COMMAND, Key::Equals);
        assert_eq!(scale(&rig), 100);
        rig.get_by_label_contains("Presets:").click();
        rig.run_steps(3);
        rig.get_by_label("Search presets").focus();
        press(&mut rig, Modifiers::COMMAND, Key::Plus);
        assert_eq!(scale(&rig), 125);
        assert_eq!(rig.state_mut().model.undo(), None, "a setting is no step");
    }
}
