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
use super::{Effect, EffectsPace, LINE_QUIET, memory_frames, sanitized};
use crate::dsp::delay_line::DelayLine;
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
    lines: [DelayLine; 2],
    lowpass: [f32; 2],
    occupancy: Occupancy,
}

impl Delay {
    /// Allocates its memory.
    pub fn new(sample_rate_hz: f64) -> Delay {
        let frames = memory_frames(LONGEST_S, sample_rate_hz);
        Delay {
            lines: [(); 2].map(|()| DelayLine::new(frames)),
            lowpass: [0.0; 2],
            occupancy: Occupancy::default(),
        }
    }

    /// Whether its memory holds nothing.
    pub fn is_empty(&self) -> bool {
        self.occupancy.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::clear);
        self.lowpass = [0.0; 2];
        self.occupancy.clear();
    }

    #[inline(always)]
    fn taps(&self, frames: &FadedBlock<u32>, position: f32) -> [f32; 2] {
        let read = |delay: u32| [0, 1].map(|side| self.lines[side].read(delay as usize));
        let from = read(frames.from);
        if frames.from == frames.to {
            return from;
        }
        let (to, mix) = (read(frames.to), frames.mix.at(position));
        [0, 1].map(|side| from[side] * (1.0 - mix) + to[side] * mix)
    }
}

impl Effect for Delay {
    type Block = DelayBlock;

    #[inline(always)]
    fn frame(&mut self, block: &DelayBlock, frame: [f32; 2], position: f32) -> [f32; 2] {
        if !self.occupancy.takes(frame) {
            return frame;
        }
        let (wet, send) = (block.level.wet.at(position), block.level.send.at(position));
        let [left_tap, right_tap] = self.taps(&block.frames, position);
        let [left, right] = frame.map(|x| sanitized(x) * send);
        let (width, feedback) = (block.width.at(position), block.feedback.at(position));
        let tone = block.tone.at(position);
        let fed = [
            left + width * right + feedback * right_tap,
            (1.0 - width) * right + feedback * left_tap,
        ];
        let mut is_quiet = frame == [0.0; 2];
        for (side, fed) in fed.into_iter().enumerate() {
            // Where the tone is open, exactly what is fed.
            let kept = tone * fed + (1.0 - tone) * self.lowpass[side];
            self.lowpass[side] = kept;
            self.lines[side].push(kept);
            is_quiet &= kept.abs() < LINE_QUIET;
        }
        let reach_frames = block.frames.from.max(block.frames.to) as usize;
        if self.occupancy.has_ended(is_quiet, reach_frames) {
            self.clear();
        }
        [frame[0] + wet * left_tap, frame[1] + wet * right_tap]
    }
}
