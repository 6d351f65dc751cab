//! Random numbers as a pure function of a seed and a position, so that the same notes give the same
//! bits in whatever order the numbers are computed.
//!
//! Vectors have no 64-bit product: for many numbers at once there is a generator of 32 bits, whose
//! numbers are other ones.
//!
//! Sources: the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014); `lowbias32` of Chris Wellons, "Prospecting for Hash Functions" (2018),
//! public domain.

/// 64 random bits for `seed` at the position `place`.
pub fn bits(seed: u64, place: u64) -> u64 {
    let mut z = seed ^ place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // Two rounds, because seeds are small consecutive numbers.
    for _ in 0..2 {
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
    }
    z
}

/// A random number from −1 (inclusive) to 1 (exclusive) for `seed` at the position `place`.
pub fn bipolar(seed: u64, place: u64) -> f64 {
    // 53 bits fill an f64 exactly.
    (bits(seed, place) >> 11) as f64 * (2.0 / 9_007_199_254_740_992.0) - 1.0
}

/// 32 bits that look random: `lowbias32`.
#[inline(always)]
pub fn short_bits(x: u32) -> u32 {
    let x = (x ^ x >> 16).wrapping_mul(0x7feb_352d);
    let x = (x ^ x >> 15).wrapping_mul(0x846c_a68b);
    x ^ x >> 16
}

/// As [`bipolar`], from the generator of 32 bits.
#[inline(always)]
pub fn short_bipolar(seed: u32, place: u32) -> f32 {
    (short_bits(seed ^ short_bits(place)) >> 8) as i32 as f32 * (1.0 / 8_388_608.0) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_uniform_and_uncorrelated() {
        let count = 100_000;
        let (mut sum, mut squares, mut products) = (0.0, 0.0, 0.0);
        for place in 0..count {
            let x = bipolar(1, place);
            assert!((-1.0..1.0).contains(&x));
            sum += x;
            squares += x * x;
            products += x * bipolar(1, place + 1) + x * bipolar(2, place);
        }
        let n = count as f64;
        assert!((sum / n).abs() < 0.01);
        assert!((squares / n - 1.0 / 3.0).abs() < 0.01);
        assert!((products / n).abs() < 0.02);
    }
}
