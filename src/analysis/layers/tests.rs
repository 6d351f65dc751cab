//! Noise stays where it is when a sound is slowed down, and drift is no fluctuation of partials.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::analysis::metrics::{erb_lsd_db, srer_db};
use crate::analysis::stretch::stretched;
use crate::analysis::synthesis::{Without, sound};
use crate::analysis::testing::white_noise;
use crate::analysis::{Analysis, AnalysisFit, AnalysisSettings, Recording, analyse, window};
use crate::dsp::simd_level::SimdLevel;
use crate::tracks::Track;
use crate::tracks::bank_file::{FrameGrid, TrackBank};
use crate::tracks::warp::TimeWarp;

const RATE_HZ: f64 = 44_100.0;

/// One second of harmonics of 600 Hz.
fn harmonics() -> Vec<f64> {
    let value = |n: usize| {
        let turns = 600.0 * n as f64 / RATE_HZ;
        (1..=8)
            .map(|k| 0.2 / f64::from(k) * libm::cos(TAU * f64::from(k) * turns))
            .sum()
    };
    (0..44_100).map(value).collect()
}

/// They, and noise of −50 dB around 300 Hz.
fn breathy() -> Vec<f32> {
    let (mut low, mut lower) = (0.0, 0.0);
    let noise = white_noise(5, 44_100).into_iter().map(|x| {
        low += 0.04 * (f64::from(x) - low);
        lower += 0.04 * (low - lower);
        low - lower
    });
    let sum = harmonics().into_iter().zip(noise);
    sum.map(|(tone, noise)| (tone + 0.01 * noise) as f32)
        .collect()
}

/// They, and what is slower than any partial.
fn drifting() -> Vec<f32> {
    let slow = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        0.02 * (libm::sin(TAU * 7.0 * time_s) + libm::sin(TAU * 16.0 * time_s * time_s))
    };
    let sum = harmonics().into_iter().enumerate();
    sum.map(|(n, tone)| (tone + slow(n)) as f32).collect()
}

fn analysed(samples: &[f32]) -> Analysis {
    let settings = AnalysisSettings {
        fit: AnalysisFit::Exact,
        window: Some(2_048),
        ..AnalysisSettings::default()
    };
    let recording = Recording::mono(RATE_HZ, samples.to_vec());
    analyse(&recording, &settings, &AtomicBool::new(false), &mut |_| ()).expect("an analysis")
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

/// How near partials and transients are to the samples, and how near they are from a bank.
fn near_db(samples: &[f32], found: &Analysis) -> [f64; 2] {
    let tonal = Without {
        noise: true,
        ..Without::default()
    };
    let grid = FrameGrid::for_tracks(&found.tracks, RATE_HZ, found.hop as u32);
    let (bank, _) = TrackBank::from_tracks(&found.tracks, grid).expect("a bank");
    [&found.tracks, &bank.to_tracks(0)]
        .map(|tracks| srer_db(samples, &sound(tracks, RATE_HZ, tonal).mid))
}

#[test]
fn noise_between_harmonics_stays_there_at_a_quarter_of_the_speed() {
    let samples = breathy();
    let tracks = analysed(&samples).tracks;
    let slow = stretched(&tracks, &TimeWarp::default(), 0.25);
    let slow = sound(&slow, RATE_HZ, Without::default()).mid;
    let away_db = erb_lsd_db(&samples, &slow, RATE_HZ, 4);
    assert!(away_db < 3.0, "{away_db} dB");
}

#[test]
fn drift_is_kept_and_comes_back_from_a_bank() {
    let samples = drifting();
    let found = analysed(&samples);
    let [own_db, bank_db] = near_db(&samples, &found);
    assert!(own_db > 45.0, "{own_db} dB");
    assert!(bank_db > own_db - 0.7, "{bank_db} of {own_db} dB");
    // It says nothing of the pitch.
    let root_hz = found.tracks.root_hz.expect("a pitch");
    assert!((root_hz - 600.0).abs() < 1.0, "{root_hz}");
    let is_drift = |track: &&Track| track.breakpoints.iter().all(|p| p.frequency_hz < 21.0);
    let drift = found.tracks.tracks.iter().filter(is_drift);
    assert!(drift.clone().all(|track| track.label.is_none()) && drift.count() == 4);
    // Without any there are no such partials.
    let plain: Vec<f32> = harmonics().iter().map(|x| *x as f32).collect();
    assert_eq!(
        analysed(&plain)
            .tracks
            .tracks
            .iter()
            .filter(is_drift)
            .count(),
        0
    );
}

#[test]
fn an_offset_is_no_sound() {
    assert!(analysed(&vec![0.25; 44_100]).tracks.tracks.is_empty());
}

/// A drum that falls from 200 Hz to 22 is one partial, though between its last knots its curve would go lower.
#[test]
fn a_loud_partial_that_comes_near_the_lowest_is_kept() {
    let value = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        let turns = 22.0 * time_s + 4.5 * (1.0 - libm::exp(-40.0 * time_s));
        (0.8 * libm::exp(-6.0 * time_s) * libm::sin(TAU * turns)) as f32
    };
    let samples: Vec<f32> = (0..4_410).map(value).collect();
    let found = analysed(&samples);
    let [own_db, bank_db] = near_db(&samples, &found);
    assert!(own_db > 40.0, "{own_db} dB");
    assert!(bank_db > own_db.min(45.0) - 0.7, "{bank_db} of {own_db} dB");
}

