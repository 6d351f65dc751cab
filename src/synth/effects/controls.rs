//! What the effects do at each tick: when they are on, how loud, and when they fade.

use super::chorus::ChorusControl;
use super::delay::DelayControl;
use super::ramps::{Level, LevelBlock, LevelRamp};
use super::reverb::ReverbControl;
use super::{EffectsBlock, EffectsPace, FADE_S};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// What the effects do at each tick. It knows the values and the clock, not what sounds.
#[derive(Clone, Debug)]
pub struct EffectsControls {
    chorus: ChorusControl,
    delay: DelayControl,
    reverb: ReverbControl,
    is_on: bool,
    /// Another sound has been loaded, or all sound is to be off, since the last tick.
    fade_is_due: bool,
    /// The gain of a fade under way.
    fade: Option<f32>,
}

impl EffectsControls {
    /// The controls as after a reset.
    pub fn new(sample_rate_hz: f64) -> EffectsControls {
        EffectsControls {
            chorus: ChorusControl::default(),
            delay: DelayControl::default(),
            reverb: ReverbControl::new(sample_rate_hz),
            is_on: false,
            fade_is_due: false,
            fade: None,
        }
    }

    /// Puts the clocks at 0; the next tick's values hold from its first frame.
    pub fn reset(&mut self) {
        self.chorus = ChorusControl::default();
        self.delay = DelayControl::default();
        self.reverb.reset();
        self.is_on = false;
        self.fade_is_due = false;
        self.fade = None;
    }

    /// Lets what sounds of the effects fade from the next tick on.
    pub fn fade_out(&mut self) {
        self.fade_is_due = true;
    }

    /// Frames from echo to echo, 0 where there are none.
    pub fn echo_gap_frames(&self) -> u64 {
        if self.delay.level.is_on() {
            self.delay.frames()
        } else {
            0
        }
    }

    /// Works out the next block. `is_at_rest` says that no voice sounds and that all memories are empty:
    /// then nothing needs to be faded.
    pub fn tick(
        &mut self,
        values: &Values,
        pace: &EffectsPace,
        is_at_rest: bool,
        block: &mut EffectsBlock,
    ) {
        let amounts = [
            Param::CHORUS_AMOUNT,
            Param::DELAY_AMOUNT,
            Param::REVERB_AMOUNT,
        ]
        .map(|param| values.get(param));
        if !self.is_on && amounts == [0.0; 3] {
            block.is_on = false;
            self.fade_is_due = false;
            return;
        }
        self.work_out(amounts, values, pace, is_at_rest, block);
    }

    #[inline(never)]
    fn work_out(
        &mut self,
        [chorus, delay, reverb]: [f32; 3],
        values: &Values,
        pace: &EffectsPace,
        jumps: bool,
        block: &mut EffectsBlock,
    ) {
        let is_due = std::mem::take(&mut self.fade_is_due);
        if jumps {
            self.fade = None;
        } else if is_due && self.is_on && self.fade.is_none() {
            self.fade = Some(1.0);
        }
        let step = pace.step(FADE_S);
        let fade = self.fade.map(|start| LevelRamp {
            start,
            end: (start - step).max(0.0),
        });
        self.fade = fade.map(|ramp| ramp.end).filter(|&gain| gain > 0.0);
        if fade.is_none() {
            self.chorus.take(values, pace);
            self.delay.take(values, pace);
            self.reverb.take(values);
        }
        block.chorus = next_level(&mut self.chorus.level, chorus, jumps, step, fade)
            .map(|(level, jumps)| self.chorus.tick(level, jumps, pace));
        block.delay = next_level(&mut self.delay.level, delay, jumps, step, fade)
            .map(|(level, jumps)| self.delay.tick(level, jumps, pace));
        block.reverb = next_level(&mut self.reverb.level, reverb, jumps, step, fade)
            .map(|(level, jumps)| self.reverb.tick(level, jumps, pace));
        block.is_on = block.chorus.is_some() || block.delay.is_some() || block.reverb.is_some();
        self.is_on =
            self.chorus.level.is_on() || self.delay.level.is_on() || self.reverb.level.is_on();
    }
}

/// An effect's level over the next block, and whether its other values hold from the first frame
/// on; `None` if it is off.
fn next_level(
    level: &mut Level,
    amount: f32,
    jumps: bool,
    step: f32,
    fade: Option<LevelRamp>,
) -> Option<(LevelBlock, bool)> {
    let begins = jumps || !level.is_on();
    let block = match &fade {
        Some(fade) => level.fade(fade),
        None => level.tick(amount, jumps, step),
    };
    Some((block?, begins))
}
