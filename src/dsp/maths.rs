//! Unit conversions and functions of the control path.
//!
//! [`exp2`], [`log2`], their quick and long kinds and the sines are
//! polynomials without branches, so a loop over arrays is vectorised at every
//! [`SimdLevel`](crate::dsp::simd_level::SimdLevel). All levels give the same bits: the functions use only
//! operations that IEEE 754 defines to the bit, and nothing is fused. The coefficients are minimax
//! fits by Remez's exchange algorithm, rounded to f32, if not said otherwise. The other functions use `libm`, which
//! is Rust code and gives the same results on every machine.

/// Decibels per doubling of amplitude: 20·log₁₀ 2.
pub const DB_PER_OCTAVE_PER_POWER: f32 = 6.020_6;

/// 1.5·2²³. Adding it to a small float leaves the nearest integer in the lowest bits.
const ROUNDER: f32 = 12_582_912.0;

/// 1.5·2⁵². As [`ROUNDER`], for an `f64`.
const LONG_ROUNDER: f64 = 6_755_399_441_055_744.0;

/// 2^x, with x clamped to ±126. Relative error below 2e-7; exact for whole x.
#[expect(
    clippy::approx_constant,
    reason = "coefficients are fitted, whatever they are near"
)]
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = at_least(at_most(x, 126.0), -126.0);
    let rounded = x + ROUNDER;
    let f = x - (rounded - ROUNDER);
    let mut sum = 0.000_153_458_12;
    for coefficient in [
        0.001_339_993_1,
        0.009_618_489,
        0.055_503_286,
        0.240_226_46,
        0.693_147_2,
        1.0,
    ] {
        sum = sum * f + coefficient;
    }
    // The lowest bits of `rounded` hold the integer; the shift discards the others.
    let power = (rounded.to_bits() << 23).wrapping_add(127 << 23);
    sum * f32::from_bits(power)
}

/// log₂ of a positive, normal number. Absolute error below 4e-7 from 2^−16 to 2^16; exact for powers
/// of two.
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let (exponent, s) = log2_parts(x);
    let square = s * s;
    let mut sum = 0.431_747_14;
    for coefficient in [0.576_713_9, 0.961_798_85, 2.885_39] {
        sum = sum * square + coefficient;
    }
    exponent + s * sum
}

/// The exponent of a positive, normal number whose mantissa m is from √½ to √2, and (m−1)/(m+1). What it gives for
/// other numbers is finite.
#[inline(always)]
pub fn log2_parts(x: f32) -> (f32, f32) {
    const ROOT_OF_HALF: u32 = 0x3f35_04f3;
    let exponent = (x.to_bits().wrapping_sub(ROOT_OF_HALF) as i32) >> 23;
    let mantissa = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32));
    (exponent as f32, (mantissa - 1.0) / (mantissa + 1.0))
}

/// 2^x for x from −126 to 126, at less cost than [`exp2`]. Relative error below 4e-6, 0.00003 dB; exact
/// for whole x.
// A quadratic of quadratics: a chain of half the length, so that more of them overlap.
#[inline(always)]
pub fn quick_exp2(x: f32) -> f32 {
    let rounded = x + ROUNDER;
    let f = x - (rounded - ROUNDER);
    let square = f * f;
    let low = 1.0 + 0.693_124_2 * f;
    let high = (0.240_240_99 + 0.055_906_426 * f) + 0.009_582_853 * square;
    // As in `exp2`, added to the exponent that the sum has.
    f32::from_bits(
        (low + high * square)
            .to_bits()
            .wrapping_add(rounded.to_bits() << 23),
    )
}

/// log₂ of a positive, normal number, at less cost than [`log2`]. Absolute error below 6e-7 from 2^−16 to
/// 2^16, relative error below 4e-7 from ½ to 2; exact for powers of two.
#[inline(always)]
pub fn quick_log2(x: f32) -> f32 {
    let (exponent, s) = log2_parts(x);
    quick_log2_of_parts(exponent, s)
}

