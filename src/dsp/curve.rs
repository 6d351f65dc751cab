//! The curve: points that straight or bent lines join, as a pure function of time.
//!
//! A line is bent as [`Bend`] says, and rests at both ends of the curve. Points at one time are a jump:
//! from that time on the level is that of the last of them. A point before the one ahead of it counts as
//! at the time of that one. The line of a time is found without a branch, so that many times can be
//! worked out in vectors.

use super::bend::Bend;
use super::maths::{at_least, at_most};

/// The most points of a curve.
pub const POINTS: usize = 16;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Where it is on the time axis, 0 or more.
    pub time: f32,
    /// How high it is, −1 to 1.
    pub level: f32,
    /// How the line that leads to it is bent, −1 to 1; of the first point without meaning.
    pub bend: f32,
}

/// A curve, prepared. Line k leads from point k to the next, both counted from 0; that of the last point
/// goes on for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// How many points there are, at least 1.
    count: usize,
    /// When each line begins; infinite for lines that are missing.
    start: [f32; POINTS],
    /// 1 over how long each lasts; 0 for one that lasts for ever or no time.
    pace: [f32; POINTS],
    /// Level at its start.
    from: [f32; POINTS],
    /// Level at its end.
    to: [f32; POINTS],
    bend: [Bend; POINTS],
}

impl Default for Curve {
    /// 0 at all times.
    fn default() -> Curve {
        Curve {
            count: 1,
            start: std::array::from_fn(|line| if line == 0 { 0.0 } else { f32::INFINITY }),
            pace: [0.0; POINTS],
            from: [0.0; POINTS],
            to: [0.0; POINTS],
            bend: [Bend::STRAIGHT; POINTS],
        }
    }
}

impl Curve {
    /// A curve through these points; those past the [`POINTS`]th are left out. Without points it is 0 at all
    /// times.
    pub fn new(points: &[CurvePoint]) -> Curve {
        let points = &points[..points.len().min(POINTS)];
        let mut curve = Curve {
            count: points.len().max(1),
            ..Curve::default()
        };
        let mut time = 0.0;
        for (line, point) in points.iter().enumerate() {
            time = point.time.max(time);
            curve.start[line] = time;
            curve.from[line] = point.level;
            curve.to[line] = point.level;
            if let Some(next) = points.get(line + 1) {
                curve.pace[line] = pace(next.time - time);
                curve.to[line] = next.level;
                curve.bend[line] = Bend::new(next.bend);
            }
        }
        curve
    }

    /// The curve with its points at these times, as many as it has points.
    pub fn at_times(mut self, times: &[f32]) -> Curve {
        let mut time = 0.0;
        for (line, &own) in times.iter().take(self.count).enumerate() {
            time = own.max(time);
            self.start[line] = time;
            if let Some(next) = times.get(line + 1).filter(|_| line < self.last()) {
                self.pace[line] = pace(next - time);
            }
        }
        self
    }

    /// The curve with the point of this index at this level.
    pub fn with_level(mut self, point: usize, level: f32) -> Curve {
        let point = point.min(self.last());
        self.from[point] = level;
        if let Some(line) = point.checked_sub(1) {
            self.to[line] = level;
        }
        if point == self.last() {
            self.to[point] = level;
        }
        self
    }

    /// The curve with another bend of the line of this index.
    pub fn with_bend(mut self, line: usize, bend: f32) -> Curve {
        self.bend[line.min(POINTS - 1)] = Bend::new(bend);
        self
    }

    /// When the last point is.
    pub fn length(&self) -> f32 {
        self.start[self.count - 1]
    }

    /// When the point of this index is; past the last, when that is.
    pub fn time_of(&self, point: usize) -> f32 {
        self.start[point.min(self.count - 1)]
    }

    /// The index of the last point.
    pub fn last(&self) -> usize {
        self.count - 1
    }

    /// The level that leads to the point of this index.
    pub fn level_before(&self, point: usize) -> f32 {
        match point.checked_sub(1) {
            Some(line) => self.to[line.min(self.last())],
            None => self.from[0],
        }
    }

    /// The level at a time, −1 to 1.
    #[inline(always)]
    pub fn level(&self, time: f32) -> f32 {
        self.level_from(time, u32::MAX, 0.0)
    }

    /// The level at a time if the line of index `line` begins at another level than its own.
    #[inline(always)]
    pub fn level_from(&self, time: f32, line: u32, level: f32) -> f32 {
        let own = |index: usize| match index as u32 == line {
            true => level,
            false => self.from[index],
        };
        let (mut start, mut pace, mut bend) = (self.start[0], self.pace[0], self.bend[0]);
        let (mut from, mut to) = (own(0), self.to[0]);
        for index in 1..POINTS {
            let is_there = time >= self.start[index];
            start = if is_there { self.start[index] } else { start };
            pace = if is_there { self.pace[index] } else { pace };
            bend = if is_there { self.bend[index] } else { bend };
            from = if is_there { own(index) } else { from };
            to = if is_there { self.to[index] } else { to };
        }
        let way = bend.at(at_least(at_most((time - start) * pace, 1.0), 0.0));
        from + (to - from) * way
    }

    /// Whether it jumps after one time and not after a later one.
    pub fn jumps_between(&self, from: f32, to: f32) -> bool {
        (1..self.count).any(|point| {
            let line = point - 1;
            let is_jump = self.pace[line] == 0.0 && self.from[line] != self.to[line];
            is_jump && from < self.start[point] && self.start[point] <= to
        })
    }

    /// Whether it jumps at all after its start.
    pub fn has_jumps(&self) -> bool {
        self.jumps_between(0.0, f32::MAX)
    }
}

