//! An output that is written beside its final name and renamed when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::PROGRAM;

/// A file being written. Dropped before [`WholeFile::finish`], it leaves nothing behind.
pub struct WholeFile {
    file: File,
    temporary: TempPath,
    path: PathBuf,
}

impl WholeFile {
    /// Opens a temporary file in the target's folder, with the permissions of the file that it will
    /// take the place of. If the target is there and is no file, the error is `not_a_file`.
    pub fn create(target: &Path, not_a_file: &str) -> io::Result<WholeFile> {
        // The file that a link leads to is the one to replace.
        let path = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let permissions = match fs::metadata(&path) {
            Ok(metadata) if !metadata.is_file() => return Err(io::Error::other(not_a_file)),
            // Renaming would pass over a file's own protection.
            Ok(metadata) => {
                OpenOptions::new().write(true).open(&path)?;
                Some(metadata.permissions())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Opened by us, with any new file's permissions: tempfile's are narrower, and its errors name
        // a file that means nothing to the user.
        let (file, temporary) = tempfile::Builder::new()
            .prefix(&format!(".{PROGRAM}-"))
            .make_in(folder, |path| {
                OpenOptions::new().write(true).create_new(true).open(path)
            })?
            .into_parts();
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        Ok(WholeFile {
            file,
            temporary,
            path,
        })
    }

    /// The file to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Brings everything to the disk and gives the file its name.
    pub fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        let kept = self.temporary.persist(&self.path);
        kept.map_err(|error| error.error)
    }
}

/// Whether both names lead to one file, through whatever links.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    // Where a file has a number, names that differ in case alone are recognised as the same file too.
    #[cfg(unix)]
    let identity = |path: &Path| {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).map(|file| (file.dev(), file.ino()))
    };
    #[cfg(not(unix))]
    let identity = |path: &Path| fs::canonicalize(path);
    match (identity(a), identity(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
