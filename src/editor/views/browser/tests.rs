//! The browser in a window without a screen, by its accessibility tree, over a folder of the test's
//! own.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Key, Rect, UiBuilder, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::context::controls::Controls;
use crate::editor::context::help::HelpLine;
use crate::editor::model::live::Live;
use crate::editor::testing::host::obeyed_model_over;
use crate::editor::testing::view::Senders;
use crate::editor::theme::{self, ThemeChoice};
use crate::state::Preset;
use crate::synth::{Param, Patch};

mod page;

const SIZE: Vec2 = vec2(1000.0, 620.0);

struct World {
    browser: Browser,
    model: EditorModel,
    live: Live,
    help: HelpLine,
    controls: Controls,
    folder: tempfile::TempDir,
}

impl World {
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

type Stage = Harness<'static, World>;

fn preset(name: &str, tilt: f32) -> Preset {
    let mut patch = Patch::default();
    patch.set(Param::TILT, tilt);
    Preset {
        name: name.to_owned(),
        author: "Zoe".to_owned(),
        description: String::new(),
        tags: vec!["pad".to_owned()],
        patch,
    }
}

fn put(folder: &Path, preset: &Preset) {
    let presets = folder.join("presets");
    fs::create_dir_all(&presets).expect("made");
    let path = presets.join(format!("{}.toml", preset.name));
    fs::write(path, preset.to_text()).expect("written");
}

fn stage(presets: &[Preset]) -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    for preset in presets {
        put(folder.path(), preset);
    }
    let library = Library::in_folder(folder.path());
    let (model, _) = obeyed_model_over(library.clone());
    let world = World {
        browser: Browser::new(library),
        model,
        live: Live::new(&Senders::default().sources()),
        help: HelpLine::default(),
        controls: Controls::new(),
        folder,
    };
    let mut stage = Harness::builder()
        .with_size(SIZE)
        .with_context_setup(|ctx| theme::install(ctx, ThemeChoice::default()))
        .build_ui_state(|ui, world: &mut World| world.frame(ui), world);
    wait(&mut stage, |world| {
        world.browser.contents().entries.len() >= 13 + presets.len()
    });
    stage
}

/// Until the watching thread has seen what there is to see.
fn wait(stage: &mut Stage, seen: impl Fn(&World) -> bool) {
    let begun = Instant::now();
    stage.run_steps(1);
    while !seen(stage.state()) {
        assert!(begun.elapsed() < Duration::from_secs(300), "not seen");
        std::thread::sleep(Duration::from_millis(10));
        stage.run_steps(1);
    }
    stage.run_steps(2);
}

fn click(stage: &mut Stage, label: &str) {
    stage.get_by_label(label).click();
    stage.run_steps(3);
}

fn press(stage: &mut Stage, key: Key) {
    stage.key_press(key);
    stage.run_steps(3);
}

/// Writes into the field that has the keyboard.
fn write(stage: &mut Stage, text: &str) {
    stage.event(egui::Event::Text(text.to_owned()));
    stage.run_steps(2);
}

/// Writes into a field in place of what stands there.
fn write_into(stage: &mut Stage, field: &str, text: &str) {
    stage
        .get_by_role_and_label(egui::accesskit::Role::TextInput, field)
        .focus();
    stage.run_steps(2);
    stage.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    stage.run_steps(1);
    write(stage, text);
}

fn name(stage: &Stage) -> (String, bool) {
    let (preset, is_modified) = stage.state().model.preset();
    (preset.expect("a preset").name, is_modified)
}

fn tilt(stage: &Stage) -> f32 {
    // A normalised number holds it no finer.
    let tilt = stage.state().model.patch().plain(Param::TILT);
    (tilt * 1e3).round() / 1e3
}

#[test]
fn the_arrows_in_the_bar_walk_the_list_and_undo_comes_back() {
    let mut stage = stage(&[]);
    click(&mut stage, "Next preset");
    assert_eq!(name(&stage), ("Drawbar Organ".to_owned(), false));
    click(&mut stage, "Next preset");
    assert_eq!(name(&stage).0, "Bell");
    click(&mut stage, "Previous preset");
    click(&mut stage, "Previous preset");
    assert_eq!(name(&stage).0, "Initial");
    click(&mut stage, "Previous preset");
    assert_eq!(name(&stage).0, "Drone");
    click(&mut stage, "Undo Load Drone");
    assert_eq!(name(&stage).0, "Initial");
    click(&mut stage, "Redo Load Drone");
    assert_eq!(name(&stage).0, "Drone");
}

