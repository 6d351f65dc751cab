//! The notes that the assigner keeps account of, one in each slot that is taken.
//!
//! Sets and lists find notes by what events address them by; rankings give the one that gives way
//! first. Nothing here decides what happens to a note.

use std::collections::VecDeque;

use super::held::MAX_HELD;
use super::lists::{SlotLists, SlotSet};
use super::note::{CutRank, FREE, HOLDS, Hold, SlotNote, SlotState, StealRank};
use super::ranking::Ranking;
use super::{Addressee, CHANNELS, KEYS, NewNote, VoiceReport};
use crate::dsp::resident::{self, vec_with_room};
use crate::synth::event::{EndedNote, NoteAddress};
use crate::synth::work;

/// Lists that notes with an id are spread over.
const ID_LISTS: usize = 1_024;

/// Some of the lists.
type Lists = fn(&Notes) -> &SlotLists;

/// The notes of all slots.
#[derive(Debug)]
pub struct Notes {
    slots: Box<[SlotNote]>,
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
    /// The notes of `by_key` whose key is down. Under a pedal a key may have many others.
    by_key_down: SlotLists,
    /// Active notes with an id, by its lowest bits.
    by_id: SlotLists,
    /// The notes of `by_id` whose key is down.
    by_id_down: SlotLists,
    /// Active notes by channel and hold; those with an id and those without are apart.
    by_hold: SlotLists,
    /// Active notes that have no id.
    without_id: usize,
    /// Notes that hold each key down, on any channel.
    keys_down: [u16; KEYS],
    /// Active notes, the one that gives way first at the front.
    steal: Ranking<StealRank>,
    /// Fading notes, the one that is cut off first at the front.
    cut: Ranking<CutRank>,
    /// Notes that have ended and have not been asked for.
    ended: VecDeque<EndedNote>,
}

/// What the engine may ask for.
impl Notes {
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

    /// Whether any key is down.
    pub fn holds_any_key(&self) -> bool {
        self.keys_down.iter().any(|&count| count > 0)
    }

    /// What an active note is addressed by.
    pub fn addressee(&self, slot: usize) -> Addressee {
        let note = &self.slots[slot];
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

    /// Calls `act` with the slots of active notes with this id.
    pub fn for_each_with_id(&self, id: i32, mut act: impl FnMut(usize)) {
        let mut next = self.by_id.first(id_list(id));
        while let Some(slot) = next {
            work::step();
            next = self.by_id.next(slot);
            if self.slots[slot].id == Some(id) {
                act(slot);
            }
        }
    }

    /// Slots in use, in rising order.
    pub fn slots_in_use(&self) -> impl Iterator<Item = usize> {
        self.taken.iter()
    }
}

/// What the assigner does.
impl Notes {
    /// Allocates for `slots` slots.
    pub(super) fn new(slots: usize) -> Notes {
        Notes {
            slots: resident::slice(slots, FREE),
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
            steal: Ranking::new(slots),
            cut: Ranking::new(slots),
            ended: vec_with_room(2 * slots + MAX_HELD, EndedNote::default()).into(),
        }
    }

    /// Forgets all notes.
    pub(super) fn clear(&mut self) {
        self.slots.fill(FREE);
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
        self.steal.invalidate();
        self.cut.invalidate();
        self.ended.clear();
    }

    /// How many notes count against the limit of voices.
    pub(super) fn active_count(&self) -> usize {
        self.active_count
    }

    /// Whether the note of this age in `slot` counts against the limit of voices.
    pub(super) fn is_active(&self, slot: usize, age: u64) -> bool {
        let note = &self.slots[slot];
        note.state == SlotState::Active && note.age == age
    }

    /// Whether nothing of the note in `slot` has been rendered.
    pub(super) fn is_pending(&self, slot: usize) -> bool {
        self.pending.contains(slot)
    }

    /// What holds an active note.
    pub(super) fn hold(&self, slot: usize) -> Hold {
        self.slots[slot].hold
    }

    /// Says whether the end of an active note is reported by [`Notes::end`], and not with its voice's end.
    pub(super) fn keep(&mut self, slot: usize, is_kept: bool) {
        self.slots[slot].is_kept = is_kept;
    }

    /// A note has ended.
    pub(super) fn end(&mut self, note: EndedNote) {
        if self.ended.len() < self.ended.capacity() {
            self.ended.push_back(note);
        }
    }

