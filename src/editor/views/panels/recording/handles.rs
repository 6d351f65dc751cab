//! What can be moved in the picture: where notes begin, and both ends of the loop.

use egui::accesskit::Action;
use egui::{
    CursorIcon, Id, Key, Painter, PointerButton, Rect, Response, Sense, Shape, Stroke, Ui,
    WidgetInfo,
};
use egui::{pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::model::recording::edits::{LoopEnd, loop_of, moved};
use crate::editor::model::value_text::current_text;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::{fine, keep_arrows};
use crate::synth::Param;
use crate::tracks::bank_edits::{LoopEnds, SoundEdit};
use crate::tracks::bank_file::BankSound;

/// Half the width of the place where a handle can be grasped, points.
const REACH: f32 = 5.0;
/// Size of a handle's flag, points.
const FLAG: f32 = 7.0;
/// A step of an end of the loop by a key, parts of the duration.
const STEP: f64 = 0.01;

/// The time axis of the picture, and the sound that is shown over it.
#[derive(Clone, Copy)]
pub struct TimeAxis<'a> {
    pub well: Rect,
    pub sound: &'a BankSound,
    /// Its number in the bank.
    pub number: usize,
}

impl TimeAxis<'_> {
    fn duration_s(&self) -> f64 {
        self.sound.duration_s.max(1e-3)
    }

    pub fn x(&self, time_s: f64) -> f32 {
        self.well.left() + self.well.width() * (time_s / self.duration_s()) as f32
    }

    fn time_s(&self, x: f32) -> f64 {
        f64::from((x - self.well.left()) / self.well.width()) * self.duration_s()
    }

    /// The place of a handle, in the upper or the lower half, so that two at one time can both be had.
    fn handle(&self, time_s: f64, is_upper: bool) -> Rect {
        let middle = self.well.center().y;
        let half = match is_upper {
            true => self.well.with_max_y(middle),
            false => self.well.with_min_y(middle),
        };
        let x = self.x(time_s);
        Rect::from_x_y_ranges(x - REACH..=x + REACH, half.y_range())
    }
}

/// The loop while one of its ends is dragged.
#[derive(Clone, Copy)]
pub struct LoopDrag {
    end: LoopEnd,
    /// Where it has been taken to, seconds.
    ends: LoopEnds,
}

/// Shows where notes begin and the loop, and lets them be moved.
pub fn show(ui: &mut Ui, context: &mut ViewContext, axis: &TimeAxis, drag: &mut Option<LoopDrag>) {
    let edit = context.model.sound_edit(axis.number);
    if let Some(ends) = loop_of(axis.sound, edit) {
        let shown = drag.map_or(ends, |drag| drag.ends);
        paint_loop(ui, context, axis, shown);
        for end in [LoopEnd::Start, LoopEnd::End] {
            loop_end(ui, context, axis, (edit, shown), end, drag);
        }
    } else {
        *drag = None;
    }
    start(ui, context, axis);
}

/// The handle of the parameter that says where notes begin.
fn start(ui: &mut Ui, context: &mut ViewContext, axis: &TimeAxis) {
    let param = Param::RECORDING_POSITION;
    let part = f64::from(context.model.plain(param)).clamp(0.0, 1.0);
    let place = axis.handle(part * axis.duration_s(), true);
    let response = ui.interact(
        place,
        Id::unique("recording start"),
        Sense::click_and_drag(),
    );
    if response.drag_started_by(PointerButton::Primary) {
        context.model.begin_drag(param);
    }
    if response.dragged_by(PointerButton::Primary)
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let part = (axis.time_s(pointer.x) / axis.duration_s()).clamp(0.0, 1.0);
        context
            .model
            .draw(param, param.range().normalized(part as f32));
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        context.model.end_drag();
    }
    if response.double_clicked() {
        context.model.reset(param);
    }
    let steps = steps(ui, &response);
    if steps != 0.0 {
        context.model.step(param, steps);
    }
    match end_key(ui, &response) {
        Some(Key::Home) => context.model.nudge(param, param.range().normalized(0.0)),
        Some(Key::End) => context.model.nudge(param, param.range().normalized(1.0)),
        Some(_) => context.model.reset(param),
        None => {}
    }
    let text = current_text(param, context.model);
    describe(ui, &response, "Recording Start", part, &text);
    context.help.show_for(&response, || {
        format!(
            "{}: {text}. Drag it or press the arrows: where a note begins",
            param.row().name
        )
    });
    let theme = theme::current(ui);
    let color = color(&response, theme, theme.accent_text);
    let painter = ui.painter().with_clip_rect(axis.well.expand(FLAG));
    let (x, top) = (place.center().x, axis.well.top());
    painter.vline(x, axis.well.y_range(), Stroke::new(1.5, color));
    let tip = pos2(x, top + FLAG);
    let flag = vec![
        tip + vec2(-0.7 * FLAG, -FLAG),
        tip + vec2(0.7 * FLAG, -FLAG),
        tip,
    ];
    painter.add(Shape::convex_polygon(flag, color, Stroke::NONE));
    focus_edge(ui, &response, place);
}

