//! Changes to a host that remembers what it received, undone and done again.

use nice_plug::prelude::Params as _;

use super::compare::Side;
use super::*;
use crate::editor::testing::host::{Call, automate, model, obeyed_model};
use crate::state::{MacroNames, Preset};
use crate::synth::Patch;

fn hosts_patch(model: &EditorModel) -> Patch {
    model.params.patch()
}

/// A preset of this name.
fn preset(name: &str, patch: &Patch) -> Preset {
    Preset {
        name: name.to_owned(),
        patch: *patch,
        ..Preset::initial()
    }
}

#[test]
fn a_drag_is_one_change_and_adds_up_without_the_host() {
    let (mut model, recorder) = model();
    let param = Param::SPREAD;
    model.begin_drag(param);
    model.drag_by(0.25);
    model.drag_by(0.25);
    assert_eq!(model.normalized(param), 0.5);
    model.drag_by(7.0);
    model.drag_by(7.0);
    model.end_drag();
    model.end_drag();
    assert_eq!(
        recorder.take(),
        [
            Call::Begin(param),
            Call::Set(param, 0.25),
            Call::Set(param, 0.5),
            Call::Set(param, 1.0),
            Call::End(param)
        ]
    );
}

#[test]
fn a_controller_is_one_change_until_it_rests_or_a_hand_takes_over() {
    let (mut model, recorder) = model();
    let param = Param::SPREAD;
    model.begin_frame(1.0);
    model.follow(param, 0.25);
    model.begin_frame(1.1);
    model.follow(param, 0.5);
    model.begin_frame(1.2);
    let moved = [
        Call::Begin(param),
        Call::Set(param, 0.25),
        Call::Set(param, 0.5),
    ];
    assert_eq!(recorder.take(), moved);
    model.begin_frame(1.5);
    assert_eq!(recorder.take(), [Call::End(param)]);
    assert_eq!(model.undo_name(), None);
    model.follow(param, 0.5);
    recorder.take();
    model.begin_drag(param);
    assert_eq!(recorder.take(), [Call::End(param), Call::Begin(param)]);
    model.follow(param, 0.75);
    assert_eq!(recorder.take(), []);
    model.end_drag();
    model.follow(param, 0.75);
    recorder.take();
    drop(model);
    assert_eq!(recorder.take(), [Call::End(param)]);
}

#[test]
fn a_stepped_parameter_moves_in_steps() {
    let (mut model, recorder) = model();
    model.begin_drag(Param::FILTER_TYPE);
    model.drag_by(0.05);
    model.drag_by(0.05);
    drop(model);
    let param = Param::FILTER_TYPE;
    // A tenth of the way over nine labels is nearest to the second.
    let low_pass = param.range().normalized(1.0);
    assert_eq!(
        recorder.take(),
        [
            Call::Begin(param),
            Call::Set(param, low_pass),
            Call::End(param)
        ]
    );
}

#[test]
fn a_window_closed_in_mid_drag_lets_go() {
    let (mut model, recorder) = model();
    model.begin_drag(Param::TILT);
    drop(model);
    assert_eq!(
        recorder.take(),
        [Call::Begin(Param::TILT), Call::End(Param::TILT)]
    );
}

#[test]
fn a_preset_sets_what_differs_and_nothing_else() {
    let (mut model, recorder) = model();
    model.load(&Patch::default());
    assert_eq!(recorder.take(), []);
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 64.0);
    patch.set(Param::TILT, -3.0);
    model.load(&patch);
    let set = |param| {
        [
            Call::Begin(param),
            Call::Set(param, patch.normalized(param)),
            Call::End(param),
        ]
    };
    assert_eq!(
        recorder.take(),
        [set(Param::PARTIALS), set(Param::TILT)].concat()
    );
}

