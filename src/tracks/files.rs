//! Files of partials: those of other programs, and the bank.
//!
//! | format | read | written |
//! |---|---|---|
//! | SPEAR text, partials and frames | [`spear`] | [`spear`] |
//! | SDIF: `RBEP`, `1TRC`, `1HRM`, `1RES` | [`sdif`] | [`sdif`]: `RBEP`, `1TRC` |
//! | ATS, types 1 to 4 | [`ats`] | [`ats`] |
//! | the bank | [`bank_file`](super::bank_file) | [`bank_file`](super::bank_file) |
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
use std::sync::atomic::AtomicBool;

use super::bank_file::{OpenError, TrackBank, ZonedTracks};
use super::{Tidied, Tracks};

/// A format of partials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// The bank.
    Bank,
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
            FileFormat::Bank => "bank",
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
    /// A line of a text, counted from 1.
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

    /// The same, of a part that begins so many bytes after the start of the file.
    pub(super) fn moved(mut self, bytes: usize) -> FileError {
        if let FilePlace::Byte(byte) = &mut self.place {
            *byte += bytes;
        }
        self
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
    /// Its partials; of a bank those of its first sound.
    pub tracks: Tracks,
    /// All sounds of a bank, empty for other formats.
    pub sounds: Vec<ZonedTracks>,
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
            sounds: Vec::new(),
            remarks,
        }
    }

    fn of_bank(bank: &TrackBank, is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
        let sounds = bank.sounds().iter().enumerate();
        let sounds = sounds.map(|(number, sound)| {
            Ok(ZonedTracks {
                zone: sound.zone,
                tracks: bank.read_tracks_unless(number, is_cancelled)?,
            })
        });
        let sounds = sounds.collect::<Result<Vec<ZonedTracks>, OpenError>>()?;
        let first = sounds.first().map(|sound| sound.tracks.clone());
        Ok(FileContents {
            format: FileFormat::Bank,
            tracks: first.unwrap_or_default(),
            sounds,
            remarks: Vec::new(),
        })
    }

    /// All that the file holds: one sound for all keys, if it says nothing of zones.
    pub fn into_sounds(self) -> Vec<ZonedTracks> {
        if self.sounds.is_empty() {
            return vec![ZonedTracks {
                tracks: self.tracks,
                ..ZonedTracks::default()
            }];
        }
        self.sounds
    }
}

/// Which format this is, by its first bytes.
pub fn format_of(bytes: &[u8]) -> Option<FileFormat> {
    if TrackBank::is_bank(bytes) {
        Some(FileFormat::Bank)
    } else if bytes.starts_with(b"SDIF") {
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
    let read = read_unless(bytes, &AtomicBool::new(false));
    read.map_err(|error| match error {
        OpenError::File(error) => error,
        error => FileError::at_byte(0, error.to_string()),
    })
}

/// As [`read`]; `is_cancelled` stops it.
///
/// # Errors
/// As there, or [`OpenError::Cancelled`].
pub fn read_unless(bytes: &[u8], is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
    match format_of(bytes) {
        Some(FileFormat::Bank) => {
            FileContents::of_bank(&TrackBank::from_bytes(bytes)?, is_cancelled)
        }
        Some(FileFormat::SpearPartials | FileFormat::SpearFrames) => {
            spear::read_unless(bytes, is_cancelled)
        }
        Some(FileFormat::Sdif) => sdif::read_unless(bytes, is_cancelled),
        Some(FileFormat::Ats) => ats::read_unless(bytes, is_cancelled),
        None => Err(OpenError::File(FileError::at_byte(
            0,
            "this is neither a bank nor SPEAR text nor SDIF nor ATS",
        ))),
    }
}

#[cfg(test)]
mod tests;
