//! Whole analyses of sounds whose parts are known.

use std::f64::consts::TAU;
use std::sync::atomic::{AtomicBool, Ordering};

use super::synthesis::{Without, sound};
use super::testing::white_noise;
use super::*;
use crate::cancelled::looks;
use crate::tracks::bank_file::{FrameGrid, TrackBank};

const RATE_HZ: f64 = 44_100.0;

fn analysed(recording: &Recording, fit: AnalysisFit) -> Analysis {
    let settings = AnalysisSettings {
        fit,
        ..AnalysisSettings::default()
    };
    analyse(recording, &settings, &AtomicBool::new(false), &mut |_| ()).expect("an analysis")
}

/// A plucked string of twelve harmonics of 220 Hz that begins at 0.1 s, in noise of −70 dB.
fn pluck() -> Vec<f32> {
    let noise = white_noise(7, 44_100);
    let value = |n: usize| {
        let time_s = (n as f64 - 4_410.0) / RATE_HZ;
        let mut sum = 5e-5 * f64::from(noise[n]);
        if time_s >= 0.0 {
            for k in 1..=12 {
                let k = f64::from(k);
                let fall = libm::exp(-(2.0 + k) * time_s);
                sum += 0.3 / k * fall * libm::cos(TAU * 220.0 * k * time_s + k);
            }
        }
        sum as f32
    };
    (0..44_100).map(value).collect()
}

#[test]
fn a_pluck_comes_back() {
    let recording = Recording::mono(RATE_HZ, pluck());
    for (fit, least_db) in [(AnalysisFit::Exact, 45.0), (AnalysisFit::Musical, 25.0)] {
        let found = analysed(&recording, fit);
        let report = AnalysisReport::new(&recording, &found);
        assert!(report.tonal.srer_db > least_db, "{fit:?}: {report}");
        let root = found.tracks.root_hz.expect("a root");
        assert!((root - 220.0).abs() < 0.5, "{root}");
        let onset = found.tracks.onsets_s[0];
        assert!((onset - 0.1).abs() < 0.0005, "{onset}");
        let labels = found.tracks.tracks.iter().filter_map(|track| track.label);
        for harmonic in 1..=12 {
            assert!(labels.clone().any(|label| label == harmonic), "{harmonic}");
        }
        assert!(report.most_at_once <= 512);
    }
}

/// A struck bell: pairs of close partials up to 9 kHz, from 0.05 s on, in noise of −75 dB.
fn bell() -> Vec<f32> {
    let noise = white_noise(9, 40_000);
    let value = |n: usize| {
        let time_s = (n as f64 - 2_215.0) / RATE_HZ;
        let mut sum = 3e-5 * f64::from(noise[n]);
        if time_s >= 0.0 {
            for (k, ratio) in [1.0, 2.0, 2.4, 3.0, 4.5, 6.7, 9.1, 11.3].iter().enumerate() {
                let fall = libm::exp(-(3.0 + k as f64) * time_s);
                for hz in [800.0 * ratio, 802.5 * ratio] {
                    sum += 0.1 / (1.0 + k as f64) * fall * libm::sin(TAU * hz * time_s + ratio);
                }
            }
        }
        sum as f32
    };
    (0..40_000).map(value).collect()
}

#[test]
fn a_bank_loses_at_most_0_7_db() {
    // Noise so loud that the exact fit is at about 55 dB.
    let noise = white_noise(13, 44_100);
    for (samples, noise_level) in [(pluck(), 5e-4), (bell(), 2e-4)] {
        let noisy = samples.iter().zip(&noise).map(|(x, n)| x + noise_level * n);
        let recording = Recording::mono(RATE_HZ, noisy.collect());
        for fit in [AnalysisFit::Exact, AnalysisFit::Musical] {
            let found = analysed(&recording, fit);
            let grid = FrameGrid::for_tracks(&found.tracks, RATE_HZ, found.hop as u32);
            let (bank, remarks) = TrackBank::from_tracks(&found.tracks, grid).expect("a bank");
            assert_eq!(remarks, Vec::<String>::new());
            let srer_db = |tracks: &Tracks| {
                let tonal = Without {
                    noise: true,
                    ..Without::default()
                };
                metrics::srer_db(&recording.mid, &sound(tracks, RATE_HZ, tonal).mid)
            };
            let (before_db, after_db) = (srer_db(&found.tracks), srer_db(&bank.to_tracks(0)));
            println!("{fit:?}: {before_db:.2} dB, from the bank {after_db:.2} dB");
            assert!(
                before_db - after_db <= 0.7,
                "{fit:?} {before_db} {after_db}"
            );
        }
    }
}

