//! What happens to the engine: notes, expression, controllers, in MIDI's and CLAP's terms.
//!
//! Events carry no time: [`Engine::push`](super::Engine::push) takes them at the frame that is
//! rendered next. Channels count from 0, keys from 0 to 127 (60 is middle C).

use super::parameter::Param;

/// Which notes an event is for: the note with this id, or else all on this channel and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteAddress {
    /// The host's note id, where it gives one. It outranks channel and key.
    pub id: Option<i32>,
    /// MIDI channel, 0 to 15; `None` is any.
    pub channel: Option<u8>,
    /// MIDI key, 0 to 127; `None` is any.
    pub key: Option<u8>,
}

/// All expressions of a note, each with its unit and range.
macro_rules! note_expressions {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A note's own expression.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum NoteExpression {
            $($(#[$doc])* $name,)*
        }

        impl NoteExpression {
            /// All of them, each at its discriminant.
            pub const ALL: &'static [NoteExpression] = &[$(NoteExpression::$name),*];
        }
    };
}

note_expressions! {
    /// Semitones.
    Tuning,
    /// Linear gain, 0 to 4.
    Volume,
    /// −1 (left) to 1 (right).
    Pan,
    /// 0 to 1.
    Pressure,
    /// 0 to 1; 0.5 is neutral.
    Brightness,
    /// Depth of vibrato, 0 to 1.
    Vibrato,
    /// Linear gain, 0 to 1.
    Expression,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A note begins, exact to the frame.
    NoteOn {
        /// The host's note id, where it gives one.
        id: Option<i32>,
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        key: u8,
        /// 0 to 1; a note-on of velocity 0 is still a note-on here.
        velocity: f32,
    },
    /// A key is released.
    NoteOff {
        /// Which notes.
        note: NoteAddress,
        /// 0 to 1; what is no number counts as [`DEFAULT_RELEASE_VELOCITY`].
        velocity: f32,
    },
    /// A note ends at once (within the time of a fade that does not click).
    Choke(NoteAddress),
    /// A note's own expression.
    Expression {
        /// Which notes.
        note: NoteAddress,
        /// Which expression.
        expression: NoteExpression,
        /// The value in the expression's unit.
        value: f32,
    },
    /// A polyphonic modulation: for the note with this id, `offset` is added to the normalised
    /// value of `param`.
    Modulate {
        /// The host's note id.
        id: i32,
        /// A polyphonic parameter; others are ignored.
        param: Param,
        /// The offset in parts of the parameter's whole range.
        offset: f32,
    },
    /// The pitch wheel.
    PitchBend {
        /// 0 to 15.
        channel: u8,
        /// −1 to 1.
        value: f32,
    },
    /// The pressure of a whole channel.
    ChannelPressure {
        /// 0 to 15.
        channel: u8,
        /// 0 to 1.
        value: f32,
    },
    /// A MIDI controller.
    Controller {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        number: u8,
        /// 0 to 1.
        value: f32,
    },
}

/// The velocity of a release that comes without one, as MIDI has it: 64 of 127.
pub const DEFAULT_RELEASE_VELOCITY: f32 = 64.0 / 127.0;

impl Event {
    /// A key is released, without a velocity.
    pub const fn note_off(note: NoteAddress) -> Event {
        Event::NoteOff {
            note,
            velocity: DEFAULT_RELEASE_VELOCITY,
        }
    }
}

/// A note that no longer sounds, for hosts that keep account of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedNote {
    /// The host's note id, where it gave one.
    pub id: Option<i32>,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub key: u8,
}

/// Where the host's song is, for what follows its tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Beats (quarter notes) per minute.
    pub tempo_bpm: f64,
    /// Beats since the song's start, at the frame rendered next; `None` where the host gives none.
    pub position_beats: Option<f64>,
    /// Whether the song is moving.
    pub playing: bool,
}

impl Default for Transport {
    fn default() -> Transport {
        Transport {
            tempo_bpm: 120.0,
            position_beats: None,
            playing: false,
        }
    }
}
