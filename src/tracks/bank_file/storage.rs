//! The bytes of a bank, in memory of our own.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::OpenError;
use super::layout::MAX_BYTES;
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
    fn zeros(length: usize) -> Storage {
        Storage {
            words: vec![0; length.div_ceil(8)],
            length,
        }
    }

    /// A copy of bytes.
    pub(super) fn copied(bytes: &[u8]) -> Storage {
        let mut storage = Storage::zeros(bytes.len());
        storage.bytes_mut().copy_from_slice(bytes);
        storage
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.length]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.length]
    }
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
        let reason = format!("{} MB, more than {}", length >> 20, MOST_READ_BYTES >> 20);
        return Err(OpenError::File(FileError::at_byte(0, reason)));
    }
    let mut storage = Storage::zeros(length as usize);
    for piece in storage.bytes_mut().chunks_mut(PIECE_BYTES) {
        if is_cancelled.load(Ordering::Relaxed) {
            return Err(OpenError::Cancelled);
        }
        file.read_exact(piece).map_err(OpenError::Io)?;
    }
    Ok(storage)
}
