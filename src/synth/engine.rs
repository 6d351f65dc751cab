//! The engine: owns the voices, keeps the block clock, hands out frames.
//!
//! It works in blocks of H frames on its own clock, whatever the host's buffers. A block is
//! rendered when its first frame is asked for; frames are handed out from it. A note that begins
//! within a block is rendered from its onset to the block's end at once and added. Everything else
//! takes effect at the next tick and ramps across that block.

mod clock;
#[cfg(test)]
mod tests;

use self::clock::Clock;
use super::allocator;
use super::channel::Channels;
use super::event::{Event, NoteAddress, Transport};
use super::output::Output;
use super::parameter::{MAX_PARTIALS, MAX_VOICES, Param};
use super::patch::{Patch, Values};
use super::sounding::Sounding;
use super::spectrum::{Edits, Numbers};
use super::voice::{Life, Outcome, Tick, Voice};
use crate::bank::{Bank, MAX_BLOCK_FRAMES};
use crate::dsp::level::Level;

/// What is fixed for an engine's life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Frames per second; anything outside 1 kHz to 1 MHz counts as the nearer end.
    pub sample_rate_hz: f64,
    /// Voices to allocate memory for, 1 to [`MAX_VOICES`]; the patch may ask for fewer.
    pub max_voices: usize,
}

/// A note that sounds no more, for hosts that keep account of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedNote {
    /// The host's note id, where it gave one.
    pub id: Option<i32>,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub key: u8,
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
}