/// [`quick_log2`] of a number by its [`log2_parts`], for loops that work these out before.
#[inline(always)]
pub fn quick_log2_of_parts(exponent: f32, s: f32) -> f32 {
    let square = s * s;
    exponent + s * ((0.595_780_73 * square + 0.961_588_3) * square + 2.885_390_5)
}

/// log₂ of the quotient of two positive, normal numbers, by one division. Absolute error below 2e-6 from 2^−16 to
/// 2^16; exact for powers of two.
#[inline(always)]
pub fn quick_log2_of_quotient(x: f32, y: f32) -> f32 {
    // The bits of a number are its logarithm within 0.09 octaves. So the quotient of x and this power of two times y is
    // from 2^−0.59 to 2^0.59.
    const HALF: u32 = 1 << 22;
    let exponent = x.to_bits().wrapping_sub(y.to_bits()).wrapping_add(HALF) as i32 >> 23;
    let y = f32::from_bits(y.to_bits().wrapping_add((exponent << 23) as u32));
    let s = (x - y) / (x + y);
    quick_log2_of_parts(exponent as f32, s)
}

/// 2^x in f64 for |x| up to 1,000. Relative error below 3e-10; exact for whole x. The coefficients are those
/// of the power series.
#[inline(always)]
pub fn exp2_f64(x: f64) -> f64 {
    let rounded = x + LONG_ROUNDER;
    let f = (x - (rounded - LONG_ROUNDER)) * core::f64::consts::LN_2;
    let mut sum = 1.0 / 40_320.0;
    for divisor in [5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        sum = sum * f + 1.0 / divisor;
    }
    // As in `exp2`.
    sum * f64::from_bits((rounded.to_bits() << 52).wrapping_add(1_023 << 52))
}

/// log₂ in f64 of a number from 2^−60 to 2^60. Absolute error below 2e-9; exact for powers of two. The
/// coefficients are those of the power series of the inverse hyperbolic tangent.
#[inline(always)]
pub fn log2_f64(x: f64) -> f64 {
    let (whole, s) = log2_parts_f64(x);
    let square = s * s;
    let mut sum = 1.0 / 9.0;
    for divisor in [7.0, 5.0, 3.0, 1.0] {
        sum = sum * square + 1.0 / divisor;
    }
    whole + 2.0 * core::f64::consts::LOG2_E * s * sum
}

/// As [`log2_f64`], by more terms of the series. Absolute error below 1e-15 and one rounding of the result.
#[inline(always)]
pub fn long_log2_f64(x: f64) -> f64 {
    let (whole, s) = log2_parts_f64(x);
    let square = s * s;
    let mut sum = 1.0 / 21.0;
    for divisor in [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum * square + 1.0 / divisor;
    }
    whole + 2.0 * core::f64::consts::LOG2_E * s * sum
}

/// The exponent of a number from 2^−60 to 2^60 whose mantissa m is from √½ to √2, and (m−1)/(m+1).
#[inline(always)]
fn log2_parts_f64(x: f64) -> (f64, f64) {
    const ROOT_OF_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const BIAS: u64 = 64;
    /// An f64 of 2⁵² with a whole number in its lowest bits is that number more.
    const WHOLE: u64 = 0x4330_0000_0000_0000;
    // Biased, so that no vector has to shift signed numbers.
    let bits = x.to_bits();
    let exponent = bits.wrapping_sub(ROOT_OF_HALF).wrapping_add(BIAS << 52) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_sub(exponent.wrapping_sub(BIAS) << 52));
    let whole = f64::from_bits(exponent | WHOLE) - f64::from_bits(WHOLE | BIAS);
    (whole, (mantissa - 1.0) / (mantissa + 1.0))
}

