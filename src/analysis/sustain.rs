//! Where a sound can be repeated.
//!
//! Of all pairs of instants 50 ms apart or more, at least 200 ms from each other, that whose partials
//! differ least: Σ A²·((Δ ln A)² + (100·Δ ln f)²)/Σ A², where a partial that is only at one of both counts as
//! one that changes by 3 nepers; what follows both instants counts as much, so that a rise is not joined
//! to a fall. A longer loop may differ a little more. Neither end is 10 dB below the loudest instant. A sound
//! that fades by more than 1.5 dB between them, or differs more than by 1, has none: what is struck or plucked dies
//! away as it was recorded, and does not pulse.

use std::sync::atomic::AtomicBool;

use super::refit::course::{Course, Grid};
use crate::cancelled::Cancelled;
use crate::tracks::SustainLoop;

const INSTANTS: usize = 160;
const STEP_S: f64 = 0.05;
const LEAST_S: f64 = 0.2;
const CROSSFADE_S: f64 = 0.08;
const MOST_DIFFERENCE: f64 = 1.0;
/// Between both ends, in power: 1.5 dB.
const MOST_FADE: f64 = 1.413;
/// The difference that a missing partial counts as.
const MISSING: f64 = 9.0;

/// A partial at one instant: which, ln A, ln f.
type Sine = (usize, f64, f64);

/// The best loop, if there is a good one.
///
/// # Errors
/// If it is cancelled.
pub fn sustain_loop(
    courses: &[Course],
    grid: Grid,
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<Option<SustainLoop>, Cancelled> {
    let knots_a_second = sample_rate_hz / grid.hop as f64;
    let step = ((STEP_S * knots_a_second) as usize)
        .max(grid.segments / INSTANTS)
        .max(1);
    let instants = (0..=grid.segments / step).map(|instant| {
        Cancelled::check(is_cancelled)?;
        Ok(sines(courses, instant * step))
    });
    let instants = instants.collect::<Result<Vec<Vec<Sine>>, Cancelled>>()?;
    let energy = |sines: &[Sine]| {
        sines
            .iter()
            .map(|sine| libm::exp(2.0 * sine.1))
            .sum::<f64>()
    };
    let energies: Vec<f64> = instants.iter().map(|sines| energy(sines)).collect();
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    let least = (LEAST_S * knots_a_second / step as f64) as usize + 1;
    let mut best: Option<(f64, usize, usize)> = None;
    for start in 1..instants.len() {
        Cancelled::check(is_cancelled)?;
        for end in start + least..instants.len().saturating_sub(1) {
            let (a, b) = (energies[start], energies[end]);
            if a.min(b) < 0.1 * loudest || a.max(b) > MOST_FADE * a.min(b) {
                continue;
            }
            let duration_s = ((end - start) * step) as f64 / knots_a_second;
            let here = difference(&instants[start], &instants[end]);
            let next = difference(&instants[start + 1], &instants[end + 1]);
            let cost = 0.5 * (here + next) + 0.05 / duration_s;
            if best.is_none_or(|best| cost < best.0) {
                best = Some((cost, start, end));
            }
        }
    }
    let Some((_, start, end)) = best.filter(|best| best.0 <= MOST_DIFFERENCE) else {
        return Ok(None);
    };
    let time_s = |instant: usize| (instant * step) as f64 / knots_a_second;
    Ok(Some(SustainLoop {
        start_s: time_s(start),
        end_s: time_s(end),
        crossfade_s: CROSSFADE_S,
    }))
}

/// What sounds at a knot, by course.
fn sines(courses: &[Course], knot: usize) -> Vec<Sine> {
    let sine = |(index, course): (usize, &Course)| {
        let at = knot
            .checked_sub(course.first)
            .filter(|at| *at < course.knots())?;
        let amplitude = f64::from(course.amplitudes[at]);
        (amplitude > 0.0).then(|| {
            (
                index,
                libm::log(amplitude),
                libm::log(course.frequencies[at]),
            )
        })
    };
    courses.iter().enumerate().filter_map(sine).collect()
}

fn difference(a: &[Sine], b: &[Sine]) -> f64 {
    let (mut sum, mut weights) = (0.0, 1e-30);
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let (left, right) = (a.get(i), b.get(j));
        let (level, cost) = match (left, right) {
            (Some(left), Some(right)) if left.0 == right.0 => {
                i += 1;
                j += 1;
                let (level, pitch) = (left.1 - right.1, 100.0 * (left.2 - right.2));
                (
                    left.1.max(right.1),
                    (level * level + pitch * pitch).min(MISSING),
                )
            }
            (Some(left), right) if right.is_none_or(|right| left.0 < right.0) => {
                i += 1;
                (left.1, MISSING)
            }
            (_, Some(right)) => {
                j += 1;
                (right.1, MISSING)
            }
            _ => break,
        };
        let weight = libm::exp(2.0 * level);
        sum += weight * cost;
        weights += weight;
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 44_100.0;

    /// A partial of three seconds with an amplitude over time in seconds.
    fn found(amplitude: impl Fn(f64) -> f64) -> Option<SustainLoop> {
        let grid = Grid::new(256, 132_300);
        let time_s = |knot: usize| knot as f64 * 256.0 / RATE_HZ;
        let course = Course {
            phases: vec![0.0; grid.segments + 1],
            frequencies: vec![0.01; grid.segments + 1],
            amplitudes: (0..=grid.segments)
                .map(|knot| amplitude(time_s(knot)) as f32)
                .collect(),
            ..Course::default()
        };
        let found = sustain_loop(&[course], grid, RATE_HZ, &AtomicBool::new(false));
        found.expect("not cancelled")
    }

    #[test]
    fn the_loop_is_in_the_steady_part() {
        let level = |time_s: f64| match time_s {
            t if t < 0.8 => t / 0.8,
            t if t > 2.2 => (3.0 - t) / 0.8,
            _ => 1.0,
        };
        let found = found(level).expect("a loop");
        assert!(found.start_s > 0.5 && found.end_s < 2.5, "{found:?}");
        assert!(found.end_s - found.start_s > 0.5, "{found:?}");
    }

    #[test]
    fn what_dies_away_has_no_loop() {
        for rate in [8.0, 3.0, 1.0] {
            assert_eq!(found(|time_s| libm::exp(-rate * time_s)), None);
        }
    }
}
