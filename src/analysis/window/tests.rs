use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::analysis::fit::Fit;
use crate::analysis::testing::white_noise;
use crate::dsp::simd_level::SimdLevel;

#[test]
fn windows_last_as_long_at_all_rates() {
    for rate_hz in [
        8_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 384_000.0,
    ] {
        let lengths = windows(rate_hz);
        assert!(
            lengths.iter().all(|length| length.is_power_of_two()),
            "{rate_hz}"
        );
        assert!(lengths.is_sorted() && lengths[0] >= 256, "{rate_hz}");
        let longest_s = lengths[3] as f64 / rate_hz;
        assert!((0.06..0.13).contains(&longest_s), "{rate_hz}: {longest_s}");
    }
    assert_eq!(windows(44_100.0), windows(48_000.0));
}

#[test]
fn a_sound_lasts_for_two_of_its_windows() {
    assert_eq!(lengths(44_100.0, 44_100), [512, 1_024, 2_048, 4_096]);
    assert_eq!(lengths(44_100.0, 4_095), [512, 1_024]);
    assert_eq!(lengths(44_100.0, 1), [512]);
    assert_eq!(lengths(8_000.0, 1_024), [256, 512]);
}

#[test]
fn frames_are_as_close_as_a_bank_needs() {
    let longest = windows(384_000.0)[3];
    for kind in [AnalysisFit::Musical, AnalysisFit::Exact] {
        assert_eq!(resolution(kind, longest).hop, 4_096);
    }
}

#[test]
fn the_shares_of_the_progress_are_one_at_most() {
    for sample_rate_hz in [8_000.0, 16_000.0, 44_100.0] {
        for kind in [AnalysisFit::Musical, AnalysisFit::Exact] {
            let samples: Vec<f32> = (0..sample_rate_hz as usize / 2)
                .map(|n| 0.1 * libm::sinf(0.3 * n as f32))
                .collect();
            let fit = Fit {
                level: SimdLevel::chosen(),
                samples: &samples,
                sample_rate_hz,
                onsets: &[],
                is_cancelled: &AtomicBool::new(false),
            };
            let mut sum = 0.0;
            let mut advance = |part: f64| sum += part;
            match kind {
                AnalysisFit::Musical => choose(&fit, &mut advance).map(|_| ()),
                AnalysisFit::Exact => choose_layers(&fit, &mut advance).map(|_| ()),
            }
            .expect("not cancelled");
            assert!((0.5..1.0 + 1e-9).contains(&sum), "{sample_rate_hz}: {sum}");
        }
    }
}

#[test]
fn breakpoints_cost_from_a_number_on() {
    let score = |kind, window, srer_db, breakpoints| {
        score_db(
            kind,
            &resolution(kind, window),
            16_384.0,
            srer_db,
            breakpoints,
        )
    };
    let exact = |window, breakpoints| score(AnalysisFit::Exact, window, 60.0, breakpoints);
    assert_eq!(
        [exact(4_096, 12_000.0), exact(4_096, 48_000.0)],
        [66.0, 62.0]
    );
    assert_eq!(exact(8_192, 12_000.0), 63.0);
    assert_eq!([3.0, 4.5].map(slowed_cost_db), [0.0, 20.0]);
    let musical = |srer_db, breakpoints| score(AnalysisFit::Musical, 4_096, srer_db, breakpoints);
    assert_eq!(musical(30.0, 100.0), 25.0);
    assert_eq!(musical(30.0, 3_200.0), 25.0 - 2.0 * 5.0);
    let doubled = musical(30.0, 8_000.0) - musical(30.0, 16_000.0);
    assert!((doubled - 10.0).abs() < 1e-9, "{doubled}");
    assert_eq!(musical(60.0, 1_000.0), musical(38.0, 1_000.0));
    assert_eq!(score(AnalysisFit::Musical, 8_192, 30.0, 100.0), 27.5);
    let thinned = closer_thinned(resolution(AnalysisFit::Musical, 4_096));
    let thinned = score_db(AnalysisFit::Musical, &thinned, 16_384.0, 30.0, 100.0);
    assert_eq!(thinned, musical(28.0, 100.0));
}

