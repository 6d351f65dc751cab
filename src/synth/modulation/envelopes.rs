//! The envelopes: a row of parameters for each, compiled at the tick, and a voice's place in each.

use std::ops::Index;

use super::curves::{CurveFan, FannedCurve};
use crate::dsp::curve::Curve;
use crate::dsp::envelope::{Envelope, EnvelopeSettings, EnvelopeShape, SUSTAIN_POINT};
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

    /// How far the partials stand apart in it.
    pub fn fan(self, values: &Values) -> CurveFan {
        let params = self.params();
        CurveFan::read(values, params.fan_order, params.fan_delay, params.fan_time)
    }
}

/// The parameters of an envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// How much later it begins for the last partial than for the first, in seconds.
    pub fan_delay: Param,
    /// By how many octaves it is slower for the last partial than for the first.
    pub fan_time: Param,
    /// See [`FanOrder`](super::fan::FanOrder).
    pub fan_order: Param,
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
        fan_delay: Param::AMP_FAN_DELAY,
        fan_time: Param::AMP_FAN_TIME,
        fan_order: Param::AMP_FAN_ORDER,
    },
    EnvelopeParams {
        delay: Param::FILTER_DELAY,
        attack: Param::FILTER_ATTACK,
        hold: Param::FILTER_HOLD,
        decay: Param::FILTER_DECAY,
        sustain: Param::FILTER_SUSTAIN,
        release: Param::FILTER_RELEASE,
        curve: Param::FILTER_CURVE,
        fan_delay: Param::FILTER_FAN_DELAY,
        fan_time: Param::FILTER_FAN_TIME,
        fan_order: Param::FILTER_FAN_ORDER,
    },
];

/// The envelopes' shapes at a tick, for all voices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeShapes {
    shapes: [EnvelopeShape; ENVELOPES.len()],
    /// As curves in which the partials stand apart; `None` where they do not.
    fanned: [Option<(Curve, CurveFan)>; ENVELOPES.len()],
    sample_rate_hz: f64,
}

impl EnvelopeShapes {
    /// As the patch says.
    pub fn compile(values: &Values, sample_rate_hz: f64) -> EnvelopeShapes {
        let shapes = ENVELOPES.each_ref().map(|params| {
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
        });
        EnvelopeShapes {
            fanned: std::array::from_fn(|index| {
                let params = &ENVELOPES[index];
                let fan =
                    CurveFan::read(values, params.fan_order, params.fan_delay, params.fan_time);
                let curve = || (shapes[index].curve(sample_rate_hz), fan);
                fan.is_open().then(curve)
            }),
            shapes,
            sample_rate_hz,
        }
    }
}

impl Index<EnvelopeId> for EnvelopeShapes {
    type Output = EnvelopeShape;

    fn index(&self, id: EnvelopeId) -> &EnvelopeShape {
        &self.shapes[id as usize]
    }
}

/// A voice's place in each envelope. `Default` is at their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Envelopes {
    envelopes: [Envelope; ENVELOPES.len()],
    /// Frames since the onset.
    frames: u64,
    /// Those at the release; `None` before it.
    at_release: Option<u64>,
}

impl Envelopes {
    /// At the start of each.
    pub fn begin(shapes: &EnvelopeShapes) -> Envelopes {
        Envelopes {
            envelopes: shapes.shapes.each_ref().map(Envelope::begin),
            frames: 0,
            at_release: None,
        }
    }

    /// Starts the release of each.
    pub fn release(&mut self, shapes: &EnvelopeShapes) {
        self.at_release.get_or_insert(self.frames);
        for (envelope, shape) in self.envelopes.iter_mut().zip(&shapes.shapes) {
            envelope.release(shape);
        }
    }

    /// Advances all by `frames` frames.
    pub fn advance(&mut self, shapes: &EnvelopeShapes, frames: usize) {
        self.frames += frames as u64;
        for (envelope, shape) in self.envelopes.iter_mut().zip(&shapes.shapes) {
            envelope.advance(shape, frames);
        }
    }

