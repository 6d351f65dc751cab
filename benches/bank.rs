//! The direct bank beside a plain `f32::sin` loop that does the same job, in the same run.
//!
//! Stereo, phases advanced from block to block. Before anything is timed, both outputs are compared
//! with the reference. The last lines give the ratio per partial and frame, each measured by
//! alternating short runs of the two and taking the fastest of each.

use aliquot::bank::{
    Bank, Controls, Kernel, MAX_BLOCK_FRAMES, advanced_phase, fixed_turns, reference,
};
use aliquot::dsp::level::Level;
use criterion::{BenchmarkId, Criterion, Throughput};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What moves in a block.
#[derive(Clone, Copy, PartialEq)]
enum Motion {
    /// Gains and frequencies stand still.
    Fixed,
    /// A gain ramp; each partial stays where it is in the panorama.
    Decay,
    /// A ramp of its own for each channel.
    Ramps,
    /// The same, and the frequency slides.
    Slides,
}

impl Motion {
    const ALL: [(Self, &str); 4] = [
        (Self::Fixed, "fixed"),
        (Self::Decay, "decay"),
        (Self::Ramps, "ramps"),
        (Self::Slides, "slides"),
    ];
}

/// A bank of partials and its phases, in the form of each of the two.
struct Partials {
    phase: Vec<u64>,
    increment: Vec<u64>,
    curve: Vec<i64>,
    gains: [Vec<f32>; 4],
    plain_phase_turns: Vec<f32>,
}

impl Partials {
    /// Partials between 20 Hz and 0.45 of the sample rate at 48 kHz, in ascending order as a voice
    /// has them, or in any order.
    fn new(count: usize, motion: Motion, ascending: bool) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut turns: Vec<f64> = (0..count)
            .map(|_| 20.0 / 48e3 + random() * 0.4495)
            .collect();
        if ascending {
            turns.sort_by(f64::total_cmp);
        }
        let phase: Vec<u64> = (0..count).map(|_| fixed_turns(random())).collect();
        let amount = if motion == Motion::Slides { 1e-6 } else { 0.0 };
        let curve = turns
            .iter()
            .map(|turns| (turns * amount * 2_f64.powi(64)) as i64)
            .collect();
        let gains = (0..count)
            .map(|_| {
                let [a, b, c, d] = [(); 4].map(|()| 0.1 + random() as f32);
                match motion {
                    Motion::Fixed => [a, a, c, c],
                    Motion::Decay => [a * c, b * c, a * d, b * d],
                    Motion::Ramps | Motion::Slides => [a, b, c, d],
                }
            })
            .collect::<Vec<_>>();
        let gains = [0, 1, 2, 3].map(|end| gains.iter().map(|gains| gains[end]).collect());
        Self {
            plain_phase_turns: phase
                .iter()
                .map(|&phase| phase as f32 / 2_f32.powi(64))
                .collect(),
            phase,
            increment: turns.into_iter().map(fixed_turns).collect(),
            curve,
            gains,
        }
    }

    fn controls(&self) -> Controls<'_> {
        Controls {
            phase: &self.phase,
            increment: &self.increment,
            curve: &self.curve,
            left_start: &self.gains[0],
            left_end: &self.gains[1],
            right_start: &self.gains[2],
            right_end: &self.gains[3],
        }
    }

    /// One block by the direct bank.
    fn direct(&mut self, left: &mut [f32], right: &mut [f32]) {
        direct::render(&self.controls(), left, right);
        let frames = left.len() as u64;
        let partials = self.phase.iter_mut().zip(&self.increment).zip(&self.curve);
        for ((phase, &increment), &curve) in partials {
            *phase = advanced_phase(*phase, increment, curve, frames);
        }
    }

    /// One block as one would write it without a thought of speed.
    fn plain(&mut self, left: &mut [f32], right: &mut [f32]) {
        let per_frame = 1.0 / left.len() as f32;
        for partial in 0..self.phase.len() {
            let mut phase = self.plain_phase_turns[partial];
            let mut increment = self.increment[partial] as f32 / 2_f32.powi(64);
            let curve = self.curve[partial] as f32 / 2_f32.powi(64);
            increment += curve;
            let [mut left_gain, left_end, mut right_gain, right_end] =
                [0, 1, 2, 3].map(|end| self.gains[end][partial]);
            let left_step = (left_end - left_gain) * per_frame;
            let right_step = (right_end - right_gain) * per_frame;
            for (left, right) in left.iter_mut().zip(&mut *right) {
                let sine = (phase * std::f32::consts::TAU).sin();
                *left += left_gain * sine;
                *right += right_gain * sine;
                left_gain += left_step;
                right_gain += right_step;
                phase += increment;
                increment += 2.0 * curve;
                if phase >= 1.0 {
                    phase -= 1.0;
                }
            }
            self.plain_phase_turns[partial] = phase;
        }
    }
}

