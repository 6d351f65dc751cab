//! The bytes of a bank, in memory of our own.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::layout::{HEADER_BYTES, MAX_BYTES};
use super::{OpenError, load, pieces};
use crate::cancelled::Cancelled;
use crate::tracks::files::FileError;

/// Bytes of a file that is read, at most: sections beside the frames are above what banks are built up to.
const MOST_READ_BYTES: u64 = 2 * MAX_BYTES;
/// Bytes that are read at once.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of a bank, at an address that is a multiple of eight.
pub(super) struct Storage {
    words: Vec<u64>,
    length: usize,
}

impl Storage {
    /// So many zeros; `None` if there is no memory for them.
    fn zeros(length: usize) -> Option<Storage> {
        let count = length.div_ceil(8);
        let mut words = Vec::new();
        words.try_reserve_exact(count).ok()?;
        words.resize(count, 0);
        Some(Storage { words, length })
    }

    /// A copy of bytes.
    pub(super) fn copied(bytes: &[u8]) -> Storage {
        let mut words = vec![0; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Storage {
            words,
            length: bytes.len(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.length]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.length]
    }
}

/// Whether a file is a bank whose sounds are streamed.
pub(super) fn is_streamed(path: &Path) -> Result<bool, OpenError> {
    let file = File::open(path).map_err(OpenError::Io)?;
    if !file.metadata().map_err(OpenError::Io)?.is_file() {
        return Err(OpenError::Io(io::Error::other("not a regular file")));
    }
    let mut head = Vec::new();
    let mut first = file.take(HEADER_BYTES as u64);
    first.read_to_end(&mut head).map_err(OpenError::Io)?;
    Ok(pieces::is_streamed(&head))
}

/// Reads a file whole. `is_cancelled` stops it.
pub(super) fn read(path: &Path, is_cancelled: &AtomicBool) -> Result<Storage, OpenError> {
    let mut file = File::open(path).map_err(OpenError::Io)?;
    let metadata = file.metadata().map_err(OpenError::Io)?;
    if !metadata.is_file() {
        return Err(OpenError::Io(io::Error::other("not a regular file")));
    }
    let length = metadata.len();
    if length > MOST_READ_BYTES {
        let reason = format!("{length} bytes; at most {MOST_READ_BYTES} can be read");
        return Err(OpenError::File(FileError::at_byte(0, reason)));
    }
    // Another file is refused before memory is taken for all of it.
    let mut head = Vec::new();
    let mut first = (&mut file).take(HEADER_BYTES as u64);
    first.read_to_end(&mut head).map_err(OpenError::Io)?;
    load::check_header(&head, length).map_err(OpenError::File)?;
    file.rewind().map_err(OpenError::Io)?;
    let mut storage = Storage::zeros(length as usize)
        .ok_or_else(|| OpenError::Io(io::ErrorKind::OutOfMemory.into()))?;
    for piece in storage.bytes_mut().chunks_mut(PIECE_BYTES) {
        Cancelled::check(is_cancelled)?;
        file.read_exact(piece).map_err(OpenError::Io)?;
    }
    Ok(storage)
}
