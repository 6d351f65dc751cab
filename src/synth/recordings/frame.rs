//! A recording at one place: the frequency and the amplitude of each slot, for the spectrum of one voice.
//!
//! For a step from one place to another the mean frequency comes with it, as its relation to the mean of both ends:
//! the [mean excess](RecordedFrame::mean_excess). With it phases are those of the integral, however frequencies curve
//! in between, and no rounding of a ratio adds up.

mod mixture;
mod step;
#[cfg(test)]
mod tests;

use arrayvec::ArrayVec;

use super::decode::{DecodeFactors, Passage, decode};
use super::formants::FormantMove;
use super::intervals::{IntervalKey, Intervals};
use super::slots::{Interval, TrackSlotSet};
use crate::at_level;
use crate::dsp::aligned::Aligned;
use crate::dsp::maths::{at_least, quick_log2};
use crate::dsp::resident;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::HarmonicTables;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::colours::SILENT;
use crate::tracks::bank_file::{BankRows, SlotEvent, codes};

pub use mixture::Mixture;
pub use step::FrameStep;
use step::MOST_INTERVALS;

/// A gain at the start of a step over that at its end, at most.
const MOST_GAIN: f32 = 1e4;
/// Lower gains count as 0: the least of a bank is −128 dB.
const LEAST_GAIN: f32 = 1e-9;

/// A slot whose partial has begun in the step to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Birth {
    /// Its slot.
    pub slot: u16,
    /// Frequency at the start of the step over that at its end.
    pub ratio: f32,
    /// Gain at the start of the step over that at its end.
    pub gain: f32,
    /// Its phase as a sine when it began, 2⁶⁴ to the turn, and how long that was after the start of the step, seconds;
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
    /// The slots that any partial of the recording is in, now or at another time.
    pub slots: TrackSlotSet,
    /// Frequency over that of the recording's key.
    pub ratio: Box<Aligned<f32, MAX_PARTIALS>>,
    /// log₂ of it.
    pub log2_ratio: Box<Aligned<f32, MAX_PARTIALS>>,
    /// log₂ of the linear gain.
    pub log2_gain: Box<Aligned<f32, MAX_PARTIALS>>,
    /// The mean frequency in the step over the mean of those at its ends, less 1.
    pub mean_excess: Box<Aligned<f32, MAX_PARTIALS>>,
    /// Position, −1 (left) to 1 (right).
    pub pan: Box<Aligned<f32, MAX_PARTIALS>>,
    /// Whether any partial may be beside the centre.
    pub has_pans: bool,
    births: Vec<Birth>,
    /// [`RecordedFrame::ratio`] at the start of the step.
    pub(super) start_ratio: Box<Aligned<f32, MAX_PARTIALS>>,
    /// Linear gain.
    pub(super) gain: Box<Aligned<f32, MAX_PARTIALS>>,
    /// Intervals that are decoded, of all voices of a thread.
    pub(super) intervals: Intervals,
}

/// A recording that is played.
#[derive(Clone, Copy)]
pub struct PlayedRows<'a, 'b> {
    /// What is at hand of it.
    pub rows: &'a BankRows<'b>,
    /// What distinguishes its codes from those of all others.
    pub sound: (u64, usize),
    /// The frequency of its key.
    pub root_hz: f64,
    /// How its formants move; `None` if they move with the pitch.
    pub formants: Option<&'a FormantMove>,
}

/// Which slots of a recording a voice plays.
#[derive(Clone, Copy, Debug)]
pub struct TrackSlotState {
    interval: Interval,
    sounding: TrackSlotSet,
}

impl TrackSlotState {
    /// No slots.
    pub const NONE: TrackSlotState = TrackSlotState {
        interval: Interval::NONE,
        sounding: TrackSlotSet::EMPTY,
    };

    /// Whether no slot sounds.
    pub fn is_silent(&self) -> bool {
        self.sounding.is_empty()
    }

    /// Goes to the last interval of a step and appends the passage through each. The slots of all these intervals.
    fn go_through<'a>(
        &mut self,
        rows: &BankRows<'a>,
        frame_step: &FrameStep,
        intervals: (u32, u32),
        passages: &mut ArrayVec<Passage<'a>, MOST_INTERVALS>,
    ) -> TrackSlotSet {
        let mut slots = TrackSlotSet::EMPTY;
        for (frame, part) in frame_step.parts(intervals) {
            self.interval.go_to(rows, frame);
            slots = slots.or(&self.interval.slots);
            passages.push(Passage::new(rows, frame, part.ends, part.weight));
        }
        slots
    }
}

