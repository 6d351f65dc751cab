//! What the audio thread tells the screen, and the end that tells it.

use triple_buffer::Input;

use super::load::Load;
use super::watch::TelemetryReceiver;
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
}

impl Default for Telemetry {
    fn default() -> Telemetry {
        Telemetry {
            statistics: Statistics::default(),
            load: Load::default(),
            partial_powers: [0.0; MAX_PARTIALS],
            keys: 0,
        }
    }
}

/// The audio thread's end.
pub struct TelemetrySender {
    input: Input<Telemetry>,
    /// The other end, for whether anyone looks and for handing it out.
    receiver: TelemetryReceiver,
}

impl TelemetrySender {
    /// Both ends; the other one is asked for with [`TelemetrySender::receiver`].
    pub fn new() -> TelemetrySender {
        let (input, output) = triple_buffer::triple_buffer(&Telemetry::default());
        TelemetrySender {
            input,
            receiver: TelemetryReceiver::new(output),
        }
    }

    /// The screen's end.
    pub fn receiver(&self) -> TelemetryReceiver {
        self.receiver.clone()
    }

    /// Whether a window looks.
    pub fn is_watched(&self) -> bool {
        self.receiver.is_watched()
    }

    /// Lets `fill` write the news and shows them, if anyone looks; else does not call it. What
    /// `fill` finds there is old, and whatever it does not write over is shown again.
    ///
    /// Never waits, allocates or frees: whether anyone looks is an atomic number, and showing the
    /// news is one atomic exchange.
    pub fn publish(&mut self, fill: impl FnOnce(&mut Telemetry)) {
        if self.receiver.is_watched() {
            fill(self.input.input_buffer_mut());
            self.input.publish();
        }
    }
}

impl Default for TelemetrySender {
    fn default() -> TelemetrySender {
        TelemetrySender::new()
    }
}
