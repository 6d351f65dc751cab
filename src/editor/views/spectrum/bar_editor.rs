//! Editing the bars by the pointer and the keyboard.
//!
//! A stroke sets every bar that the pointer crosses, and is one change of each of them for the host
//! and one step to undo. With Shift one bar moves, a tenth as fast; with Ctrl (or Cmd) the stroke is
//! a straight line from where it began; a double click brings a bar's default back. With the right
//! button, with Alt, or with the Select tool, a rectangle is drawn over bars to choose them: Shift
//! adds, Ctrl takes away. (Many window managers of Linux move the window with Alt.) While bars are
//! chosen, strokes move only those.
//!
//! The arrow keys walk the bars and move them (the chosen ones together), the space bar chooses.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, Response, Ui, pos2, vec2};

use super::canvas::Canvas;
use crate::editor::model::EditorModel;
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::operation::{self, BarOperation, Clipboard};
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::widgets::keep_arrows;
use crate::synth::Param;

/// What an arrow key moves, in parts of the range.
const KEY_STEP: f32 = 0.01;
/// How much slower the pointer and keys move bars with Shift.
const FINE: f32 = 0.1;

/// What the pointer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// It draws bars.
    Draw,
    /// It chooses bars.
    Select,
}

impl Tool {
    /// Both, in the order in which they are offered, with their names.
    pub const ALL: [(Tool, &str); 2] = [(Tool::Draw, "Draw"), (Tool::Select, "Select")];
}

/// Edits the bars by the pointer and the keyboard.
pub struct BarEditor {
    /// What the pointer's first button does without Alt.
    pub tool: Tool,
    /// The bars that are chosen.
    pub selection: Selection,
    /// The partial that keys move, 1 to 64.
    pub cursor: usize,
    /// What was copied.
    pub clipboard: Clipboard,
    gesture: Option<Gesture>,
    /// The button that makes the gesture.
    button: PointerButton,
    /// Where the pointer has been since it was pressed, until it is known to drag.
    way: Vec<Pos2>,
    /// Whether the bars have the focus since the pointer was at work there, and no key has walked yet.
    is_by_pointer: bool,
}

enum Gesture {
    Stroke(Stroke),
    Lasso {
        begun_at: Pos2,
        last: Pos2,
        before: Selection,
    },
}

/// Keys that walk the bars or move them.
const WALKS: [Key; 10] = [
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::ArrowUp,
    Key::ArrowDown,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
    Key::Space,
    Key::Enter,
];

/// A stroke under way.
struct Stroke {
    begun_at: Pos2,
    last: Pos2,
    /// Whether it has drawn yet, so that its step is open.
    is_open: bool,
    /// Every bar as it was, for the straight line, which leaves again what it leaves behind.
    before: Vec<f32>,
}

impl BarEditor {
    /// An editor with no partials chosen.
    pub fn new() -> BarEditor {
        BarEditor {
            tool: Tool::Draw,
            selection: Selection::NONE,
            cursor: 1,
            clipboard: Clipboard::default(),
            gesture: None,
            button: PointerButton::Primary,
            way: Vec::new(),
            is_by_pointer: false,
        }
    }

    /// Whether keys are at work on the bars: only then it is shown where.
    pub fn is_walking(&self, response: &Response) -> bool {
        response.has_focus() && !self.is_by_pointer
    }

    /// Whether a gesture of the pointer is in progress.
    pub fn is_busy(&self) -> bool {
        self.gesture.is_some()
    }

    /// The rectangle that is being drawn around bars.
    pub fn lasso(&self) -> Option<Rect> {
        match &self.gesture {
            Some(Gesture::Lasso { begun_at, last, .. }) => {
                Some(Rect::from_two_pos(*begun_at, *last))
            }
            _ => None,
        }
    }

    /// Whether strokes and keys move a bar.
    fn may_move(&self, n: usize) -> bool {
        self.selection.is_empty() || self.selection.contains(n)
    }