/// The model's own synthesis in f64 is what the fit has worked with in f32.
#[test]
fn tracks_sound_as_the_fit_says() {
    let samples = pluck();
    let is_cancelled = AtomicBool::new(false);
    let onsets = onsets::onsets(&samples, RATE_HZ, &is_cancelled).expect("not cancelled");
    let fit = Fit {
        level: SimdLevel::PORTABLE,
        samples: &samples,
        sample_rate_hz: RATE_HZ,
        onsets: &onsets.all,
        is_cancelled: &is_cancelled,
    };
    let resolution = window::resolution(AnalysisFit::Exact, 1024);
    let courses = fit
        .courses(resolution, &Effort::DRAFT, &mut |_| ())
        .expect("a fit");
    let grid = Grid::new(resolution.hop, samples.len());
    let fitted = fit.refit(grid).synthesis(&courses).expect("not cancelled");
    let tracks = Tracks {
        duration_s: 1.0,
        tracks: courses
            .iter()
            .map(|course| track(course, &[], None, grid, RATE_HZ))
            .collect(),
        ..Tracks::default()
    };
    let found = sound(&tracks, RATE_HZ, Without::default()).mid;
    let error_db = metrics::srer_db(&found, &fitted);
    assert!(error_db > 80.0, "{error_db}");
}

/// Its partials do not fit the silence between its last sample and the last knot.
#[test]
fn a_tone_that_is_cut_is_fitted_to_its_end() {
    let value = |n: usize| {
        let turns = 440.0 * n as f64 / RATE_HZ;
        let sum = (1..=3).map(|k| libm::sin(TAU * f64::from(k) * turns) / f64::from(k));
        0.2 * sum.sum::<f64>() as f32
    };
    let samples: Vec<f32> = (0..22_150).map(value).collect();
    let fit = Fit {
        level: SimdLevel::PORTABLE,
        samples: &samples,
        sample_rate_hz: RATE_HZ,
        onsets: &[],
        is_cancelled: &AtomicBool::new(false),
    };
    let resolution = window::resolution(AnalysisFit::Musical, 2_048);
    let courses = fit
        .courses(resolution, &Effort::FULL, &mut |_| ())
        .expect("a fit");
    let grid = Grid::new(resolution.hop, samples.len());
    let fitted = fit.refit(grid).synthesis(&courses).expect("not cancelled");
    let last = samples.len() - 1_024..samples.len();
    let near_db = metrics::srer_db(&samples[last.clone()], &fitted[last]);
    // With silence to fit it is 19 dB.
    assert!(near_db > 25.0, "{near_db} dB");
}

/// Around the knot where it all but vanishes its phase leaps, and its frequencies leave open how many cycles there are.
#[test]
fn a_partial_that_vanishes_comes_back_from_a_bank() {
    let advances = [16.0, 15.5, 17.5, 15.5, 16.0, 16.0];
    let mut phases = vec![0.25];
    phases.extend(advances.iter().scan(0.25, |turns, advance| {
        *turns += advance;
        Some(*turns)
    }));
    let hop = 256;
    let mut course = Course {
        is_open_start: true,
        phases,
        amplitudes: vec![0.1, 0.03, 0.0, 0.02, 0.05, 0.05, 0.0],
        ..Course::default()
    };
    refit::fold::set_frequencies(&mut course, hop);
    let grid = Grid::new(hop, advances.len() * hop);
    let samples = vec![0.0; grid.samples()];
    let is_cancelled = AtomicBool::new(false);
    let refit = refit::Refit::new(SimdLevel::PORTABLE, grid, &samples, RATE_HZ, &is_cancelled);
    let fitted = refit.synthesis(&[course.clone()]).expect("not cancelled");
    let tracks = Tracks {
        duration_s: samples.len() as f64 / RATE_HZ,
        tracks: vec![track(&course, &[], None, grid, RATE_HZ)],
        ..Tracks::default()
    };
    let error_db = |tracks: &Tracks| {
        let found = sound(tracks, RATE_HZ, Without::default()).mid;
        metrics::srer_db(&fitted, &found)
    };
    assert!(error_db(&tracks) > 80.0, "{}", error_db(&tracks));
    let frames = FrameGrid {
        sample_rate_hz: RATE_HZ,
        hop: hop as u32,
    };
    let (bank, _) = TrackBank::from_tracks(&tracks, frames).expect("a bank");
    let from_bank_db = error_db(&bank.to_tracks(0));
    assert!(from_bank_db > 40.0, "{from_bank_db}");
}

