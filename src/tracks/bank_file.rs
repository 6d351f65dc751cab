//! The bank file: recordings as a voice plays them, one frame of all partials after another.
//!
//! A bank holds one or more sounds, each with the range of keys and velocities that it is for.
//! Frames of a sound are evenly spaced. A track has one slot from birth to death; slots are used
//! again. A frame has for each slot an amplitude and a frequency of 16 bits ([`codes`]):
//!
//! * the amplitude at the frame; it is linear, not in dB, from one frame to the next;
//! * the mean frequency from this frame to the next, so that the phase goes on exactly: the phase at
//!   a frame is the start phase and the sum of the advances before it. The rounding of a frequency
//!   is made up for by the next one, so the phase is never off by more than half a step's advance.
//!   Between frames the phase is the natural cubic spline through those at the frames
//!   ([`spline_slopes`](super::spline_slopes)), as that of an analysis is. A straight line loses
//!   2 to 17 dB of a fit at 40 to 50 dB whose hop is 64, a parabola of the spline's slopes 0 to 5 dB.
//!
//! Births and deaths are [events](SlotEvent), to the sample; the phase is stored at births alone.
//!
//! # The file
//!
//! Little-endian; sections begin at multiples of 64 bytes; what is not named is zero.
//!
//! | bytes | header |
//! |---|---|
//! | 0 | `Aliquot` and 0x1A |
//! | 8 | u32 version, 1 |
//! | 12 | u32 0x0A0B0C0D, for the order of bytes |
//! | 16 | u64 length of the file |
//! | 24 | u64 XXH3 of the file with zeros in these eight bytes: the bank's name |
//! | 32 | u32 number of sounds |
//! | 36 | u32 frames of a page, 64 |
//!
//! A record of 256 bytes for each sound follows:
//!
//! | bytes | record |
//! |---|---|
//! | 0 | u8 lowest and highest key, u8 lowest and highest velocity |
//! | 4 | u32 flags: 1 pans, 2 bandwidths, 4 root known, 8 loop |
//! | 8 | f64 root in Hz, sample rate in Hz, duration in s, amplitude of full scale |
//! | 40 | u32 hop in samples, u32 frames, u32 slots |
//! | 56 | f64 start, end and cross-fade of the loop in s |
//! | 80 | u64 offset and count of each section: pages, events, onsets, noise, envelope, transients, samples, source |
//! | 208 | f64 hop of noise, hop of envelope in s, highest power of noise, highest gain of envelope |
//!
//! | section | an entry |
//! |---|---|
//! | pages | u64 offset, u32 width: slots of each frame of this page, a multiple of 16, 512 at most |
//! | events | [`SlotEvent`], 16 bytes, by frame; births first |
//! | onsets | f64 s |
//! | noise | 40 bytes: power of each band, (v − 255)/2 dB of the highest; 0 is none |
//! | envelope | 32 bytes: gain at each point, (v − 255)/2 dB of the highest; 0 is none |
//! | transients | f64 time, f64 sample rate, u64 first sample, u32 samples, f32 peak, f32 pan, u32 zero |
//! | samples | i16, 32767 is the peak of its transient |
//! | source | bytes of UTF-8 |
//!
//! A page is 64 frames, the last one's may be fewer. It begins with a u16 for each slot, 0 where
//! none sounds on from the frame before, else the label plus 1 (1: no label). Then of each frame:
//! u16 amplitudes, u16 frequencies, u8 pans if there are any, u8 bandwidths if there are any. The
//! slots in use are the lowest, so quiet pages are narrow. Sounds are mixed slot by slot: of several,
//! harmonics of one number are in the same slot, and so are strong partials of about the same frequency over the root.
//!
//! This is version 1, which is read whole. Large banks are of version 2, whose sounds are [streamed](pieces).

mod attacks;
mod build;
pub mod codes;
mod frame_grid;
mod hop;
mod layout;
mod load;
pub mod pieces;
mod restore;
mod rows;
mod slots;
mod storage;

use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytemuck::{Pod, Zeroable};

use super::files::FileError;
use super::warp::{AnchorReach, TimeWarp};
use super::{SustainLoop, Tracks};
pub use frame_grid::FrameGrid;
use layout::{Page, Section};
use pieces::{Piece, PieceDamage, PieceKey, PieceStore, PieceTable};
pub use rows::BankRows;
use slots::SlotHomes;
use storage::Storage;

