//! A Standard MIDI File as events at frames.
//!
//! Real files are often damaged, and other players play them all the same. So what is whole is read,
//! and each kind of fault is told as a [`Warning`] with its place; a strict reading makes an
//! [`Error`] of it. Only what is heard can matter: of meta events tempo and End of Track.
//!
//! Time is exact: ticks are summed as integers, weighted with the tempo that they pass in, and only
//! each event's sum is rounded, once, to the nearest frame. So a thousand tempo changes drift by
//! nothing.
//!
//! The renderer plays it on the engine, and the demo through the bundled plugin: one reading, so
//! that both sound the same to the bit.

mod clock;
mod fault;
mod file;
mod track;

use std::collections::BTreeSet;

use crate::synth::{Event, NoteAddress, NoteExpression, Transport};
use clock::Clock;
use fault::Faults;
use track::Message;

pub use fault::{Error, Place, TrackPlace, Warning};

const SUSTAIN_PEDAL: u8 = 64;
const SOSTENUTO_PEDAL: u8 = 66;

/// A song in frames.
#[derive(Debug)]
pub struct Song {
    /// In the order in which they happen.
    pub events: Vec<TimedEvent>,
    /// The frame of the last track's end.
    pub end_frame: u64,
}

/// Something that happens at a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedEvent {
    /// When, counted from the song's start.
    pub frame: u64,
    /// What happens then.
    pub action: Action,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Something for the engine, or a plugin that holds one.
    Play(Event),
    /// Another sound is asked for.
    Program {
        /// MIDI channel, 0 to 15.
        channel: u8,
        /// 0 to 127.
        number: u8,
    },
    /// The song's tempo and place from here on.
    Transport(Transport),
}

/// How a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Frames per second of the events' frames.
    pub sample_rate_hz: u32,
    /// Whether a damaged file is refused.
    pub is_strict: bool,
}

impl Song {
    /// Reads a file of format 0, 1 or 2, as it is or in a RIFF (RMID) or MacBinary file. The tracks
    /// of format 2 are taken one after another.
    ///
    /// Whatever the bytes are, time and memory grow no faster than their number.
    ///
    /// # Errors
    /// What is no MIDI file, or holds no whole event, and with [`ReadOptions::is_strict`] any damage.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Song, Vec<Warning>), Error> {
        let mut faults = Faults::new(options.is_strict);
        let contents = file::read(bytes, &mut faults)?;
        let mut clock = Clock::new(contents.timing, options.sample_rate_hz);
        let mut song = Song {
            events: Vec::with_capacity(contents.events.len() + 1),
            end_frame: 0,
        };
        song.events.push(TimedEvent {
            frame: 0,
            action: Action::Transport(clock.transport()),
        });
        for event in contents.events {
            clock.advance(event.tick);
            let action = match event.message {
                Message::Channel { status, data } => translate(status, data),
                Message::Tempo(tempo_us) => {
                    clock.set_tempo(tempo_us);
                    Action::Transport(clock.transport())
                }
            };
            let frame = clock.frame();
            song.events.push(TimedEvent { frame, action });
        }
        clock.advance(contents.end_tick);
        song.end_frame = clock.frame();
        song.release_what_is_held();
        Ok((song, faults.into_warnings()))
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

/// What a channel message is to the engine.
fn translate(status: u8, [first, second]: [u8; 2]) -> Action {
    let part = |value: u8| f32::from(value) / 127.0;
    let channel = status & 0x0F;
    Action::Play(match status >> 4 {
        0x9 if second > 0 => Event::NoteOn {
            id: None,
            channel,
            key: first,
            velocity: part(second),
        },
        0x8 | 0x9 => Event::NoteOff(address(channel, first)),
        0xA => Event::Expression {
            note: address(channel, first),
            expression: NoteExpression::Pressure,
            value: part(second),
        },
        0xB => Event::Controller {
            channel,
            number: first,
            value: part(second),
        },
        0xC => {
            return Action::Program {
                channel,
                number: first,
            };
        }
        0xD => Event::ChannelPressure {
            channel,
            value: part(first),
        },
        _ => {
            // Both ends and the middle are exact.
            let way = f32::from(u16::from(second) << 7 | u16::from(first)) - 8192.0;
            let value = way / if way < 0.0 { 8192.0 } else { 8191.0 };
            Event::PitchBend { channel, value }
        }
    })
}

fn address(channel: u8, key: u8) -> NoteAddress {
    NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    }
}
