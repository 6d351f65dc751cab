//! A recording at one place: the frequency and the amplitude of each slot, for the spectrum of one voice.
//!
//! For a step from one place to another the mean frequency comes with it, as its relation to the mean of both ends:
//! the [mean excess](RecordedFrame::mean_excess). With it phases are those of the integral, however frequencies curve
//! in between, and no rounding of a ratio adds up.

use arrayvec::ArrayVec;

use super::decode::{Passage, Scale, decode};
use super::formants::FormantMove;
use super::slots::{Interval, SlotSet};
use crate::at_level;
use crate::dsp::maths::{at_least, quick_exp2, quick_log2};
use crate::dsp::resident;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::HarmonicTables;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::colours::SILENT;
use crate::tracks::bank_file::{BankRows, TrackEvent, codes};

/// So many intervals are integrated over at most; over more of them frequencies run straight.
const MOST_INTERVALS: usize = 8;

/// Frequencies nearer than this part of each other are within a semitone.
const SEMITONE: f32 = 0.06;
/// A gain at the start of a step over that at its end, at most.
const MOST_GAIN: f32 = 1e4;
/// A lower gain is none: the least of a bank is −128 dB.
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
    pub slots: SlotSet,
    /// Frequency over that of the recording's key.
    pub ratio: Box<[f32; MAX_PARTIALS]>,
    /// log₂ of it.
    pub log2_ratio: Box<[f32; MAX_PARTIALS]>,
    /// log₂ of the linear gain.
    pub log2_gain: Box<[f32; MAX_PARTIALS]>,
    /// The mean frequency in the step over the mean of those at its ends, less 1.
    pub mean_excess: Box<[f32; MAX_PARTIALS]>,
    /// Position, −1 (left) to 1 (right).
    pub pan: Box<[f32; MAX_PARTIALS]>,
    births: Vec<Birth>,
    /// [`RecordedFrame::ratio`] at the start of the step.
    pub(super) start_ratio: Box<[f32; MAX_PARTIALS]>,
    /// Linear gain.
    pub(super) gain: Box<[f32; MAX_PARTIALS]>,
}

/// From where to where in a recording a voice goes over a segment: a [`PlayerStep`](super::PlayerStep) in frames.
#[derive(Clone, Copy, Debug)]
pub struct FrameStep {
    /// Start, in frames of the recording; both ends are within it.
    pub from: f64,
    /// End, in frames of the recording.
    pub to: f64,
    /// Duration of the segment, seconds.
    pub seconds: f64,
    /// Whether nothing of the voice has sounded before.
    pub is_onset: bool,
    /// Whether its end is outside of the recording, so that nothing sounds there.
    pub is_over: bool,
}

/// How two frames are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixture {
    /// A mixture that stays: gains of a partial go from one to the other in decibels, and of two partials in one slot
    /// the one whose share is the greater has it.
    Lasting,
    /// One that goes over: gains go straight, and a slot is silent where it goes to another partial.
    Passing,
}

impl Mixture {
    /// The gain of the partial that a slot has of two, where the other's share is this.
    fn gain_of_either(self, share: f32) -> f32 {
        match self {
            Mixture::Lasting => share.max(1.0 - share),
            Mixture::Passing => (1.0 - 2.0 * share).abs(),
        }
    }
}

/// Which slots of a recording a voice plays.
#[derive(Clone, Copy, Debug)]
pub struct SlotState {
    interval: Interval,
    sounding: SlotSet,
}

impl SlotState {
    /// None.
    pub const NONE: SlotState = SlotState {
        interval: Interval::NONE,
        sounding: SlotSet::EMPTY,
    };

    /// Whether no slot sounds.
    pub fn is_silent(&self) -> bool {
        self.sounding.is_empty()
    }
}

impl FrameStep {
    /// The intervals that its ends are in. What begins or ends exactly at its end does so on the next step.
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

    /// The intervals that it goes through and its part in each; of a step through too many the last alone.
    fn parts(&self, (first, last): (u32, u32)) -> impl Iterator<Item = (u32, Part)> + use<> {
        let FrameStep { from, to, .. } = *self;
        let is_forward = from <= to;
        let count = first.abs_diff(last) + 1;
        let is_long = count as usize > MOST_INTERVALS;
        (0..count)
            .filter(move |step| !is_long || step + 1 == count)
            .map(move |step| {
                let frame = if is_forward {
                    first + step
                } else {
                    first - step
                };
                let base = f64::from(frame);
                let (low, high) = if is_forward { (0.0, 1.0) } else { (1.0, 0.0) };
                let is_last = step + 1 == count;
                let start = if step == 0 && !is_long {
                    from - base
                } else {
                    low
                };
                let end = if is_last { to - base } else { high };
                let ends = if is_long { (end, end) } else { (start, end) };
                let weight = if count == 1 || is_long {
                    1.0
                } else {
                    (end - start) / (to - from)
                };
                (frame, Part { ends, weight })
            })
    }
}

