//! The screen's end of a triple buffer.

use std::sync::PoisonError;

use crate::sync::{Arc, AtomicUsize, Mutex, Ordering, Output};

/// Lets windows look, one after the other.
pub struct Receiver<T: Send> {
    shared: Arc<Shared<T>>,
}

struct Shared<T: Send> {
    /// How many windows look: all that the audio thread reads here.
    watching: AtomicUsize,
    /// Locked among windows only.
    output: Mutex<Output<T>>,
}

impl<T: Send> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver {
            shared: self.shared.clone(),
        }
    }
}

impl<T: Send> Receiver<T> {
    pub(super) fn new(output: Output<T>) -> Receiver<T> {
        Receiver {
            shared: Arc::new(Shared {
                watching: AtomicUsize::new(0),
                output: Mutex::new(output),
            }),
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        // No data hangs on it: a buffer sooner or later does not matter.
        self.shared.watching.load(Ordering::Relaxed) > 0
    }

    /// Begins to look. What was published before is forgotten.
    pub fn watch(&self) -> Watch<T> {
        self.shared.watching.fetch_add(1, Ordering::Relaxed);
        let watch = Watch {
            receiver: self.clone(),
        };
        watch.with_news(|_| ());
        watch
    }
}

/// Reads what the audio thread publishes. It publishes only while there is a `Watch`.
pub struct Watch<T: Send> {
    receiver: Receiver<T>,
}

impl<T: Send> Watch<T> {
    fn with_news<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        let output = self.receiver.shared.output.lock();
        let mut output = output.unwrap_or_else(PoisonError::into_inner);
        output.update().then(|| read(output.output_buffer()))
    }
}

impl<T: Clone + Send> Watch<T> {
    /// The newest, unless it has been asked for already.
    pub fn news(&mut self) -> Option<T> {
        self.with_news(T::clone)
    }

    /// Copies the newest over what is there, unless it has been asked for already. Returns whether
    /// it did.
    pub fn read(&mut self, into: &mut T) -> bool {
        self.with_news(|news| into.clone_from(news)).is_some()
    }
}

impl<T: Send> Drop for Watch<T> {
    fn drop(&mut self) {
        self.receiver
            .shared
            .watching
            .fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::super::{Telemetry, TelemetrySender};

    #[test]
    fn a_reader_that_never_ends_holds_nobody_up() {
        let mut sender = TelemetrySender::new();
        let receiver = sender.receiver();
        let mut watch = receiver.watch();
        // A window in the middle of its reading.
        let reading = receiver.shared.output.lock().expect("nobody has panicked");
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            for voices in 1..=100_000 {
                sender.publish(|telemetry| telemetry.statistics.voices = voices);
            }
            // The other thread may have given up.
            let _ = done.send(());
        });
        assert_eq!(is_done.recv_timeout(Duration::from_secs(300)), Ok(()));
        // What it was reading has not changed under its eyes.
        assert_eq!(*reading.output_buffer(), Telemetry::default());
        drop(reading);
        let news = watch.news().expect("news");
        assert_eq!(news.statistics.voices, 100_000);
    }
}
