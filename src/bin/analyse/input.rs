//! What is read: files of partials. (Sound files, once they are analysed, come in here too.)

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use aliquot::tracks::bank_file::ZonedTracks;
use aliquot::tracks::files::{self, FileFormat};

/// Longer files are refused.
const MAX_BYTES: u64 = 1 << 30;

/// An input.
pub struct Input {
    pub path: PathBuf,
    pub format: FileFormat,
    /// At least one.
    pub sounds: Vec<ZonedTracks>,
    /// What is not as it should be.
    pub remarks: Vec<String>,
}

/// Reads a file of partials; an error names it.
pub fn read(path: &Path) -> Result<Input, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|error| named(&error))?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| named(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(named(&format!("longer than {} MB", MAX_BYTES >> 20)));
    }
    let mut contents = files::read(&bytes).map_err(|error| named(&error))?;
    Ok(Input {
        path: path.to_owned(),
        format: contents.format,
        remarks: std::mem::take(&mut contents.remarks),
        sounds: contents.into_sounds(),
    })
}