/// The part of a line that passes in a unit of time, for a line that lasts `lasts`; 0 for a jump.
fn pace(lasts: f32) -> f32 {
    // One over a denormal number may be infinite.
    let is_jump = lasts < f32::MIN_POSITIVE;
    if is_jump { 0.0 } else { 1.0 / lasts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::envelope::shaped;
    use crate::dsp::random;

    fn point(time: f32, level: f32, bend: f32) -> CurvePoint {
        CurvePoint { time, level, bend }
    }

    /// The level by the definition: the last line that has begun, bent in `f64`.
    fn expected(points: &[CurvePoint], time: f64) -> f64 {
        let mut times: Vec<f64> = points.iter().map(|point| f64::from(point.time)).collect();
        for index in 1..times.len() {
            times[index] = times[index].max(times[index - 1]);
        }
        let level = |index: usize| f64::from(points[index].level);
        let Some(line) = times.iter().rposition(|&start| start <= time) else {
            return level(0);
        };
        let Some(next) = points.get(line + 1) else {
            return level(line);
        };
        let way = (time - times[line]) / (times[line + 1] - times[line]);
        let way = f64::from(shaped(way, next.bend));
        level(line) + (level(line + 1) - level(line)) * way
    }

    #[test]
    fn lines_join_the_points_as_defined() {
        for seed in 0..300 {
            let number = |place: u64| 0.5 + 0.5 * random::bipolar(seed, place) as f32;
            let count = 1 + (number(0) * POINTS as f32) as usize;
            let points: Vec<CurvePoint> = (0..count as u64)
                .map(|index| {
                    let [time, level, bend] = [1, 2, 3].map(|part| number(100 * index + part));
                    // A bend this slight counts as none.
                    let bend = 2.0 * bend - 1.0;
                    let bend = if bend.abs() < 0.01 { 0.0 } else { bend };
                    point(time * 3.0 * index as f32, 2.0 * level - 1.0, bend)
                })
                .collect();
            let curve = Curve::new(&points);
            for place in 0..1_000 {
                let time = f64::from(place as f32 * 0.05);
                let got = f64::from(curve.level(time as f32));
                // A steep line goes far within the precision of an `f32` time.
                let [wanted, before, after] =
                    [0.0, -1e-5, 1e-5].map(|beside| expected(&points, time + beside));
                let steep = (after - before).abs();
                assert!(
                    (got - wanted).abs() < 1e-5 + steep,
                    "{seed} {time}: {got} {wanted}"
                );
            }
        }
    }

    #[test]
    fn points_are_met_exactly_and_jumps_are_steep() {
        let points = [
            point(0.0, -1.0, 0.0),
            point(1.0, 0.5, 0.7),
            point(1.0, -0.5, 0.0),
            point(2.5, 1.0, -0.9),
        ];
        let curve = Curve::new(&points);
        assert_eq!(curve.length(), 2.5);
        for (time, level) in [(0.0, -1.0), (1.0, -0.5), (2.5, 1.0), (60.0, 1.0)] {
            assert_eq!(curve.level(time), level, "{time}");
        }
        assert!((curve.level(0.999_99) - 0.5).abs() < 1e-3);
        assert!(curve.has_jumps());
        assert!(curve.jumps_between(0.9, 1.0) && !curve.jumps_between(1.0, 2.0));
        assert!(!Curve::new(&points[2..]).has_jumps());
    }

    #[test]
    fn a_line_may_begin_at_another_level() {
        let points = [
            point(0.0, 0.0, 0.0),
            point(1.0, 1.0, 0.0),
            point(3.0, 0.0, 0.0),
        ];
        let curve = Curve::new(&points);
        assert_eq!(curve.level_from(1.0, 1, -0.5), -0.5);
        assert_eq!(curve.level_from(2.0, 1, -0.5), -0.25);
        assert_eq!(curve.level_from(3.0, 1, -0.5), 0.0);
        assert_eq!(curve.level_from(0.5, 1, -0.5), 0.5);
        // The last has nowhere to go.
        assert_eq!(curve.level_from(9.0, 2, 0.25), 0.25);
    }

    #[test]
    fn times_levels_and_bends_can_be_set_anew() {
        let points = |times: [f32; 3], level, bend| {
            [
                point(times[0], 0.25, 0.0),
                point(times[1], level, bend),
                point(times[2], -0.5, 0.3),
            ]
        };
        let curve = Curve::new(&points([0.0, 1.0, 1.5], 0.75, 0.0));
        for (times, level, bend) in [
            ([0.0, 2.0, 7.0], -0.25, 0.6),
            ([0.5, 0.5, 0.5], 1.0, -0.2),
            ([0.0, 3.0, 2.0], 0.0, 0.0),
        ] {
            let set = curve
                .at_times(&times)
                .with_level(1, level)
                .with_bend(0, bend);
            assert_eq!(set, Curve::new(&points(times, level, bend)), "{times:?}");
        }
        let last = Curve::new(&points([0.0, 1.0, 1.5], 0.75, 0.0)).with_level(2, 0.125);
        assert_eq!([1.5, 9.0].map(|time| last.level(time)), [0.125; 2]);
    }

    #[test]
    fn no_point_is_silence_and_one_is_a_constant() {
        assert_eq!(Curve::new(&[]), Curve::default());
        assert_eq!(Curve::default().level(3.0), 0.0);
        let curve = Curve::new(&[point(2.0, 0.25, 1.0)]);
        assert_eq!([0.0, 2.0, 9.0].map(|time| curve.level(time)), [0.25; 3]);
        assert!(!curve.has_jumps());
    }
}
