//! Where everything in the view stands.

use std::cell::OnceCell;

use egui::{Rect, pos2, vec2};

use super::curve_places::CurvePlaces;
use super::height_scale::HeightScale;
use crate::editor::model::spectrum::axis::{Axis, Extent, Measure};
use crate::editor::model::spectrum::layer::Layer;
use crate::editor::model::spectrum::note_names::NoteNames;
use crate::editor::model::spectrum::reference::Reference;
use crate::editor::theme;
use crate::synth::parameter::{EDITABLE_PARTIALS, LEVEL_OFF_DB};

/// Room for the scale of the bars, points.
const SCALE_WIDTH: f32 = 48.0;
/// Room for the scale of what sounds, points.
const LIVE_SCALE_WIDTH: f32 = 34.0;
/// Room for a row of the axis' names, points.
const AXIS_HEIGHT: f32 = 15.0;
/// The waterfall's part of the height.
const WATERFALL: f32 = 0.26;
/// What counts as nothing, in dB of full scale. The scale has the length of Level's, so that one
/// grid serves both.
pub const FLOOR_DB: f32 = -96.0;

/// The height of a part of a plot's height.
pub fn height_in(plot: Rect, part: f32) -> f32 {
    plot.bottom() - part * plot.height()
}

/// The height of a level in dB of full scale, within a plot.
pub fn live_height_in(plot: Rect, db: f32) -> f32 {
    height_in(plot, 1.0 - (db / FLOOR_DB).clamp(0.0, 1.0))
}

/// Rooms and scales of one frame.
pub struct Canvas<'a> {
    /// Where bars and partials stand.
    pub plot: Rect,
    /// Where the last seconds go down.
    pub waterfall: Option<Rect>,
    /// Where the axis' names stand.
    pub names: Rect,
    /// What is measured along it.
    pub axis: &'a Axis,
    /// Which parameter the bars show.
    pub layer: Layer,
    /// Whose frequencies the bars have.
    pub reference: &'a Reference,
    /// What frequencies are called.
    pub note_names: &'a NoteNames,
    /// Where bars stand for the levels that are heard: these of each partial with its Level at 0 dB, in dB
    /// of full scale.
    bases_db: Option<[f32; EDITABLE_PARTIALS]>,
    curve_places: OnceCell<CurvePlaces>,
    curve_numbers: OnceCell<Vec<f32>>,
}

