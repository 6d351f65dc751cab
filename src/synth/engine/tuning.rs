//! The tuning: what the engine is given of it, and what becomes of notes that sound.

use std::sync::Arc;

use super::Engine;
use crate::synth::tuning::{KeptSet, LiveTable, LoadedScale, Retuned, TickTuning};
use crate::synth::voice::Voice;

impl Engine {
    /// Takes over another scale, or none, from the next tick on (a note that begins before it already has it). The
    /// caller keeps an [`Arc`] of its own until this engine has been given another scale and has rendered, or is
    /// dropped: what is freed here is never the last one.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_scale(&mut self, scale: Arc<Option<LoadedScale>>) {
        self.tuner.set_scale(scale);
    }

    /// The pitches that MTS-ESP gives keys, to be written to; they count from the next tick on.
    pub fn broadcast_tuning(&mut self) -> &mut LiveTable {
        self.tuner.broadcast_mut()
    }

    /// The pitches that MIDI messages give keys, to be written to; they count from the next tick on.
    pub fn message_tuning(&mut self) -> &mut LiveTable {
        self.tuner.messages_mut()
    }

    /// The pitches of keys as of the last tick.
    pub fn tuning(&self) -> &TickTuning {
        &self.tick.tuning.now
    }

    /// Takes over the pitches that keys have now.
    pub(super) fn take_tuning(&mut self) {
        let masters = self.channels.masters();
        let have_places_rested = self.tick.tuning.now.pass_tick();
        let retuned = match self.tuner.take_changed(&masters) {
            Some(retuned) => retuned,
            None if have_places_rested => {
                self.tuner.renew();
                Retuned::UNTOUCHED
            }
            None => return,
        };
        let follows = |voice: &Voice| {
            let (channel, key) = voice.key();
            let master = masters[usize::from(channel & 15)];
            retuned.followed.contains(master, key)
        };
        if retuned.keeps_others {
            self.keep_tuning(follows);
        }
        self.tick.retune(&self.tuner);
        if have_places_rested {
            self.follow_places();
        }
        if retuned.followed.is_empty() {
            return;
        }
        for slot in self.assigner.notes().active_slots() {
            if follows(&self.pool[slot]) {
                self.pool[slot].retune(&self.tick.tuning.now);
            }
        }
    }

    /// Notes in the tuning that sounds are where their pitches are in its scale.
    #[cold]
    fn follow_places(&mut self) {
        for slot in self.assigner.notes().active_slots() {
            self.pool[slot].follow_places(&self.tick.tuning.now);
        }
    }

    /// Notes that sound keep the tuning that they have, except those that follow.
    fn keep_tuning(&mut self, follows: impl Fn(&Voice) -> bool) {
        let slots = || self.assigner.notes().slots_in_use();
        let mut used = KeptSet::default();
        let mut is_needed = false;
        for slot in slots() {
            let voice = &self.pool[slot];
            match voice.kept_tuning() {
                Some(place) => used.insert(place),
                None => is_needed |= !follows(voice),
            }
        }
        if is_needed {
            let place = self.tick.tuning.keep(used);
            for slot in slots() {
                let voice = &mut self.pool[slot];
                if !follows(voice) {
                    voice.keep_tuning(place);
                }
            }
        }
    }
}
