//! Which slot each track has: colouring of intervals, greedy by birth. Of several sounds of a bank, partials of the same
//! frequency over the root share a slot, since sounds are mixed slot by slot.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::atomic::AtomicBool;

use super::MAX_SLOTS;
use crate::cancelled::Cancelled;

/// The frames that a track needs its slot in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub first: u32,
    /// Included.
    pub last: u32,
    /// Number of the harmonic, 0 for none.
    pub label: u16,
    /// What is weakest is left out where there are too many.
    pub energy: f64,
    /// log₂ of its frequency over that of the root.
    pub log2_ratio: f64,
}

impl Span {
    /// The slot of its own that a harmonic of a low number has.
    fn numbered(&self) -> Option<u16> {
        let label = self.label;
        (1..=NUMBERED).contains(&label).then(|| label - 1)
    }
}

/// Partials with numbers up to this have slots of their own, as they have parameters of their own.
const NUMBERED: u16 = 64;

/// Two partials whose frequencies, over their roots, are nearer than this are partners: a semitone, in octaves.
const NEAR: f64 = 1.0 / 12.0;

/// Partials of less than this part of the strongest one's energy (40 dB) neither look for partners nor keep slots for
/// them.
const LEAST_ENERGY: f64 = 1e-4;

/// What the sounds of a bank that have been placed have in each slot. Sounds are mixed slot by slot, so partials that
/// are each other's partners ought to share one.
#[derive(Default)]
pub(super) struct SlotHomes {
    /// log₂ of the frequency of a slot's strongest partial over the root, and its energy.
    homes: BTreeMap<u16, (f64, f64)>,
    /// The slot that a label has had last.
    labels: HashMap<u16, u16>,
}

impl SlotHomes {
    /// The slots of the spans of the next sound, `None` where one is left out since [`MAX_SLOTS`] louder ones sound.
    /// Spans are in order of their first frames. The harmonics 1 to [`NUMBERED`] are in the slots 0 to 63, by their
    /// numbers, as far as these are free; other partials keep out of the slots of those that the sound has. A label has
    /// its last slot again if that is free, others the lowest that is.
    ///
    /// Beside sounds that have been placed, partials without a number have the slots of their partners. Sounds with
    /// harmonics are to be placed first: their slots are given.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn place(
        &mut self,
        spans: &[Span],
        is_cancelled: &AtomicBool,
    ) -> Result<Vec<Option<u16>>, Cancelled> {
        let alone = || SlotHomes::default().assign(spans, &Kept::default(), is_cancelled);
        let slots = match self.homes.is_empty() {
            true => self.assign(spans, &Kept::default(), is_cancelled)?,
            false => {
                let partners = self.partners(spans, is_cancelled)?;
                let beside = self.assign(spans, &partners, is_cancelled)?;
                let left_out = |slots: &[Option<u16>]| slots.iter().filter(|s| s.is_none()).count();
                // Where there is no room, partners do not cost another partial its place.
                match left_out(&beside) {
                    0 => beside,
                    lost => Some(alone()?)
                        .filter(|a| left_out(a) < lost)
                        .unwrap_or(beside),
                }
            }
        };
        self.take(spans, &slots);
        Ok(slots)
    }

    /// For each span the slot whose home is nearest, within [`NEAR`]. Stronger ones choose first, and no two that
    /// overlap have the same.
    fn partners(&self, spans: &[Span], is_cancelled: &AtomicBool) -> Result<Kept, Cancelled> {
        let numbered = numbered_slots(spans);
        let mut by_energy: Vec<usize> = (0..spans.len()).collect();
        by_energy.sort_by(|&a, &b| spans[b].energy.total_cmp(&spans[a].energy).then(a.cmp(&b)));
        let least = least_energy(spans);
        let mut kept = Kept {
            partners: vec![None; spans.len()],
            ..Kept::default()
        };
        for place in by_energy {
            Cancelled::check(is_cancelled)?;
            let span = &spans[place];
            if span.label > 0 || span.energy < least {
                continue;
            }
            let distances = self.homes.iter().map(|(&slot, &(home, _))| {
                let distance = (home - span.log2_ratio).abs();
                (distance, slot)
            });
            let partner = distances
                .filter(|&(distance, slot)| {
                    distance < NEAR && !numbered.contains(&slot) && kept.is_free(slot, span)
                })
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, slot)) = partner {
                kept.partners[place] = Some(slot);
                let spans = kept.spans.entry(slot).or_default();
                spans.insert(span.first, span.last);
            }
        }
        Ok(kept)
    }

    /// The slot of each span, see [`SlotHomes::place`]. A span has the slot that is kept for it, which no other span
    /// has while it lasts; strong ones without one keep out of the slots of other sounds as far as they can.
    fn assign(
        &self,
        spans: &[Span],
        kept: &Kept,
        is_cancelled: &AtomicBool,
    ) -> Result<Vec<Option<u16>>, Cancelled> {
        let mut slots: Vec<Option<u16>> = vec![None; spans.len()];
        let mut free: BTreeSet<u16> = (0..MAX_SLOTS as u16).collect();
        let mut ends: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
        let mut slot_of_label = self.labels.clone();
        let numbered = numbered_slots(spans);
        let least = least_energy(spans);
        for (place, span) in spans.iter().enumerate() {
            Cancelled::check(is_cancelled)?;
            while let Some(&Reverse((last, ended))) = ends.peek() {
                if last >= span.first {
                    break;
                }
                ends.pop();
                free.extend(slots[ended]);
            }
            if free.is_empty() && !make_room(spans, place, &mut slots, &mut ends, &mut free) {
                continue;
            }
            let own = span
                .numbered()
                .or_else(|| slot_of_label.get(&span.label).copied())
                .filter(|_| span.label > 0)
                .or_else(|| kept.partners.get(place).copied().flatten())
                .filter(|slot| free.contains(slot));
            let is_open = |slot: &&u16| kept.is_free(**slot, span);
            let others = || free.iter().filter(|slot| !numbered.contains(slot));
            let is_unused = |slot: &&u16| !self.homes.contains_key(slot);
            let unused = || others().filter(is_unused).find(is_open);
            let keeps_out = !self.homes.is_empty() && span.energy >= least;
            let slot = own.or_else(|| {
                let slot = keeps_out.then(unused).flatten();
                let slot = slot.or_else(|| others().find(is_open));
                slot.or_else(|| free.iter().find(is_open)).copied()
            });
            if let Some(slot) = slot {
                free.remove(&slot);
                slot_of_label.insert(span.label, slot);
            }
            slots[place] = slot;
            ends.push(Reverse((span.last, place)));
        }
        Ok(slots)
    }

    /// The next sound finds these in their slots.
    fn take(&mut self, spans: &[Span], slots: &[Option<u16>]) {
        let least = least_energy(spans);
        for (span, slot) in spans.iter().zip(slots) {
            let Some(slot) = *slot else {
                continue;
            };
            if span.label > 0 {
                self.labels.insert(span.label, slot);
            }
            if span.energy >= least {
                let home = self.homes.entry(slot).or_insert((0.0, -1.0));
                if span.energy > home.1 {
                    *home = (span.log2_ratio, span.energy);
                }
            }
        }
    }
}

