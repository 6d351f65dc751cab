//! Tabs: names side by side, one of them chosen.

use egui::{Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::text_width;

/// Height of the tabs and of what is left free below them, points.
pub const TABS: f32 = 22.0;

/// Between the parts of a tab's name.
pub const PARTS: &str = " · ";
/// Free at the sides of a name at least, points.
const LEAST_PADDING: f32 = 2.0;

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
    let (texts, padding) = fitted(ui, tabs, rect.width());
    for (index, (tab, text)) in tabs.iter().zip(&texts).enumerate() {
        let is_chosen = index == chosen;
        let size = vec2(width(ui, text) + 2.0 * padding, rect.height());
        let place = Rect::from_min_size(pos2(left, rect.top()), size);
        left = place.right() + theme::GRID;
        let response = ui.interact(place, ui.scope_id().with(("tab", index)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, &tab.name));
        let help = || format!("Shows {}", tab.contents);
        context.help.show_for(&response, help);
        let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Space));
        if response.clicked() || by_key {
            clicked = Some(index);
        }
        paint(ui, &response, text, is_chosen);
    }
    clicked
}

/// How wide tabs are that have room, points.
pub fn tabs_width(ui: &Ui, tabs: &[Tab]) -> f32 {
    let padding = 2.0 * theme::GAP + theme::GRID;
    let widths = tabs.iter().map(|tab| width(ui, &tab.name) + padding);
    widths.sum::<f32>() - theme::GRID
}

/// Of a text on a tab, chosen or not, so that nothing jumps.
fn width(ui: &Ui, text: &str) -> f32 {
    text_width(ui, text, theme::strong(theme::BODY))
}

/// What is written on the tabs, and how much is free at its sides: the whole names, or, where they have
/// no room, shorter ones close together.
fn fitted(ui: &Ui, tabs: &[Tab], room: f32) -> (Vec<String>, f32) {
    let names: Vec<String> = tabs.iter().map(|tab| tab.name.clone()).collect();
    let sides = 2.0 * tabs.len() as f32;
    let free = |texts: &[String]| {
        let widths: f32 = texts.iter().map(|text| width(ui, text)).sum();
        let between = theme::GRID * (tabs.len().saturating_sub(1)) as f32;
        (room - widths - between) / sides
    };
    if free(&names) >= theme::GAP {
        return (names, theme::GAP);
    }
    let short = shortened(&names);
    let padding = free(&short).clamp(LEAST_PADDING, theme::GAP);
    (short, padding)
}

/// Names whose parts leave out the word that they begin with where the part ahead of them, which differs
/// in its number alone, has it.
fn shortened(names: &[String]) -> Vec<String> {
    let mut before = "";
    let mut texts = Vec::new();
    for name in names {
        let mut parts = Vec::new();
        for part in name.split(PARTS) {
            let numbered = part.rsplit_once(' ');
            let numbered = numbered.filter(|(_, number)| number.parse::<usize>().is_ok());
            parts.push(match numbered {
                Some((word, number)) if word == before => number,
                _ => part,
            });
            before = numbered.map_or("", |(word, _)| word);
        }
        texts.push(parts.join(PARTS));
    }
    texts
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
        let stroke = Stroke::new(2.0, theme::hue(ui));
        painter.hline(place.x_range().shrink(theme::GAP), y, stroke);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.5, theme.focus);
        painter.rect_stroke(place, theme::RADIUS, stroke, StrokeKind::Inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_stands_ahead_of_it_is_left_out() {
        let names = [
            "Play",
            "LFO 3 & 4 · Sequence 1",
            "Sequence 2 · Curve 1",
            "Curve 2",
            "Routes",
        ];
        let short = shortened(&names.map(str::to_owned));
        let expected = [
            "Play",
            "LFO 3 & 4 · Sequence 1",
            "2 · Curve 1",
            "2",
            "Routes",
        ];
        assert_eq!(short, expected);
    }
}