#[test]
fn a_click_in_the_list_loads_and_a_changed_sound_is_marked() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    assert_eq!((name(&stage).0.as_str(), tilt(&stage)), ("Warm", -9.0));
    stage.state_mut().model.set(Param::SPREAD, 0.5);
    stage.run_steps(2);
    stage.get_by_label("Presets: Warm, modified");
    click(&mut stage, "Undo Stereo Spread");
    stage.get_by_label("Presets: Warm");
}

#[test]
fn keys_walk_the_list() {
    let mut stage = stage(&[]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Bell");
    press(&mut stage, Key::ArrowDown);
    assert_eq!(name(&stage).0, "Struck String");
    press(&mut stage, Key::ArrowUp);
    press(&mut stage, Key::ArrowUp);
    assert_eq!(name(&stage).0, "Drawbar Organ");
    press(&mut stage, Key::Space);
    wait(&mut stage, |world| {
        let contents = world.browser.contents();
        contents
            .find("factory/Drawbar Organ")
            .expect("there")
            .favourite
    });
    press(&mut stage, Key::Enter);
    assert!(!stage.state().browser.is_open());
    // And the page is opened and left by keys too.
    stage.get_by_label("Presets: Drawbar Organ").focus();
    stage.run_steps(2);
    press(&mut stage, Key::Enter);
    assert!(stage.state().browser.is_open());
    press(&mut stage, Key::Escape);
    assert!(!stage.state().browser.is_open());
}

#[test]
fn what_is_looked_for_is_listed_and_stepped_through() {
    let mut stage = stage(&[preset("Warm", -9.0), preset("Cold", -1.0)]);
    click(&mut stage, "Presets: Initial");
    stage.get_by_label("Search presets").focus();
    stage.run_steps(2);
    write(&mut stage, "zoe");
    assert!(stage.query_by_label("Bell").is_none());
    let role = egui::accesskit::Role::ListBoxOption;
    stage.get_by_role_and_label(role, "Cold");
    stage.get_by_role_and_label(role, "Warm");
    click(&mut stage, "Next preset");
    click(&mut stage, "Next preset");
    click(&mut stage, "Next preset");
    assert_eq!(name(&stage).0, "Cold");
    click(&mut stage, "Show all");
    stage.get_by_label("Bell");
    click(&mut stage, "Mine");
    assert!(stage.query_by_label("Bell").is_none());
    click(&mut stage, "All");
    let count = listing::tags(&stage.state().browser.contents())["pad"];
    click(&mut stage, &format!("pad {count}"));
    assert!(stage.query_by_label("Bell").is_none());
    stage.get_by_label("Warm");
}

#[test]
fn a_sound_is_saved_under_a_new_name_and_then_in_place() {
    let mut stage = stage(&[]);
    stage.state_mut().model.set(Param::TILT, 0.25);
    let first = tilt(&stage);
    click(&mut stage, "Save");
    // The name has the keyboard at once.
    write(&mut stage, "My / Pad");
    write_into(&mut stage, "Author", "Zoe");
    write_into(&mut stage, "Tags", " pad,, warm ,");
    stage
        .get_by_role_and_label(egui::accesskit::Role::TextInput, "Name")
        .focus();
    stage.run_steps(2);
    press(&mut stage, Key::Enter);
    assert_eq!(name(&stage), ("My / Pad".to_owned(), false));
    let saved = stage.state().file("My _ Pad.toml");
    assert_eq!(
        (saved.name.as_str(), saved.author.as_str()),
        ("My / Pad", "Zoe")
    );
    assert_eq!(saved.tags, ["pad", "warm"]);
    assert!((saved.patch.plain(Param::TILT) - first).abs() < 1e-3);
    wait(&mut stage, |world| {
        world
            .browser
            .contents()
            .find("user/My _ Pad.toml")
            .is_some()
    });

    stage.state_mut().model.set(Param::TILT, 0.5);
    stage.run_steps(2);
    assert!(name(&stage).1);
    click(&mut stage, "Save");
    assert_eq!(name(&stage), ("My / Pad".to_owned(), false));
    let again = stage.state().file("My _ Pad.toml");
    assert!((again.patch.plain(Param::TILT) - tilt(&stage)).abs() < 1e-3);
    assert_eq!((again.author, again.tags), (saved.author, saved.tags));
}

#[test]
fn how_a_person_plays_is_saved_only_if_asked_for() {
    let mut stage = stage(&[]);
    for (param, plain) in [
        (Param::MPE, 1.0),
        (Param::BEND_RANGE, 3.0),
        (Param::VOICES, 3.0),
    ] {
        let normalized = param.range().normalized(plain);
        stage.state_mut().model.set(param, normalized);
    }
    let played = |stage: &Stage, file: &str| {
        let patch = stage.state().file(file).patch;
        [Param::MPE, Param::BEND_RANGE, Param::VOICES].map(|param| patch.plain(param))
    };
    let defaults = [0.0, 2.0, 32.0];
    click(&mut stage, "Save");
    write(&mut stage, "Poly");
    press(&mut stage, Key::Enter);
    assert_eq!(played(&stage, "Poly.toml"), defaults);
    let found = |world: &World, id: &str| world.browser.contents().find(id).is_some();
    // At once, before anybody has looked at the folder; in its place it is as it was, though the
    // person plays otherwise.
    click(&mut stage, "Save");
    assert_eq!(played(&stage, "Poly.toml"), defaults);

    let world = stage.state_mut();
    world.browser.ask_to_save(&world.model);
    stage.run_steps(2);
    click(&mut stage, "With MPE and bend ranges");
    write_into(&mut stage, "Name", "Mono");
    press(&mut stage, Key::Enter);
    assert_eq!(played(&stage, "Mono.toml"), [1.0, 3.0, 32.0]);
    wait(&mut stage, |world| found(world, "user/Mono.toml"));
    click(&mut stage, "Save");
    assert_eq!(played(&stage, "Mono.toml"), [1.0, 3.0, 32.0]);
}

#[test]
fn nothing_is_overwritten_without_being_asked() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Save");
    write(&mut stage, "warm");
    press(&mut stage, Key::Enter);
    assert_eq!(stage.state().file("Warm.toml"), preset("Warm", -9.0));
    // Another name needs no question.
    assert!(stage.query_by_label("Overwrite").is_some());
    write_into(&mut stage, "Name", "Warmer");
    assert!(stage.query_by_label("Overwrite").is_none());
    write_into(&mut stage, "Name", "Warm");
    press(&mut stage, Key::Enter);
    click(&mut stage, "Overwrite");
    assert_eq!(stage.state().file("Warm.toml").patch, Patch::default());
    assert_eq!(name(&stage), ("Warm".to_owned(), false));
    // What was there before is not lost.
    let kept = stage.state().folder.path().join("deleted/Warm.toml");
    let kept = fs::read_to_string(kept).expect("kept");
    assert_eq!(Preset::parse(&kept), Ok(preset("Warm", -9.0)));
}

