//! Scales: their files, the pitch of each key, and what the spectrum has to do with it.
//!
//! Text and mathematics alone; nothing here runs on the audio thread, but for what says so. Everything
//! is the same on every machine: the functions of `libm`, not of the platform.
//!
//! * [`Scale`] and [`KeyMap`] are read from the files of Scala, `.scl`, `.ascl` and `.kbm`. Both keep their
//!   text, which is what a song saves.
//! * [`TuningSet`] is a scale with its keyboard maps. What keys and partials have to do with it is worked out
//!   from its numbers, [`LoadedScale`](crate::synth::tuning::LoadedScale), by [`crate::synth::tuning`].
//! * [`dissonance`] has how rough intervals of a timbre are, and [`fitting`] the scale that fits it.
//! * [`mts`] reads and writes messages of the MIDI Tuning Standard.

pub mod dissonance;
pub mod fitting;
mod kbm;
pub mod mts;
mod scl;
mod set;
mod text;

pub use dissonance::{DissonanceCurve, Timbre, TimbrePartial};
pub use fitting::{DissonanceMinimum, FittedScale, MinimaKind, TimbreMinima};
pub use kbm::{KeyMap, KeyMapValues};
pub use scl::{MAX_TONE_CENTS, MAX_TONES, ReferencePitch, Scale, Tone};
pub use set::{MAX_SET_BYTES, MapTexts, SetMaps, TuningSet, TuningSetError, channel_of_map};
pub use text::{MAX_FILE_BYTES, TuningFileError};

#[cfg(test)]
mod tests;
