//! Heights of values in dB.

use egui::{Rangef, Rect};

/// The heights of levels or gains in dB, which are within a plot.
#[derive(Clone, Copy)]
pub struct HeightScale {
    low_db: f32,
    points_per_db: f32,
    plot: Rangef,
}

impl HeightScale {
    /// A scale from the foot of a plot to its top, whose ends have these values in dB.
    pub fn within(plot: Rect, (low_db, high_db): (f32, f32)) -> HeightScale {
        HeightScale {
            low_db,
            points_per_db: plot.height() / (high_db - low_db),
            plot: plot.y_range(),
        }
    }

    /// The height of a value in dB; that of the nearer end, if it is outside.
    pub fn height(&self, db: f32) -> f32 {
        let y = self.plot.max - (db - self.low_db) * self.points_per_db;
        // Without a look for what is not a number, unlike `clamp`: curves have many points.
        let y = if y < self.plot.max { y } else { self.plot.max };
        if y > self.plot.min { y } else { self.plot.min }
    }
}
