//! The view, with mouse and keys.

mod curves;
mod modulate;
mod window;

use super::bar_editor::Tool;
use super::canvas::FLOOR_DB;
use super::columns::Column;
use super::*;
use crate::editor::model::spectrum::axis::Measure;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::testing::engine::engine_holding;
use crate::editor::testing::host::{Call, RecordingHost, model};
use crate::editor::testing::view::{ViewHarness, button, key};
use crate::synth::{Param, Patch};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, pos2};

const SIZE: egui::Vec2 = vec2(1_200.0, 400.0);

/// A window with nothing in it but the view.
struct Window {
    harness: ViewHarness,
    view: SpectrumView,
    model: EditorModel,
    calls: RecordingHost,
}

impl Window {
    fn new() -> Window {
        let (model, calls) = model();
        let mut window = Window {
            harness: ViewHarness::new(SIZE),
            view: SpectrumView::new(Library::empty()),
            model,
            calls,
        };
        window.frame(&[]);
        window
    }

    fn frame(&mut self, events: &[Event]) {
        let view = &mut self.view;
        self.harness.show(&mut self.model, events, |ui, context| {
            view.show(ui, context)
        });
    }

    /// Lets everything glide to its place.
    fn settle(&mut self) {
        for _ in 0..8 {
            self.frame(&[]);
        }
        assert!(!self.view.bar_heights.is_moving() && !self.view.rest_levels.is_moving());
    }

    /// Where things stand, as the view has them.
    fn canvas<R>(&self, look: impl FnOnce(&Canvas) -> R) -> R {
        let (_, room) = split(Rect::from_min_size(Pos2::ZERO, SIZE));
        let reference = Reference::now(&self.model, self.harness.live.snapshot());
        let mut names = NoteNames::default();
        names.update(&self.model);
        let axis = self.view.state.axis;
        let has_trail = self.view.state.switches.trail;
        look(&Canvas::new(
            room,
            &axis,
            self.view.state.layer,
            (&reference, &names),
            has_trail,
        ))
    }

    /// Over partial `n`, at the height of a plain value of the layer.
    fn at(&self, n: usize, plain: f32) -> Pos2 {
        let normalized = self.view.state.layer.param(n).range().normalized(plain);
        self.canvas(|canvas| pos2(canvas.middle(n), canvas.height(normalized)))
    }

    fn value(&self, layer: Layer, n: usize) -> f32 {
        let param = layer.param(n);
        param.range().plain(self.model.normalized(param))
    }

    /// Presses at the first place, moves through the others and lets go at the last, with these keys
    /// held.
    fn stroke_with(&mut self, modifiers: Modifiers, places: &[Pos2]) {
        let press = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        };
        let first = Event::PointerMoved(places[0]);
        self.frame(&[Event::ModifiersChanged(modifiers), first]);
        self.frame(&[press(places[0], true)]);
        for &place in &places[1..] {
            self.frame(&[Event::PointerMoved(place)]);
        }
        self.frame(&[press(places[places.len() - 1], false)]);
        self.frame(&[Event::ModifiersChanged(Modifiers::NONE)]);
    }

    fn stroke(&mut self, places: &[Pos2]) {
        self.stroke_with(Modifiers::NONE, places);
    }
}

fn begun(calls: &[Call]) -> Vec<Param> {
    let begun = calls.iter().filter_map(|call| match call {
        Call::Begin(param) => Some(*param),
        _ => None,
    });
    begun.collect()
}

#[test]
fn a_stroke_draws_where_the_pointer_is_as_one_step() {
    let mut window = Window::new();
    let places = [window.at(5, 12.0), window.at(5, 6.5), window.at(25, -33.5)];
    window.stroke(&places);
    let calls = window.calls.take();
    let begun = begun(&calls);
    assert_eq!(
        begun,
        (5..=25).map(Param::partial_level).collect::<Vec<_>>()
    );
    for param in begun {
        let of = |wanted: &Call| calls.iter().filter(|call| *call == wanted).count();
        assert_eq!((of(&Call::Begin(param)), of(&Call::End(param))), (1, 1));
    }
    // Along the line, two decibels from bar to bar.
    for n in 5..=25 {
        let expected = 6.5 - 2.0 * (n - 5) as f32;
        let found = window.value(Layer::Level, n);
        assert!(
            (found - expected).abs() < 0.3,
            "{n}: {found} for {expected}"
        );
    }
    assert_eq!(window.model.undo().as_deref(), Some("Draw Level"));
    assert_eq!(window.model.undo(), None);
    assert_eq!(window.value(Layer::Level, 12), 0.0);
}