    /// Whether only the room of a note's voice sounds any more.
    pub(super) fn is_tail(&self, slot: usize) -> bool {
        self.slots[slot].is_tail
    }

    /// The age of a note.
    pub(super) fn age(&self, slot: usize) -> u64 {
        self.slots[slot].age
    }

    /// The next note that has ended since this was last asked.
    pub(super) fn next_ended(&mut self) -> Option<EndedNote> {
        self.ended.pop_front()
    }

    /// Calls `act` with active notes whose key is down and whose channel, key and id, or lack of one,
    /// are those of `note`.
    pub(super) fn visit_equals(&mut self, note: &NewNote, mut act: impl FnMut(&mut Notes, usize)) {
        let (lists, list): (Lists, usize) = match note.id {
            Some(id) => (|notes| &notes.by_id_down, id_list(id)),
            None => (
                |notes| &notes.by_key_down,
                key_list(false, note.channel, note.key),
            ),
        };
        self.walk(lists, list, |notes, slot| {
            let held = &notes.slots[slot];
            if (held.id, held.channel, held.key) == (note.id, note.channel, note.key) {
                act(notes, slot);
            }
        });
    }

    /// Calls `act` with the active notes that `address` names, or only those of them whose key is
    /// down. Looks at no others, but for ids that share a list.
    pub(super) fn visit(
        &mut self,
        address: &NoteAddress,
        only_down: bool,
        mut act: impl FnMut(&mut Notes, usize),
    ) {
        let (by_id, by_key): (Lists, Lists) = if only_down {
            (|notes| &notes.by_id_down, |notes| &notes.by_key_down)
        } else {
            (|notes| &notes.by_id, |notes| &notes.by_key)
        };
        // A note without an id is addressed by channel and key, whatever the event has.
        let mut have_ids = &[false, true][..];
        if let Some(id) = address.id {
            self.walk(by_id, id_list(id), |notes, slot| {
                if notes.slots[slot].id == Some(id) {
                    act(notes, slot);
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
                            self.walk(|notes| &notes.by_hold, list, &mut act);
                        }
                    }
                }
            }
        }
    }

    /// Calls `act` with the active notes of a channel that have this hold.
    pub(super) fn walk_hold(
        &mut self,
        channel: u8,
        hold: Hold,
        mut act: impl FnMut(&mut Notes, usize),
    ) {
        for has_id in [false, true] {
            let list = hold_list(has_id, channel, hold);
            self.walk(|notes| &notes.by_hold, list, &mut act);
        }
    }

