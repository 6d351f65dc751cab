//! Tabs: names side by side, one of them chosen.

use egui::{Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::{one_line, text_width};

/// Height of the tabs and of the free space below them, points.
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
    let labels = Labels::fitted(ui, tabs, rect.width());
    for (index, (tab, text)) in tabs.iter().zip(&labels.texts).enumerate() {
        let is_chosen = index == chosen;
        let room = width(ui, text).min(labels.most);
        let size = vec2(room + 2.0 * labels.padding, rect.height());
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
        paint(ui, &response, text, room, is_chosen);
    }
    clicked
}

/// How wide tabs are that have room, points.
pub fn tabs_width(ui: &Ui, tabs: &[Tab]) -> f32 {
    let padding = 2.0 * theme::GAP + theme::GRID;
    let widths = tabs.iter().map(|tab| width(ui, &tab.name) + padding);
    widths.sum::<f32>() - theme::GRID
}

/// Width of a text on a tab, the same whether chosen or not, so that nothing jumps.
fn width(ui: &Ui, text: &str) -> f32 {
    text_width(ui, text, theme::strong(theme::BODY))
}

/// What is written on the tabs.
struct Labels {
    texts: Vec<String>,
    /// Free at the sides of each, points.
    padding: f32,
    /// What is wider is cut short, points.
    most: f32,
}

impl Labels {
    /// The whole names; where they have no room, shorter ones close together; where these have none either,
    /// the longest of them cut short: no tab is pushed out of its row.
    fn fitted(ui: &Ui, tabs: &[Tab], room: f32) -> Labels {
        let names: Vec<String> = tabs.iter().map(|tab| tab.name.clone()).collect();
        let room = room - theme::GRID * (tabs.len().saturating_sub(1)) as f32;
        let widths = |texts: &[String]| texts.iter().map(|text| width(ui, text)).collect();
        let padding =
            |widths: &Vec<f32>| (room - widths.iter().sum::<f32>()) / (2.0 * tabs.len() as f32);
        if padding(&widths(&names)) >= theme::GAP {
            return Labels {
                texts: names,
                padding: theme::GAP,
                most: f32::INFINITY,
            };
        }
        let texts = shortened(&names);
        let widths = widths(&texts);
        let padding = padding(&widths).clamp(LEAST_PADDING, theme::GAP);
        let most = widest(widths, room - 2.0 * padding * tabs.len() as f32);
        Labels {
            texts,
            padding,
            most,
        }
    }
}

/// The greatest width that texts of these widths may have in a room, so that the shorter ones stay whole.
fn widest(mut widths: Vec<f32>, mut room: f32) -> f32 {
    widths.sort_by(f32::total_cmp);
    for (place, width) in widths.iter().enumerate() {
        let share = room / (widths.len() - place) as f32;
        // What fits exactly is no more cut than what has room to spare.
        if *width > share + 0.01 {
            return share.max(0.0);
        }
        room -= width;
    }
    f32::INFINITY
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

/// Paints a tab whose text has `room` points.
fn paint(ui: &Ui, response: &Response, text: &str, room: f32, is_chosen: bool) {
    let theme = theme::current(ui);
    let (painter, place) = (ui.painter(), response.rect);
    if response.hovered() && !is_chosen {
        painter.rect_filled(place, theme::RADIUS, theme.hovered);
    }
    let (font, color) = match is_chosen {
        true => (theme::strong(theme::BODY), theme.text),
        false => (theme::font(theme::BODY), theme.weak_text),
    };
    let galley = one_line(ui.painter(), text, font, room + 0.5);
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
    fn the_longest_are_cut_short_first() {
        assert_eq!(widest(vec![30.0, 10.0, 20.0], 60.0), f32::INFINITY);
        assert_eq!(widest(vec![30.0, 10.0, 20.0], 58.0), 28.0);
        assert_eq!(widest(vec![30.0, 10.0, 20.0], 40.0), 15.0);
        assert_eq!(widest(vec![30.0, 10.0, 20.0], 15.0), 5.0);
        assert_eq!(widest(Vec::new(), 15.0), f32::INFINITY);
    }

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
