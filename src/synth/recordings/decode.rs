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
use super::intervals::IntervalKey;
use super::slots::{SLOTS_OF_WORD, TrackSlotSet};
use crate::at_level;
use crate::dsp::maths::{at_least, exp2_f64, quick_exp2};
use crate::synth::partials::array::GROUP;
use crate::tracks::bank_file::{BankRows, MAX_SLOTS, codes};

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

/// The part of an interval that a step goes through.
pub(super) struct Passage<'a> {
    /// The interval, by the frame that it begins at.
    frame: u32,
    /// Codes of the amplitudes at both ends of the interval.
    amplitudes: [&'a [u16]; 2],
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
        Passage {
            frame,
            amplitudes: [rows.amplitudes(frame), rows.amplitudes(frame + 1)],
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
}

/// Codes of the slots of a word.
pub(super) type Codes = [u16; SLOTS_OF_WORD];

/// Those of a row, copied if it ends before.
#[inline(always)]
fn codes_of<'a>(row: &'a [u16], word: usize, room: &'a mut Codes) -> &'a Codes {
    match row.as_chunks().0.get(word) {
        Some(codes) => codes,
        None => {
            copy_codes(row, word, room);
            room
        }
    }
}

/// Copies those of a row. Past its end they are 0.
#[inline(never)]
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

/// Codes of the frequencies of two intervals before one, of itself, and of two after it, for the slots of a word.
#[derive(Clone, Copy)]
pub(super) struct CurveCodes([Codes; 5]);

impl CurveCodes {
    /// None.
    pub(super) const NONE: CurveCodes = CurveCodes([[0; SLOTS_OF_WORD]; 5]);

    /// Reads them of the interval after `frame`. In the first of these slots a partial begins in it, in the second in the
    /// one before, and in the last one ends in it.
    #[inline(always)]
    pub(super) fn read(
        &mut self,
        rows: &BankRows,
        frame: u32,
        word: usize,
        [begun, begun_before, ending]: [u64; 3],
    ) {
        let frames = [
            frame.checked_sub(2),
            frame.checked_sub(1),
            Some(frame),
            Some(frame + 1),
            Some(frame + 2),
        ];
        for (codes, frame) in self.0.iter_mut().zip(frames) {
            copy_codes(
                frame.map_or(&[][..], |frame| rows.frequencies(frame)),
                word,
                codes,
            );
        }
        if begun | begun_before | ending != 0 {
            mirror(&mut self.0, [begun, begun_before], ending);
        }
    }
}

/// What an interval says of the frequencies of the slots of a word.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Curves {
    /// Mean frequencies over that of the recording's key.
    mean: [f64; SLOTS_OF_WORD],
    /// By how much more than these the frequencies at both ends of the interval are, parts of them.
    start: [f32; SLOTS_OF_WORD],
    end: [f32; SLOTS_OF_WORD],
}

impl Curves {
    /// None.
    pub(super) const NONE: Curves = Curves {
        mean: [0.0; SLOTS_OF_WORD],
        start: [0.0; SLOTS_OF_WORD],
        end: [0.0; SLOTS_OF_WORD],
    };

    /// Works them out of their codes.
    // Each loop is short, so that its constants and more than one vector are in registers at once.
    #[inline(always)]
    pub(super) fn set(&mut self, CurveCodes(codes): &CurveCodes, ratio_per_hz: f64) {
        let lowest = codes::LOWEST_HZ * ratio_per_hz;
        let [zero, one, two, three, four] = codes;
        for (mean, code) in self.mean.iter_mut().zip(two) {
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
            *ratio = self.mean[n] as f32 * (1.0 + more);
        }
    }

    /// Adds the passage from `from` to `to` to the means over a step.
    #[inline(always)]
    fn add_to(&self, means: &mut [f64; SLOTS_OF_WORD], (from, to): (f32, f32), weight: f64) {
        // Powers of both ends in the mean of the parabola.
        let (linear, square) = (from + to, from * from + from * to + to * to);
        for (n, mean) in means.iter_mut().enumerate() {
            let (k0, k1) = (self.start[n], self.end[n]);
            let (a, b) = (-2.0 * k0 - k1, k0 + k1);
            let more = f64::from(k0 + a * linear + b * square);
            *mean += weight * self.mean[n] * (1.0 + more);
        }
    }
}

/// How far the mean over a step is above the mean of both ends, as a part of the latter.
#[inline(always)]
fn set_mean_excess(
    means: &[f64; SLOTS_OF_WORD],
    start: &[f32; SLOTS_OF_WORD],
    end: &[f32; SLOTS_OF_WORD],
    mean_excess: &mut [f32; SLOTS_OF_WORD],
) {
    for n in 0..SLOTS_OF_WORD {
        let ends = f64::from(start[n]) + f64::from(end[n]);
        let more = (2.0 * means[n] - ends) as f32 / ends as f32;
        let is_smooth = more < MOST_MEAN_EXCESS && more > -MOST_MEAN_EXCESS;
        mean_excess[n] = if is_smooth { more } else { 0.0 };
    }
}

