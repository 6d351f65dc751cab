//! The header: the name, what sounds, and on the right what concerns the window.

use egui::{
    Align, Layout as Row, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder,
    containers::scroll_area::ScrollBarVisibility, vec2,
};

use super::place;
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::views::browser::Browser;
use crate::editor::views::settings::SettingsPage;
use crate::editor::widgets::focus;

/// In a window narrower than this, points, what sounds is scrolled: what concerns the window stays.
const NARROW: f32 = 700.0;

pub fn show(
    ui: &mut Ui,
    context: &mut ViewContext,
    browser: &mut Browser,
    settings: &mut SettingsPage,
) {
    let rect = ui.max_rect();
    let is_narrow = rect.width() < NARROW;
    let inset = if is_narrow { 1.0 } else { 1.5 };
    let rect = rect.shrink2(vec2(inset * theme::GAP, 0.0));
    let border = rect.right() - settings.button_width(ui) - theme::GAP;
    let row = |ui: &mut Ui, rect: Rect, row: Row, contents: &mut dyn FnMut(&mut Ui)| {
        ui.scope_builder(UiBuilder::new().max_rect(rect).layout(row), contents);
    };
    let left = rect.with_max_x(border);
    let from_left = Row::left_to_right(Align::Center);
    if is_narrow {
        place(ui, left, |ui| {
            ScrollArea::horizontal()
                .id_salt("header")
                .auto_shrink(false)
                .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
                .show(ui, |ui| {
                    ui.set_height(left.height());
                    ui.with_layout(from_left, |ui| browser.bar(ui, context));
                    focus::follow(ui);
                });
        });
    } else {
        row(ui, left, from_left, &mut |ui| {
            logo(ui);
            ui.label(
                RichText::new("Aliquot")
                    .font(theme::strong(theme::TITLE))
                    .color(theme::current(ui).text),
            );
            ui.add_space(theme::GAP);
            browser.bar(ui, context);
        });
    }
    let right = rect.with_min_x(border);
    row(ui, right, Row::right_to_left(Align::Center), &mut |ui| {
        settings.button(ui, context);
    });
}

/// Partials that fall, as bars.
fn logo(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
    let theme = theme::current(ui);
    for (n, height) in [1.0, 0.62, 0.4, 0.24].into_iter().enumerate() {
        let left = rect.left() + 5.0 * n as f32;
        let top = rect.bottom() - rect.height() * height;
        let bar = Rect::from_x_y_ranges(left..=left + 3.0, top..=rect.bottom());
        ui.painter().rect_filled(bar, 1, theme.accent);
    }
}
