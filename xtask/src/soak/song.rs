//! A random song: a random sound, random events, transports, buffers and rates, states saved and
//! loaded, all from one seed, with an instance of its own.

mod values;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use aliquot::synth::Param;
use aliquot::synth::effects::FADE_S;
use anyhow::{Context, Result, ensure};

use super::random::Random;
use crate::host::{
    Event, Expression, Host, Instance, Note, Output, Processor, Transport, preset_state,
    starting_preset, state_with,
};
use values::{PLAY_MODE, PROTECT, THREADS, VOICES, WAITING_KEYS, limit_of, value};

/// Rates that a song may have, in frames per second, beside any between 1 kHz and 400 kHz.
const RATES_HZ: [f64; 8] = [
    8_000.0, 22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 384_000.0,
];
/// The longest buffers that a song may announce, in frames.
const MAX_FRAMES: [usize; 8] = [1, 16, 64, 100, 441, 512, 1_024, 4_096];
/// Activations of a song, at most.
const PARTS: usize = 4;
/// Length of a part, in seconds.
const PART_S: (f64, f64) = (0.1, 1.5);
/// The longest that a room rings on, in seconds: 90 dB of the slowest decay, 60 dB in 40 s.
const ROOM_S: f64 = 61.0;
/// Notes of a part, at most; fewer for long ones at a high rate, which take their time.
const NOTES: usize = 60;
/// At most how long a block lasts.
const BLOCK_S: f64 = 1.0 / 689.0;

/// Numbers that hosts should not send.
const HOSTILE: [f64; 8] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1e300,
    -1e300,
    0.0,
    -1.0,
    1e-300,
];

/// What came of a song.
#[derive(Clone, Copy, Debug, Default)]
pub struct Played {
    /// Seconds of audio.
    pub audio_s: f64,
    /// Notes.
    pub notes: usize,
    /// States that were loaded under sound.
    pub loads: usize,
    /// Whether other threads were asked for: how soon they are there is the machine's.
    pub has_threads: bool,
    /// A hash of all samples.
    pub sound: u64,
}

/// Plays the song of this seed. `resident` is an instance that lives on from song to song: it takes
/// the song's last state over and must sound the same.
///
/// # Errors
/// The first thing that is not as it has to be.
pub fn play(host: &Host, resident: &mut Instance, seed: u64) -> Result<Played> {
    let mut random = Random::new(seed);
    let mut song = Song::new(host, &mut random)?;
    for part in 0..=random.below(PARTS) {
        song.part(&mut random)
            .with_context(|| format!("part {part}"))?;
    }
    song.compare(resident, &mut random)
        .context("the saved state")?;
    Ok(Played {
        sound: song.hasher.finish(),
        ..song.played
    })
}

struct Song {
    instance: Instance,
    /// States to load: of this song and of a starting preset.
    states: Vec<Vec<u8>>,
    played: Played,
    /// A hash of the samples so far.
    hasher: DefaultHasher,
    next_id: u32,
}

/// A part of a song between activation and deactivation.
struct Part<'s> {
    song: &'s mut Song,
    processor: Processor,
    rate_hz: f64,
    /// Ids of notes that have not ended.
    sounding: HashSet<u32>,
    /// The highest limit of voices that has been in force.
    limit: usize,
    /// Whether one note has sounded at a time.
    has_been_mono: bool,
    /// Since which frame Protect has been on for certain.
    protected_since: Option<usize>,
    frames: usize,
    transport: Option<Transport>,
}

impl Song {
    fn new(host: &Host, random: &mut Random) -> Result<Song> {
        let mut instance = host.instantiate()?;
        let preset = *random.pick(aliquot::state::starting_presets());
        let preset = starting_preset(preset.name)?;
        let preset_state = preset_state(&mut instance, &preset)?;
        instance.load_state(&preset_state)?;
        // Half the songs are a preset with some changes, the others anything at all.
        let changed = if random.one_in(2) { 10 } else { 1 };
        let mut unhosted = Vec::new();
        for param in Param::all().filter(|param| !param.is_hosted()) {
            if random.one_in(changed) {
                unhosted.push((param, random.unit() as f32));
            }
        }
        let state = state_with(&mut instance, &unhosted)?;
        instance.load_state(&state)?;
        let mut events = Vec::new();
        for parameter in instance.parameters() {
            if random.one_in(changed) {
                events.push(Event::Value(parameter.id, value(parameter, random)));
            }
        }
        instance.flush(&events)?;
        let own_state = instance.save_state()?;
        Ok(Song {
            instance,
            states: vec![own_state, preset_state],
            played: Played::default(),
            hasher: DefaultHasher::new(),
            next_id: 0,
        })
    }

