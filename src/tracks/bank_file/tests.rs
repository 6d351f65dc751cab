mod damage;
mod sound;
mod stopping;

use std::sync::atomic::AtomicBool;

use super::*;
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};
use crate::tracks::{BandNoise, Breakpoint, SpectralEnvelope, Track, Transient};

pub(super) const GRID: FrameGrid = FrameGrid {
    sample_rate_hz: 48_000.0,
    hop: 128,
};

/// A partial with a breakpoint at each frame, and phases that are those of its frequencies.
pub(super) fn partial(
    label: Option<u32>,
    first: u32,
    frames: u32,
    at: impl Fn(f64) -> (f64, f64),
) -> Track {
    let mut turns = 0.1 * f64::from(first % 10);
    let mut before: Option<Breakpoint> = None;
    let mut breakpoints = Vec::new();
    for frame in first..first + frames {
        let time_s = f64::from(frame) * GRID.hop_s();
        let (frequency_hz, amplitude) = at(time_s);
        if let Some(before) = before {
            turns += 0.5 * (before.frequency_hz + frequency_hz) * (time_s - before.time_s);
        }
        let point = Breakpoint::new(time_s, frequency_hz, amplitude).with_phase(turns.fract());
        breakpoints.push(point);
        before = Some(point);
    }
    Track { label, breakpoints }
}

/// Harmonics with vibrato that decay, and strangers that come and go, more or less in tune.
pub(super) fn recording() -> Tracks {
    let mut tracks = Vec::new();
    for harmonic in 1..=20 {
        let n = f64::from(harmonic);
        tracks.push(partial(Some(harmonic), 0, 300, |time_s| {
            let vibrato = 1.0 + 0.004 * (34.0 * time_s).sin();
            let attack = (time_s / 0.02).min(1.0);
            (
                220.0 * n * vibrato,
                0.2 / n * attack * (-2.0 * n.sqrt() * time_s).exp(),
            )
        }));
    }
    for number in 0..30_u32 {
        let frequency_hz = 300.0 * 1.1_f64.powf(f64::from(number));
        let first = 3 * number;
        tracks.push(partial(None, first, 60 + 3 * number, |time_s| {
            let since_s = time_s - f64::from(first) * GRID.hop_s();
            let drift = 1.0 + 0.02 * (since_s * 10.0).sin();
            (frequency_hz * drift, 0.01 * (200.0 * since_s).sin().abs())
        }));
    }
    Tracks {
        duration_s: 300.0 * GRID.hop_s(),
        root_hz: Some(220.0),
        tracks,
        noise: Some(BandNoise {
            hop_s: 0.005,
            powers: (0..100).map(|k| [0.5e-6 * k as f32; NOISE_BANDS]).collect(),
        }),
        transients: vec![Transient {
            time_s: 0.01,
            sample_rate_hz: 44_100.0,
            pan: -0.5,
            samples: (0..100).map(|k| 0.01 * (k as f32 - 30.0) / 70.0).collect(),
        }],
        onsets_s: vec![0.0, 0.25],
        envelope: Some(SpectralEnvelope {
            hop_s: 0.01,
            gains: vec![[0.25; ENVELOPE_POINTS]; 5],
        }),
        sustain_loop: Some(SustainLoop {
            start_s: 0.2,
            end_s: 0.5,
            crossfade_s: 0.05,
        }),
        source: "Played on nothing; CC0".to_owned(),
    }
}

pub(super) fn bank(tracks: &Tracks) -> TrackBank {
    let (bank, remarks) = TrackBank::from_tracks(tracks, GRID).expect("a small bank");
    assert_eq!(remarks, Vec::<String>::new());
    bank
}

/// The tracks in order of birth and frequency.
fn sorted(tracks: &Tracks) -> Vec<Track> {
    let mut tracks = tracks.tracks.clone();
    let key = |track: &Track| (track.start_s(), track.breakpoints[0].frequency_hz);
    tracks.sort_by(|a, b| key(a).partial_cmp(&key(b)).expect("numbers"));
    tracks
}

