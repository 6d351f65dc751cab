//! The thread that runs a window.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How often its end is looked for.
const LOOK: Duration = Duration::from_millis(1);

/// A thread of this process, as the system lists it. That entry goes when no code runs in the thread
/// any more, destructors of its thread-local values included: as a join would wait.
pub struct WindowThread {
    entry: PathBuf,
}

impl WindowThread {
    /// The calling thread; `None` where the system does not list it.
    pub fn current() -> Option<WindowThread> {
        // `1234/task/1236`
        let entry = Path::new("/proc").join(std::fs::read_link("/proc/thread-self").ok()?);
        entry.exists().then_some(WindowThread { entry })
    }

    /// Waits until it has ended, at most for `limit`; returns whether it has.
    pub fn wait_for_end(&self, limit: Duration) -> bool {
        let begun = Instant::now();
        while self.entry.exists() {
            if begun.elapsed() >= limit {
                return false;
            }
            thread::sleep(LOOK);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_thread_has_ended_when_it_is_waited_for() {
        let (sender, receiver) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        // Detached, as the window layer leaves its own.
        drop(thread::spawn(move || {
            sender.send(WindowThread::current()).expect("a receiver");
            // Until the sender is dropped.
            let _ = ended.recv();
        }));
        let thread = receiver.recv().expect("told").expect("listed");
        assert!(!thread.wait_for_end(Duration::from_millis(5)), "it runs");
        drop(end);
        assert!(thread.wait_for_end(Duration::from_secs(300)));
        assert!(!thread.entry.exists());
    }
}
