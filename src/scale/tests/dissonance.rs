//! Roughness, and the scales that fit timbres.

use proptest::prelude::*;

use super::super::dissonance::*;
use super::super::fitting::*;
use super::*;

fn partials(f0_hz: f64, ratios: impl IntoIterator<Item = f64>, fall: f64) -> Vec<TimbrePartial> {
    let mut amplitude = 1.0;
    let partial = |ratio: f64| {
        let partial = TimbrePartial {
            hz: f0_hz * ratio,
            amplitude,
        };
        amplitude *= fall;
        partial
    };
    ratios.into_iter().map(partial).collect()
}

fn harmonics(count: usize) -> Vec<TimbrePartial> {
    partials(500.0, (1..=count).map(|n| n as f64), 0.88)
}

/// Harmonics of the amplitudes 1/n.
fn falling(f0_hz: f64, count: usize) -> Vec<TimbrePartial> {
    let partial = |n: usize| TimbrePartial {
        hz: f0_hz * n as f64,
        amplitude: 1.0 / n as f64,
    };
    (1..=count).map(partial).collect()
}

fn stretched(octave: f64) -> Vec<TimbrePartial> {
    partials(
        500.0,
        (1..=7).map(|n| octave.powf(f64::from(n).log2())),
        0.88,
    )
}

fn odd(count: usize) -> Vec<TimbrePartial> {
    partials(500.0, (0..count).map(|n| 2.0 * n as f64 + 1.0), 0.88)
}

fn bar() -> Vec<TimbrePartial> {
    partials(261.6, [1.0, 2.756, 5.404, 8.933], 1.0)
}

/// Octaves of partial n whose primes are whole numbers of steps of `step` octaves.
fn tempered_octaves(n: usize, step: f64) -> f64 {
    let smallest = (2..=n).find(|prime| n.is_multiple_of(*prime));
    smallest.map_or(0.0, |prime| {
        (((prime as f64).log2() / step).round() * step) + tempered_octaves(n / prime, step)
    })
}

/// Partials matched to equal steps.
fn matched(
    period: f64,
    steps: usize,
    numbers: impl IntoIterator<Item = usize>,
) -> Vec<TimbrePartial> {
    let step = period.log2() / steps as f64;
    let ratios = numbers
        .into_iter()
        .map(|n| tempered_octaves(n, step).exp2());
    partials(500.0, ratios, 0.88)
}

fn cents_of(minima: &[DissonanceMinimum]) -> Vec<f64> {
    minima.iter().map(|minimum| minimum.cents).collect()
}

fn minima_of(partials: Vec<TimbrePartial>, limit_cents: f64) -> Vec<DissonanceMinimum> {
    let timbre = Timbre::new(partials);
    let curve = DissonanceCurve::with_step(&timbre, limit_cents + 50.0, 1.0);
    minima(&timbre, &curve, limit_cents)
}

/// The smooth minima of a curve of 0.1 cents a point, in cents.
fn smooth_of(partials: Vec<TimbrePartial>, limit_cents: f64) -> Vec<f64> {
    let timbre = Timbre::new(partials);
    let curve = DissonanceCurve::with_step(&timbre, limit_cents + 50.0, 0.1);
    let exact = minima(&timbre, &curve, limit_cents);
    cents_of(&smooth_minima(&curve, limit_cents, &exact))
}

#[track_caller]
fn assert_cents(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}, not {expected:?}");
    for (&found, &expected) in found.iter().zip(expected) {
        assert_near(found, expected, tolerance);
    }
}

/// Each of the expected is among the found.
#[track_caller]
fn assert_among(found: &[f64], expected: &[f64], tolerance: f64) {
    for expected in expected {
        let is_there = found
            .iter()
            .any(|found| (found - expected).abs() <= tolerance);
        assert!(is_there, "{expected} is not among {found:?}");
    }
}

