//! Blur: evens out the levels of neighbours.
//!
//! On powers, passes of ¼ ½ ¼ to neighbours at distances of 1, 2, 4, 8 and 16 partials; b 0…1 fades them
//! in one after the other. Where a neighbour does not exist, its quarter stays with the partial, so that
//! every pass leaves the power of all as it is. Error below 0.001 dB.

use super::{Places, Shaper};
use crate::at_level;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param};

const DISTANCES: [usize; 5] = [1, 2, 4, 8, 16];

/// As it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blur {
    /// b, 0 to 1.
    amount: f32,
}

impl Shaper for Blur {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::BLUR) > 0.0
    }

    fn read(values: &VoiceValues) -> Blur {
        Blur {
            amount: values.get(Param::BLUR),
        }
    }

    fn apply(&self, places: &Places, gains: &mut [f32]) {
        let mut before = [0.0; MAX_PARTIALS];
        for block in places.blocks.of(gains) {
            let before = &mut before[..block.len()];
            square(places.level, block);
            for (passes, distance) in DISTANCES.into_iter().enumerate() {
                let part = self.amount * DISTANCES.len() as f32 - passes as f32;
                if part > 0.0 {
                    before.copy_from_slice(block);
                    pass(places.level, 0.25 * part.min(1.0), distance, before, block);
                }
            }
            root(places.level, block);
        }
    }
}

/// Each partial gives `part` to its neighbour at `distance` on either side, and gets the same of theirs.
fn pass(
    level: crate::dsp::simd_level::SimdLevel,
    part: f32,
    distance: usize,
    before: &[f32],
    powers: &mut [f32],
) {
    let Some(pairs) = powers.len().checked_sub(distance) else {
        return;
    };
    exchange(
        level,
        part,
        &before[..pairs],
        &before[distance..],
        &mut powers[..pairs],
    );
    exchange(
        level,
        part,
        &before[distance..],
        &before[..pairs],
        &mut powers[distance..],
    );
}

at_level! {
    fn exchange(part: f32, own: &[f32], other: &[f32], powers: &mut [f32]) {
        for ((power, own), other) in powers.iter_mut().zip(own).zip(other) {
            *power += part * (other - own);
        }
    }
}

at_level! {
    fn square(gains: &mut [f32]) {
        for gain in gains.iter_mut() {
            *gain *= *gain;
        }
    }
}

at_level! {
    fn root(powers: &mut [f32]) {
        for power in powers.iter_mut() {
            // Rounding may leave a little less than nothing.
            *power = if *power > 0.0 { power.sqrt() } else { 0.0 };
        }
    }
}
