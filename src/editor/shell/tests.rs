//! The whole window by the keyboard alone, and what a screen reader finds of it.

use std::collections::HashMap;

use egui::accesskit::Action;
use egui::{Key, Modifiers, Rect, Vec2, pos2, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::editor::testing::window::{WindowHarness, window};

/// The smallest, the usual, one in which all is seen at once, and one that its scale makes too small.
const SIZES: [Vec2; 4] = [
    vec2(800.0, 500.0),
    vec2(1_120.0, 700.0),
    vec2(1_600.0, 1_000.0),
    vec2(400.0, 250.0),
];

/// What the window is filled with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Page {
    Spectrum,
    Browser,
    Settings,
}

const PAGES: [Page; 3] = [Page::Spectrum, Page::Browser, Page::Settings];

fn opened(size: Vec2, page: Page) -> WindowHarness {
    let mut harness = window(size);
    // What is only there at times: a step to undo, to do again, a learned controller.
    let model = &mut harness.state_mut().model;
    model.set(crate::synth::Param::TILT, 0.25);
    model.set(crate::synth::Param::SPREAD, 0.5);
    model.undo();
    let controllers = model.params().controllers();
    controllers.bind(21, crate::synth::Param::CUTOFF);
    match page {
        Page::Spectrum => {}
        Page::Browser => harness.get_by_label_contains("Presets:").click(),
        Page::Settings => harness.get_by_label("Settings").click(),
    }
    harness.run_steps(3);
    harness
}

fn name(node: &Node) -> String {
    let node = node.accesskit_node();
    let name = node.label().or_else(|| node.value()).unwrap_or_default();
    format!("{:?} {name}", node.role())
}

fn focused(harness: &WindowHarness) -> Option<(String, Rect)> {
    let focused = harness
        .root()
        .children_recursive()
        .find(|node| node.is_focused())?;
    Some((name(&focused), focused.rect()))
}

/// Everything that can have the focus, by its name.
fn stations(harness: &WindowHarness) -> HashMap<String, usize> {
    let mut stations = HashMap::new();
    for node in harness.root().children_recursive() {
        let its = node.accesskit_node();
        // The root stands for the window.
        let is_window = its.role() == egui::accesskit::Role::Window;
        if its.data().supports_action(Action::Focus) && !its.is_disabled() && !is_window {
            *stations.entry(name(&node)).or_default() += 1;
        }
    }
    stations
}

/// Goes from station to station until the first comes again.
fn walk(harness: &mut WindowHarness, modifiers: Modifiers) -> Vec<(String, Rect)> {
    let mut walked: Vec<(String, Rect)> = Vec::new();
    for _ in 0..400 {
        harness.key_press_modifiers(modifiers, Key::Tab);
        // The second is for what is scrolled to.
        harness.run_steps(2);
        let Some(station) = focused(harness) else {
            continue;
        };
        if walked.first().is_some_and(|first| first.0 == station.0) {
            return walked;
        }
        walked.push(station);
    }
    panic!("no way round: {walked:?}");
}

#[test]
fn tab_reaches_everything_once_and_shift_tab_goes_back() {
    let small = [SIZES[0], SIZES[3]].into_iter();
    let small = small.flat_map(|size| PAGES.map(|page| (size, page)));
    for (size, page) in small.chain([(SIZES[2], Page::Spectrum)]) {
        let mut harness = opened(size, page);
        let there = walk(&mut harness, Modifiers::NONE);
        let mut missed = stations(&harness);
        for (name, rect) in &there {
            let count = missed.remove(name);
            assert_eq!(count, Some(1), "{size:?}, {page:?}: {name} {rect:?}");
        }
        assert!(missed.is_empty(), "{size:?}, {page:?}: {missed:?}");
        // What has the focus is seen.
        let whole = Rect::from_min_size(pos2(0.0, 0.0), size).expand(1.0);
        for (name, rect) in &there {
            let seen = whole.intersect(*rect);
            let is_seen = if rect.height() > 0.5 * size.y || rect.width() > 0.5 * size.x {
                seen.is_positive()
            } else {
                whole.contains_rect(*rect)
            };
            assert!(is_seen, "{size:?}, {page:?}: {name} {rect:?}");
        }

        if size != SIZES[0] {
            continue;
        }
        let mut back = walk(&mut harness, Modifiers::SHIFT);
        let names = |walked: &[(String, Rect)]| -> Vec<String> {
            walked.iter().map(|(name, _)| name.clone()).collect()
        };
        back.reverse();
        let (there, back) = (names(&there), names(&back));
        let turned = back.iter().position(|name| *name == there[0]).unwrap_or(0);
        let back = [&back[turned..], &back[..turned]].concat();
        assert_eq!(there, back, "{size:?}, {page:?}");
    }
}