#[test]
fn the_loudest_stretch_is_found_to_an_eighth_of_it() {
    let mut samples = vec![0.0_f32; 10_000];
    samples[6_300..7_100].fill(0.5);
    let found = loudest(&samples, 800);
    let energy: f32 = found.iter().map(|x| x * x).sum();
    assert!(found.len() == 800 && energy >= 0.25 * 700.0, "{energy}");
    // All of what is shorter, and the first of what is as loud.
    assert_eq!(loudest(&samples[..100], 800).len(), 100);
    let even = vec![0.1_f32; 4_000];
    assert!(std::ptr::eq(loudest(&even, 800), &even[..800]));
    assert!(loudest(&[], 800).is_empty());
}

/// The resolution that is chosen, in noise of this amplitude, for a sound of these partials: frequency in Hz, decay and onset in s.
fn chosen(partials: &[(f64, f64, f64)], noise: f32) -> Resolution {
    let sample_rate_hz = 44_100.0;
    let noises = white_noise(11, 44_100);
    let sample = |n: usize| {
        let time_s = n as f64 / sample_rate_hz;
        let sounding = partials.iter().filter(|(.., onset_s)| time_s >= *onset_s);
        let sum: f64 = sounding
            .map(|(hz, decay_s, onset_s)| {
                let since_s = time_s - onset_s;
                0.1 * (-since_s / decay_s).exp() * (TAU * hz * since_s).sin()
            })
            .sum();
        sum as f32 + noise * noises[n]
    };
    let samples: Vec<f32> = (0..44_100).map(sample).collect();
    let is_cancelled = AtomicBool::new(false);
    let onsets = onsets::onsets(&samples, sample_rate_hz, &is_cancelled);
    let onsets = onsets.expect("not cancelled");
    let fit = Fit {
        level: SimdLevel::chosen(),
        samples: &samples,
        sample_rate_hz,
        onsets: AnalysisFit::Musical.onsets(&onsets),
        is_cancelled: &is_cancelled,
    };
    choose(&fit, &mut |_| {}).expect("not cancelled")
}

/// Partials that are close need a long window, those that are struck again and again a short one.
#[test]
fn close_partials_have_a_longer_window_than_quick_notes() {
    let close = [
        (400.0, 9.0, 0.0),
        (430.0, 9.0, 0.0),
        (460.0, 9.0, 0.0),
        (490.0, 9.0, 0.0),
    ];
    let quick: Vec<_> = (0..12)
        .map(|k| (600.0 + 333.0 * f64::from(k % 5), 0.03, 0.08 * f64::from(k)))
        .collect();
    let [close, quick] = [chosen(&close, 0.0), chosen(&quick, 0.0)].map(|chosen| chosen.window);
    assert!(close > quick, "{close} {quick}");
    assert!(close >= 2_048, "{close}");
}

/// Voices that beat are nearer with frames twice as close; noise has no use for them.
#[test]
fn beating_voices_have_closer_frames_than_noise() {
    let choir: Vec<_> = [300.0, 600.0, 900.0]
        .iter()
        .flat_map(|hz| {
            [-9.0, -4.0, 0.0, 5.0, 11.0].map(|apart| (hz + apart * hz / 300.0, 9.0, 0.0))
        })
        .collect();
    let [choir, noise] = [chosen(&choir, 0.0), chosen(&choir, 0.4)];
    assert!(choir.thins && choir.window / choir.hop == 8, "{choir:?}");
    assert!(!noise.thins && noise.window / noise.hop == 4, "{noise:?}");
}

/// Forty harmonics with a vibrato, of which each frame matters.
#[test]
fn closer_frames_are_no_more_breakpoints_than_are_wanted() {
    let value = |n: usize| {
        let time_s = n as f64 / 44_100.0;
        let turns = 220.0 * time_s + 0.04 * (TAU * 6.0 * time_s).sin();
        let sum: f64 = (1..=40)
            .map(|k| 0.1 / f64::from(k) * (TAU * f64::from(k) * turns).sin())
            .sum();
        sum as f32
    };
    let samples: Vec<f32> = (0..44_100).map(value).collect();
    let fit = Fit {
        level: SimdLevel::chosen(),
        samples: &samples,
        sample_rate_hz: 44_100.0,
        onsets: &[],
        is_cancelled: &AtomicBool::new(false),
    };
    let resolution = closer_thinned(resolution(AnalysisFit::Musical, 1_024));
    let courses = fit.courses(resolution, &Effort::FULL, &mut |_| {});
    let courses = courses.expect("not cancelled");
    let all: usize = courses.iter().map(|course| course.knots()).sum();
    let kept: usize = courses
        .iter()
        .map(|course| course.breakpoints().count())
        .sum();
    assert!(all > 8_000 && kept < 4_000, "{kept} of {all}");
}
