//! Threads that have been asked to end.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// Threads that nobody waits for any more and that end soon; one that reads from a disk that does not answer ends when
/// it does. Their code may be that of a library that the host unloads, so they are waited for at last: when this is
/// dropped.
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
        for thread in threads.unwrap_or_else(PoisonError::into_inner).drain(..) {
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}
