//! What threads share: atomics, queues and triple buffers from the standard library, `rtrb`,
//! `triple_buffer` and `crossbeam-utils`.
//!
//! In unit tests with the feature `loom` the same names are models of them, and loom runs the threads
//! of a test in every order that the memory model allows (`models.rs` in `workers::table` and `bridge`).
//! The atomics are then loom's own. A model of a queue or of a triple buffer is a lock around the
//! behaviour that its crate documents: the orderings inside those crates are not tested.

#[cfg(not(all(test, feature = "loom")))]
mod real {
    /// Whether these are models.
    pub const IS_MODEL: bool = false;

    pub use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    pub use std::sync::{Arc, Mutex};

    use crossbeam_utils::atomic::AtomicCell;
    pub use rtrb::{Consumer, Producer, RingBuffer};
    pub use triple_buffer::{Input, Output, triple_buffer};

    /// A box or none, exchanged by one atomic operation.
    pub struct Slot<T>(AtomicCell<Option<Box<T>>>);

    impl<T> Slot<T> {
        /// Without a box.
        pub fn empty() -> Slot<T> {
            Slot(AtomicCell::new(None))
        }

        /// Puts a box in, and returns what was there.
        pub fn replace(&self, value: Box<T>) -> Option<Box<T>> {
            self.0.swap(Some(value))
        }

        /// Takes the box out.
        pub fn take(&self) -> Option<Box<T>> {
            self.0.take()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_slot_is_one_atomic_pointer() {
            assert!(AtomicCell::<Option<Box<u64>>>::is_lock_free());
        }
    }
}

#[cfg(all(test, feature = "loom"))]
mod model;

#[cfg(all(test, feature = "loom"))]
pub(crate) use model::*;
#[cfg(not(all(test, feature = "loom")))]
pub(crate) use real::*;
