//! Recordings that voices play: a bank of tracks in memory, and what is worked out of it in advance.
//!
//! [`Recordings`] are made off the audio thread, which only reads them. Whoever hands them to an engine keeps an
//! [`Arc`] of its own for as long as an engine may hold one, so that they are never freed on the audio thread.
//!
//! A [`Player`] is a voice's place in a recording. For each segment it goes on and writes a [`RecordedFrame`]: what the
//! body Recording and its levels are at the segment's end.

mod frame;
mod player;
mod slots;
mod tables;

pub use frame::{Birth, Head, RecordedFrame, Way};
pub use player::{Player, PlayerSettings, PlayerStep};
pub use slots::SlotSet;

use std::fmt;
use std::sync::Arc;

use tables::CodeTables;

use crate::tracks::bank_file::{BankRows, BankSound, KeyZone, TrackBank};

/// Frequency of a recording's key where the bank does not say it: middle C.
const UNKNOWN_ROOT_HZ: f64 = 261.625_565_300_598_6;

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

/// What is known of one recording in advance.
#[derive(Clone, Debug)]
pub struct RecordedSound {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// Frequency of the key that it plays.
    pub root_hz: f64,
    /// Seconds from frame to frame.
    pub hop_s: f64,
    /// The last place, frames.
    pub last_frame: f64,
    /// The same in seconds.
    pub end_s: f64,
    /// When something begins, ascending, seconds.
    pub onsets_s: Vec<f64>,
    /// What is repeated while a key is held, from when to when, seconds.
    pub sustain_loop_s: Option<(f64, f64)>,
}

impl RecordedSound {
    fn of(sound: &BankSound) -> RecordedSound {
        let hop_s = sound.grid.hop_s();
        let last_frame = f64::from(sound.frames.saturating_sub(1));
        let end_s = last_frame * hop_s;
        let sustain_loop_s = sound.sustain_loop.map(|of| (of.start_s, of.end_s.min(end_s)));
        RecordedSound {
            zone: sound.zone,
            root_hz: sound.root_hz.unwrap_or(UNKNOWN_ROOT_HZ),
            hop_s,
            last_frame,
            end_s,
            onsets_s: sound.onsets_s.clone(),
            sustain_loop_s: sustain_loop_s.filter(|(start_s, end_s)| end_s - start_s > hop_s),
        }
    }
}

/// The recordings of an instance; none by [`Default`].
#[derive(Clone, Default)]
pub struct Recordings {
    bank: Option<Arc<TrackBank>>,
    sounds: Vec<RecordedSound>,
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
        CodeTables::shared();
        Recordings {
            sounds: bank.sounds().iter().map(RecordedSound::of).collect(),
            bank: Some(bank),
        }
    }

    /// The bank; `None` without recordings.
    pub fn bank(&self) -> Option<&Arc<TrackBank>> {
        self.bank.as_ref()
    }

    /// The hash of the bank, 0 without.
    pub fn id(&self) -> u64 {
        self.bank.as_ref().map_or(0, |bank| bank.hash())
    }

    /// The recording that a note plays: the first whose zone it is in, or else the one whose keys and velocities are
    /// nearest; `None` if there are none.
    pub fn choose(&self, key: u8, velocity: f32) -> Option<usize> {
        let velocity = (velocity * 127.0 + 0.5).clamp(0.0, 127.0) as u8;
        let distance = |sound: &RecordedSound| {
            let zone = &sound.zone;
            let keys = outside(key, zone.lowest_key, zone.highest_key);
            let velocities = outside(velocity, zone.lowest_velocity, zone.highest_velocity);
            (keys, velocities)
        };
        let places = self.sounds.iter().enumerate();
        places.min_by_key(|(_, sound)| distance(sound)).map(|(place, _)| place)
    }

    /// A recording by its number.
    pub fn sound(&self, index: usize) -> Option<&RecordedSound> {
        self.sounds.get(index)
    }

    /// Its frames.
    pub fn rows(&self, index: usize) -> Option<BankRows<'_>> {
        self.bank.as_ref()?.rows(index)
    }
}

/// How far a number is outside of a range.
fn outside(number: u8, lowest: u8, highest: u8) -> u8 {
    lowest.saturating_sub(number).max(number.saturating_sub(highest))
}
