//! The engine: owns the voices, keeps the block clock, hands out frames.
//!
//! It works in blocks of H frames on its own clock, whatever the host's buffers. A block is
//! rendered when its first frame is asked for; frames are handed out from it. A note that begins
//! within a block is rendered from its onset to the block's end at once and added. Everything else
//! takes effect at the next tick and ramps across that block.

mod bus;
mod clock;
mod ended;
mod notes;
#[cfg(test)]
mod tests;

pub use self::ended::EndedNote;

use self::bus::Bus;
use self::clock::Clock;
use self::ended::Ended;
use super::channel::Channels;
use super::ensemble::{Dimensions, Ensemble, Extension, Threading};
use super::event::{Event, Transport};
use super::output::Output;
use super::parameter::{MAX_VOICES, Param};
use super::patch::Patch;
use super::sounding::Sounding;
use super::tick::Tick;
use super::voice::{Life, Outcome};
use crate::bank::{MAX_BLOCK_FRAMES, Mixer, Renderer};
use crate::dsp::denormals::FlushDenormals;
use crate::dsp::level::Level;

/// What is fixed for an engine's life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Frames per second; anything outside 1 kHz to 1 MHz counts as the nearer end.
    pub sample_rate_hz: f64,
    /// Voices to allocate memory for, 1 to [`MAX_VOICES`]; the patch may ask for fewer.
    pub max_voices: usize,
}

/// What sounds now, and what went wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Voices that sound, those fading after being stolen among them.
    pub voices: usize,
    /// Partials that sound in the current block.
    pub partials: usize,
    /// Voices silenced because a value in them was not a number, since the engine was made.
    pub faults: usize,
    /// Sections of voices that the caller rendered itself since another thread was late, since the
    /// engine was made.
    pub late_sections: u64,
}

/// The engine. See the module's text.
pub struct Engine {
    dimensions: Dimensions,
    block_frames: usize,
    renderer: Renderer,
    mixer: Mixer,
    patch: Patch,
    patch_changed: bool,
    /// What voices read: the values that sound, and the controllers.
    tick: Tick,
    ensemble: Ensemble,
    /// Onsets since the engine was made.
    onsets: u64,
    has_pending: bool,
    clock: Clock,
    buses: [Bus; 2],
    /// The bus of the newest block.
    newest: usize,
    /// Whether the newest block is still being rendered.
    is_under_way: bool,
    /// Frames of the block that are handed out; at H the next one is due.
    position: usize,
    output: Output,
    ended: Ended,
    faults: usize,
}

/// H: frames in a block at this rate. 64 at 44.1 and 48 kHz, and the power of two that lasts about
/// as long (up to 1.45 ms) at others.
pub fn block_frames(sample_rate_hz: f64) -> usize {
    let longest = sample_rate_hz * 64.0 / 44_100.0;
    let mut frames = 1;
    while frames < MAX_BLOCK_FRAMES && (frames * 2) as f64 <= longest {
        frames *= 2;
    }
    frames
}

impl Engine {
    /// Allocates all that the engine will ever need, for the vector instructions that
    /// [`Level::chosen`] names.
    pub fn new(config: &Config) -> Engine {
        Engine::with_level(config, Level::chosen())
    }

    /// The same, for these vector instructions.
    pub fn with_level(config: &Config, level: Level) -> Engine {
        let config = Config {
            sample_rate_hz: if config.sample_rate_hz >= 1_000.0 {
                config.sample_rate_hz.min(1e6)
            } else {
                1_000.0
            },
            max_voices: config.max_voices.clamp(1, MAX_VOICES),
        };
        let patch = Patch::default();
        let block_frames = block_frames(config.sample_rate_hz);
        let dimensions = Dimensions {
            level,
            sample_rate_hz: config.sample_rate_hz,
            block_frames,
            voices: config.max_voices,
        };
        Engine {
            dimensions,
            block_frames,
            renderer: Renderer::new(level, block_frames),
            mixer: Mixer::new(level, block_frames),
            patch,
            patch_changed: false,
            tick: Tick::new(config.sample_rate_hz, block_frames),
            ensemble: Ensemble::new(&dimensions),
            onsets: 0,
            has_pending: false,
            clock: Clock::default(),
            buses: [Bus::new(), Bus::new()],
            newest: 0,
            is_under_way: false,
            position: block_frames,
            output: Output::default(),
            ended: Ended::new(2 * MAX_VOICES),
            faults: 0,
        }
    }

    /// Silences everything and puts the clock at 0: from here on it is as a new engine with the
    /// same patch.
    pub fn reset(&mut self) {
        self.end_block();
        self.ensemble.silence();
        self.tick.channels = Channels::default();
        self.buses.iter_mut().for_each(Bus::clear);
        self.has_pending = false;
        self.clock = Clock::default();
        self.position = self.block_frames;
        self.output.reset();
        self.ended.clear();
    }

