use super::*;
use crate::synth::parameter::BODY_LABELS;

fn of(name: &str) -> Body {
    let maker = MAKERS.iter().find(|(label, _)| *label == name);
    maker.expect("a body").1()
}

fn first(name: &str, count: usize) -> Vec<f32> {
    of(name).ratios(69).ratio[..count].to_vec()
}

#[test]
fn makers_are_in_the_order_of_the_labels() {
    assert_eq!(MAKERS.map(|(name, _)| name), BODY_LABELS);
}

#[test]
fn all_ratios_are_finite_positive_and_in_order() {
    for (name, make) in MAKERS {
        let body = make();
        for key in 0..=127 {
            let Ratios { ratio, log2_ratio } = body.ratios(key);
            assert_eq!((ratio.len(), log2_ratio.len()), (512, 512));
            for (ratio, log2) in ratio.iter().zip(log2_ratio) {
                assert!(*ratio > 0.0 && *ratio < 2_f32.powi(30), "{name}: {ratio}");
                let exact = f64::from(*ratio).log2();
                assert!((f64::from(*log2) - exact).abs() < 1.1e-6, "{name}: {ratio}");
            }
            match name {
                "Subharmonic" => assert!(ratio.is_sorted_by(|a, b| a > b)),
                // Doublets, and harmonics on one step.
                _ if name.starts_with("Equal") || name.contains("Plate") => {
                    assert!(ratio.is_sorted(), "{name}");
                }
                "Membrane" => assert!(ratio.is_sorted()),
                _ => assert!(ratio.is_sorted_by(|a, b| a < b), "{name}"),
            }
        }
    }
}

#[test]
fn what_lies_behind_a_list_is_soft_and_its_differences_do_not_shrink() {
    let mut lists = 0;
    for (name, make) in MAKERS.iter().filter(|(name, _)| *name != "Endless") {
        let body = make();
        let Some(levels) = body.levels(60) else {
            continue;
        };
        lists += 1;
        let ratio = &body.ratios(60).ratio;
        let behind = -72.0 / 6.0206;
        let listed = levels.iter().take_while(|level| **level > -10.0).count();
        assert!((3..=120).contains(&listed), "{name}");
        let mut least = ratio[listed - 1] - ratio[listed - 2];
        for n in listed..512 {
            assert!((levels[n] - behind).abs() < 1e-5, "{name}");
            let difference = ratio[n] - ratio[n - 1];
            assert!(
                difference >= 0.999 * least,
                "{name} {n}: {difference} {least}"
            );
            least = least.max(difference);
        }
    }
    assert_eq!(lists, 25);
    // 1, 4, 10: differences 3 and 6, for which the law's power would be log₁.₅ 2 = 1.7.
    let tuned = first("Tuned Bar 1:4:10", 5);
    assert!((tuned[3] - 19.0).abs() < 1e-4 && (tuned[4] - 31.0).abs() < 1e-4);
    // 8.01, 9.02 from 6.99: differences 1.02 and 1.01, which go on as they are.
    let tabla = first("Tabla", 8);
    assert!((tabla[7] - tabla[6] - 1.01).abs() < 1e-4, "{tabla:?}");
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "{found} {expected}"
        );
    }
}

/// Against the figures that textbooks print.
#[expect(clippy::approx_constant, reason = "a mode is near 2π by chance")]
#[test]
fn computed_bodies_are_the_known_ones() {
    for (name, modes) in [
        (
            "Free Bar",
            &[1.0, 2.757, 5.404, 8.933, 13.344, 18.638, 24.814][..],
        ),
        ("Tine", &[1.0, 6.267, 17.547, 34.386]),
        (
            "Tube",
            &[0.222, 0.617, 1.210, 2.0, 2.988, 4.173, 5.556, 7.136],
        ),
        (
            "Membrane",
            &[
                1.0, 1.593, 2.136, 2.295, 2.653, 2.917, 3.155, 3.5, 3.598, 3.647, 4.059, 4.132,
            ],
        ),
        (
            "Round Plate",
            &[
                1.0, 1.723, 2.327, 3.898, 4.091, 6.283, 6.698, 7.318, 8.896, 10.057, 11.376, 11.923,
            ],
        ),
        (
            "Clamped Plate",
            &[1.0, 2.081, 3.414, 3.893, 4.995, 5.954, 6.819, 8.28, 8.722],
        ),
        (
            "Square Plate",
            &[1.0, 2.5, 2.5, 4.0, 5.0, 5.0, 6.5, 6.5, 8.5],
        ),
        (
            "Plate 3:2",
            &[1.0, 1.923, 3.077, 3.462, 4.0, 5.538, 5.615, 6.538],
        ),
        ("Plate 2:1", &[1.0, 1.6, 2.6, 3.4, 4.0, 4.0, 5.0, 5.8]),
        (
            "Church Bell",
            &[0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 2.662, 3.011],
        ),
        (
            "Singing Bowl",
            &[
                0.9961, 1.0039, 2.979, 2.993, 5.704, 8.998, 9.015, 12.807, 12.833, 17.281, 21.976,
            ],
        ),
        ("Timpani", &[1.0, 1.5, 1.98, 2.44, 2.9]),
    ] {
        // The table has 0.222 with three digits.
        assert_near(&first(name, modes.len()), modes, 1.1e-3);
    }
}

