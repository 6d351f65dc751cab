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

mod gains;
mod kernels;
mod queue;

#[cfg(target_arch = "x86_64")]
use super::lanes::x86;
use super::lanes::{Lanes, Portable, Words};
use super::{Controls, MAX_BLOCK_FRAMES};
use crate::dsp::level::{Level, Set};
use gains::Ends;
use kernels::{Graze, PADDING_FRAMES, Resonate, Slide};
use queue::{Partials, Queue};
use std::mem::MaybeUninit;

/// Adds the partials to `left` and `right`, whose length is the number of frames, at most
/// [`MAX_BLOCK_FRAMES`].
///
/// # Panics
///
/// If the slices of `controls`, or the two channels, differ in length, or if the block is too long.
pub fn render(level: Level, controls: &Controls, left: &mut [f32], right: &mut [f32]) {
    match level.set() {
        Set::Portable => render_on::<Portable>(controls, left, right),
        // SAFETY: a level exists only where its instructions were detected.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { avx2(controls, left, right) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { avx512(controls, left, right) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(controls: &Controls, left: &mut [f32], right: &mut [f32]) {
    render_on::<x86::Avx2>(controls, left, right);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn avx512(controls: &Controls, left: &mut [f32], right: &mut [f32]) {
    render_on::<x86::Avx512>(controls, left, right);
}

/// The frames that are computed from one exact seed.
const SEGMENT_FRAMES: usize = 64;

/// |4ω| in turns, at 2³² to the turn, below which a partial is grazing: where |cos 2ω| > 0.969.
const GRAZING: u32 = (0.08 * 4_294_967_296.0) as u32;

/// A block under way.
struct Sums<'a, L> {
    /// 1 / the number of frames.
    per_frame: f32,
    /// For each frame, padded, left and right: one sum a lane.
    frames: &'a mut [[L; 2]],
}

#[inline(always)]
fn render_on<L: Lanes>(controls: &Controls, left: &mut [f32], right: &mut [f32]) {
    controls.assert_one_length();
    assert_eq!(left.len(), right.len(), "channels of different lengths");
    let mut room = [const { MaybeUninit::<[L; 2]>::uninit() }; MAX_BLOCK_FRAMES];
    let room = &mut room[..left.len().next_multiple_of(PADDING_FRAMES)];
    for frame in room.iter_mut() {
        frame.write([L::splat(0.0); 2]);
    }
    let mut sums = Sums {
        per_frame: 1.0 / left.len() as f32,
        // SAFETY: every element of `room` has just been written.
        frames: unsafe { &mut *(std::ptr::from_mut(room) as *mut [[L; 2]]) },
    };
    let mut steady = Queue::<L, Resonate<L>>::new();
    let mut grazing = Queue::<L, Graze<L>>::new();
    let mut sliding = Queue::<L, Slide<L>>::new();
    let count = controls.phase.len();
    let whole = count - count % L::COUNT;
    for start in (0..whole).step_by(L::COUNT) {
        let classes = classes::<L>(controls, start);
        steady.add(&mut sums, controls, start, classes[0]);
        grazing.add(&mut sums, controls, start, classes[1]);
        sliding.add(&mut sums, controls, start, classes[2]);
    }
    if whole < count {
        let mut rest = Partials::NONE;
        for partial in whole..count {
            rest.push(controls, partial);
        }
        let controls = &rest.controls();
        let classes = classes::<L>(controls, 0);
        steady.add(&mut sums, controls, 0, classes[0]);
        grazing.add(&mut sums, controls, 0, classes[1]);
        sliding.add(&mut sums, controls, 0, classes[2]);
    }
    steady.finish(&mut sums);
    grazing.finish(&mut sums);
    sliding.finish(&mut sums);
    L::fold(sums.frames, left, right);
}

/// Which of the partials from `start` on are steady, grazing and sliding, the first in bit 0. Silent
/// ones are in none.
#[inline(always)]
fn classes<L: Lanes>(controls: &Controls, start: usize) -> [u32; 3] {
    let loud = Ends::<L>::load(controls, start).nonzero();
    let span = start..start + L::COUNT;
    let increment = &controls.increment[span.clone()];
    let curve = &controls.curve[span];
    // A curve whose top half rounds to zero moves the phase by less than 2⁻²³ turns within half a
    // segment: that partial is steady.
    let slides = L::Words::from_lanes(|lane| round(curve[lane] as u64)).nonzero();
    let quadruple = L::Words::from_lanes(|lane| round(increment[lane] << 2));
    let grazes = (quadruple.magnitude() - L::Words::splat(GRAZING)).top_bits();
    [
        loud & !slides & !grazes,
        loud & !slides & grazes,
        loud & slides,
    ]
}

/// The top half of a fixed-point phase, rounded to nearest.
#[inline(always)]
fn round(phase: u64) -> u32 {
    (phase.wrapping_add(1 << 31) >> 32) as u32
}
