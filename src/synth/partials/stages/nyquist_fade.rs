//! Nyquist fade: partials become softer towards the Nyquist frequency, and silent at it.

use super::SpectrumStage;
use crate::at_level;
use crate::dsp::maths::{at_least, at_most};
use crate::synth::modulation::VoiceValues;
use crate::synth::partials::{Arrays, Context, Frame};

/// Partials are faded out from this part of the Nyquist frequency up.
const FADE_FROM: f32 = 0.95;

/// Needs no settings, and is never off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage;

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO.and(Arrays::GAIN).and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SHAPED_GAIN;

    fn read(_: &VoiceValues, _: &Context) -> Option<Stage> {
        Some(Stage)
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let relative = (context.fundamental_hz / (0.5 * context.sample_rate_hz)) as f32;
        fade(
            context.level,
            &frame.ratio[..used],
            &frame.gain[..used],
            relative,
            frame.shaped_gain.write(used),
        );
    }
}

at_level! {
    /// `relative` is the fundamental over the Nyquist frequency.
    fn fade(ratio: &[f32], gain: &[f32], relative: f32, shaped_gain: &mut [f32]) {
        const SCALE: f32 = 1.0 / (1.0 - FADE_FROM);
        for ((shaped_gain, ratio), gain) in shaped_gain.iter_mut().zip(ratio).zip(gain) {
            let fade = (1.0 - ratio * relative) * SCALE;
            *shaped_gain = gain * at_least(at_most(fade, 1.0), 0.0);
        }
    }
}
