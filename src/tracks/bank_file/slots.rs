//! Which slot each track has: colouring of intervals, greedy by birth. Of several sounds of a bank, partials of the same
//! frequency over the root share a slot, since sounds are mixed slot by slot.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use super::MAX_SLOTS;

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

/// What earlier sounds of a bank have in each slot: log₂ of the frequency of its strongest partial over the root, and
/// its energy. Sounds are mixed slot by slot, so partials that are each other's partners ought to share one.
#[derive(Default)]
pub(super) struct SlotHomes {
    homes: BTreeMap<u16, (f64, f64)>,
}

impl SlotHomes {
    /// The slots of the spans of the next sound, see [`assign`]; its partials without a number are put where earlier
    /// sounds have partials of their frequencies, if there are earlier sounds.
    pub(super) fn place(&mut self, spans: &[Span]) -> Vec<Option<u16>> {
        let alone = || assign(spans, &vec![None; spans.len()], &BTreeSet::new());
        let mut slots = match self.homes.is_empty() {
            true => alone(),
            false => {
                let known = self.homes.keys().copied().collect();
                assign(spans, &self.partners(spans), &known)
            }
        };
        let is_left_out = |slot: &Option<u16>| slot.is_none();
        if slots.iter().any(is_left_out) {
            // Where there is no room, partners do not cost another partial its place.
            slots = alone();
        }
        self.take(spans, &slots);
        slots
    }

    /// For each span the slot whose home is nearest, within [`NEAR`]. Stronger ones choose first, and no two that
    /// overlap have the same.
    fn partners(&self, spans: &[Span]) -> Vec<Option<u16>> {
        let numbered: BTreeSet<u16> = spans.iter().filter_map(|span| span.numbered()).collect();
        let mut by_energy: Vec<usize> = (0..spans.len()).collect();
        by_energy.sort_by(|&a, &b| spans[b].energy.total_cmp(&spans[a].energy).then(a.cmp(&b)));
        let least = least_energy(spans);
        let mut taken = Partnered::default();
        let mut partners = vec![None; spans.len()];
        for place in by_energy {
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
                    distance < NEAR && !numbered.contains(&slot) && taken.is_free(slot, span)
                })
                .min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, slot)) = partner {
                partners[place] = Some(slot);
                taken.keep(slot, span);
            }
        }
        partners
    }

    /// The next sound finds these in their slots.
    fn take(&mut self, spans: &[Span], slots: &[Option<u16>]) {
        let least = least_energy(spans);
        for (span, slot) in spans.iter().zip(slots) {
            if let Some(slot) = *slot
                && span.energy >= least
            {
                let home = self.homes.entry(slot).or_insert((0.0, -1.0));
                if span.energy > home.1 {
                    *home = (span.log2_ratio, span.energy);
                }
            }
        }
    }
}

fn least_energy(spans: &[Span]) -> f64 {
    let energies = spans.iter().map(|span| span.energy);
    LEAST_ENERGY * energies.fold(0.0, f64::max)
}