/// The gains at a place in an interval, 0 to 1, of the slots that sound there.
#[inline(always)]
fn set_gains(
    [low, high]: [&Codes; 2],
    u: f32,
    full: f32,
    sounding: u64,
    gain: &mut [f32; SLOTS_OF_WORD],
) {
    for n in 0..SLOTS_OF_WORD {
        let (low, high) = (amplitude(low[n]), amplitude(high[n]));
        gain[n] = full * (low + (high - low) * u);
    }
    for (n, gain) in gain.iter_mut().enumerate() {
        *gain *= (sounding >> n & 1) as f32;
    }
}

/// Leaves nothing in those of the groups of a word that have no slots.
#[inline(always)]
fn clear_groups(word: usize, slots: &TrackSlotSet, frame: &mut RecordedFrame) {
    for group in SLOTS_OF_WORD / GROUP * word..SLOTS_OF_WORD / GROUP * (word + 1) {
        if slots.group(group) == 0 {
            let ratio = &mut frame.ratio.as_chunks_mut::<GROUP>().0[group];
            for (n, ratio) in ratio.iter_mut().enumerate() {
                *ratio = (GROUP * group + n + 1) as f32;
            }
            frame.start_ratio.as_chunks_mut::<GROUP>().0[group] = *ratio;
            frame.mean_excess.as_chunks_mut::<GROUP>().0[group] = [0.0; GROUP];
            frame.gain.as_chunks_mut::<GROUP>().0[group] = [0.0; GROUP];
        }
    }
}

/// How codes become ratios and gains, and of which recording they are.
pub(super) struct DecodeFactors {
    /// Amplitude of the code 65535.
    pub full: f32,
    /// What distinguishes the recording from others.
    pub sound: (u64, usize),
    /// The frequency of its key.
    pub root_hz: f64,
}

at_level! {
    /// Writes ratios, mean excesses and gains at the end of a step that goes through these passages. `slots` are those
    /// that sound anywhere on it, `sounding` those that do so at its end. Past the groups that have slots there may be
    /// anything.
    pub(super) fn decode(
        rows: &BankRows,
        passages: &[Passage],
        scale: &DecodeFactors,
        slots: &TrackSlotSet,
        sounding: &TrackSlotSet,
        groups: usize,
        frame: &mut RecordedFrame,
    ) {
        let RecordedFrame { ratio, start_ratio, mean_excess, gain, intervals, .. } = frame;
        let words = (GROUP * groups).div_ceil(SLOTS_OF_WORD);
        let with_slots = || (0..words).filter(|word| slots.word(*word) != 0);
        let mut means = [[0.0; SLOTS_OF_WORD]; WORDS];
        let mut room = [[0; SLOTS_OF_WORD]; 2];
        for (n, passage) in passages.iter().enumerate() {
            let Passage { from, to, weight, .. } = *passage;
            let (is_first, is_last) = (n == 0, n + 1 == passages.len());
            let key = IntervalKey::new(scale.sound, passage.frame, scale.root_hz);
            let interval = intervals.at(rows, key);
            for word in with_slots() {
                let curves = interval.curves(rows, word);
                let start_ratio = &mut start_ratio.as_chunks_mut().0[word];
                if is_first {
                    curves.ratios_at(from, start_ratio);
                }
                curves.add_to(&mut means[word], (from, to), weight);
                if is_last {
                    let ratio = &mut ratio.as_chunks_mut().0[word];
                    curves.ratios_at(to, ratio);
                    let mean_excess = &mut mean_excess.as_chunks_mut().0[word];
                    set_mean_excess(&means[word], start_ratio, ratio, mean_excess);
                    let [low, high] = &mut room;
                    let codes = [
                        codes_of(passage.amplitudes[0], word, low),
                        codes_of(passage.amplitudes[1], word, high),
                    ];
                    let gain = &mut gain.as_chunks_mut().0[word];
                    set_gains(codes, to, scale.full, sounding.word(word), gain);
                }
            }
        }
        for word in 0..words {
            clear_groups(word, slots, frame);
        }
    }
}

/// Words of all slots.
const WORDS: usize = MAX_SLOTS / SLOTS_OF_WORD;
/// A frequency is no less than a tenth of the mean, less 1.
const LEAST: f32 = -0.9;
/// A mean that differs more from that of the ends is of two partials.
const MOST_MEAN_EXCESS: f32 = 0.25;
