use egui::Vec2;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::editor::testing::window::{WindowHarness, control, plain, show_tab, tab_names, window};
use crate::recordings::recording_body;
use crate::state::tests::bank;
use crate::synth::Param;

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
