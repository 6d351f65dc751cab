//! Anchor: holds the bass as it is without shapers, in the middle and in tune.
//!
//! h = 1/(1 + (f/f_a)⁴), f_a 0 (off) to 400 Hz. What the shapers make of a gain, w, becomes w^(1−h); pans
//! are multiplied by 1 − h, and so are the octaves by which copies in unison are detuned, there with h of the
//! frequency without detune.
//!
//! A gain counts as at least 1e-6 here, so that w is a number where the gain is 0 on one side. Where h is
//! below 2e-5, 16 times f_a and above, whole groups of partials are passed by. Error below 0.005 dB of
//! gains above −90 dB where that floor is not met.

use super::PartialPlaces;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most, quick_exp2, quick_log2_of_quotient};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::{GROUP, lowest_and_highest};

/// Smaller gains count as this one.
const FLOOR: f32 = 1e-6;
/// Times f_a: from there up nothing is held.
const REACH: f32 = 16.0;
/// Times f_a: from there up gains are held so slightly that less exact mathematics do.
const SLIGHT_FROM: f32 = 3.5;

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
    let fourth = fourth_power(ratio * relative);
    fourth / (1.0 + fourth)
}

/// (f/f_a)⁴, which stays in the range of f32.
#[inline(always)]
fn fourth_power(relative: f32) -> f32 {
    let relative = at_most(relative, 1e6);
    let square = relative * relative;
    square * square
}

at_level! {
    fn hold_gains(relative: f32, ratio: &[f32], plain: &[f32], gains: &mut [f32]) {
        let groups = ratio.as_chunks().0.iter().zip(plain.as_chunks().0);
        for ((ratio, plain), gains) in groups.zip(gains.as_chunks_mut().0) {
            let lowest = lowest_and_highest(ratio).0 * relative;
            if lowest < SLIGHT_FROM {
                hold_each(relative, ratio, plain, gains, held);
            } else if lowest < REACH {
                hold_each(relative, ratio, plain, gains, slightly_held);
            }
        }
    }
}

/// `held` gives a gain by f/f_a and the gains before and after the shapers.
#[inline(always)]
fn hold_each(
    relative: f32,
    ratio: &[f32; GROUP],
    plain: &[f32; GROUP],
    gains: &mut [f32; GROUP],
    held: impl Fn(f32, f32, f32) -> f32,
) {
    for ((gain, plain), ratio) in gains.iter_mut().zip(plain).zip(ratio) {
        let new = held(
            *ratio * relative,
            at_least(*plain, FLOOR),
            at_least(*gain, FLOOR),
        );
        let is_any = at_least(*plain, *gain) > 0.0;
        *gain = if is_any { new } else { 0.0 };
    }
}

/// plain·(gain/plain)^(1−h).
#[inline(always)]
fn held(relative: f32, plain: f32, gain: f32) -> f32 {
    plain * quick_exp2(free_part(relative, 1.0) * quick_log2_of_quotient(gain, plain))
}

/// gain·(plain/gain)^h where h is below 1/151, from [`SLIGHT_FROM`] on. The bits of a number, taken as a whole
/// number, are its logarithm within 0.09 octaves, which is enough there, and the power is so near 1 that
/// three terms of its series suffice.
#[inline(always)]
fn slightly_held(relative: f32, plain: f32, gain: f32) -> f32 {
    const PER_BIT: f32 = std::f32::consts::LN_2 / (1 << 23) as f32;
    let h_per_bit = PER_BIT / (1.0 + fourth_power(relative));
    let bits = plain.to_bits().wrapping_sub(gain.to_bits()) as i32;
    let exponent = h_per_bit * bits as f32;
    gain + gain * (exponent + 0.5 * (exponent * exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::simd_level::SimdLevel;

    /// From far below f_a to beyond the reach, for gains that are raised and lowered by up to 80 dB.
    #[test]
    fn gains_are_those_of_the_formula() {
        let ratio: [f32; GROUP] = std::array::from_fn(|n| 1.0 + n as f32 / GROUP as f32);
        for octave in -3..=4 {
            let relative = libm::exp2f(octave as f32);
            for step in -160..=160 {
                let plain = [0.01 * libm::exp10f(-step as f32 / 80.0); GROUP];
                let shaped = [0.01 * libm::exp10f(step as f32 / 80.0); GROUP];
                for level in SimdLevel::available() {
                    let mut gains = shaped;
                    hold_gains(level, relative, &ratio, &plain, &mut gains);
                    for (gain, ratio) in gains.iter().zip(ratio) {
                        let free = 1.0 - 1.0 / (1.0 + f64::from(ratio * relative).powi(4));
                        let [from, to] = [plain[0], shaped[0]].map(f64::from);
                        let expected = from * (to / from).powf(free);
                        let error_db = 20.0 * (f64::from(*gain) / expected).log10();
                        assert!(
                            error_db.abs() < 0.005,
                            "{ratio}, {relative}, {step}: {error_db}"
                        );
                    }
                }
            }
        }
    }
}
