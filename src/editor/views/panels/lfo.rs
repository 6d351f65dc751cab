//! An LFO: its shape as it moves, and its controls.

use egui::{Button, Rect, RichText, Role, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::card::{card, grid, of_groups, powered_card};
use crate::editor::context::ViewContext;
use crate::editor::model::curves::{course, draw_lfo, free_curve, is_drawable};
use crate::editor::model::idle;
use crate::editor::model::live::TelemetryState;
use crate::editor::theme;
use crate::editor::widgets::{choice, place, text_width, thinned};
use crate::synth::display::lfo_value;
use crate::synth::parameter::layout::{Group, Page};
use crate::synth::parameter::{LFOS, LfoCourse, LfoParams};
use crate::synth::{Param, Values};

/// Width of a column of controls, points, and its part of the card's spare width.
const COLUMN: (f32, f32) = (50.0, 0.075);
/// Least width of the shape beside them, points.
const SHAPE_WIDTH: f32 = 86.0;
/// Cycles to either side of now.
const CYCLES: f64 = 1.0;

/// The card of one LFO, and what it remembers while its window is open.
pub struct LfoView {
    /// The number of the LFO, from 1 on.
    number: usize,
    group: Group,
    /// Where the shape is shown. It moves while something sounds, and rests with the screen.
    cycles: f64,
}

impl LfoView {
    /// The view of a window that opens.
    fn new(number: usize, group: Group) -> LfoView {
        LfoView {
            number,
            group,
            cycles: 0.0,
        }
    }

    /// The views of all LFOs.
    pub fn all() -> [LfoView; LFOS] {
        let groups = [Group::Lfo, Group::Lfo2, Group::Lfo3, Group::Lfo4];
        std::array::from_fn(|index| LfoView::new(index + 1, groups[index]))
    }

    /// Shows the card. Returns the number of the curve that is asked for.
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect) -> Option<usize> {
        if let TelemetryState::Latest(telemetry) = context.live.telemetry()
            && telemetry.statistics.voices > 0
        {
            self.cycles = telemetry.lfo_cycles[self.number - 1];
        }
        let inner = powered_card(ui, context, rect, self.group);
        let params = LfoParams::of(self.number);
        let mut others = of_groups(&[self.group]);
        others.retain(|&param| param != params.shape);
        if self.number == 1 {
            let elsewhere = details();
            others.retain(|param| !elsewhere.contains(param));
        }
        let columns = others.len().div_ceil(2);
        let (least, part) = COLUMN;
        let spare = inner.width() - SHAPE_WIDTH - columns as f32 * least;
        let controls = columns as f32 * (least + part * spare.max(0.0));
        let [view, controls] =
            super::split_columns(inner, [inner.width() - controls - theme::GAP, 0.0]);
        let well = Rect::from_min_max(view.min + vec2(0.0, 2.0), view.max - vec2(0.0, 26.0));
        self.shape(ui, context.controls.values(), well);
        let asked = self.ask_for_curve(ui, context, well);
        let corner = pos2(view.left(), well.bottom() + theme::GRID);
        let field = Rect::from_min_size(corner, vec2(view.width(), 20.0));
        choice(ui, context, params.shape, "", field);
        grid(ui, context, controls, columns, &others);
        asked
    }

    /// A button on the picture asks for the curve that the LFO follows. If it follows none, a free one
    /// takes over its shape first, to be drawn.
    fn ask_for_curve(&self, ui: &mut Ui, context: &mut ViewContext, well: Rect) -> Option<usize> {
        let name = self.group.name();
        let followed = match course(self.number, context.model) {
            LfoCourse::Curve(curve) => Some(curve),
            LfoCourse::Shape(_) => None,
        };
        let curve = followed.or_else(|| free_curve(context.model, context.controls.values()));
        let can_draw = is_drawable(context.model, self.number);
        let is_possible = followed.is_some() || can_draw && curve.is_some();
        let word = if followed.is_some() { "Edit" } else { "Draw" };
        let size = vec2(text_width(ui, word, theme::font(theme::SMALL)) + 12.0, 17.0);
        let corner = Rect::from_min_size(well.right_top() - vec2(size.x + 2.0, -2.0), size);
        let response = place(ui, corner, |ui| {
            let text = RichText::new(word).font(theme::font(theme::SMALL));
            ui.spacing_mut().button_padding = vec2(4.0, 0.0);
            ui.add_enabled(is_possible, Button::new(text).min_size(size))
        });
        let title = format!("{word} {name}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, is_possible, &title));
        context.help.show_for(&response, || match (curve, can_draw) {
            (Some(curve), _) if followed.is_some() => {
                format!("{name} follows Curve {curve}: shows its points")
            }
            (Some(curve), true) => {
                format!(
                    "Gives Curve {curve} the shape of {name}, which then follows it, to be drawn"
                )
            }
            (Some(_), false) => format!("{name} is random: each cycle has a shape of its own"),
            (None, _) => format!("All curves are in use: {name} has none to be drawn with"),
        });
        if !response.clicked() {
            return None;
        }
        if let Some(edit) = curve.and_then(|curve| draw_lfo(context.model, self.number, curve)) {
            edit.perform(context.model);
        }
        curve
    }

    fn shape(&self, ui: &Ui, values: &Values, rect: Rect) {
        let theme = theme::current(ui);
        let painter = ui.painter().with_clip_rect(rect);
        painter.rect_filled(rect, theme::RADIUS, theme.well);
        let grid = Stroke::new(1.0, theme.grid);
        painter.hline(rect.x_range(), rect.center().y, grid);
        painter.vline(rect.center().x, rect.y_range(), grid);
        let inner = rect.shrink2(vec2(0.0, 8.0));
        let y = |cycles: f64| {
            let value = lfo_value(values, self.number, cycles);
            inner.center().y - value * 0.5 * inner.height()
        };
        let count = rect.width().max(2.0) as usize;
        let points = thinned((0..=count).map(|place| {
            let way = place as f64 / count as f64;
            let cycles = self.cycles + (2.0 * way - 1.0) * CYCLES;
            pos2(rect.left() + way as f32 * rect.width(), y(cycles))
        }));
        let (line, dot) = match idle::is_lfo_idle(self.number, values) {
            true => (theme.weak_text, theme.weak_text),
            false => (theme.live, theme.accent),
        };
        painter.add(Shape::line(points, Stroke::new(1.5, line)));
        let at = pos2(rect.center().x, y(self.cycles));
        painter.circle_filled(at, 4.0, dot);
        painter.circle_stroke(at, 4.0, Stroke::new(1.0, theme.well));
    }
}

/// What the first LFO has on a card of its own, so that its depths have room beside its shape.
fn details() -> [Param; 5] {
    let params = LfoParams::of(1);
    [
        params.phase,
        params.fade,
        params.fan_phase,
        params.fan_rate,
        params.fan_order,
    ]
}

/// Shows that card.
pub fn show_details(ui: &mut Ui, context: &mut ViewContext, rect: Rect) {
    let inner = card(ui, rect, Page::LfoDetails.name());
    grid(ui, context, inner, 3, &details());
}
