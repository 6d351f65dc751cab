//! Power switches and the morph pad, by the accessibility tree and by the mouse.

use super::*;
use crate::editor::model::power::Power;
use crate::editor::testing::host::Call;
use crate::editor::testing::window::host_calls;
use crate::editor::views::panels::spectra::PAD_NAME;
use crate::synth::parameter::RouteTarget;

/// The sections that have a switch, with one of their groups each, and the sources that have one.
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
    assert_eq!(sections().len(), 28);
    for (power, _) in sections() {
        let Some((param, _)) = power.first else {
            continue;
        };
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

/// A source without routes has nothing to be switched. With one, the switch lets it rest and move again.
#[test]
fn a_source_is_switched_by_its_routes_in_the_window() {
    let mut harness = window(WHOLE);
    let sources = sections().into_iter().filter_map(|(power, _)| power.source);
    let sources: Vec<_> = sources.collect();
    assert_eq!(sources.len(), 11);
    for (number, source) in (1..).zip(sources) {
        let name = format!("{} power", source.name());
        let switch = |harness: &WindowHarness| {
            let node = harness.get_by_role_and_label(Role::CheckBox, &name);
            let node = node.accesskit_node();
            (node.is_disabled(), node.toggled())
        };
        let is = |on: bool| Some(egui::accesskit::Toggled::from(on));
        assert_eq!(switch(&harness), (true, is(false)), "{name}");
        let route = RouteParams::of(number);
        let target = RouteTarget::of_param(Param::TILT).expect("a target");
        let model = &mut harness.state_mut().model;
        model.set_plain(route.depth, 0.3);
        model.set_plain(route.from, source.place() as f32);
        model.set_plain(route.to, target.place() as f32);
        harness.run_steps(3);
        assert_eq!(switch(&harness), (false, is(true)), "{name}");
        for bypass in [1.0, 0.0] {
            harness.get_by_role_and_label(Role::CheckBox, &name).click();
            harness.run_steps(3);
            assert_eq!(plain(&harness, route.bypass), bypass, "{name}");
            assert_eq!(switch(&harness), (false, is(bypass == 0.0)), "{name}");
        }
        harness.state_mut().model.set_plain(route.bypass, 1.0);
        harness.run_steps(3);
        assert_eq!(switch(&harness), (false, is(false)), "{name}");
    }
}

/// The switch of the levels' section begins with the shaper whose control was used last.
#[test]
fn the_switch_of_levels_begins_with_what_is_in_use() {
    let mut harness = window(WHOLE);
    show_control(&mut harness, Param::ANCHOR);
    control(&harness, Param::ANCHOR).focus();
    harness.run_steps(3);
    let switch = harness.get_by_role_and_label(Role::CheckBox, "Levels power");
    switch.click();
    harness.run_steps(3);
    assert!(plain(&harness, Param::ANCHOR) > 0.0);
    assert_eq!(plain(&harness, Param::CONTRAST), 0.0);
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
