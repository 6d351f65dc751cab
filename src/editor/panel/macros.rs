//! The eight macros: each a knob, what it moves, and how far.

use egui::{Rect, Ui, vec2};

use super::super::control::{bar, knob, narrow_choice};
use super::super::desk::Desk;
use super::card::card;
use super::place;
use crate::synth::Param;
use crate::synth::parameter::{MACRO_TARGETS, MACROS};

/// Between two macros, points.
const GAP: f32 = 3.0;
/// Points.
const BAR: f32 = 17.0;
/// Points.
const CHOICE: f32 = 20.0;

/// Shows the card.
pub fn show(ui: &mut Ui, desk: &mut Desk, rect: Rect) {
    let inner = card(ui, rect, "Macros");
    let width = inner.width() / MACROS as f32;
    let spare = (inner.height() - 112.0).clamp(0.0, 24.0) / 3.0;
    for number in 1..=MACROS {
        let left = inner.left() + (number - 1) as f32 * width + 0.5 * GAP;
        let column = Rect::from_x_y_ranges(left..=left + width - GAP, inner.y_range());
        let below = BAR + CHOICE + 2.0 * GAP + 2.0 * spare;
        let dial = vec2(column.width(), (inner.height() - below).clamp(50.0, 72.0));
        place(ui, column, |ui| {
            ui.spacing_mut().item_spacing.y = GAP + spare;
            let name = NAMES[number - 1];
            knob(ui, desk, Param::macro_value(number), name, dial);
            let target = Param::macro_target(number);
            let chosen = target.range().plain(desk.edits.normalized(target)) as usize;
            let size = vec2(column.width(), CHOICE);
            narrow_choice(
                ui,
                desk,
                target,
                TARGETS[chosen.min(TARGETS.len() - 1)],
                size,
            );
            let size = vec2(column.width(), BAR);
            bar(ui, desk, Param::macro_amount(number), size);
        });
    }
}

const NAMES: [&str; MACROS] = [
    "Macro 1", "Macro 2", "Macro 3", "Macro 4", "Macro 5", "Macro 6", "Macro 7", "Macro 8",
];

/// What a macro can move, in a few letters each: nothing, then [`MACRO_TARGETS`].
const TARGETS: [&str; MACRO_TARGETS.len() + 1] = [
    "None",
    "Tilt",
    "Odd/even",
    "Strike at",
    "Strike",
    "Stiffness",
    "Stretch",
    "Fine",
    "Spread",
    "Cutoff",
    "Slope",
    "Resonan.",
    "Flt env.",
    "Flt attack",
    "Flt decay",
    "Attack",
    "Decay",
    "Sustain",
    "Release",
    "Damping",
    "Of highs",
    "LFO rate",
    "LFO pitch",
    "LFO tilt",
    "LFO cut.",
    "LFO level",
    "Level",
];
