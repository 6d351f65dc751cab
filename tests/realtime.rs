//! The audio thread does not allocate or free memory, tested with a counting allocator.

mod counting;
mod performance;

use std::io::Cursor;
use std::sync::Arc;

use aliquot::bridge::{HostBuffers, LoadMeter, ProcessCall, TelemetrySender};
use aliquot::dsp::random::bits;
use aliquot::scale::mts::{self, Retune};
use aliquot::scale::{MapTexts, TuningSet};
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::tuning::Addressed;
use aliquot::synth::{Engine, Param, Patch, Transport};
use aliquot::tracks::bands::NOISE_BANDS;
use aliquot::tracks::bank_file::pieces::BankWriter;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{BandNoise, Breakpoint, Track, Tracks, Transient};
use counting::calls_during;
use performance::{engine, random_event};

#[test]
fn the_allocator_counts_calls() {
    assert_eq!(calls_during(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn rendering_neither_allocates_nor_frees() {
    let patches: Vec<Patch> = (0..8)
        .map(|seed| {
            let mut patch = Patch::default();
            for param in Param::all() {
                let part = (bits(seed, param.index() as u64) >> 40) as f32 / (1 << 24) as f32;
                patch.set_normalized(param, part * param.range().top());
            }
            patch.set(Param::VOICES, 4.0 + seed as f32);
            patch
        })
        .collect();
    let mut engine: Engine = engine(48_000.0, &patches[0]);
    let (mut left, mut right) = (vec![0.0; 1_000], vec![0.0; 1_000]);
    let calls = calls_during(|| {
        let mut place = 0;
        for round in 0..400_u64 {
            let patch = &patches[(round % 8) as usize];
            if round % 5 == 0 {
                engine.load_patch(patch);
            } else {
                engine.set_patch(patch);
            }
            engine.set_transport(&Transport {
                tempo_bpm: 60.0 + round as f64,
                position_beats: Some(round as f64),
                playing: round % 3 != 0,
            });
            for _ in 0..round % 20 {
                place += 1;
                engine.push(random_event(place));
            }
            let frames = 1 + (bits(9, round) % 999) as usize;
            engine.render(&mut left[..frames], &mut right[..frames]);
            engine.render_mono(&mut left[..7]);
            while engine.next_ended().is_some() {}
            std::hint::black_box((engine.statistics(), engine.is_silent()));
            if round % 100 == 99 {
                engine.reset();
            }
        }
    });
    assert_eq!(calls, 0);
}

/// A bank of two recordings that come and go under the notes.
#[test]
fn playing_recordings_neither_allocates_nor_frees() {
    let recordings = [
        Recordings::new(Arc::new(two_recordings())),
        Recordings::default(),
    ];
    let calls = calls_while_playing(&recordings.map(Arc::new));
    assert_eq!(calls.0, 0);
}

/// The same bank, of which pieces are read while it is played, and give way to others.
#[test]
fn playing_streamed_recordings_neither_allocates_nor_frees() {
    let whole = two_recordings();
    let file = Cursor::new(Vec::new());
    let mut writer = BankWriter::new(file, whole.sounds().len()).expect("a bank");
    writer.cut_into(0.1, 0.0);
    for (number, sound) in whole.sounds().iter().enumerate() {
        writer
            .add_sound(sound.zone, &whole, number)
            .expect("a sound");
    }
    let (file, _) = writer.finish().expect("a bank");
    let bank = Arc::new(TrackBank::from_bytes(&file.into_inner()).expect("a bank"));
    let recordings = [Recordings::with_pool(bank, 60_000), Recordings::default()];
    let (calls, most_bytes) = calls_while_playing(&recordings.map(Arc::new));
    assert_eq!(calls, 0);
    assert!(most_bytes > 30_000, "{most_bytes}");
}

/// Two recordings of everything.
fn two_recordings() -> TrackBank {
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: (0..200)
            .filter(|k| n < 3 || k / 20 % 2 == 0)
            .map(|k| Breakpoint::new(0.01 * f64::from(k), 220.0 * f64::from(n), 0.1))
            .collect(),
    };
    let tracks = Tracks {
        duration_s: 2.0,
        root_hz: Some(220.0),
        tracks: (1..=40).map(track).collect(),
        onsets_s: vec![0.0, 0.7],
        noise: Some(BandNoise {
            hop_s: 0.02,
            powers: vec![[1e-6; NOISE_BANDS]; 100],
        }),
        transients: vec![Transient {
            time_s: 0.05,
            sample_rate_hz: 44_100.0,
            pan: 0.0,
            samples: vec![0.1; 500],
        }],
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: 44_100.0,
        hop: 128,
    };
    let sounds = [(KeyZone::default(), &tracks), (KeyZone::default(), &tracks)];
    TrackBank::from_sounds(&sounds, grid).expect("a bank").0
}

/// Plays recordings that come and go. Calls of the allocator, and the most bytes of pieces that were at hand.
fn calls_while_playing(recordings: &[Arc<Recordings>; 2]) -> (usize, u64) {
    let body = |name: &str| {
        BODY_LABELS
            .iter()
            .position(|label| *label == name)
            .expect("a body")
    };
    let mut patch = Patch::default();
    patch.set(Param::BODY_A, body("Recording") as f32);
    patch.set(Param::BODY_B, body("Recording 2") as f32);
    let mut engine = engine(48_000.0, &patch);
    let (mut left, mut right) = (vec![0.0; 1_000], vec![0.0; 1_000]);
    let mut most_bytes = 0;
    let calls = calls_during(|| {
        for round in 0..300_u64 {
            if round % 50 == 0 {
                engine.set_recordings(recordings[(round / 50 % 3 / 2) as usize].clone());
            }
            let part = |of: u64| (bits(of, round) >> 40) as f32 / (1 << 24) as f32;
            for param in [
                Param::MORPH_X,
                Param::RECORDING_SPEED,
                Param::RECORDING_POSITION,
                Param::KEEP_FORMANTS,
                Param::FORMANT_SHIFT,
                Param::RECORDING_LOOP,
            ] {
                patch.set_normalized(param, part(param.index() as u64) * param.range().top());
            }
            engine.set_patch(&patch);
            engine.push(random_event(round));
            engine.render(&mut left, &mut right);
            while engine.next_ended().is_some() {}
            while !engine.recordings_have_come() {
                std::thread::yield_now();
            }
            most_bytes = most_bytes.max(engine.recordings_bytes());
        }
    });
    (calls, most_bytes)
}

/// The plugin's calls around the engine, with a window open, closed and open again.
#[test]
fn telemetry_neither_allocates_nor_frees() {
    let mut engine = engine(48_000.0, &Patch::default());
    let mut buffers = HostBuffers::new(512);
    let mut meter = LoadMeter::sliding(48_000.0);
    let mut sender = TelemetrySender::new();
    let receiver = sender.receiver();
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    let (mut filled, mut now_ns) = (0, 0);
    // 16 s in total, longer than the load meter's 10 s, so that it drops old entries.
    for place in 0..3_u64 {
        let watch = (place != 1).then(|| receiver.watch());
        let calls = calls_during(|| {
            for round in 0..500_u64 {
                engine.push(random_event(500 * place + round));
                engine.render(&mut left, &mut right);
                let start_ns = now_ns + bits(1, round) % 20_000_000;
                now_ns = start_ns + bits(2, round) % 20_000_000;
                let call = ProcessCall {
                    start_ns,
                    end_ns: now_ns,
                    frames: 512,
                };
                if let Some(buffer) = buffers.add(call) {
                    meter.add(buffer.time_ns(), buffer.frames);
                }
                sender.publish(|telemetry| {
                    filled += 1;
                    telemetry.statistics = engine.statistics();
                    telemetry.load = meter.load();
                });
            }
        });
        assert_eq!(calls, 0);
        drop(watch);
    }
    assert_eq!(filled, 1_000);
    assert!(meter.load().overruns > 0);
}

/// Scales that are exchanged, messages and a live table under notes that are matched and keep their tuning or not.
#[test]
fn retuning_neither_allocates_nor_frees() {
    let scales = [
        "five\n5\n240.\n480.\n720.\n960.\n2/1\n",
        "Bohlen-Pierce\n3\n9/7\n5/3\n3/1\n",
    ]
    .map(|scl| {
        let set = TuningSet::read("", scl.as_bytes(), MapTexts::None).expect("a scale");
        Arc::new(Some(set.loaded()))
    });
    let dump = mts::bulk_dump("dump", &std::array::from_fn(|key| Some(0.99 * key as f64)));
    let messages = [
        mts::single_note_changes(&[(60, 60.5), (61, 60.75)]).remove(0),
        dump,
        mts::octave_tuning(0x00F3, &std::array::from_fn(|note| 5.0 * note as f64)),
    ];
    let mut patch = Patch::default();
    let mut engine = engine(48_000.0, &patch);
    let (mut left, mut right) = (vec![0.0; 1_000], vec![0.0; 1_000]);
    let mut sounding = 0;
    let calls = calls_during(|| {
        for round in 0..600_u64 {
            let part = |of: u64| (bits(of, round) >> 40) as f32 / (1 << 24) as f32;
            let place = |of: u64, count: u64| (bits(of, round) % count) as f32;
            for (param, value) in [
                (Param::TUNING, place(1, 6)),
                (Param::RETUNE, place(2, 2)),
                (Param::MATCH, part(3)),
                (Param::MATCH_BY, place(4, 3)),
                (Param::BEND_IN, place(5, 3)),
                (Param::FIFTH, 685.0 + 36.0 * part(6)),
                (Param::CHANNEL_PERIODS, place(7, 2)),
                (Param::MPE, place(round / 50, 2)),
            ] {
                patch.set(param, value);
            }
            engine.set_patch(&patch);
            if round % 3 == 0 {
                engine.set_scale(scales[(round % 2) as usize].clone());
            }
            let message = &messages[(round % 3) as usize];
            if round % 5 != 0
                && let Some(retune) = Retune::parse(message)
            {
                retune.apply(engine.message_tuning());
            }
            let table = engine.broadcast_tuning();
            table.set_there(round % 100 < 60);
            table.set_own_channels((round % 7) as u16);
            for key in 0..128 {
                table.tune(Addressed::All, key, f64::from(key) + f64::from(part(8)));
            }
            table.set_mapped(Addressed::All, !(1 << (round % 128)));
            if round % 4 != 0 {
                table.reach_sounding();
            }
            for place in 0..round % 8 {
                engine.push(random_event(8 * round + place));
            }
            let frames = 1 + (bits(9, round) % 999) as usize;
            engine.render(&mut left[..frames], &mut right[..frames]);
            while engine.next_ended().is_some() {}
            sounding += usize::from(engine.statistics().voices > 0);
        }
    });
    assert!(sounding > 300, "{sounding}");
    assert_eq!(calls, 0);
}

/// In MiB, allocated for one thread; `docs/performance.md` has the figure.
#[test]
fn voices_take_no_more_memory_than_the_documents_say() {
    let engine_of = |max_voices| {
        let config = aliquot::synth::Config {
            sample_rate_hz: 48_000.0,
            max_voices,
        };
        counting::bytes_kept_by(|| Engine::new(&config)).0 as f64
    };
    // The first makes the tables that all engines share.
    engine_of(1);
    let megabytes = engine_of(2_048) / f64::from(1 << 20);
    assert!((150.0..175.5).contains(&megabytes), "{megabytes} MB");
}