#[test]
fn noise_becomes_noise_of_the_same_bands() {
    let samples: Vec<f32> = white_noise(3, 44_100).iter().map(|x| 0.2 * x).collect();
    let recording = Recording::mono(RATE_HZ, samples);
    let found = analysed(&recording, AnalysisFit::Musical);
    let whole = sound(&found.tracks, RATE_HZ, Without::default()).mid;
    let erb_lsd_db = metrics::erb_lsd_db(&recording.mid, &whole, RATE_HZ, 1);
    assert!(erb_lsd_db < 4.5, "{erb_lsd_db}");
    let power = |x: &[f32]| x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>();
    let level_db = 10.0 * libm::log10(power(&whole) / power(&recording.mid));
    assert!(level_db.abs() < 1.5, "{level_db}");
}

/// Two partials, one left of the centre and one right.
#[test]
fn partials_keep_their_place() {
    let tone = |hz: f64, n: usize| 0.2 * libm::cos(TAU * hz * n as f64 / RATE_HZ);
    let channel = |pan: f64| -> Vec<f32> {
        let value = |n: usize| {
            ((1.0 - 0.6 * pan) * tone(400.0, n) + (1.0 + 0.9 * pan) * tone(1_000.0, n)) as f32
        };
        (0..22_050).map(value).collect()
    };
    let recording = Recording::stereo(RATE_HZ, &channel(-1.0), &channel(1.0));
    for fit in [AnalysisFit::Musical, AnalysisFit::Exact] {
        let found = analysed(&recording, fit).tracks.tracks;
        let loud: Vec<&Track> = found.iter().filter(|track| track.energy() > 1e-3).collect();
        assert!(loud.len() >= 2, "{fit:?}");
        for track in loud {
            let middle = track.breakpoints[track.breakpoints.len() / 2];
            let expected = if middle.frequency_hz < 700.0 {
                -0.6
            } else {
                0.9
            };
            assert!((middle.pan - expected).abs() < 0.02, "{fit:?}: {middle:?}");
        }
    }
}

#[test]
fn partials_that_are_even_have_few_breakpoints() {
    let sine = |hz: f64, time_s: f64| libm::sin(TAU * hz * time_s);
    // Voices that beat, and partials that do not.
    let value = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        let harmonic = |k: u32| {
            let voices = [-9.0, -4.0, 0.0, 5.0, 11.0].map(|apart| 300.0 + apart);
            let sum: f64 = voices
                .iter()
                .map(|hz| sine(f64::from(k) * hz, time_s))
                .sum();
            0.1 / f64::from(k) * sum
        };
        let even = |k: u32| 0.05 * sine(1_333.0 * f64::from(k), time_s);
        ((1..4).map(harmonic).sum::<f64>() + (1..9).map(even).sum::<f64>()) as f32
    };
    let recording = Recording::mono(RATE_HZ, (0..44_100).map(value).collect());
    let found = analysed(&recording, AnalysisFit::Musical);
    assert_eq!(found.window / found.hop, 8);
    let tracks = &found.tracks.tracks;
    let breakpoints: usize = tracks.iter().map(|track| track.breakpoints.len()).sum();
    let frames = tracks.iter().filter_map(|track| {
        let (first, last) = (track.breakpoints.first()?, track.breakpoints.last()?);
        Some((last.time_s - first.time_s) * RATE_HZ / found.hop as f64)
    });
    let frames: f64 = frames.sum();
    assert!(
        (breakpoints as f64) < 0.5 * frames,
        "{breakpoints} of {frames}"
    );
}

/// Of the last knot, past the last sample, a few samples know next to nothing.
#[test]
fn a_tone_on_one_side_stays_there_to_its_end() {
    for rest in [1, 40, 100, 200] {
        let samples = 256 * 86 + rest;
        let left: Vec<f32> = (0..samples)
            .map(|n| 0.3 * libm::sin(TAU * 440.0 * n as f64 / RATE_HZ) as f32)
            .collect();
        let recording = Recording::stereo(RATE_HZ, &left, &vec![0.0; samples]);
        for fit in [AnalysisFit::Musical, AnalysisFit::Exact] {
            let found = analysed(&recording, fit).tracks;
            let loud =
                |track: &&Track| track.breakpoints.iter().any(|point| point.amplitude > 0.05);
            let track = found.tracks.iter().find(loud).expect("a track");
            let sounding = track
                .breakpoints
                .iter()
                .filter(|point| point.amplitude > 1e-3);
            for point in sounding {
                assert!(point.pan < -0.9, "{fit:?}, {rest} samples: {point:?}");
            }
        }
    }
}

