//! Anchor: holds the bass as it is without shapers, in the middle and in tune.
//!
//! h = 1/(1 + (f/f_a)⁴), f_a 0 (off) to 400 Hz. What the shapers make of a gain, w, becomes w^(1−h); pans
//! are multiplied by 1 − h, and so are the octaves by which copies in unison are detuned, there with h of the
//! frequency without detune.
//!
//! A gain counts as at least 1e-6 here, so that w is a number where the gain is 0 on one side. Where h is
//! below 2e-5, 16 times f_a and above, whole groups of partials are passed by. Error below 0.002 dB of
//! gains above −90 dB where that floor is not met.

use super::PartialPlaces;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, exp2, log2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::GROUP;

/// Smaller gains count as this one.
const FLOOR: f32 = 1e-6;
/// Times f_a: from there up nothing is held.
const REACH: f32 = 16.0;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// f_a.
    frequency_hz: f32,
}

impl Anchor {
    /// `None` while it is off.
    #[inline]
    pub fn read(values: &VoiceValues) -> Option<Anchor> {
        let frequency_hz = values.get(Param::ANCHOR);
        (frequency_hz > 0.0).then_some(Anchor { frequency_hz })
    }

    /// Takes back what shapers have made of these gains, which were `plain` before them.
    pub fn hold_gains(&self, places: &PartialPlaces, plain: &[f32], gains: &mut [f32]) {
        let relative = self.relative(places.fundamental_hz);
        hold_gains(places.level, relative, places.ratio, plain, gains);
    }

    /// The fundamental over f_a.
    pub fn relative(&self, fundamental_hz: f64) -> f32 {
        (fundamental_hz / f64::from(self.frequency_hz)) as f32
    }
}

/// 1 − h of a partial at a ratio; `relative` is that of [`Anchor::relative`].
#[inline(always)]
pub fn free_part(ratio: f32, relative: f32) -> f32 {
    // The fourth power must stay in the range of f32.
    let x = at_most(ratio * relative, 1e6);
    let fourth = (x * x) * (x * x);
    fourth / (1.0 + fourth)
}

at_level! {
    fn hold_gains(relative: f32, ratio: &[f32], plain: &[f32], gains: &mut [f32]) {
        let groups = ratio.chunks(GROUP).zip(plain.chunks(GROUP));
        for ((ratio, plain), gains) in groups.zip(gains.chunks_mut(GROUP)) {
            if ratio.iter().all(|ratio| ratio * relative > REACH) {
                continue;
            }
            for ((gain, plain), ratio) in gains.iter_mut().zip(plain).zip(ratio) {
                let free = free_part(*ratio, relative);
                let from = at_least(*plain, FLOOR);
                let held = from * exp2(free * log2(at_least(*gain, FLOOR) / from));
                let is_any = (*plain > 0.0) | (*gain > 0.0);
                *gain = if is_any { held } else { 0.0 };
            }
        }
    }
}
