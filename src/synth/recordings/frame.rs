//! A recording at one place: the frequency and the amplitude of each slot, for the spectrum of one voice.
//!
//! Between the frames i and i + 1 of a slot, u being 0 to 1, the amplitude runs straight from aᵢ to aᵢ₊₁. Its
//! frequency is the parabola that has the stored mean mᵢ, and at both ends the slopes k of the phase,
//!
//! f(u) = k₀ + 2(3m − 2k₀ − k₁)·u + 3(k₀ + k₁ − 2m)·u², k₀ = 0.634·(mᵢ₋₁ + mᵢ) − 0.134·(mᵢ₋₂ + mᵢ₊₁)
//!
//! and k₁ likewise, which is nearly the natural spline that an analysis fits
//! ([`spline_slopes`](crate::tracks::spline_slopes)). So it has no steps, and the phase at every frame is the sum of the
//! means before it, as it was stored. Past its ends a partial is continued by its mirror image.
//!
//! For the way from one place to another the mean frequency comes with it, as its relation to the mean of both ends:
//! the [course](RecordedFrame::course). With it phases are those of the integral, however frequencies curve in between,
//! and no rounding of a ratio adds up. Frequencies are worked out in f64.

use super::formants::FormantMove;
use super::slots::{Interval, SlotSet};
use super::tables::CodeTables;
use crate::at_level;
use crate::dsp::maths::{at_least, exp2, log2};
use crate::dsp::resident;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::HarmonicTables;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::colours::SILENT;
use crate::tracks::bank_file::{BankRows, TrackEvent, codes};

/// So many intervals are integrated over at most; over more of them frequencies run straight.
const MOST_INTERVALS: u32 = 12;

/// Weights of the means beside a frame and next to these in the slope there: those of a cubic spline, cut off.
const NEAR: f64 = 0.634;
const FAR: f64 = -0.134;

/// Frequencies nearer than this part of each other are within a semitone.
const SEMITONE: f32 = 0.06;
/// A gain at the start of a way over that at its end, at most.
const MOST_GAIN: f32 = 1e4;
/// A lower gain is none: the least of a bank is −128 dB.
const LEAST_GAIN: f32 = 1e-9;

/// A slot whose partial has begun on the way to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Birth {
    /// Its slot.
    pub slot: u16,
    /// Frequency at the start of the way over that at its end.
    pub ratio: f32,
    /// Gain at the start of the way over that at its end.
    pub gain: f32,
    /// Its phase as a sine when it began, 2⁶⁴ to the turn, and how long that was after the start of the way, seconds;
    /// `None` if it is not known.
    pub phase: Option<(u64, f32)>,
}

/// What a recording gives the spectrum of one voice at the end of a segment. Slot n has index n.
#[derive(Debug)]
pub struct RecordedFrame {
    /// How many slots there are.
    count: usize,
    /// Changes with each frame.
    version: u64,
    /// Frequency over that of the recording's key.
    pub ratio: Box<[f32; MAX_PARTIALS]>,
    /// log₂ of it.
    pub log2_ratio: Box<[f32; MAX_PARTIALS]>,
    /// log₂ of the linear gain.
    pub log2_gain: Box<[f32; MAX_PARTIALS]>,
    /// The mean frequency on the way over the mean of those at its ends, less 1.
    pub course: Box<[f32; MAX_PARTIALS]>,
    /// Position, −1 (left) to 1 (right).
    pub pan: Box<[f32; MAX_PARTIALS]>,
    births: Vec<Birth>,
    start_hz: Box<[f64; MAX_PARTIALS]>,
    end_hz: Box<[f64; MAX_PARTIALS]>,
    mean_hz: Box<[f64; MAX_PARTIALS]>,
    gain: Box<[f32; MAX_PARTIALS]>,
    start_gain: Box<[f32; MAX_PARTIALS]>,
}

/// From where to where in a recording a voice goes over a segment.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Frames of the recording; both ends within it.
    pub from: f64,
    /// Likewise.
    pub to: f64,
    /// Duration of the segment, seconds.
    pub seconds: f64,
    /// Whether nothing of the voice has sounded before.
    pub is_onset: bool,
    /// Whether its end is outside of the recording, so that nothing sounds there.
    pub is_over: bool,
}

