//! The engine: owns the voices, keeps the block clock, hands out frames.
//!
//! It works in blocks of H frames on its own clock, whatever the host's buffers. A block is
//! rendered when its first frame is asked for; frames are handed out from it. A note that begins
//! within a block is rendered from its onset to the block's end at once and added. Everything else
//! takes effect at the next tick and ramps across that block: the [assigner](super::assigner) and
//! the channels take an event at once, and what it means for voices waits in a form that many events
//! do not make longer, so that none but what begins a note forces the block in progress to be finished
//! early.

mod bus;
mod clock;
mod commands;
mod events;
mod expressions;
mod streaming;
#[cfg(test)]
mod tests;
mod tuning;

use std::sync::Arc;

use self::bus::Bus;
use self::clock::Clock;
use self::commands::{VoiceCommands, begun};
use self::expressions::PendingExpressions;
use super::assigner::{Assigner, PlayMode, Priority};
use super::channel::{Channels, MpeZones};
use super::effects::{Effects, EffectsPace};
use super::event::{EndedNote, Transport};
use super::output::Output;
use super::parameter::{LFOS, MAX_VOICES, Param};
use super::patch::Patch;
use super::pool::{Dimensions, MAX_SLOTS, Threading, VoicePool, slots};
use super::recordings::{Recordings, TakenStream};
use super::snapshot::Snapshot;
use super::tick::Tick;
use super::tuning::Tuner;
use super::voice::{BlockResult, VoiceState};
use super::voice_group::report;
use super::workspace::Workspace;
use crate::bank::{MAX_BLOCK_FRAMES, Mixer};
use crate::dsp::denormals::FlushDenormals;
use crate::dsp::simd_level::SimdLevel;

/// What is fixed for an engine's life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Frames per second; anything outside [`RATES_HZ`] counts as the nearer end.
    pub sample_rate_hz: f64,
    /// Voices to allocate memory for, 1 to [`MAX_VOICES`]. The patch may ask for fewer; where it asks
    /// for more, this is the limit.
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
    /// Sections of blocks that the caller rendered itself because another thread was late, since the
    /// engine was made.
    pub late_sections: u64,
    /// Places in recordings that stood still for a block, or were silent, because what is there had not been read from
    /// the disk yet, since the engine was made.
    pub late_recordings: u64,
}

/// The engine. See the module's text.
pub struct Engine {
    dimensions: Dimensions,
    block_frames: usize,
    workspace: Workspace,
    mixer: Mixer,
    /// The patch and the controllers as the last event has left them.
    patch: Patch,
    patch_changed: bool,
    channels: Channels,
    /// What voices read: the values that sound, and the controllers, as of the last tick or onset.
    tick: Tick,
    tuner: Tuner,
    /// Recordings that are to be taken over.
    next_recordings: Option<Arc<Recordings>>,
    /// What reads the recordings that are played, where they are streamed.
    stream: Option<TakenStream>,
    /// See [`Statistics::late_recordings`].
    late_recordings: u64,
    assigner: Assigner,
    commands: VoiceCommands,
    expressions: PendingExpressions,
    pool: VoicePool,
    clock: Clock,
    buses: [Bus; 2],
    /// The bus of the newest block.
    newest: usize,
    /// Whether the newest block is still being rendered.
    is_under_way: bool,
    /// Frames of the block that are handed out; at H the next one is due.
    position: usize,
    effects: Effects,
    output: Output,
    /// Room for the channels of a mono output.
    scratch: Bus,
    faults: usize,
}

