//! One recording: speed, pitch, loop, freeze and what is no partial.

use std::f64::consts::TAU;
use std::sync::Arc;

use aliquot::analysis::synthesis::{Without, sound};
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Engine, Param, Snapshot};
use aliquot::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS, envelope_points_hz};
use aliquot::tracks::bank_edits::BankEdits;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{
    BandNoise, Breakpoint, SpectralEnvelope, SustainLoop, Track, Tracks, Transient,
};

use crate::performance::{RATE, engine, off, on, play};
use crate::{KEY, bank, error_db, level_db, player, recorded, tone, with};

/// Partials and transients.
fn synthesis(bank: &TrackBank) -> Vec<f32> {
    let without = Without {
        transients: false,
        noise: true,
    };
    sound(&bank.to_tracks(0), RATE, without).mid
}

/// Frequency of the loudest bin between two, by the phase of two windows one sample apart.
fn frequency_hz(samples: &[f32], near_hz: f64) -> f64 {
    let line = |offset: usize, hz: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        let count = samples.len() - 1;
        for (n, x) in samples[offset..offset + count].iter().enumerate() {
            let window = 0.5 - 0.5 * (TAU * n as f64 / count as f64).cos();
            let angle = TAU * hz * n as f64 / RATE;
            re += window * f64::from(*x) * angle.cos();
            im -= window * f64::from(*x) * angle.sin();
        }
        (re, im)
    };
    let (a, b) = (line(0, near_hz), line(1, near_hz));
    let turn = (b.1 * a.0 - b.0 * a.1).atan2(b.0 * a.0 + b.1 * a.1);
    turn / TAU * RATE
}

#[test]
fn at_its_own_speed_and_pitch_it_is_the_synthesis_of_the_bank() {
    for hop in [64, 128, 256] {
        let bank = bank(&tone(hop, 2.0), hop);
        let expected = synthesis(&bank);
        let mut engine = player(&recorded(), &bank);
        let (left, right) = play(&mut engine, &[(0, on(0, KEY, 1.0))], expected.len(), &[512]);
        // At the end partials of the bank stop, and those of a voice fade out.
        let end = expected.len() - 2 * hop as usize;
        let error = error_db(&left[..end], &expected[..end]);
        println!("hop {hop}: {error:.1} dB");
        assert!(error < -80.0, "{hop}: {error:.1} dB");
        assert!(left == right);
    }
}

#[test]
fn transients_are_played_at_their_times() {
    let mut tracks = tone(128, 1.0);
    let samples = (0..400).map(|n| 0.5 * (0.4 * n as f32).sin() * (-0.01 * n as f32).exp());
    for time_s in [0.0, 0.25, 0.25 + 37.0 / RATE] {
        tracks.transients.push(Transient {
            time_s,
            sample_rate_hz: RATE,
            pan: 0.0,
            samples: samples.clone().collect(),
        });
    }
    let bank = bank(&tracks, 128);
    let expected = synthesis(&bank);
    let (left, _) = play(
        &mut player(&recorded(), &bank),
        &[(0, on(0, KEY, 1.0))],
        40_000,
        &[512],
    );
    let error = error_db(&left, &expected[..40_000]);
    assert!(error < -80.0, "{error:.1} dB");
    let silent = with(&recorded(), &[(Param::TRANSIENT_LEVEL, 0.0)]);
    let (left, _) = play(
        &mut player(&silent, &bank),
        &[(0, on(0, KEY, 1.0))],
        40_000,
        &[512],
    );
    let error = error_db(&left, &expected[..40_000]);
    assert!(error > -20.0, "{error:.1} dB");
}

#[test]
fn noise_has_the_power_of_its_bands() {
    let mut powers = [0.0; NOISE_BANDS];
    powers[20..30].fill(1e-4);
    let noise = BandNoise {
        hop_s: 0.02,
        powers: vec![powers; 60],
    };
    let tracks = Tracks {
        duration_s: 1.2,
        root_hz: Some(440.0),
        noise: Some(noise),
        ..Tracks::default()
    };
    let bank = bank(&tracks, 128);
    // Louder, and to one side.
    let patch = with(
        &recorded(),
        &[(Param::NOISE_LEVEL, 2.0), (Param::FREEZE, 1.0)],
    );
    let (left, right) = play(
        &mut player(&patch, &bank),
        &[(0, on(0, KEY, 1.0))],
        48_000,
        &[512],
    );
    let found = level_db(&left[4_800..]);
    let expected = 10.0 * (10.0 * 1e-4_f64).log10() + 6.02;
    assert!(
        (found - expected).abs() < 1.0,
        "{found:.2} dB, {expected:.2} dB"
    );
    assert!(left == right);
}

