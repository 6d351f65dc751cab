//! The instrument's state as the audio thread publishes it for the screen.

use super::load::Load;
use crate::synth::parameter::LFOS;
use crate::synth::tuning::SoundingTuning;
use crate::synth::{MpeZones, Statistics};

/// The instrument at the end of a buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// What sounds, and what went wrong.
    pub statistics: Statistics,
    /// What it took.
    pub load: Load,
    /// The MIDI keys that are down, on any channel: bit 60 is middle C.
    pub keys: u128,
    /// The MPE zones in force.
    pub mpe: MpeZones,
    /// Cycles of each free LFO since the engine was reset.
    pub lfo_cycles: [f64; LFOS],
    /// The largest sample on the left and on the right since the telemetry before; 1 is full scale.
    pub output_peaks: [f32; 2],
    /// Tuning messages that came too fast and were lost, since the program began.
    pub lost_messages: u32,
    /// The tuning.
    pub tuning: SoundingTuning,
}
