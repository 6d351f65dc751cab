//! Tuning messages of a host: MIDI's system exclusive messages that retune keys.
//!
//! The framework makes a message of its bytes on the audio thread, without anything at hand to keep them in. A
//! message that held them itself would make every event of a host 20 times as large. So the program keeps the
//! bytes of the last messages in slots, which it uses in turn, and a message is a ticket for its slot. If a
//! slot has been used again before its message is read, the message is empty. A host drops events likewise,
//! where there are too many.

use std::array;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering, fence};

use nice_plug::prelude::{NoteEvent, SysExMessage};

use crate::scale::mts::Retune;
use crate::synth::tuning::LiveTable;

/// An event of a host.
pub type HostEvent = NoteEvent<TuningMessage>;

/// The longest tuning message has 409 bytes.
const LONGEST: usize = 520;
/// How many are kept, of all instances of the program. A power of two.
const SLOTS: usize = 256;
/// The ticket of a slot that is being written to.
const NONE: u32 = u32::MAX;

/// Bytes of a message, and its ticket.
struct Slot {
    ticket: AtomicU32,
    length: AtomicU32,
    bytes: [AtomicU8; LONGEST],
}

static SLOTS_IN_TURN: [Slot; SLOTS] = [const {
    Slot {
        ticket: AtomicU32::new(NONE),
        length: AtomicU32::new(0),
        bytes: [const { AtomicU8::new(0) }; LONGEST],
    }
}; SLOTS];

static NEXT_TICKET: AtomicU32 = AtomicU32::new(0);

/// Messages whose slots had been given on when they were to be applied.
static LOST: AtomicU32 = AtomicU32::new(0);

/// How many messages have been lost in this program, of all instances, because more than 256 came before the first
/// of them was applied.
pub fn lost() -> u32 {
    LOST.load(Ordering::Relaxed)
}

/// A message that retunes keys: a ticket for its bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TuningMessage(u32);

impl TuningMessage {
    /// Retunes the keys.
    pub fn apply(self, table: &mut LiveTable) {
        let (bytes, length) = self.as_buffer();
        if length == 0 {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(retune) = Retune::parse(&bytes[..length]) {
            retune.apply(table);
        }
    }

    fn slot(self) -> &'static Slot {
        &SLOTS_IN_TURN[self.0 as usize % SLOTS]
    }
}

impl SysExMessage for TuningMessage {
    type Buffer = [u8; LONGEST];

    fn from_buffer(buffer: &[u8]) -> Option<TuningMessage> {
        if buffer.len() > LONGEST || Retune::parse(buffer).is_none() {
            return None;
        }
        let message = TuningMessage(NEXT_TICKET.fetch_add(1, Ordering::Relaxed) & !(1 << 31));
        let slot = message.slot();
        slot.ticket.store(NONE, Ordering::Relaxed);
        // The ticket is gone before the first byte changes.
        fence(Ordering::Release);
        slot.length.store(buffer.len() as u32, Ordering::Relaxed);
        for (place, byte) in slot.bytes.iter().zip(buffer) {
            place.store(*byte, Ordering::Relaxed);
        }
        slot.ticket.store(message.0, Ordering::Release);
        Some(message)
    }

    fn as_buffer(&self) -> ([u8; LONGEST], usize) {
        let slot = self.slot();
        let before = slot.ticket.load(Ordering::Acquire);
        let bytes = array::from_fn(|place| slot.bytes[place].load(Ordering::Relaxed));
        let length = slot.length.load(Ordering::Relaxed) as usize;
        // The bytes are read before the ticket is read again.
        fence(Ordering::Acquire);
        let after = slot.ticket.load(Ordering::Relaxed);
        match [before, after] == [self.0; 2] {
            true => (bytes, length.min(LONGEST)),
            false => (bytes, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// Middle C to 60.5.
    const SINGLE: [u8; 12] = [0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 60, 60, 64, 0, 0xF7];

    /// The slots are those of the program, which has all tests.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    #[test]
    fn bytes_come_back_until_their_slot_is_given_on() {
        let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let make = |key: u8| {
            let mut bytes = SINGLE;
            bytes[7] = key;
            TuningMessage::from_buffer(&bytes).expect("a tuning message")
        };
        let read = |message: TuningMessage| {
            let (bytes, length) = message.as_buffer();
            (length > 0).then_some((length, bytes[7]))
        };
        let first = make(1);
        // Other tests may send some as well.
        let more: Vec<_> = (2..100).map(make).collect();
        assert_eq!(read(first), Some((SINGLE.len(), 1)));
        assert_eq!(read(more[50]), Some((SINGLE.len(), 52)));
        for key in (0..128).cycle().take(SLOTS) {
            make(key);
        }
        assert_eq!(read(first), None);
        let (before, mut table) = (lost(), LiveTable::new());
        first.apply(&mut table);
        make(3).apply(&mut table);
        assert_eq!(lost() - before, 1);
    }

    #[test]
    fn what_is_no_tuning_is_dropped() {
        assert!(TuningMessage::from_buffer(&[0xF0, 0x7E, 0x7F, 6, 1, 0xF7]).is_none());
        assert!(TuningMessage::from_buffer(&[0x7F; LONGEST + 1]).is_none());
        assert!(TuningMessage::from_buffer(&[]).is_none());
    }

    #[test]
    fn events_of_hosts_stay_small() {
        assert_eq!(size_of::<HostEvent>(), size_of::<NoteEvent<()>>());
    }
}
