//! The screen's ends of triple buffers and queues.

use std::sync::PoisonError;

use crate::sync::{Arc, AtomicUsize, Mutex, Ordering, Output};

/// Lets windows look at an end, one after the other.
pub struct Receiver<E> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    /// How many windows look: all that the audio thread reads here.
    watching: AtomicUsize,
    /// Locked among windows only.
    end: Mutex<E>,
}

impl<E> Clone for Receiver<E> {
    fn clone(&self) -> Receiver<E> {
        Receiver {
            shared: self.shared.clone(),
        }
    }
}

impl<E> Receiver<E> {
    pub(super) fn new(end: E) -> Receiver<E> {
        Receiver {
            shared: Arc::new(Shared {
                watching: AtomicUsize::new(0),
                end: Mutex::new(end),
            }),
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        // No data hangs on it: a buffer sooner or later does not matter.
        self.shared.watching.load(Ordering::Relaxed) > 0
    }

    /// A look that counts from now on.
    pub(super) fn look(&self) -> Watch<E> {
        self.shared.watching.fetch_add(1, Ordering::Relaxed);
        Watch {
            receiver: self.clone(),
        }
    }

    pub(super) fn with_end<R>(&self, read: impl FnOnce(&mut E) -> R) -> R {
        let end = self.shared.end.lock();
        read(&mut end.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads what the audio thread sends. It sends only while there is a `Watch`.
pub struct Watch<E> {
    pub(super) receiver: Receiver<E>,
}

impl<E> Drop for Watch<E> {
    fn drop(&mut self) {
        let watching = &self.receiver.shared.watching;
        watching.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T: Send> Receiver<Output<T>> {
    /// Begins to look. What was published before is forgotten.
    pub fn watch(&self) -> Watch<Output<T>> {
        let watch = self.look();
        watch.with_news(|_| ());
        watch
    }
}

impl<T: Send> Watch<Output<T>> {
    fn with_news<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.receiver
            .with_end(|output| output.update().then(|| read(output.output_buffer())))
    }
}

impl<T: Clone + Send> Watch<Output<T>> {
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
        let reading = receiver.shared.end.lock().expect("nobody has panicked");
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
