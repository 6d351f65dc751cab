//! The vector operations that the kernels are written in.
//!
//! A kernel is one generic body over [`Lanes`]. `portable` is four lanes of the `wide` crate (SSE2,
//! NEON, wasm), which fixes its instructions when it is compiled; `avx2` and `avx512` are eight and
//! sixteen. Sums of products are fused where an implementation says so ([`Lanes::mul_add`]) and
//! nowhere else, so that one implementation gives the same bits on every machine.
//!
//! The wider implementations cannot be named outside of this module: a body meets them only through
//! [`dispatch`], which has a [`SimdLevel`] as proof that the processor has their instructions.

use crate::dsp::simd_level::{Set, SimdLevel};
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Sub};
use wide::bytemuck::{self, Pod};

/// An operator by an intrinsic, which the caller's `detected` calls.
#[cfg(target_arch = "x86_64")]
macro_rules! operator {
    ($type:ident: $trait:ident $method:ident $intrinsic:ident) => {
        impl $trait for $type {
            type Output = $type;

            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                $type(detected!($intrinsic(self.0, other.0)))
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

pub use portable::Portable;

/// The fewest lanes that any implementation has.
pub const MIN_LANES: usize = 4;

/// The most lanes that any implementation has.
pub const MAX_LANES: usize = 16;

/// A generic body over [`Lanes`], with its arguments.
pub trait LaneBody {
    /// What it returns.
    type Output;

    /// The body. It must be `#[inline(always)]`, to be compiled for the instructions of `L`, and so
    /// must be all that it calls; nothing is handed to the standard library (`array::map`, say),
    /// which would call it instead.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs the body with the lanes of this level.
#[inline]
pub fn dispatch<B: LaneBody>(level: SimdLevel, body: B) -> B::Output {
    match level.set() {
        Set::Portable => body.run::<Portable>(),
        // SAFETY: a level exists only where its instructions were detected.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { avx2::run(body) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { avx512::run(body) },
    }
}

/// A vector of f32, one lane a partial.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The number of lanes, at most [`MAX_LANES`].
    const COUNT: usize;

    /// Whether there are registers for two groups of resonators at a time.
    const PAIRS: bool;

    /// As many 32-bit integers.
    type Words: Words;

    /// As many phases.
    type Phases: Phases<Words = Self::Words>;

    /// As many floats in memory.
    type Memory: Pod;

    /// Sixteen floats of these instructions.
    type Taps: Taps;

    /// `value` in every lane.
    fn splat(value: f32) -> Self;

    /// The first [`Self::COUNT`] values of a slice that has at least as many.
    fn load(values: &[f32]) -> Self;

    /// The values in memory.
    fn read(memory: &Self::Memory) -> Self;

    /// Puts them into memory.
    fn write(self, memory: &mut Self::Memory);

    /// Puts them into the first [`Self::COUNT`] places of a slice that has at least as many.
    fn store(self, places: &mut [f32]);

    /// Puts them and those of `second` in turn into the first 2 · [`Self::COUNT`] places of a slice
    /// that has at least as many.
    fn store_pairs(self, second: Self, places: &mut [f32]);

    /// Puts 1, `self`, `second` and `third` of each lane into four of 4 · [`Self::COUNT`] places, the
    /// lanes in the order of [`Lanes::lane_of_quad`]. Fast only where [`Taps::COLLECTS`].
    #[inline(always)]
    fn store_quads(self, second: Self, third: Self, places: &mut [f32]) {
        let mut values = [[0.0; MAX_LANES]; 3];
        self.store(&mut values[0]);
        second.store(&mut values[1]);
        third.store(&mut values[2]);
        for (lane, quad) in places.chunks_exact_mut(4).take(Self::COUNT).enumerate() {
            quad.copy_from_slice(&[1.0, values[0][lane], values[1][lane], values[2][lane]]);
        }
    }

    /// Which lane [`Lanes::store_quads`] puts into the four places of this number.
    #[inline(always)]
    fn lane_of_quad(number: usize) -> usize {
        number
    }

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

    /// Puts them into the first places of a slice that has at least as many as there are lanes.
    fn store(self, places: &mut [u32]);

    /// Shifted left by `bits`, less than 32.
    fn shift_left(self, bits: u32) -> Self;

    /// Shifted right by `bits`, less than 32; zeros come in.
    fn shift_right(self, bits: u32) -> Self;

    /// The smaller one of signed integers.
    fn at_most(self, limit: Self) -> Self;

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

/// Phases beside [`Lanes`], at 2⁶⁴ to the turn. All arithmetic wraps.
pub trait Phases: Copy + Add<Output = Self> {
    /// As many words.
    type Words: Words;

    /// The first values of a slice that has at least as many as there are lanes.
    fn load(values: &[u64]) -> Self;

    /// As [`Phases::load`], from signed values.
    #[inline(always)]
    fn load_signed(values: &[i64]) -> Self {
        Self::load(bytemuck::cast_slice(values))
    }

    /// Puts them into the first places of a slice that has at least as many.
    fn store(self, places: &mut [u64]);

    /// Shifted left by `bits`, less than 64.
    fn shift_left(self, bits: u32) -> Self;

    /// The top halves, rounded to nearest.
    fn rounded(self) -> Self::Words;
}

/// Sixteen floats: two halves of eight taps each, or eight complex numbers as pairs.
pub trait Taps: Copy {
    /// Which tap stands in each place of a half, for [`Taps::double_first`] and
    /// [`Taps::double_second`] to bring them into their order.
    const ORDER: [usize; 8];

    /// Whether a polynomial with its coefficients in registers is cheaper than a table.
    const HAS_MANY_REGISTERS: bool;

    /// Whether moments are cheaper than taps where there are enough partials.
    const COLLECTS: bool;

    /// What [`Taps::powers`] and [`Taps::derivative`] need in registers.
    type Orders: Copy;

    /// `value` in all places.
    fn splat(value: f32) -> Self;

    /// `first` in the first half, `second` in the second.
    fn splat_halves(first: f32, second: f32) -> Self;

    /// `pair` eight times.
    fn splat_pair(pair: &[f32; 2]) -> Self;

    /// All of memory.
    fn load(values: &[f32; 16]) -> Self;

    /// Two halves from different places.
    fn load_halves(first: &[f32; 8], second: &[f32; 8]) -> Self;

    /// Puts them into memory.
    fn store(self, places: &mut [f32; 16]);

    /// The product.
    fn times(self, factor: Self) -> Self;

    /// `self · factor + term`, fused as [`Lanes::mul_add`] is.
    fn mul_add(self, factor: Self, term: Self) -> Self;

    /// `term − self · factor`, likewise.
    fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// Each tap of the first half twice, in the order of the taps.
    fn double_first(self) -> Self;

    /// Each tap of the second half twice, in the order of the taps.
    fn double_second(self) -> Self;

    /// Made once for many [`Taps::powers`].
    fn orders() -> Self::Orders;

    /// xʲ/j!, j = 0…7, each twice, from those of j = 0…3 and x⁴.
    fn powers(orders: Self::Orders, low: &[f32; 4], fourth: f32) -> Self;

    /// The pairs moved up by one, zero first: of [`Taps::powers`], the derivative.
    fn derivative(self, orders: Self::Orders) -> Self;
}

/// The first `N` values from `at` on.
#[inline(always)]
pub fn array_at<const N: usize, T>(values: &[T], at: usize) -> &[T; N] {
    values[at..].first_chunk().expect("room for all of them")
}

/// As [`array_at`], but mutable.
#[inline(always)]
pub fn array_at_mut<const N: usize, T>(values: &mut [T], at: usize) -> &mut [T; N] {
    values[at..]
        .first_chunk_mut()
        .expect("room for all of them")
}

#[cfg(test)]
mod tests;
