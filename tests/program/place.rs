//! A command-line program in a folder of its own: the one that the module around this names.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::{EXECUTABLE, PROGRAM};

/// A folder.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    /// An empty one.
    pub fn new() -> Place {
        Place {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(EXECUTABLE)
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .expect("the program starts")
    }

    /// Asserts that it refuses, in one line that holds all of `parts`, and that the folder is as it
    /// was.
    pub fn refuses(&self, arguments: &[&str], parts: &[&str]) {
        let before = self.listing();
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert_eq!(error.matches('\n').count(), 1, "{error}");
        assert!(error.starts_with(&format!("{PROGRAM}: ")), "{error}");
        assert!(
            !error.contains(&format!(".{PROGRAM}-")),
            "the temporary file is no business of the user's: {error}"
        );
        for part in parts {
            assert!(error.contains(part), "{error:?} lacks {part:?}");
        }
        assert_eq!(output.stdout, b"");
        assert_eq!(self.listing(), before, "{error}");
    }

    /// Asserts that it leaves nothing behind but an error that names `output`, if that cannot be written
    /// to its end. A limit on the length of files takes the place of a full disk.
    #[cfg(unix)]
    pub fn fails_on_a_full_disk(&self, arguments: &str, output: &str) {
        let before = self.listing();
        let run = Command::new("sh")
            .current_dir(self.folder.path())
            .arg("-c")
            .arg(format!(
                "trap '' XFSZ; ulimit -f 64; exec \"$0\" {arguments}"
            ))
            .arg(EXECUTABLE)
            .output()
            .expect("a shell");
        let error = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(1), "{error}");
        assert!(
            error.starts_with(&format!("{PROGRAM}: {output}: ")),
            "{error}"
        );
        assert_eq!(error.matches('\n').count(), 1, "{error}");
        assert_eq!(self.listing(), before);
    }

    /// Names and lengths of all files.
    pub fn listing(&self) -> Vec<(String, u64)> {
        let mut listing: Vec<_> = fs::read_dir(self.folder.path())
            .expect("a folder")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let length = entry.metadata().expect("metadata").len();
                (entry.file_name().to_string_lossy().into_owned(), length)
            })
            .collect();
        listing.sort();
        listing
    }
}