/// The weakest of those that sound makes room for a span, unless this one is weaker. Returns whether there is room.
fn make_room(
    spans: &[Span],
    place: usize,
    slots: &mut [Option<u16>],
    ends: &mut BinaryHeap<Reverse<(u32, usize)>>,
    free: &mut BTreeSet<u16>,
) -> bool {
    let sounding = ends.iter().map(|Reverse((_, sounding))| *sounding);
    let weakest = sounding.min_by(|&a, &b| {
        let order = spans[a].energy.total_cmp(&spans[b].energy);
        order.then(a.cmp(&b))
    });
    let Some(weakest) = weakest.filter(|&weakest| spans[weakest].energy < spans[place].energy)
    else {
        return false;
    };
    ends.retain(|Reverse((_, sounding))| *sounding != weakest);
    free.extend(slots[weakest].take());
    true
}

fn numbered_slots(spans: &[Span]) -> BTreeSet<u16> {
    spans.iter().filter_map(Span::numbered).collect()
}

fn least_energy(spans: &[Span]) -> f64 {
    let energies = spans.iter().map(|span| span.energy);
    LEAST_ENERGY * energies.fold(0.0, f64::max)
}

/// Which slots are kept for partners, and when.
#[derive(Default)]
struct Kept {
    /// The slot of each span's partner; empty without any.
    partners: Vec<Option<u16>>,
    /// By slot, the last frame of each span by its first. They do not overlap.
    spans: HashMap<u16, BTreeMap<u32, u32>>,
}

