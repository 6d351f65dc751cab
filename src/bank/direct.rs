//! The direct bank: every partial is computed in time, frame by frame.
//!
//! # Method
//!
//! Lanes are partials. A block is cut into segments of 64 frames, each seeded exactly from
//! the fixed-point phases at its middle, and each partial is computed in one of three ways:
//!
//! * steady: the resonator `y[n+2] = 2cos(2ω)·y[n] − y[n−2]`, run from the middle of the segment to
//!   both ends, so that no value is more than 16 steps from its seed. 2 operations a frame.
//! * grazing, where |cos 2ω| is near 1 (below 960 Hz, around 12 kHz and near Nyquist at 48 kHz): the
//!   same in Reinsch's form, since the plain form's error grows with 1 / sin 2ω. 3 operations.
//! * sliding, where the frequency moves: a polynomial of each frame's own phase. 11 operations.
//!
//! To these come 4 to 6 operations for the gains of two channels. Each lane has sums of
//! its own for every frame, which are added up once, when the block is done. Lanes of time would
//! need no such sum, but as many seeds as lanes for every single partial: here a seed's operations
//! serve all partials of a vector, and wider vectors need no more seeds.
//!
//! Sources: resonators in Julius O. Smith, *Physical Audio Signal Processing*; Reinsch's
//! modification in Stoer & Bulirsch, *Introduction to Numerical Analysis*, 2.3.3.
//!
//! # Error
//!
//! Measured against [`reference`](mod@super::reference) by `tests/bank.rs`, 20 Hz to 0.45 of the sample
//! rate, in dB of the partial: steady −127 on average, −114 at worst (where steady meets grazing),
//! grazing −140 and −129, sliding −125 and −116; 512 random partials with ramps −117; largest spur
//! of one partial −127 dBc.

mod batch;
mod gains;
mod kernels;

use super::lanes::{LaneBody, Lanes, Words, dispatch};
use super::{Controls, MAX_BLOCK_FRAMES};
use crate::dsp::fixed_point::{WORD_TURN, round_phase};
use crate::dsp::resident;
use crate::dsp::simd_level::SimdLevel;
use batch::Batch;
use gains::Ends;
use kernels::{ChirpSine, PADDING_FRAMES, ReinschResonator, Resonator};
use wide::{bytemuck, f32x16};

/// The direct kernel and its working memory.
pub struct Direct {
    level: SimdLevel,
    /// For each frame, left and right, one sum a lane: `[[L::Memory; 2]]` at the front.
    sums: Box<[f32x16]>,
    batches: Box<Batches>,
}

/// [`Controls`] to be read.
struct View<'a> {
    phase: &'a [u64],
    increment: &'a [u64],
    half_chirp: &'a [i64],
    left_start: &'a [f32],
    left_end: &'a [f32],
    right_start: &'a [f32],
    right_end: &'a [f32],
}

/// Partials that wait to be rendered, by class.
struct Batches {
    steady: Batch,
    grazing: Batch,
    sliding: Batch,
    /// The last partials of a call, where they fill no vector.
    rest: Batch,
}

impl Direct {
    /// Allocates all that [`Direct::render`] needs.
    pub fn new(level: SimdLevel) -> Direct {
        Direct {
            level,
            sums: resident::slice(2 * MAX_BLOCK_FRAMES, f32x16::splat(0.0)),
            batches: Box::new(Batches {
                steady: Batch::EMPTY,
                grazing: Batch::EMPTY,
                sliding: Batch::EMPTY,
                rest: Batch::EMPTY,
            }),
        }
    }

    /// The vector instructions that it uses.
    pub fn level(&self) -> SimdLevel {
        self.level
    }