#[test]
fn a_preset_leaves_alone_how_a_person_plays_unless_it_asks_for_something() {
    let (mut model, _) = obeyed_model();
    let plain = |model: &EditorModel, param: Param| param.range().plain(model.normalized(param));
    model.set(Param::MPE, 1.0);
    model.set(Param::BEND_RANGE, Param::BEND_RANGE.range().normalized(9.0));
    model.set(Param::VOICES, Param::VOICES.range().normalized(9.0));
    let mut patch = Patch::default();
    model.load_preset("a", &preset("A", &patch));
    assert_eq!(plain(&model, Param::MPE), 1.0);
    assert_eq!(plain(&model, Param::BEND_RANGE), 9.0);
    assert!(!model.preset().1, "modified by how it is played");
    patch.set(Param::BEND_RANGE, 12.0);
    // What belongs to the machine stays, whatever a patch says.
    patch.set(Param::VOICES, 1.0);
    model.load_preset("b", &preset("B", &patch));
    assert_eq!(plain(&model, Param::BEND_RANGE), 12.0);
    assert_eq!(plain(&model, Param::VOICES), 9.0);
}

#[test]
fn a_drag_is_one_step_told_to_the_host_as_a_change() {
    let (mut model, recorder) = obeyed_model();
    let param = Param::SPREAD;
    model.begin_drag(param);
    model.drag_by(0.25);
    model.drag_by(0.25);
    model.end_drag();
    recorder.take();
    assert_eq!(model.undo_name().as_deref(), Some("Stereo Spread"));
    assert_eq!(model.undo().as_deref(), Some("Stereo Spread"));
    let told = |value| {
        [
            Call::Begin(param),
            Call::Set(param, value),
            Call::End(param),
        ]
    };
    assert_eq!(recorder.take(), told(0.0));
    assert_eq!(model.undo(), None);
    assert_eq!(model.redo().as_deref(), Some("Stereo Spread"));
    assert_eq!(recorder.take(), told(0.5));
    assert_eq!((model.redo(), model.redo_name()), (None, None));
}

#[test]
fn what_hosts_do_not_see_is_undone_and_loaded_as_all_else() {
    let (mut model, _) = obeyed_model();
    let param = Param::macro_target(2);
    let plain = |model: &EditorModel| param.range().plain(model.params().unmodulated(param));
    model.set(param, param.range().normalized(9.0));
    assert_eq!(plain(&model), 9.0);
    assert_eq!(model.undo().as_deref(), Some("Macro 2 Target"));
    assert_eq!(plain(&model), 0.0);
    assert_eq!(model.redo().as_deref(), Some("Macro 2 Target"));
    assert_eq!(plain(&model), 9.0);
    let mut patch = Patch::default();
    patch.set(param, 4.0);
    model.load_preset("a", &preset("A", &patch));
    assert_eq!(plain(&model), 4.0);
    assert!(!model.preset().1, "modified");
    model.undo();
    assert_eq!(plain(&model), 9.0);
}

#[test]
fn undo_leaves_alone_what_it_has_not_touched() {
    let (mut model, _) = obeyed_model();
    model.set(Param::TILT, 0.1);
    automate(&model.params, Param::CUTOFF, 0.9);
    model.set(Param::SPREAD, 0.7);
    automate(&model.params, Param::SPREAD, 0.8);
    model.undo();
    model.undo();
    let mut expected = Patch::default();
    expected.set_normalized(Param::CUTOFF, 0.9);
    assert_eq!(hosts_patch(&model), expected);
}

#[test]
fn a_group_is_one_step_whatever_is_in_it() {
    let (mut model, _) = obeyed_model();
    model.begin_group("Shape");
    model.draw(Param::partial_level(1), 0.2);
    model.draw(Param::partial_level(2), 0.3);
    model.end_drag();
    model.begin_group("Inner");
    model.set(Param::partial_level(1), 0.4);
    model.end_group();
    model.nudge(Param::TILT, 0.9);
    model.end_group();
    let drawn = hosts_patch(&model);
    assert_eq!(model.undo().as_deref(), Some("Shape"));
    assert_eq!(hosts_patch(&model), Patch::default());
    assert_eq!(model.undo_name(), None);
    model.redo();
    assert_eq!(hosts_patch(&model), drawn);
}

