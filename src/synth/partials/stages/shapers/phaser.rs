//! Phaser: notches at equal distances in octaves.
//!
//! w = 1 − a + a·|cos π·d·x|, x = log₂(f/fc), with a 0…1 and d notches an octave, ¼…4. Phases are worked
//! out in f64. Error below 0.001 dB where w is above −90 dB, at the octaves that the frame has, whose own
//! error is below 0.001 cent.

use super::{PARTIALS_AT_ONCE, PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{distance_from_whole, sine_of_half_turns};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phaser {
    /// a, 0 to 1.
    amount: f32,
    /// fc.
    center_hz: f32,
    /// d.
    notches: f32,
}

impl Shaper for Phaser {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::PHASER) > 0.0
    }

    fn read(values: &VoiceValues) -> Phaser {
        Phaser {
            amount: values.get(Param::PHASER),
            center_hz: values.get(Param::PHASER_CENTER),
            notches: values.get(Param::PHASER_NOTCHES),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let half_turns_per_octave = f64::from(self.notches);
        let octaves = libm::log2(places.fundamental_hz / f64::from(self.center_hz));
        // The cosine is the sine half a turn of its half later.
        let offset = half_turns_per_octave * octaves + 0.5;
        phaser(
            places.level,
            self.amount,
            half_turns_per_octave,
            offset,
            places.log2_ratio,
            gains,
        );
    }
}

at_level! {
    fn phaser(
        amount: f32,
        half_turns_per_octave: f64,
        offset: f64,
        log2_ratio: &[f32],
        gains: &mut [f32],
    ) {
        let mut distances = Aligned::<f32, PARTIALS_AT_ONCE>::filled(0.0);
        let chunks = gains.chunks_mut(PARTIALS_AT_ONCE).zip(log2_ratio.chunks(PARTIALS_AT_ONCE));
        for (gains, log2_ratio) in chunks {
            let distances = &mut distances[..gains.len()];
            // In two loops: the chain of one partial is long, and of short ones more overlap.
            for (distance, octaves) in distances.iter_mut().zip(log2_ratio) {
                let half_turns = f64::from(*octaves) * half_turns_per_octave + offset;
                *distance = distance_from_whole(half_turns);
            }
            for (gain, distance) in gains.iter_mut().zip(distances) {
                let cosine = sine_of_half_turns(*distance).abs();
                *gain *= 1.0 - amount + amount * cosine;
            }
        }
    }
}