/// The part of a step in an interval.
struct Part {
    /// From where to where in it, 0 to 1.
    ends: (f64, f64),
    /// Part of the whole step.
    weight: f64,
}

/// The slots that sound at a place in an interval. Where partials begin and end within it, `exceptions` get their
/// amplitudes.
fn sounding_at(
    rows: &BankRows,
    (frame, u): (u32, f64),
    interval: &Interval,
    passage: &Passage,
    exceptions: &mut ArrayVec<(u16, f32), MAX_PARTIALS>,
) -> SlotSet {
    let sound = rows.sound();
    let hop = f64::from(sound.grid.hop);
    let mut sounding = interval.slots;
    for event in sound.events_of(frame) {
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
            slots: SlotSet::EMPTY,
            ratio: resident::array(1.0),
            log2_ratio: resident::array(0.0),
            log2_gain: resident::array(SILENT),
            mean_excess: resident::array(0.0),
            pan: resident::array(0.0),
            births: Vec::with_capacity(MAX_PARTIALS),
            start_ratio: resident::array(1.0),
            gain: resident::array(0.0),
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

    /// Those whose partial has begun in the step.
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

    /// Goes a step in a recording whose key has the frequency `root_hz`. [`RecordedFrame::finish`] is to follow.
    pub fn go(
        &mut self,
        level: SimdLevel,
        (rows, root_hz, formants): (&BankRows, f64, Option<&FormantMove>),
        slot_state: &mut SlotState,
        frame_step: &FrameStep,
    ) {
        let sound = rows.sound();
        self.count = (sound.slots as usize).min(MAX_PARTIALS);
        self.births.clear();
        let before = match frame_step.is_onset {
            true => SlotSet::EMPTY,
            false => slot_state.sounding,
        };
        let mut slots = before;
        let mut passages = ArrayVec::<Passage, MOST_INTERVALS>::new();
        let (first, last) = frame_step.intervals(sound.frames);
        for (frame, part) in frame_step.parts((first, last)) {
            slot_state.interval.go_to(rows, frame);
            slots = slots.or(&slot_state.interval.slots);
            passages.push(Passage::new(rows, frame, part.ends, part.weight));
        }
        let Some((start, end)) = passages.first().zip(passages.last()) else {
            return;
        };
        let place = frame_step.to - f64::from(last);
        let mut exceptions = ArrayVec::<(u16, f32), MAX_PARTIALS>::new();
        slot_state.sounding = match frame_step.is_over {
            true => SlotSet::EMPTY,
            false => sounding_at(
                rows,
                (last, place),
                &slot_state.interval,
                end,
                &mut exceptions,
            ),
        };
        let scale = Scale {
            full: sound.full_scale as f32,
            ratio_per_hz: 1.0 / root_hz,
        };
        let groups = self.count.div_ceil(GROUP);
        decode(
            level,
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

    /// Becomes a mixture with another recording's frame, of which `share` is the other's. Slots whose frequencies are
    /// within a semitone are one partial, others fade out and in.
    pub fn mix(&mut self, level: SimdLevel, other: &RecordedFrame, share: f32, mixture: Mixture) {
        self.count = self.count.max(other.count);
        self.merge_births(other, share);
        let groups = self.count.div_ceil(GROUP);
        mix_groups(level, groups, share, mixture, self, other);
        self.slots = self.slots.or(&other.slots);
    }

    /// Births of both, by slot. Where one of them sounds on it is no birth.
    fn merge_births(&mut self, other: &RecordedFrame, share: f32) {
        let own = self.births.len();
        for birth in &other.births {
            let n = usize::from(birth.slot);
            let mine = self.births[..own].binary_search_by_key(&birth.slot, |birth| birth.slot);
            match mine {
                Ok(place) if share >= 0.5 => self.births[place] = *birth,
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
        set_levels(level, count, self);
    }

    /// Notes which partials have begun in the step, and how.
    fn find_births(
        &mut self,
        rows: &BankRows,
        frame_step: &FrameStep,
        begun: &SlotSet,
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
                    let events = sound.events_of(frame).iter();
                    events
                        .filter(|event| event.kind == TrackEvent::BIRTH)
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

at_level! {
    /// Mixes the first groups of `frame` with those of `other`.
    fn mix_groups(
        groups: usize,
        share: f32,
        mixture: Mixture,
        frame: &mut RecordedFrame,
        other: &RecordedFrame,
    ) {
        let gain_of_either = mixture.gain_of_either(share);
        for group in 0..groups {
            let mine = Slots::of(frame, group);
            let theirs = Slots::of(other, group);
            let by_level = match mixture {
                Mixture::Lasting => mixed_by_level(&mine.gain, &theirs.gain, share),
                Mixture::Passing => mixed(&mine.gain, &theirs.gain, share),
            };
            let slots = mine.mixed(&theirs, &by_level, share, gain_of_either);
            slots.write(frame, group);
        }
    }
}

/// What 16 slots are.
struct Slots {
    gain: [f32; GROUP],
    ratio: [f32; GROUP],
    mean_excess: [f32; GROUP],
    pan: [f32; GROUP],
}

impl Slots {
    #[inline(always)]
    fn of(frame: &RecordedFrame, group: usize) -> Slots {
        let of = |array: &[f32; MAX_PARTIALS]| array.as_chunks::<GROUP>().0[group];
        Slots {
            gain: of(&frame.gain),
            ratio: of(&frame.ratio),
            mean_excess: of(&frame.mean_excess),
            pan: of(&frame.pan),
        }
    }

    #[inline(always)]
    fn write(&self, frame: &mut RecordedFrame, group: usize) {
        frame.gain.as_chunks_mut::<GROUP>().0[group] = self.gain;
        frame.ratio.as_chunks_mut::<GROUP>().0[group] = self.ratio;
        frame.mean_excess.as_chunks_mut::<GROUP>().0[group] = self.mean_excess;
        frame.pan.as_chunks_mut::<GROUP>().0[group] = self.pan;
    }

    /// A mixture with others. `of_one` are the gains where both are one partial; `gain_of_either` is the factor where
    /// they are not.
    #[inline(always)]
    fn mixed(
        &self,
        other: &Slots,
        of_one: &[f32; GROUP],
        share: f32,
        gain_of_either: f32,
    ) -> Slots {
        let straight = mixed(&self.gain, &other.gain, share);
        let (mut gain, mut shares) = ([0.0; GROUP], [0.0; GROUP]);
        for n in 0..GROUP {
            let (mine, theirs) = (self.gain[n], other.gain[n]);
            let is_near = (other.ratio[n] - self.ratio[n]).abs() < SEMITONE * self.ratio[n];
            let either = if share < 0.5 { mine } else { theirs };
            let of_both = if is_near {
                of_one[n]
            } else {
                either * gain_of_either
            };
            let is_alone = (mine == 0.0) | (theirs == 0.0);
            gain[n] = if is_alone { straight[n] } else { of_both };
            let of_two = if is_near {
                share
            } else if share < 0.5 {
                0.0
            } else {
                1.0
            };
            let of_two = if theirs > 0.0 { of_two } else { 0.0 };
            shares[n] = if mine == 0.0 { 1.0 } else { of_two };
        }
        Slots {
            gain,
            ratio: mixed_each(&self.ratio, &other.ratio, &shares),
            mean_excess: mixed_each(&self.mean_excess, &other.mean_excess, &shares),
            pan: mixed_each(&self.pan, &other.pan, &shares),
        }
    }
}

/// From `from` by the share to `to`, exactly there where it is 1.
#[inline(always)]
fn mixed_each(from: &[f32; GROUP], to: &[f32; GROUP], shares: &[f32; GROUP]) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        let between = from[n] + (to[n] - from[n]) * shares[n];
        mixed[n] = if shares[n] == 1.0 { to[n] } else { between };
    }
    mixed
}

#[inline(always)]
fn mixed(from: &[f32; GROUP], to: &[f32; GROUP], share: f32) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        mixed[n] = from[n] * (1.0 - share) + to[n] * share;
    }
    mixed
}

/// The same in decibels; of gains above 0.
#[inline(always)]
fn mixed_by_level(from: &[f32; GROUP], to: &[f32; GROUP], share: f32) -> [f32; GROUP] {
    let mut mixed = [0.0; GROUP];
    for n in 0..GROUP {
        let [from, to] = [from[n], to[n]].map(|gain| quick_log2(at_least(gain, LEAST_GAIN)));
        mixed[n] = quick_exp2(from + (to - from) * share);
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::random::bipolar;
    use crate::tracks::bank_file::{FrameGrid, TrackBank};
    use crate::tracks::{Breakpoint, Track, Tracks};

    const HOP: u32 = 128;
    const RATE_HZ: f64 = 48_000.0;
    const HOP_S: f64 = HOP as f64 / RATE_HZ;

    /// Tracks that wander, some of which begin late or end early.
    fn bank(seed: u64) -> TrackBank {
        let track = |n: u32| Track {
            label: Some(n),
            breakpoints: (u64::from(n % 3)..20 - u64::from(n % 5))
                .map(|k| {
                    let wobble = 1.0 + 0.02 * bipolar(seed + u64::from(n), k);
                    let hz = 50.0 * f64::from(n) * wobble;
                    Breakpoint::new(k as f64 * HOP_S, hz, 0.1 * wobble / f64::from(n))
                })
                .collect(),
        };
        let tracks = Tracks {
            duration_s: 20.0 * HOP_S,
            root_hz: Some(50.0),
            tracks: (1..=100).map(track).collect(),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: RATE_HZ,
            hop: HOP,
        };
        TrackBank::from_tracks(&tracks, grid).expect("a bank").0
    }

    /// The frame of one recording, or of two mixed, some steps on.
    fn frame(level: SimdLevel, mixture: Option<Mixture>) -> RecordedFrame {
        let mut frames = [RecordedFrame::allocate(), RecordedFrame::allocate()];
        for (frame, seed) in frames.iter_mut().zip([0, 1_000]) {
            let bank = bank(seed);
            let rows = bank.rows(0).expect("a sound");
            let mut slot_state = SlotState::NONE;
            for step in 0..9 {
                let frame_step = FrameStep {
                    from: 1.7 * f64::from(step),
                    to: 1.7 * f64::from(step + 1),
                    seconds: HOP_S,
                    is_onset: step == 0,
                    is_over: false,
                };
                frame.go(level, (&rows, 50.0, None), &mut slot_state, &frame_step);
            }
        }
        let [mut frame, other] = frames;
        if let Some(mixture) = mixture {
            frame.mix(level, &other, 0.4, mixture);
        }
        frame.finish(level, 1);
        frame
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for mixture in [None, Some(Mixture::Lasting), Some(Mixture::Passing)] {
            let expected = frame(SimdLevel::PORTABLE, mixture);
            assert!(expected.gain.iter().filter(|gain| **gain > 0.0).count() > 60);
            for level in SimdLevel::available() {
                let found = frame(level, mixture);
                for (found, expected) in [
                    (&found.log2_ratio, &expected.log2_ratio),
                    (&found.log2_gain, &expected.log2_gain),
                    (&found.ratio, &expected.ratio),
                    (&found.mean_excess, &expected.mean_excess),
                ] {
                    let bits = |of: &[f32]| of.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&found[..]), bits(&expected[..]), "{level:?}");
                }
            }
        }
    }

    #[test]
    fn mixtures_are_of_their_parts() {
        let (mut mine, mut theirs) = (RecordedFrame::allocate(), RecordedFrame::allocate());
        for frame in [&mut mine, &mut theirs] {
            frame.count = 16;
        }
        // One partial, two partials, mine alone, theirs alone.
        for (n, (a, b)) in [(1.0, 1.01), (2.0, 3.0), (4.0, 1.0), (1.0, 5.0)]
            .into_iter()
            .enumerate()
        {
            (mine.ratio[n], theirs.ratio[n]) = (a, b);
        }
        mine.gain[..4].copy_from_slice(&[0.01, 0.5, 0.5, 0.0]);
        theirs.gain[..4].copy_from_slice(&[1.0, 0.5, 0.0, 0.5]);
        let expected = [
            (Mixture::Lasting, [0.1, 0.25, 0.25, 0.25]),
            (Mixture::Passing, [0.505, 0.0, 0.25, 0.25]),
        ];
        for (mixture, gains) in expected {
            let mut frame = RecordedFrame::allocate();
            frame.count = 16;
            (frame.gain, frame.ratio) = (mine.gain.clone(), mine.ratio.clone());
            frame.mix(SimdLevel::PORTABLE, &theirs, 0.5, mixture);
            for (found, expected) in frame.gain.iter().zip(gains) {
                assert!(
                    (found - expected).abs() < 1e-5,
                    "{mixture:?}: {:?}",
                    &frame.gain[..4]
                );
            }
            assert_eq!(frame.ratio[1..4], [3.0, 4.0, 5.0]);
            assert!((frame.ratio[0] - 1.005).abs() < 1e-6);
        }
    }
}
