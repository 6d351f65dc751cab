//! Intervals of recordings whose frequencies are decoded.
//!
//! A voice is in an interval for several segments, and the voices of a chord are in the same ones: each is decoded once for
//! all that come to it while it is kept. A thread keeps its own. What is read does not depend on what is kept.

use super::decode::{CurveCodes, Curves};
use super::slots::{SLOTS_OF_WORD, TrackSlotSet};
use crate::dsp::resident;
use crate::tracks::bank_file::{BankRows, MAX_SLOTS, SlotEvent};

/// Intervals that are kept. Each takes 40 kB of each thread's memory.
const KEPT: usize = 4;

/// What distinguishes an interval from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IntervalKey {
    /// The recordings, and which of them.
    sound: (u64, usize),
    /// The frame that it begins at.
    frame: u32,
    /// The bits of the frequency of the recording's key, in Hz.
    root: u64,
}

impl IntervalKey {
    /// The interval after `frame` of a recording whose key has the frequency `root_hz`.
    pub(super) fn new(sound: (u64, usize), frame: u32, root_hz: f64) -> IntervalKey {
        IntervalKey {
            sound,
            frame,
            root: root_hz.to_bits(),
        }
    }
}

/// One interval.
#[derive(Clone, Debug)]
pub(super) struct DecodedInterval {
    /// Which it is; `None` before the first.
    key: Option<IntervalKey>,
    /// The words that are decoded, a bit for each.
    known: u8,
    /// Slots whose partial begins in this interval, begins in the one before, and ends in this one.
    events: [TrackSlotSet; 3],
    curves: [Curves; MAX_SLOTS / SLOTS_OF_WORD],
}

/// The intervals that are kept.
#[derive(Debug)]
pub(super) struct Intervals(Box<[DecodedInterval]>);

impl Intervals {
    /// Allocates them.
    pub(super) fn allocate() -> Intervals {
        let none = DecodedInterval {
            key: None,
            known: 0,
            events: [TrackSlotSet::EMPTY; 3],
            curves: [Curves::NONE; MAX_SLOTS / SLOTS_OF_WORD],
        };
        Intervals(resident::slice(KEPT, none))
    }

    /// The interval of a key, whose rows these are.
    #[inline(always)]
    pub(super) fn at(&mut self, rows: &BankRows, key: IntervalKey) -> &mut DecodedInterval {
        // Recordings that sound together are mostly at the same frames: their numbers keep them apart, also those of the
        // same layer in neighbouring zones of four layers.
        let sound = key.sound.1 + key.sound.1 / KEPT;
        let place = (key.frame as usize).wrapping_add(sound) % KEPT;
        let interval = &mut self.0[place];
        if interval.key != Some(key) {
            interval.begin(rows, key);
        }
        interval
    }
}

impl DecodedInterval {
    /// Becomes another, of which nothing is decoded yet.
    #[inline(never)]
    fn begin(&mut self, rows: &BankRows, key: IntervalKey) {
        let of = |frame: Option<u32>, kind: u16| {
            let events = frame.map_or(&[][..], |frame| rows.events_of(frame));
            let of_kind = events.iter().filter(|event| event.kind == kind);
            TrackSlotSet::of(of_kind.map(|event| event.slot))
        };
        let frame = key.frame;
        self.key = Some(key);
        self.known = 0;
        self.events = [
            of(Some(frame), SlotEvent::BIRTH),
            of(frame.checked_sub(1), SlotEvent::BIRTH),
            of(Some(frame), SlotEvent::DEATH),
        ];
    }

    /// Whether any partial begins or ends in it.
    pub(super) fn has_events(&self) -> bool {
        let [begun, _, ending] = &self.events;
        !begun.is_empty() || !ending.is_empty()
    }

    /// What it says of the frequencies of the slots of a word.
    #[inline(always)]
    pub(super) fn curves(&mut self, rows: &BankRows, word: usize) -> &Curves {
        let curves = &mut self.curves[word];
        if self.known >> word & 1 == 0
            && let Some(key) = self.key
        {
            let mut codes = CurveCodes::NONE;
            let events = self.events.map(|slots| slots.word(word));
            codes.read(rows, key.frame, word, events);
            curves.set(&codes, 1.0 / f64::from_bits(key.root));
            self.known |= 1 << word;
        }
        curves
    }
}
