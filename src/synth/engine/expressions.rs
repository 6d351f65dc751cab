//! Note expressions that wait for the tick: the newest value of each for each address.
//!
//! An expression ramps from the next tick on, so of several events for one note only the newest
//! counts. An event is stored under its address in constant time, however many notes it is for, and
//! each active note looks its addresses up once, at the tick.

use crate::dsp::resident;
use crate::synth::assigner::Addressee;
use crate::synth::event::{NoteAddress, NoteExpression};
use crate::synth::work;

/// How many expressions there are.
const EXPRESSIONS: usize = NoteExpression::ALL.len();
// A bit each in [`PendingExpressions::expressions`].
const _: () = assert!(EXPRESSIONS <= u8::BITS as usize);
/// MIDI channels, and one place for any.
const CHANNELS: usize = 17;
/// MIDI keys, and one place for any.
const KEYS: usize = 129;
/// Addresses by channel and key, for events without an id and for events with one.
const ADDRESSES: usize = 2 * CHANNELS * KEYS;

/// What the newest event for an address says.
#[derive(Clone, Copy, Debug, Default)]
struct Newest {
    /// Which event it was, counted from 1; 0 is none.
    serial: u64,
    value: f32,
}

/// Values by expression.
type Values = [Newest; EXPRESSIONS];

/// Expressions that wait. Never allocates after [`PendingExpressions::new`].
pub struct PendingExpressions {
    /// Events so far.
    serial: u64,
    /// Events that a tick has taken.
    taken: u64,
    /// Values for addresses, by channel and key.
    addresses: Box<[Values]>,
    /// Values for single notes, by slot.
    slots: Box<[Values]>,
    /// By slot, the events before its note began: they are not for it.
    before_onset: Box<[u64]>,
    /// Which expressions wait, one bit each.
    expressions: u8,
    /// Which forms of address wait, one bit each: see [`form`].
    forms: u8,
}

/// Whether an address has a channel, has a key, and is an event's that has an id: one bit each.
fn form(has_channel: bool, has_key: bool, has_id: bool) -> usize {
    usize::from(has_channel) | usize::from(has_key) << 1 | usize::from(has_id) << 2
}

fn place(channel: Option<u8>, key: Option<u8>, has_id: bool) -> usize {
    let channel = channel.map_or(CHANNELS - 1, usize::from);
    let key = key.map_or(KEYS - 1, usize::from);
    (usize::from(has_id) * CHANNELS + channel) * KEYS + key
}

impl PendingExpressions {
    /// Allocates for `slots` slots.
    pub fn new(slots: usize) -> PendingExpressions {
        PendingExpressions {
            serial: 0,
            taken: 0,
            addresses: resident::slice(ADDRESSES, Values::default()),
            slots: resident::slice(slots, Values::default()),
            before_onset: resident::slice(slots, 0),
            expressions: 0,
            forms: 0,
        }
    }

    /// A note begins in `slot`: what has come before is not for it.
    pub fn begin(&mut self, slot: usize) {
        self.before_onset[slot] = self.serial;
    }

    /// Takes an event for the note in `slot`.
    pub fn set_for_slot(&mut self, slot: usize, expression: NoteExpression, value: f32) {
        let newest = self.next(expression, value);
        self.slots[slot][expression as usize] = newest;
    }

    /// Takes an event for all notes with the channel and the key of `address`; if it has an id too,
    /// for those of them that have none.
    pub fn set(&mut self, address: &NoteAddress, expression: NoteExpression, value: f32) {
        let &NoteAddress { id, channel, key } = address;
        if channel.is_some_and(|channel| channel > 15) || key.is_some_and(|key| key > 127) {
            return;
        }
        let newest = self.next(expression, value);
        self.forms |= 1 << form(channel.is_some(), key.is_some(), id.is_some());
        self.addresses[place(channel, key, id.is_some())][expression as usize] = newest;
    }

    fn next(&mut self, expression: NoteExpression, value: f32) -> Newest {
        self.serial += 1;
        self.expressions |= 1 << expression as usize;
        Newest {
            serial: self.serial,
            value,
        }
    }

