//! The strip in whole windows without a screen.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Shape, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::model::routes::{NewRoute, NoRoute, RouteId};
use crate::editor::testing::window::{
    WHOLE, WindowHarness, click, control, drag, plain, send, value_text, window,
};
use crate::state::{Preset, starting_presets};
use crate::synth::Param;
use crate::synth::parameter::{MACROS, RouteParams, RouteTarget};

const SIZES: [Vec2; 3] = [
    vec2(800.0, 500.0),
    vec2(1_280.0, 800.0),
    vec2(1_600.0, 1_000.0),
];

fn source(harness: &WindowHarness, name: &str) -> Rect {
    harness.get_by_label(&format!("Source {name}")).rect()
}

/// The names of the sources and targets of routes 1 to 3.
fn routes(harness: &WindowHarness) -> Vec<(String, String)> {
    let routes = harness.state().model.used_routes();
    routes
        .iter()
        .map(|route| (route.source_text(), route.target.label().to_owned()))
        .collect()
}

fn drop_on(harness: &mut WindowHarness, name: &str, at: Pos2) {
    let from = source(harness, name).center();
    drag(harness, from, at, Modifiers::NONE);
    harness.run_steps(3);
}

#[test]
fn every_source_has_its_place_in_every_window() {
    for size in SIZES {
        let harness = window(size);
        let mut right = 0.0;
        for each in SourceId::all() {
            let place = source(&harness, each.name());
            assert!(place.left() >= right, "{}", each.name());
            assert!(place.width() >= 12.0 && place.height() >= 24.0);
            right = place.right();
        }
        assert!(right <= size.x, "{size}: {right}");
    }
}

#[test]
fn a_source_in_use_is_wide() {
    let mut harness = window(SIZES[2]);
    let narrow = source(&harness, "LFO 2").width();
    let wide = source(&harness, "Amp Envelope").width();
    assert!(wide > 1.5 * narrow);
    let at = control(&harness, Param::TILT).rect().center();
    drop_on(&mut harness, "LFO 2", at);
    assert_eq!(source(&harness, "LFO 2").width(), wide);
    assert_eq!(source(&harness, "LFO 3").width(), narrow);
}

/// A macro has its name where there is room for all of it, else its letters.
#[test]
fn no_name_in_the_strip_is_cut_short() {
    let mut starting = starting_presets().iter();
    let starting = starting.find(|starting| starting.name == "Gut and Rosin");
    let preset = Preset::parse(starting.expect("a preset").text).expect("a sound");
    for size in SIZES {
        let mut harness = window(size);
        harness.state_mut().model.load_preset("a", &preset);
        harness.run_steps(3);
        let mut whole = 0;
        for number in 1..=MACROS {
            let place = source(&harness, &format!("Macro {number}"));
            let shapes = harness.output().shapes.iter();
            let galleys = shapes.filter_map(|clipped| match &clipped.shape {
                Shape::Text(text) => Some((&text.galley, text.visual_bounding_rect())),
                _ => None,
            });
            let written: Vec<_> = galleys
                .filter(|(_, at)| place.contains(at.center()))
                .collect();
            let name = preset.macro_names.get(number);
            for (galley, at) in &written {
                let is_letters = galley.text() == format!("M{number}");
                assert!(galley.text() == name || is_letters, "{}", galley.text());
                assert!(!galley.elided && place.x_range().contains(at.left()));
                assert!(place.x_range().contains(at.right()), "{}", galley.text());
            }
            whole += written
                .iter()
                .filter(|(galley, _)| galley.text() == name)
                .count();
        }
        assert!(size != SIZES[2] || whole > MACROS / 2, "{whole}");
    }
}

