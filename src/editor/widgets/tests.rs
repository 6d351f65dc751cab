//! Every way of changing a control, in a whole window without a screen.

mod choices;
mod idle;
mod typing;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role, StrokeKind, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nice_plug::prelude::Params as _;

use super::behaviour::TRAVEL;
use crate::editor::model::value_text;
use crate::editor::model::value_text::current_text;
use crate::editor::testing::host::Call;
use crate::editor::testing::view::button;
use crate::editor::testing::window::{
    WHOLE, WindowHarness, click, control, drag, host_calls, plain, send, show_control, value_text,
    wheel, window,
};
use crate::params::{HostParam, HostParams};
use crate::synth::{MpeZones, Param};

fn harness() -> WindowHarness {
    window(WHOLE)
}

/// The middle of a control's dial.
fn dial(harness: &WindowHarness, param: Param) -> Pos2 {
    let rect = control(harness, param).rect();
    egui::pos2(rect.center().x, rect.top() + 14.0)
}

fn focus(harness: &mut WindowHarness, param: Param) {
    control(harness, param).focus();
    harness.run_steps(2);
}

fn keys(harness: &mut WindowHarness, modifiers: Modifiers, keys: &[Key]) {
    for &key in keys {
        harness.key_press_modifiers(modifiers, key);
    }
    harness.step();
    harness.step();
}

/// Whether the host received one whole change of `param`, and nothing else.
fn is_one_change(calls: &[Call], param: Param) -> bool {
    let [Call::Begin(first), sets @ .., Call::End(last)] = calls else {
        return false;
    };
    *first == param
        && *last == param
        && !sets.is_empty()
        && sets
            .iter()
            .all(|call| matches!(call, Call::Set(of, _) if *of == param))
}

#[test]
fn a_drag_upwards_is_one_change_and_with_shift_a_tenth_of_it() {
    let mut harness = harness();
    let param = Param::SPREAD;
    let from = dial(&harness, param);
    let up = vec2(0.0, -0.25 * TRAVEL);
    drag(&mut harness, from, from + up, Modifiers::NONE);
    let calls = host_calls(&harness);
    assert!(is_one_change(&calls, param), "{calls:?}");
    let coarse = plain(&harness, param);
    assert!((coarse - 0.25).abs() < 0.01, "{coarse}");
    assert_eq!(
        value_text(&harness, param),
        Some(value_text::value_text(param, coarse))
    );
    drag(&mut harness, from, from - up, Modifiers::SHIFT);
    let fine = plain(&harness, param);
    assert!((coarse - fine - 0.025).abs() < 0.002, "{fine}");
    assert_eq!(
        value_text(&harness, param),
        Some(value_text::value_text(param, fine))
    );
    // Dragging sideways moves nothing.
    host_calls(&harness);
    drag(&mut harness, from, from + vec2(50.0, 0.0), Modifiers::NONE);
    assert_eq!(plain(&harness, param), fine);
    let sets = host_calls(&harness);
    assert!(!sets.iter().any(|call| matches!(call, Call::Set(..))));
}

#[test]
fn the_wheel_moves_what_the_pointer_is_on() {
    let mut harness = harness();
    let at = dial(&harness, Param::SPREAD);
    wheel(&mut harness, at, 2.0, Modifiers::NONE);
    assert!((plain(&harness, Param::SPREAD) - 0.04).abs() < 1e-4);
    wheel(&mut harness, at, -1.0, Modifiers::SHIFT);
    assert!((plain(&harness, Param::SPREAD) - 0.038).abs() < 1e-4);
    // Steps come whole, and half notches add up to them.
    let at = dial(&harness, Param::COARSE);
    wheel(&mut harness, at, 1.0, Modifiers::NONE);
    assert_eq!(plain(&harness, Param::COARSE), 1.0);
    wheel(&mut harness, at, 0.5, Modifiers::NONE);
    assert_eq!(plain(&harness, Param::COARSE), 1.0);
    wheel(&mut harness, at, 0.5, Modifiers::NONE);
    assert_eq!(plain(&harness, Param::COARSE), 2.0);
    // Many notches in a row are one step to undo.
    assert_eq!(
        harness.state_mut().model.undo(),
        Some("Coarse Tune".to_owned())
    );
    assert_eq!(plain(&harness, Param::COARSE), 0.0);
}

