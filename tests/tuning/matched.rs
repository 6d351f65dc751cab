//! Matched spectra, as the engine sounds them: where all partials of a note are.

use super::*;

pub const PRIMES: usize = 0;
pub const KEY: usize = 1;
pub const ROOT: usize = 2;

/// Key 60 at 30 Hz, so that 512 partials are below half the sample rate, and each key the next degree.
const LOW: &[u8] = b"0\n0\n127\n60\n60\n30.0\n0\n";

pub fn scl(tones: &str) -> String {
    let tones: Vec<&str> = tones.split_whitespace().collect();
    format!("\n{}\n{}\n", tones.len(), tones.join("\n"))
}

/// A scale of equal steps.
pub fn equal(steps: usize, period_cents: f64) -> String {
    let step = |step| format!("{:.9} ", period_cents * step as f64 / steps as f64);
    scl(&(1..=steps).map(step).collect::<String>())
}

fn bohlen_pierce() -> String {
    equal(13, 1_200.0 * 3.0_f64.log2())
}

/// Cents of all partials of a key above its first.
pub fn partials_cents(engine: &mut Engine, key: u8) -> Vec<f64> {
    play(engine, &[(0, on(0, key, 1.0))], 1_000, &[64]);
    let partials = partials_hz(engine);
    assert_eq!(partials.len(), 512);
    partials.iter().map(|&hz| cents(partials[0], hz)).collect()
}

pub fn patch(amount: f32, by: usize) -> Patch {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, 512.0);
    patch.set(Param::MATCH, amount);
    patch.set(Param::MATCH_BY, by as f32);
    patch
}

fn matched_key(scl: &str, amount: f32, by: usize, key: u8) -> Vec<f64> {
    let mut engine = engine(RATE, &patch(amount, by));
    engine.set_scale(scale(scl, MapTexts::One(LOW)));
    partials_cents(&mut engine, key)
}

pub fn matched(scl: &str, by: usize) -> Vec<f64> {
    matched_key(scl, 1.0, by, 60)
}

#[track_caller]
pub fn assert_near(found: f64, expected: f64, tolerance: f64) {
    let is_near = (found - expected).abs() <= tolerance;
    assert!(is_near, "{found} is not {expected} within {tolerance}");
}

/// Whole steps.
pub fn steps(cents: &[f64], step_cents: f64) -> Vec<i64> {
    let whole = |cents: &f64| {
        let steps = (cents / step_cents).round();
        assert_near(*cents, steps * step_cents, 2e-3);
        steps as i64
    };
    cents.iter().map(whole).collect()
}

/// In equal steps all three ways agree for low partials. Those of the first 64 that differ, and the first two
/// neighbours that meet, are listed.
#[test]
fn partials_go_to_equal_steps() {
    for (count, expected, differing, meeting) in [
        (
            5,
            [0, 5, 8, 10, 12, 13, 14, 15, 16, 17, 17, 18, 19, 19, 20, 20],
            &[25, 39, 45, 50][..],
            10,
        ),
        (
            7,
            [0, 7, 11, 14, 16, 18, 20, 21, 22, 23, 24, 25, 26, 27, 27, 28],
            &[25, 49, 50],
            14,
        ),
        (
            12,
            [
                0, 12, 19, 24, 28, 31, 34, 36, 38, 40, 42, 43, 44, 46, 47, 48,
            ],
            &[49, 55],
            22,
        ),
        (
            19,
            [
                0, 19, 30, 38, 44, 49, 53, 57, 60, 63, 66, 68, 70, 72, 74, 76,
            ],
            &[49, 63],
            34,
        ),
        (
            31,
            [
                0, 31, 49, 62, 72, 80, 87, 93, 98, 103, 107, 111, 115, 118, 121, 124,
            ],
            &[],
            53,
        ),
    ] {
        let scl = equal(count, 1_200.0);
        let [primes, key, root] =
            [PRIMES, KEY, ROOT].map(|by| steps(&matched(&scl, by), 1_200.0 / count as f64));
        assert_eq!(primes[..16], expected, "{count}");
        assert_eq!(key, root, "{count}");
        let differ: Vec<usize> = (1..=64).filter(|n| primes[n - 1] != root[n - 1]).collect();
        assert_eq!(differ, differing, "{count}");
        let meet = (1..511).find(|&n| primes[n - 1] == primes[n]);
        assert_eq!(meet, Some(meeting), "{count}");
    }
    let step = 1_200.0 * 3.0_f64.log2() / 13.0;
    let expected = [0, 8, 13, 16, 19, 21, 23, 24, 26, 27, 28, 29, 30];
    assert_eq!(
        steps(&matched(&bohlen_pierce(), PRIMES), step)[..13],
        expected
    );
}

