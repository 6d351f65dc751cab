//! A voice: one sounding note, from its onset to its end.

mod modulation;
mod settings;
#[cfg(test)]
mod tests;

use super::channel::Control;
use super::event::NoteExpression;
use super::modulation::envelopes::EnvelopeId;
use super::modulation::glide::Glide;
use super::modulation::lfo::note_seed;
use super::modulation::modulators::{Modulators, SharedModulators};
use super::modulation::note::{Expression, Note};
use super::modulation::routes::RouteSet;
use super::modulation::{
    DestinationValues, ModulationSource, MovedSettings, Offsets, SourceSet, VoiceValues,
};
use super::parameter::Param;
use super::partials::motion::{
    BreathSegment, BreathSettings, Loudness, OnsetPhases, RoomSettings, SmearTimes, Target,
    Trajectory,
};
use super::partials::stages::overrides::OverrideVersions;
use super::partials::{Context, PartialOverrides, Partials};
use super::snapshot::{Snapshot, VoiceSnapshot};
use super::tick::Tick;
use super::versioned::{Versioned, copy_fields};
use super::workspace::Workspace;
use crate::dsp::prefetch::prefetch;
use crate::dsp::simd_level::SimdLevel;

/// What a voice is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceState {
    /// Not in use.
    Idle,
    /// Begun at the frame rendered next; nothing of it has been rendered.
    Pending,
    /// In its envelope.
    Sounding,
    /// Fades to silence over the block.
    Fading,
}

/// One voice. All memory is allocated by [`Voice::idle`].
#[derive(Debug)]
pub struct Voice {
    state: VoiceState,
    control: VoiceControl,
    /// Valid only while [`VoiceControl::has_offsets`]; the offsets are all 0 otherwise.
    own: Versioned<OwnValues>,
    /// By how much routes move its settings; valid only while [`VoiceControl::has_settings`].
    settings: Versioned<MovedSettings>,
    /// The patch's overrides with this voice's own offsets, once it has had one of these.
    own_overrides: Versioned<PartialOverrides>,
    partials: Partials,
}

copy_fields!(Voice {
    state,
    control,
    own,
    settings,
    own_overrides,
    partials,
});

/// What polyphonic modulation makes of a voice's values.
#[derive(Clone, Copy, Debug)]
struct OwnValues {
    /// Polyphonic offsets of normalised values.
    offsets: Offsets,
    /// The patch's values with these offsets.
    base: DestinationValues,
}

/// What of a voice is no array: copied as a whole.
#[derive(Clone, Copy, Debug)]
struct VoiceControl {
    /// Vector instructions.
    level: SimdLevel,
    note: Note,
    released: bool,
    /// The velocity of a release that begins at the next tick.
    due_release: Option<f32>,
    /// Whether it has begun in this block, with a velocity that is not 0 as it has been before.
    release_stepped: bool,
    modulators: Modulators,
    has_offsets: bool,
    offsets_changed: bool,
    /// Whether it has settings of its modulators for itself.
    has_settings: bool,
    /// Whether those that are read at the note's start alone are still to be read.
    is_start: bool,
    /// Whether none of them has changed at the start of the last segment.
    settings_rest: bool,
    partial_offsets: PartialOffsets,
    /// The patch that has been taken over; `None` at the onset.
    generation: Option<u64>,
    /// The routes that can move anything from there.
    active_routes: RouteSet,
    /// Their sources.
    active_sources: SourceSet,
    /// See [`VoiceValues::is_plain`].
    is_plain: bool,
    /// Whether nothing moved its values in the last segment.
    has_rested: bool,
    /// What the last block had from its channel and from its note's own expression.
    last_controls: Option<(Control, Expression)>,
    /// When routes last moved single partials, in frames of the voice, and whether they still did in the
    /// last segment.
    partials_moved: (u64, bool),
    trajectory: Trajectory,
    loudness: Loudness,
    /// Whether only its room sounds any more.
    is_tail: bool,
    /// Whether the next block is as the last one unless the tick, the channel or the note changes.
    rests: bool,
}

/// Where a segment lies.
#[derive(Clone, Copy, Debug)]
struct Span {
    /// Its length.
    frames: usize,
    /// From its start to the end of the block, frames.
    block_rest: usize,
    /// At an onset, the level of the amplitude's envelope at its start.
    start_level: Option<f32>,
}