#[test]
fn tracks_come_back() {
    let tracks = recording();
    let bank = bank(&tracks);
    let found = bank.to_tracks(0);
    assert_eq!(found.tracks.len(), tracks.tracks.len());
    for (a, b) in sorted(&found).iter().zip(&sorted(&tracks)) {
        assert_eq!(a.label, b.label);
        assert_eq!(a.breakpoints.len(), b.breakpoints.len());
        for (a, b) in a.breakpoints.iter().zip(&b.breakpoints) {
            assert!((a.time_s - b.time_s).abs() < 1e-9);
            let db = 20.0 * (a.amplitude / b.amplitude).log10();
            assert!(db.abs() <= 0.000_98 || b.amplitude < 1e-6, "{db}");
            let turns = a.phase_turns.expect("a phase") - b.phase_turns.expect("a phase");
            let turns = turns - turns.round();
            // Half a step of 0.18 cent over a hop, and half a step of the birth's phase.
            let most = b.frequency_hz * 5.3e-5 * GRID.hop_s() + 1.0 / 131_072.0;
            assert!(turns.abs() <= 1.1 * most, "{turns} {most}");
            assert!(
                (a.frequency_hz / b.frequency_hz - 1.0).abs() < 1e-3,
                "{a:?} {b:?}"
            );
        }
    }
    let exact = |tracks: &Tracks| {
        let Tracks {
            duration_s,
            root_hz,
            onsets_s,
            sustain_loop,
            source,
            ..
        } = tracks.clone();
        (duration_s, root_hz, onsets_s, sustain_loop, source)
    };
    assert_eq!(exact(&found), exact(&tracks));
    // Half a decibel is a step.
    let powers = |tracks: &Tracks| tracks.noise.clone().expect("noise").powers;
    for (a, b) in powers(&found).iter().zip(&powers(&tracks)) {
        assert!(
            (a[7] / b[7]).log10().abs() <= 0.025_1 || a[7] == b[7],
            "{a:?} {b:?}"
        );
    }
    let envelope = found.envelope.expect("an envelope");
    assert_eq!((envelope.hop_s, envelope.gains[4][31]), (0.01, 0.25));
    let (a, b) = (&found.transients[0], &tracks.transients[0]);
    assert_eq!(
        (a.time_s, a.pan, a.sample_rate_hz),
        (b.time_s, b.pan, b.sample_rate_hz)
    );
    for (a, b) in a.samples.iter().zip(&b.samples) {
        assert!((a - b).abs() <= 0.51 * 0.01 / 32_767.0);
    }
}

#[test]
fn the_same_tracks_give_the_same_bytes_and_a_bank_is_its_bytes() {
    let (first, second) = (bank(&recording()), bank(&recording()));
    assert_eq!(first.bytes(), second.bytes());
    let again = TrackBank::from_bytes(first.bytes()).expect("a bank");
    assert_eq!(
        (again.hash(), again.sounds()),
        (first.hash(), first.sounds())
    );
    let mut other = recording();
    other.tracks[3].breakpoints[5].amplitude *= 1.1;
    assert_ne!(bank(&other).hash(), first.hash());
}

/// Tracks out of a bank give the same bank again, each sound with frames of its own.
#[test]
fn what_is_coded_again_is_the_same() {
    let other = Tracks {
        tracks: recording().tracks.split_off(20),
        ..Tracks::default()
    };
    let grids = [GRID, FrameGrid { hop: 96, ..GRID }];
    let recorded = [recording(), other];
    let zone = KeyZone::default();
    let made = |sounds: &[Tracks; 2]| {
        let sounds = sounds.iter().zip(grids);
        let sounds: Vec<SoundTracks> = sounds
            .map(|(tracks, grid)| SoundTracks { zone, tracks, grid })
            .collect();
        TrackBank::from_gridded(&sounds).expect("a bank").0
    };
    let bank = made(&recorded);
    assert_eq!([0, 1].map(|sound| bank.sounds()[sound].grid), grids);
    let again = made(&[0, 1].map(|sound| bank.to_tracks(sound)));
    assert!(again.bytes() == bank.bytes());
}

#[test]
fn births_and_deaths_are_exact_to_the_sample() {
    let sample = |samples: f64| samples / GRID.sample_rate_hz;
    let track = |start: f64, end: f64| Track {
        label: Some(9),
        breakpoints: vec![
            Breakpoint::new(sample(start), 1_000.0, 0.5).with_phase(0.25),
            Breakpoint::new(sample(end), 1_000.0, 0.25),
        ],
    };
    let tracks = Tracks {
        tracks: vec![
            track(130.0, 300.0),
            track(256.0, 384.0),
            track(500.0, 501.0),
        ],
        ..Tracks::default()
    };
    let bank = bank(&tracks);
    let rows = bank.rows(0).expect("a sound");
    let events: Vec<_> = rows
        .events()
        .iter()
        .map(|e| (e.frame, e.slot, e.kind, e.offset))
        .collect();
    let (birth, death) = (SlotEvent::BIRTH, SlotEvent::DEATH);
    assert_eq!(
        events,
        [
            // The ninth harmonic is in slot 8, where that is free.
            (1, 8, birth, 2),
            (2, 0, birth, 0),
            (2, 0, death, 128),
            (2, 8, death, 44),
            (3, 1, birth, 116),
            (3, 1, death, 117),
        ]
    );
    assert_eq!(rows.events_of(1)[0].phase, 16_384);
    let found = bank.to_tracks(0);
    let ends: Vec<_> = sorted(&found)
        .iter()
        .map(|t| (t.start_s(), t.end_s()))
        .collect();
    for ((start, end), track) in ends.into_iter().zip(sorted(&tracks)) {
        assert!((start - track.start_s()).abs() < 1e-9 && (end - track.end_s()).abs() < 1e-9);
    }
}

