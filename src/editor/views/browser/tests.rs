//! The browser in a window without a screen, by its accessibility tree, over a folder of the test's
//! own.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Key, Rect, UiBuilder, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::context::controls::SharedControls;
use crate::editor::context::help::HelpLine;
use crate::editor::model::live::Live;
use crate::editor::testing::host::obeyed_model_over;
use crate::editor::testing::view::Senders;
use crate::editor::theme;
use crate::settings::Looks;
use crate::state::{Preset, starting_presets};
use crate::synth::{Param, Patch};

mod page;

const SIZE: Vec2 = vec2(1000.0, 1_700.0);

struct TestBrowser {
    browser: Browser,
    model: EditorModel,
    live: Live,
    help: HelpLine,
    controls: SharedControls,
    folder: tempfile::TempDir,
}

impl TestBrowser {
    fn frame(&mut self, ui: &mut Ui) {
        self.model.begin_frame(ui.input(|input| input.time));
        let mut context = ViewContext {
            model: &mut self.model,
            live: &self.live,
            help: &mut self.help,
            controls: &mut self.controls,
        };
        ui.horizontal(|ui| self.browser.bar(ui, &mut context));
        if self.browser.is_open() {
            let rect = Rect::from_min_max(pos2(0.0, 40.0), SIZE.to_pos2());
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                self.browser.page(ui, &mut context);
            });
        }
        self.browser.overlay(ui, &mut self.model, SIZE.y);
    }

    fn presets(&self) -> std::path::PathBuf {
        self.folder.path().join("presets")
    }

    fn file(&self, name: &str) -> Preset {
        let text = fs::read_to_string(self.presets().join(name)).expect(name);
        Preset::parse(&text).expect(name)
    }
}

type BrowserHarness = Harness<'static, TestBrowser>;

fn preset(name: &str, tilt: f32) -> Preset {
    let mut patch = Patch::default();
    patch.set(Param::TILT, tilt);
    Preset {
        name: name.to_owned(),
        author: "Zoe".to_owned(),
        tags: vec!["pad".to_owned()],
        patch,
        ..Preset::initial()
    }
}

fn put(folder: &Path, preset: &Preset) {
    let presets = folder.join("presets");
    fs::create_dir_all(&presets).expect("made");
    let path = presets.join(format!("{}.toml", preset.name));
    fs::write(path, preset.to_text()).expect("written");
}

fn harness(presets: &[Preset]) -> BrowserHarness {
    let folder = tempfile::tempdir().expect("a folder");
    for preset in presets {
        put(folder.path(), preset);
    }
    let library = Library::in_folder(folder.path());
    let (model, _) = obeyed_model_over(library.clone());
    let test = TestBrowser {
        browser: Browser::new(library),
        model,
        live: Live::new(&Senders::default().sources()),
        help: HelpLine::default(),
        controls: SharedControls::new(),
        folder,
    };
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .with_context_setup(|ctx| theme::install(ctx, Looks::default()))
        .build_ui_state(|ui, test: &mut TestBrowser| test.frame(ui), test);
    wait(&mut harness, |test| {
        test.browser.contents().entries.len() > starting_presets().len() + presets.len()
    });
    harness
}

