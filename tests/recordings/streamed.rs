//! Banks that are streamed sound as those in memory, wait where they may, and stand still where they may not.

use std::fs::{self, OpenOptions};
use std::io::{Cursor, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Engine, Event, Param, Patch};
use aliquot::tracks::bands::NOISE_BANDS;
use aliquot::tracks::bank_file::pieces::{BankWriter, PieceKey};
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{BandNoise, Breakpoint, SustainLoop, Track, Tracks, Transient};

use crate::performance::{RATE, engine, off, on, play};
use crate::{KEY, recorded, tone, with};

/// Two seconds of everything, with partials that come and go at other places than pieces.
fn everything() -> Tracks {
    let mut tracks = tone(128, 2.0);
    tracks.tracks.extend((0..40_u32).map(|n| {
        let start_s = 0.037 * f64::from(n);
        let points = (0..20 + n % 7).map(|k| {
            let hz = 900.0 + 41.0 * f64::from(n) + f64::from(k);
            Breakpoint::new(start_s + 0.011 * f64::from(k), hz, 0.003)
        });
        Track {
            label: None,
            breakpoints: points.collect(),
        }
    }));
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.6,
        end_s: 1.3,
        crossfade_s: 0.05,
    });
    tracks.onsets_s = vec![0.0, 0.7, 1.2];
    tracks.noise = Some(BandNoise {
        hop_s: 0.02,
        powers: (0..100)
            .map(|k| [1e-8 * f32::from(k as u8); NOISE_BANDS])
            .collect(),
    });
    tracks.transients = [0.1, 0.71, 1.25]
        .map(|time_s| Transient {
            time_s,
            sample_rate_hz: 44_100.0,
            pan: 0.3,
            samples: (0..9_000).map(|n| 0.05 * (0.2 * n as f32).sin()).collect(),
        })
        .to_vec();
    tracks
}

/// A bank of two velocities in memory.
fn whole() -> TrackBank {
    let quiet = everything();
    let mut loud = quiet.clone();
    loud.tracks.truncate(30);
    for point in loud
        .tracks
        .iter_mut()
        .flat_map(|track| &mut track.breakpoints)
    {
        point.amplitude *= 2.0;
    }
    let grid = FrameGrid {
        sample_rate_hz: RATE,
        hop: 128,
    };
    let sounds = [
        (KeyZone::new(0..=127, 0..=63), &quiet),
        (KeyZone::new(0..=127, 64..=127), &loud),
    ];
    TrackBank::from_sounds(&sounds, grid).expect("a bank").0
}

/// The file of the bank with short pieces, of which the first is in memory.
fn file(whole: &TrackBank) -> Vec<u8> {
    let count = whole.sounds().len();
    let mut writer = BankWriter::new(Cursor::new(Vec::new()), count).expect("a bank");
    writer.cut_into(0.08, 0.0);
    for (number, sound) in whole.sounds().iter().enumerate() {
        writer
            .add_sound(sound.zone, whole, number)
            .expect("a sound");
    }
    writer.finish().expect("a bank").0.into_inner()
}

fn streamed(whole: &TrackBank) -> Arc<TrackBank> {
    Arc::new(TrackBank::from_bytes(&file(whole)).expect("a bank"))
}

fn settings() -> Patch {
    with(
        &recorded(),
        &[
            (Param::KEEP_FORMANTS, 0.5),
            (Param::UNISON, 2.0),
            (Param::AMP_RELEASE, 0.3),
        ],
    )
}

/// Where voices are, how fast and with which loop.
fn ways() -> Vec<Patch> {
    let settings = settings();
    let way = |speed: f32, position: f32, of_loop: f32, freeze: f32| {
        with(
            &settings,
            &[
                (Param::RECORDING_SPEED, speed),
                (Param::RECORDING_POSITION, position),
                (Param::RECORDING_LOOP, of_loop),
                (Param::FREEZE, freeze),
            ],
        )
    };
    vec![
        way(1.0, 0.0, 0.0, 0.0),
        way(1.0, 0.0, 1.0, 0.0),
        way(0.3, 0.2, 2.0, 0.0),
        way(4.0, 0.0, 2.0, 0.0),
        way(-1.0, 0.9, 0.0, 0.0),
        way(-2.5, 0.5, 2.0, 0.0),
        way(1.0, 0.55, 0.0, 1.0),
    ]
}

