//! The view in a whole window: its tools, its menus, and what a screen reader finds.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::editor::testing::engine::engine_holding;
use crate::editor::testing::view::key;
use crate::editor::testing::window::{
    WHOLE, WindowHarness, click, control, drag, plain, press, send, window,
};
use crate::synth::parameter::EDITABLE_PARTIALS;
use crate::synth::{Param, Patch};

fn large() -> WindowHarness {
    window(WHOLE)
}

fn levels(harness: &WindowHarness) -> Vec<f32> {
    (1..=EDITABLE_PARTIALS)
        .map(|n| plain(harness, Param::partial_level(n)))
        .collect()
}

/// Opens a menu if it is closed, and presses a button in it.
fn choose(harness: &mut WindowHarness, menu: &str, item: &str) {
    if harness.query_all_by_label(item).count() == 0 {
        harness.get_by_label(menu).click();
        harness.run_steps(3);
    }
    harness
        .get_by_role_and_label(egui::Role::Button, item)
        .click();
    harness.run_steps(3);
}

fn undo(harness: &mut WindowHarness) -> Option<String> {
    let name = harness.state_mut().model.undo();
    harness.run_steps(2);
    name
}

#[test]
fn a_screen_reader_finds_and_sets_the_partial_that_keys_walk_to() {
    let mut harness = large();
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    for _ in 0..4 {
        send(&mut harness, [key(Key::ArrowRight)]);
    }
    let node = harness.get_by_label("Partial 5 Level");
    assert_eq!(node.value().as_deref(), Some("0.00 dB"));
    node.set_value_accesskit(-12.0);
    harness.run_steps(2);
    assert!((plain(&harness, Param::partial_level(5)) + 12.0).abs() < 1e-3);
    harness.get_by_label("Tune").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("Partial 5 Tune").is_some());
}

#[test]
fn a_value_can_be_typed_for_the_partial_that_keys_walk_to() {
    let mut harness = large();
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    send(&mut harness, [key(Key::ArrowRight), key(Key::Enter)]);
    send(
        &mut harness,
        [Event::Text("-7.5".to_owned()), key(Key::Enter)],
    );
    harness.run_steps(2);
    assert!((plain(&harness, Param::partial_level(2)) + 7.5).abs() < 1e-3);
}

#[test]
fn the_right_button_offers_the_bar_under_it() {
    let mut harness = large();
    let rect = harness.get_by_label("Partial 1 Level").rect();
    let at = Pos2::new(rect.left() + 0.5 * rect.width(), rect.center().y);
    click(&mut harness, at, PointerButton::Secondary, 1);
    harness.run_steps(3);
    assert!(harness.query_by_label("MIDI learn").is_some());
    harness.get_by_label("MIDI learn").click();
    harness.run_steps(3);
    let awaited = harness.state().model.params().controllers().awaited();
    let n = (1..=EDITABLE_PARTIALS)
        .find(|&n| awaited == Some(Param::partial_level(n)))
        .expect("a partial's level is to be learned");
    assert!((31..=34).contains(&n), "{n}");
    assert!(levels(&harness).iter().all(|&level| level == 0.0));
}

#[test]
fn menus_choose_and_shape() {
    let mut harness = large();
    choose(&mut harness, "Choose", "Odd");
    assert!(harness.query_by_label_contains("32 chosen").is_some());
    send(&mut harness, [key(Key::Escape)]);
    harness.run_steps(3);
    choose(&mut harness, "Transform", "Randomise");
    let first = levels(&harness);
    for (place, level) in first.iter().enumerate() {
        assert_eq!(*level != 0.0, place % 2 == 0, "partial {}", place + 1);
    }
    assert_eq!(undo(&mut harness).as_deref(), Some("Randomise Level"));
    assert!(levels(&harness).iter().all(|&level| level == 0.0));
    // The next seed gives another shape.
    choose(&mut harness, "Transform", "Randomise");
    assert_ne!(levels(&harness), first);
    choose(&mut harness, "Transform", "Normalise");
    let highest = levels(&harness)
        .into_iter()
        .step_by(2)
        .fold(f32::MIN, f32::max);
    assert!(highest.abs() < 1e-3, "{highest}");
    choose(&mut harness, "Transform", "Reset");
    assert!(levels(&harness).iter().all(|&level| level == 0.0));
}

