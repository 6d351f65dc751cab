//! Eight lanes of AVX2 with FMA.
//!
//! Values of these types exist only below [`run`], whose caller has made sure that the processor has
//! the instructions: no other module can name the types, and nothing that a [`LaneBody`] returns or
//! keeps can hold one. So every intrinsic below runs only where its instruction is there. All of it
//! is inlined into [`run`].

use super::{LaneBody, Lanes, Phases, Taps, Words};
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Sub};

/// Runs the body with [`Avx2`].
#[target_feature(enable = "avx2,fma")]
pub fn run<B: LaneBody>(body: B) -> B::Output {
    body.run::<Avx2>()
}

/// Calls intrinsics that need nothing but their instructions.
macro_rules! detected {
    ($call:expr) => {
        // SAFETY: only code below `run` gets here (the module's text), so AVX2 and FMA are there.
        unsafe { $call }
    };
}

/// Eight floats.
#[derive(Clone, Copy)]
pub struct Avx2(__m256);

/// Eight words.
#[derive(Clone, Copy)]
pub struct EightWords(__m256i);

/// Eight phases in two vectors.
#[derive(Clone, Copy)]
pub struct EightPhases([__m256i; 2]);

/// Sixteen floats in two vectors.
#[derive(Clone, Copy)]
pub struct TwoVectors([__m256; 2]);

operator!(Avx2: Add add _mm256_add_ps);
operator!(Avx2: Sub sub _mm256_sub_ps);
operator!(Avx2: Mul mul _mm256_mul_ps);
operator!(EightWords: Add add _mm256_add_epi32);
operator!(EightWords: Sub sub _mm256_sub_epi32);
operator!(EightWords: BitAnd bitand _mm256_and_si256);
operator!(EightWords: BitOr bitor _mm256_or_si256);
operator!(EightWords: BitXor bitxor _mm256_xor_si256);

/// The sum of the two halves.
#[inline(always)]
pub(super) fn halved(lanes: __m256) -> __m128 {
    detected!(_mm_add_ps(
        _mm256_castps256_ps128(lanes),
        _mm256_extractf128_ps::<1>(lanes)
    ))
}

/// Adds the sums of the four lanes of four vectors to up to four frames.
#[inline(always)]
fn add_totals([a, b, c, d]: [__m128; 4], frames: &mut [f32]) {
    let totals = detected!(_mm_hadd_ps(_mm_hadd_ps(a, b), _mm_hadd_ps(c, d)));
    let mut numbers = [0.0; 4];
    // SAFETY: `numbers` has room for four; and as in `detected`.
    unsafe { _mm_storeu_ps(numbers.as_mut_ptr(), totals) };
    for (frame, total) in frames.iter_mut().zip(numbers) {
        *frame += total;
    }
}

/// Lanes that four lanes of sums can be made of.
pub(super) trait Quarters: Lanes {
    /// The lanes four apart added up.
    fn quarters(self) -> __m128;
}

impl Quarters for Avx2 {
    #[inline(always)]
    fn quarters(self) -> __m128 {
        halved(self.0)
    }
}

/// [`Lanes::horizontal_sum`]. Without closures, which would be compiled without the instructions
/// wherever they are not inlined.
#[inline(always)]
pub(super) fn horizontal_sum<L: Quarters>(
    sums: &[[L::Memory; 2]],
    left: &mut [f32],
    right: &mut [f32],
) {
    let channels = left.chunks_mut(4).zip(right.chunks_mut(4));
    for (sums, (left, right)) in sums.chunks_exact(4).zip(channels) {
        add_totals(four_quarters::<L>(sums, 0), left);
        add_totals(four_quarters::<L>(sums, 1), right);
    }
}

/// The quarters of the first four frames of one channel.
#[inline(always)]
fn four_quarters<L: Quarters>(sums: &[[L::Memory; 2]], channel: usize) -> [__m128; 4] {
    [
        L::read(&sums[0][channel]).quarters(),
        L::read(&sums[1][channel]).quarters(),
        L::read(&sums[2][channel]).quarters(),
        L::read(&sums[3][channel]).quarters(),
    ]
}

impl Lanes for Avx2 {
    const COUNT: usize = 8;

    const PAIRS: bool = false;

    type Words = EightWords;

    type Phases = EightPhases;

    type Memory = [f32; 8];

