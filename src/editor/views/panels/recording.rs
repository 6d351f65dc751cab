//! Recordings: which bank is loaded, the import of others, the parameters of their playback, and a picture of them.

mod bank_menu;
mod handles;
mod import_menu;
mod listen;
mod picture;
mod sound_row;

use egui::{Button, Label, ProgressBar, Rect, RichText, Ui, UiBuilder, vec2};

use super::card::{card, grid, of_groups};
use super::split_columns;
use crate::editor::context::ViewContext;
use crate::editor::theme;
use crate::editor::widgets::toolbar::toggle;
use crate::state::NamedBank;
use crate::synth::parameter::layout::Group;
use crate::tracks::bank_file::{BankRows, SlotEvent, TrackBank};
use bank_menu::BankMenu;
use import_menu::{ImportMenu, ImportPurpose};
use listen::ListenRow;
use picture::PictureView;
use sound_row::SoundRow;

/// Width of the card of the bank, points.
const BANK: f32 = 322.0;
/// Width of the card of the playback, points.
const PLAYBACK: f32 = 312.0;
/// Height of the bar of an import, points.
const BAR: f32 = 12.0;
/// The key and the velocity whose recording is shown at first, of banks that hold several.
const SHOWN: (u8, u8) = (60, 100);

/// What the page remembers.
#[derive(Default)]
pub struct RecordingView {
    banks: BankMenu,
    import: ImportMenu,
    add: ImportMenu,
    picture: PictureView,
    row: SoundRow,
    listen: ListenRow,
    /// The sound that is shown of the bank with this hash.
    shown: Option<(u64, usize)>,
    /// The texts about it.
    about: Option<((u64, usize), [String; 2])>,
}

impl RecordingView {
    /// Shows the cards of the bank, of its playback and of the picture.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let [bank, playback, picture] = split_columns(rect, [BANK, PLAYBACK, 0.0]);
        self.bank(ui, context, bank);
        let inner = card(ui, playback, "Playback");
        grid(ui, context, inner, 4, &of_groups(&[Group::Recording]));
        let inner = card(ui, picture, "Partials over time");
        let number = self.shown.map_or(0, |(_, number)| number);
        self.picture.show(ui, context, inner, number);
    }

    /// Takes over what a dialogue has chosen. To be called once a frame, also while the view is hidden.
    pub fn follow(&mut self, context: &mut ViewContext) {
        self.import.follow(context);
        self.add.follow(context);
        self.listen.follow(context);
    }

    /// Shows the row of the sound of a bank, and returns the texts about it.
    fn sound(&mut self, ui: &mut Ui, context: &mut ViewContext, bank: &TrackBank) -> [String; 2] {
        let hash = bank.hash();
        self.shown.take_if(|(of, _)| *of != hash);
        let (_, number) = self.shown.get_or_insert_with(|| (hash, shown_sound(bank)));
        self.row.show(ui, context, bank, number);
        let of = (hash, *number);
        self.about.take_if(|(known, _)| *known != of);
        let (_, about) = self.about.get_or_insert_with(|| (of, about(bank, of.1)));
        about.clone()
    }

    fn bank(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = card(ui, rect, Group::Recording.name());
        let named = context.model.recording();
        let missing = context.model.missing_recording();
        let theme = theme::current(ui);
        let line = |text: String, color| {
            Label::new(RichText::new(text).size(theme::SMALL).color(color)).truncate()
        };
        let builder = UiBuilder::new().max_rect(inner);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme::GRID, theme::GRID);
            let name = named.as_ref().map_or("None", NamedBank::name);
            ui.add(line(name.to_owned(), theme.text));
            match (&missing, named.as_ref().and_then(NamedBank::bank)) {
                (Some(missing), _) => {
                    let text = RichText::new(format!("{missing}. The rest sounds."));
                    ui.add(Label::new(text.size(theme::SMALL).color(theme.error)).wrap());
                }
                (None, Some(bank)) => {
                    for text in self.sound(ui, context, bank) {
                        let shown = ui.add(line(text.clone(), theme.weak_text));
                        shown.on_hover_text(text);
                    }
                }
                (None, None) => {}
            }
            match context.model.import().is_some() {
                true => progress(ui, context),
                false => {
                    ui.horizontal(|ui| {
                        self.banks.show(ui, context, named.as_ref());
                        let is_loaded = named.is_some() && missing.is_none();
                        let purpose = match missing {
                            Some(_) => ImportPurpose::Missing,
                            None => ImportPurpose::Bank,
                        };
                        self.import.show(ui, context, purpose);
                        ui.add_enabled_ui(is_loaded, |ui| {
                            self.add.show(ui, context, ImportPurpose::Second);
                        });
                        keep(ui, context);
                    });
                }
            }
            if let (None, Some((_, number))) = (&missing, self.shown) {
                self.listen.show(ui, context, number);
            }
        });
    }
}

/// The switch that keeps the bank from presets.
fn keep(ui: &mut Ui, context: &mut ViewContext) {
    let mut is_locked = context.model.is_recording_locked();
    let response = toggle(ui, "Keep bank", &mut is_locked);
    if response.clicked() {
        context.model.lock_recording(is_locked);
    }
    context.help.show_for(&response, || {
        "Keep bank: presets leave this bank as it is, whether they have one or not".to_owned()
    });
}

/// The import that is under way, with a button that ends it.
fn progress(ui: &mut Ui, context: &mut ViewContext) {
    let Some(import) = context.model.import() else {
        return;
    };
    let text = format!("{} {:.0} %", import.name(), 100.0 * import.progress());
    let small = RichText::new(text).size(theme::SMALL);
    ui.add(Label::new(small).truncate());
    let bar = ProgressBar::new(import.progress() as f32);
    ui.add(bar.desired_height(BAR).fill(theme::current(ui).live));
    let response = ui.add(Button::new("Cancel import"));
    if response.clicked() {
        import.cancel();
    }
    context.help.show_for(&response, || {
        "Ends the import; nothing of it is kept".to_owned()
    });
}

/// What is to be known of a sound of a bank, line by line: size, source. How many partials there are at once is said of
/// those in memory alone: others would have to be read.
fn about(bank: &TrackBank, number: usize) -> [String; 2] {
    let Some(sound) = bank.sounds().get(number) else {
        return [const { String::new() }; 2];
    };
    let mut size = format!("{:.2} s", sound.duration_s);
    if let Some(rows) = bank.rows(number) {
        size += &format!(", {} partials at once", most_at_once(&rows));
    }
    for (is_there, what) in [
        (sound.has_noise(), "noise"),
        (!sound.transients.is_empty(), "transients"),
        (sound.sustain_loop.is_some(), "loop"),
    ] {
        if is_there {
            size += ", ";
            size += what;
        }
    }
    [size, sound.source.clone()]
}

/// How many partials of a sound there are at once, at most.
fn most_at_once(rows: &BankRows) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for event in rows.events() {
        match event.kind {
            SlotEvent::BIRTH => now += 1,
            _ => now = now.saturating_sub(1),
        }
        most = most.max(now);
    }
    most
}

/// The sound of a bank that is shown at first: that of a middle note, or the first.
fn shown_sound(bank: &TrackBank) -> usize {
    let mut sounds = bank.sounds().iter();
    let shown = sounds.position(|sound| sound.zone.contains(SHOWN.0, SHOWN.1));
    shown.unwrap_or_default()
}

#[cfg(test)]
mod tests;