#[test]
fn a_source_that_is_dropped_on_a_control_moves_it_as_one_step() {
    for size in SIZES {
        let mut harness = window(size);
        let at = control(&harness, Param::TILT).rect().center();
        drop_on(&mut harness, "LFO 3", at);
        let expected = [("LFO 3".to_owned(), "Tilt".to_owned())];
        assert_eq!(routes(&harness), expected);
        let depth = RouteParams::of(1).depth;
        assert!(plain(&harness, depth) > 0.1);
        // Its depth stands in the control's menu.
        assert!(value_text(&harness, depth).is_some_and(|text| text.ends_with("dB/oct")));
        let told = harness.state().shell.help_text().to_owned();
        assert!(told.contains("LFO 3 moves Tilt"), "{told}");
        // The same again makes no second route.
        harness.key_press(Key::Escape);
        harness.run_steps(2);
        drop_on(&mut harness, "LFO 3", at);
        assert_eq!(routes(&harness), expected);
        let undone = harness.state_mut().model.undo();
        assert_eq!(undone.as_deref(), Some("Modulate Tilt by LFO 3"));
        harness.run_steps(2);
        assert_eq!(routes(&harness), []);
    }
}

#[test]
fn what_a_control_stands_for_is_moved_and_what_stands_for_nothing_is_not() {
    let mut harness = window(WHOLE);
    for (param, target) in [
        (Param::CUTOFF, "Filter Cutoff"),
        (Param::FINE, "Pitch"),
        (Param::LEVEL, "Output Level"),
        (Param::BALANCE, "Pan"),
        (Param::LFO_RATE, "LFO 1 Rate"),
    ] {
        let target = if param == Param::LEVEL {
            "Level"
        } else {
            target
        };
        let at = control(&harness, param).rect().center();
        drop_on(&mut harness, "Wheel", at);
        let last = routes(&harness).last().cloned();
        assert_eq!(last, Some(("Wheel".to_owned(), target.to_owned())));
        harness.key_press(Key::Escape);
        harness.run_steps(2);
    }
    let count = routes(&harness).len();
    for param in [Param::PARTIALS, Param::VOICES] {
        let at = control(&harness, param).rect().center();
        drop_on(&mut harness, "Wheel", at);
        assert_eq!(routes(&harness).len(), count, "{}", param.row().name);
        // Nor has the control been dragged.
        let moved = (plain(&harness, param) - param.row().default).abs();
        assert!(moved < 1e-6, "{}: {moved}", param.row().name);
    }
}

#[test]
fn without_a_free_place_the_window_says_so() {
    let mut harness = window(SIZES[2]);
    for target in crate::synth::parameter::ROUTE_TARGETS.into_iter().take(24) {
        let new = NewRoute {
            source: SourceId::of_place(1).expect("a source"),
            target,
            partials: 0,
        };
        assert!(harness.state_mut().model.add_route(new).is_ok());
    }
    let before = routes(&harness);
    let at = control(&harness, Param::FINE).rect().center();
    drop_on(&mut harness, "LFO 4", at);
    assert_eq!(routes(&harness), before);
    let told = harness.state().shell.help_text().to_owned();
    assert!(told.contains("All 24 routes are in use"), "{told}");
}

#[test]
fn a_click_brings_up_the_controls_of_a_source() {
    let mut harness = window(SIZES[0]);
    for (name, param) in [
        ("Curve 3", crate::synth::parameter::CurveParams::of(3).mode),
        ("LFO 4", crate::synth::parameter::LfoParams::of(4).shape),
        ("Macro 5", Param::macro_value(5)),
        ("Filter Envelope", Param::FILTER_ATTACK),
    ] {
        assert!(harness.query_by_label(param.row().name).is_none());
        let at = source(&harness, name).center();
        click(&mut harness, at, PointerButton::Primary, 1);
        harness.run_steps(2);
        control(&harness, param);
    }
}

fn focused(harness: &WindowHarness) -> Option<String> {
    let mut nodes = harness.root().children_recursive();
    let node = nodes.find(|node| node.is_focused())?;
    node.accesskit_node().label()
}

