//! Worker threads, which render sections of voices beside the audio thread.
//!
//! The audio thread puts boxes into a table of slots and says how many there are; whoever claims a
//! number takes the box from that slot, and what the others have not taken the audio thread takes
//! back. Each slot is one atomic pointer, each thread returns its boxes through a queue of its own:
//! so a thread that is stopped at any point has at most one box. The audio thread waits for that box at
//! most a quarter of a block.
//!
//! A thread without work looks for some for 40 µs, then every 100 µs; while nothing sounds, every 5
//! ms. It is not woken: that would be a system call on the audio thread.

mod table;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use self::table::{AudioEnd, WorkerEnd};
use crate::synth::parameter::MAX_VOICES;
use crate::synth::pool::{self, Dimensions, Job, Threading};
use crate::synth::workspace::Workspace;

/// How long a thread without work goes on looking: the next block of the same buffer comes sooner.
const SPIN: Duration = Duration::from_micros(40);
/// How often it looks after that, a small part of the shortest block.
const NAP: Duration = Duration::from_micros(100);
/// How often it looks while nothing sounds.
const SLEEP: Duration = Duration::from_millis(5);
/// After this time without work it looks no more often than while nothing sounds: the host may have stopped in
/// the middle of a sound.
const DOZE: Duration = Duration::from_secs(1);
/// How long a thread works at most without a nap. Systems that lend real-time priority stop a
/// program that does so for 200 ms.
const STINT: Duration = Duration::from_millis(20);
/// How long the audio thread waits for a section that another one has begun, in blocks. A section
/// takes a thirtieth.
const PATIENCE_BLOCKS: f64 = 0.25;

/// The most threads that render, the audio thread among them.
pub const MAX_THREADS: usize = 16;

/// How many threads a pool should have here: one for each processor.
pub fn auto_threads() -> usize {
    thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, MAX_THREADS)
}

/// Threads for an engine of these dimensions to render with, as [`WorkerPool::new`] makes them.
///
/// # Errors
/// If the system has no more threads.
pub fn threading(threads: usize, dimensions: &Dimensions, start: fn()) -> io::Result<Threading> {
    let workers = WorkerPool::new(threads, dimensions, start)?;
    Ok(Threading::new(Box::new(workers), dimensions))
}

/// Worker threads. Dropping it ends its threads and waits for them: not on the audio thread.
pub struct WorkerPool {
    jobs: AudioEnd<Job>,
    signals: Arc<Signals>,
    threads: Vec<JoinHandle<()>>,
    patience: Duration,
    waiting_since: Instant,
}

/// What the audio thread signals to the threads beside the jobs.
#[derive(Default)]
struct Signals {
    is_awake: AtomicBool,
    is_over: AtomicBool,
}

impl WorkerPool {
    /// `threads` threads, the caller's own among them (2 to [`MAX_THREADS`]), for an engine of these
    /// dimensions. Each begins with `start`, which may ask the system for priority.
    ///
    /// # Errors
    /// If the system has no more threads.
    pub fn new(threads: usize, dimensions: &Dimensions, start: fn()) -> io::Result<WorkerPool> {
        let block_s = dimensions.block_frames as f64 / dimensions.sample_rate_hz;
        let mut pool = WorkerPool {
            jobs: AudioEnd::new(pool::groups(MAX_VOICES)),
            signals: Arc::default(),
            threads: Vec::new(),
            patience: Duration::from_secs_f64(PATIENCE_BLOCKS * block_s),
            waiting_since: Instant::now(),
        };
        for number in 2..=threads.clamp(2, MAX_THREADS) {
            let worker = Worker {
                jobs: pool.jobs.worker(),
                signals: pool.signals.clone(),
                workspace: Workspace::new(dimensions.level, dimensions.block_frames),
            };
            let thread = thread::Builder::new()
                .name(format!("aliquot {number}"))
                .spawn(move || {
                    start();
                    worker.run();
                })?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.signals.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}

impl pool::Workers for WorkerPool {
    fn threads(&self) -> usize {
        self.threads.len() + 1
    }

    fn submit(&mut self, job: Box<Job>) -> Option<Box<Job>> {
        self.jobs.submit(job)
    }

    fn dispatch(&mut self) {
        self.jobs.dispatch();
    }

    fn reclaim(&mut self) -> Option<Box<Job>> {
        self.jobs.reclaim()
    }

    fn collect(&mut self) -> Option<Box<Job>> {
        self.jobs.collect()
    }

    fn keep_waiting(&mut self, is_first: bool) -> bool {
        if is_first {
            self.waiting_since = Instant::now();
        }
        std::hint::spin_loop();
        self.waiting_since.elapsed() < self.patience
    }

    fn set_polling(&mut self, is_needed: bool) {
        self.signals.is_awake.store(is_needed, Ordering::Relaxed);
    }
}

struct Worker {
    jobs: WorkerEnd<Job>,
    signals: Arc<Signals>,
    workspace: Workspace,
}

impl Worker {
    fn run(mut self) {
        let mut last_nap = Instant::now();
        let mut last_work = last_nap;
        while !self.signals.is_over.load(Ordering::Relaxed) {
            if let Some(mut job) = self.jobs.claim() {
                job.perform(&mut self.workspace);
                self.jobs.give_back(job);
                last_work = Instant::now();
                if last_work - last_nap > STINT {
                    thread::sleep(Duration::from_micros(1));
                    last_nap = Instant::now();
                }
            } else if !self.signals.is_awake.load(Ordering::Relaxed) || last_work.elapsed() > DOZE {
                thread::sleep(SLEEP);
                last_nap = Instant::now();
            } else if last_work.elapsed() < SPIN {
                std::hint::spin_loop();
            } else {
                thread::sleep(NAP);
                last_nap = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::simd_level::SimdLevel;
    use crate::synth::pool::Workers as _;

    #[test]
    fn the_audio_thread_waits_a_quarter_of_a_block_and_then_no_more() {
        for (sample_rate_hz, block_frames) in [(48_000.0, 64), (8_000.0, 16)] {
            let dimensions = Dimensions {
                level: SimdLevel::chosen(),
                sample_rate_hz,
                block_frames,
                voices: 1,
            };
            let mut pool = WorkerPool::new(2, &dimensions, || {}).expect("threads");
            let quarter = Duration::from_secs_f64(0.25 * block_frames as f64 / sample_rate_hz);
            assert_eq!(pool.patience, quarter);
            // The second time it counts anew. However busy the machine is, it is never sooner.
            for _ in 0..2 {
                let begun = Instant::now();
                let mut is_waiting = pool.keep_waiting(true);
                while is_waiting {
                    is_waiting = pool.keep_waiting(false);
                }
                assert!(begun.elapsed() >= quarter);
            }
        }
    }
}
