//! Sixteen lanes of AVX-512 (F, DQ and VL).
//!
//! Values of these types exist only below [`run`], whose caller has made sure that the processor has
//! the instructions, as [`avx2`](super::avx2) says of its own. All of it is inlined into [`run`].

use super::avx2::{Quarters, halved, horizontal_sum};
use super::{LaneBody, Lanes, Phases, TOP_BIT, Taps, Words};
use std::arch::x86_64::*;
use std::hint::black_box;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Sub};

/// Runs the body with [`Avx512`].
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
pub fn run<B: LaneBody>(body: B) -> B::Output {
    body.run::<Avx512>()
}

/// Calls intrinsics that need nothing but their instructions.
macro_rules! detected {
    ($call:expr) => {
        // SAFETY: only code below `run` gets here (the module's text), so AVX-512 is there.
        unsafe { $call }
    };
}

/// Sixteen floats.
#[derive(Clone, Copy)]
pub struct Avx512(__m512);

/// Sixteen words.
#[derive(Clone, Copy)]
pub struct SixteenWords(__m512i);

/// Sixteen phases in two vectors.
#[derive(Clone, Copy)]
pub struct SixteenPhases([__m512i; 2]);

operator!(Avx512: Add add _mm512_add_ps);
operator!(Avx512: Sub sub _mm512_sub_ps);
operator!(Avx512: Mul mul _mm512_mul_ps);
operator!(SixteenWords: Add add _mm512_add_epi32);
operator!(SixteenWords: Sub sub _mm512_sub_epi32);
operator!(SixteenWords: BitAnd bitand _mm512_and_si512);
operator!(SixteenWords: BitOr bitor _mm512_or_si512);
operator!(SixteenWords: BitXor bitxor _mm512_xor_si512);

impl Lanes for Avx512 {
    const COUNT: usize = 16;

    const PAIRS: bool = true;

    type Words = SixteenWords;

    type Phases = SixteenPhases;

    type Memory = [f32; 16];

