use std::sync::Arc;

use egui::{Event, Key, Modifiers, Pos2, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::engine::engine_holding;
use crate::editor::testing::host::Call;
use crate::editor::testing::window::{
    WindowHarness, control, drag, host_calls, plain, send, show_tab, tab_names, window,
};
use crate::recordings::audition::AuditionSide;
use crate::recordings::import::ImportFit;
use crate::recordings::import::tests::wave_file;
use crate::recordings::{recording_body, second_recording_body};
use crate::state::tests::bank;
use crate::synth::recordings::Recordings;
use crate::synth::{Param, Patch};
use crate::tracks::bank_edits::{LoopEnds, SoundEdit};

const SIZE: Vec2 = Vec2::new(1_120.0, 700.0);

/// A window with the page.
fn page() -> WindowHarness {
    let mut harness = window(SIZE);
    let names = tab_names(&mut harness);
    let name = names.iter().find(|name| name.contains("Recording"));
    show_tab(&mut harness, name.expect("a tab"));
    harness
}

fn load(harness: &mut WindowHarness, named: NamedBank) {
    harness.state_mut().model.load_recording(Some(named));
    harness.run_steps(2);
}

fn oboe(hz: f64) -> NamedBank {
    NamedBank::new("Oboe", "", bank(hz, 0.5)).expect("a path")
}

/// Runs frames until something is there.
fn wait_for(harness: &mut WindowHarness, what: impl Fn(&WindowHarness) -> bool) {
    while !what(harness) {
        harness.step();
        std::thread::yield_now();
    }
}

#[test]
fn the_bank_is_shown_with_its_root_and_duration() {
    let mut harness = page();
    assert!(harness.query_by_label("None").is_some());
    load(&mut harness, oboe(440.0));
    assert!(harness.query_by_label("Oboe").is_some());
    for text in ["Root A4 (440.0 Hz)", "0.50 s, 3 partials at once"] {
        assert!(harness.query_by_label(text).is_some(), "{text}");
    }
    control(&harness, Param::FREEZE);
    control(&harness, Param::RECORDING_LOOP);
    assert!(harness.query_by_label("Partials over time").is_some());
}

#[test]
fn a_bank_of_the_folder_is_loaded_by_the_menu_and_undone() {
    let mut harness = page();
    let folder = harness.state().folder.path().join("banks");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("Flute.aliquot"), bank(441.0, 0.5).bytes()).expect("a file");
    harness.get_by_label("Bank").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Flute").click();
    harness.run_steps(1);
    wait_for(&mut harness, |harness| {
        harness.state().model.recording().is_some()
    });
    assert_eq!(plain(&harness, Param::BODY_A), recording_body());
    let named = harness.state().model.recording().expect("a bank");
    assert_eq!((named.name(), named.file()), ("Flute", "Flute.aliquot"));
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Load Recording Flute"));
    assert!(harness.state().model.recording().is_none());
}

#[test]
fn a_file_is_imported_by_its_path_and_failures_are_told() {
    let mut harness = page();
    let source = harness.state().folder.path().join("clarinet A3.aliquot");
    std::fs::write(&source, bank(220.0, 0.5).bytes()).expect("a file");
    let asked = |harness: &mut WindowHarness, path: &str| {
        harness.get_by_label("Import…").click();
        harness.run_steps(3);
        let field = harness.get_by_role(egui::Role::TextInput);
        field.focus();
        field.type_text(path);
        harness.run_steps(2);
        harness.get_by_label("Import file").click();
        harness.run_steps(2);
        wait_for(harness, |harness| harness.state().model.import().is_none());
    };
    asked(&mut harness, "gone.wav");
    assert!(harness.state().shell.help_text().contains("gone.wav"));
    asked(&mut harness, &source.display().to_string());
    let named = harness.state().model.recording().expect("a bank");
    assert_eq!(named.file(), "clarinet A3.aliquot");
    let kept = harness
        .state()
        .folder
        .path()
        .join("banks/clarinet A3.aliquot");
    assert!(kept.is_file());
}

/// Opens a menu that takes a file, types its path, and presses the button.
fn ask_for_file(harness: &mut WindowHarness, menu: &str, path: &std::path::Path, button: &str) {
    harness.get_by_label(menu).click();
    harness.run_steps(3);
    let field = harness.get_by_role(egui::Role::TextInput);
    field.focus();
    field.type_text(&path.display().to_string());
    harness.run_steps(2);
    harness.get_by_label(button).click();
    harness.run_steps(2);
    wait_for(harness, |harness| harness.state().model.import().is_none());
    harness.run_steps(2);
}