#[test]
fn keys_move_what_has_the_focus() {
    let mut harness = harness();
    let param = Param::SPREAD;
    focus(&mut harness, param);
    keys(
        &mut harness,
        Modifiers::NONE,
        &[Key::ArrowUp, Key::ArrowRight],
    );
    assert!((plain(&harness, param) - 0.02).abs() < 1e-5);
    assert!(
        control(&harness, param).is_focused(),
        "the arrows keep the focus"
    );
    keys(&mut harness, Modifiers::SHIFT, &[Key::ArrowDown]);
    assert!((plain(&harness, param) - 0.019).abs() < 1e-5);
    keys(
        &mut harness,
        Modifiers::NONE,
        &[Key::ArrowLeft, Key::PageUp],
    );
    assert!((plain(&harness, param) - 0.109).abs() < 1e-5);
    keys(
        &mut harness,
        Modifiers::NONE,
        &[Key::PageDown, Key::PageDown],
    );
    assert_eq!(plain(&harness, param), 0.0);
    keys(&mut harness, Modifiers::NONE, &[Key::End]);
    assert_eq!(plain(&harness, param), 1.0);
    keys(&mut harness, Modifiers::NONE, &[Key::Home]);
    assert_eq!(plain(&harness, param), 0.0);
    keys(&mut harness, Modifiers::NONE, &[Key::End, Key::Delete]);
    assert_eq!(plain(&harness, param), 0.0);
    // A step of a stepped one is one, with Shift too.
    focus(&mut harness, Param::PARTIALS);
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowUp]);
    keys(&mut harness, Modifiers::SHIFT, &[Key::ArrowUp]);
    assert_eq!(plain(&harness, Param::PARTIALS), 130.0);
    keys(&mut harness, Modifiers::NONE, &[Key::PageDown]);
    assert_eq!(plain(&harness, Param::PARTIALS), 120.0);
}

#[test]
fn a_drag_ends_though_its_control_has_gone() {
    let mut harness = harness();
    let param = Param::LFO_RATE;
    let from = dial(&harness, param);
    host_calls(&harness);
    let up = from - vec2(0.0, 20.0);
    send(&mut harness, [Event::PointerMoved(from)]);
    send(&mut harness, [button(from, true)]);
    send(&mut harness, [Event::PointerMoved(up)]);
    harness.set_size(vec2(800.0, 500.0));
    harness.run_steps(3);
    send(&mut harness, [button(up, false)]);
    assert!(is_one_change(&host_calls(&harness), param));
}

#[test]
fn a_double_click_resets_and_a_click_changes_nothing() {
    let mut harness = harness();
    let param = Param::TILT;
    harness.state_mut().model.set(param, 1.0);
    harness.step();
    host_calls(&harness);
    let at = dial(&harness, param);
    click(&mut harness, at, PointerButton::Primary, 1);
    assert_eq!(host_calls(&harness), []);
    assert!(control(&harness, param).is_focused());
    harness.run_steps(30);
    click(&mut harness, at, PointerButton::Primary, 2);
    assert_eq!(plain(&harness, param), param.row().default);
}

#[test]
fn the_menu_resets_copies_pastes_and_types() {
    let mut harness = harness();
    let open = |harness: &mut WindowHarness, param: Param| {
        let at = dial(harness, param);
        click(harness, at, PointerButton::Secondary, 1);
    };
    let pick = |harness: &mut WindowHarness, label: &str| {
        harness.get_by_label(label).click();
        harness.run_steps(3);
    };
    harness.state_mut().model.set(Param::LFO_CUTOFF, 0.75);
    harness.step();
    open(&mut harness, Param::LFO_CUTOFF);
    pick(&mut harness, "Copy value");
    assert!(
        harness.query_by_label("Copy value").is_none(),
        "the menu closes"
    );
    open(&mut harness, Param::FILTER_ENV);
    pick(&mut harness, "Paste 4.00 oct");
    assert_eq!(plain(&harness, Param::FILTER_ENV), 4.0);
    open(&mut harness, Param::FILTER_ENV);
    pick(&mut harness, "Reset to 0.00 oct");
    assert_eq!(plain(&harness, Param::FILTER_ENV), 0.0);
    // Octaves mean nothing in hertz.
    open(&mut harness, Param::LFO_RATE);
    let paste = harness.get_by_label("Paste value");
    assert!(paste.accesskit_node().is_disabled());
    pick(&mut harness, "Type a value");
    send(&mut harness, [Event::Text("2 Hz".to_owned())]);
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert!((plain(&harness, Param::LFO_RATE) - 2.0).abs() < 1e-4);
    // By the keyboard alone.
    focus(&mut harness, Param::TILT);
    keys(&mut harness, Modifiers::SHIFT, &[Key::Enter]);
    assert!(harness.query_by_label("Reset to −6.00 dB/oct").is_some());
}

