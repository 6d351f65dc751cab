//! The page that lists all presets: what to look for on the left, the list, and on the right what is
//! said of the one that is chosen.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Button, Color32, EventFilter, FontId, Galley, Key, Rect, RichText, Role, ScrollArea,
    Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::dialog::Dialog;
use super::filters;
use super::filters::heading;
use super::{Browser, ViewContext};
use crate::editor::model::listing;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::icon;
use crate::editor::widgets::icon::Icon;
use crate::library::{Contents, Entry};

/// Of the columns on the left and right, points.
const SIDE_WIDTH: f32 = filters::WIDTH;
/// What the star takes in a row, points.
const STAR_WIDTH: f32 = 28.0;
/// Of the room for a name its folder may take no more than this part.
const FOLDER_PART: f32 = 0.4;

pub fn show(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext) {
    let theme = theme::current(ui);
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme.panel);
    let inner = rect.shrink(theme::GAP);
    let (left, right) = (inner.left() + SIDE_WIDTH, inner.right() - SIDE_WIDTH);
    let gap = 1.5 * theme::GAP;
    let column =
        |from: f32, to: f32| Rect::from_min_max(pos2(from, inner.top()), pos2(to, inner.bottom()));
    let contents = browser.contents();
    // What other programs do in the folder is to be seen while nothing else moves.
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_millis(500));
    let mut left_by = None;
    within(ui, column(inner.left(), left), |ui| {
        left_by = filters::show(browser, ui, &contents);
    });
    let mut chosen = None;
    within(ui, column(left + gap, right - gap), |ui| {
        chosen = list(browser, ui, context, &contents, left_by);
    });
    within(ui, column(right, inner.right()), |ui| {
        details(browser, ui, context, chosen.as_ref());
    });
    let is_modal = browser.dialog.is_some() || ui.ctx().text_edit_focused();
    if !is_modal && ui.input(|input| input.key_pressed(Key::Escape)) {
        browser.open = false;
    }
}

fn within(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.expand(2.0).intersect(ui.clip_rect()));
        view(ui);
    });
}

