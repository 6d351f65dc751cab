//! Delay: echoes that stay where they are, move to the sides, or go from side to side.
//!
//! Two lines, each fed back into the other:
//!
//! ```text
//! left line  ← tone(L + w·R + f·right tap)        right line ← tone((1−w)·R + f·left tap)
//! ```
//!
//! with the width w and the feedback f. Echo k of a sound in the middle is at ±w of the way to the sides,
//! alternately. L + R of what is fed in does not depend on w, and neither does the sum of the echoes in
//! mono. `tone` is a one-pole low-pass, left out at the top of its range, which every echo goes through
//! once more than the one before.
//!
//! Delays are whole frames, so an echo is the sound itself. A new time is faded over to in
//! [`TIME_FADE_S`]: nothing is transposed on the way, and a song's tempo that moves is followed in such
//! steps. A division that is longer than [`LONGEST_S`] is halved until it is not.

use super::occupancy::Occupancy;
use super::ramps::{Faded, FadedBlock, Level, LevelBlock, LevelRamp, Smoothed};
use super::{Effect, EffectsPace, memory_frames, sanitized};
use crate::dsp::delay_line::{DelayLines, GROUP, Group};
use crate::synth::parameter::{LFO_DIVISIONS_BEATS, Param};
use crate::synth::patch::Values;

/// The longest delay, in seconds.
pub const LONGEST_S: f64 = 4.0;
/// How long it takes to go from one time to another, in seconds.
pub const TIME_FADE_S: f64 = 0.05;

/// The delay over one block.
#[derive(Clone, Copy, Debug, Default)]
pub struct DelayBlock {
    /// How loud it is.
    pub level: LevelBlock,
    frames: FadedBlock<u32>,
    feedback: LevelRamp,
    /// Weight of the new value in the low-pass.
    tone: LevelRamp,
    width: LevelRamp,
}

/// What the delay does at each tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct DelayControl {
    /// How loud it is.
    pub level: Level,
    frames: Faded<u32>,
    feedback: Smoothed,
    tone: Smoothed,
    width: Smoothed,
    targets: Targets,
}

#[derive(Clone, Copy, Debug, Default)]
struct Targets {
    frames: u32,
    feedback: f32,
    tone_hz: f32,
    tone: f32,
    width: f32,
}

impl DelayControl {
    /// Takes the values over.
    pub fn take(&mut self, values: &Values, pace: &EffectsPace) {
        let targets = &mut self.targets;
        targets.frames = delay_frames(values, pace);
        targets.feedback = values.get(Param::DELAY_FEEDBACK);
        targets.width = values.get(Param::DELAY_WIDTH);
        let tone_hz = values.get(Param::DELAY_TONE);
        if tone_hz != targets.tone_hz {
            targets.tone_hz = tone_hz;
            targets.tone = if tone_hz >= Param::DELAY_TONE.range().ends().1 {
                1.0
            } else {
                pace.one_pole(f64::from(tone_hz))
            };
        }
    }

    /// Frames from echo to echo.
    pub fn frames(&self) -> u64 {
        self.targets.frames.into()
    }

    /// The block's, with this level; see `Level::tick` for `jumps`.
    pub fn tick(&mut self, level: LevelBlock, jumps: bool, pace: &EffectsPace) -> DelayBlock {
        let targets = &self.targets;
        DelayBlock {
            level,
            frames: self
                .frames
                .tick(targets.frames, jumps, pace.step(TIME_FADE_S)),
            feedback: self.feedback.tick(targets.feedback, jumps),
            tone: self.tone.tick(targets.tone, jumps),
            width: self.width.tick(targets.width, jumps),
        }
    }
}

/// How long a delay is to be, in frames.
fn delay_frames(values: &Values, pace: &EffectsPace) -> u32 {
    let longest = memory_frames(LONGEST_S, pace.sample_rate_hz) as f64;
    let mut frames = if values.is_on(Param::DELAY_SYNC) {
        let division = values.index(Param::DELAY_DIVISION);
        let beats = LFO_DIVISIONS_BEATS[division.min(LFO_DIVISIONS_BEATS.len() - 1)];
        beats / pace.beats_per_frame
    } else {
        f64::from(values.get(Param::DELAY_TIME)) * pace.sample_rate_hz
    };
    // No tempo is so slow that this would go on for long.
    while frames.round() > longest {
        frames *= 0.5;
    }
    frames.round().max(1.0) as u32
}

/// The memory of the delay.
#[derive(Debug)]
pub struct Delay {
    lines: DelayLines<2>,
    lowpass: [f32; 2],
    occupancy: Occupancy,
}

impl Delay {
    /// Allocates its memory.
    pub fn new(sample_rate_hz: f64) -> Delay {
        let frames = memory_frames(LONGEST_S, sample_rate_hz);
        Delay {
            lines: DelayLines::new(frames),
            lowpass: [0.0; 2],
            occupancy: Occupancy::default(),
        }
    }

    /// Whether its memory holds nothing.
    pub fn is_empty(&self) -> bool {
        self.occupancy.is_empty()
    }

    #[inline(always)]
    fn taps(&self, frames: &FadedBlock<u32>, positions: Group) -> [Group; 2] {
        let mut taps = [Group::ZERO; 2];
        for (side, tap) in taps.iter_mut().enumerate() {
            *tap = self.lines.read(side, frames.from as usize);
            if frames.from != frames.to {
                let to = self.lines.read(side, frames.to as usize);
                *tap = frames.fade(*tap, to, positions);
            }
        }
        taps
    }
}

impl Effect for Delay {
    type Block = DelayBlock;

    fn occupancy(&mut self) -> &mut Occupancy {
        &mut self.occupancy
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.lowpass = [0.0; 2];
        self.occupancy.clear();
    }

    fn frames_at_once(&self, block: &DelayBlock) -> usize {
        block.frames.from.min(block.frames.to) as usize
    }

    fn reach_frames(&self, block: &DelayBlock) -> usize {
        block.frames.from.max(block.frames.to) as usize
    }

    #[inline(always)]
    fn group(
        &mut self,
        block: &DelayBlock,
        frames: &mut [Group; 2],
        count: usize,
        positions: Group,
    ) -> Group {
        let taps = self.taps(&block.frames, positions);
        let (wet, send) = (
            block.level.wet.over(positions),
            block.level.send.over(positions),
        );
        let (width, feedback) = (block.width.over(positions), block.feedback.over(positions));
        let (left, right) = (sanitized(frames[0]) * send, sanitized(frames[1]) * send);
        let fed = [
            left + width * right + feedback * taps[1],
            (Group::ONE - width) * right + feedback * taps[0],
        ];
        let tone = block.tone.over(positions);
        // Where the tone is open, exactly what is fed.
        let (weighted, rest) = (fed.map(|fed| (tone * fed).to_array()), Group::ONE - tone);
        let mut kept = [[0.0; GROUP]; 2];
        for (k, rest) in rest.to_array().into_iter().take(count).enumerate() {
            for side in 0..2 {
                self.lowpass[side] = weighted[side][k] + rest * self.lowpass[side];
                kept[side][k] = self.lowpass[side];
            }
        }
        let kept = [Group::new(kept[0]), Group::new(kept[1])];
        self.lines.push(&kept, count);
        for side in 0..2 {
            frames[side] += wet * taps[side];
        }
        kept[0].abs().fast_max(kept[1].abs())
    }
}
