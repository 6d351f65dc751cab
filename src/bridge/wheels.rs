//! The wheels on the screen, as the audio thread reads them: where they stand, not how they got there,
//! so that a wheel that moves while the instrument does not run fills no queue.

use crate::sync::{AtomicU64, Ordering};
use crate::synth::Event;

/// The MIDI controller of the modulation wheel.
const MODULATION: u8 = 1;

/// Where the screen's wheels stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wheels {
    /// The pitch wheel, −1 to 1; 0 at rest.
    pub bend: f32,
    /// The modulation wheel, 0 to 1; 0 at rest.
    pub modulation: f32,
}

impl Wheels {
    pub(super) fn load(from: &AtomicU64) -> Wheels {
        let bits = from.load(Ordering::Relaxed);
        Wheels {
            bend: f32::from_bits((bits >> 32) as u32),
            modulation: f32::from_bits(bits as u32),
        }
    }

    /// Brings both into their ranges. What is no number is at rest.
    pub(super) fn store(self, to: &AtomicU64) {
        let within = |value: f32, min: f32| match value.is_nan() {
            true => 0.0,
            false => value.clamp(min, 1.0),
        };
        let bend = within(self.bend, -1.0).to_bits();
        let modulation = within(self.modulation, 0.0).to_bits();
        to.store(
            u64::from(bend) << 32 | u64::from(modulation),
            Ordering::Relaxed,
        );
    }

    /// The events of one channel that move an engine's wheels here from where they stood `before`.
    pub(super) fn play(self, before: Wheels, channel: u8, mut play: impl FnMut(Event)) {
        if self.bend != before.bend {
            play(Event::PitchBend {
                channel,
                value: self.bend,
            });
        }
        if self.modulation != before.modulation {
            play(Event::Controller {
                channel,
                number: MODULATION,
                value: self.modulation,
            });
        }
    }
}