/// How many bars are chosen, as the menu's button says.
fn chosen(harness: &WindowHarness) -> usize {
    let title = harness
        .query_all_by_label_contains(" chosen")
        .find(|node| node.accesskit_node().role() == Role::Button);
    let text = title.and_then(|node| node.accesskit_node().label());
    text.map_or(0, |text| {
        let number = text.split(' ').next().unwrap_or_default();
        number.parse().expect("a number")
    })
}

#[test]
fn escape_chooses_nothing_wherever_the_focus_is() {
    let mut harness = large();
    choose(&mut harness, "Choose", "Odd");
    send(&mut harness, [key(Key::Escape)]);
    assert!(
        harness.query_by_label("Octaves").is_none(),
        "the menu closes"
    );
    assert_eq!(chosen(&harness), 32, "the first Escape is the menu's");
    send(&mut harness, [key(Key::Escape)]);
    assert_eq!(chosen(&harness), 0);
    // While a value is typed, Escape is for the value.
    choose(&mut harness, "Choose", "Even");
    send(&mut harness, [key(Key::Escape)]);
    control(&harness, Param::TILT).focus();
    harness.run_steps(2);
    send(&mut harness, [key(Key::Enter)]);
    assert!(harness.query_by_label("Tilt value").is_some());
    send(&mut harness, [key(Key::Escape)]);
    assert!(harness.query_by_label("Tilt value").is_none());
    assert_eq!(chosen(&harness), 32);
    // Escape in the field of a name closes the field alone, too.
    control(&harness, Param::macro_value(1)).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Rename").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Macro 1 name").is_some());
    send(&mut harness, [key(Key::Escape)]);
    assert!(harness.query_by_label("Macro 1 name").is_none());
    assert_eq!(chosen(&harness), 32);
    // The selection also stays while a controller is awaited, and while a form lies over the window.
    harness
        .state()
        .model
        .params()
        .controllers()
        .learn(Some(Param::TILT));
    harness.run_steps(2);
    send(&mut harness, [key(Key::Escape)]);
    assert_eq!(chosen(&harness), 32);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(3);
    assert!(harness.query_by_label("Save preset").is_some());
    send(&mut harness, [key(Key::Escape)]);
    assert!(harness.query_by_label("Save preset").is_none());
    assert_eq!(chosen(&harness), 32);
    send(&mut harness, [key(Key::Escape)]);
    assert_eq!(chosen(&harness), 0);
}

#[test]
fn another_sound_has_no_bars_chosen() {
    let mut harness = large();
    let choose_odd = |harness: &mut WindowHarness| {
        choose(harness, "Choose", "Odd");
        send(harness, [key(Key::Escape)]);
        assert_eq!(chosen(harness), 32);
    };
    choose_odd(&mut harness);
    harness.get_by_label("Next preset").click();
    harness.run_steps(3);
    assert_eq!(chosen(&harness), 0);
    choose_odd(&mut harness);
    assert!(undo(&mut harness).is_some_and(|name| name.starts_with("Load ")));
    assert_eq!(chosen(&harness), 0);
    // A change of this sound, and saving it, leave them.
    choose_odd(&mut harness);
    harness.state_mut().model.set(Param::TILT, 0.5);
    harness.run_steps(2);
    assert_eq!(chosen(&harness), 32);
    // A state of the host's.
    let state = crate::params::HostParams::default();
    let fields = nice_plug::prelude::Params::serialize_fields(&state);
    nice_plug::prelude::Params::deserialize_fields(harness.state().model.params(), &fields);
    harness.run_steps(2);
    assert_eq!(chosen(&harness), 0);
    // The other side is the same sound at first, and then another one.
    choose_odd(&mut harness);
    for (label, left) in [
        ("Sound B", 32),
        ("Next preset", 0),
        ("Sound A", 0),
        ("Sound B", 0),
    ] {
        if chosen(&harness) == 0 {
            choose_odd(&mut harness);
        }
        harness.get_by_label(label).click();
        harness.run_steps(3);
        assert_eq!(chosen(&harness), left, "{label}");
    }
}

