//! Threads that have been asked to end.
//!
//! One that reads from a disk that does not answer (a network drive that has gone) ends when the disk answers, which may
//! be never. A host that closes a song would hang with it, so whoever owns threads waits for them for a bounded time, and
//! then leaves them to themselves: they hold what they read and nothing of the instance, and free it when they end.
//!
//! Their code may be that of a library that the host unloads meanwhile, which would end the host. So they are left only
//! where the library stays in memory: `docs/upstream.md` says where, and why. Elsewhere the wait has no bound: a host
//! that hangs goes on when the disk answers, and one that crashed does not.

use std::mem;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Whether the library of a bundle stays in memory when the host unloads it.
const STAYS_LOADED: bool = cfg!(unix);

/// How long threads are waited for where they may be left. An orderly end takes less.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How often it is looked whether they have ended: the standard library has no join of a limited time.
const LOOK: Duration = Duration::from_millis(1);

/// The threads of this process that have been left.
static LEFT: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

/// Threads that nobody waits for any more and that end soon. They are waited for at last, for a bounded time where they
/// may be left: when this is dropped.
#[derive(Debug, Default)]
pub struct EndingThreads {
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl EndingThreads {
    /// Takes over a thread that has been asked to end. Does not wait for it.
    pub fn add(&self, thread: JoinHandle<()>) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
    }

    /// How many have not ended.
    pub fn count(&self) -> usize {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.len()
    }
}

impl Drop for EndingThreads {
    fn drop(&mut self) {
        let threads = self.threads.get_mut();
        wait_or_leave(mem::take(threads.unwrap_or_else(PoisonError::into_inner)));
    }
}

/// Waits for threads that have been asked to end, or leaves them if they do not end within 2 s and the library stays in
/// memory. While one of this process that was left has not ended, its disk does not answer yet, and others are left at
/// once: a song with many instances closes no later than one with a single instance.
pub fn wait_or_leave(threads: Vec<JoinHandle<()>>) {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|thread| !thread.is_finished());
    let limit = match left.is_empty() {
        true => LONGEST_WAIT,
        false => Duration::ZERO,
    };
    // Other instances may go in other threads meanwhile.
    drop(left);
    let late = wait(threads, STAYS_LOADED.then_some(limit));
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.extend(late);
}

/// Waits until the threads have ended, or for so long; returns those that have not ended.
fn wait(threads: Vec<JoinHandle<()>>, limit: Option<Duration>) -> Vec<JoinHandle<()>> {
    let begun = Instant::now();
    let mut late = Vec::new();
    for thread in threads {
        let is_in_time = || limit.is_none_or(|limit| begun.elapsed() < limit);
        while limit.is_some() && !thread.is_finished() && is_in_time() {
            thread::sleep(LOOK);
        }
        if limit.is_some() && !thread.is_finished() {
            late.push(thread);
            continue;
        }
        // One that panicked has printed why.
        let _ = thread.join();
    }
    late
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// A thread that holds a value until the sender is dropped.
    fn held() -> (Sender<()>, Arc<()>, JoinHandle<()>) {
        let (sender, receiver) = channel();
        let value = Arc::new(());
        let of_the_thread = value.clone();
        let thread = thread::spawn(move || {
            let _ = receiver.recv();
            drop(of_the_thread);
        });
        (sender, value, thread)
    }

    #[test]
    fn threads_that_end_are_waited_for() {
        for limit in [None, Some(Duration::MAX)] {
            let (sender, value, thread) = held();
            // It ends at some time while it is waited for.
            let releasing = thread::spawn(move || drop(sender));
            assert!(wait(vec![thread], limit).is_empty());
            assert_eq!(Arc::strong_count(&value), 1);
            releasing.join().expect("no panic");
        }
    }

    #[test]
    fn threads_that_do_not_end_are_left_and_free_what_they_hold_when_they_do() {
        let (sender, value, thread) = held();
        let (other_sender, other, ended) = held();
        drop(other_sender);
        while !ended.is_finished() {
            thread::yield_now();
        }
        let late = wait(vec![thread, ended], Some(Duration::ZERO));
        assert_eq!(late.len(), 1);
        assert_eq!(
            (Arc::strong_count(&value), Arc::strong_count(&other)),
            (2, 1)
        );
        drop(sender);
        assert!(wait(late, None).is_empty());
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
