//! What the effects hold of the sound, and how frames go through them.

use super::chorus::Chorus;
use super::delay::Delay;
use super::ramps::LevelBlock;
use super::reverb::Reverb;
use super::{Effect, EffectsBlock};
use crate::at_level;
use crate::dsp::simd_level::SimdLevel;

/// The memories of the effects.
#[derive(Debug)]
pub struct Memories {
    simd_level: SimdLevel,
    chorus: Chorus,
    delay: Delay,
    reverb: Reverb,
}

impl Memories {
    /// Allocates all that they will ever need.
    pub fn new(simd_level: SimdLevel, sample_rate_hz: f64) -> Memories {
        Memories {
            simd_level,
            chorus: Chorus::new(sample_rate_hz),
            delay: Delay::new(sample_rate_hz),
            reverb: Reverb::new(sample_rate_hz),
        }
    }

    /// Forgets all. Takes no longer for a long memory than for a short one.
    pub fn clear(&mut self) {
        self.chorus.clear();
        self.delay.clear();
        self.reverb.clear();
    }

    /// Whether nothing comes out of them if nothing goes in.
    pub fn are_empty(&self) -> bool {
        self.chorus.is_empty() && self.delay.is_empty() && self.reverb.is_empty()
    }

    /// Applies them to frames of a block, from frame `from` on; `step` is one part of the block a
    /// frame.
    pub fn process(
        &mut self,
        block: &EffectsBlock,
        left: &mut [f32],
        right: &mut [f32],
        from: usize,
        step: f32,
    ) {
        let is_silent = || left.iter().chain(&*right).all(|&x| x == 0.0);
        if !(self.are_empty() && is_silent()) {
            process(self.simd_level, self, block, left, right, from, step);
        }
        // The block's last frame.
        if (from + left.len()) as f32 * step >= 1.0 {
            self.end_block(block);
        }
    }

    fn end_block(&mut self, block: &EffectsBlock) {
        let ends = |level: &LevelBlock| level.ends;
        if block.chorus.is_some_and(|chorus| ends(&chorus.level)) {
            self.chorus.clear();
        }
        if block.delay.is_some_and(|delay| ends(&delay.level)) {
            self.delay.clear();
        }
        if block.reverb.is_some_and(|reverb| ends(&reverb.level)) {
            self.reverb.clear();
        }
    }
}

at_level! {
    fn process(
        effects: &mut Memories,
        block: &EffectsBlock,
        left: &mut [f32],
        right: &mut [f32],
        from: usize,
        step: f32,
    ) {
        if let Some(chorus) = &block.chorus {
            each(&mut effects.chorus, chorus, left, right, from, step);
        }
        if let Some(delay) = &block.delay {
            each(&mut effects.delay, delay, left, right, from, step);
        }
        if let Some(reverb) = &block.reverb {
            each(&mut effects.reverb, reverb, left, right, from, step);
        }
    }
}

/// Replaces each frame by what the effect makes of it.
#[inline(always)]
fn each<E: Effect>(
    effect: &mut E,
    block: &E::Block,
    left: &mut [f32],
    right: &mut [f32],
    from: usize,
    step: f32,
) {
    for (index, (left, right)) in left.iter_mut().zip(right).enumerate() {
        let position = (from + index) as f32 * step;
        [*left, *right] = effect.frame(block, [*left, *right], position);
    }
}
