//! Which slot each track has: colouring of intervals, greedy by birth.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

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
}

/// Partials with numbers up to this have slots of their own, as they have parameters of their own.
const NUMBERED: u16 = 64;

/// The slot of each span, `None` where it is left out since [`MAX_SLOTS`] louder ones sound. Spans
/// are in order of their first frames. The harmonics 1 to [`NUMBERED`] are in the slots 0 to 63, by their numbers, as
/// far as these are free; other partials keep out of the slots of those that the sound has. A label has its last slot
/// again if that is free, others the lowest that is.
pub(super) fn assign(spans: &[Span]) -> Vec<Option<u16>> {
    let mut slots: Vec<Option<u16>> = vec![None; spans.len()];
    let mut free: BTreeSet<u16> = (0..MAX_SLOTS as u16).collect();
    let mut ends: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
    let mut slot_of_label: HashMap<u16, u16> = HashMap::new();
    let numbered = |label: u16| (1..=NUMBERED).contains(&label).then(|| label - 1);
    let reserved: BTreeSet<u16> = spans
        .iter()
        .filter_map(|span| numbered(span.label))
        .collect();
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
        let own = numbered(span.label).or_else(|| slot_of_label.get(&span.label).copied());
        let own = own.filter(|slot| span.label > 0 && free.contains(slot));
        let others = free.iter().find(|slot| !reserved.contains(slot));
        let slot = own.or_else(|| others.or(free.first()).copied());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn span(first: u32, last: u32, label: u16, energy: f64) -> Span {
        Span {
            first,
            last,
            label,
            energy,
        }
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
}
