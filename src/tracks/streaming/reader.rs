//! The thread that reads pieces.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{ReaderEnd, TrackBank};

/// How often it looks for requests; it is not woken, which would be a system call on the audio thread.
const NAP: Duration = Duration::from_millis(1);
/// How often it looks when nothing has been asked for for a while.
const SLEEP: Duration = Duration::from_millis(10);
const A_WHILE: Duration = Duration::from_secs(2);

/// Takes over a thread that has been told to end, and waits for it when there is time to.
pub type LeaveThread = Arc<dyn Fn(JoinHandle<()>) + Send + Sync>;

/// The thread. Dropping it ends it.
pub(super) struct Reader {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Who waits for it; without it the drop does.
    leave_thread: Option<LeaveThread>,
}

impl Reader {
    /// Starts it.
    pub(super) fn start(
        bank: Arc<TrackBank>,
        mut end: ReaderEnd,
        leave_thread: Option<LeaveThread>,
    ) -> io::Result<Reader> {
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_there = is_over.clone();
        let thread = thread::Builder::new().name("aliquot reader".to_owned());
        let thread = thread.spawn(move || {
            let mut last_request = Instant::now();
            while !is_over_there.load(Ordering::Acquire) {
                if end.serve(|key| bank.read_piece(key).map(Arc::new)) {
                    last_request = Instant::now();
                    continue;
                }
                thread::park_timeout(match last_request.elapsed() < A_WHILE {
                    true => NAP,
                    false => SLEEP,
                });
            }
        })?;
        Ok(Reader {
            is_over,
            thread: Some(thread),
            leave_thread,
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            match &self.leave_thread {
                Some(leave_thread) => leave_thread(thread),
                // One that panicked has printed why.
                None => drop(thread.join()),
            }
        }
    }
}
