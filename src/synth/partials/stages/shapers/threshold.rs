//! Threshold: fades out partials that are soft beside the loudest.
//!
//! w = 1/(1 + e^(θ/1.5)), with θ how far a partial is below the loudest less T, dB. The parameter is −T,
//! −96 dB (off) to −3 dB. Error below 0.001 dB where w is above −90 dB.

use super::loudness::{MIN_GAIN, loudest};
use super::{GROUPS_AT_ONCE, PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{
    DB_PER_OCTAVE_PER_POWER, at_least, at_most, log2_parts, quick_exp2, quick_log2_of_parts,
};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{Param, THRESHOLD_OFF_DB};
use crate::synth::partials::array::GROUP;

/// Over how many dB w falls by a factor of e.
const SOFTNESS_DB: f32 = 1.5;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// −T.
    level_db: f32,
}

impl Shaper for Threshold {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::THRESHOLD) > THRESHOLD_OFF_DB
    }

    fn read(values: &VoiceValues) -> Threshold {
        Threshold {
            level_db: values.get(Param::THRESHOLD),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let loudest = loudest(places.level, gains);
        if loudest > MIN_GAIN {
            const PER_DB: f32 = std::f32::consts::LOG2_E / SOFTNESS_DB;
            let per_octave = -PER_DB * DB_PER_OCTAVE_PER_POWER;
            threshold(
                places.level,
                per_octave,
                PER_DB * self.level_db,
                loudest,
                gains,
            );
        }
    }
}

at_level! {
    /// Of whole groups of gains. log₂ e^(θ/1.5) is `per_octave`·log₂(g/M) + `offset`.
    fn threshold(per_octave: f32, offset: f32, loudest: f32, gains: &mut [f32]) {
        let scale = 1.0 / loudest;
        let mut powers = Aligned::<_, GROUPS_AT_ONCE>::filled([0.0; GROUP]);
        let mut parts = Aligned::<_, GROUPS_AT_ONCE>::filled([0.0; GROUP]);
        for gains in gains.as_chunks_mut::<GROUP>().0.chunks_mut(GROUPS_AT_ONCE) {
            let powers = powers[..gains.len()].as_flattened_mut();
            let parts = parts[..gains.len()].as_flattened_mut();
            let gains = gains.as_flattened_mut();
            // In four loops: the chain of one partial is long, and of short ones more overlap.
            for ((exponent, part), gain) in powers.iter_mut().zip(&mut *parts).zip(&*gains) {
                (*exponent, *part) = log2_parts(at_least(gain * scale, 1e-30));
            }
            for (power, part) in powers.iter_mut().zip(parts) {
                let octaves = quick_log2_of_parts(*power, *part);
                // 2^120 leaves nothing of a gain already.
                *power = at_most(octaves * per_octave + offset, 120.0);
            }
            for power in powers.iter_mut() {
                *power = quick_exp2(*power);
            }
            for (gain, power) in gains.iter_mut().zip(powers) {
                *gain /= 1.0 + *power;
            }
        }
    }
}