/// |sin 2πx| for |x| up to 2²¹. Absolute error below 3e-7; exactly 0 at every half turn.
#[inline(always)]
pub fn sine_magnitude_of_turns(x: f32) -> f32 {
    let distance = (x - ((x + ROUNDER) - ROUNDER)).abs();
    // Folded to a quarter of a turn. Each half of it has its own polynomial.
    let folded = 0.25 - (distance - 0.25).abs();
    let (low, _) = sine_cosine_of_octant(8.0 * folded);
    let (_, high) = sine_cosine_of_octant(2.0 - 8.0 * folded);
    if folded > 0.125 { high } else { low }
}

/// Sine and cosine of x·π/4 for |x| up to 1. Absolute error below 2e-7; exact at 0.
#[expect(
    clippy::approx_constant,
    reason = "coefficients are fitted, whatever they are near"
)]
#[inline(always)]
pub fn sine_cosine_of_octant(x: f32) -> (f32, f32) {
    let square = x * x;
    let mut sine = -3.595_451e-5;
    for coefficient in [0.002_490_007, -0.080_745_436, 0.785_398_2] {
        sine = sine * square + coefficient;
    }
    let mut cosine = 3.529_811_2e-6;
    for coefficient in [-0.000_325_938_63, 0.015_854_325, -0.308_425_13, 1.0] {
        cosine = cosine * square + coefficient;
    }
    (sine * x, cosine)
}

/// sin πx for |x| up to ½. Relative error below 6e-7, so that it is as good near its zero; exact at 0.
#[inline(always)]
pub fn sine_of_half_turns(x: f32) -> f32 {
    let (sine, cosine) = sine_cosine_of_octant(2.0 * x);
    2.0 * sine * cosine
}

/// sin πx for x from 0 to 0.6, at less cost than [`sine_of_half_turns`]. Relative error below 6e-7; exact
/// at 0. A polynomial in x − x², which is the same on both sides of ½ as the sine is.
#[expect(
    clippy::approx_constant,
    reason = "coefficients are fitted, whatever they are near"
)]
#[inline(always)]
pub fn sine_of_positive_half_turns(x: f32) -> f32 {
    let v = x - x * x;
    let low = 3.141_592 + 3.141_680_2 * v;
    let high = 1.113_672_1 + 0.216_485_32 * v;
    v * (low + high * (v * v))
}

/// The distance of x from the nearest whole number, −½ to ½, for |x| up to 2⁵¹: what is left of a phase
/// in turns. In f64, since that of a high partial has many turns and few digits left for their part.
#[inline(always)]
pub fn distance_from_whole(x: f64) -> f32 {
    (x - ((x + LONG_ROUNDER) - LONG_ROUNDER)) as f32
}

/// As [`distance_from_whole`], for an `f32` with |x| up to 2²².
#[inline(always)]
pub fn short_distance_from_whole(x: f32) -> f32 {
    /// 1.5·2²³: adding it leaves the nearest integer in the lowest bits.
    const SHORT_ROUNDER: f32 = 12_582_912.0;
    x - ((x + SHORT_ROUNDER) - SHORT_ROUNDER)
}

/// The minimum of `x` and `limit`. Passes a NaN in `x` on, unlike [`f32::min`].
#[inline(always)]
pub fn at_most(x: f32, limit: f32) -> f32 {
    if x > limit { limit } else { x }
}

/// The maximum of `x` and `limit`. Passes a NaN in `x` on, unlike [`f32::max`].
#[inline(always)]
pub fn at_least(x: f32, limit: f32) -> f32 {
    if x < limit { limit } else { x }
}

/// Linear gain of a level in decibels.
pub fn gain_from_db(db: f32) -> f32 {
    libm::exp2f(db * (1.0 / DB_PER_OCTAVE_PER_POWER))
}

