//! The phase of a partial between its breakpoints.
//!
//! Where both ends of a segment have a phase, the phase in between is the cubic that meets phases
//! and frequencies at both ends, with the whole turns that make it smoothest (McAulay & Quatieri
//! 1986, IEEE ASSP 34(4), equations 30–37). Otherwise the frequency is linear in between and its
//! integral is the phase.

use super::{Breakpoint, Track};

/// The phase of one segment as a polynomial of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhaseCurve {
    /// Turns, turns a second, …; of the time since the segment's start.
    coefficients: [f64; 4],
    /// Duration in seconds.
    duration_s: f64,
}

impl PhaseCurve {
    /// The curve between two breakpoints; `start_turns` is the phase at `a`, used where `a` has none
    /// of its own.
    pub fn between(a: &Breakpoint, b: &Breakpoint, start_turns: f64) -> PhaseCurve {
        let duration_s = b.time_s - a.time_s;
        let (from_hz, to_hz) = (a.frequency_hz, b.frequency_hz);
        let start = a.phase_turns.unwrap_or(start_turns);
        let straight = 0.5 * (from_hz + to_hz) * duration_s;
        let advance = match b.phase_turns {
            Some(end) => end - start + (straight - (end - start)).round(),
            None => straight,
        };
        // Phase and frequency at both ends give the two highest coefficients.
        let excess = advance - from_hz * duration_s;
        let change = (to_hz - from_hz) * duration_s;
        let (square, cube) = if duration_s > 0.0 {
            (
                (3.0 * excess - change) / (duration_s * duration_s),
                (change - 2.0 * excess) / (duration_s * duration_s * duration_s),
            )
        } else {
            (0.0, 0.0)
        };
        PhaseCurve {
            coefficients: [start, from_hz, square, cube],
            duration_s,
        }
    }

    /// Phase in turns, not wrapped, `time_s` seconds after the segment's start.
    pub fn turns(&self, time_s: f64) -> f64 {
        let [start, frequency_hz, square, cube] = self.coefficients;
        start + time_s * (frequency_hz + time_s * (square + time_s * cube))
    }

    /// Frequency `time_s` seconds after the segment's start.
    pub fn frequency_hz(&self, time_s: f64) -> f64 {
        let [_, frequency_hz, square, cube] = self.coefficients;
        frequency_hz + time_s * (2.0 * square + 3.0 * time_s * cube)
    }

    /// Phase at the segment's end, not wrapped.
    pub fn end_turns(&self) -> f64 {
        self.turns(self.duration_s)
    }
}

impl Track {
    /// Phase in turns at each breakpoint, not wrapped: the first that is known, in its own cycle,
    /// and from there both ways as the curves go; from 0 at the start where none is known.
    pub fn unwrapped_turns(&self) -> Vec<f64> {
        let points = &self.breakpoints;
        let known = points.iter().position(|point| point.phase_turns.is_some());
        let first = known.unwrap_or(0);
        let mut turns = vec![0.0; points.len()];
        let Some(at_first) = points.get(first) else {
            return turns;
        };
        turns[first] = at_first.phase_turns.unwrap_or(0.0);
        for place in first + 1..points.len() {
            let before = Breakpoint {
                phase_turns: Some(turns[place - 1]),
                ..points[place - 1]
            };
            turns[place] = PhaseCurve::between(&before, &points[place], 0.0).end_turns();
        }
        for place in (0..first).rev() {
            let (a, b) = (&points[place], &points[place + 1]);
            let advance = 0.5 * (a.frequency_hz + b.frequency_hz) * (b.time_s - a.time_s);
            turns[place] = turns[place + 1] - advance;
        }
        turns
    }
}

