//! Two switches that let the recording be heard, and what the bank makes of it, to compare them.

use std::path::Path;

use egui::{Label, RichText, Ui};

use crate::editor::context::ViewContext;
use crate::editor::model::file_dialog::{ChosenFile, FileDialog};
use crate::editor::model::live::TelemetryState;
use crate::editor::theme;
use crate::editor::widgets::toolbar::toggle;
use crate::recordings::audition::AuditionSide;

/// What the dialogue offers.
const KIND: &str = "Sounds";
const ENDINGS: &[&str] = &["wav", "aif", "aiff", "aifc", "flac", "ogg", "mp3"];

/// What the row remembers.
#[derive(Default)]
pub struct ListenRow {
    /// The dialogue that asks for the recording of a sound: of the bank with this hash, the one of this number.
    dialog: Option<(FileDialog, u64, usize)>,
}

impl ListenRow {
    /// Shows the row for the sound of the loaded bank with this number.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, number: usize) {
        ui.horizontal(|ui| {
            let weak = theme::current(ui).weak_text;
            let small = |text: &str| RichText::new(text).size(theme::SMALL).color(weak);
            ui.add(Label::new(small("Listen")));
            for (side, name) in [
                (AuditionSide::Original, "Original"),
                (AuditionSide::Partials, "Partials"),
            ] {
                let mut is_on = context.model.audition(number) == Some(side);
                let response = toggle(ui, name, &mut is_on);
                if response.clicked() {
                    self.toggle(context, number, side);
                }
                let original = context.model.original(number);
                context
                    .help
                    .show_for(&response, || help(original.as_deref(), side));
            }
            if context.model.is_preparing_audition() {
                ui.add(Label::new(small("Preparing…")).truncate());
            }
        });
        if context.model.audition(number).is_some() {
            ui.ctx().request_repaint();
        }
    }

    fn toggle(&mut self, context: &mut ViewContext, number: usize, side: AuditionSide) {
        let is_known = context.model.original(number).is_some();
        if side == AuditionSide::Original && !is_known {
            self.ask(context, number);
            return;
        }
        toggle_side(context, number, side);
    }

    /// Asks for the recording.
    fn ask(&mut self, context: &mut ViewContext, number: usize) {
        let Some(named) = context.model.recording() else {
            return;
        };
        if self.dialog.is_none() && FileDialog::EXISTS {
            let dialog = FileDialog::open("The recording of this bank", KIND, ENDINGS);
            self.dialog = dialog.map(|dialog| (dialog, named.hash(), number));
        }
        if self.dialog.is_none() {
            context.controls.message = Some(UNKNOWN.to_owned());
        }
    }

    /// Takes over what the dialogue has chosen. To be called at each frame.
    pub fn follow(&mut self, context: &mut ViewContext) {
        let Some((dialog, hash, number)) = self.dialog.take_if(|(dialog, ..)| dialog.is_over())
        else {
            return;
        };
        let is_loaded = context.model.recording().map(|named| named.hash()) == Some(hash);
        match dialog.outcome() {
            ChosenFile::File(path) if is_loaded => {
                context.model.set_original(number, path);
                toggle_side(context, number, AuditionSide::Original);
            }
            ChosenFile::NoDialog => context.controls.message = Some(UNKNOWN.to_owned()),
            ChosenFile::File(_) | ChosenFile::None => {}
        }
    }
}

/// Where there is no dialogue.
const UNKNOWN: &str = "The original of this bank is not known: import it again to compare";

fn toggle_side(context: &mut ViewContext, number: usize, side: AuditionSide) {
    if let Err(told) = context.model.toggle_audition(number, side) {
        context.controls.message = Some(told);
    }
    // The host may let a silent instrument sleep.
    if !matches!(context.live.telemetry(), TelemetryState::Latest(_)) {
        context.model.wake_host();
    }
}

fn help(original: Option<&Path>, side: AuditionSide) -> String {
    match (side, original.and_then(Path::file_name)) {
        (AuditionSide::Original, Some(name)) => format!(
            "Original: plays {}, up to 30 s; change over to Partials at any time",
            name.to_string_lossy()
        ),
        (AuditionSide::Original, None) => {
            "Original: asks for the recording that this was made of, and plays it".to_owned()
        }
        (AuditionSide::Partials, _) => {
            "Partials: plays what the bank makes of the recording, without the sound's settings"
                .to_owned()
        }
    }
}