#[test]
fn pages_say_what_sounds_on_into_them() {
    let bank = bank(&recording());
    let (rows, sound) = (bank.rows(0).expect("a sound"), &bank.sounds()[0]);
    let mut alive = vec![0_u16; sound.slots as usize];
    let mut labels_seen = 0;
    for frame in 0..sound.frames {
        let (first, labels) = rows.continuing(frame);
        assert!(first <= frame && frame - first < 64);
        if first == frame {
            assert_eq!(&alive[..labels.len()], labels, "{frame}");
            assert!(alive[labels.len()..].iter().all(|&label| label == 0));
            labels_seen += labels.iter().filter(|&&label| label > 0).count();
        }
        for event in rows.events_of(frame) {
            let slot = &mut alive[usize::from(event.slot)];
            match event.kind {
                SlotEvent::BIRTH => *slot = event.label + 1,
                _ => *slot = 0,
            }
        }
        let width = rows.amplitudes(frame).len();
        assert_eq!(rows.frequencies(frame).len(), width);
        assert!(width % 16 == 0 && alive.iter().skip(width).all(|&label| label == 0));
    }
    assert!(labels_seen > 50);
    // Harmonics alone are left at the end: the pages are narrower there.
    assert!(rows.amplitudes(sound.frames - 1).len() < sound.slots as usize);
    assert_eq!(rows.amplitudes(sound.frames), &[0_u16; 0]);
    assert_eq!(rows.pans(0), &[0_u8; 0]);
}

#[test]
fn a_bank_has_zones() {
    let (low, high) = (
        recording(),
        Tracks {
            root_hz: Some(440.0),
            ..recording()
        },
    );
    let zone = KeyZone {
        highest_key: 59,
        highest_velocity: 64,
        ..KeyZone::default()
    };
    let above = KeyZone {
        lowest_key: 60,
        ..KeyZone::default()
    };
    let (bank, _) = TrackBank::from_sounds(&[(zone, &low), (above, &high)], GRID).expect("a bank");
    let zones: Vec<_> = bank.sounds().iter().map(|s| (s.zone, s.root_hz)).collect();
    assert_eq!(zones, [(zone, Some(220.0)), (above, Some(440.0))]);
    assert_eq!(bank.to_tracks(0).tracks, bank.to_tracks(1).tracks);
    assert!(zone.contains(59, 64) && !zone.contains(60, 1) && !zone.contains(1, 65));
    let wrong = KeyZone {
        lowest_key: 60,
        highest_key: 59,
        ..KeyZone::default()
    };
    assert!(TrackBank::from_sounds(&[(wrong, &low)], GRID).is_err());
    assert!(bank.rows(2).is_none());
}

#[test]
fn pans_and_bandwidths_are_kept_where_there_are_any() {
    let mut tracks = recording();
    for (number, point) in tracks.tracks[4].breakpoints.iter_mut().enumerate() {
        point.pan = -1.0 + number as f64 / 150.0;
        point.bandwidth = 0.5;
    }
    let bank = bank(&tracks);
    let all = bank.to_tracks(0).tracks;
    let found = all
        .iter()
        .find(|track| track.label == Some(5))
        .expect("the harmonic");
    for (a, b) in found.breakpoints.iter().zip(&tracks.tracks[4].breakpoints) {
        assert!((a.pan - b.pan).abs() <= 0.004);
        assert!((a.bandwidth - 0.5).abs() <= 0.002);
    }
    let others = all.iter().filter(|track| track.label != Some(5));
    others.for_each(|t| assert!(t.breakpoints.iter().all(|p| p.pan == 0.0)));
}