#[test]
fn series_of_numbers_are_exact() {
    for (name, ratios) in [
        ("Harmonic", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
        ("Odd", [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0]),
        ("Octaves", [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
        ("Octaves & Fifths", [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0]),
        ("Primes", [1.0, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0]),
        ("Fibonacci", [1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0]),
        ("Squares", [1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0]),
        (
            "Roots",
            [
                1.0,
                2_f32.sqrt(),
                3_f32.sqrt(),
                2.0,
                5_f32.sqrt(),
                6_f32.sqrt(),
                7_f32.sqrt(),
            ],
        ),
        (
            "Subharmonic",
            [
                1.0,
                1.0 / 2.0,
                1.0 / 3.0,
                1.0 / 4.0,
                1.0 / 5.0,
                1.0 / 6.0,
                1.0 / 7.0,
            ],
        ),
    ] {
        assert_eq!(first(name, 7), ratios, "{name}");
    }
    assert_eq!(first("Primes", 512)[511], 3_659.0);
    assert_eq!(first("Octaves", 17)[16], 65_536.0);
    let phi = first("Powers of Phi", 3);
    assert!((phi[2] - phi[1] - 1.0).abs() < 1e-6 && (phi[1] - 1.618_034).abs() < 1e-6);
    let harmonic = of("Harmonic");
    assert_eq!(
        harmonic.ratios(0).log2_ratio[..],
        super::super::HarmonicTables::shared().log2_n[..]
    );
    assert!(harmonic.levels(0).is_none());
}

#[test]
fn harmonics_lie_on_equal_steps() {
    for steps in [5, 7, 10, 13, 19] {
        let ratios = first(&format!("Equal {steps}"), 512);
        for (n, ratio) in (1..).zip(ratios) {
            let (n, ratio) = (f64::from(n), f64::from(ratio));
            let step = f64::from(steps) * ratio.log2();
            assert!((step - step.round()).abs() < 1e-4, "{steps} {n}");
            let away = (ratio / n).log2().abs();
            assert!(away < 0.500_1 / f64::from(steps), "{steps} {n}");
        }
    }
}

#[test]
fn modes_of_a_tam_tam_are_at_most_60_cents_from_those_of_a_plate() {
    let (plate, tam_tam) = (first("Round Plate", 22), first("Tam-tam", 22));
    assert_eq!(tam_tam[0], 1.0);
    let cents = plate
        .iter()
        .zip(&tam_tam)
        .map(|(a, b)| 1_200.0 * (b / a).log2());
    let cents: Vec<f32> = cents.collect();
    assert!(cents.iter().all(|cents| cents.abs() < 61.0), "{cents:?}");
    assert!(cents.iter().any(|cents| cents.abs() > 40.0), "{cents:?}");
    assert_eq!(first("Gong", 4), [1.0, 2.0, 2.015, 2.3268]);
}

#[test]
fn a_bowl_has_the_strengths_of_its_modes() {
    let bowl = of("Singing Bowl");
    let levels = bowl.levels(60).expect("levels");
    let strengths = [
        1.19, 1.19, 1.09, 1.09, 4.30, 4.01, 4.01, 0.71, 0.71, 5.71, 5.71_f32,
    ];
    for (level, strength) in levels.iter().zip(strengths) {
        assert!((level.exp2() / strength - 1.0).abs() < 1e-5);
    }
}

/// An octave higher it is the same: a scale has no end.
#[test]
fn endless_is_the_same_in_every_octave() {
    let body = of("Endless");
    let sounding = |key: u8| {
        let ratios = body.ratios(key).ratio.iter();
        let levels = body.levels(key).expect("levels").iter();
        let hz = 440.0 * ((f32::from(key) - 69.0) / 12.0).exp2();
        let all: Vec<(f32, f32)> = ratios
            .zip(levels)
            .map(|(r, level)| (r * hz, *level))
            .collect();
        all[..14].to_vec()
    };
    for key in 12..=127 {
        for (high, low) in sounding(key).iter().zip(sounding(key - 12)) {
            assert!((high.0 / low.0 - 1.0).abs() < 1e-5, "{key}");
            assert_eq!(high.1, low.1, "{key}");
        }
    }
    // Over the step back from the 12th key to the first, what is loud moves by a semitone as well.
    let (last, next) = (sounding(71), sounding(72));
    let all = last[4..10].iter().zip(&next[5..11]);
    for (a, b) in all {
        assert!((b.0 / a.0 - (1.0_f32 / 12.0).exp2()).abs() < 1e-4);
    }
    let loudest = sounding(60).into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (hz, level) = loudest.expect("a partial");
    assert!((200.0..700.0).contains(&hz) && level > -1.0);
    assert!(last[0].1 < -9.0 && last[10].1 < -7.0, "{last:?}");
}
