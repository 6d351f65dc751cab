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
    /// Frequencies from those of the last segment's end, at the ratios of then (the first), to those of this
    /// one's, as fixed point. `time` is the segment's length in frames, and the frames of a second.
    /// Returns whether any half chirp is other than 0.
    pub fn set_frequencies(
        ratios: (&[f32], &[f32]),
        path: &FundamentalPath,
        time: (usize, f64),
        increment: &mut [u64],
        half_chirp: &mut [i64],
    ) -> bool {
        set_each_frequency(ratios, path, time, increment, half_chirp, |curve_hz, _, ratio, from_hz, to_hz| {
            if to_hz - from_hz == 0.0 { 0.0 } else { curve_hz * ratio }
        })
    }
}

at_level! {
    /// As `set_frequencies`, for frequencies that are no multiples of the fundamental's: see
    /// [`Frame::tracking`].
    ///
    /// [`Frame::tracking`]: crate::synth::partials::Frame::tracking
    pub fn set_shifted_frequencies(
        ratios: (&[f32], &[f32]),
        tracking: &[f32],
        path: &FundamentalPath,
        time: (usize, f64),
        increment: &mut [u64],
        half_chirp: &mut [i64],
    ) -> bool {
        let tracking = &tracking[..ratios.1.len()];
        set_each_frequency(ratios, path, time, increment, half_chirp, |curve_hz, n, ratio, from_hz, to_hz| {
            if to_hz - from_hz == 0.0 {
                0.0
            } else {
                curve_hz * (ratio * f64::from(tracking[n]))
            }
        })
    }
}

at_level! {
    /// As `set_frequencies`, for partials of a recording: the mean of each is that of its ends, raised by its
    /// mean excess.
    pub fn set_recorded_frequencies(
        ratios: (&[f32], &[f32]),
        tracking: Option<&[f32]>,
        mean_excess: &[f32],
        path: &FundamentalPath,
        time: (usize, f64),
        increment: &mut [u64],
        half_chirp: &mut [i64],
    ) -> bool {
        let mean_excess = &mean_excess[..ratios.1.len()];
        let more_hz = |n: usize, from_hz: f64, to_hz: f64| 0.5 * (from_hz + to_hz) * f64::from(mean_excess[n]);
        match tracking {
            Some(tracking) => {
                let tracking = &tracking[..ratios.1.len()];
                set_each_frequency(ratios, path, time, increment, half_chirp, |curve_hz, n, ratio, from_hz, to_hz| {
                    curve_hz * (ratio * f64::from(tracking[n])) - more_hz(n, from_hz, to_hz)
                })
            }
            None => {
                set_each_frequency(ratios, path, time, increment, half_chirp, |curve_hz, n, ratio, from_hz, to_hz| {
                    curve_hz * ratio - more_hz(n, from_hz, to_hz)
                })
            }
        }
    }
}

/// Whether a partial that goes from one ratio to another leaps.
#[inline(always)]
pub fn leaps(before: f32, ratio: f32) -> bool {
    (ratio > 2.0 * before) | (before > 2.0 * ratio)
}

at_level! {
    /// Whether any partial leaps.
    pub fn any_leaps(before: &[f32], ratio: &[f32]) -> bool {
        // How far the larger one of two is above twice the smaller. What is no number does not leap.
        let mut farthest = [0.0_f32; GROUP];
        for (before, ratio) in before.as_chunks::<GROUP>().0.iter().zip(ratio.as_chunks::<GROUP>().0) {
            for n in 0..GROUP {
                let (before, ratio) = (before[n], ratio[n]);
                let more = if ratio > before { ratio } else { before };
                let less = if ratio < before { ratio } else { before };
                let above = more - (less + less);
                farthest[n] = if above > farthest[n] { above } else { farthest[n] };
            }
        }
        farthest.iter().any(|&above| above > 0.0)
    }
}

