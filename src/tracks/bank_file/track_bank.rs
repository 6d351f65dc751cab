//! A bank that is loaded: whole in memory, or streamed.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::pieces::{self, Piece, PieceFault, PieceKey, PieceStore};
use super::slots::SlotHomes;
use super::storage::{self, Storage};
use super::{
    BankRows, BankSound, BuildError, FrameGrid, KeyZone, SoundTracks, build, layout, load, restore,
};
use crate::cancelled::Cancelled;
use crate::tracks::Tracks;
use crate::tracks::files::FileError;
use crate::tracks::warp::{AnchorReach, TimeWarp};

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

impl From<FileError> for OpenError {
    fn from(error: FileError) -> OpenError {
        OpenError::File(error)
    }
}

impl From<Cancelled> for OpenError {
    fn from(_: Cancelled) -> OpenError {
        OpenError::Cancelled
    }
}

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
        let made = TrackBank::from_sounds_unless(sounds, grid, &AtomicBool::new(false));
        made.map_err(|error| error.to_string())
    }

    /// As [`TrackBank::from_sounds`]; `is_cancelled` stops it.
    ///
    /// # Errors
    /// As there, or [`BuildError::Cancelled`].
    pub fn from_sounds_unless(
        sounds: &[(KeyZone, &Tracks)],
        grid: FrameGrid,
        is_cancelled: &AtomicBool,
    ) -> Result<(TrackBank, Vec<String>), BuildError> {
        let sound = |&(zone, tracks): &(KeyZone, _)| SoundTracks { zone, tracks, grid };
        let sounds: Vec<SoundTracks> = sounds.iter().map(sound).collect();
        TrackBank::from_gridded_unless(&sounds, is_cancelled)
    }

    /// A bank of several sounds, each with frames of its own. Returns as well what had to be left out, in words.
    ///
    /// # Errors
    /// If it would be too large, or a grid or a zone cannot be.
    pub fn from_gridded(sounds: &[SoundTracks]) -> Result<(TrackBank, Vec<String>), String> {
        let made = TrackBank::from_gridded_unless(sounds, &AtomicBool::new(false));
        made.map_err(|error| error.to_string())
    }

    /// As [`TrackBank::from_gridded`]; `is_cancelled` stops it.
    ///
    /// # Errors
    /// As there, or [`BuildError::Cancelled`].
    pub fn from_gridded_unless(
        sounds: &[SoundTracks],
        is_cancelled: &AtomicBool,
    ) -> Result<(TrackBank, Vec<String>), BuildError> {
        let (image, remarks) = build::image(sounds, &mut SlotHomes::default(), is_cancelled)?;
        // What was built is read as any file is, so there is one meaning of the bytes.
        let bank = TrackBank::from_bytes(&image);
        let bank = bank.map_err(|error| BuildError::Impossible(error.to_string()))?;
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

    /// Reads a piece; one that cannot be read is silent, and [`TrackBank::fault`] says why. `None` if there is no such
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

    /// The first piece since the bank was opened that could not be read or is damaged.
    pub fn fault(&self) -> Option<&PieceFault> {
        self.store()?.fault()
    }

    /// Reads all that is streamed once, and checks it. `is_cancelled` stops it. Not for the audio thread.
    ///
    /// # Errors
    /// If the system cannot read a piece, or it is damaged, or it was stopped.
    pub fn check_pieces(&self, is_cancelled: &AtomicBool) -> Result<(), OpenError> {
        let Some(store) = self.store() else {
            return Ok(());
        };
        for (number, sound) in (0..).zip(&self.sounds) {
            for piece in 0..sound.pieces.count() as u32 {
                Cancelled::check(is_cancelled)?;
                let key = PieceKey {
                    sound: number,
                    piece,
                };
                store.read(sound, key)?;
            }
        }
        Ok(())
    }

    /// A bank of one sound alone, whole in memory, out of one that is streamed. `is_cancelled` stops it. Not for the audio
    /// thread.
    ///
    /// # Errors
    /// If there is no such sound, or it cannot be read, or is damaged, or it was stopped.
    pub fn sound_in_memory(
        &self,
        sound: usize,
        is_cancelled: &AtomicBool,
    ) -> Result<TrackBank, OpenError> {
        let missing = || OpenError::Io(io::ErrorKind::NotFound.into());
        let (Some(of), Some(store)) = (self.sounds.get(sound), self.store()) else {
            return Err(missing());
        };
        let key = |piece| PieceKey {
            sound: sound as u32,
            piece,
        };
        let pieces = (0..of.pieces.count() as u32).map(|piece| {
            Cancelled::check(is_cancelled)?;
            store.read(of, key(piece))
        });
        let pieces = pieces.collect::<Result<Vec<Piece>, OpenError>>()?;
        let image = pieces::in_memory(of, &pieces);
        // Each piece is right by itself; what does not fit together is somewhere in them.
        TrackBank::from_bytes(&image).map_err(|error| {
            let start = of.pieces.start() as usize;
            OpenError::File(FileError::at_byte(start, error.reason))
        })
    }

    /// The bank that has all of a sound in memory, and the sound's number in it: this bank, or, if it is streamed, one of
    /// that sound alone. `is_cancelled` stops it. Not for the audio thread.
    ///
    /// # Errors
    /// If the sound is streamed and cannot be read, or is damaged, or it was stopped.
    pub fn with_sound_in_memory(
        self: &Arc<TrackBank>,
        sound: usize,
        is_cancelled: &AtomicBool,
    ) -> Result<(Arc<TrackBank>, usize), OpenError> {
        match self.is_streamed() {
            false => Ok((self.clone(), sound)),
            true => Ok((Arc::new(self.sound_in_memory(sound, is_cancelled)?), 0)),
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
        self.read_tracks_unless(sound, &AtomicBool::new(false))
    }

    /// As [`TrackBank::read_tracks`]; `is_cancelled` stops it.
    ///
    /// # Errors
    /// As there, or [`OpenError::Cancelled`].
    pub fn read_tracks_unless(
        &self,
        sound: usize,
        is_cancelled: &AtomicBool,
    ) -> Result<Tracks, OpenError> {
        let in_memory;
        let rows = match self.is_streamed() {
            false => self.rows(sound),
            true => {
                in_memory = self.sound_in_memory(sound, is_cancelled)?;
                in_memory.rows(0)
            }
        };
        let tracks = rows.map(|rows| restore::tracks(rows, is_cancelled));
        Ok(tracks.transpose()?.unwrap_or_default())
    }

    /// A sound as tracks; empty if there is no such sound, or it is [streamed](TrackBank::read_tracks).
    pub fn to_tracks(&self, sound: usize) -> Tracks {
        let tracks = self.rows(sound).map(|rows| {
            // It is never cancelled.
            restore::tracks(rows, &AtomicBool::new(false)).unwrap_or_default()
        });
        tracks.unwrap_or_default()
    }
}

#[cfg(all(test, unix, feature = "plugin"))]
impl TrackBank {
    /// Makes all reads of a streamed bank's file wait until the guard is dropped, as a disk does that does not answer.
    pub(crate) fn hold_reads(&self) -> std::sync::MutexGuard<'_, std::fs::File> {
        self.store().expect("a streamed bank").hold_reads()
    }

    /// How many reads of pieces of a streamed bank have begun.
    pub(crate) fn reads(&self) -> usize {
        self.store().expect("a streamed bank").reads()
    }
}
