//! The note that a voice plays, as sources read it.

use super::glide::GlideOrigin;
use crate::synth::event::NoteExpression;
use crate::synth::tuning::TickTuning;

/// A voice's note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// MIDI key, 0 to 127.
    pub key: u8,
    /// The pitch that the tuning gives it, semitones, 69 being 440 Hz.
    pub pitch: f64,
    /// Semitones above the scale's first degree, as [`Match`](crate::synth::partials::stages::matching) reads it.
    pub scale_place: f64,
    /// The place of the tuning that it has kept: see [`Tunings`](crate::synth::tuning::Tunings). `None` for that
    /// which sounds now.
    pub kept_tuning: Option<u8>,
    /// The key that is nearest to this pitch in twelve equal steps, 0 to 127: registers of instruments go by it.
    pub register_key: u8,
    /// 0 to 1.
    pub velocity: f32,
    /// Velocity of the key's release, 0 to 1, from the tick on at which the release begins; 0 until then.
    pub release_velocity: f32,
    /// How many notes have begun, with this one.
    pub serial: u64,
    /// Where it glides from; `None` for the first note.
    pub glide_origin: Option<GlideOrigin>,
    /// Its own expression.
    pub expression: Expression,
    /// CC 74 of its channel at the onset, 0 to 1: MPE's slide is read from there.
    pub brightness_at_onset: f32,
}

impl Note {
    /// One that begins, without expression of its own.
    pub fn new(channel: u8, key: u8, velocity: f32, serial: u64) -> Note {
        Note {
            channel,
            key,
            pitch: f64::from(key),
            scale_place: f64::from(key),
            kept_tuning: None,
            register_key: key,
            velocity,
            release_velocity: 0.0,
            serial,
            glide_origin: None,
            expression: Expression::NEUTRAL,
            brightness_at_onset: 0.5,
        }
    }

    /// The note with this pitch in a tuning.
    pub fn tuned(self, pitch: f64, tuning: &TickTuning) -> Note {
        Note {
            pitch,
            scale_place: tuning.scale_place(self.channel, pitch, None),
            register_key: (pitch + 0.5).clamp(0.0, 127.0) as u8,
            ..self
        }
    }
}

/// A note's own expression, in the units of [`NoteExpression`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expression {
    /// Semitones, −128 to 128.
    pub tuning_semitones: f32,
    /// Linear gain, 0 to 4.
    pub volume: f32,
    /// −1 (left) to 1 (right).
    pub pan: f32,
    /// 0 to 1.
    pub pressure: f32,
    /// 0 to 1; 0.5 is neutral.
    pub brightness: f32,
    /// 0 to 1.
    pub vibrato: f32,
    /// Linear gain, 0 to 1.
    pub expression: f32,
}

impl Expression {
    /// The expression of a note whose host sends none.
    pub const NEUTRAL: Expression = Expression {
        tuning_semitones: 0.0,
        volume: 1.0,
        pan: 0.0,
        pressure: 0.0,
        brightness: 0.5,
        vibrato: 0.0,
        expression: 1.0,
    };

    /// Takes a value in its own unit; past its range, the nearer end.
    pub fn set(&mut self, expression: NoteExpression, value: f32) {
        match expression {
            NoteExpression::Tuning => self.tuning_semitones = value.clamp(-128.0, 128.0),
            NoteExpression::Volume => self.volume = value.clamp(0.0, 4.0),
            NoteExpression::Pan => self.pan = value.clamp(-1.0, 1.0),
            NoteExpression::Pressure => self.pressure = value.clamp(0.0, 1.0),
            NoteExpression::Brightness => self.brightness = value.clamp(0.0, 1.0),
            NoteExpression::Vibrato => self.vibrato = value.clamp(0.0, 1.0),
            NoteExpression::Expression => self.expression = value.clamp(0.0, 1.0),
        }
    }
}
