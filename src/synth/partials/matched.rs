//! How far Match moves a voice's partials, kept while only its amount moves.
//!
//! The nearest pitch of each partial takes a search; the amount is one factor for all of them. What has been
//! found is kept with all that it follows from, so that it is never out of date and needs no clearing: a voice
//! without Match does not touch it, not even at a note's onset.

use crate::dsp::aligned::Aligned;
use crate::dsp::resident;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::tuning::PlacesId;
use crate::synth::versioned::CopyFrom;

/// Where partials move to: the labels of [`Param::MATCH_BY`](crate::synth::Param::MATCH_BY), in
/// their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchBy {
    /// To multiples of tempered primes.
    Primes,
    /// To the nearest pitch, seen from the key.
    Key,
    /// To the nearest pitch, seen from the scale's first degree.
    Root,
}

impl MatchBy {
    /// The label at this index.
    pub fn from_index(index: usize) -> MatchBy {
        match index {
            0 => MatchBy::Primes,
            1 => MatchBy::Key,
            _ => MatchBy::Root,
        }
    }
}

/// Where partials move to; beside it, that follows from their ratios unless these are harmonic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchPlaces {
    /// Which pitches.
    pub by: MatchBy,
    /// Whether the partials are whole multiples of the fundamental.
    pub is_harmonic: bool,
    /// Semitones of the note above the scale's first degree; 0 unless it counts.
    pub place: f64,
    /// The pitches of the tuning.
    pub pitches: PlacesId,
}

/// Octaves by which partials move. `P` is the type of what they were found for.
#[derive(Debug)]
pub struct MatchedOffsets<P> {
    /// `None` before the first.
    found_for: Option<P>,
    /// Number of partials.
    count: usize,
    octaves: Box<Aligned<f32, MAX_PARTIALS>>,
    /// The ratios of the partials, where the offsets follow from them.
    ratio: Box<Aligned<f32, MAX_PARTIALS>>,
}

impl<P: PartialEq> MatchedOffsets<P> {
    /// Allocates an empty one.
    pub fn allocate() -> MatchedOffsets<P> {
        MatchedOffsets {
            found_for: None,
            count: 0,
            octaves: resident::array(0.0),
            ratio: resident::array(0.0),
        }
    }

    /// The offsets of `count` partials that depend on `places` alone. Calls `find` to write them if they are not kept.
    pub fn by_number(&mut self, places: P, count: usize, find: impl FnOnce(&mut [f32])) -> &[f32] {
        if count > self.count || self.found_for.as_ref() != Some(&places) {
            find(&mut self.octaves[..count]);
            self.found_for = Some(places);
            self.count = count;
        }
        &self.octaves[..count]
    }

    /// The offsets of partials that depend on `places` and on their ratios. Calls `find` to write them if they are
    /// not kept.
    pub fn by_ratio(&mut self, places: P, ratio: &[f32], find: impl FnOnce(&mut [f32])) -> &[f32] {
        let count = ratio.len();
        let is_found = count <= self.count
            && self.found_for.as_ref() == Some(&places)
            && are_same(&self.ratio[..count], ratio);
        if !is_found {
            find(&mut self.octaves[..count]);
            self.ratio[..count].copy_from_slice(ratio);
            self.found_for = Some(places);
            self.count = count;
        }
        &self.octaves[..count]
    }
}

/// Whether both have the same bits.
fn are_same(before: &[f32], now: &[f32]) -> bool {
    let differing = |bits, (before, now): (&f32, &f32)| bits | (before.to_bits() ^ now.to_bits());
    before.iter().zip(now).fold(0, differing) == 0
}

/// A copy finds what it needs for itself: the same bits.
impl<P> CopyFrom for MatchedOffsets<P> {
    fn copy_from(&mut self, _: &MatchedOffsets<P>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept is used only for what it was found for; and it is used.
    #[test]
    fn it_finds_anew_what_follows_from_anything_else() {
        let mut matched = MatchedOffsets::allocate();
        let mut finds = 0;
        let mut by_number = |places: u32, count: usize| {
            let found = matched.by_number(places, count, |octaves| {
                finds += 1;
                octaves.fill(places as f32);
            });
            assert!(found.len() == count && found.iter().all(|octaves| *octaves == places as f32));
            finds
        };
        let calls = [
            (1, 16),
            (1, 16),
            (2, 16),
            (2, 32),
            (2, 16),
            (1, 16),
            (1, 32),
        ];
        assert_eq!(
            calls.map(|(places, count)| by_number(places, count)),
            [1, 1, 2, 3, 3, 4, 5]
        );

        let mut finds = 0;
        let mut by_ratio = |places: u32, ratio: &[f32]| {
            let found = matched.by_ratio(places, ratio, |octaves| {
                finds += 1;
                octaves.copy_from_slice(ratio);
            });
            assert_eq!(found, ratio);
            finds
        };
        let calls = [
            (3, &[1.0, 2.5][..]),
            (3, &[1.0, 2.5]),
            (3, &[1.0]),
            (3, &[1.5]),
            (3, &[1.5, 2.5]),
            (4, &[1.5, 2.5]),
        ];
        assert_eq!(
            calls.map(|(places, ratio)| by_ratio(places, ratio)),
            [1, 1, 1, 2, 3, 4]
        );
    }
}
