//! Values and names that are typed.

use super::*;

#[test]
fn a_value_is_typed_with_or_without_its_unit() {
    let mut harness = harness();
    let param = Param::CUTOFF;
    for (text, hz) in [
        ("440", 440.0),
        ("1.5 kHz", 1_500.0),
        ("1,5 kHz", 1_500.0),
        ("1,000", 1_000.0),
        ("A4", 440.0),
        ("C#3", 138.5913),
        ("99999", 20_000.0),
    ] {
        focus(&mut harness, param);
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        let field = "Filter Cutoff value";
        assert!(harness.get_by_label(field).is_focused());
        // What stood there is selected, and written over.
        send(&mut harness, [Event::Text(text.to_owned())]);
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        assert!((plain(&harness, param) / hz - 1.0).abs() < 1e-4, "{text}");
        assert!(harness.query_by_label(field).is_none());
        assert!(
            control(&harness, param).is_focused(),
            "the focus comes back"
        );
        assert_eq!(
            value_text(&harness, param),
            Some(current_text(param, &harness.state().model))
        );
    }
    // What means nothing stays to be mended, and Escape leaves the old value.
    let before = plain(&harness, param);
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    send(&mut harness, [Event::Text("loud".to_owned())]);
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert!(harness.query_by_label("Filter Cutoff value").is_some());
    harness.get_by_label_contains("\"loud\" is no value");
    keys(&mut harness, Modifiers::NONE, &[Key::Escape]);
    assert!(harness.query_by_label("Filter Cutoff value").is_none());
    assert_eq!(plain(&harness, param), before);
    // Whoever goes on has the value, if it is one.
    for (text, hz) in [("880", 880.0), ("loud", 880.0)] {
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        send(&mut harness, [Event::Text(text.to_owned())]);
        keys(&mut harness, Modifiers::NONE, &[Key::Tab]);
        assert!((plain(&harness, param) / hz - 1.0).abs() < 1e-4, "{text}");
        focus(&mut harness, param);
    }
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    send(&mut harness, [Event::Text("1234".to_owned())]);
    let elsewhere = dial(&harness, Param::TILT);
    click(&mut harness, elsewhere, PointerButton::Primary, 1);
    assert!((plain(&harness, param) / 1_234.0 - 1.0).abs() < 1e-4);
    assert!(control(&harness, Param::TILT).is_focused());
}

#[test]
fn a_click_on_the_value_lets_one_type_it() {
    let mut harness = harness();
    let value = |harness: &WindowHarness, param| {
        control(harness, param).rect().center_bottom() - vec2(0.0, 6.0)
    };
    let at = value(&harness, Param::macro_value(1));
    let below = control(&harness, Param::macro_target(1)).rect();
    click(&mut harness, at, PointerButton::Primary, 1);
    assert!(harness.get_by_label("Macro 1 value").is_focused());
    // Nothing moves to make room for it.
    assert_eq!(control(&harness, Param::macro_target(1)).rect(), below);
    // A click elsewhere leaves the value as it was.
    let at = value(&harness, Param::FINE);
    click(&mut harness, at, PointerButton::Primary, 1);
    assert_eq!(plain(&harness, Param::macro_value(1)), 0.0);
    // With either minus sign, as it is shown and as keyboards write it.
    for text in ["-12.5", "−12,5"] {
        send(&mut harness, [Event::Text(text.to_owned())]);
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        assert_eq!(plain(&harness, Param::FINE), -12.5);
        assert_eq!(
            value_text(&harness, Param::FINE).as_deref(),
            Some("−12.50 ct")
        );
        harness.state_mut().model.set(Param::FINE, 0.5);
        click(&mut harness, at, PointerButton::Primary, 1);
    }
}

/// The middle of the name below a knob.
fn name_place(harness: &WindowHarness, param: Param) -> Pos2 {
    crate::editor::widgets::knob_places::name_line(control(harness, param).rect()).center()
}

