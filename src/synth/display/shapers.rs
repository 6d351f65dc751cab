//! The shapers as curves over the spectrum.

use super::at_rest;
use crate::dsp::maths::DB_PER_OCTAVE_PER_POWER;
use crate::dsp::simd_level::SimdLevel;
pub use crate::synth::partials::stages::shapers::ShaperKind;
use crate::synth::partials::stages::shapers::{Blocks, PartialPlaces, apply_one};
use crate::synth::patch::Values;

/// The lowest that a curve goes.
const LEAST_DB: f32 = -120.0;

/// By how many dB a shaper changes partials with these numbers at these frequencies, which need not be
/// those of any partial there is; both slices are of one length. What Keep Loudness adds is left out.
///
/// `None` if the shaper is off, or if it is none whose gains depend on number and frequency alone
/// ([`ShaperKind::is_curve`]).
pub fn shaper_gains_db(
    values: &Values,
    kind: ShaperKind,
    fundamental_hz: f64,
    numbers: &[f32],
    hz: &[f32],
) -> Option<Vec<f32>> {
    at_rest(values, |values| {
        if !kind.is_curve() || !kind.is_on(values) {
            return None;
        }
        // Logarithms are of numbers above 0.
        let log2 = |of: &[f32]| {
            of.iter()
                .map(|x| libm::log2f(x.max(1e-6)))
                .collect::<Vec<f32>>()
        };
        let ratio: Vec<f32> = hz
            .iter()
            .map(|hz| (f64::from(*hz) / fundamental_hz) as f32)
            .collect();
        let places = PartialPlaces {
            level: SimdLevel::PORTABLE,
            n: numbers,
            log2_n: &log2(numbers),
            ratio: &ratio,
            log2_ratio: &log2(&ratio),
            fundamental_hz,
            blocks: Blocks {
                count: numbers.len(),
                stride: numbers.len().max(1),
            },
        };
        let mut gains = vec![1.0; numbers.len()];
        apply_one(kind, values, &places, &mut gains);
        let db = |gain: f32| DB_PER_OCTAVE_PER_POWER * libm::log2f(gain.max(1e-30));
        Some(
            gains
                .into_iter()
                .map(|gain| db(gain).max(LEAST_DB))
                .collect(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{patch, played};
    use super::*;
    use crate::synth::display::lowest_voice;
    use crate::synth::parameter::Param;
    use crate::synth::patch::Patch;

    #[test]
    fn the_curves_are_what_the_engine_plays() {
        let plain = [(Param::KEEP_LOUDNESS, 0.0), (Param::COMB_WIDTH, 0.0)];
        let unshaped = played(&patch(&plain), 64);
        let (voice, unshaped) = lowest_voice(&unshaped).expect("a voice");
        let numbers: Vec<f32> = (1..=unshaped.len()).map(|n| n as f32).collect();
        let hz: Vec<f32> = unshaped
            .iter()
            .map(|partial| partial.frequency_hz)
            .collect();
        for (kind, param) in [
            (ShaperKind::Divide, Param::DIVIDE),
            (ShaperKind::Comb, Param::COMB),
            (ShaperKind::Phaser, Param::PHASER),
            (ShaperKind::Vowel, Param::VOWEL),
            (ShaperKind::Focus, Param::FOCUS),
        ] {
            let patch = patch(&[plain[0], plain[1], (param, 0.7)]);
            let fundamental_hz = f64::from(voice.fundamental_hz);
            let curve = shaper_gains_db(&Values::new(&patch), kind, fundamental_hz, &numbers, &hz);
            let curve = curve.expect("it is on");
            let shaped = played(&patch, 64);
            let (_, shaped) = lowest_voice(&shaped).expect("a voice");
            let mut changed = 0;
            for ((shaped, unshaped), curve) in shaped.iter().zip(unshaped).zip(curve) {
                if unshaped.left > 0.0 && curve > -60.0 {
                    let db = 20.0 * (shaped.left / unshaped.left).log10();
                    assert!((db - curve).abs() < 0.01, "{kind:?}: {db} {curve}");
                    changed += usize::from(curve.abs() > 0.1);
                }
            }
            assert!(changed > 3, "{kind:?}");
        }
    }

    #[test]
    fn what_is_off_or_no_curve_has_none() {
        let curve = |settings: &[(Param, f32)], kind| {
            let values = Values::new(&patch(settings));
            shaper_gains_db(&values, kind, 100.0, &[1.0], &[100.0])
        };
        assert_eq!(Patch::default().plain(Param::DIVIDE), 0.0);
        assert_eq!(curve(&[], ShaperKind::Divide), None);
        assert_eq!(curve(&[(Param::BLUR, 1.0)], ShaperKind::Blur), None);
        assert!(curve(&[(Param::DIVIDE, 1.0)], ShaperKind::Divide).is_some());
    }
}
