//! Octaves: each partial's interval from the fundamental, for stages that shape by it.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::log2;
use crate::synth::modulation::VoiceValues;
use crate::synth::partials::{Arrays, Context, Frame};

/// Needs no settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage;

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO;
    const WRITES: Arrays = Arrays::OCTAVES;

    fn read(_: &VoiceValues, _: &Context) -> Option<Stage> {
        Some(Stage)
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let len = frame.padded_count();
        octaves(
            context.level,
            &frame.ratio[..len],
            frame.log2_ratio.write(len),
        );
    }
}

at_level! {
    fn octaves(ratio: &[f32], log2_ratio: &mut [f32]) {
        for (log2_ratio, ratio) in log2_ratio.iter_mut().zip(ratio) {
            *log2_ratio = log2(*ratio);
        }
    }
}