/// Until the watching thread has seen what there is to see.
fn wait(harness: &mut BrowserHarness, seen: impl Fn(&TestBrowser) -> bool) {
    let begun = Instant::now();
    harness.run_steps(1);
    while !seen(harness.state()) {
        assert!(begun.elapsed() < Duration::from_secs(300), "not seen");
        std::thread::sleep(Duration::from_millis(10));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

fn click(harness: &mut BrowserHarness, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}

fn press(harness: &mut BrowserHarness, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

/// Writes into the field that has the keyboard.
fn write(harness: &mut BrowserHarness, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(2);
}

/// Replaces the text of a field.
fn write_into(harness: &mut BrowserHarness, field: &str, text: &str) {
    harness
        .get_by_role_and_label(egui::accesskit::Role::TextInput, field)
        .focus();
    harness.run_steps(2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    write(harness, text);
}

fn name(harness: &BrowserHarness) -> (String, bool) {
    let (preset, is_modified) = harness.state().model.preset();
    (preset.expect("a preset").name, is_modified)
}

fn tilt(harness: &BrowserHarness) -> f32 {
    // A normalised number holds it no finer.
    let tilt = harness.state().model.patch().plain(Param::TILT);
    (tilt * 1e3).round() / 1e3
}

#[test]
fn the_arrows_in_the_bar_walk_the_list_and_undo_comes_back() {
    let mut harness = harness(&[]);
    click(&mut harness, "Next preset");
    assert_eq!(name(&harness), ("Drawbar Organ".to_owned(), false));
    click(&mut harness, "Next preset");
    assert_eq!(name(&harness).0, "Bell");
    click(&mut harness, "Previous preset");
    click(&mut harness, "Previous preset");
    assert_eq!(name(&harness).0, "Initial");
    click(&mut harness, "Previous preset");
    assert_eq!(name(&harness).0, "Strings of Glass");
    click(&mut harness, "Undo Load Strings of Glass");
    assert_eq!(name(&harness).0, "Initial");
    click(&mut harness, "Redo Load Strings of Glass");
    assert_eq!(name(&harness).0, "Strings of Glass");
}

#[test]
fn a_click_in_the_list_loads_and_a_changed_sound_is_marked() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    assert_eq!((name(&harness).0.as_str(), tilt(&harness)), ("Warm", -9.0));
    harness.state_mut().model.set(Param::SPREAD, 0.5);
    harness.run_steps(2);
    harness.get_by_label("Presets: Warm, modified");
    click(&mut harness, "Undo Stereo Spread");
    harness.get_by_label("Presets: Warm");
}

#[test]
fn keys_walk_the_list() {
    let mut harness = harness(&[]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Bell");
    press(&mut harness, Key::ArrowDown);
    assert_eq!(name(&harness).0, "Struck String");
    press(&mut harness, Key::ArrowUp);
    press(&mut harness, Key::ArrowUp);
    assert_eq!(name(&harness).0, "Drawbar Organ");
    press(&mut harness, Key::Space);
    wait(&mut harness, |test| {
        let contents = test.browser.contents();
        contents
            .find("factory/Drawbar Organ")
            .expect("there")
            .favourite
    });
    press(&mut harness, Key::Enter);
    assert!(!harness.state().browser.is_open());
    // And the page is opened and left by keys too.
    harness.get_by_label("Presets: Drawbar Organ").focus();
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert!(harness.state().browser.is_open());
    press(&mut harness, Key::Escape);
    assert!(!harness.state().browser.is_open());
}

#[test]
fn what_is_looked_for_is_listed_and_stepped_through() {
    let mut harness = harness(&[preset("Warm", -9.0), preset("Cold", -1.0)]);
    click(&mut harness, "Presets: Initial");
    harness.get_by_label("Search presets").focus();
    harness.run_steps(2);
    write(&mut harness, "zoe");
    assert!(harness.query_by_label("Bell").is_none());
    let role = egui::accesskit::Role::ListBoxOption;
    harness.get_by_role_and_label(role, "Cold");
    harness.get_by_role_and_label(role, "Warm");
    click(&mut harness, "Next preset");
    click(&mut harness, "Next preset");
    click(&mut harness, "Next preset");
    assert_eq!(name(&harness).0, "Cold");
    click(&mut harness, "Show all");
    harness.get_by_label("Bell");
    click(&mut harness, "Mine");
    assert!(harness.query_by_label("Bell").is_none());
    click(&mut harness, "All");
    let count = listing::tags(&harness.state().browser.contents())["pad"];
    click(&mut harness, &format!("pad {count}"));
    assert!(harness.query_by_label("Bell").is_none());
    harness.get_by_label("Warm");
}

#[test]
fn a_sound_is_saved_under_a_new_name_and_then_in_place() {
    let mut harness = harness(&[]);
    harness.state_mut().model.set(Param::TILT, 0.25);
    let first = tilt(&harness);
    click(&mut harness, "Save");
    // The name has the keyboard at once.
    write(&mut harness, "My / Pad");
    write_into(&mut harness, "Author", "Zoe");
    write_into(&mut harness, "Tags", " pad,, warm ,");
    harness
        .get_by_role_and_label(egui::accesskit::Role::TextInput, "Name")
        .focus();
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert_eq!(name(&harness), ("My / Pad".to_owned(), false));
    let saved = harness.state().file("My _ Pad.toml");
    assert_eq!(
        (saved.name.as_str(), saved.author.as_str()),
        ("My / Pad", "Zoe")
    );
    assert_eq!(saved.tags, ["pad", "warm"]);
    assert!((saved.patch.plain(Param::TILT) - first).abs() < 1e-3);
    wait(&mut harness, |test| {
        test.browser.contents().find("user/My _ Pad.toml").is_some()
    });

    harness.state_mut().model.set(Param::TILT, 0.5);
    harness.run_steps(2);
    assert!(name(&harness).1);
    click(&mut harness, "Save");
    assert_eq!(name(&harness), ("My / Pad".to_owned(), false));
    let again = harness.state().file("My _ Pad.toml");
    assert!((again.patch.plain(Param::TILT) - tilt(&harness)).abs() < 1e-3);
    assert_eq!((again.author, again.tags), (saved.author, saved.tags));
}

#[test]
fn how_a_person_plays_is_saved_only_if_asked_for() {
    let mut harness = harness(&[]);
    for (param, plain) in [
        (Param::MPE, 1.0),
        (Param::BEND_RANGE, 3.0),
        (Param::VOICES, 3.0),
    ] {
        let normalized = param.range().normalized(plain);
        harness.state_mut().model.set(param, normalized);
    }
    let played = |harness: &BrowserHarness, file: &str| {
        let patch = harness.state().file(file).patch;
        [Param::MPE, Param::BEND_RANGE, Param::VOICES].map(|param| patch.plain(param))
    };
    let defaults = [0.0, 2.0, 32.0];
    click(&mut harness, "Save");
    write(&mut harness, "Poly");
    press(&mut harness, Key::Enter);
    assert_eq!(played(&harness, "Poly.toml"), defaults);
    let found = |test: &TestBrowser, id: &str| test.browser.contents().find(id).is_some();
    // At once, before anybody has looked at the folder; in its place it is as it was, though the
    // person plays otherwise.
    click(&mut harness, "Save");
    assert_eq!(played(&harness, "Poly.toml"), defaults);

    let test = harness.state_mut();
    test.browser.ask_to_save(&test.model);
    harness.run_steps(2);
    click(&mut harness, "With MPE and bend ranges");
    write_into(&mut harness, "Name", "Mono");
    press(&mut harness, Key::Enter);
    assert_eq!(played(&harness, "Mono.toml"), [1.0, 3.0, 32.0]);
    wait(&mut harness, |test| found(test, "user/Mono.toml"));
    click(&mut harness, "Save");
    assert_eq!(played(&harness, "Mono.toml"), [1.0, 3.0, 32.0]);
}

#[test]
fn nothing_is_overwritten_without_being_asked() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Save");
    write(&mut harness, "warm");
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().file("Warm.toml"), preset("Warm", -9.0));
    // Another name needs no question.
    assert!(harness.query_by_label("Overwrite").is_some());
    write_into(&mut harness, "Name", "Warmer");
    assert!(harness.query_by_label("Overwrite").is_none());
    write_into(&mut harness, "Name", "Warm");
    press(&mut harness, Key::Enter);
    click(&mut harness, "Overwrite");
    assert_eq!(harness.state().file("Warm.toml").patch, Patch::default());
    assert_eq!(name(&harness), ("Warm".to_owned(), false));
    // What was there before is not lost.
    let kept = harness.state().folder.path().join("deleted/Warm.toml");
    let kept = fs::read_to_string(kept).expect("kept");
    assert_eq!(Preset::parse(&kept), Ok(preset("Warm", -9.0)));
}

#[test]
fn a_file_that_somebody_else_has_changed_is_not_written_over_silently() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    let theirs = preset("Warm", -12.25);
    put(harness.state().folder.path(), &theirs);
    wait(&mut harness, |test| {
        let contents = test.browser.contents();
        let entry = contents.find("user/Warm.toml").expect("there");
        entry.preset.patch == theirs.patch
    });
    // What sounds is not touched.
    assert_eq!(tilt(&harness), -9.0);
    click(&mut harness, "Save");
    assert_eq!(harness.state().file("Warm.toml"), theirs);
    harness.get_by_label("The file has been changed since it was loaded");
}

/// Saving looks at the file itself: nobody has looked at the folder since.
#[test]
fn a_file_that_was_changed_a_moment_ago_is_not_written_over_either() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    let theirs = preset("Warm", -12.25);
    put(harness.state().folder.path(), &theirs);
    let test = harness.state_mut();
    test.browser.save(&mut test.model);
    assert_eq!(harness.state().file("Warm.toml"), theirs);
    harness.run_steps(2);
    harness.get_by_label("The file has been changed since it was loaded");
    click(&mut harness, "Cancel");
    // What cannot be read is nobody's to replace.
    let path = harness.state().presets().join("Warm.toml");
    fs::write(&path, "schema = 1\nnonsense = 3\n").expect("written");
    let test = harness.state_mut();
    test.browser.save(&mut test.model);
    harness.run_steps(2);
    harness.get_by_label_contains("Warm.toml: line 2");
    assert!(fs::read_to_string(&path).is_ok_and(|text| text.contains("nonsense")));
}