/// Text that ends in an ellipsis where there is no more room.
pub fn one_line(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// The list; returns the preset that the keys are on. `from_search` is the key by which the search has
/// been left for it.
fn list(
    browser: &mut Browser,
    ui: &mut Ui,
    context: &mut ViewContext,
    contents: &Contents,
    from_search: Option<Key>,
) -> Option<Entry> {
    let theme = theme::current(ui);
    let listed = browser.filter.list(contents);
    let loaded = context.model.preset().0.map(|preset| preset.id);
    if browser.cursor.is_none() {
        browser.cursor.clone_from(&loaded);
    }
    let cursor = browser.cursor.clone();
    let place = listed
        .iter()
        .position(|entry| Some(&entry.id) == cursor.as_ref());

    ui.painter()
        .rect_filled(ui.max_rect(), theme::RADIUS, theme.well);
    let field = ui.interact(
        ui.max_rect(),
        ui.scope_id().with("list"),
        Sense::focusable_noninteractive(),
    );
    field.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ListBox, true, "Presets");
        info.current_text_value = place.map(|place| spoken_name(listed[place]));
        info
    });
    let row = theme::ROW + theme::GRID;
    let page = (ui.available_height() / row) as usize;
    let walked = keys(ui, field.id, place, listed.len(), page);
    if field.has_focus() {
        let stroke = Stroke::new(1.0, theme.focus);
        let rect = field.rect.shrink(1.0);
        ui.painter()
            .rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    }
    let mut act: Option<(Act, Entry)> = None;
    if let Some(to) = walked {
        act = Some((Act::Load, listed[to].clone()));
    }
    if let Some(key) = from_search
        && let Some(marked) = listed.get(place.unwrap_or(0))
    {
        // Down goes on from what sounds already.
        let is_next = key == Key::ArrowDown && loaded.as_ref() == Some(&marked.id);
        let entry = match listing::step(&listed, Some(&marked.id), 1) {
            Some(next) if is_next => next,
            _ => marked,
        };
        act = Some((Act::Load, entry.clone()));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let damaged = &contents.damaged;
    let extra = if damaged.is_empty() {
        0
    } else {
        1 + damaged.len()
    };
    let count = listed.len().max(1) + extra;
    let mut area = ScrollArea::vertical().id_salt("presets").auto_shrink(false);
    let wanted = match &act {
        Some((_, entry)) => Some(entry.id.clone()),
        None => cursor.clone(),
    };
    if wanted != browser.revealed
        && let Some(place) = listed
            .iter()
            .position(|entry| Some(&entry.id) == wanted.as_ref())
    {
        let from = browser.revealed.is_some().then_some(browser.scrolled);
        let scrolled = reveal(place, from, ui.available_height() / row, count) * row;
        area = area.vertical_scroll_offset(scrolled);
        browser.revealed = wanted;
    }
    let shown = area.show_rows(ui, row, count, |ui, rows| {
        for number in rows {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), row), Sense::hover());
            match listed.get(number) {
                Some(entry) => {
                    let is_loaded = loaded.as_ref() == Some(&entry.id);
                    let is_cursor = cursor.as_ref() == Some(&entry.id);
                    if let Some(done) = preset_row(ui, rect, entry, is_loaded, is_cursor) {
                        act = Some((done, (*entry).clone()));
                    }
                }
                None if listed.is_empty() && number == 0 => {
                    let text = if browser.filter.is_open() {
                        "No presets"
                    } else {
                        "No preset is like that"
                    };
                    note(ui, rect, text, theme.weak_text);
                }
                None => {
                    let number = number - listed.len().max(1);
                    match number.checked_sub(1) {
                        None => note(ui, rect, "Files that could not be read:", theme.warning),
                        Some(which) => {
                            let text = damaged[which].to_string();
                            note(ui, rect, &text, theme.warning);
                            let hover = ui.interact(
                                rect,
                                ui.scope_id().with(("damaged", which)),
                                Sense::hover(),
                            );
                            context.help.show_for(&hover, || text);
                        }
                    }
                }
            }
        }
    });
    browser.scrolled = shown.state.clamped_offset().y / row;
    match act {
        Some((Act::Load, entry)) => {
            browser.load(&entry, context.model);
            ui.memory_mut(|memory| memory.request_focus(field.id));
        }
        Some((Act::LoadAndClose, entry)) => {
            if loaded.as_ref() != Some(&entry.id) {
                browser.load(&entry, context.model);
            }
            browser.open = false;
        }
        Some((Act::Favourite, entry)) => browser.set_favourite(&entry, context.model),
        None => {}
    }
    let chosen = place.map(|place| listed[place].clone());
    if field.has_focus() && walked.is_none() && from_search.is_none() {
        let (enter, star) =
            ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Space)));
        if enter {
            browser.open = false;
        }
        if let (true, Some(entry)) = (star, &chosen) {
            browser.set_favourite(entry, context.model);
        }
    }
    chosen
}

/// How many rows are to be scrolled past so that the one at `place` is seen: as little as will do
/// from where the list is, or so that it stands in the middle. All in rows.
fn reveal(place: usize, from: Option<f32>, room: f32, count: usize) -> f32 {
    let place = place as f32;
    let to = match from {
        Some(from) => from.min(place).max(place + 1.0 - room),
        None => place + 0.5 - room / 2.0,
    };
    to.clamp(0.0, (count as f32 - room).max(0.0))
}

