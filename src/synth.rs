//! The synthesizer: events and a patch in, frames out.
//!
//! Plain data crosses its border ([`Event`], [`Patch`], [`Transport`], slices of frames); it knows
//! no host, no screen, no files, no clocks.
//!
//! [`engine`] keeps the block clock and owns the rest: [`ensemble`] (all voices in their [`section`]s,
//! and which thread renders them), [`allocator`] (which voice a note gets), [`voice`] (modulation, and
//! the partials' way to the bank), [`channel`] (MIDI controllers and
//! MPE), [`spectrum`] and [`filter`] (what a voice's partials begin from), [`output`] (level and
//! protection), [`sounding`] (what it all comes to, for a screen).

pub mod allocator;
pub mod channel;
pub mod engine;
pub mod ensemble;
pub mod event;
pub mod filter;
pub mod output;
pub mod parameter;
pub mod partials;
pub mod patch;
pub mod section;
pub mod sounding;
pub mod spectrum;
pub mod tick;
pub mod versioned;
pub mod voice;

pub use engine::{Config, EndedNote, Engine, Statistics, block_frames};
pub use event::{Event, NoteAddress, NoteExpression, Transport};
pub use filter::FilterShape;
pub use parameter::Param;
pub use patch::{Patch, Values};
pub use sounding::{Sounding, SoundingPartial, SoundingVoice};
pub use voice::partials::Phases;