#[test]
fn the_formula_has_its_golden_values() {
    for (cents, expected) in [
        (0.0, 0.090_769_907),
        (100.0, 3.605_828_014),
        // Near 5/4 and 3/2, where there are corners: 1e-5 cents change the last three digits.
        (386.313_7, 1.249_545_176),
        (701.955, 0.448_112_462),
        (1_200.0, 0.078_263_754),
    ] {
        assert_near(plain_dissonance(&harmonics(7), cents), expected, 1e-8);
    }
    // The peak of one pair.
    let sine = |hz| TimbrePartial { hz, amplitude: 1.0 };
    let x = 0.220_35 * (0.0207 * 500.0 + 18.96) / 0.24;
    assert_near(x, 26.9, 0.05);
    assert_near(
        pair_dissonance(sine(500.0 + x), sine(500.0)),
        0.898_78,
        1e-5,
    );
}

/// An older form has the product of the amplitudes in place of the lesser one. It is not used, but its golden
/// values test the exponentials and the sum over pairs once more.
#[test]
fn with_the_product_of_amplitudes_it_has_other_golden_values() {
    let partials = falling(261.63, 6);
    for (cents, expected) in [
        (0.0, 0.015_912_674),
        (100.0, 1.282_214_787),
        (701.955, 0.144_377_861),
        (1_200.0, 0.012_678_113),
    ] {
        let ratio = (cents / 1_200.0_f64).exp2();
        let mut both: Vec<(f64, f64)> = Vec::new();
        for partial in &partials {
            both.push((partial.hz, partial.amplitude));
            both.push((partial.hz * ratio, partial.amplitude));
        }
        let mut sum = 0.0;
        for (place, (f1, a1)) in both.iter().enumerate() {
            for (f2, a2) in &both[..place] {
                let sine = |&hz| TimbrePartial { hz, amplitude: 1.0 };
                sum += a1 * a2 * pair_dissonance(sine(f1), sine(f2));
            }
        }
        assert_near(sum, expected, 1e-8);
    }
}

#[test]
fn what_is_fast_is_near_the_formula() {
    for partials in [
        harmonics(7),
        falling(261.6, 64),
        falling(30.0, 64),
        bar(),
        odd(16),
    ] {
        let timbre = Timbre::new(partials.clone());
        let sum: f64 = partials.iter().map(|partial| partial.amplitude).sum();
        let curve = DissonanceCurve::new(&timbre, 2_400.0);
        assert_eq!(curve.values().len(), 1_201);
        let height = curve
            .values()
            .iter()
            .fold(0.0_f64, |high, &value| high.max(value));
        for place in (0..=1_200).step_by(7) {
            let cents = place as f64 * CURVE_STEP_CENTS;
            let plain = plain_dissonance(&partials, cents) / sum;
            assert_near(timbre.dissonance(cents), plain, 2e-9);
            assert_near(curve.values()[place], plain, 1e-4 * height.max(1.0));
        }
    }
}

#[test]
fn harmonics_meet_at_just_intervals() {
    let found = cents_of(&minima_of(harmonics(7), 1_200.0));
    let ratios = [
        7.0 / 6.0,
        6.0 / 5.0,
        5.0 / 4.0,
        4.0 / 3.0,
        7.0 / 5.0,
        1.5,
        5.0 / 3.0,
        1.75,
        2.0,
    ];
    let expected = ratios.map(|ratio: f64| 1_200.0 * ratio.log2());
    assert_cents(&found, &expected, 0.01);
    let listed = [
        266.87, 315.64, 386.31, 498.04, 582.51, 701.96, 884.36, 968.83, 1_200.0,
    ];
    assert_cents(&found, &listed, 0.05);
    let found = cents_of(&minima_of(harmonics(8), 1_200.0));
    assert_among(&found, &[231.2, 813.7], 0.05);
    let found = cents_of(&minima_of(harmonics(6), 1_200.0));
    let listed = [315.64, 386.31, 498.04, 701.96, 884.36, 1_200.0];
    assert_cents(&found, &listed, 0.05);
    assert_among(&smooth_of(harmonics(6), 1_200.0), &[254.8, 989.1], 0.05);
}

