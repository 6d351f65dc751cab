//! Contrast: the levels of the partials below the loudest, stretched or shrunk.
//!
//! g ← M·(g/M)^(4^c), with M the loudest and c −1…1: at −1 every decibel below the loudest becomes a
//! quarter, at 1 four. A gain of 0 stays. Error below 0.001 dB where the new gain is above −90 dB of M.

use super::loudness::{MIN_GAIN, loudest};
use super::{GROUPS_AT_ONCE, PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{at_least, log2_parts, quick_exp2, quick_log2_of_parts};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::GROUP;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// c, −1 to 1.
    amount: f32,
}

impl Shaper for Contrast {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::CONTRAST) != 0.0
    }

    fn read(values: &VoiceValues) -> Contrast {
        Contrast {
            amount: values.get(Param::CONTRAST),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let loudest = loudest(places.level, gains);
        if loudest > MIN_GAIN {
            let power = libm::exp2f(2.0 * self.amount);
            contrast(places.level, power, loudest, gains);
        }
    }
}

at_level! {
    /// Of whole groups of gains.
    fn contrast(power: f32, loudest: f32, gains: &mut [f32]) {
        const LEAST_PART: f32 = 1e-30;
        let scale = 1.0 / loudest;
        let mut octaves = Aligned::<_, GROUPS_AT_ONCE>::filled([0.0; GROUP]);
        let mut parts = Aligned::<_, GROUPS_AT_ONCE>::filled([0.0; GROUP]);
        for gains in gains.as_chunks_mut::<GROUP>().0.chunks_mut(GROUPS_AT_ONCE) {
            let octaves = octaves[..gains.len()].as_flattened_mut();
            let parts = parts[..gains.len()].as_flattened_mut();
            let gains = gains.as_flattened_mut();
            // In three loops: the chain of one partial is long, and of short ones more overlap.
            for ((exponent, part), gain) in octaves.iter_mut().zip(&mut *parts).zip(&*gains) {
                (*exponent, *part) = log2_parts(gain * scale);
            }
            for (octaves, part) in octaves.iter_mut().zip(parts) {
                let new = power * quick_log2_of_parts(*octaves, *part);
                // 2^−120 is nothing already.
                *octaves = at_least(new, -120.0);
            }
            for (gain, octaves) in gains.iter_mut().zip(octaves) {
                let new = loudest * quick_exp2(*octaves);
                *gain = if *gain * scale > LEAST_PART { new } else { 0.0 };
            }
        }
    }
}
