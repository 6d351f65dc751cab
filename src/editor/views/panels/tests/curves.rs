//! The cards of the curves.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::editor::model::curves::{CurveShape, EditedCurve};
use crate::editor::testing::window::{click, send};

/// A large window with the curves.
fn curves() -> WindowHarness {
    let mut harness = window(LARGE);
    show(&mut harness, "Curve 1");
    // The click on the tab is no part of a double click.
    harness.run_steps(40);
    harness
}

fn curve(harness: &WindowHarness) -> EditedCurve {
    EditedCurve::shown(1, &harness.state().model)
}

fn points(harness: &WindowHarness) -> Vec<(f32, f32)> {
    let curve = curve(harness);
    let round = |x: f32| (x * 1e4).round() / 1e4;
    let points = curve.points().iter();
    points
        .map(|point| (round(point.time), round(point.level)))
        .collect()
}

fn name(number: usize) -> String {
    format!("Curve 1 Point {number}")
}

/// Where a point of the first curve is shown.
fn at(harness: &WindowHarness, number: usize) -> Pos2 {
    harness.get_by_label(&name(number)).rect().center()
}

/// Where a time and a level are, by the first and the third point of a new curve.
fn place(harness: &WindowHarness, time: f32, level: f32) -> Pos2 {
    let (first, last) = (at(harness, 1), at(harness, 4));
    let top = at(harness, 2).y;
    pos2(
        first.x + time * (last.x - first.x),
        first.y + level * (top - first.y),
    )
}

fn focused(harness: &WindowHarness) -> Option<String> {
    let nodes = harness.root().children_recursive();
    let node = nodes.into_iter().find(|node| node.is_focused());
    node.and_then(|node| node.accesskit_node().label())
}

fn set(harness: &mut WindowHarness, param: Param, plain: f32) {
    harness.state_mut().model.set_plain(param, plain);
    harness.run_steps(2);
}

#[test]
fn a_double_click_adds_a_point_and_on_a_point_takes_it_away() {
    let mut harness = curves();
    let new = points(&harness);
    assert_eq!(new, [(0.0, 0.0), (0.1, 1.0), (0.5, 0.5), (1.0, 0.0)]);
    // One click changes nothing.
    let free = place(&harness, 0.26, -0.48);
    click(&mut harness, free, PointerButton::Primary, 1);
    harness.run_steps(40);
    assert_eq!(points(&harness), new);
    click(&mut harness, free, PointerButton::Primary, 2);
    // It stands on the grid.
    let added = [new[0], new[1], (0.25, -0.5), new[2], new[3]];
    assert_eq!(points(&harness), added);
    assert_eq!(curve(&harness).loop_points(), (4, 4));
    assert_eq!(focused(&harness), Some(name(3)));
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Add Curve 1 Point 3".to_owned()));
    harness.run_steps(2);
    assert_eq!(points(&harness), new);
    harness.run_steps(40);
    let second = at(&harness, 2);
    click(&mut harness, second, PointerButton::Primary, 2);
    assert_eq!(points(&harness), [new[0], new[2], new[3]]);
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Delete Curve 1 Point 2".to_owned()));
    harness.run_steps(2);
    assert_eq!(points(&harness), new);
}

#[test]
fn a_double_click_on_the_line_leaves_the_line_as_it_is() {
    let mut harness = curves();
    let before = curve(&harness).curve();
    let on_line = place(&harness, 0.75, 0.25);
    click(&mut harness, on_line, PointerButton::Primary, 2);
    assert_eq!(curve(&harness).count(), 5);
    let after = curve(&harness).curve();
    for part in 0..=20 {
        let time = 0.05 * part as f32;
        let (after, before) = (after.level(time), before.level(time));
        assert!((after - before).abs() < 1e-3, "{time}: {after} {before}");
    }
}

#[test]
fn a_drag_moves_a_point_on_the_grid_as_one_step() {
    let mut harness = curves();
    let new = points(&harness);
    let (from, to) = (at(&harness, 3), place(&harness, 0.7, 0.2));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(points(&harness)[2], (0.6875, 0.25));
    assert_eq!(focused(&harness), Some(name(3)));
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Move Curve 1 Point 3".to_owned()));
    harness.run_steps(2);
    assert_eq!(points(&harness), new);
    // With Ctrl it is on no grid, and it does not pass its neighbours.
    drag(&mut harness, from, to, Modifiers::COMMAND);
    let (time, level) = points(&harness)[2];
    assert!((time - 0.7).abs() < 0.01 && (level - 0.2).abs() < 0.05);
    assert_ne!(time, 0.6875);
    let (from, to) = (at(&harness, 3), place(&harness, 1.4, 0.2));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(points(&harness)[2].0, 1.0);
}

/// The last point may go on for ever, at the pace of the pointer: the time axis stays while it is held.
#[test]
fn the_time_axis_follows_the_last_point_when_it_is_let_go() {
    let mut harness = curves();
    let (from, to) = (at(&harness, 4), place(&harness, 1.5, 0.0));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(points(&harness)[3], (1.5, 0.0));
    harness.run_steps(2);
    assert!(at(&harness, 4).x < to.x - 20.0);
}

