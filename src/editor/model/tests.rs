//! Changes to a host that remembers what it was told, undone and done again.

use nice_plug::prelude::Params as _;

use super::compare::Side;
use super::*;
use crate::editor::testing::host::{Call, automate, edits, obeyed_edits};

fn hosts_patch(edits: &EditorModel) -> Patch {
    edits.params.patch()
}

#[test]
fn a_drag_is_one_change_and_adds_up_without_the_host() {
    let (mut edits, recorder) = edits();
    let param = Param::SPREAD;
    edits.begin_drag(param);
    edits.drag_by(0.25);
    edits.drag_by(0.25);
    assert_eq!(edits.normalized(param), 0.5);
    edits.drag_by(7.0);
    edits.drag_by(7.0);
    edits.end_drag();
    edits.end_drag();
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
    let (mut edits, recorder) = edits();
    let param = Param::SPREAD;
    edits.begin_frame(1.0);
    edits.follow(param, 0.25);
    edits.begin_frame(1.1);
    edits.follow(param, 0.5);
    edits.begin_frame(1.2);
    let moved = [
        Call::Begin(param),
        Call::Set(param, 0.25),
        Call::Set(param, 0.5),
    ];
    assert_eq!(recorder.take(), moved);
    edits.begin_frame(1.5);
    assert_eq!(recorder.take(), [Call::End(param)]);
    assert_eq!(edits.undo_name(), None);
    edits.follow(param, 0.5);
    recorder.take();
    edits.begin_drag(param);
    assert_eq!(recorder.take(), [Call::End(param), Call::Begin(param)]);
    edits.follow(param, 0.75);
    assert_eq!(recorder.take(), []);
    edits.end_drag();
    edits.follow(param, 0.75);
    recorder.take();
    drop(edits);
    assert_eq!(recorder.take(), [Call::End(param)]);
}

#[test]
fn a_stepped_parameter_moves_in_steps() {
    let (mut edits, recorder) = edits();
    edits.begin_drag(Param::FILTER_TYPE);
    edits.drag_by(0.1);
    edits.drag_by(0.1);
    drop(edits);
    let param = Param::FILTER_TYPE;
    // A fifth of the way over five labels is nearest to the second.
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
    let (mut edits, recorder) = edits();
    edits.begin_drag(Param::TILT);
    drop(edits);
    assert_eq!(
        recorder.take(),
        [Call::Begin(Param::TILT), Call::End(Param::TILT)]
    );
}

#[test]
fn a_preset_sets_what_differs_and_nothing_else() {
    let (mut edits, recorder) = edits();
    edits.load(&Patch::default());
    assert_eq!(recorder.take(), []);
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 64.0);
    patch.set(Param::TILT, -3.0);
    edits.load(&patch);
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
    let (mut edits, _) = obeyed_edits();
    let plain = |edits: &EditorModel, param: Param| param.range().plain(edits.normalized(param));
    edits.set(Param::MPE, 1.0);
    edits.set(Param::BEND_RANGE, Param::BEND_RANGE.range().normalized(9.0));
    edits.set(Param::VOICES, Param::VOICES.range().normalized(9.0));
    let mut patch = Patch::default();
    edits.load_preset("a", "A", &patch);
    assert_eq!(plain(&edits, Param::MPE), 1.0);
    assert_eq!(plain(&edits, Param::BEND_RANGE), 9.0);
    assert!(!edits.preset().1, "modified by how it is played");
    patch.set(Param::BEND_RANGE, 12.0);
    // What belongs to the machine stays, whatever a patch says.
    patch.set(Param::VOICES, 1.0);
    edits.load_preset("b", "B", &patch);
    assert_eq!(plain(&edits, Param::BEND_RANGE), 12.0);
    assert_eq!(plain(&edits, Param::VOICES), 9.0);
}