#[test]
fn however_slow_the_screen_nothing_of_a_stroke_is_lost() {
    let mut window = Window::new();
    let places = [
        window.at(10, -6.0),
        window.at(20, -26.0),
        window.at(30, -6.0),
    ];
    window.frame(&[Event::PointerMoved(places[0])]);
    // All of it in one frame, even the letting go.
    window.frame(&[
        button(places[0], true),
        Event::PointerMoved(places[1]),
        Event::PointerMoved(places[2]),
    ]);
    window.frame(&[
        Event::PointerMoved(window.at(40, -26.0)),
        button(window.at(40, -26.0), false),
    ]);
    window.frame(&[]);
    for (n, expected) in [
        (10, -6.0),
        (15, -16.0),
        (20, -26.0),
        (30, -6.0),
        (40, -26.0),
    ] {
        let found = window.value(Layer::Level, n);
        assert!((found - expected).abs() < 0.3, "{n}: {found}");
    }
    // A click that begins and ends between two frames, and nothing afterwards.
    let at = window.at(50, -12.0);
    window.frame(&[Event::PointerMoved(at)]);
    window.frame(&[button(at, true), button(at, false)]);
    window.frame(&[Event::PointerMoved(window.at(55, 3.0))]);
    window.frame(&[]);
    let found = window.value(Layer::Level, 50);
    assert!((found + 12.0).abs() < 0.3, "{found}");
    assert_eq!(window.value(Layer::Level, 55), 0.0);
}

#[test]
fn with_ctrl_a_stroke_is_a_line_that_leaves_again_what_it_leaves_behind() {
    let mut window = Window::new();
    let places = [
        window.at(10, 0.0),
        window.at(30, -60.0),
        window.at(20, -20.0),
    ];
    window.stroke_with(Modifiers::COMMAND, &places);
    for n in 10..=20 {
        let found = window.value(Layer::Level, n);
        assert!((found + 2.0 * (n - 10) as f32).abs() < 0.3, "{n}: {found}");
    }
    assert_eq!(window.value(Layer::Level, 21), 0.0);
    assert_eq!(window.value(Layer::Level, 30), 0.0);
}

#[test]
fn with_shift_one_bar_moves_a_tenth_as_fast() {
    let mut window = Window::new();
    let places = [
        window.at(10, 0.0),
        window.at(10, -5.0),
        window.at(40, -20.0),
    ];
    window.stroke_with(Modifiers::SHIFT, &places);
    let found = window.value(Layer::Level, 10);
    assert!((found + 2.0).abs() < 0.1, "{found}");
    assert_eq!(window.value(Layer::Level, 40), 0.0);
}

/// As the lowest key that was heard last would sound, or A4.
#[test]
fn while_nothing_sounds_the_sound_at_rest_is_shown() {
    let mut window = Window::new();
    let shown = |window: &mut Window| -> Option<usize> {
        window.settle();
        let columns = window.view.rest_columns.as_ref()?;
        let is_heard = |column: &Column| column.sum_db > FLOOR_DB;
        Some(window.canvas(|canvas| {
            let heard = columns.each(canvas).filter(|(_, column)| is_heard(column));
            heard.count()
        }))
    };
    // Below 24 kHz.
    assert_eq!(shown(&mut window), Some(54));
    window.model.set_plain(Param::PARTIALS, 10.0);
    assert_eq!(shown(&mut window), Some(10));
    let mut engine = engine_holding(&Patch::default(), &[93]);
    engine.render(&mut [0.0; 256], &mut [0.0; 256]);
    window.harness.senders.publish(&engine);
    assert_eq!(shown(&mut window), None);
    window
        .harness
        .senders
        .publish(&engine_holding(&Patch::default(), &[]));
    window.model.set_plain(Param::PARTIALS, 512.0);
    // A6, four times as high.
    assert_eq!(shown(&mut window), Some(13));
}

