//! The keys that are down where one note sounds at a time, and which of them it is.

use super::NewNote;
use crate::dsp::resident::vec_with_room;
use crate::synth::event::NoteAddress;
use crate::synth::work;

/// How many keys may be down: more than hands have fingers, and few enough to look at all of them at
/// each event.
pub(super) const MAX_HELD: usize = 32;

/// Whether notes sound together or one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlayMode {
    /// Each note has a voice.
    #[default]
    Poly,
    /// One note at a time, each with an onset of its own.
    Mono,
    /// One note at a time. While a key is down the voice goes on, with another pitch.
    Legato,
}

impl PlayMode {
    /// The mode at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> PlayMode {
        match index {
            0 => PlayMode::Poly,
            1 => PlayMode::Mono,
            _ => PlayMode::Legato,
        }
    }
}

/// Which of the keys that are down sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// The one that went down last.
    #[default]
    Last,
    /// The lowest.
    Low,
    /// The highest.
    High,
}

impl Priority {
    /// The priority at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> Priority {
        match index {
            0 => Priority::Last,
            1 => Priority::Low,
            _ => Priority::High,
        }
    }
}

/// Keys that are down, in the order in which they went down. Never allocates after
/// [`HeldKeys::new`].
#[derive(Debug)]
pub(super) struct HeldKeys(Vec<NewNote>);

impl HeldKeys {
    /// One without room.
    pub const EMPTY: HeldKeys = HeldKeys(Vec::new());

    /// Allocates it.
    pub fn new() -> HeldKeys {
        let nothing = NewNote {
            id: None,
            channel: 0,
            key: 0,
            velocity: 0.0,
            glide_start: None,
            age: 0,
        };
        HeldKeys(vec_with_room(MAX_HELD, nothing))
    }

    /// All keys are up.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether all keys are up.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the key of the note of this age is down.
    pub fn contains(&self, age: u64) -> bool {
        self.0.iter().any(|note| note.age == age)
    }

    /// Whether keys of other notes than that of this age are down.
    pub fn has_others_than(&self, age: Option<u64>) -> bool {
        self.0.iter().any(|note| Some(note.age) != age)
    }

    /// The note of the key that sounds by this priority. Of equal keys, the one that went down last.
    pub fn first(&self, priority: Priority) -> Option<&NewNote> {
        let notes = self.0.iter().inspect(|_| work::step());
        match priority {
            Priority::Last => self.0.last(),
            Priority::Low => notes.rev().min_by_key(|note| note.key),
            Priority::High => notes.max_by_key(|note| note.key),
        }
    }

    /// A key goes down. With too many, the one that has been down for longest counts as up, and is
    /// returned.
    pub fn press(&mut self, note: NewNote) -> Option<NewNote> {
        let oldest = (self.0.len() == MAX_HELD).then(|| self.0.remove(0));
        self.0.push(note);
        oldest
    }

    /// Keys come up: `lift` has the note of each that `is_meant`.
    pub fn lift(&mut self, is_meant: impl Fn(&NewNote) -> bool, mut lift: impl FnMut(&NewNote)) {
        self.0.retain(|note| {
            work::step();
            let is_lifted = is_meant(note);
            if is_lifted {
                lift(note);
            }
            !is_lifted
        });
    }

    /// The MIDI keys, on any channel: bit 60 is middle C.
    pub fn keys(&self) -> u128 {
        let keys = self.0.iter().map(|note| note.key);
        keys.fold(0, |keys, key| keys | 1 << key)
    }
}

/// Whether an event's address names a note: by the ids where both have one.
pub(super) fn names(address: &NoteAddress, note: &NewNote) -> bool {
    match (address.id, note.id) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => {
            let &NoteAddress { channel, key, .. } = address;
            channel.is_none_or(|channel| channel == note.channel)
                && key.is_none_or(|key| key == note.key)
        }
    }
}