#[test]
fn a_line_that_is_dragged_bends_and_is_made_straight_again() {
    let mut harness = curves();
    let bend = |harness: &WindowHarness| curve(harness).point(4).bend;
    for (from, way, is_early) in [((0.75, 0.25), 15.0, true), ((0.75, 0.25), -15.0, false)] {
        let from = place(&harness, from.0, from.1);
        drag(&mut harness, from, from + vec2(0.0, way), Modifiers::NONE);
        // The line falls: what is early is low.
        assert_eq!(bend(&harness) > 0.2, is_early, "{}", bend(&harness));
        assert_eq!(bend(&harness) < -0.2, !is_early, "{}", bend(&harness));
        let undone = harness.state_mut().model.undo();
        assert_eq!(undone, Some("Bend Curve 1 Point 4".to_owned()));
        harness.run_steps(2);
        assert_eq!(bend(&harness), 0.0);
    }
    set(&mut harness, CurveParams::of(1).point(4).bend, 0.5);
    let last = at(&harness, 4);
    click(&mut harness, last, PointerButton::Secondary, 1);
    harness.run_steps(3);
    harness.get_by_label("Straighten").click();
    harness.run_steps(3);
    assert_eq!(bend(&harness), 0.0);
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Straighten Curve 1 Point 4".to_owned()));
}

#[test]
fn the_menu_of_a_point_and_that_of_the_drawing_do_what_they_say() {
    let mut harness = curves();
    let choose = |harness: &mut WindowHarness, at: Pos2, entry: &str| {
        click(harness, at, PointerButton::Secondary, 1);
        harness.run_steps(3);
        harness.get_by_label(entry).click();
        harness.run_steps(3);
        assert!(harness.query_by_label(entry).is_none(), "{entry}");
    };
    let (second, free) = (at(&harness, 2), place(&harness, 0.9, -0.5));
    choose(&mut harness, second, "Loop Start");
    assert_eq!(curve(&harness).loop_points(), (2, 3));
    let last = at(&harness, 4);
    choose(&mut harness, last, "Loop End");
    assert_eq!(curve(&harness).loop_points(), (2, 4));
    choose(&mut harness, second, "Delete");
    assert_eq!(curve(&harness).count(), 3);
    choose(&mut harness, free, "Add Point");
    assert_eq!(curve(&harness).count(), 4);
    for shape in CurveShape::ALL {
        choose(&mut harness, free, shape.name());
        let count = shape.points().len();
        assert_eq!(curve(&harness).count(), count, "{}", shape.name());
        assert_eq!(curve(&harness).loop_points(), shape.loop_points());
        let undone = harness.state_mut().model.undo();
        assert_eq!(undone, Some(format!("Curve 1 {}", shape.name())));
        harness.run_steps(2);
    }
    // By the keyboard too.
    harness.get_by_label(&name(2)).focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Enter);
    harness.run_steps(3);
    harness.get_by_label("Pluck").click();
    harness.run_steps(3);
    assert_eq!(curve(&harness).points().len(), 3);
}

#[test]
fn keys_move_bend_add_and_delete_points() {
    let mut harness = curves();
    let new = points(&harness);
    harness.get_by_label(&name(2)).focus();
    harness.run_steps(2);
    let press = |harness: &mut WindowHarness, modifiers: Modifiers, key: Key| {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(2);
    };
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(points(&harness)[1], (0.1625, 0.98));
    press(&mut harness, Modifiers::SHIFT, Key::ArrowLeft);
    press(&mut harness, Modifiers::SHIFT, Key::ArrowUp);
    let (time, level) = points(&harness)[1];
    assert!((time - 0.15625).abs() < 1e-3 && (level - 0.982).abs() < 1e-3);
    press(&mut harness, Modifiers::NONE, Key::PageUp);
    let bend = curve(&harness).point(2).bend;
    assert!((bend - 0.1).abs() < 1e-4, "{bend}");
    press(&mut harness, Modifiers::NONE, Key::Insert);
    assert_eq!(curve(&harness).count(), 5);
    assert_eq!(focused(&harness), Some(name(3)));
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(curve(&harness).count(), 4);
    assert_eq!(focused(&harness), Some(name(3)));
    for _ in 0..4 {
        press(&mut harness, Modifiers::NONE, Key::Delete);
    }
    assert_eq!(curve(&harness).count(), 2);
    assert_eq!(focused(&harness), Some(name(2)));
    let mut steps = 0;
    while harness.state_mut().model.undo().is_some() {
        steps += 1;
    }
    harness.run_steps(2);
    assert_eq!(points(&harness), new);
    // The moves sideways and upwards take turns.
    assert!((6..=9).contains(&steps), "{steps}");
    // A level is typed.
    harness.get_by_label(&name(2)).focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    send(&mut harness, [Event::Text("-25 %".to_owned())]);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(points(&harness)[1].1, -0.25);
}

