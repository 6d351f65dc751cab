//! Eight lanes of AVX2 with FMA, sixteen of AVX-512.
//!
//! Values of these types exist only within [`run_avx2`] and [`run_avx512`], whose caller has made
//! sure that the processor has their instructions: no other module can name the types, and nothing
//! that a [`LaneBody`] returns or keeps can hold one. So every intrinsic below runs only where its
//! instruction is there. All of it is inlined into those two functions.

use super::{LaneBody, Lanes, TOP_BIT, Words};
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Sub};

/// Eight lanes.
#[derive(Clone, Copy)]
pub struct Avx2(__m256);

/// Eight words.
#[derive(Clone, Copy)]
pub struct Avx2Words(__m256i);

/// Sixteen lanes.
#[derive(Clone, Copy)]
pub struct Avx512(__m512);

/// Sixteen words.
#[derive(Clone, Copy)]
pub struct Avx512Words(__m512i);

/// Runs the body with [`Avx2`].
#[target_feature(enable = "avx2,fma")]
pub fn run_avx2(body: impl LaneBody) {
    body.run::<Avx2>();
}

/// Runs the body with [`Avx512`].
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
pub fn run_avx512(body: impl LaneBody) {
    body.run::<Avx512>();
}

/// An operator by an intrinsic.
macro_rules! operator {
    ($type:ident: $trait:ident $method:ident $intrinsic:ident) => {
        impl $trait for $type {
            type Output = $type;

            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                // SAFETY: the module's text.
                $type(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    };
}

operator!(Avx2: Add add _mm256_add_ps);
operator!(Avx2: Sub sub _mm256_sub_ps);
operator!(Avx2: Mul mul _mm256_mul_ps);
operator!(Avx2Words: Add add _mm256_add_epi32);
operator!(Avx2Words: Sub sub _mm256_sub_epi32);
operator!(Avx2Words: BitAnd bitand _mm256_and_si256);
operator!(Avx2Words: BitOr bitor _mm256_or_si256);
operator!(Avx2Words: BitXor bitxor _mm256_xor_si256);
operator!(Avx512: Add add _mm512_add_ps);
operator!(Avx512: Sub sub _mm512_sub_ps);
operator!(Avx512: Mul mul _mm512_mul_ps);
operator!(Avx512Words: Add add _mm512_add_epi32);
operator!(Avx512Words: Sub sub _mm512_sub_epi32);
operator!(Avx512Words: BitAnd bitand _mm512_and_si512);
operator!(Avx512Words: BitOr bitor _mm512_or_si512);
operator!(Avx512Words: BitXor bitxor _mm512_xor_si512);

/// Adds the sums of the four lanes of four vectors to up to four frames.
#[inline(always)]
fn add_totals(quarters: [__m128; 4], frames: &mut [f32]) {
    let [a, b, c, d] = quarters;
    // SAFETY: the module's text.
    let totals = unsafe { _mm_hadd_ps(_mm_hadd_ps(a, b), _mm_hadd_ps(c, d)) };
    let mut numbers = [0.0; 4];
    // SAFETY: `numbers` has room for four.
    unsafe { _mm_storeu_ps(numbers.as_mut_ptr(), totals) };
    for (frame, total) in frames.iter_mut().zip(numbers) {
        *frame += total;
    }
}

/// The sum of the two halves.
#[inline(always)]
fn halved(lanes: __m256) -> __m128 {
    // SAFETY: the module's text.
    unsafe {
        _mm_add_ps(
            _mm256_castps256_ps128(lanes),
            _mm256_extractf128_ps::<1>(lanes),
        )
    }
}

/// [`Lanes::horizontal_sum`], given how a vector is brought down to four lanes.
#[inline(always)]
fn horizontal_sum<L: Lanes>(
    sums: &[[L::Memory; 2]],
    left: &mut [f32],
    right: &mut [f32],
    quarter: impl Fn(L) -> __m128,
) {
    let quarter = |memory: &L::Memory| quarter(L::read(memory));
    let channels = left.chunks_mut(4).zip(right.chunks_mut(4));
    for (sums, (left, right)) in sums.chunks_exact(4).zip(channels) {
        let [a, b, c, d] = [&sums[0], &sums[1], &sums[2], &sums[3]];
        add_totals(
            [
                quarter(&a[0]),
                quarter(&b[0]),
                quarter(&c[0]),
                quarter(&d[0]),
            ],
            left,
        );
        add_totals(
            [
                quarter(&a[1]),
                quarter(&b[1]),
                quarter(&c[1]),
                quarter(&d[1]),
            ],
            right,
        );
    }
}

impl Lanes for Avx2 {
    const COUNT: usize = 8;

    type Words = Avx2Words;

    type Memory = [f32; 8];

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        let values = &values[..Self::COUNT];
        // SAFETY: there are eight values; and the module's text.
        Self(unsafe { _mm256_loadu_ps(values.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, places: &mut [f32]) {
        let places = &mut places[..Self::COUNT];
        // SAFETY: there are eight places; and the module's text.
        unsafe { _mm256_storeu_ps(places.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn read(memory: &[f32; 8]) -> Self {
        Self::load(memory)
    }

    #[inline(always)]
    fn write(self, memory: &mut [f32; 8]) {
        self.store(memory);
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, term.0) })
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_fnmadd_ps(self.0, factor.0, term.0) })
    }

    #[inline(always)]
    fn from_words(words: Avx2Words) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_cvtepi32_ps(words.0) })
    }

    #[inline(always)]
    fn bits(self) -> Avx2Words {
        // SAFETY: the module's text.
        Avx2Words(unsafe { _mm256_castps_si256(self.0) })
    }

    #[inline(always)]
    fn from_bits(bits: Avx2Words) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_castsi256_ps(bits.0) })
    }

    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe {
            let is_not_zero = _mm256_cmp_ps::<_CMP_NEQ_UQ>(divisor.0, _mm256_setzero_ps());
            _mm256_and_ps(_mm256_div_ps(self.0, divisor.0), is_not_zero)
        })
    }

    #[inline(always)]
    fn horizontal_sum(sums: &[[[f32; 8]; 2]], left: &mut [f32], right: &mut [f32]) {
        horizontal_sum(sums, left, right, |lanes: Self| halved(lanes.0));
    }
}

