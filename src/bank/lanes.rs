//! The few vector operations that the kernels are written in.
//!
//! A kernel is one generic body over [`Lanes`]. [`Portable`] is four lanes of the `wide` crate
//! (SSE2, NEON, wasm), which fixes its instructions when it is compiled; `x86` has the wider ones
//! of AVX2 and AVX-512. Sums of products are fused where an implementation says so
//! ([`Lanes::mul_add`]) and nowhere else, so that one implementation gives the same bits on every
//! machine.
//!
//! The wider implementations cannot be named outside of this module: a body meets them only through
//! [`dispatch`], which has a [`Level`] as proof that the processor has their instructions.

use crate::dsp::level::{Level, Set};
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Sub};
use wide::bytemuck::{self, Pod};
use wide::{f32x4, i32x4};

#[cfg(target_arch = "x86_64")]
mod x86;

/// A generic body over [`Lanes`], with its arguments.
pub trait LaneBody {
    /// The body. It must be `#[inline(always)]`, to be compiled for the instructions of `L`.
    fn run<L: Lanes>(self);
}

/// Runs the body with the lanes of this level.
#[inline]
pub fn dispatch(level: Level, body: impl LaneBody) {
    match level.set() {
        Set::Portable => body.run::<Portable>(),
        // SAFETY: a level exists only where its instructions were detected.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::run_avx2(body) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::run_avx512(body) },
    }
}

/// The same with at most eight lanes.
#[inline]
pub fn dispatch_at_most_eight(level: Level, body: impl LaneBody) {
    match level.set() {
        Set::Portable => body.run::<Portable>(),
        // SAFETY: these levels exist only where the instructions of AVX2 were detected.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 | Set::Avx512 => unsafe { x86::run_avx2(body) },
    }
}

/// The fewest lanes that any implementation has.
pub const MIN_LANES: usize = 4;

/// The most lanes that any implementation has.
pub const MAX_LANES: usize = 16;

/// A vector of f32, one lane a partial.
///
/// All of a kernel must be inlined into the function that was compiled for its instructions: every
/// function is `#[inline(always)]`, and none is handed to the standard library (`array::map`, say),
/// which would call it instead.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The number of lanes, at most [`MAX_LANES`].
    const COUNT: usize;

    /// As many 32-bit integers.
    type Words: Words;

    /// As many floats in memory.
    type Memory: Pod;

    /// `value` in every lane.
    fn splat(value: f32) -> Self;

    /// The first [`Self::COUNT`] values of a slice that has at least as many.
    fn load(values: &[f32]) -> Self;

    /// Puts them into the first [`Self::COUNT`] places of a slice that has at least as many.
    fn store(self, places: &mut [f32]);

    /// The values in memory.
    fn read(memory: &Self::Memory) -> Self;

    /// Puts them into memory.
    fn write(self, memory: &mut Self::Memory);

    /// `self · factor + term`, fused by the wider implementations, rounded twice by [`Portable`].
    fn mul_add(self, factor: Self, term: Self) -> Self;

    /// `term − self · factor`, likewise.
    fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// Signed integers, rounded to the nearest f32.
    fn from_words(words: Self::Words) -> Self;

    /// The bits of the floats.
    fn bits(self) -> Self::Words;

    /// Floats of such bits.
    fn from_bits(bits: Self::Words) -> Self;

    /// The quotient, and zero where the divisor is zero.
    fn over(self, divisor: Self) -> Self;

    /// Adds to each frame of the two channels the sum of its lanes in `sums` (left, right). `sums`
    /// has a multiple of four frames, the channels at most as many.
    fn horizontal_sum(sums: &[[Self::Memory; 2]], left: &mut [f32], right: &mut [f32]);

    /// The magnitude of every lane.
    #[inline(always)]
    fn abs(self) -> Self {
        Self::from_bits(self.bits() & Self::Words::splat(!TOP_BIT))
    }

    /// Flips the signs of those lanes in which `signs` has its top bit, the only one it may have.
    #[inline(always)]
    fn flip(self, signs: Self::Words) -> Self {
        Self::from_bits(self.bits() ^ signs)
    }
}

