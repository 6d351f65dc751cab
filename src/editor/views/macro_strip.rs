//! The eight macros in two rows beside the keys, with their names, whatever else is shown.

use egui::{Rect, Ui, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::small_knob;
use crate::synth::Param;
use crate::synth::parameter::MACROS;

/// Part of the window's width, and at least and at most, points.
const WIDTH: (f32, f32, f32) = (0.3, 300.0, 480.0);
/// Macros in a row.
const COLUMNS: usize = 4;
/// Height of the two rows together at most, points.
const HEIGHT: f32 = 72.0;

/// The width of the strip in a window of this width, points.
pub fn width(window: f32) -> f32 {
    (WIDTH.0 * window).clamp(WIDTH.1, WIDTH.2).round()
}

/// Shows the strip in all the room there is.
pub fn show(ui: &mut Ui, context: &mut ViewContext) {
    let room = ui.max_rect();
    let height = room.height().min(HEIGHT);
    let rect = Rect::from_center_size(room.center(), vec2(room.width(), height));
    let cell = vec2(rect.width() / COLUMNS as f32, 0.5 * height);
    for number in 1..=MACROS {
        let (row, column) = ((number - 1) / COLUMNS, (number - 1) % COLUMNS);
        let at = rect.min + vec2(column as f32 * cell.x, row as f32 * cell.y);
        let place = Rect::from_min_max(at, pos2(at.x + cell.x - theme::GRID, at.y + cell.y));
        let param = Param::macro_value(number);
        let own_name = context.model.macro_name(number);
        let number = format!("M{number}");
        let (name, label) = match own_name.as_str() {
            "" => (
                number.as_str(),
                format!("{} beside the keys", param.row().name),
            ),
            name => (
                name,
                format!("{name}, {} beside the keys", param.row().name),
            ),
        };
        small_knob(
            ui,
            context,
            param,
            (name, label),
            place.shrink2(vec2(0.0, 1.0)),
        );
    }
}

#[cfg(test)]
mod tests;