#[test]
fn what_is_done_with_presets_is_undone_and_done_again() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    let favourites = |harness: &BrowserHarness| {
        let file = harness.state().folder.path().join("favourites.toml");
        fs::read_to_string(file).unwrap_or_default()
    };
    let is_there =
        |harness: &BrowserHarness, name: &str| harness.state().presets().join(name).exists();
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    click(&mut harness, "Add to favourites");
    assert!(favourites(&harness).contains("user/Warm.toml"));
    click(&mut harness, "Rename…");
    write(&mut harness, "Hot");
    press(&mut harness, Key::Enter);
    wait(&mut harness, |test| {
        test.browser.contents().find("user/Hot.toml").is_some()
    });
    click(&mut harness, "Delete");
    assert!(!is_there(&harness, "Hot.toml"));

    click(&mut harness, "Undo Delete Hot");
    assert!(is_there(&harness, "Hot.toml"));
    click(&mut harness, "Undo Rename Warm");
    assert!(is_there(&harness, "Warm.toml") && !is_there(&harness, "Hot.toml"));
    assert_eq!(harness.state().file("Warm.toml").name, "Warm");
    assert_eq!(name(&harness), ("Warm".to_owned(), false));
    assert!(favourites(&harness).contains("user/Warm.toml"));
    click(&mut harness, "Undo Add Warm to favourites");
    assert!(!favourites(&harness).contains("Warm"));
    click(&mut harness, "Undo Load Warm");
    assert_eq!(name(&harness).0, "Initial");

    click(&mut harness, "Redo Load Warm");
    click(&mut harness, "Redo Add Warm to favourites");
    click(&mut harness, "Redo Rename Warm");
    // It is known by its new name, also where it was loaded by the old one.
    assert_eq!(name(&harness), ("Hot".to_owned(), false));
    assert!(favourites(&harness).contains("user/Hot.toml"));
    click(&mut harness, "Redo Delete Hot");
    assert!(!is_there(&harness, "Hot.toml"));
    // Where another has come meanwhile, it is kept.
    put(harness.state().folder.path(), &preset("Hot", 1.0));
    click(&mut harness, "Undo Delete Hot");
    assert_eq!(harness.state().file("Hot.toml"), preset("Hot", 1.0));
    harness.get_by_label_contains("is there already");
}