/// Both outputs against the reference, in dB of the signal.
fn check(count: usize, motion: Motion, ascending: bool, frames: usize) {
    let mut partials = Partials::new(count, motion, ascending);
    let mut wanted = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut wanted;
    reference::render(&partials.controls(), left, right);
    let mut error_db = |render: fn(&mut Partials, &mut [f32], &mut [f32])| {
        let mut heard = [vec![0.0; frames], vec![0.0; frames]];
        let [left, right] = &mut heard;
        render(&mut partials, left, right);
        let (mut error, mut power) = (0.0, 0.0);
        for (heard, wanted) in heard.iter().flatten().zip(wanted.iter().flatten()) {
            error += (f64::from(*heard) - wanted).powi(2);
            power += wanted.powi(2);
        }
        10.0 * (error / power).log10()
    };
    let direct = error_db(Partials::direct);
    let plain = error_db(Partials::plain);
    assert!(
        direct < -110.0,
        "direct bank is wrong: {direct:.1} dB at {count} × {frames}"
    );
    assert!(
        plain < -60.0,
        "plain loop is wrong: {plain:.1} dB at {count} × {frames}"
    );
}

fn bench(criterion: &mut Criterion) {
    for (motion, name) in Motion::ALL {
        let mut group = criterion.benchmark_group(format!("bank/{name}"));
        for frames in [64, 128, 256] {
            for count in [16, 64, 256, 512, 1024, 4096] {
                if frames != 64 && count != 512 {
                    continue;
                }
                check(count, motion, true, frames);
                group.throughput(Throughput::Elements((count * frames) as u64));
                let mut left = [0.0; MAX_BLOCK_FRAMES];
                let mut right = [0.0; MAX_BLOCK_FRAMES];
                let mut partials = Partials::new(count, motion, true);
                let id = BenchmarkId::new("direct", format!("{count}x{frames}"));
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        partials.direct(&mut left[..frames], &mut right[..frames]);
                        black_box((&mut left, &mut right));
                    });
                });
                if count != 512 {
                    continue;
                }
                let id = BenchmarkId::new("plain", format!("{count}x{frames}"));
                group.bench_function(id, |bencher| {
                    bencher.iter(|| {
                        partials.plain(&mut left[..frames], &mut right[..frames]);
                        black_box((&mut left, &mut right));
                    });
                });
            }
        }
        group.finish();
    }
}

/// Nanoseconds per partial and frame: the fastest of many short runs of each, taken in turn, so
/// that both meet the same machine.
fn duel(count: usize, motion: Motion, ascending: bool, frames: usize) -> (f64, f64) {
    check(count, motion, ascending, frames);
    let mut partials = Partials::new(count, motion, ascending);
    let mut left = vec![0.0; frames];
    let mut right = vec![0.0; frames];
    let mut time = |render: fn(&mut Partials, &mut [f32], &mut [f32]), repeats: usize| {
        let start = Instant::now();
        for _ in 0..repeats {
            render(&mut partials, &mut left, &mut right);
            black_box((&mut left, &mut right));
        }
        start.elapsed().as_secs_f64() * 1e9 / (repeats * count * frames) as f64
    };
    // Some 30 µs a run: short enough to fall between what else the machine does.
    let repeats = 1 + 60_000 / (count * frames);
    let (mut direct, mut plain) = (f64::MAX, f64::MAX);
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(600) {
        plain = plain.min(time(Partials::plain, 1 + repeats / 25));
        direct = direct.min(time(Partials::direct, repeats));
    }
    (direct, plain)
}

fn main() {
    // `cargo bench --bench bank -- ratios`: the ratios alone.
    if !std::env::args().any(|argument| argument == "ratios") {
        let mut criterion = Criterion::default().configure_from_args();
        bench(&mut criterion);
        criterion.final_summary();
    }
    println!("\nns per partial and frame, stereo with phase advance; plain loop / direct bank");
    for (motion, name) in Motion::ALL {
        for (count, frames, ascending) in [
            (512, 64, true),
            (512, 64, false),
            (512, 128, true),
            (512, 256, true),
            (16, 64, true),
            (64, 64, true),
            (4096, 64, true),
        ] {
            let (direct, plain) = duel(count, motion, ascending, frames);
            let order = if ascending { "ascending" } else { "any order" };
            println!(
                "{name:<7} {count:>5} × {frames:<3} {order}: {direct:.3} against {plain:.2}, ratio {:.1}",
                plain / direct
            );
        }
    }
}