/// Which slots of a recording a voice plays.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    interval: Interval,
    sounding: SlotSet,
}

impl Head {
    /// None.
    pub const NONE: Head = Head {
        interval: Interval::NONE,
        sounding: SlotSet::EMPTY,
    };

    /// Whether no slot sounds.
    pub fn is_silent(&self) -> bool {
        self.sounding.is_empty()
    }
}

/// The rows that an interval depends on.
struct Rows<'a> {
    amplitudes: [&'a [u16]; 2],
    /// Of two intervals before it, itself, and two after it.
    frequencies: [&'a [u16]; 5],
    /// Slots whose partial begins in the interval before, in this one, and ends in this one.
    begun_before: SlotSet,
    begun: SlotSet,
    ending: SlotSet,
}

impl<'a> Rows<'a> {
    fn of(rows: &BankRows<'a>, frame: u32) -> Rows<'a> {
        let events = |frame: Option<u32>, kind: u16| {
            let mut slots = SlotSet::EMPTY;
            let events = frame.map_or(&[][..], |frame| rows.sound().events_of(frame));
            for event in events.iter().filter(|event| event.kind == kind) {
                slots.insert(event.slot);
            }
            slots
        };
        let frequencies = |frame: Option<u32>| frame.map_or(&[][..], |frame| rows.frequencies(frame));
        Rows {
            amplitudes: [rows.amplitudes(frame), rows.amplitudes(frame + 1)],
            frequencies: [
                frequencies(frame.checked_sub(2)),
                frequencies(frame.checked_sub(1)),
                frequencies(Some(frame)),
                frequencies(Some(frame + 1)),
                frequencies(Some(frame + 2)),
            ],
            begun_before: events(frame.checked_sub(1), TrackEvent::BIRTH),
            begun: events(Some(frame), TrackEvent::BIRTH),
            ending: events(Some(frame), TrackEvent::DEATH),
        }
    }

    /// A group of 16 of them.
    fn group(&self, group: usize) -> RowGroup {
        let codes = |row: &[u16]| {
            let part = row.get(GROUP * group..GROUP * (group + 1));
            part.and_then(|part| part.try_into().ok())
                .unwrap_or([0; GROUP])
        };
        RowGroup {
            amplitudes: self.amplitudes.map(codes),
            frequencies: self.frequencies.map(codes),
            begun_before: self.begun_before.group(group),
            begun: self.begun.group(group),
            ending: self.ending.group(group),
        }
    }
}

/// Codes of 16 slots.
#[derive(Clone, Copy)]
struct RowGroup {
    amplitudes: [[u16; GROUP]; 2],
    frequencies: [[u16; GROUP]; 5],
    begun_before: u16,
    begun: u16,
    ending: u16,
}

impl RowGroup {
    /// Mean frequencies of the five intervals; past the ends of a partial its mirror image.
    #[inline(always)]
    fn means(&self, tables: &CodeTables) -> [[f64; GROUP]; 5] {
        let mut codes = self.frequencies;
        if self.begun | self.begun_before | self.ending != 0 {
            for n in 0..GROUP {
                let is_in = |slots: u16| slots >> n & 1 != 0;
                if is_in(self.begun) {
                    codes[1][n] = codes[2][n];
                    codes[0][n] = if is_in(self.ending) { codes[2][n] } else { codes[3][n] };
                } else if is_in(self.begun_before) {
                    codes[0][n] = codes[1][n];
                }
                if is_in(self.ending) {
                    codes[3][n] = codes[2][n];
                    codes[4][n] = codes[1][n];
                }
            }
        }
        codes.map(|codes| codes.map(|code| tables.hz(code)))
    }
}

/// What part of an interval a way goes through.
#[derive(Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    /// Part of the whole way.
    weight: f64,
    is_first: bool,
    is_last: bool,
}

impl Way {
    /// The intervals that its ends are in. What begins or ends exactly at its end does so on the next way.
    fn intervals(&self, frames: u32) -> (u32, u32) {
        let at_most = frames.saturating_sub(2);
        let begun_by = |place: f64| (place as u32).min(at_most);
        let ended_by = |place: f64| (libm::ceil(place).max(1.0) as u32 - 1).min(at_most);
        if self.to > self.from {
            let first = begun_by(self.from);
            (first, ended_by(self.to).max(first))
        } else if self.to < self.from {
            let last = begun_by(self.to);
            (ended_by(self.from).max(last), last)
        } else {
            let only = begun_by(self.to);
            (only, only)
        }
    }
}

impl RecordedFrame {
    /// Allocates it.
    pub fn allocate() -> RecordedFrame {
        RecordedFrame {
            count: 0,
            version: 0,
            ratio: resident::array(1.0),
            log2_ratio: resident::array(0.0),
            log2_gain: resident::array(SILENT),
            course: resident::array(0.0),
            pan: resident::array(0.0),
            births: Vec::with_capacity(MAX_PARTIALS),
            start_hz: resident::array(0.0),
            end_hz: resident::array(0.0),
            mean_hz: resident::array(0.0),
            gain: resident::array(0.0),
            start_gain: resident::array(0.0),
        }
    }

    /// How many slots there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Changes with each frame.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Those whose partial has begun on the way.
    pub fn births(&self) -> &[Birth] {
        &self.births
    }

    /// Silence of so many slots.
    pub fn silence(&mut self, count: usize, version: u64) {
        self.count = count.min(MAX_PARTIALS);
        self.version = version;
        self.births.clear();
        self.gain.fill(0.0);
        self.log2_gain.fill(SILENT);
        self.course.fill(0.0);
    }

    /// Goes a way in a recording whose key has the frequency `root_hz`. [`RecordedFrame::finish`] is to follow.
    pub fn go(
        &mut self,
        level: SimdLevel,
        (rows, root_hz, formants): (&BankRows, f64, Option<&FormantMove>),
        head: &mut Head,
        way: &Way,
    ) {
        let sound = rows.sound();
        self.count = (sound.slots as usize).min(MAX_PARTIALS);
        self.births.clear();
        // Another voice has been here.
        for hz in [&mut self.start_hz, &mut self.end_hz, &mut self.mean_hz] {
            hz.fill(0.0);
        }
        self.gain.fill(0.0);
        self.start_gain.fill(0.0);
        let (first, last) = way.intervals(sound.frames);
        let before = match way.is_onset {
            true => SlotSet::EMPTY,
            false => head.sounding,
        };
        self.pass(level, rows, (first, last), way, &before, head);
        let ends = match way.is_over {
            true => SlotSet::EMPTY,
            false => self.end_partials(rows, last, way.to, &head.interval),
        };
        head.sounding = ends;
        let groups = self.count.div_ceil(GROUP);
        let scale = Scale {
            full: sound.full_scale as f32,
            root_hz,
            is_straight: way.is_onset && way.from == way.to,
        };
        set_ratios(level, &scale, &ends, groups, self);
        if let Some(formants) = formants {
            formants.apply(&self.end_hz[..16 * groups], &mut self.gain[..16 * groups]);
            formants.apply(
                &self.start_hz[..16 * groups],
                &mut self.start_gain[..16 * groups],
            );
        }
        self.find_births(rows, way, &ends.without(&before), (first, last));
        self.set_pans(rows, last);
    }

    /// Becomes a mixture with another recording's, of which `part` is the other's. Slots whose frequencies are within a
    /// semitone are one partial, others fade out and in. `by_level` says whether gains go from one to the other in
    /// decibels.
    pub fn blend(&mut self, other: &RecordedFrame, part: f32, by_level: bool) {
        let count = self.count.max(other.count);
        self.merge_births(other, part);
        for n in 0..count {
            let (mine, theirs) = (self.gain[n], other.gain[n]);
            let quotient = other.ratio[n] / self.ratio[n];
            let is_near = (quotient - 1.0).abs() < SEMITONE;
            let mix = |mine: f32, theirs: f32| match is_near {
                true if by_level && mine > 0.0 && theirs > 0.0 => {
                    exp2(log2(mine) * (1.0 - part) + log2(theirs) * part)
                }
                true => mine + (theirs - mine) * part,
                // Each is silent where the other takes the slot.
                false if part < 0.5 => mine * (1.0 - 2.0 * part),
                false => theirs * (2.0 * part - 1.0),
            };
            let is_theirs = mine == 0.0 || !is_near && theirs > 0.0 && part >= 0.5;
            let only_one = mine == 0.0 || theirs == 0.0;
            let (gain, start_gain) = match only_one {
                true => (
                    mine * (1.0 - part) + theirs * part,
                    self.start_gain[n] * (1.0 - part) + other.start_gain[n] * part,
                ),
                false => (
                    mix(mine, theirs),
                    mix(self.start_gain[n], other.start_gain[n]),
                ),
            };
            (self.gain[n], self.start_gain[n]) = (gain, start_gain);
            if is_theirs {
                self.ratio[n] = other.ratio[n];
                self.course[n] = other.course[n];
                self.pan[n] = other.pan[n];
            } else if is_near && theirs > 0.0 {
                self.ratio[n] += (other.ratio[n] - self.ratio[n]) * part;
                self.course[n] += (other.course[n] - self.course[n]) * part;
                self.pan[n] += (other.pan[n] - self.pan[n]) * part;
            }
        }
        self.count = count;
        for birth in &mut self.births {
            let n = usize::from(birth.slot);
            if birth.gain > 0.0 && self.gain[n] > 0.0 {
                birth.gain = (self.start_gain[n] / self.gain[n]).min(MOST_GAIN);
            }
        }
    }

    /// Births of both, by slot. Where one of them sounds on it is no birth.
    fn merge_births(&mut self, other: &RecordedFrame, part: f32) {
        let own = self.births.len();
        for birth in &other.births {
            let n = usize::from(birth.slot);
            let mine = self.births[..own].binary_search_by_key(&birth.slot, |birth| birth.slot);
            match mine {
                Ok(place) if part >= 0.5 => self.births[place] = *birth,
                Ok(_) => {}
                Err(_) if self.gain[n] == 0.0 && self.births.len() < self.births.capacity() => {
                    self.births.push(*birth);
                }
                Err(_) => {}
            }
        }
        self.births.sort_unstable_by_key(|birth| birth.slot);
    }

    /// Works out what the spectrum reads, now that frequencies and gains are there.
    pub fn finish(&mut self, level: SimdLevel, version: u64) {
        self.version = version;
        let count = self.count.next_multiple_of(GROUP).min(MAX_PARTIALS);
        let tables = HarmonicTables::shared();
        self.ratio[count..].copy_from_slice(&tables.n[count..]);
        self.log2_ratio[count..].copy_from_slice(&tables.log2_n[count..]);
        self.log2_gain[count..].fill(SILENT);
        self.course[count..].fill(0.0);
        set_levels(level, count, self);
    }

    /// Integrates over the intervals of a way. Afterwards the head is in the last.
    fn pass(
        &mut self,
        level: SimdLevel,
        rows: &BankRows,
        (first, last): (u32, u32),
        way: &Way,
        before: &SlotSet,
        head: &mut Head,
    ) {
        let tables = CodeTables::shared();
        let groups = self.count.div_ceil(GROUP);
        let length = way.to - way.from;
        let is_long = first.abs_diff(last) > MOST_INTERVALS;
        let mut frame = first;
        loop {
            let (is_first, is_last) = (frame == first, frame == last);
            if is_first || is_last || !is_long {
                head.interval.go_to(rows, frame);
                let base = f64::from(frame);
                let (low, high) = if way.from <= way.to {
                    (0.0, 1.0)
                } else {
                    (1.0, 0.0)
                };
                let from = if is_first { way.from - base } else { low };
                let to = if is_last { way.to - base } else { high };
                let stretch = Stretch {
                    from,
                    to,
                    weight: if first == last {
                        1.0
                    } else {
                        (to - from) / length
                    },
                    is_first,
                    is_last,
                };
                let slots = head.interval.slots.or(before);
                integrate(
                    level,
                    tables,
                    &Rows::of(rows, frame),
                    &slots,
                    &stretch,
                    groups,
                    self,
                );
            }
            if is_last {
                break;
            }
            frame = match (is_long, first < last) {
                (true, _) => last,
                (false, true) => frame + 1,
                (false, false) => frame - 1,
            };
        }
        if is_long {
            self.mean_hz.copy_from_slice(&self.end_hz[..]);
        }
    }

    /// Lets those partials begin and end at the sample that do so in the last interval. Returns those that sound at the
    /// end of the way.
    fn end_partials(
        &mut self,
        rows: &BankRows,
        frame: u32,
        place: f64,
        interval: &Interval,
    ) -> SlotSet {
        let tables = CodeTables::shared();
        let sound = rows.sound();
        let u = place - f64::from(frame);
        let hop = f64::from(sound.grid.hop);
        let mut sounding = interval.slots;
        for event in sound.events_of(frame) {
            let slot = usize::from(event.slot);
            let code = |row: &[u16]| row.get(slot).copied().unwrap_or(0);
            let [from, to] = [rows.amplitudes(frame), rows.amplitudes(frame + 1)]
                .map(|row| tables.amplitude(code(row)));
            let offset = f64::from(event.offset) / hop;
            let part = match event.kind {
                TrackEvent::BIRTH if offset == 0.0 => continue,
                TrackEvent::BIRTH if u > offset => (u - offset) / (1.0 - offset),
                TrackEvent::DEATH if offset == 1.0 => continue,
                TrackEvent::DEATH if u <= offset => u / offset,
                _ => {
                    sounding.remove(event.slot);
                    continue;
                }
            };
            self.gain[slot] = from + (to - from) * part as f32;
        }
        sounding
    }

    /// Notes which partials have begun on the way, and how.
    fn find_births(
        &mut self,
        rows: &BankRows,
        way: &Way,
        begun: &SlotSet,
        (first, last): (u32, u32),
    ) {
        let sound = rows.sound();
        let hop = f64::from(sound.grid.hop);
        let is_forward = way.to >= way.from;
        for slot in begun
            .iter()
            .take_while(|slot| usize::from(*slot) < self.count)
        {
            let n = usize::from(slot);
            let birth = (first.max(last.saturating_sub(MOST_INTERVALS))..=last)
                .rev()
                .filter(|_| is_forward)
                .find_map(|frame| {
                    let events = sound.events_of(frame).iter();
                    events
                        .filter(|event| event.kind == TrackEvent::BIRTH)
                        .find(|event| event.slot == slot)
                });
            let place = birth.map(|birth| f64::from(birth.frame) + f64::from(birth.offset) / hop);
            let late = place.map_or(0.0, |place| place - way.from);
            let phase = birth.filter(|_| late >= 0.0).map(|birth| {
                let part = if way.to > way.from {
                    late / (way.to - way.from)
                } else {
                    0.0
                };
                // A sine is a cosine a quarter of a turn later.
                let turns = (u64::from(birth.phase) << 48).wrapping_add(1 << 62);
                (turns, (part * way.seconds) as f32)
            });
            // One that was there at the start of the way begins there.
            let sounds_at_start = late <= 0.0 && (way.is_onset || birth.is_some());
            let (gain, ratio) = match sounds_at_start && self.gain[n] > 0.0 {
                true => (
                    self.start_gain[n] / self.gain[n],
                    (self.start_hz[n] / self.end_hz[n]) as f32,
                ),
                false => (0.0, 1.0),
            };
            if late > 0.0 || !sounds_at_start {
                self.course[n] = 0.0;
            }
            self.births.push(Birth {
                slot,
                ratio,
                gain: gain.min(MOST_GAIN),
                phase,
            });
        }
    }

    fn set_pans(&mut self, rows: &BankRows, frame: u32) {
        let pans = rows.pans(frame);
        let count = self.count;
        self.pan[..count].fill(0.0);
        for (pan, &code) in self.pan[..count].iter_mut().zip(pans) {
            *pan = match code {
                0 => 0.0,
                code => codes::pan(code) as f32,
            };
        }
    }
}

/// How codes become gains and ratios.
struct Scale {
    full: f32,
    root_hz: f64,
    is_straight: bool,
}

at_level! {
    /// Adds up a stretch of an interval.
    fn integrate(
        tables: &CodeTables,
        rows: &Rows,
        slots: &SlotSet,
        stretch: &Stretch,
        groups: usize,
        frame: &mut RecordedFrame,
    ) {
        let Stretch { from, to, weight, is_first, is_last } = *stretch;
        // Powers of both ends in the mean of the parabola.
        let (linear, square) = (from + to, from * from + from * to + to * to);
        for group in 0..groups {
            if slots.group(group) == 0 {
                continue;
            }
            let codes = rows.group(group);
            let place = GROUP * group;
            let means = codes.means(tables);
            let (mut start, mut end) = ([0.0; GROUP], [0.0; GROUP]);
            for n in 0..GROUP {
                let mean = means[2][n];
                let k0 = NEAR * (means[1][n] + mean) + FAR * (means[0][n] + means[3][n]);
                let k1 = NEAR * (mean + means[3][n]) + FAR * (means[1][n] + means[4][n]);
                let a = 3.0 * mean - 2.0 * k0 - k1;
                let b = k0 + k1 - 2.0 * mean;
                start[n] = k0 + from * (2.0 * a + 3.0 * b * from);
                end[n] = k0 + to * (2.0 * a + 3.0 * b * to);
                frame.mean_hz[place + n] += weight * (k0 + a * linear + b * square);
            }
            if is_first {
                frame.start_hz[place..place + GROUP].copy_from_slice(&start);
            }
            if is_last {
                frame.end_hz[place..place + GROUP].copy_from_slice(&end);
            }
            if is_first || is_last {
                let (from, to) = (from as f32, to as f32);
                for n in 0..GROUP {
                    let low = tables.amplitude(codes.amplitudes[0][n]);
                    let high = tables.amplitude(codes.amplitudes[1][n]);
                    if is_first {
                        frame.start_gain[place + n] = low + (high - low) * from;
                    }
                    if is_last {
                        frame.gain[place + n] = low + (high - low) * to;
                    }
                }
            }
        }
    }
}

at_level! {
    /// From frequencies to ratios, and gains to their scale.
    fn set_ratios(scale: &Scale, sounding: &SlotSet, groups: usize, frame: &mut RecordedFrame) {
        let Scale { full, root_hz, is_straight } = *scale;
        for group in 0..groups {
            let place = GROUP * group;
            let bits = sounding.group(group);
            for n in 0..GROUP {
                let index = place + n;
                let end_hz = frame.end_hz[index];
                let ratio = end_hz / root_hz;
                let ratio = if ratio > 1e-6 { ratio } else { (index + 1) as f64 };
                let rounded = ratio as f32;
                let start = (frame.start_hz[index] / root_hz) as f32;
                let ends = 0.5 * (f64::from(start) + f64::from(rounded)) * root_hz;
                let course = frame.mean_hz[index] / ends - 1.0;
                let is_course = course.abs() < 0.25 && !is_straight;
                frame.ratio[index] = rounded;
                frame.course[index] = if is_course { course as f32 } else { 0.0 };
                let sounds = bits >> n & 1 != 0;
                frame.gain[index] = if sounds { full * frame.gain[index] } else { 0.0 };
                frame.start_gain[index] *= full;
            }
        }
    }
}

at_level! {
    /// Logarithms of the first `count` ratios and gains.
    fn set_levels(count: usize, frame: &mut RecordedFrame) {
        for n in 0..count {
            frame.log2_ratio[n] = log2(frame.ratio[n]);
        }
        for n in 0..count {
            let gain = frame.gain[n];
            let level = log2(at_least(gain, LEAST_GAIN));
            frame.log2_gain[n] = if gain >= LEAST_GAIN { level } else { SILENT };
        }
    }
}
