//! Where the partials of a note stand in the fans.
//!
//! A place u is 0 to 1, by the modulator's [order](FanOrder): log₂(rₙ/r₀)/log₂(r/r₀) in order Pitch, and
//! log₂ n/log₂ N in order Number. r is the highest ratio, and r₀ that of the note or, if it is higher, of the
//! first partial. If no partial is above r₀, as in a body below the note, r is the lowest ratio and r₀ the
//! first partial's. So the first partial has place 0 and keeps time, and what is farthest from it comes last.
//!
//! A partial keeps its place until the note ends or other partials come to its place in the frame. The ratios
//! are those at which routes to partials first acted, before they did, and N is the number of partials there
//! were. A place that followed the ratios would throw the partials about late in a song: in a fan of R
//! octaves of the rate they are R·u octaves apart in *all* cycles that an LFO has made. A partial that comes
//! later stands where its ratio or number then is, at most at the last place.

use super::HarmonicTables;
use super::array::PartialArray;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, log2};
use crate::dsp::random::{short_bipolar, short_bits};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::fan::FanOrder;
use crate::synth::versioned::copy_fields;

/// The places of a note's partials.
#[derive(Debug)]
pub struct FanPlaces {
    widths: Option<Widths>,
    /// Places in order Pitch.
    pitch: PartialArray,
}

copy_fields!(FanPlaces { widths, pitch });

/// How far apart the partials were when the places were worked out.
#[derive(Clone, Copy, Debug)]
struct Widths {
    /// log₂ r₀.
    first_octaves: f32,
    /// 1/log₂(r/r₁), or 0 if all partials have one frequency.
    per_octave: f32,
    /// 1/log₂ N, or 0 for one partial.
    per_log2_n: f32,
}

impl FanPlaces {
    /// Allocates it, with no places.
    pub fn allocate() -> FanPlaces {
        FanPlaces {
            widths: None,
            pitch: PartialArray::allocate(),
        }
    }

    /// Forgets all places.
    pub fn clear(&mut self) {
        self.widths = None;
        self.pitch.clear();
    }

    /// Places those partials of a frame that have no place yet. The frame has `partials` partials; `ratio` has
    /// theirs, in whole groups.
    pub fn settle(
        &mut self,
        level: SimdLevel,
        tables: &HarmonicTables,
        ratio: &[f32],
        partials: usize,
    ) {
        let known = self.widths.filter(|widths| widths.per_log2_n > 0.0);
        let widths = known.unwrap_or_else(|| {
            // One partial alone has no place that others would have to keep.
            self.pitch.clear();
            Widths::of(tables, &ratio[..partials.min(ratio.len())])
        });
        self.widths = Some(widths);
        let placed = self.pitch.len();
        if placed < ratio.len() {
            let pitch = &mut self.pitch.write(ratio.len())[placed..];
            let scale = (widths.first_octaves, widths.per_octave);
            set_pitch_places(level, scale, &ratio[placed..], pitch);
        }
    }

    /// Writes each partial's place in this order, for no more partials than are placed; `seed` is that of
    /// the random one.
    pub fn write(
        &self,
        level: SimdLevel,
        order: FanOrder,
        seed: u32,
        tables: &HarmonicTables,
        places: &mut [f32],
    ) {
        match (order, &self.widths) {
            (FanOrder::Pitch, _) => places.copy_from_slice(&self.pitch[..places.len()]),
            (FanOrder::Number, Some(widths)) => {
                set_number_places(level, widths.per_log2_n, tables, places);
            }
            _ => set_ruled_places(level, order, seed, tables, places),
        }
    }
}

impl Widths {
    /// The widths of partials with these ratios.
    fn of(tables: &HarmonicTables, ratio: &[f32]) -> Widths {
        let octaves = || ratio.iter().map(|ratio| log2(*ratio));
        let of_first = octaves().next().unwrap_or(0.0);
        let start = at_least(of_first, 0.0);
        let highest = octaves().fold(start, at_least);
        let (first_octaves, last_octaves) = match highest > start {
            true => (start, highest),
            false => (of_first, octaves().fold(of_first, at_most)),
        };
        Widths {
            first_octaves,
            per_octave: inverse(last_octaves - first_octaves),
            per_log2_n: inverse(tables.log2_n[ratio.len().max(1) - 1]),
        }
    }
}

