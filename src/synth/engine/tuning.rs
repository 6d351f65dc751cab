//! The tuning: what the engine is given of it, and what becomes of notes that sound.

use std::sync::Arc;

use super::Engine;
use crate::synth::tuning::{KeptSet, LiveTable, LoadedScale, TickTuning};

impl Engine {
    /// Whether there is room for another scale; see [`Engine::set_scale`].
    pub fn takes_scale(&self) -> bool {
        self.tuner.takes_scale()
    }

    /// Takes over another scale, or none, from the next tick on (a note that begins before it already has it).
    /// Returns what nothing reads any more, to be dropped off the audio thread: never anything if it
    /// [takes one](Engine::takes_scale).
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_scale(
        &mut self,
        scale: Arc<Option<LoadedScale>>,
    ) -> Option<Arc<Option<LoadedScale>>> {
        self.tuner.set_scale(scale)
    }

    /// A scale that nothing reads any more, to be dropped off the audio thread.
    pub fn take_retired_scale(&mut self) -> Option<Arc<Option<LoadedScale>>> {
        self.tuner.take_retired()
    }

    /// Keeps for a while what [`Engine::take_retired_scale`] has given.
    pub fn keep_retired_scale(&mut self, scale: Arc<Option<LoadedScale>>) {
        self.tuner.keep_retired(scale);
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
        let Some(retuned) = self.tuner.take_changed(&masters) else {
            return;
        };
        if !retuned.sounding {
            self.keep_tuning();
        }
        self.tick.retune(&self.tuner);
        if retuned.sounding {
            for slot in self.assigner.notes().active_slots() {
                self.pool[slot].retune(&self.tick.tuning.now.keys);
            }
        }
    }

    /// Notes that sound keep the tuning that they have.
    fn keep_tuning(&mut self) {
        let slots = || self.assigner.notes().slots_in_use();
        let mut used = KeptSet::default();
        let mut is_needed = false;
        for slot in slots() {
            match self.pool[slot].kept_tuning() {
                Some(place) => used.insert(place),
                None => is_needed = true,
            }
        }
        if is_needed {
            let place = self.tick.tuning.keep(used);
            for slot in slots() {
                self.pool[slot].keep_tuning(place);
            }
        }
    }
}
