//! Events to and from the plugin, in CLAP's terms.

use clack_host::events::event_types::{
    MidiEvent, MidiSysExEvent, NoteChokeEvent, NoteExpressionEvent, NoteExpressionType,
    NoteOffEvent, NoteOnEvent, ParamModEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, EventHeader, Match, Pckn, UnknownEvent};
use clack_host::prelude::{ClapId, EventBuffer};
use clack_host::utils::{BeatTime, SecondsTime};

use super::Parameter;

/// Which note an event is for; what is `None` is not given to the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The host's id of the note.
    pub id: Option<u32>,
    /// MIDI channel, 0 to 15.
    pub channel: Option<u8>,
    /// MIDI key, 0 to 127.
    pub key: Option<u8>,
}

impl Note {
    /// A note on channel 0 with this id and key.
    pub fn new(id: u32, key: u8) -> Note {
        Note {
            id: Some(id),
            channel: Some(0),
            key: Some(key),
        }
    }

    /// A note without an id, as MIDI has them.
    pub fn midi(channel: u8, key: u8) -> Note {
        Note {
            id: None,
            channel: Some(channel),
            key: Some(key),
        }
    }

    /// The note with this id, whatever its channel and key.
    pub fn by_id(id: u32) -> Note {
        Note {
            id: Some(id),
            channel: None,
            key: None,
        }
    }

    fn address(self) -> Pckn {
        Pckn {
            port_index: Match::Specific(0),
            channel: match_of(self.channel.map(u16::from)),
            key: match_of(self.key.map(u16::from)),
            note_id: match_of(self.id),
        }
    }

    fn from_address(address: Pckn) -> Note {
        Note {
            id: address.note_id.into_specific(),
            channel: narrow(address.channel),
            key: narrow(address.key),
        }
    }
}

fn match_of<T>(value: Option<T>) -> Match<T> {
    value.map_or(Match::All, Match::Specific)
}

fn narrow(value: Match<u16>) -> Option<u8> {
    value.into_specific().and_then(|v| u8::try_from(v).ok())
}

/// A note expression; the values are CLAP's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Linear gain, 0 to 4.
    Volume,
    /// 0 (left) to 1 (right).
    Pan,
    /// Semitones, −120 to 120.
    Tuning,
    /// 0 to 1.
    Vibrato,
    /// 0 to 1.
    Expression,
    /// 0 to 1.
    Brightness,
    /// 0 to 1.
    Pressure,
}

impl Expression {
    /// All of them.
    pub const ALL: [Expression; 7] = [
        Expression::Volume,
        Expression::Pan,
        Expression::Tuning,
        Expression::Vibrato,
        Expression::Expression,
        Expression::Brightness,
        Expression::Pressure,
    ];

    fn clap(self) -> NoteExpressionType {
        match self {
            Expression::Volume => NoteExpressionType::Volume,
            Expression::Pan => NoteExpressionType::Pan,
            Expression::Tuning => NoteExpressionType::Tuning,
            Expression::Vibrato => NoteExpressionType::Vibrato,
            Expression::Expression => NoteExpressionType::Expression,
            Expression::Brightness => NoteExpressionType::Brightness,
            Expression::Pressure => NoteExpressionType::Pressure,
        }
    }
}

/// What a host can send a plugin while it plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A note begins; velocity 0 to 1.
    NoteOn(Note, f64),
    /// A key is released; velocity 0 to 1.
    NoteOff(Note, f64),
    /// A note ends at once.
    NoteChoke(Note),
    /// A note's own expression.
    Expression(Note, Expression, f64),
    /// A parameter's new value.
    Value(ClapId, f64),
    /// A parameter's offset, for all notes.
    Modulation(ClapId, f64),
    /// A parameter's offset for one note.
    NoteModulation(Note, ClapId, f64),
    /// A MIDI message; a shorter one ends in zeros.
    Midi([u8; 3]),
    /// A system exclusive message, from F0 to F7.
    Exclusive(&'static [u8]),
    /// The song's tempo and place from here on.
    Transport(Transport),
}

impl Event {
    /// Sets `parameter` to a part, 0 to 1, of its way from least to greatest.
    pub fn normalized(parameter: &Parameter, normalized: f64) -> Event {
        Event::Value(parameter.id, parameter.value_of_normalized(normalized))
    }