#[test]
fn undo_in_mid_drag_lets_go_and_takes_it_back() {
    let (mut model, recorder) = obeyed_model();
    model.begin_group("Draw Level");
    model.draw(Param::partial_level(3), 0.2);
    assert_eq!(model.undo().as_deref(), Some("Draw Level"));
    assert_eq!(hosts_patch(&model), Patch::default());
    let calls = recorder.take();
    let count = |wanted: fn(&Call) -> bool| calls.iter().filter(|call| wanted(call)).count();
    assert_eq!(count(|call| matches!(call, Call::Begin(_))), 2);
    assert_eq!(count(|call| matches!(call, Call::End(_))), 2);
    // The stroke's own end comes later and does no harm.
    model.end_group();
    assert_eq!(model.redo().as_deref(), Some("Draw Level"));
}

#[test]
fn steps_outlive_the_window_and_not_a_loaded_state() {
    let (mut model, recorder) = obeyed_model();
    let (params, session) = (model.params.clone(), model.session.clone());
    model.set(Param::TILT, 0.1);
    model.begin_drag(Param::SPREAD);
    model.drag_by(0.5);
    drop(model);
    let mut model = EditorModel::new(
        params.clone(),
        Box::new(recorder),
        session,
        Library::empty(),
    );
    model.begin_frame(0.0);
    assert_eq!(model.undo_name().as_deref(), Some("Stereo Spread"));
    model.undo();

    let state = params.serialize_fields();
    model.begin_drag(Param::SPREAD);
    model.drag_by(0.3);
    params.deserialize_fields(&state);
    automate(&params, Param::SPREAD, 0.9);
    // What was dragged before means nothing now.
    model.end_drag();
    assert_eq!((model.undo(), model.redo()), (None, None));
    model.set(Param::TILT, 0.2);
    assert!(model.undo().is_some());
    // A refused state loads nothing.
    model.set(Param::TILT, 0.2);
    params.deserialize_fields(&Default::default());
    assert!(model.undo().is_some());
}

#[test]
fn what_was_sent_is_shown_until_the_host_has_taken_it_up_or_will_not() {
    let (mut model, _) = model();
    let params = model.params.clone();
    model.begin_frame(1.0);
    model.set(Param::TILT, 0.1);
    model.set(Param::SPREAD, 0.4);
    model.begin_frame(1.1);
    assert_eq!(model.normalized(Param::TILT), 0.1);
    automate(&params, Param::TILT, 0.1);
    model.begin_frame(1.2);
    automate(&params, Param::TILT, 0.3);
    assert_eq!(model.normalized(Param::TILT), 0.3);
    assert_eq!(model.normalized(Param::SPREAD), 0.4);
    model.begin_frame(1.6);
    assert_eq!(model.normalized(Param::SPREAD), 0.0);
}

#[test]
fn a_preset_comes_with_its_name_and_goes_with_it() {
    let (mut model, _) = obeyed_model();
    let name_and_modified = |model: &EditorModel| {
        let (preset, is_modified) = model.preset();
        (preset.expect("a preset").name, is_modified)
    };
    assert_eq!(name_and_modified(&model), ("Initial".to_owned(), false));
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 64.0);
    patch.set(Param::CUTOFF, 440.0);
    model.load_preset("factory/Bell", &preset("Bell", &patch));
    assert_eq!(hosts_patch(&model), patch);
    assert_eq!(name_and_modified(&model), ("Bell".to_owned(), false));
    model.set(Param::TILT, 0.25);
    assert_eq!(name_and_modified(&model), ("Bell".to_owned(), true));
    model.undo();
    assert_eq!(name_and_modified(&model), ("Bell".to_owned(), false));
    assert_eq!(model.undo().as_deref(), Some("Load Bell"));
    assert_eq!(hosts_patch(&model), Patch::default());
    assert_eq!(name_and_modified(&model), ("Initial".to_owned(), false));
    model.redo();
    assert_eq!(name_and_modified(&model), ("Bell".to_owned(), false));
}

