//! The assigner: which voice a note gets, what keys and pedals hold, which voice gives way.
//!
//! It keeps account of the notes and never touches a voice: what is to happen to the voices it says
//! as [`Command`]s, which the engine carries out between two blocks. So an event costs no more than
//! its own bookkeeping, whatever the voices are doing meanwhile on other threads.
//!
//! A note that finds all voices taken steals one: of the released ones, else of all, the quietest;
//! of about equally quiet ones the oldest. The stolen voice sounds on to the next tick and fades out
//! over the block after it, beside the new one, so there are more slots than voices.
//!
//! Each operation takes constant time, or time for the voices whose state it changes, so a burst of
//! events takes time for the events and the voices, never for their product; stealing takes O(log n) a
//! voice after a first O(n) in a block. (Notes that share one id are looked at by every event for it;
//! hosts give each note its own.)

pub(super) mod lists;
mod note;
mod notes;
mod pedals;
mod ranking;
#[cfg(test)]
mod tests;

use self::note::{HOLDS, Hold};
pub use self::notes::Notes;
use self::pedals::Pedals;
pub use self::pedals::{NO_MASTERS, Pedal};
use super::event::{EndedNote, NoteAddress};
use super::modulation::glide::GlideStart;

/// MIDI channels.
const CHANNELS: usize = 16;
/// MIDI keys.
const KEYS: usize = 128;

/// What is to happen to the voice in a slot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// A note begins; what was in the slot is cut off.
    Begin(NewNote),
    /// The envelopes' release begins.
    Release,
    /// It fades out over the next block; one that has not sounded yet ends at once.
    Fade,
}

/// A note that begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewNote {
    /// The host's note id, where it gives one.
    pub id: Option<i32>,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub key: u8,
    /// 0 to 1.
    pub velocity: f32,
    /// Where it glides from; `None` for the first note.
    pub glide_start: Option<GlideStart>,
    /// Order of onset since the engine was made; larger is younger. The assigner sets it.
    pub age: u64,
}

/// What events with channel and key address a note by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub key: u8,
    /// Whether it has an id; then events with ids address it by that alone.
    pub has_id: bool,
}

/// Carries out commands, each for the voice in a slot.
pub trait Commands {
    /// Takes a command for the voice in `slot`.
    fn push(&mut self, slot: usize, command: Command);
}

/// How a voice came out of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoiceReport {
    /// Whether it goes on.
    pub is_active: bool,
    /// The power of its partials.
    pub power: f32,
    /// Partials that sound.
    pub partials: usize,
}

/// The assigner. See the module's text.
#[derive(Debug)]
pub struct Assigner {
    notes: Notes,
    pedals: Pedals,
    /// Onsets so far.
    onsets: u64,
}

impl Assigner {
    /// Allocates for so many slots.
    pub fn new(slots: usize) -> Assigner {
        Assigner {
            notes: Notes::new(slots),
            pedals: Pedals::new(),
            onsets: 0,
        }
    }

    /// Forgets all notes and pedals, and how many there were.
    pub fn clear(&mut self) {
        self.notes.clear();
        self.pedals = Pedals::new();
        self.onsets = 0;
    }

    /// What it keeps account of.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// A note begins under a limit of `voices`, in one of the first `slots`: where all voices are
    /// taken, others give way. Returns its slot, if there was one to be had.
    pub fn note_on(
        &mut self,
        note: NewNote,
        voices: usize,
        slots: usize,
        commands: &mut impl Commands,
    ) -> Option<usize> {
        // The same key again: the earlier note's key counts as up (unless both have ids of their own),
        // so it ends where no pedal holds it.
        self.notes.visit_equals(&note, |notes, slot| {
            key_up(notes, &self.pedals, slot, commands);
        });
        self.steal_down_to(voices.saturating_sub(1), commands);
        let slot = self.notes.slot_for_new_note(slots)?;
        self.onsets += 1;
        let note = NewNote {
            age: self.onsets,
            ..note
        };
        self.notes.enter(slot, &note);
        commands.push(slot, Command::Begin(note));
        Some(slot)
    }

    /// Keys come up.
    pub fn note_off(&mut self, address: &NoteAddress, commands: &mut impl Commands) {
        self.notes.visit(address, true, |notes, slot| {
            key_up(notes, &self.pedals, slot, commands);
        });
    }

    /// Notes end at once.
    pub fn choke(&mut self, address: &NoteAddress, commands: &mut impl Commands) {
        self.notes.visit(address, false, |notes, slot| {
            fade(notes, slot, commands);
        });
    }

