//! The engine by voices × partials, everything moving or all steady, as a part of real time.
//!
//! `cargo bench --bench engine`. Before the timings it prints, for each case, the ratio to real
//! time at 48 kHz on one core, the cost per partial and sample beside a plain `f32::sin` loop of
//! the same run, and a fingerprint of the audio, so that a faster wrong answer shows.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aliquot::synth::{Config, Engine, Event, Param, Patch};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const RATE: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 128;

fn patch(partials: usize, moving: bool) -> Patch {
    let mut patch = Patch::default();
    patch.set(Param::PARTIALS, partials as f32);
    patch.set(Param::VOICES, 128.0);
    patch.set(Param::PHASES, 2.0);
    patch.set(Param::AMP_DECAY, 60.0);
    if moving {
        for (param, value) in [
            (Param::LFO_PITCH, 20.0),
            (Param::LFO_TILT, 2.0),
            (Param::LFO_CUTOFF, 1.0),
            (Param::LFO_LEVEL, 1.0),
            (Param::FILTER_TYPE, 1.0),
            (Param::FILTER_ENV, 2.0),
            (Param::FILTER_DECAY, 60.0),
            (Param::DAMPING, 0.001),
            (Param::DAMPING_BRIGHTNESS, 0.001),
            (Param::SPREAD, 1.0),
        ] {
            patch.set(param, value);
        }
    }
    patch
}

/// An engine in the middle of a chord whose partials all lie below Nyquist.
fn sounding(voices: usize, partials: usize, moving: bool) -> Engine {
    let mut engine = Engine::new(&Config {
        sample_rate_hz: RATE,
        max_voices: 128,
    });
    engine.set_patch(&patch(partials, moving));
    for voice in 0..voices {
        // 512 partials of key 24 reach 16.7 kHz.
        let key = 12 + (voice % 12) as u8;
        engine.push(Event::NoteOn {
            id: Some(voice as i32),
            channel: (voice / 12) as u8,
            key,
            velocity: 0.5,
        });
    }
    let (mut left, mut right) = ([0.0; 4_800], [0.0; 4_800]);
    engine.render(&mut left, &mut right);
    assert_eq!(engine.statistics().voices, voices);
    engine
}

/// Seconds for the best of a few runs of a fifth of a second of audio, and its fingerprint.
fn seconds_for(engine: &mut Engine, buffers: usize) -> (f64, u64) {
    let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
    let mut fingerprint = 0_u64;
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        for _ in 0..buffers {
            engine.render(&mut left, &mut right);
            for x in left.iter().chain(&right) {
                fingerprint = (fingerprint ^ u64::from(x.to_bits())).wrapping_mul(0x0100_0000_01b3);
            }
        }
        best = best.min(begun.elapsed().as_secs_f64());
    }
    (best, fingerprint)
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

fn table() {
    let plain = plain_loop_seconds();
    println!(
        "plain f32::sin loop: {:.2} ns a partial and sample",
        plain * 1e9
    );
    println!("voices × partials  moving  of real time  over plain loop  fingerprint");
    for (voices, partials) in [(1, 64), (1, 512), (16, 64), (16, 512), (64, 128), (64, 512)] {
        for moving in [false, true] {
            let mut engine = sounding(voices, partials, moving);
            let buffers = 75;
            let (seconds, fingerprint) = seconds_for(&mut engine, buffers);
            let audio = (buffers * BUFFER_FRAMES) as f64 / RATE;
            let each = seconds / (buffers * BUFFER_FRAMES * voices * partials) as f64;
            println!(
                "{voices:6} × {partials:<8}  {:6}  {:10.2} %  {:14.1}×  {fingerprint:016x}",
                if moving { "yes" } else { "no" },
                100.0 * seconds / audio,
                plain / each,
            );
        }
    }
}

fn engine(criterion: &mut Criterion) {
    table();
    if std::env::args().any(|argument| argument == "table") {
        return;
    }
    let mut group = criterion.benchmark_group("engine");
    group
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(300))
        .sample_size(20);
    for (voices, partials) in [(1, 512), (16, 64), (16, 512), (64, 512)] {
        for moving in [false, true] {
            let mut engine = sounding(voices, partials, moving);
            let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
            group.throughput(Throughput::Elements(
                (voices * partials * BUFFER_FRAMES) as u64,
            ));
            let name = format!("{voices}x{partials}");
            group.bench_function(
                BenchmarkId::new(name, if moving { "moving" } else { "steady" }),
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
