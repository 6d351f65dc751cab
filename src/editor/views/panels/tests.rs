//! The panels in whole windows without a screen.

use std::collections::HashMap;

use egui::{Key, Modifiers, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::model::value_text;
use crate::editor::testing::window::{WindowHarness, control, drag, plain, value_text, window};
use crate::synth::Param;
use crate::synth::parameter::{Range, rows};

const SMALL: Vec2 = vec2(800.0, 500.0);
const LARGE: Vec2 = vec2(1_600.0, 1_000.0);

/// Parameters that are not of single partials.
fn globals() -> impl Iterator<Item = Param> {
    Param::all().filter(|param| param.row().group != Group::Partials)
}

/// How many of the window's controls have each parameter's name.
fn found(harness: &WindowHarness, counts: &mut HashMap<Param, usize>) {
    for param in globals() {
        let name = param.row().name;
        *counts.entry(param).or_default() += harness.query_all_by_label(name).count();
    }
}

/// The window down to its keyboard.
fn rooms(harness: &WindowHarness, size: Vec2) -> Rect {
    let keyboard = harness.get_by_label("Keyboard").rect();
    Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(size.x, keyboard.top()))
}

#[test]
fn every_parameter_has_one_control_in_a_large_window_without_tabs() {
    let harness = window(LARGE);
    assert!(harness.query_by_role(Role::Tab).is_none());
    let mut counts = HashMap::new();
    found(&harness, &mut counts);
    for (param, count) in counts {
        assert_eq!(count, 1, "{}", param.row().name);
        let node = control(&harness, param);
        let role = match param.range() {
            Range::Switch => Role::Switch,
            Range::Choice { .. } => Role::ComboBox,
            _ => Role::Slider,
        };
        assert_eq!(node.accesskit_node().role(), role, "{}", param.row().name);
        let default = value_text::value_text(param, param.row().default);
        assert_eq!(value_text(&harness, param), Some(default));
        let place = rooms(&harness, LARGE);
        assert!(place.contains_rect(node.rect()), "{}", param.row().name);
    }
}

#[test]
fn every_parameter_has_one_control_in_a_small_window_behind_its_tab() {
    let mut harness = window(SMALL);
    let mut counts = HashMap::new();
    let screen = rooms(&harness, SMALL);
    for row in CardRow::ALL {
        harness.get_by_role_and_label(Role::Tab, row.name()).click();
        harness.run_steps(3);
        found(&harness, &mut counts);
        let shown: Vec<Param> = globals()
            .filter(|&param| harness.query_by_label(param.row().name).is_some())
            .collect();
        // They stand in the window, and not over one another.
        for (place, &param) in shown.iter().enumerate() {
            let rect = control(&harness, param).rect();
            assert!(screen.contains_rect(rect), "{}", param.row().name);
            for &other in &shown[..place] {
                let other = control(&harness, other).rect().shrink(0.1);
                assert!(!rect.intersects(other), "{}", param.row().name);
            }
        }
    }
    for (param, count) in counts {
        assert_eq!(count, 1, "{}", param.row().name);
    }
}

