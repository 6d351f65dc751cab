//! Effects on the bus: [chorus](chorus::Chorus), [delay](delay::Delay) and [reverb](reverb::Reverb), in
//! this order, between the voices and the [output](super::output).
//!
//! Like the output they act on frames as they are handed out, when every note that begins in their block
//! has been added. What they are to do is worked out at ticks and goes with the block's frames as
//! plain data ([`EffectsBlock`]). Frames go through in groups of up to [`GROUP`](crate::dsp::delay_line::GROUP), none
//! longer than the shortest delay, and a memory is emptied only after a group. So neither the host's buffers nor other
//! threads have an influence.
//!
//! An effect whose amount is 0 is off: nothing goes into its memory, and nothing is worked out. Amounts
//! move by at most the whole in [`FADE_S`]. When another sound is loaded, and when all sound is to be
//! off, all effects are faded out in that time, and begin anew with the new values and without memory.
//!
//! A memory in which nothing is as loud as [`LINE_QUIET`], and into which nothing goes, is emptied. What
//! comes after is the same, to the bit, as after a reset, but for the phases of the chorus and of the
//! reverb's motion. These go by the engine's clock while the effect is on, and are 0 at a reset.
//!
//! What is no number does not enter a memory.

pub mod chorus;
mod controls;
pub mod delay;
mod memories;
mod occupancy;
mod ramps;
pub mod reverb;
#[cfg(test)]
mod tests;

use self::chorus::ChorusBlock;
use self::controls::EffectsControls;
use self::delay::DelayBlock;
use self::memories::Memories;
use self::occupancy::Occupancy;
use self::reverb::ReverbBlock;
use super::patch::Values;
use crate::dsp::delay_line::Group;
use crate::dsp::simd_level::SimdLevel;

/// How long an amount takes from 0 to 1, and how long what sounds takes to fade when another sound is
/// loaded, in seconds.
pub const FADE_S: f64 = 0.03;

/// −126 dB: what is below it in a memory is not kept. All that may be heard of it at once is below
/// −100 dB.
pub const LINE_QUIET: f32 = 5e-7;

/// Louder than any sound; what is above does not enter a memory.
const LOUDEST: f32 = 1e9;

/// Above this rate, frames per second, the memories do not grow: the longest times are shorter there.
const FASTEST_HZ: f64 = 384_000.0;

/// How many frames a memory of this many seconds has.
fn memory_frames(seconds: f64, sample_rate_hz: f64) -> usize {
    (seconds * sample_rate_hz.min(FASTEST_HZ)).ceil() as usize
}

/// The frames that are numbers that a sound can have, and 0 for the others.
#[inline(always)]
fn sanitized(frames: Group) -> Group {
    frames & frames.abs().simd_le(Group::splat(LOUDEST))
}

/// The engine's clock and the song's, as the effects follow them.
#[derive(Clone, Copy, Debug)]
pub struct EffectsPace {
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// H.
    pub block_frames: usize,
    /// The song's tempo.
    pub beats_per_frame: f64,
}

impl EffectsPace {
    fn block_s(&self) -> f64 {
        self.block_frames as f64 / self.sample_rate_hz
    }

    /// Frames per second of the memories: lengths in seconds are shorter above [`FASTEST_HZ`].
    fn memory_rate_hz(&self) -> f64 {
        self.sample_rate_hz.min(FASTEST_HZ)
    }

    /// The part of something that takes so long that one block is.
    fn step(&self, seconds: f64) -> f32 {
        (self.block_s() / seconds) as f32
    }

    /// The weight of a new frame in a one-pole low-pass of this cutoff.
    fn one_pole(&self, hz: f64) -> f32 {
        one_pole(hz, self.sample_rate_hz) as f32
    }
}

/// 1 − e^(−2π·hz/rate).
fn one_pole(hz: f64, sample_rate_hz: f64) -> f64 {
    1.0 - libm::exp(-std::f64::consts::TAU * hz / sample_rate_hz)
}

