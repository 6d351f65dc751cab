//! Motion: from the targets at a segment's end to the bank's control arrays.
//!
//! A segment is the stretch of frames that is worked out at once: a block, or part of one at an
//! onset or a corner of the amplitude's envelope. Over it gains run straight from the last target to
//! the new one. Frequencies do too, and the phase is the integral of the *curved* trajectory that the
//! last three targets suggest:
//!
//! ∫f dt ≈ T·[(f₀+f₁)/2 − (f₁ − 2f₀ + f₋₁)/12]
//!
//! (the trapezoid with its first end correction). With the trapezoid alone the phase error grows
//! with the slope of the frequency: −49 dB for a partial at 5 kHz with ±50 cents of vibrato at
//! 6 Hz; so it is below −75 dB (`tests/gates.rs`).

mod births;
mod breath;
mod decay;
mod kernels;
mod leaps;
mod phases;
mod recorded;
pub mod room;
mod smear;
mod trajectory;

pub use breath::{Breath, BreathSegment, BreathSettings};
pub use decay::{Aftersound, Damping};
pub use kernels::Sides;
pub use phases::OnsetPhases;
pub use room::RoomSettings;
pub use smear::{Smear, SmearSegment, SmearTimes};
pub use trajectory::{FundamentalPath, Trajectory};

use decay::{Decay, DecaySegment};
use phases::PhaseArray;
use room::{Room, RoomSegment};

use super::array::PartialArray;
use super::frame::{Arrays, Frame};
use crate::bank::Controls;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::recordings::RecordedFrame;
use crate::synth::snapshot::PartialSnapshot;
use crate::synth::versioned::copy_fields;
use crate::synth::workspace::{SegmentArrays, Workspace};

/// Where a segment takes the partials.
#[derive(Clone, Copy, Debug)]
pub struct MotionTarget<'a> {
    /// The fundamental's way.
    pub path: FundamentalPath,
    /// How the partials die away.
    pub damping: Damping,
    /// Whether the values are plain: there is no smear, room or breath in it then.
    pub is_plain: bool,
    /// How slowly the partials' gains follow the frame's.
    pub smear: SmearTimes,
    /// The room; `None` if neither the note nor the segment has one.
    pub room: Option<RoomSettings>,
    /// How the gains breathe, if they do.
    pub breath: Option<(BreathSettings, BreathSegment)>,
    /// What the recording of the voice is at the segment's end, if it plays that alone.
    pub recorded: Option<&'a RecordedFrame>,
    /// Linear gain of the voice at the segment's end.
    pub level: f32,
    /// Linear gain at the segment's start, for the first segment of a note: before it nothing sounds.
    pub start_level: Option<f32>,
    /// Length of the segment.
    pub frames: usize,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

impl MotionTarget<'_> {
    fn smear_segment(&self) -> SmearSegment {
        SmearSegment {
            seconds: self.frames as f64 / self.sample_rate_hz,
            fundamental_hz: self.path.end_hz,
            sample_rate_hz: self.sample_rate_hz,
        }
    }
}

/// What a segment comes to. Partials that leap count as if they did not fade.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loudness {
    /// Sum of the squares of all gains at the segment's end, without breath.
    pub power: f32,
    /// Partials with a gain.
    pub partials: usize,
    /// Whether all partials have died away for good, whatever their gains come to.
    pub is_decayed: bool,
    /// Whether the room of the note is still to be heard, whatever else is.
    pub rings: bool,
}

/// The partials of one voice in motion.
#[derive(Debug)]
pub struct Motion {
    state: State,
    phase: PhaseArray,
    /// Valid only while frequencies rest; those that slide are worked out anew for every segment.
    increment: PartialArray<u64>,
    /// [`Frame::ratio`] as of the last segment's end.
    ratio: PartialArray,
    smear: Smear,
    decay: Decay,
    room: Room,
    breath: Breath,
    /// Gains at the last segment's end.
    left: PartialArray,
    right: PartialArray,
}

