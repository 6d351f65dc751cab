//! The first 64 partials as bars that are drawn by hand: Level, Tune or Pan. Behind them stands what
//! sounds of each.
//!
//! A stroke sets every bar that the pointer crosses, and is one change of each of them for the
//! host. With Shift one bar moves, a tenth as fast; with Ctrl (or Cmd) the stroke is a straight
//! line from where it began; a double click brings a bar's default back. The arrow keys walk the
//! bars and move them.

use egui::{Key, Modifiers, Pos2, Response, Sense, Ui, WidgetInfo, vec2};

mod canvas;

use self::canvas::Canvas;
use super::desk::Desk;
use super::edit::Edits;
use crate::dsp::random;
use crate::synth::Param;
use crate::synth::parameter::EDITABLE_PARTIALS;

/// What an arrow key moves, in parts of the range.
const KEY_STEP: f32 = 0.01;
/// How much slower hand and keys move with Shift.
const FINE: f32 = 0.1;
/// Where the frequency of a partial that is pointed at is told for: middle A.
const EXAMPLE_HZ: f64 = 440.0;

/// Which of a partial's three parameters the bars show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Decibels over the source's level.
    Level,
    /// Cents over the source's frequency.
    Tune,
    /// Left to right.
    Pan,
}

impl Layer {
    const ALL: [(Layer, &str); 3] = [
        (Layer::Level, "Level"),
        (Layer::Tune, "Tune"),
        (Layer::Pan, "Pan"),
    ];

    /// The parameter of partial `n`, 1 to 64.
    pub fn param(self, n: usize) -> Param {
        match self {
            Layer::Level => Param::partial_level(n),
            Layer::Tune => Param::partial_tune(n),
            Layer::Pan => Param::partial_pan(n),
        }
    }

    fn params(self) -> impl Iterator<Item = Param> {
        (1..=EDITABLE_PARTIALS).map(move |n| self.param(n))
    }
}

/// What can be done to all bars of a layer at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Every bar to its default.
    Reset,
    /// Every bar to the other side of its default, as far as it goes.
    Invert,
    /// Every bar to the mean of itself and its neighbours.
    Smooth,
    /// Every bar to a random place around where it is; the same for the same seed.
    Randomise(u64),
}

/// What the view remembers while its window is open.
pub struct PartialView {
    layer: Layer,
    /// The partial that keys move, 1 to 64.
    cursor: usize,
    stroke: Option<HandStroke>,
    /// Counts the randomisations, so that each differs from the one before.
    seed: u64,
}

/// A stroke under way.
struct HandStroke {
    begun_at: Pos2,
    last: Pos2,
    /// Every bar as it was, for the straight line, which leaves again what it leaves behind.
    before: Vec<f32>,
}

impl PartialView {
    /// Showing levels.
    pub fn new() -> PartialView {
        PartialView {
            layer: Layer::Level,
            cursor: 1,
            stroke: None,
            seed: 0,
        }
    }

