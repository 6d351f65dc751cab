//! Playback of recordings as partials, against the synthesis that judges an analysis.

mod performance;

use std::f64::consts::TAU;
use std::sync::Arc;

use aliquot::analysis::synthesis::{Without, sound};
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Engine, Param, Patch};
use aliquot::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS, envelope_points_hz};
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{
    BandNoise, Breakpoint, SpectralEnvelope, SustainLoop, Track, Tracks, Transient,
};
use performance::{RATE, engine, off, on, play, sine};

const KEY: u8 = 69;

fn recorded() -> Patch {
    let mut patch = sine();
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    patch.set(Param::BODY_A, body.expect("a body") as f32);
    patch
}

/// A tone of A4 with vibrato and decaying overtones, with breakpoints every `hop` samples.
fn tone(hop: u32, duration_s: f64) -> Tracks {
    let hop_s = f64::from(hop) / RATE;
    let count = (duration_s / hop_s) as usize;
    let track = |n: u32| {
        let mut turns = 0.1 * f64::from(n);
        let hz = |t: f64| 440.0 * f64::from(n) * (1.0 + 0.004 * (TAU * 5.0 * t).sin());
        let point = |k: usize| {
            let t = k as f64 * hop_s;
            let swell = (t / 0.05).min(1.0) * (-t * f64::from(n)).exp();
            let amplitude = 0.3 / f64::from(n) * swell * (1.0 + 0.2 * (TAU * 3.0 * t).sin());
            let point = Breakpoint::new(t, hz(t), amplitude).with_phase(turns);
            turns += 0.5 * (hz(t) + hz(t + hop_s)) * hop_s;
            point
        };
        Track {
            label: Some(n),
            breakpoints: (0..count).map(point).collect(),
        }
    };
    Tracks {
        duration_s: count as f64 * hop_s,
        root_hz: Some(440.0),
        tracks: (1..=12).map(track).collect(),
        ..Tracks::default()
    }
}

fn bank(tracks: &Tracks, hop: u32) -> Arc<TrackBank> {
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop,
    };
    let (bank, remarks) = TrackBank::from_tracks(tracks, grid).expect("a bank");
    assert!(remarks.is_empty(), "{remarks:?}");
    Arc::new(bank)
}

fn player(patch: &Patch, bank: &Arc<TrackBank>) -> Engine {
    let mut engine = engine(RATE, patch);
    engine.set_recordings(Arc::new(Recordings::new(bank.clone())));
    engine
}

/// Partials and transients.
fn synthesis(bank: &TrackBank) -> Vec<f32> {
    let without = Without {
        transients: false,
        noise: true,
    };
    sound(&bank.to_tracks(0), RATE, without).mid
}

fn level_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / samples.len() as f64).log10()
}

