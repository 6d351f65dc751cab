//! From the codes of a bank to the ratios and gains of a voice's partials.
//!
//! Between the frames i and i + 1 of a slot, u being 0 to 1, the amplitude runs straight from aᵢ to aᵢ₊₁. Its
//! frequency is the parabola that has the stored mean mᵢ, and at both ends the slopes k of the phase,
//!
//! f(u) = k₀ + 2(3m − 2k₀ − k₁)·u + 3(k₀ + k₁ − 2m)·u², log k₀ = 0.634·log(mᵢ₋₁·mᵢ) − 0.134·log(mᵢ₋₂·mᵢ₊₁)
//!
//! and k₁ likewise, which is nearly the natural spline that an analysis fits
//! ([`spline_slopes`](crate::tracks::spline_slopes)). So it has no steps, and the phase at every frame is the sum of
//! the means before it, as it was stored. Past its ends a partial is continued by its mirror image.
//!
//! Means are worked out in f64 to 2·10⁻¹⁰ of themselves: after ten minutes a partial at 1 kHz is off by 10⁻⁴ turns.
//! What frequencies differ from them by, and amplitudes, are worked out in f32: to 2·10⁻⁵ of the difference, and to
//! 0.00003 dB. The former adds up to nothing, since over a whole interval the differences do.

use super::frame::RecordedFrame;
use super::slots::TrackSlotSet;
use crate::at_level;
use crate::dsp::maths::{at_least, exp2_f64, quick_exp2};
use crate::synth::partials::array::GROUP;
use crate::tracks::bank_file::{BankRows, SlotEvent, codes};

/// Weights of the means beside a frame and next to these in the slope there: those of a cubic spline, cut off.
const NEAR: f32 = 0.634;
const FAR: f32 = -0.134;
/// Octaves of a step of frequency.
const STEP_OCTAVES: f64 = 10.0 / 65_535.0;
/// log₂ of a step of amplitude, and of the range of amplitudes.
const AMPLITUDE_STEP: f32 = RANGE / 65_535.0;
const RANGE: f32 = (codes::AMPLITUDE_RANGE_DB / 6.020_599_913_279_624) as f32;

/// The amplitude of a code, of full scale 1.
#[inline(always)]
pub(super) fn amplitude(code: u16) -> f32 {
    let amplitude = quick_exp2(f32::from(code) * AMPLITUDE_STEP - RANGE);
    if code == 0 { 0.0 } else { amplitude }
}