#[test]
fn the_keyboard_walks_the_strip_and_makes_routes_from_controls() {
    let mut harness = window(SIZES[1]);
    harness.get_by_label("Source Amp Envelope").focus();
    harness.run_steps(2);
    for (key, name) in [
        (Key::ArrowRight, "Filter Envelope"),
        (Key::ArrowRight, "Curve 1"),
        (Key::End, "Macro 8"),
        (Key::ArrowRight, "Macro 8"),
        (Key::ArrowLeft, "Macro 7"),
        (Key::Home, "Amp Envelope"),
    ] {
        harness.key_press(key);
        harness.run_steps(3);
        assert_eq!(focused(&harness), Some(format!("Source {name}")), "{key:?}");
    }
    // From a control: M, a source, and its depth in the unit of the target.
    control(&harness, Param::TILT).focus();
    harness.run_steps(2);
    harness.key_press(Key::M);
    harness.run_steps(3);
    assert_eq!(focused(&harness).as_deref(), Some("Amp Envelope"));
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let expected = [("Amp Envelope".to_owned(), "Tilt".to_owned())];
    assert_eq!(routes(&harness), expected);
    send(&mut harness, [Event::Text("-3".to_owned())]);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let depth = plain(&harness, RouteParams::of(1).depth);
    let span = RouteTarget::Own(Param::TILT).span();
    assert!((depth * span + 3.0).abs() < 1e-3, "{depth}");
}

#[test]
fn the_routes_of_a_control_and_of_a_source_are_set_in_their_menus() {
    let mut harness = window(SIZES[1]);
    let at = control(&harness, Param::TILT).rect().center();
    drop_on(&mut harness, "LFO 2", at);
    let route = RouteParams::of(1);
    for place in ["menu", "strip"] {
        harness.key_press(Key::Escape);
        harness.run_steps(3);
        assert!(harness.query_by_label(route.bypass.row().name).is_none());
        let at = match place {
            "menu" => at,
            _ => source(&harness, "LFO 2").center(),
        };
        click(&mut harness, at, PointerButton::Secondary, 1);
        harness.run_steps(2);
        let bypass = control(&harness, route.bypass).rect().center();
        let before = plain(&harness, route.bypass);
        click(&mut harness, bypass, PointerButton::Primary, 1);
        assert_ne!(plain(&harness, route.bypass), before);
        // The menu stays, so that the depth can be set too.
        control(&harness, route.depth).increment_accesskit();
        harness.run_steps(2);
    }
    harness.get_by_label("Remove Route 1").click();
    harness.run_steps(3);
    assert_eq!(routes(&harness), []);
    assert_eq!(plain(&harness, route.depth), 0.0);
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Remove Route 1"));
    assert_eq!(routes(&harness).len(), 1);
}

/// What moves nothing is refused, and the window says why.
#[test]
fn a_route_that_would_move_nothing_is_not_made() {
    let mut harness = window(WHOLE);
    for (name, param, why) in [
        (
            "LFO 2",
            crate::synth::parameter::LfoParams::of(2).rate,
            "its own speed",
        ),
        (
            "Partial Number",
            Param::FINE,
            "each partial has for itself: Filter Cutoff, Partials Level, Partials Tune, Partials Pan, Tilt, \
             Filter 2 Cutoff, Room Amount, Breath Amount",
        ),
    ] {
        if harness.query_by_label(param.row().name).is_none() {
            let at = source(&harness, "LFO 2").center();
            click(&mut harness, at, PointerButton::Primary, 1);
            harness.run_steps(2);
        }
        let at = control(&harness, param).rect().center();
        drop_on(&mut harness, name, at);
        assert_eq!(routes(&harness), []);
        let told = harness.state().shell.help_text().to_owned();
        assert!(told.contains(why), "{told}");
        assert!(harness.state().model.undo_name().is_none());
        let at = source(&harness, "Amp Envelope").center();
        click(&mut harness, at, PointerButton::Primary, 1);
        harness.run_steps(2);
    }
}