/// The engine. See the module's text.
pub struct Engine {
    config: Config,
    block_frames: usize,
    bank: Bank,
    numbers: Numbers,
    patch: Patch,
    patch_changed: bool,
    values: Values,
    edits: Edits,
    generation: u64,
    channels: Channels,
    voices: Vec<Voice>,
    /// Onsets since the reset.
    onsets: u64,
    has_pending: bool,
    clock: Clock,
    bus_left: Box<[f32; MAX_BLOCK_FRAMES]>,
    bus_right: Box<[f32; MAX_BLOCK_FRAMES]>,
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
        Engine {
            config,
            block_frames,
            bank: Bank::new(level, block_frames),
            numbers: Numbers::allocate(),
            values: Values::new(&patch),
            patch,
            patch_changed: false,
            edits: Edits::default(),
            generation: 1,
            channels: Channels::default(),
            voices: (0..2 * config.max_voices)
                .map(|_| Voice::idle(level))
                .collect(),
            onsets: 0,
            has_pending: false,
            clock: Clock::default(),
            bus_left: Box::new([0.0; MAX_BLOCK_FRAMES]),
            bus_right: Box::new([0.0; MAX_BLOCK_FRAMES]),
            position: block_frames,
            output: Output::default(),
            ended: Ended::new(4 * config.max_voices),
            faults: 0,
        }
    }

    /// Silences everything and puts the clock at 0: from here on it is as a new engine with the
    /// same patch.
    pub fn reset(&mut self) {
        for voice in &mut self.voices {
            voice.silence();
        }
        self.channels = Channels::default();
        self.onsets = 0;
        self.has_pending = false;
        self.clock = Clock::default();
        self.position = self.block_frames;
        self.output.reset();
        self.ended.clear();
    }

    /// Frames per second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.config.sample_rate_hz
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
            .set_transport(transport, into_block, self.config.sample_rate_hz);
    }

    /// Takes an event at the frame rendered next. Values that are not numbers are ignored.
    pub fn push(&mut self, event: Event) {
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
                for slot in 0..self.voices.len() {
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
                    for slot in 0..self.voices.len() {
                        if self.is_addressed(slot, &note) {
                            self.voices[slot].express(expression, value);
                        }
                    }
                }
            }
            Event::Modulate { id, param, offset } => {
                if offset.is_finite() {
                    let voices = self.voices.iter_mut();
                    for voice in
                        voices.filter(|voice| voice.life() != Life::Idle && voice.id == Some(id))
                    {
                        voice.modulate(param, offset);
                    }
                }
            }
            Event::PitchBend { channel, value } => {
                if value.is_finite() {
                    self.channels.get_mut(channel).bend = value.clamp(-1.0, 1.0);
                }
            }
            Event::ChannelPressure { channel, value } => {
                if value.is_finite() {
                    self.channels.get_mut(channel).pressure = value.clamp(0.0, 1.0);
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
        let mut done = 0;
        while done < count {
            if self.position == self.block_frames {
                self.render_block();
                self.position = 0;
            }
            if self.has_pending {
                self.render_onsets();
            }
            let end = self.block_frames.min(self.position + (count - done));
            let step = 1.0 / self.block_frames as f32;
            done += end - self.position;
            for at in self.position..end {
                let Some(place) = next() else { break };
                write(
                    place,
                    self.output
                        .frame(self.bus_left[at], self.bus_right[at], at as f32 * step),
                );
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
        self.voices.iter().all(|voice| voice.life() == Life::Idle)
            && self.bus_left[rest.clone()]
                .iter()
                .chain(&self.bus_right[rest])
                .all(|&x| x == 0.0)
    }

    /// What sounds now.
    pub fn statistics(&self) -> Statistics {
        let mut statistics = Statistics {
            faults: self.faults,
            ..Statistics::default()
        };
        for voice in self
            .voices
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
        self.voices
            .iter()
            .filter(|voice| {
                voice.key_is_down && matches!(voice.life(), Life::Pending | Life::Sounding)
            })
            .fold(0, |keys, voice| keys | 1 << (voice.key & 127))
    }

    /// Writes the power of each partial number, 1 first, over all voices that sound, with the master
    /// level: of a sine as loud as full scale it is ½. The mean of both channels, at the end of the
    /// current block.
    pub fn partial_powers(&self, powers: &mut [f32; MAX_PARTIALS]) {
        powers.fill(0.0);
        for voice in &self.voices {
            if voice.life() != Life::Idle {
                voice.add_powers(powers);
            }
        }
        let gain = self.output.level();
        let factor = 0.5 * gain * gain;
        powers.iter_mut().for_each(|power| *power *= factor);
    }

    /// Takes a picture of all partials that sound, at the end of the current block and with the
    /// master level. Its work is bounded by [`MAX_SOUNDING`](super::sounding::MAX_SOUNDING).
    pub fn sounding(&self, sounding: &mut Sounding) {
        sounding.clear(self.config.sample_rate_hz);
        let (left, right) = self.output.levels();
        for (slot, voice) in self.voices.iter().enumerate() {
            if matches!(voice.life(), Life::Sounding | Life::Fading) {
                voice.picture(slot, left, right, sounding);
            }
        }
    }

    fn note_on(&mut self, id: Option<i32>, channel: u8, key: u8, velocity: f32) {
        // The patch counts from here on: it may have fewer voices.
        self.take_patch();
        // The same key again: the earlier note is let go, pedal or not; one with an id of its own
        // only if its key is up.
        for voice in &mut self.voices {
            let is_same = voice.channel == channel
                && voice.key == key
                && (voice.id == id || !voice.key_is_down);
            if is_same && matches!(voice.life(), Life::Pending | Life::Sounding) {
                voice.key_is_down = false;
                voice.sostenuto = false;
                voice.release();
            }
        }
        self.steal_down_to(self.voice_limit() - 1);
        let Some(slot) = allocator::slot(&self.voices) else {
            return;
        };
        self.onsets += 1;
        self.voices[slot].begin(id, channel, key, velocity, self.onsets);
        self.has_pending = true;
    }

    fn note_off(&mut self, note: &NoteAddress) {
        for slot in 0..self.voices.len() {
            if self.is_addressed(slot, note) && self.voices[slot].key_is_down {
                self.voices[slot].key_is_down = false;
                self.release_unless_held(slot);
            }
        }
    }

    fn release_unless_held(&mut self, slot: usize) {
        let voice = &mut self.voices[slot];
        let is_held = voice.key_is_down
            || voice.sostenuto
            || self.channels.control(voice.channel, &self.values).sustain;
        if !is_held {
            voice.release();
        }
    }

    fn is_addressed(&self, slot: usize, note: &NoteAddress) -> bool {
        let voice = &self.voices[slot];
        if !matches!(voice.life(), Life::Pending | Life::Sounding) {
            return false;
        }
        match (note.id, voice.id) {
            (Some(wanted), Some(own)) => wanted == own,
            _ => {
                note.channel.is_none_or(|c| c == voice.channel)
                    && note.key.is_none_or(|k| k == voice.key)
            }
        }
    }

    fn controller(&mut self, channel: u8, number: u8, value: f32) {
        const SUSTAIN: u8 = 64;
        const SOSTENUTO: u8 = 66;
        const ALL_SOUND_OFF: u8 = 120;
        const RESET_ALL_CONTROLLERS: u8 = 121;
        const ALL_NOTES_OFF: u8 = 123;
        let sostenuto_was_down = self.channels.get_mut(channel).sostenuto;
        self.channels.get_mut(channel).control(number, value);
        let sostenuto_is_down = self.channels.get_mut(channel).sostenuto;
        for slot in 0..self.voices.len() {
            let voice = &mut self.voices[slot];
            let is_in_use = matches!(voice.life(), Life::Pending | Life::Sounding);
            if !is_in_use || !Channels::reaches(channel, voice.channel, &self.values) {
                continue;
            }
            match number {
                ALL_SOUND_OFF => self.fade(slot),
                // 124 to 127 change the mode, and release all notes as well.
                ALL_NOTES_OFF.. => {
                    voice.key_is_down = false;
                    self.release_unless_held(slot);
                }
                SUSTAIN | SOSTENUTO | RESET_ALL_CONTROLLERS => {
                    if sostenuto_is_down && !sostenuto_was_down {
                        voice.sostenuto |= voice.key_is_down;
                    } else if sostenuto_was_down && !sostenuto_is_down {
                        voice.sostenuto = false;
                    }
                    self.release_unless_held(slot);
                }
                _ => {}
            }
        }
    }

    fn voice_limit(&self) -> usize {
        self.values
            .index(Param::VOICES)
            .clamp(1, self.config.max_voices)
    }

    fn steal_down_to(&mut self, limit: usize) {
        let taken = allocator::taken(&self.voices);
        for _ in limit..taken {
            if let Some(slot) = allocator::victim(&self.voices) {
                self.fade(slot);
            }
        }
    }

    /// Fades a voice out over the next block and tells that its note has ended.
    fn fade(&mut self, slot: usize) {
        let voice = &mut self.voices[slot];
        self.ended.push(EndedNote {
            id: voice.id,
            channel: voice.channel,
            key: voice.key,
        });
        voice.fade();
    }

    fn take_patch(&mut self) {
        if self.patch_changed {
            self.patch_changed = false;
            let was_mpe = self.values.is_on(Param::MPE);
            if self.values.update(&self.patch) {
                self.generation += 1;
                let values = &self.values;
                self.edits.update(|param| values.get(param));
                if self.values.is_on(Param::MPE) != was_mpe {
                    self.release_what_no_pedal_holds();
                }
            }
        }
    }

    /// Pedals of the zone's master reach fewer voices once MPE is off.
    fn release_what_no_pedal_holds(&mut self) {
        for slot in 0..self.voices.len() {
            let voice = &mut self.voices[slot];
            if matches!(voice.life(), Life::Pending | Life::Sounding) {
                let control = self.channels.control(voice.channel, &self.values);
                voice.sostenuto &= control.sostenuto;
                self.release_unless_held(slot);
            }
        }
    }

    /// Renders what begins at this frame.
    fn render_onsets(&mut self) {
        self.has_pending = false;
        self.take_patch();
        for slot in 0..self.voices.len() {
            if self.voices[slot].life() == Life::Pending {
                self.render_voice(slot, self.position);
            }
        }
    }

    /// The tick: takes over what has changed, and renders a block of every voice that sounds.
    fn render_block(&mut self) {
        self.take_patch();
        self.steal_down_to(self.voice_limit());
        self.output.tick(&self.values);
        self.clock
            .tick(&self.values, self.block_frames, self.config.sample_rate_hz);
        self.bus_left[..self.block_frames].fill(0.0);
        self.bus_right[..self.block_frames].fill(0.0);
        self.bank.begin_block(self.statistics().partials);
        for slot in 0..self.voices.len() {
            if matches!(self.voices[slot].life(), Life::Sounding | Life::Fading) {
                self.render_voice(slot, 0);
            }
        }
        self.bank.end_block(
            &mut self.bus_left[..self.block_frames],
            &mut self.bus_right[..self.block_frames],
        );
    }

    /// Renders a voice from frame `from` of the block to the block's end.
    fn render_voice(&mut self, slot: usize, from: usize) {
        let tick = Tick {
            values: &self.values,
            generation: self.generation,
            edits: &self.edits,
            channels: &self.channels,
            numbers: &self.numbers,
            sample_rate_hz: self.config.sample_rate_hz,
            block_frames: self.block_frames,
            lfo_cycles: self.clock.lfo_cycles,
            lfo_cycles_per_frame: self.clock.lfo_cycles_per_frame,
            lfo_has_jumped: self.clock.lfo_has_jumped,
        };
        let left = &mut self.bus_left[from..self.block_frames];
        let right = &mut self.bus_right[from..self.block_frames];
        let (voice, bank) = (&mut self.voices[slot], &mut self.bank);
        let (outcome, was_counted) = match voice.life() {
            Life::Pending => (voice.render_onset(&tick, bank, left, right), true),
            life => (
                voice.render_block(&tick, bank, left, right),
                life != Life::Fading,
            ),
        };
        if outcome == Outcome::Faulty {
            self.faults += 1;
        }
        // The end of one that was stolen or choked has been told already.
        if outcome != Outcome::Sounds && was_counted {
            self.ended.push(EndedNote {
                id: voice.id,
                channel: voice.channel,
                key: voice.key,
            });
        }
    }
}

/// A queue of fixed size: the newest are dropped when the host never asks.
struct Ended {
    notes: Box<[Option<EndedNote>]>,
    first: usize,
    count: usize,
}

impl Ended {
    fn new(capacity: usize) -> Ended {
        Ended {
            notes: vec![None; capacity].into_boxed_slice(),
            first: 0,
            count: 0,
        }
    }

    fn push(&mut self, note: EndedNote) {
        if self.count < self.notes.len() {
            self.notes[(self.first + self.count) % self.notes.len()] = Some(note);
            self.count += 1;
        }
    }

    fn pop(&mut self) -> Option<EndedNote> {
        let note = self.notes[self.first].take()?;
        self.first = (self.first + 1) % self.notes.len();
        self.count -= 1;
        Some(note)
    }

    fn clear(&mut self) {
        self.notes.fill(None);
        (self.first, self.count) = (0, 0);
    }
}