#[test]
fn a_second_recording_is_put_beside_the_first_and_undone() {
    let mut harness = page();
    let is_disabled = |harness: &WindowHarness| {
        let node = harness.get_by_label("Add…");
        node.accesskit_node().is_disabled()
    };
    assert!(is_disabled(&harness), "there is nothing to put it beside");
    load(&mut harness, oboe(440.0));
    assert!(!is_disabled(&harness));
    let folder = harness.state().folder.path().to_owned();
    let [flute, text] = ["flute A3.aliquot", "notes.txt"].map(|name| folder.join(name));
    std::fs::write(&flute, bank(220.0, 0.3).bytes()).expect("a file");
    std::fs::write(&text, "no sound").expect("a file");
    // What cannot be read is told, and nothing changes.
    ask_for_file(&mut harness, "Add…", &text, "Add file");
    assert!(harness.state().shell.help_text().contains("notes.txt"));
    assert_eq!(harness.state().model.recording(), Some(oboe(440.0)));
    let before = plain(&harness, Param::BODY_B);
    ask_for_file(&mut harness, "Add…", &flute, "Add file");
    let told = harness.state().shell.help_text().to_owned();
    assert!(told.contains("Body B is Recording 2"), "{told}");
    let both = harness.state().model.recording().expect("a bank");
    assert_eq!(both.name(), "Oboe + flute A3");
    assert!(folder.join("banks").join(both.file()).is_file());
    assert!(both.embedded().is_some(), "a state has it");
    assert!(harness.query_by_label("Oboe + flute A3").is_some());
    let bodies =
        |harness: &WindowHarness| [Param::BODY_A, Param::BODY_B].map(|of| plain(harness, of));
    assert_eq!(
        bodies(&harness),
        [recording_body(), second_recording_body()]
    );
    harness.get_by_label("Sound 1 of 2").click();
    harness.run_steps(3);
    harness.get_by_label("2: C−1 to G9, Recording 2").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Root A3 (220.0 Hz)").is_some());
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Add Recording flute A3.aliquot"));
    assert_eq!(harness.state().model.recording(), Some(oboe(440.0)));
    assert_eq!(bodies(&harness), [recording_body(), before]);
    harness.state_mut().model.redo();
    assert_eq!(harness.state().model.recording(), Some(both));
    assert_eq!(bodies(&harness)[1], second_recording_body());
}

/// The row of menus does not reach into the card beside it.
#[test]
fn the_menus_have_room_in_their_card() {
    let mut harness = page();
    load(&mut harness, oboe(440.0));
    let last = harness.get_by_label("Keep bank").rect();
    let first = harness.get_by_label("Bank").rect();
    let beside = control(&harness, Param::RECORDING_SPEED).rect();
    assert!(last.right() < beside.left(), "{last:?} {beside:?}");
    assert!((last.center().y - first.center().y).abs() < 4.0);
}

#[test]
fn a_missing_bank_is_told_and_found_again() {
    let mut harness = page();
    let gone = NamedBank::absent("Oboe", "Oboe.aliquot", bank(442.0, 0.5).hash());
    load(&mut harness, gone.expect("a path"));
    assert!(harness.query_by_label_contains("is missing: ").is_some());
    assert!(harness.query_by_label("Recording missing").is_some());
    harness.get_by_label("Locate…").click();
    harness.run_steps(3);
    // Somebody in this process has it now.
    let held = crate::tracks::sharing::share(
        crate::tracks::bank_file::TrackBank::from_bytes(bank(442.0, 0.5).bytes()).expect("a bank"),
    );
    harness.get_by_label("Look in the folder again").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Recording missing").is_none());
    assert!(harness.state().model.missing_recording().is_none());
    drop(held);
}

#[test]
fn the_lock_is_the_models() {
    let mut harness = page();
    harness.get_by_label("Keep bank").click();
    harness.run_steps(2);
    assert!(harness.state().model.is_recording_locked());
}

/// What a screen reader reads as the value of what has this name.
fn value_of(harness: &WindowHarness, name: &str) -> Option<String> {
    let node = harness.get_by_label(name);
    let value = node.accesskit_node().data().value();
    value.map(str::to_owned)
}

/// The page with a bank of half a second, and the place in the picture of a time and of a height from above.
fn picture_of_oboe() -> (WindowHarness, impl Fn(f32, f32) -> Pos2) {
    let mut harness = page();
    load(&mut harness, oboe(440.0));
    // The click on the tab is no part of a double click.
    harness.run_steps(40);
    host_calls(&harness);
    let picture = harness.get_by_label("Partials over time").rect();
    let well = picture.with_max_y(picture.bottom() - 12.0);
    let at = move |time_s: f32, height: f32| {
        let x = well.left() + well.width() * time_s / 0.5;
        Pos2::new(x, well.top() + height * well.height())
    };
    (harness, at)
}

fn edit(harness: &WindowHarness) -> SoundEdit {
    harness.state().model.sound_edit(0)
}

