//! The two text formats of SPEAR, and the extended one of RTcmix.
//!
//! * `par-text-partials-format`: a partial after another, each with its breakpoints.
//! * `par-text-partials-extended-format` (RTcmix): the same with bandwidth, start phase and label.
//! * `par-text-frame-format`: a frame after another, each with the partials that are there.
//!
//! Programs differ in where they break lines, so words are read and not lines. A decimal comma is
//! taken as a point. Counts in the header are not trusted.

mod frames;
mod partials;
mod words;

use std::sync::atomic::AtomicBool;

use super::{FileContents, FileError, FileFormat};
use crate::tracks::bank_file::OpenError;
use words::Words;

pub use frames::write as write_frames;
pub use partials::write as write_partials;

/// What a column of the data holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Index,
    Time,
    Frequency,
    Amplitude,
    Bandwidth,
    Phase,
    Unknown,
}

/// What stands before the data.
struct Header {
    format: FileFormat,
    /// Whether each partial has a phase and a label.
    is_extended: bool,
    columns: Vec<Column>,
    /// The number of partials, if the file states it.
    partials: Option<u64>,
    /// The number of frames, if the file states it.
    frames: Option<u64>,
}

/// Which of the formats this is.
pub fn format_of(bytes: &[u8]) -> Option<FileFormat> {
    match Words::new(bytes).next()? {
        b"par-text-partials-format" | b"par-text-partials-extended-format" => {
            Some(FileFormat::SpearPartials)
        }
        b"par-text-frame-format" => Some(FileFormat::SpearFrames),
        _ => None,
    }
}

/// Reads a text of any of the three formats. `is_cancelled` stops it.
///
/// # Errors
/// If it is no SPEAR text, or damaged; with the line. Or [`OpenError::Cancelled`].
pub fn read_unless(bytes: &[u8], is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
    let mut words = Words::new(bytes);
    let header = header(&mut words)?;
    match header.format {
        FileFormat::SpearFrames => frames::read(&mut words, &header, is_cancelled),
        _ => partials::read(&mut words, &header, is_cancelled),
    }
}

/// Reads up to the data.
fn header(words: &mut Words) -> Result<Header, FileError> {
    let (format, is_extended) = match words.next() {
        Some(b"par-text-partials-format") => (FileFormat::SpearPartials, false),
        Some(b"par-text-partials-extended-format") => (FileFormat::SpearPartials, true),
        Some(b"par-text-frame-format") => (FileFormat::SpearFrames, false),
        _ => return Err(words.error("this is no SPEAR text")),
    };
    let (data, needed): (&[u8], &[Column]) = match format {
        FileFormat::SpearFrames => (
            b"frame-data",
            &[Column::Index, Column::Frequency, Column::Amplitude],
        ),
        _ => (
            b"partials-data",
            &[Column::Time, Column::Frequency, Column::Amplitude],
        ),
    };
    let mut columns = needed.to_vec();
    if is_extended {
        columns.push(Column::Bandwidth);
    }
    let (mut partials, mut frames) = (None, None);
    let mut is_in_columns = false;
    loop {
        let Some(word) = words.next() else {
            let data = String::from_utf8_lossy(data);
            return Err(words.error(format!("the text ends before {data}")));
        };
        match word {
            b"point-type" => {
                columns.clear();
                is_in_columns = true;
                continue;
            }
            b"partials-count" => partials = Some(words.count("the number of partials")?),
            b"frame-count" => frames = Some(words.count("the number of frames")?),
            word if word == data => break,
            word if is_in_columns => {
                if columns.len() == 64 {
                    return Err(words.error("more than 64 columns"));
                }
                columns.push(column(word));
                continue;
            }
            _ => {}
        }
        is_in_columns = false;
    }
    if let Some(missing) = needed.iter().find(|column| !columns.contains(column)) {
        return Err(words.error(format!("point-type has no {missing:?}").to_lowercase()));
    }
    Ok(Header {
        format,
        is_extended,
        columns,
        partials,
        frames,
    })
}

fn column(word: &[u8]) -> Column {
    match word {
        b"index" => Column::Index,
        b"time" => Column::Time,
        b"frequency" => Column::Frequency,
        b"amplitude" => Column::Amplitude,
        b"bandwidth" => Column::Bandwidth,
        b"phase" => Column::Phase,
        _ => Column::Unknown,
    }
}

/// A remark where a count of the header is not what was found.
fn count_remark(told: Option<u64>, found: u64, what: &str) -> Option<String> {
    let told = told.filter(|&told| told != found)?;
    Some(format!(
        "the header tells of {told} {what}, there are {found}"
    ))
}

/// A number with at least the six decimals that SPEAR writes, and up to nine.
fn decimals(number: f64) -> String {
    let mut text = format!("{number:.9}");
    let zeros = text
        .bytes()
        .rev()
        .take(3)
        .take_while(|&c| c == b'0')
        .count();
    text.truncate(text.len() - zeros);
    text
}

#[cfg(test)]
mod tests;
