//! The menu in which partials are chosen.

use egui::{Button, DragValue, RichText, TextEdit, Ui, vec2};

use super::drawn_sets::DrawnSets;
use crate::editor::context::ViewContext;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::theme;
use crate::editor::views::spectrum::bar_editor::BarEditor;
use crate::editor::widgets::toolbar::menu;

/// What the menu remembers.
pub struct SelectionMenu {
    /// The step from a partial to the next that is chosen.
    step: usize,
    /// Ranges while they are typed, and what is wrong with them.
    ranges: Option<(String, Option<String>)>,
    sets: DrawnSets,
}

impl SelectionMenu {
    pub fn new() -> SelectionMenu {
        SelectionMenu {
            step: 3,
            ranges: None,
            sets: DrawnSets::default(),
        }
    }

    /// Shows its button, and the menu while it is open.
    /// Partials 1 to `partials` can be chosen.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        context: &mut ViewContext,
        bars: &mut BarEditor,
        partials: usize,
    ) {
        let title = match bars.selection.count() {
            0 => "Choose".to_owned(),
            count => format!("{count} chosen"),
        };
        let selection = &mut bars.selection;
        let response = menu(ui, &title, |ui| {
            ui.set_width(236.0);
            for row in [
                &[
                    ("All", Selection::ALL),
                    ("None", Selection::NONE),
                    ("Invert", selection.inverted()),
                ],
                &[
                    ("Odd", Selection::odd()),
                    ("Even", Selection::even()),
                    ("Octaves", Selection::octaves()),
                ],
            ] {
                ui.columns_const(|columns: &mut [Ui; 3]| {
                    for (ui, (name, chosen)) in columns.iter_mut().zip(row) {
                        let size = vec2(ui.available_width(), theme::ROW);
                        if ui.add_sized(size, Button::new(*name)).clicked() {
                            *selection = chosen.within(partials);
                        }
                    }
                });
            }
            ui.horizontal(|ui| {
                let every = ui.button("Every");
                if every.clicked() {
                    let first = selection.numbers().next().unwrap_or(1);
                    *selection = Selection::every(self.step, first).within(partials);
                }
                let step = DragValue::new(&mut self.step)
                    .range(2..=32)
                    .custom_formatter(|step, _| ordinal(step as usize))
                    .custom_parser(|text| {
                        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
                        digits.parse().ok()
                    });
                ui.add(step).labelled_by(every.id);
                ui.label("from the first chosen");
            });
            self.range_field(ui, selection, partials);
            self.sets.show(ui, context, *selection);
        });
        context.help.show_for(&response, || {
            "Choose partials, also by a rectangle with the right button: strokes and shapes then move only \
             those. Escape: none"
                .to_owned()
        });
    }

    fn range_field(&mut self, ui: &mut Ui, selection: &mut Selection, partials: usize) {
        ui.horizontal(|ui| {
            let label = ui.label("Ranges");
            let mut text = match &self.ranges {
                Some((text, _)) => text.clone(),
                None => selection.text(),
            };
            let field = TextEdit::singleline(&mut text)
                .hint_text("1-8, 12")
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(120.0);
            let response = ui.add(field).labelled_by(label.id);
            if response.changed() {
                let error = match Selection::parse(&text, partials) {
                    Ok(chosen) => {
                        *selection = chosen;
                        None
                    }
                    Err(error) => Some(error),
                };
                self.ranges = Some((text, error));
            } else if !response.has_focus() && matches!(self.ranges, Some((_, None))) {
                self.ranges = None;
            }
        });
        if let Some((_, Some(error))) = &self.ranges {
            let color = theme::current(ui).error;
            ui.label(RichText::new(error).size(theme::SMALL).color(color));
        }
    }
}

/// Such as `3rd`.
fn ordinal(n: usize) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
