//! The tuning that sounds, and those that held notes keep.
//!
//! Where notes are to keep the tuning of their onset, as under the parameter Retune's "New Notes", their pitch is not
//! all of it: bends in the scale, and partials that Match moves, read the tuning at each tick. So the one that
//! another replaces is kept while a note of it sounds. It takes 46 KB, so there is room for [`KEPT_TUNINGS`] of
//! them, and not for one a voice. With a table that moves all the time, held notes may be of more tunings than
//! that: those for which there is no room are given the newest that is kept. Their pitch stays; what differs is
//! how large the scale's steps are, by as much as the table has moved between the two.

use super::{BendIn, Retuned, TickTuning, Tuner};

/// How many tunings are kept for held notes.
pub const KEPT_TUNINGS: usize = 8;

/// The tuning that sounds, and those that held notes keep.
#[derive(Debug)]
pub struct Tunings {
    /// The tuning of notes that begin.
    pub now: TickTuning,
    kept: Box<[TickTuning; KEPT_TUNINGS]>,
    /// The place of the newest of them; `None` if notes have none.
    newest: Option<u8>,
    /// Whether bends are semitones in the tuning of each note.
    pub are_bends_semitones: bool,
}

/// Places of kept tunings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeptSet(u8);

const _: () = assert!(KEPT_TUNINGS == u8::BITS as usize);

impl KeptSet {
    /// Adds a place.
    pub fn insert(&mut self, place: u8) {
        self.0 |= 1 << place;
    }
}

impl Tunings {
    /// Twelve equal steps. Not for the audio thread.
    pub fn new() -> Tunings {
        Tunings {
            now: TickTuning::new(),
            kept: Box::new(std::array::from_fn(|_| TickTuning::new())),
            newest: None,
            are_bends_semitones: true,
        }
    }

    /// The one of a note: that at this place, if it keeps any.
    #[inline(always)]
    pub fn of(&self, kept: Option<u8>) -> &TickTuning {
        match kept {
            None => &self.now,
            Some(place) => &self.kept[usize::from(place) % KEPT_TUNINGS],
        }
    }

    /// Keeps the one that sounds now for notes that have none of their own yet, before another replaces it.
    /// `used` are those that notes have. Returns its place.
    pub fn keep(&mut self, used: KeptSet) -> u8 {
        let free = used.0.trailing_ones() as u8;
        let place = match self.newest {
            Some(newest) if usize::from(free) == KEPT_TUNINGS => newest,
            _ => {
                let place = free % KEPT_TUNINGS as u8;
                self.kept[usize::from(place)].clone_from(&self.now);
                place
            }
        };
        self.newest = Some(place);
        place
    }

    /// Works out the one that sounds, which has [changed](Tuner::take_changed).
    pub fn work_out(&mut self, tuner: &Tuner) {
        tuner.work_out(&mut self.now);
        self.are_bends_semitones = self.now.bend_in == BendIn::Semitones;
        if self.newest.is_some() {
            for kept in &mut *self.kept {
                kept.set_bend_in(tuner.bend_in());
                self.are_bends_semitones &= kept.bend_in == BendIn::Semitones;
            }
        }
    }

    /// No note keeps any, and partials that Match moves go to the pitches of the next tick.
    pub fn reset(&mut self) {
        self.forget_kept();
        self.now.forget_places();
    }

    /// No note keeps any.
    pub fn forget_kept(&mut self) {
        self.newest = None;
        self.are_bends_semitones = self.now.bend_in == BendIn::Semitones;
    }

    /// Takes over what a tuner has changed, where no note sounds.
    pub fn update(&mut self, tuner: &mut Tuner, masters: &[u8; 16]) -> Option<Retuned> {
        let retuned = tuner.take_changed(masters)?;
        self.now.end_rest();
        self.work_out(tuner);
        Some(retuned)
    }
}

impl Default for Tunings {
    fn default() -> Tunings {
        Tunings::new()
    }
}

impl Clone for Tunings {
    fn clone(&self) -> Tunings {
        Tunings {
            now: self.now.clone(),
            kept: self.kept.clone(),
            newest: self.newest,
            are_bends_semitones: self.are_bends_semitones,
        }
    }

    /// Neither allocates nor frees, and copies no table that is there already.
    fn clone_from(&mut self, other: &Tunings) {
        let Tunings {
            now,
            kept,
            newest,
            are_bends_semitones,
        } = other;
        copy_if_other(&mut self.now, now);
        if newest.is_some() {
            for (own, other) in self.kept.iter_mut().zip(&**kept) {
                copy_if_other(own, other);
            }
        }
        self.newest = *newest;
        self.are_bends_semitones = *are_bends_semitones;
    }
}

fn copy_if_other(own: &mut TickTuning, other: &TickTuning) {
    if own.version != other.version {
        own.clone_from(other);
    }
    own.bend_in = other.bend_in;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(places: &[u8]) -> KeptSet {
        let mut set = KeptSet::default();
        places.iter().for_each(|&place| set.insert(place));
        set
    }

    fn renew(tunings: &mut Tunings) -> u64 {
        tunings.now.version += 1;
        tunings.now.version
    }

    #[test]
    fn what_no_note_has_is_replaced_and_else_the_newest_serves() {
        let mut tunings = Tunings::new();
        for place in 0..KEPT_TUNINGS as u8 {
            let version = renew(&mut tunings);
            let used: Vec<u8> = (0..place).collect();
            assert_eq!(tunings.keep(set(&used)), place);
            assert_eq!(tunings.of(Some(place)).version, version);
        }
        let all: Vec<u8> = (0..KEPT_TUNINGS as u8).collect();
        let newest = tunings.of(Some(7)).version;
        renew(&mut tunings);
        assert_eq!(tunings.keep(set(&all)), 7);
        assert_eq!(tunings.of(Some(7)).version, newest);
        let version = renew(&mut tunings);
        assert_eq!(tunings.keep(set(&[0, 1, 3])), 2);
        assert_eq!(tunings.of(Some(2)).version, version);
        assert_ne!(tunings.of(None).version, newest);
    }

    #[test]
    fn a_copy_has_the_kept_ones_too() {
        let mut tunings = Tunings::new();
        let mut copy = tunings.clone();
        let kept = renew(&mut tunings);
        tunings.keep(set(&[]));
        let now = renew(&mut tunings);
        copy.clone_from(&tunings);
        assert_eq!(copy.of(Some(0)).version, kept);
        assert_eq!(copy.of(None).version, now);
        tunings.now.bend_in = BendIn::Scale;
        copy.clone_from(&tunings);
        assert_eq!(copy.now.bend_in, BendIn::Scale);
    }
}
