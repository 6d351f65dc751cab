//! Where the bars of a layer stand, and how they look: scale, what sounds, bars, numbers.

use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Rect, Response, Stroke, StrokeKind, Ui, pos2,
    vec2,
};

use super::super::edit::Edits;
use super::{Layer, default};
use crate::synth::parameter::EDITABLE_PARTIALS;

const FLOOR_DB: f32 = -72.0;
/// Room for the scale's numbers, points.
const SCALE_WIDTH: f32 = 44.0;
/// Room for the numbers of what sounds, points.
const LIVE_SCALE_WIDTH: f32 = 30.0;
/// Room for the partials' numbers, points.
const NUMBERS_HEIGHT: f32 = 16.0;

/// Where the bars are.
pub struct Canvas<'a> {
    pub rect: Rect,
    pub layer: Layer,
    /// What sounds of each partial, in dB of full scale.
    pub levels_db: &'a [f32],
}

impl<'a> Canvas<'a> {
    /// With its scales inside this room.
    pub fn new(room: Rect, layer: Layer, levels_db: &'a [f32]) -> Canvas<'a> {
        Canvas {
            rect: Rect::from_min_max(
                room.min + vec2(SCALE_WIDTH, 4.0),
                room.max - vec2(LIVE_SCALE_WIDTH, NUMBERS_HEIGHT),
            ),
            layer,
            levels_db,
        }
    }

    /// The partial at a place, the nearest where there is none.
    pub fn partial(&self, x: f32) -> usize {
        let part = (x - self.rect.left()) / self.rect.width();
        ((part * EDITABLE_PARTIALS as f32) as usize + 1).clamp(1, EDITABLE_PARTIALS)
    }

    /// The normalised value at a height.
    pub fn value(&self, y: f32) -> f32 {
        ((self.rect.bottom() - y) / self.rect.height()).clamp(0.0, 1.0)
    }

    fn height(&self, normalized: f32) -> f32 {
        self.rect.bottom() - normalized * self.rect.height()
    }

    /// The middle of a partial's bar.
    pub fn middle(&self, partial: usize) -> f32 {
        let width = self.rect.width() / EDITABLE_PARTIALS as f32;
        self.rect.left() + (partial as f32 - 0.5) * width
    }

    pub fn paint(
        &self,
        ui: &Ui,
        response: &Response,
        edits: &Edits,
        pointed: Option<usize>,
        cursor: usize,
    ) {
        let painter = ui.painter();
        let visuals = ui.visuals();
        painter.rect_filled(self.rect, CornerRadius::same(3), visuals.extreme_bg_color);
        self.paint_scale(painter, visuals.weak_text_color(), visuals.faint_bg_color);
        let width = self.rect.width() / EDITABLE_PARTIALS as f32;
        let gap = (width * 0.15).clamp(0.5, 2.0);
        let accent = visuals.selection.bg_fill;
        self.paint_live(painter, visuals.text_color());
        for partial in 1..=EDITABLE_PARTIALS {
            let param = self.layer.param(partial);
            let normalized = edits.normalized(param);
            let (from, to) = (self.height(default(param)), self.height(normalized));
            let middle = self.middle(partial);
            let bar = Rect::from_x_y_ranges(
                middle - width / 2.0 + gap..=middle + width / 2.0 - gap,
                from.min(to)..=from.max(to),
            );
            let is_here = pointed == Some(partial) || (response.has_focus() && cursor == partial);
            let fill = if is_here {
                visuals.widgets.hovered.fg_stroke.color
            } else {
                accent
            };
            painter.rect_filled(bar, CornerRadius::ZERO, fill);
            // A bar of no height still has its head.
            painter.hline(bar.x_range(), to, Stroke::new(2.0, fill));
            if partial == 1 || partial % 8 == 0 {
                painter.text(
                    pos2(middle, self.rect.bottom() + 2.0),
                    Align2::CENTER_TOP,
                    partial.to_string(),
                    FontId::proportional(11.0),
                    visuals.weak_text_color(),
                );
            }
        }
        if response.has_focus() {
            painter.rect_stroke(
                self.rect,
                CornerRadius::same(3),
                visuals.selection.stroke,
                StrokeKind::Outside,
            );
        }
    }

    /// What sounds, behind the bars, from the floor of its own scale on the right.
    fn paint_live(&self, painter: &Painter, color: Color32) {
        let height = |db: f32| self.height(1.0 - (db / FLOOR_DB).clamp(0.0, 1.0));
        for mark_db in [0.0, -24.0, -48.0] {
            painter.text(
                pos2(self.rect.right() + 4.0, height(mark_db)),
                Align2::LEFT_CENTER,
                format!("{mark_db:.0}").replace('-', "−"),
                FontId::proportional(11.0),
                color,
            );
        }
        let width = self.rect.width() / EDITABLE_PARTIALS as f32;
        for (place, &level_db) in self.levels_db.iter().take(EDITABLE_PARTIALS).enumerate() {
            if level_db > FLOOR_DB {
                let x = self.rect.left() + place as f32 * width;
                let top = height(level_db);
                let column = Rect::from_x_y_ranges(x..=x + width, top..=self.rect.bottom());
                painter.rect_filled(column, CornerRadius::ZERO, color.gamma_multiply(0.12));
                painter.hline(column.x_range(), top, Stroke::new(1.5, color));
            }
        }
    }

    fn paint_scale(&self, painter: &Painter, text: Color32, line: Color32) {
        let param = self.layer.param(1);
        for &mark in marks(self.layer) {
            let y = self.height(param.range().normalized(mark));
            painter.hline(self.rect.x_range(), y, Stroke::new(1.0, line));
            painter.text(
                pos2(self.rect.left() - 6.0, y),
                Align2::RIGHT_CENTER,
                scale_text(self.layer, mark),
                FontId::proportional(11.0),
                text,
            );
        }
    }
}

/// Plain values that the scale marks.
fn marks(layer: Layer) -> &'static [f32] {
    match layer {
        Layer::Level => &[12.0, 0.0, -12.0, -24.0, -36.0, -48.0, -60.0],
        Layer::Tune => &[600.0, 100.0, 0.0, -100.0, -600.0],
        Layer::Pan => &[0.5, 0.0, -0.5],
    }
}

fn scale_text(layer: Layer, mark: f32) -> String {
    match layer {
        Layer::Level | Layer::Tune => format!("{mark:+.0}").replace("+0", "0").replace('-', "−"),
        Layer::Pan => layer.param(1).text(mark),
    }
}
