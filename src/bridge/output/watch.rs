//! The screen's end of the output's frames.

use super::OutputFrame;
use crate::bridge::watch::{Receiver, Watch};
use crate::sync::Consumer;

/// Lets windows look at the output, one after the other.
pub type OutputReceiver = Receiver<Consumer<OutputFrame>>;
/// A look at the output; as long as there is one, the audio thread sends.
pub type OutputWatch = Watch<Consumer<OutputFrame>>;

impl OutputReceiver {
    /// Begins to look. What was sent before is forgotten.
    pub fn watch(&self) -> OutputWatch {
        self.take(|_| ());
        self.look()
    }

    fn take(&self, mut each: impl FnMut(OutputFrame)) {
        self.with_end(|frames| {
            // No more than there are now: a sender may be faster than this.
            for _ in 0..frames.slots() {
                if let Ok(frame) = frames.pop() {
                    each(frame);
                }
            }
        });
    }
}

impl OutputWatch {
    /// Takes all frames that wait, in order.
    pub fn take(&self, each: impl FnMut(OutputFrame)) {
        self.receiver.take(each);
    }
}
