//! What the room costs for a partial in a block, beside what the sound design allows.
//!
//! `cargo bench --no-default-features --bench room`. It is timed on 512 partials whose gains and frequencies
//! rest, and on ones whose frequencies move; the fastest of many runs counts. Without cargo's `--bench`, as
//! `cargo test` runs it, each is run once.

use std::hint::black_box;
use std::time::Instant;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::partials::Frame;
use aliquot::synth::partials::motion::room::{Pattern, Room, RoomSegment, RoomSettings};
use aliquot::synth::partials::motion::{Loudness, Sides};

const PARTIALS: usize = 512;
/// Runs that are timed at once.
const RUNS: usize = 64;
/// What it may cost for a partial, ns, while frequencies rest, and more while they move.
const ALLOWED_NS: [f64; 2] = [0.7, 2.0];

fn main() {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let rounds = if is_measured { 2_000 } else { 1 };
    for level in SimdLevel::available() {
        println!("{}", level.name());
        let resting_ns = fastest_ns(level, false, rounds) / PARTIALS as f64;
        let moving_ns = fastest_ns(level, true, rounds) / PARTIALS as f64 - resting_ns;
        for (what, ns, allowed_ns) in [
            ("frequencies rest", resting_ns, ALLOWED_NS[0]),
            ("more where they move", moving_ns, ALLOWED_NS[1]),
        ] {
            println!("{what}: {ns:.2} ns a partial, {:.2} times", ns / allowed_ns);
        }
    }
}

fn fastest_ns(level: SimdLevel, frequencies_changed: bool, rounds: usize) -> f64 {
    let mut frame = Frame::allocate();
    frame.resize(PARTIALS);
    for (n, ratio) in (1..).zip(frame.ratio.write(PARTIALS)) {
        *ratio = n as f32;
    }
    let gains: Vec<f32> = (1..=PARTIALS).map(|n| 0.25 / n as f32).collect();
    let settings = RoomSettings {
        amount: 0.5,
        is_apart: false,
        pattern: Pattern {
            time_s: 1.6,
            slope: 0.4,
            width: 1.0,
            seed: 1,
        },
    };
    let segment = RoomSegment {
        frames: 64,
        sample_rate_hz: 48_000.0,
        fundamental_hz: 40.0,
        frequencies_changed,
        ratios_changed: false,
    };
    let mut room = Room::allocate();
    let (mut left, mut right) = (gains.clone(), gains.clone());
    let mut fastest = f64::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..RUNS {
            left.copy_from_slice(&gains);
            right.copy_from_slice(&gains);
            room.update(level, &frame, black_box(&settings), black_box(&segment));
            let ends = &mut Sides {
                left: &mut left,
                right: &mut right,
            };
            black_box(room.advance(level, &frame, &Loudness::default(), ends));
            black_box((&mut left, &mut right));
        }
        fastest = fastest.min(start.elapsed().as_nanos() as f64 / RUNS as f64);
    }
    fastest
}
