//! Noise is dropped, and partials stay.

use std::f64::consts::TAU;

use super::super::fit::{Fit, Resolution};
use super::super::metrics::srer_db;
use super::super::refit::Effort;
use super::super::testing::white_noise;
use super::super::{AnalysisFit, window};
use super::*;
use crate::dsp::simd_level::SimdLevel;

const RATE_HZ: f64 = 44_100.0;

/// A sine from one second to another.
struct Tone {
    hz: f64,
    amplitude: f64,
    from_s: f64,
    to_s: f64,
}

/// What a fit drops beside what does not matter.
#[derive(Clone, Copy, PartialEq)]
enum Drops {
    Nothing,
    Noise,
    Surplus,
}

/// One second of tones in noise of this amplitude.
fn sound(tones: &[Tone], noise: f32) -> Vec<f32> {
    let noises = white_noise(7, 44_100);
    let sample = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        let sounding = tones
            .iter()
            .filter(|tone| (tone.from_s..tone.to_s).contains(&time_s));
        let sum: f64 = sounding
            .map(|tone| tone.amplitude * (TAU * tone.hz * time_s).sin())
            .sum();
        sum as f32 + noise * noises[n]
    };
    (0..44_100).map(sample).collect()
}

fn fit<'a>(samples: &'a [f32], is_cancelled: &'a AtomicBool) -> Fit<'a> {
    Fit {
        level: SimdLevel::chosen(),
        samples,
        sample_rate_hz: RATE_HZ,
        onsets: &[],
        is_cancelled,
    }
}

/// The courses of a sound, and how near they are to it.
fn fitted(samples: &[f32], drops: Drops) -> (Vec<Course>, f64) {
    let is_cancelled = AtomicBool::new(false);
    let fit = fit(samples, &is_cancelled);
    let resolution = Resolution {
        drops_noise: drops == Drops::Noise,
        drops_surplus: drops == Drops::Surplus,
        ..window::resolution(AnalysisFit::Musical, 1_024)
    };
    let courses = fit.courses(resolution, &Effort::FULL, &mut |_| {});
    let courses = courses.expect("not cancelled");
    let grid = Grid::new(resolution.hop, samples.len());
    let found = fit.refit(grid).synthesis(&courses).expect("not cancelled");
    let near_db = srer_db(samples, &found);
    (courses, near_db)
}

/// The mean frequency of a course over its knots, in Hz.
fn mean_hz(course: &Course) -> f64 {
    course.frequencies.iter().sum::<f64>() / course.knots() as f64 * RATE_HZ
}

#[test]
fn courses_of_noise_are_dropped_and_weak_partials_stay() {
    let steady = |hz: f64, amplitude: f64| Tone {
        hz,
        amplitude,
        from_s: 0.0,
        to_s: 1.0,
    };
    let tones = [
        steady(440.0, 0.5),
        steady(880.0, 0.05),
        steady(3_000.0, 0.02),
    ];
    let samples = sound(&tones, 0.02);
    let (all, all_db) = fitted(&samples, Drops::Nothing);
    let (kept, kept_db) = fitted(&samples, Drops::Noise);
    assert!(all.len() > 20, "{}", all.len());
    assert!(
        2 * kept.len() < all.len(),
        "{} of {}",
        kept.len(),
        all.len()
    );
    assert!(kept_db > all_db - 3.1, "{kept_db} of {all_db} dB");
    for tone in &tones {
        let is_it =
            |course: &&Course| (mean_hz(course) - tone.hz).abs() < 3.0 && course.knots() > 150;
        assert!(kept.iter().any(|course| is_it(&course)), "{} Hz", tone.hz);
    }
}

/// What is noise beside a loud note is a partial when that note is over.
#[test]
fn a_quiet_note_after_a_loud_one_stays() {
    let loud = |hz: f64| Tone {
        hz,
        amplitude: 0.4,
        from_s: 0.0,
        to_s: 0.5,
    };
    let quiet = Tone {
        hz: 660.0,
        amplitude: 0.001,
        from_s: 0.55,
        to_s: 1.0,
    };
    let samples = sound(&[loud(440.0), loud(620.0), loud(700.0), quiet], 1e-5);
    let (kept, _) = fitted(&samples, Drops::Noise);
    let is_quiet = |course: &Course| course.first > 90 && (mean_hz(course) - 660.0).abs() < 2.0;
    assert!(kept.iter().any(is_quiet));
}