/// The part of an interval that a step goes through, and the codes that it depends on.
pub(super) struct Passage<'a> {
    amplitudes: [&'a [u16]; 2],
    /// The frequencies of two intervals before it, of itself, and of two after it.
    frequencies: [&'a [u16]; 5],
    /// Slots whose partial begins in the interval before, in this one, and ends in this one.
    begun_before: TrackSlotSet,
    begun: TrackSlotSet,
    ending: TrackSlotSet,
    /// Where it begins and ends in the interval, 0 to 1.
    from: f32,
    to: f32,
    /// Part of the whole step.
    weight: f64,
}

impl<'a> Passage<'a> {
    /// The passage from `from` to `to` in the interval after `frame`.
    pub(super) fn new(
        rows: &BankRows<'a>,
        frame: u32,
        (from, to): (f64, f64),
        weight: f64,
    ) -> Passage<'a> {
        let [mut begun_before, mut begun, mut ending] = [TrackSlotSet::EMPTY; 3];
        let before = frame
            .checked_sub(1)
            .map_or(&[][..], |before| rows.events_of(before));
        for event in before {
            if event.kind == SlotEvent::BIRTH {
                begun_before.insert(event.slot);
            }
        }
        for event in rows.events_of(frame) {
            match event.kind {
                SlotEvent::BIRTH => begun.insert(event.slot),
                _ => ending.insert(event.slot),
            }
        }
        let frequencies =
            |frame: Option<u32>| frame.map_or(&[][..], |frame| rows.frequencies(frame));
        Passage {
            amplitudes: [rows.amplitudes(frame), rows.amplitudes(frame + 1)],
            frequencies: [
                frequencies(frame.checked_sub(2)),
                frequencies(frame.checked_sub(1)),
                frequencies(Some(frame)),
                frequencies(Some(frame + 1)),
                frequencies(Some(frame + 2)),
            ],
            begun_before,
            begun,
            ending,
            from: from as f32,
            to: to as f32,
            weight,
        }
    }

    /// The amplitude of a slot at the start of the passage, of full scale 1.
    pub(super) fn start_amplitude(&self, slot: u16) -> f32 {
        let [from, to] = self.amplitudes_of(slot);
        from + (to - from) * self.from
    }

    /// The amplitudes of a slot at both ends of the interval, of full scale 1.
    pub(super) fn amplitudes_of(&self, slot: u16) -> [f32; 2] {
        let code = |row: &[u16]| row.get(usize::from(slot)).copied().unwrap_or(0);
        self.amplitudes.map(|row| amplitude(code(row)))
    }

    /// Codes of the frequencies of 16 slots.
    #[inline(always)]
    fn group(&self, group: usize) -> [[u16; GROUP]; 5] {
        let mut codes = self.frequencies.map(|row| group_of(row, group));
        let [begun_before, begun, ending] =
            [self.begun_before, self.begun, self.ending].map(|slots| slots.group(group));
        if begun | begun_before | ending != 0 {
            mirror(&mut codes, begun_before, begun, ending);
        }
        codes
    }
}

#[inline(always)]
fn group_of(row: &[u16], group: usize) -> [u16; GROUP] {
    let part = row.get(GROUP * group..GROUP * (group + 1));
    part.and_then(|part| part.try_into().ok())
        .unwrap_or([0; GROUP])
}

/// Puts mirror images where partials have no codes.
#[inline(never)]
#[allow(
    clippy::needless_range_loop,
    reason = "several rows are written by one index"
)]
fn mirror(codes: &mut [[u16; GROUP]; 5], begun_before: u16, begun: u16, ending: u16) {
    for n in 0..GROUP {
        let is_in = |slots: u16| slots >> n & 1 != 0;
        if is_in(begun) {
            codes[1][n] = codes[2][n];
            codes[0][n] = if is_in(ending) {
                codes[2][n]
            } else {
                codes[3][n]
            };
        } else if is_in(begun_before) {
            codes[0][n] = codes[1][n];
        }
        if is_in(ending) {
            codes[3][n] = codes[2][n];
            codes[4][n] = codes[1][n];
        }
    }
}

/// How codes become ratios and gains.
pub(super) struct DecodeFactors {
    /// Amplitude of the code 65535.
    pub full: f32,
    /// Over 1 Hz.
    pub ratio_per_hz: f64,
}

/// Frequencies of 16 slots over a step, over that of the recording's key.
struct StepRatios {
    /// The mean.
    mean: [f64; GROUP],
    start: [f32; GROUP],
    end: [f32; GROUP],
}

impl StepRatios {
    /// The ratios of a step to which no passage has been added.
    const NONE: StepRatios = StepRatios {
        mean: [0.0; GROUP],
        start: [0.0; GROUP],
        end: [0.0; GROUP],
    };

