//! The sound of the bank that is shown: which one, its root, and a loop where it has none.

use egui::{Button, Key, Label, RichText, TextEdit, Ui};

use crate::editor::context::ViewContext;
use crate::editor::model::recording::edits::{added_loop, loop_of, parse_root};
use crate::editor::model::spectrum::pitch::{key_name, note_name};
use crate::editor::theme;
use crate::editor::widgets::toolbar::menu;
use crate::tracks::bank_edits::SoundEdit;
use crate::tracks::bank_file::{BankSound, KeyZone, TrackBank, parts_of_zones};

/// Width of the menu of the root, points.
const WIDTH: f32 = 200.0;

/// What the row remembers.
#[derive(Default)]
pub struct SoundRow {
    /// The root that is being typed.
    root: String,
}

impl SoundRow {
    /// Shows the row of the sound with this number, and takes over another one that is chosen.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        bank: &TrackBank,
        number: &mut usize,
    ) {
        let Some(sound) = bank.sounds().get(*number) else {
            return;
        };
        let edit = context.model.sound_edit(*number);
        ui.horizontal_wrapped(|ui| {
            if bank.sounds().len() > 1 {
                sound_menu(ui, context, bank, number);
            }
            self.root_menu(ui, context, (*number, sound), edit);
            if loop_of(sound, edit).is_none() {
                add_loop(ui, context, (*number, sound), edit);
            }
        });
    }

    fn root_menu(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        (number, sound): (usize, &BankSound),
        edit: SoundEdit,
    ) {
        let root_hz = edit.root_hz.or(sound.root_hz);
        let title = match root_hz {
            Some(hz) => format!("Root {} ({hz:.1} Hz)", note_name(hz as f32)),
            None => "Root not known: as middle C".to_owned(),
        };
        let mut chosen = None;
        let response = menu(ui, &title, |ui| {
            chosen = self.root_choices(ui, root_hz, edit);
            if chosen.is_some() {
                ui.close();
            }
        });
        if let Some(root_hz) = chosen {
            self.root.clear();
            let name = if root_hz.is_some() {
                "Root"
            } else {
                "Reset Root"
            };
            context
                .model
                .edit_sound(name, number, SoundEdit { root_hz, ..edit });
        }
        context.help.show_for(&response, || {
            let whose = match edit.root_hz {
                Some(_) => "set by hand",
                None => "as in the bank",
            };
            format!("{title}, {whose}: the key that plays the recording as it was")
        });
    }

    /// What is in the menu of the root. Returns what has been chosen: a root in Hz, or that of the bank.
    fn root_choices(
        &mut self,
        ui: &mut Ui,
        root_hz: Option<f64>,
        edit: SoundEdit,
    ) -> Option<Option<f64>> {
        let mut chosen = None;
        ui.set_width(WIDTH);
        let field = TextEdit::singleline(&mut self.root).hint_text("Root: C#3, or 220 Hz");
        let field = ui.add(field.desired_width(WIDTH));
        let by_key = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let typed = parse_root(&self.root);
        let set = ui.add_enabled(typed.is_some(), Button::new("Set root"));
        if set.clicked() || by_key {
            chosen = typed.map(Some);
        }
        if let Some(hz) = root_hz {
            ui.horizontal(|ui| {
                for (name, factor) in [("An octave lower", 0.5), ("An octave higher", 2.0)] {
                    if ui.button(name).clicked() {
                        chosen = Some(Some(hz * factor));
                    }
                }
            });
        }
        if edit.root_hz.is_some() && ui.button("As in the bank").clicked() {
            chosen = Some(None);
        }
        let text = "The key that plays the recording as it was. The bank's file stays as it is.";
        let weak = theme::current(ui).weak_text;
        ui.add(Label::new(RichText::new(text).size(theme::SMALL).color(weak)).wrap());
        chosen
    }
}

fn sound_menu(ui: &mut Ui, context: &mut ViewContext, bank: &TrackBank, number: &mut usize) {
    let count = bank.sounds().len();
    let title = format!("Sound {} of {count}", *number + 1);
    let response = menu(ui, &title, |ui| {
        let zones: Vec<KeyZone> = bank.sounds().iter().map(|sound| sound.zone).collect();
        let named = zones.iter().zip(parts_of_zones(&zones));
        for (place, (zone, part)) in named.enumerate() {
            let body = match part {
                0 => "",
                1 => ", Recording 2",
                _ => ", not played",
            };
            let name = format!("{}: {}{body}", place + 1, zone_name(zone));
            if ui.add(Button::selectable(place == *number, name)).clicked() {
                *number = place;
                ui.close();
            }
        }
    });
    context.help.show_for(&response, || {
        "Which sound of the bank is shown and edited: keys play those of their zones".to_owned()
    });
}

fn zone_name(zone: &KeyZone) -> String {
    let [low, high] = [zone.lowest_key, zone.highest_key].map(|key| key_name(i32::from(key)));
    let keys = match low == high {
        true => low,
        false => format!("{low} to {high}"),
    };
    match (zone.lowest_velocity, zone.highest_velocity) {
        (0 | 1, 127) => keys,
        (low, high) => format!("{keys}, velocity {low} to {high}"),
    }
}

fn add_loop(
    ui: &mut Ui,
    context: &mut ViewContext,
    (number, sound): (usize, &BankSound),
    edit: SoundEdit,
) {
    let ends = added_loop(sound);
    let response = ui.add_enabled(ends.is_some(), Button::new("Add loop"));
    if response.clicked() {
        let edit = SoundEdit {
            loop_ends: ends,
            ..edit
        };
        context.model.edit_sound("Add Loop", number, edit);
    }
    context.help.show_for(&response, || {
        "Add loop: of the middle of the recording; its ends can be dragged in the picture"
            .to_owned()
    });
}