fn with(patch: &Patch, settings: &[(Param, f32)]) -> Patch {
    let mut patch = *patch;
    for (param, value) in settings {
        patch.set(*param, *value);
    }
    patch
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

/// Power of the difference over that of what is expected, decibels.
fn error_db(found: &[f32], expected: &[f32]) -> f64 {
    let power = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let pairs = || found.iter().zip(expected);
    let error = power(&mut pairs().map(|(a, b)| f64::from(a - b)));
    10.0 * (error / power(&mut expected.iter().map(|x| f64::from(*x)))).log10()
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

fn quiet_and_loud() -> Arc<TrackBank> {
    let scaled = |gain: f64| {
        let mut tracks = tone(128, 1.0);
        let points = tracks
            .tracks
            .iter_mut()
            .flat_map(|track| &mut track.breakpoints);
        points.for_each(|point| point.amplitude *= gain);
        tracks
    };
    let zone = |lowest_velocity, highest_velocity| KeyZone {
        lowest_velocity,
        highest_velocity,
        ..KeyZone::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let (quiet, loud) = (scaled(0.01), scaled(1.0));
    let sounds = [(zone(0, 63), &quiet), (zone(64, 127), &loud)];
    Arc::new(TrackBank::from_sounds(&sounds, grid).expect("a bank").0)
}

#[test]
fn zones_of_velocity_are_mixed_in_decibels() {
    let bank = quiet_and_loud();
    let patch = with(&recorded(), &[(Param::VELOCITY_LEVEL, 0.0)]);
    let level = |velocity: f32| {
        let (left, _) = play(
            &mut player(&patch, &bank),
            &[(0, on(0, KEY, velocity))],
            9_600,
            &[512],
        );
        level_db(&left[2_400..])
    };
    let (quiet, middle, loud) = (level(0.1), level(63.5 / 127.0), level(1.0));
    assert!((loud - quiet - 40.0).abs() < 0.1, "{quiet} {loud}");
    assert!(
        (middle - quiet - 20.0).abs() < 0.2,
        "{quiet} {middle} {loud}"
    );
}

#[test]
fn corners_of_the_pad_are_the_recording_and_the_computed_spectrum() {
    let bank = bank(&tone(128, 1.0), 128);
    let events = [(0, on(0, KEY, 1.0))];
    let at = |settings: &[(Param, f32)]| {
        let patch = with(&recorded(), settings);
        play(&mut player(&patch, &bank), &events, 9_600, &[512]).0
    };
    let alone = at(&[]);
    let bright = [(Param::COLOUR_B, 3.0), (Param::PARTIALS, 20.0)];
    assert!(alone == at(&bright));
    let right = |more: &[(Param, f32)]| [&bright[..], &[(Param::MORPH_X, 1.0)], more].concat();
    let computed = at(&right(&[]));
    assert!(computed == at(&right(&[(Param::BODY_A, 1.0)])));
    let middle = at(&[&bright[..], &[(Param::MORPH_X, 0.5)]].concat());
    let levels = [&alone, &middle, &computed].map(|samples| level_db(&samples[2_400..]));
    assert!(levels.iter().all(|level| level.is_finite()));
    assert!(
        levels[1] > levels[0].min(levels[2]) - 12.0 && levels[1] < levels[0].max(levels[2]) + 1.0,
        "{levels:?}"
    );
}

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
    let zone = |lowest_velocity, highest_velocity| KeyZone {
        lowest_velocity,
        highest_velocity,
        ..KeyZone::default()
    };
    let sounds = [(zone(0, 63), &tracks), (zone(64, 127), &loud)];
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

/// From key to key between zones the sound goes on.
#[test]
fn a_legato_phrase_between_zones_does_not_stop() {
    let tracks = tone(128, 1.0);
    let zone = |lowest_key, highest_key| KeyZone {
        lowest_key,
        highest_key,
        ..KeyZone::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let high = Tracks {
        root_hz: Some(880.0),
        ..tracks.clone()
    };
    let sounds = [(zone(0, 74), &tracks), (zone(75, 127), &high)];
    let bank = Arc::new(TrackBank::from_sounds(&sounds, grid).expect("a bank").0);
    let patch = with(
        &recorded(),
        &[
            (Param::PLAY_MODE, 2.0),
            (Param::FREEZE, 1.0),
            (Param::RECORDING_POSITION, 0.2),
        ],
    );
    let events = [
        (0, on(0, 71, 1.0)),
        (9_600, on(0, 73, 1.0)),
        (14_400, on(0, 78, 1.0)),
    ];
    let (left, _) = play(&mut player(&patch, &bank), &events, 19_200, &[512]);
    let levels: Vec<f64> = left[4_800..].chunks(256).map(level_db).collect();
    let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let most = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!(most - least < 9.0, "{least:.1} to {most:.1} dB");
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

/// All four spectra of one recording are that recording wherever the pad is, and end with it.
#[test]
fn a_pad_between_equal_recordings_is_one_of_them() {
    let bank = bank(&tone(128, 0.5), 128);
    let body = recorded().plain(Param::BODY_A);
    let pad = with(
        &recorded(),
        &[
            (Param::BODY_B, body),
            (Param::BODY_C, body),
            (Param::BODY_D, body),
            (Param::MORPH_X, 0.33),
            (Param::MORPH_Y, 0.48),
        ],
    );
    let render = |patch: &Patch| {
        let mut engine = player(patch, &bank);
        let (left, _) = play(&mut engine, &[(0, on(0, KEY, 1.0))], 48_000, &[512]);
        (left, engine.is_silent())
    };
    assert!(render(&pad) == render(&recorded()) && render(&pad).1);
}
