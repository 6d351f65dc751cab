//! Scanning the folder every second on a background thread.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Contents, Library, Scanner};
use crate::recordings::ending;

/// The time between scans.
const INTERVAL: Duration = Duration::from_secs(1);

/// While it exists, the folder is scanned regularly. Dropping it ends the thread and waits for it, unless the disk of the
/// folder does not answer: see [`ending`].
pub struct FolderWatch {
    contents: Arc<Mutex<Arc<Contents>>>,
    /// Requests a scan now; when it is closed, the thread ends.
    ask: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FolderWatch {
    /// Starts the thread. Until its first scan is done, there are only the program's own presets.
    pub fn new(library: Library) -> FolderWatch {
        let programs_own = Scanner::new(Library::empty()).scan();
        let contents = Arc::new(Mutex::new(Arc::new(programs_own)));
        let (ask, asked) = mpsc::channel();
        let shared = contents.clone();
        let look = move || {
            let mut scanner = Scanner::new(library);
            loop {
                let found = scanner.scan();
                {
                    let mut latest = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    if **latest != found {
                        *latest = Arc::new(found);
                    }
                }
                if asked.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        // If the thread cannot be started, there are only the program's own presets.
        let thread = thread::Builder::new()
            .name("presets".to_owned())
            .spawn(look)
            .ok();
        FolderWatch {
            contents,
            ask: Some(ask),
            thread,
        }
    }

    /// The result of the last scan.
    pub fn contents(&self) -> Arc<Contents> {
        let contents = self.contents.lock();
        contents.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests a scan now.
    pub fn look(&self) {
        if let Some(ask) = &self.ask {
            // Fails only if there is no thread; then there is nothing to scan with.
            let _ = ask.send(());
        }
    }
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        self.ask = None;
        ending::wait_or_leave(self.thread.take().into_iter().collect());
    }
}
