//! Power switches and the morph pad, by the accessibility tree and by the mouse.

use super::*;
use crate::editor::model::power::Power;
use crate::editor::testing::host::Call;
use crate::editor::testing::window::host_calls;
use crate::editor::views::panels::spectra::PAD_NAME;

/// The sections that have a switch, with one of their groups each.
fn sections() -> Vec<(Power, Group)> {
    let mut sections: Vec<(Power, Group)> = Vec::new();
    for group in Param::all().map(|param| param.row().group) {
        if let Some(power) = Power::of(group)
            && sections.iter().all(|(other, _)| other.name != power.name)
        {
            sections.push((power, group));
        }
    }
    sections
}

/// Each section has one switch, which is named after it and says whether it is on. It takes the section out of
/// the sound, and brings back what was set.
#[test]
fn each_section_is_switched_in_the_window() {
    let mut harness = window(WHOLE);
    assert_eq!(sections().len(), 17);
    for (power, _) in sections() {
        let name = format!("{} power", power.name);
        let switch = |harness: &WindowHarness| {
            let node = harness.get_by_role_and_label(Role::CheckBox, &name);
            node.accesskit_node().toggled()
        };
        let click = |harness: &mut WindowHarness| {
            harness.get_by_role_and_label(Role::CheckBox, &name).click();
            harness.run_steps(3);
        };
        let is = |on: bool| Some(egui::accesskit::Toggled::from(on));
        let at_rest = harness.state().model.patch();
        assert_eq!(switch(&harness), is(false), "{name}");
        click(&mut harness);
        assert_eq!(switch(&harness), is(true), "{name}");
        let (param, _) = power.first;
        assert_ne!(plain(&harness, param), param.row().default, "{name}");
        // Another value than the first comes back as well.
        let set = 0.5 * (harness.state().model.normalized(param) + 1.0);
        harness.state_mut().model.set(param, set);
        let on = harness.state().model.patch();
        harness.run_steps(2);
        click(&mut harness);
        assert_eq!(harness.state().model.patch(), at_rest, "{name}");
        click(&mut harness);
        assert_eq!(harness.state().model.patch(), on, "{name}");
        click(&mut harness);
        assert_eq!(harness.state().model.patch(), at_rest, "{name}");
    }
}

/// What a section was set to in one sound does not come into another.
#[test]
fn a_switch_forgets_the_sound_before() {
    let mut harness = window(WHOLE);
    let name = "Frequency Shift";
    let param = Param::SHIFT;
    assert_eq!(param.row().name, name);
    harness.state_mut().model.set_plain(param, 40.0);
    harness.run_steps(2);
    let click = |harness: &mut WindowHarness| {
        let switch = harness.get_by_role_and_label(Role::CheckBox, "Frequency Laws power");
        switch.click();
        harness.run_steps(3);
    };
    click(&mut harness);
    let state = harness.state_mut();
    let preset = crate::state::starting_presets()[0];
    let preset = crate::state::Preset::parse(preset.text).expect("a preset");
    state.model.load_preset("another", &preset);
    harness.run_steps(2);
    if Power::of(Group::Laws).is_some_and(|power| harness.state().model.is_power_on(&power)) {
        click(&mut harness);
    }
    click(&mut harness);
    assert_eq!(plain(&harness, param), preset.patch.plain(param));
}

/// A drag over the pad is one gesture of both ways and one step to undo; its corners are exact, also beyond
/// its edges.
#[test]
fn the_pad_is_dragged_to_its_corners() {
    let mut harness = window(LARGE);
    let [x, y] = [Param::MORPH_X, Param::MORPH_Y];
    let pad = harness.get_by_label(PAD_NAME).rect();
    assert!(pad.width() > 40.0 && pad.height() > 40.0, "{pad}");
    for (corner, expected, value) in [
        (
            pad.right_top() + vec2(-1.0, 1.0),
            [1.0, 1.0],
            "100 %, 100 %",
        ),
        (pad.left_top() - vec2(30.0, 30.0), [0.0, 1.0], "0 %, 100 %"),
        (
            pad.right_bottom() - vec2(1.0, 1.0),
            [1.0, 0.0],
            "100 %, 0 %",
        ),
        (pad.left_bottom() + vec2(1.0, 0.0), [0.0, 0.0], "0 %, 0 %"),
        (pad.center(), [0.5, 0.5], "50 %, 50 %"),
    ] {
        let from = pad.center() + vec2(9.0, -5.0);
        host_calls(&harness);
        drag(&mut harness, from, corner, Modifiers::NONE);
        for (param, expected) in [x, y].into_iter().zip(expected) {
            assert!((plain(&harness, param) - expected).abs() < 1e-6, "{value}");
        }
        let node = harness.get_by_label(PAD_NAME);
        assert_eq!(node.accesskit_node().data().value(), Some(value));
        let calls = host_calls(&harness);
        // A path that does not change is not reported.
        let count = |call: Call| calls.iter().filter(|other| **other == call).count();
        let begun = [x, y].map(|param| count(Call::Begin(param)));
        assert_eq!(
            begun,
            [x, y].map(|param| count(Call::End(param))),
            "{value}"
        );
        assert!(begun.contains(&1) && begun.iter().all(|&count| count <= 1));
    }
    harness.state_mut().model.undo();
    assert_eq!([x, y].map(|param| plain(&harness, param)), [0.0, 0.0]);
}
