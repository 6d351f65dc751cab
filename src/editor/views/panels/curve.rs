//! A curve: its line, whose points can be dragged, its loop, and its controls.
//!
//! A double click adds a point or takes one away, a drag moves a point or bends a line. A single click
//! changes nothing. Every point is also reached by the keyboard.

mod axes;
mod line;
mod loop_ends;
mod menu;
mod paint;
mod points;

use egui::{CursorIcon, PointerButton, Pos2, Rect, Response, Sense, Ui};

use super::card::{grid, powered_card};
use crate::editor::context::ViewContext;
use crate::editor::model::curves::{CurveEdit, EditedCurve};
use crate::editor::model::idle;
use crate::editor::theme;
use crate::editor::widgets::fine;
use crate::synth::display::CurveMode;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{CURVES, CurveParams};
use axes::Axes;
use menu::{MenuOf, OpenMenu};

/// Width of the controls beside the drawing, points.
const CONTROLS: std::ops::RangeInclusive<f32> = 216.0..=320.0;
/// How much a line is bent by a way as long as the drawing is high.
const BEND_PER_HEIGHT: f32 = 2.0;

/// What is being dragged.
#[derive(Clone, Copy, Debug, PartialEq)]
enum HeldPart {
    /// A point, and where the user has dragged it, on no grid.
    Point {
        number: usize,
        time: f32,
        level: f32,
    },
    /// The line that leads to a point, and how far the user has bent it.
    Line { number: usize, bend: f32 },
}

/// A drag under way.
#[derive(Clone, Copy, Debug)]
struct CurveDrag {
    held: HeldPart,
    /// Where the pointer was last.
    last: Pos2,
    /// The axes, which stay as they are meanwhile.
    axes: Axes,
}

/// The card of one curve, and what it remembers while its window is open.
pub struct CurveView {
    /// The number of the curve, from 1 on.
    number: usize,
    group: Group,
    params: CurveParams,
    drag: Option<CurveDrag>,
    menu: Option<OpenMenu>,
    /// The point that the focus goes to in the next frame, when it is there.
    next_focus: Option<usize>,
}

impl CurveView {
    fn new(number: usize, group: Group) -> CurveView {
        CurveView {
            number,
            group,
            params: CurveParams::of(number),
            drag: None,
            menu: None,
            next_focus: None,
        }
    }

    /// The views of all curves.
    pub fn all() -> [CurveView; CURVES] {
        let groups = [Group::Curve1, Group::Curve2, Group::Curve3, Group::Curve4];
        std::array::from_fn(|index| CurveView::new(index + 1, groups[index]))
    }