    type Taps = TwoVectors;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(detected!(_mm256_set1_ps(value)))
    }

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        let values = &values[..8];
        // SAFETY: there are eight values; and as in `detected`.
        Self(unsafe { _mm256_loadu_ps(values.as_ptr()) })
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
    fn store(self, places: &mut [f32]) {
        let places = &mut places[..8];
        // SAFETY: there are eight places; and as in `detected`.
        unsafe { _mm256_storeu_ps(places.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn store_pairs(self, second: Self, places: &mut [f32]) {
        let places = &mut places[..16];
        // Pairs 0 1 4 5 and 2 3 6 7.
        let low = detected!(_mm256_unpacklo_ps(self.0, second.0));
        let high = detected!(_mm256_unpackhi_ps(self.0, second.0));
        Self(detected!(_mm256_permute2f128_ps::<0x20>(low, high))).store(places);
        Self(detected!(_mm256_permute2f128_ps::<0x31>(low, high))).store(&mut places[8..]);
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self(detected!(_mm256_fmadd_ps(self.0, factor.0, term.0)))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        Self(detected!(_mm256_fnmadd_ps(self.0, factor.0, term.0)))
    }

    #[inline(always)]
    fn from_words(words: EightWords) -> Self {
        Self(detected!(_mm256_cvtepi32_ps(words.0)))
    }

    #[inline(always)]
    fn bits(self) -> EightWords {
        EightWords(detected!(_mm256_castps_si256(self.0)))
    }

    #[inline(always)]
    fn from_bits(bits: EightWords) -> Self {
        Self(detected!(_mm256_castsi256_ps(bits.0)))
    }

    #[inline(always)]
    fn over(self, divisor: Self) -> Self {
        Self(detected!({
            let is_not_zero = _mm256_cmp_ps::<_CMP_NEQ_UQ>(divisor.0, _mm256_setzero_ps());
            _mm256_and_ps(_mm256_div_ps(self.0, divisor.0), is_not_zero)
        }))
    }

    #[inline(always)]
    fn horizontal_sum(sums: &[[[f32; 8]; 2]], left: &mut [f32], right: &mut [f32]) {
        horizontal_sum::<Self>(sums, left, right);
    }
}

impl Words for EightWords {
    #[inline(always)]
    fn splat(value: u32) -> Self {
        Self(detected!(_mm256_set1_epi32(value as i32)))
    }

    #[inline(always)]
    fn from_lanes(mut word: impl FnMut(usize) -> u32) -> Self {
        let mut words = [0; 8];
        for (lane, place) in words.iter_mut().enumerate() {
            *place = word(lane);
        }
        // SAFETY: there are eight words; and as in `detected`.
        Self(unsafe { _mm256_loadu_si256(words.as_ptr().cast()) })
    }

    #[inline(always)]
    fn store(self, places: &mut [u32]) {
        let places = &mut places[..8];
        // SAFETY: there are eight places; and as in `detected`.
        unsafe { _mm256_storeu_si256(places.as_mut_ptr().cast(), self.0) };
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        Self(detected!(_mm256_sll_epi32(
            self.0,
            _mm_cvtsi32_si128(bits as i32)
        )))
    }

    #[inline(always)]
    fn shift_right(self, bits: u32) -> Self {
        Self(detected!(_mm256_srl_epi32(
            self.0,
            _mm_cvtsi32_si128(bits as i32)
        )))
    }

    #[inline(always)]
    fn at_most(self, limit: Self) -> Self {
        Self(detected!(_mm256_min_epi32(self.0, limit.0)))
    }

    #[inline(always)]
    fn spread_top_bit(self) -> Self {
        Self(detected!(_mm256_srai_epi32::<31>(self.0)))
    }

    #[inline(always)]
    fn top_bits(self) -> u32 {
        detected!(_mm256_movemask_ps(_mm256_castsi256_ps(self.0)) as u32)
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        Self(detected!(_mm256_abs_epi32(self.0)))
    }
}

impl Add for EightPhases {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Self(detected!([_mm256_add_epi64(a, c), _mm256_add_epi64(b, d)]))
    }
}

impl Phases for EightPhases {
    type Words = EightWords;

    #[inline(always)]
    fn load(values: &[u64]) -> Self {
        let values = &values[..8];
        // SAFETY: there are eight values; and as in `detected`.
        Self(unsafe {
            [
                _mm256_loadu_si256(values.as_ptr().cast()),
                _mm256_loadu_si256(values[4..].as_ptr().cast()),
            ]
        })
    }

    #[inline(always)]
    fn store(self, places: &mut [u64]) {
        let places = &mut places[..8];
        let [a, b] = self.0;
        // SAFETY: there are eight places; and as in `detected`.
        unsafe {
            _mm256_storeu_si256(places.as_mut_ptr().cast(), a);
            _mm256_storeu_si256(places[4..].as_mut_ptr().cast(), b);
        }
    }

    #[inline(always)]
    fn shift_left(self, bits: u32) -> Self {
        let [a, b] = self.0;
        Self(detected!({
            let bits = _mm_cvtsi32_si128(bits as i32);
            [_mm256_sll_epi64(a, bits), _mm256_sll_epi64(b, bits)]
        }))
    }

    #[inline(always)]
    fn rounded(self) -> EightWords {
        let [a, b] = self.0;
        EightWords(detected!({
            let half = _mm256_set1_epi64x(1 << 31);
            let a = _mm256_castsi256_ps(_mm256_add_epi64(a, half));
            let b = _mm256_castsi256_ps(_mm256_add_epi64(b, half));
            // Top halves of phases 0 1 4 5 2 3 6 7.
            let mixed = _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(a, b));
            _mm256_permute4x64_epi64::<0b11_01_10_00>(mixed)
        }))
    }
}