#[test]
fn short_sounds_have_partials_of_their_own() {
    for rate_hz in [8_000.0, 44_100.0, 384_000.0] {
        for milliseconds in [25.0, 30.0, 40.0] {
            let value = |n: usize| {
                let time_s = n as f64 / rate_hz;
                let sum = libm::sin(TAU * 880.0 * time_s) + libm::sin(TAU * 2_400.0 * time_s);
                0.2 * sum as f32
            };
            let samples = (0..(0.001 * milliseconds * rate_hz) as usize).map(value);
            let recording = Recording::mono(rate_hz, samples.collect());
            for fit in [AnalysisFit::Musical, AnalysisFit::Exact] {
                let what = format!("{fit:?}, {milliseconds} ms at {rate_hz} Hz");
                let found = analysed(&recording, fit);
                let count = found.tracks.tracks.len();
                assert!((2..20).contains(&count), "{what}: {count} tracks");
                let tonal = AnalysisReport::new(&recording, &found).tonal;
                assert!(tonal.srer_db > 15.0, "{what}: {} dB", tonal.srer_db);
                let grid = FrameGrid::for_tracks(&found.tracks, rate_hz, found.hop as u32);
                TrackBank::from_tracks(&found.tracks, grid).expect("a bank");
            }
        }
    }
}

#[test]
fn no_partial_is_below_20_hz_or_above_half_the_rate() {
    let noise = white_noise(11, 30_000);
    let mut low = 0.0;
    let value = |x: &f32| {
        low += 0.002 * (x - low);
        0.02 * x + 3.0 * low
    };
    let recording = Recording::mono(RATE_HZ, noise.iter().map(value).collect());
    let found = analysed(&recording, AnalysisFit::Exact);
    for track in &found.tracks.tracks {
        for pair in track.breakpoints.windows(2) {
            let duration_s = pair[1].time_s - pair[0].time_s;
            let curve = crate::tracks::PhaseCurve::between(&pair[0], &pair[1], 0.0);
            let mean_hz = (curve.end_turns() - curve.turns(0.0)) / duration_s;
            assert!((19.9..=22_050.1).contains(&mean_hz), "{mean_hz} {pair:?}");
        }
    }
}

#[test]
fn the_same_sound_gives_the_same_tracks_and_progress_ascends() {
    let recording = Recording::mono(RATE_HZ, pluck());
    let first = analysed(&recording, AnalysisFit::Musical);
    let mut shares = vec![0.0];
    let again = analyse(
        &recording,
        &AnalysisSettings::default(),
        &AtomicBool::new(false),
        &mut |share| shares.push(share),
    );
    assert!(again.expect("an analysis") == first);
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(shares.len() > 20 && shares.last() == Some(&1.0));
}

#[test]
fn an_analysis_can_be_cancelled_midway() {
    let recording = Recording::mono(RATE_HZ, pluck());
    let stop = AtomicBool::new(false);
    let outcome = analyse(
        &recording,
        &AnalysisSettings::default(),
        &stop,
        &mut |share| {
            stop.store(share > 0.5, Ordering::Relaxed);
        },
    );
    assert_eq!(outcome, Err(AnalysisError::Cancelled));
}

/// Notes of six harmonics, four a second, right and left in turn, at 8 kHz.
fn notes(seconds: f64) -> Recording {
    let rate_hz = 8_000.0;
    let channel = |number: usize| {
        let value = move |n: usize| {
            let time_s = n as f64 / rate_hz;
            let note = libm::floor(4.0 * time_s);
            let since_s = time_s - note / 4.0;
            let root_hz = 200.0 * libm::exp2((7.0 * note % 12.0) / 12.0);
            let level = if note as usize % 2 == number {
                0.3
            } else {
                0.1
            };
            let harmonic =
                |k: u32| libm::sin(TAU * root_hz * f64::from(k) * since_s) / f64::from(k);
            let sum: f64 = (1..=6).map(harmonic).sum();
            (level * libm::exp(-6.0 * since_s) * sum) as f32
        };
        (0..(seconds * rate_hz) as usize).map(value)
    };
    let (left, right) = (channel(0), channel(1));
    let mid_side = left.zip(right).map(|(l, r)| (0.5 * (l + r), 0.5 * (l - r)));
    let (mid, side) = mid_side.unzip();
    Recording {
        side,
        ..Recording::mono(rate_hz, mid)
    }
}

