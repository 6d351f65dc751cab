//! Hot swap: another preset every 100 ms under held chords, in buffers of 64 frames, faster than
//! real time.
//!
//! A preset comes as a host brings it: as a state that is loaded while the notes sound. Beside the
//! plugin runs an engine of our own that gets the same patches, notes and frames, so that the
//! plugin's sound is judged to the bit, and so that it is known what sounds.
//!
//! # How large a jump may be
//!
//! A patch that is taken over ramps over one block of H frames. In it each partial's amplitude lies
//! between what it was (a) and what it comes to (a′), and so does its frequency (f, f′); both are
//! read from the engine before and after. So from one frame to the next the sum of all partials
//! moves by at most
//!
//! ```text
//! Σ max(a, a′) · 2π max(f, f′) / rate  +  Σ |a′ − a| / H
//! ```
//!
//! Protect bends the output with a slope of at most 1, so the bound is its too. Notes begin half-way
//! between swaps, where this does not look. Beside that bound, which no sound may pass, few swaps may
//! jump visibly more than the sounds before and after them do by themselves.
//!
//! # How long a swap may take
//!
//! 99 of 100 swaps may add at most [`MAX_SWAP_TIME`] to the processor time of the audio thread. That
//! time does not count what other programs run, but it does grow when they take the processor's caches
//! or the other half of its core: on a machine with three programs to a processor P99 was 72 to 107 µs
//! in twelve runs of the same 300 swaps. The same seed is the same work, so where a run is too slow it
//! is repeated, and the smallest time of each swap counts. Code that is too slow is so in every run.

use std::collections::HashSet;
use std::time::Duration;

use aliquot::state::{Preset, starting_presets};
use aliquot::synth::{
    self, Config, Engine, NoteAddress, Param, Patch, Snapshot, Transport, block_frames,
};
use anyhow::{Context, Result, bail, ensure};

use super::process::thread_time;
use super::random::Random;
use crate::host::{Event, Host, Instance, Note, Output, Processor, preset_state};

const RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 64;
/// Buffers from one preset to the next: 100 ms.
const SWAP_BUFFERS: usize = 75;
/// Buffers from one chord to the next, a second; half-way between two swaps.
const CHORD_BUFFERS: usize = 10 * SWAP_BUFFERS;
const CHORD_OFFSET: usize = SWAP_BUFFERS / 2;
/// Notes of a chord.
const CHORD_NOTES: std::ops::RangeInclusive<usize> = 3..=5;

/// A jump by this factor over those of the sounds before and after is visible.
const VISIBLE: f32 = 1.1;
/// How many of the swaps may have one.
const MAX_VISIBLE_PART: f64 = 0.05;
/// Beside rounding, a voice's envelope may peak within the ramp.
const SLACK: f64 = 1.05;

/// The most processor time that a swap may cost the audio thread, 99 of 100 times.
pub const MAX_SWAP_TIME: Duration = Duration::from_micros(100);
/// How often the same swaps are timed at most.
const MAX_RUNS: usize = 5;

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Presets that were loaded under sound.
    pub swaps: usize,
    /// Notes that were played.
    pub notes: usize,
    /// Frames that were rendered.
    pub frames: usize,
    /// The largest jump at a swap, in parts of its bound.
    pub bound_part: f64,
    /// Swaps whose jump was visible.
    pub visible: usize,
    /// The largest jump at a swap, over those of the sounds before and after it.
    pub largest_ratio: f32,
    /// What each swap adds to the audio thread's processor time.
    pub swap_times: Vec<Duration>,
    /// Processor time of each whole buffer with a swap.
    pub buffer_times: Vec<Duration>,
}

impl Figures {
    /// The time that `part` of all swaps do not exceed.
    pub fn swap_time(&self, part: f64) -> Duration {
        percentile(&self.swap_times, part)
    }

    /// The time that `part` of all buffers with a swap do not exceed.
    pub fn buffer_time(&self, part: f64) -> Duration {
        percentile(&self.buffer_times, part)
    }

    /// Keeps of each time the smaller one of this run and another of the same swaps.
    fn keep_smaller_times(&mut self, other: &Figures) {
        for (own, other) in [
            (&mut self.swap_times, &other.swap_times),
            (&mut self.buffer_times, &other.buffer_times),
        ] {
            for (own, other) in own.iter_mut().zip(other) {
                *own = (*own).min(*other);
            }
        }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let us = |time: Duration| time.as_secs_f64() * 1e6;
        write!(
            f,
            "{} swaps in {:.0} s of audio under {} notes: no voice lost, every frame as the engine's; \
             largest jump {:.2} of its bound, {} jumps above {VISIBLE} times those around them, the \
             largest {:.2} times; a swap adds P50 {:.1}, P99 {:.1}, at most {:.1} µs of processor \
             time to its buffer (whole: P50 {:.1}, P99 {:.1} µs)",
            self.swaps,
            self.frames as f64 / RATE_HZ,
            self.notes,
            self.bound_part,
            self.visible,
            self.largest_ratio,
            us(self.swap_time(0.5)),
            us(self.swap_time(0.99)),
            us(self.swap_time(1.0)),
            us(self.buffer_time(0.5)),
            us(self.buffer_time(0.99)),
        )
    }
}

