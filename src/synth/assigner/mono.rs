//! One note at a time: which key's note sounds, and when the voice goes on with another one.
//!
//! All keys that are down are kept. Of these the priority chooses the one that sounds; when it comes
//! up, the next one sounds again. In Legato the voice goes on, so long as a key or a pedal holds it,
//! and takes the other note's place; else the note before fades out and the other begins. A note has
//! ended when its key is up and it does not sound.

#[cfg(test)]
mod tests;

use super::held::{HeldKeys, PlayMode, Priority};
use super::note::Hold;
use super::{Assigner, Command, Commands, NewNote, fade};
use crate::synth::event::{EndedNote, NoteAddress};
use crate::synth::modulation::glide::GlideStart;

/// The note that was chosen last. Its voice may have come to its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Playing {
    slot: usize,
    age: u64,
    glide_start: Option<GlideStart>,
}

/// What keeps the note that sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// What holds its voice; `None` where that has come to its end.
    hold: Option<Hold>,
    /// Whether its key is down.
    is_down: bool,
}

impl Kept {
    /// Whether a key or a pedal holds a voice.
    fn is_held(self) -> bool {
        self.hold.is_some_and(|hold| hold != Hold::Nothing)
    }
}

impl Assigner {
    /// How notes are played from now on. What sounds is left as it is until the next note.
    pub fn set_mode(&mut self, mode: PlayMode, priority: Priority) {
        if mode == PlayMode::Poly && self.mode != PlayMode::Poly {
            self.lift_held(|_| true);
            self.playing = None;
        }
        (self.mode, self.priority) = (mode, priority);
    }

    /// Whether an event may have a held key's note sound again.
    pub fn has_waiting_keys(&self) -> bool {
        let playing = self.playing.map(|playing| playing.age);
        self.held.has_others_than(playing)
    }

    /// A note begins where one sounds at a time.
    pub(super) fn mono_note_on(&mut self, note: NewNote, commands: &mut impl Commands) {
        let before = self.kept();
        // The same key again: the earlier note's key counts as up.
        let identity = (note.id, note.channel, note.key);
        self.lift_held(|held| (held.id, held.channel, held.key) == identity);
        let is_legato = !self.held.is_empty() || self.notes.holds_any_key();
        self.phrases += u64::from(!is_legato);
        self.onsets += 1;
        let note = NewNote {
            age: self.onsets,
            ..note
        };
        if let Some(oldest) = self.held.press(note) {
            self.end_unless_playing(&oldest);
        }
        self.play_first(before, true, commands);
    }

    /// The slot of the note that sounds, if its voice has not ended.
    fn playing_slot(&self) -> Option<usize> {
        let playing = self.playing?;
        self.notes
            .is_active(playing.slot, playing.age)
            .then_some(playing.slot)
    }

    /// What keeps the note that sounds.
    pub(super) fn kept(&self) -> Kept {
        let slot = self.playing_slot();
        Kept {
            hold: slot.map(|slot| self.notes.hold(slot)),
            is_down: self.playing.is_some_and(|of| self.held.contains(of.age)),
        }
    }

    /// Has another key sound, if the note that sounds is kept otherwise than `before` the event.
    pub(super) fn return_to_held(&mut self, before: Kept, commands: &mut impl Commands) {
        if self.kept() != before {
            self.play_first(before, false, commands);
        }
    }

    /// Has the key sound that the priority chooses, unless a pedal holds the note that sounds; but a
    /// new key goes before a pedal.
    fn play_first(&mut self, before: Kept, is_onset: bool, commands: &mut impl Commands) {
        let Some(&first) = self.held.first(self.priority) else {
            return;
        };
        // Also if its voice has died away: only its key's going down strikes it again.
        let is_playing = self.playing.is_some_and(|playing| playing.age == first.age);
        let is_new = is_onset && first.age == self.onsets;
        let is_pedalled = matches!(self.kept().hold, Some(Hold::Sustain | Hold::Sostenuto));
        if is_playing || (is_pedalled && !is_new) {
            return;
        }
        let was_held = before.is_held();
        let playing = self.playing_slot();
        let rendered = playing.filter(|&slot| !self.notes.is_pending(slot));
        let start = self.glide_start((first.channel, first.key), rendered, was_held);
        let glide_start = match self.playing {
            // One that has not been rendered yet has no pitch: the glide begins where its own would have begun.
            Some(unheard) if playing != rendered => unheard.glide_start.map(|start| GlideStart {
                is_legato: was_held,
                ..start
            }),
            _ => start,
        };
        let note = NewNote {
            glide_start,
            ..first
        };
        let slot = match playing {
            // A voice whose room alone is left has no envelope to go on in.
            Some(slot)
                if was_held && self.mode == PlayMode::Legato && !self.notes.is_tail(slot) =>
            {
                self.notes.rename(slot, &note);
                commands.push(slot, Command::Continue(note));
                slot
            }
            _ => {
                self.fade_all(commands);
                let Some(slot) = self.notes.slot_for_new_note(self.slots) else {
                    return;
                };
                self.notes.enter(slot, &note);
                commands.push(slot, Command::Begin(note));
                slot
            }
        };
        self.notes.keep(slot, true);
        let age = note.age;
        self.playing = Some(Playing {
            slot,
            age,
            glide_start,
        });
    }

    fn fade_all(&mut self, commands: &mut impl Commands) {
        if let Some(slot) = self.playing_slot() {
            fade(&mut self.notes, slot, commands);
        }
        if self.notes.active_count() == 0 {
            return;
        }
        // Others are left from before the mode was set.
        let all = NoteAddress {
            id: None,
            channel: None,
            key: None,
        };
        self.notes.visit(&all, false, |notes, slot| {
            fade(notes, slot, commands);
        });
    }

    /// Keys come up; those whose notes do not sound have ended.
    pub(super) fn lift_held(&mut self, is_meant: impl Fn(&NewNote) -> bool) {
        // Taken out meanwhile; an empty list is no allocation.
        let mut held = std::mem::replace(&mut self.held, HeldKeys::EMPTY);
        held.lift(is_meant, |note| self.end_unless_playing(note));
        self.held = held;
    }

    /// The key of a note is up: it has ended, or it ends with the voice in which it sounds.
    fn end_unless_playing(&mut self, note: &NewNote) {
        match self.playing_slot() {
            Some(slot) if self.notes.age(slot) == note.age => self.notes.keep(slot, false),
            _ => self.notes.end(EndedNote {
                id: note.id,
                channel: note.channel,
                key: note.key,
            }),
        }
    }
}