    /// Adds the partials to `left` and `right`, whose length is the number of frames, at most
    /// [`MAX_BLOCK_FRAMES`].
    ///
    /// # Panics
    ///
    /// If the slices of `controls`, or the two channels, differ in length, or if the block is too
    /// long.
    pub fn render(&mut self, controls: &Controls, left: &mut [f32], right: &mut [f32]) {
        controls.assert_one_length();
        assert_eq!(left.len(), right.len(), "channels of different lengths");
        let body = Render {
            controls: View {
                phase: &*controls.phase,
                increment: controls.increment,
                half_chirp: controls.half_chirp,
                left_start: controls.left_start,
                left_end: controls.left_end,
                right_start: controls.right_start,
                right_end: controls.right_end,
            },
            left,
            right,
            sums: &mut self.sums,
            batches: &mut self.batches,
        };
        dispatch(self.level, body);
    }
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter
            .debug_struct("Direct")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

/// The frames that are computed from one exact seed.
const SEGMENT_FRAMES: usize = 64;

/// |4ω| in turns, at 2³² to the turn, below which a partial is grazing: where |cos 2ω| > 0.969.
const GRAZING: u32 = (0.08 * WORD_TURN) as u32;

/// A block under way.
struct Sums<'a, L: Lanes> {
    /// 1 / the number of frames.
    per_frame: f32,
    /// For each frame, padded, left and right: one sum a lane.
    frames: &'a mut [[L::Memory; 2]],
}

/// The arguments of [`Direct::render`].
struct Render<'a> {
    controls: View<'a>,
    left: &'a mut [f32],
    right: &'a mut [f32],
    sums: &'a mut [f32x16],
    batches: &'a mut Batches,
}

impl LaneBody for Render<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Render {
            controls,
            left,
            right,
            sums,
            batches,
        } = self;
        let controls = &controls;
        let room: &mut [[L::Memory; 2]] = bytemuck::cast_slice_mut(sums);
        let frames = &mut room[..left.len().next_multiple_of(PADDING_FRAMES)];
        for frame in &mut *frames {
            L::splat(0.0).write(&mut frame[0]);
            L::splat(0.0).write(&mut frame[1]);
        }
        let sums = &mut Sums {
            per_frame: 1.0 / left.len() as f32,
            frames,
        };
        let Batches {
            steady,
            grazing,
            sliding,
            rest,
        } = batches;
        let count = controls.phase.len();
        let whole = count - count % L::COUNT;
        if whole < count {
            for partial in whole..count {
                rest.push(controls, partial);
            }
            rest.silence_the_rest();
        }
        let rest_controls = &rest.controls();
        let groups = count.div_ceil(L::COUNT);
        // Each kernel is compiled at one place: they are long.
        for group in 0..=groups {
            let is_end = group == groups;
            if !is_end {
                let start = group * L::COUNT;
                let (controls, start) = match start < whole {
                    true => (controls, start),
                    false => (rest_controls, 0),
                };
                let classes = classes::<L>(controls, start);
                steady.add::<L>(controls, start, classes[0]);
                grazing.add::<L>(controls, start, classes[1]);
                sliding.add::<L>(controls, start, classes[2]);
            }
            steady.render::<L, Resonator<L>>(sums, is_end);
            grazing.render::<L, ReinschResonator<L>>(sums, is_end);
            sliding.render::<L, ChirpSine<L>>(sums, is_end);
        }
        rest.clear();
        L::horizontal_sum(sums.frames, left, right);
    }
}

/// Which of the partials from `start` on are steady, grazing and sliding, the first in bit 0. Silent
/// ones are in none.
#[inline(always)]
fn classes<L: Lanes>(controls: &View, start: usize) -> [u32; 3] {
    let loud = Ends::<L>::load(controls, start).nonzero();
    let span = start..start + L::COUNT;
    let increment = &controls.increment[span.clone()];
    // A chirp whose top half rounds to zero moves the phase by less than 2⁻²³ turns within half a
    // segment: that partial is steady.
    let slides = match controls.half_chirp.get(span) {
        Some(half_chirp) => {
            L::Words::from_lanes(|lane| round_phase(half_chirp[lane] as u64)).nonzero()
        }
        None => 0,
    };
    let quadruple = L::Words::from_lanes(|lane| round_phase(increment[lane] << 2));
    let grazes = (quadruple.magnitude() - L::Words::splat(GRAZING)).top_bits();
    [
        loud & !slides & !grazes,
        loud & !slides & grazes,
        loud & slides,
    ]
}
