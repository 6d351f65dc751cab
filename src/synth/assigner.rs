//! The assigner: which voice a note gets, what keys and pedals hold, which voice gives way.
//!
//! It keeps account of the notes and never touches a voice: what is to happen to the voices it says
//! as [`Command`]s, which the engine carries out between two blocks. So an event costs no more than
//! its own bookkeeping, whatever the voices are doing meanwhile on other threads.
//!
//! A note that finds all voices taken steals one. The first choice are voices whose room alone sounds, then
//! released voices, then all. Among these it takes the quietest; if several are about equally quiet, the
//! oldest. The stolen voice sounds on to the next tick and fades out over the block after it, beside the new
//! one, so there are more slots than voices.
//!
//! Each operation takes constant time, or time for the voices whose state it changes, so a burst of
//! events takes time for the events and the voices, never for their product; stealing takes O(log n) a
//! voice after a first O(n) in a block. (Notes that share one id are looked at by every event for it;
//! hosts give each note its own.)

mod held;
pub(super) mod lists;
mod mono;
mod note;
mod notes;
mod pedals;
mod ranking;
#[cfg(test)]
mod tests;

use self::held::{HeldKeys, names};
pub use self::held::{PlayMode, Priority};
use self::mono::Playing;
use self::note::{HOLDS, Hold};
pub use self::notes::Notes;
use self::pedals::Pedals;
pub use self::pedals::{NO_MASTERS, Pedal};
use super::event::{DEFAULT_RELEASE_VELOCITY, EndedNote, NoteAddress};
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
    /// The voice goes on as this note's.
    Continue(NewNote),
    /// The envelopes' release begins.
    Release {
        /// Velocity of the key's release, 0 to 1.
        velocity: f32,
    },
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
    /// Where it glides from; `None` for the first note. The assigner sets it.
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
    /// Whether only its room sounds any more.
    pub is_tail: bool,
}

/// The assigner. See the module's text.
#[derive(Debug)]
pub struct Assigner {
    notes: Notes,
    pedals: Pedals,
    mode: PlayMode,
    priority: Priority,
    /// How many notes may sound.
    voices: usize,
    /// How many slots they may have, those that fade among them.
    slots: usize,
    /// Where one note sounds at a time.
    held: HeldKeys,
    /// Where one note sounds at a time, that note.
    playing: Option<Playing>,
    /// Channel and key of the newest note.
    last_key: Option<(u8, u8)>,
    /// Onsets so far.
    onsets: u64,
    /// Phrases so far.
    phrases: u64,
}

impl Assigner {
    /// Allocates for `slots` slots.
    pub fn new(slots: usize) -> Assigner {
        Assigner {
            notes: Notes::new(slots),
            pedals: Pedals::new(),
            mode: PlayMode::default(),
            priority: Priority::default(),
            voices: 1,
            slots,
            held: HeldKeys::new(),
            playing: None,
            last_key: None,
            onsets: 0,
            phrases: 0,
        }
    }

    /// Forgets all notes and pedals, and how many there were.
    pub fn clear(&mut self) {
        self.notes.clear();
        self.pedals = Pedals::new();
        self.held.clear();
        self.playing = None;
        self.last_key = None;
        self.onsets = 0;
        self.phrases = 0;
    }

    /// From now on at most `voices` notes sound, in the first `slots`. Those that sound are left.
    pub fn set_capacity(&mut self, voices: usize, slots: usize) {
        (self.voices, self.slots) = (voices, slots);
    }

    /// How many notes may sound.
    pub fn voices(&self) -> usize {
        self.voices
    }

