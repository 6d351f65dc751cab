//! What the bank costs by partials, block length and threads.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aliquot::bank::{Controls, Mixer, Part, Renderer, fixed_turns};
use aliquot::dsp::simd_level::SimdLevel;

use crate::random::Random;

/// Each case is run for this time, and at least [`RUNS`] times; the fastest run counts.
const TIME: Duration = Duration::from_millis(400);
const RUNS: usize = 12;

/// Partials times frames in a run, at least: some 50 µs. That is short enough to fall between what else the
/// machine does, and long beside two meetings where there are threads.
const WORK: usize = 1 << 19;

/// Partials of a voice: each is rendered and advanced before the next, as the engine does.
const VOICE: usize = 512;

/// How many partials.
const COUNTS: [usize; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 200_000, 1_000_000];

/// Prints a line for each case: threads, frames of a block, partials, nanoseconds a block.
pub fn print(threads: usize) {
    for frames in [64, 256] {
        for count in COUNTS {
            // Below that the threads cost more than they save.
            if threads > 1 && count < 1_000 {
                continue;
            }
            println!(
                "{threads} {frames} {count} {:.1}",
                measure(threads, frames, count)
            );
        }
    }
}

/// The partials of one thread, with a renderer, a mixer and a bus of its own.
struct Share {
    renderer: Renderer,
    mixer: Mixer,
    part: Part,
    phase: Vec<u64>,
    increment: Vec<u64>,
    gains: [Vec<f32>; 4],
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Share {
    /// `count` partials between 20 Hz and 0.45 of 48 kHz, each voice's in ascending order, with ramps.
    fn new(count: usize, frames: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut turns: Vec<f64> = (0..count).map(|_| random.frequency_turns()).collect();
        for voice in turns.chunks_mut(VOICE) {
            voice.sort_by(f64::total_cmp);
        }
        let level = SimdLevel::chosen();
        Self {
            renderer: Renderer::new(level, frames),
            mixer: Mixer::new(level, frames),
            part: Part::new(frames),
            phase: (0..count).map(|_| fixed_turns(random.unit())).collect(),
            increment: turns.into_iter().map(fixed_turns).collect(),
            gains: [(); 4].map(|()| (0..count).map(|_| 0.1 + random.unit() as f32).collect()),
            left: vec![0.0; frames],
            right: vec![0.0; frames],
        }
    }

    fn block(&mut self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
        self.renderer.begin_part(self.phase.len(), self.phase.len());
        let (left, right) = self.part.begin();
        let count = self.phase.len();
        for start in (0..count).step_by(VOICE) {
            let voice = start..count.min(start + VOICE);
            let phase = &mut self.phase[voice.clone()];
            let increment = &self.increment[voice.clone()];
            let [left_start, left_end, right_start, right_end] =
                [0, 1, 2, 3].map(|end: usize| &self.gains[end][voice.clone()]);
            let mut controls = Controls {
                phase,
                increment,
                half_chirp: &[],
                left_start,
                left_end,
                right_start,
                right_end,
            };
            self.renderer.add(&mut controls, left, right);
        }
        self.renderer.end_part(&mut self.part);
        let (left, right) = (&mut self.left, &mut self.right);
        self.mixer.accumulate(&self.part, left, right);
        self.mixer.transform_into(left, right);
        black_box((&mut self.left, &mut self.right));
    }
}

/// Nanoseconds a block. Each thread has a range of the partials; the first adds up the buses. They
/// meet before and after a run and not at every block: what handing over costs is not in it.
fn measure(threads: usize, frames: usize, count: usize) -> f64 {
    let blocks = WORK.div_ceil(count * frames);
    let shares: Vec<Mutex<Share>> = (0..threads)
        .map(|thread| {
            let from = count * thread / threads;
            let to = count * (thread + 1) / threads;
            Mutex::new(Share::new(to - from, frames, thread as u64))
        })
        .collect();
    // The runs that have begun, and all threads' runs that have ended.
    let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let run = |thread: usize| {
        let mut share = shares[thread].lock().expect("no thread panics");
        for _ in 0..blocks {
            share.block();
        }
        drop(share);
        ended.fetch_add(1, Ordering::Release);
    };
    thread::scope(|scope| {
        for thread in 1..threads {
            let (run, begun) = (&run, &begun);
            scope.spawn(move || {
                let mut number = 1;
                while wait(begun, number) != END {
                    run(thread);
                    number += 1;
                }
            });
        }
        let mut best = Duration::MAX;
        let first = Instant::now();
        let mut runs = 0;
        while runs < RUNS || first.elapsed() < TIME {
            runs += 1;
            let started = Instant::now();
            begun.store(runs, Ordering::Release);
            run(0);
            wait(&ended, runs * threads);
            merge(&shares, blocks);
            best = best.min(started.elapsed());
        }
        begun.store(END, Ordering::Release);
        best.as_secs_f64() * 1e9 / blocks as f64
    })
}

/// Says that there is no further run.
const END: usize = usize::MAX;

/// Until `counter` has come to `number`; where it is then. Without sleep, which would cost more
/// than a run, unless the machine is short of processors.
fn wait(counter: &AtomicUsize, number: usize) -> usize {
    for spins in 0_u32.. {
        let at = counter.load(Ordering::Acquire);
        if at >= number {
            return at;
        }
        if spins % 4_096 == 4_095 {
            thread::yield_now();
        } else {
            std::hint::spin_loop();
        }
    }
    END
}

/// Adds the other buses to the first, once for each block.
fn merge(shares: &[Mutex<Share>], blocks: usize) {
    let [first, others @ ..] = shares else { return };
    let first = &mut *first.lock().expect("no thread panics");
    for other in others {
        let other = other.lock().expect("no thread panics");
        for _ in 0..blocks {
            for (sum, part) in first.left.iter_mut().zip(&other.left) {
                *sum += part;
            }
            for (sum, part) in first.right.iter_mut().zip(&other.right) {
                *sum += part;
            }
            black_box((&mut first.left, &mut first.right));
        }
    }
}
