//! Presets that leave the effects as they are.

use super::*;
use crate::editor::testing::host::obeyed_model;

/// One with a reverb, and one that differs in everything and has none.
fn two_presets() -> [Preset; 2] {
    [("Wet", 0.5, 4.0, -3.0), ("Dry", 0.0, 1.0, 3.0)].map(|(name, amount, time, tilt)| {
        let mut patch = Patch::default();
        patch.set(Param::REVERB_AMOUNT, amount);
        patch.set(Param::REVERB_TIME, time);
        patch.set(Param::TILT, tilt);
        Preset {
            name: name.to_owned(),
            patch,
            ..Preset::initial()
        }
    })
}

#[test]
fn kept_effects_stay_and_ring_on_in_one_step() {
    let (mut model, _) = obeyed_model();
    let [wet, dry] = two_presets();
    model.load_preset("wet", &wet);
    let (before, begun) = (model.patch(), model.params().new_sounds());
    model.set_keeps_effects(true);
    model.load_preset("dry", &dry);
    for param in Param::all() {
        let expected = match param.row().group {
            Group::Room | Group::Chorus | Group::Delay | Group::Reverb => &before,
            _ if param.is_machine_setting() || param.is_performance_setting() => continue,
            _ => &dry.patch,
        };
        let name = param.row().name;
        assert_eq!(
            stepped(param, model.normalized(param)),
            stepped(param, expected.normalized(param)),
            "{name}"
        );
    }
    assert_eq!(model.params().new_sounds(), begun, "no tail fades");
    assert!(model.preset().1, "not as in the file");
    let expected = format!("Load {}", dry.name);
    assert_eq!(model.undo(), Some(expected));
    assert_eq!(model.patch(), before);
    assert_eq!(model.params().new_sounds(), begun);
    model.redo();
    // The other side of A and B is another sound with its own effects.
    model.switch_side();
    model.switch_side();
    assert!(model.params().new_sounds() > begun);
}

#[test]
fn effects_that_are_not_kept_come_with_the_preset_and_tails_fade() {
    let (mut model, _) = obeyed_model();
    let [wet, dry] = two_presets();
    model.load_preset("wet", &wet);
    let begun = model.params().new_sounds();
    model.load_preset("dry", &dry);
    assert_eq!(model.plain(Param::REVERB_AMOUNT), 0.0);
    assert!(model.params().new_sounds() > begun);
    // Undone while effects are to be kept, the effects change all the same.
    model.set_keeps_effects(true);
    let begun = model.params().new_sounds();
    model.undo();
    assert_ne!(model.plain(Param::REVERB_AMOUNT), 0.0);
    assert!(model.params().new_sounds() > begun);
}
