//! Where partials go.

use crate::dsp::sparse_steps::between_steps;

use super::super::matching::*;
use super::*;

fn equal(steps: usize) -> Scale {
    Scale::equal(steps, 1_200.0).expect("a scale")
}

/// A tritave in equal steps.
fn bohlen_pierce() -> Scale {
    Scale::equal(13, 1_200.0 * 3.0_f64.log2()).expect("a scale")
}

fn octaves(scale: &Scale, by: MatchBy) -> Vec<f64> {
    let targets = SpectrumMatch::new(scale, by);
    targets
        .of_degree(0)
        .octaves()
        .iter()
        .map(|&octaves| octaves.into())
        .collect()
}

fn steps(scale: &Scale, by: MatchBy) -> Vec<i64> {
    let step = scale.period_cents() / 1_200.0 / scale.size() as f64;
    let whole = |octaves: f64| {
        let steps = octaves / step;
        assert_near(steps, steps.round(), 2e-4);
        steps.round() as i64
    };
    octaves(scale, by).into_iter().map(whole).collect()
}

#[test]
fn partials_go_to_equal_steps() {
    for (count, expected) in [
        (
            5,
            [0, 5, 8, 10, 12, 13, 14, 15, 16, 17, 17, 18, 19, 19, 20, 20],
        ),
        (
            7,
            [0, 7, 11, 14, 16, 18, 20, 21, 22, 23, 24, 25, 26, 27, 27, 28],
        ),
        (
            12,
            [
                0, 12, 19, 24, 28, 31, 34, 36, 38, 40, 42, 43, 44, 46, 47, 48,
            ],
        ),
        (
            19,
            [
                0, 19, 30, 38, 44, 49, 53, 57, 60, 63, 66, 68, 70, 72, 74, 76,
            ],
        ),
        (
            31,
            [
                0, 31, 49, 62, 72, 80, 87, 93, 98, 103, 107, 111, 115, 118, 121, 124,
            ],
        ),
    ] {
        assert_eq!(
            steps(&equal(count), MatchBy::Primes)[..16],
            expected,
            "{count}"
        );
    }
    let expected = [0, 8, 13, 16, 19, 21, 23, 24, 26, 27, 28, 29, 30];
    assert_eq!(steps(&bohlen_pierce(), MatchBy::Primes)[..13], expected);
}

#[test]
fn ratios_at_full_and_half_match() {
    let ratio = |scale: &Scale, n: usize, amount: f64| {
        let target = octaves(scale, MatchBy::Primes)[n - 1];
        ((1.0 - amount) * (n as f64).log2() + amount * target).exp2()
    };
    for (count, n, full) in [
        (12, 3, 2.996_614),
        (12, 5, 5.039_684),
        (12, 7, 7.127_190),
        (12, 11, 11.313_708),
        (31, 3, 2.991_036),
        (31, 5, 5.002_262),
        (31, 7, 6.995_618),
        (31, 11, 10.940_547),
        (19, 3, 2.987_518),
        (19, 5, 4.978_770),
        (19, 7, 6.913_775),
        (7, 3, 2.971_989),
        (7, 5, 4.876_055),
        (7, 7, 7.245_789),
        (5, 3, 3.031_433),
        (5, 5, 5.278_032),
        (5, 7, 6.964_405),
    ] {
        assert_near(ratio(&equal(count), n, 1.0), full, 4e-6);
    }
    for (n, half) in [
        (3, 2.998_307),
        (5, 5.019_803),
        (7, 7.063_309),
        (11, 11.155_752),
    ] {
        assert_near(ratio(&equal(12), n, 0.5), half, 4e-6);
    }
}

#[test]
fn how_far_partials_move() {
    let moved = |scale: &Scale, n: usize| {
        let targets = SpectrumMatch::new(scale, MatchBy::Primes);
        targets.of_degree(0).moved_cents(n)
    };
    assert_eq!((moved(&equal(5), 0), moved(&equal(5), 513)), (0.0, 0.0));
    for (count, n, cents) in [(5, 5, 94.0), (5, 13, 120.0), (7, 7, 60.0), (12, 11, 49.0)] {
        assert_near(moved(&equal(count), n), cents, 0.6);
    }
    for (n, cents) in [
        (2, -30.0),
        (4, -59.0),
        (8, -89.0),
        (5, -6.5),
        (7, -3.8),
        (9, 0.0),
        (11, -55.0),
    ] {
        assert_near(moved(&bohlen_pierce(), n), cents, 0.6);
    }
}

