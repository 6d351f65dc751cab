//! Frames, one after another.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use super::words::Words;
use super::{Column, Header, count_remark, decimals};
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::OpenError;
use crate::tracks::files::rows::FrameRows;
use crate::tracks::files::{FileContents, FileError};
use crate::tracks::sampling::{self, Spacing};
use crate::tracks::{Breakpoint, Tracks};

/// More are refused.
const MAX_FRAMES: u64 = 10_000_000;

/// Reads the data: of each frame its time and number of partials, then these.
pub(super) fn read(
    words: &mut Words,
    header: &Header,
    is_cancelled: &AtomicBool,
) -> Result<FileContents, OpenError> {
    let mut rows = FrameRows::default();
    let mut found = 0;
    while let Some(word) = words.next() {
        let time_s = words.parsed(word, "the time of a frame")?;
        if found == MAX_FRAMES {
            return Err(words.error(format!("more than {MAX_FRAMES} frames")).into());
        }
        found += 1;
        Cancelled::check(is_cancelled)?;
        rows.begin_frame(time_s);
        for _ in 0..words.count("the number of its partials")? {
            Cancelled::check(is_cancelled)?;
            let (index, point) = row(words, &header.columns, time_s)?;
            rows.add(index, point);
        }
    }
    let mut tracks = Tracks::default();
    let tidied = rows.add_tracks(|_| None, &mut tracks.tracks, is_cancelled)?;
    let remark = count_remark(header.frames, found, "frames");
    let remarks = remark.into_iter().collect();
    Ok(FileContents::new(header.format, tracks, tidied, remarks))
}

fn row(words: &mut Words, columns: &[Column], time_s: f64) -> Result<(u64, Breakpoint), FileError> {
    let mut index = 0;
    let mut point = Breakpoint::new(time_s, f64::NAN, f64::NAN);
    for column in columns {
        match column {
            Column::Index => index = words.count("the index of a partial")?,
            Column::Frequency => point.frequency_hz = words.number("a frequency")?,
            Column::Amplitude => point.amplitude = words.number("an amplitude")?,
            Column::Bandwidth => point.bandwidth = words.number("a bandwidth")?,
            Column::Phase => {
                point.phase_turns = Some(words.number("a phase")? / std::f64::consts::TAU);
            }
            Column::Time | Column::Unknown => {
                words.next();
            }
        }
    }
    Ok((index, point))
}

/// The tracks as frames, at times that they have in common or else every `hop_s` seconds; what is
/// asked for comes first. Returns as well how many tracks fall between two frames and are lost.
///
/// # Errors
/// If there would be too many rows.
pub fn write(tracks: &Tracks, hop_s: Option<f64>) -> Result<(String, usize), String> {
    let (frames, lost) = sampling::frames(tracks, hop_s, Spacing::Any)?;
    let mut text = format!(
        "par-text-frame-format\npoint-type index frequency amplitude\npartials-count {}\nframe-count {}\nframe-data\n",
        tracks.tracks.len(),
        frames.len()
    );
    for frame in frames {
        // Writing to a string does not fail.
        let _ = write!(text, "{} {}", decimals(frame.time_s), frame.rows.len());
        for (index, point) in frame.rows {
            let [frequency, amplitude] = [point.frequency_hz, point.amplitude].map(decimals);
            let _ = write!(text, " {index} {frequency} {amplitude}");
        }
        text.push('\n');
    }
    Ok((text, lost))
}
