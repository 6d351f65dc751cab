//! The way of a value that is loaded off the audio thread to the audio thread.
//!
//! The thread that loads a value leaves it where the audio thread takes it; neither waits for the other. The audio
//! thread frees nothing: it drops its references, and [`Handover`] keeps one more of all that it was given until
//! no other is left. [`Handover::sweep`] then frees the value.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_utils::atomic::AtomicCell;

// The same size and alignment for every `T`.
const _: () = assert!(AtomicCell::<Option<Arc<u8>>>::is_lock_free());

/// A place where the audio thread finds the newest value.
pub(super) struct Handover<T> {
    /// The value that the audio thread has not taken yet.
    next: AtomicCell<Option<Arc<T>>>,
    /// All that others may hold. Not locked by the audio thread.
    given: Mutex<Vec<Arc<T>>>,
    changes: AtomicU64,
}

impl<T> Default for Handover<T> {
    /// Nothing is given.
    fn default() -> Handover<T> {
        Handover {
            next: AtomicCell::new(None),
            given: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }
}

impl<T> Handover<T> {
    /// Gives the audio thread another value. Not for the audio thread.
    pub fn give(&self, value: Arc<T>) {
        self.lock().push(value.clone());
        // What the audio thread did not take is dropped here: it is in `given` as well.
        self.next.store(Some(value));
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// How many values have been given. Does not wait.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The value that was given last, if it has not been taken. For the audio thread: neither waits nor allocates.
    /// The audio thread may drop it at any time.
    pub fn take(&self) -> Option<Arc<T>> {
        self.next.take()
    }

    /// Frees the values that nobody else holds. Not for the audio thread.
    pub fn sweep(&self) {
        // Nobody can get a value from here again that is in this list alone.
        let is_unused = |value: &mut Arc<T>| Arc::strong_count(value) == 1;
        let unused: Vec<_> = self.lock().extract_if(.., is_unused).collect();
        // Freed without the lock: to free much memory takes time.
        drop(unused);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<T>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audio_thread_takes_the_newest_value_and_never_drops_the_last_reference() {
        let handover = Handover::default();
        let held = || handover.lock().len();
        assert!(handover.take().is_none());
        handover.give(Arc::new(1));
        let playing = handover.take().expect("given");
        assert_eq!((*playing, handover.changes(), held()), (1, 1, 1));
        assert!(handover.take().is_none());
        // The second is never taken.
        handover.give(Arc::new(2));
        handover.give(Arc::new(3));
        handover.sweep();
        assert_eq!((handover.changes(), held()), (3, 2));
        let weak = Arc::downgrade(&playing);
        drop(playing);
        assert!(weak.upgrade().is_some());
        handover.sweep();
        assert!(weak.upgrade().is_none());
        assert_eq!(handover.take().as_deref(), Some(&3));
    }

    #[test]
    fn a_value_that_its_giver_holds_is_not_freed() {
        let handover = Handover::default();
        let value = Arc::new(1);
        handover.give(value.clone());
        drop(handover.take());
        handover.sweep();
        assert_eq!((handover.lock().len(), Arc::strong_count(&value)), (1, 2));
    }
}