    /// Draws the view into all the room there is.
    pub fn show(&mut self, ui: &mut Ui, desk: &mut Desk) {
        let levels_db = &[0.0; 0][..];
        let edits = &mut *desk.edits;
        let mut pointed = None;
        ui.horizontal(|ui| {
            for (layer, name) in Layer::ALL {
                ui.selectable_value(&mut self.layer, layer, name);
            }
            ui.separator();
            ui.menu_button("Shape", |ui| {
                for (name, operation) in [
                    ("Reset", Operation::Reset),
                    ("Invert", Operation::Invert),
                    ("Smooth", Operation::Smooth),
                    ("Randomise", Operation::Randomise(self.seed)),
                ] {
                    if ui.button(name).clicked() {
                        self.seed += u64::from(matches!(operation, Operation::Randomise(_)));
                        apply(operation, self.layer, edits);
                        ui.close();
                    }
                }
            });
        });
        let size = ui.available_size().max(vec2(120.0, 60.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let canvas = Canvas::new(rect, self.layer, levels_db);
        self.hand(ui, &response, &canvas, edits);
        self.keys(ui, &response, edits);
        if let Some(at) = response.hover_pos()
            && canvas.rect.contains(at)
        {
            pointed = Some(canvas.partial(at.x));
        }
        let told = pointed.unwrap_or(self.cursor);
        response.widget_info(|| {
            let param = self.layer.param(self.cursor);
            let plain = param.range().plain(edits.normalized(param));
            WidgetInfo::slider(true, f64::from(plain), &param.spec().name)
        });
        canvas.paint(ui, &response, edits, pointed, self.cursor);
        desk.help.tell(&response, || description(told, desk.edits));
    }

    fn hand(&mut self, ui: &Ui, response: &Response, canvas: &Canvas, edits: &mut Edits) {
        let modifiers = ui.input(|input| input.modifiers);
        let is_on_bars = |at: Pos2| canvas.rect.x_range().contains(at.x);
        if response.double_clicked()
            && let Some(at) = response.interact_pointer_pos()
            && is_on_bars(at)
        {
            let param = self.layer.param(canvas.partial(at.x));
            edits.end_drag();
            edits.set(param, default(param));
            self.stroke = None;
            return;
        }
        if response.is_pointer_button_down_on()
            && let Some(at) = response.interact_pointer_pos()
        {
            if self.stroke.is_none() {
                response.request_focus();
                if !is_on_bars(at) {
                    return;
                }
            }
            let stroke = self.stroke.get_or_insert_with(|| HandStroke {
                begun_at: at,
                last: at,
                before: self
                    .layer
                    .params()
                    .map(|param| edits.normalized(param))
                    .collect(),
            });
            // A press that does not move draws when it is let go: the second of a double click must
            // not.
            if response.dragged() {
                draw(canvas, stroke, at, modifiers, edits);
            }
            stroke.last = at;
            self.cursor = canvas.partial(at.x);
        } else if let Some(stroke) = self.stroke.take() {
            if response.clicked()
                && let Some(at) = response.interact_pointer_pos()
            {
                draw(canvas, &stroke, at, modifiers, edits);
            }
            edits.end_drag();
        }
    }

    fn keys(&mut self, ui: &Ui, response: &Response, edits: &mut Edits) {
        if !response.has_focus() {
            return;
        }
        // Arrows are ours while the bars have the focus; Tab leaves them.
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                response.id,
                egui::EventFilter {
                    horizontal_arrows: true,
                    vertical_arrows: true,
                    ..Default::default()
                },
            );
        });
        let pressed = |key| ui.input(|input| input.num_presses(key)) as i32;
        let walk = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        self.cursor = (self.cursor as i32 + walk).clamp(1, EDITABLE_PARTIALS as i32) as usize;
        if pressed(Key::Home) > 0 {
            self.cursor = 1;
        }
        if pressed(Key::End) > 0 {
            self.cursor = EDITABLE_PARTIALS;
        }
        let param = self.layer.param(self.cursor);
        let climb = pressed(Key::ArrowUp) - pressed(Key::ArrowDown);
        if climb != 0 {
            let fine = ui.input(|input| input.modifiers.shift);
            let step = if fine { KEY_STEP * FINE } else { KEY_STEP };
            edits.nudge(param, edits.normalized(param) + climb as f32 * step);
        }
        if pressed(Key::Delete) + pressed(Key::Backspace) > 0 {
            edits.set(param, default(param));
        }
    }
}

fn default(param: Param) -> f32 {
    param.range().normalized(param.spec().default)
}

/// Sets what the hand has crossed since the last frame.
fn draw(canvas: &Canvas, stroke: &HandStroke, at: Pos2, modifiers: Modifiers, edits: &mut Edits) {
    if modifiers.shift {
        // One bar, the one where the stroke began.
        let param = canvas.layer.param(canvas.partial(stroke.begun_at.x));
        let offset = (stroke.last.y - at.y) / canvas.rect.height() * FINE;
        edits.draw(param, edits.normalized(param) + offset);
        return;
    }
    let from = if modifiers.command {
        stroke.begun_at
    } else {
        stroke.last
    };
    let (first, last) = (canvas.partial(from.x), canvas.partial(at.x));
    if modifiers.command {
        for (place, &before) in stroke.before.iter().enumerate() {
            if !(first.min(last)..=first.max(last)).contains(&(place + 1)) {
                edits.draw(canvas.layer.param(place + 1), before);
            }
        }
    }
    for partial in first.min(last)..=first.max(last) {
        // On the line from one place of the pointer to the next.
        let along = if first == last {
            1.0
        } else {
            ((canvas.middle(partial) - from.x) / (at.x - from.x)).clamp(0.0, 1.0)
        };
        let y = from.y + (at.y - from.y) * along;
        edits.draw(canvas.layer.param(partial), canvas.value(y));
    }
}