    /// A pedal of a channel moves.
    pub fn set_pedal(
        &mut self,
        channel: u8,
        pedal: Pedal,
        is_down: bool,
        commands: &mut impl Commands,
    ) {
        if !self.pedals.set(channel, pedal, is_down, self.onsets) || is_down {
            return;
        }
        for reached in self.pedals.reached_by(channel) {
            if pedal == Pedal::Sostenuto {
                self.let_go_of_sostenuto(reached, commands);
            }
            self.let_go_of_sustain(reached, commands);
        }
    }

    /// Both pedals of a channel come up.
    pub fn reset_pedals(&mut self, channel: u8, commands: &mut impl Commands) {
        self.set_pedal(channel, Pedal::Sostenuto, false, commands);
        self.set_pedal(channel, Pedal::Sustain, false, commands);
    }

    /// Says whose pedals and channel messages reach each channel beside its own; a channel without a
    /// master is its own.
    pub fn set_masters(&mut self, masters: &[u8; CHANNELS], commands: &mut impl Commands) {
        if self.pedals.set_masters(masters) {
            for channel in 0..CHANNELS as u8 {
                self.let_go_of_sostenuto(channel, commands);
                self.let_go_of_sustain(channel, commands);
            }
        }
    }

    /// All keys of a channel come up.
    pub fn all_notes_off(&mut self, channel: u8, commands: &mut impl Commands) {
        for reached in self.pedals.reached_by(channel) {
            self.notes.walk_hold(reached, Hold::Key, |notes, slot| {
                key_up(notes, &self.pedals, slot, commands);
            });
        }
    }

    /// All notes of a channel end at once.
    pub fn all_sound_off(&mut self, channel: u8, commands: &mut impl Commands) {
        for reached in self.pedals.reached_by(channel) {
            for hold in HOLDS {
                self.notes.walk_hold(reached, hold, |notes, slot| {
                    fade(notes, slot, commands);
                });
            }
        }
    }

    /// Fades notes until no more than `voices` count.
    pub fn steal_down_to(&mut self, voices: usize, commands: &mut impl Commands) {
        while self.notes.active_count() > voices {
            match self.notes.take_first_to_steal() {
                Some(slot) => fade(&mut self.notes, slot, commands),
                None => return,
            }
        }
    }

    /// Begins to take the reports of a block: what was known of loudness is out of date.
    pub fn begin_reports(&mut self) {
        self.notes.begin_reports();
    }

    /// Takes what has become of the voice in `slot` in the block that has ended, or in its first one.
    pub fn report(&mut self, slot: usize, report: &VoiceReport) {
        self.notes.report(slot, report);
    }

    /// The next note that has ended since this was last asked.
    pub fn next_ended(&mut self) -> Option<EndedNote> {
        self.notes.next_ended()
    }

    /// Lets the notes of a channel go that no sostenuto pedal holds any more.
    fn let_go_of_sostenuto(&mut self, channel: u8, commands: &mut impl Commands) {
        let down = self.pedals.sostenuto_for(channel);
        self.notes
            .walk_hold(channel, Hold::Sostenuto, |notes, slot| {
                notes.keep_caught_by(slot, down);
                let hold = hold_without_key(notes, &self.pedals, slot);
                set_hold(notes, slot, hold, commands);
            });
    }

    /// Lets the notes of a channel go that no sustain pedal holds any more.
    fn let_go_of_sustain(&mut self, channel: u8, commands: &mut impl Commands) {
        if !self.pedals.sustains(channel) {
            self.notes.walk_hold(channel, Hold::Sustain, |notes, slot| {
                set_hold(notes, slot, Hold::Nothing, commands);
            });
        }
    }
}

/// What holds a note whose key is up.
fn hold_without_key(notes: &Notes, pedals: &Pedals, slot: usize) -> Hold {
    if notes.is_caught(slot) {
        Hold::Sostenuto
    } else if pedals.sustains(notes.addressee(slot).channel) {
        Hold::Sustain
    } else {
        Hold::Nothing
    }
}

fn key_up(notes: &mut Notes, pedals: &Pedals, slot: usize, commands: &mut impl Commands) {
    let channel = notes.addressee(slot).channel;
    notes.lift_key(slot, pedals.catching(channel, notes.age(slot)));
    let hold = hold_without_key(notes, pedals, slot);
    set_hold(notes, slot, hold, commands);
}

fn set_hold(notes: &mut Notes, slot: usize, hold: Hold, commands: &mut impl Commands) {
    if notes.set_hold(slot, hold) {
        commands.push(slot, Command::Release);
    }
}

/// Fades a note out; it has ended.
fn fade(notes: &mut Notes, slot: usize, commands: &mut impl Commands) {
    commands.push(slot, Command::Fade);
    notes.fade(slot);
}