    /// Does what the pointer does.
    pub fn point(
        &mut self,
        ui: &Ui,
        response: &Response,
        canvas: &Canvas,
        model: &mut EditorModel,
    ) {
        let modifiers = ui.input(|input| input.modifiers);
        if response.double_clicked()
            && let Some(at) = response.interact_pointer_pos()
            && canvas.plot.contains(at)
        {
            self.end(model);
            self.cursor = canvas.partial(at.x);
            model.reset(canvas.layer.param(self.cursor));
            return;
        }
        if response.secondary_clicked()
            && let Some(at) = response.interact_pointer_pos()
        {
            self.cursor = canvas.partial(at.x);
        }
        if self.gesture.is_none() {
            self.press(ui, response, modifiers, canvas, model);
        }
        if self.gesture.is_none() {
            return;
        }
        let is_down = self.is_down(ui, response);
        // All the way that the pointer has come, however slow the screen. A press that does not move
        // draws when it is let go: the second of a double click must not.
        self.way.extend(way(ui, self.button));
        let was_dragged = !is_down && !response.clicked();
        if response.dragged() || was_dragged {
            for at in std::mem::take(&mut self.way) {
                self.go_on(at, modifiers, canvas, model);
            }
        }
        if !is_down {
            if response.clicked()
                && let Some(at) = response.interact_pointer_pos()
            {
                self.click(at, modifiers, canvas, model);
            }
            self.end(model);
        }
    }

    fn is_down(&self, ui: &Ui, response: &Response) -> bool {
        response.is_pointer_button_down_on()
            && ui.input(|input| input.pointer.button_down(self.button))
    }

    /// Begins a gesture where a button has been pressed: the first at once, the second, whose click opens
    /// a menu, when it drags.
    fn press(
        &mut self,
        ui: &Ui,
        response: &Response,
        modifiers: Modifiers,
        canvas: &Canvas,
        model: &EditorModel,
    ) {
        self.button = PointerButton::Primary;
        // On a slow screen a click may begin and end between two frames.
        let begun_at = if self.is_down(ui, response) {
            ui.input(|input| input.pointer.press_origin())
        } else if response.clicked() {
            response.interact_pointer_pos()
        } else if response.drag_started_by(PointerButton::Secondary) {
            self.button = PointerButton::Secondary;
            ui.input(|input| input.pointer.press_origin())
        } else {
            None
        };
        if let Some(at) = begun_at {
            response.request_focus();
            self.is_by_pointer = true;
            if canvas.plot.contains(at) {
                let selects = self.tool == Tool::Select
                    || modifiers.alt
                    || self.button == PointerButton::Secondary;
                self.begin(selects, at, canvas.layer, model);
            }
        }
    }

    fn begin(&mut self, selects: bool, at: Pos2, layer: Layer, model: &EditorModel) {
        self.gesture = Some(if selects {
            Gesture::Lasso {
                begun_at: at,
                last: at,
                before: self.selection,
            }
        } else {
            let params = layer.params();
            Gesture::Stroke(Stroke {
                begun_at: at,
                last: at,
                is_open: false,
                before: params.map(|param| model.normalized(param)).collect(),
            })
        });
    }

    fn go_on(&mut self, at: Pos2, modifiers: Modifiers, canvas: &Canvas, model: &mut EditorModel) {
        self.cursor = canvas.partial(at.x);
        let Some(mut gesture) = self.gesture.take() else {
            return;
        };
        match &mut gesture {
            Gesture::Stroke(stroke) => {
                self.draw(stroke, at, modifiers, canvas, model);
                stroke.last = at;
            }
            Gesture::Lasso {
                begun_at,
                last,
                before,
            } => {
                *last = at;
                let within = touched(Rect::from_two_pos(*begun_at, at), canvas, model);
                self.selection = combine(*before, within, modifiers);
            }
        }
        self.gesture = Some(gesture);
    }

