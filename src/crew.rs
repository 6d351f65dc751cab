//! The crew: threads that render sections beside the audio thread.
//!
//! The audio thread lays boxes on a table of slots and says how many there are; whoever claims a
//! number takes the box from that slot, and what the others have not taken the audio thread takes
//! back. Each slot is one atomic pointer, each thread returns its boxes through a queue of its own:
//! so a thread that is stopped at any point has at most one box. The audio thread waits for that box at
//! most a quarter of a block.
//!
//! A thread without work looks for some for 40 µs, then every 100 µs; while nothing sounds, every
//! 5 ms. Nobody wakes it: that would be a system call on the audio thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_utils::atomic::AtomicCell;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::bank::Renderer;
use crate::synth::parameter::MAX_VOICES;
use crate::synth::pool::{self, Dimensions, Job, Threading};

/// How long a thread without work goes on looking: the next block of the same buffer comes sooner.
const SPIN: Duration = Duration::from_micros(40);
/// How often it looks after that, a small part of the shortest block.
const NAP: Duration = Duration::from_micros(100);
/// How often it looks while nothing sounds.
const SLEEP: Duration = Duration::from_millis(5);
/// After so long without work it looks no more often than while nothing sounds: the host may have
/// stopped in the middle of a sound.
const DOZE: Duration = Duration::from_secs(1);
/// How long a thread works at most without a nap. Systems that lend real-time priority stop a
/// program that does so for 200 ms.
const STINT: Duration = Duration::from_millis(20);
/// How long the audio thread waits for a section that another one has begun, in blocks. A section
/// takes a thirtieth.
const PATIENCE_BLOCKS: f64 = 0.25;

/// The most threads that render, the audio thread among them.
pub const MAX_THREADS: usize = 16;

/// How many threads a crew should have here: one for each processor.
pub fn auto_threads() -> usize {
    thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, MAX_THREADS)
}

/// Threads for an engine of these dimensions to render with, as [`Crew::new`] makes them.
///
/// # Errors
/// If the system has no more threads.
pub fn threading(threads: usize, dimensions: &Dimensions, start: fn()) -> io::Result<Threading> {
    let crew = Crew::new(threads, dimensions, start)?;
    Ok(Threading::new(Box::new(crew), dimensions))
}

/// A crew. Dropping it ends its threads and waits for them: not on the audio thread.
pub struct Crew {
    table: Arc<Table>,
    /// Slots that boxes lie in, or did.
    laid_out: usize,
    /// Slots that the audio thread has not looked into yet.
    not_taken_back: usize,
    returns: Vec<Consumer<Box<Job>>>,
    threads: Vec<JoinHandle<()>>,
    patience: Duration,
    waiting_since: Instant,
}

/// What all threads of a crew see.
struct Table {
    slots: Box<[AtomicCell<Option<Box<Job>>>]>,
    /// How many slots count.
    count: AtomicUsize,
    /// The next one to be claimed.
    next: AtomicUsize,
    is_awake: AtomicBool,
    is_over: AtomicBool,
}

impl Crew {
    /// So many threads, the caller's own among them (2 to [`MAX_THREADS`]), for an engine of these
    /// dimensions. Each begins with `start`, which may ask the system for priority.
    ///
    /// # Errors
    /// If the system has no more threads.
    pub fn new(threads: usize, dimensions: &Dimensions, start: fn()) -> io::Result<Crew> {
        let block_s = dimensions.block_frames as f64 / dimensions.sample_rate_hz;
        let boxes = pool::groups(MAX_VOICES);
        let table = Arc::new(Table {
            slots: (0..boxes).map(|_| AtomicCell::new(None)).collect(),
            count: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            is_awake: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        let mut crew = Crew {
            table,
            laid_out: 0,
            not_taken_back: 0,
            returns: Vec::new(),
            threads: Vec::new(),
            patience: Duration::from_secs_f64(PATIENCE_BLOCKS * block_s),
            waiting_since: Instant::now(),
        };
        for number in 2..=threads.clamp(2, MAX_THREADS) {
            let (done, returns) = RingBuffer::new(boxes);
            let worker = Worker {
                table: crew.table.clone(),
                renderer: Renderer::new(dimensions.level, dimensions.block_frames),
                done,
            };
            let thread = thread::Builder::new()
                .name(format!("aliquot {number}"))
                .spawn(move || {
                    start();
                    worker.run();
                })?;
            crew.returns.push(returns);
            crew.threads.push(thread);
        }
        Ok(crew)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.table.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}

impl pool::Crew for Crew {
    fn threads(&self) -> usize {
        self.threads.len() + 1
    }

    fn lay_out(&mut self, job: Box<Job>) -> Option<Box<Job>> {
        match self.table.slots.get(self.laid_out) {
            Some(slot) => {
                self.laid_out += 1;
                slot.swap(Some(job))
            }
            None => Some(job),
        }
    }

    fn begin(&mut self) {
        self.table.count.store(self.laid_out, Ordering::Release);
        self.table.next.store(0, Ordering::Release);
        self.not_taken_back = self.laid_out;
        self.laid_out = 0;
    }

    fn take_back(&mut self) -> Option<Box<Job>> {
        // From the end, since the others claim from the beginning.
        while self.not_taken_back > 0 {
            self.not_taken_back -= 1;
            let job = self.table.slots[self.not_taken_back].take();
            if job.is_some() {
                return job;
            }
        }
        None
    }

    fn fetch(&mut self) -> Option<Box<Job>> {
        self.returns
            .iter_mut()
            .find_map(|returns| returns.pop().ok())
    }

    fn has_patience(&mut self, is_first: bool) -> bool {
        if is_first {
            self.waiting_since = Instant::now();
        }
        std::hint::spin_loop();
        self.waiting_since.elapsed() < self.patience
    }

    fn stay_awake(&mut self, is_needed: bool) {
        self.table.is_awake.store(is_needed, Ordering::Relaxed);
    }
}

impl Table {
    /// Takes a box that nobody has claimed.
    fn claim(&self) -> Option<Box<Job>> {
        let count = self.count.load(Ordering::Acquire);
        // Looked at first, so that waiting threads do not count on for ever.
        while self.next.load(Ordering::Acquire) < count {
            let number = self.next.fetch_add(1, Ordering::AcqRel);
            if number >= count {
                return None;
            }
            // The audio thread may have taken it back.
            let job = self.slots[number].take();
            if job.is_some() {
                return job;
            }
        }
        None
    }
}

struct Worker {
    table: Arc<Table>,
    renderer: Renderer,
    done: Producer<Box<Job>>,
}

impl Worker {
    fn run(mut self) {
        let mut last_nap = Instant::now();
        let mut last_work = last_nap;
        while !self.table.is_over.load(Ordering::Relaxed) {
            if let Some(mut job) = self.table.claim() {
                job.perform(&mut self.renderer);
                // There is room for every box that there is.
                let _ = self.done.push(job);
                last_work = Instant::now();
                if last_work - last_nap > STINT {
                    thread::sleep(Duration::from_micros(1));
                    last_nap = Instant::now();
                }
            } else if !self.table.is_awake.load(Ordering::Relaxed) || last_work.elapsed() > DOZE {
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

    #[test]
    fn a_slot_is_one_atomic_pointer() {
        assert!(AtomicCell::<Option<Box<Job>>>::is_lock_free());
    }
}