/// Does something to every bar of a layer, as one change of each that moves.
pub fn apply(operation: Operation, layer: Layer, edits: &mut Edits) {
    let before: Vec<f32> = layer
        .params()
        .map(|param| edits.normalized(param))
        .collect();
    for (n, param) in layer.params().enumerate() {
        let own = before[n];
        let default = default(param);
        let value = match operation {
            Operation::Reset => default,
            Operation::Invert => 2.0 * default - own,
            Operation::Smooth => {
                let next = before[(n + 1).min(before.len() - 1)];
                (before[n.saturating_sub(1)] + 2.0 * own + next) / 4.0
            }
            Operation::Randomise(seed) => {
                // An eighth of the range to either side.
                let unit = (random::bits(seed, n as u64) >> 40) as f32 / (1 << 24) as f32;
                own + (unit - 0.5) / 4.0
            }
        };
        edits.draw(param, value.clamp(0.0, 1.0));
    }
    edits.end_drag();
}

/// All that is to be told of a partial.
fn description(partial: usize, edits: &Edits) -> String {
    let text = |layer: Layer| {
        let param = layer.param(partial);
        param.text(param.range().plain(edits.normalized(param)))
    };
    let hz = EXAMPLE_HZ * partial as f64;
    let pitch = note_name(hz);
    format!(
        "Partial {partial}   of A4: {hz:.0} Hz, {pitch}   level {}   tune {}   pan {}",
        text(Layer::Level),
        text(Layer::Tune),
        text(Layer::Pan)
    )
}