#[test]
fn a_double_click_on_the_name_of_a_macro_lets_one_change_it() {
    let mut harness = harness();
    let param = Param::macro_value(2);
    let field = "Macro 2 name";
    harness.state_mut().model.set(param, 0.25);
    harness.step();
    let name = |harness: &WindowHarness| harness.state().model.macro_name(2);
    let below = control(&harness, Param::macro_target(2)).rect();
    let at = name_place(&harness, param);
    for (text, key, expected) in [
        ("Bow", Key::Enter, "Bow"),
        ("Reed", Key::Escape, "Bow"),
        (
            "Position of the bow on the string",
            Key::Tab,
            "Position of the bow on t",
        ),
        (" ", Key::Enter, ""),
    ] {
        harness.run_steps(30);
        click(&mut harness, at, PointerButton::Primary, 2);
        assert!(harness.get_by_label(field).is_focused());
        // Nothing moves to make room for it.
        assert_eq!(control(&harness, Param::macro_target(2)).rect(), below);
        // What stood there is selected, and written over.
        send(&mut harness, [Event::Text(text.to_owned())]);
        keys(&mut harness, Modifiers::NONE, &[key]);
        assert_eq!(name(&harness), expected);
        assert!(harness.query_by_label(field).is_none());
        assert_eq!(plain(&harness, param), 0.25, "it is not reset");
    }
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Rename Macro 2"));
    // Elsewhere on the knob a double click resets, as on all others.
    let at = dial(&harness, param);
    harness.run_steps(30);
    click(&mut harness, at, PointerButton::Primary, 2);
    assert_eq!(plain(&harness, param), 0.0);
    harness.state_mut().model.set(Param::TILT, 1.0);
    harness.run_steps(30);
    let at = name_place(&harness, Param::TILT);
    click(&mut harness, at, PointerButton::Primary, 2);
    assert_eq!(plain(&harness, Param::TILT), Param::TILT.row().default);
}

#[test]
fn the_menu_of_a_macro_renames_it_and_the_help_line_has_the_name() {
    let mut harness = harness();
    let param = Param::macro_value(8);
    let at = dial(&harness, param);
    click(&mut harness, at, PointerButton::Secondary, 1);
    harness.get_by_label("Rename").click();
    harness.run_steps(3);
    send(&mut harness, [Event::Text("Reed".to_owned())]);
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert_eq!(harness.state().model.macro_name(8), "Reed");
    assert!(
        control(&harness, param).is_focused(),
        "the focus comes back"
    );
    send(&mut harness, [Event::PointerMoved(at)]);
    assert!(
        help(&harness).starts_with("Macro 8, Reed: "),
        "{}",
        help(&harness)
    );
    // Others have no name to change.
    let at = dial(&harness, Param::TILT);
    click(&mut harness, at, PointerButton::Secondary, 1);
    assert!(harness.query_by_label("Copy value").is_some());
    assert!(harness.query_by_label("Rename").is_none());
}

/// Where an id changes with a field that opens or closes, egui gives up the menu that was opened by the click which
/// closed the field.
#[test]
fn a_field_leaves_the_ids_of_all_else() {
    let mut harness = harness();
    let ids = |harness: &WindowHarness| {
        let nodes = harness.root().children_recursive();
        let ids = nodes.filter_map(|node| {
            let node = node.accesskit_node();
            Some((node.label()?, node.id()))
        });
        ids.collect::<Vec<_>>()
    };
    for param in [Param::A4, Param::CUTOFF, Param::macro_value(2)] {
        show_control(&mut harness, param);
        focus(&mut harness, param);
        let before = ids(&harness);
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        let field = format!("{} value", param.row().name);
        harness.get_by_label(&field);
        let mut during = ids(&harness);
        during.retain(|(label, _)| *label != field);
        assert_eq!(before, during, "{field}");
        keys(&mut harness, Modifiers::NONE, &[Key::Escape]);
    }
}
