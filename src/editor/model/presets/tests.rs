//! Presets that leave the effects as they are.

use super::*;
use crate::editor::testing::host::obeyed_model;
use crate::scale::{MapTexts, TuningSet};

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

#[test]
fn a_preset_without_a_scale_takes_that_of_the_preset_before_away() {
    let (mut model, _) = obeyed_model();
    let scale = |cents: &str| {
        let text = format!("test\n 2\n {cents}\n 2/1\n");
        TuningSet::read(cents, text.as_bytes(), MapTexts::None).expect("a scale")
    };
    let [plain, mut tuned] = two_presets();
    tuned.tuning = Some(scale("700.0"));
    tuned.patch.set(Param::BEND_RANGE, 7.0);
    let bend = |model: &EditorModel| model.plain(Param::BEND_RANGE);
    let own_bend = bend(&model);
    for own in [None, Some(Arc::new(scale("650.0")))] {
        model.set_scale(own.clone());
        model.load_preset("tuned", &tuned);
        assert_eq!(model.scale().as_deref(), tuned.tuning.as_ref());
        assert_eq!(bend(&model), 7.0);
        model.load_preset("plain", &plain);
        assert_eq!(model.scale(), own);
        assert_eq!(bend(&model), own_bend);
        model.undo();
        assert_eq!(model.scale().as_deref(), tuned.tuning.as_ref());
        model.undo();
        assert_eq!(model.scale(), own);
    }
    // What the player has chosen since stays, and so does a locked scale.
    model.load_preset("tuned", &tuned);
    let chosen = Some(Arc::new(scale("600.0")));
    model.set_scale(chosen.clone());
    model.load_preset("plain", &plain);
    assert_eq!(model.scale(), chosen);
    model.load_preset("tuned", &tuned);
    model.lock_scale(true);
    tuned.tuning = Some(scale("500.0"));
    tuned.patch.set(Param::ROOT_KEY, 62.0);
    let (locked, root) = (model.scale(), model.plain(Param::ROOT_KEY));
    for preset in [&plain, &tuned] {
        model.load_preset("another", preset);
        assert_eq!(model.scale(), locked);
        assert_eq!(model.plain(Param::ROOT_KEY), root);
    }
}

#[test]
fn each_side_has_its_scale() {
    let (mut model, _) = obeyed_model();
    let text = "five\n 2\n 700.\n 2/1\n";
    let set = TuningSet::read("five", text.as_bytes(), MapTexts::None).expect("a scale");
    model.set_scale(Some(Arc::new(set)));
    let scale = model.scale();
    model.switch_side();
    model.set_scale(None);
    model.switch_side();
    assert_eq!(model.scale(), scale);
    model.switch_side();
    assert_eq!(model.scale(), None);
    model.undo();
    assert_eq!(model.scale(), scale);
}