/// What a segment is rendered by.
#[derive(Clone, Copy)]
struct Segment<'a> {
    /// What the voice shares of the modulators, with its own settings.
    shared: &'a SharedModulators,
    /// The controllers of the note's channel.
    channel: &'a Control,
    /// The voice's glide, if it has one.
    glide: Option<Glide>,
    /// Whether patch, channel and note are as in the last block.
    is_as_before: bool,
    /// Whether it is not to be cut at corners.
    is_whole: bool,
    /// At an onset, the level of the amplitude's envelope at its start.
    start_level: Option<f32>,
}

/// Whether a voice has polyphonic offsets of single partials' parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum PartialOffsets {
    /// None: the patch's overrides are its own.
    None,
    /// Some of them have changed.
    Changed,
    /// Its own overrides have them, and the patch's as they were with these versions.
    Applied(OverrideVersions),
}

impl VoiceControl {
    fn idle(level: SimdLevel) -> VoiceControl {
        VoiceControl {
            level,
            note: Note::new(0, 0, 0.0, 0),
            released: false,
            due_release: None,
            release_stepped: false,
            modulators: Modulators::default(),
            has_offsets: false,
            offsets_changed: false,
            has_settings: false,
            is_start: true,
            settings_rest: true,
            partial_offsets: PartialOffsets::None,
            generation: None,
            active_routes: RouteSet::default(),
            active_sources: SourceSet::default(),
            is_plain: false,
            has_rested: false,
            last_controls: None,
            partials_moved: (0, true),
            trajectory: Trajectory::default(),
            loudness: Loudness::default(),
            is_tail: false,
            rests: false,
        }
    }
}

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

impl Voice {
    /// Allocates an idle voice.
    pub fn idle(level: SimdLevel) -> Voice {
        Voice {
            state: VoiceState::Idle,
            control: VoiceControl::idle(level),
            own: Versioned::from(OwnValues {
                offsets: Offsets::NONE,
                base: DestinationValues::default(),
            }),
            settings: Versioned::default(),
            own_overrides: Versioned::default(),
            partials: Partials::allocate(level),
        }
    }

    /// Asks for the memory that the next block reads, while another voice is worked on. Changes
    /// nothing.
    pub fn prefetch(&self) {
        prefetch(std::slice::from_ref(self));
        self.partials.prefetch();
    }

    /// What it is doing.
    pub fn state(&self) -> VoiceState {
        self.state
    }

    /// Whether its release has begun or is due.
    pub fn is_released(&self) -> bool {
        self.control.released || self.control.due_release.is_some()
    }

    /// Loudness for choosing which voice to steal: the power of its partials.
    pub fn power(&self) -> f32 {
        self.control.loudness.power
    }

    /// Whether only its room sounds any more.
    pub fn is_tail(&self) -> bool {
        self.control.is_tail
    }

    /// Partials that sound.
    pub fn sounding_partials(&self) -> usize {
        self.control.loudness.partials
    }

    /// Adds itself to a snapshot; `left` and `right` are the master level.
    pub(super) fn snapshot(&self, slot: usize, left: f32, right: f32, snapshot: &mut Snapshot) {
        let filters = self.partials.filter_settings();
        let voice = VoiceSnapshot {
            slot: slot as u16,
            channel: self.control.note.channel,
            key: self.control.note.key,
            fundamental_hz: self.control.trajectory.hz() as f32,
            filter: filters[0],
            filter_2: filters[1],
            amp_envelope: self.control.modulators.envelopes[EnvelopeId::Amp].place(),
            filter_envelope: self.control.modulators.envelopes[EnvelopeId::Filter].place(),
            partials_per_copy: self.partials.count_of_copy() as u32,
            first: 0,
            count: 0,
        };
        if let Some(partials) = snapshot.add(voice, self.partials.count()) {
            self.partials
                .snapshot(self.control.trajectory.hz(), left, right, partials);
        }
    }

    /// Begins a note at the frame rendered next.
    pub fn begin(&mut self, note: Note) {
        if self.control.has_offsets {
            self.own.write().offsets = Offsets::NONE;
        }
        self.state = VoiceState::Pending;
        self.control = VoiceControl {
            note,
            loudness: Loudness {
                power: f32::INFINITY,
                ..Loudness::default()
            },
            ..VoiceControl::idle(self.control.level)
        };
    }

