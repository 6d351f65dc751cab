//! What stands in a row of tools: menus, switches with their names on them, segments.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::style::StyleModifier;
use egui::{
    Button, Frame, Margin, PopupCloseBehavior, Response, RichText, Role, ScrollArea, Stroke, Ui,
    WidgetInfo, vec2,
};

use super::text::text_width;
use crate::editor::theme;

/// A button that opens a menu which stays while one works in it.
pub fn menu(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) -> Response {
    // Fields and buttons look as elsewhere: what stands here is worked with, not picked.
    let config = MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(StyleModifier::default());
    let button = Button::new(with_arrow(title));
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        let room = ui.ctx().content_rect().height() - 4.0 * theme::GAP;
        // As high as its content, also where that has grown since the last frame.
        ScrollArea::vertical()
            .max_height(room)
            .min_scrolled_height(room)
            .show(ui, content)
    });
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, title));
    let tip = response.rect.right_center() + vec2(-8.0, 2.5);
    let arrow = vec![tip + vec2(-4.0, -5.0), tip + vec2(4.0, -5.0), tip];
    let color = theme::current(ui).weak_text;
    ui.painter()
        .add(egui::Shape::convex_polygon(arrow, color, Stroke::NONE));
    response
}

/// With room for the arrow, which the type face lacks.
pub fn with_arrow(title: &str) -> String {
    format!("{title}     ")
}

/// One of several, side by side.
pub fn segments<T: Copy + PartialEq>(
    ui: &mut Ui,
    value: &mut T,
    options: &[(T, &str)],
) -> Vec<Response> {
    let theme = theme::current(ui);
    let mut frame = Frame::new()
        .fill(theme.well)
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::same(1));
    if theme.outlines() {
        frame = frame.stroke(Stroke::new(1.0, theme.line));
    }
    let shown = frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            // With the frame's margin, a row.
            ui.spacing_mut().interact_size.y = theme::ROW - 2.0;
            options
                .iter()
                .map(|(option, name)| {
                    let mut is_chosen = value == option;
                    let response = toggle(ui, name, &mut is_chosen);
                    if response.clicked() {
                        *value = *option;
                    }
                    response
                })
                .collect()
        })
        .inner
    });
    shown.inner
}

/// Width of a switch, on or off: nothing moves when it is switched.
pub fn toggle_width(ui: &Ui, name: &str) -> f32 {
    let padding = 2.0 * ui.spacing().button_padding.x;
    (text_width(ui, name, theme::strong(theme::BODY)) + padding).ceil()
}

/// A switch with its name on it.
pub fn toggle(ui: &mut Ui, name: &str, is_on: &mut bool) -> Response {
    let theme = theme::current(ui);
    let text = RichText::new(name);
    let text = match *is_on {
        true => text.color(theme.text).font(theme::strong(theme::BODY)),
        false => text.color(theme.weak_text),
    };
    let size = vec2(toggle_width(ui, name), theme::ROW - 2.0);
    let response = ui.add(Button::selectable(*is_on, text).min_size(size));
    if response.clicked() {
        *is_on = !*is_on;
    }
    response
}