#[test]
fn bars_glide_to_what_is_set_elsewhere_and_are_where_the_hand_draws() {
    let mut window = Window::new();
    let height = |window: &Window| window.view.bar_heights.heights()[4];
    let range = Param::partial_level(5).range();
    let loud = |window: &Window| {
        let columns = window
            .view
            .rest_columns
            .as_ref()
            .expect("the sound at rest");
        window.canvas(|canvas| columns.each(canvas).nth(4).map(|(_, column)| column.sum_db))
    };
    window.settle();
    let (before, loud_before) = (height(&window), loud(&window));
    let after = range.normalized(-36.0);
    window.model.set_plain(Param::partial_level(5), -36.0);
    window.frame(&[]);
    let (between, loud_between) = (height(&window), loud(&window));
    assert!(
        between < before && between > after,
        "{before} {between} {after}"
    );
    window.settle();
    assert!((height(&window) - after).abs() < 1e-6);
    assert!(loud_before > loud_between && loud_between > loud(&window));

    let (first, second) = (window.at(5, 12.0), window.at(5, -20.0));
    window.frame(&[Event::PointerMoved(first)]);
    window.frame(&[button(first, true)]);
    window.frame(&[Event::PointerMoved(second)]);
    let drawn = range.normalized(window.value(Layer::Level, 5));
    assert_eq!(height(&window), drawn);
    assert!((drawn - range.normalized(-20.0)).abs() < 0.01, "{drawn}");
    window.frame(&[button(second, false)]);
    assert!(!window.view.bar_heights.is_moving());
}

#[test]
fn a_double_click_brings_the_default_back() {
    let mut window = Window::new();
    let place = window.at(20, -30.0);
    window.stroke(&[place, place]);
    assert!((window.value(Layer::Level, 20) + 30.0).abs() < 0.3);
    // Long enough for the next to be the first again.
    for _ in 0..50 {
        window.frame(&[]);
    }
    for _ in 0..2 {
        window.frame(&[button(place, true)]);
        window.frame(&[button(place, false)]);
    }
    window.frame(&[]);
    let param = Param::partial_level(20);
    assert_eq!(window.model.normalized(param), param.default_normalized());
}

#[test]
fn every_axis_draws_the_bar_that_is_shown_there() {
    for (measure, _) in Measure::ALL {
        let mut window = Window::new();
        window.view.state.axis = Axis::new(measure);
        window.frame(&[]);
        let place = window.at(3, -12.0);
        window.stroke(&[place, place]);
        let found = window.value(Layer::Level, 3);
        assert!((found + 12.0).abs() < 0.3, "{measure:?}: {found}");
        assert_eq!(begun(&window.calls.take()), [Param::partial_level(3)]);
    }
}

#[test]
fn a_rectangle_chooses_and_strokes_then_move_only_what_is_chosen() {
    let mut window = Window::new();
    let (from, to) = (window.at(4, 6.0), window.at(8, -6.0));
    window.stroke_with(Modifiers::ALT, &[from, to]);
    assert_eq!(window.view.bars.selection.text(), "4-8");
    let (from, to) = (window.at(20, 6.0), window.at(20, -6.0));
    window.stroke_with(Modifiers::ALT | Modifiers::SHIFT, &[from, to]);
    assert_eq!(window.view.bars.selection.text(), "4-8, 20");
    window.view.bars.tool = Tool::Select;
    let (from, to) = (window.at(5, 6.0), window.at(6, -6.0));
    window.stroke_with(Modifiers::COMMAND, &[from, to]);
    assert_eq!(window.view.bars.selection.text(), "4, 7, 8, 20");
    assert_eq!(window.calls.take(), []);
    window.view.bars.tool = Tool::Draw;
    let places = [window.at(1, -10.0), window.at(30, -10.0)];
    window.stroke(&places);
    let moved: Vec<usize> = (1..=64)
        .filter(|&n| window.value(Layer::Level, n) != 0.0)
        .collect();
    assert_eq!(moved, [4, 7, 8, 20]);
}

