//! A voice: one sounding note, from its onset to its end.

mod modulation;
#[cfg(test)]
mod tests;

use self::modulation::{Expression, NEUTRAL, amp_settings, filter_settings};
use super::channel::Control;
use super::event::NoteExpression;
use super::modulation::{DestinationValues, VoiceValues};
use super::parameter::Param;
use super::partials::motion::{Damping, Loudness, Phases, Target, Trajectory};
use super::partials::stages::overrides::OverrideVersions;
use super::partials::{Context, PartialOverrides, Partials};
use super::sounding::{Sounding, SoundingVoice};
use super::tick::Tick;
use super::versioned::{Versioned, copy_fields};
use crate::bank::Renderer;
use crate::dsp::envelope::Envelope;
use crate::dsp::level::Level;
use crate::dsp::prefetch::prefetch;
use crate::dsp::random;

/// Where a voice stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
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
    life: Life,
    control: VoiceControl,
    /// Polyphonic offsets of normalised values; all 0 unless [`VoiceControl::has_offsets`].
    offsets: Versioned<[f32; Param::COUNT]>,
    /// The patch's overrides with this voice's own offsets, once it has had one of these.
    own_overrides: Versioned<PartialOverrides>,
    partials: Partials,
}

copy_fields!(Voice {
    life,
    control,
    offsets,
    own_overrides,
    partials,
});

/// What of a voice is no array: copied as a whole.
#[derive(Clone, Copy, Debug)]
struct VoiceControl {
    /// Vector instructions.
    level: Level,
    /// MIDI channel, 0 to 15.
    channel: u8,
    /// MIDI key, 0 to 127.
    key: u8,
    velocity: f32,
    released: bool,
    /// To be released at the next tick.
    release_is_due: bool,
    amp: Envelope,
    filter_envelope: Envelope,
    note_lfo_cycles: f64,
    lfo_seed: u64,
    expression: Expression,
    /// CC 74 at the onset: MPE's slide is read from there.
    brightness_at_onset: f32,
    has_offsets: bool,
    offsets_changed: bool,
    partial_offsets: PartialOffsets,
    /// The patch that `base` was worked out from; `None` at the onset.
    generation: Option<u64>,
    /// The patch's values with this voice's own offsets.
    base: DestinationValues,
    /// What the last block had from its channel and from its note's own expression.
    last_controls: Option<(Control, Expression)>,
    trajectory: Trajectory,
    loudness: Loudness,
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
    fn idle(level: Level) -> VoiceControl {
        VoiceControl {
            level,
            channel: 0,
            key: 0,
            velocity: 0.0,
            released: false,
            release_is_due: false,
            amp: Envelope::default(),
            filter_envelope: Envelope::default(),
            note_lfo_cycles: 0.0,
            lfo_seed: 0,
            expression: NEUTRAL,
            brightness_at_onset: 0.5,
            has_offsets: false,
            offsets_changed: false,
            partial_offsets: PartialOffsets::None,
            generation: None,
            base: DestinationValues::default(),
            last_controls: None,
            trajectory: Trajectory::default(),
            loudness: Loudness::default(),
        }
    }
}

/// What a rendered block leaves of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on.
    Sounds,
    /// It has come to its end.
    Ended,
    /// A value in it was not a number, and it was silenced.
    Faulty,
}

