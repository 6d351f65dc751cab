//! One block on its way out.

use crate::bank::MAX_BLOCK_FRAMES;
use crate::synth::output::Output;
use std::ops::Range;

/// One block of the stereo bus, and how it leaves.
pub struct Bus {
    pub left: Box<[f32; MAX_BLOCK_FRAMES]>,
    pub right: Box<[f32; MAX_BLOCK_FRAMES]>,
    pub output: Output,
}

impl Bus {
    pub fn new() -> Bus {
        Bus {
            left: Box::new([0.0; MAX_BLOCK_FRAMES]),
            right: Box::new([0.0; MAX_BLOCK_FRAMES]),
            output: Output::default(),
        }
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
