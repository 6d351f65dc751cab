//! Shift: all partials are moved by the same number of hertz, f ← |f₀·r + s|. What passes 0 Hz comes
//! back up from there.
//!
//! The frame has ratios, so it is r ← |r + s/f₀|, at least 2^−20: logarithms stay finite, and that of a
//! partial is not heard, since [`low_fade`](super::low_fade) has silenced it there.
//!
//! While the fundamental moves, r moves with it: from segment to segment the frequency is f₀·r + s, and
//! within a segment it runs straight. For the curvature of its way ([`motion`](crate::synth::partials::motion))
//! the stage writes how much of a relative change of the fundamental each partial has. So a vibrato of 50
//! cents at 6 Hz under a shift is within −75 dB of that by frames (`tests/laws.rs`).
//!
//! Domain: |s| up to 2,000 Hz, f₀ from 1 Hz. Against the formula in `f64`, frequencies above 10 Hz are
//! within 0.0002 cents.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::{Arrays, Context, Frame};

/// The least ratio.
const LEAST: f32 = 1.0 / 1_048_576.0;
/// The greatest: far above Nyquist, and finite for whatever fundamental.
const MOST: f32 = 1e12;

/// How far it shifts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    shift_hz: f32,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::FUNDAMENTAL;
    const WRITES: Arrays = Arrays::RATIO;
    const TIER: u8 = tier::BEYOND_PLAIN;

    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        let shift_hz = values.get(Param::SHIFT);
        (shift_hz != 0.0).then_some(Stage { shift_hz })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        let shift_ratio = f64::from(self.shift_hz) / context.fundamental_hz;
        let (ratio, tracking) = (frame.ratio.write(len), frame.tracking.write(len));
        shift(context.level, shift_ratio, ratio, tracking);
    }
}

at_level! {
    /// In `f64`, since what is left of a difference is worked out from many more digits.
    fn shift(shift_ratio: f64, ratio: &mut [f32], tracking: &mut [f32]) {
        for (ratio, tracking) in ratio.iter_mut().zip(tracking) {
            let shifted = (f64::from(*ratio) + shift_ratio) as f32;
            let magnitude = at_least(at_most(shifted.abs(), MOST), LEAST);
            *tracking = *ratio / magnitude.copysign(shifted);
            *ratio = magnitude;
        }
    }
}