impl Voice {
    /// Allocates an idle voice.
    pub fn idle(level: Level) -> Voice {
        Voice {
            life: Life::Idle,
            control: VoiceControl::idle(level),
            offsets: Versioned::from([0.0; Param::COUNT]),
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

    /// Where it stands in its life.
    pub fn life(&self) -> Life {
        self.life
    }

    /// Whether its release has begun or is due.
    pub fn is_released(&self) -> bool {
        self.control.released || self.control.release_is_due
    }

    /// Loudness for choosing which voice to steal: the power of its partials.
    pub fn power(&self) -> f32 {
        self.control.loudness.power
    }

    /// Partials that sound.
    pub fn sounding_partials(&self) -> usize {
        self.control.loudness.partials
    }

    /// Adds itself to a picture of what sounds; `left` and `right` are the master level.
    pub(super) fn picture(&self, slot: usize, left: f32, right: f32, sounding: &mut Sounding) {
        let voice = SoundingVoice {
            slot: slot as u16,
            channel: self.control.channel,
            key: self.control.key,
            fundamental_hz: self.control.trajectory.hz() as f32,
            filter: self.partials.stages().and_then(|stages| stages.filter),
            amp_envelope: self.control.amp.place(),
            filter_envelope: self.control.filter_envelope.place(),
            first: 0,
            count: 0,
        };
        if let Some(snapshot) = sounding.add(voice, self.partials.count()) {
            self.partials.snapshot(left, right, snapshot);
        }
    }

    /// Begins a note at the frame rendered next.
    pub fn begin(&mut self, channel: u8, key: u8, velocity: f32) {
        if self.control.has_offsets {
            self.offsets.write().fill(0.0);
        }
        self.life = Life::Pending;
        self.control = VoiceControl {
            channel,
            key,
            velocity,
            loudness: Loudness {
                power: f32::INFINITY,
                ..Loudness::default()
            },
            ..VoiceControl::idle(self.control.level)
        };
    }

    /// The key is up and no pedal holds it: the release begins at the next tick.
    pub fn release(&mut self) {
        self.control.release_is_due = !self.control.released;
    }

    /// Fades out over the next block; one that has not sounded yet ends at once.
    pub fn fade(&mut self) {
        self.life = match self.life {
            Life::Pending | Life::Idle => Life::Idle,
            Life::Sounding | Life::Fading => Life::Fading,
        };
    }

    /// Ends at once.
    pub fn silence(&mut self) {
        self.life = Life::Idle;
    }

    /// Takes a note expression, in its own unit.
    pub fn express(&mut self, expression: NoteExpression, value: f32) {
        let own = &mut self.control.expression;
        match expression {
            NoteExpression::Tuning => own.tuning_semitones = value.clamp(-128.0, 128.0),
            NoteExpression::Volume => own.volume = value.clamp(0.0, 4.0),
            NoteExpression::Pan => own.pan = value.clamp(-1.0, 1.0),
            NoteExpression::Pressure => own.pressure = value.clamp(0.0, 1.0),
            NoteExpression::Brightness => own.brightness = value.clamp(0.0, 1.0),
            NoteExpression::Vibrato => own.vibrato = value.clamp(0.0, 1.0),
            NoteExpression::Expression => own.expression = value.clamp(0.0, 1.0),
        }
    }

    /// Takes a polyphonic modulation.
    pub fn modulate(&mut self, param: Param, offset: f32) {
        if param.is_polyphonic() {
            self.offsets.write()[param.index()] = offset.clamp(-1.0, 1.0);
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
        renderer: &mut Renderer,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Outcome {
        let values = &tick.values;
        self.life = Life::Sounding;
        self.control.amp = Envelope::begin(&amp_settings(values), tick.sample_rate_hz);
        self.control.filter_envelope =
            Envelope::begin(&filter_settings(values), tick.sample_rate_hz);
        self.control.brightness_at_onset = tick
            .channels
            .control(self.control.channel, values)
            .brightness;
        let seed = values.get(Param::SEED) as u64;
        let note_seed = random::bits(
            seed,
            u64::from(self.control.channel) << 8 | u64::from(self.control.key),
        );
        self.control.lfo_seed = if values.index(Param::LFO_TRIGGER) == 0 {
            seed
        } else {
            note_seed
        };
        let at = tick.block_frames - left.len();
        let control = tick.channels.control(self.control.channel, values);
        self.update_values(tick);
        let fundamental_hz = [0, 1, 2].map(|blocks| {
            let frames = blocks * tick.block_frames;
            self.control.note_lfo_cycles = tick.lfo_cycles_per_frame * frames as f64;
            let lfo = self.lfo(tick, at + frames);
            self.fundamental_hz(tick, &control, lfo)
        });
        self.control.note_lfo_cycles = 0.0;
        self.control.trajectory = Trajectory::begin(fundamental_hz, tick.block_frames);
        let phases = Phases::from_index(values.index(Param::PHASES));
        self.partials.begin(phases, note_seed);
        self.render_segments(
            tick,
            renderer,
            Some(self.control.amp.level(&amp_settings(values))),
            left,
            right,
        )
    }

    /// Renders a block of a voice that sounds; both slices are the whole bus.
    pub fn render_block(
        &mut self,
        tick: &Tick,
        renderer: &mut Renderer,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Outcome {
        if self.life == Life::Fading {
            let fundamental_hz = self.control.trajectory.hz();
            self.partials
                .fade(fundamental_hz, left.len(), tick.sample_rate_hz);
            self.partials.render(renderer, left, right);
            self.life = Life::Idle;
            return Outcome::Ended;
        }
        if self.control.release_is_due {
            self.control.release_is_due = false;
            self.control.released = true;
            self.control
                .amp
                .release(&amp_settings(&tick.values), tick.sample_rate_hz);
            self.control
                .filter_envelope
                .release(&filter_settings(&tick.values), tick.sample_rate_hz);
            if self.control.amp.is_done() {
                // A release of no time still takes this block, so that it does not click.
                self.life = Life::Fading;
                return self.render_block(tick, renderer, left, right);
            }
        }
        self.render_segments(tick, renderer, None, left, right)
    }

    /// Cuts the rest of a block at the corners of the amplitude's envelope, so that they fall on
    /// exact frames whatever the block clock. A block at whose tick something has stepped stays
    /// whole: a step has all of it to ramp, and would click in a cut-off end.
    fn render_segments(
        &mut self,
        tick: &Tick,
        renderer: &mut Renderer,
        start_level: Option<f32>,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Outcome {
        let controls_stepped = self.controls_stepped(tick);
        self.update_values(tick);
        let is_whole = controls_stepped || self.lfo_is_discontinuous(tick, left.len());
        let mut start_level = start_level;
        let mut done = 0;
        while done < left.len() {
            let rest = left.len() - done;
            let corner = self
                .control
                .amp
                .frames_to_corner(&amp_settings(&tick.values), tick.sample_rate_hz);
            let frames = match corner {
                Some(corner) if !is_whole => corner.min(rest),
                _ => rest,
            };
            let at = tick.block_frames - rest;
            let segment = done..done + frames;
            let is_finite = self.prepare_segment(tick, at, frames, start_level.take());
            if !is_finite {
                self.life = Life::Idle;
                return Outcome::Faulty;
            }
            let (left, right) = (&mut left[segment.clone()], &mut right[segment]);
            self.partials.render(renderer, left, right);
            done += frames;
            // Mere silence is no end: what shut the voice up may open again.
            if self.control.amp.is_done() || self.control.loudness.is_decayed {
                self.life = Life::Idle;
                return Outcome::Ended;
            }
        }
        Outcome::Sounds
    }

    /// Whether a value that moves in steps is another than it was a block ago. At an onset none is.
    fn controls_stepped(&mut self, tick: &Tick) -> bool {
        let control = tick.channels.control(self.control.channel, &tick.values);
        let controls = (control, self.control.expression);
        let before = self.control.last_controls.replace(controls);
        let patch_changed =
            self.control.generation != Some(tick.generation) || self.control.offsets_changed;
        before.is_some_and(|before| patch_changed || before != controls)
    }

    /// Works out the control arrays of `frames` frames from frame `at` of the block on. Returns
    /// false if a value is not a number.
    fn prepare_segment(
        &mut self,
        tick: &Tick,
        at: usize,
        frames: usize,
        start_level: Option<f32>,
    ) -> bool {
        let patch = &tick.values;
        let rate = tick.sample_rate_hz;
        let amp = self.control.amp.advance(&amp_settings(patch), frames, rate);
        let filter_level =
            self.control
                .filter_envelope
                .advance(&filter_settings(patch), frames, rate);
        self.control.note_lfo_cycles += tick.lfo_cycles_per_frame * frames as f64;
        let targets = self.targets(tick, at + frames, filter_level);
        let path = self
            .control
            .trajectory
            .advance(targets.fundamental_hz, frames);
        let values = VoiceValues {
            patch,
            own: &targets.own,
        };
        let context = Context {
            level: self.control.level,
            tables: tick.tables,
            overrides: match self.control.partial_offsets {
                PartialOffsets::None => &tick.overrides,
                _ => &self.own_overrides,
            },
            fundamental_hz: path.end_hz,
            sample_rate_hz: rate,
        };
        let changed = self
            .partials
            .update_frame(&values, &context, path.end_hz != path.start_hz);
        let target = Target {
            path,
            damping: Damping {
                b1: values.get(Param::DAMPING),
                b3: values.get(Param::DAMPING_BRIGHTNESS),
            },
            level: targets.gain * amp,
            start_level: start_level.map(|amp| targets.gain * amp),
            frames,
            sample_rate_hz: rate,
        };
        self.control.loudness = self.partials.advance(changed, &target);
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
        self.control.base = tick.destinations;
        if self.control.has_offsets {
            self.control.base.offset(&tick.values, &self.offsets);
        }
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
            .update_offset(base, &tick.values, &self.offsets);
    }
}
