//! The scale that fits the sound, and the sound that fits the scale.

use egui::{Button, DragValue, Ui};

use super::{MENU, TuningView, load};
use crate::editor::context::ViewContext;
use crate::editor::widgets::toolbar::menu;
use crate::library::tunings::save;
use crate::scale::fitting::FITTED_DEGREES;
use crate::scale::{FittedScale, MapTexts, TimbreMinima, TuningSet};
use crate::synth::Param;

impl TuningView {
    /// Returns whether it is open.
    pub(super) fn fit_menu(&mut self, ui: &mut Ui, context: &mut ViewContext) -> bool {
        let mut is_open = false;
        let response = menu(ui, "Fit", |ui| {
            is_open = true;
            ui.set_width(MENU.x);
            let is_matched = context.model.plain(Param::MATCH) > 0.0;
            let button = Button::new("Match as Partial Tune");
            if ui.add_enabled(is_matched, button).clicked() {
                context.model.write_match_as_tune();
                ui.close();
            }
            ui.label("The scale whose intervals are smoothest in this sound:");
            let Some(minima) = self.roughness.minima(&self.timbre) else {
                ui.label("It is being worked out");
                return;
            };
            if let Some(asked) = fit_buttons(ui, &mut self.fitted_degrees) {
                self.fit(context, minima, self.fitted_degrees, asked);
                ui.close();
            }
        });
        context.help.show_for(&response, || {
            "Make a scale of the intervals that are smoothest in this sound".to_owned()
        });
        is_open
    }

    fn fit(&self, context: &mut ViewContext, minima: &TimbreMinima, degrees: usize, asked: FitUse) {
        let Some(fitted) = minima.fitted(degrees) else {
            context.controls.message = Some("This sound has no smooth intervals".to_owned());
            return;
        };
        let name = format!("{degrees} smooth degrees");
        match asked {
            FitUse::Load => {
                load(context, fitted_set(&fitted, &name));
            }
            FitUse::Save => {
                let saved = save(
                    self.library.tunings_folder().as_deref(),
                    &name,
                    "scl",
                    |file| fitted.to_text(file, &name),
                );
                context.controls.message = Some(saved.unwrap_or_else(|told| told));
            }
        }
    }
}

/// A scale with its timbre in the comments, as states and presets keep it.
fn fitted_set(fitted: &FittedScale, name: &str) -> Result<TuningSet, String> {
    let text = fitted.to_text(name, name);
    // Its period may be any: each key has the next degree.
    let read = TuningSet::read(name, text.as_bytes(), MapTexts::None);
    read.map_err(|error| error.to_string())
}

/// What a fitted scale is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FitUse {
    Load,
    Save,
}

fn fit_buttons(ui: &mut Ui, degrees: &mut usize) -> Option<FitUse> {
    let (fewest, most) = FITTED_DEGREES;
    ui.horizontal(|ui| {
        let field = DragValue::new(degrees)
            .range(fewest..=most)
            .suffix(" degrees");
        ui.add(field);
        if ui.button("Use").clicked() {
            return Some(FitUse::Load);
        }
        ui.button("Save as .scl").clicked().then_some(FitUse::Save)
    })
    .inner
}
