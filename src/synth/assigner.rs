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
mod ranking;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use self::lists::{SlotLists, SlotSet};
use self::ranking::Ranking;
use super::event::{EndedNote, NoteAddress};
use super::resident::vec_with_room;
use super::work;

/// MIDI channels.
const CHANNELS: usize = 16;
/// MIDI keys.
const KEYS: usize = 128;
/// Lists that notes with an id are spread over.
const ID_LISTS: usize = 1_024;

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
pub struct Report {
    /// Whether it goes on.
    pub is_active: bool,
    /// The power of its partials.
    pub power: f32,
    /// Partials that sound.
    pub partials: usize,
}

/// A pedal that holds notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pedal {
    /// CC 64: holds every note whose key comes up while it is down.
    Sustain,
    /// CC 66: holds the notes whose keys were down when it went down.
    Sostenuto,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    Free,
    /// A note, which counts against the limit.
    Active,
    /// A note that was stolen or choked, until its voice has faded out.
    Fading,
}

/// What keeps an active note from its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Key,
    Sustain,
    Sostenuto,
    Nothing,
}

const HOLDS: [Hold; 4] = [Hold::Key, Hold::Sustain, Hold::Sostenuto, Hold::Nothing];

/// Some of the assigner's lists.
type Lists = fn(&Assigner) -> &SlotLists;

#[derive(Clone, Copy, Debug)]
struct Note {
    state: State,
    hold: Hold,
    id: Option<i32>,
    channel: u8,
    key: u8,
    age: u64,
    power: f32,
    partials: usize,
    /// The channels whose sostenuto pedals were down, and caught it, when its key came up: one bit
    /// each.
    caught_by: u16,
}

const FREE: Note = Note {
    state: State::Free,
    hold: Hold::Nothing,
    id: None,
    channel: 0,
    key: 0,
    age: 0,
    power: 0.0,
    partials: 0,
    caught_by: 0,
};

/// Which active note gives way first: released ones, then the quietest, then the oldest. In one
/// number, since a burst of notes compares many: the highest bit is set for held notes, ten bits are
/// the loudness in steps, the rest is the age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct StealRank {
    order: u64,
    slot: u16,
}

const AGE_BITS: u32 = 53;

/// Which fading note is cut off first: the quietest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct CutRank {
    /// A power's bits; powers are not negative, so the bits are in their order.
    power: u32,
    slot: u16,
}

impl Note {
    fn steal_rank(&self, slot: usize) -> StealRank {
        let is_held = u64::from(self.hold != Hold::Nothing);
        // Steps of 1.2 to 1.8 dB: an f32's exponent and the first bit of its fraction. Finer
        // differences would let a new high note give way before an old low one.
        let loudness_step = u64::from(self.power.to_bits() >> 22);
        StealRank {
            order: is_held << 63 | loudness_step << AGE_BITS | self.age,
            slot: slot as u16,
        }
    }

    fn cut_rank(&self, slot: usize) -> CutRank {
        CutRank {
            power: self.power.to_bits(),
            slot: slot as u16,
        }
    }
}

/// The assigner. See the module's text.
#[derive(Debug)]
pub struct Assigner {
    notes: Box<[Note]>,
    active: SlotSet,
    active_count: usize,
    /// Active and fading.
    taken: SlotSet,
    taken_count: usize,
    fading: SlotSet,
    /// Active, and nothing of it has been rendered.
    pending: SlotSet,
    /// Partials of all that is taken.
    partials: usize,
    /// Active notes by channel and key; those with an id and those without are apart.
    by_key: SlotLists,
    /// Of these, the ones whose key is down. Under a pedal a key may have many others.
    by_key_down: SlotLists,
    /// Active notes with an id, by its lowest bits.
    by_id: SlotLists,
    /// Of these, the ones whose key is down.
    by_id_down: SlotLists,
    /// Active notes by channel and hold; those with an id and those without are apart.
    by_hold: SlotLists,
    /// Active notes that have no id.
    without_id: usize,
    /// Notes that hold each key down, on any channel.
    keys_down: [u16; KEYS],
    /// One bit a channel: whether its pedal is down.
    sustain: u16,
    sostenuto: u16,
    /// The youngest note when the channel's sostenuto pedal went down.
    sostenuto_since: [u64; CHANNELS],
    /// Whose pedals and channel messages reach each channel beside its own.
    masters: [u8; CHANNELS],
    /// Onsets so far.
    onsets: u64,
    steal: Ranking<StealRank>,
    cut: Ranking<CutRank>,
    ended: VecDeque<EndedNote>,
}