    fn value(&mut self, name: &str) -> Result<f64> {
        let id = self.instance.parameter(name)?.id;
        self.instance.value(id)
    }

    fn part(&mut self, random: &mut Random) -> Result<()> {
        let rate_hz = if random.one_in(6) {
            random.between(1e3, 4e5).round()
        } else {
            *random.pick(&RATES_HZ)
        };
        let max_frames = *random.pick(&MAX_FRAMES);
        let processor = self.instance.activate(rate_hz, max_frames)?;
        let mut part = Part {
            song: self,
            processor,
            rate_hz,
            sounding: HashSet::new(),
            limit: 0,
            has_been_mono: false,
            protected_since: None,
            frames: 0,
            transport: None,
        };
        let result = part
            .play(max_frames, random)
            .with_context(|| format!("{rate_hz} Hz, buffers of up to {max_frames} frames"));
        let (processor, frames) = (part.processor, part.frames);
        self.instance.deactivate(processor);
        self.played.audio_s += frames as f64 / rate_hz;
        result
    }

    /// Saves the state, loads it into another instance, and lets both play the same notes.
    fn compare(&mut self, resident: &mut Instance, random: &mut Random) -> Result<()> {
        let parameters = self.instance.parameters();
        let unmodulated: Vec<Event> = parameters
            .iter()
            .map(|parameter| Event::Modulation(parameter.id, 0.0))
            .collect();
        self.instance.flush(&unmodulated)?;
        resident.flush(&unmodulated)?;
        let state = self.instance.save_state()?;
        resident.load_state(&state)?;
        ensure!(
            resident.save_state()? == state,
            "it is not the same after it was loaded and saved"
        );
        let rate_hz = *random.pick(&RATES_HZ);
        let max_frames = *random.pick(&MAX_FRAMES[2..]);
        let frames = (0.1 * rate_hz) as usize;
        let mut notes: Vec<(usize, Event)> = (0..8)
            .map(|id| {
                let note = Note::new(id, random.below(128) as u8);
                (random.below(frames / 2), Event::NoteOn(note, random.unit()))
            })
            .collect();
        notes.sort_by_key(|(frame, _)| *frame);
        let render = |instance: &mut Instance, buffer_frames: usize| {
            let mut processor = instance.activate(rate_hz, max_frames)?;
            let sound = processor.render(&notes, frames, || buffer_frames);
            instance.deactivate(processor);
            sound
        };
        let sound = render(&mut self.instance, max_frames)?;
        let again = render(resident, max_frames.div_ceil(3))?;
        ensure!(
            sound == again,
            "an instance that loaded it does not sound the same at {rate_hz} Hz"
        );
        Ok(())
    }
}

