//! Controls whose parameter has no effect now.

use egui::epaint::ColorMode;
use egui::{Modifiers, Shape, Stroke};
use egui_kittest::kittest::Queryable as _;

use super::{dial, harness, help};
use crate::editor::model::idle;
use crate::editor::testing::window::{
    WindowHarness, control, plain, show_tab, tab_names, wheel, with_controls,
};
use crate::synth::parameter::RouteParams;
use crate::synth::{Param, Values};

/// How strong a shape is painted, 0 to 255.
fn strength(shape: &Shape) -> u8 {
    let line = |stroke: &Stroke| match stroke.width > 0.0 {
        true => stroke.color.a(),
        false => 0,
    };
    match shape {
        Shape::Rect(rect) => rect.fill.a().max(line(&rect.stroke)),
        Shape::Circle(circle) => circle.fill.a().max(line(&circle.stroke)),
        Shape::LineSegment { stroke, .. } => line(stroke),
        Shape::Path(path) => match path.stroke.color {
            ColorMode::Solid(color) if path.stroke.width > 0.0 => path.fill.a().max(color.a()),
            _ => path.fill.a(),
        },
        Shape::Text(text) => text.fallback_color.a(),
        _ => 0,
    }
}

/// How strong the strongest thing in a control's place is painted, its texts among them.
fn strongest(harness: &WindowHarness, param: Param) -> u8 {
    let place = control(harness, param).rect();
    let shapes = harness.output().shapes.iter().map(|shape| &shape.shape);
    let within = shapes.filter(|shape| place.contains_rect(shape.visual_bounding_rect()));
    within.map(strength).max().expect("it is painted")
}

#[test]
fn a_control_without_effect_looks_inactive_and_can_be_set() {
    let mut harness = harness();
    let param = Param::CUTOFF;
    assert!(strongest(&harness, param) < 160);
    assert_eq!(strongest(&harness, Param::TILT), 255);
    let at = dial(&harness, param);
    wheel(&mut harness, at, 1.0, Modifiers::NONE);
    assert_ne!(plain(&harness, param), param.row().default);
    assert!(
        help(&harness).contains("Has no effect now. The filter is off."),
        "{}",
        help(&harness)
    );
    let low_pass = Param::FILTER_TYPE.range().normalized(1.0);
    harness.state_mut().model.set(Param::FILTER_TYPE, low_pass);
    // It fades over.
    harness.run_steps(8);
    assert_eq!(strongest(&harness, param), 255);
    assert!(!help(&harness).contains("no effect"), "{}", help(&harness));
}

/// Asserts that those controls are dimmed whose parameters have no effect; returns how many.
#[track_caller]
fn assert_dimmed_where_idle(harness: &mut WindowHarness) -> usize {
    let values = Values::new(&harness.state().model.params().patch());
    let (mut count, mut seen) = (0, 0);
    for tab in tab_names(harness) {
        show_tab(harness, &tab);
        // The page fades in.
        harness.run_steps(6);
        for param in
            with_controls().filter(|param| harness.query_by_label(param.row().name).is_some())
        {
            let reason = idle::reason(param, &values, values.is_on(Param::MPE));
            let model = &harness.state().model;
            let is_idle = reason.is_some() || model.tuned_otherwise(param, &values).is_some();
            let strength = strongest(harness, param);
            assert_eq!(strength < 160, is_idle, "{}: {strength}", param.row().name);
            count += usize::from(is_idle);
            seen += 1;
        }
    }
    assert_eq!(seen, with_controls().count());
    count
}

/// Knobs, bars, choices and switches. That the reasons are true is a test of `model/idle.rs`.
#[test]
fn every_control_with_a_reason_is_dimmed_and_no_other() {
    let mut harness = harness();
    let at_first = assert_dimmed_where_idle(&mut harness);
    assert!(at_first > 30, "{at_first}");
    for (param, value) in [
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_ENV, 2.0),
        (Param::AMP_SUSTAIN, 0.5),
        (Param::LFO_PITCH, 20.0),
        (Param::DAMPING, 1.0),
        (Param::DAMPING_BRIGHTNESS, 1.0),
        (Param::STRIKE_DEPTH, 0.5),
        (Param::MPE, 1.0),
        (Param::macro_target(3), 1.0),
        (Param::macro_amount(3), 0.5),
        // LFO 2 moves the levels of the partials.
        (RouteParams::of(24).from, 14.0),
        (RouteParams::of(24).to, 5.0),
    ] {
        let normalized = param.range().normalized(value);
        harness.state_mut().model.set(param, normalized);
    }
    harness.run_steps(3);
    // Three spectra, the step of clusters, unison, the shapers, the second filter, the gain of the first, the
    // room and the effects, what follows the decay;
    let of_the_body = 3 * 4 + 1 + 5 + (2 + 3 + 2 + 4 + 2 + 2 + 1 + 1) + 7 + 1 + (3 + 2 + 6 + 4) + 2;
    // the fans of both envelopes, the priority of notes and how they glide, both sequences, all curves, the
    // divisions of LFO 1 and 2, the fan of LFO 1, the order of the fan of LFO 2, all of LFO 3 and 4, the
    // values and amounts of seven macros, and of 23 routes all but their ends, the size of fifths, the keys of scales
    // and what Match goes by, the playback of recordings.
    let idle = of_the_body + 6 + 3 + 2 * 38 + 4 * 9 + 2 + 3 + 1 + 2 * 10 + 2 * 7 + 5 * 23 + 4 + 8;
    assert_eq!(assert_dimmed_where_idle(&mut harness), idle);
}