/// Between the steps that matched partials have in common, the curve has smooth minima.
#[test]
fn smooth_minima_lie_between_matched_steps() {
    for (count, expected) in [
        (5, &[347.0, 622.0, 847.0, 1_038.0][..]),
        (7, &[225.0, 934.0]),
        (12, &[231.0]),
    ] {
        let found = smooth_of(matched(2.0, count, 1..=7), 1_200.5);
        assert_among(&found, expected, 0.7);
    }
    let step = 1_200.0 * 3.0_f64.log2() / 13.0;
    let found = smooth_of(matched(3.0, 13, [1, 3, 5, 7, 9, 11]), 1_902.5);
    assert_among(&found, &[8.0 * step, 11.3 * step], 0.05 * step);
}

#[test]
fn stretched_partials_meet_at_stretched_intervals() {
    let found = cents_of(&minima_of(stretched(2.1), 1_300.0));
    let expected = [
        285.656, 337.859, 413.506, 533.102, 623.515, 751.365, 946.608, 1_037.021, 1_284.467,
    ];
    assert_among(&found, &expected, 0.05);
    for (octave, cents) in [(2.2, 1_365.004), (1.87, 1_083.646)] {
        assert_among(
            &cents_of(&minima_of(stretched(octave), 1_400.0)),
            &[cents],
            0.05,
        );
    }
}

#[test]
fn odd_partials_meet_in_a_tritave() {
    let found = cents_of(&minima_of(odd(6), 1_902.0));
    let expected = [
        435.1, 582.5, 782.5, 884.4, 1_017.6, 1_365.0, 1_466.9, 1_902.0,
    ];
    assert_among(&found, &expected, 0.05);
    let step = 1_200.0 * 3.0_f64.log2() / 13.0;
    let found = cents_of(&minima_of(matched(3.0, 13, [1, 3, 5, 7, 9, 11]), 1_902.5));
    let expected = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 9.0, 10.0, 13.0].map(|steps| steps * step);
    assert_among(&found, &expected, 0.05);
}

#[test]
fn matched_partials_meet_at_the_steps() {
    for (count, steps) in [
        (12, &[3, 4, 5, 6, 7, 9, 10, 12][..]),
        (19, &[4, 5, 6, 8, 9, 11, 14, 15, 19]),
        (31, &[7, 8, 10, 13, 15, 18, 23, 25, 31]),
        (5, &[1, 2, 3, 4, 5]),
        (7, &[2, 3, 4, 5, 6, 7]),
    ] {
        let found = cents_of(&minima_of(matched(2.0, count, 1..=7), 1_200.5));
        let expected = steps
            .iter()
            .map(|&step| f64::from(step) * 1_200.0 / count as f64);
        assert_cents(&found, &expected.collect::<Vec<_>>(), 0.05);
    }
}

#[test]
fn matching_helps_most_where_steps_are_wide() {
    for (count, expected) in [
        (5, 0.668),
        (7, 0.786),
        (12, 0.938),
        (19, 0.971),
        (31, 0.991),
    ] {
        let harmonic = falling(261.6, 8);
        let scale = Scale::equal(count, 1_200.0).expect("a scale");
        let tick = tuned(&linear(&scale));
        let offsets = tick.prime_offsets(0).expect("equal steps");
        let matched: Vec<TimbrePartial> = harmonic
            .iter()
            .zip(offsets)
            .map(|(partial, octaves)| TimbrePartial {
                hz: partial.hz * f64::from(*octaves).exp2(),
                ..*partial
            })
            .collect();
        let mean = |partials: &[TimbrePartial]| -> f64 {
            let steps = 1..=count as i64;
            steps
                .map(|step| plain_dissonance(partials, degree_cents(&scale, step)))
                .sum()
        };
        assert_near(mean(&matched) / mean(&harmonic), expected, 0.002);
    }
}

