//! Steps of what moves the tone, and of the routes from it.

use aliquot::synth::Param;
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{LfoParams, ROUTE_TARGETS, RouteParams, RouteTarget};

use crate::audible::*;
use crate::rig::*;

/// The groups of the modulators.
pub const GROUPS: [Group; 10] = [
    Group::Lfo,
    Group::Lfo2,
    Group::Lfo3,
    Group::Lfo4,
    Group::Sequence1,
    Group::Sequence2,
    Group::Curve1,
    Group::Curve2,
    Group::Curve3,
    Group::Curve4,
];

/// Steps all parameters of these groups, continuous or not.
fn make_groups(groups: &[Group], least: usize) {
    let mut steps = Steps::default();
    for param in Param::all().filter(|param| groups.contains(&param.row().group)) {
        let mut patch = audible(param);
        let id = param.row().id;
        if let Some(of) = id.strip_suffix("_division") {
            let sync = Param::from_id(&format!("{of}_sync"));
            // Sequences always follow the tempo.
            sync.into_iter().for_each(|sync| patch.set(sync, 1.0));
        }
        // No line leads to the first point.
        if !id.ends_with("_point_1_bend") {
            steps.make_all(param.row().name, &patch, param, 57);
        }
    }
    steps.assert(least);
}

#[test]
fn a_step_of_an_lfo_does_not_click() {
    make_groups(&GROUPS[..4], 130);
}

#[test]
fn a_step_of_a_sequence_does_not_click() {
    make_groups(&GROUPS[4..6], 200);
}

#[test]
fn a_step_of_a_curve_does_not_click() {
    make_groups(&GROUPS[6..], 600);
}

/// A route is added, removed, bypassed, or moved to another target while it moves something.
#[test]
fn a_change_of_a_route_does_not_click() {
    let mut steps = Steps::default();
    let mut sine = busy();
    sine.set(Param::PARTIALS, 1.0);
    sine.set(Param::macro_value(1), 1.0);
    let route = RouteParams::of(3);
    let source = |label| route.from.parse(label).expect("a source");
    for from in ["Macro 1", "LFO 2"] {
        let mut patch = sine;
        patch.set(route.from, source(from));
        patch.set(route.depth, 0.2);
        patch.set(LfoParams::of(2).fan_phase, 0.5);
        for target in 1..=ROUTE_TARGETS.len() {
            patch.set(route.to, target as f32);
            for (param, value) in [
                (route.to, 0.0),
                (route.bypass, 1.0),
                (route.depth, -0.2),
                (route.via, source("Macro 8")),
                (route.to, (1 + target % ROUTE_TARGETS.len()) as f32),
            ] {
                let mut changed = patch;
                changed.set(param, value);
                let name = "";
                let what = param.row().name;
                steps.make(name, &patch, &changed, 81, what);
                steps.make(name, &changed, &patch, 81, &format!("back, {what}"));
            }
        }
    }
    steps.assert(3_000);
}

/// On a tone in which the target is heard.
#[test]
fn a_step_of_the_depth_of_a_route_does_not_click() {
    let mut steps = Steps::default();
    let route = RouteParams::of(2);
    for (place, target) in (1..).zip(ROUTE_TARGETS) {
        let RouteTarget::Own(moved) = target else {
            continue;
        };
        let is_depth = moved.row().group == Group::Routes;
        if is_depth || is_of_effects(moved) || OF_OTHER_NOTES.contains(&moved) {
            continue;
        }
        let mut patch = audible(moved);
        patch.set(Param::macro_value(1), 1.0);
        set_label(&mut patch, route.from, "Macro 1");
        patch.set(route.to, place as f32);
        steps.make_all(moved.row().name, &patch, route.depth, 57);
    }
    steps.assert(120);
}
