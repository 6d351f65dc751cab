//! What is solved at a time: the segments of some knots, with the values there.

use std::ops::Range;

use super::course::Course;
use super::kernel::{Piece, Value};

/// Knots and segments of one step.
pub(super) struct FitStep {
    /// The segments.
    pub(super) segments: Range<usize>,
    /// The pieces of each segment are those between two of these.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
    /// Whose knots the values are: the course, its knot, and whether it may change.
    pub(super) owners: Vec<(u32, u32, bool)>,
    /// Values that lie on the line between two others.
    ties: Vec<Tie>,
    /// For each value, 1 over the segments to the farther of the breakpoints beside it.
    scales: Vec<f32>,
}

/// A value between two others.
struct Tie {
    at: usize,
    before: usize,
    after: usize,
    /// Where it is between them, 0 to 1.
    share: f32,
}

impl FitStep {
    /// The pieces of these segments of `hop` samples, of partials that end before the sample `end`; knots in `free` may
    /// change.
    pub(super) fn new(
        courses: &[Course],
        (hop, end): (usize, usize),
        segments: Range<usize>,
        free: Range<usize>,
    ) -> FitStep {
        let (mut owners, mut ties, mut scales) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_segment: Vec<(usize, Piece)> = Vec::new();
        for (index, course) in courses.iter().enumerate() {
            let from = course.first.max(segments.start);
            let to = course.last().min(segments.end);
            if from >= to {
                continue;
            }
            let slot = owners.len();
            let knots = from - course.first..to - course.first + 1;
            let breakpoints = || knots.clone().filter(|knot| course.is_breakpoint(*knot));
            scales.resize(slot + knots.len(), 0.0);
            for (before, after) in breakpoints().zip(breakpoints().skip(1)) {
                for knot in [before, after] {
                    let apart = &mut scales[slot + knot - knots.start];
                    *apart = f32::max(*apart, (after - before) as f32);
                }
                ties.extend((before + 1..after).map(|knot| Tie {
                    at: slot + knot - knots.start,
                    before: slot + before - knots.start,
                    after: slot + after - knots.start,
                    share: (knot - before) as f32 / (after - before) as f32,
                }));
            }
            for knot_number in from..=to {
                let knot = knot_number - course.first;
                if knot_number < to {
                    let start = match (knot, course.onset) {
                        (0, Some(onset)) => onset - knot_number * hop,
                        _ => 0,
                    };
                    by_segment.push((
                        knot_number - segments.start,
                        Piece {
                            cubic: course.cubic(knot, hop),
                            start,
                            end: end.saturating_sub(knot_number * hop),
                            slot: owners.len(),
                        },
                    ));
                }
                let is_free = free.contains(&knot_number) && course.is_free(knot);
                owners.push((index as u32, knot as u32, is_free));
            }
        }
        for scale in &mut scales {
            *scale = if *scale > 0.0 { 1.0 / *scale } else { 1.0 };
        }
        let (starts, pieces) = sorted(by_segment, segments.len());
        FitStep {
            segments,
            starts,
            pieces,
            owners,
            ties,
            scales,
        }
    }

    /// Puts values that lie between others on the line.
    pub(super) fn interpolate(&self, values: &mut [Value]) {
        for tie in &self.ties {
            let (from, to) = (values[tie.before], values[tie.after]);
            values[tie.at] = Value {
                re: from.re + tie.share * (to.re - from.re),
                im: from.im + tie.share * (to.im - from.im),
            };
        }
    }

    /// The gradient by how much each value weighs: breakpoints that are far apart weigh more, and would else be found
    /// before the others.
    pub(super) fn scaled(&self, gradient: &[Value]) -> Vec<Value> {
        let scaled = |(value, scale): (&Value, &f32)| Value {
            re: scale * value.re,
            im: scale * value.im,
        };
        gradient.iter().zip(&self.scales).map(scaled).collect()
    }

    /// Clears what may not change: values of knots that are held, and imaginary parts unless values are complex. What is
    /// of knots between others goes to these, as the adjoint of [`FitStep::interpolate`].
    pub(super) fn hold(&self, values: &mut [Value], is_complex: bool) {
        for tie in &self.ties {
            let own = std::mem::take(&mut values[tie.at]);
            for (at, share) in [(tie.before, 1.0 - tie.share), (tie.after, tie.share)] {
                values[at].re += share * own.re;
                values[at].im += share * own.im;
            }
        }
        for (value, (_, _, is_free)) in values.iter_mut().zip(&self.owners) {
            if !is_free {
                value.re = 0.0;
            }
            if !(*is_free && is_complex) {
                value.im = 0.0;
            }
        }
    }

    /// The pieces of one segment.
    pub(super) fn of(&self, segment: usize) -> &[Piece] {
        &self.pieces[self.starts[segment]..self.starts[segment + 1]]
    }
}

/// The pieces by segments, within one in the order of the courses, and where those of each begin.
fn sorted(by_segment: Vec<(usize, Piece)>, segments: usize) -> (Vec<usize>, Vec<Piece>) {
    let mut starts = vec![0; segments + 1];
    for (segment, _) in &by_segment {
        starts[segment + 1] += 1;
    }
    for segment in 0..segments {
        starts[segment + 1] += starts[segment];
    }
    let mut pieces = vec![Piece::default(); by_segment.len()];
    let mut next = starts.clone();
    for (segment, piece) in by_segment {
        pieces[next[segment]] = piece;
        next[segment] += 1;
    }
    (starts, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::white_noise;

    #[test]
    fn what_is_held_is_the_adjoint_of_what_is_interpolated() {
        let course = Course {
            first: 1,
            is_open_start: true,
            is_open_end: true,
            phases: (0..10).map(f64::from).collect(),
            frequencies: vec![1.0 / 64.0; 10],
            amplitudes: vec![0.1; 10],
            is_between: (0..10).map(|knot| ![0, 3, 7, 9].contains(&knot)).collect(),
            ..Course::default()
        };
        // It is held at the first of the knots that the step sees, which is after its own first.
        let step = FitStep::new(&[course], (64, usize::MAX), 3..10, 4..11);
        let noise = |seed: u64| -> Vec<Value> {
            let pairs = white_noise(seed, 2 * step.owners.len());
            let value = |pair: &[f32]| Value {
                re: pair[0],
                im: pair[1],
            };
            pairs.chunks(2).map(value).collect()
        };
        let dot = |a: &[Value], b: &[Value]| -> f32 {
            a.iter()
                .zip(b)
                .map(|(a, b)| a.re * b.re + a.im * b.im)
                .sum()
        };
        let (mut from, to) = (noise(1), noise(2));
        // The step begins between breakpoints: what is there is not of it.
        from[0] = Value::default();
        for (at, value) in from.iter_mut().enumerate() {
            if ![1, 5, 7].contains(&at) {
                *value = Value::default();
            }
        }
        let mut interpolated = from.clone();
        step.interpolate(&mut interpolated);
        let mut held = to.clone();
        step.hold(&mut held, true);
        let (there, back) = (dot(&interpolated, &to), dot(&from, &held));
        assert!(
            (there - back).abs() < 1e-5 * there.abs().max(1.0),
            "{there} {back}"
        );
        assert!(interpolated[3].re != 0.0 && held[3] == Value::default());
    }
}