/// What the effects do over one block: plain data that goes with the block's frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct EffectsBlock {
    /// Whether any is on. Else the rest of this is not looked at.
    pub is_on: bool,
    chorus: Option<ChorusBlock>,
    delay: Option<DelayBlock>,
    reverb: Option<ReverbBlock>,
}

/// The effects of an engine.
#[derive(Debug)]
pub struct Effects {
    controls: EffectsControls,
    /// None where there are no effects.
    memories: Option<Memories>,
    /// Whether the memories were empty when each of the last two blocks began, the older first.
    was_empty: [bool; 2],
    /// Whether a voice has sounded in the newest block.
    has_sounded: bool,
}

impl Effects {
    /// Allocates all that they will ever need.
    pub fn new(simd_level: SimdLevel, sample_rate_hz: f64) -> Effects {
        Effects {
            memories: Some(Memories::new(simd_level, sample_rate_hz)),
            ..Effects::none(sample_rate_hz)
        }
    }

    /// None, whatever the values say: without memory.
    pub fn none(sample_rate_hz: f64) -> Effects {
        Effects {
            controls: EffectsControls::new(sample_rate_hz),
            memories: None,
            was_empty: [true; 2],
            has_sounded: false,
        }
    }

    /// Forgets all, and puts the clocks at 0: as new. Takes no longer for a long memory than for a short
    /// one.
    pub fn reset(&mut self) {
        self.controls.reset();
        self.memories.iter_mut().for_each(Memories::clear);
        self.was_empty = [true; 2];
        self.has_sounded = false;
    }

    /// Lets what sounds of the effects fade from the next tick on.
    pub fn fade_out(&mut self) {
        self.controls.fade_out();
    }

    /// A note begins within the newest block.
    pub fn note_begins(&mut self) {
        self.has_sounded = true;
    }

    /// Whether nothing comes out of them if nothing goes in, and nothing is to be faded.
    pub fn is_at_rest(&self) -> bool {
        self.are_empty() && self.was_empty[1]
    }

    fn are_empty(&self) -> bool {
        self.memories.as_ref().is_none_or(Memories::are_empty)
    }

    /// Frames from echo to echo, 0 where there are none. A tail may be silent for this long.
    pub fn echo_gap_frames(&self) -> u64 {
        self.controls.echo_gap_frames()
    }

    /// Works out the next block, in which voices sound from the start or not. `is_late` says that frames
    /// are handed out a block after their tick.
    pub fn tick(
        &mut self,
        values: &Values,
        pace: &EffectsPace,
        has_voices: bool,
        is_late: bool,
        block: &mut EffectsBlock,
    ) {
        if self.memories.is_none() {
            block.is_on = false;
            return;
        }
        let had_voices = std::mem::replace(&mut self.has_sounded, has_voices);
        self.was_empty = [self.was_empty[1], self.are_empty()];
        // At the end of the block before the last one: that is the latest whose frames have been handed
        // out in either case, so that other threads have no influence.
        let were_empty = self.was_empty[usize::from(is_late)];
        let is_at_rest = were_empty && !had_voices && !has_voices;
        self.controls.tick(values, pace, is_at_rest, block);
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
        if let Some(memories) = &mut self.memories {
            memories.process(block, left, right, from, step);
        }
    }
}

/// An effect, a group of frames at a time. How many frames a group has makes no difference to what comes out.
trait Effect {
    /// What it is to do over a block.
    type Block;

    /// What its memory holds.
    fn occupancy(&mut self) -> &mut Occupancy;

    /// Forgets all.
    fn clear(&mut self);

    /// The most frames that may go through it at once: what comes out of them must not depend on what goes in.
    fn frames_at_once(&self, block: &Self::Block) -> usize;

    /// The longest way of a frame through its memory.
    fn reach_frames(&self, block: &Self::Block) -> usize;

    /// Replaces the first `count` frames of a group, left and right, which are at these positions (0 to 1) of
    /// the block. Returns how loud what has gone into its memory is at each frame. Always inlined, to be compiled for
    /// the caller's instructions.
    fn group(
        &mut self,
        block: &Self::Block,
        frames: &mut [Group; 2],
        count: usize,
        positions: Group,
    ) -> Group;
}
