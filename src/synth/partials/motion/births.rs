//! Partials that come: those of a frame that has more than before, and those of a recording that begin.

use super::recorded;
use super::{FundamentalPath, Motion, State};
use crate::dsp::fixed_point::fixed_turns;
use crate::synth::partials::Frame;
use crate::synth::recordings::RecordedFrame;

impl Motion {
    /// Makes room for the partials of a frame that has more than before. New ones start from gain 0
    /// at the ratio that they go to; shifted ones at that of the same shift.
    pub(super) fn grow(&mut self, frame: &Frame, path: &FundamentalPath) {
        let (before, used) = (self.state.used, frame.used_count());
        if used <= before {
            return;
        }
        self.change_phases();
        let first_copy = match frame.copies() {
            1 => used,
            _ => frame.copy_len(),
        };
        let State { phases, seed, .. } = self.state;
        self.phase.grow(used, first_copy, phases, seed);
        let ratio = &mut self.ratio.write(used)[before..];
        ratio.copy_from_slice(&frame.ratio[before..used]);
        if let Some(tracking) = frame.tracking()
            && path.moves()
        {
            path.go_back(&tracking[before..], ratio);
        }
        self.decay.grow(self.state.level, before, frame);
        self.left.write(used)[before..].fill(0.0);
        self.right.write(used)[before..].fill(0.0);
        self.state.used = used;
    }

    /// Puts those partials of a recording that have just begun to the frequencies and phases that they begin with,
    /// except where another still sounds.
    #[inline(never)]
    #[cold]
    pub(super) fn begin_recorded(&mut self, frame: &Frame, recorded: &RecordedFrame, end_hz: f64) {
        if recorded.births().is_empty() {
            return;
        }
        self.change_phases();
        let used = self.state.used;
        let ratio = self.ratio.write(used);
        for (copy, birth, n) in recorded::each_birth(frame, recorded, used) {
            if recorded::still_sounds(&self.left, &self.right, n) {
                continue;
            }
            ratio[n] = frame.ratio[n] * birth.ratio;
            if let Some((turns, lead_s)) = birth.phase.filter(|_| copy == 0) {
                let lead = end_hz * f64::from(frame.ratio[n]) * f64::from(lead_s);
                self.phase
                    .set(n, used, turns.wrapping_sub(fixed_turns(lead)));
            }
        }
    }
}
