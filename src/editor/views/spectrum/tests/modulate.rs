//! Routes to the partials, and the line of a fan, in a whole window.

use egui::epaint::ColorMode;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Shape, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::dsp::lfo::LfoShape;
use crate::editor::testing::engine::engine_holding;
use crate::editor::testing::window::{WindowHarness, click, control, drag, plain, send, window};
use crate::editor::theme::Theme;
use crate::settings::Looks;
use crate::synth::parameter::{LfoCourse, LfoParams};
use crate::synth::{Param, Patch};

fn large() -> WindowHarness {
    window(vec2(1_600.0, 1_000.0))
}

/// In the view, away from the filter's handle.
fn in_the_view(harness: &WindowHarness) -> Pos2 {
    let rect = harness.get_by_label("Partial 1 Level").rect();
    Pos2::new(rect.left() + 0.4 * rect.width(), rect.center().y)
}

fn route(harness: &WindowHarness) -> Option<(String, &'static str, String)> {
    let routes = harness.state().model.used_routes();
    let route = routes.first()?;
    let params = route.id.params()?;
    let set = params.partials.text(plain(harness, params.partials));
    Some((route.source_text(), route.target.label(), set))
}

#[test]
fn a_source_that_is_dropped_on_the_partials_moves_those_that_are_picked() {
    for (layer, target) in [
        ("Level", "Partials Level"),
        ("Tune", "Partials Tune"),
        ("Pan", "Partials Pan"),
    ] {
        let mut harness = large();
        let at = in_the_view(&harness);
        harness.get_by_label(layer).click();
        harness.run_steps(2);
        let from = harness.get_by_label("Source LFO 2").rect().center();
        drag(&mut harness, from, at, Modifiers::NONE);
        harness.run_steps(3);
        assert_eq!(route(&harness), None);
        harness.get_by_label("Overtones").click();
        harness.run_steps(3);
        let expected = ("LFO 2".to_owned(), target, "Overtones".to_owned());
        assert_eq!(route(&harness), Some(expected));
        assert!(harness.query_by_label("Overtones").is_none());
        let undone = harness.state_mut().model.undo();
        assert_eq!(undone, Some(format!("Modulate {target} by LFO 2")));
    }
}

/// What no set of a rule has becomes a drawn one, in the same step.
#[test]
fn single_and_chosen_partials_become_a_drawn_set() {
    let mut harness = large();
    let at = in_the_view(&harness);
    let from = harness.get_by_label("Source LFO 2").rect().center();
    drag(&mut harness, from, at, Modifiers::NONE);
    harness.run_steps(3);
    let alone = harness.get_by_label_contains("alone");
    let name = alone.accesskit_node().label().expect("a name");
    alone.click();
    harness.run_steps(3);
    let model = &harness.state().model;
    assert_eq!(format!("Partial {} alone", model.drawn_set(1)), name);
    assert_eq!(
        route(&harness).map(|(_, _, set)| set).as_deref(),
        Some("Drawn 1")
    );
    harness.state_mut().model.undo();
    assert_eq!(route(&harness), None);
    assert!(harness.state().model.drawn_set(1).is_empty());

    harness.get_by_label("Choose").click();
    harness.run_steps(3);
    harness.get_by_label("Octaves").click();
    harness.run_steps(3);
    harness.key_press(Key::Escape);
    harness.run_steps(3);
    drag(&mut harness, from, at, Modifiers::NONE);
    harness.run_steps(3);
    harness.get_by_label("The 7 chosen").click();
    harness.run_steps(3);
    let set = harness.state().model.drawn_set(1).to_string();
    assert_eq!(set, "1-2, 4, 8, 16, 32, 64");
}

#[test]
fn a_drawn_set_is_typed_and_taken_over_where_partials_are_chosen() {
    let mut harness = large();
    harness.get_by_label("Choose").click();
    harness.run_steps(3);
    harness.get_by_label("Drawn 2").focus();
    harness.run_steps(2);
    send(&mut harness, [Event::Text("3, 500-512".to_owned())]);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(harness.state().model.drawn_set(2).to_string(), "3, 500-512");
    let undone = harness.state_mut().model.undo();
    assert_eq!(undone.as_deref(), Some("Draw Set 2"));
    harness.run_steps(3);
    harness.get_by_label("Even").click();
    harness.run_steps(3);
    harness
        .get_by_label("Drawn 1: take the chosen partials")
        .click();
    harness.run_steps(3);
    let set = harness.state().model.drawn_set(1);
    assert!(set.iter().all(|n| n % 2 == 0) && set.count() == 32);
    // A mistake is reported and changes nothing.
    harness.get_by_label("Drawn 2").focus();
    harness.run_steps(2);
    send(&mut harness, [Event::Text("0-5".to_owned())]);
    harness.run_steps(4);
    let (texts, _) = painted(&harness);
    let error = "0 is outside 1 to 512";
    assert!(texts.iter().any(|text| text == error), "{texts:?}");
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.state().model.drawn_set(2).is_empty());
}