/// The least that a morph or a spacing moves partials lets none of them jump to another pitch.
#[test]
fn nothing_jumps_where_a_harmonic_spectrum_begins_to_move() {
    let bells = |patch: &mut Patch| {
        for body in [Param::BODY_B, Param::BODY_C, Param::BODY_D] {
            patch.set(body, 20.0);
        }
    };
    let found = |set: &dyn Fn(&mut Patch)| {
        let mut patch = patch(1.0, PRIMES);
        bells(&mut patch);
        set(&mut patch);
        let mut engine = engine(RATE, &patch);
        engine.set_scale(scale(&equal(5, 1_200.0), MapTexts::One(LOW)));
        partials_cents(&mut engine, 60)
    };
    let harmonic = found(&|_| {});
    assert_eq!(harmonic, matched(&equal(5, 1_200.0), PRIMES));
    for param in [Param::MORPH_X, Param::MORPH_Y, Param::SPACING] {
        let start = param.row().default;
        let moved = |by: f32| found(&|patch| patch.set(param, start + by));
        for (n, (before, after)) in (1..).zip(harmonic.iter().zip(moved(1e-4))) {
            assert_near(after, *before, 1.5);
            assert!(n > 1 || (after - before).abs() < 0.1);
        }
    }
    // Far from whole numbers it is as by root.
    let far = |by| {
        let mut patch = patch(1.0, by);
        patch.set(Param::SPACING, 1.4);
        let mut engine = engine(RATE, &patch);
        engine.set_scale(scale(&equal(5, 1_200.0), MapTexts::One(LOW)));
        partials_cents(&mut engine, 60)
    };
    assert_eq!(far(PRIMES)[2..300], far(ROOT)[2..300]);
}

/// Partials that meet may pass one another.
#[test]
fn the_order_of_partials_turns_round() {
    for (steps, lower) in [(5, 50), (7, 49)] {
        let found = matched(&equal(steps, 1_200.0), PRIMES);
        assert!(found[lower - 1] > found[lower] + 1.0, "{steps}");
    }
}

#[test]
fn ratios_at_full_and_half_match() {
    for (count, expected) in [
        (
            12,
            &[
                (3, 2.996_614),
                (5, 5.039_684),
                (7, 7.127_190),
                (11, 11.313_708),
            ][..],
        ),
        (
            31,
            &[
                (3, 2.991_036),
                (5, 5.002_262),
                (7, 6.995_618),
                (11, 10.940_547),
            ],
        ),
        (19, &[(3, 2.987_518), (5, 4.978_770), (7, 6.913_775)]),
        (7, &[(3, 2.971_989), (5, 4.876_055), (7, 7.245_789)]),
        (5, &[(3, 3.031_433), (5, 5.278_032), (7, 6.964_405)]),
    ] {
        let found = matched(&equal(count, 1_200.0), PRIMES);
        for &(n, ratio) in expected {
            assert_near((found[n - 1] / 1_200.0).exp2(), ratio, 4e-6);
        }
    }
    let half = matched_key(&equal(12, 1_200.0), 0.5, PRIMES, 60);
    for (n, ratio) in [
        (1, 1.0),
        (3, 2.998_307),
        (5, 5.019_803),
        (7, 7.063_309),
        (11, 11.155_752),
    ] {
        assert_near((half[n - 1] / 1_200.0).exp2(), ratio, 4e-6);
    }
}

#[test]
fn how_far_partials_move() {
    let moved = |found: &[f64], n: usize| found[n - 1] - 1_200.0 * (n as f64).log2();
    for (count, n, cents) in [(5, 5, 94.0), (5, 13, 120.0), (7, 7, 60.0), (12, 11, 49.0)] {
        assert_near(
            moved(&matched(&equal(count, 1_200.0), PRIMES), n),
            cents,
            0.6,
        );
    }
    let found = matched(&bohlen_pierce(), PRIMES);
    for (n, cents) in [
        (2, -30.0),
        (4, -59.0),
        (8, -89.0),
        (5, -6.5),
        (7, -3.8),
        (9, 0.0),
        (11, -55.0),
    ] {
        assert_near(moved(&found, n), cents, 0.6);
    }
}

