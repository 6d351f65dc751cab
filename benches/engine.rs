//! The engine in parts of real time: by voices × partials, by one factor at a time, by threads.
//!
//! `cargo bench --bench engine`; with `-- table`, the tables alone; with `-- bursts`, what bursts of
//! events take. For each case it prints the part
//! of real time that it takes, the cost per partial and sample beside a plain `f32::sin` loop of the
//! same run, and a fingerprint of the audio, so that a faster wrong answer shows.

#[path = "engine/bursts.rs"]
mod bursts;

use std::hint::black_box;
use std::time::{Duration, Instant};

use aliquot::synth::{Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch};
use aliquot::workers;
use bursts::bursts;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// What of a sound changes all the while.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Motion {
    /// Nothing.
    Steady,
    /// The frequencies, by vibrato.
    Sliding,
    /// Frequencies, tilt, cutoff, level, decay.
    Moving,
}

/// What is measured.
#[derive(Clone, Copy, Debug)]
struct Case {
    voices: usize,
    partials: usize,
    motion: Motion,
    rate_hz: f64,
    buffer_frames: usize,
    threads: usize,
}

const BASE: Case = Case {
    voices: 16,
    partials: 512,
    motion: Motion::Steady,
    rate_hz: 48_000.0,
    buffer_frames: 128,
    threads: 1,
};

fn patch(case: &Case) -> Patch {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, case.partials as f32);
    patch.set(Param::VOICES, case.voices.max(128) as f32);
    patch.set(Param::PHASES, 2.0);
    patch.set(Param::AMP_DECAY, 60.0);
    let sliding = [(Param::LFO_PITCH, 20.0)];
    let moving = [
        (Param::LFO_TILT, 2.0),
        (Param::LFO_CUTOFF, 1.0),
        (Param::LFO_LEVEL, 1.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::FILTER_ENV, 2.0),
        (Param::FILTER_DECAY, 60.0),
        (Param::DAMPING, 0.001),
        (Param::DAMPING_BRIGHTNESS, 0.001),
        (Param::SPREAD, 1.0),
    ];
    let settings = match case.motion {
        Motion::Steady => &[][..],
        Motion::Sliding => &sliding,
        Motion::Moving => &[&sliding[..], &moving].concat(),
    };
    for &(param, value) in settings {
        patch.set(param, value);
    }
    patch
}

/// An engine in the middle of a chord whose partials all lie below Nyquist.
fn sounding(case: &Case) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: case.rate_hz,
        max_voices: case.voices.max(128),
    });
    engine.set_patch(&patch(case));
    if case.threads > 1 {
        let threading = workers::threading(case.threads, engine.dimensions(), || {});
        engine.set_threading(Some(threading.expect("threads")));
    }
    for voice in 0..case.voices {
        // 512 partials of key 24 reach 16.7 kHz.
        let key = 12 + (voice % 12) as u8;
        engine.push(Event::NoteOn {
            id: Some(voice as i32),
            channel: (voice / 12 % 16) as u8,
            key,
            velocity: 0.5,
        });
    }
    let (mut left, mut right) = ([0.0; 4_800], [0.0; 4_800]);
    engine.render(&mut left, &mut right);
    assert_eq!(engine.statistics().voices, case.voices);
    engine
}

/// The seconds that each of `buffers` buffers took, and the fingerprint of the audio.
fn times_s(engine: &mut Engine, buffer_frames: usize, buffers: usize) -> (Vec<f64>, u64) {
    let (mut left, mut right) = (vec![0.0; buffer_frames], vec![0.0; buffer_frames]);
    let mut fingerprint = 0_u64;
    let times = (0..buffers).map(|_| {
        let begun = Instant::now();
        engine.render(&mut left, &mut right);
        let time_s = begun.elapsed().as_secs_f64();
        for x in left.iter().chain(&right) {
            fingerprint = (fingerprint ^ u64::from(x.to_bits())).wrapping_mul(0x0100_0000_01b3);
        }
        time_s
    });
    let times = times.collect();
    (times, fingerprint)
}

