//! Banks that several hold: one copy of each in a process.
//!
//! A bank is known by its hash. Whoever loads one that is in memory already, from whatever file, gets that one.
//! It goes when its last holder does. Locks, and may read files: not for the audio thread.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::bank_file::{HEADER_BYTES, OpenError, TrackBank};

type Banks = BTreeMap<u64, Weak<TrackBank>>;

/// The banks, by hash.
static BANKS: Mutex<Banks> = Mutex::new(BTreeMap::new());

fn lock() -> MutexGuard<'static, Banks> {
    BANKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The bank with this hash, if anyone holds it, unless its file has been found damaged: it may be whole again.
pub fn held(hash: u64) -> Option<Arc<TrackBank>> {
    let held = lock().get(&hash)?.upgrade();
    held.filter(|bank| bank.fault().is_none())
}

/// This bank, or the one with the same hash that others hold.
pub fn share(bank: TrackBank) -> Arc<TrackBank> {
    let mut banks = lock();
    let held = banks.get(&bank.hash()).and_then(Weak::upgrade);
    if let Some(held) = held.filter(|held| held.fault().is_none()) {
        drop(banks);
        return held;
    }
    banks.retain(|_, held| held.strong_count() > 0);
    let bank = Arc::new(bank);
    banks.insert(bank.hash(), Arc::downgrade(&bank));
    bank
}

/// The bank in a file, which is read only if nobody holds it yet.
///
/// # Errors
/// If the system cannot, or the file is no bank, or damaged.
pub fn open(path: &Path) -> Result<Arc<TrackBank>, OpenError> {
    open_unless(path, &AtomicBool::new(false))
}

/// The bank in a file as [`open`] has it; `is_cancelled` stops it.
///
/// # Errors
/// As [`open`], or [`OpenError::Cancelled`].
pub fn open_unless(path: &Path, is_cancelled: &AtomicBool) -> Result<Arc<TrackBank>, OpenError> {
    // A pipe would be waited for.
    if !std::fs::metadata(path).map_err(OpenError::Io)?.is_file() {
        return Err(OpenError::Io(io::Error::other("not a regular file")));
    }
    match hash_of_file(path).and_then(held) {
        Some(held) => Ok(held),
        None => TrackBank::open(path, is_cancelled).map(share),
    }
}

/// The hash that a file states; `None` if it is no bank, or cannot be read. Whether it is right shows when the file
/// is opened.
pub fn hash_of_file(path: &Path) -> Option<u64> {
    let mut head = [0; HEADER_BYTES];
    std::fs::metadata(path).ok().filter(|file| file.is_file())?;
    let mut file = File::open(path).ok()?;
    file.read_exact(&mut head).ok()?;
    TrackBank::stated_hash(&head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::bank_file::FrameGrid;
    use crate::tracks::{Breakpoint, Track, Tracks};

    /// A bank whose only partial has this frequency.
    fn bank(frequency_hz: f64) -> TrackBank {
        let point = |time_s| Breakpoint::new(time_s, frequency_hz, 0.1).with_phase(0.0);
        let tracks = Tracks {
            duration_s: 0.1,
            tracks: vec![Track {
                label: Some(1),
                breakpoints: vec![point(0.0), point(0.1)],
            }],
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 256,
        };
        TrackBank::from_tracks(&tracks, grid).expect("small").0
    }

    #[test]
    fn equal_banks_are_one() {
        let first = share(bank(301.0));
        let second = share(bank(301.0));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &share(bank(302.0))));
        let hash = first.hash();
        drop((first, second));
        assert!(held(hash).is_none(), "nobody holds it");
    }

    #[test]
    fn a_file_that_is_held_is_not_loaded_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        let bytes = bank(303.0).bytes().to_vec();
        std::fs::write(&one, &bytes).expect("a file");
        std::fs::write(&other, &bytes).expect("a file");
        let first = open(&one).expect("a bank");
        assert_eq!(hash_of_file(&one), Some(first.hash()));
        assert!(Arc::ptr_eq(&first, &open(&other).expect("the same")));
        drop(first);
        // Nobody holds it any more: a damaged file is reported.
        std::fs::write(&one, &bytes[..bytes.len() - 1]).expect("a file");
        assert!(open(&one).is_err());
        assert_eq!(hash_of_file(&folder.path().join("none")), None);
        assert_eq!(hash_of_file(folder.path()), None);
        assert!(open(folder.path()).is_err());
    }
}
