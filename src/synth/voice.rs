//! A voice: one sounding note, from its onset to its end.

mod modulation;
pub mod partials;
#[cfg(test)]
mod tests;

use self::modulation::{Expression, NEUTRAL, Targets, amp_settings, filter_settings};
use self::partials::{Damping, FundamentalPath, Loudness, Partials, Phases};
use super::channel::Control;
use super::event::NoteExpression;
use super::filter::{Filter, FilterSettings};
use super::parameter::Param;
use super::partials::{OverrideVersions, PartialOverrides};
use super::sounding::{Sounding, SoundingVoice};
use super::spectrum::{GainSettings, PanSettings, RatioSettings, Spectrum};
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
    /// The host's note id, where it gave one.
    pub id: Option<i32>,
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// MIDI key, 0 to 127.
    pub key: u8,
    /// Whether the key is down.
    pub key_is_down: bool,
    /// Whether the sostenuto pedal caught it.
    pub sostenuto: bool,
    /// Order of onset; larger is younger.
    pub age: u64,
    control: VoiceControl,
    /// Polyphonic offsets of normalised values; all 0 unless [`VoiceControl::has_offsets`].
    offsets: Versioned<[f32; Param::COUNT]>,
    /// The patch's overrides with this voice's own offsets, once it has had one of these.
    own_overrides: Versioned<PartialOverrides>,
    spectrum: Spectrum,
    partials: Partials,
}

copy_fields!(Voice {
    life,
    id,
    channel,
    key,
    key_is_down,
    sostenuto,
    age,
    control,
    offsets,
    own_overrides,
    spectrum,
    partials,
});

