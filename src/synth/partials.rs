//! The partials of a voice, from its values to the bank's control arrays.
//!
//! A [source](source::Source) fills a [frame](Frame) with the ratio, gain and pan of each partial;
//! [stages](mod@stages) change it, one after the other, in a fixed order; [motion](mod@motion) runs
//! from the last segment's frequencies and gains to those of the frame, and renders.
//!
//! Everything is worked out only when what it depends on changes. An array that is written anew is
//! filled by the source and goes through all stages that change it; no other array is touched.

pub mod array;
pub mod bodies;
pub mod colours;
pub mod drawn;
pub mod fan;
mod fan_places;
mod frame;
pub mod matched;
pub mod motion;
pub mod recorded;
pub mod source;
pub mod stages;
mod tables;
#[cfg(test)]
mod tests;

pub use array::PartialArray;
pub use drawn::DrawnSpectra;
pub use frame::{Arrays, Frame};
pub use stages::overrides::PartialOverrides;
pub use tables::HarmonicTables;

use self::motion::{Loudness, Motion, MotionTarget, OnsetPhases};
use self::recorded::RecordedParts;
use self::source::Source;
use self::stages::Stages;
use self::stages::filter::FilterSettings;
use self::stages::unison::partials_at_most;
use super::modulation::VoiceValues;
use super::modulation::fan::PartialRoutes;
use super::modulation::note::Note;
use super::snapshot::PartialSnapshot;
use super::tuning::{TickTuning, Tunings};
use super::versioned::copy_fields;
use super::workspace::{SegmentArrays, Workspace};
use crate::dsp::simd_level::SimdLevel;

/// What source and stages read beside a voice's values.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Vector instructions.
    pub level: SimdLevel,
    /// Functions of the partial's number, bodies and colours.
    pub tables: &'static HarmonicTables,
    /// The first partials' own Level, Tune and Pan.
    pub overrides: &'a PartialOverrides,
    /// What sounds of the drawn spectra.
    pub drawn: &'a DrawnSpectra,
    /// What recordings are at the segment's end, if the voice plays any.
    pub recorded: RecordedParts<'a>,
    /// What moves single partials, at the segment's end.
    pub routes: &'a PartialRoutes,
    /// Changes whenever these do.
    pub routes_instant: u64,
    /// The note.
    pub note: &'a Note,
    /// The tunings that partials may be moved to.
    pub tunings: &'a Tunings,
    /// The fundamental at the segment's end.
    pub fundamental_hz: f64,
    /// Frames per second.
    pub sample_rate_hz: f64,
}

impl Context<'_> {
    /// The tuning that partials may be moved to: that which sounds, or the one that the note keeps.
    pub fn tuning(&self) -> &TickTuning {
        self.tunings.of(self.note.kept_tuning)
    }
}

/// The partials of one voice. All memory is allocated by [`Partials::allocate`].
#[derive(Debug)]
pub struct Partials {
    state: State,
    frame: Frame,
    motion: Motion,
}

copy_fields!(Partials {
    state,
    frame,
    motion,
});

/// What the frame was last worked out for; `None` at a note's onset.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    source: Option<Source>,
    stages: Option<Stages>,
    /// Whether the last segment silenced all partials, so that others come to their places, or to other
    /// ratios, in the next.
    is_silenced: bool,
}

impl Partials {
    /// Allocates them.
    pub fn allocate(level: SimdLevel) -> Partials {
        Partials {
            state: State::default(),
            frame: Frame::allocate(),
            motion: Motion::allocate(level),
        }
    }

    /// Begins a note. `seed` decides random phases.
    pub fn begin(&mut self, phases: OnsetPhases, seed: u64) {
        self.state = State::default();
        self.frame.begin();
        self.motion.begin(phases, seed);
    }

