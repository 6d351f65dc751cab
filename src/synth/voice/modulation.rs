//! Modulation: from the patch, the controllers, the note's own expression, envelopes and the LFO to
//! what one segment of a voice is to come to.

use super::Voice;
use crate::dsp::envelope::EnvelopeSettings;
use crate::dsp::lfo::LfoShape;
use crate::dsp::maths::{gain_from_db, ratio_from_semitones};
use crate::synth::channel::Control;
use crate::synth::filter::{FilterSettings, FilterShape};
use crate::synth::parameter::Param;
use crate::synth::patch::Values;
use crate::synth::spectrum::{GainSettings, PanSettings, RatioSettings};
use crate::synth::tick::Tick;

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
    pub ratios: RatioSettings,
    pub gains: GainSettings,
    pub pans: PanSettings,
    pub filter: FilterSettings,
}

impl Voice {
    /// A parameter's plain value, with this voice's own offset.
    pub(super) fn value(&self, values: &Values, param: Param) -> f32 {
        value_of(values, &self.offsets, self.control.has_offsets, param)
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
        let key = f64::from(self.key) + f64::from(semitones) + f64::from(cents) / 100.0;
        A4_HZ * ratio_from_semitones(key - 69.0)
    }

    /// Where modulation takes the voice `at` frames into the block.
    pub(super) fn targets(&self, tick: &Tick, at: usize, filter_level: f32) -> Targets {
        let values = &tick.values;
        let value = |param| self.value(values, param);
        let control = tick.channels.control(self.channel, values);
        let own = &self.control.expression;
        let lfo = self.lfo(tick, at);
        let fundamental_hz = self.fundamental_hz(tick, &control, lfo);
        let pressure = (control.pressure + own.pressure).min(1.0);

        let neutral = if tick.channels.zones().contains(self.channel) {
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

        let tracked_octaves =
            values.get(Param::KEY_TRACK) * ((f64::from(self.key) - MIDDLE_C_KEY) / 12.0) as f32;
        let octaves = tracked_octaves
            + filter_level * value(Param::FILTER_ENV)
            + self.control.velocity * values.get(Param::FILTER_VELOCITY)
            + lfo * value(Param::LFO_CUTOFF)
            + pressure * values.get(Param::PRESSURE_CUTOFF);
        let shape = FilterShape::from_index(values.index(Param::FILTER_TYPE));
        Targets {
            fundamental_hz,
            gain: velocity_gain
                * own.volume
                * own.expression
                * control.gain
                * gain_from_db(level_db),
            ratios: RatioSettings {
                partials: values.index(Param::PARTIALS),
                inharmonicity: value(Param::INHARMONICITY),
                stretch_cents: value(Param::STRETCH),
            },
            gains: GainSettings {
                partials: values.index(Param::PARTIALS),
                tilt_db: value(Param::TILT)
                    + lfo * value(Param::LFO_TILT)
                    + brightness * values.get(Param::BRIGHTNESS_TILT),
                odd_even: value(Param::ODD_EVEN),
                strike_position: value(Param::STRIKE_POSITION),
                strike_depth: value(Param::STRIKE_DEPTH),
            },
            pans: PanSettings {
                spread: value(Param::SPREAD),
                pan: (own.pan + control.pan).clamp(-1.0, 1.0),
            },
            filter: FilterSettings {
                shape,
                // A filter that is off does not move.
                log2_cutoff: if shape == FilterShape::Off {
                    0.0
                } else {
                    libm::log2f(value(Param::CUTOFF)) + octaves
                },
                slope_db: value(Param::SLOPE),
                resonance_db: value(Param::RESONANCE),
            },
        }
    }

    /// Whether the LFO jumps within the last `frames` frames of the block, and moves anything.
    pub(super) fn hears_the_lfo_jump(&self, tick: &Tick, frames: usize) -> bool {
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

/// A parameter's plain value with a polyphonic offset, if there are any.
pub fn value_of(
    values: &Values,
    offsets: &[f32; Param::COUNT],
    has_offsets: bool,
    param: Param,
) -> f32 {
    match offsets[param.index()] {
        offset if has_offsets && offset != 0.0 => values.get_offset(param, offset),
        _ => values.get(param),
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
