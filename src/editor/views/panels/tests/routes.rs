//! The table of the routes.

use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::testing::window::{click, send, wheel};

/// A window of this size with the table, in which route 1 leads from LFO 2 to this target.
fn table(size: Vec2, target: &str) -> WindowHarness {
    let mut harness = window(size);
    show(&mut harness, "Routes");
    let route = RouteParams::of(1);
    control(&harness, route.from).set_text_value_accesskit("LFO 2");
    control(&harness, route.to).set_text_value_accesskit(target);
    harness.run_steps(2);
    assert_eq!(value_text(&harness, route.from).as_deref(), Some("LFO 2"));
    assert_eq!(value_text(&harness, route.to).as_deref(), Some(target));
    harness
}

/// Types a value over the one that a control shows.
fn type_value(harness: &mut WindowHarness, param: Param, text: &str) {
    control(harness, param).focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    send(harness, [Event::Text(text.to_owned())]);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
}

#[test]
fn a_depth_is_written_and_typed_in_the_unit_of_its_target() {
    let depth = RouteParams::of(1).depth;
    for (target, typed, part, text) in [
        ("Partials Level", "4.2", 4.2 / 24.0, "+4.20 dB"),
        ("Partials Level", "−6 dB", -0.25, "−6.00 dB"),
        // Beyond the span, and in parts of it.
        ("Partials Level", "100 dB", 1.0, "+24.00 dB"),
        ("Partials Level", "50 %", 0.5, "+12.00 dB"),
        ("Pitch", "1,000 ct", 1_000.0 / 1_200.0, "+1000.00 ct"),
        ("Filter Cutoff", "-2,5 oct", -2.5 / 8.0, "−2.50 oct"),
        ("Partials Pan", "30 %", 0.3, "+30.0 %"),
        // Its range is 6 to 48 dB/oct.
        ("Filter Slope", "-3", -3.0 / 42.0, "−3.00 dB/oct"),
        ("Route 2 Depth", "20", 0.2, "+20.0 %"),
    ] {
        let mut harness = table(LARGE, target);
        type_value(&mut harness, depth, typed);
        let found = plain(&harness, depth);
        assert!((found - part).abs() < 1e-4, "{target} {typed}: {found}");
        assert_eq!(value_text(&harness, depth).as_deref(), Some(text));
        // A screen reader may write it too.
        control(&harness, depth).set_text_value_accesskit("0");
        harness.run_steps(2);
        assert_eq!(plain(&harness, depth), 0.0);
        control(&harness, depth).set_text_value_accesskit(text);
        harness.run_steps(2);
        assert_eq!(value_text(&harness, depth).as_deref(), Some(text));
    }
    // Without a target, in parts of whatever comes.
    let mut harness = table(LARGE, "None");
    type_value(&mut harness, depth, "20");
    assert_eq!(value_text(&harness, depth).as_deref(), Some("20.0 %"));
}

#[test]
fn the_wheel_and_keys_move_what_is_in_a_line_and_undo_brings_it_back() {
    let mut harness = table(SMALL, "Pan");
    let route = RouteParams::of(1);
    let at = control(&harness, route.depth).rect().center();
    wheel(&mut harness, at, 1.0, Modifiers::NONE);
    let moved = plain(&harness, route.depth);
    assert!(moved > 0.0);
    // The table has not gone with it.
    assert_eq!(control(&harness, route.depth).rect().center(), at);
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Route 1 Depth"));
    harness.run_steps(2);
    assert_eq!(plain(&harness, route.depth), 0.0);

    control(&harness, route.bend).focus();
    harness.run_steps(2);
    harness.key_press(Key::ArrowUp);
    harness.run_steps(2);
    assert!(plain(&harness, route.bend) > 0.0);

    let at = control(&harness, route.bypass).rect().center();
    click(&mut harness, at, PointerButton::Primary, 1);
    assert_eq!(plain(&harness, route.bypass), 1.0);
    assert_eq!(value_text(&harness, route.bypass).as_deref(), Some("On"));
}

#[test]
fn a_source_and_a_target_are_picked_from_their_lists() {
    let mut harness = window(SMALL);
    show(&mut harness, "Routes");
    let route = RouteParams::of(2);
    for param in [route.from, route.to] {
        let labels = param.range().labels().expect("a choice");
        let label = *labels.last().expect("a label");
        let at = control(&harness, param).rect().center();
        click(&mut harness, at, PointerButton::Primary, 1);
        harness.key_press(Key::End);
        harness.run_steps(3);
        // The last of a long list is scrolled to.
        let entry = harness.query_all_by_role(Role::Button);
        let entry = entry
            .filter(|node| node.accesskit_node().label().as_deref() == Some(label))
            .map(|node| node.rect().center())
            .next()
            .expect("an entry");
        assert!(entry.y < SMALL.y, "{label} at {entry}");
        click(&mut harness, entry, PointerButton::Primary, 1);
        assert_eq!(value_text(&harness, param).as_deref(), Some(label));
    }
}

#[test]
fn the_lines_stand_in_two_columns_where_there_is_width_for_them() {
    let lefts = |size: Vec2| {
        let mut harness = window(size);
        show(&mut harness, "Routes");
        [1, 12, 13].map(|number| control(&harness, RouteParams::of(number).from).rect().min)
    };
    let [first, twelfth, thirteenth] = lefts(LARGE);
    assert_eq!(thirteenth.y, first.y);
    assert!(thirteenth.x > twelfth.x && twelfth.y > first.y);
    let [first, _, thirteenth] = lefts(vec2(1_280.0, 800.0));
    assert_eq!(thirteenth.x, first.x);
    assert!(thirteenth.y > first.y);
}

/// Behind the routes, with its target and amount; what it does not have says so.
#[test]
fn the_macros_own_targets_stand_in_the_table() {
    for size in [SMALL, LARGE] {
        let mut harness = window(size);
        show(&mut harness, "Routes");
        let (target, amount) = (Param::macro_target(8), Param::macro_amount(8));
        let among = |param: Param| format!("{} among the routes", param.row().name);
        harness
            .get_by_label(&among(target))
            .set_text_value_accesskit("Filter Attack");
        harness.get_by_label(&among(amount)).focus();
        harness.run_steps(4);
        harness.key_press(Key::ArrowUp);
        harness.run_steps(2);
        assert_eq!(target.text(plain(&harness, target)), "Filter Attack");
        assert!(plain(&harness, amount) > 0.0);
        // It has been scrolled to.
        let line = harness.get_by_label(&among(amount)).rect();
        assert!(line.bottom() < size.y, "{line}");
        for value in ["Via", "Bend", "Partials", "Bypass"] {
            let label = format!("Macro 8 Target has no {value}: only routes have one");
            let place = harness.get_by_label(&label).rect();
            assert_eq!(place.center().y, line.center().y);
        }
        let last = control(&harness, RouteParams::of(24).from).rect();
        assert!(line.top() >= last.bottom());
    }
}
