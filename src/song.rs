//! A Standard MIDI File as events at frames.
//!
//! Real files are often damaged, and other players play them all the same. So what is whole is read,
//! and each kind of fault is reported once, as a [`Warning`] with its place; a strict reading fails
//! with it as an [`Error`]. Only what is heard can matter: of meta events tempo and End of Track.
//!
//! Time is exact: ticks are summed as integers, weighted with the tempo that they pass in, and only
//! each event's sum is rounded, once, to the nearest frame. So a thousand tempo changes drift by
//! nothing.
//!
//! The renderer plays it on the engine, and the demo through the bundled plugin: one reading and one
//! [end](AutomaticTail), so that both sound the same to the bit.

mod clock;
mod fault;
mod file;
mod tail;
mod track;

use std::collections::BTreeSet;

use crate::synth::{Event, NoteAddress, NoteExpression, Transport, controller};
use clock::SongClock;
use fault::{Fault, Faults};
use track::{Message, TrackEvent};

pub use fault::{Error, Place, TrackPlace, Warning};
pub use tail::AutomaticTail;

/// The longest time without an event. One wrong byte in a delta time can ask for days.
const MAX_GAP_S: f64 = 3_600.0;
/// The longest song.
const MAX_SONG_S: f64 = 12.0 * 3_600.0;

/// A song in frames.
#[derive(Debug)]
pub struct Song {
    /// The events, in the order in which they happen.
    pub events: Vec<TimedEvent>,
    /// The frame of the last track's end.
    pub end_frame: u64,
    /// Where in the file the delta time stands that leads to the last track's end.
    pub end_place: Place,
}

/// Something that happens at a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedEvent {
    /// When, counted from the song's start.
    pub frame: u64,
    /// What happens then.
    pub action: SongAction,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum SongAction {
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
    /// A system exclusive message: its bytes after F0.
    Exclusive(Box<[u8]>),
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
    /// The song ends before a gap of more than an hour, in which no track has an event that is played,
    /// and after 12 hours.
    ///
    /// Whatever the bytes are, time and memory grow no faster than their number.
    ///
    /// # Errors
    /// What is no MIDI file, or holds no whole event, and with [`ReadOptions::is_strict`] any damage.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<(Song, Vec<Warning>), Error> {
        let mut faults = Faults::new(options.is_strict);
        let contents = file::read(bytes, &mut faults)?;
        let mut clock = SongClock::new(contents.timing, options.sample_rate_hz);
        let mut song = Song {
            events: Vec::with_capacity(contents.events.len() + 1),
            end_frame: 0,
            end_place: Place::outside(0),
        };
        song.events.push(TimedEvent {
            frame: 0,
            action: SongAction::Transport(clock.transport()),
        });
        for (index, event) in contents.events.iter().enumerate() {
            let before_s = clock.seconds();
            clock.advance(event.tick);
            if let Some(excess) = Excess::find(before_s, clock.seconds()) {
                song.cut(&excess, &contents.events[index..], &mut faults)?;
                break;
            }
            song.end_frame = clock.frame();
            song.end_place = event.delta.place();
            let action = match event.message {
                Message::Channel { status, data } => translate(status, data),
                Message::Tempo(tempo_us) => {
                    clock.set_tempo(tempo_us);
                    SongAction::Transport(clock.transport())
                }
                Message::Exclusive { from, to } => match bytes.get(from..to) {
                    Some(message) => SongAction::Exclusive(message.into()),
                    None => continue,
                },
                Message::End => continue,
            };
            let frame = song.end_frame;
            song.events.push(TimedEvent { frame, action });
        }
        song.release_what_is_held();
        Ok((song, faults.into_warnings()))
    }

    /// Takes down that the song ends before `rest`, which is too late: a fault of each track that has
    /// a part in it. An error where no note is left.
    fn cut(&self, excess: &Excess, rest: &[TrackEvent], faults: &mut Faults) -> Result<(), Error> {
        let is_note =
            |event: &TimedEvent| matches!(event.action, SongAction::Play(Event::NoteOn { .. }));
        let is_left = self.events.iter().any(is_note);
        let mut tracks = BTreeSet::new();
        for TrackEvent { delta, .. } in rest {
            if !tracks.insert(delta.track) {
                continue;
            }
            let found = || excess.found(delta.ticks);
            if !is_left {
                return Err(excess.fault.error(delta.place(), found()));
            }
            faults.note(excess.fault, delta.place(), found)?;
        }
        Ok(())
    }

    /// Ends at the song's end what the song leaves sounding, so that the tail can end.
    fn release_what_is_held(&mut self) {
        let mut keys = BTreeSet::new();
        let mut pedals = BTreeSet::new();
        for event in &self.events {
            match event.action {
                SongAction::Play(Event::NoteOn { channel, key, .. }) => {
                    keys.insert((channel, key));
                }
                SongAction::Play(Event::NoteOff {
                    note:
                        NoteAddress {
                            channel: Some(channel),
                            key: Some(key),
                            ..
                        },
                    ..
                }) => {
                    keys.remove(&(channel, key));
                }
                SongAction::Play(Event::Controller {
                    channel,
                    number: number @ (controller::SUSTAIN | controller::SOSTENUTO),
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
            .map(|(channel, key)| Event::note_off(address(channel, key)));
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
                action: SongAction::Play(event),
            }));
    }
}

/// What makes an event too late to be played. Judged by time, not by frames, so that a song ends at
/// the same place at every sample rate.
struct Excess {
    fault: Fault,
    minutes: f64,
}

impl Excess {
    /// The excess of an event at `now_s`, whose predecessor, in whatever track, is at `before_s`.
    fn find(before_s: f64, now_s: f64) -> Option<Excess> {
        let (fault, seconds) = if now_s - before_s > MAX_GAP_S {
            (Fault::LongGap, now_s - before_s)
        } else if now_s > MAX_SONG_S {
            (Fault::LongSong, now_s)
        } else {
            return None;
        };
        let minutes = seconds / 60.0;
        Some(Excess { fault, minutes })
    }

    /// What was found, where the event's delta time is `ticks`.
    fn found(&self, ticks: u64) -> String {
        let minutes = self.minutes;
        if self.fault == Fault::LongGap {
            format!("a delta time of {ticks} ticks and no event for {minutes:.0} minutes")
        } else {
            format!("an event {minutes:.0} minutes after the song's start")
        }
    }
}

/// What a channel message is to the engine.
fn translate(status: u8, [first, second]: [u8; 2]) -> SongAction {
    let part = |value: u8| f32::from(value) / 127.0;
    let channel = status & 0x0F;
    SongAction::Play(match status >> 4 {
        0x9 if second > 0 => Event::NoteOn {
            id: None,
            channel,
            key: first,
            velocity: part(second),
        },
        0x8 if second > 0 => Event::NoteOff {
            note: address(channel, first),
            velocity: part(second),
        },
        // A note-on of velocity 0 is a release without a velocity. A note-off of velocity 0 counts as one
        // too: the framework cannot tell them apart, and a song sounds the same in a host.
        0x8 | 0x9 => Event::note_off(address(channel, first)),
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
            return SongAction::Program {
                channel,
                number: first,
            };
        }
        0xD => Event::ChannelPressure {
            channel,
            value: part(first),
        },
        _ => {
            let number = f32::from(u16::from(second) << 7 | u16::from(first));
            let value = controller::centred(number, 16_383.0);
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
