//! The page that lists all presets: what to look for on the left, the list, and on the right what is
//! said of the one that is chosen.

use egui::{Button, Checkbox, Key, Rect, RichText, ScrollArea, Ui, vec2};

use super::dialog::Dialog;
use super::filters::{self, heading};
use super::{Browser, ViewContext, list};
use crate::editor::theme;
use crate::editor::widgets::place;
use crate::library::Entry;

/// Width of the columns on the left and right, points.
const SIDE_WIDTH: f32 = filters::WIDTH;

impl Browser {
    /// The page with all presets, into all the room there is.
    pub fn page(&mut self, ui: &mut Ui, context: &mut ViewContext) {
        let theme = theme::current(ui);
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, theme::RADIUS, theme.panel);
        let inner = rect.shrink(theme::GAP);
        let (left, right) = (inner.left() + SIDE_WIDTH, inner.right() - SIDE_WIDTH);
        let gap = 1.5 * theme::GAP;
        let column = |from: f32, to: f32| Rect::from_x_y_ranges(from..=to, inner.y_range());
        let contents = self.contents();
        // What other programs do in the folder is to be seen while nothing else moves.
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(500));
        let left_by = within(ui, column(inner.left(), left), |ui| {
            filters::show(self, ui, &contents)
        });
        let chosen = within(ui, column(left + gap, right - gap), |ui| {
            list::show(self, ui, context, &contents, left_by)
        });
        within(ui, column(right, inner.right()), |ui| {
            details(self, ui, context, chosen);
        });
        let is_modal = self.dialog.is_some() || ui.ctx().text_edit_focused();
        if !is_modal && ui.input(|input| input.key_pressed(Key::Escape)) {
            self.open = false;
        }
    }
}

fn within<R>(ui: &mut Ui, rect: Rect, view: impl FnOnce(&mut Ui) -> R) -> R {
    place(ui, rect, |ui| {
        ui.set_clip_rect(rect.expand(2.0).intersect(ui.clip_rect()));
        view(ui)
    })
}

/// What is said of the chosen preset, and what can be done with it.
fn details(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext, chosen: Option<&Entry>) {
    // The buttons stand at the foot, whatever there is to say.
    let rect = ui.max_rect();
    let height = 4.0 * (theme::ROW + theme::GRID);
    let (above, below) = rect.split_top_bottom_at_y(rect.bottom() - height);
    within(ui, above, |ui| match chosen {
        Some(entry) => description(ui, entry),
        None => heading(ui, "NO PRESET IS CHOSEN"),
    });
    within(ui, below, |ui| buttons(browser, ui, context, chosen));
}

fn description(ui: &mut Ui, entry: &Entry) {
    let theme = theme::current(ui);
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
            if !preset.category.is_empty() {
                ui.label(RichText::new(&preset.category).color(theme.weak_text));
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
}

fn buttons(browser: &mut Browser, ui: &mut Ui, context: &mut ViewContext, chosen: Option<&Entry>) {
    ui.spacing_mut().item_spacing.y = theme::GRID;
    let width = ui.max_rect().width();
    let wide = vec2(width, theme::ROW);
    let mut keeps_effects = context.model.keeps_effects();
    let keep = ui.add_sized(wide, Checkbox::new(&mut keeps_effects, "Keep effects"));
    context.help.show_for(&keep, || {
        "Presets that you load leave chorus, delay and reverb as they are, and let their tails ring"
            .to_owned()
    });
    if keep.changed() {
        context.model.set_keeps_effects(keeps_effects);
    }
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
}
