//! The synthesizer: events and a patch in, frames out.
//!
//! Plain data crosses its border ([`Event`], [`Patch`], [`Transport`], slices of frames); it knows
//! no host, no screen, no files, no clocks.
//!
//! [`engine`] keeps the block clock and owns the rest: [`assigner`] (which voice a note gets, what
//! keys and pedals hold, which voice gives way), [`pool`] (all voices in their
//! [groups](voice_group), and which thread renders them), [`voice`] (modulation, and the partials' way
//! to the bank), [`channel`] (MIDI controllers and MPE), [`spectrum`] and [`filter`] (what a voice's
//! partials begin from), [`output`] (level and protection), [`sounding`] (what it all comes to, for a
//! screen).

pub mod assigner;
pub mod channel;
pub mod engine;
pub mod event;
pub mod filter;
pub mod output;
pub mod parameter;
pub mod partials;
pub mod patch;
pub mod pool;
pub mod sounding;
pub mod spectrum;
pub mod tick;
pub mod versioned;
pub mod voice;
pub mod voice_group;

pub use channel::MpeZones;
pub use engine::{Config, Engine, RATES_HZ, Statistics, block_frames};
pub use event::{EndedNote, Event, NoteAddress, NoteExpression, Transport};
pub use filter::FilterShape;
pub use parameter::Param;
pub use patch::{Patch, Values};
pub use sounding::{Sounding, SoundingPartial, SoundingVoice};
pub use voice::partials::Phases;
