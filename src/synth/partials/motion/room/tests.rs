use super::pattern::{CELL_HZ_S, MAX_TIME_S, MIN_TIME_S, Pattern, PatternMoment, PatternPlaces};
use crate::dsp::random::short_bits;
use crate::dsp::simd_level::SimdLevel;
use pattern_model::{pattern_powers, store_step};

mod pattern_model;

/// The sample rate, Hz: so high that nothing is near Nyquist.
const RATE: f64 = 1e6;
const BLOCK_S: f64 = 64.0 / 48_000.0;

fn pattern(time_s: f32, slope: f32, width: f32) -> Pattern {
    Pattern {
        time_s,
        slope,
        width,
        seed: 7,
    }
}

/// What the pattern is at each of many partials.
#[derive(Debug, PartialEq)]
struct Found {
    step: Vec<f32>,
    left: Vec<f32>,
    right: Vec<f32>,
}

fn find_at(
    level: SimdLevel,
    pattern: &Pattern,
    sample_rate_hz: f64,
    hz: f64,
    ratio: &[f32],
) -> Found {
    let (mut power, mut rate) = (vec![0.0; ratio.len()], vec![0.0; ratio.len()]);
    let mut found = Found {
        step: vec![0.0; ratio.len()],
        left: vec![0.0; ratio.len()],
        right: vec![0.0; ratio.len()],
    };
    let places = &mut PatternPlaces {
        power: &mut power,
        rate: &mut rate,
        step: &mut found.step,
        left: &mut found.left,
        right: &mut found.right,
    };
    let moment = PatternMoment {
        fundamental_hz: hz,
        sample_rate_hz,
        seconds: BLOCK_S,
    };
    pattern.set_powers(level, ratio, places);
    pattern.set(level, &moment, ratio, places);
    found
}

fn find(pattern: &Pattern, hz: f64, ratio: &[f32]) -> Found {
    find_at(SimdLevel::chosen(), pattern, RATE, hz, ratio)
}

#[test]
fn it_is_that_of_the_formulas() {
    let ratio: Vec<f32> = (0..512).map(|n| 0.1 + n as f32 * 0.997_3).collect();
    for (time_s, slope, width) in [
        (1.6, 0.4, 1.0),
        (0.1, 0.0, 0.5),
        (20.0, 0.0, 0.3),
        (20.0, 1.0, 1.0),
        (5.0, 0.7, 0.0),
    ] {
        let pattern = pattern(time_s, slope, width);
        for hz in [27.5, 39.1] {
            let found = find(&pattern, hz, &ratio);
            for (n, ratio) in ratio.iter().enumerate() {
                let partial_hz = hz * f64::from(*ratio);
                let [left, right] = pattern_powers(&pattern, partial_hz);
                let step = store_step(&pattern, partial_hz, BLOCK_S);
                for (found, power) in [(found.left[n], left), (found.right[n], right)] {
                    // 0.01 dB of the room, wherever it is no deeper than 20 dB below its mean.
                    let error_db = 10.0 * ((f64::from(found) + 0.01) / (power + 0.01)).log10();
                    assert!(error_db.abs() < 0.01, "{n}: {found} {power}");
                }
                let error = f64::from(found.step[n]) / step - 1.0;
                assert!(error.abs() < 2e-5, "{n}: {error:e}");
            }
        }
    }
}

#[test]
fn towards_0_hz_it_fades_as_the_partials_do() {
    let ratio: Vec<f32> = (0..16).map(|n| n as f32 * 0.1).collect();
    let pattern = pattern(3.0, 0.3, 0.7);
    let found = find(&pattern, 10.0, &ratio);
    assert_eq!((found.left[0], found.right[0]), (0.0, 0.0));
    for (n, ratio) in (1..).zip(&ratio[1..]) {
        let hz = 10.0 * f64::from(*ratio);
        let powers = pattern_powers(&pattern, hz);
        for (found, power) in [found.left[n], found.right[n]].into_iter().zip(powers) {
            let error_db = 10.0 * ((f64::from(found) + 1e-4) / (power + 1e-4)).log10();
            assert!(error_db.abs() < 0.01, "{hz}: {found} {power}");
        }
    }
}

#[test]
fn it_is_the_same_at_every_level_of_instructions() {
    let ratio: Vec<f32> = (0..512).map(|n| n as f32 * 1.01).collect();
    let pattern = pattern(3.0, 0.3, 0.7);
    let found = find_at(SimdLevel::PORTABLE, &pattern, 48_000.0, 55.0, &ratio);
    for level in SimdLevel::available() {
        let other = find_at(level, &pattern, 48_000.0, 55.0, &ratio);
        assert!(other == found, "{level:?}");
    }
    // Nothing is left at Nyquist.
    let last = |powers: &[f32]| powers[435..].iter().all(|power| *power == 0.0);
    assert!(last(&found.left) && last(&found.right));
    assert!(found.left[1..410].iter().all(|power| *power > 0.0));
}