#[test]
fn midi_learn_binds_shows_refuses_and_forgets() {
    let mut harness = harness();
    let param = Param::CUTOFF;
    let at = dial(&harness, param);
    click(&mut harness, at, PointerButton::Secondary, 1);
    harness.get_by_label("MIDI learn").click();
    harness.run_steps(3);
    let controllers =
        |harness: &WindowHarness| harness.state().model.params().controllers().awaited();
    assert_eq!(controllers(&harness), Some(param));
    // As the audio thread hears them.
    let hear = |harness: &mut WindowHarness, number: u8, value: f32| {
        harness.state().model.params().control(number, value, false);
        harness.run_steps(2);
    };
    hear(&mut harness, 64, 1.0);
    assert!(
        harness
            .query_by_label_contains("it is the sustain pedal")
            .is_some()
            || help(&harness).contains("sustain pedal")
    );
    host_calls(&harness);
    hear(&mut harness, 21, 0.5);
    assert_eq!(controllers(&harness), None);
    assert!(
        help(&harness).contains("CC 21 moves Filter Cutoff"),
        "{}",
        help(&harness)
    );
    assert_eq!(harness.state().model.normalized(param), 0.5);
    // The host is host_calls, and nothing but the learning is there to undo.
    harness.run_steps(30);
    assert!(is_one_change(&host_calls(&harness), param));
    let bound = |harness: &WindowHarness| {
        harness
            .state()
            .model
            .params()
            .controllers()
            .controller(param)
    };
    let learned = Some("Learn CC 21 for Filter Cutoff".to_owned());
    assert_eq!(harness.state_mut().model.undo(), learned);
    assert_eq!(bound(&harness), None);
    assert_eq!(harness.state_mut().model.undo(), None);
    assert_eq!(harness.state_mut().model.redo(), learned);
    assert_eq!(bound(&harness), Some(21));

    click(&mut harness, at, PointerButton::Secondary, 1);
    harness.get_by_label("Forget CC 21").click();
    harness.run_steps(3);
    hear(&mut harness, 21, 0.1);
    assert_eq!(harness.state().model.normalized(param), 0.5);
    let forgotten = Some("Forget CC 21".to_owned());
    assert_eq!(harness.state_mut().model.undo(), forgotten);
    assert_eq!(bound(&harness), Some(21));
    assert_eq!(harness.state_mut().model.redo(), forgotten);
    assert_eq!(bound(&harness), None);

    // A state that is loaded meanwhile brings its own controllers, which are no step.
    harness
        .state()
        .model
        .params()
        .controllers()
        .learn(Some(param));
    harness.run_steps(2);
    let learned = HostParams::default();
    learned.controllers().bind(30, param);
    harness
        .state()
        .model
        .params()
        .deserialize_fields(&learned.serialize_fields());
    harness.run_steps(2);
    assert_eq!(bound(&harness), Some(30));
    assert_eq!(harness.state().model.undo_name(), None);

    // Escape ends what was begun.
    click(&mut harness, at, PointerButton::Secondary, 1);
    harness.get_by_label("MIDI learn").click();
    harness.run_steps(3);
    keys(&mut harness, Modifiers::NONE, &[Key::Escape]);
    assert_eq!(controllers(&harness), None);
}

fn help(harness: &WindowHarness) -> String {
    harness.state().shell.help_text().to_owned()
}

#[test]
fn a_screen_reader_changes_values_in_numbers_in_words_and_in_steps() {
    let mut harness = harness();
    control(&harness, Param::TILT).set_value_accesskit(-3.0);
    harness.run_steps(2);
    assert!((plain(&harness, Param::TILT) + 3.0).abs() < 1e-5);
    control(&harness, Param::LFO_SHAPE).set_text_value_accesskit("Square");
    harness.run_steps(2);
    assert_eq!(plain(&harness, Param::LFO_SHAPE), 3.0);
    assert_eq!(
        value_text(&harness, Param::LFO_SHAPE).as_deref(),
        Some("Square")
    );
    control(&harness, Param::COARSE).decrement_accesskit();
    harness.run_steps(2);
    assert_eq!(plain(&harness, Param::COARSE), -1.0);
    control(&harness, Param::MPE).click_accesskit();
    harness.run_steps(2);
    assert_eq!(plain(&harness, Param::MPE), 1.0);
}

