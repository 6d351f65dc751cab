//! The two sets of partials that are drawn for routes, in the menu in which partials are chosen.

use egui::{Align2, Button, Key, RichText, TextEdit, Ui};

use crate::editor::context::ViewContext;
use crate::editor::model::drawn_sets::mask_of;
use crate::editor::model::spectrum::selection::Selection;
use crate::editor::theme;
use crate::editor::widgets::set_label;
use crate::synth::parameter::{DRAWN_SETS, PartialMask};

/// What is being typed for each set, and what is wrong with it.
#[derive(Default)]
pub struct DrawnSets {
    typed: [Option<(String, Option<String>)>; DRAWN_SETS],
}

impl DrawnSets {
    /// Shows both sets: their partials, which can be typed, and a button that takes the chosen ones.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, selection: Selection) {
        ui.separator();
        ui.weak("Partials that a route moves:");
        for number in 1..=DRAWN_SETS {
            ui.horizontal(|ui| {
                self.field(ui, context, number);
                take(ui, context, number, selection);
            });
            if let Some((_, Some(error))) = &self.typed[number - 1] {
                let color = theme::current(ui).error;
                ui.label(RichText::new(error).size(theme::SMALL).color(color));
            }
        }
    }

    fn field(&mut self, ui: &mut Ui, context: &mut ViewContext, number: usize) {
        let typed = &mut self.typed[number - 1];
        let name = format!("Drawn {number}");
        let label = ui.label(&name);
        let mut text = match typed {
            Some((text, _)) => text.clone(),
            None => context.model.drawn_set(number).to_string(),
        };
        let field = TextEdit::singleline(&mut text)
            .hint_text("1-8, 12")
            .align(Align2::LEFT_CENTER)
            .desired_width(96.0);
        let response = ui.add(field).labelled_by(label.id);
        let parsed = text.parse::<PartialMask>();
        if response.changed() {
            let error = parsed.as_ref().err().map(ToString::to_string);
            *typed = Some((text, error));
        }
        if response.lost_focus() {
            let is_left = ui.input(|input| input.key_pressed(Key::Escape));
            if let (Some(_), Ok(mask), false) = (typed.take(), parsed, is_left)
                && mask != context.model.drawn_set(number)
            {
                context.model.draw_set(number, &mask);
            }
        }
    }
}

/// The button that takes the chosen partials over.
fn take(ui: &mut Ui, context: &mut ViewContext, number: usize, selection: Selection) {
    let response = ui.add_enabled(!selection.is_empty(), Button::new("Take chosen"));
    set_label(
        &response,
        format!("Drawn {number}: take the chosen partials"),
    );
    if response.clicked() {
        context.model.draw_set(number, &mask_of(selection));
    }
}
