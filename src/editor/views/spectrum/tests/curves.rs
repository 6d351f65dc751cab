//! The curves of shapers and of the second filter, and their handles.

use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::editor::model::spectrum::pitch::power_db;
use crate::editor::testing::window::{WHOLE, control, plain, send, show_control, window};
use crate::synth::display::lowest_voice;
use crate::synth::parameter::LEVEL_OFF_DB;
use crate::synth::parameter::layout::Group;

/// A window in which a section is in use.
fn using(section: Group) -> Window {
    let mut window = Window::new();
    window.view.state.axis = Axis::new(Measure::Number);
    window.harness.controls.use_section(section);
    window.frame(&[]);
    window.calls.take();
    window
}

fn value(window: &Window, param: Param) -> f32 {
    param.range().plain(window.model.normalized(param))
}

#[test]
fn the_handle_of_a_shaper_that_is_off_switches_it_on_where_it_is_taken() {
    let mut window = using(Group::Divide);
    // Between partials 1 and 4, where a step of 3 has its first notch.
    let (from, to) = window.canvas(|canvas| {
        let x = |number| canvas.x_of_hz(canvas.reference.hz(number));
        (
            pos2(x(2.5), canvas.gain_height(0.0)),
            pos2(x(3.5), canvas.gain_height(-12.0)),
        )
    });
    window.stroke(&[from, from.lerp(to, 0.5), to]);
    let mut begun = begun(&window.calls.take());
    begun.sort();
    let mut expected = vec![Param::DIVIDE, Param::DIVIDE_STEP];
    expected.sort();
    assert_eq!(begun, expected);
    assert!((value(&window, Param::DIVIDE_STEP) - 5.0).abs() < 0.1);
    // What is left of the notch's partials is −12 dB.
    let left = 1.0 - value(&window, Param::DIVIDE);
    assert!((20.0 * left.log10() + 12.0).abs() < 0.3, "{left}");
    assert_eq!(window.model.undo().as_deref(), Some("Move shaper"));
    assert_eq!(value(&window, Param::DIVIDE), 0.0);
}

#[test]
fn at_the_foot_of_the_view_a_notch_is_whole() {
    let mut window = using(Group::Phaser);
    window.view.state.axis = Axis::new(Measure::Logarithmic);
    window.frame(&[]);
    let hz = 800.0 * 2_f32.sqrt();
    let from = window.canvas(|canvas| pos2(canvas.x_of_hz(hz), canvas.gain_height(0.0)));
    window.stroke(&[from, from + vec2(0.0, 150.0), from + vec2(0.0, 2_000.0)]);
    assert_eq!(value(&window, Param::PHASER), 1.0);
    assert!((value(&window, Param::PHASER_CENTER) / 800.0 - 1.0).abs() < 0.01);
}

/// The points of the line that is drawn brightest of all curves.
fn bright_line(window: &Window) -> Vec<Pos2> {
    let lines = window.harness.shapes.iter().filter_map(|clipped| {
        let egui::Shape::Path(path) = &clipped.shape else {
            return None;
        };
        (path.stroke.width == 1.75).then(|| path.points.clone())
    });
    let mut lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 1, "one curve is in use");
    lines.remove(0)
}

/// The height of a line, which has no points where it is straight.
fn height_at(line: &[Pos2], x: f32) -> f32 {
    let piece = line.windows(2).find(|pair| pair[1].x >= x);
    let [left, right] = piece.expect("a piece")[..] else {
        unreachable!();
    };
    egui::remap(x, left.x..=right.x, left.y..=right.y)
}