#[test]
fn a_drag_is_one_step_told_to_the_host_as_a_change() {
    let (mut edits, recorder) = obeyed_edits();
    let param = Param::SPREAD;
    edits.begin_drag(param);
    edits.drag_by(0.25);
    edits.drag_by(0.25);
    edits.end_drag();
    recorder.take();
    assert_eq!(edits.undo_name().as_deref(), Some("Stereo Spread"));
    assert_eq!(edits.undo().as_deref(), Some("Stereo Spread"));
    let told = |value| {
        [
            Call::Begin(param),
            Call::Set(param, value),
            Call::End(param),
        ]
    };
    assert_eq!(recorder.take(), told(0.0));
    assert_eq!(edits.undo(), None);
    assert_eq!(edits.redo().as_deref(), Some("Stereo Spread"));
    assert_eq!(recorder.take(), told(0.5));
    assert_eq!((edits.redo(), edits.redo_name()), (None, None));
}

#[test]
fn what_hosts_do_not_see_is_undone_and_loaded_as_all_else() {
    let (mut edits, _) = obeyed_edits();
    let param = Param::macro_target(2);
    let plain = |edits: &EditorModel| param.range().plain(edits.params().unmodulated(param));
    edits.set(param, param.range().normalized(9.0));
    assert_eq!(plain(&edits), 9.0);
    assert_eq!(edits.undo().as_deref(), Some("Macro 2 Target"));
    assert_eq!(plain(&edits), 0.0);
    assert_eq!(edits.redo().as_deref(), Some("Macro 2 Target"));
    assert_eq!(plain(&edits), 9.0);
    let mut patch = Patch::default();
    patch.set(param, 4.0);
    edits.load_preset("a", "A", &patch);
    assert_eq!(plain(&edits), 4.0);
    assert!(!edits.preset().1, "modified");
    edits.undo();
    assert_eq!(plain(&edits), 9.0);
}

#[test]
fn undo_leaves_alone_what_it_has_not_touched() {
    let (mut edits, _) = obeyed_edits();
    edits.set(Param::TILT, 0.1);
    automate(&edits.params, Param::CUTOFF, 0.9);
    edits.set(Param::SPREAD, 0.7);
    automate(&edits.params, Param::SPREAD, 0.8);
    edits.undo();
    edits.undo();
    let mut expected = Patch::default();
    expected.set_normalized(Param::CUTOFF, 0.9);
    assert_eq!(hosts_patch(&edits), expected);
}

#[test]
fn a_group_is_one_step_whatever_is_in_it() {
    let (mut edits, _) = obeyed_edits();
    edits.begin_group("Shape");
    edits.draw(Param::partial_level(1), 0.2);
    edits.draw(Param::partial_level(2), 0.3);
    edits.end_drag();
    edits.begin_group("Inner");
    edits.set(Param::partial_level(1), 0.4);
    edits.end_group();
    edits.nudge(Param::TILT, 0.9);
    edits.end_group();
    let drawn = hosts_patch(&edits);
    assert_eq!(edits.undo().as_deref(), Some("Shape"));
    assert_eq!(hosts_patch(&edits), Patch::default());
    assert_eq!(edits.undo_name(), None);
    edits.redo();
    assert_eq!(hosts_patch(&edits), drawn);
}

#[test]
fn undo_in_mid_drag_lets_go_and_takes_it_back() {
    let (mut edits, recorder) = obeyed_edits();
    edits.begin_group("Draw Level");
    edits.draw(Param::partial_level(3), 0.2);
    assert_eq!(edits.undo().as_deref(), Some("Draw Level"));
    assert_eq!(hosts_patch(&edits), Patch::default());
    let calls = recorder.take();
    let count = |wanted: fn(&Call) -> bool| calls.iter().filter(|call| wanted(call)).count();
    assert_eq!(count(|call| matches!(call, Call::Begin(_))), 2);
    assert_eq!(count(|call| matches!(call, Call::End(_))), 2);
    // The stroke's own end comes later and does no harm.
    edits.end_group();
    assert_eq!(edits.redo().as_deref(), Some("Draw Level"));
}