/// A bypassed route is let move again; one by way of another source is another route.
#[test]
fn a_route_that_is_there_already_is_used() {
    let mut harness = window(SIZES[2]);
    let at = control(&harness, Param::TILT).rect().center();
    drop_on(&mut harness, "LFO 2", at);
    let route = RouteParams::of(1);
    harness.state_mut().model.set_plain(route.bypass, 1.0);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    drop_on(&mut harness, "LFO 2", at);
    assert_eq!(plain(&harness, route.bypass), 0.0);
    assert_eq!(routes(&harness).len(), 1);
    harness.state_mut().model.set_plain(route.via, 5.0);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    drop_on(&mut harness, "LFO 2", at);
    assert_eq!(routes(&harness).len(), 2);
}

/// The first route's depth is moved like any other, from a place behind it.
#[test]
fn the_depth_of_any_route_is_moved_but_not_by_itself() {
    let mut harness = window(SIZES[2]);
    let at = control(&harness, Param::TILT).rect().center();
    drop_on(&mut harness, "LFO 2", at);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    let model = &mut harness.state_mut().model;
    let depth = |number| RouteTarget::Own(RouteParams::of(number).depth);
    let by_wheel = |target| NewRoute {
        source: SourceId::of_place(5).expect("a source"),
        target,
        partials: 0,
    };
    assert_eq!(model.add_route(by_wheel(depth(1))), Ok(RouteId::Route(2)));
    assert_eq!(model.add_route(by_wheel(depth(2))), Ok(RouteId::Route(3)));
    model.remove_route(RouteId::Route(1));
    // Route 3 moves the depth of route 2, which moves that of route 1, the one to be made.
    assert_eq!(model.add_route(by_wheel(depth(3))), Err(NoRoute::Circle));
    assert!(NoRoute::Circle.reason().contains("No depth moves itself"));
    // Nor is a depth moved where that would keep a route from moving a speed.
    let speed = RouteTarget::of_param(crate::synth::parameter::LfoParams::of(1).rate);
    let made = model.add_route(by_wheel(speed.expect("a target")));
    assert_eq!(made, Ok(RouteId::Route(1)));
    let by_lfo = NewRoute {
        source: SourceId::of_place(13).expect("LFO 1"),
        ..by_wheel(depth(1))
    };
    assert_eq!(model.add_route(by_lfo), Err(NoRoute::Feedback));
}

/// What a macro moves as its own target is a route like others, without what it does not have.
#[test]
fn a_macros_own_target_stands_among_the_routes() {
    let mut harness = window(SIZES[1]);
    let (target, amount) = (Param::macro_target(2), Param::macro_amount(2));
    let tilt = target.parse("Tilt").expect("a target");
    for (param, value) in [(target, tilt), (amount, 0.25)] {
        harness.state_mut().model.set_plain(param, value);
    }
    harness.run_steps(2);
    let expected = [("Macro 2".to_owned(), "Tilt".to_owned())];
    assert_eq!(routes(&harness), expected);
    let at = control(&harness, Param::TILT).rect().center();
    for (place, at) in [
        ("menu", at),
        ("strip", source(&harness, "Macro 2").center()),
    ] {
        click(&mut harness, at, PointerButton::Secondary, 1);
        harness.run_steps(2);
        let before = plain(&harness, amount);
        let depth = harness.get_by_label(amount.row().name);
        depth.increment_accesskit();
        harness.run_steps(2);
        assert!(plain(&harness, amount) > before, "{place}");
        harness.get_by_label("Macro 2 Target has no Bypass: only routes have one");
        if place == "menu" {
            harness.key_press(Key::Escape);
            harness.run_steps(3);
        }
    }
    let node = harness.get_by_label("Source Macro 2");
    assert_eq!(node.accesskit_node().value().as_deref(), Some("1 route"));
    harness.get_by_label("Remove Macro 2 Target").click();
    harness.run_steps(3);
    assert_eq!(routes(&harness), []);
    assert_eq!(plain(&harness, target), 0.0);
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Remove Macro 2 Target"));
    harness.run_steps(3);
    // The macro that moves the control already makes no second route.
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    drop_on(&mut harness, "Macro 2", at);
    assert_eq!(routes(&harness), expected);
    let told = harness.state().shell.help_text().to_owned();
    assert!(
        told.contains("Macro 2 moves Tilt by Macro 2 Target"),
        "{told}"
    );
}
