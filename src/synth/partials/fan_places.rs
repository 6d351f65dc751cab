//! Where the partials of a note stand in the fans.
//!
//! A place u is 0 to 1, by the modulator's [order](FanOrder): log₂ rₙ/log₂ r_N in order Pitch,
//! log₂ n/log₂ N in order Number; each 0 for the fundamental, which keeps time.
//!
//! A partial keeps its place until the note ends or other partials come to its place in the frame, so the
//! ratios r are those at which routes to partials first moved it, before they did, and N is the number of
//! partials there were. A place that followed the ratios would throw the partials about late in a song: in a
//! fan of R octaves of the rate they are R·u octaves apart in *all* cycles that an LFO has made. A partial
//! that comes later stands where its ratio or number then is, at most at the last place.

use super::HarmonicTables;
use super::array::PartialArray;
use super::fan::{bipolar, hash};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, log2};
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

/// How far it is from the first partial to the last that there was when the places were worked out.
#[derive(Clone, Copy, Debug)]
struct Widths {
    /// 1/log₂ r_N, or 0 if there is no partial above the fundamental.
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

    /// Places those partials of a frame that have no place yet; the frame has so many, and these ratios,
    /// in whole groups.
    pub fn settle(
        &mut self,
        level: SimdLevel,
        tables: &HarmonicTables,
        ratio: &[f32],
        partials: usize,
    ) {
        let widths = *self.widths.get_or_insert_with(|| {
            let last = partials.max(1) - 1;
            Widths {
                per_octave: inverse(log2(at_least(ratio[last], 1.0))),
                per_log2_n: inverse(tables.log2_n[last]),
            }
        });
        let placed = self.pitch.len();
        if placed < ratio.len() {
            let pitch = &mut self.pitch.write(ratio.len())[placed..];
            set_pitch_places(level, widths.per_octave, &ratio[placed..], pitch);
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

/// 1/x, but 0 of what is not above 0.
fn inverse(x: f32) -> f32 {
    if x > 0.0 { 1.0 / x } else { 0.0 }
}

at_level! {
    fn set_pitch_places(per_octave: f32, ratio: &[f32], places: &mut [f32]) {
        for (place, ratio) in places.iter_mut().zip(ratio) {
            *place = at_least(at_most(log2(*ratio) * per_octave, 1.0), 0.0);
        }
    }
}

at_level! {
    fn set_number_places(per_log2_n: f32, tables: &HarmonicTables, places: &mut [f32]) {
        for (place, log2_n) in places.iter_mut().zip(&tables.log2_n) {
            *place = at_most(log2_n * per_log2_n, 1.0);
        }
    }
}

at_level! {
    /// Those that neither ratios nor the count of partials tell.
    fn set_ruled_places(
        order: FanOrder,
        seed: u32,
        tables: &HarmonicTables,
        places: &mut [f32],
    ) {
        match order {
            FanOrder::Pitch | FanOrder::Number => places.fill(0.0),
            FanOrder::OddEven => {
                for (place, odd) in places.iter_mut().zip(&tables.odd) {
                    *place = 1.0 - odd;
                }
            }
            FanOrder::Random => {
                let seed = hash(seed);
                for (n, place) in (1..).zip(places) {
                    *place = 0.5 + 0.5 * bipolar(seed, n);
                }
            }
            FanOrder::Side => {
                for (place, position) in places.iter_mut().zip(&tables.position) {
                    *place = 0.5 + 0.5 * position;
                }
            }
        }
    }
}
