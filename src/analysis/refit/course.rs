//! Partials on the grid of frames, as the fit sees them.

use crate::analysis::linking::Strand;

/// The grid on which partials have knots: one every `hop` samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Samples from one knot to the next, a multiple of 32.
    pub hop: usize,
    /// Segments between knots: the knots are 0 to this.
    pub segments: usize,
}

impl Grid {
    /// The grid that covers this many samples.
    pub fn new(hop: usize, samples: usize) -> Grid {
        Grid {
            hop,
            segments: samples.div_ceil(hop).max(1),
        }
    }

    /// How many samples the segments cover.
    pub fn samples(self) -> usize {
        self.hop * self.segments
    }
}

/// What is assumed of a decay before the first window that saw it, in nepers at most.
const LARGEST_GROWTH: f64 = 1.4;

/// A partial: amplitude is linear between knots, phase a cubic with the knots' frequencies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Number of the first knot.
    pub first: usize,
    /// The sample before which it is silent, inside its first segment; its first knot is free then.
    pub onset: Option<usize>,
    /// Whether its first knot is not held at 0.
    pub is_open_start: bool,
    /// Whether its last knot is not held at 0.
    pub is_open_end: bool,
    /// Phase of a cosine at each knot in turns, not wrapped.
    pub phases: Vec<f64>,
    /// Turns a sample at each knot.
    pub frequencies: Vec<f64>,
    /// Peak of the sine at each knot.
    pub amplitudes: Vec<f32>,
    /// Whether each knot is no breakpoint, but lies on the curves between those around it. Empty if all are breakpoints;
    /// the first and the last knot always are.
    pub is_between: Vec<bool>,
}

impl Course {
    /// How many knots.
    pub fn knots(&self) -> usize {
        self.phases.len()
    }

    /// The number of the last knot.
    pub fn last(&self) -> usize {
        self.first + self.knots() - 1
    }

    /// Whether a knot, counted from the first, is a breakpoint.
    pub fn is_breakpoint(&self, knot: usize) -> bool {
        self.is_between.get(knot) != Some(&true)
    }

    /// The knots that are breakpoints, counted from the first.
    pub fn breakpoints(&self) -> impl Iterator<Item = usize> {
        (0..self.knots()).filter(|knot| self.is_breakpoint(*knot))
    }

    /// Amplitude, phase and frequency at `knot` of the line and the cubic between the knots `before` and `after`.
    pub fn between(&self, before: usize, after: usize, knot: usize, hop: usize) -> (f64, f64, f64) {
        let [from, to] = [before, after].map(|knot| f64::from(self.amplitudes[knot]));
        let share = (knot - before) as f64 / (after - before) as f64;
        let x = ((knot - before) * hop) as f64;
        let [_, p1, p2, p3] = self.cubic_between(before, after, hop);
        let turns = self.phases[before] + x * (p1 + x * (p2 + x * p3));
        let frequency = p1 + x * (2.0 * p2 + x * 3.0 * p3);
        (from + share * (to - from), turns, frequency)
    }