#[test]
fn a_macro_is_named_undone_and_done_again() {
    let (mut model, recorder) = obeyed_model();
    model.name_macro(2, " Bow ");
    assert_eq!(model.macro_name(2), "Bow");
    assert_eq!(recorder.take(), [Call::Changed]);
    assert!(model.preset().1, "there is something to save");
    // The same name is no step.
    model.name_macro(2, "Bow");
    assert_eq!(recorder.take(), []);
    model.name_macro(2, "");
    assert_eq!(model.macro_name(2), "");
    assert_eq!(model.undo().as_deref(), Some("Rename Macro 2"));
    assert_eq!(model.macro_name(2), "Bow");
    assert_eq!(model.undo().as_deref(), Some("Rename Macro 2"));
    assert_eq!(model.undo(), None);
    assert_eq!(model.macro_name(2), "");
    assert!(!model.preset().1, "as it was");
    assert_eq!(model.redo().as_deref(), Some("Rename Macro 2"));
    assert_eq!(model.macro_name(2), "Bow");
}

#[test]
fn a_preset_brings_its_names_of_macros_and_takes_the_others_away() {
    let (mut model, _) = obeyed_model();
    let mut reed = preset("Reed", &Patch::default());
    reed.macro_names.set(1, "Breath");
    model.name_macro(1, "Bow");
    model.name_macro(3, "Position");
    let mine = model.macro_names();
    model.load_preset("a", &reed);
    assert_eq!(model.macro_names(), reed.macro_names);
    assert!(!model.preset().1, "as it was loaded");
    model.load_preset("b", &preset("Plain", &Patch::default()));
    assert_eq!(model.macro_names(), MacroNames::default());
    model.undo();
    assert_eq!(model.macro_names(), reed.macro_names);
    model.undo();
    assert_eq!(model.macro_names(), mine);
    // A and B have their own.
    model.switch_side();
    model.load_preset("a", &reed);
    model.switch_side();
    assert_eq!(model.macro_names(), mine);
    model.switch_side();
    assert_eq!(model.macro_names(), reed.macro_names);
    model.copy_to_other_side();
    model.switch_side();
    assert_eq!(model.macro_names(), reed.macro_names);
    // A state of the host's brings its own, too.
    let state = HostParams::default().serialize_fields();
    model.params.deserialize_fields(&state);
    model.begin_frame(1.0);
    assert_eq!(model.macro_names(), MacroNames::default());
    assert_eq!(model.undo(), None);
}

#[test]
fn two_sounds_are_compared() {
    let (mut model, _) = obeyed_model();
    let mut bell = Patch::default();
    bell.set(Param::PARTIALS, 20.0);
    model.set(Param::TILT, 0.25);
    let a = hosts_patch(&model);
    model.switch_side();
    // At first both are the same.
    assert_eq!((model.side(), hosts_patch(&model)), (Side::B, a));
    model.load_preset("factory/Bell", &preset("Bell", &bell));
    model.switch_side();
    assert_eq!((model.side(), hosts_patch(&model)), (Side::A, a));
    assert_eq!(model.preset().0.expect("a preset").name, "Initial");
    model.switch_side();
    assert_eq!((model.side(), hosts_patch(&model)), (Side::B, bell));
    assert_eq!(model.preset().0.expect("a preset").name, "Bell");
    // Undone, the sounds are back on their sides.
    assert_eq!(model.undo().as_deref(), Some("Switch to B"));
    assert_eq!((model.side(), hosts_patch(&model)), (Side::A, a));
    model.switch_side();
    assert_eq!((model.side(), hosts_patch(&model)), (Side::B, bell));

    model.copy_to_other_side();
    model.switch_side();
    assert_eq!((model.side(), hosts_patch(&model)), (Side::A, bell));
    model.undo();
    assert_eq!(model.undo().as_deref(), Some("Copy B to A"));
    model.switch_side();
    assert_eq!((model.side(), hosts_patch(&model)), (Side::A, a));
}