/// The slot of each span, `None` where it is left out since [`MAX_SLOTS`] louder ones sound. Spans
/// are in order of their first frames. The harmonics 1 to [`NUMBERED`] are in the slots 0 to 63, by their numbers, as
/// far as these are free; other partials keep out of the slots of those that the sound has. A span has the slot of its
/// partner, which no other span has while it lasts. A label has its last slot again if that is free, others the lowest
/// that is; strong ones keep out of the `known` slots of other sounds as far as they can.
fn assign(spans: &[Span], partners: &[Option<u16>], known: &BTreeSet<u16>) -> Vec<Option<u16>> {
    let mut slots: Vec<Option<u16>> = vec![None; spans.len()];
    let mut free: BTreeSet<u16> = (0..MAX_SLOTS as u16).collect();
    let mut ends: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
    let mut slot_of_label: HashMap<u16, u16> = HashMap::new();
    let numbered: BTreeSet<u16> = spans.iter().filter_map(|span| span.numbered()).collect();
    let partnered = Partnered::new(spans, partners);
    let least = least_energy(spans);
    for (place, span) in spans.iter().enumerate() {
        while let Some(&Reverse((last, ended))) = ends.peek() {
            if last >= span.first {
                break;
            }
            ends.pop();
            free.extend(slots[ended]);
        }
        if free.is_empty() {
            // The weakest of those that sound makes room, unless this one is weaker.
            let weakest = ends
                .iter()
                .map(|Reverse((_, sounding))| *sounding)
                .min_by(|&a, &b| {
                    let order = spans[a].energy.total_cmp(&spans[b].energy);
                    order.then(a.cmp(&b))
                });
            let Some(weakest) = weakest.filter(|&weakest| spans[weakest].energy < span.energy)
            else {
                continue;
            };
            ends.retain(|Reverse((_, sounding))| *sounding != weakest);
            free.extend(slots[weakest].take());
        }
        let own = span
            .numbered()
            .or_else(|| slot_of_label.get(&span.label).copied());
        let own = own.filter(|_| span.label > 0).or(partners[place]);
        let own = own.filter(|slot| free.contains(slot));
        let is_open = |slot: &&u16| partnered.is_free(**slot, span);
        let keeps_out = span.energy >= least;
        let others = || {
            free.iter()
                .filter(|slot| !numbered.contains(slot))
                .filter(is_open)
        };
        let strange = others().find(|slot| keeps_out && !known.contains(slot));
        let slot = own.or_else(|| {
            let other = strange.or(others().next());
            other.or_else(|| free.iter().find(is_open)).copied()
        });
        slot.inspect(|slot| {
            free.remove(slot);
        });
        slots[place] = slot;
        ends.push(Reverse((span.last, place)));
        if let Some(slot) = slot {
            slot_of_label.insert(span.label, slot);
        }
    }
    slots
}

/// When slots are kept for partners.
#[derive(Default)]
struct Partnered {
    spans: HashMap<u16, Vec<(u32, u32)>>,
}

impl Partnered {
    fn new(spans: &[Span], partners: &[Option<u16>]) -> Partnered {
        let mut partnered = Partnered::default();
        for (span, slot) in spans.iter().zip(partners) {
            if let Some(slot) = *slot {
                partnered.keep(slot, span);
            }
        }
        partnered
    }

    /// A slot is kept for a span while it lasts.
    fn keep(&mut self, slot: u16, span: &Span) {
        let spans = self.spans.entry(slot).or_default();
        spans.push((span.first, span.last));
    }

    /// Whether a slot is kept for none while another span lasts.
    fn is_free(&self, slot: u16, span: &Span) -> bool {
        let kept = self.spans.get(&slot).into_iter().flatten();
        let is_apart = |&(first, last): &(u32, u32)| last < span.first || span.last < first;
        kept.into_iter().all(is_apart)
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

    fn assign(spans: &[Span]) -> Vec<Option<u16>> {
        SlotHomes::default().place(spans)
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
        let first = homes.place(&bell(&[0.0, 0.26, 1.3, 2.0], 1));
        assert_eq!(first, [0, 1, 2, 3].map(Some));
        let second = homes.place(&bell(&[2.02, 0.7, 0.03, 1.25, 0.25], 2));
        // The one of its own keeps out of the others' slots.
        assert_eq!(second, [3, 4, 0, 2, 1].map(Some));
        // It has become a home.
        let third = homes.place(&bell(&[0.72, 5.0], 0));
        assert_eq!(third, [4, 5].map(Some));
    }

    /// Of two partials near one home the stronger has it, although it begins later; harmonics keep their own slots.
    #[test]
    fn the_stronger_partner_wins_and_harmonics_stay() {
        let at = |span: Span, log2_ratio: f64| Span { log2_ratio, ..span };
        let mut homes = SlotHomes::default();
        let first = [at(span(0, 9, 0, 1.0), 1.0), at(span(0, 9, 0, 1.0), 0.0)];
        assert_eq!(homes.place(&first), [0, 1].map(Some));
        let second = [
            at(span(0, 9, 0, 0.5), 1.01),
            at(span(1, 9, 0, 1.0), 1.02),
            at(span(2, 9, 2, 1.0), 1.0),
            at(span(3, 9, 0, 1.0), 0.0),
        ];
        assert_eq!(homes.place(&second), [2, 0, 1, 3].map(Some));
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
            let slots = homes.place(&spans);
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
