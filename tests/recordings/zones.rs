//! Several recordings, or recordings beside computed spectra, in one note.

use std::sync::Arc;

use aliquot::synth::{Param, Patch};
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{Breakpoint, Track, Tracks};

use crate::performance::{RATE, on, play};
use crate::playback::line_db;
use crate::{KEY, bank, level_db, player, recorded, tone, with};

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
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let (quiet, loud) = (scaled(0.01), scaled(1.0));
    let sounds = [
        (KeyZone::new(0..=127, 0..=63), &quiet),
        (KeyZone::new(0..=127, 64..=127), &loud),
    ];
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

/// From key to key between zones the sound goes on.
#[test]
fn a_legato_phrase_between_zones_does_not_stop() {
    let tracks = tone(128, 1.0);
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let high = Tracks {
        root_hz: Some(880.0),
        ..tracks.clone()
    };
    let sounds = [
        (KeyZone::new(0..=74, 0..=127), &tracks),
        (KeyZone::new(75..=127, 0..=127), &high),
    ];
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

/// Keys and velocities at once: a note between all four is mixed of all four.
#[test]
fn layers_at_two_keys_are_mixed_of_four() {
    let scaled = |gain: f64, root_hz: f64| {
        let mut tracks = tone(128, 1.0);
        tracks.root_hz = Some(root_hz);
        let points = tracks
            .tracks
            .iter_mut()
            .flat_map(|track| &mut track.breakpoints);
        points.for_each(|point| {
            point.amplitude *= gain;
            point.frequency_hz *= root_hz / 440.0;
        });
        tracks
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let high_hz = 440.0 * 2.0_f64.powf(10.0 / 12.0);
    let tones = [(0.01, 440.0), (1.0, 440.0), (0.1, high_hz), (1.0, high_hz)];
    let tones = tones.map(|(gain, root_hz)| scaled(gain, root_hz));
    let zones = [
        KeyZone::new(0..=73, 0..=63),
        KeyZone::new(0..=73, 64..=127),
        KeyZone::new(74..=127, 0..=63),
        KeyZone::new(74..=127, 64..=127),
    ];
    let sounds: Vec<_> = zones.into_iter().zip(&tones).collect();
    let bank = Arc::new(TrackBank::from_sounds(&sounds, grid).expect("a bank").0);
    let patch = with(&recorded(), &[(Param::VELOCITY_LEVEL, 0.0)]);
    let level = |key: u8, velocity: f32| {
        let events = [(0, on(0, key, velocity))];
        let (left, _) = play(&mut player(&patch, &bank), &events, 9_600, &[512]);
        level_db(&left[2_400..])
    };
    let loud = level(KEY + 10, 1.0);
    // Parts of the layers' −40 and −20 dB by the distance to either key.
    for (key, share) in [(0, 0.0), (3, 0.3), (5, 0.5), (8, 0.8), (10, 1.0)] {
        let quiet = level(KEY + key, 0.1) - loud;
        let expected = -40.0 + 20.0 * share;
        assert!((quiet - expected).abs() < 0.3, "{key}: {quiet:.2} dB");
        let middle = level(KEY + key, 63.5 / 127.0) - loud;
        assert!(
            (middle - 0.5 * expected).abs() < 0.3,
            "{key}: {middle:.2} dB"
        );
    }
}

/// A partial at each of these frequencies, with these amplitudes and labels. Each begins a frame after the one before.
pub fn struck(partials: &[(f64, f64)], label: impl Fn(u32) -> Option<u32>) -> Tracks {
    let hop_s = 128.0 / RATE;
    let tracks = partials
        .iter()
        .zip(0..)
        .map(|(&(hz, amplitude), first)| Track {
            label: label(first + 1),
            breakpoints: (first..400)
                .map(|k| f64::from(k) * hop_s)
                .map(|t| Breakpoint::new(t, hz, amplitude).with_phase(hz * t))
                .collect(),
        });
    Tracks {
        duration_s: 400.0 * hop_s,
        root_hz: Some(440.0),
        tracks: tracks.collect(),
        ..Tracks::default()
    }
}

/// What is heard half way between two layers.
fn between(soft: &Tracks, loud: &Tracks) -> Vec<f32> {
    let sounds = [
        (KeyZone::new(0..=127, 0..=63), soft),
        (KeyZone::new(0..=127, 64..=127), loud),
    ];
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let bank = Arc::new(TrackBank::from_sounds(&sounds, grid).expect("a bank").0);
    let patch = with(&recorded(), &[(Param::VELOCITY_LEVEL, 0.0)]);
    let events = [(0, on(0, KEY, 63.5 / 127.0))];
    let (left, _) = play(&mut player(&patch, &bank), &events, 38_400, &[512]);
    left[4_800..].to_vec()
}

pub fn assert_lines(sound: &[f32], lines: &[(f64, f64)]) {
    for &(hz, amplitude) in lines {
        let found = line_db(sound, hz);
        let expected = 20.0 * f64::log10(amplitude);
        let is_near = (found - expected).abs() < 0.1;
        assert!(is_near, "{hz} Hz: {found:.2} dB, not {expected:.2}");
    }
}

/// Layers of a bell, whose partials have no numbers: each is mixed with the one of its frequency in the other layer,
/// whichever begins first there.
#[test]
fn layers_of_a_bell_are_mixed_partial_by_partial() {
    let soft = [
        (440.0, 0.1),
        (1_213.0, 0.01),
        (2_381.0, 0.004),
        (3_907.0, 0.002),
    ];
    let loud = [
        (3_930.0, 0.02),
        (2_370.0, 0.04),
        (440.0, 0.4),
        (1_220.0, 0.09),
    ];
    let [soft, loud] = [soft, loud].map(|partials| struck(&partials, |_| None));
    // The mean of both, in octaves and in decibels.
    let lines = [
        (440.0, 0.2),
        (1_216.495, 0.03),
        (2_375.494, 0.012_649),
        (3_918.483, 0.006_325),
    ];
    assert_lines(&between(&soft, &loud), &lines);
}

/// A bell and a string: partials of the bell meet the harmonics that they are near, and the others stay, whichever
/// sound comes first in the bank.
#[test]
fn a_bell_meets_the_harmonics_of_a_string() {
    let bell = struck(&[(1_310.0, 0.1), (700.0, 0.1), (440.0, 0.1)], |_| None);
    let string = struck(&[(440.0, 0.1), (880.0, 0.1), (1_320.0, 0.1)], Some);
    let lines = [(440.0, 0.1), (1_314.990, 0.1), (880.0, 0.05), (700.0, 0.05)];
    for (soft, loud) in [(&bell, &string), (&string, &bell)] {
        let sound = between(soft, loud);
        assert_lines(&sound, &lines[..2]);
        // Those without a partner are heard too, and softer.
        for (hz, _) in &lines[2..] {
            let level_db = line_db(&sound, *hz);
            assert!(
                (-90.0..-20.0).contains(&level_db),
                "{hz} Hz: {level_db:.1} dB"
            );
        }
    }
}

/// A tone that goes from the left to the right, alone and as the louder of two layers.
#[test]
fn partials_move_from_side_to_side_in_any_layer() {
    let centred = tone(128, 1.0);
    let mut moving = centred.clone();
    for track in &mut moving.tracks {
        for point in &mut track.breakpoints {
            point.pan = 2.0 * point.time_s - 1.0;
        }
    }
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let zone = |velocities| KeyZone::new(0..=127, velocities);
    let layers = [(zone(0..=63), &centred), (zone(64..=127), &moving)];
    let banks = [
        bank(&moving, 128),
        Arc::new(TrackBank::from_sounds(&layers, grid).expect("a bank").0),
    ];
    for (bank, velocity) in [(&banks[0], 1.0), (&banks[1], 1.0), (&banks[1], 0.6)] {
        let notes = [(0, on(0, KEY, velocity))];
        let (left, right) = play(&mut player(&recorded(), bank), &notes, 46_000, &[512]);
        let side_db = |range: std::ops::Range<usize>| {
            level_db(&right[range.clone()]) - level_db(&left[range])
        };
        let (start_db, end_db) = (side_db(2_000..6_000), side_db(42_000..46_000));
        assert!(
            start_db < -2.0 && end_db > 2.0,
            "{velocity}: {start_db} {end_db}"
        );
        assert!(
            (start_db + end_db).abs() < 3.0,
            "{velocity}: {start_db} {end_db}"
        );
    }
}
