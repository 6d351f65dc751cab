//! Replacing files and folders atomically: they get their final name when they are complete.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Renames `staged`, a file or folder on the same file system, to `destination`, and replaces what is
/// there. If that fails, the previous file or folder is restored.
///
/// A file that a running host has loaded stays intact for that host: the old file is renamed and
/// removed, not written to.
///
/// # Errors
/// If renaming fails; the error has both paths.
pub fn rename_over(staged: &Path, destination: &Path) -> Result<()> {
    let context = || {
        format!(
            "cannot rename '{}' to '{}'",
            staged.display(),
            destination.display()
        )
    };
    if !destination.is_dir() && fs::rename(staged, destination).is_ok() {
        return Ok(());
    }
    // A folder cannot be renamed to an existing folder, nor, on Windows, a file to one in use.
    let old = beside(destination, "old");
    remove(&old).with_context(context)?;
    let had_old = destination.symlink_metadata().is_ok();
    if had_old {
        fs::rename(destination, &old).with_context(context)?;
    }
    if let Err(error) = fs::rename(staged, destination) {
        if had_old {
            // If this fails too, the first error is still the one to report.
            let _ = fs::rename(&old, destination);
        }
        return Err(error).with_context(context);
    }
    // Windows does not remove a library while a host has it loaded; the next call does.
    let _ = remove(&old);
    Ok(())
}

/// Copies `source`, a file or folder, to `destination`, through a temporary name in the same folder.
///
/// # Errors
/// If copying or renaming fails; then `destination` is unchanged.
pub fn copy_over(source: &Path, destination: &Path) -> Result<()> {
    write_over(destination, |partial| {
        remove(partial)
            .and_then(|()| copy(source, partial))
            .with_context(|| {
                format!(
                    "cannot copy '{}' to '{}'",
                    source.display(),
                    partial.display()
                )
            })
    })
}

/// Writes a file through a temporary name in the same folder, with which `write` is called.
///
/// # Errors
/// If `write` or renaming fails; then `destination` is unchanged.
pub fn write_over(destination: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let partial = beside(destination, "partial");
    let written = write(&partial).and_then(|()| rename_over(&partial, destination));
    if written.is_err() {
        let _ = remove(&partial);
    }
    written
}

/// Removes a file, or a folder with its contents, if it exists.
///
/// # Errors
/// If it exists and cannot be removed.
pub fn remove(path: &Path) -> std::io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The temporary name `.name.suffix` for `name`. It is hidden, and hosts do not scan its extension.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{suffix}"))
}

fn copy(source: &Path, destination: &Path) -> std::io::Result<()> {
    if !source.is_dir() {
        return fs::copy(source, destination).map(drop);
    }
    fs::create_dir(destination)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        copy(&entry.path(), &destination.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new"), folder.path().join("a.vst3"));
        fs::create_dir_all(new.join("Contents")).unwrap();
        fs::write(new.join("Contents/a.so"), "new").unwrap();
        fs::create_dir(&old).unwrap();
        fs::write(old.join("stale"), "old").unwrap();

        copy_over(&new, &old).unwrap();
        assert_eq!(
            fs::read_to_string(old.join("Contents/a.so")).unwrap(),
            "new"
        );
        assert_eq!(names(&old), ["Contents"]);
        assert_eq!(names(folder.path()), ["a.vst3", "new"]);
    }

    #[test]
    fn a_failed_copy_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("a.clap");
        fs::write(&destination, "old").unwrap();

        copy_over(&folder.path().join("absent"), &destination).unwrap_err();
        write_over(&destination, |partial| {
            fs::write(partial, "half")?;
            anyhow::bail!("disk full")
        })
        .unwrap_err();
        assert_eq!(fs::read_to_string(&destination).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.clap"]);
    }
}
