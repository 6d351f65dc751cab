//! Which knots of a musical fit are breakpoints.
//!
//! Knots are close, so that vibrato and attacks are fitted, but most partials are even at most times. So the knots of
//! each partial are divided into blocks of [`BLOCK`], and in each of these every knot is a breakpoint, or every second,
//! fourth or eighth. The others lie on the line of amplitudes and the cubic of phases between them
//! ([`Course::interpolate`]), and what follows of the fit holds them there.
//!
//! A choice costs the energy by which it moves the partial at its knots, and λ for each breakpoint. The choices that are
//! the cheapest for one λ move all partials together by the least energy that so many breakpoints can (Lagrange), so λ is
//! all that is searched for. No choice moves a partial by much of its own energy in the block, however weak it is: what
//! is weak is not lost.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::refit::course::{Course, Grid};
use crate::cancelled::Cancelled;

/// Knots of a block, of the grid's.
pub const BLOCK: usize = 8;
/// Every which knot of a block is a breakpoint.
const STRIDES: [usize; 4] = [1, 2, 4, 8];
/// Halvings of the range of λ, 10¹⁵ to 1, on a logarithmic scale.
const HALVINGS: usize = 50;
const LEAST_LAMBDA: f64 = 1e-15;

/// Which breakpoints are kept.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// As few as can be while all partials together are moved by this energy at most.
    Moving(f64),
    /// So many at most, if that is possible.
    AtMost(usize),
}

impl Keep {
    /// The share of its own energy in a block that a partial is moved by at most.
    fn most_of_own(self) -> f64 {
        match self {
            Keep::Moving(_) => 0.05,
            Keep::AtMost(_) => 0.25,
        }
    }
}

/// What the choices for one block cost.
struct Costs {
    breakpoints: [u8; STRIDES.len()],
    /// Infinite where it is too much.
    moved: [f32; STRIDES.len()],
}