#[test]
fn steps_outlive_the_window_and_not_a_loaded_state() {
    let (mut edits, recorder) = obeyed_edits();
    let (params, session) = (edits.params.clone(), edits.session.clone());
    edits.set(Param::TILT, 0.1);
    edits.begin_drag(Param::SPREAD);
    edits.drag_by(0.5);
    drop(edits);
    let mut edits = EditorModel::new(
        params.clone(),
        Box::new(recorder),
        session,
        Library::of_nobody(),
    );
    edits.begin_frame(0.0);
    assert_eq!(edits.undo_name().as_deref(), Some("Stereo Spread"));
    edits.undo();

    let state = params.serialize_fields();
    edits.begin_drag(Param::SPREAD);
    edits.drag_by(0.3);
    params.deserialize_fields(&state);
    automate(&params, Param::SPREAD, 0.9);
    // What was dragged before means nothing now.
    edits.end_drag();
    assert_eq!((edits.undo(), edits.redo()), (None, None));
    edits.set(Param::TILT, 0.2);
    assert!(edits.undo().is_some());
    // A refused state loads nothing.
    edits.set(Param::TILT, 0.2);
    params.deserialize_fields(&Default::default());
    assert!(edits.undo().is_some());
}

#[test]
fn what_was_sent_is_shown_until_the_host_has_taken_it_up_or_will_not() {
    let (mut edits, _) = edits();
    let params = edits.params.clone();
    edits.begin_frame(1.0);
    edits.set(Param::TILT, 0.1);
    edits.set(Param::SPREAD, 0.4);
    edits.begin_frame(1.1);
    assert_eq!(edits.normalized(Param::TILT), 0.1);
    automate(&params, Param::TILT, 0.1);
    edits.begin_frame(1.2);
    automate(&params, Param::TILT, 0.3);
    assert_eq!(edits.normalized(Param::TILT), 0.3);
    assert_eq!(edits.normalized(Param::SPREAD), 0.4);
    edits.begin_frame(1.6);
    assert_eq!(edits.normalized(Param::SPREAD), 0.0);
}

#[test]
fn a_preset_comes_with_its_name_and_goes_with_it() {
    let (mut edits, _) = obeyed_edits();
    let name_and_modified = |edits: &EditorModel| {
        let (preset, is_modified) = edits.preset();
        (preset.expect("a preset").name, is_modified)
    };
    assert_eq!(name_and_modified(&edits), ("Initial".to_owned(), false));
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 64.0);
    patch.set(Param::CUTOFF, 440.0);
    edits.load_preset("factory/Bell", "Bell", &patch);
    assert_eq!(hosts_patch(&edits), patch);
    assert_eq!(name_and_modified(&edits), ("Bell".to_owned(), false));
    edits.set(Param::TILT, 0.25);
    assert_eq!(name_and_modified(&edits), ("Bell".to_owned(), true));
    edits.undo();
    assert_eq!(name_and_modified(&edits), ("Bell".to_owned(), false));
    assert_eq!(edits.undo().as_deref(), Some("Load Bell"));
    assert_eq!(hosts_patch(&edits), Patch::default());
    assert_eq!(name_and_modified(&edits), ("Initial".to_owned(), false));
    edits.redo();
    assert_eq!(name_and_modified(&edits), ("Bell".to_owned(), false));
}

#[test]
fn two_sounds_are_compared() {
    let (mut edits, _) = obeyed_edits();
    let mut bell = Patch::default();
    bell.set(Param::PARTIALS, 20.0);
    edits.set(Param::TILT, 0.25);
    let a = hosts_patch(&edits);
    edits.switch_side();
    // At first both are the same.
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::B, a));
    edits.load_preset("factory/Bell", "Bell", &bell);
    edits.switch_side();
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::A, a));
    assert_eq!(edits.preset().0.expect("a preset").name, "Initial");
    edits.switch_side();
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::B, bell));
    assert_eq!(edits.preset().0.expect("a preset").name, "Bell");
    // Undone, the sounds are back on their sides.
    assert_eq!(edits.undo().as_deref(), Some("Switch to B"));
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::A, a));
    edits.switch_side();
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::B, bell));

    edits.copy_to_other_side();
    edits.switch_side();
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::A, bell));
    edits.undo();
    assert_eq!(edits.undo().as_deref(), Some("Copy B to A"));
    edits.switch_side();
    assert_eq!((edits.side(), hosts_patch(&edits)), (Side::A, a));
}
