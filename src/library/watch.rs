//! A look at the folder every second, on a thread of its own.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Contents, Library, Scanner};

/// How often it looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// As long as there is one, the folder is watched.
pub struct Watch {
    contents: Arc<Mutex<Arc<Contents>>>,
    /// Asks for a look at once; closed, the thread ends.
    ask: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Begins to look. At first there are the program's own presets, until the first look has been
    /// taken.
    pub fn new(library: Library) -> Watch {
        let programs_own = Scanner::new(Library::of_nobody()).scan();
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
        // Without a thread there are the program's own presets.
        let thread = thread::Builder::new()
            .name("presets".to_owned())
            .spawn(look)
            .ok();
        Watch {
            contents,
            ask: Some(ask),
            thread,
        }
    }

    /// What was found last.
    pub fn contents(&self) -> Arc<Contents> {
        let contents = self.contents.lock();
        contents.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for a look at once.
    pub fn look(&self) {
        if let Some(ask) = &self.ask {
            // Without a thread nobody listens.
            let _ = ask.send(());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ask = None;
        // The host may unload the plugin after its window: no thread may be left in it.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