    /// Shows the card.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = powered_card(ui, context, rect, self.group);
        let controls = (0.22 * inner.width()).clamp(*CONTROLS.start(), *CONTROLS.end());
        let drawing = inner.width() - controls - theme::GAP;
        let [drawing, controls] = super::split_columns(inner, [drawing, 0.0]);
        self.drawing(ui, context, drawing);
        let CurveParams {
            mode,
            sync,
            time,
            division,
            fan_delay,
            fan_time,
            fan_order,
            ..
        } = self.params;
        let rest = [mode, sync, time, division, fan_delay, fan_time, fan_order];
        grid(ui, context, controls, 4, &rest);
    }

    fn drawing(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let curve = EditedCurve::shown(self.number, context.model);
        let axes = match self.drag {
            Some(drag) => drag.axes.within(rect),
            None => Axes::new(rect, curve.length()),
        };
        // Not reached by the keyboard, as its points are.
        let id = ui.scope_id().with(self.group);
        let area = ui.interact(rect, id, Sense::DRAG | Sense::CLICK);
        let over = area
            .hover_pos()
            .and_then(|pointer| line::nearest(&curve, &axes, pointer));
        self.area(ui, context, &area, &curve, &axes, over);
        let painted = paint::Painted {
            number: self.number,
            curve: &curve,
            axes: &axes,
            mode: self.mode(context),
            is_idle: idle::is_curve_idle(self.number, context.controls.values()),
            line: self.held_line().or(over),
        };
        paint::drawing(ui, context, rect, &painted);
        let next_focus = self.next_focus.take();
        for number in 1..=curve.count() {
            self.point(ui, context, &curve, &axes, number);
        }
        if let Some(number) = next_focus {
            let id = points::point_id(self.number, number);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if self.has_loop(context) {
            loop_ends::show(ui, context, &curve, &axes, self.group.name());
        }
    }

    fn mode(&self, context: &ViewContext) -> CurveMode {
        CurveMode::from_index(context.model.plain(self.params.mode) as usize)
    }

    fn has_loop(&self, context: &ViewContext) -> bool {
        matches!(self.mode(context), CurveMode::HeldLoop | CurveMode::Loop)
    }

    /// The line that is being dragged.
    fn held_line(&self) -> Option<usize> {
        match self.drag?.held {
            HeldPart::Line { number, .. } => Some(number),
            HeldPart::Point { .. } => None,
        }
    }

    /// What the pointer does where no point is. `over` is the line that it is on.
    fn area(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        area: &Response,
        curve: &EditedCurve,
        axes: &Axes,
        over: Option<usize>,
    ) {
        let pressed = || ui.input(|input| input.pointer.press_origin());
        if area.drag_started_by(PointerButton::Primary)
            && let Some(at) = pressed()
            && let Some(number) = line::nearest(curve, axes, at)
        {
            let bend = curve.point(number).bend;
            let name = curve.bend(number, bend).name;
            self.begin(context, name, HeldPart::Line { number, bend }, at, axes);
        }
        if area.dragged_by(PointerButton::Primary) {
            self.go_on(ui, context, area, curve);
        }
        if area.double_clicked()
            && let Some(at) = area.interact_pointer_pos()
        {
            self.add(ui, context, curve, axes, at);
        }
        if area.secondary_clicked()
            && let Some(at) = area.interact_pointer_pos()
        {
            let of = MenuOf::Area {
                line: line::nearest(curve, axes, at),
            };
            self.menu = Some(OpenMenu::new(of, at));
        }
        self.area_menu(ui, context, area, curve, axes);
        if over.is_some() || self.held_line().is_some() {
            ui.ctx().set_cursor_icon(CursorIcon::ResizeVertical);
        }
        let idle = context.idle_reason(self.params.points);
        let help = || self.area_help(curve, over, idle);
        context.help.show_for(area, help);
    }

    fn area_help(
        &self,
        curve: &EditedCurve,
        over: Option<usize>,
        idle: Option<&'static str>,
    ) -> String {
        let name = self.group.name();
        let add = match curve.has_room() {
            true => "double-click: add a point",
            false => "it has all points that it may have",
        };
        let what = match over {
            Some(number) => format!("{name} Point {number} Bend: drag up or down (Shift: fine)"),
            None => format!("{name}: drag points and lines"),
        };
        let idle = idle.map(|reason| format!(". Has no effect now. {reason}"));
        format!(
            "{what}; {add}; right-click: shapes{}",
            idle.unwrap_or_default()
        )
    }

    /// Adds a point under the pointer, on the line if the pointer is on it.
    fn add(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        curve: &EditedCurve,
        axes: &Axes,
        at: Pos2,
    ) {
        let is_free = ui.input(|input| input.modifiers.command);
        let (mut time, mut level) = (axes.time(at.x), axes.level(at.y));
        if !is_free {
            (time, level) = (axes.snapped_time(time), axes.snapped_level(level));
        }
        if line::nearest(curve, axes, at).is_some() {
            level = curve.curve().level(time);
        }
        self.insert(context, curve.insert(time, level));
    }

    /// Adds a point, to which the focus goes.
    fn insert(&mut self, context: &mut ViewContext, added: Option<(usize, CurveEdit)>) {
        if let Some((number, edit)) = added {
            edit.perform(context.model);
            self.next_focus = Some(number);
        }
    }

    fn begin(
        &mut self,
        context: &mut ViewContext,
        name: String,
        held: HeldPart,
        last: Pos2,
        axes: &Axes,
    ) {
        context.model.begin_group(name);
        let axes = *axes;
        self.drag = Some(CurveDrag { held, last, axes });
    }

    /// Takes what is held where the pointer has gone.
    fn go_on(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
    ) {
        let Some(drag) = &mut self.drag else {
            return;
        };
        let Some(pointer) = response.interact_pointer_pos() else {
            return;
        };
        // A sound with fewer points may have been loaded meanwhile.
        let (HeldPart::Point { number, .. } | HeldPart::Line { number, .. }) = drag.held;
        if number > curve.count() {
            return;
        }
        let way = fine(ui) * (pointer - drag.last);
        drag.last = pointer;
        let is_free = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        let axes = drag.axes;
        let edit = match &mut drag.held {
            HeldPart::Point {
                number,
                time,
                level,
            } => {
                *time += axes.time_of_way(way.x);
                *level += axes.level_of_way(way.y);
                match is_free {
                    true => curve.move_to(*number, *time, *level),
                    false => curve.move_to(
                        *number,
                        axes.snapped_time(*time),
                        axes.snapped_level(*level),
                    ),
                }
            }
            HeldPart::Line { number, bend } => {
                let up = -way.y / axes.plot().height() * BEND_PER_HEIGHT;
                *bend = (*bend + up * line::upwards(curve, *number)).clamp(-1.0, 1.0);
                curve.bend(*number, *bend)
            }
        };
        edit.draw(context.model);
    }

    /// Ends a drag once no button is down, also where what is dragged is no longer shown.
    pub fn end_drag(&mut self, ui: &Ui, context: &mut ViewContext) {
        let is_down = ui.input(|input| input.pointer.primary_down());
        if !is_down && self.drag.take().is_some() {
            context.model.end_group();
        }
    }
}