fn loop_ends(harness: &WindowHarness) -> (f64, f64) {
    let ends = edit(harness).loop_ends.expect("a loop");
    (ends.start_s, ends.end_s)
}

fn key(key: Key) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn the_ends_of_the_loop_are_dragged_and_each_drag_is_a_step() {
    let (mut harness, at) = picture_of_oboe();
    harness.get_by_label("Add loop").click();
    harness.run_steps(2);
    assert_eq!(loop_ends(&harness), (0.125, 0.375));
    assert!(harness.query_by_label("Add loop").is_none());
    assert_eq!(value_of(&harness, "Loop Start").as_deref(), Some("0.125 s"));
    drag(&mut harness, at(0.125, 0.75), at(0.2, 0.6), Modifiers::NONE);
    drag(
        &mut harness,
        at(0.375, 0.75),
        at(0.45, 0.9),
        Modifiers::NONE,
    );
    let (start_s, end_s) = loop_ends(&harness);
    assert!((start_s - 0.2).abs() < 1e-3 && (end_s - 0.45).abs() < 1e-3);
    // What renders next has it.
    let recordings = harness.state().model.params().recordings().recordings();
    let played = recordings.sounds()[0].sustain_loop.expect("a loop");
    assert_eq!((played.start_s, played.end_s), (start_s, end_s));
    // The ends do not cross.
    drag(
        &mut harness,
        at(0.45, 0.75),
        at(0.01, 0.75),
        Modifiers::NONE,
    );
    assert!((loop_ends(&harness).1 - start_s - 0.02).abs() < 1e-6);
    for undone in ["Loop End", "Loop End", "Loop Start", "Add Loop"] {
        assert_eq!(harness.state_mut().model.undo().as_deref(), Some(undone));
    }
    assert_eq!(edit(&harness), SoundEdit::default());
}

#[test]
fn the_loop_is_moved_by_keys_and_tells_its_help() {
    let (mut harness, _) = picture_of_oboe();
    harness.get_by_label("Add loop").click();
    harness.run_steps(2);
    harness.get_by_label("Loop End").focus();
    harness.run_steps(2);
    let help = harness.state().shell.help_text().to_owned();
    assert!(help.starts_with("Loop End: 0.375 s"), "{help}");
    send(&mut harness, [key(Key::ArrowLeft)]);
    assert_eq!(loop_ends(&harness), (0.125, 0.37));
    send(&mut harness, [key(Key::Home)]);
    assert_eq!(loop_ends(&harness), (0.125, 0.145));
    send(&mut harness, [key(Key::End)]);
    assert_eq!(loop_ends(&harness), (0.125, 0.5));
    // The bank has none.
    send(&mut harness, [key(Key::Delete)]);
    assert_eq!(edit(&harness).loop_ends, None);
    assert!(harness.query_by_label("Loop End").is_none());
}

#[test]
fn the_start_is_the_parameter_and_a_drag_of_it_is_a_step() {
    let (mut harness, at) = picture_of_oboe();
    let param = Param::RECORDING_POSITION;
    drag(&mut harness, at(0.0, 0.25), at(0.3, 0.2), Modifiers::NONE);
    assert!((plain(&harness, param) - 0.6).abs() < 0.005);
    let calls = host_calls(&harness);
    let count = |what: &Call| calls.iter().filter(|call| *call == what).count();
    assert_eq!(
        (count(&Call::Begin(param)), count(&Call::End(param))),
        (1, 1)
    );
    let value = value_of(&harness, "Recording Start").expect("a value");
    assert!(
        value.starts_with("60") || value.starts_with("59"),
        "{value}"
    );
    let before = plain(&harness, param);
    harness.get_by_label("Recording Start").focus();
    harness.run_steps(2);
    send(&mut harness, [key(Key::ArrowRight)]);
    assert!(plain(&harness, param) > before);
    for undone in ["Recording Position"; 2] {
        assert_eq!(harness.state_mut().model.undo().as_deref(), Some(undone));
    }
    harness.run_steps(2);
    assert_eq!(plain(&harness, param), 0.0);
}

#[test]
fn the_root_is_typed_or_moved_by_octaves() {
    let (mut harness, _) = picture_of_oboe();
    harness.get_by_label("Root A4 (440.0 Hz)").click();
    harness.run_steps(3);
    harness.get_by_label("An octave lower").click();
    harness.run_steps(3);
    assert_eq!(edit(&harness).root_hz, Some(220.0));
    harness.get_by_label("Root A3 (220.0 Hz)").click();
    harness.run_steps(3);
    let field = harness.get_by_role(egui::Role::TextInput);
    field.focus();
    field.type_text("C#3");
    harness.run_steps(2);
    harness.get_by_label("Set root").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Root C#3 (138.6 Hz)").is_some());
    assert_eq!(harness.state_mut().model.undo().as_deref(), Some("Root"));
    harness.run_steps(2);
    harness.get_by_label("Root A3 (220.0 Hz)").click();
    harness.run_steps(3);
    harness.get_by_label("As in the bank").click();
    harness.run_steps(3);
    assert_eq!(edit(&harness), SoundEdit::default());
    assert!(harness.query_by_label("Root A4 (440.0 Hz)").is_some());
}

