//! Where pieces are read from, and those that are in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicBool;
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use twox_hash::XxHash3_64;

use super::super::{BankSound, OpenError};
use super::{Piece, directory};
use crate::cancelled::Cancelled;
use crate::tracks::files::FileError;

/// Which piece of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PieceKey {
    /// Number of the sound.
    pub sound: u32,
    /// Number of its piece.
    pub piece: u32,
}

/// Why a piece is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCause {
    /// It is not what the directory says, or the file ends before it does.
    Damaged,
    /// The system could not read it: the disk, the network or the memory failed. The file may be whole.
    Unreadable,
}

impl FaultCause {
    fn of(error: &OpenError) -> FaultCause {
        match error {
            OpenError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                FaultCause::Unreadable
            }
            _ => FaultCause::Damaged,
        }
    }
}

impl fmt::Display for FaultCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultCause::Damaged => "is damaged",
            FaultCause::Unreadable => "cannot be read",
        })
    }
}

/// A piece that could not be read, or is not what the directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceFault {
    /// Which one; the first that was found.
    pub key: PieceKey,
    /// Where it begins in the file.
    pub offset: u64,
    /// Why it is not there.
    pub cause: FaultCause,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for PieceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PieceKey { sound, piece } = self.key;
        write!(
            f,
            "byte {}: {} (sound {}, piece {})",
            self.offset,
            self.reason,
            sound + 1,
            piece + 1
        )
    }
}

/// A file, or its bytes.
pub(super) enum Source {
    File(Mutex<File>),
    Memory(Vec<u8>),
}

impl Source {
    /// Reads what is at an offset.
    pub(super) fn read(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        match self {
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                file.read_exact(bytes)
            }
            Source::Memory(all) => {
                let end = offset.checked_add(bytes.len() as u64);
                let end = end.and_then(|end| usize::try_from(end).ok());
                let found = end.and_then(|end| all.get(offset as usize..end));
                let found = found.ok_or(io::ErrorKind::UnexpectedEof)?;
                bytes.copy_from_slice(found);
                Ok(())
            }
        }
    }
}

/// Bytes of the pieces that were read for whoever waits for them, at most.
const MOST_KEPT_BYTES: u64 = 32 << 20;

/// A piece that the system could not read is asked for again after this time: a disk may have answered late.
const UNREADABLE: Duration = Duration::from_secs(2);

/// The pieces of a bank: their file, and those that stay in memory.
pub(in super::super) struct PieceStore {
    source: Source,
    /// Bytes of the file.
    pub length: u64,
    /// Of each sound its beginning.
    resident: Vec<Vec<Arc<Piece>>>,
    /// What was read last for whoever waits for it.
    kept: Mutex<KeptPieces>,
    fault: OnceLock<PieceFault>,
    /// How many reads of pieces have begun.
    #[cfg(test)]
    reads: AtomicUsize,
}

#[derive(Default)]
struct KeptPieces {
    /// The pieces and when they were asked for last.
    pieces: BTreeMap<PieceKey, (u64, Arc<Piece>)>,
    /// Which of them are silent since the system could not read them, and until when.
    unreadable: BTreeMap<PieceKey, Instant>,
    bytes: u64,
    asked: u64,
}

impl PieceStore {
    /// Opens a file: reads its directory and the beginnings of its sounds. `is_cancelled` stops it.
    pub(in super::super) fn open(
        path: &Path,
        is_cancelled: &AtomicBool,
    ) -> Result<(u64, Vec<BankSound>, PieceStore), OpenError> {
        let file = File::open(path).map_err(OpenError::Io)?;
        let length = file.metadata().map_err(OpenError::Io)?.len();
        PieceStore::new(Source::File(Mutex::new(file)), length, is_cancelled)
    }

    /// As [`PieceStore::open`], of the bytes of a file.
    pub(in super::super) fn from_bytes(
        bytes: &[u8],
    ) -> Result<(u64, Vec<BankSound>, PieceStore), OpenError> {
        let source = Source::Memory(bytes.to_vec());
        PieceStore::new(source, bytes.len() as u64, &AtomicBool::new(false))
    }

