//! Choices and their lists.

use super::*;

#[test]
fn a_choice_is_picked_from_its_list() {
    let mut harness = harness();
    for (param, label, value) in [
        (Param::FILTER_TYPE, "Low Pass", 1.0),
        (Param::macro_target(3), "Filter Cutoff", 9.0),
    ] {
        let at = control(&harness, param).rect().center_top() + vec2(0.0, 10.0);
        click(&mut harness, at, PointerButton::Primary, 1);
        // A control of that name may be there as well, which is no button.
        harness.get_by_role_and_label(Role::Button, label).click();
        harness.run_steps(3);
        assert_eq!(plain(&harness, param), value, "{label}");
        assert_eq!(value_text(&harness, param).as_deref(), Some(label));
    }
}

#[test]
fn keys_walk_an_open_list_downwards_and_pick_from_it() {
    let mut harness = harness();
    let param = Param::FILTER_TYPE;
    let open = |harness: &mut WindowHarness| {
        let at = control(harness, param).rect().center_top() + vec2(0.0, 10.0);
        click(harness, at, PointerButton::Primary, 1);
    };
    let is_open = |harness: &WindowHarness| harness.query_by_label("Notch").is_some();
    let low_pass = param.range().normalized(1.0);
    harness.state_mut().model.set(param, low_pass);
    harness.run_steps(2);
    host_calls(&harness);
    open(&mut harness);
    assert!(is_open(&harness));
    // Down is down: from Low Pass to Band Pass. Nothing is chosen yet.
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowDown]);
    assert_eq!(value_text(&harness, param).as_deref(), Some("Band Pass"));
    assert_eq!(plain(&harness, param), 1.0);
    assert_eq!(host_calls(&harness), []);
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert!(!is_open(&harness));
    assert_eq!(plain(&harness, param), 2.0);
    assert!(control(&harness, param).is_focused());
    // Up is up, and the ends hold.
    keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
    assert!(is_open(&harness), "Enter opens it again");
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowUp, Key::ArrowUp]);
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowUp, Key::Space]);
    assert_eq!(plain(&harness, param), 0.0);
    let last = (param.range().labels().expect("a choice").len() - 1) as f32;
    for (walk, expected) in [(Key::End, last), (Key::Home, 0.0), (Key::PageDown, last)] {
        keys(&mut harness, Modifiers::NONE, &[Key::Enter]);
        keys(&mut harness, Modifiers::NONE, &[walk, Key::Enter]);
        assert_eq!(plain(&harness, param), expected, "{walk:?}");
    }
    // Escape leaves it, and the keys go on from what is chosen.
    keys(&mut harness, Modifiers::NONE, &[Key::Enter, Key::Home]);
    keys(&mut harness, Modifiers::NONE, &[Key::Escape]);
    assert!(!is_open(&harness));
    assert_eq!(plain(&harness, param), last);
    assert!(control(&harness, param).is_focused());
}

#[test]
fn a_closed_choice_is_walked_as_its_list_is() {
    let mut harness = harness();
    let param = Param::FILTER_TYPE;
    focus(&mut harness, param);
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowDown]);
    assert_eq!(plain(&harness, param), 1.0);
    keys(
        &mut harness,
        Modifiers::NONE,
        &[Key::ArrowRight, Key::ArrowUp],
    );
    assert_eq!(plain(&harness, param), 1.0);
    keys(&mut harness, Modifiers::NONE, &[Key::PageDown]);
    let last = (param.range().labels().expect("a choice").len() - 1) as f32;
    assert_eq!(plain(&harness, param), last);
    let at = control(&harness, param).rect().center_top() + vec2(0.0, 10.0);
    // Towards the user is down the list.
    wheel(&mut harness, at, 1.0, Modifiers::NONE);
    assert_eq!(plain(&harness, param), last - 1.0);
    // A switch goes up to On.
    focus(&mut harness, Param::LFO_SYNC);
    keys(&mut harness, Modifiers::NONE, &[Key::ArrowUp]);
    assert_eq!(plain(&harness, Param::LFO_SYNC), 1.0);
}
