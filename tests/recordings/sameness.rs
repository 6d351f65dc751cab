//! What makes no difference to a recording: buffers, rates, threads, other voices, and when a bank comes.

use std::sync::Arc;

use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Param, Patch};
use aliquot::tracks::bands::NOISE_BANDS;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{BandNoise, Breakpoint, SustainLoop, Track, Transient};

use crate::performance::{RATE, engine, off, on, play};
use crate::{KEY, bank, error_db, player, recorded, tone, with};

fn everything() -> (Patch, Arc<TrackBank>) {
    let mut tracks = tone(128, 1.0);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.2,
        end_s: 0.4,
        crossfade_s: 0.05,
    });
    tracks.onsets_s = vec![0.0, 0.3];
    tracks.noise = Some(BandNoise {
        hop_s: 0.02,
        powers: vec![[1e-6; NOISE_BANDS]; 50],
    });
    tracks.transients.push(Transient {
        time_s: 0.1,
        sample_rate_hz: 44_100.0,
        pan: 0.3,
        samples: (0..300).map(|n| 0.2 * (0.2 * n as f32).sin()).collect(),
    });
    let patch = with(
        &recorded(),
        &[
            (Param::RECORDING_SPEED, 0.7),
            (Param::KEEP_FORMANTS, 0.5),
            (Param::UNISON, 3.0),
            (Param::AMP_RELEASE, 0.3),
            (Param::SPREAD, 0.5),
        ],
    );
    // A louder recording of many more partials, so that voices are of different widths.
    let mut loud = tracks.clone();
    loud.tracks.extend((0..60).map(|n| {
        Track {
            label: None,
            breakpoints: [0.0, 0.9]
                .map(|t| Breakpoint::new(t, 1_000.0 + 37.0 * f64::from(n), 0.002))
                .to_vec(),
        }
    }));
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let sounds = [
        (KeyZone::new(0..=127, 0..=63), &tracks),
        (KeyZone::new(0..=127, 64..=127), &loud),
    ];
    let (bank, _) = TrackBank::from_sounds(&sounds, grid).expect("a bank");
    (patch, Arc::new(bank))
}

#[test]
fn buffers_make_no_difference() {
    let (patch, bank) = everything();
    let events = [
        (17, on(0, KEY, 1.0)),
        (3_001, on(0, KEY + 5, 0.4)),
        (30_000, off(0, KEY)),
    ];
    let render = |sizes: &[usize]| play(&mut player(&patch, &bank), &events, 48_000, sizes);
    let expected = render(&[512]);
    for sizes in [&[1][..], &[7, 64, 1_000], &[4_096]] {
        assert!(render(sizes) == expected, "{sizes:?}");
    }
}

#[test]
fn any_rate_is_finite_and_nothing_is_above_nyquist() {
    let (patch, bank) = everything();
    for rate_hz in [8_000.0, 22_050.0, 44_100.0, 96_000.0, 384_000.0] {
        let mut engine = engine(rate_hz, &patch);
        engine.set_recordings(Arc::new(Recordings::new(bank.clone())));
        for speed in [-4.0, 0.0, 4.0] {
            engine.set_patch(&with(&patch, &[(Param::RECORDING_SPEED, speed)]));
            let events = [
                (0, on(0, 127, 1.0)),
                (100, on(0, 20, 1.0)),
                (200, on(0, KEY, 1.0)),
            ];
            let (left, right) = play(&mut engine, &events, 4_800, &[333]);
            let is_good = |x: &f32| x.is_finite() && x.abs() < 4.0;
            assert!(
                left.iter().all(is_good) && right.iter().all(is_good),
                "{rate_hz} {speed}"
            );
        }
    }
}

#[test]
fn another_bank_comes_under_notes_that_sound() {
    let (patch, first) = everything();
    let second = bank(&tone(256, 2.0), 256);
    let keep = [
        Recordings::new(first),
        Recordings::new(second),
        Recordings::default(),
    ]
    .map(Arc::new);
    let render = || {
        let mut engine = engine(RATE, &patch);
        let mut sound = Vec::new();
        engine.set_recordings(keep[0].clone());
        for place in [0, 1, 2, 0, 1] {
            engine.set_recordings(keep[place].clone());
            let events = [(100, on(0, KEY, 1.0))];
            sound.extend(play(&mut engine, &events, 4_000, &[256]).0);
        }
        sound
    };
    let sound = render();
    assert!(sound.iter().all(|x| x.is_finite()) && render() == sound);
    let loudest = sound.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let jump = sound
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(loudest < 3.0 && jump < 0.5, "{loudest} {jump}");
}

/// A transient that loses its bank fades out within a segment.
#[test]
fn a_transient_whose_bank_is_taken_away_does_not_click() {
    let mut tracks = tone(128, 0.5);
    tracks.tracks.truncate(1);
    for point in &mut tracks.tracks[0].breakpoints {
        point.amplitude = 1e-4;
    }
    let samples = |n: u32| 0.5 * (1.0 - (f64::from(n) * 0.002).cos()) as f32;
    tracks.transients.push(Transient {
        time_s: 0.0,
        sample_rate_hz: RATE,
        pan: 0.0,
        samples: (0..20_000).map(samples).collect(),
    });
    let mut engine = player(&recorded(), &bank(&tracks, 128));
    let (mut sound, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 1_600, &[256]);
    let before = sound[1_599].abs();
    engine.set_recordings(Arc::default());
    sound.extend(play(&mut engine, &[], 1_600, &[256]).0);
    let steps = sound.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let jump = steps.fold(0.0, f32::max);
    assert!(before > 0.1, "{before}");
    assert!(jump < before / 40.0, "{jump} after {before}");
    let after = sound[1_800..]
        .iter()
        .fold(0.0_f32, |most, x| most.max(x.abs()));
    assert!(after < 1e-3, "{after}");
}

#[test]
fn threads_make_no_difference_but_a_block() {
    let (patch, bank) = everything();
    let events: Vec<_> = (0..40)
        .map(|n| (1_000 * n, on(0, 40 + n as u8, [0.2, 0.5, 0.9][n % 3])))
        .collect();
    let frames = 48_000;
    let (expected, _) = play(&mut player(&patch, &bank), &events, frames, &[512]);
    let mut engine = player(&patch, &bank);
    let threading = aliquot::workers::threading(3, engine.dimensions(), || {}).expect("threads");
    assert!(engine.set_threading(Some(threading)).is_none());
    let block = engine.latency_frames();
    let (found, _) = play(&mut engine, &events, frames + block, &[512]);
    assert!(found[block..] == expected);
}

/// A voice reads what its thread has read for other voices before it.
#[test]
fn other_voices_make_no_difference() {
    let (patch, bank) = everything();
    // Noise is another for each note.
    let patch = with(&patch, &[(Param::NOISE_LEVEL, 0.0)]);
    let quiet = [(64, on(0, KEY, 0.45))];
    let both = [(0, on(1, KEY + 7, 1.0)), (64, on(0, KEY, 0.45))];
    let loud = [(0, on(1, KEY + 7, 1.0))];
    let play = |events: &[_]| play(&mut player(&patch, &bank), events, 9_600, &[512]).0;
    let (alone, together, other) = (play(&quiet), play(&both), play(&loud));
    let rest: Vec<f32> = together.iter().zip(&other).map(|(a, b)| a - b).collect();
    let error = error_db(&rest, &alone);
    assert!(error < -90.0, "{error:.1} dB");
}