#[test]
fn tab_walks_the_points_in_their_order() {
    let mut harness = curves();
    harness.get_by_label(&name(1)).focus();
    harness.run_steps(2);
    let params = CurveParams::of(1);
    let rest = [params.loop_start, params.loop_end, params.mode];
    let rest = rest.map(|param| param.row().name.to_owned());
    for expected in [2, 3, 4].map(name).into_iter().chain(rest) {
        harness.key_press(Key::Tab);
        harness.run_steps(2);
        assert_eq!(focused(&harness), Some(expected));
    }
}

#[test]
fn a_screen_reader_is_told_of_points_and_moves_them() {
    let mut harness = curves();
    let name = name(2);
    let second = harness.get_by_label(&name);
    let node = second.accesskit_node();
    assert_eq!(node.role(), Role::Slider);
    let text = node.data().value().map(str::to_owned);
    assert_eq!(text.as_deref(), Some("time 0.1, level 100.0 %, bend 0.0 %"));
    second.decrement_accesskit();
    harness.run_steps(2);
    assert_eq!(points(&harness)[1], (0.1, 0.98));
    harness.get_by_label(&name).set_value_accesskit(-0.5);
    harness.run_steps(2);
    assert_eq!(points(&harness)[1], (0.1, -0.5));
}

#[test]
fn the_ends_of_the_loop_are_dragged_to_points_where_the_curve_has_a_loop() {
    let mut harness = curves();
    let params = CurveParams::of(1);
    let end = control(&harness, params.loop_end).rect().center();
    let last = at(&harness, 4);
    drag(
        &mut harness,
        end,
        pos2(last.x + 4.0, end.y),
        Modifiers::NONE,
    );
    assert_eq!(curve(&harness).loop_points(), (3, 4));
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone, Some("Curve 1 Loop End".to_owned()));
    harness.run_steps(2);
    control(&harness, params.loop_start).focus();
    harness.run_steps(2);
    for _ in 0..5 {
        harness.key_press(Key::ArrowLeft);
        harness.run_steps(2);
    }
    assert_eq!(curve(&harness).loop_points(), (1, 3));
    for (mode, has_loop) in [(0.0, false), (2.0, true), (3.0, false), (4.0, false)] {
        set(&mut harness, params.mode, mode);
        let shown = harness.query_by_label(params.loop_end.row().name);
        assert_eq!(shown.is_some(), has_loop, "{mode}");
    }
}

/// The lines that are painted in the drawing of the first curve, by their colours.
fn lines(harness: &WindowHarness) -> Vec<egui::epaint::ColorMode> {
    let (left, right) = (at(harness, 1).x - 16.0, at(harness, 4).x + 16.0);
    let (top, bottom) = (at(harness, 2).y - 4.0, at(harness, 1).y + 8.0);
    let drawing = Rect::from_min_max(pos2(left, top), pos2(right + 400.0, bottom));
    let shapes = harness.output().shapes.iter().map(|shape| &shape.shape);
    let paths = shapes.filter_map(|shape| match shape {
        egui::Shape::Path(path) => Some(path),
        _ => None,
    });
    let within =
        paths.filter(|path| drawing.contains_rect(path.visual_bounding_rect().shrink(2.0)));
    within.map(|path| path.stroke.color.clone()).collect()
}

#[test]
fn a_curve_that_nothing_uses_is_weak_and_a_fan_has_traces() {
    use egui::epaint::ColorMode::Solid;
    let mut harness = curves();
    let theme = theme::Theme::of(crate::settings::Looks::default());
    let is_painted = |harness: &WindowHarness, color| lines(harness).contains(&Solid(color));
    assert!(is_painted(&harness, theme.weak_text));
    assert!(!is_painted(&harness, theme.accent));
    let route = RouteParams::of(1);
    let plain = |param: Param, label: &str| param.row().plain_of_label(label).expect("a label");
    set(&mut harness, route.from, plain(route.from, "Curve 1"));
    set(&mut harness, route.to, plain(route.to, "Partials Level"));
    assert!(is_painted(&harness, theme.accent));
    assert!(!is_painted(&harness, theme.weak_text));
    let before = lines(&harness).len();
    set(&mut harness, CurveParams::of(1).fan_delay, 0.1);
    assert_eq!(lines(&harness).len(), before + 8);
    set(&mut harness, CurveParams::of(1).mode, 3.0);
    assert!(lines(&harness).len() <= before);
}

/// In every window the tabs stand side by side within it.
#[test]
fn all_tabs_are_within_the_window() {
    for size in [SMALL, vec2(800.0, 900.0), vec2(1_120.0, 700.0), LARGE] {
        let harness = window(size);
        let tabs: Vec<Rect> = harness
            .query_all_by_role(Role::Tab)
            .map(|tab| tab.rect())
            .collect();
        for pair in tabs.windows(2) {
            assert!(pair[0].right() < pair[1].left());
        }
        let last = tabs.last().expect("a tab");
        assert!(last.right() <= size.x - 8.0, "{size:?}: {last}");
    }
}