/// 32-bit integers beside [`Lanes`]; also phases, at 2³² to the turn. All arithmetic wraps.
pub trait Words:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
{
    /// `value` in every lane.
    fn splat(value: u32) -> Self;

    /// One word for each lane, by lane number.
    fn from_lanes(word: impl FnMut(usize) -> u32) -> Self;

    /// All ones in the lanes whose top bit is set, zero in the others.
    fn spread_top_bit(self) -> Self;

    /// The top bits of all lanes, the first lane's in bit 0.
    fn top_bits(self) -> u32;

    /// Magnitudes as signed integers; −2³¹ stays what it is.
    #[inline(always)]
    fn magnitude(self) -> Self {
        let negative = self.spread_top_bit();
        (self ^ negative) - negative
    }

    /// The lanes that are not zero, the first in bit 0.
    #[inline(always)]
    fn nonzero(self) -> u32 {
        (self | (Self::splat(0) - self)).top_bits()
    }
}

/// The sign of an integer or a float.
pub const TOP_BIT: u32 = 1 << 31;

/// Four lanes, whatever the machine.
pub type Portable = f32x4;

impl Lanes for f32x4 {
    const COUNT: usize = 4;

    type Words = i32x4;

    type Memory = [f32; 4];

    #[inline(always)]
    fn splat(value: f32) -> Self {
        f32x4::splat(value)
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        f32x4::new([values[0], values[1], values[2], values[3]])
    }

    #[inline(always)]
    fn store(self, places: &mut [f32]) {
        places[..Self::COUNT].copy_from_slice(&self.to_array());
    }

    #[inline(always)]
    fn read(memory: &[f32; 4]) -> Self {
        f32x4::new(*memory)
    }

    #[inline(always)]
    fn write(self, memory: &mut [f32; 4]) {
        *memory = self.to_array();
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self * factor + term
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        term - self * factor
    }

    #[inline(always)]
    fn from_words(words: i32x4) -> Self {
        words.round_float()
    }

    #[inline(always)]
    fn bits(self) -> i32x4 {
        bytemuck::cast(self)
    }

    #[inline(always)]
    fn from_bits(bits: i32x4) -> Self {
        bytemuck::cast(bits)
    }

    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        let zero = f32x4::splat(0.0);
        divisor.simd_eq(zero).bitselect(zero, self / divisor)
    }

    #[inline(always)]
    fn horizontal_sum(sums: &[[[f32; 4]; 2]], left: &mut [f32], right: &mut [f32]) {
        let channels = left.chunks_mut(4).zip(right.chunks_mut(4));
        for (sums, channels) in sums.chunks_exact(4).zip(channels) {
            for (channel, frames) in [channels.0, channels.1].into_iter().enumerate() {
                let columns =
                    f32x4::transpose([0, 1, 2, 3].map(|frame| f32x4::new(sums[frame][channel])));
                let total = (columns[0] + columns[1]) + (columns[2] + columns[3]);
                for (frame, total) in frames.iter_mut().zip(total.to_array()) {
                    *frame += total;
                }
            }
        }
    }
}

impl Words for i32x4 {
    #[inline(always)]
    fn splat(value: u32) -> Self {
        i32x4::splat(value as i32)
    }

    #[inline(always)]
    fn from_lanes(mut word: impl FnMut(usize) -> u32) -> Self {
        i32x4::new([
            word(0) as i32,
            word(1) as i32,
            word(2) as i32,
            word(3) as i32,
        ])
    }

    #[inline(always)]
    fn spread_top_bit(self) -> Self {
        self >> 31u32
    }

    #[inline(always)]
    fn top_bits(self) -> u32 {
        bytemuck::cast::<i32x4, f32x4>(self).to_bitmask()
    }
}
