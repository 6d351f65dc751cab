//! What the window asks the audio thread to play beside the instrument: a recording, or the sound of its bank.
//!
//! Nothing of it is saved.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::handover::Handover;
use crate::recordings::audition::{Audition, AuditionSide};

/// A sound of a bank: the bank's hash and the sound's number.
pub type BankSoundId = (u64, usize);

/// What is played, and where it is.
#[derive(Default)]
pub struct SharedAudition {
    audition: Handover<Audition>,
    /// 0 is silence, 1 and more are a place in [`AuditionSide::ALL`].
    wanted: AtomicU8,
    /// The place that is played, frames.
    place_frames: AtomicU32,
    /// Rate of the output in Hz; 0 while the instrument does not run.
    sample_rate_hz: AtomicU32,
    /// The recordings that sounds were made of, as far as the user has shown them.
    originals: Mutex<HashMap<BankSoundId, PathBuf>>,
}

impl std::fmt::Debug for SharedAudition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedAudition").finish_non_exhaustive()
    }
}

impl SharedAudition {
    /// The audio thread is to have this one from now on; what was played ends. Not for the audio thread.
    pub fn give(&self, audition: Audition) {
        self.want(None);
        self.audition.give(Arc::new(audition));
    }

    /// The audition that the audio thread is to take, if there is another. For the audio thread: neither waits nor
    /// allocates. It may drop it when it likes.
    pub fn take_next(&self) -> Option<Arc<Audition>> {
        self.audition.take()
    }

    /// Frees the auditions that nobody reads any more. Not for the audio thread.
    pub fn sweep(&self) {
        self.audition.sweep();
    }

    /// This side of the audition that was given last is to be heard, or none. Does not wait.
    pub fn want(&self, side: Option<AuditionSide>) {
        // Whoever reads it finds what was given before.
        self.wanted.store(code(side), Ordering::Release);
    }

    /// The side that is to be heard. Does not wait.
    pub fn wanted(&self) -> Option<AuditionSide> {
        let place = usize::from(self.wanted.load(Ordering::Acquire)).checked_sub(1)?;
        AuditionSide::ALL.get(place).copied()
    }

    /// The audition is over: none is to be heard, unless another side has been asked for since this one. Does not wait.
    pub fn end(&self, side: Option<AuditionSide>) {
        let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        // Otherwise the user was faster, and is heard.
        let _ = self
            .wanted
            .compare_exchange(code(side), code(None), success, failure);
    }

    /// Where it is, frames. Does not wait.
    pub fn place_frames(&self) -> u32 {
        self.place_frames.load(Ordering::Relaxed)
    }

    /// Says where it is. Does not wait.
    pub fn set_place_frames(&self, frames: u32) {
        self.place_frames.store(frames, Ordering::Relaxed);
    }

    /// The rate of the output; `None` while the instrument does not run. Does not wait.
    pub fn sample_rate_hz(&self) -> Option<f64> {
        let hz = self.sample_rate_hz.load(Ordering::Relaxed);
        (hz > 0).then(|| f64::from(hz))
    }

    /// Says at which rate the instrument runs. Does not wait.
    pub fn set_sample_rate_hz(&self, sample_rate_hz: f64) {
        let hz = sample_rate_hz.round() as u32;
        self.sample_rate_hz.store(hz, Ordering::Relaxed);
    }

    /// The recording that a sound was made of, if it is known. Not for the audio thread.
    pub fn original(&self, of: BankSoundId) -> Option<PathBuf> {
        let originals = self.originals.lock();
        let originals = originals.unwrap_or_else(PoisonError::into_inner);
        originals.get(&of).cloned()
    }

    /// A sound was made of this recording. Not for the audio thread.
    pub fn set_original(&self, of: BankSoundId, path: PathBuf) {
        let originals = self.originals.lock();
        let mut originals = originals.unwrap_or_else(PoisonError::into_inner);
        originals.insert(of, path);
    }
}

fn code(side: Option<AuditionSide>) -> u8 {
    side.map_or(0, |side| side as u8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_one_side_does_not_end_the_other() {
        let shared = SharedAudition::default();
        assert_eq!(shared.wanted(), None);
        let [original, partials] = AuditionSide::ALL.map(Some);
        shared.want(original);
        assert_eq!(shared.wanted(), original);
        shared.end(partials);
        assert_eq!(shared.wanted(), original);
        shared.end(original);
        assert_eq!(shared.wanted(), None);
        // What is given begins silent.
        shared.want(partials);
        shared.give(Audition::default());
        assert_eq!(shared.wanted(), None);
        assert!(shared.take_next().is_some());
    }

    #[test]
    fn originals_are_known_by_bank_and_number() {
        let shared = SharedAudition::default();
        shared.set_original((7, 1), "a.wav".into());
        assert_eq!(shared.original((7, 1)), Some("a.wav".into()));
        assert_eq!(
            (shared.original((7, 0)), shared.original((8, 1))),
            (None, None)
        );
    }
}
