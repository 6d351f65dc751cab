//! The sides of the comb: what left and right have of it beside their root mean square, which the
//! shapers have given to the gains.

use super::shapers::anchor::{Anchor, free_part};
use super::shapers::comb::CombSides;
use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::{at_least, exp2, log2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::{Arrays, Context, Frame};

/// While left and right differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    sides: CombSides,
    anchor: Option<Anchor>,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO.and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SIDES;
    const TIER: u8 = tier::BEYOND_PLAIN;

    #[inline]
    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        CombSides::read(values).map(|sides| Stage {
            sides,
            anchor: Anchor::read(values),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        let mut powers = [0.0; MAX_PARTIALS];
        let powers = &mut powers[..len];
        let ratio = &frame.ratio[..len];
        self.sides
            .left_powers(context.level, context.fundamental_hz, ratio, powers);
        let (left, right) = (frame.left.write(len), frame.right.write(len));
        match &self.anchor {
            Some(anchor) => {
                let relative = anchor.relative(context.fundamental_hz);
                multiply_held(context.level, relative, ratio, powers, left, right);
            }
            None => multiply(context.level, powers, left, right),
        }
    }
}

at_level! {
    fn multiply(left_powers: &[f32], left: &mut [f32], right: &mut [f32]) {
        for ((left, right), power) in left.iter_mut().zip(right).zip(left_powers) {
            *left *= power.sqrt();
            *right *= (2.0 - power).sqrt();
        }
    }
}

at_level! {
    /// As `multiply`, to the power of what the anchor leaves free.
    fn multiply_held(
        relative: f32,
        ratio: &[f32],
        left_powers: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let sides = left.iter_mut().zip(right);
        for (((left, right), power), ratio) in sides.zip(left_powers).zip(ratio) {
            let half_free = 0.5 * free_part(*ratio, relative);
            *left *= exp2(half_free * log2(at_least(*power, 1e-12)));
            *right *= exp2(half_free * log2(at_least(2.0 - power, 1e-12)));
        }
    }
}