fn percentile(times: &[Duration], part: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (part * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// The starting presets, as patches and as states of the plugin; without those of recordings, since their noise and
/// transients are no partials of the snapshot from which the bound is worked out, and in the scale of new instances.
fn presets(host: &Host) -> Result<Vec<(Patch, Vec<u8>)>> {
    let presets: Vec<Preset> = starting_presets()
        .iter()
        .map(|starting| Preset::parse(starting.text))
        .collect::<Result<_, _>>()?;
    presets
        .into_iter()
        .filter(|preset| preset.recording.is_none())
        .map(|mut preset| {
            preset.tuning = None;
            let mut instance = host.instantiate()?;
            let state = preset_state(&mut instance, &preset)?;
            Ok((preset.patch, state))
        })
        .collect()
}

/// As [`hot_swap`], but begins anew where the swaps are too slow, as the module's text says; so does
/// `progress`. For a build like the one that is released.
///
/// # Errors
/// The first thing that is not as it has to be, and swaps that take too long.
pub fn timed_hot_swap(
    host: &Host,
    seconds: f64,
    seed: u64,
    progress: &mut dyn FnMut(f64),
) -> Result<Figures> {
    let mut figures = hot_swap(host, seconds, seed, progress)?;
    for _ in 1..MAX_RUNS {
        if figures.swap_time(0.99) < MAX_SWAP_TIME {
            break;
        }
        let again = hot_swap(host, seconds, seed, progress)?;
        figures.keep_smaller_times(&again);
    }
    let time = figures.swap_time(0.99);
    ensure!(
        time < MAX_SWAP_TIME,
        "a swap costs the audio thread {time:?} of processor time (P99, the best of {MAX_RUNS} runs); \
         {MAX_SWAP_TIME:?} may be: {figures}"
    );
    Ok(figures)
}

/// Plays `seconds` of audio; `progress` receives how far it is, 0 to 1. The times are measured and not judged.
///
/// # Errors
/// The first thing that is not as it has to be.
pub fn hot_swap(
    host: &Host,
    seconds: f64,
    seed: u64,
    progress: &mut dyn FnMut(f64),
) -> Result<Figures> {
    let presets = presets(host)?;
    let mut instance = host.instantiate()?;
    let processor = instance.activate(RATE_HZ, BUFFER_FRAMES)?;
    let mut stress = Stress::new(processor, presets, seed);
    let swaps = (seconds * RATE_HZ / (SWAP_BUFFERS * BUFFER_FRAMES) as f64).ceil() as usize;
    let result = (0..swaps)
        .try_for_each(|swap| {
            stress
                .swap(&mut instance)
                .with_context(|| format!("after {swap} swaps"))?;
            progress(swap as f64 / swaps as f64);
            Ok(())
        })
        .and_then(|()| stress.end());
    instance.deactivate(stress.processor);
    result.map(|()| stress.figures)
}

struct Stress {
    processor: Processor,
    presets: Vec<(Patch, Vec<u8>)>,
    engine: Engine,
    random: Random,
    /// The preset that sounds.
    current: usize,
    /// Buffers that were rendered.
    buffers: usize,
    held: Vec<Note>,
    /// Ids of notes that have not ended.
    sounding: HashSet<u32>,
    /// How many of the held notes may wait for one voice that plays them in turn.
    waiting: usize,
    next_id: u32,
    /// The last frame.
    last: [f32; 2],
    before: Box<Snapshot>,
    after: Box<Snapshot>,
    /// The largest jump of the sound that the last swap led to.
    steady: f32,
    figures: Figures,
}

/// The largest jump of a buffer, its first frame's from the one before it among them.
fn largest_jump(last: [f32; 2], channels: [&[f32]; 2]) -> f32 {
    let mut largest = 0.0_f32;
    for (mut last, channel) in last.into_iter().zip(channels) {
        for &sample in channel {
            largest = largest.max((sample - last).abs());
            last = sample;
        }
    }
    largest
}

impl Stress {
    fn new(processor: Processor, presets: Vec<(Patch, Vec<u8>)>, seed: u64) -> Stress {
        let config = Config {
            sample_rate_hz: RATE_HZ,
            max_voices: 128,
        };
        Stress {
            processor,
            presets,
            engine: Engine::new(&config),
            random: Random::new(seed),
            current: usize::MAX,
            buffers: 0,
            held: Vec::new(),
            sounding: HashSet::new(),
            waiting: 0,
            next_id: 0,
            last: [0.0; 2],
            before: Box::default(),
            after: Box::default(),
            steady: 0.0,
            figures: Figures::default(),
        }
    }

    /// Loads another preset and plays until the next one is due.
    fn swap(&mut self, instance: &mut Instance) -> Result<()> {
        let next = loop {
            let next = self.random.below(self.presets.len());
            if next != self.current {
                break next;
            }
        };
        self.current = next;
        instance.load_state(&self.presets[next].1)?;
        self.engine.load_patch(&self.presets[next].0);
        self.engine.snapshot(&mut self.before);
        let mut jumps = [0.0_f32; 2];
        let mut times = Vec::with_capacity(SWAP_BUFFERS);
        for buffer in 0..SWAP_BUFFERS {
            let (jump, time) = self.render()?;
            times.push(time);
            // The engine's blocks are the buffers, so the first has the ramp.
            let place = usize::from(buffer > 0);
            jumps[place] = jumps[place].max(jump);
            if buffer == 0 {
                self.engine.snapshot(&mut self.after);
            }
        }
        let [ramp, steady] = jumps;
        let bound = jump_bound(&self.before, &self.after);
        self.judge(ramp, bound, self.steady.max(steady))?;
        self.steady = steady;

        let first = times[0];
        times.sort_unstable();
        self.figures.swaps += 1;
        self.figures.buffer_times.push(first);
        let usual = times[times.len() / 2];
        self.figures.swap_times.push(first.saturating_sub(usual));
        instance.idle();
        Ok(())
    }

    fn judge(&mut self, jump: f32, bound: f64, steady: f32) -> Result<()> {
        let figures = &mut self.figures;
        let part = f64::from(jump) / bound.max(1e-6);
        ensure!(
            part <= SLACK,
            "a swap jumps by {jump}, and its partials together can by {bound}"
        );
        figures.bound_part = figures.bound_part.max(part);
        if jump > VISIBLE * steady + 1e-6 {
            figures.visible += 1;
            figures.largest_ratio = figures.largest_ratio.max(jump / steady.max(1e-6));
        }
        Ok(())
    }

    /// Renders a buffer by the plugin and by the engine; returns its largest jump and the plugin's
    /// time.
    fn render(&mut self) -> Result<(f32, Duration)> {
        let events = self.events();
        let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
        let begun = thread_time();
        self.processor
            .process(&events, &mut [&mut left, &mut right])?;
        let took = thread_time() - begun;
        self.buffers += 1;
        self.figures.frames += BUFFER_FRAMES;

        let (engine_left, engine_right) = self.render_by_engine(&events);
        ensure!(
            left.iter().chain(&right).all(|x| x.is_finite()),
            "not a number"
        );
        ensure!(
            left == engine_left && right == engine_right,
            "buffer {}: the plugin's sound is not the engine's",
            self.buffers
        );
        self.account()?;
        let jump = largest_jump(self.last, [&left, &right]);
        self.last = [left[BUFFER_FRAMES - 1], right[BUFFER_FRAMES - 1]];
        Ok((jump, took))
    }

    /// The chords: each holds until the next begins.
    fn events(&mut self) -> Vec<(usize, Event)> {
        if self.buffers % CHORD_BUFFERS != CHORD_OFFSET {
            return Vec::new();
        }
        let mut events = self.let_go();
        let span = CHORD_NOTES.end() - CHORD_NOTES.start() + 1;
        let notes = CHORD_NOTES.start() + self.random.below(span);
        let mut keys = HashSet::new();
        while keys.len() < notes {
            let key = 30 + self.random.below(60) as u8;
            if keys.insert(key) {
                let note = Note::new(self.next_id, key);
                self.held.push(note);
                self.sounding.insert(self.next_id);
                self.next_id += 1;
                let frame = self.random.below(BUFFER_FRAMES);
                let velocity = self.random.between(0.3, 1.0);
                events.push((frame, Event::NoteOn(note, velocity)));
            }
        }
        let is_poly = self.presets[self.current].0.plain(Param::PLAY_MODE) == 0.0;
        self.waiting = if is_poly { 0 } else { notes - 1 };
        self.figures.notes += notes;
        events.sort_by_key(|(frame, _)| *frame);
        events
    }

    /// The ends of all held notes.
    fn let_go(&mut self) -> Vec<(usize, Event)> {
        self.waiting = 0;
        let held = self.held.drain(..);
        held.map(|note| (0, Event::NoteOff(note, 0.5))).collect()
    }

    fn render_by_engine(
        &mut self,
        events: &[(usize, Event)],
    ) -> ([f32; BUFFER_FRAMES], [f32; BUFFER_FRAMES]) {
        let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
        self.engine.set_transport(&Transport::default());
        let mut done = 0;
        for (frame, event) in events {
            self.engine
                .render(&mut left[done..*frame], &mut right[done..*frame]);
            done = *frame;
            self.engine.push(match *event {
                Event::NoteOn(note, velocity) => synth::Event::NoteOn {
                    id: note.id.map(|id| id as i32),
                    channel: 0,
                    key: note.key.unwrap_or_default(),
                    velocity: velocity as f32,
                },
                Event::NoteOff(note, velocity) => synth::Event::NoteOff {
                    note: NoteAddress {
                        id: note.id.map(|id| id as i32),
                        channel: note.channel,
                        key: note.key,
                    },
                    velocity: velocity as f32,
                },
                _ => continue,
            });
        }
        self.engine.render(&mut left[done..], &mut right[done..]);
        (left, right)
    }

    /// Every note that ends is one that sounded and is no longer held, and the engine agrees.
    fn account(&mut self) -> Result<()> {
        for (_, output) in self.processor.outputs() {
            let Output::NoteEnd(note) = output else {
                continue;
            };
            let id = note.id.context("a note ended without its id")?;
            ensure!(self.sounding.remove(&id), "note {id} ended twice");
            if let Some(place) = self.held.iter().position(|held| held.id == note.id) {
                // A note that waits has no voice, and ends when voices play one note each again.
                ensure!(self.waiting > 0, "the voice of a held note was lost");
                self.waiting -= 1;
                self.held.swap_remove(place);
            }
            let expected = self.engine.next_ended().and_then(|ended| ended.id);
            ensure!(
                expected == Some(id as i32),
                "note {id} ended, and {expected:?} in the engine"
            );
        }
        ensure!(
            self.engine.next_ended().is_none(),
            "a note's end was not told"
        );
        ensure!(
            self.engine.statistics().faults == 0,
            "a value was not a number"
        );
        // Voices that fade count as well; their ends have been reported.
        ensure!(
            self.engine.statistics().voices + self.waiting >= self.sounding.len(),
            "{} voices for {} notes",
            self.engine.statistics().voices,
            self.sounding.len()
        );
        Ok(())
    }

    /// Lets go of everything, and sees it end.
    fn end(&mut self) -> Result<()> {
        let offs = self.let_go();
        let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
        let limit = (120.0 * RATE_HZ) as usize / BUFFER_FRAMES;
        let mut events = offs.as_slice();
        for _ in 0..limit {
            self.processor
                .process(events, &mut [&mut left, &mut right])?;
            self.render_by_engine(events);
            self.account()?;
            events = &[];
            if self.sounding.is_empty() {
                let visible = self.figures.visible as f64;
                ensure!(
                    visible <= MAX_VISIBLE_PART * self.figures.swaps as f64,
                    "{visible} of {} swaps jump more than {VISIBLE} times as far as the sounds \
                     before and after them",
                    self.figures.swaps
                );
                return Ok(());
            }
        }
        bail!("{} notes never end", self.sounding.len())
    }
}

/// The bound of the module's text, of the louder side.
fn jump_bound(before: &Snapshot, after: &Snapshot) -> f64 {
    let rate = after.sample_rate_hz.max(1.0);
    let block = block_frames(rate) as f64;
    let mut sides = [0.0_f64; 2];
    // A voice keeps its slot while it sounds.
    let by_slot = |snapshot: &Snapshot| {
        let voices = snapshot.voices();
        voices
            .map(|(voice, partials)| (voice.slot, partials.to_vec()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let (before, after) = (by_slot(before), by_slot(after));
    let slots: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for slot in slots {
        let none = Vec::new();
        let (from, to) = (
            before.get(slot).unwrap_or(&none),
            after.get(slot).unwrap_or(&none),
        );
        for place in 0..from.len().max(to.len()) {
            let (from, to) = (
                from.get(place).copied().unwrap_or_default(),
                to.get(place).copied().unwrap_or_default(),
            );
            let hz = f64::from(from.frequency_hz.max(to.frequency_hz));
            let slope = std::f64::consts::TAU * hz / rate;
            for (side, [from, to]) in sides
                .iter_mut()
                .zip([[from.left, to.left], [from.right, to.right]])
            {
                let (from, to) = (f64::from(from.abs()), f64::from(to.abs()));
                *side += slope.min(2.0) * from.max(to) + (to - from).abs() / block;
            }
        }
    }
    sides[0].max(sides[1])
}