/// Seconds for a second of audio, the best of a few runs of a fifth of one, and the fingerprint.
fn seconds_for(case: &Case) -> (f64, u64) {
    let mut engine = sounding(case);
    let buffers = (case.rate_hz / 5.0 / case.buffer_frames as f64).ceil() as usize;
    let mut best = f64::INFINITY;
    let mut fingerprint = 0;
    for _ in 0..5 {
        let (times_s, audio) = times_s(&mut engine, case.buffer_frames, buffers);
        best = best.min(times_s.iter().sum());
        fingerprint = audio;
    }
    let audio_s = (buffers * case.buffer_frames) as f64 / case.rate_hz;
    (best / audio_s, fingerprint)
}

/// Seconds for each partial and sample of the plain loop: a sine, two ramped gains, two sums.
fn plain_loop_seconds() -> f64 {
    let partials = 256;
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        let (mut left, mut right) = ([0.0_f32; 64], [0.0_f32; 64]);
        for partial in 0..partials {
            let increment = black_box(0.01 + partial as f32 * 1e-3);
            let (mut phase, mut gain, step) = (black_box(0.1_f32), 0.01_f32, black_box(1e-5_f32));
            for (left, right) in left.iter_mut().zip(&mut right) {
                let sine = phase.sin();
                *left += gain * sine;
                *right += (1.0 - gain) * sine;
                gain += step;
                phase += increment;
                if phase > std::f32::consts::TAU {
                    phase -= std::f32::consts::TAU;
                }
            }
        }
        black_box((&left, &right));
        best = best.min(begun.elapsed().as_secs_f64() / (64 * partials) as f64);
    }
    best
}

fn row(plain: f64, case: &Case) -> f64 {
    let (seconds, fingerprint) = seconds_for(case);
    let each = seconds / (case.rate_hz * (case.voices * case.partials) as f64);
    println!(
        "{:6} × {:<8}  {:7}  {:8}  {:6}  {:7}  {:10.2} %  {:14.1}×  {fingerprint:016x}",
        case.voices,
        case.partials,
        format!("{:?}", case.motion),
        case.rate_hz,
        case.buffer_frames,
        case.threads,
        100.0 * seconds,
        plain / each,
    );
    seconds
}

fn tables() {
    // First, while nothing that was freed is held ready.
    memory();
    let plain = plain_loop_seconds();
    println!(
        "plain f32::sin loop: {:.2} ns a partial and sample",
        plain * 1e9
    );
    println!(
        "voices × partials  motion   rate in Hz  buffer  threads  of real time  over plain loop  fingerprint"
    );
    let both = [Motion::Steady, Motion::Moving];
    for (voices, partials) in [(1, 64), (1, 512), (16, 64), (16, 512), (64, 128), (64, 512)] {
        for motion in both {
            row(
                plain,
                &Case {
                    voices,
                    partials,
                    motion,
                    ..BASE
                },
            );
        }
    }
    println!("one factor at a time:");
    for motion in [Motion::Steady, Motion::Sliding, Motion::Moving] {
        row(plain, &Case { motion, ..BASE });
    }
    for buffer_frames in [16, 64, 128, 512, 4_096] {
        row(
            plain,
            &Case {
                buffer_frames,
                ..BASE
            },
        );
    }
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        row(plain, &Case { rate_hz, ..BASE });
    }
    threads(plain);
    threads_with_controllers();
    many_voices();
    single_partials();
    bursts();
}

/// What 2,048 voices × 64 partials keep in memory once all have sounded.
fn memory() {
    println!("memory of 2,048 voices × 64 partials, resident:");
    // What the first engine gives back may stay with the process, and serve the second.
    let Some(before_kb) = resident_kb() else {
        println!("  not read on this system");
        return;
    };
    for threads in [1, 2] {
        let case = Case {
            voices: 2_048,
            partials: 64,
            motion: Motion::Moving,
            threads,
            ..BASE
        };
        let engine = sounding(&case);
        let after_kb = resident_kb().unwrap_or(before_kb);
        let megabytes = after_kb.saturating_sub(before_kb) as f64 / 1024.0;
        println!("  {threads} threads: {megabytes:.0} MB");
        drop(engine);
    }
}