#[test]
fn a_preset_that_the_notice_has_brought_back_is_not_brought_back_twice() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    click(&mut harness, "Delete");
    click(&mut harness, "Restore");
    assert_eq!(harness.state().file("Warm.toml").name, "Warm");
    assert_eq!(
        harness.state().model.undo_name().as_deref(),
        Some("Load Warm")
    );
}

#[test]
fn presets_are_renamed_deleted_and_restored() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Bell");
    let is_disabled = |harness: &BrowserHarness, label| {
        let node = harness.get_by_label(label);
        node.accesskit_node().is_disabled()
    };
    assert!(is_disabled(&harness, "Delete") && is_disabled(&harness, "Rename…"));
    click(&mut harness, "Warm");
    assert!(!is_disabled(&harness, "Delete"));
    click(&mut harness, "Rename…");
    // What is typed takes the place of the old name.
    write(&mut harness, "Hot");
    press(&mut harness, Key::Enter);
    wait(&mut harness, |test| {
        test.browser.contents().find("user/Hot.toml").is_some()
    });
    assert_eq!(name(&harness), ("Hot".to_owned(), false));
    assert!(!harness.state().presets().join("Warm.toml").exists());

    click(&mut harness, "Delete");
    wait(&mut harness, |test| {
        test.browser.contents().find("user/Hot.toml").is_none()
    });
    assert!(!harness.state().presets().join("Hot.toml").exists());
    // The sound goes on.
    assert_eq!((name(&harness).0.as_str(), tilt(&harness)), ("Hot", -9.0));
    click(&mut harness, "Restore");
    wait(&mut harness, |test| {
        test.browser.contents().find("user/Hot.toml").is_some()
    });
    assert_eq!(harness.state().file("Hot.toml").name, "Hot");
}

