//! Modulation: what moves a voice's values.

mod values;

pub use values::{Destination, DestinationValues, VoiceValues};
