//! What voices cost that play recordings, beside the same voices of a computed spectrum.
//!
//! `cargo bench --no-default-features --bench recordings`. 64 voices of 512 partials: computed and at rest, computed with
//! a vibrato and a tremolo, so that every frequency and gain moves as those of a recording do, and recorded: one
//! recording, and two that are mixed by velocity. They take turns, and the middle of many blocks counts. Above its limit
//! it fails. Without cargo's `--bench`, as `cargo test` runs it, there are a few blocks, and no limit. With `-- large`,
//! what large banks take to be opened, in time and memory.

#[path = "recordings/large.rs"]
mod large;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use aliquot::dsp::random::bipolar;
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Config, Engine, Event, Param, Patch};
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::{Breakpoint, Track, Tracks};
use large::large;

const RATE_HZ: f64 = 48_000.0;
const BLOCK_FRAMES: usize = 64;
const VOICES: usize = 64;
const ROOT_HZ: f64 = 40.0;
/// What voices of one recording may cost, in voices of a computed spectrum that moves.
const ALLOWED: f64 = 2.0;

/// Voices of one kind, and how long their blocks took.
struct Case {
    name: &'static str,
    engine: Engine,
    times_s: Vec<f64>,
}

impl Case {
    fn new(name: &'static str, settings: &[(Param, f32)], recordings: &Arc<Recordings>) -> Case {
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
        Case {
            name,
            engine: sounding(&patch, recordings),
            times_s: Vec::new(),
        }
    }

    /// The part of a core that it takes, which is printed.
    fn part(self) -> f64 {
        let part = middle(self.times_s) * RATE_HZ / BLOCK_FRAMES as f64;
        let voices = self.engine.statistics().voices;
        println!(
            "{:20} {voices} voices, {:.1} % of a core",
            self.name,
            100.0 * part
        );
        part
    }
}

fn main() -> ExitCode {
    let is_asked = |word: &str| std::env::args().any(|argument| argument == word);
    if is_asked("large") {
        large();
        return ExitCode::SUCCESS;
    }
    let is_measured = is_asked("--bench");
    let blocks = if is_measured { 3_000 } else { 4 };
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    let recorded = [(Param::BODY_A, body.expect("a body") as f32)];
    let moving = [(Param::LFO_PITCH, 20.0), (Param::LFO_LEVEL, 3.0)];
    let none = Recordings::none();
    let mut cases = [
        Case::new("computed, at rest", &[], &none),
        Case::new("computed, moving", &moving, &none),
        Case::new("recorded", &recorded, &recordings(1)),
        Case::new("recorded, two mixed", &recorded, &recordings(2)),
    ];
    for _ in 0..blocks {
        for case in &mut cases {
            case.times_s.push(seconds(|| render(&mut case.engine)));
        }
    }
    let [rest, moving, recorded, mixed] = cases.map(Case::part);
    let ratio = recorded / moving;
    println!(
        "recorded over moving {ratio:.2} times, of {ALLOWED} that it may be; over rest {:.2} times; two mixed over \
         moving {:.2} times",
        recorded / rest,
        mixed / moving
    );
    match is_measured && ratio > ALLOWED {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// So many recordings of 512 tracks, for velocities of their own.
fn recordings(count: u8) -> Arc<Recordings> {
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
    let zone = |place: u8| KeyZone {
        lowest_velocity: 128 / count * place,
        highest_velocity: 128 / count * (place + 1) - 1,
        ..KeyZone::default()
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
