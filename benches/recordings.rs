//! What voices cost that play recordings, beside the same voices of a computed spectrum.
//!
//! `cargo bench --no-default-features --bench recordings`. 64 voices of 512 partials: computed and at rest, computed
//! with a vibrato and a tremolo, so that every frequency and gain moves as those of a recording do, and recorded: one
//! recording, the same with noise, two that are mixed by velocity, and one that is frozen. They take turns, and the middle of many blocks
//! counts. Without cargo's `--bench`, as `cargo test` runs it, there are a few blocks.

use std::sync::Arc;
use std::time::Instant;

use aliquot::dsp::random::bipolar;
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Config, Engine, Event, Param, Patch};
use aliquot::tracks::bands::NOISE_BANDS;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{BandNoise, Breakpoint, Track, Tracks};

const RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: usize = 64;
const VOICES: usize = 64;
const ROOT_HZ: f64 = 40.0;
/// What recordings may cost, in voices of a computed spectrum.
const ALLOWED: f64 = 2.0;

fn main() {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let blocks = if is_measured { 3_000 } else { 4 };
    let patch = |settings: &[(Param, f32)]| {
        let mut patch = Patch::default();
        let of_all = [
            (Param::PARTIALS, 512.0),
            (Param::VOICES, VOICES as f32),
            (Param::AMP_SUSTAIN, 1.0),
            (Param::RECORDING_LOOP, 2.0),
        ];
        for (param, value) in of_all.iter().chain(settings) {
            patch.set(*param, *value);
        }
        patch
    };
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    let recorded = patch(&[(Param::BODY_A, body.expect("a body") as f32)]);
    let frozen = patch(&[
        (Param::BODY_A, body.expect("a body") as f32),
        (Param::FREEZE, 1.0),
        (Param::RECORDING_POSITION, 0.3),
    ]);
    let moving = patch(&[(Param::LFO_PITCH, 20.0), (Param::LFO_LEVEL, 3.0)]);
    let (one, two) = (recordings(1, None), recordings(2, None));
    let noisy = recordings(1, Some(noise()));
    let mut engines = [
        (
            "computed, at rest",
            sounding(&patch(&[]), &Recordings::none()),
            Vec::new(),
        ),
        (
            "computed, moving",
            sounding(&moving, &Recordings::none()),
            Vec::new(),
        ),
        ("recorded", sounding(&recorded, &one), Vec::new()),
        (
            "recorded, with noise",
            sounding(&recorded, &noisy),
            Vec::new(),
        ),
        ("recorded, two mixed", sounding(&recorded, &two), Vec::new()),
        ("recorded, frozen", sounding(&frozen, &one), Vec::new()),
    ];
    for _ in 0..blocks {
        for (_, engine, times_s) in &mut engines {
            times_s.push(seconds(|| render(engine)));
        }
    }
    let block_s = BLOCK_FRAMES as f64 / RATE_HZ;
    let [rest, moving, recorded, noisy, mixed, frozen] = engines.map(|(name, engine, times_s)| {
        let part = middle(times_s) / block_s;
        println!(
            "{name}: {} voices, {:.1} % of a core",
            engine.statistics().voices,
            100.0 * part
        );
        part
    });
    println!(
        "recorded over computed at rest {:.2} (allowed {ALLOWED}), over moving {:.2}, with noise {:.2}; \
         mixed over moving {:.2}; frozen over rest {:.2}",
        recorded / rest,
        recorded / moving,
        noisy / moving,
        mixed / moving,
        frozen / rest
    );
}

/// Noise in all bands for two seconds, 40 dB below a full scale.
fn noise() -> BandNoise {
    BandNoise {
        hop_s: 256.0 / RATE_HZ,
        powers: vec![[1e-4 / NOISE_BANDS as f32; NOISE_BANDS]; 376],
    }
}

/// `count` recordings of 512 tracks, each for velocities of its own.
fn recordings(count: u8, noise: Option<BandNoise>) -> Arc<Recordings> {
    const HOP: u32 = 256;
    let hop_s = f64::from(HOP) / RATE_HZ;
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: (0..400)
            .map(|k| {
                let wobble = 1.0 + 0.001 * bipolar(n.into(), k);
                let hz = ROOT_HZ * f64::from(n) * wobble;
                Breakpoint::new(k as f64 * hop_s, hz, 0.1 / f64::from(n) * wobble)
            })
            .collect(),
    };
    let tracks = Tracks {
        duration_s: 399.0 * hop_s,
        root_hz: Some(ROOT_HZ),
        tracks: (1..=512).map(track).collect(),
        noise,
        sustain_loop: Some(aliquot::tracks::SustainLoop {
            start_s: 0.5,
            end_s: 1.5,
            crossfade_s: 0.05,
        }),
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE_HZ,
        hop: HOP,
    };
    let zone = |place: u8| {
        let first = |place: u8| 128 / count * place;
        KeyZone::new(0..=127, first(place)..=first(place + 1) - 1)
    };
    let sounds: Vec<_> = (0..count).map(|place| (zone(place), &tracks)).collect();
    let (bank, _) = TrackBank::from_sounds(&sounds, grid).expect("a bank");
    Arc::new(Recordings::new(Arc::new(bank)))
}

/// An engine in which all voices sound.
fn sounding(patch: &Patch, recordings: &Arc<Recordings>) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE_HZ,
        max_voices: VOICES,
    });
    engine.set_patch(patch);
    engine.set_recordings(recordings.clone());
    for voice in 0..VOICES {
        engine.push(Event::NoteOn {
            id: None,
            channel: (voice / 12) as u8,
            key: 24 + (voice % 12) as u8,
            velocity: 0.5,
        });
        render(&mut engine);
    }
    engine
}

fn render(engine: &mut Engine) {
    let (mut left, mut right) = ([0.0; BLOCK_FRAMES], [0.0; BLOCK_FRAMES]);
    engine.render(&mut left, &mut right);
    std::hint::black_box((left, right));
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn middle(mut times_s: Vec<f64>) -> f64 {
    times_s.sort_by(f64::total_cmp);
    times_s[times_s.len() / 2]
}