    /// Whether the level of one stays as it is until a release, for every partial.
    pub fn rests(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> bool {
        let fanned = || self.fanned(id, shapes);
        self[id].rests(&shapes[id]) && fanned().is_none_or(|fanned| fanned.rests())
    }

    /// One in which the partials stand apart; `None` if they do not.
    pub fn fanned(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> Option<FannedCurve> {
        let (curve, fan) = shapes.fanned[id as usize]?;
        let seconds = |frames: u64| frames as f64 / shapes.sample_rate_hz;
        let held_s = seconds(self.at_release.unwrap_or(self.frames));
        let released_s = self.at_release.map(|frames| seconds(self.frames - frames));
        Some(FannedCurve::held_at(
            curve,
            SUSTAIN_POINT,
            held_s,
            released_s,
            fan,
        ))
    }

    /// The level of one, 0 to 1.
    pub fn level(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> f32 {
        self[id].level(&shapes[id])
    }
}

impl Index<EnvelopeId> for Envelopes {
    type Output = Envelope;

    fn index(&self, id: EnvelopeId) -> &Envelope {
        &self.envelopes[id as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::patch::Patch;

    const RATE_HZ: f64 = 1_000.0;

    fn patch() -> Patch {
        let mut patch = Patch::default();
        for (param, value) in [
            (Param::FILTER_DELAY, 0.1),
            (Param::FILTER_ATTACK, 0.4),
            (Param::FILTER_HOLD, 0.2),
            (Param::FILTER_DECAY, 0.5),
            (Param::FILTER_SUSTAIN, 0.3),
            (Param::FILTER_RELEASE, 0.8),
            (Param::FILTER_CURVE, 0.4),
        ] {
            patch.set(param, value);
        }
        patch
    }

    fn shapes(patch: &Patch) -> EnvelopeShapes {
        EnvelopeShapes::compile(&Values::new(patch), RATE_HZ)
    }

    /// After so many frames held, and then released.
    fn played(shapes: &EnvelopeShapes, held: usize, released: Option<usize>) -> Envelopes {
        let mut envelopes = Envelopes::begin(shapes);
        envelopes.advance(shapes, held);
        if let Some(frames) = released {
            envelopes.release(shapes);
            envelopes.advance(shapes, frames);
        }
        envelopes
    }

    /// At the first place a fan has the envelope itself, and at every other that of another time.
    #[test]
    fn in_a_fan_an_envelope_begins_later_and_runs_slower() {
        let mut patch = patch();
        patch.set(Param::FILTER_FAN_DELAY, 0.3);
        patch.set(Param::FILTER_FAN_TIME, 1.0);
        let shapes = shapes(&patch);
        let delay_s = f64::from(patch.plain(Param::FILTER_FAN_DELAY));
        let id = EnvelopeId::Filter;
        assert!(
            Envelopes::begin(&shapes)
                .fanned(EnvelopeId::Amp, &shapes)
                .is_none()
        );
        for (held, released) in [50, 300, 550, 650, 900, 2_000]
            .into_iter()
            .flat_map(|held| {
                [None, Some(0), Some(100), Some(700), Some(3_000)].map(|of| (held, of))
            })
        {
            let instant = played(&shapes, held, released)
                .fanned(id, &shapes)
                .expect("a fan");
            for place in [0.0, 0.5, 1.0] {
                let slower = f64::exp2(-place);
                let own =
                    ((held as f64 / RATE_HZ - delay_s * place).max(0.0) * slower * RATE_HZ).round();
                let after = released.map(|frames| (frames as f64 * slower).round() as usize);
                let expected = played(&shapes, own as usize, after).level(id, &shapes);
                let got = instant.at(place as f32);
                // Half a frame of a steep attack.
                assert!(
                    (got - expected).abs() < 4e-3,
                    "{held} {released:?} {place}: {got} {expected}"
                );
            }
        }
    }

    #[test]
    fn it_rests_once_every_partial_does() {
        let mut patch = patch();
        let held = |patch: &Patch, frames| {
            let shapes = shapes(patch);
            played(&shapes, frames, None).rests(EnvelopeId::Filter, &shapes)
        };
        assert!(held(&patch, 1_210));
        patch.set(Param::FILTER_FAN_TIME, 1.0);
        assert!(!held(&patch, 2_390) && held(&patch, 2_410));
    }
}