#[test]
fn prominence_ranks_minima() {
    let timbre = Timbre::new(harmonics(7));
    let curve = DissonanceCurve::with_step(&timbre, 1_250.0, 1.0);
    let found = minima(&timbre, &curve, 1_200.0);
    for (cents, expected) in [
        (1_200.0, 0.431),
        (702.0, 0.354),
        (498.0, 0.206),
        (884.4, 0.201),
        (386.3, 0.113),
        (968.8, 0.111),
        (315.6, 0.094),
        (582.5, 0.083),
        (266.9, 0.072),
    ] {
        let near = found
            .iter()
            .find(|minimum| (minimum.cents - cents).abs() < 0.1);
        // The expected ones are of points of the curve, up to half a cent beside the minimum.
        assert_near(near.expect("a minimum").prominence, expected, 0.004);
    }
    let timbre = Timbre::new(falling(261.6, 64));
    let curve = DissonanceCurve::with_step(&timbre, 1_250.0, 1.0);
    let found = minima(&timbre, &curve, 1_200.0);
    let prominent: Vec<DissonanceMinimum> = found
        .into_iter()
        .filter(|minimum| minimum.prominence >= 0.02)
        .collect();
    assert_cents(
        &cents_of(&prominent),
        &[386.3, 498.0, 702.0, 884.4, 1_200.0],
        0.1,
    );
}

#[test]
fn the_period_is_found() {
    for (partials, period) in [
        (harmonics(7), 1_200.0),
        (falling(261.6, 16), 1_200.0),
        (falling(261.6, 64), 1_200.0),
        (stretched(2.1), 1_284.467),
        (odd(6), 1_901.955),
        (odd(16), 1_901.955),
        (matched(3.0, 13, [1, 3, 5, 7, 9, 11]), 1_901.955),
        (bar(), 1_166.0),
    ] {
        let fitted =
            FittedScale::new(&Timbre::new(partials), 12, MinimaKind::Exact).expect("a scale");
        assert_near(fitted.period_cents(), period, 0.5);
    }
    let found = cents_of(&minima_of(bar(), 2_400.0));
    assert_cents(&found, &[870.1, 1_165.7, 1_755.1, 2_035.9], 0.05);
    assert_among(&smooth_of(bar(), 2_400.0), &[602.0, 1_015.0, 1_423.0], 1.0);
}

/// On a grid of 2 cents over 2,600, the octave of harmonics is the most prominent minimum.
#[test]
fn the_octave_is_the_most_prominent_minimum_of_harmonics() {
    for (partials, expected) in [
        (harmonics(7), 0.43),
        (falling(261.6, 16), 0.36),
        (falling(261.6, 64), 0.21),
    ] {
        let timbre = Timbre::new(partials);
        let curve = DissonanceCurve::with_step(&timbre, 2_600.0, 2.0);
        let found = minima(&timbre, &curve, 2_400.0);
        let by_prominence = |one: &&DissonanceMinimum, other: &&DissonanceMinimum| {
            one.prominence.total_cmp(&other.prominence)
        };
        let highest = found
            .iter()
            .filter(|minimum| minimum.cents >= 600.0)
            .max_by(by_prominence)
            .expect("a minimum");
        assert_near(highest.cents, 1_200.0, 0.01);
        assert_near(highest.prominence, expected, 0.006);
    }
}

/// 64 partials of the amplitudes 1/n meet at 945 intervals within two octaves. 276 of these are minima, as the plain
/// sum over all pairs says too.
#[test]
fn many_harmonics_have_many_minima() {
    let intervals: std::collections::BTreeSet<(u32, u32)> = (1..=64_u32)
        .flat_map(|low| (low + 1..=(4 * low).min(64)).map(move |high| (low, high)))
        .map(|(low, high)| {
            let divisor = (1..=low).rev().find(|d| low % d == 0 && high % d == 0);
            let divisor = divisor.unwrap_or(1);
            (low / divisor, high / divisor)
        })
        .collect();
    assert_eq!(intervals.len(), 945);
    let found = minima_of(falling(261.6, 64), 2_400.0);
    assert_eq!(found.len(), 276);
    for minimum in found {
        let is_of_two = |&(low, high): &(u32, u32)| {
            let cents = 1_200.0 * (f64::from(high) / f64::from(low)).log2();
            (cents - minimum.cents).abs() < 1e-3
        };
        assert!(intervals.iter().any(is_of_two), "{}", minimum.cents);
    }
}