/// The slots that sound at a place in an interval. Where partials begin and end within it, `exceptions` get their
/// amplitudes.
fn sounding_at(
    rows: &BankRows,
    (frame, u): (u32, f64),
    interval: &Interval,
    passage: &Passage,
    exceptions: &mut ArrayVec<(u16, f32), MAX_PARTIALS>,
) -> TrackSlotSet {
    let sound = rows.sound();
    let hop = f64::from(sound.grid.hop);
    let mut sounding = interval.slots;
    for event in rows.events_of(frame) {
        let offset = f64::from(event.offset) / hop;
        let part = match event.kind {
            SlotEvent::BIRTH if offset == 0.0 => continue,
            SlotEvent::BIRTH if u > offset => (u - offset) / (1.0 - offset),
            SlotEvent::DEATH if offset == 1.0 => continue,
            SlotEvent::DEATH if u <= offset => u / offset,
            _ => {
                sounding.remove(event.slot);
                continue;
            }
        };
        let [from, to] = passage.amplitudes_of(event.slot);
        if !exceptions.is_full() {
            exceptions.push((event.slot, from + (to - from) * part as f32));
        }
    }
    sounding
}

impl RecordedFrame {
    /// Allocates it.
    pub fn allocate() -> RecordedFrame {
        RecordedFrame {
            count: 0,
            version: 0,
            slots: TrackSlotSet::EMPTY,
            ratio: resident::array(1.0),
            log2_ratio: resident::array(0.0),
            log2_gain: resident::array(SILENT),
            mean_excess: resident::array(0.0),
            pan: resident::array(0.0),
            has_pans: false,
            births: Vec::with_capacity(MAX_PARTIALS),
            start_ratio: resident::array(1.0),
            gain: resident::array(0.0),
            intervals: Intervals::allocate(),
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

    /// Slots whose partial has begun in the step.
    pub fn births(&self) -> &[Birth] {
        &self.births
    }

    /// Leaves nothing of other voices in the slots from `first` on.
    fn clear_from(&mut self, first: usize) {
        let tables = HarmonicTables::shared();
        self.ratio[first..].copy_from_slice(&tables.n[first..]);
        self.log2_ratio[first..].copy_from_slice(&tables.log2_n[first..]);
        self.log2_gain[first..].fill(SILENT);
        self.mean_excess[first..].fill(0.0);
        self.pan[first..].fill(0.0);
        self.gain[first..].fill(0.0);
    }

    /// Becomes silence of so many slots. [`RecordedFrame::finish`] is to follow.
    #[cold]
    pub fn silence(&mut self, slots: usize) {
        self.count = slots.min(MAX_PARTIALS);
        self.births.clear();
        self.clear_from(0);
        self.has_pans = false;
        self.start_ratio.copy_from_slice(&self.ratio[..]);
    }

    /// Goes a step in a recording. [`RecordedFrame::finish`] is to follow.
    pub fn go(
        &mut self,
        level: SimdLevel,
        played: PlayedRows,
        slot_state: &mut TrackSlotState,
        frame_step: &FrameStep,
    ) {
        let PlayedRows {
            rows,
            root_hz,
            formants,
            ..
        } = played;
        let sound = rows.sound();
        self.count = (sound.slots as usize).min(MAX_PARTIALS);
        self.births.clear();
        let before = match frame_step.is_onset {
            true => TrackSlotSet::EMPTY,
            false => slot_state.sounding,
        };
        let mut passages = ArrayVec::new();
        let (first, last) = frame_step.intervals(sound.frames);
        let passed = slot_state.go_through(rows, frame_step, (first, last), &mut passages);
        let slots = before.or(&passed);
        let Some((start, end)) = passages.first().zip(passages.last()) else {
            return;
        };
        let place = frame_step.to - f64::from(last);
        let mut exceptions = ArrayVec::<(u16, f32), MAX_PARTIALS>::new();
        let key = IntervalKey::new(played.sound, last, root_hz);
        slot_state.sounding = if frame_step.is_over {
            TrackSlotSet::EMPTY
        } else if !self.intervals.at(rows, key).has_events() {
            slot_state.interval.slots
        } else {
            let interval = &slot_state.interval;
            sounding_at(rows, (last, place), interval, end, &mut exceptions)
        };
        let scale = DecodeFactors {
            full: sound.full_scale as f32,
            sound: played.sound,
            root_hz,
        };
        let groups = self.count.div_ceil(GROUP);
        decode(
            level,
            rows,
            &passages,
            &scale,
            &slots,
            &slot_state.sounding,
            groups,
            self,
        );
        self.clear_from(GROUP * groups);
        for (slot, amplitude) in exceptions {
            self.gain[usize::from(slot)] = scale.full * amplitude;
        }
        let begun = slot_state.sounding.without(&before);
        self.find_births(rows, frame_step, &begun, (first, last), &|slot| {
            scale.full * start.start_amplitude(slot)
        });
        self.set_pans(rows, last);
        if let Some(formants) = formants {
            let ratio = &self.ratio[..GROUP * groups];
            formants.apply(root_hz as f32, ratio, &mut self.gain[..GROUP * groups]);
        }
    }

    /// Works out what the spectrum reads, now that frequencies and gains are there.
    pub fn finish(&mut self, level: SimdLevel, version: u64) {
        self.version = version;
        let count = self.count.next_multiple_of(GROUP).min(MAX_PARTIALS);
        set_levels(level, count, self);
    }

    /// Notes which partials have begun in the step, and how.
    fn find_births(
        &mut self,
        rows: &BankRows,
        frame_step: &FrameStep,
        begun: &TrackSlotSet,
        (first, last): (u32, u32),
        start_gain: &dyn Fn(u16) -> f32,
    ) {
        let sound = rows.sound();
        let hop = f64::from(sound.grid.hop);
        let is_forward = frame_step.to >= frame_step.from;
        for slot in begun
            .iter()
            .take_while(|slot| usize::from(*slot) < self.count)
        {
            let n = usize::from(slot);
            let birth = (first.max(last.saturating_sub(MOST_INTERVALS as u32))..=last)
                .rev()
                .filter(|_| is_forward)
                .find_map(|frame| {
                    let events = rows.events_of(frame).iter();
                    events
                        .filter(|event| event.kind == SlotEvent::BIRTH)
                        .find(|event| event.slot == slot)
                });
            let place = birth.map(|birth| f64::from(birth.frame) + f64::from(birth.offset) / hop);
            let late = place.map_or(0.0, |place| place - frame_step.from);
            let phase = birth.filter(|_| late >= 0.0).map(|birth| {
                let part = if frame_step.to > frame_step.from {
                    late / (frame_step.to - frame_step.from)
                } else {
                    0.0
                };
                // A sine is a cosine a quarter of a turn later.
                let turns = (u64::from(birth.phase) << 48).wrapping_add(1 << 62);
                (turns, (part * frame_step.seconds) as f32)
            });
            // One that was there at the start of the step begins there.
            let sounds_at_start = late <= 0.0 && (frame_step.is_onset || birth.is_some());
            let (gain, ratio) = match sounds_at_start && self.gain[n] > 0.0 {
                true => (
                    start_gain(slot) / self.gain[n],
                    self.start_ratio[n] / self.ratio[n],
                ),
                false => (0.0, 1.0),
            };
            if late > 0.0 || !sounds_at_start {
                self.mean_excess[n] = 0.0;
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
        let had_pans = std::mem::replace(&mut self.has_pans, !pans.is_empty());
        if !had_pans && !self.has_pans {
            return;
        }
        let count = self.count;
        // Whole groups: what lies beyond has been cleared.
        self.pan[..count.next_multiple_of(GROUP)].fill(0.0);
        for (pan, &code) in self.pan[..count].iter_mut().zip(pans) {
            *pan = match code {
                0 => 0.0,
                code => codes::pan(code) as f32,
            };
        }
    }
}

at_level! {
    /// Logarithms of the first `count` ratios and gains.
    fn set_levels(count: usize, frame: &mut RecordedFrame) {
        for n in 0..count {
            frame.log2_ratio[n] = quick_log2(frame.ratio[n]);
        }
        for n in 0..count {
            let gain = frame.gain[n];
            let level = quick_log2(at_least(gain, LEAST_GAIN));
            frame.log2_gain[n] = if gain >= LEAST_GAIN { level } else { SILENT };
        }
    }
}
