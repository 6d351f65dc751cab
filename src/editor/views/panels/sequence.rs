//! A sequence: its steps, which a stroke of the pointer draws, and its controls.

use egui::{PointerButton, Pos2, Rect, Response, Ui, pos2};

use super::card::{grid, powered_card};
use crate::editor::context::ViewContext;
use crate::editor::widgets::{step, step_well};
use crate::synth::Param;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{SEQUENCE_STEPS, SequenceParams};

/// Width of the controls beside the steps, points.
const CONTROLS: f32 = 162.0;

/// The card of one sequence, and what it remembers while its window is open.
pub struct SequenceView {
    group: Group,
    params: SequenceParams,
    /// Where a stroke was last.
    stroke: Option<Pos2>,
}

impl SequenceView {
    /// The view of a window that opens.
    pub fn new(number: usize, group: Group) -> SequenceView {
        SequenceView {
            group,
            params: SequenceParams::of(number),
            stroke: None,
        }
    }

    /// Shows the card.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        let inner = powered_card(ui, context, rect, self.group);
        let [controls, steps] = super::split_columns(inner, [CONTROLS, 0.0]);
        let SequenceParams {
            steps: count,
            division,
            glide,
            trigger,
            fan_steps,
            fan_order,
            ..
        } = self.params;
        let head = [count, division, glide, trigger, fan_steps, fan_order];
        grid(ui, context, controls, 3, &head);
        self.steps(ui, context, steps);
    }

    fn steps(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        for number in 1..=SEQUENCE_STEPS {
            let cell = column(rect, number);
            let param = self.params.step(number);
            let response = step(ui, context, param, number, cell);
            self.draw(ui, context, rect, &response);
        }
    }

    /// Draws across the steps while the one where the stroke began is dragged.
    fn draw(&mut self, ui: &Ui, context: &mut ViewContext, rect: Rect, response: &Response) {
        if response.drag_started_by(PointerButton::Primary) {
            response.request_focus();
            let name = format!("Draw {}", self.group.name());
            context.model.begin_group(name);
            self.stroke = ui.input(|input| input.pointer.press_origin());
        }
        if response.dragged_by(PointerButton::Primary)
            && let Some(from) = self.stroke
            && let Some(to) = response.interact_pointer_pos()
        {
            for (param, value) in self.crossed(rect, from, to) {
                context.model.draw(param, value);
            }
            self.stroke = Some(to);
        }
    }

    /// Ends a stroke once no button is down, also where its step is no longer shown.
    pub fn end_stroke(&mut self, ui: &Ui, context: &mut ViewContext) {
        let is_down = ui.input(|input| input.pointer.primary_down());
        if !is_down && self.stroke.take().is_some() {
            context.model.end_group();
        }
    }

    /// The steps that a stroke from one place to another crosses, with its height there, 0 to 1.
    fn crossed(&self, rect: Rect, from: Pos2, to: Pos2) -> Vec<(Param, f32)> {
        let number_at = |at: Pos2| {
            let place = (at.x - rect.left()) / rect.width() * SEQUENCE_STEPS as f32;
            (place.floor() as isize).clamp(0, SEQUENCE_STEPS as isize - 1) as usize + 1
        };
        let (first, last) = (number_at(from), number_at(to));
        let between = first.min(last)..=first.max(last);
        between
            .map(|number| {
                let cell = column(rect, number);
                let way = (cell.center().x - from.x) / (to.x - from.x);
                // The last place of the stroke is exactly where the pointer is.
                let y = if number == last || !way.is_finite() {
                    to.y
                } else {
                    from.y + way.clamp(0.0, 1.0) * (to.y - from.y)
                };
                let well = step_well(cell);
                let value = (well.bottom() - y) / well.height();
                (self.params.step(number), value.clamp(0.0, 1.0))
            })
            .collect()
    }
}

/// The place of a step.
fn column(rect: Rect, number: usize) -> Rect {
    let width = rect.width() / SEQUENCE_STEPS as f32;
    let left = rect.left() + (number - 1) as f32 * width;
    Rect::from_min_max(pos2(left, rect.top()), pos2(left + width, rect.bottom()))
}