    /// Pressed and let go where it was pressed.
    fn click(&mut self, at: Pos2, modifiers: Modifiers, canvas: &Canvas, model: &mut EditorModel) {
        self.cursor = canvas.partial(at.x);
        match self.gesture.take() {
            Some(Gesture::Stroke(mut stroke)) => {
                self.draw(&mut stroke, at, modifiers, canvas, model);
                self.gesture = Some(Gesture::Stroke(stroke));
            }
            Some(Gesture::Lasso { before, .. }) => {
                let n = canvas.partial(at.x);
                self.selection = if modifiers.shift || modifiers.command {
                    before.toggled(n)
                } else if before == Selection::of(|other| other == n) {
                    Selection::NONE
                } else {
                    Selection::of(|other| other == n)
                };
            }
            None => {}
        }
    }

    /// The pointer has let go.
    pub fn end(&mut self, model: &mut EditorModel) {
        self.way.clear();
        if let Some(Gesture::Stroke(Stroke { is_open: true, .. })) = self.gesture.take() {
            model.end_group();
        }
    }

    /// Sets the bars that the pointer has crossed since the last frame.
    fn draw(
        &self,
        stroke: &mut Stroke,
        at: Pos2,
        modifiers: Modifiers,
        canvas: &Canvas,
        model: &mut EditorModel,
    ) {
        let layer = canvas.layer;
        if !stroke.is_open {
            stroke.is_open = true;
            model.begin_group(format!("Draw {}", layer.name()));
        }
        if modifiers.shift {
            // One bar, the one where the stroke began.
            let n = canvas.partial(stroke.begun_at.x);
            if self.may_move(n) {
                let param = layer.param(n);
                let offset = (stroke.last.y - at.y) / canvas.plot.height() * FINE;
                let height = layer.height(n, model.normalized(param)) + offset;
                model.draw(param, layer.normalized_at(n, height));
            }
            return;
        }
        let from = if modifiers.command {
            stroke.begun_at
        } else {
            stroke.last
        };
        let crossed = canvas.partials_between(from.x, at.x);
        if modifiers.command {
            for (place, &before) in stroke.before.iter().enumerate() {
                if !crossed.contains(&(place + 1)) && self.may_move(place + 1) {
                    model.draw(layer.param(place + 1), before);
                }
            }
        }
        for n in crossed.iter().copied().filter(|&n| self.may_move(n)) {
            // On the line from one place of the pointer to the next.
            let along = if crossed.len() == 1 || at.x == from.x {
                1.0
            } else {
                ((canvas.middle(n) - from.x) / (at.x - from.x)).clamp(0.0, 1.0)
            };
            let y = from.y + (at.y - from.y) * along;
            model.draw(layer.param(n), canvas.bar_value(n, y));
        }
    }

    /// Does what keys do while the bars have the focus.
    pub fn keys(&mut self, ui: &Ui, response: &Response, layer: Layer, model: &mut EditorModel) {
        if !response.has_focus() {
            self.is_by_pointer = false;
            return;
        }
        self.is_by_pointer &= !ui.input(|input| WALKS.iter().any(|key| input.key_pressed(*key)));
        keep_arrows(ui, response, !self.selection.is_empty());
        self.walk(ui, layer);
        let modifiers = ui.input(|input| input.modifiers);
        let pressed = |key| ui.input(|input| input.num_presses(key)) as i32;
        let climb = pressed(Key::ArrowUp) - pressed(Key::ArrowDown)
            + 10 * (pressed(Key::PageUp) - pressed(Key::PageDown));
        let moved = if self.selection.contains(self.cursor) {
            self.selection
        } else {
            Selection::of(|n| n == self.cursor)
        };
        if climb != 0 {
            let fine = if modifiers.shift { FINE } else { 1.0 };
            self.climb(climb as f32 * KEY_STEP * fine, moved, layer, model);
        }
        if pressed(Key::Delete) + pressed(Key::Backspace) > 0 {
            operation::perform(BarOperation::Reset, layer, moved, model);
        }
        if pressed(Key::Space) > 0 {
            self.selection = self.selection.toggled(self.cursor);
        }
        if pressed(Key::Escape) > 0 {
            self.selection = Selection::NONE;
        }
        if modifiers.command && pressed(Key::A) > 0 {
            self.selection = Selection::ALL.within(layer.count());
        }
        let events = ui.input(|input| input.events.clone());
        for event in events {
            match event {
                Event::Copy => self.copy(ui, layer, model),
                Event::Paste(_) => self.paste(layer, model),
                // egui-baseview 0.9 reports no pasting, only its keys.
                Event::Key {
                    key: Key::V,
                    pressed: true,
                    modifiers,
                    ..
                } if modifiers.command => self.paste(layer, model),
                _ => {}
            }
        }
    }

