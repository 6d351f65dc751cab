//! What is written to the file of an imported bank, and its place in the folder.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{ImportError, ImportState, failed};
use crate::recordings::BankFolder;
use crate::recordings::folder::ENDING;
use crate::recordings::second::{JoinError, JoinedSounds};
use crate::saving::{CopyError, SaveError, UnnamedFile};
use crate::state::NamedBank;
use crate::tracks::bank_file::TrackBank;
use crate::tracks::bank_file::pieces::{BankWriter, LARGE_BYTES, StoppableOutput, WriteError};
use crate::tracks::sharing;

/// The most files of one name, told apart by numbers.
const MOST_ALIKE: usize = 1_000;

/// Bytes of a name without its number and ending, at most.
const MOST_NAME_BYTES: usize = 220;

/// What is written to the file of a bank.
pub(super) enum BankContent<'a> {
    /// The bytes of a bank that is in memory.
    Whole(Arc<TrackBank>),
    /// The sounds of a bank that is in memory and large, in pieces.
    Pieces(Arc<TrackBank>),
    /// A file with the bank of this hash, which is not in memory.
    Copy(u64, &'a Path),
    /// The sounds of two banks that are large together, in pieces.
    Joined(&'a JoinedSounds),
}

impl<'a> BankContent<'a> {
    /// That of a bank that has been made, and is in memory.
    pub(super) fn of_made(bank: Arc<TrackBank>) -> BankContent<'a> {
        match bank.file_bytes() >= LARGE_BYTES {
            true => BankContent::Pieces(bank),
            false => BankContent::Whole(bank),
        }
    }

    /// That of the bank in this file, which keeps its bytes, and so the hash by which songs know it.
    pub(super) fn of_file(bank: Arc<TrackBank>, source: &'a Path) -> BankContent<'a> {
        match bank.is_streamed() {
            true => BankContent::Copy(bank.hash(), source),
            false => BankContent::Whole(bank),
        }
    }

    /// That of two banks.
    pub(super) fn joined(
        joined: &'a JoinedSounds,
        source: &Path,
        state: &ImportState,
    ) -> Result<BankContent<'a>, ImportError> {
        if joined.bytes() >= LARGE_BYTES {
            return Ok(BankContent::Joined(joined));
        }
        let bank = joined.bank(state.is_cancelled);
        // Nothing is written yet.
        let bank = bank.map_err(|error| of_join(error, joined, (source, source), state))?;
        Ok(BankContent::of_made(sharing::share(bank)))
    }

    /// The hash by which the bank will be known, where that is known before it is written.
    fn hash(&self) -> Option<u64> {
        match self {
            BankContent::Whole(bank) => Some(bank.hash()),
            BankContent::Copy(hash, _) => Some(*hash),
            BankContent::Pieces(_) | BankContent::Joined(_) => None,
        }
    }

    /// Writes it to a file in the folder `place`. Returns the bank's hash.
    fn write(
        &self,
        file: &mut UnnamedFile,
        (source, place): (&Path, &Path),
        state: &ImportState,
    ) -> Result<u64, ImportError> {
        let of_copy = |error: CopyError| match error {
            CopyError::Cancelled => ImportError::Cancelled,
            CopyError::Read(error) => failed(source, &error),
            CopyError::Write(error) => unwritten(source, place, error),
        };
        match self {
            BankContent::Whole(bank) => {
                let copied = file.copy(&mut bank.bytes(), state.is_cancelled);
                copied.map_err(of_copy)?;
                Ok(bank.hash())
            }
            BankContent::Copy(hash, path) => {
                let mut content = File::open(path).map_err(|error| failed(source, &error))?;
                let copied = file.copy(&mut content, state.is_cancelled);
                copied.map_err(of_copy)?;
                Ok(*hash)
            }
            BankContent::Pieces(bank) => {
                let written = write_pieces(bank, output(file, state), state.is_cancelled);
                written.map_err(|error| {
                    let cancelled = state.check().err();
                    cancelled.unwrap_or_else(|| of_write(error, source, place))
                })
            }
            BankContent::Joined(joined) => {
                let written = joined.write(output(file, state), state.is_cancelled);
                written.map_err(|error| of_join(error, joined, (source, place), state))
            }
        }
    }
}

/// Why sounds have not been joined. `place` is the folder that their bank is written to.
fn of_join(
    error: JoinError,
    joined: &JoinedSounds,
    (source, place): (&Path, &Path),
    state: &ImportState,
) -> ImportError {
    if let Err(cancelled) = state.check() {
        return cancelled;
    }
    match error {
        JoinError::Cancelled => ImportError::Cancelled,
        JoinError::ReadLoaded(error) => {
            let name = joined.loaded_name();
            ImportError::Failed(format!("The loaded bank {name} cannot be read: {error}"))
        }
        JoinError::ReadAdded(error) => failed(source, &error),
        JoinError::Bank(reason) => failed(source, &reason),
        JoinError::Write(error) => of_write(error, source, place),
    }
}

