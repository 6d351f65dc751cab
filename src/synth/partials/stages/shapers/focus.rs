//! Focus: raises or lowers the partials around one.
//!
//! w = 10^(G/20·e^(−(log₂(n/p)/w)²)), with G ±24 dB, p 1…128, w 0.1…4 octaves. Partials farther than
//! 3.3·w octaves from p, where it is below 0.0005 dB, are left as they are. Error below 0.001 dB.

use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, exp2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::{GROUP, whole_groups};

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Focus {
    /// G.
    gain_db: f32,
    /// p.
    partial: f32,
    /// w.
    width_octaves: f32,
}

/// How far partials are moved, in widths.
const REACH: f32 = 3.3;

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

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let power = self.gain_db / DB_PER_OCTAVE_PER_POWER;
        let middle = libm::log2f(self.partial);
        let per_octave = libm::sqrtf(std::f32::consts::LOG2_E) / self.width_octaves;
        let octaves = REACH * self.width_octaves;
        // Numbers are one more than indices. Whole groups are as fast as parts of them.
        let first = (libm::exp2f(middle - octaves) as usize).saturating_sub(1) / GROUP * GROUP;
        let end = whole_groups(libm::exp2f(middle + octaves) as usize + 1);
        for gains in gains.chunks_mut(places.blocks.stride) {
            let end = end.min(gains.len());
            let near = first.min(end)..end;
            let log2_n = &places.log2_n[near.clone()];
            let gains = &mut gains[near];
            focus(places.level, power, middle, per_octave, log2_n, gains);
        }
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