#[test]
fn tab_goes_from_the_header_down_to_the_keys() {
    for size in [SIZES[0], SIZES[1], SIZES[2]] {
        let mut harness = opened(size, Page::Spectrum);
        let walked = walk(&mut harness, Modifiers::NONE);
        let place = |part: &str| {
            let found = walked.iter().position(|(name, _)| name.contains(part));
            found.unwrap_or_else(|| panic!("{size:?}: no {part} in {walked:?}"))
        };
        let stations = [
            "Previous preset",
            "Presets:",
            "Save",
            "Undo",
            "Sound A",
            "Settings",
            "Level",
            "Draw",
            "Choose",
            "Number",
            "Partial 1 Level",
            "Partials",
            "Morph Y",
            "Octave down",
            "Harder",
        ];
        for pair in stations.windows(2) {
            assert!(place(pair[0]) < place(pair[1]), "{size:?}: {pair:?}");
        }
        // In the header and in the row of tools from the left to the right.
        for row in [0.0..40.0, 40.0..70.0] {
            let within: Vec<_> = walked
                .iter()
                .filter(|(_, rect)| row.contains(&rect.center().y))
                .collect();
            assert!(within.len() > 4);
            for pair in within.windows(2) {
                let (left, right) = (pair[0].1.center().x, pair[1].1.center().x);
                assert!(left < right, "{size:?}: {pair:?}");
            }
        }
    }
}

/// What is painted where the focus is changes with it.
#[test]
fn the_focus_is_seen_on_everything() {
    for page in PAGES {
        let size = SIZES[0];
        let mut harness = opened(size, page);
        let body = Rect::from_min_max(pos2(0.0, 0.0), pos2(size.x, size.y - 24.0));
        let painted = |harness: &WindowHarness, rect: Rect| -> Vec<String> {
            let shapes = harness.output().shapes.iter();
            shapes
                .filter(|shape| {
                    let bounds = shape.shape.visual_bounding_rect();
                    bounds.intersects(rect) && body.contains_rect(bounds)
                })
                .map(|shape| format!("{:?}", shape.shape))
                .collect()
        };
        let stations = walk(&mut harness, Modifiers::NONE);
        for (name, rect) in stations {
            let (now, _) = focused(&harness).expect("a station");
            assert_eq!(now, name);
            let with = painted(&harness, rect);
            harness.key_press(Key::Tab);
            harness.run_steps(10);
            let without = painted(&harness, rect);
            assert_ne!(with, without, "{page:?}: {name}");
        }
    }
}

#[test]
fn everything_has_a_name_of_its_own_a_role_and_where_there_is_one_a_value() {
    for (size, page) in SIZES
        .into_iter()
        .flat_map(|size| PAGES.map(|page| (size, page)))
    {
        let harness = opened(size, page);
        harness.check_accessibility();
        let mut names = HashMap::new();
        for node in harness.root().children_recursive() {
            let its = node.accesskit_node();
            let role = its.role();
            let can_act = [Action::Focus, Action::Click]
                .into_iter()
                .any(|action| its.data().supports_action(action));
            use egui::accesskit::Role;
            // Scroll bars are the pointer's: what has the focus is scrolled to.
            if !can_act || matches!(role, Role::Window | Role::ScrollBar) {
                continue;
            }
            let label = its.label().unwrap_or_default();
            assert!(!label.trim().is_empty(), "{size:?}, {page:?}: {role:?}");
            assert_ne!(
                role,
                egui::accesskit::Role::Unknown,
                "{size:?}, {page:?}: {label}"
            );
            if matches!(role, Role::Slider | Role::SpinButton) {
                let value = its.value().unwrap_or_default();
                assert!(!value.is_empty(), "{size:?}, {page:?}: {label}");
                let number = its.data().numeric_value();
                assert!(number.is_some(), "{size:?}, {page:?}: {label}");
            }
            *names.entry(label).or_insert(0) += 1;
        }
        names.retain(|_, count| *count > 1);
        assert!(names.is_empty(), "{size:?}, {page:?}: {names:?}");
    }
}