    /// What it keeps account of.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub fn held_keys(&self) -> u128 {
        self.notes.held_keys() | self.held.keys()
    }

    /// How many phrases have begun: notes on while no key was down, as far as is known. The key of a note
    /// whose voice has come to its end counts as up in Poly.
    pub fn phrases(&self) -> u64 {
        self.phrases
    }

    /// A note begins. If all voices are taken, another note gives way; if none can, the note does not sound.
    pub fn note_on(&mut self, note: NewNote, commands: &mut impl Commands) {
        if self.mode != PlayMode::Poly {
            return self.mono_note_on(note, commands);
        }
        // The same key again: the earlier note's key counts as up (unless both have ids of their own),
        // so it ends where no pedal holds it.
        self.notes.visit_equals(&note, |notes, slot| {
            key_up(
                notes,
                &self.pedals,
                slot,
                DEFAULT_RELEASE_VELOCITY,
                commands,
            );
        });
        let is_legato = self.notes.holds_any_key();
        self.phrases += u64::from(!is_legato);
        self.steal_down_to(self.voices.saturating_sub(1), commands);
        let glide_start = self.glide_start((note.channel, note.key), None, is_legato);
        let Some(slot) = self.notes.slot_for_new_note(self.slots) else {
            return self.refuse(&note);
        };
        self.onsets += 1;
        let note = NewNote {
            age: self.onsets,
            glide_start,
            ..note
        };
        self.notes.enter(slot, &note);
        commands.push(slot, Command::Begin(note));
    }

    /// A note is not to sound: it has ended as soon as it has begun.
    pub fn refuse(&mut self, note: &NewNote) {
        self.notes.end(EndedNote {
            id: note.id,
            channel: note.channel,
            key: note.key,
        });
    }

    /// Keys come up at this velocity, 0 to 1. Under a pedal a note keeps it until its release begins.
    pub fn note_off(&mut self, address: &NoteAddress, velocity: f32, commands: &mut impl Commands) {
        let before = self.kept();
        self.lift_held(|note| names(address, note));
        self.notes.visit(address, true, |notes, slot| {
            key_up(notes, &self.pedals, slot, velocity, commands);
        });
        self.return_to_held(before, commands);
    }

    /// Notes end at once.
    pub fn choke(&mut self, address: &NoteAddress, commands: &mut impl Commands) {
        let before = self.kept();
        self.lift_held(|note| names(address, note));
        self.notes.visit(address, false, |notes, slot| {
            fade(notes, slot, commands);
        });
        self.return_to_held(before, commands);
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
        let before = self.kept();
        for reached in self.pedals.reached_by(channel) {
            if pedal == Pedal::Sostenuto {
                self.let_go_of_sostenuto(reached, commands);
            }
            self.let_go_of_sustain(reached, commands);
        }
        self.return_to_held(before, commands);
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
            let before = self.kept();
            for channel in 0..CHANNELS as u8 {
                self.let_go_of_sostenuto(channel, commands);
                self.let_go_of_sustain(channel, commands);
            }
            self.return_to_held(before, commands);
        }
    }

    /// All keys of a channel come up.
    pub fn all_notes_off(&mut self, channel: u8, commands: &mut impl Commands) {
        let before = self.kept();
        for reached in self.pedals.reached_by(channel) {
            self.lift_held(|note| note.channel == reached);
            self.notes.walk_hold(reached, Hold::Key, |notes, slot| {
                key_up(
                    notes,
                    &self.pedals,
                    slot,
                    DEFAULT_RELEASE_VELOCITY,
                    commands,
                );
            });
        }
        self.return_to_held(before, commands);
    }

    /// All notes of a channel end at once.
    pub fn all_sound_off(&mut self, channel: u8, commands: &mut impl Commands) {
        let before = self.kept();
        for reached in self.pedals.reached_by(channel) {
            self.lift_held(|note| note.channel == reached);
            for hold in HOLDS {
                self.notes.walk_hold(reached, hold, |notes, slot| {
                    fade(notes, slot, commands);
                });
            }
        }
        self.return_to_held(before, commands);
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

    /// Where a note on a channel's key glides from; from now on, the next one's from there.
    fn glide_start(
        &mut self,
        (channel, key): (u8, u8),
        voice: Option<usize>,
        is_legato: bool,
    ) -> Option<GlideStart> {
        let before = self.last_key.replace((channel, key));
        before.map(|(channel, key)| GlideStart {
            channel,
            key,
            voice,
            is_legato,
        })
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

fn key_up(
    notes: &mut Notes,
    pedals: &Pedals,
    slot: usize,
    velocity: f32,
    commands: &mut impl Commands,
) {
    let channel = notes.addressee(slot).channel;
    notes.lift_key(slot, velocity, pedals.catching(channel, notes.age(slot)));
    let hold = hold_without_key(notes, pedals, slot);
    set_hold(notes, slot, hold, commands);
}

fn set_hold(notes: &mut Notes, slot: usize, hold: Hold, commands: &mut impl Commands) {
    if notes.set_hold(slot, hold) {
        let velocity = notes.release_velocity(slot);
        commands.push(slot, Command::Release { velocity });
    }
}

/// Fades a note out; it has ended.
fn fade(notes: &mut Notes, slot: usize, commands: &mut impl Commands) {
    commands.push(slot, Command::Fade);
    notes.fade(slot);
}
