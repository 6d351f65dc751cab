//! The bytes of a bank: in memory of our own, or mapped.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use memmap2::Mmap;

use super::load::BankHasher;
use super::{MAPPED_FROM_BYTES, OpenError};
use crate::tracks::files::FileError;

/// The bytes of a bank, at an address that is a multiple of eight.
pub(super) enum Storage {
    Owned { words: Vec<u64>, length: usize },
    Mapped(Mmap),
}

impl Storage {
    /// A copy of bytes.
    pub(super) fn copied(bytes: &[u8]) -> Storage {
        let mut words = vec![0_u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Storage::Owned {
            words,
            length: bytes.len(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Storage::Owned { words, length } => &bytemuck::cast_slice(words)[..*length],
            Storage::Mapped(map) => map,
        }
    }
}

/// Reads or maps a file, and checks its hash. `is_cancelled` stops it.
pub(super) fn open(path: &Path, is_cancelled: &AtomicBool) -> Result<Storage, OpenError> {
    let mut file = File::open(path).map_err(OpenError::Io)?;
    let metadata = file.metadata().map_err(OpenError::Io)?;
    if !metadata.is_file() {
        return Err(OpenError::Io(io::Error::other("not a regular file")));
    }
    if metadata.len() < MAPPED_FROM_BYTES {
        let mut bytes = Vec::new();
        // No more, should it grow meanwhile.
        let read = file.take(MAPPED_FROM_BYTES).read_to_end(&mut bytes);
        read.map_err(OpenError::Io)?;
        super::load::checked_hash(&bytes).map_err(OpenError::File)?;
        return Ok(Storage::copied(&bytes));
    }
    // Through the file and not the map, so that the process keeps none of it.
    let mut hasher = BankHasher::default();
    let mut chunk = vec![0; 1 << 20];
    loop {
        if is_cancelled.load(Ordering::Relaxed) {
            return Err(OpenError::Cancelled);
        }
        let count = read_chunk(&mut file, &mut chunk).map_err(OpenError::Io)?;
        if count == 0 {
            break;
        }
        hasher.add(&mut chunk[..count]);
    }
    hasher.check().map_err(OpenError::File)?;
    map(&file).map_err(OpenError::Io).and_then(|map| {
        // Else the file was another one when it was hashed.
        if map.len() as u64 == metadata.len() {
            Ok(Storage::Mapped(map))
        } else {
            let error = FileError::at_byte(0, "the file changed while it was read");
            Err(OpenError::File(error))
        }
    })
}

/// Fills the chunk as far as the file goes.
fn read_chunk(file: &mut File, chunk: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < chunk.len() {
        match file.read(&mut chunk[count..]) {
            Ok(0) => break,
            Ok(read) => count += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only, of a file opened for reading. Rust's promise that the bytes do
    // not change is kept by those who write banks: ours are written to a new file that takes the
    // place of the old one by its name, and the map keeps the old one. Should another program write
    // into the file nevertheless, only frames are read from the map after it was checked, and every
    // value of them is one; what offsets and counts are made of was copied.
    unsafe { Mmap::map(file) }
}