#[test]
fn nearest_degrees_of_scales_with_unequal_steps() {
    let cents = |scale: &Scale, n: usize| 1_200.0 * octaves(scale, MatchBy::Root)[n - 1];
    let slendro = scale("228. 484. 728. 960. 2/1");
    for (n, expected) in (2..).zip([
        1_200.0, 1_928.0, 2_400.0, 2_884.0, 3_128.0, 3_360.0, 3_600.0,
    ]) {
        assert_near(cents(&slendro, n), expected, 1e-3);
    }
    let stretched = scale("231. 474. 717. 955. 1208.");
    assert_near(cents(&stretched, 2), 1_208.0, 1e-3);
    assert_near(cents(&stretched, 4), 2_416.0, 1e-3);
    let pelog = scale("120. 270. 540. 670. 785. 950. 2/1");
    for (n, expected) in [(3, 1_870.0), (5, 2_670.0), (7, 3_350.0)] {
        assert_near(cents(&pelog, n), expected, 1e-3);
    }
    // Primes are not for it.
    assert_eq!(TemperedPrimes::of_scale(&pelog), None);
    assert_eq!(
        octaves(&pelog, MatchBy::Primes),
        octaves(&pelog, MatchBy::Root)
    );
}

#[test]
fn in_equal_steps_all_ways_agree_for_low_partials() {
    for (count, differing) in [
        (5, &[25, 39, 45, 50][..]),
        (7, &[25, 49, 50]),
        (12, &[49, 55]),
        (19, &[49, 63]),
        (31, &[]),
    ] {
        let scale = equal(count);
        let (primes, root, key) = (
            steps(&scale, MatchBy::Primes),
            steps(&scale, MatchBy::Root),
            steps(&scale, MatchBy::Key),
        );
        assert_eq!(root, key);
        let found: Vec<usize> = (1..=64).filter(|n| primes[n - 1] != root[n - 1]).collect();
        assert_eq!(found, differing, "{count}");
    }
}

#[test]
fn by_key_partials_are_where_other_keys_are() {
    let meantone = scale(MEANTONE);
    let targets = SpectrumMatch::new(&meantone, MatchBy::Key);
    let pitches: Vec<f64> = (0..200)
        .map(|degree| meantone.pitch_cents(degree))
        .collect();
    for degree in [0_i64, 1, 7, 11, -1, 24] {
        let own = meantone.pitch_cents(degree.rem_euclid(12));
        for (place, octaves) in targets.of_degree(degree).octaves().iter().enumerate() {
            let cents = own + 1_200.0 * f64::from(*octaves);
            let harmonic = own + 1_200.0 * (place as f64 + 1.0).log2();
            let slow = pitches
                .iter()
                .copied()
                .min_by(|one, other| (one - harmonic).abs().total_cmp(&(other - harmonic).abs()));
            assert_near(cents, slow.expect("a pitch"), 2e-3);
        }
    }
    let different = targets.of_degree(0) != targets.of_degree(1);
    assert!(different, "each degree has its own");
}

#[test]
fn neighbours_meet_where_steps_are_wide() {
    for (count, n) in [(5, 10), (7, 14), (12, 22), (19, 34), (31, 53)] {
        let steps = steps(&equal(count), MatchBy::Primes);
        let first = (1..511).find(|&n| steps[n - 1] == steps[n]);
        assert_eq!(first, Some(n), "{count}");
    }
}

#[test]
fn scales_without_a_period_leave_partials_alone() {
    let harmonic: Vec<f32> = (1..=512).map(|n| f64::from(n).log2() as f32).collect();
    for tones in ["", "1/1", "100. 0.", "700. 0.5"] {
        for by in [MatchBy::Key, MatchBy::Root, MatchBy::Primes] {
            let targets = SpectrumMatch::new(&scale(tones), by);
            for (found, expected) in targets.of_degree(3).octaves().iter().zip(&harmonic) {
                assert_near(f64::from(*found), f64::from(*expected), 1e-6);
            }
        }
    }
    // A period downwards is one.
    let chimes = SpectrumMatch::new(&scale(CHIMES), MatchBy::Root);
    assert_near(
        f64::from(chimes.of_degree(0).octaves()[1]) * 1_200.0,
        1_200.0,
        1e-2,
    );
}

#[test]
fn targets_are_bounded_for_any_scale() {
    let wide = scale("1000000000.");
    let narrow = scale("0.001 1.");
    let many = Scale::equal(MAX_TONES, 1_200.0).expect("a scale");
    for scale in [wide, narrow, many, scale("3/2 -900000000. 1/7 123456789.")] {
        let targets = SpectrumMatch::new(&scale, MatchBy::Key);
        assert!(targets.of_degree(7) == targets.of_degree(7 + scale.size() as i64));
        for degree in 0..4 {
            let octaves = targets.of_degree(degree).octaves();
            assert_eq!((octaves.len(), octaves[0]), (MATCHED_PARTIALS, 0.0));
            assert!(octaves.iter().all(|octaves| (0.0..=18.0).contains(octaves)));
        }
    }
}