#[test]
fn the_right_button_draws_a_rectangle_that_chooses() {
    let mut harness = large();
    let rect = harness.get_by_label("Partial 1 Level").rect();
    let at = |x: f32, y: f32| {
        Pos2::new(
            rect.left() + x * rect.width(),
            rect.top() + y * rect.height(),
        )
    };
    let drag_right = |harness: &mut WindowHarness, from: Pos2, to: Pos2, modifiers: Modifiers| {
        let button = |pos, pressed| press(pos, PointerButton::Secondary, pressed, modifiers);
        send(
            harness,
            [
                Event::ModifiersChanged(modifiers),
                Event::PointerMoved(from),
                button(from, true),
                Event::PointerMoved(from + 0.5 * (to - from)),
                Event::PointerMoved(to),
                button(to, false),
                Event::ModifiersChanged(Modifiers::NONE),
            ],
        );
        harness.run_steps(2);
    };
    drag_right(&mut harness, at(0.25, 0.05), at(0.5, 0.95), Modifiers::NONE);
    let first = chosen(&harness);
    assert!((10..=20).contains(&first), "{first}");
    assert!(harness.query_by_label("MIDI learn").is_none(), "no menu");
    drag_right(&mut harness, at(0.6, 0.05), at(0.7, 0.95), Modifiers::SHIFT);
    let added = chosen(&harness);
    assert!(added > first, "{added}");
    drag_right(
        &mut harness,
        at(0.25, 0.05),
        at(0.5, 0.95),
        Modifiers::COMMAND,
    );
    assert_eq!(chosen(&harness), added - first);
    assert!(levels(&harness).iter().all(|&level| level == 0.0));
    // The first button still draws, and only what is chosen.
    drag(&mut harness, at(0.1, 0.3), at(0.9, 0.3), Modifiers::NONE);
    let drawn = levels(&harness).into_iter().filter(|&level| level != 0.0);
    assert_eq!(drawn.count(), added - first);
}

#[test]
fn an_amount_that_is_dragged_is_one_step() {
    let mut harness = large();
    harness.get_by_label("Transform").click();
    harness.run_steps(3);
    let field = |harness: &WindowHarness| {
        harness
            .get_by_role_and_label(egui::Role::SpinButton, "Tilt")
            .rect()
    };
    let at = field(&harness).center();
    drag(&mut harness, at, at + vec2(-60.0, 0.0), Modifiers::NONE);
    harness.run_steps(3);
    let tilted = levels(&harness);
    assert_eq!(tilted[0], 0.0);
    assert!(tilted[1] < -0.1, "{tilted:?}");
    // Every octave is tilted alike.
    assert!((tilted[3] - 2.0 * tilted[1]).abs() < 1e-3);
    // The field rests again.
    assert_eq!(undo(&mut harness).as_deref(), Some("Tilt Level"));
    assert_eq!(undo(&mut harness), None);
    assert!(levels(&harness).iter().all(|&level| level == 0.0));
}

#[test]
fn an_amount_is_typed_with_any_minus_and_comma_and_shown_with_one_kind_of_minus() {
    let mut harness = large();
    harness.get_by_label("Transform").click();
    harness.run_steps(3);
    let field = |harness: &WindowHarness| {
        let field = harness.get_by_role_and_label(egui::Role::SpinButton, "Tilt");
        (field.rect().center(), field.value())
    };
    for (typed, plain) in [("-6", -6.0), ("−6", -6.0), ("−6,5", -6.5)] {
        harness
            .get_by_role_and_label(egui::Role::SpinButton, "Tilt")
            .focus();
        harness.run_steps(2);
        send(
            &mut harness,
            [Event::Text(typed.to_owned()), key(Key::Enter)],
        );
        harness.run_steps(2);
        // Partial 2 is an octave above the first.
        let tilted = levels(&harness);
        assert!((tilted[1] - plain).abs() < 1e-3, "{typed}: {tilted:?}");
        assert_eq!(undo(&mut harness).as_deref(), Some("Tilt Level"));
        assert_eq!(undo(&mut harness), None);
    }
    // While it is dragged, the field shows it.
    let (at, _) = field(&harness);
    let button = |pos, pressed| press(pos, PointerButton::Primary, pressed, Modifiers::NONE);
    let to = at + vec2(-60.0, 0.0);
    send(
        &mut harness,
        [
            Event::PointerMoved(at),
            button(at, true),
            Event::PointerMoved(to),
        ],
    );
    let (_, shown) = field(&harness);
    let shown = shown.expect("a text");
    assert!(shown.starts_with('−') && !shown.contains('-'), "{shown}");
    send(&mut harness, [button(to, false)]);
}

#[test]
fn ranges_are_typed_and_what_is_wrong_is_told() {
    let mut harness = large();
    harness.get_by_label("Choose").click();
    harness.run_steps(3);
    harness
        .get_by_role_and_label(egui::Role::TextInput, "Ranges")
        .focus();
    harness.run_steps(2);
    send(&mut harness, [Event::Text("2-4, 9".to_owned())]);
    assert!(harness.query_by_label_contains("4 chosen").is_some());
    send(&mut harness, [Event::Text(", 70".to_owned())]);
    assert!(harness.query_by_label_contains("70 is no number").is_some());
    assert!(harness.query_by_label_contains("4 chosen").is_some());
}