impl Part<'_> {
    fn play(&mut self, max_frames: usize, random: &mut Random) -> Result<()> {
        let length = (random.between(PART_S.0, PART_S.1) * self.rate_hz) as usize;
        // Short buffers take long.
        let length = length.min(20_000 * max_frames);
        self.look()?;
        let density = random.unit().powi(2) * NOTES as f64 / length as f64;
        while self.frames < length {
            let frames = 1 + random.below(max_frames);
            let events = self.events(frames, density, random)?;
            self.set_transport(frames, random);
            self.process(&events, frames)?;
            self.between(random)?;
        }
        self.end(max_frames)
    }

    /// Reads those parameters on which the limits depend, and Threads.
    fn look(&mut self) -> Result<()> {
        self.song.played.has_threads |= self.song.value(THREADS)? != 0.0;
        self.limit = self.limit.max(limit_of(self.song.value(VOICES)?));
        self.has_been_mono |= self.song.value(PLAY_MODE)? != 0.0;
        let is_protected = self.song.value(PROTECT)? >= 0.5;
        self.protected_since = match self.protected_since {
            _ if !is_protected => None,
            None => Some(self.frames),
            since => since,
        };
        Ok(())
    }

    /// What events within a buffer may do to those parameters, unseen.
    fn look_at(&mut self, events: &[(usize, Event)]) -> Result<()> {
        let instance = &self.song.instance;
        let [voices, protect, mode] =
            [VOICES, PROTECT, PLAY_MODE].map(|name| instance.parameter(name));
        let (voices, protect, mode) = (voices?.id, protect?.id, mode?.id);
        for (_, event) in events {
            match event {
                Event::Value(id, value) if *id == voices => {
                    self.limit = self.limit.max(limit_of(*value));
                }
                Event::Value(id, value) if *id == mode => self.has_been_mono |= *value != 0.0,
                Event::Value(id, _) if *id == protect => self.protected_since = None,
                _ => {}
            }
        }
        Ok(())
    }

    fn note(&mut self, random: &mut Random) -> Note {
        let id = self.song.next_id;
        self.song.next_id += 1;
        Note {
            id: Some(id),
            channel: Some(random.below(16) as u8),
            key: Some(random.below(128) as u8),
        }
    }

    /// One of the notes that sound, if there are any, by its id.
    fn some_note(&self, random: &mut Random) -> Note {
        let recent = self
            .song
            .next_id
            .saturating_sub(1 + random.below(20) as u32);
        Note::by_id(recent)
    }

    fn events(
        &mut self,
        frames: usize,
        density: f64,
        random: &mut Random,
    ) -> Result<Vec<(usize, Event)>> {
        let mut events = Vec::new();
        // This number on average; now and then a burst.
        let mut count = (density * frames as f64 + random.unit()) as usize;
        if random.one_in(200) {
            count += random.below(64);
        }
        for _ in 0..count {
            let event = self.event(random)?;
            events.push((random.below(frames), event));
        }
        events.sort_by_key(|(frame, _)| *frame);
        for (_, event) in &events {
            if let Event::NoteOn(Note { id: Some(id), .. }, _) = event {
                self.sounding.insert(*id);
                self.song.played.notes += 1;
            }
        }
        Ok(events)
    }

    fn event(&mut self, random: &mut Random) -> Result<Event> {
        // One number in thirty is none, or beyond all ranges.
        let number = |random: &mut Random, min: f64, max: f64| {
            if random.one_in(30) {
                *random.pick(&HOSTILE)
            } else {
                random.between(min, max)
            }
        };
        let parameter = random.pick(self.song.instance.parameters()).clone();
        Ok(match random.below(16) {
            // The engine takes no velocity that is not a number, and then there is no note.
            0..=4 => Event::NoteOn(self.note(random), random.unit()),
            5 | 6 => Event::NoteOff(self.some_note(random), number(random, 0.0, 1.0)),
            7 => Event::NoteChoke(self.some_note(random)),
            8 | 9 => {
                let note = self.some_note(random);
                let kind = *random.pick(&Expression::ALL);
                Event::Expression(note, kind, number(random, -1.0, 2.0))
            }
            10 | 11 => match parameter.name.as_str() {
                VOICES | THREADS | PROTECT => Event::Value(parameter.id, value(&parameter, random)),
                _ => Event::Value(parameter.id, number(random, parameter.min, parameter.max)),
            },
            12 if parameter.name != VOICES && parameter.name != PROTECT => {
                Event::Modulation(parameter.id, number(random, -1.0, 1.0))
            }
            13 if parameter.is_polyphonic() => Event::NoteModulation(
                self.some_note(random),
                parameter.id,
                number(random, -1.0, 1.0),
            ),
            _ => {
                let status = 0x80 | (random.below(7) as u8) << 4 | random.below(16) as u8;
                let data = [random.below(128) as u8, random.below(128) as u8];
                match status & 0xF0 {
                    // Notes have ids here, so that they can be counted.
                    0x80 | 0x90 => Event::Midi([0xE0 | status & 15, data[0], data[1]]),
                    _ => Event::Midi([status, data[0], data[1]]),
                }
            }
        })
    }

    /// The song goes on, jumps, stops, or is somewhere that no song is.
    fn set_transport(&mut self, frames: usize, random: &mut Random) {
        self.transport = match (random.below(40), self.transport) {
            (0, _) => None,
            (1, _) | (_, None) if random.one_in(2) => Some(Transport {
                tempo_bpm: (!random.one_in(8)).then(|| random.between(20.0, 400.0)),
                position_beats: (!random.one_in(8)).then(|| random.between(-16.0, 4_000.0)),
                playing: !random.one_in(4),
            }),
            (2, _) => Some(Transport {
                tempo_bpm: Some(*random.pick(&HOSTILE)),
                position_beats: Some(*random.pick(&HOSTILE)),
                playing: true,
            }),
            (_, Some(transport)) => Some(transport.later(frames as f64 / self.rate_hz)),
            (_, None) => None,
        };
        self.processor.set_transport(self.transport);
    }

    fn process(&mut self, events: &[(usize, Event)], frames: usize) -> Result<()> {
        let channels = self.processor.render(events, frames, || frames)?;
        self.frames += frames;
        for sample in channels.iter().flatten() {
            ensure!(sample.is_finite(), "frame {}: {sample}", self.frames);
            self.song.hasher.write_u32(sample.to_bits());
        }
        self.look_at(events)?;
        self.look()?;
        self.account()?;
        // Off the way, it ramps; the latency of threads is a block.
        let settled = (4.0 * BLOCK_S * self.rate_hz) as usize + frames;
        if self
            .protected_since
            .is_some_and(|since| since + settled < self.frames)
        {
            for sample in channels.iter().flatten() {
                ensure!(
                    sample.abs() <= 1.0,
                    "frame {}: {sample} under Protect",
                    self.frames
                );
            }
        }
        Ok(())
    }

    /// Counts the notes that have ended.
    fn account(&mut self) -> Result<()> {
        for (_, output) in self.processor.outputs() {
            if let Output::NoteEnd(note) = output {
                let id = note.id.context("a note ended without its id")?;
                ensure!(
                    self.sounding.remove(&id),
                    "note {id} ended and did not sound"
                );
            }
        }
        let waiting = if self.has_been_mono { WAITING_KEYS } else { 0 };
        ensure!(
            self.sounding.len() <= self.limit + waiting,
            "{} notes have not ended, with {} voices and {waiting} keys that may wait",
            self.sounding.len(),
            self.limit
        );
        Ok(())
    }

    /// What a host does between two buffers.
    fn between(&mut self, random: &mut Random) -> Result<()> {
        match random.below(300) {
            0 => {
                let state = self.song.instance.save_state()?;
                self.song.states.push(state);
                // The last few.
                if self.song.states.len() > 6 {
                    self.song.states.remove(0);
                }
            }
            1 => {
                let state = random.pick(&self.song.states).clone();
                self.song.instance.load_state(&state)?;
                self.song.played.loads += 1;
                self.look()?;
            }
            2 => self.song.instance.idle(),
            3 if random.one_in(4) => {
                self.processor.reset();
                self.sounding.clear();
            }
            // The next buffer begins anew.
            4 if random.one_in(4) => {
                self.processor.stop();
                self.sounding.clear();
            }
            _ => {}
        }
        Ok(())
    }

    /// Lets go of everything; then all notes end, and there is silence.
    fn end(&mut self, max_frames: usize) -> Result<()> {
        let mut names = vec!["Amp Release".to_owned(), "MPE".to_owned()];
        // They may offset the release.
        names.extend((1..=8).map(|number| format!("Macro {number}")));
        // A tail may last for minutes.
        names
            .extend(["Chorus", "Delay", "Reverb", "Room"].map(|effect| format!("{effect} Amount")));
        let mut events = Vec::new();
        for name in names {
            let id = self.song.instance.parameter(&name)?.id;
            events.push((0, Event::Modulation(id, 0.0)));
            events.push((0, Event::Value(id, 0.0)));
        }
        for channel in 0..16 {
            for controller in [64, 66, 123] {
                events.push((0, Event::Midi([0xB0 | channel, controller, 0])));
            }
        }
        self.process(&events, 1)?;
        // Routes and modulation of single notes may hold a room that rings on.
        let limit = (ROOM_S * self.rate_hz) as usize;
        let mut waited = 0;
        let buffer = max_frames.min(1_024);
        while !self.sounding.is_empty() {
            ensure!(waited < limit, "{} notes never end", self.sounding.len());
            self.process(&[], buffer)?;
            waited += buffer;
        }
        // The last block, the latency of threads, and the fade of the effects.
        for _ in 0..((4.0 * BLOCK_S + FADE_S) * self.rate_hz) as usize / buffer + 1 {
            self.process(&[], buffer)?;
        }
        let channels = self.processor.render(&[], buffer, || buffer)?;
        ensure!(
            channels.iter().flatten().all(|&x| x == 0.0),
            "it sounds on after all notes have ended"
        );
        Ok(())
    }
}
