//! The points of a curve: what the pointer, the keyboard and a screen reader do with them.

use egui::accesskit::{Action, ActionData};
use egui::{CursorIcon, Id, Key, PointerButton, Rect, Response, Sense, Ui, Vec2, WidgetInfo};

use super::axes::Axes;
use super::menu::{MenuOf, OpenMenu};
use super::{CurveView, HeldPart, paint};
use crate::editor::context::ViewContext;
use crate::editor::context::controls::ValueEntry;
use crate::editor::model::curves::{CurveEdit, EditedCurve};
use crate::editor::model::value_text::current_text;
use crate::editor::widgets::{fine, keep_arrows, value_entry};
use crate::synth::Param;

/// Width and height of a point's place, points.
const POINT: f32 = 14.0;
/// A small step of a level.
const LEVEL_STEP: f32 = 0.02;
/// A step of a bend.
const BEND_STEP: f32 = 0.1;
/// Size of the field in which a value is typed, points.
const FIELD: Vec2 = Vec2::new(72.0, 20.0);

/// The id of a point's control.
pub fn point_id(curve: usize, number: usize) -> Id {
    Id::unique(("curve point", curve, number))
}

impl CurveView {
    /// A point: its place, and all that is done with it.
    pub(super) fn point(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        curve: &EditedCurve,
        axes: &Axes,
        number: usize,
    ) {
        let at = axes.at(curve.point(number));
        let place = Rect::from_center_size(at, Vec2::splat(POINT));
        let id = point_id(self.number, number);
        let response = ui.interact(place, id, Sense::click_and_drag());
        self.describe(ui, context, &response, curve, number);
        self.point_by_pointer(ui, context, &response, curve, axes, number);
        if response.has_focus() {
            self.point_by_keys(ui, context, &response, curve, axes, number);
        }
        point_by_screen_reader(ui, context, &response, curve, number);
        self.point_menu(ui, context, &response, curve, number);
        self.point_fields(ui, context, &response, curve, number);
        let text = point_text(context, curve, number);
        context.help.show_for(&response, || {
            format!(
                "{} Point {number}: {text}. Drag (Ctrl: off the grid) or arrows: move; Page Up, Down: \
                 bend; Insert: add; Delete: remove",
                self.group.name(),
            )
        });
        let held = self.drag.map(|drag| drag.held);
        let is_held = matches!(held, Some(HeldPart::Point { number: held, .. }) if held == number);
        if is_held || response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
        paint::point(ui, context, self.number, at, &response, is_held);
    }

