//! Comb: the magnitude of a sound added to a delayed copy of itself.
//!
//! w = |1 + γe^(−j2πfτ)|/(1 + |γ|), γ −1…1: never above 1, whatever the sign of γ. Left and right have
//! delays of their own, τ(1 ∓ w/2). τ itself is Comb Delay times (261.63 Hz/f₀)^track.
//!
//! The gain of a partial takes the root mean square of both sides' magnitudes. What each side has beside
//! that is [`CombSides`], which [`comb_sides`](super::super::comb_sides) applies.
//!
//! The square of the magnitude is (1 − |γ|)² + 4|γ|·cos²πfτ, with the sine for negative γ: nothing is
//! lost where it is near 0. Phases are worked out in f64. Error below 0.001 dB where w is above −90 dB.

use super::{PARTIALS_AT_ONCE, PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{at_least, distance_from_whole, sine_of_half_turns};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;

/// Middle C: where key tracking leaves the delay as it is.
const MIDDLE_C_HZ: f64 = 261.625_565_300_598_6;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comb {
    /// γ, −1 to 1.
    amount: f32,
    /// τ at middle C.
    delay_s: f32,
    /// 0 to 1.
    track: f32,
    /// w, 0 to 1.
    width: f32,
}

impl Shaper for Comb {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::COMB) != 0.0
    }

    fn read(values: &VoiceValues) -> Comb {
        Comb {
            amount: values.get(Param::COMB),
            delay_s: values.get(Param::COMB_DELAY),
            track: values.get(Param::COMB_TRACK),
            width: values.get(Param::COMB_WIDTH),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let teeth = Teeth::new(self, places.fundamental_hz);
        if self.width == 0.0 {
            mono(places.level, &teeth, places.ratio, gains);
        } else {
            stereo(places.level, &teeth, places.ratio, gains);
        }
    }
}

impl Comb {
    /// The frequency of its first notch above 0 Hz, in the middle between both sides.
    pub fn first_notch_hz(&self, fundamental_hz: f64) -> f32 {
        let delay_s = f64::from(self.delay_s) * self.tracking(fundamental_hz);
        let turns = if self.amount < 0.0 { 1.0 } else { 0.5 };
        (turns / delay_s) as f32
    }

    /// What the key multiplies the delay by.
    fn tracking(&self, fundamental_hz: f64) -> f64 {
        libm::pow(MIDDLE_C_HZ / fundamental_hz, f64::from(self.track))
    }
}

/// What all partials share.
#[derive(Clone, Copy, Debug)]
struct Teeth {
    /// Half turns by which the copy of the fundamental is late, on the left and on the right.
    half_turns: [f64; 2],
    /// ½ turns the sine into the cosine, for positive γ.
    offset: f64,
    /// ((1 − |γ|)/(1 + |γ|))².
    least: f32,
    /// 4|γ|/(1 + |γ|)².
    depth: f32,
}

impl Teeth {
    fn new(comb: &Comb, fundamental_hz: f64) -> Teeth {
        let track = comb.tracking(fundamental_hz);
        let middle = fundamental_hz * f64::from(comb.delay_s) * track;
        let half_width = 0.5 * f64::from(comb.width);
        let gamma = comb.amount.abs();
        let sum = 1.0 + gamma;
        Teeth {
            half_turns: [middle * (1.0 - half_width), middle * (1.0 + half_width)],
            offset: if comb.amount > 0.0 { 0.5 } else { 0.0 },
            least: (1.0 - gamma) * (1.0 - gamma) / (sum * sum),
            depth: 4.0 * gamma / (sum * sum),
        }
    }

    /// Half turns from the nearest zero of the sine, at a ratio, of one side.
    #[inline(always)]
    fn distance(&self, ratio: f32, side: usize) -> f32 {
        distance_from_whole(f64::from(ratio) * self.half_turns[side] + self.offset)
    }

    /// The square of the magnitude at a [`distance`](Teeth::distance).
    #[inline(always)]
    fn power(&self, distance: f32) -> f32 {
        let sine = sine_of_half_turns(distance);
        self.least + self.depth * (sine * sine)
    }
}

at_level! {
    fn mono(teeth: &Teeth, ratio: &[f32], gains: &mut [f32]) {
        let teeth = *teeth;
        let mut distances = Aligned::<f32, PARTIALS_AT_ONCE>::filled(0.0);
        let chunks = gains.chunks_mut(PARTIALS_AT_ONCE).zip(ratio.chunks(PARTIALS_AT_ONCE));
        for (gains, ratio) in chunks {
            let distances = &mut distances[..gains.len()];
            // In two loops: the chain of one partial is long, and of short ones more overlap.
            for (distance, ratio) in distances.iter_mut().zip(ratio) {
                *distance = teeth.distance(*ratio, 0);
            }
            for (gain, distance) in gains.iter_mut().zip(distances) {
                *gain *= teeth.power(*distance).sqrt();
            }
        }
    }
}

at_level! {
    fn stereo(teeth: &Teeth, ratio: &[f32], gains: &mut [f32]) {
        let teeth = *teeth;
        let mut left = Aligned::<f32, PARTIALS_AT_ONCE>::filled(0.0);
        let mut right = Aligned::<f32, PARTIALS_AT_ONCE>::filled(0.0);
        let chunks = gains.chunks_mut(PARTIALS_AT_ONCE).zip(ratio.chunks(PARTIALS_AT_ONCE));
        for (gains, ratio) in chunks {
            let (left, right) = (&mut left[..gains.len()], &mut right[..gains.len()]);
            // As for one side.
            for ((left, right), ratio) in left.iter_mut().zip(&mut *right).zip(ratio) {
                (*left, *right) = (teeth.distance(*ratio, 0), teeth.distance(*ratio, 1));
            }
            for ((gain, left), right) in gains.iter_mut().zip(left).zip(right) {
                *gain *= (0.5 * (teeth.power(*left) + teeth.power(*right))).sqrt();
            }
        }
    }
}

/// What left and right have beside the root mean square of both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CombSides(Comb);

impl CombSides {
    /// `None` while left and right are alike.
    #[inline]
    pub fn read(values: &VoiceValues) -> Option<CombSides> {
        let is_wide = Comb::is_on(values) & (values.get(Param::COMB_WIDTH) > 0.0);
        is_wide.then(|| CombSides(Comb::read(values)))
    }

    /// Writes the square of the left gains, 0 to 2, for partials at these ratios. The right gains have the rest
    /// to 2.
    pub fn left_powers(
        &self,
        level: SimdLevel,
        fundamental_hz: f64,
        ratio: &[f32],
        powers: &mut [f32],
    ) {
        left_powers(level, &Teeth::new(&self.0, fundamental_hz), ratio, powers);
    }
}

at_level! {
    fn left_powers(teeth: &Teeth, ratio: &[f32], powers: &mut [f32]) {
        let teeth = *teeth;
        for (power, ratio) in powers.iter_mut().zip(ratio) {
            let left = teeth.power(teeth.distance(*ratio, 0));
            let right = teeth.power(teeth.distance(*ratio, 1));
            // Where both are 0, so is the gain.
            *power = 2.0 * left / at_least(left + right, 1e-30);
        }
    }
}