    fn walk(&mut self, ui: &Ui, layer: Layer) {
        let pressed = |key| ui.input(|input| input.num_presses(key)) as i32;
        let way = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        let count = layer.count();
        self.cursor = (self.cursor as i32 + way).clamp(1, count as i32) as usize;
        if pressed(Key::Home) > 0 {
            self.cursor = 1;
        }
        if pressed(Key::End) > 0 {
            self.cursor = count;
        }
    }

    fn climb(&self, way: f32, moved: Selection, layer: Layer, model: &mut EditorModel) {
        let values: Vec<(Param, f32)> = moved
            .numbers()
            .take_while(|&n| n <= layer.count())
            .map(|n| {
                let param = layer.param(n);
                let height = layer.height(n, model.normalized(param)) + way;
                (param, layer.normalized_at(n, height))
            })
            .collect();
        match values[..] {
            [(param, normalized)] => model.nudge(param, normalized),
            _ => model.nudge_all(format!("Raise {}", layer.name()), &values),
        }
    }

    /// Copies the chosen bars, for here and as text for elsewhere.
    pub fn copy(&mut self, ui: &Ui, layer: Layer, model: &EditorModel) {
        self.clipboard = Clipboard::copy(layer, self.selection, model);
        ui.ctx().copy_text(self.clipboard.text(layer));
    }

    /// Pastes what was copied here.
    pub fn paste(&mut self, layer: Layer, model: &mut EditorModel) {
        if !self.clipboard.is_empty() {
            self.clipboard.paste(layer, self.selection, model);
        }
    }
}

/// Where the pointer has been since the last frame while this button was down.
fn way(ui: &Ui, of: PointerButton) -> Vec<Pos2> {
    ui.input(|input| {
        let is_press = |event: &Event| {
            matches!(event, Event::PointerButton { button, pressed: true, .. } if *button == of)
        };
        let from = input.events.iter().rposition(is_press).unwrap_or(0);
        let mut way = Vec::new();
        for event in &input.events[from..] {
            match event {
                Event::PointerMoved(at) => way.push(*at),
                Event::PointerButton {
                    pos,
                    button,
                    pressed: false,
                    ..
                } if *button == of => {
                    way.push(*pos);
                    break;
                }
                _ => {}
            }
        }
        // It may rest: long enough, and a press draws.
        way.extend(input.pointer.interact_pos().filter(|_| way.is_empty()));
        way
    })
}

/// The bars that a rectangle touches, each from the default to its head.
fn touched(rect: Rect, canvas: &Canvas, model: &EditorModel) -> Selection {
    Selection::of(|n| {
        if n > canvas.layer.count() {
            return false;
        }
        let param = canvas.layer.param(n);
        let half = canvas.bar_width(n) / 2.0;
        let head = canvas.bar_head(n, model.normalized(param));
        let bar = Rect::from_two_pos(
            pos2(canvas.middle(n) - half, head),
            pos2(canvas.middle(n) + half, canvas.bar_foot(n)),
        );
        rect.intersects(bar.expand2(vec2(0.0, 1.5)))
    })
}

fn combine(before: Selection, found: Selection, modifiers: Modifiers) -> Selection {
    if modifiers.shift {
        before.with(found)
    } else if modifiers.command {
        before.without(found)
    } else {
        found
    }
}
