//! The envelopes: a row of parameters for each, compiled at the tick, and a voice's place in each.

use std::ops::Index;

use crate::dsp::envelope::{Envelope, EnvelopeSettings, EnvelopeShape};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// One of the envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeId {
    /// That of the amplitude. It is also the voice's life: the voice ends with it, and segments end
    /// at its corners.
    Amp,
    /// That of the filter.
    Filter,
}

impl EnvelopeId {
    /// Its parameters.
    pub fn params(self) -> &'static EnvelopeParams {
        &ENVELOPES[self as usize]
    }
}

/// The parameters of an envelope.
#[derive(Clone, Copy, Debug)]
pub struct EnvelopeParams {
    /// Its delay, in seconds.
    pub delay: Param,
    /// Its attack, in seconds.
    pub attack: Param,
    /// Its hold, in seconds.
    pub hold: Param,
    /// Its decay, in seconds.
    pub decay: Param,
    /// Its sustain, 0 to 1.
    pub sustain: Param,
    /// Its release, in seconds.
    pub release: Param,
    /// The curve of its stages.
    pub curve: Param,
}

/// In the order of [`EnvelopeId`].
static ENVELOPES: [EnvelopeParams; 2] = [
    EnvelopeParams {
        delay: Param::AMP_DELAY,
        attack: Param::AMP_ATTACK,
        hold: Param::AMP_HOLD,
        decay: Param::AMP_DECAY,
        sustain: Param::AMP_SUSTAIN,
        release: Param::AMP_RELEASE,
        curve: Param::AMP_CURVE,
    },
    EnvelopeParams {
        delay: Param::FILTER_DELAY,
        attack: Param::FILTER_ATTACK,
        hold: Param::FILTER_HOLD,
        decay: Param::FILTER_DECAY,
        sustain: Param::FILTER_SUSTAIN,
        release: Param::FILTER_RELEASE,
        curve: Param::FILTER_CURVE,
    },
];

/// The envelopes' shapes at a tick, for all voices.
#[derive(Clone, Copy, Debug)]
pub struct EnvelopeShapes([EnvelopeShape; ENVELOPES.len()]);

impl EnvelopeShapes {
    /// As the patch says.
    pub fn compile(values: &Values, sample_rate_hz: f64) -> EnvelopeShapes {
        EnvelopeShapes(ENVELOPES.each_ref().map(|params| {
            let settings = EnvelopeSettings {
                delay_s: values.get(params.delay),
                attack_s: values.get(params.attack),
                hold_s: values.get(params.hold),
                decay_s: values.get(params.decay),
                sustain: values.get(params.sustain),
                release_s: values.get(params.release),
                curve: values.get(params.curve),
            };
            settings.shape(sample_rate_hz)
        }))
    }
}

impl Index<EnvelopeId> for EnvelopeShapes {
    type Output = EnvelopeShape;

    fn index(&self, id: EnvelopeId) -> &EnvelopeShape {
        &self.0[id as usize]
    }
}

/// A voice's place in each envelope. `Default` is at their ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Envelopes([Envelope; ENVELOPES.len()]);

impl Envelopes {
    /// At the start of each.
    pub fn begin(shapes: &EnvelopeShapes) -> Envelopes {
        Envelopes(shapes.0.each_ref().map(Envelope::begin))
    }

    /// Starts the release of each.
    pub fn release(&mut self, shapes: &EnvelopeShapes) {
        for (envelope, shape) in self.0.iter_mut().zip(&shapes.0) {
            envelope.release(shape);
        }
    }

    /// Advances all by `frames` frames.
    pub fn advance(&mut self, shapes: &EnvelopeShapes, frames: usize) {
        for (envelope, shape) in self.0.iter_mut().zip(&shapes.0) {
            envelope.advance(shape, frames);
        }
    }

    /// Whether the level of one stays as it is until a release.
    pub fn rests(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> bool {
        self[id].rests(&shapes[id])
    }

    /// The level of one, 0 to 1.
    pub fn level(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> f32 {
        self[id].level(&shapes[id])
    }
}

impl Index<EnvelopeId> for Envelopes {
    type Output = Envelope;

    fn index(&self, id: EnvelopeId) -> &Envelope {
        &self.0[id as usize]
    }
}