/// 1/x, but 0 of 0.
fn inverse(x: f32) -> f32 {
    if x == 0.0 { 0.0 } else { 1.0 / x }
}

at_level! {
    fn set_pitch_places(scale: (f32, f32), ratio: &[f32], places: &mut [f32]) {
        let (first_octaves, per_octave) = scale;
        for (place, ratio) in places.iter_mut().zip(ratio) {
            let octaves = log2(*ratio) - first_octaves;
            *place = at_least(at_most(octaves * per_octave, 1.0), 0.0);
        }
    }
}

at_level! {
    fn set_number_places(per_log2_n: f32, tables: &HarmonicTables, places: &mut [f32]) {
        for (place, log2_n) in places.iter_mut().zip(tables.log2_n.iter()) {
            *place = at_most(log2_n * per_log2_n, 1.0);
        }
    }
}

at_level! {
    /// Sets the places in an order that depends on neither the ratios nor the count of partials.
    fn set_ruled_places(
        order: FanOrder,
        seed: u32,
        tables: &HarmonicTables,
        places: &mut [f32],
    ) {
        match order {
            FanOrder::Pitch | FanOrder::Number => places.fill(0.0),
            FanOrder::OddEven => {
                for (place, odd) in places.iter_mut().zip(tables.odd.iter()) {
                    *place = 1.0 - odd;
                }
            }
            FanOrder::Random => {
                let seed = short_bits(seed);
                for (n, place) in (1..).zip(places) {
                    *place = 0.5 + 0.5 * short_bipolar(seed, n);
                }
            }
            FanOrder::Side => {
                for (place, position) in places.iter_mut().zip(tables.position.iter()) {
                    *place = 0.5 + 0.5 * position;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places, in the order Pitch, of partials with these ratios. The last ones fill the group.
    fn places(fans: &mut FanPlaces, ratio: &[f32], partials: usize) -> Vec<f32> {
        let (level, tables) = (SimdLevel::chosen(), HarmonicTables::shared());
        let mut padded = ratio.to_vec();
        padded.resize(16, ratio[ratio.len() - 1]);
        fans.settle(level, tables, &padded, partials);
        let mut places = vec![0.0; 16];
        fans.write(level, FanOrder::Pitch, 0, tables, &mut places);
        places.truncate(ratio.len());
        places
    }

    #[track_caller]
    fn assert_near(found: &[f32], expected: &[f32]) {
        let pairs = found.iter().zip(expected);
        let error = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(error < 1e-5, "{found:?}, not {expected:?}");
    }

    #[test]
    fn places_go_from_the_first_partial_to_the_one_that_is_farthest() {
        for (ratio, expected) in [
            ([1.0, 2.0, 4.0, 8.0], [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]),
            // Below the note.
            ([1.0, 0.5, 0.25, 0.125], [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]),
            // Shifted, and in any order; some of them down to all but 0 Hz.
            ([3.0, 12.0, 6.0, 1.5], [0.0, 1.0, 0.5, 0.0]),
            ([3.0, 1e-6, 6.0, 12.0], [0.0, 0.0, 0.5, 1.0]),
            ([1e-6, 1.0, 2.0, 4.0], [0.0, 0.0, 0.5, 1.0]),
            // A bell's hum.
            ([0.5, 1.0, 2.0, 4.0], [0.0, 0.0, 0.5, 1.0]),
            ([0.5, 0.25, 0.125, 0.0625], [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]),
            ([1.0, 1.0, 1.0, 1.0], [0.0; 4]),
        ] {
            assert_near(&places(&mut FanPlaces::allocate(), &ratio, 4), &expected);
        }
    }

    #[test]
    fn a_partial_keeps_its_place_and_one_alone_has_none_to_keep() {
        let mut fans = FanPlaces::allocate();
        assert_near(&places(&mut fans, &[1.0], 1), &[0.0]);
        let first = places(&mut fans, &[1.0, 2.0, 3.0, 4.0], 4);
        assert_near(&first, &[0.0, 0.5, 0.5 * 3.0_f32.log2(), 1.0]);
        assert_eq!(places(&mut fans, &[4.0, 3.0, 1.0, 9.0], 4), first);
        fans.clear();
        assert_near(
            &places(&mut fans, &[1.0, 4.0, 2.0, 1.0], 4),
            &[0.0, 1.0, 0.5, 0.0],
        );
    }
}
