//! A voice: one sounding note, from its onset to its end.

mod modulation;
mod recording;
mod segments;
mod settings;
#[cfg(test)]
mod tests;

use recording::{RecordingLevels, VoiceRecording};
pub use segments::BlockResult;

use super::channel::Control;
use super::event::NoteExpression;
use super::modulation::envelopes::EnvelopeId;
use super::modulation::modulators::Modulators;
use super::modulation::note::{Expression, Note};
use super::modulation::routes::RouteSet;
use super::modulation::settings::Beginning;
use super::modulation::{DestinationValues, MovedSettings, Offsets, SourceSet};
use super::parameter::Param;
use super::partials::motion::{Loudness, Trajectory};
use super::partials::stages::overrides::OverrideVersions;
use super::partials::{PartialOverrides, Partials};
use super::snapshot::{RecordedPlace, Snapshot, VoiceSnapshot};
use super::tick::Tick;
use super::tuning::TickTuning;
use super::versioned::{Versioned, copy_fields};
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
    /// How far routes move its settings; valid only while [`VoiceControl::has_settings`].
    settings: Versioned<MovedSettings>,
    /// The patch's overrides with this voice's own offsets, once it has had one of these.
    own_overrides: Versioned<PartialOverrides>,
    /// Valid only while [`VoiceControl::plays_recording`].
    recording: Versioned<VoiceRecording>,
    partials: Partials,
}

copy_fields!(Voice {
    state,
    control,
    own,
    settings,
    own_overrides,
    recording,
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
    /// Begins with the next segment: for settings that are read at a start alone.
    beginning: Beginning,
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
    /// Whether it has played a recording.
    plays_recording: bool,
    recording_levels: RecordingLevels,
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
            beginning: Beginning::Onset,
            settings_rest: true,
            partial_offsets: PartialOffsets::None,
            generation: None,
            active_routes: RouteSet::default(),
            active_sources: SourceSet::default(),
            is_plain: false,
            plays_recording: false,
            recording_levels: RecordingLevels::default(),
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
            recording: Versioned::from(VoiceRecording::begin(0)),
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
        if self.control.plays_recording {
            self.snapshot_recordings(slot, snapshot);
        }
    }

    /// Adds where it is in the recordings that it plays.
    fn snapshot_recordings(&self, slot: usize, snapshot: &mut Snapshot) {
        let parts = self
            .recording
            .players
            .iter()
            .zip(self.recording.share.are_played);
        let played = parts.filter(|(_, is_played)| *is_played);
        for (sound, _, step) in played.flat_map(|(player, _)| player.steps()) {
            snapshot.add_recorded(RecordedPlace {
                slot: slot as u16,
                sound: sound as u32,
                place_s: step.to_s as f32,
            });
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
        let channel = tick.controls.of(note.channel);
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
        control.beginning = Beginning::Takeover;
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

    /// Its key has the pitch that the tuning gives it now; a key without one keeps what it has. Its register stays,
    /// so that the body of a held note does.
    pub fn retune(&mut self, tuning: &TickTuning) {
        let note = &mut self.control.note;
        if !tuning.keys.is_mapped(note.channel, note.key) {
            return;
        }
        note.pitch = tuning.keys.pitch(note.channel, note.key);
        note.scale_place = tuning.scale_place(note.channel, note.pitch, Some(note.scale_place));
        note.kept_tuning = None;
    }

    /// Its place in the scale is where its pitch is, unless its note keeps a tuning.
    pub fn follow_places(&mut self, tuning: &TickTuning) {
        let note = &mut self.control.note;
        if note.kept_tuning.is_none() {
            let before = Some(note.scale_place);
            note.scale_place = tuning.scale_place(note.channel, note.pitch, before);
        }
    }

    /// Its channel and its key.
    pub fn key(&self) -> (u8, u8) {
        (self.control.note.channel, self.control.note.key)
    }

    /// The pitch of its key, semitones, 69 being 440 Hz.
    pub fn pitch(&self) -> f64 {
        self.control.note.pitch
    }

    /// The place of the tuning that its note keeps, if that is not the one that sounds.
    pub fn kept_tuning(&self) -> Option<u8> {
        self.control.note.kept_tuning
    }

    /// Its note keeps the tuning at this place, unless it keeps one.
    pub fn keep_tuning(&mut self, place: u8) {
        self.control.note.kept_tuning.get_or_insert(place);
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
        self.control.plays_recording &= !self.control.is_plain;
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
