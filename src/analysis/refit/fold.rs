//! Complex amplitudes into amplitude and phase.

use std::f64::consts::TAU;

use super::course::Course;
use super::kernel::Value;
use crate::tracks::spline_slopes;

/// Takes |c| of the knots as amplitudes and adds arg c, unwrapped along the knots, to the phases; the
/// frequencies become the derivatives of the natural cubic spline through the phases. No segment advances
/// by less or by more turns a sample than `range_turns`.
pub fn fold(
    course: &mut Course,
    values: &[Value],
    hop: usize,
    range_turns: std::ops::RangeInclusive<f64>,
) {
    let is_silent = |value: &Value| value.re == 0.0 && value.im == 0.0;
    let turns = |value: &Value| libm::atan2(f64::from(value.im), f64::from(value.re)) / TAU;
    let breakpoints: Vec<usize> = course.breakpoints().collect();
    // A silent knot has no phase of its own: it keeps that of the knot beside it.
    let mut before = breakpoints
        .iter()
        .map(|knot| &values[*knot])
        .find(|value| !is_silent(value))
        .map_or(0.0, turns);
    for &knot in &breakpoints {
        let value = &values[knot];
        if !is_silent(value) {
            let change = turns(value) - before;
            before += change - libm::round(change);
        }
        course.phases[knot] += before;
        course.amplitudes[knot] = libm::sqrtf(value.re * value.re + value.im * value.im);
    }
    for pair in breakpoints.windows(2) {
        let width = ((pair[1] - pair[0]) * hop) as f64;
        let before = course.phases[pair[0]];
        let advance = course.phases[pair[1]] - before;
        let (least, most) = (range_turns.start() * width, range_turns.end() * width);
        course.phases[pair[1]] = before + advance.clamp(least, most);
    }
    set_frequencies(course, hop);
}

/// The derivatives at the breakpoints of the natural cubic spline through their phases, which is the smoothest
/// curve through them. Other knots are put on the curves between.
pub fn set_frequencies(course: &mut Course, hop: usize) {
    let (breakpoints, means, widths) = means(course, hop);
    let slopes = spline_slopes(&widths, &means);
    course.frequencies.resize(course.knots(), 0.0);
    for (knot, slope) in breakpoints.into_iter().zip(slopes) {
        course.frequencies[knot] = slope;
    }
    course.interpolate(hop);
}

/// Holds the frequency at the lowest or above between all breakpoints whose phases are that far apart. It is where both
/// slopes are at most three times as far above as the mean is (Fritsch & Carlson 1980, *SIAM J. Numer. Anal.* 17).
pub fn hold_above(course: &mut Course, hop: usize, lowest_turns: f64) {
    let (breakpoints, means, _) = means(course, hop);
    for (pair, mean) in breakpoints.windows(2).zip(means) {
        let most = lowest_turns + 3.0 * (mean - lowest_turns).max(0.0);
        for knot in [pair[0], pair[1]] {
            let frequency = &mut course.frequencies[knot];
            *frequency = frequency.max(lowest_turns).min(most);
        }
    }
    course.interpolate(hop);
}

/// The breakpoints, the mean frequencies between them, and how many samples they are apart.
fn means(course: &Course, hop: usize) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
    let breakpoints: Vec<usize> = course.breakpoints().collect();
    let width = |pair: &[usize]| ((pair[1] - pair[0]) * hop) as f64;
    let widths: Vec<f64> = breakpoints.windows(2).map(width).collect();
    let advances = breakpoints
        .windows(2)
        .map(|pair| course.phases[pair[1]] - course.phases[pair[0]]);
    let means = advances
        .zip(&widths)
        .map(|(advance, width)| advance / width)
        .collect();
    (breakpoints, means, widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::refit::course::Grid;

    #[test]
    fn no_curve_goes_below_the_lowest_frequency() {
        let (lowest_turns, hop) = (20.0 / 44_100.0, 256);
        let means = [60.0, 20.1, 20.5, 90.0, 20.0, 25.0].map(|hz| hz / 44_100.0);
        let mut course = Course {
            is_open_start: true,
            amplitudes: vec![0.1; means.len() + 1],
            phases: vec![0.25],
            ..Course::default()
        };
        for mean in means {
            course
                .phases
                .push(course.phases[course.phases.len() - 1] + mean * hop as f64);
        }
        let grids = [hop, 64].map(|hop| Grid::new(hop, 6 * 256));
        let lowest = |course: &Course| {
            let closer = course.closer(grids[0], grids[1]).frequencies;
            closer.into_iter().fold(f64::INFINITY, f64::min)
        };
        set_frequencies(&mut course, hop);
        assert!(lowest(&course) < 0.9 * lowest_turns);
        let phases = course.phases.clone();
        hold_above(&mut course, hop, lowest_turns);
        assert!(lowest(&course) > 0.999_999 * lowest_turns);
        assert_eq!(course.phases, phases);
    }
}