    fn new(
        source: Source,
        length: u64,
        is_cancelled: &AtomicBool,
    ) -> Result<(u64, Vec<BankSound>, PieceStore), OpenError> {
        let (hash, sounds) = directory::read(&source, length)?;
        let mut store = PieceStore {
            source,
            length,
            resident: Vec::with_capacity(sounds.len()),
            kept: Mutex::default(),
            fault: OnceLock::new(),
            #[cfg(test)]
            reads: Default::default(),
        };
        for (number, sound) in sounds.iter().enumerate() {
            let key = |piece| PieceKey {
                sound: number as u32,
                piece,
            };
            let beginning = (0..sound.pieces.resident).map(|piece| {
                Cancelled::check(is_cancelled)?;
                let piece = store.read(sound, key(piece))?;
                Ok(Arc::new(piece))
            });
            let beginning = beginning.collect::<Result<_, OpenError>>()?;
            store.resident.push(beginning);
        }
        Ok((hash, sounds, store))
    }

    /// A piece that stays in memory.
    pub(in super::super) fn resident(&self, key: PieceKey) -> Option<&Arc<Piece>> {
        let beginning = self.resident.get(key.sound as usize)?;
        beginning.get(key.piece as usize)
    }

    /// Reads a piece and checks it.
    pub(in super::super) fn read(
        &self,
        sound: &BankSound,
        key: PieceKey,
    ) -> Result<Piece, OpenError> {
        let Some(entry) = sound.pieces.entries.get(key.piece as usize) else {
            return Err(OpenError::Io(io::ErrorKind::InvalidInput.into()));
        };
        let bytes = entry.bytes as usize;
        let words = Piece::room(bytes);
        let mut words = words.ok_or_else(|| OpenError::Io(io::ErrorKind::OutOfMemory.into()))?;
        let place = &mut bytemuck::cast_slice_mut(&mut words)[..bytes];
        #[cfg(test)]
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.source
            .read(entry.offset, place)
            .map_err(OpenError::Io)?;
        if XxHash3_64::oneshot(place) != entry.hash {
            let reason = "the hash of a piece is wrong: the file is damaged";
            let error = FileError::at_byte(entry.offset as usize, reason);
            return Err(OpenError::File(error));
        }
        Piece::new(words, bytes, sound, key.piece)
            .map_err(|error| OpenError::File(error.moved(entry.offset as usize)))
    }

    /// As [`PieceStore::read`]; where that fails, a silent piece, and the fault is noted.
    pub(in super::super) fn read_or_silent(&self, sound: &BankSound, key: PieceKey) -> Piece {
        let read = self.read(sound, key);
        read.unwrap_or_else(|error| self.silent(sound, key, error))
    }

    /// A silent piece in the place of one that could not be read; the fault is noted.
    fn silent(&self, sound: &BankSound, key: PieceKey, error: OpenError) -> Piece {
        let entry = sound.pieces.entries.get(key.piece as usize);
        self.fault.get_or_init(|| PieceFault {
            key,
            cause: FaultCause::of(&error),
            offset: entry.map_or(0, |entry| entry.offset),
            reason: match error {
                OpenError::File(error) => error.reason,
                error => error.to_string(),
            },
        });
        Piece::silent(sound, key.piece)
    }

    /// As [`PieceStore::read_or_silent`]; what was read last is at hand. What the system cannot read is not asked for at
    /// each call, which may wait for a dead disk each time.
    pub(in super::super) fn wait_for(&self, sound: &BankSound, key: PieceKey) -> Arc<Piece> {
        if let Some(piece) = self.kept().find(key) {
            return piece;
        }
        let mut until = None;
        let piece = self.read(sound, key).unwrap_or_else(|error| {
            if FaultCause::of(&error) == FaultCause::Unreadable {
                until = Some(Instant::now() + UNREADABLE);
            }
            self.silent(sound, key, error)
        });
        let piece = Arc::new(piece);
        let mut kept = self.kept();
        kept.keep(key, &piece);
        match until {
            Some(until) => kept.unreadable.insert(key, until),
            None => kept.unreadable.remove(&key),
        };
        piece
    }

