//! The ends of a curve's loop, on the time axis.

use egui::{CursorIcon, Id, Key, PointerButton, Rect, Response, Sense, Ui};

use super::axes::Axes;
use super::paint;
use super::points::pressed;
use crate::editor::context::ViewContext;
use crate::editor::model::curves::EditedCurve;
use crate::editor::widgets::{dimmed, keep_arrows, param_behaviour};
use crate::synth::Param;

/// An end of the loop.
struct LoopEnd {
    param: Param,
    /// The point that it is at.
    number: usize,
    /// Where it stands on the time axis.
    place: Rect,
    /// Whether it is the left one of the two.
    is_left: bool,
}

/// Both ends of the loop on the time axis. They may pass one another.
pub fn show(ui: &mut Ui, context: &mut ViewContext, curve: &EditedCurve, axes: &Axes, name: &str) {
    let params = curve.params();
    let number = |param: Param| {
        let number = context.model.plain(param).round() as usize;
        number.clamp(1, curve.count())
    };
    let (start, end) = (number(params.loop_start), number(params.loop_end));
    let place = |number: usize, is_left: bool| {
        let x = axes.x(curve.point(number).time);
        let width = axes.foot().height() - 2.0;
        let range = match is_left {
            true => x - width..=x,
            false => x..=x + width,
        };
        Rect::from_x_y_ranges(range, axes.foot().y_range())
    };
    let is_crossed = start > end;
    let ends = [
        LoopEnd {
            param: params.loop_start,
            number: start,
            place: place(start, !is_crossed),
            is_left: !is_crossed,
        },
        LoopEnd {
            param: params.loop_end,
            number: end,
            place: place(end, is_crossed),
            is_left: is_crossed,
        },
    ];
    for end in &ends {
        loop_end(ui, context, curve, axes, end, name);
    }
}

fn loop_end(
    ui: &mut Ui,
    context: &mut ViewContext,
    curve: &EditedCurve,
    axes: &Axes,
    end: &LoopEnd,
    name: &str,
) {
    let id = Id::unique(("control", end.param.index()));
    let response = ui.interact(end.place, id, Sense::click_and_drag());
    if response.drag_started_by(PointerButton::Primary) {
        response.request_focus();
    }
    if response.dragged_by(PointerButton::Primary)
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let number = curve.nearest(axes.time(pointer.x));
        let normalized = end.param.range().normalized(number as f32);
        context.model.draw(end.param, normalized);
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        context.model.end_drag();
    }
    if response.clicked() {
        response.request_focus();
    }
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    if response.has_focus() {
        loop_end_by_keys(ui, context, &response, curve, end);
    }
    context.help.show_for(&response, || {
        format!(
            "{}: point {}. Drag it or press the arrows to take it to another point of {name}",
            end.param.row().name,
            end.number
        )
    });
    dimmed(ui, context, end.param, |ui, _| {
        paint::loop_end(ui, end.place, end.is_left, &response);
    });
    param_behaviour(ui, context, end.param, &response, end.place);
}

fn loop_end_by_keys(
    ui: &Ui,
    context: &mut ViewContext,
    response: &Response,
    curve: &EditedCurve,
    end: &LoopEnd,
) {
    keep_arrows(ui, response, false);
    for (key, _) in pressed(ui) {
        let number = match key {
            Key::ArrowRight | Key::ArrowUp => end.number + 1,
            Key::ArrowLeft | Key::ArrowDown => end.number - 1,
            Key::Home => 1,
            Key::End => curve.count(),
            Key::Delete | Key::Backspace => {
                context.model.reset(end.param);
                continue;
            }
            _ => continue,
        };
        let number = number.clamp(1, curve.count());
        let normalized = end.param.range().normalized(number as f32);
        context.model.nudge(end.param, normalized);
    }
}
