//! SDIF, the Sound Description Interchange Format, version 3: big-endian frames of matrices.
//!
//! | type | what | what is made of it |
//! |---|---|---|
//! | `RBEP` | Loris's breakpoints | index, frequency, amplitude, phase, bandwidth, time offset |
//! | `RBEL` | Loris's labels | the label of each index |
//! | `1TRC` | sines at common times | index, frequency, amplitude, phase; seven columns: an old `RBEP` that flags other rows |
//! | `1HRM` | harmonics | as `1TRC`, with the harmonic's number as index and label |
//! | `1RES` | resonances | tracks that decay: frequency, amplitude, decay rate in 1/s, phase |
//! | `1FQ0` | fundamental | the root: the median of those with a confidence |
//!
//! All other types are skipped. Fewer columns are unknown values, more are ignored.
//!
//! A frame states its size, and so do the matrices in it. Where the two differ the matrices are
//! believed if a frame follows them: Loris states the sizes of f32 in files of f64 (each RBEP frame
//! of them: 56 in place of 80 bytes for one row). Otherwise the frame is, and its last matrices are
//! left out.

mod content;
mod frame;
mod write;

use std::sync::atomic::AtomicBool;

use super::{FileContents, FileError, FileFormat};
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::OpenError;
use content::Content;
use frame::Frames;

pub use write::{write_1trc, write_rbep};

/// More are refused.
const MAX_FRAMES: usize = 10_000_000;

/// Reads an SDIF file. `is_cancelled` stops it.
///
/// # Errors
/// If it is no SDIF file, or damaged; with the offset. Or [`OpenError::Cancelled`].
pub fn read_unless(bytes: &[u8], is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
    let mut frames = Frames::new(bytes)?;
    let mut content = Content::default();
    let mut count = 0;
    while let Some(frame) = frames.next()? {
        count += 1;
        if count > MAX_FRAMES {
            let reason = format!("more than {MAX_FRAMES} frames");
            return Err(FileError::at_byte(frame.byte, reason).into());
        }
        content.begin_frame(frame.time_s);
        Cancelled::check(is_cancelled)?;
        for matrix in &frame.matrices {
            content.add(frame.stream, frame.time_s, matrix)?;
        }
    }
    let mut remarks = Vec::new();
    if frames.wrong_sizes > 0 {
        remarks.push(format!(
            "{} of {count} frames state a wrong size; their matrices were believed",
            frames.wrong_sizes
        ));
    }
    if frames.cut_frames > 0 {
        remarks.push(format!(
            "{} of {count} frames hold fewer bytes than their matrices need; these were left out",
            frames.cut_frames
        ));
    }
    let (tracks, tidied) = content.into_tracks(is_cancelled)?;
    if tracks.tracks.is_empty() {
        remarks.push(format!("no partials in {count} frames"));
    }
    Ok(FileContents::new(FileFormat::Sdif, tracks, tidied, remarks))
}

#[cfg(test)]
mod tests;