    /// Works out those arrays of the frame whose source or stages are set otherwise than in the last
    /// segment. Returns them. `values_rest` says that values, overrides and routes are those of the last
    /// segment.
    pub fn update_frame(
        &mut self,
        values: &VoiceValues,
        context: &Context,
        values_rest: bool,
        fundamental_changed: bool,
    ) -> Arrays {
        if values_rest && !fundamental_changed && !self.state.is_silenced {
            return Arrays::NONE;
        }
        let source = Source::read(values, context);
        let stages = Stages::read(values, context);
        let stale = match (&self.state.source, &self.state.stages) {
            (Some(source_before), Some(stages_before)) if !self.state.is_silenced => {
                let changed = source.changed(source_before)
                    | Arrays::FUNDAMENTAL.only_if(fundamental_changed);
                stages.stale(stages_before, changed)
            }
            _ => Arrays::ALL,
        };
        if stale != Arrays::NONE {
            let is_other = stale.contain_any(Arrays::RATIO) && self.has_other_bodies(&source);
            match (&mut self.state.source, &mut self.state.stages) {
                (Some(before), Some(stages_before)) => {
                    before.set(&source);
                    stages_before.set(&stages);
                }
                (before, stages_before) => {
                    *before = Some(source);
                    *stages_before = Some(stages);
                }
            }
            self.state.is_silenced = false;
            if stale.contain_any(Arrays::SOURCE) {
                let copies = stages.unison.map_or(1, |unison| unison.copies());
                let count = source.count().min(partials_at_most(copies));
                if is_other || !self.frame.keeps_places(count, copies) {
                    return self.silence();
                }
                self.frame.resize(count);
                self.frame.set_shifted(stages.shift.is_some());
                source.fill(stale, context, &mut self.frame);
            }
            stages.run(stale, context, &mut self.frame);
        }
        stale
    }

    /// Whether a source has bodies in place of others that sound.
    #[inline(never)]
    fn has_other_bodies(&self, source: &Source) -> bool {
        let before = self.state.source.filter(|_| !self.state.is_silenced);
        before.is_some_and(|before| source.replaces_bodies(&before))
    }

    /// Lets all partials fade out over the segment. The frame is worked out anew for the next.
    #[cold]
    fn silence(&mut self) -> Arrays {
        self.state.is_silenced = true;
        self.frame.silence();
        Arrays::SHAPED_GAIN
    }

    /// Whether all partials come in from gain 0 in the next segment, since others take their places.
    pub fn is_silenced(&self) -> bool {
        self.state.is_silenced
    }

    /// Whether a partial has faded out in the last segment, since it leaps, and comes in elsewhere in the next.
    pub fn leaves(&self) -> bool {
        self.motion.leaves()
    }

    /// Works out the segment that leads to the frame. `changed` says what has changed in the frame.
    pub fn advance(
        &mut self,
        changed: Arrays,
        target: &MotionTarget,
        segment: &mut SegmentArrays,
    ) -> Loudness {
        self.motion.advance(&self.frame, changed, target, segment)
    }

    /// Whether another segment to the same frame and target changes nothing but the phases.
    pub fn rests(&self) -> bool {
        self.motion.rests()
    }

    /// Whether the note has had a room.
    pub fn has_room(&self) -> bool {
        self.motion.has_room()
    }

    /// Lets every gain run to 0 over a segment of `frames` frames, and the frequencies rest at this
    /// fundamental.
    pub fn fade(
        &mut self,
        fundamental_hz: f64,
        frames: usize,
        sample_rate_hz: f64,
        segment: &mut SegmentArrays,
    ) {
        self.motion
            .fade(&self.frame, fundamental_hz, frames, sample_rate_hz, segment);
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(&mut self, workspace: &mut Workspace, left: &mut [f32], right: &mut [f32]) {
        self.motion.render(workspace, left, right);
        // What lay past the last partial has reached 0.
        self.frame.drop_faded();
        self.motion.shrink(self.frame.used_count());
    }

    /// The settings of both filters in the last segment; `None` of one that is off.
    pub fn filter_settings(&self) -> [Option<FilterSettings>; 2] {
        self.state.stages.as_ref().map_or([None; 2], |stages| {
            [
                stages.filter.as_ref().map(|filter| filter.settings),
                stages.filter_2.as_ref().map(|filter| filter.settings),
            ]
        })
    }

    /// Partials in use, those that fade out since there are fewer among them.
    pub fn count(&self) -> usize {
        self.motion.count()
    }

    /// Partials from one copy in unison to the next; all in use without unison.
    pub fn count_of_copy(&self) -> usize {
        match self.frame.copies() {
            1 => self.count(),
            _ => self.frame.copy_len(),
        }
    }

    /// Writes every partial in use as it is at the last segment's end, where the fundamental was at
    /// this frequency; `left` and `right` are factors of the gains.
    pub fn snapshot(
        &self,
        fundamental_hz: f64,
        left: f32,
        right: f32,
        snapshot: &mut [PartialSnapshot],
    ) {
        self.motion.snapshot(fundamental_hz, left, right, snapshot);
    }

    /// Asks for the memory that the next block reads, while something else is worked on.
    pub fn prefetch(&self) {
        self.motion.prefetch(&self.frame);
    }
}