#[test]
fn a_click_chooses_one_and_another_lets_it_go() {
    let mut window = Window::new();
    window.view.bars.tool = Tool::Select;
    let place = window.at(9, -40.0);
    window.stroke(&[place]);
    assert_eq!(window.view.bars.selection.text(), "9");
    for _ in 0..50 {
        window.frame(&[]);
    }
    window.stroke(&[place]);
    assert_eq!(window.view.bars.selection, Selection::NONE);
    assert_eq!(window.calls.take(), []);
}

/// Walks with Tab until the bars have the focus.
fn focus_bars(window: &mut Window) {
    for _ in 0..30 {
        window.frame(&[key(Key::Tab)]);
        window.frame(&[]);
        window.frame(&[key(Key::ArrowRight)]);
        if window.view.bars.cursor == 2 {
            return;
        }
    }
    panic!("the bars cannot be reached by Tab");
}

#[test]
fn keys_walk_the_bars_choose_and_move_them() {
    let mut window = Window::new();
    focus_bars(&mut window);
    window.frame(&[key(Key::ArrowRight)]);
    window.calls.take();
    window.frame(&[key(Key::ArrowDown)]);
    assert!((window.value(Layer::Level, 3) + 0.96).abs() < 1e-3);
    assert_eq!(begun(&window.calls.take()), [Param::partial_level(3)]);
    window.frame(&[key(Key::Space)]);
    window.frame(&[key(Key::End), key(Key::Space)]);
    assert_eq!(window.view.bars.cursor, EDITABLE_PARTIALS);
    assert_eq!(window.view.bars.selection.text(), "3, 64");
    window.frame(&[key(Key::PageDown)]);
    assert!((window.value(Layer::Level, 64) + 9.6).abs() < 1e-2);
    assert!((window.value(Layer::Level, 3) + 10.56).abs() < 1e-2);
    window.frame(&[key(Key::Delete)]);
    assert_eq!(window.value(Layer::Level, 3), 0.0);
    window.frame(&[key(Key::Escape)]);
    assert!(window.view.bars.selection.is_empty());
    window.frame(&[key(Key::Home), key(Key::ArrowLeft)]);
    assert_eq!(window.view.bars.cursor, 1);
}

#[test]
fn the_bar_that_keys_walk_to_comes_into_view() {
    let mut window = Window::new();
    focus_bars(&mut window);
    let room = window.canvas(|canvas| canvas.extent());
    window.view.state.axis.zoom(4.0, room.min, room);
    for (pressed, n) in [(Key::End, EDITABLE_PARTIALS), (Key::Home, 1)] {
        assert!(!room.contains(window.canvas(|canvas| canvas.middle(n))) || n == 1);
        window.frame(&[key(pressed)]);
        assert!(
            room.contains(window.canvas(|canvas| canvas.middle(n))),
            "{n}"
        );
    }
}

fn publish(window: &mut Window, keys: &[u8]) {
    let mut engine = engine_holding(&Patch::default(), keys);
    engine.render(&mut [0.0; 512], &mut [0.0; 512]);
    window.harness.senders.publish(&engine);
    window.frame(&[]);
}

/// What is shown about partial `n` when the pointer is over it.
fn pointed_lines(window: &Window, n: usize) -> Vec<String> {
    let place = window.at(n, -20.0);
    window.canvas(|canvas| {
        pointed(canvas, window.harness.live.snapshot(), place)
            .expect("a partial")
            .lines(canvas, &window.model, window.harness.controls.values())
    })
}

