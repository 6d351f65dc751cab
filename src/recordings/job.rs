//! Work in a thread of its own that can be given up.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_utils::atomic::AtomicCell;

use super::ending::EndingThreads;

/// Work under way. Dropped, it is asked to stop, and its thread is left to the [`EndingThreads`]: nobody waits.
pub struct Job<T> {
    is_cancelled: Arc<AtomicBool>,
    /// `None` once the outcome has been taken.
    thread: Option<JoinHandle<()>>,
    outcome: Arc<AtomicCell<Option<Box<T>>>>,
    ending_threads: Arc<EndingThreads>,
}

impl<T: Send + 'static> Job<T> {
    /// Begins work in a thread of this name. The work is to stop soon after the flag is set.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(
        name: &str,
        ending_threads: Arc<EndingThreads>,
        work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
    ) -> io::Result<Job<T>> {
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let outcome = Arc::new(AtomicCell::new(None));
        let (flag, place) = (is_cancelled.clone(), outcome.clone());
        let run = move || place.store(Some(Box::new(work(&flag))));
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Job {
            is_cancelled,
            thread: Some(thread),
            outcome,
            ending_threads,
        })
    }
}

impl<T> Job<T> {
    /// Asks it to stop. Its outcome says whether it did.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// What came of it, once, when it is over; `None` until then. Does not wait for it. The inner `None` is a panic of
    /// the work.
    pub fn take_outcome(&mut self) -> Option<Option<T>> {
        let thread = self.thread.take_if(|thread| thread.is_finished())?;
        // One that panicked has printed why.
        let _ = thread.join();
        Some(self.outcome.take().map(|outcome| *outcome))
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            self.ending_threads.add(thread);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<T: Send + 'static>(job: &mut Job<T>) -> Option<T> {
        loop {
            if let Some(outcome) = job.take_outcome() {
                return outcome;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn the_outcome_is_taken_once() {
        let mut job = Job::start("test", Arc::default(), |_| 7).expect("a thread");
        assert_eq!(outcome(&mut job), Some(7));
        assert!(job.take_outcome().is_none());
    }

    #[test]
    fn a_panic_is_no_outcome() {
        let work = |_: &AtomicBool| -> u8 { panic!("as the test has it") };
        let mut job = Job::start("test", Arc::default(), work).expect("a thread");
        assert_eq!(outcome(&mut job), None);
    }

    #[test]
    fn a_drop_asks_the_thread_to_stop_and_does_not_wait_for_it() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(());
        let of_the_thread = held.clone();
        let work = move |is_cancelled: &AtomicBool| {
            // It does not look whether it is cancelled before it is let go.
            let _ = receiver.recv();
            assert!(is_cancelled.load(Ordering::Relaxed));
            drop(of_the_thread);
        };
        let ending_threads = Arc::<EndingThreads>::default();
        drop(Job::start("test", ending_threads.clone(), work).expect("a thread"));
        assert_eq!(ending_threads.count(), 1);
        drop(sender);
        // The thread ends, and with it goes what it held.
        while ending_threads.count() > 0 {
            thread::yield_now();
        }
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
