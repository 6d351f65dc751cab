//! Each shaper against its formula in f64, at any settings.

use super::*;
use crate::synth::modulation::DestinationValues;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::array::whole_groups;
use crate::synth::patch::{Patch, Values};

mod model;

/// Numbers from 0 up to, but not including, 1.
pub struct Random(u64);

impl Random {
    pub fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }
}

/// The parameters of a shaper.
pub fn params(kind: ShaperKind) -> impl Iterator<Item = Param> {
    let group = kind.group();
    Param::all().filter(move |param| param.row().group == group)
}

/// Settings anywhere in their ranges, and often at an end.
fn set_any(patch: &mut Patch, params: impl Iterator<Item = Param>, random: &mut Random) {
    for param in params {
        let x = (random.between(-0.15, 1.15) as f32).clamp(0.0, 1.0);
        patch.set_normalized(param, x * param.range().top());
    }
}

/// Partials of a note, in whole groups; those past the last have gain 0.
#[derive(Clone)]
struct Note {
    count: usize,
    fundamental_hz: f64,
    n: Vec<f32>,
    log2_n: Vec<f32>,
    ratio: Vec<f32>,
    log2_ratio: Vec<f32>,
    gains: Vec<f32>,
}

impl Note {
    fn any(count: usize, random: &mut Random) -> Note {
        let len = whole_groups(count);
        let stretch = random.between(0.9, 1.1);
        let n: Vec<f32> = (1..=len).map(|n| n as f32).collect();
        let ratio: Vec<f32> = n
            .iter()
            .map(|n| f64::from(*n).powf(stretch) as f32)
            .collect();
        let log2 = |of: &[f32]| of.iter().map(|x| f64::from(*x).log2() as f32).collect();
        let fundamental_hz = 20.0 * random.between(0.0, 7.0).exp2();
        let gain = |index| match index < count {
            true => 10.0_f64.powf(random.between(-4.0, 0.0)) as f32,
            false => 0.0,
        };
        Note {
            count,
            fundamental_hz,
            log2_n: log2(&n),
            log2_ratio: log2(&ratio),
            n,
            ratio,
            gains: (0..len).map(gain).collect(),
        }
    }

    fn places(&self, level: SimdLevel) -> PartialPlaces<'_> {
        PartialPlaces {
            level,
            n: &self.n,
            log2_n: &self.log2_n,
            ratio: &self.ratio,
            log2_ratio: &self.log2_ratio,
            fundamental_hz: self.fundamental_hz,
            blocks: Blocks {
                count: self.count,
                stride: self.n.len(),
            },
        }
    }

    fn shaped(&self, kind: ShaperKind, patch: &Patch, level: SimdLevel) -> Vec<f32> {
        let mut gains = self.gains.clone();
        at_rest(patch, |values| {
            apply_one(kind, values, &self.places(level), &mut gains)
        });
        gains
    }
}

fn at_rest<T>(patch: &Patch, read: impl FnOnce(&VoiceValues) -> T) -> T {
    let values = Values::new(patch);
    let own = &DestinationValues::of(&values);
    read(&VoiceValues {
        patch: &values,
        own,
        is_plain: false,
    })
}

#[test]
fn each_shaper_follows_its_formula() {
    let mut random = Random(7);
    for &kind in ShaperKind::ALL {
        let mut worst = 0.0_f64;
        for round in 0..400 {
            let count = [1, 2, 15, 33, 100, 511, 512][round % 7];
            let note = Note::any(count, &mut random);
            let mut patch = Patch::default();
            set_any(&mut patch, params(kind), &mut random);
            let expected = model::shaped(kind, &patch, &note);
            let shaped = note.shaped(kind, &patch, SimdLevel::chosen());
            let loudest = expected.iter().fold(0.0, |most: f64, gain| most.max(*gain));
            for (index, (shaped, expected)) in shaped.iter().zip(&expected).enumerate() {
                // What is multiplied has a level of its own; what is not is heard beside the loudest.
                let whole = match kind.is_curve() {
                    true => f64::from(note.gains[index]),
                    false => loudest,
                };
                if index >= count {
                    assert_eq!(*shaped, 0.0, "{kind:?}");
                } else if *expected > whole * 10.0_f64.powf(-90.0 / 20.0) {
                    let error_db = 20.0 * (f64::from(*shaped) / expected).log10();
                    worst = worst.max(error_db.abs());
                } else {
                    assert!(
                        f64::from(*shaped) < whole * 10.0_f64.powf(-89.9 / 20.0),
                        "{kind:?}"
                    );
                }
            }
        }
        println!("{kind:?}: {worst:.6} dB");
        assert!(worst < 0.01, "{kind:?}: {worst} dB");
    }
}

/// Most settings change most gains, so the test above would find a fault of a formula.
#[test]
fn each_shaper_does_something() {
    let mut random = Random(3);
    for &kind in ShaperKind::ALL {
        let note = Note::any(100, &mut random);
        let mut changed = 0;
        for _ in 0..50 {
            let mut patch = Patch::default();
            assert_eq!(
                note.shaped(kind, &patch, SimdLevel::PORTABLE),
                note.gains,
                "{kind:?}"
            );
            set_any(&mut patch, params(kind), &mut random);
            let shaped = note.shaped(kind, &patch, SimdLevel::PORTABLE);
            let is_changed = |(a, b): (&f32, &f32)| (a / b - 1.0).abs() > 1e-3;
            changed += shaped
                .iter()
                .zip(&note.gains)
                .filter(|pair| is_changed(*pair))
                .count();
        }
        assert!(changed > 1_000, "{kind:?}: {changed}");
    }
}