#[test]
fn the_level_of_threshold_is_a_line_that_is_pulled_up_from_the_foot() {
    let mut window = using(Group::Threshold);
    let loudest_db = {
        let snapshot = window.view.rest.update(&window.model, &Snapshot::default());
        let (_, partials) = lowest_voice(snapshot.expect("nothing sounds")).expect("a voice");
        let levels = partials.iter().map(|partial| power_db(partial.power()));
        levels.fold(f32::MIN, f32::max)
    };
    let place = |window: &Window, db: f32| {
        window.canvas(|canvas| pos2(canvas.middle(16), canvas.live_height(db)))
    };
    let from = place(&window, -200.0);
    window.stroke(&[from, place(&window, loudest_db - 30.0)]);
    assert_eq!(begun(&window.calls.take()), [Param::THRESHOLD]);
    let level_db = value(&window, Param::THRESHOLD);
    assert!((level_db + 30.0).abs() < 0.5, "{level_db}");
    window.frame(&[]);
    let expected_y = place(&window, loudest_db + level_db).y;
    for point in bright_line(&window) {
        assert!((point.y - expected_y).abs() < 0.1, "{point:?}");
    }
    assert_eq!(window.model.undo().as_deref(), Some("Move shaper"));
    assert_eq!(value(&window, Param::THRESHOLD), -96.0);
}

#[test]
fn anchor_is_moved_along_the_axis_alone() {
    let mut window = using(Group::Anchor);
    window.view.state.axis = Axis::new(Measure::Logarithmic);
    window.frame(&[]);
    let place = |window: &Window, hz: f32, db: f32| {
        window.canvas(|canvas| pos2(canvas.x_of_hz(hz), canvas.gain_height(db)))
    };
    let left = window.canvas(|canvas| canvas.extent().min);
    let from = pos2(left + 1.0, place(&window, 100.0, 0.0).y);
    let to = place(&window, 200.0, 9.0);
    window.stroke(&[from, to]);
    assert_eq!(begun(&window.calls.take()), [Param::ANCHOR]);
    let hz = value(&window, Param::ANCHOR);
    assert!((hz / 200.0 - 1.0).abs() < 0.03, "{hz}");
    window.frame(&[]);
    // Half is held there.
    let line = bright_line(&window);
    let half = place(&window, hz, -6.02);
    let y = height_at(&line, half.x);
    assert!((y - half.y).abs() < 2.0, "{y} {half:?}");
    let above = line.last().expect("a point");
    assert_eq!(above.y, window.canvas(|canvas| canvas.plot.bottom()));
}

/// What Blur makes of a single loud partial is drawn, without a handle.
#[test]
fn what_a_shaper_makes_of_the_note_at_rest_is_drawn() {
    let mut window = using(Group::Blur);
    window.model.set(Param::partial_level(8), 1.0);
    window.model.set(Param::BLUR, 0.2);
    window.frame(&[]);
    let line = bright_line(&window);
    let db_at = |n: usize| {
        window.canvas(|canvas| {
            let x = canvas.middle(n);
            let near = line.iter().min_by(|a, b| {
                let distance = |point: &Pos2| (point.x - x).abs();
                distance(a).total_cmp(&distance(b))
            });
            canvas.gain_db(near.expect("a point").y)
        })
    };
    // Half of its power goes to its neighbours; a point of the line is near the middle of the bar.
    assert!((-3.1..-1.5).contains(&db_at(8)), "{}", db_at(8));
    assert!(db_at(7) > 10.0 && db_at(9) > 10.0);
    assert!(db_at(20).abs() < 0.3, "{}", db_at(20));
    // Where a handle would be, bars are drawn.
    window.calls.take();
    let at = window.at(16, -12.0);
    window.stroke(&[at, at]);
    assert_eq!(begun(&window.calls.take()), [Param::partial_level(16)]);
}

#[test]
fn contrast_follows_its_handle_up_and_down() {
    let mut window = using(Group::Contrast);
    let (from, to) = window.canvas(|canvas| {
        let x = canvas.middle(16);
        let place = |db: f32| pos2(x, canvas.gain_height(db));
        (place(0.0), place(10.0) + vec2(60.0, 0.0))
    });
    window.stroke(&[from, from.lerp(to, 0.5), to]);
    assert_eq!(begun(&window.calls.take()), [Param::CONTRAST]);
    assert!(value(&window, Param::CONTRAST) < -0.1);
    window.frame(&[]);
    let line = bright_line(&window);
    let y = height_at(&line, from.x);
    assert!((y - to.y).abs() < 1.5, "{y} {to:?}");
}

