//! A block of a voice: cut into segments, and each of them rendered.

use super::recording::{RecordedSegment, RecordingLevels};
use super::{PartialOffsets, Voice, VoiceControl, VoiceState};
use crate::synth::channel::Control;
use crate::synth::modulation::envelopes::EnvelopeId;
use crate::synth::modulation::fan::PartialRoutes;
use crate::synth::modulation::glide::Glide;
use crate::synth::modulation::lfo::note_seed;
use crate::synth::modulation::modulators::{Modulators, SharedModulators};
use crate::synth::modulation::note::Note;
use crate::synth::modulation::{DestinationValues, ModulationSource, SourceSet, VoiceValues};
use crate::synth::parameter::Param;
use crate::synth::partials::Context;
use crate::synth::partials::motion::{
    BreathSegment, BreathSettings, FundamentalPath, MotionTarget, OnsetPhases, RoomSettings,
    SmearTimes, Trajectory,
};
use crate::synth::recordings::RecordedFrame;
use crate::synth::tick::Tick;
use crate::synth::workspace::Workspace;

/// What a rendered block leaves of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockResult {
    /// It goes on.
    Active,
    /// It has come to its end.
    Finished,
    /// A value in it was not a number, and it was silenced.
    NonFinite,
}

/// Where a segment lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Its length.
    pub frames: usize,
    /// Frames from its start to the end of the block.
    block_rest: usize,
    /// At an onset, the level of the amplitude's envelope at its start.
    pub start_level: Option<f32>,
}

/// What a segment is rendered by.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    /// What the voice shares of the modulators, with its own settings.
    pub shared: &'a SharedModulators,
    /// The controllers of the note's channel.
    pub channel: &'a Control,
    /// The voice's glide, if it has one.
    pub glide: Option<Glide>,
    /// Whether patch, channel and note are as in the last block.
    pub is_as_before: bool,
    /// Whether it is not to be cut at corners.
    pub is_whole: bool,
    /// At an onset, the level of the amplitude's envelope at its start.
    pub start_level: Option<f32>,
}

impl Voice {
    /// Renders the rest of the block from a note's onset on; both slices are that rest of the bus.
    pub fn render_onset(
        &mut self,
        tick: &Tick,
        workspace: &mut Workspace,
        left: &mut [f32],
        right: &mut [f32],
    ) -> BlockResult {
        let values = &tick.values;
        self.state = VoiceState::Sounding;
        let Note {
            channel,
            key,
            serial,
            ..
        } = self.control.note;
        let control = tick.controls.of(channel);
        self.control.note.brightness_at_onset = control.brightness;
        let seed = values.get(Param::SEED) as u64;
        let note_seed = note_seed(seed, channel, key);
        let at = tick.block_frames - left.len();
        self.control.modulators = Modulators::begin(&tick.modulators, note_seed, serial, at);
        self.update_values(tick);
        let own = match self.control.has_settings {
            false => None,
            true => self.begin_settings(tick, control, at, note_seed, workspace),
        };
        let shared = own.as_deref().unwrap_or(&tick.modulators);
        let start_level = self.begin_moving(tick, shared, control, at);
        if own.is_some() {
            workspace.modulators = own;
        }
        let phases = OnsetPhases::from_index(values.index(Param::PHASES));
        self.partials.begin(phases, note_seed);
        self.render_segments(tick, workspace, Some(start_level), left, right)
    }

    /// Begins what moves by itself, `at` frames into the block. Returns the level of the amplitude's envelope.
    fn begin_moving(
        &mut self,
        tick: &Tick,
        shared: &SharedModulators,
        channel: &Control,
        at: usize,
    ) -> f32 {
        self.begin_speeds(tick, shared, channel, at);
        let fundamentals_hz = self.fundamentals_ahead_hz(tick, shared, channel, at);
        self.control.trajectory = Trajectory::begin(fundamentals_hz, tick.block_frames);
        self.amp_level(shared)
    }