fn of_write(error: WriteError, source: &Path, place: &Path) -> ImportError {
    match error {
        WriteError::Io(error) => unwritten(source, place, error),
        error => failed(source, &error),
    }
}

/// The bank of a source cannot be written to the folder `place`.
fn unwritten(source: &Path, place: &Path, reason: io::Error) -> ImportError {
    let error = SaveError {
        what: "write its bank to",
        path: place.to_owned(),
        reason,
    };
    failed(source, &error)
}

/// The file to write pieces to, which are short.
fn output<'a>(file: &'a UnnamedFile, state: &ImportState<'a>) -> impl Write + Seek + 'a {
    StoppableOutput::new(BufWriter::new(file.file()), state.is_cancelled)
}

fn write_pieces(
    bank: &TrackBank,
    out: impl Write + Seek,
    is_cancelled: &AtomicBool,
) -> Result<u64, WriteError> {
    let mut writer = BankWriter::new_unless(out, bank.sounds().len(), is_cancelled)?;
    for (number, sound) in bank.sounds().iter().enumerate() {
        writer.add_sound(sound.zone, bank, number)?;
    }
    let (_, hash) = writer.finish()?;
    Ok(hash)
}

/// The bank as a file of the folder: one that is there already, or a new one of this name.
pub(super) fn saved(
    source: &Path,
    name: &str,
    content: BankContent,
    folder: &BankFolder,
    state: &ImportState,
) -> Result<NamedBank, ImportError> {
    let failed = |reason: &dyn fmt::Display| failed(source, reason);
    let Some(place) = folder.path() else {
        return Err(failed(&"there is no folder for banks"));
    };
    let read = |path: &Path| folder.read(path).map_err(|reason| failed(&reason));
    if let Some(hash) = content.hash()
        && let Some(known) = file_of(hash, folder, state)?
    {
        return read(&known);
    }
    let unless = |error: &dyn fmt::Display| state.check().err().unwrap_or_else(|| failed(error));
    let mut file = UnnamedFile::create_in(place).map_err(|error| failed(&error))?;
    let hash = content.write(&mut file, (source, place), state)?;
    if content.hash().is_none()
        && let Some(known) = file_of(hash, folder, state)?
    {
        return read(&known);
    }
    // One that is streamed from now on is in memory no longer than it has to be.
    let held = match content {
        BankContent::Whole(bank) => Some(bank),
        other => {
            drop(other);
            None
        }
    };
    let stem = plain_name(name);
    let names = (1..MOST_ALIKE).map(|number| match number {
        1 => format!("{stem}.{ENDING}"),
        _ => format!("{stem} {number}.{ENDING}"),
    });
    let named = file.name_as_one_of(names.map(|name| place.join(name)), state.is_cancelled);
    let path = named.map_err(|error| unless(&error))?;
    let path = path.ok_or_else(|| {
        let place = place.display();
        failed(&format!("{place} has too many files named {stem}"))
    })?;
    let bank = read(&path);
    drop(held);
    bank
}

/// The file of the folder with the bank of this hash. One that states it and is damaged is not it.
fn file_of(
    hash: u64,
    folder: &BankFolder,
    state: &ImportState,
) -> Result<Option<PathBuf>, ImportError> {
    // Read from the disk, whoever holds the bank that it ought to be.
    let is_whole = |path: &Path| {
        let bank = TrackBank::open(path, state.is_cancelled);
        bank.and_then(|bank| bank.check_pieces(state.is_cancelled))
            .is_ok()
    };
    for file in folder.list() {
        state.check()?;
        if sharing::hash_of_file(&file.path) == Some(hash) && is_whole(&file.path) {
            return Ok(Some(file.path));
        }
    }
    Ok(None)
}

/// A name as every system can have it: 255 bytes with the number and the ending.
fn plain_name(name: &str) -> String {
    let plain = |char: char| {
        let is_plain = char.is_alphanumeric() || " -_.#+()".contains(char);
        if is_plain { char } else { '-' }
    };
    let name = &name[..name.floor_char_boundary(MOST_NAME_BYTES)];
    let plain: String = name.chars().map(plain).collect();
    match plain.trim().trim_matches('.') {
        "" => "Recording".to_owned(),
        plain => plain.to_owned(),
    }
}
