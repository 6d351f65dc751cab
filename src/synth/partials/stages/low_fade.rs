//! Low fade: partials that a [shift](super::shift) moves towards 0 Hz become softer, and silent there, and so
//! do those of a body that has partials below the note. A sine of 0 Hz would be a constant offset of the
//! output, and one that nobody hears takes from the loudness of the others.
//!
//! Below 10 Hz the gain is f/10 Hz.

use super::{SpectrumStage, tier};
use crate::at_level;
use crate::dsp::maths::at_most;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{Param, SpectrumParams};
use crate::synth::partials::{Arrays, Context, Frame};

/// Partials are faded out from this frequency down.
pub const FADE_FROM_HZ: f64 = 10.0;

/// Needs no settings, and is on while partials may come near 0 Hz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage;

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO.and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::SHAPED_GAIN;
    const TIER: u8 = tier::BEYOND_PLAIN;

    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        let is_shifted = values.get(Param::SHIFT) != 0.0;
        (is_shifted || has_body(values)).then_some(Stage)
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let used = frame.used_count();
        let relative = (context.fundamental_hz / FADE_FROM_HZ) as f32;
        fade(
            context.level,
            &frame.ratio[..used],
            relative,
            frame.shaped_gain.write(used),
        );
    }
}

/// Whether any spectrum has a body that may have partials below the note: the harmonic one has none.
fn has_body(values: &VoiceValues) -> bool {
    let mut bodies = SpectrumParams::ALL.iter().map(|spectrum| spectrum.body);
    bodies.any(|body| values.index(body) != 0)
}

/// The gain of a partial of this ratio; `relative` is the fundamental over [`FADE_FROM_HZ`].
#[inline(always)]
pub fn low_fade_factor(ratio: f32, relative: f32) -> f32 {
    at_most(ratio * relative, 1.0)
}

at_level! {
    /// `relative` is the fundamental over the frequency from which partials are faded out.
    fn fade(ratio: &[f32], relative: f32, shaped_gain: &mut [f32]) {
        for (shaped_gain, ratio) in shaped_gain.iter_mut().zip(ratio) {
            *shaped_gain *= low_fade_factor(*ratio, relative);
        }
    }
}