/// `correction_hz` is how much the partial of an index and a ratio, which runs from one frequency to another, starts
/// below the first, so that its phase is right at the end; its first argument is the correction of the fundamental.
#[inline(always)]
fn set_each_frequency(
    (last_ratio, ratio): (&[f32], &[f32]),
    path: &FundamentalPath,
    (frames, sample_rate_hz): (usize, f64),
    increment: &mut [u64],
    half_chirp: &mut [i64],
    correction_hz: impl Fn(f64, usize, f64, f64, f64) -> f64,
) -> bool {
    let nyquist_hz = 0.5 * sample_rate_hz;
    let highest_hz = nyquist_hz * 0.999_999;
    let per_frame = 1.0 / sample_rate_hz;
    let per_frame_squared = 0.5 / (sample_rate_hz * frames as f64);
    let FundamentalPath {
        start_hz: last_hz,
        end_hz,
        curvature_correction_hz,
    } = *path;
    let count = ratio.len();
    let (last_ratio, increment) = (&last_ratio[..count], &mut increment[..count]);
    let half_chirp = &mut half_chirp[..count];
    let mut slides = 0;
    for n in 0..count {
        let ratio = f64::from(ratio[n]);
        let target_hz = end_hz * ratio;
        let last_hz = last_hz * f64::from(last_ratio[n]);
        // A partial that crosses Nyquist stays on the audible side while its gain runs to or
        // from 0.
        let from_hz = if last_hz >= nyquist_hz {
            target_hz
        } else {
            last_hz
        };
        let to_hz = if target_hz >= nyquist_hz {
            from_hz
        } else {
            target_hz
        };
        let slope_hz = to_hz - from_hz;
        let correction_hz = correction_hz(curvature_correction_hz, n, ratio, from_hz, to_hz);
        let start_hz = from_hz - correction_hz;
        let start_hz = if start_hz > 0.0 { start_hz } else { 0.0 };
        let start_hz = if start_hz < highest_hz {
            start_hz
        } else {
            highest_hz
        };
        let sounds = if to_hz < nyquist_hz { !0 } else { 0 };
        increment[n] = fixed(start_hz * per_frame) as u64 & sounds;
        half_chirp[n] = fixed(slope_hz * per_frame_squared) & sounds as i64;
        slides |= half_chirp[n];
    }
    slides != 0
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

/// The gains of the partials in both channels.
#[derive(Debug)]
pub struct Sides<'a> {
    /// For the left channel.
    pub left: &'a mut [f32],
    /// For the right channel.
    pub right: &'a mut [f32],
}

at_level! {
    /// Gains at the end of a segment. Those that were `ends` until now are where it starts.
    pub fn set_ends(
        shaped_gain: &[f32],
        level: f32,
        pan: &[&[f32]; 2],
        starts: &mut Sides,
        ends: &mut Sides,
    ) -> Loudness {
        let mut totals = GainTotals::default();
        for (gain, sides) in shaped_gain.as_chunks::<GROUP>().0.iter().zip(groups(pan, starts, ends)) {
            let mut gains = [0.0; GROUP];
            for n in 0..GROUP {
                gains[n] = gain[n] * level;
            }
            totals.set_group(&gains, sides);
        }
        totals.loudness()
    }
}

at_level! {
    /// As `set_ends`, with the decay of the segment.
    pub fn set_decaying_ends(
        shaped_gain: &[f32],
        decay: &mut [f32],
        decay_step: &[f32],
        level: f32,
        pan: &[&[f32]; 2],
        starts: &mut Sides,
        ends: &mut Sides,
    ) -> Loudness {
        let mut totals = GainTotals::default();
        let mut largest = [0.0_f32; GROUP];
        let decays = decay.as_chunks_mut::<GROUP>().0.iter_mut().zip(decay_step.as_chunks::<GROUP>().0);
        let gains = shaped_gain.as_chunks::<GROUP>().0.iter().zip(decays);
        for ((gain, (decay, step)), sides) in gains.zip(groups(pan, starts, ends)) {
            let (mut gains, mut left) = ([0.0; GROUP], [0.0; GROUP]);
            for n in 0..GROUP {
                let decayed: f32 = decay[n] * step[n];
                left[n] = if decayed > DECAYED { decayed } else { 0.0 };
            }
            *decay = left;
            for n in 0..GROUP {
                largest[n] = if left[n] > largest[n] { left[n] } else { largest[n] };
                gains[n] = gain[n] * level * left[n];
            }
            totals.set_group(&gains, sides);
        }
        Loudness {
            is_decayed: largest == [0.0; GROUP],
            ..totals.loudness()
        }
    }
}