/// Where the keys have walked to in a list of so many presets, if it has them: with the arrows round
/// and round, with the page keys by `page` places, with Home and End to its ends.
fn keys(ui: &Ui, id: egui::Id, from: Option<usize>, count: usize, page: usize) -> Option<usize> {
    if !ui.memory(|memory| memory.has_focus(id)) {
        return None;
    }
    let ours = EventFilter {
        vertical_arrows: true,
        ..Default::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, ours));
    let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
    let arrows = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
    let pages = pressed(Key::PageDown) - pressed(Key::PageUp);
    let last = count.checked_sub(1)?;
    if pressed(Key::Home) > 0 {
        Some(0)
    } else if pressed(Key::End) > 0 {
        Some(last)
    } else if pages != 0 {
        // The last row that was seen stays in view.
        let by = pages * page.saturating_sub(1).max(1) as isize;
        Some(from.unwrap_or(0).saturating_add_signed(by).min(last))
    } else if arrows != 0 {
        // From nowhere to the first or the last.
        let from = from.map_or(if arrows > 0 { -1 } else { 0 }, |from| from as isize);
        Some((from + arrows).rem_euclid(count as isize) as usize)
    } else {
        None
    }
}

/// What a person has done with a row.
#[derive(Clone, Copy)]
enum Act {
    Load,
    LoadAndClose,
    Favourite,
}

fn preset_row(
    ui: &mut Ui,
    rect: Rect,
    entry: &Entry,
    is_loaded: bool,
    is_cursor: bool,
) -> Option<Act> {
    let theme = theme::current(ui);
    // Tab walks the lists, not the rows: the arrows do.
    let response = ui.interact(rect, ui.scope_id().with(&entry.id), Sense::CLICK);
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, true, is_loaded, spoken_name(entry))
    });
    let star_rect = rect.with_max_x(rect.left() + STAR_WIDTH);
    let star = ui.interact(
        star_rect,
        ui.scope_id().with((&entry.id, "star")),
        Sense::CLICK,
    );
    star.widget_info(|| {
        let name = format!("Favourite {}", spoken_name(entry));
        WidgetInfo::selected(Role::CheckBox, true, entry.favourite, name)
    });
    let (fill, text, weak) = colors(theme, is_loaded, response.hovered() || star.hovered());
    let inner = rect.shrink2(vec2(2.0, 1.0));
    ui.painter().rect_filled(inner, theme::RADIUS, fill);
    if is_cursor && !is_loaded {
        let stroke = Stroke::new(1.0, theme.weak_text);
        ui.painter()
            .rect_stroke(inner, theme::RADIUS, stroke, StrokeKind::Inside);
    }
    if entry.favourite || star.hovered() {
        let color = if is_loaded { text } else { theme.accent_text };
        icon::paint(
            ui.painter(),
            star_rect.center(),
            Icon::Star(entry.favourite),
            color,
        );
    }
    let name_left = rect.left() + STAR_WIDTH;
    let tags_left = name_left + (rect.width() - STAR_WIDTH) * 0.5;
    let right = rect.right() - theme::GAP;
    // What is written, from where to where at most; returns where it ends.
    let line = |text: &str, from: f32, to: f32, color: Color32, size: f32| {
        let galley = one_line(ui, text, theme::font(size), color, to - from - theme::GRID);
        let place = Align2::LEFT_CENTER.anchor_size(pos2(from, rect.center().y), galley.size());
        ui.painter().galley(place.min, galley, color);
        place.right()
    };
    // Of a long name enough is left out that its folder is still seen.
    let folder = entry.folder().unwrap_or_default();
    let folder_width = match folder {
        "" => 0.0,
        _ => {
            let width = (tags_left - name_left) * FOLDER_PART;
            let galley = one_line(ui, folder, theme::font(theme::SMALL), weak, width);
            galley.size().x + theme::GAP + theme::GRID
        }
    };
    let name = &entry.preset.name;
    let end = line(name, name_left, tags_left - folder_width, text, theme::BODY);
    line(folder, end + theme::GAP, tags_left, weak, theme::SMALL);
    line(
        &entry.preset.tags.join("  "),
        tags_left,
        right,
        weak,
        theme::SMALL,
    );
    if star.clicked() {
        Some(Act::Favourite)
    } else if response.double_clicked() {
        Some(Act::LoadAndClose)
    } else if response.clicked() {
        Some(Act::Load)
    } else {
        None
    }
}

