//! Files that are written whole or not at all.

#[cfg(all(test, unix))]
pub(crate) mod full_disk;

use std::fmt;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

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

/// So begins the name of a file that is being written. Scans of folders skip names that begin with a dot.
const UNNAMED: &str = ".saving-";

/// A file that nobody has written to for so long may be one that was left behind.
const LEFT_AFTER: Duration = Duration::from_secs(3_600);

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
    /// An empty one in a folder, which is made if it is not there. What earlier ones left behind there is removed.
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
        remove_left_behind(folder);
        let file = NamedTempFile::with_prefix_in(UNNAMED, folder);
        let file = file.map_err(failed("write to"))?;
        // Tells others that it is being written, until it is closed. Where the system has no locks, they cannot tell and
        // leave it.
        let _ = file.as_file().try_lock();
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

/// Removes what processes left behind in a folder that ended, or were ended, while they wrote. What cannot be removed
/// stays.
fn remove_left_behind(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let is_unnamed = is_unnamed(name.as_encoded_bytes());
        // Neither a link nor a pipe, which would be waited for.
        let is_file = || entry.file_type().is_ok_and(|of| of.is_file());
        if is_unnamed && is_file() {
            let _ = remove_if_left_behind(&entry.path());
        }
    }
}

/// Whether a name is one of those that `tempfile` makes for us: [`UNNAMED`] and six letters or digits.
fn is_unnamed(name: &[u8]) -> bool {
    let random = name.strip_prefix(UNNAMED.as_bytes());
    random.is_some_and(|random| random.len() == 6 && random.iter().all(u8::is_ascii_alphanumeric))
}

/// Removes a file if nobody writes it: whoever does has locked it, or has created it just now.
fn remove_if_left_behind(path: &Path) -> io::Result<()> {
    let file = fs::File::options().write(true).open(path)?;
    let age = file.metadata()?.modified()?.elapsed();
    // One of the future is not old.
    if age.is_ok_and(|age| age >= LEFT_AFTER) && file.try_lock().is_ok() {
        fs::remove_file(path)?;
    }
    Ok(())
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
    use std::time::SystemTime;

    use super::*;

    /// Of a process that was ended; of one that writes yet, though slowly; of one that has just begun; and others' files.
    #[test]
    fn what_nobody_writes_any_more_is_removed_when_the_next_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = SystemTime::now() - 2 * LEFT_AFTER;
        let file = |name: &str, modified: SystemTime| {
            let path = folder.path().join(name);
            let file = fs::File::create(&path).expect("a file");
            file.set_modified(modified).expect("a time");
            path
        };
        let left = file(".saving-left01", old);
        let begun = file(".saving-begun1", SystemTime::now());
        let future = file(".saving-future", SystemTime::now() + 2 * LEFT_AFTER);
        let others = [".other1", "saving-", ".saving-plans.txt"];
        let [hidden, named, plans] = others.map(|name| file(name, old));
        fs::create_dir(folder.path().join(".saving-folder")).expect("a folder");
        let writing = UnnamedFile::create_in(folder.path()).expect("a file");
        assert!(!left.exists(), "the first removes it");
        writing.file().set_modified(old).expect("a time");
        write(&named, b"new", Overwrite::Yes).expect("a file");
        for path in [
            &begun,
            &future,
            &hidden,
            &named,
            &plans,
            writing.file.path(),
        ] {
            assert!(path.is_file(), "{}", path.display());
        }
        // Whoever wrote it is gone, and did not remove it.
        let path = writing.file.path().to_owned();
        let (closed, kept) = writing.file.keep().expect("it stays");
        drop(closed);
        assert_eq!(kept, path);
        write(&named, b"newer", Overwrite::Yes).expect("a file");
        assert!(!path.exists());
        assert!(folder.path().join(".saving-folder").is_dir());
    }

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