#[test]
fn pitch_and_speed_are_apart() {
    let bank = bank(&tone(128, 2.0), 128);
    for (key, speed, hz) in [
        (KEY, 0.25, 440.0),
        (KEY + 12, 1.0, 880.0),
        (KEY - 12, -0.5, 220.0),
        (KEY + 7, 0.0, 659.255),
    ] {
        let settings = [
            (Param::RECORDING_SPEED, speed),
            (
                Param::RECORDING_POSITION,
                if speed < 0.0 { 0.4 } else { 0.1 },
            ),
        ];
        let mut engine = player(&with(&recorded(), &settings), &bank);
        let (left, _) = play(&mut engine, &[(0, on(0, key, 1.0))], 19_200, &[512]);
        // A cycle of the vibrato, or the place where it stands.
        let found = frequency_hz(&left[..9_600], hz);
        assert!(
            (found / hz - 1.0).abs() < 0.006,
            "{key} {speed}: {found} Hz"
        );
        assert!(level_db(&left) > -40.0);
    }
}

#[test]
fn it_ends_where_the_recording_does_and_holds_where_it_is_frozen() {
    let bank = bank(&tone(128, 0.5), 128);
    let events = [(0, on(0, KEY, 1.0))];
    let mut engine = player(&recorded(), &bank);
    let (left, _) = play(&mut engine, &events, 48_000, &[512]);
    assert!(level_db(&left[20_000..22_000]) > -60.0 && left[26_000..].iter().all(|x| *x == 0.0));
    assert!(engine.is_silent());
    let frozen = with(
        &recorded(),
        &[(Param::FREEZE, 1.0), (Param::RECORDING_POSITION, 0.3)],
    );
    let mut engine = player(&frozen, &bank);
    let (left, _) = play(&mut engine, &events, 480_000, &[512]);
    let [early, late] = [&left[4_800..24_000], &left[400_000..]].map(level_db);
    assert!((early - late).abs() < 0.1 && late > -40.0, "{early} {late}");
}

#[test]
fn a_loop_is_repeated_until_the_release() {
    let mut tracks = tone(128, 1.0);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.3,
        end_s: 0.7,
        crossfade_s: 0.1,
    });
    let bank = bank(&tracks, 128);
    let patch = with(&recorded(), &[(Param::AMP_RELEASE, 2.0)]);
    let events = [(0, on(0, KEY, 1.0)), (144_000, off(0, KEY))];
    let (left, _) = play(&mut player(&patch, &bank), &events, 192_000, &[512]);
    let [first, last] = [&left[24_000..43_200], &left[120_000..139_200]].map(level_db);
    assert!((first - last).abs() < 2.0, "{first} {last}");
    assert!(left[180_000..].iter().all(|x| x.abs() < 1e-6));
    // No step anywhere: the largest jump between samples is that of the first pass.
    let jump = |samples: &[f32]| {
        samples
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).abs())
            .fold(0.0, f32::max)
    };
    assert!(jump(&left[33_600..144_000]) <= 1.1 * jump(&left[..33_600]));
    let once = with(&patch, &[(Param::RECORDING_LOOP, 0.0)]);
    let (left, _) = play(&mut player(&once, &bank), &events, 96_000, &[512]);
    assert!(left[52_800..].iter().all(|x| *x == 0.0));
}

#[test]
fn formants_stay_where_they_were() {
    let mut tracks = tone(128, 1.0);
    let points = envelope_points_hz();
    let gain = |hz: f64| (1.0 / (1.0 + ((hz - 1_500.0) / 300.0).powi(2))) as f32;
    for track in &mut tracks.tracks {
        for point in &mut track.breakpoints {
            point.amplitude = 0.2 * f64::from(gain(point.frequency_hz));
        }
    }
    let gains: [f32; ENVELOPE_POINTS] = points.map(gain);
    tracks.envelope = Some(SpectralEnvelope {
        hop_s: 0.02,
        gains: vec![gains; 50],
    });
    let bank = bank(&tracks, 128);
    let loudest = |settings: &[(Param, f32)]| {
        let mut engine = player(&with(&recorded(), settings), &bank);
        let mut snapshot = aliquot::synth::Snapshot::default();
        play(&mut engine, &[(0, on(0, KEY + 12, 1.0))], 9_600, &[64]);
        engine.snapshot(&mut snapshot);
        let (_, partials) = snapshot.voices().next().expect("a voice");
        let loudest = partials
            .iter()
            .max_by(|a, b| a.left.total_cmp(&b.left))
            .expect("partials");
        loudest.frequency_hz
    };
    let near = |hz: f32, expected: f32| (hz / expected).log2().abs() < 0.3;
    assert!(near(loudest(&[]), 3_000.0));
    assert!(near(loudest(&[(Param::KEEP_FORMANTS, 1.0)]), 1_500.0));
    assert!(near(loudest(&[(Param::FORMANT_SHIFT, 12.0)]), 6_000.0));
}

