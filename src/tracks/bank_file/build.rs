//! The bytes of a bank out of tracks.

mod beside;
mod frames;
mod plan;

use std::fmt;
use std::sync::atomic::AtomicBool;

use super::layout::*;
use super::slots::SlotHomes;
use super::{FrameGrid, KeyZone, codes, load};
use crate::cancelled::Cancelled;
use crate::tracks::Tracks;
use plan::Plan;

/// Sounds of a bank, at most.
const MAX_SOUNDS: usize = 4_096;

/// Why no bank was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// The sounds cannot be in a bank, and why.
    Impossible(String),
    /// The caller asked to stop.
    Cancelled,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Impossible(reason) => f.write_str(reason),
            BuildError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}

impl From<Cancelled> for BuildError {
    fn from(_: Cancelled) -> BuildError {
        BuildError::Cancelled
    }
}

/// A sound that a bank is built of.
#[derive(Clone, Copy, Debug)]
pub struct SoundTracks<'a> {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// The recording.
    pub tracks: &'a Tracks,
    /// Where its frames are to be.
    pub grid: FrameGrid,
}

impl SoundTracks<'_> {
    /// Whether it can be in a bank.
    fn check(&self) -> Result<(), BuildError> {
        let SoundTracks { zone, grid, .. } = self;
        if !grid.is_possible() {
            return Err(BuildError::Impossible(format!(
                "frames of {} samples at {} Hz cannot be",
                grid.hop, grid.sample_rate_hz
            )));
        }
        match zone.is_possible() {
            true => Ok(()),
            false => Err(BuildError::Impossible(format!("{zone:?} cannot be"))),
        }
    }
}

/// The file of a bank whose sounds follow those that `homes` knows, and what had to be left out, in words.
pub(super) fn image(
    sounds: &[SoundTracks],
    homes: &mut SlotHomes,
    is_cancelled: &AtomicBool,
) -> Result<(Vec<u8>, Vec<String>), BuildError> {
    if sounds.is_empty() || sounds.len() > MAX_SOUNDS {
        return Err(BuildError::Impossible(format!(
            "{} sounds in place of 1 to {MAX_SOUNDS}",
            sounds.len()
        )));
    }
    sounds.iter().try_for_each(SoundTracks::check)?;
    let mut file = vec![0; HEADER_BYTES + sounds.len() * RECORD_BYTES];
    let mut remarks = Vec::new();
    let plans = plans(sounds, homes, is_cancelled)?;
    for (number, (sound, plan)) in sounds.iter().zip(plans).enumerate() {
        let bytes = file.len() as u64 + plan.frame_bytes();
        if bytes > MAX_BYTES {
            return Err(BuildError::Impossible(format!(
                "the bank would have {} MB, more than {}; a longer hop or fewer partials make it smaller",
                bytes >> 20,
                MAX_BYTES >> 20
            )));
        }
        remarks.extend(plan.remarks());
        let mut record = Record::new(&mut file, number);
        let zone = sound.zone;
        record.bytes(
            0,
            &[
                zone.lowest_key,
                zone.highest_key,
                zone.lowest_velocity,
                zone.highest_velocity,
            ],
        );
        frames::write(&mut record, &plan, is_cancelled)?;
        beside::write(&mut record, sound.tracks);
    }
    write_header(&mut file, sounds.len() as u32);
    Ok((file, remarks))
}

/// The plan of each sound. Those with harmonics choose their slots first: others have to find partners in them.
fn plans<'a>(
    sounds: &[SoundTracks<'a>],
    homes: &mut SlotHomes,
    is_cancelled: &AtomicBool,
) -> Result<Vec<Plan<'a>>, BuildError> {
    let mut places: Vec<usize> = (0..sounds.len()).collect();
    places.sort_by_key(|&place| !sounds[place].tracks.has_harmonics());
    let mut plans: Vec<(usize, Plan)> = Vec::with_capacity(sounds.len());
    for place in places {
        let SoundTracks { tracks, grid, .. } = sounds[place];
        plans.push((place, Plan::new(tracks, grid, homes, is_cancelled)?));
    }
    plans.sort_by_key(|(place, _)| *place);
    Ok(plans.into_iter().map(|(_, plan)| plan).collect())
}

/// Fills in the header of a file that is whole otherwise.
pub(super) fn write_header(file: &mut [u8], count: u32) {
    file[..MAGIC.len()].copy_from_slice(&MAGIC);
    for (at, number) in [
        (VERSION_AT, VERSION),
        (BYTE_ORDER_AT, BYTE_ORDER_MARK),
        (SOUNDS_AT, count),
        (PAGE_FRAMES_AT, PAGE_FRAMES),
    ] {
        file[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    let length = file.len() as u64;
    file[LENGTH_AT..LENGTH_AT + 8].copy_from_slice(&length.to_le_bytes());
    let hash = load::hash(file);
    file[HASH_AT..HASH_AT + 8].copy_from_slice(&hash.to_le_bytes());
}

/// A file under construction, and the record of one of its sounds.
pub(super) struct Record<'a> {
    file: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> Record<'a> {
    pub(super) fn new(file: &'a mut Vec<u8>, number: usize) -> Record<'a> {
        Record {
            file,
            start: HEADER_BYTES + number * RECORD_BYTES,
        }
    }

    /// Writes into the record.
    pub(super) fn bytes(&mut self, at: usize, bytes: &[u8]) {
        self.file[self.start + at..][..bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn u32(&mut self, at: usize, number: u32) {
        self.bytes(at, &number.to_le_bytes());
    }

    pub(super) fn f64(&mut self, at: usize, number: f64) {
        self.bytes(at, &number.to_le_bytes());
    }

    /// Sets flags beside those that are set.
    pub(super) fn flags(&mut self, flags: u32) {
        let at = self.start + FLAGS_AT;
        let set = u32::from_le_bytes([0, 1, 2, 3].map(|k| self.file[at + k]));
        self.u32(FLAGS_AT, set | flags);
    }

    /// Fills the file up to where a section may begin; returns that place.
    pub(super) fn align(&mut self) -> usize {
        let place = self.file.len().next_multiple_of(ALIGNMENT);
        self.file.resize(place, 0);
        place
    }

    /// Adds bytes to the file.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.file.extend(bytes);
    }

    /// Adds a section, whose length is a multiple of its entries'.
    pub(super) fn section(&mut self, kind: SectionKind, bytes: &[u8]) {
        let offset = self.align() as u64;
        self.file.extend(bytes);
        let count = (bytes.len() / kind.entry_bytes()) as u64;
        self.bytes(kind.at(), &offset.to_le_bytes());
        self.bytes(kind.at() + 8, &count.to_le_bytes());
    }
}
