//! The envelopes: a row of parameters for each, compiled at the tick, and a voice's place in each.

use std::ops::Index;

use super::curves::{CurveFan, FannedCurve};
use crate::dsp::curve::Curve;
use crate::dsp::envelope::{
    ATTACK_LINE, DECAY_LINE, Envelope, EnvelopeSettings, EnvelopeShape, EnvelopeTimes,
    SUSTAIN_POINT,
};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// One of the envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeId {
    /// The amplitude's envelope. It is also the voice's life: the voice ends with it, and segments end at its
    /// corners.
    Amp,
    /// The filter's envelope.
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
        CurveFan::read(
            |param| values.get(param),
            params.fan_order,
            params.fan_delay,
            params.fan_time,
        )
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
    /// What the curve of the attack has beside that.
    pub attack_curve: Param,
    /// What the curve of the decay has beside that.
    pub decay_curve: Param,
    /// What the curve of the release has beside that.
    pub release_curve: Param,
    /// How much later it begins for the last partial than for the first, in seconds.
    pub fan_delay: Param,
    /// By how many octaves it is slower for the last partial than for the first.
    pub fan_time: Param,
    /// See [`FanOrder`](super::fan::FanOrder).
    pub fan_order: Param,
}

/// The parameters, in the order of [`EnvelopeId`].
static ENVELOPES: [EnvelopeParams; 2] = [
    EnvelopeParams {
        delay: Param::AMP_DELAY,
        attack: Param::AMP_ATTACK,
        hold: Param::AMP_HOLD,
        decay: Param::AMP_DECAY,
        sustain: Param::AMP_SUSTAIN,
        release: Param::AMP_RELEASE,
        curve: Param::AMP_CURVE,
        attack_curve: Param::AMP_ATTACK_CURVE,
        decay_curve: Param::AMP_DECAY_CURVE,
        release_curve: Param::AMP_RELEASE_CURVE,
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
        attack_curve: Param::FILTER_ATTACK_CURVE,
        decay_curve: Param::FILTER_DECAY_CURVE,
        release_curve: Param::FILTER_RELEASE_CURVE,
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
    /// Compiles the shapes from the values that `get` gives.
    pub fn compile(get: impl Fn(Param) -> f32, sample_rate_hz: f64) -> EnvelopeShapes {
        let shapes = ENVELOPES.each_ref().map(|params| {
            let curve = |own| (get(params.curve) + get(own)).clamp(-1.0, 1.0);
            let settings = EnvelopeSettings {
                delay_s: get(params.delay),
                attack_s: get(params.attack),
                hold_s: get(params.hold),
                decay_s: get(params.decay),
                sustain: get(params.sustain),
                release_s: get(params.release),
                attack_curve: curve(params.attack_curve),
                decay_curve: curve(params.decay_curve),
                release_curve: curve(params.release_curve),
            };
            settings.shape(sample_rate_hz)
        });
        EnvelopeShapes {
            fanned: std::array::from_fn(|index| {
                let params = &ENVELOPES[index];
                let fan = CurveFan::read(&get, params.fan_order, params.fan_delay, params.fan_time);
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
}

impl Envelopes {
    /// Envelopes at their start.
    pub fn begin(shapes: &EnvelopeShapes) -> Envelopes {
        Envelopes {
            envelopes: shapes.shapes.each_ref().map(Envelope::begin),
        }
    }

    /// Starts the release of each.
    pub fn release(&mut self, shapes: &EnvelopeShapes) {
        for (envelope, shape) in self.envelopes.iter_mut().zip(&shapes.shapes) {
            envelope.release(shape);
        }
    }

    /// Advances all by `frames` frames.
    pub fn advance(&mut self, shapes: &EnvelopeShapes, frames: usize) {
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
    ///
    /// Its time is the age of the note, and its corners are when the envelope itself has come to them, or
    /// will. So the first place is always the envelope's own, and a changed time moves no partial that is
    /// behind it, but lets it go on slower or faster.
    pub fn fanned(&self, id: EnvelopeId, shapes: &EnvelopeShapes) -> Option<FannedCurve> {
        let (curve, fan) = shapes.fanned[id as usize]?;
        let (envelope, shape) = (&self[id], &shapes[id]);
        let seconds = |frames: f64| frames / shapes.sample_rate_hz;
        let EnvelopeTimes {
            ends: [delay, attack, hold, decay],
            released_at,
            release,
        } = envelope.times(shape);
        let ends = [0.0, delay, attack, hold, decay, decay + release];
        let mut curve = curve.at_times(&ends.map(|frames| seconds(frames) as f32));
        let settings = envelope.held_settings(shape);
        if settings != shape.held_settings() {
            // They have changed since the release, which goes on from the level that it began at.
            curve = curve
                .with_level(SUSTAIN_POINT, settings.sustain)
                .with_bend(ATTACK_LINE, settings.attack_curve)
                .with_bend(DECAY_LINE, settings.decay_curve);
        }
        let age = envelope.age() as f64;
        let held_s = seconds(released_at.unwrap_or(age));
        let released_s = released_at.map(|at| seconds(age - at));
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
        let values = Values::new(patch);
        EnvelopeShapes::compile(|param| values.get(param), RATE_HZ)
    }

    /// The envelopes after `held` frames held, and `released` frames after the release.
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

    /// Values of the fan at these places.
    fn at_places(envelopes: &Envelopes, shapes: &EnvelopeShapes, places: &[f32]) -> Vec<f32> {
        let instant = envelopes.fanned(EnvelopeId::Filter, shapes);
        let instant = instant.expect("a fan");
        places.iter().map(|&place| instant.at(place)).collect()
    }

    /// Changes of the settings under a note. At each and after each, the first place has the envelope itself.
    /// Those of a time move no partial that is behind it.
    #[test]
    fn a_fanned_envelope_keeps_its_place_when_a_setting_changes() {
        let id = EnvelopeId::Filter;
        let times = [
            (Param::FILTER_DELAY, 0.3),
            (Param::FILTER_ATTACK, 1.2),
            (Param::FILTER_ATTACK, 0.05),
            (Param::FILTER_HOLD, 0.05),
            (Param::FILTER_DECAY, 2.0),
            (Param::FILTER_DECAY, 0.1),
            (Param::FILTER_RELEASE, 0.2),
            (Param::FILTER_RELEASE, 3.0),
        ];
        let levels = [(Param::FILTER_SUSTAIN, 0.9), (Param::FILTER_CURVE, -0.7)];
        let changes = times.iter().map(|&change| (change, true));
        let changes = changes.chain(levels.iter().map(|&change| (change, false)));
        for ((param, value), is_time) in changes {
            for held in [0, 50, 300, 480, 650, 900, 1_300, 2_000] {
                for released in [None, Some(0), Some(150), Some(900)] {
                    let mut patch = patch();
                    patch.set(Param::FILTER_FAN_DELAY, 0.3);
                    patch.set(Param::FILTER_FAN_TIME, 1.0);
                    let before = shapes(&patch);
                    let mut envelopes = played(&before, held, released);
                    patch.set(param, value);
                    let after = shapes(&patch);
                    let case = format!("{param:?} {value} {held} {released:?}");
                    let places = [0.0, 0.2, 0.5, 1.0];
                    let [was, is] =
                        [&before, &after].map(|shapes| at_places(&envelopes, shapes, &places));
                    for (place, (was, is)) in places.iter().zip(was.iter().zip(&is)) {
                        let error = (was - is).abs();
                        assert!(!is_time || error < 1e-4, "{case} {place}: {was} {is}");
                    }
                    for frames in [0, 1, 70, 200, 640, 2_000] {
                        envelopes.advance(&after, frames);
                        let first = at_places(&envelopes, &after, &[0.0])[0];
                        let level = envelopes.level(id, &after);
                        assert!(
                            (first - level).abs() < 1e-4,
                            "{case} {frames}: {first} {level}"
                        );
                    }
                    envelopes.release(&after);
                    for frames in [0, 33, 300, 4_000] {
                        envelopes.advance(&after, frames);
                        let first = at_places(&envelopes, &after, &[0.0])[0];
                        let level = envelopes.level(id, &after);
                        assert!(
                            (first - level).abs() < 1e-4,
                            "{case} {frames}: {first} {level}"
                        );
                    }
                }
            }
        }
    }

    /// While an attack is drawn out again and again, every partial rises steadily.
    #[test]
    fn partials_rise_steadily_while_the_attack_changes() {
        let mut patch = patch();
        patch.set(Param::FILTER_FAN_DELAY, 0.2);
        patch.set(Param::FILTER_FAN_TIME, 0.5);
        patch.set(Param::FILTER_CURVE, 0.0);
        patch.set(Param::FILTER_DELAY, 0.0);
        let mut at = shapes(&patch);
        let mut envelopes = Envelopes::begin(&at);
        let places = [0.0, 0.3, 0.6, 1.0];
        let mut last = at_places(&envelopes, &at, &places);
        for step in 0..150 {
            patch.set(Param::FILTER_ATTACK, 0.3 + 0.004 * step as f32);
            at = shapes(&patch);
            envelopes.advance(&at, 2);
            let now = at_places(&envelopes, &at, &places);
            for (place, (now, last)) in places.iter().zip(now.iter().zip(&last)) {
                let rise = now - last;
                assert!(
                    (-1e-4..0.01).contains(&rise),
                    "{step} {place}: {last} {now}"
                );
            }
            last = now;
        }
        assert!(last[0] > 0.5 && last[3] > 0.05 && last[3] < 0.3, "{last:?}");
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
