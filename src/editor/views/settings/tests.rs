//! The page of settings in a whole window without a screen.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::window::{WindowHarness, window};
use crate::scale::{MapTexts, TuningSet};
use crate::standalone::devices::Devices;
use crate::standalone::sound_settings::MidiChoice;

fn opened() -> WindowHarness {
    let mut harness = window(vec2(1_000.0, 620.0));
    pick(&mut harness, "Settings");
    assert!(harness.query_by_label("Close").is_some());
    harness
}

fn pick(harness: &mut WindowHarness, label: &str) {
    let items: Vec<_> = harness.get_all_by_label(label).collect();
    items[0].click();
    harness.run_steps(3);
}

fn saved(harness: &WindowHarness) -> Settings {
    let file = SettingsFile::in_folder(harness.state().folder.path());
    file.read().expect("readable")
}

#[test]
fn looks_and_letters_change_at_once_and_are_saved() {
    let mut harness = opened();
    pick(&mut harness, "Light");
    assert_eq!(saved(&harness).looks, Looks::Light);
    let light = theme::Theme::of(Looks::Light).window;
    assert_eq!(harness.ctx.global_style().visuals.panel_fill, light);
    pick(&mut harness, "QWERTZ");
    pick(&mut harness, "Close");
    assert_eq!(saved(&harness).letters, Letters::Qwertz);
    // The letter in the place of the English Y.
    harness.key_down(Key::Z);
    harness.run_steps(2);
    let mut heard = 0;
    harness.state_mut().keys.receive(|_| heard += 1);
    assert_eq!(heard, 1);
}

#[test]
fn letters_are_asked_for_only_where_positions_are_not_known() {
    let mut harness = opened();
    assert!(harness.query_by_label("QWERTZ").is_some());
    Legends::default().publish(&harness.ctx);
    harness.run_steps(2);
    assert!(harness.query_by_label("QWERTZ").is_none());
}

#[test]
fn the_scale_is_this_windows_and_new_instances() {
    let mut harness = opened();
    pick(&mut harness, "150 %");
    assert_eq!(harness.state().model.params().window().scale_percent(), 150);
    assert_eq!(saved(&harness).scale_percent, 150);
    // Another window's change is not this one's.
    let params = harness.state().model.params();
    params.window().set_scale_percent(75);
    harness.run_steps(2);
    assert_eq!(harness.state().model.params().window().scale_percent(), 75);
}

#[test]
fn new_instances_begin_as_they_are_told() {
    let mut harness = opened();
    harness.get_by_label("Voices of new instances").focus();
    harness.run_steps(2);
    harness
        .get_by_label("Voices of new instances")
        .type_text("33");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(saved(&harness).new_instance.voices, 33);
    let mpe = harness.state().model.params().unmodulated(Param::MPE);
    assert_eq!(mpe, 0.0);
    harness.state_mut().model.set(Param::MPE, 1.0);
    harness.run_steps(2);
    pick(&mut harness, "Take from this instance");
    let expected = NewInstance {
        mpe: true,
        ..NewInstance::default()
    };
    assert_eq!(saved(&harness).new_instance, expected);
    let take = harness.get_by_label("Take from this instance");
    assert!(take.accesskit_node().is_disabled());
}

#[test]
fn new_instances_begin_in_the_scale_of_this_one() {
    let mut harness = opened();
    let set = TuningSet::read("five", b"five\n1\n2/1\n", MapTexts::None).expect("a scale");
    harness.state_mut().model.load_scale(Some(set.clone()));
    harness.run_steps(2);
    pick(&mut harness, "Take from this instance");
    let scale = saved(&harness).new_instance.scale;
    assert_eq!(scale.as_deref(), Some(&set));
    assert!(harness.query_by_label("five").is_some());
    pick(&mut harness, "Remove the scale of new instances");
    assert_eq!(saved(&harness).new_instance, NewInstance::default());
    // This instance keeps its own.
    assert!(harness.state().model.scale().is_some());
}

#[test]
fn learned_controllers_are_listed_and_forgotten() {
    let mut harness = opened();
    let controllers = |harness: &WindowHarness| {
        let bindings = harness.state().model.params().controllers().bindings();
        bindings.collect::<Vec<_>>()
    };
    harness
        .state()
        .model
        .params()
        .controllers()
        .bind(21, Param::TILT);
    harness.run_steps(2);
    assert_eq!(controllers(&harness).len(), 1);
    pick(&mut harness, "Forget CC 21");
    assert_eq!(controllers(&harness), []);
    assert_eq!(
        harness.state_mut().model.undo().as_deref(),
        Some("Forget CC 21")
    );
    assert_eq!(controllers(&harness), [(21, Param::TILT)]);
}

