//! Where the curves of filters and shapers are worked out, and their lines.

use egui::{Id, Pos2, Rect, Stroke, Ui, pos2};

use super::height_scale::HeightScale;
use crate::editor::model::spectrum::axis::Extent;
use crate::editor::widgets::{kept_within, thinned};

/// Between two points of a curve, points.
const STEP: f32 = 2.0;

/// Places along the axis.
pub struct CurvePlaces {
    xs: Vec<f32>,
    /// Frequencies.
    pub hz: Vec<f32>,
}

impl CurvePlaces {
    /// Places from one end of the axis to the other, with the frequency at each.
    pub fn new(room: Extent, hz_at: impl Fn(f32) -> f32) -> CurvePlaces {
        let count = (room.length() / STEP).ceil() as usize;
        let xs: Vec<f32> = (0..=count)
            .map(|place| (room.min + STEP * place as f32).min(room.max))
            .collect();
        let hz = xs.iter().map(|&x| hz_at(x)).collect();
        CurvePlaces { xs, hz }
    }

    /// The numbers at the places.
    pub fn numbers(&self, number_at: impl Fn(f32) -> f32) -> Vec<f32> {
        self.xs.iter().map(|&x| number_at(x)).collect()
    }

    /// The line of these values in dB on a scale.
    pub fn line(&self, values_db: &[f32], scale: HeightScale) -> Vec<Pos2> {
        let places = self.xs.iter().zip(values_db);
        thinned(places.map(|(&x, &value_db)| pos2(x, scale.height(value_db))))
    }
}

/// Draws the line of a curve within a plot: most stay while a note moves the others.
/// `id` is for this curve alone.
pub fn paint_still(ui: &Ui, id: Id, plot: Rect, line: Vec<Pos2>, stroke: Stroke) {
    let painter = ui.painter().with_clip_rect(plot);
    kept_within(ui, &painter, id, (line, stroke), |painter, _, still| {
        let (line, stroke) = still;
        painter.line(line.clone(), *stroke);
    });
}