#[test]
fn nearest_degrees_of_scales_with_unequal_steps() {
    for (tones, expected) in [
        (
            "228. 484. 728. 960. 2/1",
            &[
                (2, 1_200.0),
                (3, 1_928.0),
                (4, 2_400.0),
                (5, 2_884.0),
                (6, 3_128.0),
                (7, 3_360.0),
                (8, 3_600.0),
            ][..],
        ),
        ("231. 474. 717. 955. 1208.", &[(2, 1_208.0), (4, 2_416.0)]),
        (
            "120. 270. 540. 670. 785. 950. 2/1",
            &[(3, 1_870.0), (5, 2_670.0), (7, 3_350.0)],
        ),
    ] {
        let found = matched(&scl(tones), ROOT);
        for &(n, cents) in expected {
            assert_near(found[n - 1], cents, 2e-3);
        }
        // Such scales temper no primes.
        assert_eq!(matched(&scl(tones), PRIMES), found);
    }
}

/// Every partial is on a pitch of the scale, and on none that is further from its place among the harmonics
/// than another.
#[test]
fn by_key_partials_are_where_other_keys_are() {
    let set = TuningSet::read("", MEANTONE.as_bytes(), MapTexts::None).expect("a scale");
    let loaded = set.loaded();
    let pitches: Vec<f64> = (-12..200)
        .map(|degree| 100.0 * loaded.pitch(degree))
        .collect();
    let nearest = |cents: f64| {
        let distances = pitches.iter().map(|pitch| (pitch - cents).abs());
        distances.fold(f64::INFINITY, f64::min)
    };
    let mut spectra = Vec::new();
    for key in [60_u8, 61, 67, 71, 59] {
        let own = 100.0 * loaded.pitch(i64::from(key) - 60);
        let found = matched_key(MEANTONE, 1.0, KEY, key);
        for (n, cents) in (1..).zip(&found) {
            let harmonic = own + 1_200.0 * f64::from(n).log2();
            assert!(nearest(own + cents) < 2e-3, "{key} {n}: {cents}");
            assert_near((own + cents - harmonic).abs(), nearest(harmonic), 2e-3);
        }
        spectra.push(found);
    }
    assert!(spectra[0] != spectra[1], "each degree has its own");
}

/// Each channel of a set of maps has its first degree where its own map says, and partials go by that.
#[test]
fn by_key_counts_from_the_first_degree_of_the_notes_channel() {
    let maps = ["30.0", "33.0"].map(|hz| format!("0\n0\n127\n60\n60\n{hz}\n0\n"));
    let mut texts = [None; 16];
    for (text, map) in texts[1..].iter_mut().zip(&maps) {
        *text = Some(map.as_bytes());
    }
    for key in [60, 62, 67] {
        let spectra = [1, 2].map(|channel| {
            let mut engine = engine(RATE, &patch(1.0, KEY));
            engine.set_scale(scale(MEANTONE, MapTexts::PerChannel(texts)));
            play(&mut engine, &[(0, on(channel, key, 1.0))], 1_000, &[64]);
            let partials = partials_hz(&engine);
            partials.iter().map(|&hz| cents(partials[0], hz)).collect()
        });
        let [one, other]: [Vec<f64>; 2] = spectra;
        for (one, other) in one.iter().zip(other) {
            assert_near(*one, other, 2e-3);
        }
    }
}

/// What has been looked up for one amount serves for others, and for nothing else: however a note has come to its
/// settings, its partials are those of a note that began with them.
#[test]
fn a_moving_match_comes_to_what_a_standing_one_has() {
    for body in [0.0, 1.0] {
        let with = |amount: f32, by: usize, count: f32| {
            let mut patch = patch(amount, by);
            patch.set(Param::BODY_A, body);
            patch.set(Param::PARTIALS, count);
            patch
        };
        let steps = [
            (0.3, KEY, 64.0, MEANTONE),
            (0.8, KEY, 64.0, MEANTONE),
            (0.7, KEY, 512.0, MEANTONE),
            (0.2, KEY, 32.0, MEANTONE),
            (0.2, ROOT, 32.0, MEANTONE),
            (0.6, ROOT, 32.0, FIVE),
            (0.9, KEY, 32.0, FIVE),
            (0.9, PRIMES, 48.0, FIVE),
            (0.0, KEY, 48.0, FIVE),
            (0.5, KEY, 48.0, FIVE),
        ];
        let mut moving = in_scale(&with(0.0, KEY, 64.0), MEANTONE);
        play(&mut moving, &[(0, on(0, 62, 1.0))], 1_000, &[64]);
        for (amount, by, count, scl) in steps {
            let patch = with(amount, by, count);
            moving.set_scale(scale(scl, MapTexts::None));
            moving.set_patch(&patch);
            play(&mut moving, &[], 2_000, &[64]);
            let mut standing = in_scale(&patch, scl);
            play(&mut standing, &[(0, on(0, 62, 1.0))], 2_000, &[64]);
            let (moved, stood) = (partials_hz(&moving), partials_hz(&standing));
            assert_eq!(moved, stood, "{body} {amount} {by} {count}");
        }
    }
}

