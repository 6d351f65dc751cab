//! Which parameters have changed since the audio thread last looked.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::synth::parameter::Param;

/// What has changed.
#[derive(Debug)]
pub struct Changes {
    /// A bit for each parameter: whether it has changed since the audio thread's last update.
    marks: [AtomicU64; Param::COUNT.div_ceil(64)],
    /// How many changes there have been.
    count: AtomicU64,
}

impl Default for Changes {
    /// No changes.
    fn default() -> Changes {
        Changes {
            marks: [const { AtomicU64::new(0) }; Param::COUNT.div_ceil(64)],
            count: AtomicU64::new(0),
        }
    }
}

impl Changes {
    /// Marks the parameter at `index`.
    pub fn mark(&self, index: usize) {
        // Release: a thread that reads the bit also reads the value stored before it.
        self.marks[index / 64].fetch_or(1 << (index % 64), Ordering::Release);
        self.count.fetch_add(1, Ordering::Release);
    }

    /// How many marks there have been, cleared ones too. While it stays the same, so do the values that are read
    /// after it.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Calls `visit` with the index of each marked parameter, and clears the marks.
    pub fn take(&self, mut visit: impl FnMut(usize)) {
        for (word_index, word) in self.marks.iter().enumerate() {
            // Usually nothing has changed. A plain load, unlike a swap, does not take the cache line
            // away from other threads.
            if word.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let mut bits = word.swap(0, Ordering::Acquire);
            while bits != 0 {
                visit(word_index * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
}
