//! A Standard MIDI File as events at frames.
//!
//! Time is exact: ticks are summed as integers, weighted with the tempo that they pass in, and only
//! each event's sum is rounded, once, to the nearest frame. So a thousand tempo changes drift by
//! nothing.
//!
//! The renderer plays it on the engine, and the demo through the bundled plugin: one reading, so
//! that both sound the same to the bit.

use std::collections::BTreeSet;

use crate::synth::{Event, NoteAddress, NoteExpression, Transport};
use midly::{Format, Fps, MetaMessage, MidiMessage, Timing, TrackEventKind};

/// Tempo until the song names one, in microseconds per quarter note: 120 a minute.
const DEFAULT_TEMPO_US: u32 = 500_000;
const SUSTAIN_PEDAL: u8 = 64;
const SOSTENUTO_PEDAL: u8 = 66;

/// A song in frames.
pub struct Song {
    /// In the order in which they happen.
    pub events: Vec<TimedEvent>,
    /// The frame of the last track's end.
    pub end_frame: u64,
}

/// Something that happens at a frame.
#[derive(Debug, PartialEq)]
pub struct TimedEvent {
    /// When, counted from the song's start.
    pub frame: u64,
    /// What happens then.
    pub action: Action,
}

/// What happens.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Something for the engine, or a plugin that holds one.
    Play(Event),
    /// Another sound is asked for, 0 to 127.
    Program(u8),
    /// The song's tempo and place from here on.
    Transport(Transport),
}

impl Song {
    /// Reads a file of format 0 or 1; whatever is damaged is an error that says where.
    pub fn parse(bytes: &[u8], sample_rate_hz: u32) -> Result<Song, String> {
        if !bytes.starts_with(b"MThd") && !bytes.starts_with(b"RIFF") {
            return Err("not a MIDI file".to_owned());
        }
        check_chunks(bytes)?;
        let (header, tracks) = midly::parse(bytes).map_err(|error| error.to_string())?;
        if header.format == Format::Sequential {
            return Err("a MIDI file of format 2 holds songs side by side, not one".to_owned());
        }
        let declared = tracks.size_hint().0;

        let mut events = Vec::new();
        let mut end_tick = 0;
        for (number, track) in (1..=declared).zip(tracks) {
            let track = track.map_err(|error| format!("track {number}: {error}"))?;
            let mut tick = 0;
            for event in track {
                let event = event.map_err(|error| {
                    format!("track {number} is damaged after tick {tick}: {error}")
                })?;
                tick += u64::from(event.delta.as_int());
                events.push((tick, event.kind));
            }
            end_tick = end_tick.max(tick);
        }
        // Stable: within a tick the file's order stands.
        events.sort_by_key(|&(tick, _)| tick);

        let mut clock = Clock::new(header.timing, sample_rate_hz)?;
        let mut song = Song {
            events: vec![TimedEvent {
                frame: 0,
                action: Action::Transport(clock.transport()),
            }],
            end_frame: 0,
        };
        for (tick, kind) in events {
            clock.advance(tick);
            let action = match kind {
                TrackEventKind::Midi { channel, message } => translate(channel.as_int(), message),
                TrackEventKind::Meta(MetaMessage::Tempo(tempo_us)) => {
                    clock.set_tempo(tempo_us.as_int())?;
                    Action::Transport(clock.transport())
                }
                _ => continue,
            };
            let frame = clock.frame();
            song.events.push(TimedEvent { frame, action });
        }
        clock.advance(end_tick);
        song.end_frame = clock.frame();
        song.release_what_is_held();
        Ok(song)
    }

    /// Ends at the song's end what the song leaves sounding, so that the tail can end.
    fn release_what_is_held(&mut self) {
        let mut keys = BTreeSet::new();
        let mut pedals = BTreeSet::new();
        for event in &self.events {
            match event.action {
                Action::Play(Event::NoteOn { channel, key, .. }) => {
                    keys.insert((channel, key));
                }
                Action::Play(Event::NoteOff(NoteAddress {
                    channel: Some(channel),
                    key: Some(key),
                    ..
                })) => {
                    keys.remove(&(channel, key));
                }
                Action::Play(Event::Controller {
                    channel,
                    number: number @ (SUSTAIN_PEDAL | SOSTENUTO_PEDAL),
                    value,
                }) => {
                    if value > 0.0 {
                        pedals.insert((channel, number));
                    } else {
                        pedals.remove(&(channel, number));
                    }
                }
                _ => {}
            }
        }
        let releases = keys
            .into_iter()
            .map(|(channel, key)| Event::NoteOff(address(channel, key)));
        let lifts = pedals
            .into_iter()
            .map(|(channel, number)| Event::Controller {
                channel,
                number,
                value: 0.0,
            });
        let frame = self.end_frame;
        self.events
            .extend(releases.chain(lifts).map(|event| TimedEvent {
                frame,
                action: Action::Play(event),
            }));
    }
}