#[test]
fn what_has_no_place_is_left_out_and_told_of() {
    let mut tracks = Tracks::default();
    let mut add = |frequency_hz: f64, amplitude: f64, end_s: f64| {
        tracks.tracks.push(Track {
            label: None,
            breakpoints: vec![
                Breakpoint::new(0.0, frequency_hz, amplitude),
                Breakpoint::new(end_s, frequency_hz, 0.0),
            ],
        });
    };
    for number in 0..600 {
        add(
            100.0 + f64::from(number),
            0.001 * f64::from(number + 1),
            0.1,
        );
    }
    add(10.0, 1.0, 0.1);
    add(21_000.0, 1.0, 0.1);
    add(100.0, 1.0, 0.000_001);
    let (bank, remarks) = TrackBank::from_tracks(&tracks, GRID).expect("a bank");
    let parts = [
        "1 tracks are shorter",
        "2 tracks are below",
        "88 of the weakest",
    ];
    assert_eq!(remarks.len(), 3);
    for (remark, part) in remarks.iter().zip(parts) {
        assert!(remark.starts_with(part), "{remark}");
    }
    let found = bank.to_tracks(0).tracks;
    assert_eq!(found.len(), MAX_SLOTS);
    let weakest = found.iter().map(|t| t.breakpoints[0].amplitude);
    assert!(weakest.fold(f64::INFINITY, f64::min) > 0.088);
    // What is above full scale is scaled.
    tracks.tracks[599].breakpoints[0].amplitude = 8.0;
    let (bank, _) = TrackBank::from_tracks(&tracks, GRID).expect("a bank");
    assert_eq!(bank.sounds()[0].full_scale, 8.0);
}

#[test]
fn silence_is_a_bank_too() {
    let bank = bank(&Tracks::default());
    let rows = bank.rows(0).expect("a sound");
    assert_eq!(rows.sound().frames, 1);
    assert!(rows.amplitudes(0).is_empty() && rows.continuing(0).1.is_empty());
    assert_eq!(bank.to_tracks(0), Tracks::default());
}

#[test]
fn what_is_too_large_is_refused() {
    let long = |end_s: f64, count: usize| Tracks {
        tracks: vec![
            Track {
                label: None,
                breakpoints: vec![
                    Breakpoint::new(0.0, 440.0, 1.0),
                    Breakpoint::new(end_s, 440.0, 1.0),
                ],
            };
            count
        ],
        ..Tracks::default()
    };
    let refusal = |tracks: &Tracks, hop: u32| {
        let grid = FrameGrid { hop, ..GRID };
        TrackBank::from_tracks(tracks, grid).expect_err("a refusal")
    };
    assert!(refusal(&long(86_000.0, 1), 1).contains("too long"));
    assert!(refusal(&long(80_000.0, 512), 512).contains("the bank would have"));
    assert!(refusal(&long(1.0, 1), 0).contains("cannot be"));
    assert!(refusal(&long(1.0, 1), 5_000).contains("cannot be"));
}

/// A bank of 20 MB.
fn large() -> TrackBank {
    let lasting = Track {
        label: Some(1),
        breakpoints: vec![
            Breakpoint::new(0.0, 440.0, 0.5),
            Breakpoint::new(180.0, 445.0, 0.25),
        ],
    };
    bank(&Tracks {
        tracks: vec![lasting; 64],
        ..Tracks::default()
    })
}

/// Large files that are no banks are refused by their size or by their first bytes.
#[test]
fn large_files_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sparse.aliquot");
    let file = std::fs::File::create(&path).expect("a file");
    let error = |length: u64| {
        file.set_len(length).expect("a length");
        let error = TrackBank::open(&path, &AtomicBool::new(false)).expect_err("an error");
        error.to_string()
    };
    let most = 2 << 30;
    assert!(error(most).contains("this is no bank"));
    assert!(error(most + 1).contains("at most 2147483648 can be read"));
}

#[test]
fn what_becomes_of_a_file_does_not_change_the_bank_that_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.aliquot");
    let made = large();
    assert!(made.bytes().len() > 16 << 20);
    std::fs::write(&path, made.bytes()).expect("a file");
    let is_cancelled = AtomicBool::new(false);
    let opened = TrackBank::open(&path, &is_cancelled).expect("a bank");
    // Overwritten in place, then shortened: a map would change, and then end the process.
    let file = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("the file");
    std::io::Write::write_all(&mut &file, &[0x55; 1 << 16]).expect("bytes");
    file.set_len(100).expect("a length");
    assert!(opened.bytes() == made.bytes() && opened.hash() == made.hash());
    let error = TrackBank::open(&path, &is_cancelled).expect_err("an error");
    assert!(matches!(error, OpenError::File(_)), "{error}");

    // A wrong byte far from all tables is found.
    let mut damaged = made.bytes().to_vec();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&path, &damaged).expect("a file");
    let error = TrackBank::open(&path, &is_cancelled).expect_err("an error");
    assert!(error.to_string().contains("hash"), "{error}");
    let error = TrackBank::open(folder.path(), &is_cancelled).expect_err("an error");
    assert!(matches!(error, OpenError::Io(_)));
    std::fs::write(&path, made.bytes()).expect("a file");
    is_cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
    let error = TrackBank::open(&path, &is_cancelled).expect_err("an error");
    assert!(matches!(error, OpenError::Cancelled));
}