#[test]
fn every_axis_and_switch_shows_sixty_four_voices() {
    let mut patch = Patch::default();
    patch.set(Param::VOICES, 64.0);
    patch.set(Param::PARTIALS, 512.0);
    let keys: Vec<u8> = (30..94).collect();
    let mut engine = engine_holding(&patch, &keys);
    let mut harness = large();
    let mut seen = Vec::new();
    for axis in ["Log Hz", "Linear Hz", "Number"] {
        harness.get_by_label(axis).click();
        for switch in ["Show Trail", "Show Output"] {
            harness.get_by_label(switch).click();
            let (mut left, mut right) = ([0.0; 800], [0.0; 800]);
            engine.render(&mut left, &mut right);
            let senders = &mut harness.state_mut().senders;
            senders.output.send(&left, &right);
            senders.publish(&engine);
            harness.step();
            seen.push(harness.state().live.snapshot().voices().count());
        }
    }
    assert_eq!(seen, [64; 6]);
}

#[test]
fn keys_move_the_filter_and_a_reader_tells_it() {
    const HANDLE: &str = "Filter cutoff and resonance";
    let mut harness = large();
    assert!(
        harness.query_by_label(HANDLE).is_none(),
        "the filter is off"
    );
    let low_pass = Param::FILTER_TYPE.range().normalized(1.0);
    harness.state_mut().model.set(Param::FILTER_TYPE, low_pass);
    harness.run_steps(3);
    harness.get_by_label(HANDLE).focus();
    harness.run_steps(2);
    let before =
        [Param::CUTOFF, Param::RESONANCE, Param::SLOPE].map(|param| plain(&harness, param));
    send(
        &mut harness,
        [key(Key::ArrowRight), key(Key::ArrowUp), key(Key::PageUp)],
    );
    let after = [Param::CUTOFF, Param::RESONANCE, Param::SLOPE].map(|param| plain(&harness, param));
    // A hundredth of each range.
    assert!((after[0] / before[0] - 1_000_f32.powf(0.01)).abs() < 1e-3);
    assert!((after[1] - before[1] - 0.24).abs() < 1e-3);
    assert!((after[2] - before[2] - 0.42).abs() < 1e-3);
    let value = harness.get_by_label(HANDLE).value().unwrap_or_default();
    assert!(
        value.starts_with("Low Pass 2.143 kHz, resonance 0.24 dB"),
        "{value}"
    );
}

#[test]
fn a_key_that_is_held_moves_the_chosen_bars_in_one_step() {
    let mut harness = large();
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    // The first two.
    let keys = [Key::Space, Key::ArrowRight, Key::Space];
    for pressed in keys.into_iter().chain([Key::ArrowUp; 5]) {
        send(&mut harness, [key(pressed)]);
    }
    let raised = levels(&harness);
    assert!(raised[0] > 1.0 && raised[1] == raised[0] && raised[2] == 0.0);
    send(&mut harness, [key(Key::ArrowDown)]);
    // A second later it is another step.
    harness.run_steps(60);
    send(&mut harness, [key(Key::ArrowDown)]);
    assert_eq!(undo(&mut harness).as_deref(), Some("Raise Level"));
    assert!(levels(&harness)[0] < raised[0] && levels(&harness)[0] > 0.0);
    assert_eq!(undo(&mut harness).as_deref(), Some("Raise Level"));
    assert_eq!(levels(&harness)[..2], [0.0, 0.0]);
    assert_eq!(undo(&mut harness), None);
}

#[test]
fn keys_zoom() {
    let mut harness = large();
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    let pressed = |key, modifiers| Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    };
    assert!(harness.query_by_label("Whole").is_none());
    // With Ctrl they are the whole window's.
    send(&mut harness, [pressed(Key::Plus, Modifiers::COMMAND)]);
    assert!(harness.query_by_label("Whole").is_none());
    // On many keyboards plus is with Shift.
    send(&mut harness, [pressed(Key::Plus, Modifiers::SHIFT)]);
    assert!(harness.query_by_label("Whole").is_some());
    send(&mut harness, [pressed(Key::Num0, Modifiers::NONE)]);
    assert!(harness.query_by_label("Whole").is_none());
    // As the real window reports it.
    send(&mut harness, [Event::Text("+".to_owned())]);
    assert!(harness.query_by_label("Whole").is_some());
    send(&mut harness, [Event::Text("-".to_owned())]);
    assert!(harness.query_by_label("Whole").is_none());
}

