//! Tables, bends and tempered primes against the slow and obvious. Pitches of whole files are tested where files are
//! read.

mod places;
mod tuner;

use std::sync::Arc;

use super::primes::PrimeOffsets;
use super::*;
use crate::dsp::simd_level::SimdLevel;
use crate::synth::patch::Patch;

const MASTERS: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Quarter-comma meantone, cents.
const MEANTONE: [f64; 12] = [
    76.04900,
    193.15686,
    310.26471,
    386.313713865,
    503.42157,
    579.47057,
    696.57843,
    772.62743,
    889.73529,
    1006.84314,
    1082.89214,
    1200.0,
];

fn semitones(cents: &[f64]) -> Vec<f64> {
    cents.iter().map(|cents| cents / 100.0).collect()
}

fn equal(steps: usize) -> Vec<f64> {
    (1..=steps)
        .map(|step| 12.0 * step as f64 / steps as f64)
        .collect()
}

fn map(
    degrees: &[Option<i64>],
    middle: i64,
    reference: i64,
    hz: f64,
    formal_octave: i64,
) -> KeyAssignment {
    let equal = reference as f64;
    KeyAssignment {
        degrees: degrees.into(),
        middle,
        reference,
        reference_offset: 69.0 + semitones_from_a4(hz) - equal,
        formal_octave,
    }
}

fn scale(degrees: &[f64], map: Option<KeyAssignment>) -> LoadedScale {
    let keys = match map {
        Some(_) => ChannelKeys::Assigned(0),
        None => ChannelKeys::Linear,
    };
    LoadedScale::new(degrees, map.into_iter().collect(), [keys; 16])
}

fn table(scale: &LoadedScale) -> KeyTable {
    let mut keys = KeyTable::equal(0.0);
    scale.write(60, (60, 60.0), &mut keys);
    keys
}

#[test]
fn pitches_of_frequencies_are_those_of_the_formula() {
    let mut hz: [f64; KEYS] =
        std::array::from_fn(|key| 440.0 * libm::exp2((key as f64 - 69.0) / 12.0));
    for (key, pitch) in pitches_of_hz(SimdLevel::PORTABLE, &hz)
        .into_iter()
        .enumerate()
    {
        assert!((pitch - key as f64).abs() < 5e-14, "{key}: {pitch}");
        assert!((pitch - 69.0 - semitones_from_a4(hz[key])).abs() < 5e-14);
    }
    hz[..9].copy_from_slice(&[
        440.0,
        880.0,
        27.5,
        1e-300,
        0.0,
        1e300,
        f64::INFINITY,
        f64::NAN,
        -1.0,
    ]);
    let pitches = pitches_of_hz(SimdLevel::PORTABLE, &hz);
    assert_eq!(pitches[..3], [69.0, 81.0, 21.0]);
    for pitch in &pitches[3..9] {
        assert!(pitch.is_finite() && !PITCHES.contains(pitch), "{pitch}");
    }
    for level in SimdLevel::available() {
        assert_eq!(
            pitches_of_hz(level, &hz).map(f64::to_bits),
            pitches.map(f64::to_bits),
            "{level:?}"
        );
    }
}

#[test]
fn twelve_equal_steps_are_whole_to_the_bit_however_they_come_about() {
    let whole = |keys: &KeyTable| {
        (0..16).all(|channel| (0..128).all(|key| keys.pitch(channel, key) == f64::from(key)))
    };
    assert!(whole(&KeyTable::equal(0.0)));
    assert!(whole(&table(&scale(&equal(12), None))));
    assert!(whole(&table(&scale(
        &equal(12),
        Some(map(&[], 60, 69, 440.0, 0))
    ))));
    let mut keys = KeyTable::equal(1.0);
    fifths::write(7.0, 60, (60, 60.0), &mut keys);
    assert!(whole(&keys));
    assert!(keys.has_even_semitones());
}

#[test]
fn a_chain_of_fifths_is_meantone_and_five_equal_steps() {
    let mut keys = KeyTable::equal(0.0);
    fifths::write(6.9657843, 60, (60, 60.0), &mut keys);
    for (key, cents) in (61..).zip(MEANTONE) {
        assert!(
            (100.0 * (keys.pitch(0, key) - 60.0) - cents).abs() < 1e-4,
            "{key}"
        );
    }
    fifths::write(7.2, 60, (60, 60.0), &mut keys);
    let expected = [0, 240, 240, 240, 480, 480, 720, 720, 960, 960, 960, 1200];
    for (key, cents) in (60..).zip(expected) {
        let own = 100.0 * (keys.pitch(0, key) - 60.0);
        assert!((own - f64::from(cents)).abs() < 1e-9, "{key} {own} {cents}");
    }
}