/// A scale in which the key has its own pitch, and no match: not a bit is another.
#[test]
fn without_match_a_scale_moves_no_partial() {
    let mut patch = patch(0.0, KEY);
    patch.set(Param::INHARMONICITY, 1e-3);
    let note = [(0, on(0, 60, 1.0))];
    let (plain, _) = play(&mut engine(RATE, &patch), &note, 4_000, &[512]);
    let (in_five, _) = play(&mut in_scale(&patch, FIVE), &note, 4_000, &[512]);
    assert_eq!(first_difference(&plain, &in_five), None);
    patch.set(Param::MATCH, 1e-4);
    let (matched, _) = play(&mut in_scale(&patch, FIVE), &note, 4_000, &[512]);
    assert!(first_difference(&plain, &matched).is_some());
}

#[test]
fn scales_without_a_period_leave_partials_alone() {
    for tones in ["", "1/1", "100. 0.", "700. 0.5"] {
        for by in [PRIMES, KEY, ROOT] {
            for (n, cents) in (1..).zip(matched(&scl(tones), by)) {
                assert_near(cents, 1_200.0 * f64::from(n).log2(), 2e-3);
            }
        }
    }
    // A period downwards is one: 32/29 a period above is 2.
    let chimes = matched(&scl("32/29 1/2 16/29"), ROOT);
    assert_near(chimes[1], 1_200.0, 1e-2);
    let step = 1_200.0 * (29.0_f64 / 16.0).log2();
    for cents in chimes {
        let above = |tone: f64| (cents - tone) / step;
        let is_on = |tone: f64| (above(tone) - above(tone).round()).abs() * step < 2e-3;
        let tones = [1.0, 32.0 / 29.0, 0.5].map(|ratio: f64| 1_200.0 * ratio.log2());
        assert!(tones.into_iter().any(is_on), "{cents}");
    }
}

/// Whatever the scale, partials stay above their first and within 18 octaves of it.
#[test]
fn targets_are_bounded_for_any_scale() {
    for (tones, beyond_hearing) in [
        ("1000000000.", &[61, 3][..]),
        ("0.001 1.", &[]),
        ("3/2 -900000000. 1/7 123456789.", &[3]),
        ("1. 2400.", &[3]),
    ] {
        for by in [PRIMES, KEY, ROOT] {
            for key in [60, 61, 3] {
                let scale = scale(&scl(tones), MapTexts::One(LOW));
                let mut engine = engine(RATE, &patch(1.0, by));
                engine.set_scale(scale);
                if beyond_hearing.contains(&key) {
                    play(&mut engine, &[(0, on(0, key, 1.0))], 1_000, &[64]);
                    assert_eq!(voices(&engine), 0);
                    continue;
                }
                let found = partials_cents(&mut engine, key);
                let bounds = -1e-3..=18.0 * 1_200.0;
                assert!(
                    found.iter().all(|cents| bounds.contains(cents)),
                    "{tones} {key}"
                );
            }
        }
    }
}

#[test]
fn a_fifth_moves_tuning_and_spectrum_together() {
    let with_fifth = |fifth: f64, key: u8| {
        let mut patch = patch(1.0, PRIMES);
        patch.set(Param::TUNING, 3.0);
        patch.set(Param::FIFTH, fifth as f32);
        let mut engine = engine(RATE, &patch);
        let cents = partials_cents(&mut engine, key);
        (cents, partials_hz(&engine)[0])
    };
    let meantone = 696.578;
    for (fifth, expected) in [
        (
            meantone,
            &[
                (2, 1_200.0),
                (3, 1_200.0 + meantone),
                (5, 4.0 * meantone),
                (7, 10.0 * meantone - 3_600.0),
                (12, 3_600.0 + meantone),
            ][..],
        ),
        (700.0, &[(3, 1_900.0), (7, 3_400.0)]),
        (
            720.0,
            &[
                (5, 2_880.0),
                (11, 1_200.0 * 11.0_f64.log2()),
                (22, 1_200.0 * 22.0_f64.log2()),
            ],
        ),
    ] {
        let (cents, _) = with_fifth(fifth, 25);
        for &(n, expected) in expected {
            assert_near(cents[n - 1], expected, 2e-3);
        }
    }
    let (_, hz) = with_fifth(meantone, 25);
    assert_near(cents(273.374_313 / 8.0, hz), 0.0, 0.01);
}