#[test]
fn a_file_that_somebody_else_has_changed_is_not_written_over_silently() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    let theirs = preset("Warm", -12.25);
    put(stage.state().folder.path(), &theirs);
    wait(&mut stage, |world| {
        let contents = world.browser.contents();
        let entry = contents.find("user/Warm.toml").expect("there");
        entry.preset.patch == theirs.patch
    });
    // What sounds is not touched.
    assert_eq!(tilt(&stage), -9.0);
    click(&mut stage, "Save");
    assert_eq!(stage.state().file("Warm.toml"), theirs);
    stage.get_by_label("The file has been changed since it was loaded");
}

/// Saving looks at the file itself: nobody has looked at the folder since.
#[test]
fn a_file_that_was_changed_a_moment_ago_is_not_written_over_either() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    let theirs = preset("Warm", -12.25);
    put(stage.state().folder.path(), &theirs);
    let world = stage.state_mut();
    world.browser.save(&mut world.model);
    assert_eq!(stage.state().file("Warm.toml"), theirs);
    stage.run_steps(2);
    stage.get_by_label("The file has been changed since it was loaded");
    click(&mut stage, "Cancel");
    // What cannot be read is nobody's to replace.
    let path = stage.state().presets().join("Warm.toml");
    fs::write(&path, "schema = 1\nnonsense = 3\n").expect("written");
    let world = stage.state_mut();
    world.browser.save(&mut world.model);
    stage.run_steps(2);
    stage.get_by_label_contains("Warm.toml: line 2");
    assert!(fs::read_to_string(&path).is_ok_and(|text| text.contains("nonsense")));
}

