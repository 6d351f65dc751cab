//! Files of partials on the disk: what they are known by, and what they hold.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::cancelled::Cancelled;
use crate::tracks::bank_file::OpenError;
use crate::tracks::files::{self, FileContents, FileFormat};

/// Bytes by which a file of partials is known.
const HEAD_BYTES: u64 = 4_096;
/// Longer files are refused. Banks may be longer where they are opened as banks.
const MAX_BYTES: u64 = 1 << 30;
/// Bytes that are read at once.
const PIECE_BYTES: u64 = 1 << 20;

/// The format of a file of partials, or `None` if the file is something else.
///
/// # Errors
/// If the file cannot be read or is not a regular one: a pipe would be waited for, and could not be read again.
pub fn format_of(path: &Path) -> io::Result<Option<FileFormat>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(files::format_of(&head))
}

/// Reads a file of partials. `is_cancelled` stops it.
///
/// # Errors
/// If the file cannot be read, is too long, or is damaged: the place and the reason, without the file's name. Or
/// [`OpenError::Cancelled`].
pub fn read(path: &Path, is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
    let mut file = File::open(path).map_err(OpenError::Io)?;
    let mut bytes = Vec::new();
    loop {
        Cancelled::check(is_cancelled)?;
        let mut piece = (&mut file).take(PIECE_BYTES);
        if piece.read_to_end(&mut bytes).map_err(OpenError::Io)? == 0 {
            break;
        }
        if bytes.len() as u64 > MAX_BYTES {
            let reason = format!("longer than {} MiB", MAX_BYTES >> 20);
            return Err(OpenError::Io(io::Error::other(reason)));
        }
    }
    files::read_unless(&bytes, is_cancelled)
}
