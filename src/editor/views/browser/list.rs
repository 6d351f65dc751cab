//! The list of presets on the page.

use egui::{
    Align2, Color32, EventFilter, Key, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{Browser, ViewContext};
use crate::editor::model::listing;
use crate::editor::theme::{self, Theme};
use crate::editor::widgets::icon::{self, Icon};
use crate::editor::widgets::one_line;
use crate::library::{Contents, Damaged, Entry};

/// Height of a row, points.
const ROW: f32 = theme::ROW + theme::GRID;
/// What the star takes in a row, points.
const STAR_WIDTH: f32 = 28.0;
/// The part of a name's room that its folder may take, at most.
const FOLDER_PART: f32 = 0.4;

/// What is listed in this frame.
struct Listed<'a> {
    entries: Vec<&'a Entry>,
    contents: &'a Contents,
    /// The preset that is loaded: an id.
    loaded: Option<String>,
    /// The preset that the keys are on: an id.
    cursor: Option<String>,
}

/// What is said of files below the presets.
enum Remark<'a> {
    Heading(&'static str),
    File(&'a Damaged),
}

impl<'a> Listed<'a> {
    fn place(&self, id: Option<&String>) -> Option<usize> {
        self.entries.iter().position(|entry| Some(&entry.id) == id)
    }

    /// Number of rows: the presets, or a note that there are none, and the remarks.
    fn rows(&self) -> usize {
        self.entries.len().max(1) + self.remarks().count()
    }

    /// Files that could not be read, and those that are not as they stand, each kind below a heading.
    fn remarks(&self) -> impl Iterator<Item = Remark<'a>> + use<'a> {
        let kinds = [
            ("Files that could not be read:", &self.contents.damaged),
            (
                "Files that were not read as they stand:",
                &self.contents.warnings,
            ),
        ];
        let kinds = kinds.into_iter().filter(|(_, files)| !files.is_empty());
        kinds.flat_map(|(heading, files)| {
            std::iter::once(Remark::Heading(heading)).chain(files.iter().map(Remark::File))
        })
    }

    /// What is to be loaded where the search has been left for the list by this key.
    fn after_search(&self, key: Key) -> Option<&'a Entry> {
        let place = self.place(self.cursor.as_ref());
        let marked = *self.entries.get(place.unwrap_or(0))?;
        // Down goes on from what sounds already.
        let is_next = key == Key::ArrowDown && self.loaded.as_ref() == Some(&marked.id);
        match listing::step(&self.entries, Some(&marked.id), 1) {
            Some(next) if is_next => Some(next),
            _ => Some(marked),
        }
    }
}

/// Shows the list; returns the preset that the keys are on. `after_search` is the key by which the
/// search has been left for it.
pub fn show<'c>(
    browser: &mut Browser,
    ui: &mut Ui,
    context: &mut ViewContext,
    contents: &'c Contents,
    after_search: Option<Key>,
) -> Option<&'c Entry> {
    let loaded = context.model.preset().0.map(|preset| preset.id);
    if browser.cursor.is_none() {
        browser.cursor.clone_from(&loaded);
    }
    let listed = Listed {
        entries: browser.filter.list(contents),
        contents,
        loaded,
        cursor: browser.cursor.clone(),
    };
    let place = listed.place(listed.cursor.as_ref());
    let chosen = place.map(|place| listed.entries[place]);

    let field = field(ui, chosen);
    let page = (ui.available_height() / ROW) as usize;
    let walked = keys(ui, field.id, place, listed.entries.len(), page);
    let walked_to = walked.map(|to| listed.entries[to]);
    let to_load = after_search
        .and_then(|key| listed.after_search(key))
        .or(walked_to);
    let by_keys = to_load.map(|entry| (Act::Load, entry));
    let wanted = match by_keys {
        Some((_, entry)) => Some(entry.id.clone()),
        None => listed.cursor.clone(),
    };
    let done = rows(browser, ui, context, &listed, wanted).or(by_keys);
    if let Some((act, entry)) = done {
        let is_loaded = listed.loaded.as_ref() == Some(&entry.id);
        if matches!(act, Act::Load) {
            ui.memory_mut(|memory| memory.request_focus(field.id));
        }
        perform(browser, context, act, entry, is_loaded);
    }
    if field.has_focus() && walked.is_none() && after_search.is_none() {
        let (enter, star) =
            ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Space)));
        if enter {
            browser.open = false;
        }
        if let (true, Some(entry)) = (star, chosen) {
            browser.set_favourite(entry, context.model);
        }
    }
    chosen
}

/// Does what a person has asked for a preset, which may be loaded already.
fn perform(
    browser: &mut Browser,
    context: &mut ViewContext,
    act: Act,
    entry: &Entry,
    is_loaded: bool,
) {
    match act {
        Act::Load => browser.load(entry, context.model),
        Act::LoadAndClose => {
            if !is_loaded {
                browser.load(entry, context.model);
            }
            browser.open = false;
        }
        Act::Favourite => browser.set_favourite(entry, context.model),
    }
}

/// The ground, which has the keyboard's focus for all rows.
fn field(ui: &Ui, chosen: Option<&Entry>) -> Response {
    let theme = theme::current(ui);
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, theme::RADIUS, theme.well);
    let id = ui.scope_id().with("list");
    let field = ui.interact(rect, id, Sense::focusable_noninteractive());
    field.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ListBox, true, "Presets");
        info.current_text_value = chosen.map(spoken_name);
        info
    });
    if field.has_focus() {
        theme::edge(ui.painter(), rect.shrink(1.0), 1.0, theme.focus);
    }
    field
}

