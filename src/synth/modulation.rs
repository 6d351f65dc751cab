//! Modulation: what moves a voice's values.
//!
//! Everything that moves is a [route](routes): a [source](ModulationSource) moves a
//! [destination](Destination) as far as a depth says. The routes are compiled at the tick; a voice
//! applies them to its [values](DestinationValues) at the end of each segment. The macros reach all
//! parameters, not only those that voices have for themselves, by [targets of their own](macros).
//!
//! A new source is a line in `source.rs`, and one in each of the lists below it that say when it rests
//! and when it jumps; if it has a state, see [`modulators`]. A new destination is a polyphonic
//! parameter, or a line in `destination.rs`. A new route is a line in `routes.rs`.

mod clock;
pub mod curves;
mod destination;
pub mod envelopes;
pub mod fan;
pub mod glide;
pub mod lfo;
pub mod macros;
pub mod modulators;
pub mod note;
mod numbered;
mod phrase;
pub mod routes;
pub mod sequences;
pub mod settings;
pub mod slide;
mod source;
mod values;

pub use destination::{Destination, DestinationSet, Operation};
pub use settings::{MovedSettings, Setting, SettingValues};
pub use source::{ModulationSource, Moment, SourceSet, SourceValues};
pub use values::{DestinationValues, Offsets, VoiceValues};
