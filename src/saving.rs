//! Files that are written whole or not at all.

#[cfg(all(test, unix))]
pub(crate) mod full_disk;

use std::fmt;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use tempfile::NamedTempFile;

use crate::cancelled::Cancelled;

/// Whether an existing file may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// No: that is an error, and the file stays.
    No,
    /// Yes.
    Yes,
}

/// Bytes that are written at once.
const PIECE_BYTES: usize = 1 << 20;

/// Why content could not be copied to a file.
#[derive(Debug)]
pub enum CopyError {
    /// The content could not be read.
    Read(io::Error),
    /// The file could not be written.
    Write(io::Error),
    /// The caller asked to stop.
    Cancelled,
}

impl From<CopyError> for io::Error {
    fn from(error: CopyError) -> io::Error {
        match error {
            CopyError::Read(error) | CopyError::Write(error) => error,
            CopyError::Cancelled => io::Error::other(Cancelled),
        }
    }
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
    write_unless(path, content.as_ref(), overwrite, &AtomicBool::new(false))
}

/// Writes a file as [`write`] does, unless `is_cancelled` is set before it has its name.
///
/// # Errors
/// If the system cannot, or [`Cancelled`] as the reason; what was there before stays as it was.
pub fn write_unless(
    path: &Path,
    content: &[u8],
    overwrite: Overwrite,
    is_cancelled: &AtomicBool,
) -> Result<(), SaveError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |reason| SaveError {
        what: "write",
        path: path.to_owned(),
        reason,
    };
    let mut file = UnnamedFile::create_in(folder)?;
    let copied = file.copy(&mut { content }, is_cancelled);
    copied.map_err(|error| failed(error.into()))?;
    file.complete(is_cancelled).map_err(failed)?;
    let named = match overwrite {
        Overwrite::No => file.file.persist_noclobber(path),
        Overwrite::Yes => file.file.persist(path),
    };
    named.map(drop).map_err(|error| failed(error.error))
}

/// A file that is being written and has no name of its own yet. Dropped before it has one, it leaves nothing.
pub struct UnnamedFile {
    file: NamedTempFile,
}

impl UnnamedFile {
    /// An empty one in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the system cannot.
    pub fn create_in(folder: &Path) -> Result<UnnamedFile, SaveError> {
        let failed = |what| {
            move |reason| SaveError {
                what,
                path: folder.to_owned(),
                reason,
            }
        };
        fs::create_dir_all(folder).map_err(failed("make"))?;
        // Scans of folders skip names that begin with a dot, should this file be left behind.
        let file = NamedTempFile::with_prefix_in(".saving-", folder);
        let file = file.map_err(failed("write to"))?;
        Ok(UnnamedFile { file })
    }

    /// The file to write to.
    pub fn file(&self) -> &fs::File {
        self.file.as_file()
    }

    /// Writes what is read.
    ///
    /// # Errors
    /// If the content cannot be read, or the file cannot be written, or it is cancelled.
    pub fn copy(
        &mut self,
        content: &mut dyn Read,
        is_cancelled: &AtomicBool,
    ) -> Result<(), CopyError> {
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            Cancelled::check(is_cancelled).map_err(|_| CopyError::Cancelled)?;
            let bytes = content.read(&mut piece).map_err(CopyError::Read)?;
            if bytes == 0 {
                return Ok(());
            }
            // Not by way of what holds the file, whose errors name the temporary one.
            let written = self.file().write_all(&piece[..bytes]);
            written.map_err(CopyError::Write)?;
        }
    }

    /// Brings all to the disk.
    fn complete(&mut self, is_cancelled: &AtomicBool) -> io::Result<()> {
        Cancelled::check(is_cancelled).map_err(io::Error::other)?;
        self.file.as_file().sync_all()?;
        readable_as_others(self.file.as_file())?;
        Cancelled::check(is_cancelled).map_err(io::Error::other)
    }

    /// Brings all to the disk, and gives the file the first of these names that no file has. Returns that; `None` if
    /// all are taken.
    ///
    /// # Errors
    /// If the system cannot, or [`Cancelled`].
    pub fn name_as_one_of(
        mut self,
        paths: impl Iterator<Item = PathBuf>,
        is_cancelled: &AtomicBool,
    ) -> Result<Option<PathBuf>, SaveError> {
        let failed = |path: &Path, reason| SaveError {
            what: "write",
            path: path.to_owned(),
            reason,
        };
        let mut paths = paths.peekable();
        let Some(target) = paths.peek() else {
            return Ok(None);
        };
        let completed = self.complete(is_cancelled);
        completed.map_err(|reason| failed(target, reason))?;
        for path in paths {
            match self.file.persist_noclobber(&path) {
                Ok(_) => return Ok(Some(path)),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    self.file = error.file;
                }
                Err(error) => return Err(failed(&path, error.error)),
            }
        }
        Ok(None)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cancelled_leaves_nothing_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let write = |text: &[u8], is_cancelled| {
            write_unless(&path, text, Overwrite::Yes, &AtomicBool::new(is_cancelled))
        };
        let names = || fs::read_dir(folder.path()).expect("a folder").count();
        assert!(write(b"one", true).is_err_and(|error| error.reason.to_string() == "cancelled"));
        assert_eq!(names(), 0);
        assert!(write(b"one", false).is_ok() && write(b"two", true).is_err());
        assert_eq!(fs::read(&path).expect("a file"), b"one");
        assert_eq!(names(), 1);
    }
}