/// Shows the rows that are in view, scrolled to the preset with the id `wanted` if they have not been
/// yet. Returns what a person has done with which preset.
fn rows<'c>(
    browser: &mut Browser,
    ui: &mut Ui,
    context: &mut ViewContext,
    listed: &Listed<'c>,
    wanted: Option<String>,
) -> Option<(Act, &'c Entry)> {
    ui.spacing_mut().item_spacing.y = 0.0;
    let count = listed.rows();
    let mut area = ScrollArea::vertical().id_salt("presets").auto_shrink(false);
    if wanted != browser.revealed
        && let Some(place) = listed.place(wanted.as_ref())
    {
        let from = browser.revealed.is_some().then_some(browser.scrolled);
        let scrolled = reveal(place, from, ui.available_height() / ROW, count) * ROW;
        area = area.vertical_scroll_offset(scrolled);
        browser.revealed = wanted;
    }
    let mut done = None;
    let shown = area.show_rows(ui, ROW, count, |ui, rows| {
        for number in rows {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            match listed.entries.get(number) {
                Some(&entry) => {
                    let is_loaded = listed.loaded.as_ref() == Some(&entry.id);
                    let is_cursor = listed.cursor.as_ref() == Some(&entry.id);
                    if let Some(act) = preset_row(ui, rect, entry, is_loaded, is_cursor) {
                        done = Some((act, entry));
                    }
                }
                None => other_row(browser, ui, context, listed, number, rect),
            }
        }
    });
    browser.scrolled = shown.state.clamped_offset().y / ROW;
    done
}

/// A row that is no preset: that there are none, or a file that could not be read.
fn other_row(
    browser: &Browser,
    ui: &mut Ui,
    context: &mut ViewContext,
    listed: &Listed,
    number: usize,
    rect: Rect,
) {
    let theme = theme::current(ui);
    if listed.entries.is_empty() && number == 0 {
        let text = if browser.filter.is_open() {
            "No presets"
        } else {
            "No preset is like that"
        };
        note(ui, rect, text, theme.weak_text);
        return;
    }
    let number = number - listed.entries.len().max(1);
    match listed.remarks().nth(number) {
        Some(Remark::Heading(heading)) => note(ui, rect, heading, theme.warning),
        Some(Remark::File(damaged)) => {
            let text = damaged.to_string();
            note(ui, rect, &text, theme.warning);
            let id = ui.scope_id().with(("damaged", number));
            let hover = ui.interact(rect, id, Sense::hover());
            context.help.show_for(&hover, || text);
        }
        None => {}
    }
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

/// Where the keys have moved to in a list of `count` presets, if it has the focus. The arrows go past the ends
/// to the other end, the page keys go `page` places, Home and End go to the ends.
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

/// Width of the bar at the left of the loaded row, points.
const BAR: f32 = 3.0;

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
    let is_pointed = response.hovered() || star.hovered();
    paint_row(ui, rect, entry, colors(theme, is_loaded, is_pointed));
    if is_loaded {
        let ground = ground(rect);
        let bar = ground.with_max_x(ground.left() + BAR);
        ui.painter().rect_filled(bar, 1, theme.text);
    }
    if is_cursor && !is_loaded {
        theme::edge(ui.painter(), ground(rect), 1.0, theme.weak_text);
    }
    if entry.favourite || star.hovered() {
        let star = Icon::Star(entry.favourite);
        icon::paint(ui.painter(), star_rect.center(), star, theme.text);
    }
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

/// The surface of a row.
fn ground(rect: Rect) -> Rect {
    rect.shrink2(vec2(2.0, 1.0))
}

fn paint_row(ui: &Ui, rect: Rect, entry: &Entry, (fill, text, weak): (Color32, Color32, Color32)) {
    ui.painter().rect_filled(ground(rect), theme::RADIUS, fill);
    let name_left = rect.left() + STAR_WIDTH;
    let tags_left = name_left + (rect.width() - STAR_WIDTH) * 0.5;
    let right = rect.right() - theme::GAP;
    // What is written, from where to where at most; returns where it ends.
    let line = |text: &str, from: f32, to: f32, color: Color32, size: f32| {
        let galley = one_line(
            ui.painter(),
            text,
            theme::font(size),
            to - from - theme::GRID,
        );
        let place = Align2::LEFT_CENTER.anchor_size(pos2(from, rect.center().y), galley.size());
        ui.painter().galley(place.min, galley, color);
        place.right()
    };
    // A long name is shortened so far that its folder is still seen.
    let folder = entry.folder().unwrap_or_default();
    let folder_width = match folder {
        "" => 0.0,
        _ => {
            let width = (tags_left - name_left) * FOLDER_PART;
            let galley = one_line(ui.painter(), folder, theme::font(theme::SMALL), width);
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
        (true, _) => (theme.chosen, theme.text, theme.weak_text),
        (false, true) => (theme.hovered, theme.text, theme.weak_text),
        (false, false) => (Color32::TRANSPARENT, theme.text, theme.weak_text),
    }
}

fn note(ui: &mut Ui, rect: Rect, text: &str, color: Color32) {
    let inner = rect.shrink2(vec2(theme::GAP, 0.0));
    let response = ui.interact(rect, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let galley = one_line(ui.painter(), text, theme::font(theme::SMALL), inner.width());
    let place = Align2::LEFT_CENTER.anchor_size(inner.left_center(), galley.size());
    ui.painter().galley(place.min, galley, color);
}
