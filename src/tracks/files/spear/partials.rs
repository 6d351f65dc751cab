//! Partials, one after another.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use super::words::Words;
use super::{Column, Header, count_remark, decimals};
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::OpenError;
use crate::tracks::files::{FileContents, FileError};
use crate::tracks::{Breakpoint, Tidied, Tracks, tidy};

/// Reads the data: of each partial its index, number of breakpoints, start and end, then these.
pub(super) fn read(
    words: &mut Words,
    header: &Header,
    is_cancelled: &AtomicBool,
) -> Result<FileContents, OpenError> {
    let mut tracks = Tracks::default();
    let mut tidied = Tidied::default();
    let mut found = 0;
    while let Some(word) = words.next() {
        Cancelled::check(is_cancelled)?;
        words.parsed(word, "the index of a partial")?;
        let count = words.count("the number of its breakpoints")?;
        words.number("the time of its start")?;
        words.number("the time of its end")?;
        let (mut phase_turns, mut label) = (None, None);
        if header.is_extended {
            phase_turns = Some(words.number("its phase")? / TAU);
            let number = words.number("its label")?;
            label = (1.0..=f64::from(u32::MAX))
                .contains(&number)
                .then_some(number as u32);
        }
        let most = words.most_left() / header.columns.len();
        let mut points = Vec::with_capacity(usize::try_from(count).map_or(most, |n| n.min(most)));
        for _ in 0..count {
            Cancelled::check(is_cancelled)?;
            points.push(breakpoint(words, &header.columns)?);
        }
        if let Some(first) = points
            .first_mut()
            .filter(|point| point.phase_turns.is_none())
        {
            first.phase_turns = phase_turns;
        }
        tidied.add(tidy(label, points, &mut tracks.tracks));
        found += 1;
    }
    let remark = count_remark(header.partials, found, "partials");
    let remarks = remark.into_iter().collect();
    Ok(FileContents::new(header.format, tracks, tidied, remarks))
}

fn breakpoint(words: &mut Words, columns: &[Column]) -> Result<Breakpoint, FileError> {
    let mut point = Breakpoint::new(f64::NAN, f64::NAN, f64::NAN);
    for column in columns {
        match column {
            Column::Time => point.time_s = words.number("a time")?,
            Column::Frequency => point.frequency_hz = words.number("a frequency")?,
            Column::Amplitude => point.amplitude = words.number("an amplitude")?,
            Column::Bandwidth => point.bandwidth = words.number("a bandwidth")?,
            Column::Phase => point.phase_turns = Some(words.number("a phase")? / TAU),
            Column::Index | Column::Unknown => {
                words.next();
            }
        }
    }
    Ok(point)
}

/// The tracks as SPEAR reads them. Phases, labels, bandwidths, pans and all that is no partial are
/// left out.
pub fn write(tracks: &Tracks) -> String {
    let mut text = format!(
        "par-text-partials-format\npoint-type time frequency amplitude\npartials-count {}\npartials-data\n",
        tracks.tracks.len()
    );
    for (index, track) in tracks.tracks.iter().enumerate() {
        let count = track.breakpoints.len();
        // A track has breakpoints; one without would break the text.
        let ends = [track.breakpoints.first(), track.breakpoints.last()];
        let [start, end] = ends.map(|point| decimals(point.map_or(0.0, |point| point.time_s)));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{index} {count} {start} {end}");
        for (place, point) in track.breakpoints.iter().enumerate() {
            let space = if place > 0 { " " } else { "" };
            let values = [point.time_s, point.frequency_hz, point.amplitude];
            let [time, frequency, amplitude] = values.map(decimals);
            let _ = write!(text, "{space}{time} {frequency} {amplitude}");
        }
        text.push('\n');
    }
    text
}
