//! Four lanes, whatever the machine.

use super::{Lanes, Phases, Taps, Words};
use crate::dsp::fixed_point::round_phase;
use std::ops::Add;
use wide::{bytemuck, f32x4, i32x4, u32x4};

/// Four lanes, whatever the machine.
pub type Portable = f32x4;

impl Lanes for f32x4 {
    const COUNT: usize = 4;

    const PAIRS: bool = false;

    type Words = i32x4;

    type Phases = FourPhases;

    type Memory = [f32; 4];

    type Taps = FourTaps;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        f32x4::splat(value)
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        f32x4::new([values[0], values[1], values[2], values[3]])
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
    fn store(self, places: &mut [f32]) {
        places[..4].copy_from_slice(&self.to_array());
    }

    #[inline(always)]
    fn store_pairs(self, second: Self, places: &mut [f32]) {
        let places = &mut places[..8];
        self.unpack_lo(second).store(places);
        self.unpack_hi(second).store(&mut places[4..]);
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
    fn store(self, places: &mut [u32]) {
        places[..4].copy_from_slice(&bytemuck::cast::<i32x4, [u32; 4]>(self));
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        self << bits
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        bytemuck::cast(bytemuck::cast::<i32x4, u32x4>(self) >> bits)
    }

    #[inline(always)]
    fn at_most(self, limit: Self) -> Self {
        self.min(limit)
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

/// Four phases. The compiler makes vectors of them.
#[derive(Clone, Copy)]
pub struct FourPhases([u64; 4]);

impl Add for FourPhases {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([
            a.wrapping_add(e),
            b.wrapping_add(f),
            c.wrapping_add(g),
            d.wrapping_add(h),
        ])
    }
}

impl Phases for FourPhases {
    type Words = i32x4;

    #[inline(always)]
    fn load(values: &[u64]) -> Self {
        Self([values[0], values[1], values[2], values[3]])
    }

    #[inline(always)]
    fn store(self, places: &mut [u64]) {
        places[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        let [a, b, c, d] = self.0;
        Self([a << bits, b << bits, c << bits, d << bits])
    }

    #[inline(always)]
    fn rounded(self) -> i32x4 {
        i32x4::from_lanes(|lane| round_phase(self.0[lane]))
    }
}

/// Sixteen floats in four vectors.
#[derive(Clone, Copy)]
pub struct FourTaps([f32x4; 4]);

/// For each of four vectors.
macro_rules! each {
    ($vector:ident => $value:expr) => {{
        let at = |$vector: usize| $value;
        FourTaps([at(0), at(1), at(2), at(3)])
    }};
}

impl Taps for FourTaps {
    const ORDER: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

    const HAS_MANY_REGISTERS: bool = false;

    const COLLECTS: bool = false;

    type Orders = ();

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([f32x4::splat(value); 4])
    }

    #[inline(always)]
    fn splat_halves(first: f32, second: f32) -> Self {
        let (first, second) = (f32x4::splat(first), f32x4::splat(second));
        Self([first, first, second, second])
    }

    #[inline(always)]
    fn splat_pair(&[a, b]: &[f32; 2]) -> Self {
        Self([f32x4::new([a, b, a, b]); 4])
    }

    #[inline(always)]
    fn load(values: &[f32; 16]) -> Self {
        each!(vector => f32x4::load(&values[4 * vector..]))
    }

    #[inline(always)]
    fn load_halves(first: &[f32; 8], second: &[f32; 8]) -> Self {
        let load = <f32x4 as Lanes>::load;
        Self([
            load(first),
            load(&first[4..]),
            load(second),
            load(&second[4..]),
        ])
    }

    #[inline(always)]
    fn store(self, places: &mut [f32; 16]) {
        let [a, b, c, d] = self.0;
        Lanes::store(a, &mut places[..]);
        Lanes::store(b, &mut places[4..]);
        Lanes::store(c, &mut places[8..]);
        Lanes::store(d, &mut places[12..]);
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        each!(vector => self.0[vector] * factor.0[vector])
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        each!(vector => self.0[vector] * factor.0[vector] + term.0[vector])
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        each!(vector => term.0[vector] - self.0[vector] * factor.0[vector])
    }

    #[inline(always)]
    fn double_first(self) -> Self {
        let [a, b, ..] = self.0;
        Self([
            a.unpack_lo(a),
            a.unpack_hi(a),
            b.unpack_lo(b),
            b.unpack_hi(b),
        ])
    }

    #[inline(always)]
    fn double_second(self) -> Self {
        let [.., c, d] = self.0;
        Self([
            c.unpack_lo(c),
            c.unpack_hi(c),
            d.unpack_lo(d),
            d.unpack_hi(d),
        ])
    }

    #[inline(always)]
    fn orders() {}

    #[inline(always)]
    fn powers((): (), low: &[f32; 4], fourth: f32) -> Self {
        let low = f32x4::new(*low);
        let high = low * f32x4::splat(fourth);
        let high = high * f32x4::new([1.0 / 24.0, 1.0 / 120.0, 1.0 / 360.0, 1.0 / 840.0]);
        Self([
            low.unpack_lo(low),
            low.unpack_hi(low),
            high.unpack_lo(high),
            high.unpack_hi(high),
        ])
    }

    #[inline(always)]
    fn derivative(self, (): ()) -> Self {
        let mut before = [0.0, 0.0];
        let mut moved = self.0;
        for vector in &mut moved {
            let [a, b, c, d] = vector.to_array();
            *vector = f32x4::new([before[0], before[1], a, b]);
            before = [c, d];
        }
        Self(moved)
    }
}