/// The slopes at the knots of the natural cubic spline through them, which is the smoothest curve
/// through them, from the width of each segment, above 0, and its mean slope: for phases, the mean
/// frequency. One more than there are segments; of none, none.
///
/// A first segment that is narrower than the second is taken as the end of one as wide, at whose start
/// the curve is straight: so begins a partial at an onset between two frames.
///
/// A slope depends on the means around it ever less with distance, by about 0.27 a segment: for even
/// widths it is nearly 0.634·(b + c) − 0.134·(a + d) of the two means before it and the two after.
pub fn spline_slopes(widths: &[f64], means: &[f64]) -> Vec<f64> {
    let count = widths.len().min(means.len());
    if count == 0 {
        return Vec::new();
    }
    // Rows of the tridiagonal system, divided by their diagonals after elimination.
    let mut rows: Vec<(f64, f64)> = Vec::with_capacity(count + 1);
    let inverse = |segment: usize| 1.0 / widths[segment];
    for knot in 0..=count {
        let (mut diagonal, mut sum) = (0.0, 0.0);
        if knot > 0 {
            let (above, before) = rows[knot - 1];
            diagonal += inverse(knot - 1) * (2.0 - above);
            sum += inverse(knot - 1) * (3.0 * means[knot - 1] - before);
        }
        let mut right = if knot < count { inverse(knot) } else { 0.0 };
        if knot < count {
            diagonal += 2.0 * right;
            sum += 3.0 * right * means[knot];
        }
        if knot == 0 && count > 1 {
            // Second derivative at the first knot, as a share of that at the second.
            let bend = (1.0 - widths[0] / widths[1]).max(0.0);
            diagonal *= 1.0 + 0.5 * bend;
            sum *= 1.0 + bend;
            right *= 1.0 + 2.0 * bend;
        }
        rows.push((right / diagonal, sum / diagonal));
    }
    let mut slopes = vec![0.0; count + 1];
    let mut next = 0.0;
    for (knot, (above, sum)) in rows.into_iter().enumerate().rev() {
        next = sum - above * next;
        slopes[knot] = next;
    }
    slopes
}

/// Goes along a track; its times must ascend.
pub(crate) struct TrackCursor<'a> {
    track: &'a Track,
    turns: Vec<f64>,
    /// The segment that the last time was in.
    place: usize,
}

