//! Reading MIDI files: what is whole plays, and what is damaged is reported with its place.
//!
//! The files in `tests/midi` are of the kinds that were met in use.

#[path = "song/chunks.rs"]
mod chunks;
#[path = "song/events.rs"]
mod events;
#[path = "song/faults.rs"]
mod faults;
#[path = "song/hostile.rs"]
mod hostile;
#[path = "song/lengths.rs"]
mod lengths;
#[path = "song/rig.rs"]
mod rig;
#[path = "song/writer.rs"]
mod writer;
