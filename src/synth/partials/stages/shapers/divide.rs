//! Divide: takes out the partials between every k-th.
//!
//! w = 1 − a + a·(½ + ½cos 2π(n−1)/k)^q, with a 0…1, k 1…16 real, q 1…64. The cosine is that of half the
//! angle, squared: ½ + ½cos 2x = cos²x. Its phase (n−1)/k is large beside what is left of it without
//! whole turns. So 1/k is split into a coarse part, whose products with whole numbers an f32 holds exactly,
//! and a fine part, whose products are small. Error below 0.001 dB where w is above −90 dB.

use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{
    at_least, exp2, quick_exp2, quick_log2, short_distance_from_whole, sine_of_positive_half_turns,
};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divide {
    /// a, 0 to 1.
    amount: f32,
    /// k.
    step: f32,
    /// q.
    sharpness: f32,
}

/// Coarse parts are multiples of 1 over this: their products with numbers up to 512 have 23 bits.
const COARSE: f64 = 16_384.0;

impl Shaper for Divide {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::DIVIDE) > 0.0
    }

    fn read(values: &VoiceValues) -> Divide {
        Divide {
            amount: values.get(Param::DIVIDE),
            step: values.get(Param::DIVIDE_STEP),
            sharpness: values.get(Param::DIVIDE_SHARPNESS),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let per_number = 1.0 / f64::from(self.step);
        let coarse = (per_number * COARSE).round() / COARSE;
        let parts = (coarse as f32, (per_number - coarse) as f32);
        divide(places.level, self, parts, places.n, gains);
    }
}

at_level! {
    /// `per_number` are the coarse and the fine part of 1/k.
    fn divide(settings: &Divide, per_number: (f32, f32), n: &[f32], gains: &mut [f32]) {
        let (amount, power) = (settings.amount, 2.0 * settings.sharpness);
        let rest = 1.0 - amount;
        let mut octaves = Aligned::<f32, MAX_PARTIALS>::filled(0.0);
        // 2^−100 is nothing already, and far from numbers that are slow to work with.
        let least = exp2(-100.0 / power);
        // One loop for each step: the chain of one partial is long, and of short ones more overlap.
        for (gains, n) in gains.chunks_mut(MAX_PARTIALS).zip(n.chunks(MAX_PARTIALS)) {
            let octaves = &mut octaves[..gains.len()];
            for (half_turns, n) in octaves.iter_mut().zip(n) {
                let before = n - 1.0;
                let coarse = short_distance_from_whole(before * per_number.0 + 0.5);
                *half_turns = (coarse + before * per_number.1).abs();
            }
            for cosine in octaves.iter_mut() {
                *cosine = at_least(sine_of_positive_half_turns(*cosine), least);
            }
            for octaves in octaves.iter_mut() {
                *octaves = power * quick_log2(*octaves);
            }
            for (gain, octaves) in gains.iter_mut().zip(octaves) {
                *gain *= rest + amount * quick_exp2(*octaves);
            }
        }
    }
}
