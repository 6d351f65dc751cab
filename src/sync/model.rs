//! The models, for loom.

use std::collections::VecDeque;
use std::ptr;

pub use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
pub use loom::sync::{Arc, Mutex};

use loom::sync::atomic::AtomicPtr;

/// Whether these are models.
pub const IS_MODEL: bool = true;

/// As the real one: `crossbeam-utils` exchanges what is as large as a pointer by
/// `swap(…, AcqRel)`.
pub struct Slot<T>(AtomicPtr<T>);

impl<T> Slot<T> {
    pub fn empty() -> Slot<T> {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    pub fn replace(&self, value: Box<T>) -> Option<Box<T>> {
        owned(self.0.swap(Box::into_raw(value), Ordering::AcqRel))
    }

    pub fn take(&self) -> Option<Box<T>> {
        owned(self.0.swap(ptr::null_mut(), Ordering::AcqRel))
    }
}

fn owned<T>(pointer: *mut T) -> Option<Box<T>> {
    // SAFETY: a pointer that is not null came from `Box::into_raw` in `replace`, and the exchange
    // that got it has left another one in its place, so that nobody else has it.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// A queue of fixed capacity between one producer and one consumer.
pub struct RingBuffer;

struct Queue<T> {
    waiting: Mutex<VecDeque<T>>,
    capacity: usize,
}

pub struct Producer<T>(Arc<Queue<T>>);
pub struct Consumer<T>(Arc<Queue<T>>);

/// There is no room.
#[derive(Debug)]
pub struct Full;
/// There is nothing.
#[derive(Debug)]
pub struct Empty;

impl RingBuffer {
    #[allow(clippy::new_ret_no_self, reason = "as rtrb has it")]
    pub fn new<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
        let queue = Arc::new(Queue {
            waiting: Mutex::new(VecDeque::new()),
            capacity,
        });
        (Producer(queue.clone()), Consumer(queue))
    }
}

impl<T> Queue<T> {
    fn with<R>(&self, work: impl FnOnce(&mut VecDeque<T>) -> R) -> R {
        work(&mut self.waiting.lock().expect("no thread has panicked"))
    }
}

impl<T> Producer<T> {
    pub fn push(&mut self, value: T) -> Result<(), Full> {
        let capacity = self.0.capacity;
        self.0.with(|waiting| {
            if waiting.len() < capacity {
                waiting.push_back(value);
                Ok(())
            } else {
                Err(Full)
            }
        })
    }

    /// Free places.
    pub fn slots(&self) -> usize {
        self.0.capacity - self.0.with(|waiting| waiting.len())
    }
}

impl<T> Consumer<T> {
    pub fn pop(&mut self) -> Result<T, Empty> {
        self.0.with(|waiting| waiting.pop_front().ok_or(Empty))
    }

    /// How many wait.
    pub fn slots(&self) -> usize {
        self.0.with(|waiting| waiting.len())
    }
}

/// The newest value, and whether it has been read.
struct Newest<T> {
    value: T,
    is_new: bool,
}

pub struct Input<T> {
    draft: T,
    newest: Arc<Mutex<Newest<T>>>,
}

pub struct Output<T> {
    read: T,
    newest: Arc<Mutex<Newest<T>>>,
}

pub fn triple_buffer<T: Clone>(first: &T) -> (Input<T>, Output<T>) {
    let newest = Arc::new(Mutex::new(Newest {
        value: first.clone(),
        is_new: false,
    }));
    let input = Input {
        draft: first.clone(),
        newest: newest.clone(),
    };
    let output = Output {
        read: first.clone(),
        newest,
    };
    (input, output)
}

impl<T> Input<T> {
    pub fn input_buffer_mut(&mut self) -> &mut T {
        &mut self.draft
    }

    pub fn publish(&mut self) {
        let mut newest = self.newest.lock().expect("no thread has panicked");
        std::mem::swap(&mut newest.value, &mut self.draft);
        newest.is_new = true;
    }
}

impl<T> Output<T> {
    pub fn update(&mut self) -> bool {
        let mut newest = self.newest.lock().expect("no thread has panicked");
        let is_new = std::mem::take(&mut newest.is_new);
        if is_new {
            std::mem::swap(&mut newest.value, &mut self.read);
        }
        is_new
    }

    pub fn output_buffer(&self) -> &T {
        &self.read
    }
}