    /// Frames per second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.dimensions.sample_rate_hz
    }

    /// What it has memory for.
    pub fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }

    /// Renders with these threads from now on, or with none but the caller's. What sounds is cut off by
    /// that, so it is done only while [`Engine::is_silent`]: else what is given comes straight back.
    /// What comes back is to be dropped off the audio thread.
    pub fn set_threading(&mut self, threading: Option<Threading>) -> Option<Threading> {
        if !self.is_silent() {
            return threading;
        }
        self.buses.iter_mut().for_each(Bus::clear);
        self.ensemble.set_threading(threading)
    }

    /// Takes room for more voices. What it leaves is to be dropped off the audio thread.
    pub fn extend(&mut self, extension: &mut Extension) {
        self.end_block();
        self.ensemble.extend(extension);
        self.dimensions.voices = self.ensemble.voices();
    }

    /// Takes a patch over from the next tick on (a note that begins before it already has it).
    pub fn set_patch(&mut self, patch: &Patch) {
        self.patch = *patch;
        self.patch_changed = true;
    }

    /// Tells where the host's song is at the frame rendered next.
    pub fn set_transport(&mut self, transport: &Transport) {
        let into_block = if self.position == self.block_frames {
            0
        } else {
            self.position
        };
        self.clock
            .set_transport(transport, into_block, self.dimensions.sample_rate_hz);
    }

    /// Takes an event at the frame rendered next. Values that are not numbers are ignored.
    pub fn push(&mut self, event: Event) {
        // What it finds is to be the same, whoever renders.
        self.end_block();
        match event {
            Event::NoteOn {
                id,
                channel,
                key,
                velocity,
            } => {
                if velocity.is_finite() && key < 128 {
                    self.note_on(id, channel & 15, key, velocity.clamp(0.0, 1.0));
                }
            }
            Event::NoteOff(note) => self.note_off(&note),
            Event::Choke(note) => {
                for slot in 0..self.ensemble.used_slots() {
                    if self.is_addressed(slot, &note) {
                        self.fade(slot);
                    }
                }
            }
            Event::Expression {
                note,
                expression,
                value,
            } => {
                if value.is_finite() {
                    for slot in 0..self.ensemble.used_slots() {
                        if self.is_addressed(slot, &note) {
                            self.ensemble[slot].express(expression, value);
                        }
                    }
                }
            }
            Event::Modulate { id, param, offset } => {
                if offset.is_finite() {
                    let voices = self.ensemble.iter_mut();
                    for voice in
                        voices.filter(|voice| voice.life() != Life::Idle && voice.id == Some(id))
                    {
                        voice.modulate(param, offset);
                    }
                }
            }
            Event::PitchBend { channel, value } => {
                if value.is_finite() {
                    self.tick.channels.get_mut(channel).bend = value.clamp(-1.0, 1.0);
                }
            }
            Event::ChannelPressure { channel, value } => {
                if value.is_finite() {
                    self.tick.channels.get_mut(channel).pressure = value.clamp(0.0, 1.0);
                }
            }
            Event::Controller {
                channel,
                number,
                value,
            } => {
                if value.is_finite() {
                    self.controller(channel & 15, number, value.clamp(0.0, 1.0));
                }
            }
        }
    }

    /// Renders the next frames into both channels, overwriting them; both slices are of one length
    /// (of two lengths, the shorter counts).
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut frames = left.iter_mut().zip(right);
        self.render_frames(
            frames.len(),
            || frames.next(),
            |(left, right), frame| (*left, *right) = frame,
        );
    }

    /// Renders the next frames into one channel: the mean of left and right.
    pub fn render_mono(&mut self, mono: &mut [f32]) {
        let mut frames = mono.iter_mut();
        self.render_frames(
            frames.len(),
            || frames.next(),
            |mono, (left, right)| *mono = 0.5 * (left + right),
        );
    }

    fn render_frames<T>(
        &mut self,
        count: usize,
        mut next: impl FnMut() -> Option<T>,
        mut write: impl FnMut(T, (f32, f32)),
    ) {
        let _flush = FlushDenormals::new();
        let mut done = 0;
        while done < count {
            if self.position == self.block_frames {
                self.begin_block();
                self.position = 0;
            }
            if self.has_pending {
                self.render_onsets();
            }
            let end = self.block_frames.min(self.position + (count - done));
            let step = 1.0 / self.block_frames as f32;
            done += end - self.position;
            let bus = &self.buses[self.handed_out()];
            for at in self.position..end {
                let Some(place) = next() else { break };
                let (left, right) = (bus.left[at], bus.right[at]);
                write(place, bus.output.frame(left, right, at as f32 * step));
            }
            self.position = end;
        }
    }

    /// The next note that has ended since this was last asked; `None` when there is none left.
    pub fn next_ended(&mut self) -> Option<EndedNote> {
        self.ended.pop()
    }

    /// Whether nothing sounds and nothing will until a note begins.
    pub fn is_silent(&self) -> bool {
        // A voice that ended in this block may still be in its rest.
        let rest = self.position..self.block_frames;
        !self.is_under_way
            && self.ensemble.iter().all(|voice| voice.life() == Life::Idle)
            && self.buses[self.handed_out()].is_silent(rest)
            && (self.latency_frames() == 0
                || self.buses[self.newest].is_silent(0..self.block_frames))
    }

    /// By how many frames all that sounds is late: 0, or a block where other threads render it
    /// meanwhile.
    pub fn latency_frames(&self) -> usize {
        if self.ensemble.is_threaded() {
            self.block_frames
        } else {
            0
        }
    }

    /// The bus whose frames are handed out.
    fn handed_out(&self) -> usize {
        if self.ensemble.is_threaded() {
            1 - self.newest
        } else {
            self.newest
        }
    }

    /// What sounds now.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = Statistics {
            faults: self.faults,
            late_sections: self.ensemble.late_sections(),
            ..Statistics::default()
        };
        for voice in self
            .ensemble
            .iter()
            .filter(|voice| voice.life() != Life::Idle)
        {
            statistics.voices += 1;
            statistics.partials += voice.sounding_partials();
        }
        statistics
    }

    /// Cycles of the free LFO since the reset, at the current block's first frame.
    pub fn lfo_cycles(&self) -> f64 {
        self.clock.lfo_cycles
    }

    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub fn held_keys(&self) -> u128 {
        self.ensemble
            .iter()
            .filter(|voice| {
                voice.key_is_down && matches!(voice.life(), Life::Pending | Life::Sounding)
            })
            .fold(0, |keys, voice| keys | 1 << (voice.key & 127))
    }

    /// Takes a picture of all partials that sound, at the end of the current block and with the
    /// master level. Its work is bounded by [`MAX_SOUNDING`](super::sounding::MAX_SOUNDING).
    pub fn sounding(&self, sounding: &mut Sounding) {
        sounding.clear(self.dimensions.sample_rate_hz);
        let (left, right) = self.output.levels();
        for (slot, voice) in self.ensemble.iter().enumerate() {
            if matches!(voice.life(), Life::Sounding | Life::Fading) {
                voice.picture(slot, left, right, sounding);
            }
        }
    }

    fn take_patch(&mut self) {
        if self.patch_changed {
            self.patch_changed = false;
            let was_mpe = self.tick.values.is_on(Param::MPE);
            if self.tick.values.update(&self.patch) {
                self.tick.generation += 1;
                let Tick { values, edits, .. } = &mut self.tick;
                edits.update(|param| values.get(param));
                if self.tick.values.is_on(Param::MPE) != was_mpe {
                    self.release_what_no_pedal_holds();
                }
            }
        }
    }

    /// Renders what begins at this frame, to the end of the newest block.
    fn render_onsets(&mut self) {
        self.end_block();
        self.has_pending = false;
        self.take_patch();
        let rest = self.position..self.block_frames;
        for slot in 0..self.ensemble.used_slots() {
            let voice = &mut self.ensemble[slot];
            if voice.life() == Life::Pending {
                let bus = &mut self.buses[self.newest];
                let left = &mut bus.left[rest.clone()];
                let right = &mut bus.right[rest.clone()];
                let outcome = voice.render_onset(&self.tick, &mut self.renderer, left, right);
                self.note_outcome(slot, outcome);
            }
        }
    }

    /// The tick: takes over what has changed, and begins a block of every voice that sounds.
    fn begin_block(&mut self) {
        self.end_block();
        self.take_patch();
        self.steal_down_to(self.voice_limit());
        self.clock.tick(
            &self.tick.values,
            self.block_frames,
            self.dimensions.sample_rate_hz,
        );
        self.tick.lfo_cycles = self.clock.lfo_cycles;
        self.tick.lfo_cycles_per_frame = self.clock.lfo_cycles_per_frame;
        self.tick.lfo_has_jumped = self.clock.lfo_has_jumped;
        self.tick.partials = self.statistics().partials;
        self.newest = self.handed_out();
        self.output.tick(&self.tick.values);
        let bus = &mut self.buses[self.newest];
        bus.clear();
        bus.output = self.output.clone();
        self.is_under_way = true;
        self.ensemble.begin_block(&self.tick, &mut self.renderer);
        if !self.ensemble.is_under_way() {
            self.end_block();
        }
    }

    /// Ends the newest block, if it is still being rendered: its sections are mixed in their order.
    fn end_block(&mut self) {
        if !self.is_under_way {
            return;
        }
        // An event may bring it about, outside of `render`.
        let _flush = FlushDenormals::new();
        self.is_under_way = false;
        self.ensemble.end_block(&self.tick, &mut self.renderer);
        let bus = &mut self.buses[self.newest];
        let left = &mut bus.left[..self.block_frames];
        let right = &mut bus.right[..self.block_frames];
        for section in self.ensemble.rendered() {
            self.mixer.accumulate(section.part(), left, right);
        }
        self.mixer.transform_into(left, right);
        for slot in 0..self.ensemble.used_slots() {
            if let Some(outcome) = self.ensemble.outcome(slot) {
                self.note_outcome(slot, outcome);
            }
        }
    }

    fn note_outcome(&mut self, slot: usize, outcome: Outcome) {
        if outcome == Outcome::Faulty {
            self.faults += 1;
        }
        if outcome != Outcome::Sounds {
            let voice = &self.ensemble[slot];
            self.ended.push(EndedNote {
                id: voice.id,
                channel: voice.channel,
                key: voice.key,
            });
        }
    }
}
