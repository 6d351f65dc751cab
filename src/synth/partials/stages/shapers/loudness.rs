//! What shapers know of the loudness of all partials: the loudest, and Keep Loudness.
//!
//! Keep Loudness scales the gains so that the power, after the Nyquist fade, is the power before the shapers.
//! It raises by at most 60 dB. A sound of which the shapers leave almost nothing is silent.

use super::PartialPlaces;
use crate::at_level;
use crate::synth::partials::array::GROUP;
use crate::synth::partials::stages::nyquist_fade::fade_factor;

/// Where the loudest is no louder than this, there is nothing to compare with.
pub const MIN_GAIN: f32 = 1e-20;
/// The square of one over the most that gains are raised by.
const LEAST_PART: f32 = 1e-6;

at_level! {
    /// The greatest of the gains, which are no NaN; 0 if there are none.
    pub fn loudest(gains: &[f32]) -> f32 {
        // Signed whole numbers are ordered as the floats of their bits are, down to 0, and vectors find the largest of
        // them in any order.
        let most = gains.iter().fold(0, |most, gain| gain.to_bits().cast_signed().max(most));
        f32::from_bits(most.cast_unsigned())
    }
}

/// Gives `gains` the power that `plain` has.
pub fn keep(places: &PartialPlaces, plain: &[f32], sample_rate_hz: f64, gains: &mut [f32]) {
    let relative = (places.fundamental_hz / (0.5 * sample_rate_hz)) as f32;
    let [before, after] = powers(places.level, places.ratio, relative, plain, gains);
    if after > 0.0 {
        let scale = (before / after.max(LEAST_PART * before)).sqrt();
        multiply(places.level, scale, gains);
    }
}

at_level! {
    /// The sums of the squares of both, of whole groups of gains, as the Nyquist fade lets them through.
    fn powers(ratio: &[f32], relative: f32, plain: &[f32], gains: &[f32]) -> [f32; 2] {
        let mut sums = [[0.0; GROUP]; 2];
        let groups = plain.chunks_exact(GROUP).zip(gains.chunks_exact(GROUP));
        for ((plain, gains), ratio) in groups.zip(ratio.chunks_exact(GROUP)) {
            for lane in 0..GROUP {
                let fade = fade_factor(ratio[lane], relative);
                let faded = [plain[lane] * fade, gains[lane] * fade];
                sums[0][lane] += faded[0] * faded[0];
                sums[1][lane] += faded[1] * faded[1];
            }
        }
        sums.map(|sums| sums.iter().sum())
    }
}

at_level! {
    fn multiply(scale: f32, gains: &mut [f32]) {
        for gain in gains.iter_mut() {
            *gain *= scale;
        }
    }
}
