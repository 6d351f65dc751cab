//! The arithmetic of motion, array by array, compiled for every level of vector
//! instructions. The bits are the same at all of them.

use super::decay::DecayExponent;
use super::{FundamentalPath, Loudness};
use crate::at_level;
use crate::bank::advanced_phase;
use crate::dsp::maths::{at_most, exp2};
use crate::synth::partials::array::GROUP;

/// Below this a partial's decay counts as complete (−120 dB).
const DECAYED: f32 = 1e-6;

at_level! {
    /// Frequencies from those of the last segment's end to those of this one's, as fixed point.
    /// Returns whether any half chirp is other than 0.
    pub fn set_frequencies(
        ratio: &[f32],
        path: &FundamentalPath,
        frames: usize,
        sample_rate_hz: f64,
        frequency_hz: &mut [f64],
        increment: &mut [u64],
        half_chirp: &mut [i64],
    ) -> bool {
        let nyquist_hz = 0.5 * sample_rate_hz;
        let highest_hz = nyquist_hz * 0.999_999;
        let per_frame = 1.0 / sample_rate_hz;
        let per_frame_squared = 0.5 / (sample_rate_hz * frames as f64);
        let FundamentalPath { end_hz, curvature_correction_hz, .. } = *path;
        let count = ratio.len();
        let (frequency_hz, increment) = (&mut frequency_hz[..count], &mut increment[..count]);
        let half_chirp = &mut half_chirp[..count];
        let mut slides = 0;
        for n in 0..count {
            let ratio = f64::from(ratio[n]);
            let target_hz = end_hz * ratio;
            let last_hz = frequency_hz[n];
            frequency_hz[n] = target_hz;
            // A partial that crosses Nyquist stays on the audible side while its gain runs to or
            // from 0.
            let from_hz = if last_hz >= nyquist_hz { target_hz } else { last_hz };
            let to_hz = if target_hz >= nyquist_hz { from_hz } else { target_hz };
            let slope_hz = to_hz - from_hz;
            let correction_hz = if slope_hz == 0.0 { 0.0 } else { curvature_correction_hz * ratio };
            let start_hz = from_hz - correction_hz;
            let start_hz = if start_hz > 0.0 { start_hz } else { 0.0 };
            let start_hz = if start_hz < highest_hz { start_hz } else { highest_hz };
            let sounds = if to_hz < nyquist_hz { !0 } else { 0 };
            increment[n] = fixed(start_hz * per_frame) as u64 & sounds;
            half_chirp[n] = fixed(slope_hz * per_frame_squared) & sounds as i64;
            slides |= half_chirp[n];
        }
        slides != 0
    }
}

/// Turns between −½ and ½ as 2⁶⁴ths, to the nearest of 2⁻⁵¹ turns: at 48 kHz a frequency is 10⁻¹¹ Hz
/// off at most, and drifts by 10⁻⁸ turns in ten minutes. Without the conversion that only AVX-512
/// has.
#[inline(always)]
fn fixed(turns: f64) -> i64 {
    /// Its last bit is worth one; a smaller number added to it stands in its lowest bits.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    const SCALE: f64 = 2_251_799_813_685_248.0;
    let whole = (turns * SCALE + ROUNDER)
        .to_bits()
        .wrapping_sub(ROUNDER.to_bits());
    (whole << 13) as i64
}

at_level! {
    /// What such a decay leaves of each partial.
    pub fn set_decay(exponent: &DecayExponent, ratio: &[f32], decay: &mut [f32]) {
        let (b1, b3) = (exponent.b1 as f32, exponent.b3 as f32);
        for (decay, ratio) in decay.iter_mut().zip(ratio) {
            *decay = exp2(-at_most(b1 + b3 * ratio * ratio, 100.0));
        }
    }
}

at_level! {
    /// Gains at one end of a segment.
    pub fn set_ends(
        shaped_gain: &[f32],
        level: f32,
        pan_left: &[f32],
        pan_right: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Loudness {
        pan(|group, n| shaped_gain[group * GROUP + n] * level, pan_left, pan_right, left, right)
    }
}

at_level! {
    /// The same, with the decay of the segment.
    pub fn set_decaying_ends(
        shaped_gain: &[f32],
        decay: &mut [f32],
        decay_step: &[f32],
        level: f32,
        pan_left: &[f32],
        pan_right: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) -> Loudness {
        let mut left_of_any = 0;
        for (decay, step) in decay.iter_mut().zip(decay_step) {
            let decayed = *decay * step;
            *decay = if decayed > DECAYED { decayed } else { 0.0 };
            left_of_any |= decay.to_bits();
        }
        let decay = &*decay;
        let gain = |group, n| shaped_gain[group * GROUP + n] * level * decay[group * GROUP + n];
        Loudness {
            is_decayed: left_of_any == 0,
            ..pan(gain, pan_left, pan_right, left, right)
        }
    }
}

/// Gains by group and number within it, to both channels.
#[inline(always)]
fn pan(
    gain: impl Fn(usize, usize) -> f32,
    pan_left: &[f32],
    pan_right: &[f32],
    left: &mut [f32],
    right: &mut [f32],
) -> Loudness {
    let mut powers = [0.0; GROUP];
    let mut counts = [0_u32; GROUP];
    let pans = pan_left
        .chunks_exact(GROUP)
        .zip(pan_right.chunks_exact(GROUP));
    let gains = left
        .chunks_exact_mut(GROUP)
        .zip(right.chunks_exact_mut(GROUP));
    for (group, ((left, right), (pan_left, pan_right))) in gains.zip(pans).enumerate() {
        for n in 0..GROUP {
            let gain = gain(group, n);
            left[n] = gain * pan_left[n];
            right[n] = gain * pan_right[n];
            let power = left[n] * left[n] + right[n] * right[n];
            powers[n] += power;
            counts[n] += u32::from(power > 0.0);
        }
    }
    Loudness {
        power: powers.iter().sum(),
        partials: counts.iter().sum::<u32>() as usize,
        is_decayed: false,
    }
}

at_level! {
    /// Phases `frames` frames on.
    pub fn advance(phase: &mut [u64], increment: &[u64], half_chirp: &[i64], frames: u64) {
        for ((phase, increment), half_chirp) in phase.iter_mut().zip(increment).zip(half_chirp) {
            *phase = advanced_phase(*phase, *increment, *half_chirp, frames);
        }
    }
}
