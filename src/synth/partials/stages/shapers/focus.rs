//! Focus: raises or lowers the partials around one.
//!
//! w = 10^(G/20·e^(−(log₂(n/p)/w)²)), with G ±24 dB, p 1…128, w 0.1…4 octaves. Error below 0.001 dB.

use super::{Places, Shaper};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, exp2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;

/// As it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Focus {
    /// G.
    gain_db: f32,
    /// p.
    partial: f32,
    /// w.
    width_octaves: f32,
}

impl Shaper for Focus {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::FOCUS) != 0.0
    }

    fn read(values: &VoiceValues) -> Focus {
        Focus {
            gain_db: values.get(Param::FOCUS),
            partial: values.get(Param::FOCUS_PARTIAL),
            width_octaves: values.get(Param::FOCUS_WIDTH),
        }
    }

    fn apply(&self, places: &Places, gains: &mut [f32]) {
        let power = self.gain_db / DB_PER_OCTAVE_PER_POWER;
        let middle = libm::log2f(self.partial);
        let per_octave = libm::sqrtf(std::f32::consts::LOG2_E) / self.width_octaves;
        focus(
            places.level,
            power,
            middle,
            per_octave,
            places.log2_n,
            gains,
        );
    }
}

at_level! {
    /// `per_octave` is √(log₂ e)/w.
    fn focus(power: f32, middle: f32, per_octave: f32, log2_n: &[f32], gains: &mut [f32]) {
        for (gain, log2_n) in gains.iter_mut().zip(log2_n) {
            let x = (log2_n - middle) * per_octave;
            // 2^−60 is nothing already, and far from numbers that are slow to work with.
            *gain *= exp2(power * exp2(at_least(-x * x, -60.0)));
        }
    }
}
