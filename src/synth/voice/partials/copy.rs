//! Copies of a voice's partials, for threads that render them: only what has changed since the last
//! copy is copied again.

use super::{Partials, lanes};
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::spectrum::ONSET_SHIFT;

/// How often arrays have been written, over the note's age: of copies of one voice's partials those
/// with the same number hold the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    pub frequencies: u64,
    pub shape: u64,
    pub decay: u64,
    pub decay_step: u64,
    pub gains: u64,
    /// The way of the phases: with the same number and [`Partials::steady_frames`] they are the same.
    pub path: u64,
    /// The phases past `count`.
    pub rest: u64,
}

impl From<u64> for Written {
    /// At the onset of a note of this age.
    fn from(age: u64) -> Written {
        let number = age << ONSET_SHIFT;
        Written {
            frequencies: number,
            shape: number,
            decay: number,
            decay_step: number,
            gains: number,
            path: number,
            rest: number,
        }
    }
}

impl Partials {
    /// Becomes as `other`, of which it has been a copy before or is as new as it; copies only what
    /// has been written since and will be read again.
    pub fn copy_from(&mut self, other: &Partials) {
        let Partials {
            phase,
            increment,
            curve,
            frequency_hz,
            shape,
            decay,
            decay_step,
            left_start: _,
            left_end,
            right_start: _,
            right_end,
            decayed,
            decayed_step,
            count,
            slides,
            decays,
            gains_rest,
            loudness,
            level,
            written,
            steady_frames,
            behind_frames,
        } = other;
        let before = std::mem::replace(&mut self.written, *written);
        let used = ..*count;
        if (before.path, before.rest) == (written.path, written.rest) {
            // They have gone on in a straight line since, which costs no memory to follow.
            let made = self.steady_frames.wrapping_sub(self.behind_frames);
            self.behind_frames = steady_frames.wrapping_sub(made);
        } else {
            let phases = if before.rest == written.rest {
                used
            } else {
                ..MAX_PARTIALS
            };
            self.phase[phases].copy_from_slice(&phase[phases]);
            self.behind_frames = *behind_frames;
        }
        self.steady_frames = *steady_frames;
        if before.frequencies != written.frequencies {
            self.frequency_hz[used].copy_from_slice(&frequency_hz[used]);
            // What slides is worked out anew in the next segment.
            if !slides {
                self.increment[used].copy_from_slice(&increment[used]);
                self.curve[used].copy_from_slice(&curve[used]);
            }
        }
        if before.shape != written.shape {
            self.shape[used].copy_from_slice(&shape[used]);
        }
        if before.decay != written.decay {
            self.decay[used].copy_from_slice(&decay[used]);
        }
        if before.decay_step != written.decay_step {
            self.decay_step[used].copy_from_slice(&decay_step[used]);
        }
        if before.gains != written.gains {
            // Past what is used all gains are 0.
            let either = ..self.count.max(*count);
            self.left_end[either].copy_from_slice(&left_end[either]);
            self.right_end[either].copy_from_slice(&right_end[either]);
            // The next segment begins at these ends.
            self.left_start[*count..].fill(0.0);
            self.right_start[*count..].fill(0.0);
        }
        self.decayed = *decayed;
        self.decayed_step = *decayed_step;
        self.count = *count;
        self.slides = *slides;
        self.decays = *decays;
        self.gains_rest = *gains_rest;
        self.loudness = *loudness;
        self.level = *level;
    }

    /// Brings a copy's phases to where they are to be.
    pub(super) fn make_up(&mut self) {
        let frames = std::mem::take(&mut self.behind_frames);
        if frames > 0 {
            let used = ..self.count;
            let (phase, increment) = (&mut self.phase[used], &self.increment[used]);
            lanes::advance(self.level, phase, increment, &self.curve[used], frames);
        }
    }
}
