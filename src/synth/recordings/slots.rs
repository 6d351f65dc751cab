//! Which slots of a recording sound at a place in it.

use crate::tracks::bank_file::{BankRows, MAX_SLOTS, SlotEvent};

/// Slots of a word of a [`TrackSlotSet`].
pub const SLOTS_OF_WORD: usize = 64;

/// Some of the slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackSlotSet([u64; MAX_SLOTS / 64]);

impl TrackSlotSet {
    /// No slots.
    pub const EMPTY: TrackSlotSet = TrackSlotSet([0; MAX_SLOTS / 64]);

    /// The set of these numbers.
    pub fn of(slots: impl IntoIterator<Item = u16>) -> TrackSlotSet {
        let mut set = TrackSlotSet::EMPTY;
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }

    /// Takes a slot in.
    pub fn insert(&mut self, slot: u16) {
        self.0[usize::from(slot >> 6)] |= 1 << (slot & 63);
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: u16) {
        self.0[usize::from(slot >> 6)] &= !(1 << (slot & 63));
    }

    /// Whether a slot is one of them.
    pub fn contains(&self, slot: u16) -> bool {
        self.0[usize::from(slot >> 6)] >> (slot & 63) & 1 != 0
    }

    /// The 64 slots from `64·word` on, the lowest bit being the first.
    pub fn word(&self, word: usize) -> u64 {
        self.0[word]
    }

    /// The 16 slots from `16·group` on, the lowest bit being the first.
    pub fn group(&self, group: usize) -> u16 {
        (self.0[group >> 2] >> (16 * (group & 3))) as u16
    }

    /// Slots of either set.
    pub fn or(&self, other: &TrackSlotSet) -> TrackSlotSet {
        TrackSlotSet(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// Slots that are not in the other set.
    pub fn without(&self, other: &TrackSlotSet) -> TrackSlotSet {
        TrackSlotSet(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// Whether no slot is in it.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; MAX_SLOTS / 64]
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<> {
        let words = self.0;
        (0..words.len()).flat_map(move |word| {
            let mut rest = words[word];
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    (64 * word) as u16 + bit as u16
                })
            })
        })
    }
}

/// The slots whose partials sound in an interval: from a frame to the next.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// The frame that it begins at; `None` before the first.
    frame: Option<u32>,
    /// Slots that sound in any part of it.
    pub slots: TrackSlotSet,
}

impl Interval {
    /// An interval before the first.
    pub const NONE: Interval = Interval {
        frame: None,
        slots: TrackSlotSet::EMPTY,
    };

    /// Goes to the interval from `frame` on. The next one costs its events alone, any other those of a page.
    pub fn go_to(&mut self, rows: &BankRows, frame: u32) {
        match self.frame {
            Some(before) if before == frame => return,
            Some(before) if before + 1 == frame => self.step(rows, before),
            _ => {
                let (first, continuing) = rows.continuing(frame);
                self.slots = TrackSlotSet::default();
                for (slot, &label) in (0..).zip(continuing) {
                    if label != 0 {
                        self.slots.insert(slot);
                    }
                }
                self.be_born(rows, first);
                for before in first..frame {
                    self.step(rows, before);
                }
            }
        }
        self.frame = Some(frame);
    }

    fn step(&mut self, rows: &BankRows, before: u32) {
        for event in rows.events_of(before) {
            if event.kind == SlotEvent::DEATH {
                self.slots.remove(event.slot);
            }
        }
        self.be_born(rows, before + 1);
    }

    fn be_born(&mut self, rows: &BankRows, frame: u32) {
        for event in rows.events_of(frame) {
            if event.kind == SlotEvent::BIRTH {
                self.slots.insert(event.slot);
            }
        }
    }
}
