//! The eight macros: each a knob, what it moves, and how far.

use egui::{Rect, Ui, pos2, vec2};

use super::card::card;
use crate::editor::context::ViewContext;
use crate::editor::widgets::{bar, knob, narrow_choice};
use crate::synth::Param;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{MACRO_TARGETS, MACROS};

/// Between two macros, points.
const GAP: f32 = 3.0;
/// Points.
const BAR: f32 = 17.0;
/// Points.
const CHOICE: f32 = 20.0;

pub fn show(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let inner = card(ui, rect, Group::Macros.name());
    let width = inner.width() / MACROS as f32;
    let spare = (inner.height() - 112.0).clamp(0.0, 24.0) / 3.0;
    for number in 1..=MACROS {
        let left = inner.left() + (number - 1) as f32 * width + 0.5 * GAP;
        let below = BAR + CHOICE + 2.0 * GAP + 2.0 * spare;
        let dial = (inner.height() - below).clamp(50.0, 72.0);
        let mut top = inner.top();
        let [dial, choice, amount] = [dial, CHOICE, BAR].map(|height| {
            let place = Rect::from_min_size(pos2(left, top), vec2(width - GAP, height));
            top += height + GAP + spare;
            place
        });
        let value = Param::macro_value(number);
        let name = match context.model.macro_name(number) {
            name if name.is_empty() => value.row().short.to_owned(),
            name => name,
        };
        knob(ui, context, value, &name, dial);
        let target = Param::macro_target(number);
        let chosen = context.model.plain(target) as usize;
        narrow_choice(ui, context, target, &target_name(chosen), choice);
        bar(ui, context, Param::macro_amount(number), amount);
    }
}

/// What a macro moves, in a few letters: the target's short name, and before it the group's where
/// other groups have one like it.
fn target_name(chosen: usize) -> String {
    let target = chosen
        .checked_sub(1)
        .and_then(|index| MACRO_TARGETS.get(index));
    let Some(target) = target else {
        return "None".to_owned();
    };
    let row = target.row();
    match row.group.abbreviation() {
        "" => row.short.to_owned(),
        group => format!("{group} {}", row.short),
    }
}