/// The rates that an engine takes, frames per second; others become the nearest of these. No sound
/// card has more than 768 kHz, but a host may activate a plugin at any rate.
pub const RATES_HZ: std::ops::RangeInclusive<f64> = 1e3..=4e6;

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
    /// [`SimdLevel::chosen`] names.
    pub fn new(config: &Config) -> Engine {
        Engine::with_level(config, SimdLevel::chosen())
    }

    /// As [`Engine::new`], for these vector instructions.
    pub fn with_level(config: &Config, level: SimdLevel) -> Engine {
        Engine::build(config, level, |sample_rate_hz| {
            Effects::new(level, sample_rate_hz)
        })
    }

    /// As [`Engine::new`], without effects and the memory that these need.
    pub fn without_effects(config: &Config) -> Engine {
        Engine::build(config, SimdLevel::chosen(), Effects::none)
    }

    fn build(config: &Config, level: SimdLevel, effects: impl FnOnce(f64) -> Effects) -> Engine {
        // A rate that is not a number becomes the lowest.
        let sample_rate_hz = config
            .sample_rate_hz
            .max(*RATES_HZ.start())
            .min(*RATES_HZ.end());
        let block_frames = block_frames(sample_rate_hz);
        let dimensions = Dimensions {
            level,
            sample_rate_hz,
            block_frames,
            voices: config.max_voices.clamp(1, MAX_VOICES),
        };
        Engine {
            dimensions,
            block_frames,
            workspace: Workspace::new(level, block_frames),
            mixer: Mixer::new(level, block_frames),
            patch: Patch::default(),
            patch_changed: false,
            channels: Channels::default(),
            tick: Tick::new(sample_rate_hz, block_frames),
            tuner: Tuner::new(),
            next_recordings: None,
            stream: None,
            late_recordings: 0,
            assigner: Assigner::new(MAX_SLOTS),
            commands: VoiceCommands::new(),
            expressions: PendingExpressions::new(MAX_SLOTS),
            pool: VoicePool::new(&dimensions),
            clock: Clock::default(),
            buses: [Bus::new(), Bus::new()],
            newest: 0,
            is_under_way: false,
            position: block_frames,
            effects: effects(sample_rate_hz),
            output: Output::default(),
            scratch: Bus::new(),
            faults: 0,
        }
    }

    /// Silences everything and puts the clock at 0: from here on it sounds as a new engine with the
    /// same patch. What [`Engine::statistics`] counts of faults and late sections goes on.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn reset(&mut self) {
        self.end_block();
        self.commands.clear();
        self.expressions.clear();
        self.assigner.clear();
        self.pool.silence();
        self.channels.reset(&self.patch);
        self.buses.iter_mut().for_each(Bus::clear);
        self.clock = Clock::default();
        self.tick.modulators.reset_clocks();
        self.tuner.reset();
        self.tick.tuning.reset();
        self.position = self.block_frames;
        self.effects.reset();
        self.output.reset();
    }

    /// Frames per second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.dimensions.sample_rate_hz
    }

    /// What it has memory for.
    pub fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }

    /// How many voices may sound: what the patch asked for when nothing sounded last, at most
    /// [`Config::max_voices`].
    pub fn voice_limit(&self) -> usize {
        self.assigner.voices()
    }

    /// Renders with these threads from now on, or with the caller's alone. That would cut off what sounds, so
    /// it is done only while [`Engine::is_silent`]; else the threads come straight back. What comes back is to
    /// be dropped off the audio thread.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_threading(&mut self, threading: Option<Threading>) -> Option<Threading> {
        if !self.is_silent() {
            return threading;
        }
        self.buses.iter_mut().for_each(Bus::clear);
        self.pool.set_threading(threading)
    }

    /// Takes a patch over from the next tick on (a note that begins before it already has it).
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_patch(&mut self, patch: &Patch) {
        self.patch = *patch;
        self.patch_changed = true;
        self.channels.follow(patch);
        self.assigner.set_mode(
            PlayMode::from_index(patch.plain(Param::PLAY_MODE) as usize),
            Priority::from_index(patch.plain(Param::PRIORITY) as usize),
        );
    }

    /// Plays other recordings, or none, from the next tick on. The caller keeps an [`Arc`] of its own until this
    /// engine has been given others and has rendered, or is dropped: what is freed here is never the last one.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_recordings(&mut self, recordings: Arc<Recordings>) {
        self.next_recordings = Some(recordings);
    }

    /// Sets where the host's song is at the frame rendered next.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn set_transport(&mut self, transport: &Transport) {
        let into_block = if self.position == self.block_frames {
            0
        } else {
            self.position
        };
        self.clock
            .set_transport(transport, into_block, self.dimensions.sample_rate_hz);
    }

    /// Renders the next frames into both channels, overwriting them; both slices are of one length
    /// (of two lengths, the shorter counts).
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let _flush = FlushDenormals::new();
        let count = left.len().min(right.len());
        let mut done = 0;
        while done < count {
            let end = done + self.next_span(count - done);
            self.hand_out(&mut left[done..end], &mut right[done..end]);
            done = end;
        }
    }

    /// Renders the next frames into one channel: the mean of left and right.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn render_mono(&mut self, mono: &mut [f32]) {
        let _flush = FlushDenormals::new();
        let mut done = 0;
        while done < mono.len() {
            let end = done + self.next_span(mono.len() - done);
            let mono = &mut mono[done..end];
            // Taken out while the engine fills it; an empty box is no allocation.
            let mut scratch = std::mem::take(&mut self.scratch);
            let (left, right) = scratch.span_mut(0..mono.len());
            self.hand_out(left, right);
            for ((mono, left), right) in mono.iter_mut().zip(left).zip(right) {
                *mono = 0.5 * (*left + *right);
            }
            self.scratch = scratch;
            done = end;
        }
    }

    /// Sees that the next frames are there to be handed out: how many of `wanted` are in the current
    /// block.
    fn next_span(&mut self, wanted: usize) -> usize {
        if self.position == self.block_frames {
            self.begin_block();
            self.position = 0;
        }
        if self.assigner.notes().next_pending(0).is_some() {
            self.render_onsets();
        }
        wanted.min(self.block_frames - self.position)
    }

    /// Hands out frames of the current block.
    fn hand_out(&mut self, left: &mut [f32], right: &mut [f32]) {
        let bus = &self.buses[self.handed_out()];
        let end = self.position + left.len();
        left.copy_from_slice(&bus.left[self.position..end]);
        right.copy_from_slice(&bus.right[self.position..end]);
        let step = 1.0 / self.block_frames as f32;
        if bus.effects.is_on {
            let effects = &mut self.effects;
            effects.process(&bus.effects, left, right, self.position, step);
        }
        bus.ramp.apply(left, right, self.position, step);
        self.position = end;
    }

    /// The next note that has ended since this was last asked; `None` when there is none left.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn next_ended(&mut self) -> Option<EndedNote> {
        self.assigner.next_ended()
    }

    /// Whether nothing sounds and nothing will until a note begins.
    pub fn is_silent(&self) -> bool {
        // A voice that ended in this block may still be in its rest.
        let rest = self.position..self.block_frames;
        !self.is_under_way
            && self.effects.is_at_rest()
            && self.assigner.notes().sounding() == 0
            && self.buses[self.handed_out()].is_silent(rest)
            && (self.latency_frames() == 0
                || self.buses[self.newest].is_silent(0..self.block_frames))
    }

    /// Frames from echo to echo of the delay, 0 where it is off. A tail may be silent for this long.
    pub fn echo_gap_frames(&self) -> u64 {
        self.effects.echo_gap_frames()
    }

    /// By how many frames all that sounds is late: 0, or a block where other threads render it
    /// meanwhile.
    pub fn latency_frames(&self) -> usize {
        if self.pool.is_threaded() {
            self.block_frames
        } else {
            0
        }
    }

    /// The bus whose frames are handed out.
    fn handed_out(&self) -> usize {
        if self.pool.is_threaded() {
            1 - self.newest
        } else {
            self.newest
        }
    }

    /// What sounds now.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            voices: self.assigner.notes().sounding(),
            partials: self.assigner.notes().partials(),
            faults: self.faults,
            late_sections: self.pool.late_sections(),
            late_recordings: self.late_recordings,
        }
    }

    /// Cycles of each LFO, where it is free, since the reset, at the current block's first frame.
    pub fn lfo_cycles(&self) -> [f64; LFOS] {
        self.tick.modulators.lfos.clocks().map(|clock| clock.cycles)
    }

    /// The MPE zones in force.
    pub fn mpe_zones(&self) -> MpeZones {
        self.channels.zones()
    }

    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub fn held_keys(&self) -> u128 {
        self.assigner.held_keys()
    }

    /// Takes a snapshot of all partials that sound, at the end of the current block and with the
    /// master level. Its work is bounded by [`SNAPSHOT_PARTIALS`](super::snapshot::SNAPSHOT_PARTIALS).
    pub fn snapshot(&self, snapshot: &mut Snapshot) {
        snapshot.clear(self.dimensions.sample_rate_hz);
        let (left, right) = self.output.levels();
        for slot in self.assigner.notes().slots_in_use() {
            let voice = &self.pool[slot];
            if matches!(voice.state(), VoiceState::Sounding | VoiceState::Fading) {
                voice.snapshot(slot, left, right, snapshot);
                if snapshot.fan.is_none() {
                    snapshot.fan = Some(voice.fan_snapshot(&self.tick));
                }
                if snapshot.has_room_for_sources() {
                    snapshot.add_sources(voice.sources_snapshot(slot, &self.tick));
                }
            }
        }
    }

    /// Takes over the values that the patch has now.
    fn take_patch(&mut self) {
        let has_patch = std::mem::take(&mut self.patch_changed);
        if has_patch {
            self.tick.set_patch(&self.patch);
            self.tuner.follow(|param| self.tick.values.get(param));
        }
        if let Some(recordings) = self.next_recordings.take() {
            self.give_stream_back();
            self.tick.set_recordings(recordings);
            self.take_stream();
        }
        let masters = self.channels.masters();
        let (assigner, commands) = &mut self.assigning();
        assigner.set_masters(&masters, commands);
        if self.channels.take_changed() || has_patch {
            // The same bits whether an event or a block asks for them.
            let _flush = FlushDenormals::new();
            self.tick.controls = self.channels.controls(&self.tick.values);
        }
        debug_assert!(
            {
                let _flush = FlushDenormals::new();
                let controls = self.channels.controls(&self.tick.values);
                self.tick.controls.is_same(&controls)
            },
            "whatever changes a channel says so"
        );
        self.take_tuning();
    }

    /// Takes over the limit of voices, if nothing sounds: a setting of the machine ends no note.
    fn take_capacity(&mut self) {
        if self.assigner.notes().sounding() == 0 {
            self.tick.tuning.forget_kept();
            let voices = self.tick.values.index(Param::VOICES);
            let voices = voices.clamp(1, self.dimensions.voices);
            self.assigner.set_capacity(voices, slots(voices));
        }
    }

    /// Does to the voices what events have asked for. Only between blocks.
    fn carry_out_commands(&mut self) {
        let tick = &self.tick;
        self.commands.drain(
            &mut self.pool,
            |pool, slot, note| {
                pool.set_active(slot, false);
                let note = begun(note, pool, tick, None);
                pool[slot].begin(note);
            },
            |pool, slot, note| {
                let note = begun(note, pool, tick, Some(&pool[slot]));
                pool[slot].continue_as(note, tick);
            },
        );
    }

    /// Gives the voices the expressions that have come since the last tick. Only between blocks.
    fn take_expressions(&mut self) {
        if !self.expressions.are_waiting() {
            return;
        }
        for slot in self.assigner.notes().active_slots() {
            let (note, voice) = (self.assigner.notes().addressee(slot), &mut self.pool[slot]);
            self.expressions.for_each(slot, &note, |expression, value| {
                voice.express(expression, value)
            });
        }
        self.expressions.clear();
    }

    /// Renders what begins at this frame, to the end of the newest block.
    fn render_onsets(&mut self) {
        self.end_block();
        self.take_patch();
        self.carry_out_commands();
        self.effects.note_begins();
        let rest = self.position..self.block_frames;
        let mut next = self.assigner.notes().next_pending(0);
        while let Some(slot) = next {
            next = self.assigner.notes().next_pending(slot + 1);
            let bus = &mut self.buses[self.newest];
            let (left, right) = bus.span_mut(rest.clone());
            let voice = &mut self.pool[slot];
            let note = self.assigner.notes().addressee(slot);
            self.expressions.for_each(slot, &note, |expression, value| {
                voice.express(expression, value)
            });
            let outcome = voice.render_onset(&self.tick, &mut self.workspace, left, right);
            let report = report(voice, outcome);
            self.faults += usize::from(outcome == BlockResult::NonFinite);
            self.pool.set_active(slot, report.is_active);
            self.assigner.report(slot, &report);
        }
    }

    /// The tick: takes over what has changed, and begins a block of every voice that sounds.
    fn begin_block(&mut self) {
        self.end_block();
        self.take_patch();
        self.take_capacity();
        self.carry_out_commands();
        self.take_expressions();
        if self.tick.recordings.is_streamed() {
            self.stream_recordings();
        }
        let time = self
            .clock
            .tick(self.block_frames, self.dimensions.sample_rate_hz);
        self.tick.modulators.tick(&self.tick.values, &time);
        self.tick.partials = self.assigner.notes().partials();
        self.newest = self.handed_out();
        let bus = &mut self.buses[self.newest];
        bus.clear();
        bus.ramp = self.output.tick(&self.tick.values);
        let pace = EffectsPace {
            sample_rate_hz: self.dimensions.sample_rate_hz,
            block_frames: self.block_frames,
            beats_per_frame: time.beats_per_frame,
        };
        let has_voices = self.assigner.notes().sounding() > 0;
        let is_late = self.pool.is_threaded();
        let (values, block) = (&self.tick.values, &mut bus.effects);
        self.effects.tick(values, &pace, has_voices, is_late, block);
        self.is_under_way = true;
        self.pool.start(&self.tick, &mut self.workspace);
        if !self.pool.is_under_way() {
            self.end_block();
        }
    }

    /// Ends the newest block, if it is still being rendered: its parts are mixed in their order.
    fn end_block(&mut self) {
        if !self.is_under_way {
            return;
        }
        // An event may bring it about, outside of `render`.
        let _flush = FlushDenormals::new();
        self.is_under_way = false;
        self.pool.finish(&self.tick, &mut self.workspace);
        let (left, right) = self.buses[self.newest].span_mut(0..self.block_frames);
        for part in self.pool.parts() {
            self.mixer.accumulate(part, left, right);
        }
        self.faults += self.pool.faults();
        self.mixer.transform_into(left, right);
        self.assigner.begin_reports();
        for (slot, report) in self.pool.reports() {
            self.assigner.report(slot, report);
        }
    }
}