fn events() -> Vec<(usize, Event)> {
    vec![
        (17, on(0, KEY, 1.0)),
        (3_001, on(0, KEY + 5, 0.5)),
        (9_000, on(1, KEY - 12, 0.3)),
        (40_000, off(0, KEY)),
    ]
}

const FRAMES: usize = 60_000;

fn player(patch: &Patch, recordings: &Arc<Recordings>) -> Engine {
    let mut engine = engine(RATE, patch);
    engine.set_recordings(recordings.clone());
    engine
}

/// Plays live: after each block it waits until what was asked for has been read.
fn play_in_time(engine: &mut Engine, events: &[(usize, Event)], frames: usize) -> [Vec<f32>; 2] {
    let [mut left, mut right] = [(); 2].map(|()| vec![0.0; frames]);
    let mut events = events.iter().peekable();
    for frame in (0..frames).step_by(32) {
        while let Some((_, event)) = events.next_if(|(at, _)| *at < frame + 32) {
            engine.push(*event);
        }
        let until = (frame + 32).min(frames);
        engine.render(&mut left[frame..until], &mut right[frame..until]);
        while !engine.recordings_have_come() {
            std::thread::yield_now();
        }
    }
    [left, right]
}

#[test]
fn who_may_wait_hears_what_is_in_memory() {
    let whole = Arc::new(whole());
    let memory = Arc::new(Recordings::new(whole.clone()));
    let stream = Arc::new(Recordings::new(streamed(&whole)));
    for (number, patch) in ways().iter().enumerate() {
        let expected = play(&mut player(patch, &memory), &events(), FRAMES, &[512]);
        let loudest = expected.0.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        assert!(loudest > 0.01, "{number}: {loudest}");
        let sizes: &[&[usize]] = if number == 0 {
            &[&[1], &[7, 64, 1_000]]
        } else {
            &[&[333]]
        };
        for sizes in sizes {
            let mut engine = player(patch, &stream);
            engine.set_waiting_for_disk(true);
            let found = play(&mut engine, &events(), FRAMES, sizes);
            assert!(found == expected, "{number} {sizes:?}");
            assert_eq!(engine.statistics().late_recordings, 0);
        }
    }
}

#[test]
fn threads_make_no_difference_to_who_waits() {
    let whole = Arc::new(whole());
    let patch = &ways()[2];
    let memory = Arc::new(Recordings::new(whole.clone()));
    let stream = Arc::new(Recordings::new(streamed(&whole)));
    let events: Vec<_> = (0..40)
        .map(|n| (500 * n, on(0, 40 + n as u8, [0.2, 0.5, 0.9][n % 3])))
        .collect();
    let (expected, _) = play(&mut player(patch, &memory), &events, FRAMES, &[512]);
    let mut engine = player(patch, &stream);
    engine.set_waiting_for_disk(true);
    let threading = aliquot::workers::threading(3, engine.dimensions(), || {}).expect("threads");
    assert!(engine.set_threading(Some(threading)).is_none());
    let block = engine.latency_frames();
    let (found, _) = play(&mut engine, &events, FRAMES + block, &[512]);
    assert!(found[block..] == expected);
}

/// From its beginning on, at any speed, a recording is there in time if the disk is fast enough.
#[test]
fn what_is_read_in_time_sounds_as_in_memory() {
    let whole = Arc::new(whole());
    let memory = Arc::new(Recordings::new(whole.clone()));
    let stream = Arc::new(Recordings::new(streamed(&whole)));
    for speed in [1.0, 0.25, 2.0] {
        for of_loop in [0.0, 2.0] {
            let patch = with(
                &settings(),
                &[
                    (Param::RECORDING_SPEED, speed),
                    (Param::RECORDING_LOOP, of_loop),
                ],
            );
            let expected = play_in_time(&mut player(&patch, &memory), &events(), FRAMES);
            let mut engine = player(&patch, &stream);
            let found = play_in_time(&mut engine, &events(), FRAMES);
            assert_eq!(engine.statistics().late_recordings, 0, "{speed} {of_loop}");
            assert!(found == expected, "{speed} {of_loop}");
        }
    }
}

