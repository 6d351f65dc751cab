//! The bank's kernels at every level beside a plain `f32::sin` loop that does the same job, in the
//! same run.
//!
//! Stereo, phases advanced from block to block. Before anything is timed, all outputs are compared
//! with the reference. The last lines give the ratio per partial and frame, each measured by
//! alternating short runs of the two and taking the fastest of each; and what the level could do in
//! that time if it did nothing but multiply and add.

mod random;

use aliquot::bank::spectral::{HalfSpectra, Spreader, Transform};
use aliquot::bank::{Controls, MAX_BLOCK_FRAMES, Renderer, fixed_turns, reference};
use aliquot::dsp::simd_level::SimdLevel;
use criterion::{BenchmarkId, Criterion, Throughput};
use random::Random;
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
    /// A ramp of its own for each channel, and the frequency slides.
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
    half_chirp: Vec<i64>,
    gains: [Vec<f32>; 4],
    plain_phase_turns: Vec<f32>,
}

impl Partials {
    /// Partials between 20 Hz and 0.45 of the sample rate at 48 kHz, in ascending order as a voice
    /// has them, or in any order.
    fn new(count: usize, motion: Motion, ascending: bool) -> Self {
        let mut random = Random::new(0);
        let mut turns: Vec<f64> = (0..count).map(|_| random.frequency_turns()).collect();
        if ascending {
            turns.sort_by(f64::total_cmp);
        }
        let phase: Vec<u64> = (0..count).map(|_| fixed_turns(random.unit())).collect();
        // The steepest is 1.8e-7 turns, which the spectral kernel takes in all of these blocks.
        let amount = if motion == Motion::Slides { 4e-7 } else { 0.0 };
        let half_chirp = turns
            .iter()
            .map(|turns| (turns * amount * 2_f64.powi(64)) as i64)
            .collect();
        let gains = (0..count)
            .map(|_| {
                let [a, b, c, d] = [(); 4].map(|()| 0.1 + random.unit() as f32);
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
            half_chirp,
            gains,
        }
    }

    fn controls(&mut self) -> Controls<'_> {
        Controls {
            phase: &mut self.phase,
            increment: &self.increment,
            half_chirp: &self.half_chirp,
            left_start: &self.gains[0],
            left_end: &self.gains[1],
            right_start: &self.gains[2],
            right_end: &self.gains[3],
        }
    }

    /// One block by a kernel of the bank.
    fn render(&mut self, kernel: &mut Kernel, left: &mut [f32], right: &mut [f32]) {
        match kernel {
            Kernel::Direct(_, direct) => direct.add(&mut self.controls(), left, right),
            Kernel::Spectral(_, spectral) => spectral.render(&mut self.controls(), left, right),
        }
    }

    /// One block as one would write it without a thought of speed.
    fn plain(&mut self, left: &mut [f32], right: &mut [f32]) {
        let per_frame = 1.0 / left.len() as f32;
        for partial in 0..self.phase.len() {
            let mut phase = self.plain_phase_turns[partial];
            let mut increment = self.increment[partial] as f32 / 2_f32.powi(64);
            let half_chirp = self.half_chirp[partial] as f32 / 2_f32.powi(64);
            increment += half_chirp;
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
                increment += 2.0 * half_chirp;
                if phase >= 1.0 {
                    phase -= 1.0;
                }
            }
            self.plain_phase_turns[partial] = phase;
        }
    }
}

/// All that the spectral kernel consists of.
struct Spectral {
    spreader: Spreader,
    spectra: HalfSpectra,
    transform: Transform,
}

impl Spectral {
    fn new(level: SimdLevel, frames: usize) -> Self {
        Self {
            spreader: Spreader::new(level, frames),
            spectra: HalfSpectra::new(frames),
            transform: Transform::new(level, frames),
        }
    }

    fn render(&mut self, controls: &mut Controls, left: &mut [f32], right: &mut [f32]) {
        self.spreader.begin(controls.phase.len());
        self.spreader.add(controls, 0.0);
        self.spreader.drain_into(&mut self.spectra);
        self.transform.accumulate(&self.spectra);
        self.transform.transform_into(left, right);
    }
}