/// A preset's name as it is read aloud: two of one name are told apart by their folders.
fn spoken_name(entry: &Entry) -> String {
    let name = &entry.preset.name;
    match entry.folder() {
        Some(folder) => format!("{name} in {folder}"),
        None => name.clone(),
    }
}

/// Surface, text and weak text of a row.
fn colors(theme: &Theme, is_loaded: bool, is_hovered: bool) -> (Color32, Color32, Color32) {
    match (is_loaded, is_hovered) {
        (true, _) => (theme.accent, theme.on_accent, theme.on_accent),
        (false, true) => (theme.hovered, theme.text, theme.weak_text),
        (false, false) => (Color32::TRANSPARENT, theme.text, theme.weak_text),
    }
}

fn note(ui: &mut Ui, rect: Rect, text: &str, color: Color32) {
    let inner = rect.shrink2(vec2(theme::GAP, 0.0));
    let response = ui.interact(rect, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let galley = one_line(ui, text, theme::font(theme::SMALL), color, inner.width());
    let place = Align2::LEFT_CENTER.anchor_size(inner.left_center(), galley.size());
    ui.painter().galley(place.min, galley, color);
}

/// What is said of the chosen preset, and what can be done with it.
fn details(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext, chosen: Option<&Entry>) {
    let theme = theme::current(ui);
    // The buttons stand at the foot, whatever there is to say.
    let rect = ui.max_rect();
    let buttons = 3.0 * (theme::ROW + theme::GRID);
    let (above, below) = rect.split_top_bottom_at_y(rect.bottom() - buttons);
    within(ui, above, |ui| {
        let Some(entry) = chosen else {
            heading(ui, "NO PRESET IS CHOSEN");
            return;
        };
        ScrollArea::vertical()
            .id_salt("details")
            .auto_shrink(false)
            .show(ui, |ui| {
                let preset = &entry.preset;
                ui.label(RichText::new(&preset.name).font(theme::strong(theme::TITLE)));
                if !preset.author.is_empty() {
                    let author = format!("by {}", preset.author);
                    ui.label(RichText::new(author).color(theme.weak_text));
                }
                ui.add_space(theme::GAP);
                if !preset.description.is_empty() {
                    ui.label(&preset.description);
                    ui.add_space(theme::GAP);
                }
                if !preset.tags.is_empty() {
                    let tags = preset.tags.join(", ");
                    ui.label(RichText::new(tags).color(theme.weak_text));
                }
                if let Some(path) = &entry.path {
                    ui.add_space(theme::GAP);
                    let path = RichText::new(path.display().to_string())
                        .font(theme::font(theme::SMALL))
                        .color(theme.weak_text);
                    ui.label(path);
                }
            });
    });
    within(ui, below, |ui| {
        ui.spacing_mut().item_spacing.y = theme::GRID;
        let width = rect.width();
        let wide = vec2(width, theme::ROW);
        let save = ui.add_sized(wide, Button::new("Save as…"));
        context.help.show_for(&save, || {
            "Saves the sound as a preset of yours, under a new name".to_owned()
        });
        if save.clicked() {
            browser.ask_to_save(context.model);
        }
        let own = chosen.filter(|entry| entry.path.is_some());
        let half = vec2((width - theme::GAP) / 2.0, theme::ROW);
        ui.horizontal(|ui| {
            let rename = ui.add_enabled(own.is_some(), Button::new("Rename…").min_size(half));
            context.help.show_for(&rename, || {
                "Gives this preset of yours another name".to_owned()
            });
            let delete = ui.add_enabled(own.is_some(), Button::new("Delete").min_size(half));
            context.help.show_for(&delete, || {
                "Moves this preset of yours to the folder of deleted ones".to_owned()
            });
            if let Some(entry) = own {
                if rename.clicked() {
                    browser.dialog = Some(Dialog::rename(entry));
                }
                if delete.clicked() {
                    browser.delete(entry, context.model);
                }
            }
        });
        let close = ui.add_sized(wide, Button::new("Close"));
        context
            .help
            .show_for(&close, || "Back to the spectrum".to_owned());
        if close.clicked() {
            browser.open = false;
        }
    });
}