    fn kept(&self) -> MutexGuard<'_, KeptPieces> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first fault that was found while it was played.
    pub(in super::super) fn fault(&self) -> Option<&PieceFault> {
        self.fault.get()
    }
}

#[cfg(all(test, unix, feature = "plugin"))]
impl PieceStore {
    /// Makes all reads of the file wait until the guard is dropped, as a disk does that does not answer.
    pub(in super::super) fn hold_reads(&self) -> MutexGuard<'_, File> {
        match &self.source {
            Source::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner),
            Source::Memory(_) => panic!("there is no file"),
        }
    }

    /// How many reads of pieces have begun.
    pub(in super::super) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}

impl KeptPieces {
    fn find(&mut self, key: PieceKey) -> Option<Arc<Piece>> {
        self.asked += 1;
        let until = self.unreadable.get(&key);
        if until.is_some_and(|until| Instant::now() >= *until) {
            return None;
        }
        let (asked, piece) = self.pieces.get_mut(&key)?;
        *asked = self.asked;
        Some(piece.clone())
    }

    /// Keeps a piece; those that nobody has asked for for the longest time go.
    fn keep(&mut self, key: PieceKey, piece: &Arc<Piece>) {
        self.bytes += piece.memory_bytes();
        let before = self.pieces.insert(key, (self.asked, piece.clone()));
        self.bytes -= before.map_or(0, |(_, piece)| piece.memory_bytes());
        while self.bytes > MOST_KEPT_BYTES && self.pieces.len() > 1 {
            let oldest = self.pieces.iter().min_by_key(|(_, (asked, _))| *asked);
            let Some(oldest) = oldest.map(|(key, _)| *key) else {
                break;
            };
            let gone = self.pieces.remove(&oldest);
            self.bytes -= gone.map_or(0, |(_, piece)| piece.memory_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::bank_file::TrackBank;

    #[test]
    fn an_error_of_the_system_is_no_damage_but_the_end_of_the_file_is() {
        let file = |reason| OpenError::File(FileError::at_byte(7, reason));
        let io = |kind: io::ErrorKind| OpenError::Io(kind.into());
        for (error, cause) in [
            (file("wrong"), FaultCause::Damaged),
            (io(io::ErrorKind::UnexpectedEof), FaultCause::Damaged),
            (io(io::ErrorKind::TimedOut), FaultCause::Unreadable),
            (io(io::ErrorKind::OutOfMemory), FaultCause::Unreadable),
            (
                OpenError::Io(io::Error::from_raw_os_error(5)),
                FaultCause::Unreadable,
            ),
        ] {
            assert_eq!(FaultCause::of(&error), cause, "{error}");
        }
    }

    /// What reads fails, as where a disk has gone; the sound goes on in silence.
    #[cfg(unix)]
    #[test]
    fn a_piece_that_the_system_cannot_read_is_silent_and_told() {
        let bank = TrackBank::from_bytes(&super::super::tests::small()).expect("a bank");
        let sounds = bank.sounds();
        let folder = File::open(std::env::temp_dir()).expect("a folder");
        let store = PieceStore {
            // A folder can be opened, and not read as a file.
            source: Source::File(Mutex::new(folder)),
            length: 0,
            resident: Vec::new(),
            kept: Mutex::default(),
            fault: OnceLock::new(),
            reads: Default::default(),
        };
        let key = PieceKey { sound: 0, piece: 1 };
        let piece = store.read_or_silent(&sounds[0], key);
        assert!(piece.events().is_empty());
        let fault = store.fault().expect("a fault");
        assert_eq!((fault.key, fault.cause), (key, FaultCause::Unreadable));
        // It is kept for a time, and then read again.
        store.wait_for(&sounds[0], key);
        assert!(store.kept().find(key).is_some());
        store.kept().unreadable.insert(key, Instant::now());
        assert!(store.kept().find(key).is_none());
    }
}