at_level! {
    /// As `set_decaying_ends`, with an aftersound: its share, what was left of it, and what the segment leaves.
    pub fn set_aftersounding_ends(
        shaped_gain: &[f32],
        decay: (&mut [f32], &[f32]),
        after: (f32, &mut [f32], &[f32]),
        level: f32,
        pan: &[&[f32]; 2],
        starts: &mut Sides,
        ends: &mut Sides,
    ) -> Loudness {
        let ((decay, decay_step), (share, after, after_step)) = (decay, after);
        let mut totals = GainTotals::default();
        let mut largest = [0.0_f32; GROUP];
        let decays = decay.as_chunks_mut::<GROUP>().0.iter_mut().zip(decay_step.as_chunks::<GROUP>().0);
        let afters = after.as_chunks_mut::<GROUP>().0.iter_mut().zip(after_step.as_chunks::<GROUP>().0);
        let gains = shaped_gain.as_chunks::<GROUP>().0.iter().zip(decays.zip(afters));
        for ((gain, ((decay, step), (after, after_step))), sides) in gains.zip(groups(pan, starts, ends)) {
            let (mut gains, mut left, mut last) = ([0.0; GROUP], [0.0; GROUP], [0.0; GROUP]);
            for n in 0..GROUP {
                let decayed: f32 = decay[n] * step[n];
                left[n] = if decayed > DECAYED { decayed } else { 0.0 };
                let decayed: f32 = after[n] * after_step[n];
                last[n] = if decayed > DECAYED { decayed } else { 0.0 };
            }
            *decay = left;
            *after = last;
            for n in 0..GROUP {
                // It dies away last, also where it has no share at the moment.
                largest[n] = if last[n] > largest[n] { last[n] } else { largest[n] };
                gains[n] = gain[n] * level * ((1.0 - share) * left[n] + share * last[n]);
            }
            totals.set_group(&gains, sides);
        }
        Loudness {
            is_decayed: largest == [0.0; GROUP],
            ..totals.loudness()
        }
    }
}

/// A group's position, the gains of its start, and those of its end, in both channels.
type GroupSides<'a> = (
    [&'a [f32; GROUP]; 2],
    [&'a mut [f32; GROUP]; 2],
    [&'a mut [f32; GROUP]; 2],
);

/// What [`set_ends`] reads and writes, by group.
#[inline(always)]
fn groups<'a>(
    [pan_left, pan_right]: &[&'a [f32]; 2],
    starts: &'a mut Sides,
    ends: &'a mut Sides,
) -> impl Iterator<Item = GroupSides<'a>> {
    let pans = pan_left.as_chunks().0.iter().zip(pan_right.as_chunks().0);
    let left = starts.left.as_chunks_mut().0.iter_mut();
    let starts = left.zip(starts.right.as_chunks_mut().0);
    let left = ends.left.as_chunks_mut().0.iter_mut();
    let ends = left.zip(ends.right.as_chunks_mut().0);
    pans.zip(starts.zip(ends))
        .map(|(pan, (start, end))| (pan.into(), start.into(), end.into()))
}

/// What the gains of all groups come to.
#[derive(Default)]
struct GainTotals {
    powers: [f32; GROUP],
    counts: [u32; GROUP],
}

impl GainTotals {
    /// Sets the gains of a group in both channels, moves those that were there to the starts, and adds
    /// up what the new ones come to.
    #[inline(always)]
    fn set_group(&mut self, gains: &[f32; GROUP], (pan, start, end): GroupSides) {
        let [pan_left, pan_right] = pan;
        let [left_start, right_start] = start;
        let [left_end, right_end] = end;
        *left_start = *left_end;
        *right_start = *right_end;
        let (mut left, mut right) = ([0.0; GROUP], [0.0; GROUP]);
        for n in 0..GROUP {
            left[n] = gains[n] * pan_left[n];
            right[n] = gains[n] * pan_right[n];
        }
        *left_end = left;
        *right_end = right;
        for n in 0..GROUP {
            let power = left[n] * left[n] + right[n] * right[n];
            self.powers[n] += power;
            self.counts[n] += u32::from(power > 0.0);
        }
    }

    #[inline(always)]
    fn loudness(&self) -> Loudness {
        Loudness {
            power: self.powers.iter().sum(),
            partials: self.counts.iter().sum::<u32>() as usize,
            is_decayed: false,
            rings: false,
        }
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
