//! The LFO: its shape as it moves, and its controls.

use egui::{Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::card::{card, grid, of_groups};
use crate::editor::context::ViewContext;
use crate::editor::model::idle;
use crate::editor::model::live::TelemetryState;
use crate::editor::theme;
use crate::editor::widgets::{choice, place};
use crate::synth::Param;
use crate::synth::display::lfo_value;
use crate::synth::parameter::layout::Group;

/// Of the controls, points.
const CONTROLS_WIDTH: f32 = 200.0;
/// Cycles to either side of now.
const CYCLES: f64 = 1.0;

/// What the card remembers while its window is open.
#[derive(Default)]
pub struct LfoView {
    /// Where the shape is shown. It moves while something sounds, and rests with the screen.
    cycles: f64,
}

impl LfoView {
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
        if let TelemetryState::Latest(telemetry) = context.live.telemetry()
            && telemetry.statistics.voices > 0
        {
            self.cycles = telemetry.lfo_cycles;
        }
        let inner = card(ui, rect, Group::Lfo.name());
        let controls = CONTROLS_WIDTH + 0.3 * (inner.width() - 286.0).max(0.0);
        let [view, controls] =
            super::split_columns(inner, [inner.width() - controls - theme::GAP, 0.0]);
        let well = Rect::from_min_max(view.min + vec2(0.0, 2.0), view.max - vec2(0.0, 26.0));
        shape(ui, context, well, self.cycles);
        let field = Rect::from_min_max(pos2(view.left(), well.bottom() + theme::GRID), view.max);
        place(ui, field, |ui| {
            choice(ui, context, Param::LFO_SHAPE, "", vec2(view.width(), 20.0));
        });
        let mut others = of_groups(&[Group::Lfo]);
        others.retain(|&param| param != Param::LFO_SHAPE);
        grid(ui, context, controls, 4, &others);
    }
}

fn shape(ui: &Ui, context: &ViewContext, rect: Rect, now: f64) {
    let theme = theme::current(ui);
    let values = context.controls.values();
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, theme::RADIUS, theme.well);
    let grid = Stroke::new(1.0, theme.grid);
    painter.hline(rect.x_range(), rect.center().y, grid);
    painter.vline(rect.center().x, rect.y_range(), grid);
    let inner = rect.shrink2(vec2(0.0, 8.0));
    let y = |value: f64| inner.center().y - value as f32 * 0.5 * inner.height();
    let count = rect.width().max(2.0) as usize;
    let points: Vec<Pos2> = (0..=count)
        .map(|place| {
            let way = place as f64 / count as f64;
            let value = lfo_value(values, now + (2.0 * way - 1.0) * CYCLES);
            pos2(rect.left() + way as f32 * rect.width(), y(value))
        })
        .collect();
    let is_idle = idle::is_lfo_idle(values);
    let (line, dot) = match is_idle {
        true => (theme.weak_text, theme.weak_text),
        false => (theme.live, theme.accent),
    };
    painter.add(Shape::line(points, Stroke::new(1.5, line)));
    let at = pos2(rect.center().x, y(lfo_value(values, now)));
    painter.circle_filled(at, 4.0, dot);
    painter.circle_stroke(at, 4.0, Stroke::new(1.0, theme.well));
}