/// A kernel of the bank at a level.
enum Kernel {
    Direct(SimdLevel, Box<Renderer>),
    Spectral(SimdLevel, Box<Spectral>),
}

impl Kernel {
    /// All kernels at all levels of this processor, for blocks of `frames` frames.
    fn all(frames: usize) -> Vec<Kernel> {
        SimdLevel::available()
            .flat_map(|level| {
                // Within no part it has the direct kernel alone.
                let direct = Box::new(Renderer::new(level, frames));
                let spectral = Box::new(Spectral::new(level, frames));
                [
                    Kernel::Direct(level, direct),
                    Kernel::Spectral(level, spectral),
                ]
            })
            .collect()
    }

    fn level(&self) -> SimdLevel {
        match self {
            Kernel::Direct(level, _) | Kernel::Spectral(level, _) => *level,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Kernel::Direct(..) => "direct",
            Kernel::Spectral(..) => "spectral",
        }
    }
}

/// Each output against the reference, in dB of the signal: a faster wrong answer is none.
fn check(kernel: &mut Kernel, count: usize, motion: Motion, ascending: bool, frames: usize) {
    let mut partials = Partials::new(count, motion, ascending);
    let mut wanted = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut wanted;
    reference::render(&partials.controls(), left, right);
    let error_db = |heard: &[Vec<f32>; 2]| {
        let (mut error, mut power) = (0.0, 0.0);
        for (heard, wanted) in heard.iter().flatten().zip(wanted.iter().flatten()) {
            error += (f64::from(*heard) - wanted).powi(2);
            power += wanted.powi(2);
        }
        10.0 * (error / power).log10()
    };
    let mut heard = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut heard;
    partials.plain(left, right);
    let plain = error_db(&heard);
    let mut heard = [vec![0.0; frames], vec![0.0; frames]];
    let [left, right] = &mut heard;
    partials.render(kernel, left, right);
    let ours = error_db(&heard);
    assert!(
        ours < -110.0,
        "{} is wrong: {ours:.1} dB at {count} × {frames}",
        kernel.name()
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
            for count in [16, 64, 512, 4096] {
                if frames != 64 && count != 512 {
                    continue;
                }
                group.throughput(Throughput::Elements((count * frames) as u64));
                let mut left = [0.0; MAX_BLOCK_FRAMES];
                let mut right = [0.0; MAX_BLOCK_FRAMES];
                for mut kernel in Kernel::all(frames) {
                    check(&mut kernel, count, motion, true, frames);
                    let mut partials = Partials::new(count, motion, true);
                    let name = format!("{}/{:?}", kernel.name(), kernel.level());
                    let id = BenchmarkId::new(name, format!("{count}x{frames}"));
                    group.bench_function(id, |bencher| {
                        bencher.iter(|| {
                            let (left, right) = (&mut left[..frames], &mut right[..frames]);
                            partials.render(&mut kernel, left, right);
                            black_box((left, right));
                        });
                    });
                }
                if count != 512 {
                    continue;
                }
                let mut partials = Partials::new(count, motion, true);
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
/// that both meet the same machine. Ours, then the plain loop's.
fn duel(
    kernel: &mut Kernel,
    count: usize,
    motion: Motion,
    ascending: bool,
    frames: usize,
) -> (f64, f64) {
    check(kernel, count.min(4096), motion, ascending, frames);
    let mut partials = Partials::new(count, motion, ascending);
    let mut plain = Partials::new(count.min(512), motion, ascending);
    let mut left = vec![0.0; frames];
    let mut right = vec![0.0; frames];
    // Some 30 µs a run: short enough to fall between what else the machine does.
    let repeats = 1 + 60_000 / (count * frames);
    let mut best = [f64::MAX; 2];
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(300) {
        let begun = Instant::now();
        plain.plain(&mut left, &mut right);
        black_box((&mut left, &mut right));
        let each = 1e9 / (plain.phase.len() * frames) as f64;
        best[1] = best[1].min(begun.elapsed().as_secs_f64() * each);
        let begun = Instant::now();
        for _ in 0..repeats {
            partials.render(kernel, &mut left, &mut right);
            black_box((&mut left, &mut right));
        }
        let each = 1e9 / (repeats * count * frames) as f64;
        best[0] = best[0].min(begun.elapsed().as_secs_f64() * each);
    }
    (best[0], best[1])
}

aliquot::at_level! {
    /// Multiplies and adds `rounds` times to each of as many numbers as keep every unit busy.
    fn multiply_add(sums: &mut [f32; 256], factor: f32, term: f32, rounds: usize) {
        for _ in 0..rounds {
            for sum in sums.iter_mut() {
                // Fused only where the level has it: elsewhere that would be a call.
                *sum = if cfg!(target_feature = "fma") {
                    sum.mul_add(factor, term)
                } else {
                    *sum * factor + term
                };
            }
        }
    }
}

/// Multiply-adds a nanosecond: the best of many short runs.
fn peak(level: SimdLevel) -> f64 {
    const ROUNDS: usize = 1_000;
    let mut sums = [0.5_f32; 256];
    let mut best = f64::MAX;
    for _ in 0..200 {
        let begun = Instant::now();
        multiply_add(level, &mut sums, black_box(0.999), black_box(1e-3), ROUNDS);
        black_box(&mut sums);
        best = best.min(begun.elapsed().as_secs_f64());
    }
    (ROUNDS * sums.len()) as f64 / (1e9 * best)
}

fn row(kernel: &mut Kernel, motion: (Motion, &str), count: usize, ascending: bool, frames: usize) {
    let (ours, plain) = duel(kernel, count, motion.0, ascending, frames);
    // The direct form of the same level, for what the spectrum gains over it.
    let over_direct = match kernel {
        Kernel::Direct(..) => 1.0,
        Kernel::Spectral(level, _) => {
            duel(
                &mut Kernel::Direct(*level, Box::new(Renderer::new(*level, frames))),
                count,
                motion.0,
                ascending,
                frames,
            )
            .0 / ours
        }
    };
    println!(
        "{:<8} {:<8} {:<7} {count:>7} {frames:>6}  {:<9} {ours:>8.4} {:>8.0} {:>11.0} {:>11.0}× {over_direct:>7.2}× {:>10.1}",
        kernel.name(),
        kernel.level().name(),
        motion.1,
        if ascending { "ascending" } else { "any" },
        1e3 / ours,
        1e9 / (ours * 48_000.0),
        plain / ours,
        ours * peak(kernel.level()),
    );
}

fn main() {
    let is_told = |word: &str| std::env::args().any(|argument| argument == word);
    // `cargo bench --bench bank -- ratios`: the ratios alone.
    if !is_told("ratios") {
        let mut criterion = Criterion::default().configure_from_args();
        bench(&mut criterion);
        criterion.final_summary();
        // `cargo test` runs every body once and measures nothing.
        if !is_told("--bench") {
            return;
        }
    }
    println!(
        "\nstereo, with phase advance; mul-adds: how many the level could do in the time of one partial \
         and frame\n{:<8} {:<8} {:<7} {:>7} {:>6}  {:<9} {:>8} {:>8} {:>11} {:>12} {:>8} {:>10}",
        "kernel",
        "level",
        "motion",
        "count",
        "frames",
        "order",
        "ns p·f",
        "M p·f/s",
        "at 48 kHz",
        "plain loop",
        "direct",
        "mul-adds"
    );
    for motion in Motion::ALL {
        for mut kernel in Kernel::all(64) {
            for count in [16, 32, 64, 128, 256, 512, 4096] {
                row(&mut kernel, motion, count, true, 64);
            }
            row(&mut kernel, motion, 512, false, 64);
        }
        for frames in [128, 256] {
            for mut kernel in Kernel::all(frames) {
                row(&mut kernel, motion, 512, true, frames);
            }
        }
    }
    let ramps = Motion::ALL[2];
    for frames in [64, 256] {
        let Some(mut kernel) = Kernel::all(frames).pop() else {
            continue;
        };
        for count in [1_000, 10_000, 100_000, 1_000_000] {
            row(&mut kernel, ramps, count, true, frames);
        }
    }
}