#[test]
fn closing_the_window_remembers_its_size_and_keeps_a_damaged_file() {
    let mut harness = opened();
    pick(&mut harness, "High contrast");
    let params = harness.state().model.params();
    let size = crate::params::EditorSize {
        width: 1_234,
        height: 777,
    };
    params.window().set_size(size);
    let state = harness.state_mut();
    state.shell.close(state.model.params());
    let settings = saved(&harness);
    assert_eq!((settings.size, settings.looks), (size, Looks::HighContrast));

    let file = SettingsFile::in_folder(harness.state().folder.path());
    let path = file.path().expect("a path").to_owned();
    std::fs::write(&path, "scale = 1").expect("written");
    let state = harness.state_mut();
    state.shell.close(state.model.params());
    assert_eq!(std::fs::read_to_string(&path).expect("kept"), "scale = 1");
    let page = SettingsPage::new(file);
    let trouble = page.trouble.as_deref().unwrap_or_default();
    assert!(trouble.contains("line 1: scale"), "{trouble}");
    assert_eq!(*page.settings(), Settings::default());
}

#[test]
fn the_page_can_be_worked_by_the_keyboard_alone() {
    let mut harness = window(vec2(1_000.0, 620.0));
    harness.get_by_label("Settings").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    for _ in 0..100 {
        let light = harness.get_by_label("Light");
        if light.is_focused() {
            break;
        }
        harness.key_press_modifiers(Modifiers::NONE, Key::Tab);
        harness.run_steps(2);
    }
    harness.key_press(Key::Space);
    harness.run_steps(3);
    assert_eq!(saved(&harness).looks, Looks::Light);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    assert!(harness.query_by_label("Light").is_none());
}

#[test]
fn what_another_window_writes_is_taken_over_within_a_second() {
    let mut harness = window(vec2(1_000.0, 620.0));
    let file = SettingsFile::in_folder(harness.state().folder.path());
    let panel = |harness: &WindowHarness| harness.ctx.global_style().visuals.panel_fill;
    let window_of = |choice| theme::Theme::of(choice).window;
    assert_eq!(panel(&harness), window_of(Looks::Dark));
    let others = Settings {
        looks: Looks::Light,
        letters: Letters::Qwertz,
        scale_percent: 150,
        ..Settings::default()
    };
    file.write(&others).expect("written");
    // Steps of 20 ms.
    harness.run_steps(60);
    assert_eq!(panel(&harness), window_of(Looks::Light));
    harness.key_down(Key::Z);
    harness.run_steps(2);
    let mut heard = 0;
    harness.state_mut().keys.receive(|_| heard += 1);
    assert_eq!(heard, 1);
    // The scale is each window's own.
    assert_eq!(harness.state().model.params().window().scale_percent(), 100);
    // A file that cannot be read changes nothing and is reported; a missing file changes nothing either.
    let path = file.path().expect("a path").to_owned();
    std::fs::write(&path, "theme = \"puce\"").expect("written");
    harness.run_steps(60);
    assert_eq!(panel(&harness), window_of(Looks::Light));
    assert!(harness.query_by_label("Settings !").is_some());
    std::fs::remove_file(&path).expect("removed");
    harness.run_steps(60);
    assert_eq!(panel(&harness), window_of(Looks::Light));
    file.write(&Settings::default()).expect("written");
    harness.run_steps(60);
    assert_eq!(panel(&harness), window_of(Looks::Dark));
    assert!(harness.query_by_label("Settings").is_some());
}

/// Only the standalone program chooses devices: a plugin's are its host's.
#[test]
fn a_program_has_its_devices_among_the_settings() {
    let mut harness = opened();
    assert!(harness.query_by_label("Sound and MIDI").is_none());
    let folder = harness.state().folder.path().to_owned();
    let file = || SoundSettingsFile::beside(SettingsFile::in_folder(&folder).path());
    let mut section = SoundSection::new(file());
    section.offer(Devices {
        outputs: vec!["Built-in".to_owned(), "Interface".to_owned()],
        midi_inputs: vec!["Keystation".to_owned()],
    });
    harness.state_mut().shell.settings_page().sound = Some(section);
    harness.run_steps(2);
    let again = harness.get_by_label("Restart now");
    assert!(again.accesskit_node().is_disabled(), "nothing is changed");
    pick(&mut harness, "96 kHz");
    pick(&mut harness, "128");
    pick(&mut harness, "Output device");
    pick(&mut harness, "Interface");
    pick(&mut harness, "MIDI input device");
    pick(&mut harness, "Keystation");
    let saved = file().read().expect("readable");
    assert_eq!((saved.rate_hz, saved.buffer_frames), (96_000, 128));
    assert_eq!(saved.output_device.as_deref(), Some("Interface"));
    assert_eq!(saved.midi_input, MidiChoice::Named("Keystation".to_owned()));
    let again = harness.get_by_label("Restart now");
    assert!(!again.accesskit_node().is_disabled());
}

#[test]
fn whether_effects_are_kept_is_remembered() {
    let mut harness = window(vec2(1_120.0, 700.0));
    harness.get_by_label_contains("Presets:").click();
    harness.run_steps(3);
    assert!(!harness.state().model.keeps_effects());
    pick(&mut harness, "Keep effects");
    assert!(harness.state().model.keeps_effects());
    assert!(saved(&harness).keep_effects);
    // What another window says is taken over.
    let file = SettingsFile::in_folder(harness.state().folder.path());
    file.write(&Settings::default()).expect("written");
    harness.run_steps(60);
    assert!(!harness.state().model.keeps_effects());
    assert!(!saved(&harness).keep_effects);
}
