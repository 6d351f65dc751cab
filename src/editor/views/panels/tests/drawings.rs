//! The drawings of envelopes and LFOs.

use super::*;

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
        // The line is where the user has dragged it, but for the scale.
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
