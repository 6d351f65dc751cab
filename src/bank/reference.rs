//! The oracle: every sample from its own closed form, in f64.
//!
//! Method: the phase of each frame is formed exactly in u64 wrap arithmetic ([`advanced_phase`]),
//! turned into an f64 and given to `libm::sin`; the gains are formed for each frame from their two
//! ends. Nothing is carried from one frame to the next. Domain: all of [`Controls`]. Error: a few
//! units of 2⁻⁵³ per partial (−300 dB), which is nothing beside what it is compared with.

use super::Controls;
use crate::dsp::fixed_point::{TURN, advanced_phase};
use std::f64::consts::TAU;

/// Adds the partials to `left` and `right`, whose length is the number of frames.
///
/// # Panics
///
/// If the slices of `controls`, or the two channels, differ in length.
pub fn render(controls: &Controls, left: &mut [f64], right: &mut [f64]) {
    controls.assert_one_length();
    assert_eq!(left.len(), right.len(), "channels of different lengths");
    let frames = left.len();
    for partial in 0..controls.phase.len() {
        for frame in 0..frames {
            let phase = advanced_phase(
                controls.phase[partial],
                controls.increment[partial],
                controls.half_chirp_of(partial),
                frame as u64,
            );
            let sine = libm::sin(phase as f64 / TURN * TAU);
            let along = frame as f64 / frames as f64;
            let gain = |start: f32, end: f32| {
                f64::from(start) + (f64::from(end) - f64::from(start)) * along
            };
            left[frame] += sine * gain(controls.left_start[partial], controls.left_end[partial]);
            right[frame] += sine * gain(controls.right_start[partial], controls.right_end[partial]);
        }
    }
}