#[test]
fn a_scale_is_equal_within_half_a_cent() {
    assert!(TemperedPrimes::of_scale(&scale("100.2 200.")).is_some());
    assert!(TemperedPrimes::of_scale(&scale("100.3 200.")).is_none());
    assert!(TemperedPrimes::of_scale(&scale("-100. -200.")).is_none());
    let steps = TemperedPrimes::of_scale(&scale(BOHLEN_PIERCE));
    let Some(TemperedPrimes::Steps { step_cents }) = steps else {
        panic!("equal steps");
    };
    assert_near(step_cents, 146.304_231, 1e-6);
}

#[test]
fn a_fifth_makes_meantone_and_equal_steps() {
    let quarter_comma = 300.0 * 5.0_f64.log2();
    let meantone = scale(MEANTONE);
    for note in 0..12 {
        let expected = meantone.pitch_cents(note as i64);
        assert_near(fifth_note_cents(note, quarter_comma), expected, 1e-5);
    }
    let at_720: Vec<f64> = (0..12).map(|note| fifth_note_cents(note, 720.0)).collect();
    let expected = [0, 240, 240, 240, 480, 480, 720, 720, 960, 960, 960, 1_200];
    assert_eq!(at_720, expected.map(f64::from));
    let twelve = Tuning::new(
        &fifth_scale(700.0),
        KeyMaps::Linear,
        &ScalePlacement::default(),
    );
    for key in 0..KEYS {
        assert_eq!(twelve.semitones(0, key), Some(key as f64));
    }
    assert_eq!(fifth_scale(0.0).pitch_cents(7), 685.0);
    assert_eq!(fifth_scale(1e9).pitch_cents(7), 721.0);
}

#[test]
fn a_fifth_moves_the_spectrum_with_the_scale() {
    let cents = |fifth: f64, n: usize| {
        1_200.0 * f64::from(SpectrumMatch::of_fifth(fifth).of_degree(5).octaves()[n - 1])
    };
    let meantone = 300.0 * 5.0_f64.log2();
    for (fifth, n, expected) in [
        (meantone, 2, 1_200.0),
        (meantone, 3, 1_200.0 + meantone),
        (meantone, 5, 1_200.0 * 5.0_f64.log2()),
        (meantone, 7, 10.0 * meantone - 3_600.0),
        (meantone, 12, 3_600.0 + meantone),
        (700.0, 3, 1_900.0),
        (700.0, 7, 3_400.0),
        (720.0, 5, 2_880.0),
        (720.0, 11, 1_200.0 * 11.0_f64.log2()),
        (720.0, 22, 1_200.0 * 22.0_f64.log2()),
    ] {
        assert_near(cents(fifth, n), expected, 2e-3);
    }
    // Nothing jumps while it moves.
    for step in 0..360 {
        let fifth = 685.0 + f64::from(step) / 10.0;
        for n in 1..=64 {
            assert!(
                (cents(fifth, n) - cents(fifth + 0.01, n)).abs() < 1.0,
                "{fifth} {n}"
            );
        }
    }
}

#[test]
fn a_bend_goes_along_the_scale() {
    let tuning = Tuning::new(
        &scale(MEANTONE),
        KeyMaps::Linear,
        &ScalePlacement::default(),
    );
    let at = |position: f64| {
        let value = |key| tuning.semitones(0, key);
        let pitch = between_steps(position, KEYS, tuning.key_period(0), value);
        100.0 * (pitch.expect("mapped") - 60.0)
    };
    assert_near(at(64.0), 386.314, 1e-3);
    assert_near(at(64.5), 444.868, 1e-3);
    assert_near(at(59.5), -58.554, 1e-3);
    // As if there were more keys.
    assert_near(at(132.0), 7_200.0, 1e-9);
    assert_near(
        at(128.0),
        6_000.0 + 889.735_29 - 100.0 * (889.735_29 - 772.627_43) / 100.0,
        1e-2,
    );
    assert_near(at(-12.0), -7_200.0, 1e-9);
    assert_near(at(-8.0), -7_200.0 + 386.313_71, 1e-4);
}

#[test]
fn a_bend_passes_over_unmapped_keys() {
    let white = map("12 0 127 60 69 440 7 0 x 1 x 2 3 x 4 x 5 x 6");
    let seven = scale("200. 400. 500. 700. 900. 1100. 2/1");
    let tuning = Tuning::new(&seven, KeyMaps::One(&white), &ScalePlacement::default());
    let period = tuning.key_period(0);
    assert_eq!((period.steps, period.rise), (12, 12.0));
    for (position, pitch) in [
        (60.0, 60.0),
        (61.0, 61.0),
        (64.5, 64.5),
        (129.5, 129.5),
        (-3.25, -3.25),
    ] {
        let found = between_steps(position, KEYS, period, |key| tuning.semitones(0, key));
        assert_near(found.expect("mapped"), pitch, 1e-9);
    }
}