    /// Goes on as another note's: with its key, channel and expression, and with the envelopes, the
    /// velocity and whatever else the onset has decided. What follows the phrase begins anew with a new
    /// one.
    pub fn continue_as(&mut self, note: Note, tick: &Tick) {
        let channel = tick.channels.control(note.channel, &tick.values);
        let control = &mut self.control;
        control.note = Note {
            velocity: control.note.velocity,
            release_velocity: control.note.release_velocity,
            serial: control.note.serial,
            brightness_at_onset: channel.brightness,
            ..note
        };
        let lfos = &mut control.modulators.lfos;
        lfos.go_on(&tick.modulators.lfos, tick.block_frames);
        if control.has_offsets {
            self.own.write().offsets = Offsets::NONE;
        }
        control.has_offsets = false;
        control.partial_offsets = PartialOffsets::None;
        control.generation = None;
        control.is_start = true;
        control.rests = false;
    }

    /// The key has come up at this velocity, and no pedal holds it: the release begins at the next tick.
    pub fn release(&mut self, velocity: f32) {
        if !self.control.released {
            self.control.due_release = Some(velocity);
        }
    }

    /// Fades out over the next block; one that has not sounded yet ends at once.
    pub fn fade(&mut self) {
        self.state = match self.state {
            VoiceState::Pending | VoiceState::Idle => VoiceState::Idle,
            VoiceState::Sounding | VoiceState::Fading => VoiceState::Fading,
        };
    }

    /// Ends at once.
    pub fn silence(&mut self) {
        self.state = VoiceState::Idle;
    }

    /// Takes a note expression, in its own unit.
    pub fn express(&mut self, expression: NoteExpression, value: f32) {
        self.control.note.expression.set(expression, value);
    }

