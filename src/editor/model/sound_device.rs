//! Whether the standalone program has found a sound device.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_MISSING: AtomicBool = AtomicBool::new(false);
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Makes every window say that there is no sound device. The standalone program calls it if none of its
/// backends has one.
pub fn report_missing() {
    IS_MISSING.store(true, Ordering::Relaxed);
}

/// Whether no device was found.
pub fn is_missing() -> bool {
    IS_MISSING.load(Ordering::Relaxed)
}

/// An instance is made, for a backend that has a device or for a host.
pub(in crate::editor) fn mark_used() {
    IS_USED.store(true, Ordering::Relaxed);
}

/// Whether any instance has been made in this process: a backend that finds no device makes none.
pub fn is_used() -> bool {
    IS_USED.load(Ordering::Relaxed)
}