#[test]
fn the_picture_shows_where_each_voice_is_as_it_moves() {
    let (mut harness, _) = picture_of_oboe();
    let mut patch = Patch::default();
    patch.set(Param::BODY_A, recording_body());
    let mut engine = engine_holding(&patch, &[69, 57]);
    engine.set_recordings(Arc::new(Recordings::new(bank(440.0, 0.5))));
    let mut places = Vec::new();
    for _ in 0..2 {
        engine.render(&mut [0.0; 4_800], &mut [0.0; 4_800]);
        harness.state_mut().senders.publish(&engine);
        harness.run_steps(2);
        places.extend(value_of(&harness, "Partials over time"));
    }
    let expected = ["Voices at 0.10 s, 0.10 s", "Voices at 0.20 s, 0.20 s"];
    assert_eq!(places, expected);
}

#[test]
fn a_bank_of_several_sounds_has_a_menu_of_them() {
    use crate::tracks::bank_file::{FrameGrid, KeyZone};
    let mut harness = page();
    let one = bank(440.0, 0.5).to_tracks(0);
    let other = bank(660.0, 0.3).to_tracks(0);
    let zones = [
        KeyZone::new(0..=63, 0..=127),
        KeyZone::new(64..=127, 0..=127),
    ];
    let grid = FrameGrid {
        sample_rate_hz: 48_000.0,
        hop: 256,
    };
    let sounds = [(zones[0], &one), (zones[1], &other)];
    let (both, _) = TrackBank::from_sounds(&sounds, grid).expect("small");
    let named = NamedBank::new("Both", "", Arc::new(both)).expect("a path");
    load(&mut harness, named);
    assert!(harness.query_by_label("Root A4 (440.0 Hz)").is_some());
    harness.get_by_label("Sound 1 of 2").click();
    harness.run_steps(3);
    harness.get_by_label("2: E4 to G9").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Root E5 +2 ct (660.0 Hz)").is_some());
    assert!(
        harness
            .query_by_label("0.30 s, 3 partials at once")
            .is_some()
    );
    harness.get_by_label("Add loop").click();
    harness.run_steps(2);
    let model = &harness.state().model;
    let ends = LoopEnds {
        start_s: 0.075,
        end_s: 0.225,
    };
    assert_eq!(model.sound_edit(1).loop_ends, Some(ends));
    assert_eq!(model.sound_edit(0), SoundEdit::default());
}

/// A recording that has just been imported is compared with its bank without being asked for again.
#[test]
fn what_was_imported_is_heard_beside_its_bank() {
    let mut harness = page();
    let source = harness.state().folder.path().join("tone A4.wav");
    std::fs::write(&source, sine_wave(0.6)).expect("a file");
    harness
        .state_mut()
        .model
        .params()
        .audition()
        .set_sample_rate_hz(48_000.0);
    let begun = harness
        .state_mut()
        .model
        .import_recording(source.clone(), ImportFit::Musical);
    assert_eq!(begun, Ok(()));
    wait_for(&mut harness, |harness| {
        harness.state().model.import().is_none()
    });
    harness.run_steps(2);
    assert_eq!(harness.state().model.original(0), Some(source));
    let wanted = |harness: &WindowHarness| harness.state().model.params().audition().wanted();
    for (name, side) in [
        ("Original", AuditionSide::Original),
        ("Partials", AuditionSide::Partials),
    ] {
        harness.get_by_label(name).click();
        wait_for(&mut harness, |harness| wanted(harness) == Some(side));
    }
    let shared = harness.state().model.params().audition();
    let audition = shared.take_next().expect("it is given");
    // Both are the sine, at its level.
    for side in AuditionSide::ALL {
        let frames = (9_600..19_200).map(|place| audition.frame(side, place)[0]);
        let loudest = frames.fold(0.0_f32, |loudest, x| loudest.max(x.abs()));
        assert!((loudest - 0.5).abs() < 0.02, "{side:?}: {loudest}");
    }
    harness.get_by_label("Partials").click();
    harness.run_steps(2);
    assert_eq!(wanted(&harness), None);
}

/// A file of a sine at A4 of half the full scale.
fn sine_wave(seconds: f64) -> Vec<u8> {
    let times = (0..(seconds * 44_100.0) as u32).map(|n| f64::from(n) / 44_100.0);
    let sine = |time_s: f64| 0.5 * (std::f64::consts::TAU * 440.0 * time_s).sin();
    wave_file(44_100, times.map(sine))
}