/// Walks the chunks, which the parser would take as they come, up to the last declared track.
fn check_chunks(bytes: &[u8]) -> Result<(), String> {
    if bytes.starts_with(b"RIFF") {
        return Ok(());
    }
    let [.., high, low] = *bytes.get(..12).ok_or("the file ends within its header")? else {
        unreachable!("twelve bytes have a last two")
    };
    let declared = u16::from_be_bytes([high, low]);
    let mut rest = bytes;
    let mut tracks = 0;
    while tracks < declared {
        let Some((head, body)) = rest.split_at_checked(8) else {
            return Err(format!(
                "the file ends before track {} of {declared}",
                tracks + 1
            ));
        };
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if head.starts_with(b"MTrk") {
            tracks += 1;
        }
        rest = match body.split_at_checked(length) {
            Some((_, rest)) => rest,
            None if head.starts_with(b"MTrk") => {
                return Err(format!(
                    "track {tracks} of {declared} is truncated: {} of {length} bytes",
                    body.len()
                ));
            }
            None => {
                return Err(format!(
                    "the file ends before track {} of {declared}",
                    tracks + 1
                ));
            }
        };
    }
    Ok(())
}

/// What a channel message is to the engine.
fn translate(channel: u8, message: MidiMessage) -> Action {
    let part = |value: u8| f32::from(value) / 127.0;
    Action::Play(match message {
        MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => Event::NoteOn {
            id: None,
            channel,
            key: key.as_int(),
            velocity: part(vel.as_int()),
        },
        MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
            Event::NoteOff(address(channel, key.as_int()))
        }
        MidiMessage::Aftertouch { key, vel } => Event::Expression {
            note: address(channel, key.as_int()),
            expression: NoteExpression::Pressure,
            value: part(vel.as_int()),
        },
        MidiMessage::Controller { controller, value } => Event::Controller {
            channel,
            number: controller.as_int(),
            value: part(value.as_int()),
        },
        MidiMessage::ChannelAftertouch { vel } => Event::ChannelPressure {
            channel,
            value: part(vel.as_int()),
        },
        MidiMessage::PitchBend { bend } => {
            // Both ends and the middle are exact.
            let way = f32::from(bend.0.as_int()) - 8192.0;
            let value = way / if way < 0.0 { 8192.0 } else { 8191.0 };
            Event::PitchBend { channel, value }
        }
        MidiMessage::ProgramChange { program } => return Action::Program(program.as_int()),
    })
}

fn address(channel: u8, key: u8) -> NoteAddress {
    NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    }
}

/// Beats as finely as CLAP tells them, so that a plugin hears of the very same place.
fn told_beats(beats: f64) -> f64 {
    const STEPS: f64 = (1_u64 << 31) as f64;
    (beats * STEPS).round() / STEPS
}

/// Ticks to frames. Time is `sum / (denominator)` seconds.
struct Clock {
    /// Ticks so far.
    tick: u64,
    /// Ticks so far, each times the weight that it passed in.
    sum: u128,
    /// Microseconds per quarter note, or the length of an SMPTE frame in parts.
    weight: u32,
    denominator: u64,
    /// Ticks per quarter note; `None` where time is SMPTE's, which knows no beats.
    ticks_per_beat: Option<u16>,
    sample_rate_hz: u32,
}

impl Clock {
    fn new(timing: Timing, sample_rate_hz: u32) -> Result<Clock, String> {
        let (weight, denominator, ticks_per_beat) = match timing {
            Timing::Metrical(ticks) => {
                let ticks = ticks.as_int();
                (DEFAULT_TEMPO_US, 1_000_000 * u64::from(ticks), Some(ticks))
            }
            Timing::Timecode(fps, ticks) => {
                // 29.97 frames per second are 30 000 in 1001 seconds.
                let (frames, seconds) = match fps {
                    Fps::Fps29 => (30_000, 1_001),
                    whole => (u64::from(whole.as_int()), 1),
                };
                (seconds, frames * u64::from(ticks), None)
            }
        };
        if denominator == 0 {
            return Err("the header divides time into 0 ticks".to_owned());
        }
        Ok(Clock {
            tick: 0,
            sum: 0,
            weight,
            denominator,
            ticks_per_beat,
            sample_rate_hz,
        })
    }

    /// Goes on to `tick`, which is not before the current one.
    fn advance(&mut self, tick: u64) {
        self.sum += u128::from(tick - self.tick) * u128::from(self.weight);
        self.tick = tick;
    }

    fn set_tempo(&mut self, tempo_us: u32) -> Result<(), String> {
        if tempo_us == 0 {
            return Err(format!("the tempo at tick {} is infinite", self.tick));
        }
        if self.ticks_per_beat.is_some() {
            self.weight = tempo_us;
        }
        Ok(())
    }

    /// The frame nearest to the current tick.
    fn frame(&self) -> u64 {
        let denominator = u128::from(self.denominator);
        let frames =
            (2 * self.sum * u128::from(self.sample_rate_hz) + denominator) / (2 * denominator);
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    fn transport(&self) -> Transport {
        match self.ticks_per_beat {
            Some(ticks_per_beat) => Transport {
                tempo_bpm: 60e6 / f64::from(self.weight),
                position_beats: Some(told_beats(self.tick as f64 / f64::from(ticks_per_beat))),
                playing: true,
            },
            None => Transport {
                playing: true,
                ..Transport::default()
            },
        }
    }
}