    /// Puts the knots that are no breakpoints on the curves between those that are.
    pub fn interpolate(&mut self, hop: usize) {
        let breakpoints: Vec<usize> = self.breakpoints().collect();
        for pair in breakpoints.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            for knot in before + 1..after {
                let (amplitude, turns, frequency) = self.between(before, after, knot, hop);
                self.amplitudes[knot] = amplitude as f32;
                self.phases[knot] = turns;
                self.frequencies[knot] = frequency;
            }
        }
    }

    /// Whether the amplitude at this knot, counted from the first, may change.
    pub fn is_free(&self, knot: usize) -> bool {
        let is_held =
            (knot == 0 && !self.is_open_start) || (knot + 1 == self.knots() && !self.is_open_end);
        !is_held
    }

    /// Sum of half the squares of the amplitudes, times the hop: nearly the energy.
    pub fn energy(&self, hop: usize) -> f64 {
        let square = |a: &f32| f64::from(*a) * f64::from(*a);
        0.5 * hop as f64 * self.amplitudes.iter().map(square).sum::<f64>()
    }

    /// Phase at `knot` + `x` samples as a polynomial of x: the coefficients of 1, x, x², x³. The phase
    /// of the coefficient of 1 is within one turn.
    pub fn cubic(&self, knot: usize, hop: usize) -> [f64; 4] {
        self.cubic_between(knot, knot + 1, hop)
    }

    /// As [`Course::cubic`], from one knot to another.
    fn cubic_between(&self, before: usize, after: usize, hop: usize) -> [f64; 4] {
        let h = ((after - before) * hop) as f64;
        let (f0, f1) = (self.frequencies[before], self.frequencies[after]);
        let rest = self.phases[after] - self.phases[before] - f0 * h;
        let change = (f1 - f0) * h;
        [
            self.phases[before] - libm::floor(self.phases[before]),
            f0,
            (3.0 * rest - change) / (h * h),
            (change - 2.0 * rest) / (h * h * h),
        ]
    }

    /// The same partial with knots on a grid whose hop goes into that of its own: the same sound.
    pub fn closer(&self, from: Grid, to: Grid) -> Course {
        let ratio = from.hop / to.hop;
        let begin = match self.onset {
            Some(onset) => onset / to.hop,
            None => self.first * ratio,
        };
        let end = (self.last() * ratio).min(to.segments);
        let mut made = Course {
            first: begin,
            onset: self.onset,
            is_open_start: self.is_open_start,
            is_open_end: self.is_open_end,
            ..Course::default()
        };
        for knot in begin..=end {
            let place = (knot - self.first * ratio) / ratio;
            let segment = place.min(self.knots() - 2);
            let x = (knot - (self.first + segment) * ratio) as f64 * to.hop as f64;
            let [p0, p1, p2, p3] = self.cubic(segment, from.hop);
            let whole = libm::floor(self.phases[segment]);
            made.phases.push(whole + p0 + x * (p1 + x * (p2 + x * p3)));
            made.frequencies.push(p1 + x * (2.0 * p2 + x * 3.0 * p3));
            let share = x / from.hop as f64;
            let (a, b) = (
                f64::from(self.amplitudes[segment]),
                f64::from(self.amplitudes[segment + 1]),
            );
            made.amplitudes.push((a + share * (b - a)) as f32);
        }
        made
    }

    /// The same partial so many times as slow, at its own pitch; its hop is as many times as long.
    pub fn slower(&self, times: usize) -> Course {
        let start = self.phases[0];
        let phase = |phase: &f64| start + times as f64 * (phase - start);
        Course {
            onset: self.onset.map(|onset| times * onset),
            phases: self.phases.iter().map(phase).collect(),
            ..self.clone()
        }
    }

    /// The strand with a silent knot at either end, with its phases unwrapped (McAulay & Quatieri 1986).
    /// A strand that is born within `reach` samples of an onset begins with it. If `reaches_ends`, one goes on to the first
    /// sample that comes as near to it, and to the last knot if the knot after its last peak is as near to that: a window
    /// that is cut there sees too little of it.
    pub fn new(
        strand: &Strand,
        grid: Grid,
        onsets: &[usize],
        reach: usize,
        reaches_ends: bool,
    ) -> Option<Course> {
        let first = strand.first;
        let last = (first + strand.peaks.len() - 1).min(grid.segments);
        let (mut made, end) =
            Course::without_knots((first, last), grid, onsets, reach, reaches_ends);
        let (start, onset) = (made.first, made.onset);
        if end < start + 2 {
            return None;
        }
        let hop = grid.hop as f64;
        // Windows that the onset cuts see too little: the first whole one speaks for them.
        let whole = onset.map_or(first, |onset| (onset + reach).div_ceil(grid.hop));
        let whole = if whole <= last {
            whole.max(first)
        } else {
            first
        };
        for knot in start..=end {
            let near = knot.clamp(first, last);
            let peak = &strand.peaks[near - first];
            let away = (knot as f64 - near as f64) * hop;
            let phase = peak.phase_turns + away * peak.frequency_turns;
            let unwrapped = match (made.phases.last(), made.frequencies.last()) {
                (Some(before), Some(frequency)) => {
                    let advance = 0.5 * hop * (frequency + peak.frequency_turns);
                    let target = before + advance;
                    phase + libm::round(target - phase)
                }
                _ => phase,
            };
            let is_silent =
                (knot < first && !made.is_open_start) || (knot > last && !made.is_open_end);
            made.phases.push(unwrapped);
            made.frequencies.push(peak.frequency_turns);
            let seen = &strand.peaks[near.max(whole) - first];
            let before = (near.max(whole) as f64 - knot as f64).max(0.0) * hop;
            let grown = libm::exp((-before * seen.growth).clamp(0.0, LARGEST_GROWTH));
            made.amplitudes.push(if is_silent {
                0.0
            } else {
                peak.amplitude.max(seen.amplitude * grown) as f32
            });
        }
        Some(made)
    }

    /// The course of a strand whose peaks are of the frames `first` to `last`, without its knots, and the last of these.
    fn without_knots(
        (first, last): (usize, usize),
        grid: Grid,
        onsets: &[usize],
        reach: usize,
        reaches_ends: bool,
    ) -> (Course, usize) {
        let (onset, start) = match nearest(onsets, first * grid.hop, reach) {
            Some(onset) if last > onset / grid.hop + 1 => (Some(onset), onset / grid.hop),
            _ if reaches_ends && first * grid.hop <= reach => (None, 0),
            _ => (None, first.saturating_sub(1)),
        };
        let is_near_end = (last + 1) * grid.hop + reach >= grid.samples();
        let is_open_end = last == grid.segments || (reaches_ends && is_near_end);
        let end = match is_open_end {
            true => grid.segments,
            false => last + 1,
        };
        let course = Course {
            first: start,
            onset,
            is_open_start: onset.is_some() || first == 0 || (reaches_ends && start == 0),
            is_open_end,
            ..Course::default()
        };
        (course, end)
    }
}