copy_fields!(Motion {
    state,
    phase,
    increment,
    ratio,
    smear,
    decay,
    room,
    breath,
    left,
    right,
});

/// What of the motion is no array.
#[derive(Clone, Copy, Debug)]
struct State {
    level: SimdLevel,
    /// Phases at the onset, and what decides the random ones.
    phases: OnsetPhases,
    seed: u64,
    /// Frames since the onset.
    frame: u64,
    /// Partials in use, in whole groups.
    used: usize,
    /// Whether any frequency is on its way.
    slides: bool,
    /// Whether any partial has faded out to go on elsewhere: see [`leaps`].
    leaves: bool,
    /// Whether the gains stay where they are; the segment then has no starts of its own.
    gains_rest: bool,
    /// Whether any target since the onset was not plain: only then there is smear, room or breath.
    was_beyond_plain: bool,
    /// Level of the voice at the last segment's end.
    voice_level: f32,
    loudness: Loudness,
}

impl State {
    fn new(level: SimdLevel, phases: OnsetPhases, seed: u64) -> State {
        State {
            level,
            phases,
            seed,
            frame: 0,
            used: 0,
            slides: false,
            leaves: false,
            gains_rest: false,
            was_beyond_plain: false,
            voice_level: 0.0,
            loudness: Loudness::default(),
        }
    }
}

impl Motion {
    /// Allocates it.
    pub fn allocate(level: SimdLevel) -> Motion {
        Motion {
            state: State::new(level, OnsetPhases::Zero, 0),
            phase: PhaseArray::allocate(),
            increment: PartialArray::allocate(),
            ratio: PartialArray::allocate(),
            smear: Smear::allocate(),
            decay: Decay::allocate(),
            room: Room::allocate(),
            breath: Breath::allocate(),
            left: PartialArray::allocate(),
            right: PartialArray::allocate(),
        }
    }

    /// Asks for the memory that the next block reads, while something else is worked on.
    pub fn prefetch(&self, frame: &Frame) {
        let used = self.state.used;
        self.phase.prefetch(used);
        self.left.prefetch(used);
        self.right.prefetch(used);
        if !self.state.slides {
            self.increment.prefetch(used);
        }
        if self.state.gains_rest {
            return;
        }
        for array in [&frame.shaped_gain, &frame.left, &frame.right, &frame.ratio] {
            array.prefetch(used);
        }
        self.decay.prefetch(used);
        if self.state.was_beyond_plain {
            self.smear.prefetch(used);
            self.room.prefetch(used);
            self.breath.prefetch(used);
        }
    }

    /// Puts the partials at a note's onset: none yet. `seed` decides random phases.
    pub fn begin(&mut self, phases: OnsetPhases, seed: u64) {
        self.state = State::new(self.state.level, phases, seed);
        self.phase.begin();
        self.increment.clear();
        self.ratio.clear();
        self.smear.begin();
        self.decay.begin();
        self.room.begin();
        self.breath.begin();
        self.left.clear();
        self.right.clear();
    }

