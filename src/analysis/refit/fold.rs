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
    // A silent knot has no phase of its own: it keeps that of the knot beside it.
    let mut before = values
        .iter()
        .find(|value| !is_silent(value))
        .map_or(0.0, turns);
    for (knot, value) in values.iter().enumerate() {
        if !is_silent(value) {
            let change = turns(value) - before;
            before += change - libm::round(change);
        }
        course.phases[knot] += before;
        course.amplitudes[knot] = libm::sqrtf(value.re * value.re + value.im * value.im);
    }
    let least = range_turns.start() * hop as f64;
    let most = range_turns.end() * hop as f64;
    for knot in 1..course.knots() {
        let before = course.phases[knot - 1];
        let advance = course.phases[knot] - before;
        course.phases[knot] = before + advance.clamp(least, most);
    }
    set_frequencies(course, hop);
}

/// The derivatives at the knots of the natural cubic spline through the phases, which is the smoothest
/// curve through them.
pub fn set_frequencies(course: &mut Course, hop: usize) {
    let advances = course.phases.windows(2);
    let means: Vec<f64> = advances
        .map(|pair| (pair[1] - pair[0]) / hop as f64)
        .collect();
    course.frequencies = spline_slopes(&vec![hop as f64; means.len()], &means);
}
