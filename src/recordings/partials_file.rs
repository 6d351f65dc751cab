//! Files of partials on the disk: what they are known by, and what they hold.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use crate::tracks::files::{self, FileContents, FileFormat};

/// Bytes by which a file of partials is known.
const HEAD_BYTES: u64 = 4_096;
/// Longer files are refused. Banks may be longer where they are opened as banks.
const MAX_BYTES: u64 = 1 << 30;

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

/// Reads a file of partials.
///
/// # Errors
/// If the file cannot be read, is too long, or is damaged: the place and the reason, without the file's name.
pub fn read(path: &Path) -> Result<FileContents, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("longer than {} MiB", MAX_BYTES >> 20));
    }
    files::read(&bytes).map_err(|error| error.to_string())
}