    pub(super) fn push(self, frame: u32, buffer: &mut EventBuffer) {
        match self {
            Event::NoteOn(note, velocity) => {
                buffer.push(&NoteOnEvent::new(frame, note.address(), velocity));
            }
            Event::NoteOff(note, velocity) => {
                buffer.push(&NoteOffEvent::new(frame, note.address(), velocity));
            }
            Event::NoteChoke(note) => buffer.push(&NoteChokeEvent::new(frame, note.address())),
            Event::Expression(note, expression, value) => {
                let kind = expression.clap();
                buffer.push(&NoteExpressionEvent::new(
                    frame,
                    note.address(),
                    kind,
                    value,
                ));
            }
            Event::Value(id, value) => {
                buffer.push(&ParamValueEvent::new(frame, id, Pckn::match_all(), value));
            }
            Event::Modulation(id, amount) => {
                buffer.push(&ParamModEvent::new(frame, id, Pckn::match_all(), amount));
            }
            Event::NoteModulation(note, id, amount) => {
                buffer.push(&ParamModEvent::new(frame, id, note.address(), amount));
            }
            Event::Midi(message) => buffer.push(&MidiEvent::new(frame, 0, message)),
            Event::Exclusive(message) => {
                // SAFETY: the bytes live as long as the program.
                buffer.push(&unsafe { MidiSysExEvent::new(frame, 0, message) });
            }
            Event::Transport(transport) => buffer.push(&transport.at(frame)),
        }
    }
}

/// The host's song: four beats to the bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Quarter notes per minute; `None` where the host gives none.
    pub tempo_bpm: Option<f64>,
    /// Quarter notes since the song's start; `None` where the host gives none.
    pub position_beats: Option<f64>,
    /// Whether the song is moving.
    pub playing: bool,
}

impl Transport {
    /// The same song `seconds` later, at 120 a minute where the host gives no tempo.
    pub fn later(self, seconds: f64) -> Transport {
        let beats = seconds * (self.tempo_bpm.unwrap_or(120.0) / 60.0);
        Transport {
            position_beats: self.position_beats.map(|from| from + beats),
            ..self
        }
    }

    pub(super) fn at(self, frame: u32) -> TransportEvent {
        let position_beats = self.position_beats.unwrap_or(0.0);
        let bar_number = (position_beats / 4.0).floor();
        let mut flags = TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::HAS_TEMPO, self.tempo_bpm.is_some());
        flags.set(
            TransportFlags::HAS_BEATS_TIMELINE,
            self.position_beats.is_some(),
        );
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        TransportEvent {
            header: EventHeader::new_core(frame, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(position_beats),
            song_pos_seconds: SecondsTime::from_float(0.0),
            tempo: self.tempo_bpm.unwrap_or(0.0),
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_float(0.0),
            loop_end_beats: BeatTime::from_float(0.0),
            loop_start_seconds: SecondsTime::from_float(0.0),
            loop_end_seconds: SecondsTime::from_float(0.0),
            bar_start: BeatTime::from_float(4.0 * bar_number),
            bar_number: bar_number as i32,
            time_signature_numerator: 4,
            time_signature_denominator: 4,
        }
    }
}

/// What a plugin reports to its host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// A note no longer sounds.
    NoteEnd(Note),
    /// A parameter was set by the plugin.
    Value(ClapId, f64),
    /// A hand has taken hold of a parameter in the plugin's window.
    GestureBegin(ClapId),
    /// It has let go.
    GestureEnd(ClapId),
    /// Anything else.
    Other,
}

impl Output {
    pub(super) fn of(event: &UnknownEvent) -> Output {
        match event.as_core_event() {
            Some(CoreEventSpace::NoteEnd(end)) => Output::NoteEnd(Note::from_address(end.pckn())),
            Some(CoreEventSpace::ParamValue(change)) => match change.param_id() {
                Some(id) => Output::Value(id, change.value()),
                None => Output::Other,
            },
            Some(CoreEventSpace::ParamGestureBegin(begin)) => {
                begin.param_id().map_or(Output::Other, Output::GestureBegin)
            }
            Some(CoreEventSpace::ParamGestureEnd(end)) => {
                end.param_id().map_or(Output::Other, Output::GestureEnd)
            }
            _ => Output::Other,
        }
    }
}