/// R² along frequency, `steps` places to a distance of 1/T.
fn along(pattern: &Pattern, from_hz: f64, steps: f64, count: usize) -> [Vec<f64>; 2] {
    let time_s =
        f64::from(pattern.time_s) * (-f64::from(pattern.slope) * (from_hz / 1_000.0).log2()).exp2();
    let hz = |n: usize| from_hz + n as f64 / (steps * time_s);
    let mut sides = [Vec::new(), Vec::new()];
    for start in (0..count).step_by(512) {
        let base_hz = hz(start);
        let ratio: Vec<f32> = (0..512).map(|n| (hz(start + n) / base_hz) as f32).collect();
        let found = find(pattern, base_hz, &ratio);
        for (side, found) in sides.iter_mut().zip([found.left, found.right]) {
            side.extend(found.into_iter().map(f64::from));
        }
    }
    sides
}

/// How alike two series are: 1 if they are the same, 0 if they have nothing in common.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let count = a.len().min(b.len());
    let mean = |of: &[f64]| of[..count].iter().sum::<f64>() / count as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |x: &[f64], mean_x: f64, y: &[f64], mean_y: f64| -> f64 {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - mean_x) * (y - mean_y))
            .sum()
    };
    let (x, y) = (&a[..count], &b[..count]);
    let own = product(x, mean_a, x, mean_a) * product(y, mean_b, y, mean_b);
    product(x, mean_a, y, mean_b) / own.sqrt()
}

/// How far apart places are whose correlation is `limit`, in steps.
fn width_of(series: &[f64], limit: f64) -> f64 {
    let at = |steps: usize| correlation(series, &series[steps..]);
    let after = (1..).find(|&steps| at(steps) < limit).expect("a distance");
    let (before, there) = (at(after - 1), at(after));
    (after - 1) as f64 + (before - limit) / (before - there)
}

#[test]
fn its_levels_are_those_of_a_room() {
    const STEPS: f64 = 10.0;
    for (time_s, slope, from_hz) in [(1.6, 0.0, 500.0), (6.0, 0.4, 4_000.0), (20.0, 1.0, 3_000.0)] {
        let pattern = pattern(time_s, slope, 1.0);
        // With a slope, only a short way: the time changes with the frequency.
        let count = if slope == 0.0 { 400_000 } else { 1_024 };
        let mut series = Vec::new();
        let seeds = (300_000 / count).max(1);
        for seed in 0..seeds as u32 {
            let sides = along(&Pattern { seed, ..pattern }, from_hz, STEPS, count);
            series.extend(sides.into_iter().flatten());
        }
        let mean_power = series.iter().sum::<f64>() / series.len() as f64;
        let error_db = 10.0 * mean_power.log10();
        assert!(error_db.abs() < 0.1, "{error_db} dB");
        let levels: Vec<f64> = series
            .iter()
            .map(|power| 10.0 * power.max(1e-9).log10())
            .collect();
        let mean_db = levels.iter().sum::<f64>() / levels.len() as f64;
        let squares: f64 = levels.iter().map(|level| (level - mean_db).powi(2)).sum();
        let deviation_db = (squares / levels.len() as f64).sqrt();
        assert!((deviation_db - 5.5).abs() < 0.5, "{deviation_db} dB");
        let gains: Vec<f64> = series.iter().map(|power| power.sqrt()).collect();
        let per_time = |steps: f64| steps / STEPS;
        let width = per_time(width_of(&gains, (-1.0_f64).exp()));
        let half = per_time(width_of(&gains, 0.5));
        let half_of_levels = per_time(width_of(&levels, 0.5));
        println!(
            "{deviation_db:.3} dB, {error_db:.3} dB, {half:.3} {width:.3} {half_of_levels:.3}"
        );
        assert!((width / 2.67 - 1.0).abs() < 0.15, "{width}");
        assert!((half / 2.11 - 1.0).abs() < 0.15, "{half}");
        assert!(
            (half_of_levels / 1.58 - 1.0).abs() < 0.15,
            "{half_of_levels}"
        );
    }
}

#[test]
fn width_takes_the_channels_apart() {
    for width in [0.0, 0.5, 1.0] {
        let [left, right] = along(&pattern(2.0, 0.0, width), 300.0, 2.0, 200_000);
        // Correlation of powers, about the square of that of the noises, which are not quite Gaussian.
        let expected = (1.0 - f64::from(width)).powi(2);
        let found = correlation(&left, &right);
        assert!((found - expected).abs() < 0.03, "{width}: {found}");
        if width == 0.0 {
            assert_eq!(left, right);
        }
    }
}
