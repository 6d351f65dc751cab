//! Pan: the partials' positions, spread around that of the voice, as gains of left and right.
//!
//! The spread takes positions of low discrepancy, (n−1)·φ around the centre, so that neighbours are
//! far apart. Equal power, 0 dB at the centre.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, sine_cosine_of_octant};
use crate::synth::modulation::{Destination, VoiceValues};
use crate::synth::parameter::Param;
use crate::synth::partials::{Arrays, Context, Frame};

/// What the positions depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// 0 to 1.
    spread: f32,
    /// −1 to 1, of the whole voice.
    pan: f32,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::PAN;
    const WRITES: Arrays = Arrays::SIDES;

    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        Some(Stage {
            spread: values.get(Param::SPREAD),
            pan: values.at(Destination::PAN).clamp(-1.0, 1.0),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let copies = frame.used_by_copies();
        let (left, right) = (frame.left.write(used), frame.right.write(used));
        for copy in copies {
            pan(
                context.level,
                self,
                &context.tables.position[..copy.len()],
                &frame.pan[copy.clone()],
                &mut left[copy.clone()],
                &mut right[copy],
            );
        }
    }
}

at_level! {
    fn pan(settings: &Stage, position: &[f32], pan: &[f32], left: &mut [f32], right: &mut [f32]) {
        let sides = left.iter_mut().zip(right);
        for ((position, pan), (left, right)) in position.iter().zip(pan).zip(sides) {
            let pan = position * settings.spread + settings.pan + pan;
            let pan = at_least(at_most(pan, 1.0), -1.0);
            // Half the sum and half the difference of cosine and sine of a quarter turn's half: the
            // centre is exactly 1 on both sides because sin 0 = 0 and cos 0 = 1.
            let (sine, cosine) = sine_cosine_of_octant(pan);
            *left = cosine - sine;
            *right = cosine + sine;
        }
    }
}