impl<'a> TrackCursor<'a> {
    pub(crate) fn new(track: &'a Track) -> TrackCursor<'a> {
        TrackCursor {
            track,
            turns: track.unwrapped_turns(),
            place: 0,
        }
    }

    /// The partial at a time, its phase not wrapped and integrated where none is known; outside of
    /// the track the nearer end, its phase moved on by its frequency. The track has a breakpoint.
    pub(crate) fn at(&mut self, time_s: f64) -> Breakpoint {
        let points = &self.track.breakpoints;
        while self.place + 1 < points.len() && points[self.place + 1].time_s <= time_s {
            self.place += 1;
        }
        let a = points[self.place].with_phase(self.turns[self.place]);
        let since_s = time_s - a.time_s;
        let Some(b) = points.get(self.place + 1).filter(|_| since_s >= 0.0) else {
            let turns = self.turns[self.place] + since_s * a.frequency_hz;
            return Breakpoint { time_s, ..a }.with_phase(turns);
        };
        if since_s == 0.0 {
            return a;
        }
        let b = b.with_phase(self.turns[self.place + 1]);
        let curve = PhaseCurve::between(&a, &b, 0.0);
        let u = since_s / (b.time_s - a.time_s);
        let mix = |from: f64, to: f64| from + u * (to - from);
        // The cubic overshoots where phases and frequencies disagree.
        let (low, high) = (
            0.5 * a.frequency_hz.min(b.frequency_hz),
            2.0 * a.frequency_hz.max(b.frequency_hz),
        );
        Breakpoint {
            time_s,
            frequency_hz: curve.frequency_hz(since_s).clamp(low, high),
            amplitude: mix(a.amplitude, b.amplitude),
            phase_turns: Some(curve.turns(since_s)),
            bandwidth: mix(a.bandwidth, b.bandwidth),
            pan: mix(a.pan, b.pan),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meets_phases_and_frequencies_at_both_ends() {
        let a = Breakpoint::new(1.0, 440.0, 0.5).with_phase(0.25);
        let b = Breakpoint::new(1.01, 452.0, 0.5).with_phase(0.9);
        let curve = PhaseCurve::between(&a, &b, 7.0);
        assert!((curve.turns(0.0) - 0.25).abs() < 1e-12);
        assert!((curve.frequency_hz(0.0) - 440.0).abs() < 1e-9);
        assert!((curve.frequency_hz(0.01) - 452.0).abs() < 1e-9);
        // The trapezoid of the frequencies says 4.46 turns; 4.65 is the nearest that ends at 0.9.
        assert!((curve.end_turns() - 4.9).abs() < 1e-12);
    }

    /// Second derivatives at both ends of each segment.
    fn bends(widths: &[f64], means: &[f64]) -> Vec<(f64, f64)> {
        let slopes = spline_slopes(widths, means);
        assert_eq!(slopes.len(), widths.len() + 1);
        let bend = |k: usize| {
            let (a, b, mean) = (slopes[k], slopes[k + 1], means[k]);
            let start = (6.0 * mean - 4.0 * a - 2.0 * b) / widths[k];
            (start, (2.0 * a + 4.0 * b - 6.0 * mean) / widths[k])
        };
        (0..widths.len()).map(bend).collect()
    }

    #[test]
    fn splines_are_smooth_and_natural() {
        let (widths, means) = ([0.5, 0.1, 1.4, 1.5], [3.0, -2.0, 5.0, 7.0]);
        let found = bends(&widths, &means);
        assert!(found[0].0.abs() < 1e-9 && found[3].1.abs() < 1e-9);
        for pair in found.windows(2) {
            assert!((pair[0].1 - pair[1].0).abs() < 1e-9, "{found:?}");
        }
        assert_eq!(spline_slopes(&[2.0], &[7.0]), [7.0, 7.0]);
        assert!(spline_slopes(&[], &[]).is_empty());
        let means = [0., 0., 0., 0., 1., 2., 4., 3., 0., 0., 0., 0.];
        let middle = spline_slopes(&[1.0; 12], &means)[6];
        assert!((middle - (0.634 * 6.0 - 0.134 * 4.0)).abs() < 0.15);
    }

    #[test]
    fn a_narrow_first_segment_is_the_end_of_a_wide_one() {
        let whole = ([1.0; 5], [3.0, -2.0, 5.0, 7.0, 1.0]);
        let slopes = spline_slopes(&whole.0, &whole.1);
        // The first segment's cubic from 0.7 on.
        let (a, b, mean) = (slopes[0], slopes[1], whole.1[0]);
        let cubic = |x: f64| {
            let (square, cube) = (3.0 * mean - 2.0 * a - b, a + b - 2.0 * mean);
            let value = x * (a + x * (square + x * cube));
            (value, a + x * (2.0 * square + 3.0 * x * cube))
        };
        let (value, slope) = cubic(0.7);
        let mut cut = whole;
        cut.0[0] = 0.3;
        cut.1[0] = (cubic(1.0).0 - value) / 0.3;
        let found = spline_slopes(&cut.0, &cut.1);
        assert!((found[0] - slope).abs() < 1e-9, "{found:?} {slope}");
        for (found, expected) in found.iter().zip(&slopes).skip(1) {
            assert!((found - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn integrates_frequency_where_no_phase_is_known() {
        let a = Breakpoint::new(0.0, 100.0, 1.0);
        let b = Breakpoint::new(0.5, 200.0, 1.0);
        let curve = PhaseCurve::between(&a, &b, 0.125);
        assert!((curve.end_turns() - 75.125).abs() < 1e-12);
        assert!((curve.frequency_hz(0.25) - 150.0).abs() < 1e-9);
        assert!((curve.turns(0.25) - (0.125 + 25.0 + 0.25 * 25.0)).abs() < 1e-12);
    }

    #[test]
    fn phases_go_both_ways_from_the_first_that_is_known() {
        let track = Track {
            label: None,
            breakpoints: vec![
                Breakpoint::new(0.0, 100.0, 1.0),
                Breakpoint::new(0.1, 100.0, 0.5).with_phase(0.5),
                Breakpoint::new(0.2, 100.0, 0.5),
                Breakpoint::new(0.3, 100.0, 0.25).with_phase(0.6),
            ],
        };
        let turns = track.unwrapped_turns();
        for (found, expected) in turns.iter().zip([-9.5, 0.5, 10.5, 20.6]) {
            assert!((found - expected).abs() < 1e-9, "{turns:?}");
        }
        let mut cursor = TrackCursor::new(&track);
        let before = cursor.at(-0.01);
        assert!((before.phase_turns.expect("a phase") + 10.5).abs() < 1e-9);
        let between = cursor.at(0.05);
        assert!((between.amplitude - 0.75).abs() < 1e-12);
        assert!((between.phase_turns.expect("a phase") + 4.5).abs() < 1e-9);
        let after = cursor.at(0.4);
        assert!((after.phase_turns.expect("a phase") - 30.6).abs() < 1e-9);
        assert_eq!(after.amplitude, 0.25);
    }
}