/// Chooses the breakpoints of the courses.
///
/// # Errors
/// If it is cancelled.
pub fn choose(
    courses: &mut [Course],
    grid: Grid,
    keep: Keep,
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    let mut blocks = Vec::new();
    for course in courses.iter() {
        Cancelled::check(is_cancelled)?;
        let costs = |block| Costs::of(course, block, grid.hop, keep.most_of_own());
        blocks.extend(blocks_of(course).map(costs));
    }
    let is_low = |lambda: f64| {
        let choices = blocks.iter().map(|costs| (costs, costs.cheapest(lambda)));
        match keep {
            Keep::Moving(most) => {
                let moved = choices.map(|(costs, choice)| f64::from(costs.moved[choice]));
                moved.sum::<f64>() <= most
            }
            Keep::AtMost(most) => {
                let kept = choices.map(|(costs, choice)| usize::from(costs.breakpoints[choice]));
                kept.sum::<usize>() > most
            }
        }
    };
    let all: f64 = courses.iter().map(|course| course.energy(grid.hop)).sum();
    let (mut low, mut high) = (LEAST_LAMBDA * all, all);
    for _ in 0..HALVINGS {
        Cancelled::check(is_cancelled)?;
        let middle = libm::sqrt(low * high);
        match is_low(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    // The side that is within the limit.
    let lambda = match keep {
        Keep::Moving(_) => low,
        Keep::AtMost(_) => high,
    };
    let mut strides = blocks.iter().map(|costs| STRIDES[costs.cheapest(lambda)]);
    for course in courses.iter_mut() {
        Cancelled::check(is_cancelled)?;
        let mut is_between = vec![false; course.knots()];
        for (from, to) in blocks_of(course) {
            let stride = strides.next().unwrap_or(1);
            for knot in from..to {
                is_between[knot - course.first] = !is_breakpoint(course, knot, stride);
            }
        }
        course.is_between = is_between;
        course.interpolate(grid.hop);
    }
    Ok(())
}

/// The blocks of a course: of each the first knot of the grid and the one after the last.
fn blocks_of(course: &Course) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (first, end) = (course.first, course.last() + 1);
    (first / BLOCK..end.div_ceil(BLOCK))
        .map(move |block| ((block * BLOCK).max(first), ((block + 1) * BLOCK).min(end)))
}

/// Whether a knot of the grid is a breakpoint of this course, by the stride of its block. The ends of a course always
/// are, and so is the first knot of every block.
fn is_breakpoint(course: &Course, knot: usize, stride: usize) -> bool {
    knot.is_multiple_of(stride) || knot == course.first || knot == course.last()
}

impl Costs {
    fn of(course: &Course, (from, to): (usize, usize), hop: usize, most_of_own: f64) -> Costs {
        let square = |knot: usize| f64::from(course.amplitudes[knot - course.first]).powi(2);
        let own = 0.5 * hop as f64 * (from..to).map(square).sum::<f64>();
        let mut costs = Costs {
            breakpoints: [0; STRIDES.len()],
            moved: [0.0; STRIDES.len()],
        };
        for (choice, stride) in STRIDES.into_iter().enumerate() {
            let mut moved = 0.0;
            for knot in from..to {
                if is_breakpoint(course, knot, stride) {
                    costs.breakpoints[choice] += 1;
                } else {
                    let before = (knot / stride * stride).max(course.first);
                    let after = (knot / stride * stride + stride).min(course.last());
                    let knots = [before, knot, after].map(|knot| knot - course.first);
                    moved += moved_energy(course, knots, hop);
                }
            }
            costs.moved[choice] = match moved <= most_of_own * own {
                true => moved as f32,
                false => f32::INFINITY,
            };
        }
        costs
    }

    /// The cheapest choice, the first of equal ones.
    fn cheapest(&self, lambda: f64) -> usize {
        let cost = |choice: usize| {
            f64::from(self.moved[choice]) + lambda * f64::from(self.breakpoints[choice])
        };
        (1..STRIDES.len()).fold(0, |best, choice| match cost(choice) < cost(best) {
            true => choice,
            false => best,
        })
    }
}

/// The energy by which a knot is moved if it comes to lie between two others.
fn moved_energy(course: &Course, [before, knot, after]: [usize; 3], hop: usize) -> f64 {
    let (to, turns, _) = course.between(before, after, knot, hop);
    let from = f64::from(course.amplitudes[knot]);
    let apart = libm::cos(TAU * (turns - course.phases[knot]));
    0.5 * hop as f64 * (from * from + to * to - 2.0 * from * to * apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::refit::fold::set_frequencies;

    const HOP: usize = 64;

    /// A course of this many knots whose amplitude trembles.
    fn course(first: usize, knots: usize, tremble: f32) -> Course {
        let mut course = Course {
            first,
            is_open_start: true,
            is_open_end: true,
            phases: (0..knots).map(|knot| 0.3 + 1.25 * knot as f64).collect(),
            frequencies: vec![0.0; knots],
            amplitudes: (0..knots)
                .map(|knot| 0.1 + tremble * (knot % 2) as f32)
                .collect(),
            ..Course::default()
        };
        set_frequencies(&mut course, HOP);
        course
    }

    fn count(course: &Course) -> usize {
        course.breakpoints().count()
    }

    fn chosen(mut courses: Vec<Course>, keep: Keep) -> Vec<Course> {
        let grid = Grid::new(HOP, 8_192);
        choose(&mut courses, grid, keep, &AtomicBool::new(false)).expect("not cancelled");
        courses
    }

    #[test]
    fn what_is_even_needs_few_breakpoints_and_what_trembles_all() {
        let courses = vec![course(3, 60, 0.0), course(3, 60, 0.03)];
        let made = chosen(courses.clone(), Keep::Moving(1e-9));
        // Its ends, and the first knot of each block between them.
        let kept: Vec<usize> = made[0].breakpoints().map(|knot| knot + 3).collect();
        assert_eq!(kept, [3, 8, 16, 24, 32, 40, 48, 56, 62]);
        assert_eq!(count(&made[1]), 60);
        // Nothing is moved.
        for (a, b) in made.iter().zip(&courses) {
            for knot in 0..60 {
                assert!((a.amplitudes[knot] - b.amplitudes[knot]).abs() < 1e-7);
                assert!((a.phases[knot] - b.phases[knot]).abs() < 1e-9);
                assert!((a.frequencies[knot] - b.frequencies[knot]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_limit_holds_and_what_matters_more_keeps_more() {
        let courses = vec![course(0, 64, 0.002), course(0, 64, 0.02)];
        let made = chosen(courses, Keep::AtMost(100));
        let [weak, strong] = [0, 1].map(|index| count(&made[index]));
        assert!(weak + strong <= 100 && strong == 64, "{weak} {strong}");
        // What lies between is on the line.
        let knot = made[0]
            .is_between
            .iter()
            .position(|is| *is)
            .expect("one between");
        let mean = 0.5 * (made[0].amplitudes[knot - 1] + made[0].amplitudes[knot + 1]);
        assert!((made[0].amplitudes[knot] - mean).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_moved_by_much_of_itself() {
        // It is silent at every other knot.
        let mut silent = course(0, 64, -0.1);
        for keep in [Keep::Moving(1e9), Keep::AtMost(1)] {
            silent.is_between.clear();
            assert_eq!(
                count(&chosen(vec![silent.clone()], keep)[0]),
                64,
                "{keep:?}"
            );
        }
        assert!(chosen(Vec::new(), Keep::AtMost(0)).is_empty());
    }
}