#[test]
fn every_control_changes_its_parameter_and_its_text() {
    let mut harness = window(LARGE);
    for param in globals() {
        let before = value_text(&harness, param);
        let is_at_top = harness.state().model.normalized(param) > 0.5;
        let node = control(&harness, param);
        for _ in 0..3 {
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
    }
}

#[test]
fn no_two_things_to_act_on_have_one_name_and_all_have_one() {
    for size in [SMALL, LARGE] {
        let harness = window(size);
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
        assert!(names.is_empty(), "{names:?}");
    }
}

#[test]
fn tab_walks_every_control_once_in_the_order_in_which_they_are_read() {
    let mut harness = window(LARGE);
    control(&harness, Param::PARTIALS).focus();
    harness.run_steps(2);
    let mut walked = Vec::new();
    for _ in 0..400 {
        let focused = harness
            .root()
            .children_recursive()
            .find(|node| node.is_focused())
            .and_then(|node| node.accesskit_node().label());
        let param = focused.and_then(|label| globals().find(|&param| param.row().name == label));
        match param {
            Some(param) if walked.contains(&param) => break,
            Some(param) => walked.push(param),
            None => {}
        }
        harness.key_press(Key::Tab);
        harness.run_steps(1);
    }
    assert_eq!(walked.len(), globals().count());
    // Within a card from the left to the right and downwards; the cards in the order of the groups.
    let place = |param: Param| walked.iter().position(|&walked| walked == param);
    for groups in [
        &[Group::Source][..],
        &[Group::Frequencies],
        &[Group::Decay],
        &[Group::Expression],
        &[Group::Voices, Group::Output],
    ] {
        for pair in of_groups(groups).windows(2) {
            assert!(place(pair[0]) < place(pair[1]));
        }
    }
    let firsts = [
        Param::PARTIALS,
        Param::COARSE,
        Param::FILTER_TYPE,
        Param::AMP_DELAY,
        Param::FILTER_DELAY,
        Param::DAMPING,
        Param::macro_value(1),
        Param::LFO_SHAPE,
        Param::VELOCITY_LEVEL,
        Param::VOICES,
    ];
    for pair in firsts.windows(2) {
        assert!(place(pair[0]) < place(pair[1]), "{}", pair[1].row().name);
    }
}

#[test]
fn a_corner_of_an_envelope_follows_the_hand_as_one_change() {
    let mut harness = window(LARGE);
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
    let mut harness = window(LARGE);
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
fn the_lfos_shape_moves_while_something_sounds_and_then_rests() {
    let mut harness = window(LARGE);
    let place = control(&harness, Param::LFO_SHAPE).rect();
    let well = place.translate(vec2(0.0, -60.0)).expand(20.0);
    let painted = |harness: &mut WindowHarness, cycles: f64, voices: usize| -> Vec<String> {
        harness.state_mut().senders.telemetry.publish(|telemetry| {
            telemetry.lfo_cycles = cycles;
            telemetry.statistics.voices = voices;
        });
        harness.run_steps(2);
        let shapes = harness.output().shapes.iter().map(|shape| &shape.shape);
        shapes
            .filter(|shape| matches!(shape, egui::Shape::Path(_) | egui::Shape::Circle(_)))
            .filter(|shape| shape.visual_bounding_rect().intersects(well))
            .map(|shape| format!("{shape:?}"))
            .collect()
    };
    let first = painted(&mut harness, 0.1, 1);
    let moved = painted(&mut harness, 0.3, 1);
    assert!(!first.is_empty());
    assert_ne!(first, moved);
    assert_eq!(painted(&mut harness, 0.5, 0), moved);
}

#[test]
fn groups_stand_as_there_is_room_for_them() {
    for (width, height, columns, rows) in [
        (784.0, 164.0, 1, 1),
        (984.0, 202.0, 1, 1),
        (784.0, 700.0, 1, 4),
        (1_584.0, 164.0, 2, 1),
        (1_584.0, 324.0, 2, 2),
        (3_800.0, 324.0, 2, 2),
        (200.0, 50.0, 1, 1),
    ] {
        let plan = Plan::of(vec2(width, height));
        assert_eq!(plan, Plan { columns, rows }, "{width} × {height}");
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
        // All, without tabs.
        (1_584.0, 390.0, 290.0, 290.0),
        (3_800.0, 900.0, 800.0, 2.0 * 164.0 + 8.0),
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
        let lowest = globals()
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

/// Brings a row of cards up by its tab, where there are tabs.
fn show(harness: &mut WindowHarness, row: CardRow) {
    if let Some(tab) = harness.query_all_by_role(Role::Tab).find(|tab| {
        let label = tab.accesskit_node().label();
        label.is_some_and(|label| label.contains(row.name()))
    }) {
        tab.click();
    }
    harness.run_steps(3);
}

#[test]
fn no_name_of_a_control_is_cut_short() {
    let names: std::collections::HashSet<&str> = rows().iter().map(|row| row.short).collect();
    let (mut seen, mut cut) = (std::collections::HashSet::new(), Vec::new());
    for size in [SMALL, vec2(1_120.0, 700.0), LARGE] {
        let mut harness = window(size);
        for row in CardRow::ALL {
            show(&mut harness, row);
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
    // The two that are named by what they choose.
    let unnamed = [Param::FILTER_TYPE, Param::LFO_SHAPE];
    for param in globals().filter(|param| !unnamed.contains(param)) {
        let row = param.row();
        let is_macros_own = row.group == Group::Macros && row.short != row.name;
        assert!(is_macros_own || seen.contains(row.short), "{}", row.name);
    }
}

/// The name under a control is the parameter's name or is made of the beginnings of its words and of
/// its group's, so that it can be found again in the manual, in hosts and among the macros' targets.
#[test]
fn short_names_are_made_of_the_words_of_the_names() {
    for param in globals() {
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
        for row in CardRow::ALL {
            if let Some(tab) = harness.query_by_role_and_label(Role::Tab, row.name()) {
                tab.click();
            }
            harness.run_steps(3);
            let shapes = harness.output().shapes.iter();
            let cut: Vec<&str> = shapes
                .filter_map(|shape| match &shape.shape {
                    egui::Shape::Text(text) if text.galley.elided => Some(text.galley.text()),
                    _ => None,
                })
                .filter(|text| globals().any(|param| param.row().short == *text))
                .collect();
            assert!(cut.is_empty(), "{size:?}, {}: {cut:?}", row.name());
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
        for row in CardRow::ALL {
            show(&mut harness, row);
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