/// The onset nearest to a sample, within `reach`.
fn nearest(onsets: &[usize], sample: usize, reach: usize) -> Option<usize> {
    let next = onsets.partition_point(|onset| *onset < sample);
    let candidates = onsets[next.saturating_sub(1)..].iter().take(2).copied();
    candidates
        .filter(|onset| onset.abs_diff(sample) <= reach)
        .min_by_key(|onset| onset.abs_diff(sample))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::peaks::Peak;

    #[test]
    fn what_comes_near_an_end_of_the_sound_goes_on_to_there() {
        let grid = Grid::new(128, 12_700);
        let peak = Peak {
            frequency_turns: 0.01,
            amplitude: 0.5,
            ..Peak::default()
        };
        let course = |frames: std::ops::RangeInclusive<usize>, reaches_ends: bool| {
            let strand = Strand {
                first: *frames.start(),
                peaks: vec![peak; frames.count()],
            };
            Course::new(&strand, grid, &[], 512, reaches_ends).expect("a course")
        };
        let whole = course(4..=95, true);
        assert_eq!((whole.first, whole.last()), (0, 100));
        assert!((0..=100).all(|knot| whole.is_free(knot) && whole.amplitudes[knot] == 0.5));
        for part in [course(5..=94, true), course(4..=95, false)] {
            assert!(!part.is_free(0) && !part.is_free(part.knots() - 1));
            assert!(part.amplitudes[0] == 0.0 && part.amplitudes[part.knots() - 1] == 0.0);
        }
    }

    #[test]
    fn a_course_on_a_finer_grid_sounds_the_same() {
        let (coarse, fine) = (Grid::new(256, 1_000), Grid::new(64, 1_000));
        let mut course = Course {
            first: 1,
            onset: Some(400),
            is_open_start: true,
            phases: vec![3.25, 12.5, 22.5, 31.0],
            amplitudes: vec![0.5, 0.7, 0.3, 0.0],
            ..Course::default()
        };
        crate::analysis::refit::fold::set_frequencies(&mut course, 256);
        let closer = course.closer(coarse, fine);
        // From the knot before the onset to the last of the grid, which is nearer to the end.
        assert_eq!((closer.first, closer.last()), (6, 16));
        let value = |course: &Course, hop: usize, at: usize| {
            let knot = (at / hop - course.first).min(course.knots() - 2);
            let x = (at - (course.first + knot) * hop) as f64;
            let [p0, p1, p2, p3] = course.cubic(knot, hop);
            let [a, b] = [0, 1].map(|next| f64::from(course.amplitudes[knot + next]));
            let turns = p0 + x * (p1 + x * (p2 + x * p3));
            (a + x / hop as f64 * (b - a)) * libm::cos(std::f64::consts::TAU * turns)
        };
        for at in 400..1_000 {
            let apart = value(&course, 256, at) - value(&closer, 64, at);
            assert!(apart.abs() < 1e-6, "{at}: {apart}");
        }
    }
}
