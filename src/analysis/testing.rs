//! Sounds for the tests of the analysis.

/// White noise of variance 1/3, from −1 to 1, of a linear congruential generator.
pub fn white_noise(seed: u64, samples: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / 8_388_608.0) - 1.0
    };
    (0..samples).map(|_| next()).collect()
}
