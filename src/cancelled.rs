//! Work that is given up on the way.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// The caller asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Cancelled {
    /// Looks whether work is to go on. An analysis and what codes and reads banks look here, several times in each
    /// tenth of a second, so that tests can count how often they do, and stop them at any place.
    ///
    /// # Errors
    /// If the flag is set.
    #[cfg_attr(test, track_caller)]
    pub fn check(is_cancelled: &AtomicBool) -> Result<(), Cancelled> {
        #[cfg(test)]
        looks::note(is_cancelled);
        match is_cancelled.load(Ordering::Relaxed) {
            true => Err(Cancelled),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Counts how often work looks, in the thread that a test runs in.
#[cfg(test)]
pub(crate) mod looks {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::panic::Location;
    use std::ptr;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// How often work has looked, by file and line.
    pub type Looks = BTreeMap<(&'static str, u32), usize>;

    struct Count {
        /// The flag that counts; others are of work within work that nobody stops.
        flag: *const AtomicBool,
        /// At which look it is set.
        stop_at: Option<usize>,
        all: usize,
        looks: Looks,
    }

    thread_local! {
        static COUNT: RefCell<Option<Count>> = const { RefCell::new(None) };
    }

    #[track_caller]
    pub(super) fn note(is_cancelled: &AtomicBool) {
        let place = Location::caller();
        COUNT.with_borrow_mut(|count| {
            let Some(count) = count.as_mut().filter(|of| ptr::eq(of.flag, is_cancelled)) else {
                return;
            };
            if count.stop_at == Some(count.all) {
                is_cancelled.store(true, Ordering::Relaxed);
            }
            count.all += 1;
            *count.looks.entry((place.file(), place.line())).or_default() += 1;
        });
    }

    fn counted<T>(stop_at: Option<usize>, work: impl FnOnce(&AtomicBool) -> T) -> (T, Count) {
        let flag = AtomicBool::new(false);
        let count = Count {
            flag: &flag,
            stop_at,
            all: 0,
            looks: Looks::new(),
        };
        COUNT.set(Some(count));
        let outcome = work(&flag);
        (outcome, COUNT.take().expect("it was set"))
    }

    /// Does work in this thread; returns where and how often it looked at its flag.
    pub fn count<T>(work: impl FnOnce(&AtomicBool) -> T) -> (T, Looks) {
        let (outcome, count) = counted(None, work);
        (outcome, count.looks)
    }

    /// Does work in this thread, and sets its flag at the look of this number, from 0. Returns how often it looked in
    /// all.
    pub fn stop_at<T>(look: usize, work: impl FnOnce(&AtomicBool) -> T) -> (T, usize) {
        let (outcome, count) = counted(Some(look), work);
        (outcome, count.all)
    }

    /// Numbers of looks at which to stop work that looks so often: the first, the last, and `between` others.
    pub fn places(looks: &Looks, between: usize) -> Vec<usize> {
        let last = looks.values().sum::<usize>().saturating_sub(1);
        (0..=between + 1)
            .map(|part| part * last / (between + 1))
            .collect()
    }

    /// In how many places of each file work looks the more often the more there is of it. `little` and `much` are the
    /// looks of work three times as long.
    pub fn growing(little: &Looks, much: &Looks) -> BTreeMap<&'static str, usize> {
        let mut places = BTreeMap::new();
        for (place, &count) in much {
            if count >= 2 * little.get(place).copied().unwrap_or(0) {
                *places.entry(place.0).or_default() += 1;
            }
        }
        places
    }
}
