//! Glide: a note's pitch comes from that of the note before it.
//!
//! Straight in pitch: after t of the time T the way that is left is 1 − t/T of the interval. Where the
//! partials stand apart, T is 2^(F·u) times as long for the partial at u, with the fan F in octaves,
//! so that they arrive one after another.

use super::note::Note;
use crate::synth::parameter::Param;

/// When a note glides, and what its time is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlideMode {
    /// Every note takes the time.
    Time,
    /// Every note that begins while a key is held takes the time.
    TimeLegato,
    /// Every octave takes the time.
    Rate,
    /// Every octave takes the time, in notes that begin while a key is held.
    RateLegato,
}

impl GlideMode {
    /// The mode at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> GlideMode {
        match index {
            0 => GlideMode::Time,
            1 => GlideMode::TimeLegato,
            2 => GlideMode::Rate,
            _ => GlideMode::RateLegato,
        }
    }
}

/// Where a note glides from, as far as it is known when its key goes down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlideStart {
    /// The channel of the note before.
    pub channel: u8,
    /// Its key.
    pub key: u8,
    /// The slot of its voice, where the glide begins at what that has come to.
    pub voice: Option<usize>,
    /// Whether any key was held.
    pub is_legato: bool,
}

/// Where a note's pitch comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlideOrigin {
    /// From the note's own pitch at its onset, semitones. It stays if the note is retuned, so that a glide takes the
    /// time that it began with, and one that has arrived does not begin again.
    pub semitones: f64,
    /// Whether any key was held when the note's key went down.
    pub is_legato: bool,
    /// The age of the voice when the glide began.
    pub begin_s: f64,
}

/// The glide of a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    /// The way from the note's own pitch to where the glide starts.
    pub semitones: f64,
    /// The age of the voice when it began.
    pub begin_s: f64,
    /// How long the fundamental takes.
    pub time_s: f64,
    /// Octaves of the time between the first partial and the last.
    pub fan_octaves: f32,
}

impl Glide {
    /// As the values that `get` gives say; `None` for a note that does not glide.
    pub fn read(get: impl Fn(Param) -> f32, note: &Note) -> Option<Glide> {
        let time_s = f64::from(get(Param::GLIDE));
        let origin = note.glide_origin.filter(|_| time_s > 0.0)?;
        let semitones = origin.semitones;
        let mode = GlideMode::from_index(get(Param::GLIDE_MODE) as usize);
        let (needs_legato, time_s) = match mode {
            GlideMode::Time => (false, time_s),
            GlideMode::TimeLegato => (true, time_s),
            GlideMode::Rate => (false, time_s * semitones.abs() / 12.0),
            GlideMode::RateLegato => (true, time_s * semitones.abs() / 12.0),
        };
        let glides = semitones != 0.0 && (origin.is_legato || !needs_legato);
        glides.then(|| Glide {
            semitones,
            begin_s: origin.begin_s,
            time_s,
            fan_octaves: get(Param::GLIDE_FAN),
        })
    }

    /// The part of the way that is left to the fundamental at this age of the voice, 0 to 1.
    pub fn left(&self, age_s: f64) -> f64 {
        (1.0 - self.age(age_s)).max(0.0)
    }

    /// The semitones that are left to the fundamental at this age of the voice.
    pub fn semitones_left(&self, age_s: f64) -> f64 {
        self.semitones * self.left(age_s)
    }

    /// How long it has gone on at this age of the voice, in times of the fundamental.
    fn age(&self, age_s: f64) -> f64 {
        (age_s - self.begin_s) / self.time_s
    }

    /// Whether all partials have arrived.
    pub fn is_done(&self, age_s: f64) -> bool {
        let slowest = f64::from(self.fan_octaves.max(0.0));
        self.age(age_s) >= libm::exp2(slowest)
    }
}

/// A glide in which the partials stand apart, at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FannedGlide {
    /// Cents of the whole way.
    pub cents: f32,
    /// How long it has gone on, in times of the fundamental.
    pub age: f32,
    /// Octaves of the time between the first partial and the last.
    pub fan_octaves: f32,
}

impl FannedGlide {
    /// The glide at this age of the voice; `None` if the partials are all where the fundamental is.
    pub fn at(glide: &Glide, age_s: f64) -> Option<FannedGlide> {
        let is_apart = glide.fan_octaves != 0.0 && !glide.is_done(age_s);
        is_apart.then(|| FannedGlide {
            cents: (100.0 * glide.semitones) as f32,
            age: glide.age(age_s) as f32,
            fan_octaves: glide.fan_octaves,
        })
    }
}
