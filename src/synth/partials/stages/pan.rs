//! Pan: the partials' positions, spread around that of the voice, as gains of left and right.
//!
//! The spread takes positions of low discrepancy, (n−1)·φ around the centre, so that neighbours are
//! far apart. Equal power, 0 dB at the centre. An [`Anchor`] holds the bass in the middle.

use super::SpectrumStage;
use super::shapers::anchor::{Anchor, free_part};
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
    anchor: Option<Anchor>,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::PAN;
    const WRITES: Arrays = Arrays::SIDES;

    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        Some(Stage {
            spread: values.get(Param::SPREAD),
            pan: values.at(Destination::PAN).clamp(-1.0, 1.0),
            anchor: match values.is_plain {
                true => None,
                false => Anchor::read(values),
            },
        })
    }

    fn reads(&self) -> Arrays {
        let anchored = Arrays::RATIO | Arrays::FUNDAMENTAL;
        Stage::READS | anchored.only_if(self.anchor.is_some())
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let anchor = self.anchor.as_ref();
        let relative = anchor.map(|anchor| anchor.relative(context.fundamental_hz));
        if frame.copies() == 1 && relative.is_none() {
            let position = &context.tables.position[..used];
            let (left, right) = (frame.left.write(used), frame.right.write(used));
            return pan(
                context.level,
                self,
                position,
                &frame.pan[..used],
                left,
                right,
            );
        }
        let copies = frame.used_by_copies();
        let (left, right) = (frame.left.write(used), frame.right.write(used));
        for copy in copies {
            let (position, own) = (
                &context.tables.position[..copy.len()],
                &frame.pan[copy.clone()],
            );
            let (left, right) = (&mut left[copy.clone()], &mut right[copy.clone()]);
            match relative {
                Some(relative) => {
                    let ratio = &frame.ratio[copy];
                    pan_held(
                        context.level,
                        self,
                        relative,
                        ratio,
                        position,
                        own,
                        left,
                        right,
                    );
                }
                None => pan(context.level, self, position, own, left, right),
            }
        }
    }
}

at_level! {
    fn pan(settings: &Stage, position: &[f32], pan: &[f32], left: &mut [f32], right: &mut [f32]) {
        let sides = left.iter_mut().zip(right);
        for ((position, pan), (left, right)) in position.iter().zip(pan).zip(sides) {
            (*left, *right) = settings.sides(*position, *pan, 1.0);
        }
    }
}

at_level! {
    /// As `pan`, with what the anchor leaves of each partial's position.
    fn pan_held(
        settings: &Stage,
        relative: f32,
        ratio: &[f32],
        position: &[f32],
        pan: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let (sides, places) = (left.iter_mut().zip(right), position.iter().zip(pan));
        for ((ratio, (position, pan)), (left, right)) in ratio.iter().zip(places).zip(sides) {
            (*left, *right) = settings.sides(*position, *pan, free_part(*ratio, relative));
        }
    }
}

impl Stage {
    /// The gains of both sides. Of the position where all pans lead, `part` is left.
    #[inline(always)]
    fn sides(&self, position: f32, pan: f32, part: f32) -> (f32, f32) {
        let pan = position * self.spread + self.pan + pan;
        let pan = at_least(at_most(pan, 1.0), -1.0) * part;
        // Half the sum and half the difference of cosine and sine of a quarter turn's half: the
        // centre is exactly 1 on both sides because sin 0 = 0 and cos 0 = 1.
        let (sine, cosine) = sine_cosine_of_octant(pan);
        (cosine - sine, cosine + sine)
    }
}
