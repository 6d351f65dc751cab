//! What notes, pedals and other controllers do to the voices: which begin, are let go, give way.

use super::{EndedNote, Engine};
use crate::synth::allocator;
use crate::synth::channel::Channels;
use crate::synth::event::NoteAddress;
use crate::synth::parameter::Param;
use crate::synth::voice::Life;

impl Engine {
    pub(super) fn note_on(&mut self, id: Option<i32>, channel: u8, key: u8, velocity: f32) {
        // The patch counts from here on: it may have fewer voices.
        self.take_patch();
        // The same key again: the earlier note is let go, pedal or not; one with an id of its own
        // only if its key is up.
        for voice in self.ensemble.iter_mut() {
            let is_same = voice.channel == channel
                && voice.key == key
                && (voice.id == id || !voice.key_is_down);
            if is_same && matches!(voice.life(), Life::Pending | Life::Sounding) {
                voice.key_is_down = false;
                voice.sostenuto = false;
                voice.release();
            }
        }
        self.steal_down_to(self.voice_limit() - 1);
        let Some(slot) = allocator::slot(&self.ensemble, self.voice_limit()) else {
            return;
        };
        self.ensemble.use_slot(slot);
        self.onsets += 1;
        self.ensemble[slot].begin(id, channel, key, velocity, self.onsets);
        self.has_pending = true;
    }

    pub(super) fn note_off(&mut self, note: &NoteAddress) {
        for slot in 0..self.ensemble.used_slots() {
            if self.is_addressed(slot, note) && self.ensemble[slot].key_is_down {
                self.ensemble[slot].key_is_down = false;
                self.release_unless_held(slot);
            }
        }
    }

    fn release_unless_held(&mut self, slot: usize) {
        let voice = &mut self.ensemble[slot];
        let is_held = voice.key_is_down
            || voice.sostenuto
            || self
                .tick
                .channels
                .control(voice.channel, &self.tick.values)
                .sustain;
        if !is_held {
            voice.release();
        }
    }

    pub(super) fn is_addressed(&self, slot: usize, note: &NoteAddress) -> bool {
        let voice = &self.ensemble[slot];
        if !matches!(voice.life(), Life::Pending | Life::Sounding) {
            return false;
        }
        match (note.id, voice.id) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => {
                note.channel.is_none_or(|c| c == voice.channel)
                    && note.key.is_none_or(|k| k == voice.key)
            }
        }
    }

    pub(super) fn controller(&mut self, channel: u8, number: u8, value: f32) {
        const SUSTAIN: u8 = 64;
        const SOSTENUTO: u8 = 66;
        const ALL_SOUND_OFF: u8 = 120;
        const RESET_ALL_CONTROLLERS: u8 = 121;
        const ALL_NOTES_OFF: u8 = 123;
        let sostenuto_was_down = self.tick.channels.get_mut(channel).sostenuto;
        self.tick.channels.get_mut(channel).control(number, value);
        let sostenuto_is_down = self.tick.channels.get_mut(channel).sostenuto;
        for slot in 0..self.ensemble.used_slots() {
            let voice = &mut self.ensemble[slot];
            let is_in_use = matches!(voice.life(), Life::Pending | Life::Sounding);
            if !is_in_use || !Channels::reaches(channel, voice.channel, &self.tick.values) {
                continue;
            }
            match number {
                ALL_SOUND_OFF => self.fade(slot),
                // 124 to 127 change the mode, and release all notes as well.
                ALL_NOTES_OFF.. => {
                    voice.key_is_down = false;
                    self.release_unless_held(slot);
                }
                SUSTAIN | SOSTENUTO | RESET_ALL_CONTROLLERS => {
                    if sostenuto_is_down && !sostenuto_was_down {
                        voice.sostenuto |= voice.key_is_down;
                    } else if sostenuto_was_down && !sostenuto_is_down {
                        voice.sostenuto = false;
                    }
                    self.release_unless_held(slot);
                }
                _ => {}
            }
        }
    }

    pub(super) fn voice_limit(&self) -> usize {
        self.tick
            .values
            .index(Param::VOICES)
            .clamp(1, self.dimensions.voices)
    }

    pub(super) fn steal_down_to(&mut self, limit: usize) {
        let taken = allocator::taken(&self.ensemble);
        for _ in limit..taken {
            if let Some(slot) = allocator::victim(&self.ensemble) {
                self.fade(slot);
            }
        }
    }

    /// Fades a voice out over the next block and tells that its note has ended.
    pub(super) fn fade(&mut self, slot: usize) {
        let voice = &mut self.ensemble[slot];
        self.ended.push(EndedNote {
            id: voice.id,
            channel: voice.channel,
            key: voice.key,
        });
        voice.fade();
    }

    /// Pedals of the zone's master reach fewer voices once MPE is off.
    pub(super) fn release_what_no_pedal_holds(&mut self) {
        for slot in 0..self.ensemble.used_slots() {
            let voice = &mut self.ensemble[slot];
            if matches!(voice.life(), Life::Pending | Life::Sounding) {
                let control = self.tick.channels.control(voice.channel, &self.tick.values);
                voice.sostenuto &= control.sostenuto;
                self.release_unless_held(slot);
            }
        }
    }
}
