//! Counts work in tests, so that what bursts of events cost is bounded by numbers, not by times.
//!
//! A step is one look at a slot, at a list's head or at a stored value. Outside of this crate's own
//! tests nothing is counted and [`step`] is no code.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts a step of this thread.
#[inline(always)]
pub fn step() {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// The steps that `work` takes on this thread.
#[cfg(test)]
pub fn steps_of(work: impl FnOnce()) -> usize {
    let before = STEPS.with(Cell::get);
    work();
    STEPS.with(Cell::get) - before
}