#[test]
fn without_a_bank_there_is_silence_and_the_rest_sounds() {
    let mut engine = engine(RATE, &recorded());
    let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 4_800, &[512]);
    assert!(left.iter().all(|x| *x == 0.0));
    let patch = with(&recorded(), &[(Param::MORPH_X, 0.5)]);
    engine.set_patch(&patch);
    let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 4_800, &[512]);
    assert!(left.iter().all(|x| x.is_finite()));
}

#[test]
fn repeated_notes_have_noise_of_their_own() {
    let tracks = Tracks {
        duration_s: 1.0,
        root_hz: Some(440.0),
        noise: Some(BandNoise {
            hop_s: 0.02,
            powers: vec![[1e-5; NOISE_BANDS]; 50],
        }),
        ..Tracks::default()
    };
    let bank = bank(&tracks, 128);
    let patch = with(&recorded(), &[(Param::AMP_RELEASE, 0.0)]);
    let events = [
        (0, on(0, KEY, 1.0)),
        (9_600, off(0, KEY)),
        (12_800, on(0, KEY, 1.0)),
    ];
    let (left, _) = play(&mut player(&patch, &bank), &events, 22_400, &[512]);
    let (first, second) = (&left[..9_600], &left[12_800..22_400]);
    assert!(error_db(second, first) > 0.0);
}

/// Power of a frequency in samples, decibels of full scale.
pub fn line_db(samples: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let window = 1.0 - (TAU * n as f64 / samples.len() as f64).cos();
        let angle = TAU * hz * n as f64 / RATE;
        re += window * f64::from(*x) * angle.cos();
        im += window * f64::from(*x) * angle.sin();
    }
    20.0 * (2.0 * re.hypot(im) / samples.len() as f64).log10()
}

/// Each partial has the same frequency and level to the bit after a minute, also where two recordings or both sides of
/// a loop's crossfade are mixed.
#[test]
fn what_is_frozen_is_steady() {
    let mut tracks = tone(128, 1.0);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.3,
        end_s: 0.7,
        crossfade_s: 0.2,
    });
    let mut loud = tracks.clone();
    for point in loud
        .tracks
        .iter_mut()
        .flat_map(|track| &mut track.breakpoints)
    {
        point.amplitude *= 3.0;
        point.frequency_hz *= 1.002;
    }
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let zones = [
        KeyZone::new(0..=127, 0..=63),
        KeyZone::new(0..=127, 64..=127),
    ];
    let sounds = [(zones[0], &tracks), (zones[1], &loud)];
    let bank = Arc::new(TrackBank::from_sounds(&sounds, grid).expect("a bank").0);
    for position in [0.2, 0.61] {
        let mut engine = player(&recorded(), &bank);
        let mut snapshot = Snapshot::default();
        // It runs first, and stands still from then on.
        play(&mut engine, &[(0, on(0, KEY, 0.5))], 3_000, &[512]);
        engine.set_patch(&with(
            &recorded(),
            &[(Param::FREEZE, 1.0), (Param::RECORDING_POSITION, position)],
        ));
        play(&mut engine, &[], 4_800, &[512]);
        engine.snapshot(&mut snapshot);
        let partials = |snapshot: &Snapshot| {
            let (_, partials) = snapshot.voices().next().expect("a voice");
            partials.to_vec()
        };
        let at_first = partials(&snapshot);
        play(&mut engine, &[], 60 * 48_000, &[4_096]);
        engine.snapshot(&mut snapshot);
        assert_eq!(partials(&snapshot), at_first, "{position}");
        assert!(
            at_first
                .iter()
                .filter(|partial| partial.power() > 0.0)
                .count()
                == 12
        );
    }
}

