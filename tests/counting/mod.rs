//! An allocator that counts the calls of each thread and the bytes that it holds, for tests that expect no calls,
//! or a bound on the bytes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
}

/// Counts a call that takes `more` bytes and gives back `fewer`.
fn count(more: usize, fewer: usize) {
    CALLS.with(|calls| calls.set(calls.get() + 1));
    BYTES.with(|bytes| bytes.set(bytes.get() + more as isize - fewer as isize));
}

// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller fulfils the conditions of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller fulfils the conditions of the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller fulfils the conditions of the system's allocator.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of allocator calls that this thread makes in `work`.
pub fn calls_during(work: impl FnOnce()) -> usize {
    let before = CALLS.with(Cell::get);
    work();
    CALLS.with(Cell::get) - before
}

/// The bytes that this thread allocates in `work` and has not freed at its end.
#[allow(dead_code, reason = "not every test that shares this file asks for it")]
pub fn bytes_kept_by<T>(work: impl FnOnce() -> T) -> (isize, T) {
    let before = BYTES.with(Cell::get);
    let kept = work();
    (BYTES.with(Cell::get) - before, kept)
}
