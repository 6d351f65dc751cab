//! Modulation: from the patch, the controllers, the note's own expression, envelopes and the LFO to
//! what one segment of a voice is to come to.

use super::Voice;
use crate::dsp::envelope::EnvelopeSettings;
use crate::dsp::lfo::LfoShape;
use crate::dsp::maths::{gain_from_db, ratio_from_semitones};
use crate::synth::channel::Control;
use crate::synth::modulation::{Destination, DestinationValues, VoiceValues};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;
use crate::synth::tick::Tick;

/// The destination of the tilt.
const TILT: Destination = Destination::of(Param::TILT);

/// Concert pitch: key 69.
const A4_HZ: f64 = 440.0;
/// Key tracking turns about middle C, key 60.
const MIDDLE_C_KEY: f64 = 60.0;

/// A note's own expression, in the units of [`NoteExpression`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expression {
    pub tuning_semitones: f32,
    pub volume: f32,
    pub pan: f32,
    pub pressure: f32,
    pub brightness: f32,
    pub vibrato: f32,
    pub expression: f32,
}

/// That of a note whose host says nothing.
pub const NEUTRAL: Expression = Expression {
    tuning_semitones: 0.0,
    volume: 1.0,
    pan: 0.0,
    pressure: 0.0,
    brightness: 0.5,
    vibrato: 0.0,
    expression: 1.0,
};

/// What the modulation of one segment comes to.
#[derive(Clone, Copy, Debug)]
pub struct Targets {
    pub fundamental_hz: f64,
    /// Linear gain, without the envelope.
    pub gain: f32,
    pub own: DestinationValues,
}

impl Voice {
    /// A parameter's plain value, with this voice's own offset.
    pub(super) fn value(&self, values: &Values, param: Param) -> f32 {
        let values = VoiceValues {
            patch: values,
            own: &self.control.base,
        };
        values.get(param)
    }

    /// Cycles of the LFO that moves this voice, `at` frames into the block; of the note's own, where
    /// the note is.
    fn lfo_cycles(&self, tick: &Tick, at: usize) -> f64 {
        if tick.values.index(Param::LFO_TRIGGER) == 0 {
            tick.lfo_cycles + tick.lfo_cycles_per_frame * at as f64
        } else {
            self.control.note_lfo_cycles
        }
    }

    /// The LFO's value `at` frames into the block.
    pub(super) fn lfo(&self, tick: &Tick, at: usize) -> f32 {
        let shape = LfoShape::from_index(tick.values.index(Param::LFO_SHAPE));
        shape.value(self.lfo_cycles(tick, at), self.control.lfo_seed) as f32
    }

    /// The fundamental that keys, bends, tuning and the LFO come to.
    pub(super) fn fundamental_hz(&self, tick: &Tick, control: &Control, lfo: f32) -> f64 {
        let values = &tick.values;
        let vibrato = (control.wheel + self.control.expression.vibrato).min(1.0)
            * values.get(Param::WHEEL_VIBRATO);
        let cents = self.value(values, Param::FINE)
            + lfo * (self.value(values, Param::LFO_PITCH) + vibrato);
        let semitones = values.get(Param::COARSE)
            + control.bend_semitones
            + control.tuning_semitones
            + self.control.expression.tuning_semitones;
        let key = f64::from(self.control.key) + f64::from(semitones) + f64::from(cents) / 100.0;
        A4_HZ * ratio_from_semitones(key - 69.0)
    }

    /// Where modulation takes the voice `at` frames into the block.
    pub(super) fn targets(&self, tick: &Tick, at: usize, filter_level: f32) -> Targets {
        let values = &tick.values;
        let value = |param| self.value(values, param);
        let control = tick.channels.control(self.control.channel, values);
        let own = &self.control.expression;
        let lfo = self.lfo(tick, at);
        let fundamental_hz = self.fundamental_hz(tick, &control, lfo);
        let pressure = (control.pressure + own.pressure).min(1.0);

        let neutral = if tick.channels.zones().contains(self.control.channel) {
            self.control.brightness_at_onset
        } else {
            0.5
        };
        let brightness =
            (2.0 * (control.brightness - neutral + own.brightness - 0.5)).clamp(-1.0, 1.0);

        let velocity_depth = values.get(Param::VELOCITY_LEVEL);
        let velocity_gain =
            1.0 - velocity_depth + velocity_depth * self.control.velocity * self.control.velocity;
        let level_db = pressure * values.get(Param::PRESSURE_LEVEL) + lfo * value(Param::LFO_LEVEL);

        let tracked_octaves = values.get(Param::KEY_TRACK)
            * ((f64::from(self.control.key) - MIDDLE_C_KEY) / 12.0) as f32;
        let octaves = tracked_octaves
            + filter_level * value(Param::FILTER_ENV)
            + self.control.velocity * values.get(Param::FILTER_VELOCITY)
            + lfo * value(Param::LFO_CUTOFF)
            + pressure * values.get(Param::PRESSURE_CUTOFF);
        let mut modulated = self.control.base;
        modulated[TILT] = value(Param::TILT)
            + lfo * value(Param::LFO_TILT)
            + brightness * values.get(Param::BRIGHTNESS_TILT);
        modulated[Destination::PAN] = own.pan + control.pan;
        modulated[Destination::CUTOFF_OCTAVES] = octaves;
        Targets {
            fundamental_hz,
            gain: velocity_gain
                * own.volume
                * own.expression
                * control.gain
                * gain_from_db(level_db),
            own: modulated,
        }
    }

    /// Whether the LFO jumps within the last `frames` frames of the block, and moves anything.
    pub(super) fn lfo_is_discontinuous(&self, tick: &Tick, frames: usize) -> bool {
        let values = &tick.values;
        let is_free = values.index(Param::LFO_TRIGGER) == 0;
        let from_cycles = self.lfo_cycles(tick, tick.block_frames - frames);
        let way_cycles = tick.lfo_cycles_per_frame * frames as f64;
        let shape = LfoShape::from_index(values.index(Param::LFO_SHAPE));
        let jumps = is_free && tick.lfo_has_jumped && frames == tick.block_frames
            || shape.jumps_between(from_cycles, from_cycles + way_cycles);
        jumps
            && [
                Param::LFO_PITCH,
                Param::LFO_TILT,
                Param::LFO_CUTOFF,
                Param::LFO_LEVEL,
                Param::WHEEL_VIBRATO,
            ]
            .iter()
            .any(|&depth| self.value(values, depth) != 0.0)
    }
}

/// The amplitude's envelope.
pub fn amp_settings(values: &Values) -> EnvelopeSettings {
    EnvelopeSettings {
        delay_s: values.get(Param::AMP_DELAY),
        attack_s: values.get(Param::AMP_ATTACK),
        hold_s: values.get(Param::AMP_HOLD),
        decay_s: values.get(Param::AMP_DECAY),
        sustain: values.get(Param::AMP_SUSTAIN),
        release_s: values.get(Param::AMP_RELEASE),
        curve: values.get(Param::AMP_CURVE),
    }
}

/// The filter's envelope.
pub fn filter_settings(values: &Values) -> EnvelopeSettings {
    EnvelopeSettings {
        delay_s: values.get(Param::FILTER_DELAY),
        attack_s: values.get(Param::FILTER_ATTACK),
        hold_s: values.get(Param::FILTER_HOLD),
        decay_s: values.get(Param::FILTER_DECAY),
        sustain: values.get(Param::FILTER_SUSTAIN),
        release_s: values.get(Param::FILTER_RELEASE),
        curve: values.get(Param::FILTER_CURVE),
    }
}
