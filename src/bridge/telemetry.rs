//! What the audio thread tells the screen of the instrument.

use super::load::Load;
use crate::synth::Statistics;
use crate::synth::parameter::MAX_PARTIALS;

/// The instrument at the end of a buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telemetry {
    /// What sounds, and what went wrong.
    pub statistics: Statistics,
    /// What it took.
    pub load: Load,
    /// Power of each partial number over all voices: [`Engine::partial_powers`].
    ///
    /// [`Engine::partial_powers`]: crate::synth::Engine::partial_powers
    pub partial_powers: [f32; MAX_PARTIALS],
    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub keys: u128,
    /// Cycles of the free LFO since the engine was reset.
    pub lfo_cycles: f64,
}

impl Default for Telemetry {
    fn default() -> Telemetry {
        Telemetry {
            statistics: Statistics::default(),
            load: Load::default(),
            partial_powers: [0.0; MAX_PARTIALS],
            keys: 0,
            lfo_cycles: 0.0,
        }
    }
}