/// The key nearest to a frequency, and the cents to it: `E7 +2 ct`.
fn note_name(hz: f64) -> String {
    const NAMES: [&str; 12] = [
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
    ];
    let key = 69.0 + 12.0 * libm::log2(hz / 440.0);
    let nearest = key.round();
    let cents = (100.0 * (key - nearest)).round() as i32;
    let name = NAMES[(nearest as i32).rem_euclid(12) as usize];
    let octave = (nearest as i32).div_euclid(12) - 1;
    match cents {
        0 => format!("{name}{octave}"),
        _ => format!("{name}{octave} {cents:+} ct").replace('-', "−"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::tests::{Call, edits};
    use super::super::stage::{Stage, button, key};
    use super::*;
    use egui::pos2;

    const SIZE: egui::Vec2 = vec2(700.0, 300.0);

    struct Window {
        stage: Stage,
        view: PartialView,
    }

    impl Window {
        fn new() -> Window {
            Window {
                stage: Stage::new(SIZE),
                view: PartialView::new(),
            }
        }

        fn frame(&mut self, edits: &mut Edits, events: &[egui::Event]) {
            let view = &mut self.view;
            self.stage
                .show(edits, events, |ui, desk| view.show(ui, desk));
        }

        /// Presses at the first place, moves through the others and lets go at the last.
        fn stroke(&mut self, edits: &mut Edits, places: &[Pos2]) {
            self.frame(edits, &[egui::Event::PointerMoved(places[0])]);
            self.frame(edits, &[button(places[0], true)]);
            for &place in &places[1..] {
                self.frame(edits, &[egui::Event::PointerMoved(place)]);
            }
            self.frame(edits, &[button(places[places.len() - 1], false)]);
            self.frame(edits, &[]);
        }
    }

    fn begun(calls: &[Call]) -> Vec<Param> {
        calls
            .iter()
            .filter_map(|call| match call {
                Call::Begin(param) => Some(*param),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_stroke_is_one_change_of_every_bar_that_it_crosses() {
        let (mut edits, recorder) = edits();
        let mut window = Window::new();
        // Two places far apart: what lies between is drawn too.
        window.stroke(
            &mut edits,
            &[pos2(150.0, 100.0), pos2(180.0, 110.0), pos2(500.0, 200.0)],
        );
        let calls = recorder.take();
        let begun = begun(&calls);
        assert!(begun.len() > 25, "{begun:?}");
        for param in &begun {
            let of = |wanted: &Call| calls.iter().filter(|call| *call == wanted).count();
            assert_eq!(of(&Call::Begin(*param)), 1);
            assert_eq!(of(&Call::End(*param)), 1);
        }
        let mut values: Vec<(Param, f32)> = Vec::new();
        for call in &calls {
            if let Call::Set(param, value) = call {
                values.retain(|(held, _)| held != param);
                values.push((*param, *value));
            }
        }
        values.sort_by_key(|(param, _)| *param);
        // The line falls from left to right.
        assert!(
            values.windows(2).all(|pair| pair[0].1 >= pair[1].1),
            "{values:?}"
        );
        assert_eq!(values.len(), begun.len());
    }

    #[test]
    fn a_double_click_brings_the_default_back() {
        let (mut edits, recorder) = edits();
        let mut window = Window::new();
        let place = pos2(300.0, 250.0);
        window.frame(&mut edits, &[egui::Event::PointerMoved(place)]);
        for _ in 0..2 {
            window.frame(&mut edits, &[button(place, true)]);
            window.frame(&mut edits, &[button(place, false)]);
        }
        window.frame(&mut edits, &[]);
        let calls = recorder.take();
        let Some(Call::Set(param, value)) = calls
            .iter()
            .rev()
            .find(|call| matches!(call, Call::Set(..)))
        else {
            panic!("{calls:?}");
        };
        assert_eq!(*value, default(*param));
    }

    #[test]
    fn keys_walk_the_bars_and_move_them() {
        let (mut edits, recorder) = edits();
        let mut window = Window::new();
        window.frame(&mut edits, &[]);
        window.frame(&mut edits, &[key(Key::Tab)]);
        let mut tabs = 0;
        while window.view.cursor == 1 && tabs < 12 {
            window.frame(&mut edits, &[key(Key::Tab)]);
            window.frame(&mut edits, &[]);
            window.frame(&mut edits, &[key(Key::ArrowRight)]);
            tabs += 1;
        }
        assert_eq!(window.view.cursor, 2, "the bars cannot be reached by Tab");
        window.frame(&mut edits, &[key(Key::ArrowRight)]);
        recorder.take();
        window.frame(&mut edits, &[key(Key::ArrowDown)]);
        let param = Param::partial_level(3);
        let calls = recorder.take();
        let [Call::Begin(begun), Call::Set(set, value), Call::End(_)] = calls[..] else {
            panic!("{calls:?}");
        };
        assert_eq!((begun, set), (param, param));
        assert!((value - (default(param) - KEY_STEP)).abs() < 1e-6);
        window.frame(&mut edits, &[key(Key::End), key(Key::ArrowRight)]);
        assert_eq!(window.view.cursor, EDITABLE_PARTIALS);
    }

    #[test]
    fn operations_change_the_layer_that_is_shown() {
        let (mut edits, recorder) = edits();
        apply(Operation::Randomise(5), Layer::Pan, &mut edits);
        let first = recorder.take();
        assert_eq!(begun(&first).len(), EDITABLE_PARTIALS);
        assert!(
            begun(&first)
                .iter()
                .all(|param| param.spec().name.ends_with("Pan"))
        );
        edits.undo();
        recorder.take();
        apply(Operation::Randomise(5), Layer::Pan, &mut edits);
        assert_eq!(recorder.take(), first, "the same seed, the same bars");
        edits.undo();
        recorder.take();
        apply(Operation::Randomise(6), Layer::Pan, &mut edits);
        assert_ne!(recorder.take(), first);
        // At their defaults, nothing is left to do.
        for operation in [Operation::Reset, Operation::Invert, Operation::Smooth] {
            apply(operation, Layer::Tune, &mut edits);
            assert_eq!(recorder.take(), [], "{operation:?}");
        }
    }

    #[test]
    fn notes_have_their_names() {
        assert_eq!(note_name(440.0), "A4");
        assert_eq!(note_name(1320.0), "E6 +2 ct");
        assert_eq!(note_name(3080.0), "G7 −31 ct");
    }
}