/// An eighth of the window apart; between, the bank interpolates, though the rest has twice as many.
#[test]
fn steady_partials_have_breakpoints_of_their_own_grid() {
    let samples: Vec<f32> = harmonics().iter().map(|x| *x as f32).collect();
    let found = analysed(&samples);
    assert_eq!((found.window, found.hop), (2_048, 128));
    let loudest = found.tracks.tracks.iter();
    let loudest = loudest.max_by(|a, b| a.energy().total_cmp(&b.energy()));
    let points = &loudest.expect("a track").breakpoints;
    let inner = points[1..points.len() - 1].windows(2);
    for pair in inner {
        let apart = (pair[1].time_s - pair[0].time_s) * RATE_HZ;
        assert!((apart - 256.0).abs() < 1e-6, "{apart}");
    }
}

/// Many even sines, and what is slow: with all that noise has in between, drift included.
#[test]
fn all_layers_together_are_512_partials_at_once() {
    let noise = white_noise(3, 33_075);
    let value = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        let sine = |k: u32| {
            let hz = 100.0 + 37.0 * f64::from(k);
            libm::sin(TAU * hz * time_s + f64::from(k * k))
        };
        let slow = libm::sin(TAU * 7.0 * time_s);
        let sum = 0.003 * (0..560).map(sine).sum::<f64>() + 0.1 * slow;
        sum as f32 + 0.001 * noise[n]
    };
    let samples: Vec<f32> = (0..33_075).map(value).collect();
    let never = AtomicBool::new(false);
    let fit = fit(&samples, &never);
    let layered = fit.layers(window::layers(4_096), &Effort::DRAFT, &mut |_| ());
    let layered = layered.expect("not cancelled");
    assert_eq!(layered.drift.len(), drift::COUNT);
    let all = layered.courses.iter().chain(&layered.drift);
    let most = at_once(all, layered.grid).into_iter().max();
    assert_eq!(most, Some(512));
}

/// The quick judgement of a trial is that of the stretched tracks.
#[test]
fn partials_are_judged_as_they_are_stretched() {
    let samples = breathy();
    let never = AtomicBool::new(false);
    let fit = fit(&samples, &never);
    let layers = window::layers(2_048);
    let layered = fit.layers(layers, &Effort::FULL, &mut |_| ());
    let layered = layered.expect("not cancelled");
    let judged_db = fit.slowed_distance_db(&layered).expect("not cancelled");
    let without = Without {
        noise: true,
        transients: true,
    };
    let slow = stretched(&analysed(&samples).tracks, &TimeWarp::default(), 0.25);
    let slow = sound(&slow, RATE_HZ, without).mid;
    let found_db = erb_lsd_db(&samples, &slow, RATE_HZ, 4);
    assert!((judged_db - found_db).abs() < 0.1, "{judged_db} {found_db}");
}