    /// Works out the control arrays of a segment. `changed` are the arrays of `frame` that are other
    /// than in the segment before; only what depends on them or on the target is worked out anew.
    pub fn advance(
        &mut self,
        frame: &Frame,
        changed: Arrays,
        target: &MotionTarget,
        segment: &mut SegmentArrays,
    ) -> Loudness {
        let path = &target.path;
        self.grow(frame, path);
        if let Some(recorded) = target.recorded {
            self.begin_recorded(frame, recorded, path.end_hz);
        }
        let ratios_changed = changed.contain_any(Arrays::RATIO);
        let mut leaps = false;
        if ratios_changed || path.moves() || self.state.slides {
            leaps = self.move_frequencies(frame, ratios_changed, target, segment);
        }
        let frequencies_changed = ratios_changed || path.end_hz != path.start_hz;
        self.decay
            .update_step(self.state.level, frame, frequencies_changed, target);
        self.state.was_beyond_plain |= !target.is_plain;
        let changes = (frequencies_changed, ratios_changed);
        let changes_beyond =
            self.state.was_beyond_plain && self.changes_beyond_plain(frame, changes, target);
        let gains_changed = changed.contain_any(Arrays::SHAPED_GAIN | Arrays::SIDES | Arrays::ROOM)
            || target.level != self.state.voice_level
            || self.decay.is_active()
            || changes_beyond
            || leaps;
        self.state.voice_level = target.level;
        if gains_changed {
            self.set_gains(frame, target, segment);
        } else {
            self.state.gains_rest = true;
        }
        self.state.loudness
    }

    /// Whether another segment to the same frame and target changes nothing but the phases.
    pub fn rests(&self) -> bool {
        if !self.state.gains_rest || self.state.slides || self.decay.is_active() {
            return false;
        }
        !(self.state.was_beyond_plain && self.moves_beyond_plain())
    }

    /// Whether smear, room or breath go on by themselves.
    fn moves_beyond_plain(&self) -> bool {
        self.smear.is_moving() || self.room.is_moving() || self.breath.is_active()
    }

    /// Whether the note has had a room.
    pub fn has_room(&self) -> bool {
        self.room.is_active()
    }

    /// Whether gains change by smear, room or breath. Brings the room to the target.
    // Not inlined: most voices do without.
    #[inline(never)]
    fn changes_beyond_plain(
        &mut self,
        frame: &Frame,
        changes: (bool, bool),
        target: &MotionTarget,
    ) -> bool {
        let room_changed = self.update_room(frame, changes, target);
        self.smear.is_moving()
            || self.smear.begins(&target.smear)
            || room_changed
            || self.breathes(target)
    }

    fn update_room(&mut self, frame: &Frame, changes: (bool, bool), target: &MotionTarget) -> bool {
        let (frequencies_changed, ratios_changed) = changes;
        target.room.as_ref().is_some_and(|settings| {
            let segment = RoomSegment {
                frames: target.frames,
                sample_rate_hz: target.sample_rate_hz,
                fundamental_hz: target.path.end_hz,
                frequencies_changed,
                ratios_changed,
            };
            self.room
                .update(self.state.level, frame, settings, &segment)
        })
    }

    /// Brings the phases to where they are now.
    fn catch_up(&mut self) {
        let increment = &self.increment[..self.state.used.min(self.increment.len())];
        self.phase
            .catch_up(self.state.level, self.state.frame, increment);
    }

    /// The phases go on otherwise than copies expect from here on.
    fn change_phases(&mut self) {
        self.catch_up();
        self.phase.depart();
    }

    /// Takes the frequencies to those of the frame, or partials that leap through silence. Needed when the fundamental
    /// or a ratio changes, and once more when they come to rest. Returns whether any partial leaps.
    fn move_frequencies(
        &mut self,
        frame: &Frame,
        ratios_changed: bool,
        target: &MotionTarget,
        segment: &mut SegmentArrays,
    ) -> bool {
        let used = self.state.used;
        let had_left = std::mem::replace(&mut self.state.leaves, false);
        let ratios_changed = ratios_changed || had_left;
        let landing = match target.recorded {
            None if ratios_changed => self.landing(frame, &target.path),
            _ => None,
        };
        let ratio = match &landing {
            Some(landing) => &landing.ratio[..used],
            None => &frame.ratio[..used],
        };
        let time = (target.frames, target.sample_rate_hz);
        self.set_frequencies(frame, ratio, &target.path, time, target.recorded, segment);
        if ratios_changed {
            self.ratio.write(used).copy_from_slice(ratio);
        }
        if let Some(landing) = &landing {
            self.state.leaves = landing.leaves;
            self.state.slides |= landing.leaves;
        }
        landing.is_some() || had_left
    }

