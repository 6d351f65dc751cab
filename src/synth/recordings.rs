//! Recordings that voices play: a bank of tracks in memory, and what is worked out of it in advance.
//!
//! Made off the audio thread, which only reads them. Whoever hands them to an engine keeps an [`Arc`] of its own for as
//! long as an engine may hold one, so that they are never freed on the audio thread.

use std::fmt;
use std::sync::Arc;

use crate::tracks::bank_file::TrackBank;

/// When the loop of a recording is repeated: the labels of [`Param::RECORDING_LOOP`], in their order.
///
/// [`Param::RECORDING_LOOP`]: crate::synth::Param::RECORDING_LOOP
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopMode {
    /// Never.
    Off,
    /// Until the release.
    WhileHeld,
    /// Until the end of the note.
    Always,
}

impl LoopMode {
    /// The choice at this place of the labels; past the end, the last.
    pub fn from_index(index: usize) -> LoopMode {
        match index {
            0 => LoopMode::Off,
            1 => LoopMode::WhileHeld,
            _ => LoopMode::Always,
        }
    }
}

/// The recordings of an instance; none by [`Default`].
#[derive(Clone, Default)]
pub struct Recordings {
    bank: Option<Arc<TrackBank>>,
}

impl fmt::Debug for Recordings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recordings")
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

impl Recordings {
    /// Those of a bank, which is brought into memory. Not for the audio thread: allocates, and may wait for a disk.
    pub fn new(bank: Arc<TrackBank>) -> Recordings {
        bank.prefault();
        Recordings { bank: Some(bank) }
    }

    /// The bank; `None` without recordings.
    pub fn bank(&self) -> Option<&Arc<TrackBank>> {
        self.bank.as_ref()
    }
}