impl Words for Avx2Words {
    #[inline(always)]
    fn splat(value: u32) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_set1_epi32(value as i32) })
    }

    #[inline(always)]
    fn from_lanes(mut word: impl FnMut(usize) -> u32) -> Self {
        let mut words = [0; 8];
        for (lane, place) in words.iter_mut().enumerate() {
            *place = word(lane);
        }
        // SAFETY: there are eight words; and the module's text.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn spread_top_bit(self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_srai_epi32::<31>(self.0) })
    }

    #[inline(always)]
    fn top_bits(self) -> u32 {
        // SAFETY: the module's text.
        unsafe { _mm256_movemask_ps(_mm256_castsi256_ps(self.0)) as u32 }
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm256_abs_epi32(self.0) })
    }
}

impl Lanes for Avx512 {
    const COUNT: usize = 16;

    type Words = Avx512Words;

    type Memory = [f32; 16];

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        let values = &values[..Self::COUNT];
        // SAFETY: there are sixteen values; and the module's text.
        Self(unsafe { _mm512_loadu_ps(values.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, places: &mut [f32]) {
        let places = &mut places[..Self::COUNT];
        // SAFETY: there are sixteen places; and the module's text.
        unsafe { _mm512_storeu_ps(places.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn read(memory: &[f32; 16]) -> Self {
        Self::load(memory)
    }

    #[inline(always)]
    fn write(self, memory: &mut [f32; 16]) {
        self.store(memory);
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, term.0) })
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_fnmadd_ps(self.0, factor.0, term.0) })
    }

    #[inline(always)]
    fn from_words(words: Avx512Words) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_cvtepi32_ps(words.0) })
    }

    #[inline(always)]
    fn bits(self) -> Avx512Words {
        // SAFETY: the module's text.
        Avx512Words(unsafe { _mm512_castps_si512(self.0) })
    }

    #[inline(always)]
    fn from_bits(bits: Avx512Words) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_castsi512_ps(bits.0) })
    }

    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe {
            let is_not_zero = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(divisor.0, _mm512_setzero_ps());
            _mm512_maskz_div_ps(is_not_zero, self.0, divisor.0)
        })
    }

    #[inline(always)]
    fn horizontal_sum(sums: &[[[f32; 16]; 2]], left: &mut [f32], right: &mut [f32]) {
        horizontal_sum(sums, left, right, |lanes: Self| {
            // SAFETY: the module's text.
            halved(unsafe {
                _mm256_add_ps(
                    _mm512_castps512_ps256(lanes.0),
                    _mm512_extractf32x8_ps::<1>(lanes.0),
                )
            })
        });
    }
}

impl Words for Avx512Words {
    #[inline(always)]
    fn splat(value: u32) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_set1_epi32(value as i32) })
    }

    #[inline(always)]
    fn from_lanes(mut word: impl FnMut(usize) -> u32) -> Self {
        let mut words = [0; 16];
        for (lane, place) in words.iter_mut().enumerate() {
            *place = word(lane);
        }
        // SAFETY: there are sixteen words; and the module's text.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn spread_top_bit(self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_srai_epi32::<31>(self.0) })
    }

    #[inline(always)]
    fn top_bits(self) -> u32 {
        // SAFETY: the module's text.
        u32::from(unsafe { _mm512_test_epi32_mask(self.0, _mm512_set1_epi32(TOP_BIT as i32)) })
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        // SAFETY: the module's text.
        Self(unsafe { _mm512_abs_epi32(self.0) })
    }
}