/// What of a voice is no array: copied as a whole.
#[derive(Clone, Copy, Debug)]
struct VoiceControl {
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
    /// What the arrays were last worked out for, from here on.
    generation: u64,
    overrides: Option<OverrideVersions>,
    ratios: Option<RatioSettings>,
    gains: Option<GainSettings>,
    pans: Option<PanSettings>,
    filter: Option<FilterSettings>,
    damping: Option<(Damping, usize)>,
    level: f32,
    /// The fundamental at the ends of the last two segments.
    fundamental_hz: [f64; 2],
    /// Second derivative of the fundamental, Hz per frame².
    fundamental_bend: f64,
    /// What the last block heard of its channel and of its note's own expression.
    heard: Option<(Control, Expression)>,
    /// Length of the last segment.
    last_frames: usize,
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

impl Default for VoiceControl {
    fn default() -> VoiceControl {
        VoiceControl {
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
            generation: 0,
            overrides: None,
            ratios: None,
            gains: None,
            pans: None,
            filter: None,
            damping: None,
            level: 0.0,
            fundamental_hz: [0.0; 2],
            fundamental_bend: 0.0,
            heard: None,
            last_frames: 0,
            loudness: Loudness::default(),
        }
    }
}

/// Which arrays of the spectrum a tick has changed.
#[derive(Clone, Copy, Debug)]
struct Changes {
    ratios: bool,
    gains: bool,
    pans: bool,
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
            id: None,
            channel: 0,
            key: 0,
            key_is_down: false,
            sostenuto: false,
            age: 0,
            control: VoiceControl::default(),
            offsets: Versioned::from([0.0; Param::COUNT]),
            own_overrides: Versioned::default(),
            spectrum: Spectrum::allocate(level),
            partials: Partials::allocate(level),
        }
    }

    /// Asks for the memory that the next block reads, while another voice is worked on. Changes
    /// nothing.
    pub fn prefetch(&self) {
        prefetch(std::slice::from_ref(self));
        self.partials.prefetch(&self.spectrum);
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
            channel: self.channel,
            key: self.key,
            fundamental_hz: self.control.fundamental_hz[1] as f32,
            filter: self.control.filter,
            amp_envelope: self.control.amp.place(),
            filter_envelope: self.control.filter_envelope.place(),
            first: 0,
            count: 0,
        };
        if let Some(picture) = sounding.add(voice, self.partials.count()) {
            self.partials.picture(left, right, picture);
        }
    }

    /// Begins a note at the frame rendered next.
    pub fn begin(&mut self, id: Option<i32>, channel: u8, key: u8, velocity: f32, age: u64) {
        self.life = Life::Pending;
        self.id = id;
        self.channel = channel;
        self.key = key;
        self.key_is_down = true;
        self.sostenuto = false;
        self.age = age;
        self.control.velocity = velocity;
        self.control.released = false;
        self.control.release_is_due = false;
        self.control.expression = NEUTRAL;
        if self.control.has_offsets {
            self.offsets.write().fill(0.0);
        }
        self.control.has_offsets = false;
        self.control.offsets_changed = false;
        self.control.partial_offsets = PartialOffsets::None;
        self.control.loudness = Loudness {
            power: f32::INFINITY,
            ..Loudness::default()
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
                if self.control.partial_offsets == PartialOffsets::None {
                    // Other overrides than those that the spectrum was worked out for.
                    self.control.overrides = None;
                }
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
        self.control.brightness_at_onset = tick.channels.control(self.channel, values).brightness;
        let seed = values.get(Param::SEED) as u64;
        let note_seed = random::bits(seed, u64::from(self.channel) << 8 | u64::from(self.key));
        self.control.lfo_seed = if values.index(Param::LFO_TRIGGER) == 0 {
            seed
        } else {
            note_seed
        };
        self.forget_settings();
        self.control.heard = None;
        self.control.last_frames = 0;
        let at = tick.block_frames - left.len();
        let control = tick.channels.control(self.channel, values);
        // The first segments have no past to read the curve of the vibrato from.
        let [now_hz, next_hz, after_next_hz] = [0, 1, 2].map(|blocks| {
            let frames = blocks * tick.block_frames;
            self.control.note_lfo_cycles = tick.lfo_cycles_per_frame * frames as f64;
            let lfo = self.lfo(tick, at + frames);
            self.fundamental_hz(tick, &control, lfo)
        });
        self.control.note_lfo_cycles = 0.0;
        let block_squared = (tick.block_frames * tick.block_frames) as f64;
        self.control.fundamental_bend = (after_next_hz - 2.0 * next_hz + now_hz) / block_squared;
        self.control.fundamental_hz = [now_hz; 2];
        let phases = Phases::from_index(values.index(Param::PHASES));
        self.partials.begin(phases, note_seed);
        self.spectrum.begin();
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
            self.rest_frequencies(tick, left.len());
            self.partials.set_gains_to_zero();
            self.partials
                .render(self.partials_of(tick), renderer, left, right);
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
        let steps = self.hears_a_step(tick) || self.hears_the_lfo_jump(tick, left.len());
        let mut start_level = start_level;
        let mut done = 0;
        while done < left.len() {
            let rest = left.len() - done;
            let corner = self
                .control
                .amp
                .frames_to_corner(&amp_settings(&tick.values), tick.sample_rate_hz);
            let frames = match corner {
                Some(corner) if !steps => corner.min(rest),
                _ => rest,
            };
            let at = tick.block_frames - rest;
            let segment = done..done + frames;
            let sound = self.prepare_segment(tick, at, frames, start_level.take());
            if !sound {
                self.life = Life::Idle;
                return Outcome::Faulty;
            }
            self.partials.render(
                self.partials_of(tick),
                renderer,
                &mut left[segment.clone()],
                &mut right[segment],
            );
            self.control.last_frames = frames;
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
    fn hears_a_step(&mut self, tick: &Tick) -> bool {
        let control = tick.channels.control(self.channel, &tick.values);
        let before = self
            .control
            .heard
            .replace((control, self.control.expression));
        let patch_changed =
            self.control.generation != tick.generation || self.control.offsets_changed;
        before.is_some_and(|before| patch_changed || before != (control, self.control.expression))
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
        let values = &tick.values;
        let rate = tick.sample_rate_hz;
        let amp_before = start_level;
        let amp = self
            .control
            .amp
            .advance(&amp_settings(values), frames, rate);
        let filter_level =
            self.control
                .filter_envelope
                .advance(&filter_settings(values), frames, rate);
        self.control.note_lfo_cycles += tick.lfo_cycles_per_frame * frames as f64;
        let targets = self.targets(tick, at + frames, filter_level);

        let [before_last_hz, last_hz] = self.control.fundamental_hz;
        let is_new = start_level.is_some();
        let end_hz = targets.fundamental_hz;
        // Segments of unequal length keep to the curve that the last equal ones showed: a step of
        // the pitch within a short one would look like a steep bend.
        let frames_squared = (frames * frames) as f64;
        let correction_hz = if self.control.last_frames == frames {
            let difference_hz = end_hz - 2.0 * last_hz + before_last_hz;
            self.control.fundamental_bend = difference_hz / frames_squared;
            difference_hz / 12.0
        } else {
            self.control.fundamental_bend * frames_squared / 12.0
        };
        self.control.fundamental_hz = [last_hz, end_hz];

        let changes = self.update_spectrum(tick, &targets);
        let grew = self
            .partials
            .grow(self.partials_of(tick), &self.spectrum, last_hz);
        let fundamental_moves = end_hz != last_hz || correction_hz != 0.0;
        if is_new || grew || changes.ratios || fundamental_moves || self.partials.slides() {
            let path = FundamentalPath {
                end_hz,
                correction_hz,
            };
            self.partials
                .set_frequencies(&self.spectrum, &path, frames, rate);
        }
        let frequencies_moved = changes.ratios || end_hz != last_hz;
        let filter_changed = self.control.filter != Some(targets.filter);
        let shape_changed = is_new || grew || changes.gains || filter_changed || frequencies_moved;
        if shape_changed {
            self.control.filter = Some(targets.filter);
            let filter = Filter::new(&targets.filter);
            self.partials
                .set_shape(&self.spectrum, &filter, end_hz, rate);
        }
        let damping = Damping {
            b1: self.value(values, Param::DAMPING),
            b3: self.value(values, Param::DAMPING_BRIGHTNESS),
        };
        if is_new || grew || frequencies_moved || self.control.damping != Some((damping, frames)) {
            self.control.damping = Some((damping, frames));
            self.partials
                .set_damping(&damping, &self.spectrum, end_hz, frames, rate);
        }
        let level = targets.gain * amp;
        self.control.loudness = if shape_changed
            || changes.pans
            || level != self.control.level
            || self.partials.decays()
        {
            self.partials.set_gains(
                &self.spectrum,
                level,
                amp_before.map(|amp| targets.gain * amp),
            )
        } else {
            self.partials.hold_gains()
        };
        self.control.level = level;
        self.control.loudness.power.is_finite() && end_hz.is_finite()
    }

    /// Brings the frequencies to rest where they are.
    fn rest_frequencies(&mut self, tick: &Tick, frames: usize) {
        if self.partials.slides() {
            let path = FundamentalPath {
                end_hz: self.control.fundamental_hz[1],
                correction_hz: 0.0,
            };
            self.partials
                .set_frequencies(&self.spectrum, &path, frames, tick.sample_rate_hz);
        }
    }

    /// Works out again those arrays of the spectrum whose settings have changed.
    fn update_spectrum(&mut self, tick: &Tick, targets: &Targets) -> Changes {
        self.control.generation = tick.generation;
        self.control.offsets_changed = false;
        self.update_own_overrides(tick);
        let overrides = match self.control.partial_offsets {
            PartialOffsets::None => &tick.overrides,
            _ => &*self.own_overrides,
        };
        let versions = overrides.versions;
        let before = self.control.overrides.replace(versions);
        let has_changed = |version: fn(&OverrideVersions) -> u64| {
            before.is_none_or(|before| version(&before) != version(&versions))
        };
        let mut changes = Changes {
            ratios: has_changed(|versions| versions.ratio),
            gains: has_changed(|versions| versions.gain),
            pans: has_changed(|versions| versions.pan),
        };
        changes.ratios |= self.control.ratios != Some(targets.ratios);
        changes.gains |= self.control.gains != Some(targets.gains);
        changes.pans |= self.control.pans != Some(targets.pans);
        if changes.ratios {
            self.control.ratios = Some(targets.ratios);
            self.spectrum
                .set_ratios(&targets.ratios, overrides, tick.numbers);
        }
        if changes.gains {
            self.control.gains = Some(targets.gains);
            self.spectrum
                .set_gains(&targets.gains, overrides, tick.numbers);
        }
        if changes.pans {
            self.control.pans = Some(targets.pans);
            self.spectrum
                .set_pans(&targets.pans, overrides, tick.numbers);
        }
        changes
    }

    /// Works out the voice's own overrides, if it has any and anything in them has changed.
    fn update_own_overrides(&mut self, tick: &Tick) {
        let base = &tick.overrides;
        match self.control.partial_offsets {
            PartialOffsets::None => return,
            PartialOffsets::Applied(versions) if versions == base.versions => return,
            _ => {}
        }
        self.control.partial_offsets = PartialOffsets::Applied(base.versions);
        self.own_overrides
            .write()
            .update_offset(base, &tick.values, &self.offsets);
    }

    fn forget_settings(&mut self) {
        self.control.overrides = None;
        self.control.ratios = None;
        self.control.gains = None;
        self.control.pans = None;
        self.control.filter = None;
        self.control.damping = None;
    }

    fn partials_of(&self, tick: &Tick) -> usize {
        tick.values.index(Param::PARTIALS)
    }
}