    /// Works out where the frequencies go, at these ratios in the end.
    fn set_frequencies(
        &mut self,
        frame: &Frame,
        ratio: &[f32],
        path: &FundamentalPath,
        time: (usize, f64),
        recorded: Option<&RecordedFrame>,
        segment: &mut SegmentArrays,
    ) {
        self.change_phases();
        let used = self.state.used;
        let increment = &mut segment.increment[..used];
        let ratios = (&self.ratio[..used], ratio);
        let half_chirp = &mut segment.half_chirp[..used];
        let level = self.state.level;
        let tracking = frame.tracking().filter(|all| all.len() == used);
        self.state.slides = match (recorded, tracking) {
            (Some(recorded), tracking) => {
                let slides = &mut (increment, half_chirp);
                recorded::set_frequencies(
                    level, frame, ratios, tracking, path, time, recorded, slides,
                )
            }
            (None, Some(tracking)) => kernels::set_shifted_frequencies(
                level, ratios, tracking, path, time, increment, half_chirp,
            ),
            (None, None) => {
                kernels::set_frequencies(level, ratios, path, time, increment, half_chirp)
            }
        };
        if !self.state.slides {
            self.increment
                .write(used)
                .copy_from_slice(&segment.increment[..used]);
        }
    }

    /// Works out the gains at the segment's end, at the target's level of the voice, and lets smear,
    /// decay and breath go on. At a note's onset, those at its start as well.
    fn set_gains(&mut self, frame: &Frame, target: &MotionTarget, segment: &mut SegmentArrays) {
        self.state.gains_rest = false;
        let (level, used) = (self.state.level, self.state.used);
        let is_beyond_plain = self.state.was_beyond_plain;
        let breathes = is_beyond_plain && self.breathes(target);
        if breathes {
            self.prepare_breath(target);
        }
        let voice_level = target.level;
        let segment_of_smear = || target.smear_segment();
        let smeared = match is_beyond_plain {
            true => self
                .smear
                .advance(level, frame, &target.smear, segment_of_smear),
            false => None,
        };
        let gain = smeared.unwrap_or(&frame.shaped_gain[..used]);
        let pan = &[&frame.left[..used], &frame.right[..used]];
        let starts = &mut Sides {
            left: &mut segment.left_start[..used],
            right: &mut segment.right_start[..used],
        };
        let ends = &mut Sides {
            left: self.left.write(used),
            right: self.right.write(used),
        };
        if let Some(start_level) = target.start_level {
            kernels::set_ends(level, gain, start_level, pan, starts, ends);
            if breathes && let Some((settings, _)) = &target.breath {
                self.breath.breathe_at_start(level, frame, settings, ends);
            }
        }
        self.state.loudness = if self.decay.is_active() {
            set_decayed_ends(&mut self.decay, level, gain, voice_level, pan, starts, ends)
        } else {
            kernels::set_ends(level, gain, voice_level, pan, starts, ends)
        };
        if breathes && let Some((settings, _)) = &target.breath {
            self.breath
                .breathe_at_end(level, target.frames, frame, settings, ends);
        }
        if let Some(recorded) = target.recorded {
            recorded::set_starts(frame, recorded, target.start_level.is_some(), starts, ends);
        }
        if is_beyond_plain && self.room.is_active() {
            let dry = self.state.loudness;
            self.state.loudness = self.room.advance(level, frame, &dry, ends);
        }
        // The loudness is known by now: the fade is not to count in it.
        if self.state.leaves {
            self.fade_leaving(frame);
        }
    }

    /// Whether gains breathe in the segment to a target, or did so in the one before.
    #[inline(always)]
    fn breathes(&self, target: &MotionTarget) -> bool {
        target.breath.is_some() | self.breath.is_active()
    }

