//! The table of the routes: each in a line, in two columns where there is room. Behind the routes of the
//! patch stand the macros' own targets.

use egui::scroll_area::ScrollSource;
use egui::style::ScrollStyle;
use egui::{Align2, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use super::card::card;
use crate::editor::context::ViewContext;
use crate::editor::model::routes::RouteId;
use crate::editor::theme;
use crate::editor::widgets::{absent, bar, choice, focus, label, narrow_switch, relabel};
use crate::synth::Param;
use crate::synth::parameter::{MACROS, ROUTES, RouteParams};

/// Least width of a column of lines, points.
const COLUMN: f32 = 700.0;
/// Distance from one line to the next, points.
const LINE: f32 = 24.0;
/// Between two controls of a line, points.
const GAP: f32 = 4.0;
/// Room for the number that a line begins with, points.
const NUMBER: f32 = 22.0;

/// What stands in a column in the line of a macro's own target.
enum OfMacro {
    /// The macro's name.
    Name,
    /// The control of this parameter of the macro of a number.
    Param(fn(usize) -> Param),
    /// Nothing: a macro's own target has no such value. It is called so.
    Absent(&'static str),
}

/// A control of a line: what it is of a route, and its part of the line's width.
struct Cell {
    of: fn(&RouteParams) -> Param,
    of_macro: OfMacro,
    part: f32,
    show: fn(&mut Ui, &mut ViewContext, Param, Rect),
}

const CELLS: [Cell; 7] = [
    Cell {
        of: |route| route.from,
        of_macro: OfMacro::Name,
        part: 0.17,
        show: list,
    },
    Cell {
        of: |route| route.via,
        of_macro: OfMacro::Absent("Via"),
        part: 0.17,
        show: list,
    },
    Cell {
        of: |route| route.to,
        of_macro: OfMacro::Param(Param::macro_target),
        part: 0.2,
        show: list,
    },
    Cell {
        of: |route| route.depth,
        of_macro: OfMacro::Param(Param::macro_amount),
        part: 0.14,
        show: bar,
    },
    Cell {
        of: |route| route.bend,
        of_macro: OfMacro::Absent("Bend"),
        part: 0.1,
        show: bar,
    },
    Cell {
        of: |route| route.partials,
        of_macro: OfMacro::Absent("Partials"),
        part: 0.13,
        show: list,
    },
    Cell {
        of: |route| route.bypass,
        of_macro: OfMacro::Absent("Bypass"),
        part: 0.09,
        show: narrow_switch,
    },
];

fn list(ui: &mut Ui, context: &mut ViewContext, param: Param, rect: Rect) {
    choice(ui, context, param, "", rect);
}

/// Shows the table.
pub fn show(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let inner = card(ui, rect, "");
    // A bar that is always there, and stands out, shows that there is more.
    let style = ScrollStyle {
        foreground_color: true,
        ..ScrollStyle::solid()
    };
    let columns = if inner.width() >= 2.0 * COLUMN { 2 } else { 1 };
    let of_routes = ROUTES.div_ceil(columns);
    let of_macros = MACROS.div_ceil(columns);
    let lines = of_routes + of_macros;
    let mut room = inner;
    if lines as f32 * LINE > inner.height() {
        room.max.x -= style.allocated_width();
    }
    header(
        ui,
        room.with_min_y(rect.top()).with_max_y(inner.top()),
        columns,
    );
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.spacing_mut().scroll = style;
        ScrollArea::vertical()
            .id_salt("routes")
            .auto_shrink(false)
            // The controls have other uses for a drag.
            .scroll_source(ScrollSource::SCROLL_BAR | ScrollSource::MOUSE_WHEEL)
            .show(ui, |ui| {
                let size = vec2(room.width(), lines as f32 * LINE);
                let (_, all) = ui.allocate_space(size);
                let place = |column: usize, line: usize| {
                    let top = all.top() + line as f32 * LINE;
                    let column = column_rect(all, columns, column);
                    column.with_min_y(top).with_max_y(top + LINE)
                };
                for place_in_list in 0..ROUTES {
                    let (column, line) = (place_in_list / of_routes, place_in_list % of_routes);
                    route(ui, context, place_in_list + 1, place(column, line));
                }
                for place_in_list in 0..MACROS {
                    let (column, line) = (place_in_list / of_macros, place_in_list % of_macros);
                    let line = of_routes + line;
                    macro_target(ui, context, place_in_list + 1, place(column, line));
                }
                focus::follow(ui);
            });
    });
}

/// The place of a column of lines.
fn column_rect(rect: Rect, columns: usize, column: usize) -> Rect {
    let width = (rect.width() + 2.0 * theme::GAP) / columns as f32 - 2.0 * theme::GAP;
    let left = rect.left() + column as f32 * (width + 2.0 * theme::GAP);
    Rect::from_x_y_ranges(left..=left + width, rect.y_range())
}

/// The controls of a line with their places.
fn cells(line: Rect) -> impl Iterator<Item = (&'static Cell, Rect)> {
    let width = line.width() - NUMBER;
    let mut left = line.left() + NUMBER;
    CELLS.iter().map(move |cell| {
        let right = left + cell.part * width;
        let place = Rect::from_x_y_ranges(left..=right - GAP, line.y_range());
        left = right;
        (cell, place)
    })
}

/// What stands in the columns.
fn header(ui: &Ui, rect: Rect, columns: usize) {
    let theme = theme::current(ui);
    let route = RouteParams::of(1);
    for column in 0..columns {
        for (cell, place) in cells(column_rect(rect, columns, column)) {
            ui.painter().text(
                place.center(),
                Align2::CENTER_CENTER,
                (cell.of)(&route).row().short,
                theme::strong(theme::SMALL),
                theme.weak_text,
            );
        }
    }
}

/// What a line begins with.
fn begin_line(ui: &Ui, line: Rect, text: &str) {
    ui.painter().text(
        pos2(line.left() + NUMBER - 8.0, line.center().y),
        Align2::RIGHT_CENTER,
        text,
        theme::font(theme::SMALL),
        theme::current(ui).weak_text,
    );
}

fn route(ui: &mut Ui, context: &mut ViewContext, number: usize, line: Rect) {
    begin_line(ui, line, &number.to_string());
    let route = RouteParams::of(number);
    for (cell, rect) in cells(line) {
        let rect = rect.shrink2(vec2(0.0, 0.5 * GAP));
        (cell.show)(ui, context, (cell.of)(&route), rect);
    }
}

/// The line of a macro's own target.
fn macro_target(ui: &mut Ui, context: &mut ViewContext, number: usize, line: Rect) {
    let theme = theme::current(ui);
    begin_line(ui, line, &format!("M{number}"));
    for (cell, rect) in cells(line) {
        let rect = rect.shrink2(vec2(0.0, 0.5 * GAP));
        match cell.of_macro {
            OfMacro::Name => {
                let name = match context.model.macro_name(number) {
                    name if name.is_empty() => Param::macro_value(number).row().name.to_owned(),
                    name => name,
                };
                label(ui.painter(), rect, &name, theme.text);
            }
            OfMacro::Param(of) => {
                let param = of(number);
                (cell.show)(ui, context, param, rect);
                relabel(ui, param, &format!("{} among the routes", param.row().name));
            }
            OfMacro::Absent(value) => {
                absent(ui, context, rect, RouteId::Macro(number), value);
            }
        }
    }
}