    /// Goes on by a passage; `is_first` says that the step begins with it.
    #[inline(always)]
    fn add(&mut self, passage: &Passage, group: usize, ratio_per_hz: f64, is_first: bool) {
        let codes = passage.group(group);
        let (from, to) = (passage.from, passage.to);
        // Powers of both ends in the mean of the parabola.
        let (linear, square) = (from + to, from * from + from * to + to * to);
        let lowest = codes::LOWEST_HZ * ratio_per_hz;
        let (mut m, mut k0, mut k1) = ([0.0_f64; GROUP], [0.0_f32; GROUP], [0.0_f32; GROUP]);
        for n in 0..GROUP {
            m[n] = lowest * exp2_f64(f64::from(codes[2][n]) * STEP_OCTAVES);
            let over = |row: usize| (i32::from(codes[row][n]) - i32::from(codes[2][n])) as f32;
            let [c0, c1, c3, c4] = [over(0), over(1), over(3), over(4)];
            k0[n] = (NEAR * c1 + FAR * (c0 + c3)) * STEP_OCTAVES as f32;
            k1[n] = (NEAR * c3 + FAR * (c1 + c4)) * STEP_OCTAVES as f32;
        }
        for n in 0..GROUP {
            // By how much more than m, parts of m.
            let (k0, k1) = (quick_exp2(k0[n]) - 1.0, quick_exp2(k1[n]) - 1.0);
            let (a, b) = (-2.0 * k0 - k1, k0 + k1);
            let at = |u: f32| 1.0 + at_least(k0 + u * (2.0 * a + 3.0 * b * u), LEAST);
            if is_first {
                self.start[n] = m[n] as f32 * at(from);
            }
            self.end[n] = m[n] as f32 * at(to);
            self.mean[n] += passage.weight * m[n] * (1.0 + f64::from(k0 + a * linear + b * square));
        }
    }

    /// How far the mean is above the mean of both ends, as a part of the latter.
    #[inline(always)]
    fn mean_excess(&self) -> [f32; GROUP] {
        std::array::from_fn(|n| {
            let ends = f64::from(self.start[n]) + f64::from(self.end[n]);
            let more = (2.0 * self.mean[n] - ends) as f32 / ends as f32;
            let is_smooth = more < MOST_MEAN_EXCESS && more > -MOST_MEAN_EXCESS;
            if is_smooth { more } else { 0.0 }
        })
    }
}

at_level! {
    /// Writes ratios, mean excesses and gains at the end of a step that goes through these passages. `slots` are those
    /// that sound anywhere on it, `sounding` those that do so at its end.
    pub(super) fn decode(
        passages: &[Passage],
        scale: &DecodeFactors,
        slots: &TrackSlotSet,
        sounding: &TrackSlotSet,
        groups: usize,
        frame: &mut RecordedFrame,
    ) {
        let Some((first, rest)) = passages.split_first() else {
            return;
        };
        let last = rest.last().unwrap_or(first);
        for group in 0..groups {
            let ratio = &mut frame.ratio.as_chunks_mut::<GROUP>().0[group];
            let start_ratio = &mut frame.start_ratio.as_chunks_mut::<GROUP>().0[group];
            let mean_excess = &mut frame.mean_excess.as_chunks_mut::<GROUP>().0[group];
            let gain = &mut frame.gain.as_chunks_mut::<GROUP>().0[group];
            if slots.group(group) == 0 {
                for (n, ratio) in ratio.iter_mut().enumerate() {
                    *ratio = (GROUP * group + n + 1) as f32;
                }
                (*start_ratio, *mean_excess, *gain) = (*ratio, [0.0; GROUP], [0.0; GROUP]);
                continue;
            }
            let mut ratios = StepRatios::NONE;
            ratios.add(first, group, scale.ratio_per_hz, true);
            for passage in rest {
                ratios.add(passage, group, scale.ratio_per_hz, false);
            }
            (*start_ratio, *ratio, *mean_excess) = (ratios.start, ratios.end, ratios.mean_excess());
            let [low, high] = last.amplitudes.map(|row| group_of(row, group));
            let sounding = sounding.group(group);
            for n in 0..GROUP {
                let (low, high) = (amplitude(low[n]), amplitude(high[n]));
                let sounds = (sounding >> n & 1) as f32;
                gain[n] = scale.full * sounds * (low + (high - low) * last.to);
            }
        }
    }
}

/// A frequency is no less than a tenth of the mean, less 1.
const LEAST: f32 = -0.9;
/// A mean that differs more from that of the ends is of two partials.
const MOST_MEAN_EXCESS: f32 = 0.25;