/// Memory of this process that is resident, kB.
fn resident_kb() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What two threads save while a controller comes in every block, and without it.
fn threads_with_controllers() {
    println!("64 voices × 512 partials, moving, by two threads over one:");
    for with_controller in [false, true] {
        let [one_s, two_s] = [1, 2].map(|threads| {
            let case = Case {
                voices: 64,
                motion: Motion::Moving,
                threads,
                ..BASE
            };
            let mut engine = sounding(&case);
            let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
            let runs = (0..5).map(|_| {
                let begun = Instant::now();
                for block in 0..150 {
                    if with_controller {
                        // In the middle of the block.
                        engine.render(&mut left[..20], &mut right[..20]);
                        engine.push(Event::Controller {
                            channel: 0,
                            number: 74,
                            value: (block % 2) as f32,
                        });
                        engine.render(&mut left[20..], &mut right[20..]);
                    } else {
                        engine.render(&mut left, &mut right);
                    }
                }
                begun.elapsed().as_secs_f64()
            });
            runs.fold(f64::INFINITY, f64::min)
        });
        let events = if with_controller {
            "a controller in every block"
        } else {
            "no events"
        };
        println!("  {events}: {:.2}×", one_s / two_s);
    }
}

/// 2,048 voices × 1 partial: what a block takes of its time.
fn single_partials() {
    let case = Case {
        voices: 2_048,
        partials: 1,
        buffer_frames: 64,
        ..BASE
    };
    let (mut times_s, fingerprint) = times_s(&mut sounding(&case), 64, 2_000);
    times_s.sort_by(f64::total_cmp);
    let part = times_s[times_s.len() / 2] * case.rate_hz / 64.0;
    println!(
        "2,048 voices × 1 partial, steady: a block takes {:.1} % of its time  {fingerprint:016x}",
        100.0 * part
    );
}

/// 200,000 partials by one thread and by two, including the hand-over.
fn threads(plain: f64) {
    println!("threads, 200,000 partials:");
    for motion in [Motion::Steady, Motion::Moving] {
        for buffer_frames in [64, 512] {
            let case = Case {
                voices: 391,
                motion,
                buffer_frames,
                ..BASE
            };
            let alone = row(plain, &case);
            let two = row(plain, &Case { threads: 2, ..case });
            println!("  2 threads over 1: {:.2}×", alone / two);
        }
    }
}

/// 1,440 voices × 64 partials, in buffers of 512 frames at 44.1 kHz.
fn many_voices() {
    println!("1,440 voices × 64 partials, 512 frames at 44.1 kHz, which last 11.6 ms:");
    for motion in [Motion::Steady, Motion::Moving] {
        for threads in [1, 2] {
            let case = Case {
                voices: 1_440,
                partials: 64,
                motion,
                rate_hz: 44_100.0,
                buffer_frames: 512,
                threads,
            };
            let (mut times_s, fingerprint) = times_s(&mut sounding(&case), 512, 860);
            times_s.sort_by(f64::total_cmp);
            let at = |part: f64| 1e3 * times_s[(part * (times_s.len() - 1) as f64) as usize];
            println!(
                "  {:7} {threads} threads: median {:.2} ms, P95 {:.2} ms, max {:.2} ms  {fingerprint:016x}",
                format!("{motion:?}"),
                at(0.5),
                at(0.95),
                at(1.0),
            );
        }
    }
}

fn engine(criterion: &mut Criterion) {
    if std::env::args().any(|argument| argument == "bursts") {
        bursts();
        return;
    }
    // Run once by `cargo test --benches`, a table would only take time.
    if std::env::args().any(|argument| argument == "--bench" || argument == "table") {
        tables();
    }
    if std::env::args().any(|argument| argument == "table") {
        return;
    }
    let mut group = criterion.benchmark_group("engine");
    group
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(300))
        .sample_size(20);
    for (voices, partials) in [(1, 512), (16, 64), (16, 512), (64, 512)] {
        for motion in [Motion::Steady, Motion::Moving] {
            let case = Case {
                voices,
                partials,
                motion,
                ..BASE
            };
            let mut engine = sounding(&case);
            let (mut left, mut right) = ([0.0; 128], [0.0; 128]);
            group.throughput(Throughput::Elements((voices * partials * 128) as u64));
            group.bench_function(
                BenchmarkId::new(format!("{voices}x{partials}"), format!("{motion:?}")),
                |bencher| {
                    bencher.iter(|| engine.render(black_box(&mut left), black_box(&mut right)));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