    /// The slots in a list; `act` may take the one that it is given out of it.
    fn walk(&mut self, lists: Lists, list: usize, mut act: impl FnMut(&mut Notes, usize)) {
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

    /// Begins to take the reports of a block: what was known of loudness is out of date.
    pub(super) fn begin_reports(&mut self) {
        self.steal.invalidate();
        self.cut.invalidate();
    }

    /// Takes what has become of the voice in `slot` in the block that has ended, or in its first one.
    pub(super) fn report(&mut self, slot: usize, report: &VoiceReport) {
        self.pending.set(slot, false);
        let note = &mut self.slots[slot];
        if note.state == SlotState::Free {
            return;
        }
        note.power = report.power;
        note.is_tail = report.is_tail;
        self.partials = self.partials - note.partials + report.partials;
        note.partials = report.partials;
        if report.is_active {
            if note.state == SlotState::Active && self.steal.is_built() {
                let rank = note.steal_rank(slot);
                self.steal.offer(rank);
            }
            return;
        }
        // One that was stolen or choked is in `ended` already.
        if note.state == SlotState::Active {
            self.leave(slot);
        }
        self.free(slot);
    }

    /// Takes the active note that gives way first out of the ranking.
    pub(super) fn take_first_to_steal(&mut self) -> Option<usize> {
        let notes = &self.slots;
        let all = self.active.iter().map(|slot| notes[slot].steal_rank(slot));
        let victim = self.steal.take_least(all, |rank| {
            let note = &notes[usize::from(rank.slot)];
            note.state == SlotState::Active && note.steal_rank(usize::from(rank.slot)) == *rank
        });
        victim.map(|rank| usize::from(rank.slot))
    }

    /// A slot for a new note: the lowest free one, else that of the quietest fading note.
    pub(super) fn slot_for_new_note(&mut self, slots: usize) -> Option<usize> {
        if let Some(slot) = self.taken.first_absent(slots.min(self.slots.len())) {
            return Some(slot);
        }
        let notes = &self.slots;
        let all = self.fading.iter().map(|slot| notes[slot].cut_rank(slot));
        let quietest = self.cut.take_least(all, |rank| {
            let note = &notes[usize::from(rank.slot)];
            note.state == SlotState::Fading && note.cut_rank(usize::from(rank.slot)) == *rank
        });
        quietest.map(|rank| usize::from(rank.slot))
    }

    /// A note begins in a slot; what was in it is forgotten.
    pub(super) fn enter(&mut self, slot: usize, new: &NewNote) {
        self.free(slot);
        self.slots[slot] = SlotNote {
            state: SlotState::Active,
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
        self.address(slot, new);
    }

    /// The voice in `slot` goes on as this note's, whose key is down.
    pub(super) fn rename(&mut self, slot: usize, new: &NewNote) {
        self.withdraw(slot);
        let note = &mut self.slots[slot];
        *note = SlotNote {
            hold: Hold::Key,
            id: new.id,
            channel: new.channel,
            key: new.key,
            age: new.age,
            caught_by: 0,
            release_velocity: 0.0,
            ..*note
        };
        self.address(slot, new);
    }

    /// A note is found from now on by what events address it by, and its key is down.
    fn address(&mut self, slot: usize, new: &NewNote) {
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
        self.steal.offer(self.slots[slot].steal_rank(slot));
    }

    /// The key of a note comes up at this velocity, and the sostenuto pedals of the channels in
    /// `caught_by` hold it.
    pub(super) fn lift_key(&mut self, slot: usize, velocity: f32, caught_by: u16) {
        let note = &mut self.slots[slot];
        self.keys_down[usize::from(note.key)] -= 1;
        note.release_velocity = velocity;
        note.caught_by = caught_by;
    }

    /// The velocity at which a note's key has come up.
    pub(super) fn release_velocity(&self, slot: usize) -> f32 {
        self.slots[slot].release_velocity
    }

    /// Keeps only the sostenuto pedals of the channels in `pedals`, of those that hold a note.
    pub(super) fn keep_caught_by(&mut self, slot: usize, pedals: u16) {
        self.slots[slot].caught_by &= pedals;
    }

    /// Whether a sostenuto pedal holds a note whose key is up.
    pub(super) fn is_caught(&self, slot: usize) -> bool {
        self.slots[slot].caught_by != 0
    }

    /// Says what holds a note. Returns whether its release begins by this.
    pub(super) fn set_hold(&mut self, slot: usize, hold: Hold) -> bool {
        let note = &mut self.slots[slot];
        if note.hold == hold {
            return false;
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
        }
        hold == Hold::Nothing
    }

    /// A note has ended, and its voice fades out; one that has not sounded yet is free at once.
    pub(super) fn fade(&mut self, slot: usize) {
        self.leave(slot);
        if self.pending.contains(slot) {
            self.free(slot);
            return;
        }
        let note = &mut self.slots[slot];
        note.state = SlotState::Fading;
        let rank = note.cut_rank(slot);
        self.fading.set(slot, true);
        self.cut.offer(rank);
    }

    /// An active note no longer counts; its voice may still fade.
    fn leave(&mut self, slot: usize) {
        self.withdraw(slot);
        self.active.set(slot, false);
        self.active_count -= 1;
    }

    /// A note is no longer found by what events address it by, and has ended, unless it is kept.
    fn withdraw(&mut self, slot: usize) {
        let note = &mut self.slots[slot];
        if note.hold == Hold::Key {
            self.keys_down[usize::from(note.key)] -= 1;
        }
        note.hold = Hold::Nothing;
        let ended = EndedNote {
            id: note.id,
            channel: note.channel,
            key: note.key,
        };
        self.without_id -= usize::from(note.id.is_none());
        if !note.is_kept {
            self.end(ended);
        }
        for lists in self.all_lists() {
            lists.remove(slot);
        }
    }

    /// Nothing of the slot sounds any more.
    fn free(&mut self, slot: usize) {
        if self.slots[slot].state != SlotState::Free {
            self.partials -= self.slots[slot].partials;
            self.slots[slot] = FREE;
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
