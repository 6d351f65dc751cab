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
use super::slots::{SLOTS_OF_WORD, TrackSlotSet};
use crate::at_level;
use crate::dsp::aligned::Aligned;
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

    /// Codes of the frequencies of the slots of a word. `room` is for those that have to be changed.
    #[inline(always)]
    fn codes<'b>(&'b self, word: usize, room: &'b mut [Codes; 5]) -> [&'b Codes; 5] {
        let [zero, one, two, three, four] = &self.frequencies;
        let rows = [
            codes_of(zero, word),
            codes_of(one, word),
            codes_of(two, word),
            codes_of(three, word),
            codes_of(four, word),
        ];
        let begun = [self.begun.word(word), self.begun_before.word(word)];
        let ending = self.ending.word(word);
        match rows {
            [Some(zero), Some(one), Some(two), Some(three), Some(four)]
                if begun[0] | begun[1] | ending == 0 =>
            {
                [zero, one, two, three, four]
            }
            _ => {
                for (room, row) in room.iter_mut().zip(&self.frequencies) {
                    copy_codes(row, word, room);
                }
                mirror(room, begun, ending);
                room.each_ref()
            }
        }
    }
}

/// Codes of the slots of a word.
type Codes = [u16; SLOTS_OF_WORD];

/// Those of a row; `None` if it ends before.
#[inline(always)]
fn codes_of(row: &[u16], word: usize) -> Option<&Codes> {
    row.as_chunks().0.get(word)
}

/// Copies those of a row. Past its end they are 0.
fn copy_codes(row: &[u16], word: usize, codes: &mut Codes) {
    let row = row.get(SLOTS_OF_WORD * word..).unwrap_or(&[]);
    let (there, past) = codes.split_at_mut(row.len().min(SLOTS_OF_WORD));
    there.copy_from_slice(&row[..there.len()]);
    past.fill(0);
}