    fn describe(
        &self,
        ui: &Ui,
        context: &ViewContext,
        response: &Response,
        curve: &EditedCurve,
        number: usize,
    ) {
        let name = format!("{} Point {number}", self.group.name());
        let level = f64::from(curve.point(number).level);
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), level, &name));
        let text = point_text(context, curve, number);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(-1.0);
            node.set_max_numeric_value(1.0);
            node.set_value(text);
            for action in [Action::SetValue, Action::Increment, Action::Decrement] {
                node.add_action(action);
            }
        });
    }

    fn point_by_pointer(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
        axes: &Axes,
        number: usize,
    ) {
        if response.drag_started_by(PointerButton::Primary)
            && let Some(at) = ui.input(|input| input.pointer.press_origin())
        {
            response.request_focus();
            let point = curve.point(number);
            let held = HeldPart::Point {
                number,
                time: point.time,
                level: point.level,
            };
            let name = curve.move_to(number, point.time, point.level).name;
            self.begin(context, name, held, at, axes);
        }
        if response.dragged_by(PointerButton::Primary) {
            self.go_on(ui, context, response, curve);
        }
        if response.clicked() {
            response.request_focus();
        }
        if response.double_clicked() {
            self.delete(context, curve, number);
        }
        if response.secondary_clicked() {
            response.request_focus();
            self.menu = Some(OpenMenu::new(MenuOf::Point(number), response.rect.center()));
        }
    }

    /// Takes a point away; the focus goes to the one that is in its place then.
    pub(super) fn delete(&mut self, context: &mut ViewContext, curve: &EditedCurve, number: usize) {
        if let Some(edit) = curve.delete(number) {
            edit.perform(context.model);
            self.next_focus = Some(number.min(curve.count() - 1));
        }
    }

    fn point_by_keys(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
        axes: &Axes,
        number: usize,
    ) {
        keep_arrows(ui, response, false);
        let point = curve.point(number);
        let fine = fine(ui);
        let (right, up) = (fine * axes.time_step(), fine * LEVEL_STEP);
        let moved =
            |time: f32, level: f32| curve.move_to(number, point.time + time, point.level + level);
        for (key, shift) in pressed(ui) {
            match key {
                Key::ArrowRight => moved(right, 0.0).nudge(context.model),
                Key::ArrowLeft => moved(-right, 0.0).nudge(context.model),
                Key::ArrowUp => moved(0.0, up).nudge(context.model),
                Key::ArrowDown => moved(0.0, -up).nudge(context.model),
                Key::PageUp => bent(curve, number, fine).nudge(context.model),
                Key::PageDown => bent(curve, number, -fine).nudge(context.model),
                Key::Insert => self.insert(context, curve.insert_after(number)),
                Key::Delete | Key::Backspace => self.delete(context, curve, number),
                Key::Enter if shift => {
                    self.menu = Some(OpenMenu::new(MenuOf::Point(number), response.rect.center()));
                }
                Key::Enter => {
                    let level = curve.params().point(number).level;
                    context.controls.entry = Some(ValueEntry::new(level, context.model));
                }
                _ => {}
            }
        }
    }

    /// The field of a value of the point that is being typed.
    fn point_fields(
        &self,
        ui: &mut Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
        number: usize,
    ) {
        let params = curve.params().point(number);
        let field = within(Rect::from_center_size(response.rect.center(), FIELD), ui);
        for param in [params.time, params.level, params.bend] {
            value_entry(ui, context, param, field, response.id);
        }
    }
}

/// A place moved to where it can be seen.
fn within(rect: Rect, ui: &Ui) -> Rect {
    let room = ui.clip_rect();
    let way = (room.min - rect.min).max(Vec2::ZERO) + (room.max - rect.max).min(Vec2::ZERO);
    rect.translate(way)
}

/// A point's values.
fn point_text(context: &ViewContext, curve: &EditedCurve, number: usize) -> String {
    let params = curve.params().point(number);
    let text = |param: Param| current_text(param, context.model);
    let (time, level) = (text(params.time), text(params.level));
    match number {
        1 => format!("time {time}, level {level}"),
        _ => format!("time {time}, level {level}, bend {}", text(params.bend)),
    }
}

/// The keys that have been pressed without Ctrl and Alt, and whether with Shift.
pub fn pressed(ui: &Ui) -> Vec<(Key, bool)> {
    ui.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            egui::Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } if !modifiers.command && !modifiers.alt => Some((*key, modifiers.shift)),
            _ => None,
        });
        keys.collect()
    })
}

/// The line that leads to a point, bent a step upwards; by −1, downwards.
fn bent(curve: &EditedCurve, number: usize, steps: f32) -> CurveEdit {
    let up = match number {
        1 => 0.0,
        _ => super::line::upwards(curve, number),
    };
    let bend = curve.point(number).bend + up * steps * BEND_STEP;
    curve.bend(number, bend)
}

fn point_by_screen_reader(
    ui: &Ui,
    context: &mut ViewContext,
    response: &Response,
    curve: &EditedCurve,
    number: usize,
) {
    let (steps, levels) = ui.input(|input| {
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        let steps = asked(Action::Increment) - asked(Action::Decrement);
        let levels: Vec<f32> = input
            .accesskit_action_requests(response.id, Action::SetValue)
            .filter_map(|request| match request.data {
                Some(ActionData::NumericValue(level)) => Some(level as f32),
                _ => None,
            })
            .filter(|level| level.is_finite())
            .collect();
        (steps, levels)
    });
    let point = curve.point(number);
    if steps != 0.0 {
        let level = point.level + steps * LEVEL_STEP;
        curve
            .move_to(number, point.time, level)
            .nudge(context.model);
    }
    for level in levels {
        curve
            .move_to(number, point.time, level)
            .perform(context.model);
    }
}
