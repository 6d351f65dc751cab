//! The panels in whole windows without a screen.

use std::collections::{HashMap, HashSet};

use egui::{Key, Modifiers, Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::model::curves::EditedCurve;
use crate::editor::model::value_text;
use crate::editor::testing::window::{
    WHOLE, WindowHarness, control, drag, plain, show_control, show_tab, tab_names, value_text,
    window, with_controls,
};
use crate::synth::Param;
use crate::synth::display::ShaperCurve;
use crate::synth::parameter::{
    CurveParams, LfoParams, ROUTES, Range, RouteParams, SequenceParams, SpectrumParams, rows,
};

mod curves;
mod drawings;
mod names;
mod power;
mod routes;

const SMALL: Vec2 = vec2(800.0, 500.0);
const LARGE: Vec2 = vec2(1_600.0, 1_000.0);

/// Brings up the tab that has this in its name.
fn show(harness: &mut WindowHarness, part: &str) {
    let names = tab_names(harness);
    let name = names.iter().find(|name| name.contains(part));
    show_tab(harness, name.expect("a tab"));
}

/// The parameters whose controls are there now, with their places.
fn shown(harness: &WindowHarness) -> Vec<(Param, Rect)> {
    let mut places = HashMap::new();
    for node in harness.root().children_recursive() {
        if let Some(label) = node.accesskit_node().label() {
            places
                .entry(label)
                .or_insert_with(Vec::new)
                .push(node.rect());
        }
    }
    let shown = with_controls().filter_map(|param| Some((param, places.get(param.row().name)?)));
    shown
        .map(|(param, places)| {
            assert_eq!(places.len(), 1, "{}", param.row().name);
            (param, places[0])
        })
        .collect()
}

/// Where the panels stand in a window: between their tabs and the keyboard.
fn rooms(harness: &WindowHarness, size: Vec2) -> Rect {
    let keyboard = harness.get_by_label("Keyboard").rect();
    let tabs = harness.query_all_by_role(Role::Tab);
    let top = tabs.map(|tab| tab.rect().bottom()).fold(0.0, f32::max);
    Rect::from_min_max(egui::pos2(0.0, top), egui::pos2(size.x, keyboard.top()))
}

/// What is scrolled into view by the focus of the first of a line stands there whole.
fn assert_within_when_focused(harness: &mut WindowHarness, room: Rect) {
    for number in 1..=ROUTES {
        let route = RouteParams::of(number);
        control(harness, route.from).focus();
        harness.run_steps(4);
        for param in Param::all()
            .filter(|param| RouteParams::of_param(*param).is_some_and(|of| of.from == route.from))
        {
            let place = control(harness, param).rect();
            assert!(room.contains_rect(place), "{}: {place}", param.row().name);
        }
    }
}

#[test]
fn every_parameter_has_one_control_behind_one_tab() {
    for size in [SMALL, vec2(1_280.0, 800.0), LARGE] {
        let mut harness = window(size);
        let mut found = HashSet::new();
        for name in tab_names(&mut harness) {
            show_tab(&mut harness, &name);
            let shown = shown(&harness);
            let room = rooms(&harness, size);
            for (place, (param, rect)) in shown.iter().enumerate() {
                let row = param.row();
                assert!(found.insert(*param), "{}", row.name);
                for (other, other_rect) in &shown[..place] {
                    let is_apart = !rect.intersects(other_rect.shrink(0.1));
                    assert!(is_apart, "{} and {}", row.name, other.row().name);
                }
                if row.group != Group::Routes {
                    assert!(room.contains_rect(*rect), "{}", row.name);
                }
            }
            if name == Group::Routes.name() {
                assert_within_when_focused(&mut harness, room);
            }
        }
        assert_eq!(found.len(), with_controls().count());
    }
}

#[test]
fn a_control_has_the_role_of_its_range_and_begins_with_the_default() {
    let mut harness = window(LARGE);
    for name in tab_names(&mut harness) {
        show_tab(&mut harness, &name);
        for (param, _) in shown(&harness) {
            let role = match param.range() {
                Range::Switch => Role::Switch,
                Range::Choice { .. } => Role::ComboBox,
                _ => Role::Slider,
            };
            let node = control(&harness, param);
            assert_eq!(node.accesskit_node().role(), role, "{}", param.row().name);
            let default = value_text::value_text(param, param.row().default);
            assert_eq!(value_text(&harness, param), Some(default));
        }
    }
}

/// The room is a part of the note, and stands with what else shapes it; see its manual page.
#[test]
fn the_tab_of_the_room_and_of_each_shaper_tells_of_it() {
    let mut harness = window(SMALL);
    let mut found = HashSet::new();
    for name in tab_names(&mut harness) {
        show_tab(&mut harness, &name);
        let page = name.rsplit(" > ").next().expect("a page");
        let rows = CardRow::ALL.map(|row| PanelPage::Cards(vec![row]).tab());
        for (param, _) in shown(&harness) {
            let group = param.row().group;
            let is_shaper = ShaperCurve::all().any(|curve| curve.group() == group);
            if is_shaper || [Group::Smear, Group::Decay, Group::Room].contains(&group) {
                assert!(name.starts_with("Shape"), "{}: {name}", group.name());
                let tab = rows.iter().find(|tab| tab.name == page).expect("a row");
                let is_told = tab.contents.contains(&group.name().to_lowercase());
                assert!(is_told, "{}: {}", group.name(), tab.contents);
                found.insert(group);
            }
        }
    }
    assert_eq!(found.len(), ShaperCurve::all().count() + 3);
}

/// A section has a tab, and where not all of it has room, a tab for each page of it.
#[test]
fn a_section_comes_back_as_it_was_left() {
    for size in [SMALL, LARGE] {
        let mut harness = window(size);
        show(&mut harness, "Curve 2");
        assert!(harness.query_by_label("Curve 2 Point 1").is_some());
        show_tab(&mut harness, "Play");
        assert!(harness.query_by_label("Curve 2 Point 1").is_none());
        control(&harness, Param::VOICES);
        show_tab(&mut harness, "Move");
        assert!(harness.query_by_label("Curve 2 Point 1").is_some());
    }
}

#[test]
fn every_control_changes_its_parameter_and_its_text() {
    let mut harness = window(LARGE);
    let mut changed = 0;
    for name in tab_names(&mut harness) {
        show_tab(&mut harness, &name);
        // From the last on: a curve that has no loop in its mode has no ends of one.
        for (param, _) in shown(&harness).into_iter().rev() {
            let before = value_text(&harness, param);
            let is_at_top = harness.state().model.normalized(param) > 0.5;
            let node = control(&harness, param);
            // The first steps of a time are too small to be read.
            for _ in 0..6 {
                if is_at_top {
                    node.decrement_accesskit();
                } else {
                    node.increment_accesskit();
                }
            }
            harness.run_steps(2);
            let name = param.row().name;
            assert_ne!(plain(&harness, param), param.row().default, "{name}");
            assert_ne!(value_text(&harness, param), before, "{name}");
            assert_eq!(
                value_text(&harness, param),
                Some(value_text::current_text(param, &harness.state().model))
            );
            changed += 1;
        }
    }
    assert_eq!(changed, with_controls().count());
}

#[test]
fn no_two_things_to_act_on_have_one_name_and_all_have_one() {
    for size in [SMALL, LARGE] {
        let mut harness = window(size);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            harness.check_accessibility();
            let mut names = HashMap::new();
            for node in harness.root().children_recursive() {
                let node = node.accesskit_node();
                if node.data().supports_action(egui::accesskit::Action::Focus)
                    && let Some(label) = node.label()
                {
                    *names.entry(label).or_insert(0) += 1;
                }
            }
            names.retain(|_, count| *count > 1);
            assert!(names.is_empty(), "{tab}: {names:?}");
        }
    }
}

