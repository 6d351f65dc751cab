//! The screen's end of the output's frames.

use std::sync::PoisonError;

use super::Frame;
use crate::sync::{Arc, AtomicUsize, Consumer, Mutex, Ordering};

/// Lets windows look at the output, one after the other.
#[derive(Clone)]
pub struct OutputReceiver {
    shared: Arc<Shared>,
}

struct Shared {
    /// How many windows look: all that the audio thread reads here.
    watching: AtomicUsize,
    /// Locked among windows only.
    frames: Mutex<Consumer<Frame>>,
}

impl OutputReceiver {
    pub(super) fn new(frames: Consumer<Frame>) -> OutputReceiver {
        OutputReceiver {
            shared: Arc::new(Shared {
                watching: AtomicUsize::new(0),
                frames: Mutex::new(frames),
            }),
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        self.shared.watching.load(Ordering::Relaxed) > 0
    }

    /// Begins to look. What was sent before is forgotten.
    pub fn watch(&self) -> OutputWatch {
        let watch = OutputWatch {
            receiver: self.clone(),
        };
        watch.take(|_| ());
        self.shared.watching.fetch_add(1, Ordering::Relaxed);
        watch
    }
}

/// A look at the output; as long as there is one, the audio thread sends.
pub struct OutputWatch {
    receiver: OutputReceiver,
}

impl OutputWatch {
    /// Takes all frames that wait, in order.
    pub fn take(&self, mut each: impl FnMut(Frame)) {
        let frames = self.receiver.shared.frames.lock();
        let mut frames = frames.unwrap_or_else(PoisonError::into_inner);
        // No more than there are now: a sender may be faster than this.
        for _ in 0..frames.slots() {
            if let Ok(frame) = frames.pop() {
                each(frame);
            }
        }
    }
}

impl Drop for OutputWatch {
    fn drop(&mut self) {
        self.receiver
            .shared
            .watching
            .fetch_sub(1, Ordering::Relaxed);
    }
}
