//! Sets of slots with constant-time operations and memory of a fixed size.

use crate::dsp::resident;

/// A slot's neighbour in a list that has none.
const NONE: u16 = u16::MAX;

/// Doubly linked lists of slots. A slot is in at most one list.
#[derive(Debug)]
pub struct SlotLists {
    heads: Box<[u16]>,
    links: Box<[Link]>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u16,
    next: u16,
    list: u16,
}

const UNLINKED: Link = Link {
    previous: NONE,
    next: NONE,
    list: NONE,
};

impl SlotLists {
    /// `lists` empty lists for slots below `slots`.
    pub fn new(lists: usize, slots: usize) -> SlotLists {
        assert!(lists < usize::from(NONE) && slots < usize::from(NONE));
        SlotLists {
            heads: resident::slice(lists, NONE),
            links: resident::slice(slots, UNLINKED),
        }
    }

    /// Puts `slot` into `list`, and takes it out of the list that it was in.
    pub fn insert(&mut self, list: usize, slot: usize) {
        self.remove(slot);
        let head = self.heads[list];
        self.links[slot] = Link {
            previous: NONE,
            next: head,
            list: list as u16,
        };
        if head != NONE {
            self.links[usize::from(head)].previous = slot as u16;
        }
        self.heads[list] = slot as u16;
    }

    /// Takes `slot` out of its list, if it is in one.
    pub fn remove(&mut self, slot: usize) {
        let Link {
            previous,
            next,
            list,
        } = std::mem::replace(&mut self.links[slot], UNLINKED);
        if list == NONE {
            return;
        }
        if next != NONE {
            self.links[usize::from(next)].previous = previous;
        }
        if previous == NONE {
            self.heads[usize::from(list)] = next;
        } else {
            self.links[usize::from(previous)].next = next;
        }
    }

    /// The first slot of `list`.
    pub fn first(&self, list: usize) -> Option<usize> {
        index(self.heads[list])
    }

    /// The slot after `slot` in its list.
    pub fn next(&self, slot: usize) -> Option<usize> {
        index(self.links[slot].next)
    }

    /// Empties all lists.
    pub fn clear(&mut self) {
        self.heads.fill(NONE);
        self.links.fill(UNLINKED);
    }
}

fn index(slot: u16) -> Option<usize> {
    (slot != NONE).then_some(usize::from(slot))
}

/// A set of slots that gives its members in rising order.
#[derive(Debug)]
pub struct SlotSet(Box<[u64]>);

impl SlotSet {
    /// An empty set for slots below `slots`.
    pub fn new(slots: usize) -> SlotSet {
        SlotSet(resident::slice(slots.div_ceil(64), 0))
    }

    /// Adds or removes `slot`.
    pub fn set(&mut self, slot: usize, is_member: bool) {
        let bit = 1 << (slot % 64);
        let word = &mut self.0[slot / 64];
        if is_member {
            *word |= bit;
        } else {
            *word &= !bit;
        }
    }

    /// Whether `slot` is a member.
    pub fn contains(&self, slot: usize) -> bool {
        self.0[slot / 64] >> (slot % 64) & 1 != 0
    }

    /// The lowest member from `from` on.
    pub fn next_from(&self, from: usize) -> Option<usize> {
        let mut mask = u64::MAX << (from % 64);
        for (index, &word) in self.0.iter().enumerate().skip(from / 64) {
            let word = word & mask;
            if word != 0 {
                return Some(index * 64 + word.trailing_zeros() as usize);
            }
            mask = u64::MAX;
        }
        None
    }

    /// The lowest slot below `end` that is no member.
    pub fn first_absent(&self, end: usize) -> Option<usize> {
        self.0
            .iter()
            .position(|&word| word != u64::MAX)
            .map(|index| index * 64 + self.0[index].trailing_ones() as usize)
            .filter(|&slot| slot < end)
    }

    /// All members, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let mut next = self.next_from(0);
        std::iter::from_fn(move || {
            let slot = next?;
            next = self.next_from(slot + 1);
            Some(slot)
        })
    }

    /// Removes all members.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SLOTS: usize = 150;

    proptest! {
        #[test]
        fn lists_and_sets_hold_what_a_plain_model_holds(
            steps in prop::collection::vec((0..SLOTS, 0..4_usize), 0..400)
        ) {
            let mut lists = SlotLists::new(3, SLOTS);
            let mut set = SlotSet::new(SLOTS);
            let mut model = vec![None; SLOTS];
            for (slot, list) in steps {
                model[slot] = (list < 3).then_some(list);
                set.set(slot, list < 3);
                match model[slot] {
                    Some(list) => lists.insert(list, slot),
                    None => lists.remove(slot),
                }
            }
            for list in 0..3 {
                let mut members = BTreeSet::new();
                let mut next = lists.first(list);
                while let Some(slot) = next {
                    prop_assert!(members.insert(slot));
                    next = lists.next(slot);
                }
                let expected: BTreeSet<_> =
                    (0..SLOTS).filter(|&slot| model[slot] == Some(list)).collect();
                prop_assert_eq!(members, expected);
            }
            let members: Vec<_> = (0..SLOTS).filter(|&slot| model[slot].is_some()).collect();
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), members);
            prop_assert_eq!(
                set.first_absent(SLOTS),
                (0..SLOTS).find(|&slot| model[slot].is_none())
            );
        }
    }
}