#[test]
fn pointing_tells_what_sounds_there() {
    let mut window = Window::new();
    // Once looked at, it is shown.
    publish(&mut window, &[45]);
    publish(&mut window, &[45]);
    for (measure, _) in Measure::ALL {
        window.view.state.axis = Axis::new(measure);
        let lines = pointed_lines(&window, 3);
        assert_eq!(lines[0], "Partial 3   330.0 Hz   E4 +2 ct", "{measure:?}");
        assert!(lines[1].starts_with("Sounds at −") && lines[1].contains("centre (voice A2)"));
        assert_eq!(lines[2], "Level 0.00 dB   Tune 0.00 ct   Pan C");
    }
    for (layer, plain) in [(Layer::Level, -44.83), (Layer::Tune, -26.0)] {
        let param = layer.param(3);
        window.model.set(param, param.range().normalized(plain));
    }
    let lines = pointed_lines(&window, 3);
    assert_eq!(lines[2], "Level −44.83 dB   Tune −26.00 ct   Pan C");
    assert!(!lines.concat().contains('-'), "{lines:?}");
}

#[test]
fn without_sound_it_tells_of_a4() {
    let window = Window::new();
    let lines = pointed_lines(&window, 2);
    assert_eq!(lines[..2], ["Partial 2   880.0 Hz   A5", "Silent"]);
}

#[test]
fn a_window_that_opens_again_looks_as_the_last_one() {
    let mut window = Window::new();
    window.view.state.axis = Axis::new(Measure::Linear);
    window.view.state.layer = Layer::Pan;
    window.view.state.switches.trail = true;
    window.frame(&[]);
    window.view = SpectrumView::new(Library::empty());
    window.frame(&[]);
    assert_eq!(window.view.state.axis, Axis::new(Measure::Linear));
    assert_eq!(window.view.state.layer, Layer::Pan);
    assert!(window.view.state.switches.trail);
}

#[test]
fn the_output_is_listened_to_only_while_it_is_shown() {
    let mut window = Window::new();
    assert!(window.view.analyser.is_none());
    window.view.state.switches.output = true;
    window.frame(&[]);
    assert!(window.view.analyser.is_some());
    window.view.state.switches.output = false;
    window.frame(&[]);
    assert!(window.view.analyser.is_none());
}

#[test]
fn the_filters_handle_moves_cutoff_and_resonance_as_one_step() {
    let mut window = Window::new();
    let handle = |window: &Window| {
        let hz = Param::CUTOFF
            .range()
            .plain(window.model.normalized(Param::CUTOFF));
        window.canvas(|canvas| pos2(canvas.x_of_hz(hz), canvas.gain_height(-3.0)))
    };
    window.view.state.axis = Axis::new(Measure::Logarithmic);
    // While the filter is off there is nothing to take hold of: the bars are drawn.
    let place = handle(&window);
    window.stroke(&[place, place + vec2(60.0, 0.0)]);
    assert!(!begun(&window.calls.take()).contains(&Param::CUTOFF));
    window.model.undo();
    let low_pass = Param::FILTER_TYPE.range().normalized(1.0);
    window.model.set(Param::FILTER_TYPE, low_pass);
    window.frame(&[]);
    window.calls.take();
    let place = handle(&window);
    let octaves = 2.0;
    let moved = window.canvas(|canvas| {
        let hz = canvas.hz(place.x) * 2_f32.powf(-octaves);
        pos2(canvas.x_of_hz(hz), place.y - 6.0 / canvas.db_per_point())
    });
    window.stroke(&[place, place.lerp(moved, 0.5), moved]);
    let calls = window.calls.take();
    let mut begun = begun(&calls);
    begun.sort();
    assert_eq!(begun, [Param::CUTOFF, Param::RESONANCE]);
    let plain = |param: Param| param.range().plain(window.model.normalized(param));
    assert!(
        (plain(Param::CUTOFF) - 500.0).abs() < 10.0,
        "{}",
        plain(Param::CUTOFF)
    );
    assert!(
        (plain(Param::RESONANCE) - 6.0).abs() < 0.3,
        "{}",
        plain(Param::RESONANCE)
    );
    assert_eq!(window.model.undo().as_deref(), Some("Move filter"));
}