fn analysed_unless(
    recording: &Recording,
    is_cancelled: &AtomicBool,
    progress: &mut dyn FnMut(f64),
) -> Result<Analysis, AnalysisError> {
    let settings = AnalysisSettings {
        window: Some(512),
        ..AnalysisSettings::default()
    };
    analyse(recording, &settings, is_cancelled, progress)
}

/// Whatever grows with the sound's length looks whether it is to go on: no stage of a long sound goes on for long.
#[test]
fn every_stage_looks_whether_it_is_cancelled_all_along() {
    let [short, long] = [1.0, 3.0].map(|seconds| {
        let recording = notes(seconds);
        let (analysis, looks) = looks::count(|flag| analysed_unless(&recording, flag, &mut |_| ()));
        assert!(analysis.is_ok());
        looks
    });
    let expected = [
        ("src/analysis.rs", 2),
        ("src/analysis/envelope.rs", 2),
        ("src/analysis/fit.rs", 3),
        ("src/analysis/noise.rs", 2),
        ("src/analysis/onsets.rs", 1),
        ("src/analysis/onsets/bands.rs", 1),
        ("src/analysis/pitch.rs", 4),
        ("src/analysis/pruning.rs", 2),
        ("src/analysis/refit.rs", 4),
        ("src/analysis/sustain.rs", 2),
    ];
    assert_eq!(looks::growing(&short, &long), expected.into());
}

#[test]
fn an_analysis_stops_at_once_in_every_stage() {
    let recording = notes(0.5);
    let (_, looks) = looks::count(|flag| analysed_unless(&recording, flag, &mut |_| ()));
    for look in looks::places(&looks, 20) {
        let mut late = 0;
        let (outcome, count) = looks::stop_at(look, |flag| {
            analysed_unless(&recording, flag, &mut |_| {
                late += u32::from(flag.load(Ordering::Relaxed));
            })
        });
        assert_eq!(outcome, Err(AnalysisError::Cancelled), "look {look}");
        assert_eq!((count, late), (look + 1, 0), "look {look}");
    }
}

/// The distances take as long as the synthesis of what is compared.
#[test]
fn the_figures_of_a_report_stop_all_along() {
    let report = |seconds: f64| {
        let recording = notes(seconds);
        let found = analysed_unless(&recording, &AtomicBool::new(false), &mut |_| ());
        let found = found.expect("an analysis");
        move |flag: &AtomicBool| AnalysisReport::new_unless(&recording, &found, flag)
    };
    let [short, long] = [1.0, 3.0].map(report);
    let ((whole, of_short), (_, of_long)) = (looks::count(&short), looks::count(&long));
    assert!(whole.is_some());
    let growing = looks::growing(&of_short, &of_long);
    assert_eq!(growing.get("src/analysis/metrics.rs"), Some(&4));
    for look in looks::places(&of_short, 20) {
        assert_eq!(looks::stop_at(look, &short), (None, look + 1));
    }
}

#[test]
fn what_cannot_be_analysed_is_refused() {
    let outcome = |samples: Vec<f32>, window| {
        let settings = AnalysisSettings {
            window,
            ..AnalysisSettings::default()
        };
        let recording = Recording::mono(RATE_HZ, samples);
        analyse(&recording, &settings, &AtomicBool::new(false), &mut |_| ()).map(|_| ())
    };
    assert_eq!(outcome(vec![], None), Err(AnalysisError::Silent));
    assert_eq!(outcome(vec![0.0; 100], None), Err(AnalysisError::Silent));
    assert_eq!(
        outcome(vec![0.1; 100], Some(1000)),
        Err(AnalysisError::Window(1000))
    );
    // Whatever is short, of one level, or loud, has an analysis.
    for length in [1, 2, 100, 511, 513, 3_000] {
        assert_eq!(outcome(vec![0.7; length], None), Ok(()), "{length}");
        assert_eq!(outcome(white_noise(1, length), None), Ok(()), "{length}");
    }
}