#[test]
fn a_list_that_is_left_makes_no_route() {
    let mut harness = large();
    let at = in_the_view(&harness);
    let from = harness.get_by_label("Source LFO 2").rect().center();
    for leave in ["escape", "click"] {
        drag(&mut harness, from, at, Modifiers::NONE);
        harness.run_steps(3);
        assert!(harness.query_by_label("Overtones").is_some());
        match leave {
            "escape" => harness.key_press(Key::Escape),
            _ => click(
                &mut harness,
                Pos2::new(5.0, 60.0),
                PointerButton::Primary,
                1,
            ),
        }
        harness.run_steps(3);
        assert!(harness.query_by_label("Overtones").is_none(), "{leave}");
        assert_eq!(route(&harness), None);
    }
}

#[test]
fn keys_make_a_route_to_the_partials() {
    let mut harness = large();
    harness.get_by_label("Partial 1 Level").focus();
    harness.run_steps(2);
    harness.key_press(Key::M);
    harness.run_steps(3);
    for key in [Key::Tab, Key::Enter] {
        harness.key_press(key);
        harness.run_steps(3);
    }
    // Now the sets of partials; the first has the focus.
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    let expected = (
        "Filter Envelope".to_owned(),
        "Partials Level",
        "All".to_owned(),
    );
    assert_eq!(route(&harness), Some(expected));
}

/// The texts that are painted, and the points of the thickest line in the colour of modulators.
fn painted(harness: &WindowHarness) -> (Vec<String>, Vec<Pos2>) {
    let color = ColorMode::Solid(Theme::of(Looks::default()).modulator);
    let (mut texts, mut line) = (Vec::new(), Vec::new());
    for shape in &harness.output().shapes {
        match &shape.shape {
            Shape::Text(text) => texts.push(text.galley.text().to_owned()),
            Shape::Path(path) if path.stroke.color == color && path.stroke.width == 2.0 => {
                line = path.points.clone();
            }
            _ => {}
        }
    }
    (texts, line)
}

#[test]
fn while_a_fan_is_touched_the_view_shows_what_each_partial_gets() {
    let mut harness = large();
    let lfo = LfoParams::of(1);
    for (param, value) in [
        (Param::PARTIALS, 64.0),
        (lfo.shape, LfoCourse::Shape(LfoShape::Saw).index() as f32),
        (lfo.fan_order, 1.0),
        (lfo.fan_phase, 0.9),
    ] {
        harness.state_mut().model.set_plain(param, value);
    }
    harness.run_steps(3);
    let label = "LFO 1 at each partial".to_owned();
    assert!(!painted(&harness).0.contains(&label));
    let at = harness.get_by_label("Source LFO 1").rect().center();
    send(&mut harness, [Event::PointerMoved(at)]);
    let (texts, line) = painted(&harness);
    assert!(texts.contains(&label));
    // A saw that falls along the partials, whose places are logarithms of their numbers.
    assert_eq!(line.len(), 64);
    let falls = line.windows(2).all(|pair| pair[1].y > pair[0].y);
    assert!(falls, "{line:?}");
    let part = (line[7].y - line[0].y) / (line[63].y - line[0].y);
    assert!((part - 0.5).abs() < 0.01, "{part}");

    // While it sounds it moves.
    let mut patch = Patch::default();
    for param in [lfo.shape, lfo.fan_order, lfo.fan_phase, Param::PARTIALS] {
        patch.set(param, plain(&harness, param));
    }
    patch.set(lfo.trigger, 1.0);
    let mut engine = engine_holding(&patch, &[57]);
    let mut heights = Vec::new();
    for _ in 0..3 {
        engine.render(&mut [0.0; 960], &mut [0.0; 960]);
        harness.state_mut().senders.publish(&engine);
        harness.run_steps(2);
        heights.push(painted(&harness).1[0].y);
    }
    assert!(
        heights[0] < heights[1] && heights[1] < heights[2],
        "{heights:?}"
    );

    // Elsewhere it is gone.
    let at = control(&harness, Param::TILT).rect().center();
    send(&mut harness, [Event::PointerMoved(at)]);
    harness.run_steps(2);
    assert!(!painted(&harness).0.contains(&label));
}