/// Every channel for itself: no zone has a master.
pub const NO_MASTERS: [u8; CHANNELS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

impl Assigner {
    /// Allocates for so many slots.
    pub fn new(slots: usize) -> Assigner {
        Assigner {
            notes: vec![FREE; slots].into_boxed_slice(),
            active: SlotSet::new(slots),
            active_count: 0,
            taken: SlotSet::new(slots),
            taken_count: 0,
            fading: SlotSet::new(slots),
            pending: SlotSet::new(slots),
            partials: 0,
            by_key: SlotLists::new(2 * CHANNELS * KEYS, slots),
            by_key_down: SlotLists::new(2 * CHANNELS * KEYS, slots),
            by_id: SlotLists::new(ID_LISTS, slots),
            by_id_down: SlotLists::new(ID_LISTS, slots),
            by_hold: SlotLists::new(2 * CHANNELS * HOLDS.len(), slots),
            without_id: 0,
            keys_down: [0; KEYS],
            sustain: 0,
            sostenuto: 0,
            sostenuto_since: [0; CHANNELS],
            masters: NO_MASTERS,
            onsets: 0,
            steal: Ranking::new(slots),
            cut: Ranking::new(slots),
            ended: vec_with_room(2 * slots, EndedNote::default()).into(),
        }
    }

    /// Forgets all notes and pedals; onsets are counted on.
    pub fn clear(&mut self) {
        self.notes.fill(FREE);
        self.active.clear();
        self.taken.clear();
        self.fading.clear();
        self.pending.clear();
        for lists in self.all_lists() {
            lists.clear();
        }
        self.keys_down.fill(0);
        (self.active_count, self.taken_count) = (0, 0);
        (self.without_id, self.partials) = (0, 0);
        (self.sustain, self.sostenuto) = (0, 0);
        self.masters = NO_MASTERS;
        self.steal.invalidate();
        self.cut.invalidate();
        self.ended.clear();
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
        self.lift_same_key(&note, commands);
        self.steal_down_to(voices.saturating_sub(1), commands);
        let slot = self.slot_for_new_note(slots)?;
        self.onsets += 1;
        let note = NewNote {
            age: self.onsets,
            ..note
        };
        self.enter(slot, &note);
        commands.push(slot, Command::Begin(note));
        Some(slot)
    }

    /// The same key again: the earlier note's key counts as up (unless both have ids of their own), so
    /// it ends where no pedal holds it.
    fn lift_same_key(&mut self, note: &NewNote, commands: &mut impl Commands) {
        let (lists, list): (Lists, usize) = match note.id {
            Some(id) => (|assigner| &assigner.by_id_down, id_list(id)),
            None => (
                |assigner| &assigner.by_key_down,
                key_list(false, note.channel, note.key),
            ),
        };
        self.walk(lists, list, |assigner, slot| {
            let held = &assigner.notes[slot];
            if (held.id, held.channel, held.key) == (note.id, note.channel, note.key) {
                assigner.key_up(slot, commands);
            }
        });
    }

    /// Keys come up.
    pub fn note_off(&mut self, address: &NoteAddress, commands: &mut impl Commands) {
        self.visit(address, true, |assigner, slot| {
            assigner.key_up(slot, commands);
        });
    }

    /// Notes end at once.
    pub fn choke(&mut self, address: &NoteAddress, commands: &mut impl Commands) {
        self.visit(address, false, |assigner, slot| {
            assigner.fade(slot, commands)
        });
    }

    /// Active notes that `address` names, or only those of them whose key is down. Looks at no others,
    /// but for ids that share a list.
    fn visit(
        &mut self,
        address: &NoteAddress,
        only_down: bool,
        mut act: impl FnMut(&mut Assigner, usize),
    ) {
        let (by_id, by_key): (Lists, Lists) = if only_down {
            (
                |assigner| &assigner.by_id_down,
                |assigner| &assigner.by_key_down,
            )
        } else {
            (|assigner| &assigner.by_id, |assigner| &assigner.by_key)
        };
        // A note without an id is addressed by channel and key, whatever the event has.
        let mut have_ids = &[false, true][..];
        if let Some(id) = address.id {
            self.walk(by_id, id_list(id), |assigner, slot| {
                if assigner.notes[slot].id == Some(id) {
                    act(assigner, slot);
                }
            });
            if self.without_id == 0 {
                return;
            }
            have_ids = &[false];
        }
        let channels = match address.channel {
            Some(channel) if usize::from(channel) < CHANNELS => channel..channel + 1,
            Some(_) => 0..0,
            None => 0..CHANNELS as u8,
        };
        let holds = if only_down { &[Hold::Key] } else { &HOLDS[..] };
        for channel in channels {
            for &has_id in have_ids {
                match address.key {
                    Some(key) if usize::from(key) < KEYS => {
                        self.walk(by_key, key_list(has_id, channel, key), &mut act);
                    }
                    Some(_) => {}
                    None => {
                        for &hold in holds {
                            let list = hold_list(has_id, channel, hold);
                            self.walk(|assigner| &assigner.by_hold, list, &mut act);
                        }
                    }
                }
            }
        }
    }

    /// Active notes of a channel with this hold.
    fn walk_hold(&mut self, channel: u8, hold: Hold, mut act: impl FnMut(&mut Assigner, usize)) {
        for has_id in [false, true] {
            let list = hold_list(has_id, channel, hold);
            self.walk(|assigner| &assigner.by_hold, list, &mut act);
        }
    }

    /// The slots in a list; `act` may take the one that it is given out of it.
    fn walk(&mut self, lists: Lists, list: usize, mut act: impl FnMut(&mut Assigner, usize)) {
        work::step();
        let mut next = lists(self).first(list);
        while let Some(slot) = next {
            work::step();
            next = lists(self).next(slot);
            act(self, slot);
        }
    }

    fn all_lists(&mut self) -> [&mut SlotLists; 5] {
        [
            &mut self.by_key,
            &mut self.by_key_down,
            &mut self.by_id,
            &mut self.by_id_down,
            &mut self.by_hold,
        ]
    }

    /// A pedal of a channel moves.
    pub fn set_pedal(
        &mut self,
        channel: u8,
        pedal: Pedal,
        is_down: bool,
        commands: &mut impl Commands,
    ) {
        let bit = 1 << channel;
        let pedals = match pedal {
            Pedal::Sustain => &mut self.sustain,
            Pedal::Sostenuto => &mut self.sostenuto,
        };
        if (*pedals & bit != 0) == is_down {
            return;
        }
        *pedals ^= bit;
        if is_down {
            if pedal == Pedal::Sostenuto {
                self.sostenuto_since[usize::from(channel)] = self.onsets;
            }
            return;
        }
        for reached in 0..CHANNELS as u8 {
            if self.reaches(channel, reached) {
                if pedal == Pedal::Sostenuto {
                    self.let_go_of_sostenuto(reached, commands);
                }
                self.let_go_of_sustain(reached, commands);
            }
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
        if self.masters != *masters {
            self.masters = *masters;
            for channel in 0..CHANNELS as u8 {
                self.let_go_of_sostenuto(channel, commands);
                self.let_go_of_sustain(channel, commands);
            }
        }
    }

    /// All keys of a channel come up.
    pub fn all_notes_off(&mut self, channel: u8, commands: &mut impl Commands) {
        for reached in 0..CHANNELS as u8 {
            if self.reaches(channel, reached) {
                self.walk_hold(reached, Hold::Key, |assigner, slot| {
                    assigner.key_up(slot, commands);
                });
            }
        }
    }

    /// All notes of a channel end at once.
    pub fn all_sound_off(&mut self, channel: u8, commands: &mut impl Commands) {
        for reached in 0..CHANNELS as u8 {
            if self.reaches(channel, reached) {
                for hold in HOLDS {
                    self.walk_hold(reached, hold, |assigner, slot| {
                        assigner.fade(slot, commands)
                    });
                }
            }
        }
    }

    /// Fades notes until no more than `voices` count.
    pub fn steal_down_to(&mut self, voices: usize, commands: &mut impl Commands) {
        while self.active_count > voices {
            let notes = &self.notes;
            let all = self.active.iter().map(|slot| notes[slot].steal_rank(slot));
            let victim = self.steal.take_least(all, |rank| {
                let note = &notes[usize::from(rank.slot)];
                note.state == State::Active && note.steal_rank(usize::from(rank.slot)) == *rank
            });
            match victim {
                Some(rank) => self.fade(usize::from(rank.slot), commands),
                None => return,
            }
        }
    }

    /// Begins to take the reports of a block: what was known of loudness is out of date.
    pub fn begin_reports(&mut self) {
        self.steal.invalidate();
        self.cut.invalidate();
    }

    /// Takes what has become of the voice in `slot` in the block that has ended, or in its first one.
    pub fn report(&mut self, slot: usize, report: &Report) {
        self.pending.set(slot, false);
        let note = &mut self.notes[slot];
        if note.state == State::Free {
            return;
        }
        note.power = report.power;
        self.partials = self.partials - note.partials + report.partials;
        note.partials = report.partials;
        if report.is_active {
            if note.state == State::Active {
                let rank = note.steal_rank(slot);
                self.steal.offer(rank);
            }
            return;
        }
        // The end of one that was stolen or choked has been told already.
        if note.state == State::Active {
            self.leave(slot);
        }
        self.free(slot);
    }

    /// The next note that has ended since this was last asked.
    pub fn next_ended(&mut self) -> Option<EndedNote> {
        self.ended.pop_front()
    }

    /// Notes whose voices sound, those that fade among them.
    pub fn sounding(&self) -> usize {
        self.taken_count
    }

    /// Partials that sound in the current block.
    pub fn partials(&self) -> usize {
        self.partials
    }

    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub fn held_keys(&self) -> u128 {
        let keys = self.keys_down.iter().enumerate();
        keys.filter(|&(_, &count)| count > 0)
            .fold(0, |held, (key, _)| held | 1 << key)
    }

    /// What an active note is addressed by.
    pub fn addressee(&self, slot: usize) -> Addressee {
        let note = &self.notes[slot];
        Addressee {
            channel: note.channel,
            key: note.key,
            has_id: note.id.is_some(),
        }
    }

    /// Whether there are active notes without an id.
    pub fn has_notes_without_id(&self) -> bool {
        self.without_id != 0
    }

    /// The slots of active notes, in rising order.
    pub fn active_slots(&self) -> impl Iterator<Item = usize> {
        self.active.iter()
    }

    /// The lowest slot from `from` on whose note is active and has not been rendered.
    pub fn next_pending(&self, from: usize) -> Option<usize> {
        self.pending.next_from(from)
    }

    /// Active notes with this id.
    pub fn for_each_with_id(&self, id: i32, mut act: impl FnMut(usize)) {
        let mut next = self.by_id.first(id_list(id));
        while let Some(slot) = next {
            work::step();
            next = self.by_id.next(slot);
            if self.notes[slot].id == Some(id) {
                act(slot);
            }
        }
    }

    /// Slots in use, in rising order.
    pub fn slots_in_use(&self) -> impl Iterator<Item = usize> {
        self.taken.iter()
    }

    /// Whether messages on `channel` are for notes on `voice_channel`.
    fn reaches(&self, channel: u8, voice_channel: u8) -> bool {
        channel == voice_channel || self.masters[usize::from(voice_channel)] == channel
    }

    fn sustain_holds(&self, channel: u8) -> bool {
        let master = self.masters[usize::from(channel)];
        (self.sustain >> channel | self.sustain >> master) & 1 != 0
    }

    /// What holds a note whose key is up.
    fn hold_without_key(&self, note: &Note) -> Hold {
        if note.caught_by != 0 {
            Hold::Sostenuto
        } else if self.sustain_holds(note.channel) {
            Hold::Sustain
        } else {
            Hold::Nothing
        }
    }

    fn key_up(&mut self, slot: usize, commands: &mut impl Commands) {
        let Note {
            key, channel, age, ..
        } = self.notes[slot];
        self.keys_down[usize::from(key)] -= 1;
        let mut caught_by = 0;
        for of in [channel, self.masters[usize::from(channel)]] {
            let bit = 1 << of;
            // A key that is still down was down when the pedal went down, if it is older.
            if self.sostenuto & bit != 0 && age <= self.sostenuto_since[usize::from(of)] {
                caught_by |= bit;
            }
        }
        self.notes[slot].caught_by = caught_by;
        let hold = self.hold_without_key(&self.notes[slot]);
        self.set_hold(slot, hold, commands);
    }

    /// Lets the notes of a channel go that no sostenuto pedal holds any more.
    fn let_go_of_sostenuto(&mut self, channel: u8, commands: &mut impl Commands) {
        let master = self.masters[usize::from(channel)];
        let pedals = self.sostenuto & (1 << channel | 1 << master);
        self.walk_hold(channel, Hold::Sostenuto, |assigner, slot| {
            assigner.notes[slot].caught_by &= pedals;
            let hold = assigner.hold_without_key(&assigner.notes[slot]);
            assigner.set_hold(slot, hold, commands);
        });
    }

    /// Lets the notes of a channel go that no sustain pedal holds any more.
    fn let_go_of_sustain(&mut self, channel: u8, commands: &mut impl Commands) {
        if !self.sustain_holds(channel) {
            self.walk_hold(channel, Hold::Sustain, |assigner, slot| {
                assigner.set_hold(slot, Hold::Nothing, commands);
            });
        }
    }

    fn set_hold(&mut self, slot: usize, hold: Hold, commands: &mut impl Commands) {
        let note = &mut self.notes[slot];
        if note.hold == hold {
            return;
        }
        note.hold = hold;
        // A key that has come up goes down only as another note's.
        self.by_key_down.remove(slot);
        self.by_id_down.remove(slot);
        self.by_hold
            .insert(hold_list(note.id.is_some(), note.channel, hold), slot);
        if hold == Hold::Nothing {
            let rank = note.steal_rank(slot);
            self.steal.offer(rank);
            commands.push(slot, Command::Release);
        }
    }

    /// A slot for a new note: the lowest free one, else that of the quietest fading note.
    fn slot_for_new_note(&mut self, slots: usize) -> Option<usize> {
        if let Some(slot) = self.taken.first_absent(slots.min(self.notes.len())) {
            return Some(slot);
        }
        let notes = &self.notes;
        let all = self.fading.iter().map(|slot| notes[slot].cut_rank(slot));
        let quietest = self.cut.take_least(all, |rank| {
            let note = &notes[usize::from(rank.slot)];
            note.state == State::Fading && note.cut_rank(usize::from(rank.slot)) == *rank
        });
        quietest.map(|rank| usize::from(rank.slot))
    }

    /// Fades a note out and tells that it has ended.
    fn fade(&mut self, slot: usize, commands: &mut impl Commands) {
        commands.push(slot, Command::Fade);
        self.leave(slot);
        if self.pending.contains(slot) {
            self.free(slot);
            return;
        }
        let note = &mut self.notes[slot];
        note.state = State::Fading;
        let rank = note.cut_rank(slot);
        self.fading.set(slot, true);
        self.cut.offer(rank);
    }

    fn enter(&mut self, slot: usize, new: &NewNote) {
        self.free(slot);
        self.notes[slot] = Note {
            state: State::Active,
            hold: Hold::Key,
            id: new.id,
            channel: new.channel,
            key: new.key,
            age: new.age,
            // One that nobody has heard yet gives way last.
            power: f32::INFINITY,
            ..FREE
        };
        self.active.set(slot, true);
        self.pending.set(slot, true);
        self.active_count += 1;
        self.taken.set(slot, true);
        self.taken_count += 1;
        self.keys_down[usize::from(new.key)] += 1;
        let has_id = new.id.is_some();
        let key = key_list(has_id, new.channel, new.key);
        self.by_key.insert(key, slot);
        self.by_key_down.insert(key, slot);
        match new.id {
            Some(id) => {
                self.by_id.insert(id_list(id), slot);
                self.by_id_down.insert(id_list(id), slot);
            }
            None => self.without_id += 1,
        }
        self.by_hold
            .insert(hold_list(has_id, new.channel, Hold::Key), slot);
        self.steal.offer(self.notes[slot].steal_rank(slot));
    }

    /// An active note counts no more; its voice may still fade.
    fn leave(&mut self, slot: usize) {
        let note = &mut self.notes[slot];
        if note.hold == Hold::Key {
            self.keys_down[usize::from(note.key)] -= 1;
        }
        note.hold = Hold::Nothing;
        if self.ended.len() < self.ended.capacity() {
            self.ended.push_back(EndedNote {
                id: note.id,
                channel: note.channel,
                key: note.key,
            });
        }
        self.without_id -= usize::from(note.id.is_none());
        self.active.set(slot, false);
        self.active_count -= 1;
        for lists in self.all_lists() {
            lists.remove(slot);
        }
    }

    /// Nothing of the slot sounds any more.
    fn free(&mut self, slot: usize) {
        if self.notes[slot].state != State::Free {
            self.partials -= self.notes[slot].partials;
            self.notes[slot] = FREE;
            self.fading.set(slot, false);
            self.pending.set(slot, false);
            self.taken.set(slot, false);
            self.taken_count -= 1;
        }
    }
}

fn key_list(has_id: bool, channel: u8, key: u8) -> usize {
    (usize::from(has_id) * CHANNELS + usize::from(channel)) * KEYS + usize::from(key)
}

fn id_list(id: i32) -> usize {
    id as u32 as usize % ID_LISTS
}

fn hold_list(has_id: bool, channel: u8, hold: Hold) -> usize {
    (usize::from(has_id) * CHANNELS + usize::from(channel)) * HOLDS.len() + hold as usize
}