/// Puts mirror images where partials have no codes. `begun` are those that begin in this interval, and in the one before.
#[inline(never)]
fn mirror(codes: &mut [Codes; 5], begun: [u64; 2], ending: u64) {
    let mut rest = begun[0] | begun[1] | ending;
    while rest != 0 {
        let n = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        let is_in = |slots: u64| slots >> n & 1 != 0;
        if is_in(begun[0]) {
            codes[1][n] = codes[2][n];
            codes[0][n] = if is_in(ending) {
                codes[2][n]
            } else {
                codes[3][n]
            };
        } else if is_in(begun[1]) {
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

/// The ratios of the slots of a word in a step, and what they are worked out of.
struct StepRatios {
    /// Mean frequencies over a step, over that of the recording's key.
    mean: Aligned<f64, SLOTS_OF_WORD>,
    /// Those over an interval.
    of_interval: Aligned<f64, SLOTS_OF_WORD>,
    /// By how much more than these the frequencies at both ends of the interval are, parts of them.
    start: Aligned<f32, SLOTS_OF_WORD>,
    end: Aligned<f32, SLOTS_OF_WORD>,
}

impl StepRatios {
    #[inline(always)]
    fn new() -> StepRatios {
        StepRatios {
            mean: Aligned::filled(0.0),
            of_interval: Aligned::filled(0.0),
            start: Aligned::filled(0.0),
            end: Aligned::filled(0.0),
        }
    }

    /// Reads the interval of a passage.
    // Each loop is short, so that its constants and more than one vector are in registers at once.
    #[inline(always)]
    fn read(&mut self, codes: &[&Codes; 5], ratio_per_hz: f64) {
        let lowest = codes::LOWEST_HZ * ratio_per_hz;
        let [zero, one, two, three, four] = codes;
        for (mean, code) in self.of_interval.iter_mut().zip(*two) {
            *mean = lowest * exp2_f64(f64::from(*code) * STEP_OCTAVES);
        }
        for n in 0..SLOTS_OF_WORD {
            let own = i32::from(two[n]);
            let c0 = (i32::from(zero[n]) - own) as f32;
            let c1 = (i32::from(one[n]) - own) as f32;
            let c3 = (i32::from(three[n]) - own) as f32;
            let c4 = (i32::from(four[n]) - own) as f32;
            self.start[n] = (NEAR * c1 + FAR * (c0 + c3)) * STEP_OCTAVES as f32;
            self.end[n] = (NEAR * c3 + FAR * (c1 + c4)) * STEP_OCTAVES as f32;
        }
        for start in self.start.iter_mut() {
            *start = quick_exp2(*start) - 1.0;
        }
        for end in self.end.iter_mut() {
            *end = quick_exp2(*end) - 1.0;
        }
    }

    /// The ratios at a place in the interval, 0 to 1.
    #[inline(always)]
    fn ratios_at(&self, u: f32, ratios: &mut [f32; SLOTS_OF_WORD]) {
        for (n, ratio) in ratios.iter_mut().enumerate() {
            let (k0, k1) = (self.start[n], self.end[n]);
            let (a, b) = (-2.0 * k0 - k1, k0 + k1);
            let more = at_least(k0 + u * (2.0 * a + 3.0 * b * u), LEAST);
            *ratio = self.of_interval[n] as f32 * (1.0 + more);
        }
    }

    /// Adds the passage from `from` to `to` to the mean.
    #[inline(always)]
    fn add_mean(&mut self, (from, to): (f32, f32), weight: f64) {
        // Powers of both ends in the mean of the parabola.
        let (linear, square) = (from + to, from * from + from * to + to * to);
        for n in 0..SLOTS_OF_WORD {
            let (k0, k1) = (self.start[n], self.end[n]);
            let (a, b) = (-2.0 * k0 - k1, k0 + k1);
            let more = f64::from(k0 + a * linear + b * square);
            self.mean[n] += weight * self.of_interval[n] * (1.0 + more);
        }
    }

    /// How far the mean is above the mean of both ends, as a part of the latter.
    #[inline(always)]
    fn set_mean_excess(
        &self,
        start: &[f32; SLOTS_OF_WORD],
        end: &[f32; SLOTS_OF_WORD],
        mean_excess: &mut [f32; SLOTS_OF_WORD],
    ) {
        for n in 0..SLOTS_OF_WORD {
            let ends = f64::from(start[n]) + f64::from(end[n]);
            let more = (2.0 * self.mean[n] - ends) as f32 / ends as f32;
            let is_smooth = more < MOST_MEAN_EXCESS && more > -MOST_MEAN_EXCESS;
            mean_excess[n] = if is_smooth { more } else { 0.0 };
        }
    }
}

at_level! {
    /// Writes ratios, mean excesses and gains at the end of a step that goes through these passages. `slots` are those
    /// that sound anywhere on it, `sounding` those that do so at its end. Past the groups that have slots there may be
    /// anything.
    pub(super) fn decode(
        passages: &[Passage],
        scale: &DecodeFactors,
        slots: &TrackSlotSet,
        sounding: &TrackSlotSet,
        groups: usize,
        frame: &mut RecordedFrame,
    ) {
        let (Some(first), Some(last)) = (passages.first(), passages.last()) else {
            return;
        };
        let mut ratios = StepRatios::new();
        let (mut room, mut ends) = ([[0; SLOTS_OF_WORD]; 5], [[0; SLOTS_OF_WORD]; 2]);
        for word in 0..(GROUP * groups).div_ceil(SLOTS_OF_WORD) {
            let ratio = &mut frame.ratio.as_chunks_mut().0[word];
            let start_ratio = &mut frame.start_ratio.as_chunks_mut().0[word];
            let mean_excess = &mut frame.mean_excess.as_chunks_mut().0[word];
            let gain: &mut [f32; SLOTS_OF_WORD] = &mut frame.gain.as_chunks_mut().0[word];
            if slots.word(word) != 0 {
                ratios.mean.fill(0.0);
                for (n, passage) in passages.iter().enumerate() {
                    ratios.read(&passage.codes(word, &mut room), scale.ratio_per_hz);
                    if n == 0 {
                        ratios.ratios_at(first.from, start_ratio);
                    }
                    ratios.add_mean((passage.from, passage.to), passage.weight);
                }
                ratios.ratios_at(last.to, ratio);
                ratios.set_mean_excess(start_ratio, ratio, mean_excess);
                let [low, high] = &mut ends;
                copy_codes(last.amplitudes[0], word, low);
                copy_codes(last.amplitudes[1], word, high);
                let sounding = sounding.word(word);
                for n in 0..SLOTS_OF_WORD {
                    let (low, high) = (amplitude(low[n]), amplitude(high[n]));
                    gain[n] = scale.full * (low + (high - low) * last.to);
                }
                for (n, gain) in gain.iter_mut().enumerate() {
                    *gain *= (sounding >> n & 1) as f32;
                }
            }
            for group in 0..SLOTS_OF_WORD / GROUP {
                let group_of_all = SLOTS_OF_WORD / GROUP * word + group;
                if slots.group(group_of_all) == 0 {
                    let ratio = &mut ratio.as_chunks_mut::<GROUP>().0[group];
                    for (n, ratio) in ratio.iter_mut().enumerate() {
                        *ratio = (GROUP * group_of_all + n + 1) as f32;
                    }
                    start_ratio.as_chunks_mut::<GROUP>().0[group] = *ratio;
                    mean_excess.as_chunks_mut::<GROUP>().0[group] = [0.0; GROUP];
                    gain.as_chunks_mut::<GROUP>().0[group] = [0.0; GROUP];
                }
            }
        }
    }
}

/// A frequency is no less than a tenth of the mean, less 1.
const LEAST: f32 = -0.9;
/// A mean that differs more from that of the ends is of two partials.
const MOST_MEAN_EXCESS: f32 = 0.25;
