//! The page of settings in a whole window without a screen.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::window::{Rig, window};

fn opened() -> Rig {
    let mut rig = window(vec2(1_000.0, 620.0));
    pick(&mut rig, "Settings");
    assert!(rig.query_by_label("Close").is_some());
    rig
}

fn pick(rig: &mut Rig, label: &str) {
    let items: Vec<_> = rig.get_all_by_label(label).collect();
    items[0].click();
    rig.run_steps(3);
}

fn saved(rig: &Rig) -> Settings {
    let file = SettingsFile::in_folder(rig.state().folder.path());
    file.read().expect("readable")
}

#[test]
fn looks_and_letters_change_at_once_and_are_saved() {
    let mut rig = opened();
    pick(&mut rig, "Light");
    assert_eq!(saved(&rig).looks, Looks::Light);
    let light = theme::Theme::of(ThemeChoice::Light).window;
    assert_eq!(rig.ctx.global_style().visuals.panel_fill, light);
    pick(&mut rig, "QWERTZ");
    pick(&mut rig, "Close");
    assert_eq!(saved(&rig).letters, Letters::Qwertz);
    // The letter in the place of the English Y.
    rig.key_down(Key::Z);
    rig.run_steps(2);
    let mut heard = 0;
    rig.state_mut().keys.receive(|_| heard += 1);
    assert_eq!(heard, 1);
}

#[test]
fn letters_are_asked_for_only_where_positions_are_not_known() {
    let mut rig = opened();
    assert!(rig.query_by_label("QWERTZ").is_some());
    Legends::default().publish(&rig.ctx);
    rig.run_steps(2);
    assert!(rig.query_by_label("QWERTZ").is_none());
}

#[test]
fn the_scale_is_this_windows_and_new_instances() {
    let mut rig = opened();
    pick(&mut rig, "150 %");
    assert_eq!(rig.state().model.params().window().scale_percent(), 150);
    assert_eq!(saved(&rig).scale_percent, 150);
    // Another window's change is not this one's.
    let params = rig.state().model.params();
    params.window().set_scale_percent(75);
    rig.run_steps(2);
    assert_eq!(rig.state().model.params().window().scale_percent(), 75);
}

#[test]
fn new_instances_begin_as_they_are_told() {
    let mut rig = opened();
    rig.get_by_label("Voices of new instances").focus();
    rig.run_steps(2);
    rig.get_by_label("Voices of new instances").type_text("33");
    rig.run_steps(2);
    rig.key_press(Key::Enter);
    rig.run_steps(3);
    assert_eq!(saved(&rig).new_instance.voices, 33);
    let mpe = rig.state().model.params().unmodulated(Param::MPE);
    assert_eq!(mpe, 0.0);
    rig.state_mut().model.set(Param::MPE, 1.0);
    rig.run_steps(2);
    pick(&mut rig, "Take from this instance");
    let expected = NewInstance {
        mpe: true,
        ..NewInstance::default()
    };
    assert_eq!(saved(&rig).new_instance, expected);
    let take = rig.get_by_label("Take from this instance");
    assert!(take.accesskit_node().is_disabled());
}

#[test]
fn learned_controllers_are_listed_and_forgotten() {
    let mut rig = opened();
    let controllers = |rig: &Rig| {
        let bindings = rig.state().model.params().controllers().bindings();
        bindings.collect::<Vec<_>>()
    };
    rig.state()
        .model
        .params()
        .controllers()
        .bind(21, Param::TILT);
    rig.run_steps(2);
    assert_eq!(controllers(&rig).len(), 1);
    pick(&mut rig, "Forget CC 21");
    assert_eq!(controllers(&rig), []);
    assert_eq!(
        rig.state_mut().model.undo().as_deref(),
        Some("Forget CC 21")
    );
    assert_eq!(controllers(&rig), [(21, Param::TILT)]);
}

#[test]
fn closing_the_window_remembers_its_size_and_keeps_a_damaged_file() {
    let mut rig = opened();
    pick(&mut rig, "High contrast");
    let params = rig.state().model.params();
    let size = crate::params::EditorSize {
        width: 1_234,
        height: 777,
    };
    params.window().set_size(size);
    rig.state().shell.close(params);
    let settings = saved(&rig);
    assert_eq!((settings.size, settings.looks), (size, Looks::HighContrast));

    let file = SettingsFile::in_folder(rig.state().folder.path());
    let path = file.path().expect("a path").to_owned();
    std::fs::write(&path, "scale = 1").expect("written");
    rig.state().shell.close(rig.state().model.params());
    assert_eq!(std::fs::read_to_string(&path).expect("kept"), "scale = 1");
    let page = SettingsPage::new(file);
    let trouble = page.trouble.as_deref().unwrap_or_default();
    assert!(trouble.contains("line 1: scale"), "{trouble}");
    assert_eq!(*page.settings(), Settings::default());
}

#[test]
fn the_page_can_be_worked_by_the_keyboard_alone() {
    let mut rig = window(vec2(1_000.0, 620.0));
    rig.get_by_label("Settings").focus();
    rig.run_steps(2);
    rig.key_press(Key::Enter);
    rig.run_steps(3);
    for _ in 0..100 {
        let light = rig.get_by_label("Light");
        if light.is_focused() {
            break;
        }
        rig.key_press_modifiers(Modifiers::NONE, Key::Tab);
        rig.run_steps(2);
    }
    rig.key_press(Key::Space);
    rig.run_steps(3);
    assert_eq!(saved(&rig).looks, Looks::Light);
    rig.key_press(Key::Escape);
    rig.run_steps(3);
    assert!(rig.query_by_label("Light").is_none());
}

#[test]
fn what_another_window_writes_is_taken_over_within_a_second() {
    let mut rig = window(vec2(1_000.0, 620.0));
    let file = SettingsFile::in_folder(rig.state().folder.path());
    let panel = |rig: &Rig| rig.ctx.global_style().visuals.panel_fill;
    let window_of = |choice| theme::Theme::of(choice).window;
    assert_eq!(panel(&rig), window_of(ThemeChoice::Dark));
    let others = Settings {
        looks: Looks::Light,
        letters: Letters::Qwertz,
        scale_percent: 150,
        ..Settings::default()
    };
    file.write(&others).expect("written");
    // Steps of 20 ms.
    rig.run_steps(60);
    assert_eq!(panel(&rig), window_of(ThemeChoice::Light));
    rig.key_down(Key::Z);
    rig.run_steps(2);
    let mut heard = 0;
    rig.state_mut().keys.receive(|_| heard += 1);
    assert_eq!(heard, 1);
    // The scale is each window's own.
    assert_eq!(rig.state().model.params().window().scale_percent(), 100);
    // One that cannot be read changes nothing and is told; nor does one that is gone.
    let path = file.path().expect("a path").to_owned();
    std::fs::write(&path, "theme = \"puce\"").expect("written");
    rig.run_steps(60);
    assert_eq!(panel(&rig), window_of(ThemeChoice::Light));
    assert!(rig.query_by_label("Settings !").is_some());
    std::fs::remove_file(&path).expect("removed");
    rig.run_steps(60);
    assert_eq!(panel(&rig), window_of(ThemeChoice::Light));
    file.write(&Settings::default()).expect("written");
    rig.run_steps(60);
    assert_eq!(panel(&rig), window_of(ThemeChoice::Dark));
    assert!(rig.query_by_label("Settings").is_some());
}
