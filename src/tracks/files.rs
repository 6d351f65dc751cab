//! Files of partials: those of other programs, and the bank.
//!
//! | format | read | written |
//! |---|---|---|
//! | SPEAR text, partials and frames | [`spear`] | [`spear`] |
//! | SDIF: `RBEP`, `1TRC`, `1HRM`, `1RES` | [`sdif`] | [`sdif`]: `RBEP`, `1TRC` |
//! | ATS, types 1 to 4 | [`ats`] | [`ats`] |
//!
//! [`read`] knows them by their first bytes. Whatever these are, it ends with tracks or with an
//! error that names the place; memory and time are in proportion to the file.

pub mod ats;
mod bytes;
#[cfg(test)]
mod fixtures;
mod rows;
pub mod sdif;
pub mod spear;

use std::fmt;

use super::{Tidied, Tracks};

/// A format of partials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// SPEAR's "Text – Partials".
    SpearPartials,
    /// SPEAR's "Text – Resampled Frames".
    SpearFrames,
    /// SDIF.
    Sdif,
    /// ATS.
    Ats,
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileFormat::SpearPartials => "SPEAR text (partials)",
            FileFormat::SpearFrames => "SPEAR text (frames)",
            FileFormat::Sdif => "SDIF",
            FileFormat::Ats => "ATS",
        })
    }
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePlace {
    /// Of a text, counted from 1.
    Line(usize),
    /// Offset from the start, counted from 0.
    Byte(usize),
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilePlace::Line(line) => write!(f, "line {line}"),
            FilePlace::Byte(byte) => write!(f, "byte {byte}"),
        }
    }
}

/// Why a file of partials cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Where.
    pub place: FilePlace,
    /// What is wrong there.
    pub reason: String,
}

impl FileError {
    pub(super) fn at_line(line: usize, reason: impl Into<String>) -> FileError {
        FileError {
            place: FilePlace::Line(line),
            reason: reason.into(),
        }
    }

    pub(super) fn at_byte(byte: usize, reason: impl Into<String>) -> FileError {
        FileError {
            place: FilePlace::Byte(byte),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for FileError {}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FileContents {
    /// Its format.
    pub format: FileFormat,
    /// Its partials.
    pub tracks: Tracks,
    /// What is not as it should be, and what was done about it: one sentence each, without its full
    /// stop.
    pub remarks: Vec<String>,
}

impl FileContents {
    /// `tracks` whose breakpoints had to be changed as `tidied` says. Gives them a duration where
    /// they have none.
    fn new(
        format: FileFormat,
        mut tracks: Tracks,
        tidied: Tidied,
        mut remarks: Vec<String>,
    ) -> FileContents {
        if tidied != Tidied::default() {
            remarks.push(tidied.to_string());
        }
        tracks.duration_s = tracks.end_s();
        FileContents {
            format,
            tracks,
            remarks,
        }
    }
}

/// Which format this is, by its first bytes.
pub fn format_of(bytes: &[u8]) -> Option<FileFormat> {
    if bytes.starts_with(b"SDIF") {
        Some(FileFormat::Sdif)
    } else if ats::is_ats(bytes) {
        Some(FileFormat::Ats)
    } else {
        spear::format_of(bytes)
    }
}

/// Reads a file of any of the formats.
///
/// # Errors
/// If the bytes are of none of them, or damaged.
pub fn read(bytes: &[u8]) -> Result<FileContents, FileError> {
    match format_of(bytes) {
        Some(FileFormat::SpearPartials | FileFormat::SpearFrames) => spear::read(bytes),
        Some(FileFormat::Sdif) => sdif::read(bytes),
        Some(FileFormat::Ats) => ats::read(bytes),
        None => Err(FileError::at_byte(
            0,
            "this is neither SPEAR text nor SDIF nor ATS",
        )),
    }
}

#[cfg(test)]
mod tests;