    /// Whether anything waits.
    pub fn are_waiting(&self) -> bool {
        self.expressions != 0
    }

    /// Gives all that waits for the note in `slot`.
    pub fn for_each(
        &self,
        slot: usize,
        note: &Addressee,
        mut take: impl FnMut(NoteExpression, f32),
    ) {
        let since = self.taken.max(self.before_onset[slot]);
        for expression in bits(self.expressions) {
            work::step();
            let mut newest = self.slots[slot][expression];
            for form in bits(self.forms) {
                work::step();
                let has_id = form & 4 != 0;
                if has_id && note.has_id {
                    continue;
                }
                let channel = (form & 1 != 0).then_some(note.channel);
                let key = (form & 2 != 0).then_some(note.key);
                let other = self.addresses[place(channel, key, has_id)][expression];
                if other.serial > newest.serial {
                    newest = other;
                }
            }
            if newest.serial > since {
                take(NoteExpression::ALL[expression], newest.value);
            }
        }
    }

    /// Forgets all that waits: every note has it.
    pub fn clear(&mut self) {
        self.taken = self.serial;
        (self.expressions, self.forms) = (0, 0);
    }
}

/// The places of the bits that are set, in rising order.
fn bits(mut mask: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Begin(usize, Addressee),
        Set(NoteAddress, usize, f32),
        SetForSlot(usize, usize, f32),
        Tick,
    }

    const SLOTS: usize = 3;

    fn step() -> impl Strategy<Value = Step> {
        let addressee =
            (0..3_u8, 0..3_u8, any::<bool>()).prop_map(|(channel, key, has_id)| Addressee {
                channel,
                key,
                has_id,
            });
        let any = |range: std::ops::Range<u8>| prop::option::of(range);
        let address = (prop::option::of(Just(9)), any(0..3), any(0..3))
            .prop_map(|(id, channel, key)| NoteAddress { id, channel, key });
        prop_oneof![
            (0..SLOTS, addressee).prop_map(|(slot, note)| Step::Begin(slot, note)),
            (address, 0..EXPRESSIONS, 0.0..1.0_f32).prop_map(|(a, e, v)| Step::Set(a, e, v)),
            (0..SLOTS, 0..EXPRESSIONS, 0.0..1.0_f32)
                .prop_map(|(s, e, v)| Step::SetForSlot(s, e, v)),
            Just(Step::Tick),
        ]
    }

    proptest! {
        /// Beside a plain model that gives each note every event at once.
        #[test]
        fn each_note_gets_the_newest_of_what_is_meant_for_it(
            steps in prop::collection::vec(step(), 0..60)
        ) {
            let mut pending = PendingExpressions::new(SLOTS);
            let mut notes = [Addressee { channel: 0, key: 0, has_id: false }; SLOTS];
            let mut expected = [[0.0_f32; EXPRESSIONS]; SLOTS];
            let mut heard = expected;
            for step in steps.into_iter().chain([Step::Tick]) {
                match step {
                    Step::Begin(slot, note) => {
                        notes[slot] = note;
                        (expected[slot], heard[slot]) = ([0.0; EXPRESSIONS], [0.0; EXPRESSIONS]);
                        pending.begin(slot);
                    }
                    Step::Set(address, expression, value) => {
                        pending.set(&address, NoteExpression::ALL[expression], value);
                        for (note, expected) in notes.iter().zip(&mut expected) {
                            if address.channel.is_none_or(|channel| channel == note.channel)
                                && address.key.is_none_or(|key| key == note.key)
                                && !(address.id.is_some() && note.has_id)
                            {
                                expected[expression] = value;
                            }
                        }
                    }
                    Step::SetForSlot(slot, expression, value) => {
                        pending.set_for_slot(slot, NoteExpression::ALL[expression], value);
                        expected[slot][expression] = value;
                    }
                    Step::Tick => {
                        for (slot, note) in notes.iter().enumerate() {
                            pending.for_each(slot, note, |expression, value| {
                                heard[slot][expression as usize] = value;
                            });
                        }
                        pending.clear();
                        prop_assert_eq!(heard, expected);
                    }
                }
            }
        }
    }
}
