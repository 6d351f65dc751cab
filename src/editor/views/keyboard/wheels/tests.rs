//! The wheels by hand, by keys and by a screen reader, and what the audio thread hears.

use egui::{Event, Modifiers, Pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::window::{WindowHarness, click, press, send, wheel, window};
use crate::synth;

fn heard(harness: &mut WindowHarness) -> Vec<synth::Event> {
    let mut events = Vec::new();
    harness.state_mut().keys.receive(|event| events.push(event));
    events
}

fn bend(value: f32) -> synth::Event {
    synth::Event::PitchBend { channel: 0, value }
}

fn modulation(value: f32) -> synth::Event {
    synth::Event::Controller {
        channel: 0,
        number: 1,
        value,
    }
}

fn middle(harness: &WindowHarness, name: &str) -> Pos2 {
    harness.get_by_label(name).rect().center()
}

/// Takes a wheel and pulls it upwards as far as it goes, without letting go.
fn pull(harness: &mut WindowHarness, name: &str) -> Pos2 {
    let at = middle(harness, name);
    let up = at - vec2(0.0, 300.0);
    let button = press(at, PointerButton::Primary, true, Modifiers::NONE);
    let moves = [Event::PointerMoved(at), button, Event::PointerMoved(up)];
    send(harness, moves);
    up
}

fn let_go(harness: &mut WindowHarness, at: Pos2) {
    let button = press(at, PointerButton::Primary, false, Modifiers::NONE);
    send(harness, [button]);
}

fn opened() -> WindowHarness {
    window(vec2(1_120.0, 700.0))
}

#[test]
fn the_pitch_wheel_springs_back_and_the_modulation_wheel_stays() {
    let mut harness = opened();
    let up = pull(&mut harness, "Pitch wheel");
    assert_eq!(heard(&mut harness), [bend(1.0)]);
    harness.run_steps(5);
    assert_eq!(heard(&mut harness), [], "held");
    let_go(&mut harness, up);
    assert_eq!(heard(&mut harness), [bend(0.0)]);
    let up = pull(&mut harness, "Modulation wheel");
    let_go(&mut harness, up);
    harness.run_steps(5);
    assert_eq!(heard(&mut harness), [modulation(1.0)]);
    let at = middle(&harness, "Modulation wheel");
    click(&mut harness, at, PointerButton::Primary, 2);
    assert_eq!(heard(&mut harness), [modulation(0.0)]);
}

#[test]
fn a_window_that_loses_the_focus_lets_the_pitch_go() {
    let mut harness = opened();
    pull(&mut harness, "Pitch wheel");
    assert_eq!(heard(&mut harness), [bend(1.0)]);
    send(&mut harness, [Event::WindowFocused(false)]);
    assert_eq!(heard(&mut harness), [bend(0.0)]);
}

#[test]
fn the_mouses_wheel_moves_them() {
    let mut harness = opened();
    let at = middle(&harness, "Modulation wheel");
    wheel(&mut harness, at, 2.0, Modifiers::NONE);
    assert_eq!(heard(&mut harness), [modulation(0.1)]);
    let at = middle(&harness, "Pitch wheel");
    wheel(&mut harness, at, -2.0, Modifiers::NONE);
    assert_eq!(heard(&mut harness), [bend(-0.2)]);
    // Half a second later.
    harness.run_steps(25);
    assert_eq!(heard(&mut harness), [bend(0.0)]);
}

#[test]
fn the_arrow_keys_move_them() {
    let mut harness = opened();
    harness.get_by_label("Pitch wheel").focus();
    harness.run_steps(2);
    harness.key_down(Key::PageUp);
    harness.run_steps(5);
    assert_eq!(heard(&mut harness), [bend(0.5)]);
    harness.key_up(Key::PageUp);
    harness.run_steps(2);
    assert_eq!(heard(&mut harness), [bend(0.0)]);
    harness.get_by_label("Modulation wheel").focus();
    harness.run_steps(2);
    harness.key_press(Key::End);
    harness.run_steps(3);
    assert_eq!(heard(&mut harness), [modulation(1.0)]);
    harness.key_press(Key::Delete);
    harness.run_steps(3);
    assert_eq!(heard(&mut harness), [modulation(0.0)]);
}

#[test]
fn a_screen_reader_reads_and_sets_them() {
    let mut harness = opened();
    for (name, event, text) in [
        ("Pitch wheel", bend(-0.5), "−50 %"),
        ("Modulation wheel", modulation(0.0), "0 %"),
    ] {
        harness.get_by_label(name).set_value_accesskit(-0.5);
        harness.run_steps(30);
        let node = harness.get_by_label(name).accesskit_node();
        assert_eq!(node.data().value(), Some(text), "{name}");
        let expected = match event {
            synth::Event::Controller { .. } => vec![],
            event => vec![event],
        };
        assert_eq!(heard(&mut harness), expected, "{name}");
    }
}