/// The parameters that Tab comes to behind the tabs of the panels, one after the other, until it comes
/// there again.
fn walked(harness: &mut WindowHarness) -> Vec<Param> {
    let tabs = harness.query_all_by_role(Role::Tab);
    tabs.last().expect("a tab").focus();
    harness.run_steps(2);
    let mut walked = Vec::new();
    for _ in 0..400 {
        let focused = harness
            .root()
            .children_recursive()
            .find(|node| node.is_focused())
            .and_then(|node| node.accesskit_node().label());
        let param =
            focused.and_then(|label| with_controls().find(|&param| param.row().name == label));
        match param {
            Some(param) if walked.contains(&param) => break,
            Some(param) => walked.push(param),
            None => {}
        }
        harness.key_press(Key::Tab);
        harness.run_steps(1);
    }
    walked
}

#[test]
fn tab_walks_every_control_once_in_the_order_in_which_they_are_read() {
    let mut harness = window(LARGE);
    let mut walked = Vec::new();
    for tab in tab_names(&mut harness) {
        show_tab(&mut harness, &tab);
        walked.extend(self::walked(&mut harness));
    }
    assert_eq!(walked.len(), with_controls().count());
    // Within a card from the left to the right and downwards; the cards in the order of the groups.
    let place = |param: Param| walked.iter().position(|&walked| walked == param);
    for groups in [
        &[Group::Frequencies][..],
        &[Group::Laws],
        &[Group::Unison],
        &[Group::Vowel],
        &[Group::Delay],
        &[Group::Decay],
        &[Group::Expression],
        &[Group::Voices, Group::Output],
    ] {
        let mut order = of_groups(groups);
        // What leads a section comes first.
        order.sort_by_key(|&param| !super::card::is_lead(param));
        for pair in order.windows(2) {
            assert!(place(pair[0]) < place(pair[1]));
        }
    }
    let [of_last, of_first] = [ROUTES, 1].map(RouteParams::of);
    let firsts = [
        Param::PARTIALS,
        Param::COARSE,
        Param::FILTER_TYPE,
        Param::FOCUS,
        Param::COPIES,
        Param::DAMPING,
        Param::ROOM_AMOUNT,
        Param::AMP_DELAY,
        Param::FILTER_DELAY,
        Param::macro_value(1),
        Param::LFO_SHAPE,
        LfoParams::of(1).phase,
        LfoParams::of(2).shape,
        LfoParams::of(3).shape,
        LfoParams::of(4).shape,
        SequenceParams::of(1).steps,
        SequenceParams::of(1).step(1),
        SequenceParams::of(1).step(32),
        SequenceParams::of(2).steps,
        CurveParams::of(1).loop_start,
        CurveParams::of(1).loop_end,
        CurveParams::of(1).mode,
        CurveParams::of(1).fan_order,
        CurveParams::of(2).loop_start,
        CurveParams::of(4).mode,
        of_first.from,
        of_first.via,
        of_first.to,
        of_first.depth,
        of_first.bend,
        of_first.partials,
        of_first.bypass,
        RouteParams::of(2).from,
        of_last.from,
        Param::VELOCITY_LEVEL,
        Param::GLIDE,
        Param::VOICES,
    ];
    for pair in firsts.windows(2) {
        assert!(place(pair[0]) < place(pair[1]), "{}", pair[1].row().name);
    }
}

