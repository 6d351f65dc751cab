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
    let breakpoints: Vec<usize> = course.breakpoints().collect();
    let widths: Vec<f64> = breakpoints
        .windows(2)
        .map(|pair| ((pair[1] - pair[0]) * hop) as f64)
        .collect();
    let advances = breakpoints
        .windows(2)
        .map(|pair| course.phases[pair[1]] - course.phases[pair[0]]);
    let means: Vec<f64> = advances
        .zip(&widths)
        .map(|(advance, width)| advance / width)
        .collect();
    let slopes = spline_slopes(&widths, &means);
    course.frequencies.resize(course.knots(), 0.0);
    for (knot, slope) in breakpoints.into_iter().zip(slopes) {
        course.frequencies[knot] = slope;
    }
    course.interpolate(hop);
}