/// Behind the loop comes what was recorded behind it, once the key is let go.
#[test]
fn a_release_goes_on_behind_the_loop() {
    const BEHIND_HZ: f64 = 3_111.0;
    let mut tracks = tone(128, 1.5);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.3,
        end_s: 0.7,
        crossfade_s: 0.1,
    });
    tracks.tracks.push(Track {
        label: None,
        breakpoints: [(0.75, 0.0), (0.8, 0.1), (1.4, 0.1)]
            .map(|(time_s, amplitude)| Breakpoint::new(time_s, BEHIND_HZ, amplitude))
            .to_vec(),
    });
    let bank = bank(&tracks, 128);
    let patch = with(&recorded(), &[(Param::AMP_RELEASE, 20.0)]);
    let events = [(0, on(0, KEY, 1.0)), (96_000, off(0, KEY))];
    let level_behind = |settings: &[(Param, f32)], from: usize| {
        let patch = with(&patch, settings);
        let (left, _) = play(&mut player(&patch, &bank), &events, 144_000, &[512]);
        line_db(&left[from..from + 9_600], BEHIND_HZ)
    };
    // In the loop; and when the place has come from wherever it was in it to what is behind.
    assert!(level_behind(&[], 80_000) < -70.0);
    assert!(level_behind(&[], 122_400) > -40.0);
    assert!(level_behind(&[(Param::RECORDING_LOOP, 2.0)], 122_400) < -70.0);
}

/// The places of the voices in the snapshot, which the window shows.
fn places(engine: &Engine) -> Vec<(u32, f64)> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let recorded = snapshot.recorded().iter();
    recorded
        .map(|at| (at.sound, f64::from(at.place_s)))
        .collect()
}

#[test]
fn the_snapshot_has_the_place_of_each_voice() {
    let bank = bank(&tone(128, 2.0), 128);
    let patch = with(&recorded(), &[(Param::RECORDING_SPEED, 0.5)]);
    let mut engine = player(&patch, &bank);
    let block_s = 64.0 / RATE;
    let events = [(0, on(0, KEY, 1.0)), (24_000, on(0, KEY + 3, 1.0))];
    play(&mut engine, &events, 48_000, &[512]);
    let [(0, first_s), (0, second_s)] = places(&engine)[..] else {
        panic!("two voices: {:?}", places(&engine));
    };
    for (found_s, expected_s) in [(first_s, 0.5), (second_s, 0.25)] {
        assert!(
            (found_s - expected_s).abs() < block_s,
            "{found_s} s, not {expected_s} s"
        );
    }
    // A computed spectrum is in no recording.
    let mut computed = self::engine(RATE, &crate::performance::sine());
    play(&mut computed, &[(0, on(0, KEY, 1.0))], 4_800, &[512]);
    assert_eq!(places(&computed), []);
}

/// A loop and a root in place of those of the bank.
#[test]
fn edits_take_the_place_of_the_banks_loop_and_root() {
    let bank = bank(&tone(128, 1.0), 128);
    let edits = BankEdits::parse("1 root 220; 1 loop 0.3 0.5").expect("edits");
    let mut engine = engine(RATE, &recorded());
    let recordings = Recordings::new(bank.clone());
    engine.set_recordings(Arc::new(recordings.edited(&edits)));
    // The key of 440 Hz plays a recording of 220 Hz an octave higher.
    let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 144_000, &[512]);
    let found_hz = frequency_hz(&left[9_600..14_400], 880.0);
    assert!((found_hz / 880.0 - 1.0).abs() < 0.01, "{found_hz} Hz");
    let [(0, place_s)] = places(&engine)[..] else {
        panic!("one voice that sounds on");
    };
    assert!((0.3..0.5).contains(&place_s), "{place_s}");
    assert!(level_db(&left[100_000..]) > -60.0);
}

/// The parameters of single partials are those of the recording's harmonics, in whatever order these begin.
#[test]
fn edits_of_a_partial_are_of_that_harmonic() {
    let mut tracks = tone(128, 1.0);
    tracks.tracks.reverse();
    let bank = bank(&tracks, 128);
    let lines = |settings: &[(Param, f32)]| {
        let mut engine = player(&with(&recorded(), settings), &bank);
        let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 19_200, &[512]);
        // A cycle of the vibrato and more.
        [1_320.0, 1_760.0].map(|hz| line_db(&left[4_800..], hz))
    };
    let plain = lines(&[]);
    let edited = lines(&[(Param::partial_level(3), -60.0)]);
    assert!(edited[0] < plain[0] - 40.0, "{plain:?} {edited:?}");
    assert!((edited[1] - plain[1]).abs() < 0.01, "{plain:?} {edited:?}");
}