/// Widths and heights of windows, points. They are no smaller unless the screen is, and then the body is scrolled.
const WIDTHS: std::ops::RangeInclusive<u32> = 800..=2_600;
const HEIGHTS: [u32; 3] = [500, 800, 1_440];
/// From one width to the next.
const WIDTH_STEP: usize = 200;
/// Faults in the places of the tabs and controls that are shown.
fn misplaced(harness: &WindowHarness, size: Vec2) -> Vec<String> {
    let whole = Rect::from_min_size(pos2(0.0, 0.0), size).expand(0.5);
    let mut wrong = Vec::new();
    let mut tabs: Vec<(String, Rect)> = Vec::new();
    for node in harness.root().children_recursive() {
        let its = node.accesskit_node();
        let can_act = [Action::Focus, Action::Click]
            .into_iter()
            .any(|action| its.data().supports_action(action));
        if can_act && !whole.contains_rect(node.rect()) {
            wrong.push(format!("{} is outside: {}", name(&node), node.rect()));
        }
        if its.role() == egui::accesskit::Role::Tab {
            tabs.push((name(&node), node.rect()));
        }
    }
    for pair in tabs.windows(2) {
        if pair[0].1.right() > pair[1].1.left() {
            wrong.push(format!("{} lies over {}", pair[0].0, pair[1].0));
        }
    }
    wrong.extend(cut_labels(harness, &tabs));
    wrong
}

/// What is written on a tab and reaches beyond it.
fn cut_labels(harness: &WindowHarness, tabs: &[(String, Rect)]) -> Vec<String> {
    let texts = harness
        .output()
        .shapes
        .iter()
        .filter_map(|shape| match &shape.shape {
            egui::Shape::Text(text) => {
                Some((text.galley.text(), shape.shape.visual_bounding_rect()))
            }
            _ => None,
        });
    let mut wrong = Vec::new();
    for (text, place) in texts {
        let of = tabs.iter().find(|(_, tab)| tab.contains(place.center()));
        if let Some((name, tab)) = of
            && !tab.expand(0.5).contains_rect(place)
        {
            wrong.push(format!("{text:?} is written beyond {name}"));
        }
    }
    wrong
}

#[test]
fn no_tab_and_no_control_falls_out_at_any_size() {
    let mut wrong = Vec::new();
    let widths = WIDTHS.step_by(WIDTH_STEP);
    let sizes = widths.flat_map(|width| HEIGHTS.map(|height| vec2(width as f32, height as f32)));
    let mut harness = opened(SIZES[0], Page::Spectrum);
    for size in sizes {
        harness.set_size(size);
        harness.run_steps(2);
        for section in ["Spectra", "Shape", "Move", "Play"] {
            show_section(&mut harness, section);
            let found = misplaced(&harness, size).into_iter();
            wrong.extend(found.map(|what| format!("{size} {section}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{} of\n{}", wrong.len(), wrong.join("\n"));
}

/// Brings up a section, which may share its tab.
fn show_section(harness: &mut WindowHarness, section: &str) {
    let is_its = |tab: &Node| {
        let label = tab.accesskit_node().label().unwrap_or_default();
        label.split(" · ").any(|part| part == section)
    };
    let tab = harness.query_all_by_role(egui::Role::Tab).find(is_its);
    tab.expect("a section's tab").click();
    harness.run_steps(2);
}