#[test]
fn names_of_macros_are_saved_with_the_preset_and_a_change_of_the_file_is_seen() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    let entry = harness.state().browser.contents();
    let entry = entry.find("user/Warm.toml").expect("there").clone();
    let state = harness.state_mut();
    state.browser.load(&entry, &mut state.model);
    state.model.name_macro(1, "Bow");
    assert!(state.model.preset().1, "there is something to save");
    state.browser.save(&mut state.model);
    assert!(!state.model.preset().1, "saved");
    assert_eq!(harness.state().file("Warm.toml").macro_names.get(1), "Bow");
    // Somebody else has named it otherwise: the file is not overwritten.
    let mut other = harness.state().file("Warm.toml");
    other.macro_names.set(1, "Reed");
    put(harness.state().folder.path(), &other);
    let state = harness.state_mut();
    state.model.name_macro(1, "Pipe");
    state.browser.save(&mut state.model);
    assert_eq!(harness.state().file("Warm.toml"), other);
    harness.run_steps(2);
    harness.get_by_label_contains("The file has been changed");
}

#[test]
fn a_file_that_is_not_read_as_it_stands_is_listed_and_told() {
    let mut harness = harness(&[]);
    let presets = harness.state().presets();
    fs::create_dir_all(&presets).expect("made");
    let long = "x".repeat(30);
    let text = format!("schema = 2\nname = \"Long\"\n[macro_names]\n1 = \"{long}\"\n");
    fs::write(presets.join("long.toml"), text).expect("written");
    wait(&mut harness, |test| {
        !test.browser.contents().warnings.is_empty()
    });
    assert!(
        harness
            .state()
            .browser
            .contents()
            .find("user/long.toml")
            .is_some()
    );
    click(&mut harness, "Presets: Initial");
    harness.get_by_label("Files that were not read as they stand:");
    let told = harness.get_by_label_contains("long.toml");
    assert!(format!("{told:?}").contains("line 4"), "{told:?}");
}

#[test]
fn damaged_files_are_shown_with_their_reason() {
    let mut harness = harness(&[]);
    let presets = harness.state().presets();
    fs::create_dir_all(&presets).expect("made");
    fs::write(presets.join("bad.toml"), "schema = 1\nname = 3\n").expect("written");
    wait(&mut harness, |test| {
        !test.browser.contents().damaged.is_empty()
    });
    click(&mut harness, "Presets: Initial");
    harness.get_by_label("Files that could not be read:");
    let told = harness.get_by_label_contains("bad.toml");
    assert!(format!("{told:?}").contains("line 2"), "{told:?}");
}

#[test]
fn two_sounds_are_compared_by_their_buttons() {
    let mut harness = harness(&[]);
    click(&mut harness, "Next preset");
    click(&mut harness, "Sound B");
    click(&mut harness, "Next preset");
    assert_eq!(name(&harness).0, "Bell");
    click(&mut harness, "Sound A");
    assert_eq!(name(&harness).0, "Drawbar Organ");
    // The one that is heard already stays.
    click(&mut harness, "Sound A");
    assert_eq!(name(&harness).0, "Drawbar Organ");
    click(&mut harness, "Copy A to B");
    click(&mut harness, "Sound B");
    assert_eq!(name(&harness).0, "Drawbar Organ");
    click(&mut harness, "Undo Switch to B");
    click(&mut harness, "Undo Copy A to B");
    click(&mut harness, "Sound B");
    assert_eq!(name(&harness).0, "Bell");
}
