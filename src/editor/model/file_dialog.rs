//! The system's dialogue that chooses a file, in a thread of its own: the window goes on meanwhile.
//!
//! It is the `rfd` crate's: on Linux the desktop's portal, or else the program `zenity`, on Windows the system's own.
//! On macOS a dialogue has to run in the thread that draws, which the host owns: there is none, and paths are typed.

use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A dialogue that ends earlier without a file was never shown.
const LEAST: Duration = Duration::from_millis(400);

/// What came of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChosenFile {
    /// This file.
    File(PathBuf),
    /// The user closed the dialogue.
    None,
    /// The system has no dialogue to show.
    NoDialog,
}

/// A dialogue that is open. Dropped, it stays open, and what it chooses is forgotten.
pub struct FileDialog {
    thread: JoinHandle<ChosenFile>,
}

impl FileDialog {
    /// Whether there are dialogues on this system.
    pub const EXISTS: bool = cfg!(not(target_os = "macos"));

    /// Opens one for files with any of these endings, called `kind`; `None` if the system has no thread for it.
    pub fn open(
        title: &'static str,
        kind: &'static str,
        endings: &'static [&str],
    ) -> Option<FileDialog> {
        let run = move || {
            let begun = Instant::now();
            match ask(title, kind, endings) {
                Some(path) => ChosenFile::File(path),
                None if begun.elapsed() < LEAST => ChosenFile::NoDialog,
                None => ChosenFile::None,
            }
        };
        let thread = thread::Builder::new().name("aliquot file dialog".to_owned());
        let thread = thread.spawn(run).ok()?;
        Some(FileDialog { thread })
    }

    /// Whether it has been closed.
    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// What came of it; waits until it is closed.
    pub fn outcome(self) -> ChosenFile {
        self.thread.join().unwrap_or(ChosenFile::NoDialog)
    }
}

#[cfg(not(target_os = "macos"))]
fn ask(title: &str, kind: &str, endings: &[&str]) -> Option<PathBuf> {
    rfd::FileDialog::new()
        .set_title(title)
        .add_filter(kind, endings)
        .add_filter("All files", &["*"])
        .pick_file()
}

#[cfg(target_os = "macos")]
fn ask(_: &str, _: &str, _: &[&str]) -> Option<PathBuf> {
    None
}
