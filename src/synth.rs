//! The synthesizer: events and a patch in, frames out.
//!
//! Plain data crosses its border ([`Event`], [`Patch`], [`Transport`], slices of frames); it knows
//! no host, no screen, no files, no clocks.
//!
//! [`engine`] keeps the block clock and owns the rest: [`assigner`] (which voice a note gets, what
//! keys and pedals hold, which voice gives way), [`pool`] (all voices in their
//! [groups](voice_group), and which thread renders them), [`voice`] (one sounding note), [`modulation`]
//! (what moves its values), [`partials`] (from its values to the bank), [`recordings`] (what it may
//! play), [`channel`] (MIDI controllers and MPE), [`effects`] (chorus, delay and reverb), [`output`]
//! (level and protection), [`snapshot`] (everything that sounds at one instant, for a screen),
//! [`display`] (formulas that a screen may ask for).

pub mod assigner;
pub mod channel;
pub mod controller;
pub mod display;
pub mod effects;
pub mod engine;
pub mod event;
pub mod modulation;
pub mod output;
pub mod parameter;
pub mod partials;
pub mod patch;
pub mod pool;
pub mod recordings;
pub mod snapshot;
pub mod tick;
pub mod tuning;
pub mod versioned;
pub mod voice;
pub mod voice_group;
mod work;
pub mod workspace;

pub use channel::MpeZones;
pub use engine::{Config, Engine, RATES_HZ, Statistics, block_frames};
pub use event::{
    DEFAULT_RELEASE_VELOCITY, EndedNote, Event, NoteAddress, NoteExpression, Transport,
};
pub use parameter::Param;
pub use partials::motion::OnsetPhases;
pub use partials::stages::filter::{self, FilterType};
pub use patch::{Patch, Values};
pub use recordings::Recordings;
pub use snapshot::{PartialSnapshot, RecordedPlace, Snapshot, SourcesSnapshot, VoiceSnapshot};