    /// Renders a block of a voice that sounds; both slices are the whole bus.
    pub fn render_block(
        &mut self,
        tick: &Tick,
        workspace: &mut Workspace,
        left: &mut [f32],
        right: &mut [f32],
    ) -> BlockResult {
        if self.state == VoiceState::Fading {
            let fundamental_hz = self.control.trajectory.hz();
            let segment = &mut workspace.segment;
            self.partials
                .fade(fundamental_hz, left.len(), tick.sample_rate_hz, segment);
            self.partials.render(workspace, left, right);
            if self.control.plays_recording {
                self.control.recording_levels = RecordingLevels::default();
                self.render_residue(tick, left, right);
            }
            self.state = VoiceState::Idle;
            return BlockResult::Finished;
        }
        let release = self.control.due_release.take();
        self.control.release_stepped = release.is_some_and(|velocity| velocity != 0.0);
        if let Some(velocity) = release {
            self.control.note.release_velocity = velocity;
            self.control.released = true;
            self.control.rests = false;
            let may_have_settings =
                self.control.has_offsets || !tick.routes.to_settings().is_empty();
            match may_have_settings {
                false => self.control.modulators.release(&tick.modulators),
                true => self.release_with_settings(tick),
            }
            if self.amp_is_done() && !self.control.loudness.rings {
                // A release of no time still takes this block, so that it does not click.
                self.state = VoiceState::Fading;
                return self.render_block(tick, workspace, left, right);
            }
        }
        self.render_segments(tick, workspace, None, left, right)
    }

    /// Cuts the rest of a block at the corners of the amplitude's envelope, so that they fall on
    /// exact frames whatever the block clock. A block at whose tick something has stepped stays
    /// whole: a step has all of it to ramp, and would click in a cut-off end.
    fn render_segments(
        &mut self,
        tick: &Tick,
        workspace: &mut Workspace,
        start_level: Option<f32>,
        left: &mut [f32],
        right: &mut [f32],
    ) -> BlockResult {
        let channel = tick.controls.of(self.control.note.channel);
        if self.control.rests && self.is_as_before(tick, channel) {
            self.control
                .modulators
                .advance(&tick.modulators, left.len());
            self.partials.render(workspace, left, right);
            return BlockResult::Active;
        }
        let is_as_before = self.is_as_before(tick, channel);
        let is_onset = self.control.last_controls.is_none();
        if !is_as_before {
            self.control.last_controls = Some((*channel, self.control.note.expression));
        }
        self.update_values(tick);
        // At an onset nothing has stepped.
        let controls_stepped = !is_as_before && !is_onset;
        let may_be_cut = !controls_stepped && !self.partials.is_silenced();
        if self.control.has_settings {
            let block = (is_as_before, may_be_cut, start_level);
            return self.render_with_settings(tick, channel, block, workspace, left, right);
        }
        let shared = &tick.modulators;
        // All partials coming in at once are a step as well.
        let is_whole = !may_be_cut || self.is_discontinuous(shared, left.len(), tick.block_frames);
        let mut start_level = start_level;
        let mut done = 0;
        while done < left.len() {
            let segment = Segment {
                shared,
                channel,
                glide: Glide::read(|param| tick.values.get(param), &self.control.note),
                is_as_before,
                is_whole,
                start_level: start_level.take(),
            };
            let end = self.render_segment(tick, segment, &mut done, workspace, left, right);
            if let Some(result) = end {
                return result;
            }
        }
        BlockResult::Active
    }