/// A message sets up a zone with MPE off, and ends it with MPE on.
#[test]
fn mpe_is_shown_as_it_is_in_force() {
    let mut harness = harness();
    let help_on = |harness: &mut WindowHarness, param: Param, zones: Option<MpeZones>| {
        let at = control(harness, param).rect().center();
        send(harness, [Event::PointerMoved(at)]);
        if let Some(zones) = zones {
            let senders = &mut harness.state_mut().senders;
            senders.telemetry.publish(|telemetry| telemetry.mpe = zones);
        }
        harness.run_steps(2);
        help(harness)
    };
    let idle = "Has no effect now. No MPE zone is in force.";
    let range = Param::MPE_BEND_RANGE;
    assert!(help_on(&mut harness, range, None).contains(idle));
    let by_message = help_on(&mut harness, range, Some(MpeZones::ALL));
    assert!(!by_message.contains(idle), "{by_message}");
    let switch = help_on(&mut harness, Param::MPE, Some(MpeZones::ALL));
    assert!(switch.starts_with("MPE: Off (sounds at On)"), "{switch}");

    harness.state_mut().model.set(Param::MPE, 1.0);
    let switch = help_on(&mut harness, Param::MPE, Some(MpeZones::ALL));
    assert!(switch.starts_with("MPE: On. "), "{switch}");
    let switch = help_on(&mut harness, Param::MPE, Some(MpeZones::default()));
    assert!(switch.starts_with("MPE: On (sounds at Off)"), "{switch}");
    assert!(help_on(&mut harness, range, Some(MpeZones::default())).contains(idle));
}

#[test]
fn modulation_and_macros_are_shown_beside_the_value() {
    let mut harness = harness();
    let target = crate::synth::parameter::MACRO_TARGETS
        .iter()
        .position(|&target| target == Param::SPREAD)
        .expect("a target");
    let model = &mut harness.state_mut().model;
    model.set(Param::SPREAD, 0.25);
    model.set(Param::macro_value(1), 1.0);
    let param = Param::macro_target(1);
    model.set(param, param.range().normalized(target as f32 + 1.0));
    model.set(Param::macro_amount(1), 0.75);
    harness.run_steps(2);
    let at = dial(&harness, Param::SPREAD);
    send(&mut harness, [Event::PointerMoved(at)]);
    let text = help(&harness);
    assert!(
        text.starts_with("Stereo Spread: 25.0 % (sounds at 75.0 %)"),
        "{text}"
    );
    // The host's modulation, which moves no value.
    let stored = harness.state().model.params().get(Param::TILT);
    let ptr = stored.and_then(HostParam::as_ptr).expect("hosts see it");
    // SAFETY: the pointer leads into the parameters of this window.
    unsafe { ptr._internal_modulate_value(0.25) };
    let at = dial(&harness, Param::TILT);
    send(&mut harness, [Event::PointerMoved(at)]);
    let text = help(&harness);
    assert!(
        text.starts_with("Tilt: −6.00 dB/oct (sounds at 3.00 dB/oct)"),
        "{text}"
    );
    assert_eq!(plain(&harness, Param::TILT), -6.0);
}

#[test]
fn the_frame_of_the_focus_does_not_touch_the_value() {
    let mut harness = harness();
    focus(&mut harness, Param::TILT);
    let place = control(&harness, Param::TILT).rect();
    let shapes = harness.output().shapes.iter().map(|shape| &shape.shape);
    let frame = shapes
        .filter_map(|shape| match shape {
            egui::Shape::Rect(rect) if rect.stroke.width > 0.0 => Some(rect),
            _ => None,
        })
        .find(|rect| {
            place.expand(2.0).contains_rect(rect.rect) && rect.rect.height() > 0.9 * place.height()
        })
        .expect("a frame");
    // The value's line ends where the control does.
    assert_eq!(frame.stroke_kind, StrokeKind::Outside);
    assert!(frame.rect.bottom() >= place.bottom());
}