    /// Takes a polyphonic modulation.
    pub fn modulate(&mut self, param: Param, offset: f32) {
        if param.is_polyphonic() {
            let offset = offset.clamp(-1.0, 1.0);
            self.own.write().offsets.set(param, offset);
            self.control.has_offsets = true;
            self.control.offsets_changed = true;
            if PartialOverrides::depend_on(param) {
                self.control.partial_offsets = PartialOffsets::Changed;
            }
        }
    }

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
        let control = tick.channels.control(channel, values);
        self.control.note.brightness_at_onset = control.brightness;
        let seed = values.get(Param::SEED) as u64;
        let note_seed = note_seed(seed, channel, key);
        let at = tick.block_frames - left.len();
        self.control.modulators = Modulators::begin(&tick.modulators, note_seed, serial, at);
        self.update_values(tick);
        let own = match self.control.has_settings {
            false => None,
            true => self.begin_settings(tick, &control, at, note_seed, workspace),
        };
        let shared = own.as_deref().unwrap_or(&tick.modulators);
        let start_level = self.begin_moving(tick, shared, &control, at);
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
        let channel = tick
            .channels
            .control(self.control.note.channel, &tick.values);
        if self.control.rests && self.is_as_before(tick, &channel) {
            self.control
                .modulators
                .advance(&tick.modulators, left.len());
            self.partials.render(workspace, left, right);
            return BlockResult::Active;
        }
        let is_as_before = self.is_as_before(tick, &channel);
        let is_onset = self.control.last_controls.is_none();
        if !is_as_before {
            self.control.last_controls = Some((channel, self.control.note.expression));
        }
        self.update_values(tick);
        // At an onset nothing has stepped.
        let controls_stepped = !is_as_before && !is_onset;
        let may_be_cut = !controls_stepped && !self.partials.is_silenced();
        if self.control.has_settings {
            let block = (is_as_before, may_be_cut, start_level);
            return self.render_with_settings(tick, &channel, block, workspace, left, right);
        }
        let shared = &tick.modulators;
        // All partials coming in at once are a step as well.
        let is_whole = !may_be_cut || self.is_discontinuous(shared, left.len(), tick.block_frames);
        let mut start_level = start_level;
        let mut done = 0;
        while done < left.len() {
            let segment = Segment {
                shared,
                channel: &channel,
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
    fn render_segment(
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
            is_whole,
            start_level,
            ..
        } = segment;
        let rest = left.len() - *done;
        let corner = self.control.modulators.envelopes[EnvelopeId::Amp]
            .frames_to_corner(&shared.envelopes[EnvelopeId::Amp]);
        let frames = match corner {
            Some(corner) if !is_whole => corner.min(rest),
            _ => rest,
        };
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
        if !self.prepare_segment(tick, &segment, &own, values_rest, span, workspace) {
            self.state = VoiceState::Idle;
            return Some(BlockResult::NonFinite);
        }
        let (left, right) = (&mut left[range.clone()], &mut right[range]);
        self.partials.render(workspace, left, right);
        *done += frames;
        // Mere silence is no end: what shut the voice up may open again.
        let has_ended = self.amp_is_done() || self.control.loudness.is_decayed;
        if has_ended && !self.control.loudness.rings {
            self.state = VoiceState::Idle;
            return Some(BlockResult::Finished);
        }
        self.control.is_tail = has_ended;
        self.control.rests = self.comes_to_rest(tick, &segment, &own);
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

    /// Works out the control arrays of a segment, at whose end the voice's values
    /// are `own`. `values_rest` says that they are so at its start. Returns false if a value is not a
    /// number.
    #[inline(always)]
    fn prepare_segment(
        &mut self,
        tick: &Tick,
        segment: &Segment,
        own: &DestinationValues,
        values_rest: bool,
        span: Span,
        workspace: &mut Workspace,
    ) -> bool {
        let Span {
            frames,
            block_rest,
            start_level,
        } = span;
        let channel = segment.channel;
        let semitones_to_go = self.semitones_to_go(&segment.glide, tick);
        let amp = self.amp_level(segment.shared);
        let rate = tick.sample_rate_hz;
        let fundamental_hz = self.fundamental_hz(tick, channel, own, semitones_to_go);
        let gain = self.gain(channel, own);
        let path = self.control.trajectory.advance(fundamental_hz, frames);
        let values = VoiceValues {
            patch: &tick.values,
            own,
            is_plain: self.control.is_plain,
        };
        let context = Context {
            level: self.control.level,
            tables: tick.tables,
            overrides: match self.control.partial_offsets {
                PartialOffsets::None => &tick.overrides,
                _ => &self.own_overrides,
            },
            drawn: &tick.drawn,
            routes: &workspace.partial_routes,
            routes_instant: self.control.partials_moved.0,
            key: self.control.note.key,
            fundamental_hz: path.end_hz,
            sample_rate_hz: rate,
        };
        let changed = self.partials.update_frame(
            &values,
            &context,
            values_rest,
            path.end_hz != path.start_hz,
        );
        let target = Target {
            path,
            damping: self.damping(&values),
            is_plain: values.is_plain,
            smear: SmearTimes {
                rise_s: values.get(Param::SMEAR_RISE),
                fall_s: values.get(Param::SMEAR_FALL),
            },
            room: (!values.is_plain || self.partials.has_room())
                .then(|| RoomSettings::read(&values, &workspace.partial_routes)),
            breath: BreathSettings::read(&values, &workspace.partial_routes).map(|settings| {
                let segment = BreathSegment {
                    block_rest,
                    block_frames: tick.block_frames,
                    sample_rate_hz: rate,
                };
                (settings, segment)
            }),
            level: gain * amp,
            start_level: start_level.map(|amp| gain * amp),
            frames,
            sample_rate_hz: rate,
        };
        self.control.loudness = self
            .partials
            .advance(changed, &target, &mut workspace.segment);
        self.control.loudness.power.is_finite() && path.end_hz.is_finite()
    }

    /// Takes over the patch's values, if they or the voice's offsets have changed.
    fn update_values(&mut self, tick: &Tick) {
        let is_current = self.control.generation == Some(tick.generation);
        if is_current && !self.control.offsets_changed {
            return;
        }
        self.control.generation = Some(tick.generation);
        self.control.offsets_changed = false;
        self.control
            .modulators
            .lfos
            .set_patch(&tick.modulators.lfos);
        self.control.active_routes = tick.routes.active();
        if self.control.has_offsets {
            let OwnValues { offsets, base } = self.own.write();
            *base = tick.destinations;
            if base.offset(&tick.values, offsets) {
                self.control.active_routes = tick.routes.active_with(base);
            }
        }
        let routes = self.control.active_routes;
        self.control.active_sources = tick.routes.sources(routes);
        self.control.is_plain = tick.values.is_plain()
            && !self.control.has_offsets
            && routes.and(tick.routes.beyond_plain()).is_empty();
        self.update_has_settings(tick, routes);
        self.update_own_overrides(tick);
    }

    /// Works out the voice's own overrides, if it has any and anything in them has changed.
    fn update_own_overrides(&mut self, tick: &Tick) {
        let base = &tick.overrides;
        match self.control.partial_offsets {
            PartialOffsets::None => return,
            PartialOffsets::Applied(versions) if versions == base.versions() => return,
            _ => {}
        }
        self.control.partial_offsets = PartialOffsets::Applied(base.versions());
        self.own_overrides
            .write()
            .update_offset(base, &tick.values, &self.own.offsets);
    }
}