#[test]
fn without_a_shaper_in_use_the_bars_are_drawn() {
    let mut window = using(Group::Source);
    let at = window.at(2, -12.0);
    window.stroke(&[at, at]);
    assert_eq!(begun(&window.calls.take()), [Param::partial_level(2)]);
}

#[test]
fn the_second_filter_has_a_handle_whose_height_is_its_gain_where_it_has_one() {
    let mut window = using(Group::Filter2);
    window.view.state.axis = Axis::new(Measure::Logarithmic);
    let set = |window: &mut Window, param: Param, plain: f32| {
        window.model.set(param, param.range().normalized(plain));
    };
    let labels = Param::FILTER_2_TYPE.text(5.0);
    assert_eq!(labels, "Peak");
    set(&mut window, Param::FILTER_2_TYPE, 5.0);
    set(&mut window, Param::FILTER_2_CUTOFF, 1_000.0);
    set(&mut window, Param::FILTER_2_GAIN, 0.0);
    window.frame(&[]);
    window.calls.take();
    let (from, to) = window.canvas(|canvas| {
        (
            pos2(canvas.x_of_hz(1_000.0), canvas.gain_height(0.0)),
            pos2(canvas.x_of_hz(2_000.0), canvas.gain_height(9.0)),
        )
    });
    window.stroke(&[from, from.lerp(to, 0.5), to]);
    let mut begun = begun(&window.calls.take());
    begun.sort();
    let mut expected = vec![Param::FILTER_2_CUTOFF, Param::FILTER_2_GAIN];
    expected.sort();
    assert_eq!(begun, expected);
    assert!((value(&window, Param::FILTER_2_CUTOFF) / 2_000.0 - 1.0).abs() < 0.03);
    assert!((value(&window, Param::FILTER_2_GAIN) - 9.0).abs() < 0.3);
}

#[test]
fn absolute_levels_are_drawn_as_they_are_heard() {
    let mut window = Window::new();
    window
        .model
        .set(Param::PARTIALS, Param::PARTIALS.range().normalized(8.0));
    window.view.state.heard_levels = true;
    window.frame(&[]);
    let bases_db = window.view.bases_db.expect("bars stand for levels");
    // The source's own level falls, and bars that are drawn level stand so.
    let at = |window: &Window, n: usize, heard_db: f32| {
        window.canvas(|canvas| pos2(canvas.middle(n), canvas.live_height(heard_db)))
    };
    let (from, to) = (at(&window, 1, -40.0), at(&window, 8, -40.0));
    window.stroke(&[from, to]);
    for n in 1..=8 {
        let level_db = window.value(Layer::Level, n);
        assert!((bases_db[n - 1] + level_db + 40.0).abs() < 0.3, "{n}");
    }
    let snapshot = window.view.rest.update(&window.model, &Snapshot::default());
    let (_, partials) = lowest_voice(snapshot.expect("nothing sounds")).expect("a voice");
    for partial in &partials[..8] {
        assert!((power_db(partial.power()) + 40.0).abs() < 0.3);
    }
    assert_eq!(window.model.undo().as_deref(), Some("Draw Level"));
    // At the foot a partial is off, and a bar that is off can be drawn again.
    let foot = at(&window, 3, -200.0);
    window.stroke(&[foot, foot]);
    assert_eq!(window.value(Layer::Level, 3), LEVEL_OFF_DB);
    let place = at(&window, 3, -30.0);
    window.stroke(&[place, place]);
    let level_db = window.value(Layer::Level, 3);
    assert!((bases_db[2] + level_db + 30.0).abs() < 0.3, "{level_db}");
    // Tune has one scale only.
    window.view.state.layer = Layer::Tune;
    window.frame(&[]);
    assert!(window.canvas(|canvas| !canvas.has_heard_levels()));
}