#[test]
fn the_load_is_told_in_words_too() {
    let mut harness = window(WHOLE);
    let words = |harness: &WindowHarness| {
        let labels = harness.query_all_by_role(Role::Label);
        labels
            .filter_map(|node| node.value())
            .find(|text| text.starts_with("Load"))
            .expect("the load")
    };
    harness.state_mut().senders.telemetry.publish(|telemetry| {
        telemetry.statistics.voices = 3;
        telemetry.load.p99 = 0.5;
        telemetry.load.overruns = 7;
    });
    harness.run_steps(2);
    let told = words(&harness);
    for part in ["99th percentile 50.0 %", "overruns 7", "voices 3"] {
        assert!(told.contains(part), "{told}");
    }
    // An instrument that its host does not run sends nothing.
    harness.run_steps(70);
    assert_eq!(words(&harness), "Load: not running");
}

#[test]
fn the_panels_are_as_high_as_what_is_in_them() {
    for (width, most, wanted, expected) in [
        // One row, with its tabs: as low as can be, as is asked for, and no higher than need be.
        (784.0, 170.0, 120.0, 22.0 + 132.0),
        (984.0, 200.0, 170.0, 170.0),
        (1_000.0, 270.0, 250.0, 22.0 + 164.0),
        // Two rows as soon as there is room.
        (1_264.0, 302.0, 250.0, 22.0 + 2.0 * 132.0 + 8.0),
        (1_584.0, 390.0, 310.0, 310.0),
        // All.
        (3_800.0, 900.0, 800.0, 22.0 + 5.0 * 149.0 + 4.0 * 8.0),
    ] {
        assert_eq!(height(vec2(width, most), wanted), expected, "{width}");
        // What is shown in that place is what it was made for.
        let plan = Plan::of(vec2(width, expected));
        assert_eq!(plan, Plan::of(vec2(width, most)), "{width}");
    }
}

#[test]
fn no_room_is_left_between_the_panels_and_the_keyboard() {
    for size in [
        SMALL,
        vec2(1_000.0, 620.0),
        vec2(1_280.0, 800.0),
        vec2(1_440.0, 900.0),
        LARGE,
        vec2(1_920.0, 1_080.0),
        vec2(2_560.0, 1_440.0),
    ] {
        let harness = window(size);
        let lowest = with_controls()
            .filter_map(|param| harness.query_by_label(param.row().name))
            .map(|node| node.rect().bottom())
            .fold(0.0, f32::max);
        let keyboard = harness.get_by_label("Keyboard").rect().top();
        let between = keyboard - lowest;
        assert!((8.0..32.0).contains(&between), "{size:?}: {between}");
    }
}