/// Bytes at the start of a bank by which it is known; see [`TrackBank::stated_hash`].
pub const HEADER_BYTES: usize = 32;
/// Partials that sound at once in a bank, at most.
pub const MAX_SLOTS: usize = 512;
/// Frequency of a recording's key where the bank does not say it: middle C.
pub const UNKNOWN_ROOT_HZ: f64 = 261.625_565_300_598_6;

/// Keys and velocities that a sound is for, each with its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyZone {
    /// Lowest MIDI key.
    pub lowest_key: u8,
    /// Highest MIDI key, at most 127.
    pub highest_key: u8,
    /// Lowest MIDI velocity.
    pub lowest_velocity: u8,
    /// Highest MIDI velocity, at most 127.
    pub highest_velocity: u8,
}

impl Default for KeyZone {
    /// All keys and velocities.
    fn default() -> KeyZone {
        KeyZone {
            lowest_key: 0,
            highest_key: 127,
            lowest_velocity: 0,
            highest_velocity: 127,
        }
    }
}

impl KeyZone {
    /// The zone of the MIDI keys and velocities of these ranges, each at most 127.
    pub fn new(keys: RangeInclusive<u8>, velocities: RangeInclusive<u8>) -> KeyZone {
        KeyZone {
            lowest_key: *keys.start(),
            highest_key: *keys.end(),
            lowest_velocity: *velocities.start(),
            highest_velocity: *velocities.end(),
        }
    }

    /// Whether a note is of this zone.
    pub fn contains(&self, key: u8, velocity: u8) -> bool {
        (self.lowest_key..=self.highest_key).contains(&key)
            && (self.lowest_velocity..=self.highest_velocity).contains(&velocity)
    }

    fn is_possible(&self) -> bool {
        self.lowest_key <= self.highest_key
            && self.highest_key <= 127
            && self.lowest_velocity <= self.highest_velocity
            && self.highest_velocity <= 127
    }
}

/// A recording and what it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZonedTracks {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// The recording.
    pub tracks: Tracks,
}

/// A partial begins or ends.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct SlotEvent {
    /// The frame that it follows.
    pub frame: u32,
    /// Whose partial.
    pub slot: u16,
    /// [`SlotEvent::BIRTH`] or [`SlotEvent::DEATH`].
    pub kind: u16,
    /// Samples after the frame: below the hop of a birth; of a death from 1 to the hop.
    pub offset: u16,
    /// The phase of a birth, in 65536ths of a turn of a cosine.
    pub phase: u16,
    /// The number of the harmonic of a birth, 0 for none.
    pub label: u16,
    /// Always 0.
    pub reserved: u16,
}

impl SlotEvent {
    /// The partial begins. Its amplitude is the frame's; at the next frame it is that one's.
    pub const BIRTH: u16 = 0;
    /// The partial ends. It is at the next frame's amplitude then.
    pub const DEATH: u16 = 1;
}

/// A part of a transient section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BankTransient {
    /// Time of the first sample in s.
    pub time_s: f64,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// What the sample 32767 is.
    pub peak: f32,
    /// −1 is left, 1 is right.
    pub pan: f32,
    first: usize,
    count: usize,
}

/// What is known of a sound beside its frames.
#[derive(Clone, Debug, PartialEq)]
pub struct BankSound {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// Frequency of the key that it plays, where it is known.
    pub root_hz: Option<f64>,
    /// Where its frames are.
    pub grid: FrameGrid,
    /// How long it is.
    pub duration_s: f64,
    /// Amplitude of the code 65535.
    pub full_scale: f64,
    /// How many frames there are.
    pub frames: u32,
    /// How many slots the widest frame has.
    pub slots: u32,
    /// What is repeated while a key is held.
    pub sustain_loop: Option<SustainLoop>,
    /// When something begins, ascending, in s.
    pub onsets_s: Vec<f64>,
    /// Seconds from one frame of noise to the next.
    pub noise_hop_s: f64,
    /// Power of the code 255.
    pub noise_peak: f64,
    /// Seconds from one frame of the envelope to the next.
    pub envelope_hop_s: f64,
    /// Gain of the code 255.
    pub envelope_peak: f64,
    /// The transients, in order of time.
    pub transients: Vec<BankTransient>,
    /// Where the recording comes from, its licence, how it was analysed.
    pub source: String,
    has_pans: bool,
    has_bandwidths: bool,
    pages: Vec<Page>,
    events: Section,
    noise: Section,
    envelope: Section,
    samples: Section,
    /// How it is streamed; nothing where it is in memory whole.
    pieces: PieceTable,
    /// One bit for each slot that any partial is in, of a sound that is streamed.
    slot_words: Vec<u64>,
    /// Of a sound that is streamed, how long the attack of each onset is, in s.
    attacks_s: Vec<f64>,
}

