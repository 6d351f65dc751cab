//! Scales: their files, the pitch of each key, and what the spectrum has to do with it.
//!
//! Text and mathematics alone; nothing here runs on the audio thread, but for what says so. Everything
//! is the same on every machine: the functions of `libm`, not of the platform.
//!
//! * [`Scale`] and [`KeyMap`] are read from the files of Scala, `.scl`, `.ascl` and `.kbm`. Both keep their
//!   text, which is what a song saves.
//! * [`Tuning`] has the pitch of every key, made of them.
//! * [`dissonance`] has how rough intervals of a timbre are, and [`fitting`] the scale that fits it.
//! * [`matching`] has where partials go for a spectrum to follow a scale.
//! * [`mts`] reads and writes messages of the MIDI Tuning Standard.

pub mod dissonance;
pub mod fitting;
mod kbm;
pub mod matching;
pub mod mts;
mod scl;
mod text;
mod tuning;

pub use kbm::{KeyMap, KeyMapValues, key_map_of_set};
pub use scl::{MAX_TONE_CENTS, MAX_TONES, ReferencePitch, Scale, Tone};
pub use text::{MAX_FILE_BYTES, TuningFileError};
pub use tuning::{CHANNELS, KEYS, KeyMaps, ScalePlacement, TunedKey, Tuning, hz_of_semitones};

#[cfg(test)]
mod tests;
