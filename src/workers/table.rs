//! The table of slots over which threads share a block's jobs.
//!
//! The audio thread has one [`AudioEnd`], each worker a [`WorkerEnd`].

#[cfg(all(test, feature = "loom"))]
mod models;

use crate::sync::{Arc, AtomicUsize, Consumer, Ordering, Producer, RingBuffer, Slot};

/// What all threads see.
struct Table<T> {
    slots: Box<[Slot<T>]>,
    /// How many slots count.
    count: AtomicUsize,
    /// The next one to be claimed.
    next: AtomicUsize,
}

/// The audio thread's end: puts boxes into the slots and reclaims what nobody has claimed.
pub struct AudioEnd<T> {
    table: Arc<Table<T>>,
    /// Slots that boxes are in, or were.
    submitted: usize,
    /// Slots that the audio thread has not looked into yet.
    not_reclaimed: usize,
    returns: Vec<Consumer<Box<T>>>,
}

/// A worker's end: claims boxes, and returns them by a queue of its own.
pub struct WorkerEnd<T> {
    table: Arc<Table<T>>,
    done: Producer<Box<T>>,
}

impl<T> AudioEnd<T> {
    /// A table of `slots` slots, which is also the most boxes that there may be.
    pub fn new(slots: usize) -> AudioEnd<T> {
        AudioEnd {
            table: Arc::new(Table {
                slots: (0..slots).map(|_| Slot::empty()).collect(),
                count: AtomicUsize::new(0),
                next: AtomicUsize::new(0),
            }),
            submitted: 0,
            not_reclaimed: 0,
            returns: Vec::new(),
        }
    }

    /// The end of one more worker. Not for the audio thread.
    pub fn worker(&mut self) -> WorkerEnd<T> {
        let (done, returns) = RingBuffer::new(self.table.slots.len());
        self.returns.push(returns);
        WorkerEnd {
            table: self.table.clone(),
            done,
        }
    }

    /// Submits a box for [`AudioEnd::dispatch`]; gives it back if there is no room.
    pub fn submit(&mut self, job: Box<T>) -> Option<Box<T>> {
        match self.table.slots.get(self.submitted) {
            Some(slot) => {
                self.submitted += 1;
                slot.replace(job)
            }
            None => Some(job),
        }
    }

    /// Lets the workers claim what was submitted.
    pub fn dispatch(&mut self) {
        self.table.count.store(self.submitted, Ordering::Release);
        self.table.next.store(0, Ordering::Release);
        self.not_reclaimed = self.submitted;
        self.submitted = 0;
    }

    /// Reclaims a box that nobody has claimed.
    pub fn reclaim(&mut self) -> Option<Box<T>> {
        // From the end, since the others claim from the beginning.
        while self.not_reclaimed > 0 {
            self.not_reclaimed -= 1;
            let job = self.table.slots[self.not_reclaimed].take();
            if job.is_some() {
                return job;
            }
        }
        None
    }

    /// Collects a box that a worker has returned.
    pub fn collect(&mut self) -> Option<Box<T>> {
        self.returns
            .iter_mut()
            .find_map(|returns| returns.pop().ok())
    }
}

impl<T> WorkerEnd<T> {
    /// Takes a box that nobody has claimed.
    pub fn claim(&self) -> Option<Box<T>> {
        let table = &*self.table;
        let count = table.count.load(Ordering::Acquire);
        // Looked at first, so that waiting threads do not count on for ever.
        while table.next.load(Ordering::Acquire) < count {
            let number = table.next.fetch_add(1, Ordering::AcqRel);
            if number >= count {
                return None;
            }
            // The audio thread may have taken it back.
            let job = table.slots[number].take();
            if job.is_some() {
                return job;
            }
        }
        None
    }

    /// Returns a box to the audio thread.
    pub fn give_back(&mut self, job: Box<T>) {
        // There is room for every box that there is.
        let _ = self.done.push(job);
    }
}
