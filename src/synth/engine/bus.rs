//! One block of the stereo bus.

use crate::dsp::resident;
use std::ops::Range;

use crate::bank::MAX_BLOCK_FRAMES;
use crate::synth::effects::EffectsBlock;
use crate::synth::output::Ramp;

/// One block of the stereo bus, and what the effects and the output stage do over it.
#[derive(Default)]
pub struct Bus {
    pub left: Box<[f32]>,
    pub right: Box<[f32]>,
    pub effects: EffectsBlock,
    pub ramp: Ramp,
}

impl Bus {
    /// Allocates a silent one of the longest block.
    pub fn new() -> Bus {
        Bus {
            left: resident::slice(MAX_BLOCK_FRAMES, 0.0),
            right: resident::slice(MAX_BLOCK_FRAMES, 0.0),
            effects: EffectsBlock::default(),
            ramp: Ramp::default(),
        }
    }

    /// Frames of both channels.
    pub fn span_mut(&mut self, span: Range<usize>) -> (&mut [f32], &mut [f32]) {
        (&mut self.left[span.clone()], &mut self.right[span])
    }

    pub fn clear(&mut self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }

    pub fn is_silent(&self, span: Range<usize>) -> bool {
        let channels = self.left[span.clone()].iter().chain(&self.right[span]);
        channels.into_iter().all(|&x| x == 0.0)
    }
}