/// In the whole window: a control of the shaper brings the handle, keys move it, a reader announces it.
#[test]
fn a_control_of_a_shaper_brings_its_curve_and_keys_move_it() {
    const HANDLE: &str = "Focus partial and gain";
    let mut harness = window(WHOLE);
    assert!(harness.query_by_label(HANDLE).is_none());
    show_control(&mut harness, Param::FOCUS);
    control(&harness, Param::FOCUS).focus();
    harness.run_steps(3);
    harness.get_by_label(HANDLE).focus();
    harness.run_steps(2);
    send(
        &mut harness,
        [key(Key::ArrowUp), key(Key::ArrowRight), key(Key::PageDown)],
    );
    assert!((plain(&harness, Param::FOCUS) - 0.48).abs() < 1e-3);
    assert!(plain(&harness, Param::FOCUS_PARTIAL) > 4.1);
    assert!(plain(&harness, Param::FOCUS_WIDTH) < 0.499);
    let told = harness.get_by_label(HANDLE).value().unwrap_or_default();
    assert!(told.starts_with("partial 4.199, gain 0.48 dB"), "{told}");
    // A section of one parameter has its name, which its knob has already.
    show_control(&mut harness, Param::THRESHOLD);
    control(&harness, Param::THRESHOLD).focus();
    harness.run_steps(3);
    harness.get_by_label("Threshold curve").focus();
    harness.run_steps(2);
    send(&mut harness, [key(Key::ArrowUp), key(Key::ArrowRight)]);
    assert!((plain(&harness, Param::THRESHOLD) + 95.07).abs() < 1e-2);
    // Another section takes its place.
    show_control(&mut harness, Param::CUTOFF);
    control(&harness, Param::CUTOFF).focus();
    harness.run_steps(3);
    assert!(harness.query_by_label(HANDLE).is_none());
}

#[test]
fn what_is_drawn_has_bars_for_all_partials() {
    use crate::synth::display::{DRAWN_BODY, DRAWN_COLOUR};
    use crate::synth::parameter::MAX_PARTIALS;
    let mut window = Window::new();
    let offered = |window: &Window| Layer::offered(window.harness.controls.values(), 0).len();
    assert_eq!(offered(&window), 3);
    for (param, index) in [(Param::BODY_A, DRAWN_BODY), (Param::COLOUR_B, DRAWN_COLOUR)] {
        let normalized = param.range().normalized(index as f32);
        window.model.params().set(param, normalized);
    }
    window.frame(&[]);
    assert_eq!(offered(&window), 5);
    // At its end, the axis has the 512th.
    window.view.state.layer = Layer::Colour(1);
    window
        .view
        .state
        .axis
        .show(MAX_PARTIALS as f32, window.canvas(|canvas| canvas.extent()));
    window.frame(&[]);
    window.calls.take();
    let (from, to) = window.canvas(|canvas| {
        let at =
            |n: usize, db: f32| pos2(canvas.middle(n), canvas.height(canvas.layer.height_of(db)));
        (at(500, -12.0), at(510, -22.0))
    });
    window.stroke(&[from, to]);
    let begun = begun(&window.calls.take());
    assert_eq!(
        begun,
        (500..=510)
            .map(|n| Param::drawn_level(1, n))
            .collect::<Vec<_>>()
    );
    for n in 500..=510 {
        let found = window.value(Layer::Colour(1), n);
        assert!(
            (found + 12.0 + (n - 500) as f32).abs() < 0.3,
            "{n}: {found}"
        );
    }
    assert_eq!(window.model.undo().as_deref(), Some("Draw Drawn Colour B"));
    // The body is drawn in cents over the harmonic series.
    window.view.state.layer = Layer::Body(0);
    window.frame(&[]);
    let at = window.canvas(|canvas| {
        pos2(
            canvas.middle(505),
            canvas.height(canvas.layer.height_of(100.0)),
        )
    });
    window.stroke(&[at, at]);
    let ratio = window.value(Layer::Body(0), 505) / 505.0;
    assert!((1_200.0 * ratio.log2() - 100.0).abs() < 8.0, "{ratio}");
    // Another sound has nothing drawn.
    window.model.params().set(Param::BODY_A, 0.0);
    window.frame(&[]);
    assert_eq!(window.view.state.layer, Layer::Level);
}