fn loop_end(
    ui: &mut Ui,
    context: &mut ViewContext,
    axis: &TimeAxis,
    (edit, ends): (SoundEdit, LoopEnds),
    end: LoopEnd,
    drag: &mut Option<LoopDrag>,
) {
    let at_s = match end {
        LoopEnd::Start => ends.start_s,
        LoopEnd::End => ends.end_s,
    };
    let place = axis.handle(at_s, false);
    let response = ui.interact(
        place,
        Id::unique(("recording", end.name())),
        Sense::click_and_drag(),
    );
    if response.dragged_by(PointerButton::Primary)
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let ends = moved(axis.sound, ends, end, axis.time_s(pointer.x));
        *drag = Some(LoopDrag { end, ends });
    }
    let with = |loop_ends| SoundEdit { loop_ends, ..edit };
    if response.drag_stopped_by(PointerButton::Primary)
        && let Some(drag) = drag.take_if(|drag| drag.end == end)
    {
        context
            .model
            .edit_sound(end.name(), axis.number, with(Some(drag.ends)));
    }
    if let Some(asked_s) = asked_s(ui, &response, axis, at_s) {
        let ends = moved(axis.sound, ends, end, asked_s);
        context
            .model
            .edit_sound(end.name(), axis.number, with(Some(ends)));
    }
    let is_reset = matches!(end_key(ui, &response), Some(Key::Delete));
    if is_reset || response.double_clicked() {
        context
            .model
            .edit_sound("Reset Loop", axis.number, with(None));
    }
    let text = format!("{at_s:.3} s");
    describe(ui, &response, end.name(), at_s / axis.duration_s(), &text);
    context.help.show_for(&response, || {
        let name = end.name();
        format!(
            "{name}: {text}. Drag it or press the arrows; Delete or a double click: as in the bank"
        )
    });
    paint_loop_end(ui, axis, place, &response, end);
}

/// Where keys or a screen reader ask for an end of the loop that is at `at_s`, seconds.
fn asked_s(ui: &Ui, response: &Response, axis: &TimeAxis, at_s: f64) -> Option<f64> {
    let steps = f64::from(steps(ui, response));
    match end_key(ui, response) {
        Some(Key::Home) => Some(0.0),
        Some(Key::End) => Some(axis.duration_s()),
        _ => (steps != 0.0).then(|| at_s + steps * STEP * axis.duration_s()),
    }
}

/// Small steps that keys and screen readers ask for, and the focus by a click.
fn steps(ui: &Ui, response: &Response) -> f32 {
    if response.clicked() || response.drag_started_by(PointerButton::Primary) {
        response.request_focus();
    }
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    let asked = ui.input(|input| {
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        asked(Action::Increment) - asked(Action::Decrement)
    });
    if !response.has_focus() {
        return asked;
    }
    keep_arrows(ui, response, false);
    let pressed = ui.input(|input| {
        let count = |keys: [Key; 2]| {
            keys.map(|key| input.key_pressed(key))
                .into_iter()
                .filter(|is| *is)
                .count()
        };
        let (on, back) = (
            count([Key::ArrowRight, Key::ArrowUp]),
            count([Key::ArrowLeft, Key::ArrowDown]),
        );
        on as f32 - back as f32
    });
    asked + fine(ui) * pressed
}

/// Home, End, or Delete for both Delete and Backspace, if it has been pressed on what has the focus.
fn end_key(ui: &Ui, response: &Response) -> Option<Key> {
    if !response.has_focus() {
        return None;
    }
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    match () {
        () if pressed(Key::Home) => Some(Key::Home),
        () if pressed(Key::End) => Some(Key::End),
        () if pressed(Key::Delete) || pressed(Key::Backspace) => Some(Key::Delete),
        () => None,
    }
}

fn describe(ui: &Ui, response: &Response, name: &str, part: f64, text: &str) {
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), part, name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_value(text);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
}

fn color(response: &Response, theme: &Theme, rest: egui::Color32) -> egui::Color32 {
    match response.hovered() || response.dragged() {
        true => theme.focus,
        false => rest,
    }
}

fn focus_edge(ui: &Ui, response: &Response, place: Rect) {
    if response.has_focus() {
        theme::edge(ui.painter(), place, 1.5, theme::current(ui).focus);
    }
}

/// The loop's surface: fainter where it is not repeated.
fn paint_loop(ui: &Ui, context: &ViewContext, axis: &TimeAxis, ends: LoopEnds) {
    let is_repeated = context.model.plain(Param::RECORDING_LOOP) != 0.0;
    let share = if is_repeated { 0.1 } else { 0.03 };
    let range = axis.x(ends.start_s)..=axis.x(ends.end_s);
    let part = Rect::from_x_y_ranges(range, axis.well.y_range());
    let color = theme::current(ui).filter.gamma_multiply(share);
    ui.painter()
        .with_clip_rect(axis.well)
        .rect_filled(part, 0.0, color);
}

/// A bracket with a flag within the loop.
fn paint_loop_end(ui: &Ui, axis: &TimeAxis, place: Rect, response: &Response, end: LoopEnd) {
    let theme = theme::current(ui);
    let color = color(response, theme, theme.filter);
    let painter: Painter = ui.painter().with_clip_rect(axis.well.expand(1.0));
    let inwards = match end {
        LoopEnd::Start => FLAG,
        LoopEnd::End => -FLAG,
    };
    let (x, bottom) = (place.center().x, axis.well.bottom());
    painter.vline(x, axis.well.y_range(), Stroke::new(1.0, color));
    let flag = Rect::from_two_pos(pos2(x, bottom - FLAG), pos2(x + inwards, bottom));
    painter.rect_filled(flag, 1.0, color);
    let (from, to) = (x.min(x + inwards), x.max(x + inwards));
    painter.hline(from..=to, axis.well.top() + 0.5, Stroke::new(1.0, color));
    focus_edge(ui, response, place);
}
