//! The menus of a curve: of a point, and of the place between the points.

use egui::{Align, Button, Layout, Popup, PopupKind, Pos2, Rect, Response, SetOpenCommand, Ui};

use super::CurveView;
use super::axes::Axes;
use crate::editor::context::ViewContext;
use crate::editor::context::controls::ValueEntry;
use crate::editor::model::curves::{CurveEdit, CurveShape, EditedCurve};
use crate::synth::parameter::CurvePointParams;

/// What a menu is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuOf {
    /// The point of this number.
    Point(usize),
    /// A place where no point is.
    Area {
        /// The line at that place, by the point that it leads to.
        line: Option<usize>,
    },
}

/// A menu that is open.
#[derive(Clone, Copy, Debug)]
pub struct OpenMenu {
    of: MenuOf,
    /// Where it was asked for.
    at: Pos2,
    /// Whether it has not been shown yet.
    is_new: bool,
}

impl OpenMenu {
    /// A menu that is shown from now on.
    pub fn new(of: MenuOf, at: Pos2) -> OpenMenu {
        OpenMenu {
            of,
            at,
            is_new: true,
        }
    }
}

impl CurveView {
    /// The menu of a point, while it is open.
    pub(super) fn point_menu(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
        number: usize,
    ) {
        let is_of = |of: MenuOf| of == MenuOf::Point(number);
        let name = format!("{} Point {number} menu", self.group.name());
        let has_loop = self.has_loop(context);
        self.menu_at(ui, response, &name, is_of, |view, ui, _| {
            view.point_items(ui, context, curve, number, has_loop);
        });
    }

    /// The menu of the place between the points, while it is open.
    pub(super) fn area_menu(
        &mut self,
        ui: &Ui,
        context: &mut ViewContext,
        response: &Response,
        curve: &EditedCurve,
        axes: &Axes,
    ) {
        let is_of = |of: MenuOf| matches!(of, MenuOf::Area { .. });
        let name = format!("{} menu", self.group.name());
        self.menu_at(ui, response, &name, is_of, |view, ui, menu| {
            let add = Button::new("Add Point");
            if ui.add_enabled(curve.has_room(), add).clicked() {
                view.add(ui, context, curve, axes, menu.at);
            }
            if let MenuOf::Area { line: Some(number) } = menu.of {
                straighten(ui, context, curve, number);
            }
            ui.separator();
            shapes(ui, context, curve);
        });
    }

    /// Shows the open menu if `is_of` is true for what it belongs to.
    fn menu_at(
        &mut self,
        ui: &Ui,
        response: &Response,
        name: &str,
        is_of: impl Fn(MenuOf) -> bool,
        items: impl FnOnce(&mut CurveView, &mut Ui, OpenMenu),
    ) {
        let Some(menu) = self.menu.filter(|menu| is_of(menu.of)) else {
            return;
        };
        let id = response.id.with("menu");
        let command = match menu.is_new {
            true => Some(SetOpenCommand::Bool(true)),
            false => response.clicked().then_some(SetOpenCommand::Bool(false)),
        };
        if menu.is_new || Popup::is_id_open(ui.ctx(), id) {
            self.menu = Some(OpenMenu {
                is_new: false,
                ..menu
            });
            Popup::from_response(response)
                .anchor(Rect::from_pos(menu.at))
                .id(id)
                .kind(PopupKind::Menu)
                .layout(Layout::top_down_justified(Align::Min))
                .width(170.0)
                .open_memory(command)
                .accessible_name(name)
                .show(|ui| items(self, ui, menu));
        } else {
            self.menu = None;
        }
    }

    fn point_items(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        curve: &EditedCurve,
        number: usize,
        has_loop: bool,
    ) {
        let delete = Button::new("Delete");
        if ui.add_enabled(curve.has_spare(), delete).clicked() {
            self.delete(context, curve, number);
        }
        let mut item = |name: &str, edit: Option<CurveEdit>| {
            let response = ui.add_enabled(edit.is_some(), Button::new(name));
            if let Some(edit) = edit.filter(|_| response.clicked()) {
                edit.perform(context.model);
            }
        };
        item("Loop Start", has_loop.then(|| curve.set_loop_start(number)));
        item("Loop End", has_loop.then(|| curve.set_loop_end(number)));
        straighten(ui, context, curve, number);
        ui.separator();
        let CurvePointParams { time, level, bend } = curve.params().point(number);
        for (name, param) in [
            ("Type a Time", time),
            ("Type a Level", level),
            ("Type a Bend", bend),
        ] {
            if ui.button(name).clicked() {
                context.controls.entry = Some(ValueEntry::new(param, context.model));
            }
        }
        ui.separator();
        shapes(ui, context, curve);
    }
}

/// The entry that makes the line straight that leads to a point.
fn straighten(ui: &mut Ui, context: &mut ViewContext, curve: &EditedCurve, number: usize) {
    // A shape with fewer points may have been chosen meanwhile.
    let is_line = (2..=curve.count()).contains(&number);
    let is_bent = is_line && curve.point(number).bend != 0.0;
    let button = Button::new("Straighten");
    if ui.add_enabled(is_bent, button).clicked() {
        curve.straighten(number).perform(context.model);
    }
}

/// An entry for each of the ready shapes.
fn shapes(ui: &mut Ui, context: &mut ViewContext, curve: &EditedCurve) {
    for shape in CurveShape::ALL {
        if ui.button(shape.name()).clicked() {
            curve.reshape(shape).perform(context.model);
        }
    }
}