/// Frequency ratio of an interval in semitones.
pub fn ratio_from_semitones(semitones: f64) -> f64 {
    libm::exp2(semitones / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::at_level;
    use crate::dsp::simd_level::SimdLevel;

    #[test]
    fn powers_of_two() {
        for step in -125_999..126_000 {
            let x = step as f32 * 1e-3;
            let error = f64::from(exp2(x)) / libm::exp2(f64::from(x)) - 1.0;
            assert!(error.abs() < 2e-7, "2^{x}: {error:e}");
            let error = f64::from(quick_exp2(x)) / libm::exp2(f64::from(x)) - 1.0;
            assert!(error.abs() < 4e-6, "quick 2^{x}: {error:e}");
        }
        for whole in -126..=126 {
            assert_eq!(f64::from(exp2(whole as f32)), libm::exp2(f64::from(whole)));
            assert_eq!(quick_exp2(whole as f32), exp2(whole as f32));
        }
        assert_eq!(exp2(1e9), exp2(126.0));
        assert_eq!(exp2(-1e9), exp2(-126.0));
        assert!(exp2(f32::NAN).is_nan());
    }

    #[test]
    fn logarithms() {
        for step in 1..400_000 {
            for x in [step as f32 * 0.1, 1.0 / step as f32] {
                let error = f64::from(log2(x)) - libm::log2(f64::from(x));
                assert!(error.abs() < 1.2e-6, "log2 {x}: {error:e}");
                let error = f64::from(quick_log2(x)) - libm::log2(f64::from(x));
                assert!(error.abs() < 1.2e-6, "quick log2 {x}: {error:e}");
            }
        }
        for step in 500_000..2_000_000 {
            let x = step as f32 * 1e-6;
            let exact = libm::log2(f64::from(x));
            let error = f64::from(quick_log2(x)) - exact;
            assert!(
                error.abs() <= 4e-7 * exact.abs(),
                "quick log2 {x}: {error:e}"
            );
        }
        // Contrast takes the parts of any gain, and sorts out afterwards what has no logarithm.
        for x in [0.0, -0.0, 1e-40, -1.0, f32::INFINITY, f32::NAN] {
            let (exponent, part) = log2_parts(x);
            assert!(exponent.is_finite() && part.abs() < 0.2, "parts of {x}");
        }
        assert_eq!(log2_parts(0.0), (-127.0, 0.0));
        for whole in -100..=100 {
            let power = libm::exp2(f64::from(whole)) as f32;
            assert_eq!(log2(power), whole as f32);
            assert_eq!(quick_log2(power), whole as f32);
        }
    }

    #[test]
    fn logarithms_of_quotients() {
        for step in 0..200_000 {
            let x = 1.0 + step as f32 * 5e-6;
            let y = 1.0 + (step * 7_919 % 200_000) as f32 * 5e-6;
            for power in [-15, -1, 0, 1, 15] {
                let x = x * libm::exp2f(power as f32);
                let error = f64::from(quick_log2_of_quotient(x, y))
                    - libm::log2(f64::from(x) / f64::from(y));
                assert!(error.abs() < 2e-6, "log2 {x}/{y}: {error:e}");
            }
        }
        for whole in -30..=30 {
            let power = libm::exp2f(whole as f32);
            assert_eq!(quick_log2_of_quotient(0.3 * power, 0.3), whole as f32);
        }
    }

    #[test]
    fn long_powers_and_logarithms() {
        for step in -400_000..=400_000 {
            let x = f64::from(step) * 1e-4;
            let error = exp2_f64(x) / libm::exp2(x) - 1.0;
            assert!(error.abs() < 3e-10, "2^{x}: {error:e}");
            let error = log2_f64(libm::exp2(x)) - x;
            assert!(error.abs() < 2e-9, "log2 2^{x}: {error:e}");
            let power = libm::exp2(x);
            let error = long_log2_f64(power) - libm::log2(power);
            // The result is rounded: by half a unit in its last place, twice.
            assert!(
                error.abs() <= 1e-15 + x.abs() * f64::EPSILON,
                "long log2 2^{x}: {error:e}"
            );
        }
        for whole in -60..=60 {
            let power = libm::exp2(f64::from(whole));
            assert_eq!(exp2_f64(f64::from(whole)), power);
            assert_eq!(log2_f64(power), f64::from(whole));
            assert_eq!(long_log2_f64(power), f64::from(whole));
        }
    }

    #[test]
    fn sines_and_cosines() {
        for step in -100_000..=100_000 {
            let x = step as f32 * 1e-5;
            let angle = f64::from(x) * std::f64::consts::FRAC_PI_4;
            let (sine, cosine) = sine_cosine_of_octant(x);
            assert!((f64::from(sine) - angle.sin()).abs() < 2e-7, "sin {x}");
            assert!((f64::from(cosine) - angle.cos()).abs() < 2e-7, "cos {x}");
            let turns = step as f32 * 0.123_4;
            let exact = (f64::from(turns).fract() * std::f64::consts::TAU)
                .sin()
                .abs();
            let magnitude = f64::from(sine_magnitude_of_turns(turns));
            assert!((magnitude - exact).abs() < 3e-7, "|sin| {turns}");
        }
        assert_eq!(sine_cosine_of_octant(0.0), (0.0, 1.0));
        for half in -8..8 {
            assert_eq!(sine_magnitude_of_turns(half as f32 * 0.5), 0.0);
        }
    }

    #[test]
    fn half_turns() {
        for step in 1..=500_000 {
            let x = step as f32 * 1e-6;
            let exact = (f64::from(x) * std::f64::consts::PI).sin();
            for (x, exact) in [(x, exact), (-x, -exact)] {
                let error = f64::from(sine_of_half_turns(x)) / exact - 1.0;
                assert!(error.abs() < 6e-7, "sin {x}π: {error:e}");
            }
        }
        for step in 1..=600_000 {
            let x = step as f32 * 1e-6;
            let exact = (f64::from(x) * std::f64::consts::PI).sin();
            let error = f64::from(sine_of_positive_half_turns(x)) / exact - 1.0;
            assert!(error.abs() < 6e-7, "sin {x}π: {error:e}");
        }
        assert_eq!(sine_of_half_turns(0.0), 0.0);
        assert_eq!(sine_of_positive_half_turns(0.0), 0.0);
        for (x, distance) in [(0.25, 0.25), (3.75, -0.25), (-7.125, -0.125), (1e9, 0.0)] {
            assert_eq!(distance_from_whole(x), distance);
        }
        // Nothing of the part is lost.
        assert_eq!(
            distance_from_whole(100_000.0 + 2e-8),
            100_000.0_f64.mul_add(-1.0, 100_000.0 + 2e-8) as f32
        );
    }

    at_level! {
        fn all(x: &[f32], y: &mut [f32]) {
            for (x, y) in x.iter().zip(y) {
                let (sine, cosine) = sine_cosine_of_octant(1.0 / x);
                let half_turns = sine_of_half_turns(distance_from_whole(f64::from(*x) * 0.1));
                let long = exp2_f64(0.3 * log2_f64(f64::from(*x))) as f32;
                let quick = quick_log2(*x) + quick_log2_of_quotient(*x, 0.7) + quick_exp2(1.0 / x) + sine_of_positive_half_turns(1.0 / (x + 2.0));
                *y = long + quick + log2(*x) + exp2(1.0 / x) + sine_magnitude_of_turns(*x) + sine * cosine + half_turns;
            }
        }
    }

    #[test]
    fn the_same_bits_at_every_level() {
        let x: Vec<f32> = (1..10_000).map(|step| step as f32 * 1.37).collect();
        let mut portable = vec![0.0; x.len()];
        all(SimdLevel::PORTABLE, &x, &mut portable);
        for level in SimdLevel::available() {
            let mut y = vec![0.0; x.len()];
            all(level, &x, &mut y);
            assert_eq!(y, portable, "{level:?}");
        }
    }

    #[test]
    fn units() {
        assert!((gain_from_db(-20.0) - 0.1).abs() < 1e-7);
        assert_eq!(gain_from_db(0.0), 1.0);
        assert!((ratio_from_semitones(7.0) - 1.498_307_076_876_681_5).abs() < 1e-15);
    }
}
