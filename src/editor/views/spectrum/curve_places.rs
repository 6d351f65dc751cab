//! Where the curves of filters and shapers are worked out.

use egui::{Pos2, pos2};

use crate::editor::model::spectrum::axis::Extent;
use crate::editor::widgets::thinned;

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

    /// The line of these values in dB, each of which stands at a height.
    pub fn line(&self, values_db: &[f32], height: impl Fn(f32) -> f32) -> Vec<Pos2> {
        let places = self.xs.iter().zip(values_db);
        thinned(places.map(|(&x, &value_db)| pos2(x, height(value_db))))
    }
}
