//! Resonances that stay, or are moved, while the pitch is another.
//!
//! With E the recording's spectral envelope, r how much higher it is played than it was recorded, g how far formants
//! are kept and q by how much they are moved up, a partial of the recorded frequency f has the gain
//!
//! a·E(f·r^g/q)/E(f),
//!
//! which is a at g = 0 and q = 1, and puts the envelope back to where it was at g = 1. E is no lower than 60 dB below
//! its highest point, and the quotient within ±24 dB. Between its points log₂ E runs straight on the ERB scale.

use super::RecordedSound;
use crate::dsp::maths::{at_least, at_most, exp2, log2};
use crate::tracks::bands::{ENVELOPE_POINTS, HIGHEST_HZ, LOWEST_HZ, erb_of_hz};

/// log₂ of 24 dB.
const MOST_OCTAVES: f32 = 3.986_3;
/// log₂ of 60 dB.
const RANGE_OCTAVES: f32 = 9.965_8;
/// ERB numbers of an octave far above 229 Hz: 21.4·log₁₀ 2.
const ERBS_PER_OCTAVE: f32 = 6.442_042;

/// log₂ of the envelopes of a recording.
#[derive(Clone, Debug, Default)]
pub struct SpectralEnvelopes {
    hop_s: f64,
    /// A frame after another.
    log2_gains: Vec<[f32; ENVELOPE_POINTS]>,
    lowest_erb: f32,
    points_per_erb: f32,
}

/// The envelope at one place, and how it is moved.
#[derive(Clone, Debug)]
pub struct FormantMove {
    log2_gains: [f32; ENVELOPE_POINTS],
    lowest_erb: f32,
    points_per_erb: f32,
    /// The frequency that the gain is taken from, over the recorded one.
    factor: f32,
}

impl SpectralEnvelopes {
    /// The envelopes of frames `hop_s` seconds apart, with their gains in dB. Not for the audio thread.
    pub fn new(
        hop_s: f64,
        levels_db: impl Iterator<Item = [f64; ENVELOPE_POINTS]>,
    ) -> SpectralEnvelopes {
        let frames = levels_db.map(|levels_db| {
            let log2_gains = levels_db.map(|db| (db.max(-400.0) / 6.020_599_913_279_624) as f32);
            let highest = log2_gains.iter().fold(f32::MIN, |a, &b| a.max(b));
            log2_gains.map(|gain| gain.max(highest - RANGE_OCTAVES))
        });
        let (low, high) = (erb_of_hz(LOWEST_HZ), erb_of_hz(HIGHEST_HZ));
        SpectralEnvelopes {
            hop_s,
            log2_gains: frames.collect(),
            lowest_erb: low as f32,
            points_per_erb: ((ENVELOPE_POINTS - 1) as f64 / (high - low)) as f32,
        }
    }
}

impl RecordedSound {
    /// How formants are moved at a place: `pitch` is how much higher the recording is played than recorded. `None`
    /// where nothing is.
    pub fn formant_move(
        &self,
        place_s: f64,
        pitch: f64,
        keep: f32,
        shift_octaves: f32,
    ) -> Option<FormantMove> {
        let SpectralEnvelopes {
            hop_s,
            log2_gains,
            lowest_erb,
            points_per_erb,
        } = &self.envelopes;
        let octaves = keep * log2(pitch as f32) - shift_octaves;
        if octaves == 0.0 || log2_gains.is_empty() {
            return None;
        }
        let last = log2_gains.len() - 1;
        let frame = (place_s / hop_s).clamp(0.0, last as f64);
        let (before, part) = (frame as usize, (frame - libm::floor(frame)) as f32);
        let (from, to) = (&log2_gains[before], &log2_gains[(before + 1).min(last)]);
        Some(FormantMove {
            log2_gains: std::array::from_fn(|point| from[point] + (to[point] - from[point]) * part),
            lowest_erb: *lowest_erb,
            points_per_erb: *points_per_erb,
            factor: exp2(octaves),
        })
    }
}

impl FormantMove {
    /// Changes the gains of partials of these ratios to the frequency of the recording's key.
    pub fn apply(&self, root_hz: f32, ratios: &[f32], gains: &mut [f32]) {
        for (gain, ratio) in gains.iter_mut().zip(ratios) {
            if *gain > 0.0 {
                let hz = root_hz * ratio;
                let octaves = self.at(hz * self.factor) - self.at(hz);
                *gain *= exp2(at_least(at_most(octaves, MOST_OCTAVES), -MOST_OCTAVES));
            }
        }
    }

    fn at(&self, hz: f32) -> f32 {
        let erb = ERBS_PER_OCTAVE * log2(1.0 + 0.004_37 * hz);
        let last = (ENVELOPE_POINTS - 1) as f32;
        let point = at_least(
            at_most((erb - self.lowest_erb) * self.points_per_erb, last),
            0.0,
        );
        let before = (point as usize).min(ENVELOPE_POINTS - 2);
        let part = point - before as f32;
        self.log2_gains[before] + (self.log2_gains[before + 1] - self.log2_gains[before]) * part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::bands::envelope_points_hz;

    #[test]
    fn the_envelope_is_put_back_to_where_it_was() {
        let points = envelope_points_hz();
        // A resonance of 12 dB an octave around 1 kHz.
        let level_db = |hz: f64| -12.0 * libm::fabs(libm::log2(hz / 1_000.0));
        let envelopes = SpectralEnvelopes::new(0.02, std::iter::once(points.map(level_db)));
        let sound = RecordedSound {
            envelopes,
            ..RecordedSound::default()
        };
        for (keep, shift, expected_octaves) in [(1.0, 0.0, 1.0), (0.0, 1.0, -1.0), (0.5, 0.0, 0.5)]
        {
            let of = sound.formant_move(0.0, 2.0, keep, shift).expect("formants");
            for hz in [200.0_f64, 450.0, 2_500.0] {
                let mut gains = [0.5];
                of.apply(hz as f32, &[1.0], &mut gains);
                let moved_hz = hz * libm::exp2(expected_octaves);
                let expected_db = level_db(moved_hz) - level_db(hz);
                let found_db = 20.0 * f64::from(gains[0] / 0.5).log10();
                assert!(
                    (found_db - expected_db).abs() < 0.5,
                    "{hz} {found_db} {expected_db}"
                );
            }
        }
        assert!(sound.formant_move(0.0, 2.0, 0.0, 0.0).is_none());
        assert!(sound.formant_move(0.0, 1.0, 1.0, 0.0).is_none());
    }
}