    type Taps = Avx512;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(detected!(_mm512_set1_ps(value)))
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        let values = &values[..16];
        // SAFETY: there are sixteen values; and as in `detected`.
        Self(unsafe { _mm512_loadu_ps(values.as_ptr()) })
    }

    #[inline(always)]
    fn read(memory: &[f32; 16]) -> Self {
        <Self as Lanes>::load(memory)
    }

    #[inline(always)]
    fn write(self, memory: &mut [f32; 16]) {
        Lanes::store(self, memory);
    }

    #[inline(always)]
    fn store(self, places: &mut [f32]) {
        let places = &mut places[..16];
        // SAFETY: there are sixteen places; and as in `detected`.
        unsafe { _mm512_storeu_ps(places.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn store_pairs(self, second: Self, places: &mut [f32]) {
        let places = &mut places[..32];
        let (low, high) = detected!({
            let low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
            (
                _mm512_permutex2var_ps(self.0, low, second.0),
                _mm512_permutex2var_ps(self.0, high, second.0),
            )
        });
        Lanes::store(Self(low), places);
        Lanes::store(Self(high), &mut places[16..]);
    }

    #[inline(always)]
    fn store_quads(self, second: Self, third: Self, places: &mut [f32]) {
        let places = &mut places[..64];
        let [a, b, c, d] = detected!({
            let first = _mm512_set1_ps(1.0);
            let low = _mm512_castps_pd(_mm512_unpacklo_ps(first, self.0));
            let high = _mm512_castps_pd(_mm512_unpackhi_ps(first, self.0));
            let low_rest = _mm512_castps_pd(_mm512_unpacklo_ps(second.0, third.0));
            let high_rest = _mm512_castps_pd(_mm512_unpackhi_ps(second.0, third.0));
            [
                Self(_mm512_castpd_ps(_mm512_unpacklo_pd(low, low_rest))),
                Self(_mm512_castpd_ps(_mm512_unpackhi_pd(low, low_rest))),
                Self(_mm512_castpd_ps(_mm512_unpacklo_pd(high, high_rest))),
                Self(_mm512_castpd_ps(_mm512_unpackhi_pd(high, high_rest))),
            ]
        });
        Lanes::store(a, places);
        Lanes::store(b, &mut places[16..]);
        Lanes::store(c, &mut places[32..]);
        Lanes::store(d, &mut places[48..]);
    }

    #[inline(always)]
    fn lane_of_quad(number: usize) -> usize {
        // Each vector of four has one lane of every four.
        number % 4 * 4 + number / 4
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self(detected!(_mm512_fmadd_ps(self.0, factor.0, term.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        Self(detected!(_mm512_fnmadd_ps(self.0, factor.0, term.0)))
    }

    #[inline(always)]
    fn from_words(words: SixteenWords) -> Self {
        Self(detected!(_mm512_cvtepi32_ps(words.0)))
    }

    #[inline(always)]
    fn bits(self) -> SixteenWords {
        SixteenWords(detected!(_mm512_castps_si512(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: SixteenWords) -> Self {
        Self(detected!(_mm512_castsi512_ps(bits.0)))
    }

    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        Self(detected!({
            let is_not_zero = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(divisor.0, _mm512_setzero_ps());
            _mm512_maskz_div_ps(is_not_zero, self.0, divisor.0)
        }))
    }

    #[inline(always)]
    fn horizontal_sum(sums: &[[[f32; 16]; 2]], left: &mut [f32], right: &mut [f32]) {
        horizontal_sum::<Self>(sums, left, right);
    }
}

impl Quarters for Avx512 {
    #[inline(always)]
    fn quarters(self) -> __m128 {
        halved(detected!(_mm256_add_ps(
            _mm512_castps512_ps256(self.0),
            _mm512_extractf32x8_ps::<1>(self.0)
        )))
    }
}

impl Words for SixteenWords {
    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self(detected!(_mm512_set1_epi32(value as i32)))
    }

    #[inline(always)]
    fn from_lanes(mut word: impl FnMut(usize) -> u32) -> Self {
        let mut words = [0; 16];
        for (lane, place) in words.iter_mut().enumerate() {
            *place = word(lane);
        }
        // SAFETY: there are sixteen words; and as in `detected`.
        Self(unsafe { _mm512_loadu_si512(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, places: &mut [u32]) {
        let places = &mut places[..16];
        // SAFETY: there are sixteen places; and as in `detected`.
        unsafe { _mm512_storeu_si512(places.as_mut_ptr().cast(), self.0) };
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        Self(detected!(_mm512_sll_epi32(
            self.0,
            _mm_cvtsi32_si128(bits as i32)
        )))
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        Self(detected!(_mm512_srl_epi32(
            self.0,
            _mm_cvtsi32_si128(bits as i32)
        )))
    }

    #[inline(always)]
    fn at_most(self, limit: Self) -> Self {
        Self(detected!(_mm512_min_epi32(self.0, limit.0)))
    }

    #[inline(always)]
    fn spread_top_bit(self) -> Self {
        Self(detected!(_mm512_srai_epi32::<31>(self.0)))
    }

    #[inline(always)]
    fn top_bits(self) -> u32 {
        let top = detected!(_mm512_test_epi32_mask(
            self.0,
            _mm512_set1_epi32(TOP_BIT as i32)
        ));
        u32::from(top)
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        Self(detected!(_mm512_abs_epi32(self.0)))
    }

    #[inline(always)]
    fn nonzero(self) -> u32 {
        u32::from(detected!(_mm512_test_epi32_mask(self.0, self.0)))
    }
}

impl Add for SixteenPhases {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self(detected!([_mm512_add_epi64(a, c), _mm512_add_epi64(b, d)]))
    }
}

impl Phases for SixteenPhases {
    type Words = SixteenWords;

    #[inline(always)]
    fn load(values: &[u64]) -> Self {
        let values = &values[..16];
        // SAFETY: there are sixteen values; and as in `detected`.
        Self(unsafe {
            [
                _mm512_loadu_si512(values.as_ptr().cast()),
                _mm512_loadu_si512(values[8..].as_ptr().cast()),
            ]
        })
    }

    #[inline(always)]
    fn store(self, places: &mut [u64]) {
        let places = &mut places[..16];
        let [a, b] = self.0;
        // SAFETY: there are sixteen places; and as in `detected`.
        unsafe {
            _mm512_storeu_si512(places.as_mut_ptr().cast(), a);
            _mm512_storeu_si512(places[8..].as_mut_ptr().cast(), b);
        }
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        let [a, b] = self.0;
        Self(detected!({
            let bits = _mm_cvtsi32_si128(bits as i32);
            [_mm512_sll_epi64(a, bits), _mm512_sll_epi64(b, bits)]
        }))
    }

    #[inline(always)]
    fn rounded(self) -> SixteenWords {
        let [a, b] = self.0;
        SixteenWords(detected!({
            let half = _mm512_set1_epi64(1 << 31);
            let top = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
            _mm512_permutex2var_epi32(_mm512_add_epi64(a, half), top, _mm512_add_epi64(b, half))
        }))
    }
}

/// What makes powers of a number. See [`Taps::orders`].
#[derive(Clone, Copy)]
pub struct Orders {
    /// Each of four twice, twice.
    doubled: __m512i,
    /// One below the fourth order, zero from it on.
    low: __m512,
    /// j!/(j + 4)! from the fourth order on.
    high: __m512,
    zero: __m512d,
    /// A pair of zeros, then the first seven pairs.
    raised: __m512i,
}

impl Taps for Avx512 {
    const ORDER: [usize; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

    const HAS_MANY_REGISTERS: bool = true;

    const COLLECTS: bool = true;

    type Orders = Orders;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        <Self as Lanes>::splat(value)
    }

    #[inline(always)]
    fn splat_halves(first: f32, second: f32) -> Self {
        Self(detected!({
            let first = _mm512_set1_ps(first);
            _mm512_mask_mov_ps(first, 0xff00, _mm512_set1_ps(second))
        }))
    }

    #[inline(always)]
    fn splat_pair(pair: &[f32; 2]) -> Self {
        // SAFETY: a f64 is read, which may stand at any address, from two floats; and as in
        // `detected`.
        let pairs = unsafe { _mm512_set1_pd(pair.as_ptr().cast::<f64>().read_unaligned()) };
        Self(detected!(_mm512_castpd_ps(pairs)))
    }

    #[inline(always)]
    fn load(values: &[f32; 16]) -> Self {
        <Self as Lanes>::load(values)
    }

    #[inline(always)]
    fn load_halves(first: &[f32; 8], second: &[f32; 8]) -> Self {
        // SAFETY: there are eight values each; and as in `detected`.
        Self(unsafe {
            let first = _mm512_castps256_ps512(_mm256_loadu_ps(first.as_ptr()));
            _mm512_insertf32x8::<1>(first, _mm256_loadu_ps(second.as_ptr()))
        })
    }

    #[inline(always)]
    fn store(self, places: &mut [f32; 16]) {
        Lanes::store(self, places);
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        self * factor
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Lanes::mul_add(self, factor, term)
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        Lanes::neg_mul_add(self, factor, term)
    }

    #[inline(always)]
    fn double_first(self) -> Self {
        Self(detected!({
            let order = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
            _mm512_permutexvar_ps(order, self.0)
        }))
    }

    #[inline(always)]
    fn double_second(self) -> Self {
        Self(detected!({
            let order =
                _mm512_setr_epi32(8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15);
            _mm512_permutexvar_ps(order, self.0)
        }))
    }

    #[inline(always)]
    fn orders() -> Orders {
        let (third, fourth, fifth, sixth) = (1.0 / 24.0, 1.0 / 120.0, 1.0 / 360.0, 1.0 / 840.0);
        detected!(Orders {
            doubled: _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3),
            low: _mm512_setr_ps(
                1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            ),
            high: _mm512_setr_ps(
                0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, third, third, fourth, fourth, fifth, fifth,
                sixth, sixth
            ),
            zero: _mm512_setzero_pd(),
            // Hidden from the compiler, which would make an expansion of it, of two steps.
            raised: black_box(_mm512_setr_epi64(8, 0, 1, 2, 3, 4, 5, 6)),
        })
    }

    #[inline(always)]
    fn powers(orders: Orders, low: &[f32; 4], fourth: f32) -> Self {
        // SAFETY: there are four values; and as in `detected`.
        let low = unsafe { _mm512_broadcast_f32x4(_mm_loadu_ps(low.as_ptr())) };
        Self(detected!({
            let low = _mm512_permutevar_ps(low, orders.doubled);
            let factors = _mm512_fmadd_ps(orders.high, _mm512_set1_ps(fourth), orders.low);
            _mm512_mul_ps(low, factors)
        }))
    }

    #[inline(always)]
    fn derivative(self, orders: Orders) -> Self {
        Self(detected!({
            let powers = _mm512_castps_pd(self.0);
            _mm512_castpd_ps(_mm512_permutex2var_pd(powers, orders.raised, orders.zero))
        }))
    }
}