impl BankSound {
    /// Whether it has any noise.
    pub fn has_noise(&self) -> bool {
        self.noise.bytes > 0
    }

    /// How many frames its noise has.
    pub fn noise_frames(&self) -> usize {
        self.noise.bytes / layout::SectionKind::Noise.entry_bytes()
    }

    /// How many frames its envelope has.
    pub fn envelope_frames(&self) -> usize {
        self.envelope.bytes / layout::SectionKind::Envelope.entry_bytes()
    }

    /// The frame at or before a time; of a time past the end the last.
    pub fn frame_of(&self, time_s: f64) -> u32 {
        let last = f64::from(self.frames.saturating_sub(1));
        (time_s / self.grid.hop_s()).clamp(0.0, last) as u32
    }

    /// The piece that a frame is in, of a sound that is streamed.
    pub fn piece_of(&self, frame: u32) -> u32 {
        self.pieces.piece_of(frame)
    }
}

/// Recordings to play: whole in memory and checked as a whole, or streamed, each part checked when it is read. Made and
/// loaded off the audio thread, which may read all that is in memory.
pub struct TrackBank {
    contents: Contents,
    hash: u64,
    sounds: Vec<BankSound>,
}

/// Where the sounds of a bank are.
enum Contents {
    Whole(Storage),
    Streamed(Box<PieceStore>),
}

impl fmt::Debug for TrackBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackBank")
            .field("hash", &self.hash)
            .field("sounds", &self.sounds.len())
            .finish_non_exhaustive()
    }
}

/// Why a bank could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The system's error.
    Io(io::Error),
    /// It is no bank, or damaged.
    File(FileError),
    /// The caller asked to stop.
    Cancelled,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Io(error) => error.fmt(f),
            OpenError::File(error) => error.fmt(f),
            OpenError::Cancelled => f.write_str("was not opened: cancelled"),
        }
    }
}

impl std::error::Error for OpenError {}

impl TrackBank {
    /// A bank of one sound for all keys. Returns as well what had to be left out, in words.
    ///
    /// # Errors
    /// If it would be too large, or the grid cannot be.
    pub fn from_tracks(
        tracks: &Tracks,
        grid: FrameGrid,
    ) -> Result<(TrackBank, Vec<String>), String> {
        TrackBank::from_sounds(&[(KeyZone::default(), tracks)], grid)
    }

    /// A bank of several sounds. Returns as well what had to be left out, in words.
    ///
    /// # Errors
    /// If it would be too large, or the grid or a zone cannot be.
    pub fn from_sounds(
        sounds: &[(KeyZone, &Tracks)],
        grid: FrameGrid,
    ) -> Result<(TrackBank, Vec<String>), String> {
        let (image, remarks) = build::image(sounds, grid, &mut SlotHomes::default())?;
        // What was built is read as any file is, so there is one meaning of the bytes.
        let bank = TrackBank::from_bytes(&image).map_err(|error| error.to_string())?;
        Ok((bank, remarks))
    }

    /// A bank out of the bytes of a file, which are copied.
    ///
    /// # Errors
    /// If they are no bank, or damaged; with the offset.
    pub fn from_bytes(bytes: &[u8]) -> Result<TrackBank, FileError> {
        if pieces::is_streamed(bytes) {
            let opened = PieceStore::from_bytes(bytes);
            return opened
                .map(TrackBank::streamed)
                .map_err(|error| match error {
                    OpenError::File(error) => error,
                    error => FileError::at_byte(bytes.len(), error.to_string()),
                });
        }
        load::checked_hash(bytes)?;
        TrackBank::new(Storage::copied(bytes))
    }

    /// Opens a file: reads it whole, or of one of version 2 the directory and the beginnings. `is_cancelled` stops it.
    ///
    /// # Errors
    /// If the system cannot, or the file is no bank, or damaged, or it was stopped.
    pub fn open(path: &Path, is_cancelled: &AtomicBool) -> Result<TrackBank, OpenError> {
        if storage::is_streamed(path)? {
            return PieceStore::open(path, is_cancelled).map(TrackBank::streamed);
        }
        let storage = storage::read(path, is_cancelled)?;
        load::checked_hash(storage.bytes()).map_err(OpenError::File)?;
        TrackBank::new(storage).map_err(OpenError::File)
    }

