//! The output's frames on their way to the screen, which analyses them.

mod watch;

use crate::sync::{IS_MODEL, Producer, RingBuffer};

pub use watch::{OutputReceiver, OutputWatch};

/// Frames that wait at most: 0.3 s at 48 kHz. A screen that is away longer misses some. In models so
/// few that it can be full.
const WAITING: usize = if IS_MODEL { 2 } else { 16_384 };

/// Left and right.
pub type OutputFrame = [f32; 2];

/// The audio thread's end.
pub struct OutputSender {
    frames: Producer<OutputFrame>,
    receiver: OutputReceiver,
}

impl OutputSender {
    /// Both ends; the other one is asked for with [`OutputSender::receiver`].
    pub fn new() -> OutputSender {
        let (frames, waiting) = RingBuffer::new(WAITING);
        OutputSender {
            frames,
            receiver: OutputReceiver::new(waiting),
        }
    }

    /// The screen's end.
    pub fn receiver(&self) -> OutputReceiver {
        self.receiver.clone()
    }

    /// Sends frames, if anyone looks; those that there is no room for are dropped. Never waits,
    /// allocates or frees.
    pub fn send(&mut self, left: &[f32], right: &[f32]) {
        if self.receiver.is_watched() {
            for (left, right) in left.iter().zip(right) {
                if self.frames.push([*left, *right]).is_err() {
                    return;
                }
            }
        }
    }
}

impl Default for OutputSender {
    fn default() -> OutputSender {
        OutputSender::new()
    }
}
