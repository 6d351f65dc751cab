//! Nyquist fade: partials become softer towards the Nyquist frequency, and silent at it.

use super::{SpectrumStage, shapers};
use crate::at_level;
use crate::dsp::maths::{at_least, at_most};
use crate::synth::modulation::VoiceValues;
use crate::synth::partials::{Arrays, Context, Frame};

/// Partials are faded out from this part of the Nyquist frequency up.
const FADE_FROM: f32 = 0.95;

/// Is never off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Whether the gains are those that the shapers have written.
    is_shaped: bool,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO
        .and(Arrays::GAIN)
        .and(Arrays::CONTOUR_GAIN)
        .and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SHAPED_GAIN;

    #[inline]
    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        Some(Stage {
            is_shaped: !values.is_plain && shapers::are_any_on(values),
        })
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let relative = (context.fundamental_hz / (0.5 * context.sample_rate_hz)) as f32;
        let gain = match self.is_shaped {
            true => &frame.contour_gain,
            false => &frame.gain,
        };
        fade(
            context.level,
            &frame.ratio[..used],
            &gain[..used],
            relative,
            frame.shaped_gain.write(used),
        );
    }
}

/// The factor of a partial at a ratio; `relative` is the fundamental over the Nyquist frequency.
#[inline(always)]
pub fn fade_factor(ratio: f32, relative: f32) -> f32 {
    const SCALE: f32 = 1.0 / (1.0 - FADE_FROM);
    let fade = (1.0 - ratio * relative) * SCALE;
    at_least(at_most(fade, 1.0), 0.0)
}

at_level! {
    fn fade(ratio: &[f32], gain: &[f32], relative: f32, shaped_gain: &mut [f32]) {
        for ((shaped_gain, ratio), gain) in shaped_gain.iter_mut().zip(ratio).zip(gain) {
            *shaped_gain = gain * fade_factor(*ratio, relative);
        }
    }
}