impl<'a> Canvas<'a> {
    /// Within this room.
    pub fn new(
        room: Rect,
        axis: &'a Axis,
        layer: Layer,
        (reference, note_names): (&'a Reference, &'a NoteNames),
        has_waterfall: bool,
    ) -> Canvas<'a> {
        let rows = if axis.measure() == Measure::Number {
            1.0
        } else {
            2.0
        };
        let inner = Rect::from_min_max(
            room.min + vec2(SCALE_WIDTH, theme::GRID),
            room.max - vec2(LIVE_SCALE_WIDTH, rows * AXIS_HEIGHT + 2.0),
        );
        let split = if has_waterfall {
            (inner.bottom() - inner.height() * WATERFALL).round()
        } else {
            inner.bottom()
        };
        Canvas {
            plot: inner.with_max_y(split),
            waterfall: has_waterfall.then(|| inner.with_min_y(split + 1.0)),
            names: Rect::from_min_max(inner.left_bottom(), pos2(inner.right(), room.bottom())),
            axis,
            layer,
            reference,
            note_names,
            bases_db: None,
            curve_places: OnceCell::new(),
            curve_numbers: OnceCell::new(),
        }
    }

    /// With bars that stand for the levels that are heard, if the layer is Level.
    pub fn with_heard_levels(self, bases_db: Option<[f32; EDITABLE_PARTIALS]>) -> Canvas<'a> {
        Canvas {
            bases_db: bases_db.filter(|_| self.layer == Layer::Level),
            ..self
        }
    }

    /// Whether bars stand for the levels that are heard.
    pub fn has_heard_levels(&self) -> bool {
        self.bases_db.is_some()
    }

    /// Where curves are worked out.
    pub fn curve_places(&self) -> &CurvePlaces {
        let places = || CurvePlaces::new(self.extent(), |x| self.hz(x));
        self.curve_places.get_or_init(places)
    }

    /// The numbers there.
    pub fn curve_numbers(&self) -> &[f32] {
        let numbers = || self.curve_places().numbers(|x| self.number(x));
        self.curve_numbers.get_or_init(numbers)
    }

    /// What the axis has of the plot.
    pub fn extent(&self) -> Extent {
        Extent {
            min: self.plot.left(),
            max: self.plot.right(),
        }
    }

    /// Where a frequency stands, points.
    pub fn x_of_hz(&self, hz: f32) -> f32 {
        let value = match self.axis.measure() {
            Measure::Number => self.reference.number(hz),
            _ => hz,
        };
        self.axis.x(value, self.extent())
    }

    /// The frequency at a place.
    pub fn hz(&self, x: f32) -> f32 {
        let value = self.axis.value(x, self.extent());
        match self.axis.measure() {
            Measure::Number => self.reference.hz(value.max(0.0)),
            _ => value,
        }
    }

    /// The number at a place, whole or not.
    pub fn number(&self, x: f32) -> f32 {
        let value = self.axis.value(x, self.extent());
        match self.axis.measure() {
            Measure::Number => value.max(0.0),
            _ => self.reference.number(value),
        }
    }

    /// Where a partial's bar stands on the axis.
    pub fn value_of(&self, n: usize) -> f32 {
        match self.axis.measure() {
            Measure::Number => n as f32,
            _ => self.reference.bar_hz(n),
        }
    }

    /// The middle of a partial's bar; perhaps outside what is seen.
    pub fn middle(&self, n: usize) -> f32 {
        self.axis.x(self.value_of(n), self.extent())
    }

    /// How wide a partial's bar is.
    pub fn bar_width(&self, n: usize) -> f32 {
        let room = self.extent();
        match self.axis.measure() {
            Measure::Number => {
                let width = self.axis.x(2.0, room) - self.axis.x(1.0, room);
                (width - (width * 0.25).clamp(1.0, 6.0)).max(1.0)
            }
            _ => {
                let hz = self.reference.bar_hz(n);
                let next = hz + self.reference.bar_hz(1);
                let width = self.axis.x(next, room) - self.axis.x(hz, room);
                (width * 0.5).clamp(2.0, 12.0)
            }
        }
    }

    /// The partial whose bar is nearest to a place.
    pub fn partial(&self, x: f32) -> usize {
        let distance = |n: usize| (self.middle(n) - x).abs();
        (1..=self.layer.count())
            .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
            .unwrap_or(1)
    }

    /// The bars whose middles lie between two places, and those nearest to either.
    pub fn partials_between(&self, a: f32, b: f32) -> Vec<usize> {
        let (first, last) = (self.partial(a), self.partial(b));
        let (from, to) = (a.min(b), a.max(b));
        (1..=self.layer.count())
            .filter(|&n| n == first || n == last || (from..=to).contains(&self.middle(n)))
            .collect()
    }

    /// The height of a normalised value of the layer.
    pub fn height(&self, normalized: f32) -> f32 {
        height_in(self.plot, normalized)
    }

    /// The normalised value at a height.
    pub fn value(&self, y: f32) -> f32 {
        ((self.plot.bottom() - y) / self.plot.height()).clamp(0.0, 1.0)
    }

    /// Where the bar of partial `n` ends with this normalised value of the layer.
    pub fn bar_head(&self, n: usize, normalized: f32) -> f32 {
        let Some(bases_db) = &self.bases_db else {
            return self.height(self.layer.height(n, normalized));
        };
        let level_db = self.layer.param(n).range().plain(normalized);
        if level_db <= LEVEL_OFF_DB {
            return self.plot.bottom();
        }
        self.live_height(bases_db[n - 1] + level_db)
    }

    /// Where the bar of partial `n` begins.
    pub fn bar_foot(&self, n: usize) -> f32 {
        if self.has_heard_levels() {
            self.plot.bottom()
        } else {
            self.height(
                self.layer
                    .height(n, self.layer.param(n).default_normalized()),
            )
        }
    }

    /// The normalised value of the layer with which the bar of partial `n` ends nearest to a height.
    pub fn bar_value(&self, n: usize, y: f32) -> f32 {
        let value = self.value(y);
        match &self.bases_db {
            // At the foot it is off.
            Some(bases_db) if value > 0.0 => {
                let range = self.layer.param(n).range();
                range.normalized(self.live_db(y) - bases_db[n - 1])
            }
            _ => self.layer.normalized_at(n, value),
        }
    }

    /// The height of a level in dB of full scale, within the plot.
    pub fn live_height(&self, db: f32) -> f32 {
        live_height_in(self.plot, db)
    }

    /// The level in dB of full scale at a height.
    pub fn live_db(&self, y: f32) -> f32 {
        (1.0 - self.value(y)) * FLOOR_DB
    }

    /// The scale of levels in dB of full scale.
    pub fn live_scale(&self) -> HeightScale {
        HeightScale::within(self.plot, (FLOOR_DB, 0.0))
    }

    /// The scale of gains in dB: that of Level, whichever layer is shown.
    pub fn gain_scale(&self) -> HeightScale {
        HeightScale::within(self.plot, Layer::Level.param(1).range().ends())
    }

    /// The height of a gain in dB, on that scale.
    pub fn gain_height(&self, db: f32) -> f32 {
        self.gain_scale().height(db)
    }

    /// The gain in dB at a height, on that scale.
    pub fn gain_db(&self, y: f32) -> f32 {
        Layer::Level.param(1).range().plain(self.value(y))
    }

    /// Decibels for a point of height.
    pub fn db_per_point(&self) -> f32 {
        -FLOOR_DB / self.plot.height()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::model;
    use crate::synth::Snapshot;

    fn with_canvas(measure: Measure, look: impl FnOnce(&Canvas)) {
        let (model, _) = model();
        let reference = Reference::now(&model, &Snapshot::default());
        let axis = Axis::new(measure);
        let room = Rect::from_min_size(pos2(10.0, 20.0), vec2(900.0, 400.0));
        let names = NoteNames::default();
        let of = (&reference, &names);
        look(&Canvas::new(room, &axis, Layer::Level, of, true));
    }

    #[test]
    fn bars_are_found_where_they_stand() {
        for (measure, _) in Measure::ALL {
            with_canvas(measure, |canvas| {
                for n in 1..=EDITABLE_PARTIALS {
                    assert_eq!(canvas.partial(canvas.middle(n)), n);
                }
                assert_eq!(canvas.partial(-1e6), 1);
                assert_eq!(canvas.partial(1e6), EDITABLE_PARTIALS);
                let between = canvas.partials_between(canvas.middle(9), canvas.middle(5));
                assert_eq!(between, [5, 6, 7, 8, 9]);
                let hz = canvas.hz(300.0);
                assert!((canvas.x_of_hz(hz) - 300.0).abs() < 0.5, "{measure:?}");
            });
        }
    }

    #[test]
    fn one_grid_serves_bars_and_what_sounds() {
        with_canvas(Measure::Number, |canvas| {
            let twelve = canvas.gain_height(0.0) - canvas.gain_height(12.0);
            assert!((canvas.live_height(-12.0) - canvas.live_height(0.0) - twelve).abs() < 1e-3);
            assert!((twelve * canvas.db_per_point() - 12.0).abs() < 1e-3);
            assert_eq!(canvas.live_height(-300.0), canvas.plot.bottom());
            let scales = [canvas.live_scale(), canvas.gain_scale()];
            for (scale, (low_db, high_db)) in scales.into_iter().zip([(-96.0, 0.0), (-72.0, 24.0)])
            {
                let heights = [f32::NAN, -500.0, low_db, high_db, 500.0].map(|db| scale.height(db));
                let (top, bottom) = (canvas.plot.top(), canvas.plot.bottom());
                assert_eq!(heights, [bottom, bottom, bottom, top, top]);
            }
            let height = canvas.live_scale().height(-30.0);
            assert!((height - canvas.live_height(-30.0)).abs() < 1e-3);
            assert!((canvas.live_db(canvas.live_height(-30.0)) + 30.0).abs() < 1e-3);
            assert!((canvas.height(canvas.value(200.0)) - 200.0).abs() < 1e-3);
            let waterfall = canvas.waterfall.expect("a waterfall");
            assert!(waterfall.top() > canvas.plot.bottom());
            assert!(canvas.names.top() >= waterfall.bottom());
        });
    }
}