/// What was read at a loop's start has given way by the time that its end comes.
#[test]
fn the_start_of_a_loop_is_there_when_its_end_comes() {
    let mut tracks = tone(128, 2.0);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.2,
        end_s: 1.8,
        crossfade_s: 0.05,
    });
    let whole = crate::bank(&tracks, 128);
    let bank = streamed(&whole);
    let keys = (0..47).map(|piece| PieceKey { sound: 0, piece });
    let largest = keys.map(|key| bank.piece_bytes(key)).max();
    let stream = Arc::new(Recordings::with_pool(bank, 20 * largest.expect("pieces")));
    let patch = with(&recorded(), &[(Param::RECORDING_LOOP, 2.0)]);
    let memory = Arc::new(Recordings::new(whole));
    let events = [(0, on(0, KEY, 1.0))];
    let frames = 180_000;
    let expected = play_in_time(&mut player(&patch, &memory), &events, frames);
    let mut engine = player(&patch, &stream);
    let found = play_in_time(&mut engine, &events, frames);
    assert_eq!(engine.statistics().late_recordings, 0);
    assert!(found == expected);
}

/// Frozen, backwards and slow between the start of a loop's cross-fade and its end, where two places are read.
#[test]
fn no_voice_stands_still_for_ever() {
    let mut tracks = tone(128, 2.0);
    tracks.sustain_loop = Some(SustainLoop {
        start_s: 0.6,
        end_s: 1.6,
        crossfade_s: 0.3,
    });
    let bank = streamed(&crate::bank(&tracks, 128));
    for (speed, freeze) in [(1.0, 1.0), (-0.5, 0.0), (0.2, 0.0), (-3.0, 0.0)] {
        let patch = with(
            &recorded(),
            &[
                (Param::RECORDING_LOOP, 2.0),
                (Param::RECORDING_POSITION, 0.75),
                (Param::RECORDING_SPEED, speed),
                (Param::FREEZE, freeze),
            ],
        );
        let stream = Arc::new(Recordings::with_pool(bank.clone(), 100_000));
        let mut engine = player(&patch, &stream);
        play_in_time(&mut engine, &[(0, on(0, KEY, 1.0))], 1_000);
        let late = engine.statistics().late_recordings;
        assert!((1..20).contains(&late), "{speed}: {late}");
        let [sound, _] = play_in_time(&mut engine, &[], 60_000);
        assert_eq!(engine.statistics().late_recordings, late, "{speed}");
        assert!(crate::level_db(&sound) > -60.0, "{speed}");
    }
}

/// The largest step from a frame to the next.
fn jump(samples: &[f32]) -> f32 {
    let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    steps.fold(0.0, f32::max)
}

#[test]
fn what_is_late_stands_still_without_a_click_and_is_counted() {
    let mut tracks = tone(128, 2.0);
    tracks.tracks.truncate(3);
    let whole = crate::bank(&tracks, 128);
    let patch = with(&recorded(), &[(Param::RECORDING_LOOP, 0.0)]);
    let bank = streamed(&whole);
    // No room for anything but the beginnings.
    let stream = Arc::new(Recordings::with_pool(bank, 0));
    let mut engine = player(&patch, &stream);
    let mut sound = Vec::new();
    sound.extend(play(&mut engine, &[(0, on(0, KEY, 1.0))], 24_000, &[256]).0);
    let late = engine.statistics().late_recordings;
    assert!(late > 100, "{late}");
    assert_eq!(engine.recordings_bytes(), 0);
    // It goes on in time where it is asked to, and in between it sounds on.
    let level = |samples: &[f32]| crate::level_db(samples);
    assert!(level(&sound[20_000..]) > level(&sound[2_000..4_000]) - 12.0);
    engine.set_waiting_for_disk(true);
    sound.extend(play(&mut engine, &[], 24_000, &[256]).0);
    assert!(engine.statistics().late_recordings <= late + 1);
    let memory = Arc::new(Recordings::new(whole));
    let smooth = play(
        &mut player(&patch, &memory),
        &[(0, on(0, KEY, 1.0))],
        48_000,
        &[256],
    )
    .0;
    let (found, allowed) = (jump(&sound), jump(&smooth));
    assert!(found < 1.1 * allowed, "{found} in place of {allowed}");
}

/// One that begins where nothing is at hand is silent until it is there.
#[test]
fn a_note_that_begins_anywhere_is_silent_until_it_is_read() {
    let whole = Arc::new(whole());
    let patch = with(
        &settings(),
        &[(Param::RECORDING_POSITION, 0.5), (Param::FREEZE, 1.0)],
    );
    let stream = Arc::new(Recordings::with_pool(streamed(&whole), 0));
    let mut engine = player(&patch, &stream);
    let silence = play(&mut engine, &[(0, on(0, KEY, 1.0))], 4_800, &[64]).0;
    assert!(silence.iter().all(|x| *x == 0.0));
    assert!(engine.statistics().late_recordings > 50);
    engine.set_waiting_for_disk(true);
    let sound = play(&mut engine, &[], 4_800, &[64]).0;
    assert!(crate::level_db(&sound[2_400..]) > -60.0);
}