#[test]
fn what_is_done_with_presets_is_undone_and_done_again() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    let favourites = |stage: &Stage| {
        let file = stage.state().folder.path().join("favourites.toml");
        fs::read_to_string(file).unwrap_or_default()
    };
    let is_there = |stage: &Stage, name: &str| stage.state().presets().join(name).exists();
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    click(&mut stage, "Add to favourites");
    assert!(favourites(&stage).contains("user/Warm.toml"));
    click(&mut stage, "Rename…");
    write(&mut stage, "Hot");
    press(&mut stage, Key::Enter);
    wait(&mut stage, |world| {
        world.browser.contents().find("user/Hot.toml").is_some()
    });
    click(&mut stage, "Delete");
    assert!(!is_there(&stage, "Hot.toml"));

    click(&mut stage, "Undo Delete Hot");
    assert!(is_there(&stage, "Hot.toml"));
    click(&mut stage, "Undo Rename Warm");
    assert!(is_there(&stage, "Warm.toml") && !is_there(&stage, "Hot.toml"));
    assert_eq!(stage.state().file("Warm.toml").name, "Warm");
    assert_eq!(name(&stage), ("Warm".to_owned(), false));
    assert!(favourites(&stage).contains("user/Warm.toml"));
    click(&mut stage, "Undo Add Warm to favourites");
    assert!(!favourites(&stage).contains("Warm"));
    click(&mut stage, "Undo Load Warm");
    assert_eq!(name(&stage).0, "Initial");

    click(&mut stage, "Redo Load Warm");
    click(&mut stage, "Redo Add Warm to favourites");
    click(&mut stage, "Redo Rename Warm");
    // It is known by its new name, also where it was loaded by the old one.
    assert_eq!(name(&stage), ("Hot".to_owned(), false));
    assert!(favourites(&stage).contains("user/Hot.toml"));
    click(&mut stage, "Redo Delete Hot");
    assert!(!is_there(&stage, "Hot.toml"));
    // Where another has come meanwhile, it is kept.
    put(stage.state().folder.path(), &preset("Hot", 1.0));
    click(&mut stage, "Undo Delete Hot");
    assert_eq!(stage.state().file("Hot.toml"), preset("Hot", 1.0));
    stage.get_by_label_contains("is there already");
}

#[test]
fn a_preset_that_the_notice_has_brought_back_is_not_brought_back_twice() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    click(&mut stage, "Delete");
    click(&mut stage, "Restore");
    assert_eq!(stage.state().file("Warm.toml").name, "Warm");
    assert_eq!(
        stage.state().model.undo_name().as_deref(),
        Some("Load Warm")
    );
}

#[test]
fn presets_are_renamed_deleted_and_restored() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Bell");
    let is_disabled = |stage: &Stage, label| {
        let node = stage.get_by_label(label);
        node.accesskit_node().is_disabled()
    };
    assert!(is_disabled(&stage, "Delete") && is_disabled(&stage, "Rename…"));
    click(&mut stage, "Warm");
    assert!(!is_disabled(&stage, "Delete"));
    click(&mut stage, "Rename…");
    // What is typed takes the place of the old name.
    write(&mut stage, "Hot");
    press(&mut stage, Key::Enter);
    wait(&mut stage, |world| {
        world.browser.contents().find("user/Hot.toml").is_some()
    });
    assert_eq!(name(&stage), ("Hot".to_owned(), false));
    assert!(!stage.state().presets().join("Warm.toml").exists());

    click(&mut stage, "Delete");
    wait(&mut stage, |world| {
        world.browser.contents().find("user/Hot.toml").is_none()
    });
    assert!(!stage.state().presets().join("Hot.toml").exists());
    // The sound goes on.
    assert_eq!((name(&stage).0.as_str(), tilt(&stage)), ("Hot", -9.0));
    click(&mut stage, "Restore");
    wait(&mut stage, |world| {
        world.browser.contents().find("user/Hot.toml").is_some()
    });
    assert_eq!(stage.state().file("Hot.toml").name, "Hot");
}

#[test]
fn damaged_files_are_shown_with_their_reason() {
    let mut stage = stage(&[]);
    let presets = stage.state().presets();
    fs::create_dir_all(&presets).expect("made");
    fs::write(presets.join("bad.toml"), "schema = 1\nname = 3\n").expect("written");
    wait(&mut stage, |world| {
        !world.browser.contents().damaged.is_empty()
    });
    click(&mut stage, "Presets: Initial");
    stage.get_by_label("Files that could not be read:");
    let told = stage.get_by_label_contains("bad.toml");
    assert!(format!("{told:?}").contains("line 2"), "{told:?}");
}

#[test]
fn two_sounds_are_compared_by_their_buttons() {
    let mut stage = stage(&[]);
    click(&mut stage, "Next preset");
    click(&mut stage, "Sound B");
    click(&mut stage, "Next preset");
    assert_eq!(name(&stage).0, "Bell");
    click(&mut stage, "Sound A");
    assert_eq!(name(&stage).0, "Drawbar Organ");
    // The one that is heard already stays.
    click(&mut stage, "Sound A");
    assert_eq!(name(&stage).0, "Drawbar Organ");
    click(&mut stage, "Copy A to B");
    click(&mut stage, "Sound B");
    assert_eq!(name(&stage).0, "Drawbar Organ");
    click(&mut stage, "Undo Switch to B");
    click(&mut stage, "Undo Copy A to B");
    click(&mut stage, "Sound B");
    assert_eq!(name(&stage).0, "Bell");
}