#[test]
fn a_fitting_scale_is_written_and_read() {
    let timbre = Timbre::new(falling(261.6, 64));
    for count in [5, 12, 24] {
        let fitted = FittedScale::new(&timbre, count, MinimaKind::Exact).expect("a scale");
        let degrees = cents_of(fitted.degrees());
        assert_eq!(degrees.len(), count);
        assert!(
            degrees
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= NEAREST_DEGREES_CENTS)
        );
        assert_among(&degrees, &[498.045, 701.955, 884.359, 1_200.0], 1e-3);
        let text = fitted.to_text("fits.scl\nx", "The scale that fits");
        assert!(text.starts_with("! fits.scl x\n!\n"), "{text}");
        assert!(text.contains("! 1 1.000000 "), "{text}");
        let scale = Scale::read(text.as_bytes()).expect("a scale");
        assert_eq!(scale.description(), "The scale that fits");
        let read: Vec<f64> = scale.tones().iter().map(Tone::cents).collect();
        assert_cents(&read, &degrees, 1e-5);
    }
    // Few minima make a small scale, and none make none.
    let bar = Timbre::new(bar());
    let degrees = |kind| cents_of(FittedScale::new(&bar, 12, kind).expect("a scale").degrees());
    assert_cents(&degrees(MinimaKind::Exact), &[870.1, 1_165.7], 0.05);
    let smooth = degrees(MinimaKind::WithSmooth);
    assert_among(&smooth, &[602.0, 870.0, 1_015.0, 1_166.0], 2.0);
    assert_eq!(
        FittedScale::new(&Timbre::new([]), 12, MinimaKind::Exact),
        None
    );
    assert_eq!(
        FittedScale::new(&Timbre::new(harmonics(1)), 12, MinimaKind::Exact),
        None
    );
}

#[test]
fn weak_and_wrong_partials_are_left_out() {
    let partial = |hz, amplitude| TimbrePartial { hz, amplitude };
    let timbre = Timbre::new([
        partial(300.0, 1e200),
        partial(200.0, 0.9e197),
        partial(f64::NAN, 1e200),
        partial(-5.0, 1e200),
        partial(100.0, 1e200),
        partial(400.0, f64::INFINITY),
        partial(400.0, 0.0),
        partial(50.0, 2e197),
    ]);
    assert_eq!(timbre.hz(), [50.0, 100.0, 300.0]);
    assert_near(timbre.amplitudes().iter().sum(), 1.0, 1e-12);
    let many = Timbre::new((1..=512).map(|n| partial(f64::from(n) * 20.0, 1.0 / f64::from(n))));
    assert_eq!(many.hz().len(), TIMBRE_PARTIALS);
    assert_eq!(many.hz()[63], 1_280.0);
    let silent = DissonanceCurve::new(&Timbre::new([]), f64::INFINITY);
    assert_eq!(silent.values().len(), 3_601);
    assert!(silent.values().iter().all(|&value| value == 0.0));
    assert_eq!(DissonanceCurve::new(&many, f64::NAN).values().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_timbre_is_finite(
        numbers in prop::collection::vec((1e-3_f64..1e6, 1e-9_f64..1e9), 0..80),
        degrees in 0_usize..40,
    ) {
        let timbre = Timbre::new(numbers.iter().map(|&(hz, amplitude)| TimbrePartial { hz, amplitude }));
        let curve = DissonanceCurve::with_step(&timbre, 2_400.0, 50.0);
        prop_assert!(curve.values().iter().all(|value| (0.0..=1e3).contains(value)));
        if let Some(fitted) = FittedScale::new(&timbre, degrees, MinimaKind::Exact) {
            let count = fitted.degrees().len();
            prop_assert!((1..=24).contains(&count));
            prop_assert_eq!(fitted.to_scale("").size(), count);
        }
    }
}