#[test]
fn all_levels_give_the_same_bits() {
    let mut random = Random(5);
    for &kind in ShaperKind::ALL {
        for _ in 0..20 {
            let note = Note::any(77, &mut random);
            let mut patch = Patch::default();
            set_any(&mut patch, params(kind), &mut random);
            let portable = note.shaped(kind, &patch, SimdLevel::PORTABLE);
            for level in SimdLevel::available() {
                assert_eq!(
                    note.shaped(kind, &patch, level),
                    portable,
                    "{kind:?} {level:?}"
                );
            }
        }
    }
}

#[test]
fn silence_stays_silent_and_nothing_is_not_a_number() {
    let mut random = Random(9);
    for round in 0..300 {
        let count = [1, 2, 16, MAX_PARTIALS][round % 4];
        let mut note = Note::any(count, &mut random);
        note.fundamental_hz = [1e-3, 8.0, 440.0, 3e5][round / 4 % 4];
        let silence = vec![0.0; note.gains.len()];
        for &kind in ShaperKind::ALL {
            let mut patch = Patch::default();
            set_any(&mut patch, params(kind), &mut random);
            for scale in [0.0, 1e-38, 1e-19, 1e3] {
                let mut note = note.clone();
                note.gains.iter_mut().for_each(|gain| *gain *= scale);
                let shaped = note.shaped(kind, &patch, SimdLevel::chosen());
                assert!(
                    shaped.iter().all(|gain| gain.is_finite() && *gain >= 0.0),
                    "{kind:?}"
                );
                if scale == 0.0 {
                    assert_eq!(shaped, silence, "{kind:?}");
                }
            }
        }
    }
}

/// A spectrum of a few partials, in two blocks.
fn of_blocks(kind: ShaperKind, settings: &[(Param, f32)], gains: [f32; 8]) -> [f32; 8] {
    let mut patch = Patch::default();
    for &(param, value) in settings {
        patch.set(param, value);
    }
    let n = [1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    let log2_n = n.map(f32::log2);
    let places = PartialPlaces {
        level: SimdLevel::PORTABLE,
        n: &n,
        log2_n: &log2_n,
        ratio: &n,
        log2_ratio: &log2_n,
        fundamental_hz: 100.0,
        blocks: Blocks {
            count: 3,
            stride: 4,
        },
    };
    let mut shaped = gains;
    at_rest(&patch, |values| {
        apply_one(kind, values, &places, &mut shaped)
    });
    shaped
}

/// Neither to partials past the last of a block, nor to those of another.
#[test]
fn copies_end_where_their_block_does() {
    let copies = |step, gains| {
        let settings = [
            (Param::COPIES, 1.0),
            (Param::COPIES_STEP, step),
            (Param::COPIES_COUNT, 2.0),
        ];
        of_blocks(ShaperKind::Copies, &settings, gains)
    };
    let (first, last) = ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]);
    let of = |first: [f32; 4], second: [f32; 4]| {
        let both = [first, second].concat();
        <[f32; 8]>::try_from(both).expect("eight")
    };
    assert_eq!(copies(1.0, of(first, last)), of([1.0, 1.0, 0.7, 0.0], last));
    assert_eq!(
        copies(-1.0, of(first, last)),
        of(first, [0.7, 1.0, 1.0, 0.0])
    );
    assert_eq!(copies(16.0, of(first, last)), of(first, last));
    assert_eq!(
        copies(0.0, of(first, last)),
        of(first.map(|x| 2.7 * x), last.map(|x| 2.7 * x))
    );
}

#[test]
fn blur_keeps_the_power_of_each_block() {
    for amount in [0.1, 0.2, 0.5, 1.0] {
        let gains = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0];
        let blurred = of_blocks(ShaperKind::Blur, &[(Param::BLUR, amount)], gains);
        for (gains, blurred) in gains.chunks(4).zip(blurred.chunks(4)) {
            let power = |gains: &[f32]| gains.iter().map(|x| x * x).sum::<f32>();
            assert!(
                (power(blurred) / power(gains) - 1.0).abs() < 1e-6,
                "{amount}"
            );
            assert_eq!(blurred[3], 0.0);
        }
    }
}

#[test]
fn a_sawtooth_keeps_its_loudness_under_any_vowel() {
    let mut random = Random(1);
    let mut kept = 0;
    for _ in 0..200 {
        let mut note = Note::any(32, &mut random);
        note.ratio.copy_from_slice(&note.n);
        note.gains = note.n.iter().map(|n| 1.0 / n).collect();
        let mut patch = Patch::default();
        set_any(&mut patch, params(ShaperKind::Vowel), &mut random);
        patch.set(Param::VOWEL, 1.0);
        let shaped = note.shaped(ShaperKind::Vowel, &patch, SimdLevel::chosen());
        let power = |gains: &[f32]| gains.iter().map(|x| f64::from(x * x)).sum::<f64>();
        let db = 10.0 * (power(&shaped) / power(&note.gains)).log10();
        // What is too far from every formant is left softer.
        let makeup = model::makeup(&Values::new(&patch), note.fundamental_hz);
        match makeup < 100.0 {
            true => assert!(db.abs() < 0.01, "{db}"),
            false => assert!(db < 0.01, "{db}"),
        }
        kept += usize::from(makeup < 100.0);
    }
    assert!(kept > 100, "{kept}");
}
