//! What the effects hold of the sound, and how frames go through them.

use super::chorus::Chorus;
use super::delay::Delay;
use super::ramps::LevelBlock;
use super::reverb::Reverb;
use super::{Effect, EffectsBlock, LINE_QUIET};
use crate::at_level;
use crate::dsp::delay_line::{GROUP, Group};
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

/// Replaces each frame by what the effect makes of it. While its memory holds nothing, silent frames stay as they are.
#[inline(always)]
fn each<E: Effect>(
    effect: &mut E,
    block: &E::Block,
    left: &mut [f32],
    right: &mut [f32],
    from: usize,
    step: f32,
) {
    /// Of the frames of a group.
    const NUMBERS: Group = Group::new([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    let reach_frames = effect.reach_frames(block);
    let at_once = effect.frames_at_once(block).clamp(1, GROUP);
    let mut done = 0;
    while done < left.len() {
        let (left, right) = (&mut left[done..], &mut right[done..]);
        if effect.occupancy().is_empty() && left[0] == 0.0 && right[0] == 0.0 {
            done += 1;
            continue;
        }
        // Its memory is emptied after a group, never within one.
        let frames_left = effect.occupancy().frames_left(reach_frames);
        let count = left.len().min(at_once).min(frames_left);
        let mut dry = [[0.0; GROUP]; 2];
        dry[0][..count].copy_from_slice(&left[..count]);
        dry[1][..count].copy_from_slice(&right[..count]);
        let mut frames = [Group::new(dry[0]), Group::new(dry[1])];
        let positions = (Group::splat((from + done) as f32) + NUMBERS) * step;
        let loudest = effect
            .group(block, &mut frames, count, positions)
            .to_array();
        left[..count].copy_from_slice(&frames[0].as_array()[..count]);
        right[..count].copy_from_slice(&frames[1].as_array()[..count]);
        let mut quiet = 0;
        while quiet < count {
            let k = count - 1 - quiet;
            if dry[0][k] != 0.0 || dry[1][k] != 0.0 || loudest[k] >= LINE_QUIET {
                break;
            }
            quiet += 1;
        }
        if effect.occupancy().take(count, quiet, reach_frames) {
            effect.clear();
        }
        done += count;
    }
}