#[test]
fn bends_go_by_the_steps_of_the_scale() {
    let keys = table(&scale(&semitones(&MEANTONE), None));
    for (bend, cents) in [(4.0, 386.314), (4.5, 444.868), (-0.5, -58.554)] {
        let bent = 100.0 * keys.bent(0, 60, bend);
        assert!((bent - cents).abs() < 1e-3, "{bend}: {bent}");
    }
    // Beyond the ends by the period, as if there were more keys: 132 and 128, -12 and -8.
    for (key, bend, cents) in [
        (127, 5.0, 7_200.0),
        (127, 1.0, 6_000.0 + 772.62743),
        (0, -12.0, -7_200.0),
        (0, -8.0, -7_200.0 + 386.31371),
        (127, 12.0, 7_200.0 + 696.57843),
    ] {
        let from = 100.0 * (keys.pitch(0, key) - 60.0);
        let to = from + 100.0 * keys.bent(0, key, bend);
        assert!((to - cents).abs() < 1e-4, "{key} {bend}: {to}");
    }
    assert!(keys.bent(0, 60, f64::INFINITY).is_finite() && keys.bent(0, 60, f64::NAN).is_finite());
}

/// Keys that are no full period, in a period that is none of semitones.
#[test]
fn few_keys_with_a_pitch_go_on_straight() {
    let mut keys = KeyTable::equal(0.0);
    keys.set_period(Period {
        keys: 5,
        semitones: 12.0,
    });
    keys.set_channel(0, |key| (60..62).contains(&key).then(|| f64::from(key)));
    for (bend, expected) in [
        (0.5, 0.5),
        (1.0, 1.0),
        (1.01, 1.0 + 0.01 * 2.4),
        (6.0, 13.0),
        (-0.01, -0.01 * 2.4),
        (-5.0, -12.0),
    ] {
        let bent = keys.bent(0, 60, bend);
        assert!((bent - expected).abs() < 1e-9, "{bend}: {bent}");
    }
}

#[test]
fn bends_pass_over_keys_without_a_pitch() {
    let degrees = [Some(0), None, Some(2)];
    let keys = table(&scale(
        &equal(12),
        Some(map(&degrees, 60, 60, 261.625565300599, 3)),
    ));
    assert!(keys.is_mapped(0, 60) && !keys.is_mapped(0, 61) && keys.is_mapped(0, 62));
    // Keys without a pitch have their neighbour's until then.
    for (bend, expected) in [(1.0, 1.0), (4.5, 4.5), (69.5, 69.5), (-63.25, -63.25)] {
        let bent = keys.bent(0, 60, bend);
        assert!((bent - expected).abs() < 1e-6, "{bend}: {bent}");
    }
}

#[test]
fn extreme_scales_stay_finite() {
    for degrees in [
        &[1e6, 1e7][..],
        &[-1e7],
        &[0.0],
        &[f64::MIN_POSITIVE],
        &[-3.0, 1e9, 0.0],
    ] {
        for reference in [0, 60, 1_000_000, -2_000_000_000] {
            let loaded = scale(
                degrees,
                Some(map(&[Some(i64::MAX), None], 3, reference, 1e-3, i64::MIN)),
            );
            let keys = table(&loaded);
            for key in 0..128 {
                let pitch = keys.pitch(0, key);
                assert!(
                    PITCHES.contains(&pitch),
                    "{degrees:?} {reference} {key}: {pitch}"
                );
                for bend in [96.0, -96.0, 0.5] {
                    let bent = pitch + keys.bent(0, key, bend);
                    assert!((-155.9..202.9).contains(&bent), "{bent}");
                }
                assert!(loaded.nearest().find(pitch).is_finite());
            }
        }
    }
}

/// Steps of each prime, and of what primes make, by dividing.
#[test]
fn tempered_primes_add_up() {
    fn slow(n: usize, of_prime: &dyn Fn(usize) -> f64) -> f64 {
        let least = (2..=n).find(|prime| n.is_multiple_of(*prime));
        least.map_or(0.0, |prime| of_prime(prime) + slow(n / prime, of_prime))
    }
    fn assert_alike(primes: &PrimeOffsets, of_prime: &dyn Fn(usize) -> f64) {
        let offsets = primes.offsets().expect("a temperament");
        for (n, offset) in (1..).zip(offsets) {
            let own = libm::log2(n as f64) + f64::from(*offset);
            assert!((own - slow(n, of_prime)).abs() < 1e-6, "{n}: {own}");
        }
    }
    let factors = Factors::new();
    let mut primes = PrimeOffsets::NONE;
    assert_eq!(primes.offsets(), None);
    for (steps, period) in [
        (1, 12.0),
        (5, 12.0),
        (31, 12.0),
        (13, 12.0 * libm::log2(3.0)),
    ] {
        primes.set_equal(steps, period, &factors);
        let step = period / 12.0 / steps as f64;
        assert_alike(&primes, &|prime| {
            step * (libm::log2(prime as f64) / step).round()
        });
    }
    for fifth in [6.85, 6.96578, 7.0, 7.2] {
        primes.set_fifths(fifth, &factors);
        assert_alike(&primes, &|prime| match prime {
            2 => 1.0,
            3 => 1.0 + fifth / 12.0,
            5 => 4.0 * fifth / 12.0,
            7 => 10.0 * fifth / 12.0 - 3.0,
            other => libm::log2(other as f64),
        });
    }
    primes.clear();
    assert_eq!(primes.offsets(), None);
}