#[test]
fn chosen_bars_are_copied_and_pasted_by_the_keys_that_the_real_window_tells_of() {
    let mut harness = large();
    let first = Param::partial_level(1);
    harness.state_mut().model.set(first, 0.25);
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    send(
        &mut harness,
        [key(Key::Space), Event::Copy, key(Key::Delete)],
    );
    assert_eq!(plain(&harness, first), 0.0);
    let paste = Event::Key {
        key: Key::V,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::COMMAND,
    };
    send(&mut harness, [paste]);
    assert_eq!(harness.state().model.normalized(first), 0.25);
}

#[test]
fn the_tools_stand_in_one_line() {
    for size in [vec2(800.0, 500.0), vec2(1_600.0, 1_000.0)] {
        let harness = window(size);
        let middle = |label| harness.get_by_label(label).rect().center().y;
        let row = middle("Level");
        for label in ["Draw", "Number", "Log Hz", "Linear Hz"] {
            assert_eq!(middle(label), row, "{label}");
        }
    }
}

fn set_drawn(harness: &mut WindowHarness, params: &[Param]) {
    for param in params {
        let drawn = param.parse("Drawn").expect("a label");
        harness.state_mut().model.set_plain(*param, drawn);
    }
    harness.run_steps(2);
}

/// What is drawn in a spectrum is not drawn in another; another's drawing can be taken over.
#[test]
fn a_drawing_is_of_the_spectrum_that_is_shown() {
    let mut harness = large();
    set_drawn(&mut harness, &[Param::COLOUR_A, Param::COLOUR_B]);
    harness.get_by_label("Drawn Colour").click();
    harness.run_steps(2);
    // At first that of the first spectrum that has one.
    assert!(harness.query_by_label("Drawn A Level 1").is_some());
    assert!(harness.query_by_label("Show Drawn Colour C").is_none());
    harness.get_by_label("Show Drawn Colour B").click();
    harness.run_steps(2);
    let rect = harness.get_by_label("Drawn B Level 1").rect();
    let at = |x: f32, y: f32| {
        Pos2::new(
            rect.left() + x * rect.width(),
            rect.top() + y * rect.height(),
        )
    };
    drag(&mut harness, at(0.1, 0.4), at(0.9, 0.8), Modifiers::NONE);
    harness.run_steps(2);
    let drawn = |harness: &WindowHarness, spectrum: usize| -> Vec<f32> {
        let all = (1..=64).map(|n| Param::drawn_level(spectrum, n));
        all.map(|param| plain(harness, param)).collect()
    };
    let of_b = drawn(&harness, 1);
    assert!(of_b.iter().filter(|&&level| level < -1.0).count() > 20);
    for other in [0, 2, 3] {
        assert_eq!(drawn(&harness, other), [0.0; 64], "{other}");
    }
    harness.get_by_label("Show Drawn Colour A").click();
    harness.run_steps(2);
    choose(&mut harness, "Import", "Copy Drawn Colour B");
    assert_eq!(drawn(&harness, 0), of_b);
    assert_eq!(undo(&mut harness).as_deref(), Some("Copy Drawn Colour B"));
    assert_eq!(drawn(&harness, 0), [0.0; 64]);
    assert_eq!(undo(&mut harness).as_deref(), Some("Draw Drawn Colour B"));
    assert_eq!(drawn(&harness, 1), [0.0; 64]);
}

/// The bars stay with the spectrum from colour to body, and go to one that has a drawing when theirs has none.
#[test]
fn the_spectrum_that_is_shown_stays_where_it_has_a_drawing() {
    let mut harness = large();
    let b = [Param::COLOUR_B, Param::BODY_B];
    set_drawn(&mut harness, &[Param::COLOUR_A, Param::BODY_A]);
    set_drawn(&mut harness, &b);
    harness.get_by_label("Drawn Colour").click();
    harness.run_steps(2);
    harness.get_by_label("Show Drawn Colour B").click();
    harness.run_steps(2);
    harness.get_by_label("Drawn Body").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("Drawn B Ratio 1").is_some());
    harness.state_mut().model.set_plain(Param::BODY_B, 0.0);
    harness.run_steps(3);
    assert!(harness.query_by_label("Drawn A Ratio 1").is_some());
    harness.state_mut().model.set_plain(Param::BODY_A, 0.0);
    harness.run_steps(3);
    assert!(harness.query_by_label("Partial 1 Level").is_some());
}