    /// Renders a segment behind the frames of the block that are `done`. Returns something if the voice has
    /// ended with it.
    // Inlined, with all that it calls alone, into the voices without settings of their own and those with.
    #[inline(always)]
    pub(super) fn render_segment(
        &mut self,
        tick: &Tick,
        segment: Segment,
        done: &mut usize,
        workspace: &mut Workspace,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Option<BlockResult> {
        let Segment {
            shared,
            is_as_before,
            start_level,
            ..
        } = segment;
        let rest = left.len() - *done;
        let frames = self.segment_frames(&segment, rest);
        let at = tick.block_frames - rest + frames;
        let range = *done..*done + frames;
        self.control.modulators.advance(shared, frames);
        let mut own = *self.base_values(tick);
        self.move_values(tick, &segment, at, &mut own, &mut workspace.partial_routes);
        self.move_speeds(tick, &own);
        let rests = is_as_before && self.routes_rest(tick, &segment, &own);
        if !workspace.partial_routes.is_empty() {
            self.move_partials(rests);
        }
        let has_rested = std::mem::replace(&mut self.control.has_rested, rests);
        let span = Span {
            frames,
            block_rest: rest,
            start_level,
        };
        let values_rest = rests && has_rested;
        let is_good = match self.control.is_plain {
            true => {
                self.prepare_segment::<true>(tick, &segment, &own, values_rest, span, workspace)
            }
            false => self.prepare_beyond_plain(tick, &segment, &own, values_rest, span, workspace),
        };
        if !is_good {
            self.state = VoiceState::Idle;
            return Some(BlockResult::NonFinite);
        }
        let (left, right) = (&mut left[range.clone()], &mut right[range]);
        self.partials.render(workspace, left, right);
        if self.control.plays_recording {
            self.render_residue(tick, left, right);
        }
        *done += frames;
        let end = self.end_of_segment();
        if end.is_none() {
            self.control.rests = self.comes_to_rest(tick, &segment, &own);
        }
        end
    }

    /// How long a segment is of which `rest` frames of the block are left.
    #[inline(always)]
    fn segment_frames(&self, segment: &Segment, rest: usize) -> usize {
        let corner = self.control.modulators.envelopes[EnvelopeId::Amp]
            .frames_to_corner(&segment.shared.envelopes[EnvelopeId::Amp]);
        match corner {
            // What has faded out at a leap comes in over more than the frames up to a corner.
            Some(corner) if !segment.is_whole && !self.partials.leaves() => corner.min(rest),
            _ => rest,
        }
    }

    /// Returns something if the voice has ended with the segment that has been rendered.
    #[inline(always)]
    fn end_of_segment(&mut self) -> Option<BlockResult> {
        let is_over = self.control.plays_recording && self.recording_is_over();
        // Mere silence is no end: what shut the voice up may open again.
        let has_ended = self.amp_is_done() || self.control.loudness.is_decayed || is_over;
        if has_ended && !self.control.loudness.rings {
            self.state = VoiceState::Idle;
            return Some(BlockResult::Finished);
        }
        self.control.is_tail = has_ended;
        None
    }

    /// Routes move single partials in this segment, unless they `rest` from its end on and did so before
    /// it.
    #[inline(always)]
    fn move_partials(&mut self, rest: bool) {
        self.control.partials_moved = match self.control.partials_moved {
            (since, false) if rest => (since, false),
            _ => (self.control.modulators.lfos.frames(), !rest),
        };
    }

    /// Whether patch, offsets, channel and what routes may take from the note are as in the last block.
    fn is_as_before(&self, tick: &Tick, channel: &Control) -> bool {
        let VoiceControl {
            generation,
            offsets_changed,
            last_controls,
            note,
            release_stepped,
            active_sources,
            ..
        } = &self.control;
        let release_counts = active_sources.contains(ModulationSource::ReleaseVelocity);
        *generation == Some(tick.generation)
            && !offsets_changed
            && *last_controls == Some((*channel, note.expression))
            && !(*release_stepped && release_counts)
    }

    /// Whether nothing moves by itself any more, now that a segment has been rendered that led to the
    /// values `own`: the next block then comes to the same frame and target.
    #[inline(always)]
    fn comes_to_rest(&self, tick: &Tick, segment: &Segment, own: &DestinationValues) -> bool {
        let VoiceControl {
            modulators,
            trajectory,
            ..
        } = &self.control;
        let shapes = &segment.shared.envelopes;
        modulators.envelopes[EnvelopeId::Amp].rests(&shapes[EnvelopeId::Amp])
            && self.partials.rests()
            && trajectory.rests(tick.block_frames)
            && self.routes_rest(tick, segment, own)
            // Its modulators go on by its own settings.
            && !self.control.has_settings
            && !self.control.plays_recording
    }

    /// Whether routes and glide come to the same from now on, while patch, channel and note stay as they
    /// are, now that they have led to the values `own`.
    #[inline(always)]
    fn routes_rest(&self, tick: &Tick, segment: &Segment, own: &DestinationValues) -> bool {
        let VoiceControl {
            modulators,
            active_routes,
            active_sources,
            settings_rest,
            ..
        } = &self.control;
        let rest = || {
            *settings_rest
                && tick
                    .routes
                    .rest(*active_routes, own, segment.shared, modulators)
        };
        self.has_arrived(tick, &segment.glide)
            && (active_sources.and(SourceSet::MOVING).is_empty() || rest())
    }

    /// The level of the amplitude's envelope, 0 to 1.
    fn amp_level(&self, shared: &SharedModulators) -> f32 {
        let shapes = &shared.envelopes;
        let envelopes = &self.control.modulators.envelopes;
        envelopes.level(EnvelopeId::Amp, shapes)
    }

    /// Whether the amplitude's envelope has come to its end.
    fn amp_is_done(&self) -> bool {
        self.control.modulators.envelopes[EnvelopeId::Amp].is_done()
    }

    // Not inlined: most voices are plain.
    #[inline(never)]
    fn prepare_beyond_plain(
        &mut self,
        tick: &Tick,
        segment: &Segment,
        own: &DestinationValues,
        values_rest: bool,
        span: Span,
        workspace: &mut Workspace,
    ) -> bool {
        self.prepare_segment::<false>(tick, segment, own, values_rest, span, workspace)
    }

    /// Works out the control arrays of a segment, at whose end the voice has the values `own`; `IS_PLAIN` says whether
    /// these are plain. `values_rest` says that it has them at the start too. Returns false if a value is not a number.
    #[inline(always)]
    fn prepare_segment<const IS_PLAIN: bool>(
        &mut self,
        tick: &Tick,
        segment: &Segment,
        own: &DestinationValues,
        values_rest: bool,
        span: Span,
        workspace: &mut Workspace,
    ) -> bool {
        let channel = segment.channel;
        let semitones_to_go = self.semitones_to_go(&segment.glide, tick);
        let fundamental_hz = self.fundamental_hz(tick, channel, own, semitones_to_go);
        let levels = (self.gain(channel, own), self.amp_level(segment.shared));
        let trajectory = &mut self.control.trajectory;
        let path = trajectory.advance(fundamental_hz, span.frames);
        let values = VoiceValues {
            patch: &tick.values,
            own,
            is_plain: IS_PLAIN,
        };
        let recording = RecordedSegment {
            path: &path,
            levels,
            span,
        };
        let frames = &mut workspace.recorded;
        let (recorded, values_rest) =
            self.recorded_parts(tick, &values, recording, values_rest, frames);
        let context = Context {
            level: self.control.level,
            tables: tick.tables,
            overrides: match self.control.partial_offsets {
                PartialOffsets::None => &tick.overrides,
                _ => &self.own_overrides,
            },
            drawn: &tick.drawn,
            recorded,
            routes: &workspace.partial_routes,
            routes_instant: self.control.partials_moved.0,
            note: &self.control.note,
            tunings: &tick.tuning,
            fundamental_hz: path.end_hz,
            sample_rate_hz: tick.sample_rate_hz,
        };
        let slides = path.end_hz != path.start_hz;
        let changed = self
            .partials
            .update_frame(&values, &context, values_rest, slides);
        let alone = match !IS_PLAIN && self.control.plays_recording {
            true => self.sounding_alone(recorded),
            false => None,
        };
        let routes = &workspace.partial_routes;
        let target = self.target(&values, path, routes, levels, (tick, span, alone));
        self.control.loudness = self
            .partials
            .advance(changed, &target, &mut workspace.segment);
        self.control.loudness.power.is_finite() && path.end_hz.is_finite()
    }

    /// Where a segment takes the partials along this way of the fundamental, with these linear gains: that
    /// of the voice, and the envelope's at the end.
    #[inline(always)]
    fn target<'r>(
        &self,
        values: &VoiceValues,
        path: FundamentalPath,
        routes: &PartialRoutes,
        (gain, amp): (f32, f32),
        (tick, span, recorded): (&Tick, Span, Option<&'r RecordedFrame>),
    ) -> MotionTarget<'r> {
        let Span {
            frames,
            block_rest,
            start_level,
        } = span;
        let rate = tick.sample_rate_hz;
        MotionTarget {
            path,
            damping: self.damping(values),
            is_plain: values.is_plain,
            smear: SmearTimes {
                rise_s: values.get(Param::SMEAR_RISE),
                fall_s: values.get(Param::SMEAR_FALL),
            },
            room: (!values.is_plain || self.partials.has_room())
                .then(|| RoomSettings::read(values, routes)),
            breath: BreathSettings::read(values, routes).map(|settings| {
                let segment = BreathSegment {
                    block_rest,
                    block_frames: tick.block_frames,
                    sample_rate_hz: rate,
                };
                (settings, segment)
            }),
            recorded,
            level: gain * amp,
            start_level: start_level.map(|amp| gain * amp),
            frames,
            sample_rate_hz: rate,
        }
    }
}