impl Kept {
    /// Whether a slot is kept for none while a span lasts.
    fn is_free(&self, slot: u16, span: &Span) -> bool {
        let Some(kept) = self.spans.get(&slot) else {
            return true;
        };
        let before = kept.range(..=span.last).next_back();
        before.is_none_or(|(_, &last)| last < span.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: u32, last: u32, label: u16, energy: f64) -> Span {
        Span {
            first,
            last,
            label,
            energy,
            log2_ratio: 0.0,
        }
    }

    fn placed(homes: &mut SlotHomes, spans: &[Span]) -> Vec<Option<u16>> {
        let slots = homes.place(spans, &AtomicBool::new(false));
        slots.expect("not cancelled")
    }

    fn assign(spans: &[Span]) -> Vec<Option<u16>> {
        placed(&mut SlotHomes::default(), spans)
    }

    #[test]
    fn slots_are_used_again_and_labels_keep_theirs() {
        let spans = [
            span(0, 10, 1, 1.0),
            span(0, 5, 2, 1.0),
            span(3, 20, 0, 1.0),
            // The last frame of another is not free yet.
            span(10, 12, 1, 1.0),
            span(13, 14, 2, 1.0),
            span(13, 15, 1, 1.0),
        ];
        let slots = assign(&spans).into_iter().map(|slot| slot.expect("room"));
        assert_eq!(slots.collect::<Vec<_>>(), [0, 1, 2, 3, 1, 0]);
    }

    #[test]
    fn the_weakest_is_left_out_where_there_are_too_many() {
        let mut spans: Vec<Span> = (0..MAX_SLOTS as u32)
            .map(|k| span(0, 9, 0, f64::from(k + 2)))
            .collect();
        spans.push(span(5, 9, 0, 1.0));
        spans.push(span(6, 9, 0, 1_000.0));
        spans.push(span(10, 11, 0, 0.0));
        let slots = assign(&spans);
        assert_eq!(slots[0], None);
        assert_eq!(slots[MAX_SLOTS], None);
        assert_eq!(slots[MAX_SLOTS + 1], Some(0));
        assert_eq!(slots[MAX_SLOTS + 2], Some(0));
        assert_eq!(slots.iter().flatten().count(), MAX_SLOTS + 1);
    }

    #[test]
    fn no_two_that_overlap_share_a_slot() {
        let spans: Vec<Span> = (0..2_000_u32)
            .map(|k| {
                let length = (k * 7_919) % 300;
                span(k / 3, k / 3 + length, (k % 40) as u16, f64::from(length))
            })
            .collect();
        let slots = assign(&spans);
        for (a, x) in spans.iter().enumerate() {
            for (b, y) in spans.iter().enumerate().skip(a + 1) {
                let is_apart = x.last < y.first || slots[a].is_none() || slots[a] != slots[b];
                assert!(is_apart, "{x:?} {y:?}");
            }
        }
    }

    /// A bell whose partials are struck in another order, and that has one of its own, is in the slots of the first.
    #[test]
    fn partials_of_one_frequency_share_a_slot_whenever_they_begin() {
        let bell = |log2_ratios: &[f64], late: u32| -> Vec<Span> {
            let spans = log2_ratios
                .iter()
                .zip(0..)
                .map(|(&log2_ratio, place)| Span {
                    log2_ratio,
                    ..span(late * place, 100, 0, 1.0 / f64::from(place + 1))
                });
            spans.collect()
        };
        let mut homes = SlotHomes::default();
        let first = placed(&mut homes, &bell(&[0.0, 0.26, 1.3, 2.0], 1));
        assert_eq!(first, [0, 1, 2, 3].map(Some));
        let second = placed(&mut homes, &bell(&[2.02, 0.7, 0.03, 1.25, 0.25], 2));
        // The one of its own keeps out of the others' slots.
        assert_eq!(second, [3, 4, 0, 2, 1].map(Some));
        // It has become a home.
        let third = placed(&mut homes, &bell(&[0.72, 5.0], 0));
        assert_eq!(third, [4, 5].map(Some));
    }

    /// Harmonics above those that have slots of their own share one as well.
    #[test]
    fn high_harmonics_share_a_slot() {
        let mut homes = SlotHomes::default();
        let first = [span(0, 9, 0, 1.0), span(0, 9, 80, 1.0), span(1, 9, 90, 1.0)];
        let first = placed(&mut homes, &first);
        let second = [span(0, 9, 90, 1.0), span(1, 9, 80, 1.0)];
        assert_eq!(placed(&mut homes, &second), [first[2], first[1]]);
    }

    /// Of two partials near one home the stronger has it, although it begins later; harmonics keep their own slots.
    #[test]
    fn the_stronger_partner_wins_and_harmonics_stay() {
        let at = |span: Span, log2_ratio: f64| Span { log2_ratio, ..span };
        let mut homes = SlotHomes::default();
        let first = [at(span(0, 9, 0, 1.0), 1.0), at(span(0, 9, 0, 1.0), 0.0)];
        assert_eq!(placed(&mut homes, &first), [0, 1].map(Some));
        let second = [
            at(span(0, 9, 0, 0.5), 1.01),
            at(span(1, 9, 0, 1.0), 1.02),
            at(span(2, 9, 2, 1.0), 1.0),
            at(span(3, 9, 0, 1.0), 0.0),
        ];
        assert_eq!(placed(&mut homes, &second), [2, 0, 1, 3].map(Some));
    }

    #[test]
    fn partners_cost_nobody_a_place() {
        let full = |shift: u32| -> Vec<Span> {
            let spans = (0..2 * MAX_SLOTS as u32).map(|k| Span {
                log2_ratio: f64::from((k + shift) % 97) / 20.0,
                ..span(k / 2, k / 2 + 255, 0, f64::from(k % 13 + 1))
            });
            spans.collect()
        };
        let mut homes = SlotHomes::default();
        for shift in 0..4 {
            let spans = full(shift);
            let slots = placed(&mut homes, &spans);
            assert!(slots.iter().all(Option::is_some), "{shift}");
            for (a, x) in spans.iter().enumerate() {
                for (b, y) in spans.iter().enumerate().skip(a + 1) {
                    let is_apart = x.last < y.first || slots[a] != slots[b];
                    assert!(is_apart, "{x:?} {y:?}");
                }
            }
        }
    }
}