    fn new(storage: Storage) -> Result<TrackBank, FileError> {
        let (hash, sounds) = load::sounds(storage.bytes())?;
        Ok(TrackBank {
            contents: Contents::Whole(storage),
            hash,
            sounds,
        })
    }

    fn streamed((hash, sounds, store): (u64, Vec<BankSound>, PieceStore)) -> TrackBank {
        TrackBank {
            contents: Contents::Streamed(Box::new(store)),
            hash,
            sounds,
        }
    }

    /// Whether these are the first bytes of a bank.
    pub fn is_bank(bytes: &[u8]) -> bool {
        bytes.starts_with(&layout::MAGIC)
    }

    /// The hash that a bank with these first bytes states; `None` if they are not those of a bank. Loading the
    /// bank shows whether the hash is right.
    pub fn stated_hash(head: &[u8]) -> Option<u64> {
        let hash = head.get(layout::HASH_AT..layout::HASH_AT + 8)?;
        let hash = u64::from_le_bytes(hash.try_into().ok()?);
        TrackBank::is_bank(head).then_some(hash)
    }

    /// The bytes with the hash that they ought to state, for tests of damage behind it; `None` if they are no
    /// bank.
    #[doc(hidden)]
    pub fn signed(bytes: &[u8]) -> Option<Vec<u8>> {
        if pieces::is_streamed(bytes) {
            return Some(pieces::signed(bytes));
        }
        let mut signed = bytes.to_vec();
        let hash = load::hash(bytes).to_le_bytes();
        let place = signed.get_mut(layout::HASH_AT..layout::HASH_AT + 8)?;
        place.copy_from_slice(&hash);
        TrackBank::is_bank(bytes).then_some(signed)
    }

    /// The bytes of its file; none if it is streamed.
    pub fn bytes(&self) -> &[u8] {
        match &self.contents {
            Contents::Whole(storage) => storage.bytes(),
            Contents::Streamed(_) => &[],
        }
    }

    /// How long its file is, bytes.
    pub fn file_bytes(&self) -> u64 {
        match &self.contents {
            Contents::Whole(storage) => storage.bytes().len() as u64,
            Contents::Streamed(store) => store.length,
        }
    }

    /// Whether its sounds are read while they are played.
    pub fn is_streamed(&self) -> bool {
        matches!(self.contents, Contents::Streamed(_))
    }

    /// The hash of all, by which it is known.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Its sounds.
    pub fn sounds(&self) -> &[BankSound] {
        &self.sounds
    }