impl Taps for TwoVectors {
    // As two halves are unpacked.
    const ORDER: [usize; 8] = [0, 1, 4, 5, 2, 3, 6, 7];

    const HAS_MANY_REGISTERS: bool = false;

    const COLLECTS: bool = false;

    type Orders = ();

    #[inline(always)]
    fn splat(value: f32) -> Self {
        let vector = detected!(_mm256_set1_ps(value));
        Self([vector; 2])
    }

    #[inline(always)]
    fn splat_halves(first: f32, second: f32) -> Self {
        Self(detected!([_mm256_set1_ps(first), _mm256_set1_ps(second)]))
    }

    #[inline(always)]
    fn splat_pair(pair: &[f32; 2]) -> Self {
        // SAFETY: a f64 is read, which may stand at any address, from two floats; and as in
        // `detected`.
        let pairs = unsafe { _mm256_set1_pd(pair.as_ptr().cast::<f64>().read_unaligned()) };
        Self([detected!(_mm256_castpd_ps(pairs)); 2])
    }

    #[inline(always)]
    fn load(values: &[f32; 16]) -> Self {
        Self([Avx2::load(&values[..8]).0, Avx2::load(&values[8..]).0])
    }

    #[inline(always)]
    fn load_halves(first: &[f32; 8], second: &[f32; 8]) -> Self {
        Self([Avx2::load(first).0, Avx2::load(second).0])
    }

    #[inline(always)]
    fn store(self, places: &mut [f32; 16]) {
        Avx2(self.0[0]).store(&mut places[..8]);
        Avx2(self.0[1]).store(&mut places[8..]);
    }

    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, factor.0);
        Self(detected!([_mm256_mul_ps(a, c), _mm256_mul_ps(b, d)]))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let ([a, b], [c, d], [e, f]) = (self.0, factor.0, term.0);
        Self(detected!([
            _mm256_fmadd_ps(a, c, e),
            _mm256_fmadd_ps(b, d, f)
        ]))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, term: Self) -> Self {
        let ([a, b], [c, d], [e, f]) = (self.0, factor.0, term.0);
        Self(detected!([
            _mm256_fnmadd_ps(a, c, e),
            _mm256_fnmadd_ps(b, d, f)
        ]))
    }

    #[inline(always)]
    fn double_first(self) -> Self {
        let [half, _] = self.0;
        Self(detected!([
            _mm256_unpacklo_ps(half, half),
            _mm256_unpackhi_ps(half, half)
        ]))
    }

    #[inline(always)]
    fn double_second(self) -> Self {
        let [_, half] = self.0;
        Self(detected!([
            _mm256_unpacklo_ps(half, half),
            _mm256_unpackhi_ps(half, half)
        ]))
    }

    #[inline(always)]
    fn orders() {}

    #[inline(always)]
    fn powers((): (), low: &[f32; 4], fourth: f32) -> Self {
        // SAFETY: there are four values; and as in `detected`.
        let low = unsafe { _mm256_broadcast_ps(&*low.as_ptr().cast()) };
        Self(detected!({
            let low = _mm256_permutevar_ps(low, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
            let factors = _mm256_setr_ps(
                1.0 / 24.0,
                1.0 / 24.0,
                1.0 / 120.0,
                1.0 / 120.0,
                1.0 / 360.0,
                1.0 / 360.0,
                1.0 / 840.0,
                1.0 / 840.0,
            );
            let high = _mm256_mul_ps(low, _mm256_mul_ps(factors, _mm256_set1_ps(fourth)));
            [low, high]
        }))
    }

    #[inline(always)]
    fn derivative(self, (): ()) -> Self {
        let [low, high] = self.0;
        Self(detected!({
            let low = _mm256_castps_pd(low);
            let high = _mm256_castps_pd(high);
            // (0, pairs 0 1) and (pairs 2 3, 4 5).
            let before_low = _mm256_permute2f128_pd::<0x08>(low, low);
            let before_high = _mm256_permute2f128_pd::<0x21>(low, high);
            [
                _mm256_castpd_ps(_mm256_shuffle_pd::<0b0101>(before_low, low)),
                _mm256_castpd_ps(_mm256_shuffle_pd::<0b0101>(before_high, high)),
            ]
        }))
    }
}
