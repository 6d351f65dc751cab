//! Where times and levels are in the drawing of a curve.

use egui::{Pos2, Rect, pos2, vec2};

use crate::dsp::curve::CurvePoint;
use crate::editor::model::curves::LAST_TIME;

/// Free at the sides, so that a handle at either end stands within; points.
const SIDE: f32 = 14.0;
/// Free above and below the levels, points.
const ABOVE: f32 = 7.0;
/// Height of the time axis at the foot, on which the loop is shown; points.
const FOOT: f32 = 14.0;
/// How much longer than the curve the time axis is at least.
const SPARE: f32 = 1.1;
/// The shortest time axis.
const LEAST_SPAN: f32 = 1.0 / 64.0;
/// Steps of the grid over the largest power of two within the time axis.
const STEPS: f32 = 16.0;
/// A step of the grid of the levels.
pub const LEVEL_STEP: f32 = 0.125;

/// The scales of a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axes {
    rect: Rect,
    /// The time at the right end.
    span: f32,
}

impl Axes {
    /// The axes in this place, for a curve whose last point is at `length`.
    pub fn new(rect: Rect, length: f32) -> Axes {
        Axes {
            rect,
            span: span(length),
        }
    }

    /// The scales of these axes, in another place.
    pub fn within(self, rect: Rect) -> Axes {
        Axes { rect, ..self }
    }

    /// Where the curve stands.
    pub fn plot(&self) -> Rect {
        let max = self.rect.max - vec2(SIDE, FOOT + ABOVE);
        Rect::from_min_max(self.rect.min + vec2(SIDE, ABOVE), max)
    }

    /// The time axis at the foot.
    pub fn foot(&self) -> Rect {
        self.rect.with_min_y(self.rect.bottom() - FOOT)
    }

    /// The time at the right end.
    pub fn span(&self) -> f32 {
        self.span
    }

    /// Where a time is.
    pub fn x(&self, time: f32) -> f32 {
        let plot = self.plot();
        plot.left() + time / self.span * plot.width()
    }

    /// Where a level is.
    pub fn y(&self, level: f32) -> f32 {
        let plot = self.plot();
        plot.center().y - 0.5 * level * plot.height()
    }

    /// Where a point is.
    pub fn at(&self, point: CurvePoint) -> Pos2 {
        pos2(self.x(point.time), self.y(point.level))
    }

    /// The time at a place.
    pub fn time(&self, x: f32) -> f32 {
        (self.time_of_way(x - self.plot().left())).clamp(0.0, LAST_TIME)
    }

    /// The level at a place.
    pub fn level(&self, y: f32) -> f32 {
        self.level_of_way(y - self.plot().center().y)
            .clamp(-1.0, 1.0)
    }

    /// How much later a way to the right leads.
    pub fn time_of_way(&self, x: f32) -> f32 {
        x / self.plot().width() * self.span
    }

    /// How much higher a way downwards leads.
    pub fn level_of_way(&self, y: f32) -> f32 {
        -2.0 * y / self.plot().height()
    }

    /// A step of the grid of the times.
    pub fn time_step(&self) -> f32 {
        power_within(self.span) / STEPS
    }

    /// The nearest time on the grid.
    pub fn snapped_time(&self, time: f32) -> f32 {
        let step = self.time_step();
        (time / step).round() * step
    }

    /// The nearest level on the grid.
    pub fn snapped_level(&self, level: f32) -> f32 {
        (level / LEVEL_STEP).round() * LEVEL_STEP
    }
}

/// The largest power of two that is not above a time.
fn power_within(time: f32) -> f32 {
    time.log2().floor().exp2()
}

/// The time axis of a curve of this length: a power of two, or one and a half times such.
fn span(length: f32) -> f32 {
    let least = (SPARE * length).max(LEAST_SPAN);
    let power = power_within(least);
    let spans = [1.0, 1.5, 2.0].map(|factor| factor * power);
    let span = spans.into_iter().find(|&span| span >= least);
    span.unwrap_or(2.0 * power).min(LAST_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(length: f32) -> Axes {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(500.0, 110.0));
        Axes::new(rect, length)
    }

    #[test]
    fn the_time_axis_has_room_behind_the_last_point() {
        for (length, span, step) in [
            (0.0, 1.0 / 64.0, 1.0 / 1_024.0),
            (0.5, 0.75, 1.0 / 32.0),
            (0.9, 1.0, 1.0 / 16.0),
            (1.0, 1.5, 1.0 / 16.0),
            (1.4, 2.0, 1.0 / 8.0),
            (60.0, 64.0, 4.0),
            (64.0, 64.0, 4.0),
        ] {
            let axes = axes(length);
            assert_eq!((axes.span(), axes.time_step()), (span, step), "{length}");
        }
    }

    #[test]
    fn places_are_times_and_levels_and_back() {
        let axes = axes(1.0);
        for (time, level) in [(0.0, -1.0), (0.3, 0.25), (1.5, 1.0)] {
            let at = axes.at(CurvePoint {
                time,
                level,
                bend: 0.0,
            });
            assert!(axes.plot().expand(1e-3).contains(at));
            assert!((axes.time(at.x) - time).abs() < 1e-5);
            assert!((axes.level(at.y) - level).abs() < 1e-5);
        }
        assert_eq!(axes.snapped_time(0.34), 0.3125);
        assert_eq!(axes.snapped_level(-0.2), -0.25);
        assert_eq!((axes.time(-50.0), axes.level(-50.0)), (0.0, 1.0));
    }
}
