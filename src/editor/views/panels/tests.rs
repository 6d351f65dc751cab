//! The panels in whole windows without a screen.

use std::collections::{HashMap, HashSet};

use egui::{Key, Modifiers, Role, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::model::curves::EditedCurve;
use crate::editor::model::{routes as model_routes, value_text};
use crate::editor::testing::window::{
    WHOLE, WindowHarness, control, drag, plain, show_control, show_tab, tab_names, value_text,
    window, with_controls,
};
use crate::synth::Param;
use crate::synth::parameter::{
    CurveParams, LfoParams, ROUTES, Range, RouteParams, SequenceParams, SpectrumParams, rows,
};

mod curves;
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
            .filter(|param| model_routes::route_of(*param).is_some_and(|of| of.from == route.from))
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
        for pair in of_groups(groups).windows(2) {
            assert!(place(pair[0]) < place(pair[1]));
        }
    }
    let [of_last, of_first] = [ROUTES, 1].map(RouteParams::of);
    let firsts = [
        Param::PARTIALS,
        Param::COARSE,
        Param::FILTER_TYPE,
        Param::DAMPING,
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

/// A shape that is no curve becomes one to be drawn, by the pointer and by the keyboard, in one step.
#[test]
fn the_shape_of_an_lfo_is_drawn_as_a_curve() {
    let mut harness = window(SMALL);
    let [first, third] = [1, 3].map(|number| LfoParams::of(number).shape);
    let button = |harness: &WindowHarness, name: &str| {
        let node = harness.query_by_label(name)?;
        Some(node.accesskit_node().is_disabled())
    };
    show(&mut harness, "LFO 3");
    assert_eq!(button(&harness, "Draw LFO 3"), Some(false));
    control(&harness, third).set_text_value_accesskit("Random");
    harness.run_steps(2);
    assert_eq!(button(&harness, "Draw LFO 3"), Some(true));
    control(&harness, third).set_text_value_accesskit("Square");
    // A curve that is chosen already is none to take.
    harness.state_mut().model.set_plain(first, 12.0);
    harness.run_steps(2);
    harness.get_by_label("Draw LFO 3").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let curve = EditedCurve::shown(2, &harness.state().model);
    let rounded = |x: f32| (x * 1e4).round() / 1e4;
    let points = curve.points().iter();
    let points: Vec<_> = points.map(|at| (rounded(at.time), at.level)).collect();
    let square = [(0.0, 1.0), (0.5, 1.0), (0.5, -1.0), (1.0, -1.0)];
    assert_eq!(points, square);
    assert_eq!(plain(&harness, third), 13.0);
    assert!(harness.query_by_label("Curve 2 Point 1").is_some());
    show(&mut harness, "LFO 3");
    assert_eq!(button(&harness, "Edit LFO 3"), Some(false));
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Draw LFO 3".to_owned()));
    harness.run_steps(2);
    assert_eq!(plain(&harness, third), 3.0);
    assert_eq!(button(&harness, "Draw LFO 3"), Some(false));
}

/// By the pointer on its line, and by the keyboard and a screen reader on its handle.
#[test]
fn the_line_of_each_stage_of_an_envelope_is_bent_by_itself() {
    let mut harness = window(WHOLE);
    for (param, seconds) in [
        (Param::FILTER_ATTACK, 2.0),
        (Param::FILTER_DECAY, 2.0),
        (Param::FILTER_RELEASE, 2.0),
        (Param::FILTER_SUSTAIN, 0.5),
    ] {
        harness.state_mut().model.set_plain(param, seconds);
    }
    harness.run_steps(2);
    let stages = [
        (Param::FILTER_ATTACK_CURVE, 1.0),
        (Param::FILTER_DECAY_CURVE, -1.0),
        (Param::FILTER_RELEASE_CURVE, -1.0),
    ];
    for (param, sign) in stages {
        let at = control(&harness, param).rect().center();
        drag(&mut harness, at, at - vec2(0.0, 12.0), Modifiers::NONE);
        let bent = plain(&harness, param);
        assert!(sign * bent > 0.05, "{}: {bent}", param.row().name);
        // The line is where the hand has taken it, but for the scale.
        assert!(control(&harness, param).rect().center().y < at.y - 3.0);
        for (other, _) in stages.into_iter().filter(|(other, _)| *other != param) {
            assert_eq!(plain(&harness, other), 0.0, "{}", other.row().name);
        }
        let undone = harness.state_mut().model.undo();
        assert_eq!(undone.as_deref(), Some(param.row().name));
        harness.run_steps(2);
        let node = control(&harness, param);
        assert_eq!(node.accesskit_node().role(), Role::Slider);
        node.focus();
        harness.run_steps(2);
        harness.key_press(Key::ArrowUp);
        harness.run_steps(2);
        assert!(plain(&harness, param) > 0.0);
        harness.key_press(Key::Delete);
        harness.run_steps(2);
        assert_eq!(plain(&harness, param), 0.0);
    }
}

/// All stages together fill the drawing, however short or long they are.
#[test]
fn an_envelope_fills_its_drawing() {
    let mut harness = window(WHOLE);
    let mut ends = Vec::new();
    for seconds in [0.001, 0.2, 5.0, 60.0] {
        for param in [Param::AMP_ATTACK, Param::AMP_DECAY, Param::AMP_RELEASE] {
            harness.state_mut().model.set_plain(param, seconds);
        }
        harness.run_steps(2);
        let place = control(&harness, Param::AMP_RELEASE_CURVE).rect().center();
        ends.push(place.x);
    }
    // A third of the drawing is the release, whose handle is in the middle of it.
    assert!(ends.iter().all(|x| (x - ends[0]).abs() < 6.0), "{ends:?}");
}

#[test]
fn a_corner_of_an_envelope_follows_the_hand_as_one_change() {
    let mut harness = window(LARGE);
    show_control(&mut harness, Param::AMP_DELAY);
    // Decay and sustain of the amplitude: sustain is full, decay 500 ms.
    let release = control(&harness, Param::AMP_RELEASE).rect();
    let card = control(&harness, Param::AMP_DELAY).rect().union(release);
    let well = Rect::from_min_max(
        egui::pos2(card.left(), card.top() - 80.0),
        egui::pos2(card.right(), card.top() - 2.0),
    );
    // Where the decay ends is found by what moves it.
    let mut moved = 0;
    let top = well.top() + 12.0;
    for step in 0..(well.width() / 8.0) as usize {
        let from = egui::pos2(well.left() + 8.0 * step as f32, top);
        let before = plain(&harness, Param::AMP_SUSTAIN);
        drag(&mut harness, from, from + vec2(0.0, 20.0), Modifiers::NONE);
        if plain(&harness, Param::AMP_SUSTAIN) < before {
            moved += 1;
            assert_eq!(
                harness.state_mut().model.undo(),
                Some("Amp Sustain".to_owned())
            );
            harness.run_steps(2);
            drag(&mut harness, from, from + vec2(40.0, 20.0), Modifiers::NONE);
            assert!(plain(&harness, Param::AMP_DECAY) > Param::AMP_DECAY.row().default);
            // Both in one step.
            harness.state_mut().model.undo();
            assert_eq!(plain(&harness, Param::AMP_SUSTAIN), 1.0);
            let decay = plain(&harness, Param::AMP_DECAY);
            assert!((decay - Param::AMP_DECAY.row().default).abs() < 1e-4);
            harness.run_steps(2);
        }
    }
    assert!(moved > 0, "no corner was found");
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
    // A host that does not let it run tells nothing.
    harness.run_steps(70);
    assert_eq!(words(&harness), "Load: not running");
}

#[test]
fn the_shape_of_each_lfo_moves_while_something_sounds_and_then_rests() {
    let mut harness = window(LARGE);
    for number in 1..=LFOS {
        let param = LfoParams::of(number).shape;
        show_control(&mut harness, param);
        let place = control(&harness, param).rect();
        let well = Rect::from_min_max(place.min - vec2(0.0, 60.0), place.right_top());
        let painted = |harness: &mut WindowHarness, cycles: f64, voices: usize| -> Vec<String> {
            harness.state_mut().senders.telemetry.publish(|telemetry| {
                telemetry.lfo_cycles = [0.0; LFOS];
                telemetry.lfo_cycles[number - 1] = cycles;
                telemetry.statistics.voices = voices;
            });
            harness.run_steps(2);
            let shapes = harness.output().shapes.iter().map(|shape| &shape.shape);
            shapes
                .filter(|shape| matches!(shape, egui::Shape::Path(_) | egui::Shape::Circle(_)))
                .filter(|shape| well.contains(shape.visual_bounding_rect().center()))
                .map(|shape| format!("{shape:?}"))
                .collect()
        };
        let first = painted(&mut harness, 0.1, 1);
        let moved = painted(&mut harness, 0.3, 1);
        assert!(!first.is_empty());
        assert_ne!(first, moved);
        assert_eq!(painted(&mut harness, 0.5, 0), moved);
    }
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
        (3_800.0, 900.0, 800.0, 22.0 + 6.0 * 132.0 + 5.0 * 8.0),
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

/// Everything that is written in a window.
fn texts(harness: &WindowHarness) -> Vec<std::sync::Arc<egui::Galley>> {
    fn collect(shape: &egui::Shape, found: &mut Vec<std::sync::Arc<egui::Galley>>) {
        match shape {
            egui::Shape::Text(text) => found.push(text.galley.clone()),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for shape in &harness.output().shapes {
        collect(&shape.shape, &mut found);
    }
    found
}

#[test]
fn no_name_of_a_control_is_cut_short() {
    let names: HashSet<&str> = rows().iter().map(|row| row.short).collect();
    let (mut seen, mut cut) = (HashSet::new(), Vec::new());
    for size in [SMALL, vec2(1_120.0, 700.0), LARGE] {
        let mut harness = window(size);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            for galley in texts(&harness)
                .iter()
                .filter(|text| names.contains(text.text()))
            {
                seen.insert(galley.text().to_owned());
                if galley.elided {
                    cut.push((size, galley.text().to_owned()));
                }
            }
        }
    }
    assert!(cut.is_empty(), "{cut:?}");
    // Those that are named by what they choose.
    let lfos = (1..=LFOS).map(|number| LfoParams::of(number).shape);
    // The ends of a loop are brackets.
    let loops = (1..=CURVES).map(CurveParams::of);
    let loops = loops.flat_map(|curve| [curve.loop_start, curve.loop_end]);
    // The spectra are named by their cards.
    let spectra = SpectrumParams::ALL
        .into_iter()
        .flat_map(|of| [of.body, of.colour, of.tilt, of.odd_even])
        .chain([Param::MORPH_X, Param::MORPH_Y]);
    let filters = [Param::FILTER_TYPE, Param::FILTER_2_TYPE];
    let unnamed: Vec<Param> = lfos.chain(filters).chain(loops).chain(spectra).collect();
    for param in with_controls().filter(|param| !unnamed.contains(param)) {
        let row = param.row();
        let is_macros_own = row.group == Group::Macros && row.short != row.name;
        // A step has its number alone.
        let is_numbered = row.short.starts_with("Step ");
        assert!(
            is_macros_own || is_numbered || seen.contains(row.short),
            "{}",
            row.name
        );
    }
}

/// The name under a control is the parameter's name or is made of the beginnings of its words and of
/// its group's, so that it can be found again in the manual, in hosts and among the macros' targets.
#[test]
fn short_names_are_made_of_the_words_of_the_names() {
    for param in with_controls() {
        let row = param.row();
        let words: Vec<String> = row
            .name
            .split(' ')
            .chain(row.group.name().split(' '))
            .map(str::to_lowercase)
            .collect();
        for short in row.short.split(' ') {
            let short = short.trim_end_matches('.').to_lowercase();
            let is_beginning = words.iter().any(|word| word.starts_with(&short));
            assert!(is_beginning, "{short:?} of {:?}", row.name);
        }
    }
}

#[test]
fn no_name_under_a_control_is_cut_short() {
    for size in [SMALL, LARGE] {
        let mut harness = window(size);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            let written = texts(&harness);
            let cut: Vec<&str> = written
                .iter()
                .filter(|galley| galley.elided)
                .map(|galley| galley.text())
                .filter(|text| with_controls().any(|param| param.row().short == *text))
                .collect();
            assert!(cut.is_empty(), "{size:?}, {tab}: {cut:?}");
        }
    }
}

/// Minus signs are U+2212, and a whole number has no decimals.
#[test]
fn numbers_are_written_in_one_way() {
    let mut numbers = Vec::new();
    // The wider one has all keys.
    for size in [LARGE, vec2(2_560.0, 1_440.0)] {
        let mut harness = window(size);
        for _ in 0..10 {
            harness.get_by_label("Octave down").click();
            harness.run_steps(1);
        }
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            let written = texts(&harness);
            numbers.extend(written.iter().map(|galley| galley.text().to_owned()));
        }
    }
    for text in &numbers {
        let hyphen = text
            .split_once('-')
            .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
        assert!(!hyphen, "{text:?}");
    }
    let is_there = |wanted: &str| numbers.iter().any(|text| text == wanted);
    assert!(
        is_there("−6 dB/oct") && is_there("C−1") && is_there("0 ct") && !is_there("0.00 ct"),
        "{numbers:?}"
    );
}