    /// The frames of a sound; `None` if there is no such sound, or it is streamed.
    pub fn rows(&self, sound: usize) -> Option<BankRows<'_>> {
        let sound = self.sounds.get(sound)?;
        match &self.contents {
            Contents::Whole(storage) => Some(BankRows::new(storage.bytes(), sound)),
            Contents::Streamed(_) => None,
        }
    }

    /// What these pieces of a sound hold; `None` if there is no such sound.
    pub fn rows_of_pieces<'a>(
        &'a self,
        sound: usize,
        pieces: [Option<&'a Piece>; 2],
    ) -> Option<BankRows<'a>> {
        let sound = self.sounds.get(sound)?;
        Some(BankRows::of_pieces(sound, pieces))
    }

    fn store(&self) -> Option<&PieceStore> {
        match &self.contents {
            Contents::Whole(_) => None,
            Contents::Streamed(store) => Some(store),
        }
    }

    /// A piece that stays in memory: one of the beginning of a sound.
    pub fn resident_piece(&self, key: PieceKey) -> Option<&Arc<Piece>> {
        self.store()?.resident(key)
    }

    /// Bytes of a piece in the file; 0 if there is no such piece.
    pub fn piece_bytes(&self, key: PieceKey) -> u64 {
        let sound = self.sounds.get(key.sound as usize);
        sound.map_or(0, |sound| sound.pieces.bytes_of(key.piece))
    }

    /// Reads a piece; one that cannot be read is silent, and [`TrackBank::damage`] says why. `None` if there is no such
    /// piece. Not for the audio thread.
    pub fn read_piece(&self, key: PieceKey) -> Option<Piece> {
        let sound = self.sounds.get(key.sound as usize)?;
        let is_there = (key.piece as usize) < sound.pieces.count();
        let store = self.store().filter(|_| is_there)?;
        Some(store.read_or_silent(sound, key))
    }

    /// As [`TrackBank::read_piece`], for who may wait for the disk, as offline. Those read last are at hand.
    pub fn wait_for_piece(&self, key: PieceKey) -> Option<Arc<Piece>> {
        let sound = self.sounds.get(key.sound as usize)?;
        let is_there = (key.piece as usize) < sound.pieces.count();
        let store = self.store().filter(|_| is_there)?;
        Some(store.wait_for(sound, key))
    }

    /// The first damage that was found in a piece since the bank was opened.
    pub fn damage(&self) -> Option<&PieceDamage> {
        self.store()?.damage()
    }

    /// A bank of one sound alone, whole in memory, out of one that is streamed. Not for the audio
    /// thread.
    ///
    /// # Errors
    /// If there is no such sound, or it cannot be read, or is damaged.
    pub fn sound_in_memory(&self, sound: usize) -> Result<TrackBank, OpenError> {
        let missing = || OpenError::Io(io::ErrorKind::NotFound.into());
        let (Some(of), Some(store)) = (self.sounds.get(sound), self.store()) else {
            return Err(missing());
        };
        let key = |piece| PieceKey {
            sound: sound as u32,
            piece,
        };
        let pieces = (0..of.pieces.count() as u32).map(|piece| store.read(of, key(piece)));
        let pieces = pieces.collect::<Result<Vec<Piece>, OpenError>>()?;
        let image = pieces::in_memory(of, &pieces);
        // Each piece is right by itself; what does not fit together is somewhere in them.
        TrackBank::from_bytes(&image).map_err(|error| {
            let start = of.pieces.start() as usize;
            OpenError::File(FileError::at_byte(start, error.reason))
        })
    }

    /// The bank that has all of a sound in memory, and the sound's number in it: this bank, or, if it is streamed, one of
    /// that sound alone. Not for the audio thread.
    ///
    /// # Errors
    /// If the sound is streamed and cannot be read, or is damaged.
    pub fn with_sound_in_memory(
        self: &Arc<TrackBank>,
        sound: usize,
    ) -> Result<(Arc<TrackBank>, usize), OpenError> {
        match self.is_streamed() {
            false => Ok((self.clone(), sound)),
            true => Ok((Arc::new(self.sound_in_memory(sound)?), 0)),
        }
    }

    /// The slots that any partial of a sound is in, ascending or not. Not for the audio thread.
    pub fn used_slots(&self, sound: usize) -> Vec<u16> {
        if let Some(rows) = self.rows(sound) {
            return rows.events().iter().map(|event| event.slot).collect();
        }
        let words = self.sounds.get(sound).map(|sound| &sound.slot_words[..]);
        let slots = 0..64 * words.map_or(0, <[u64]>::len) as u16;
        let is_used = |slot: &u16| {
            let word = words.and_then(|words| words.get(usize::from(slot / 64)));
            word.is_some_and(|word| word >> (slot % 64) & 1 != 0)
        };
        slots.filter(is_used).collect()
    }

    /// The warp of a sound's time, for a voice that plays it at any speed: around each onset, as far as its attack goes.
    /// Not for the audio thread.
    pub fn time_warp(&self, sound: usize, reach: AnchorReach) -> TimeWarp {
        if let Some(rows) = self.rows(sound) {
            return rows.time_warp(reach);
        }
        self.sounds
            .get(sound)
            .map_or_else(TimeWarp::default, |sound| {
                let onsets = sound.onsets_s.iter().copied();
                let attacks = onsets.zip(sound.attacks_s.iter().copied());
                TimeWarp::with_attacks(attacks, sound.duration_s, reach)
            })
    }

    /// A sound as tracks, for other formats; empty if there is no such sound.
    ///
    /// # Errors
    /// If it is streamed and cannot be read, or is damaged.
    pub fn read_tracks(&self, sound: usize) -> Result<Tracks, OpenError> {
        match self.is_streamed() {
            false => Ok(self.to_tracks(sound)),
            true => self.sound_in_memory(sound).map(|bank| bank.to_tracks(0)),
        }
    }

    /// A sound as tracks; empty if there is no such sound, or it is [streamed](TrackBank::read_tracks).
    pub fn to_tracks(&self, sound: usize) -> Tracks {
        self.rows(sound)
            .map_or_else(Tracks::default, restore::tracks)
    }
}

#[cfg(test)]
mod tests;
