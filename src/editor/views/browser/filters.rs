//! The column of the page in which one says what to look for.

use egui::{
    Button, ComboBox, FontId, Key, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo, vec2,
};

use super::Browser;
use crate::editor::model::listing::{self, Order, Origin, PresetFilter};
use crate::editor::theme;
use crate::editor::widgets::{focus, text_width};
use crate::library::Contents;

/// Its width, points.
pub const WIDTH: f32 = 190.0;

/// The name of a group.
pub fn heading(ui: &mut Ui, text: &str) {
    let color = theme::current(ui).weak_text;
    ui.label(
        RichText::new(text)
            .font(theme::strong(theme::SMALL))
            .color(color),
    );
}

/// What to look for, and in which order to list it. Returns the key by which the search is left for the
/// list, Enter or Down.
pub fn show(browser: &mut Browser, ui: &mut Ui, contents: &Contents) -> Option<Key> {
    let filter = &mut browser.filter;
    let (left_by, is_changed) = ui.horizontal(|ui| search(ui, filter)).inner;
    ui.add_space(theme::GRID);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        for (origin, name) in Origin::ALL {
            ui.selectable_value(&mut filter.origin, origin, name);
        }
    });
    ui.toggle_value(&mut filter.favourites, "Favourites only");
    ui.add_space(theme::GRID);
    ScrollArea::vertical()
        .id_salt("filters")
        .auto_shrink(false)
        .show(ui, |ui| {
            heading(ui, "CATEGORY");
            category(ui, filter, contents);
            ui.add_space(theme::GAP);
            heading(ui, "AUTHOR");
            author(ui, filter, contents);
            ui.add_space(theme::GAP);
            heading(ui, "SORT BY");
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme::GRID;
                for (order, name) in Order::ALL {
                    ui.selectable_value(&mut filter.order, order, name);
                }
            });
            ui.add_space(theme::GAP);
            heading(ui, "TAGS");
            ui.horizontal_wrapped(|ui| tags(ui, filter, contents));
            if !filter.is_open() {
                ui.add_space(theme::GAP);
                if ui.button("Show all").clicked() {
                    *filter = filter.opened();
                }
            }
            focus::follow(ui);
        });
    if is_changed {
        // A search marks the first hit; an empty search marks the loaded preset.
        let found = browser.filter.list(contents);
        let first = found.first().filter(|_| !browser.filter.words.is_empty());
        browser.cursor = first.map(|entry| entry.id.clone());
    }
    left_by
}

/// The field for words. Returns the key by which it is left for the list, and whether the words have
/// changed.
fn search(ui: &mut Ui, filter: &mut PresetFilter) -> (Option<Key>, bool) {
    let clear_width = if filter.words.is_empty() { 0.0 } else { 28.0 };
    let search = TextEdit::singleline(&mut filter.words)
        .hint_text("Search")
        .desired_width(WIDTH - clear_width - 2.0 * theme::GAP);
    let search = ui.add(search);
    search.widget_info(|| {
        let words = &filter.words;
        let mut info = WidgetInfo::text_edit(true, words, words, "Search");
        info.label = Some("Search presets".to_owned());
        info
    });
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let left_by = if search.lost_focus() && pressed(Key::Enter) {
        Some(Key::Enter)
    } else if search.has_focus() && pressed(Key::ArrowDown) {
        Some(Key::ArrowDown)
    } else {
        None
    };
    let mut is_changed = search.changed();
    if !filter.words.is_empty() {
        let clear = ui.button("×");
        clear.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Clear search"));
        if clear.clicked() {
            filter.words.clear();
            is_changed = true;
        }
    }
    (left_by, is_changed)
}

fn category(ui: &mut Ui, filter: &mut PresetFilter, contents: &Contents) {
    let all = listing::categories(contents);
    let shown = match &filter.category {
        Some(category) => all.get(category).copied().unwrap_or(category),
        None => "Any",
    };
    let categories = ComboBox::from_id_salt("category")
        .width(WIDTH - 3.0 * theme::GAP)
        .selected_text(shown)
        .truncate()
        .show_ui(ui, |ui| {
            ui.selectable_value(&mut filter.category, None, "Any");
            for (category, text) in all {
                ui.selectable_value(&mut filter.category, Some(category), text);
            }
        });
    categories
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Only of category"));
}

fn author(ui: &mut Ui, filter: &mut PresetFilter, contents: &Contents) {
    let shown = filter
        .author
        .clone()
        .unwrap_or_else(|| "Anybody".to_owned());
    let authors = ComboBox::from_id_salt("author")
        .width(WIDTH - 3.0 * theme::GAP)
        .selected_text(shown)
        .truncate()
        .show_ui(ui, |ui| {
            ui.selectable_value(&mut filter.author, None, "Anybody");
            for author in listing::authors(contents) {
                let value = Some(author.clone());
                ui.selectable_value(&mut filter.author, value, author);
            }
        });
    authors
        .response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Only by author"));
}

/// A chip for each tag, with the number of presets that have it.
fn tags(ui: &mut Ui, filter: &mut PresetFilter, contents: &Contents) {
    ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
    // A chip has one line, however long its tag: all rows are of one height.
    let room = ui.available_width() - 2.0 * ui.spacing().button_padding.x;
    for (tag, count) in listing::tags(contents) {
        let is_on = filter.tags.contains(&tag);
        let count = format!(" {count}");
        let font = theme::font(theme::BODY);
        let name_width = room - text_width(ui, &count, font.clone());
        let name = elided(ui, &tag, font, name_width);
        let chip = Button::selectable(is_on, format!("{name}{count}"));
        let chip = ui.add(chip.frame_when_inactive(true));
        chip.widget_info(|| {
            let name = format!("{tag}{count}");
            WidgetInfo::selected(Role::Button, true, is_on, name)
        });
        if chip.clicked() {
            if is_on {
                filter.tags.remove(&tag);
            } else {
                filter.tags.insert(tag);
            }
        }
    }
}

/// A text that ends in an ellipsis where it is wider than this, points.
fn elided(ui: &Ui, text: &str, font: FontId, width: f32) -> String {
    let fits = |text: &str| text_width(ui, text, font.clone()) <= width;
    if fits(text) {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |count: usize| letters[..count].iter().collect::<String>() + "…";
    let kept = (0..letters.len()).rev().find(|&count| fits(&cut(count)));
    cut(kept.unwrap_or(0))
}
