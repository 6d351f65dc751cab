//! Plays the recording that the window compares with its bank, over the instrument's output.
//!
//! It is heard at the output's level. From one side to the other, and to silence, it fades; the place goes on meanwhile.
//! A beginning does not fade, so that its attack is as it is. It is silent where a host renders offline: a bounce has
//! nothing in it that is played for the user's ear.

use std::sync::Arc;

use nice_plug::prelude::{Buffer, ProcessMode};

use crate::params::audition::SharedAudition;
use crate::recordings::audition::{Audition, AuditionSide};
use crate::synth::output::level_gain;
use crate::synth::{Param, Patch};

/// How long it takes to go from one side to the other, seconds.
const FADE_S: f64 = 0.01;

/// The player. It lives on the audio thread.
pub struct AuditionPlayer {
    audition: Arc<Audition>,
    /// What takes its place when it has faded out.
    next: Option<Arc<Audition>>,
    /// The next frame of it.
    place: usize,
    /// Of each side.
    gains: [f32; 2],
    /// What a gain changes by in a frame, at most.
    fade: f32,
    /// The level at the end of the last buffer.
    level: f32,
    sample_rate_hz: f64,
    is_offline: bool,
}

impl AuditionPlayer {
    /// One that has nothing to play.
    pub fn new() -> AuditionPlayer {
        AuditionPlayer {
            audition: Audition::none(),
            next: None,
            place: 0,
            gains: [0.0; 2],
            fade: 1.0,
            level: 0.0,
            sample_rate_hz: 0.0,
            is_offline: false,
        }
    }

    /// The host plays at this rate from now on.
    pub fn activate(&mut self, sample_rate_hz: f64, mode: ProcessMode, shared: &SharedAudition) {
        self.sample_rate_hz = sample_rate_hz;
        self.fade = (1.0 / (FADE_S * sample_rate_hz)) as f32;
        self.is_offline = mode == ProcessMode::Offline;
        shared.set_sample_rate_hz(sample_rate_hz);
        self.reset(shared);
    }

    /// Ends what is played at once.
    pub fn reset(&mut self, shared: &SharedAudition) {
        shared.end(shared.wanted());
        self.rewind(shared);
    }

    fn rewind(&mut self, shared: &SharedAudition) {
        self.gains = [0.0; 2];
        self.place = 0;
        shared.set_place_frames(0);
        if let Some(next) = self.next.take() {
            self.audition = next;
        }
    }

    /// Adds a buffer's length of it to the buffer.
    pub fn add(&mut self, shared: &SharedAudition, patch: &Patch, buffer: &mut Buffer) {
        // In this order, so that a side is never taken to be one of an older audition.
        let wanted = shared.wanted();
        if let Some(next) = shared.take_next() {
            self.next = Some(next);
        }
        let is_silent = self.gains == [0.0; 2];
        if is_silent {
            self.rewind(shared);
            if wanted.is_none() {
                return;
            }
        }
        let level = level_gain(patch.plain(Param::LEVEL));
        if is_silent {
            self.level = level;
        }
        let frames = buffer.samples();
        let level_step = (level - self.level) / frames.max(1) as f32;
        let is_of_rate = (self.audition.sample_rate_hz() - self.sample_rate_hz).abs() < 1.0;
        let is_heard = is_of_rate && !self.is_offline;
        let heard = wanted.filter(|_| is_heard && self.next.is_none());
        let targets = AuditionSide::ALL.map(|side| f32::from(u8::from(heard == Some(side))));
        if is_silent {
            self.gains = targets;
        }
        let length = self.audition.frames();
        for place in 0..frames {
            if self.place >= length || self.gains == [0.0; 2] {
                break;
            }
            let level = self.level + level_step * (place + 1) as f32;
            let frame = self.frame().map(|sample| level * sample);
            add_frame(buffer, place, frame);
            self.place += 1;
            for (gain, target) in self.gains.iter_mut().zip(targets) {
                *gain += (target - *gain).clamp(-self.fade, self.fade);
            }
        }
        self.level = level;
        shared.set_place_frames(self.place.min(u32::MAX as usize) as u32);
        let is_over = self.place >= length || !is_heard;
        if is_over {
            shared.end(wanted);
            self.rewind(shared);
        }
    }

    fn frame(&self) -> [f32; 2] {
        let [original, partials] = AuditionSide::ALL.map(|side| {
            let gain = self.gains[side as usize];
            let frame = self.audition.frame(side, self.place);
            frame.map(|sample| gain * sample)
        });
        [original[0] + partials[0], original[1] + partials[1]]
    }
}

/// Adds left and right to a frame of the buffer.
fn add_frame(buffer: &mut Buffer, place: usize, [left, right]: [f32; 2]) {
    match buffer.as_slice() {
        [] => {}
        [mono] => mono[place] += 0.5 * (left + right),
        [first, second, ..] => {
            first[place] += left;
            second[place] += right;
        }
    }
}
