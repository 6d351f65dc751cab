//! Resonances that stay, or are moved, while the pitch is another.
//!
//! With E the recording's spectral envelope, r how much higher it is played than it was recorded, g how far formants
//! are kept and q by how much they are moved up, a partial of the recorded frequency f has the gain
//!
//! a·E(f·r^g/q)/E(f),
//!
//! which is a at g = 0 and q = 1, and puts the envelope back to where it was at g = 1. E is no lower than 60 dB below
//! its highest point, and the quotient within ±24 dB. Between its points log₂ E runs straight on the ERB scale.

use std::sync::LazyLock;

use crate::dsp::maths::{at_least, at_most, exp2, log2};
use crate::tracks::bands::{ENVELOPE_POINTS, HIGHEST_HZ, LOWEST_HZ, erb_of_hz};
use crate::tracks::bank_file::{BankRows, codes};

/// log₂ of 24 dB.
const MOST_OCTAVES: f32 = 3.986_3;
/// log₂ of 60 dB.
const RANGE_OCTAVES: f32 = 9.965_8;
/// ERB numbers of an octave far above 229 Hz: 21.4·log₁₀ 2.
const ERBS_PER_OCTAVE: f32 = 6.442_042;

/// What envelopes are worked out by.
pub(super) static ENVELOPE_TABLES: LazyLock<EnvelopeTables> = LazyLock::new(|| {
    let (low, high) = (erb_of_hz(LOWEST_HZ), erb_of_hz(HIGHEST_HZ));
    let log2_gain = |code| (codes::level_db(code).max(-400.0) / 6.020_599_913_279_624) as f32;
    EnvelopeTables {
        log2_gains: std::array::from_fn(|code| log2_gain(code as u8)),
        lowest_erb: low as f32,
        points_per_erb: ((ENVELOPE_POINTS - 1) as f64 / (high - low)) as f32,
    }
});

/// What the points of envelopes are, the same for all.
#[derive(Debug)]
pub(super) struct EnvelopeTables {
    /// log₂ of the gain of each code.
    log2_gains: [f32; 256],
    lowest_erb: f32,
    points_per_erb: f32,
}

impl EnvelopeTables {
    /// log₂ of an envelope.
    fn log2_gains(&self, codes: &[u8; ENVELOPE_POINTS]) -> [f32; ENVELOPE_POINTS] {
        let log2_gains = codes.map(|code| self.log2_gains[usize::from(code)]);
        let highest = log2_gains.iter().fold(f32::MIN, |a, &b| a.max(b));
        log2_gains.map(|gain| gain.max(highest - RANGE_OCTAVES))
    }
}

/// The envelope at one place, and how it is moved.
#[derive(Clone, Debug)]
pub struct FormantMove {
    log2_gains: [f32; ENVELOPE_POINTS],
    tables: &'static EnvelopeTables,
    /// The frequency that the gain is taken from, over the recorded one.
    factor: f32,
}

/// How far the envelope is to go down where a recording is played at `pitch` times its frequency, octaves.
pub(super) fn formant_octaves(pitch: f64, keep: f32, shift_octaves: f32) -> f32 {
    keep * log2(pitch as f32) - shift_octaves
}

impl FormantMove {
    /// The envelope at a place that goes down by this. `None` where nothing is moved.
    pub(super) fn at(rows: &BankRows, place_s: f64, octaves: f32) -> Option<FormantMove> {
        if octaves == 0.0 {
            return None;
        }
        let last = rows.sound().envelope_frames().checked_sub(1)?;
        let tables = &*ENVELOPE_TABLES;
        let frame = (place_s / rows.sound().envelope_hop_s).clamp(0.0, last as f64);
        let (before, part) = (frame as usize, (frame - libm::floor(frame)) as f32);
        let log2_gains = |at| rows.envelope_at(at).map(|codes| tables.log2_gains(codes));
        let (from, to) = (log2_gains(before)?, log2_gains((before + 1).min(last))?);
        Some(FormantMove {
            log2_gains: std::array::from_fn(|point| from[point] + (to[point] - from[point]) * part),
            tables,
            factor: exp2(octaves),
        })
    }

    /// Changes the gains of partials of these ratios to the frequency of the recording's key.
    pub fn apply(&self, root_hz: f32, ratios: &[f32], gains: &mut [f32]) {
        for (gain, ratio) in gains.iter_mut().zip(ratios) {
            if *gain > 0.0 {
                let hz = root_hz * ratio;
                let octaves = self.log2_gain(hz * self.factor) - self.log2_gain(hz);
                *gain *= exp2(at_least(at_most(octaves, MOST_OCTAVES), -MOST_OCTAVES));
            }
        }
    }

    fn log2_gain(&self, hz: f32) -> f32 {
        let erb = ERBS_PER_OCTAVE * log2(1.0 + 0.004_37 * hz);
        let last = (ENVELOPE_POINTS - 1) as f32;
        let point = at_least(
            at_most(
                (erb - self.tables.lowest_erb) * self.tables.points_per_erb,
                last,
            ),
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
    use crate::tracks::bank_file::{FrameGrid, TrackBank};
    use crate::tracks::{SpectralEnvelope, Tracks};

    #[test]
    fn the_envelope_is_put_back_to_where_it_was() {
        let points = envelope_points_hz();
        // A resonance of 12 dB an octave around 1 kHz.
        let level_db = |hz: f64| -12.0 * libm::fabs(libm::log2(hz / 1_000.0));
        let gain = |hz: f64| libm::pow(10.0, level_db(hz) / 20.0) as f32;
        let tracks = Tracks {
            envelope: Some(SpectralEnvelope {
                hop_s: 0.02,
                gains: vec![points.map(gain)],
            }),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 128,
        };
        let (bank, _) = TrackBank::from_tracks(&tracks, grid).expect("a bank");
        let rows = bank.rows(0).expect("a sound");
        let moved = |pitch: f64, keep: f32, shift: f32| {
            FormantMove::at(&rows, 0.0, formant_octaves(pitch, keep, shift))
        };
        for (keep, shift, expected_octaves) in [(1.0, 0.0, 1.0), (0.0, 1.0, -1.0), (0.5, 0.0, 0.5)]
        {
            let of = moved(2.0, keep, shift).expect("formants");
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
        assert!(moved(2.0, 0.0, 0.0).is_none());
        assert!(moved(1.0, 1.0, 0.0).is_none());
    }
}
