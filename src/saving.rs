//! Files that are written whole or not at all.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Whether an existing file may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// No: that is an error, and the file stays.
    No,
    /// Yes.
    Yes,
}

/// Why a file could not be written.
#[derive(Debug)]
pub struct SaveError {
    /// The operation, such as "write".
    pub what: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The system's error.
    pub reason: io::Error,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SaveError { what, path, reason } = self;
        write!(f, "Cannot {what} {}: {reason}", path.display())
    }
}

impl std::error::Error for SaveError {}

/// Writes a file to a temporary one, which is then renamed. Creates its folder.
///
/// # Errors
/// If the system cannot; what was there before stays as it was.
pub fn write(
    path: &Path,
    content: impl AsRef<[u8]>,
    overwrite: Overwrite,
) -> Result<(), SaveError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|reason| SaveError {
        what: "make",
        path: folder.to_owned(),
        reason,
    })?;
    let save = || -> io::Result<()> {
        // Scans of folders skip names that begin with a dot, should this file be left behind.
        let mut file = NamedTempFile::with_prefix_in(".saving-", folder)?;
        file.write_all(content.as_ref())?;
        file.as_file().sync_all()?;
        readable_as_others(file.as_file())?;
        let kept = match overwrite {
            Overwrite::No => file.persist_noclobber(path),
            Overwrite::Yes => file.persist(path),
        };
        kept.map(drop).map_err(|error| error.error)
    };
    save().map_err(|reason| SaveError {
        what: "write",
        path: path.to_owned(),
        reason,
    })
}

/// Gives the file normal permissions; a temporary file is readable by its owner only.
#[cfg(unix)]
fn readable_as_others(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_as_others(_: &fs::File) -> io::Result<()> {
    Ok(())
}