/// Noise as loud as a drum, in a fifth of the time of a quiet partial.
#[test]
fn a_partial_goes_on_through_a_burst_of_noise() {
    let (hz, amplitude) = (3_000.0, 0.004);
    let tone = Tone {
        hz,
        amplitude,
        from_s: 0.0,
        to_s: 1.0,
    };
    let mut samples = sound(&[tone], 1e-5);
    let burst = &mut samples[13_000..21_800];
    for (sample, noise) in burst.iter_mut().zip(white_noise(9, 8_800)) {
        *sample += 0.3 * noise;
    }
    let grid = Grid::new(256, samples.len());
    let turns = hz / RATE_HZ;
    let course = |knots: std::ops::Range<usize>| Course {
        first: knots.start,
        // A sine is a cosine a quarter of a turn later.
        phases: knots
            .clone()
            .map(|knot| turns * (knot * grid.hop) as f64 - 0.25)
            .collect(),
        frequencies: vec![turns; knots.len()],
        amplitudes: vec![amplitude as f32; knots.len()],
        ..Course::default()
    };
    let is_cancelled = AtomicBool::new(false);
    let fit = Fit {
        level: SimdLevel::chosen(),
        samples: &samples,
        sample_rate_hz: RATE_HZ,
        onsets: &[],
        is_cancelled: &is_cancelled,
    };
    let refit = fit.refit(grid);
    let pruning = fit.pruning(&refit, grid);
    let kept = |course: Course| {
        let mut courses = vec![course];
        pruning.drop_noise(&mut courses).expect("not cancelled");
        courses.len()
    };
    assert_eq!(kept(course(0..grid.segments + 1)), 1);
    // What is there in the burst alone is noise.
    assert_eq!(kept(course(52..84)), 0);
}

#[test]
fn the_weakest_of_too_many_are_dropped_where_that_costs_little() {
    let tone = Tone {
        hz: 440.0,
        amplitude: 0.5,
        from_s: 0.0,
        to_s: 1.0,
    };
    let weakest = |courses: &[Course]| {
        let energies = courses.iter().map(|course| course.energy(256));
        energies.fold(f64::INFINITY, f64::min)
    };
    for (noise, reaches) in [(0.01, true), (0.1, false)] {
        let samples = sound(std::slice::from_ref(&tone), noise);
        let (all, all_db) = fitted(&samples, Drops::Nothing);
        let (kept, kept_db) = fitted(&samples, Drops::Surplus);
        let most = MOST_BREAKPOINTS_A_SECOND as usize;
        assert!(breakpoints_of(&all) > most, "{}", breakpoints_of(&all));
        assert!(kept.len() < all.len() && weakest(&kept) > weakest(&all));
        let least_db = all_db - 10.0 * libm::log10(1.0 + MOST_OF_REST);
        assert!(kept_db > least_db, "{kept_db} of {all_db} dB");
        assert_eq!(
            breakpoints_of(&kept) <= most,
            reaches,
            "{}",
            breakpoints_of(&kept)
        );
        assert!(
            kept.iter()
                .any(|course| (mean_hz(course) - 440.0).abs() < 3.0)
        );
    }
}

/// However loud the rest of the recording is, and however many courses it has.
#[test]
fn a_clear_partial_of_a_quiet_passage_is_no_surplus() {
    let quiet = Tone {
        hz: 660.0,
        amplitude: 0.002,
        from_s: 0.7,
        to_s: 1.0,
    };
    let noise = white_noise(5, 29_000);
    let mut samples = sound(&[quiet], 0.0);
    for (sample, noise) in samples.iter_mut().zip(&noise) {
        *sample += 0.3 * noise;
    }
    let (all, _) = fitted(&samples, Drops::Nothing);
    let is_it = |course: &Course| (mean_hz(course) - 660.0).abs() < 3.0 && course.knots() > 40;
    assert!(all.iter().any(is_it), "it was not found");
    // Too many, with others that are 50 dB below those.
    let mut weak = all.clone();
    for course in &mut weak {
        course
            .amplitudes
            .iter_mut()
            .for_each(|amplitude| *amplitude *= 0.003);
    }
    let mut courses = [&all[..], &weak, &weak, &weak].concat();
    let energies = |course: &Course| course.energy(256);
    let is_cancelled = AtomicBool::new(false);
    let fit = fit(&samples, &is_cancelled);
    let grid = Grid::new(256, samples.len());
    let refit = fit.refit(grid);
    let pruning = fit.pruning(&refit, grid);
    let dropped = pruning.drop_surplus(&mut courses, pruning.most_breakpoints());
    assert!(dropped.is_ok() && courses.len() < 3 * all.len());
    let kept = courses.iter().filter(|course| is_it(course));
    let loudest = kept.map(energies).fold(0.0, f64::max);
    let given = all.iter().filter(|course| is_it(course));
    assert_eq!(loudest, given.map(energies).fold(0.0, f64::max));
}