    // Not inlined: most voices do without.
    #[inline(never)]
    fn prepare_breath(&mut self, target: &MotionTarget) {
        let State {
            level, seed, used, ..
        } = self.state;
        match &target.breath {
            Some((settings, segment)) => {
                self.breath.prepare(level, seed, used, settings, segment);
            }
            None => self.breath.stop(),
        }
    }

    /// Lets every gain run to 0 over the next segment, and the frequencies rest where they are.
    pub fn fade(
        &mut self,
        frame: &Frame,
        hz: f64,
        frames: usize,
        sample_rate_hz: f64,
        segment: &mut SegmentArrays,
    ) {
        if self.state.slides {
            let path = FundamentalPath::at(hz);
            let ratio = &frame.ratio[..self.state.used];
            self.set_frequencies(frame, ratio, &path, (frames, sample_rate_hz), None, segment);
        }
        self.state.gains_rest = false;
        let used = self.state.used;
        for (start, end) in [
            (&mut segment.left_start, &mut self.left),
            (&mut segment.right_start, &mut self.right),
        ] {
            start[..used].copy_from_slice(&end[..used]);
            end.write(used).fill(0.0);
        }
    }

    /// Partials in use, those that fade out since there are fewer among them.
    pub fn count(&self) -> usize {
        self.state.used
    }

    /// Writes every partial in use as it is at the last segment's end, where the fundamental was at
    /// `hz`; `left` and `right` are factors of the gains.
    pub fn snapshot(&self, hz: f64, left: f32, right: f32, snapshot: &mut [PartialSnapshot]) {
        let gains = self.left.iter().zip(self.right.iter());
        let partials = self.ratio.iter().zip(gains);
        for (place, (ratio, gains)) in snapshot.iter_mut().zip(partials) {
            *place = PartialSnapshot {
                frequency_hz: (hz * f64::from(*ratio)) as f32,
                left: gains.0 * left,
                right: gains.1 * right,
            };
        }
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(&mut self, workspace: &mut Workspace, left: &mut [f32], right: &mut [f32]) {
        self.catch_up();
        let Workspace {
            renderer, segment, ..
        } = workspace;
        let used = self.state.used;
        let (left_end, right_end) = (&self.left[..used], &self.right[..used]);
        let (left_start, right_start) = if self.state.gains_rest {
            (left_end, right_end)
        } else {
            (&segment.left_start[..used], &segment.right_start[..used])
        };
        let (increment, half_chirp) = if self.state.slides {
            (&segment.increment[..used], &segment.half_chirp[..used])
        } else {
            (&self.increment[..used], &[][..])
        };
        let frames = left.len() as u64;
        renderer.add(
            &mut Controls {
                phase: self.phase.render(used, frames, self.state.slides),
                increment,
                half_chirp,
                left_start,
                left_end,
                right_start,
                right_end,
            },
            left,
            right,
        );
        self.state.frame += frames;
    }

    /// Drops partials past the first `used`, which have reached gain 0. They may come back.
    pub fn shrink(&mut self, used: usize) {
        if used < self.state.used {
            self.change_phases();
            self.state.used = used;
        }
    }
}

/// Works out gains at a segment's end with what the decay leaves of them, and lets it go on.
#[inline(always)]
fn set_decayed_ends(
    decay: &mut Decay,
    level: SimdLevel,
    gain: &[f32],
    voice_level: f32,
    pan: &[&[f32]; 2],
    starts: &mut Sides,
    ends: &mut Sides,
) -> Loudness {
    let DecaySegment { parts, after } = decay.advance(gain.len());
    let (decay, step) = parts;
    match after {
        None => {
            kernels::set_decaying_ends(level, gain, decay, step, voice_level, pan, starts, ends)
        }
        Some(after) => kernels::set_aftersounding_ends(
            level,
            gain,
            (decay, step),
            after,
            voice_level,
            pan,
            starts,
            ends,
        ),
    }
}