#[test]
fn the_pool_has_its_limit_and_voices_go_on() {
    let whole = Arc::new(whole());
    let bank = streamed(&whole);
    const LIMIT: u64 = 100_000;
    assert!(bank.file_bytes() > 2 * LIMIT, "{}", bank.file_bytes());
    let stream = Arc::new(Recordings::with_pool(bank, LIMIT));
    let patch = with(
        &settings(),
        &[(Param::RECORDING_LOOP, 2.0), (Param::RECORDING_SPEED, 3.0)],
    );
    let mut engine = player(&patch, &stream);
    let mut most = 0;
    for round in 0..200 {
        let key = KEY - 10 + (round % 20) as u8;
        let events = [(0, on(0, key, [0.2, 0.9][round % 2]))];
        let sound = play_in_time(&mut engine, &events, 480);
        assert!(sound[0].iter().all(|x| x.is_finite()));
        most = most.max(engine.recordings_bytes());
    }
    assert!(most <= LIMIT && most > LIMIT / 2, "{most}");
}

/// Two engines of one bank: the stream is with one of them, and goes to the other when it is free.
#[test]
fn the_next_engine_takes_the_stream_over() {
    let whole = Arc::new(whole());
    let stream = Arc::new(Recordings::new(streamed(&whole)));
    let memory = Arc::new(Recordings::new(whole));
    let patch = with(&settings(), &[(Param::RECORDING_LOOP, 2.0)]);
    let expected = play_in_time(&mut player(&patch, &memory), &events(), FRAMES);
    for _ in 0..2 {
        let mut engine = player(&patch, &stream);
        assert!(play_in_time(&mut engine, &events(), FRAMES) == expected);
        let before = engine.recordings_bytes();
        assert!(before > 0);
        engine.set_recordings(memory.clone());
        let mut frames = [[0.0; 64]; 2];
        let [left, right] = &mut frames;
        engine.render(left, right);
        assert_eq!(engine.recordings_bytes(), 0);
    }
}

fn open(path: &Path) -> Arc<TrackBank> {
    let bank = TrackBank::open(path, &AtomicBool::new(false));
    Arc::new(bank.expect("a bank"))
}

/// Plays a bank whose file is damaged when it has been opened. It goes on, and the damage is told of.
fn play_damaged(damage: impl FnOnce(&Path), is_waiting: bool) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.aliquot");
    fs::write(&path, file(&whole())).expect("a file");
    let bank = open(&path);
    damage(&path);
    let stream = Arc::new(Recordings::new(bank.clone()));
    let patch = with(&settings(), &[(Param::RECORDING_LOOP, 0.0)]);
    let mut engine = player(&patch, &stream);
    engine.set_waiting_for_disk(is_waiting);
    let [sound, _] = play_in_time(&mut engine, &events(), FRAMES);
    assert!(sound.iter().all(|x| x.is_finite()));
    assert!(
        crate::level_db(&sound[..1_000]) > -60.0,
        "its beginning is in memory"
    );
    assert_eq!(engine.statistics().late_recordings, 0);
    bank.fault().map(ToString::to_string)
}

#[test]
fn a_file_that_is_cut_off_overwritten_or_replaced_under_play_is_told_of() {
    for is_waiting in [false, true] {
        let cut_off = |path: &Path| {
            let file = OpenOptions::new().write(true).open(path).expect("a file");
            file.set_len(5_000).expect("a shorter file");
        };
        let told = play_damaged(cut_off, is_waiting).expect("damage");
        assert!(told.contains("sound ") && told.contains("byte "), "{told}");
        let overwrite = |path: &Path| {
            let mut file = OpenOptions::new().write(true).open(path).expect("a file");
            let length = file.metadata().expect("a file").len() as usize;
            file.seek(SeekFrom::Start(0)).expect("a file");
            file.write_all(&vec![0x55; length]).expect("a file");
        };
        let told = play_damaged(overwrite, is_waiting).expect("damage");
        assert!(told.contains("hash"), "{told}");
        // Another file of this name is not the one that was opened, which goes on.
        #[cfg(unix)]
        {
            let replace = |path: &Path| {
                let other = path.with_extension("other");
                fs::write(&other, b"something else").expect("a file");
                fs::rename(&other, path).expect("another file");
            };
            assert_eq!(play_damaged(replace, is_waiting), None);
        }
    }
}
