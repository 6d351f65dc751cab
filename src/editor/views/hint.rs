//! What to do first, below the header, until it is closed.

use egui::{Align, Layout, Rect, RichText, Ui, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::{one_line, set_label};

/// Height of its place, points.
pub const HEIGHT: f32 = 32.0;
/// The button's part of it, points.
const BUTTON: f32 = 64.0;
/// What to do, each in a few words that fit a third of the smallest window.
const LINES: [&str; 3] = [
    "Click the keys to play, or type A S D F.",
    "Drag the orange bars to shape the sound.",
    "Press the preset's name for more sounds.",
];

/// Shows the hint in all the room there is. Returns whether it has been closed.
pub fn show(ui: &mut Ui, context: &mut ViewContext) -> bool {
    let theme = theme::current(ui);
    let rect = ui.max_rect().shrink2(vec2(theme::GAP, 2.0));
    ui.painter().rect_filled(rect, theme::RADIUS, theme.panel);
    let width = (rect.width() - BUTTON) / LINES.len() as f32;
    for (place, text) in LINES.into_iter().enumerate() {
        let left = rect.left() + theme::GAP + place as f32 * width;
        let line = Rect::from_x_y_ranges(left..=left + width - theme::GAP, rect.y_range());
        let color = theme.text;
        let galley = one_line(ui.painter(), text, theme::font(theme::SMALL), line.width());
        let at = pos2(line.left(), line.center().y - 0.5 * galley.size().y);
        ui.painter().galley(at, galley, color);
        let response = ui.interact(line, ui.scope_id().with(place), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    }
    let button = rect.with_min_x(rect.right() - BUTTON);
    let layout = Layout::right_to_left(Align::Center);
    let closed = ui.scope_builder(
        egui::UiBuilder::new().max_rect(button).layout(layout),
        |ui| {
            ui.add_space(theme::GRID);
            let response = ui.small_button(RichText::new("Got it"));
            set_label(&response, "Close the hint");
            context
                .help
                .show_for(&response, || "Closes the hint for good".to_owned());
            response.clicked()
        },
    );
    closed.inner
}

#[cfg(test)]
mod tests;
