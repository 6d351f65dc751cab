//! The audio thread's end of a triple buffer: publishes the newest value while a window looks.

use super::watch::Receiver;
use crate::sync::{Input, Output, triple_buffer};

/// The audio thread's end.
pub struct Sender<T: Send> {
    input: Input<T>,
    /// The other end, for whether anyone looks and for handing it out.
    receiver: Receiver<Output<T>>,
}

impl<T: Clone + Default + Send> Sender<T> {
    /// Both ends; the other one is asked for with [`Sender::receiver`].
    pub fn new() -> Sender<T> {
        let (input, output) = triple_buffer(&T::default());
        Sender {
            input,
            receiver: Receiver::new(output),
        }
    }
}

impl<T: Send> Sender<T> {
    /// The screen's end.
    pub fn receiver(&self) -> Receiver<Output<T>> {
        self.receiver.clone()
    }

    /// Whether a window looks.
    pub fn is_watched(&self) -> bool {
        self.receiver.is_watched()
    }

    /// Lets `fill` write a new value and publishes it while a window looks; otherwise does not call
    /// `fill`. The value that `fill` is given is an older one, and what it does not overwrite is
    /// published again.
    ///
    /// Never waits, allocates or frees: whether a window looks is an atomic number, and publishing is
    /// one atomic exchange.
    pub fn publish(&mut self, fill: impl FnOnce(&mut T)) {
        if self.receiver.is_watched() {
            fill(self.input.input_buffer_mut());
            self.input.publish();
        }
    }
}

impl<T: Clone + Default + Send> Default for Sender<T> {
    fn default() -> Sender<T> {
        Sender::new()
    }
}
