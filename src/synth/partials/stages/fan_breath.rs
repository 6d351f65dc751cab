//! The breath of single partials, as routes move it.
//!
//! Motion makes it heard (`motion/breath.rs`), since it is of every block, and the frame of most rests.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most};
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::fan::PartialDestination;
use crate::synth::parameter::{MAX_PARTIALS, Param};
use crate::synth::partials::fan::set_offsets;
use crate::synth::partials::{Arrays, Context, Frame};

/// As the routes are at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    instant: u64,
    /// That of the voice itself, 0 to 1.
    amount: f32,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::NONE;
    const WRITES: Arrays = Arrays::BREATH;
    const IS_BEYOND_PLAIN: bool = true;

    fn read(values: &VoiceValues, context: &Context) -> Option<Stage> {
        let is_moved = context.routes.move_any(PartialDestination::Breath);
        is_moved.then(|| Stage {
            instant: context.routes_instant,
            amount: values.get(Param::BREATH),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.copy_len();
        let mut offsets = [0.0; MAX_PARTIALS];
        let offsets = &mut offsets[..len];
        set_offsets(
            [PartialDestination::Breath],
            context,
            frame,
            [&mut *offsets],
        );
        let (all, used) = (frame.padded_count(), frame.used_count());
        let (breath, rest) = frame.breath.write(used).split_at_mut(all);
        for breath in breath.chunks_exact_mut(len.max(1)) {
            set_amounts(context.level, self.amount, offsets, breath);
        }
        rest.fill(self.amount);
    }
}

at_level! {
    fn set_amounts(amount: f32, offsets: &[f32], amounts: &mut [f32]) {
        for (of_partial, offset) in amounts.iter_mut().zip(offsets) {
            *of_partial = at_least(at_most(amount + offset, 1.0), 0.0);
        }
    }
}
