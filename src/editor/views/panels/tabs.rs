//! Tabs: names side by side, one of them chosen.

use egui::{Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::text_width;

/// Height of the tabs and of what is left free below them, points.
pub const TABS: f32 = 22.0;

/// A tab.
pub struct Tab {
    /// What stands on it.
    pub name: String,
    /// What is behind it, for the help line.
    pub contents: String,
}

/// Shows the tabs, and returns which of them has been clicked.
pub fn tabs(
    ui: &mut Ui,
    context: &mut ViewContext,
    rect: Rect,
    tabs: &[Tab],
    chosen: usize,
) -> Option<usize> {
    let mut left = rect.left();
    let mut clicked = None;
    for (index, tab) in tabs.iter().enumerate() {
        let is_chosen = index == chosen;
        // The place is the same chosen or not, so that nothing jumps.
        let wide = text_width(ui, &tab.name, theme::strong(theme::BODY));
        let place = Rect::from_min_size(
            pos2(left, rect.top()),
            vec2(wide + 2.0 * theme::GAP, rect.height()),
        );
        left = place.right() + theme::GRID;
        let response = ui.interact(place, ui.scope_id().with(("tab", index)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, &tab.name));
        let help = || format!("Shows {}", tab.contents);
        context.help.show_for(&response, help);
        let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Space));
        if response.clicked() || by_key {
            clicked = Some(index);
        }
        paint(ui, &response, &tab.name, is_chosen);
    }
    clicked
}

fn paint(ui: &Ui, response: &Response, name: &str, is_chosen: bool) {
    let theme = theme::current(ui);
    let (painter, place) = (ui.painter(), response.rect);
    if response.hovered() && !is_chosen {
        painter.rect_filled(place, theme::RADIUS, theme.hovered);
    }
    let (font, color) = match is_chosen {
        true => (theme::strong(theme::BODY), theme.text),
        false => (theme::font(theme::BODY), theme.weak_text),
    };
    let galley = painter.layout_no_wrap(name.to_owned(), font, color);
    painter.galley(place.center() - 0.5 * galley.size(), galley, color);
    if is_chosen {
        let y = place.bottom() - 1.0;
        let stroke = Stroke::new(2.0, theme.accent);
        painter.hline(place.x_range().shrink(theme::GAP), y, stroke);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(place, theme::RADIUS, stroke, StrokeKind::Inside);
    }
}
