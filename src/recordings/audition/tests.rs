use std::f64::consts::TAU;
use std::fs;
use std::sync::Arc;

use super::*;
use crate::analysis::Recording;
use crate::recordings::import::tests::wave_file;
use crate::state::tests::bank;
use crate::tracks::bank_file::{FrameGrid, TrackBank};
use crate::tracks::{Tracks, Transient};

/// The peak of what is left of a side less a sine, both as they are in the middle of a second.
fn error(frames: &[[f32; 2]], sample_rate_hz: f64, sine: impl Fn(f64) -> [f64; 2]) -> f64 {
    let middle = (0.2 * sample_rate_hz) as usize..(0.8 * sample_rate_hz) as usize;
    let errors = middle.flat_map(|place| {
        let sine = sine(place as f64 / sample_rate_hz);
        let frame = frames[place];
        [0, 1].map(|channel| (f64::from(frame[channel]) - sine[channel]).abs())
    });
    errors.fold(0.0, f64::max)
}

/// Left and right at another rate are where they were, to half a frame of the input, and as loud.
#[test]
fn resampling_keeps_level_and_time() {
    let sine = |hz: f64, time_s: f64| 0.5 * libm::sin(TAU * hz * time_s);
    for (from_hz, to_hz) in [
        (44_100.0, 48_000.0),
        (96_000.0, 44_100.0),
        (8_000.0, 192_000.0),
        (48_000.0, 48_000.0),
    ] {
        let channel = |hz: f64| -> Vec<f32> {
            let count = from_hz as usize;
            let times = (0..count).map(|n| n as f64 / from_hz);
            times.map(|time_s| sine(hz, time_s) as f32).collect()
        };
        let recording = Recording::stereo(from_hz, &channel(300.0), &channel(500.0));
        let frames = making::frames(&recording, to_hz).expect("rates that are supported");
        assert!(frames.len().abs_diff(to_hz as usize) <= 1, "{to_hz}");
        // The resampler's delay is a whole number of frames at the output's rate.
        let least = (-50..=50)
            .map(|hundredths| {
                let late_s = 0.01 * f64::from(hundredths) / from_hz.min(to_hz);
                error(&frames, to_hz, |time_s| {
                    [300.0, 500.0].map(|hz| sine(hz, time_s - late_s))
                })
            })
            .fold(f64::INFINITY, f64::min);
        assert!(least < 1e-3, "{from_hz} to {to_hz} Hz: {least}");
    }
}

fn made(source: AuditionSource) -> Result<Audition, String> {
    let mut job = source.start(Arc::default()).expect("a thread");
    loop {
        if let Some(outcome) = job.take_outcome() {
            return outcome.flatten().expect("not cancelled");
        }
        std::thread::yield_now();
    }
}

/// A click in the recording and in the bank's transient are heard at the same instant.
#[test]
fn both_sides_begin_at_the_same_instant() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("click.wav");
    let click = |n| if n == 22_050 { 0.5 } else { 0.0 };
    fs::write(&path, wave_file(44_100, (0..44_100).map(click))).expect("a file");
    let tracks = Tracks {
        duration_s: 1.0,
        transients: vec![Transient {
            time_s: 0.5,
            sample_rate_hz: 44_100.0,
            pan: 0.0,
            samples: vec![0.5],
        }],
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: 44_100.0,
        hop: 256,
    };
    let bank = Arc::new(TrackBank::from_tracks(&tracks, grid).expect("small").0);
    for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        let audition = made(AuditionSource {
            bank: bank.clone(),
            sound: 0,
            original: Some(path.clone()),
            sample_rate_hz,
        });
        let audition = audition.expect("a sound");
        assert_eq!(audition.sample_rate_hz(), sample_rate_hz);
        assert!(audition.frames().abs_diff(sample_rate_hz as usize) <= 1);
        let loudest = AuditionSide::ALL.map(|side| {
            let levels = (0..audition.frames()).map(|place| audition.frame(side, place)[0].abs());
            let numbered = levels.enumerate();
            numbered
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .expect("frames")
                .0
        });
        assert!(loudest[0].abs_diff((0.5 * sample_rate_hz) as usize) <= 1);
        assert_eq!(loudest[0], loudest[1]);
    }
}

/// The bank's sound has the level of its partials, and an original that is not known is silent.
#[test]
fn the_partials_are_those_of_the_bank() {
    let source = AuditionSource {
        bank: bank(300.0, 1.0),
        sound: 0,
        original: None,
        sample_rate_hz: 48_000.0,
    };
    let expected = source.bank.to_tracks(0);
    let audition = made(source).expect("a sound");
    let level = |side: AuditionSide| {
        let frames = 4_800..43_200;
        let power = frames
            .clone()
            .map(|place| audition.frame(side, place)[0].powi(2));
        (power.sum::<f32>() / frames.len() as f32).sqrt()
    };
    assert_eq!(level(AuditionSide::Original), 0.0);
    let amplitudes = expected.tracks.iter().map(|of| of.breakpoints[0].amplitude);
    let rms = (0.5 * amplitudes.map(|a| a * a).sum::<f64>()).sqrt() as f32;
    let found = level(AuditionSide::Partials);
    assert!((found / rms - 1.0).abs() < 0.05, "{found} of {rms}");
}

#[test]
fn what_is_too_long_is_cut_and_fades() {
    let second = 1_000;
    let ones = |seconds: usize| vec![[1.0, 1.0]; seconds * second];
    let audition = Audition::new(second as f64, ones(40), ones(2));
    assert_eq!(audition.frames(), 30 * second);
    for (side, end) in [(AuditionSide::Original, 30), (AuditionSide::Partials, 2)] {
        let end = end * second;
        let fade = (end - 11..end + 1).map(|place| audition.frame(side, place)[0]);
        let fade: Vec<f32> = fade.collect();
        assert_eq!((fade[0], fade[10], fade[11]), (1.0, 0.0, 0.0), "{side:?}");
        assert!(fade.is_sorted_by(|a, b| a >= b), "{side:?}");
    }
}

#[test]
fn an_original_that_cannot_be_read_is_told_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text.wav");
    fs::write(&path, "no sound").expect("a file");
    for original in [path.clone(), folder.path().join("gone.wav")] {
        let told = made(AuditionSource {
            bank: bank(300.0, 0.1),
            sound: 0,
            original: Some(original.clone()),
            sample_rate_hz: 48_000.0,
        });
        let told = told.expect_err("no sound");
        assert!(told.starts_with(&original.display().to_string()), "{told}");
    }
}
