//! The audio thread's end of a triple buffer: tells the newest, to those who look.

use super::watch::Receiver;
use crate::sync::{Input, triple_buffer};

/// The audio thread's end.
pub struct Sender<T: Send> {
    input: Input<T>,
    /// The other end, for whether anyone looks and for handing it out.
    receiver: Receiver<T>,
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
    pub fn receiver(&self) -> Receiver<T> {
        self.receiver.clone()
    }

    /// Whether a window looks.
    pub fn is_watched(&self) -> bool {
        self.receiver.is_watched()
    }

    /// Lets `fill` write the news and shows them, if anyone looks; else does not call it. What
    /// `fill` finds there is old, and whatever it does not write over is shown again.
    ///
    /// Never waits, allocates or frees: whether anyone looks is an atomic number, and showing the
    /// news is one atomic exchange.
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
