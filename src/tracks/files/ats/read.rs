//! Reads ATS.

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::noise::{ATS_BANDS, Conversion};
use super::{ByteOrder, HEADER_VALUES, VALUE_BYTES};
use crate::cancelled::Cancelled;
use crate::tracks::bands::NOISE_BANDS;
use crate::tracks::bank_file::OpenError;
use crate::tracks::files::{FileContents, FileError, FileFormat};
use crate::tracks::{BandNoise, Breakpoint, Tidied, Tracks, tidy};

/// Places of the header's values.
const RATE: usize = 1;
const FRAME_SIZE: usize = 2;
const WINDOW: usize = 3;
const PARTIALS: usize = 4;
const FRAMES: usize = 5;
const DURATION: usize = 8;
const TYPE: usize = 9;
/// More frames are refused.
const MAX_FRAMES: usize = 10_000_000;
/// Louder noise than this comes of damage.
const MAX_POWER: f64 = 1e12;

/// How the file is laid out.
struct Layout<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    partials: usize,
    frames: usize,
    /// Values of each partial in a frame: 2, or 3 with the phase.
    partial_values: usize,
    /// How many noise bands there are.
    bands: usize,
    window: f64,
    hop_s: f64,
}

/// Reads a file of ATS, in either order of bytes. `is_cancelled` stops it.
///
/// # Errors
/// If it is no ATS file, or damaged; with the offset. Or [`OpenError::Cancelled`].
pub fn read_unless(bytes: &[u8], is_cancelled: &AtomicBool) -> Result<FileContents, OpenError> {
    let (layout, mut remarks) = Layout::new(bytes)?;
    let mut tracks = Tracks::default();
    let mut tidied = Tidied::default();
    let times: Vec<f64> = (0..layout.frames).map(|f| layout.time_s(f)).collect();
    for partial in 0..layout.partials {
        Cancelled::check(is_cancelled)?;
        for run in layout.runs(partial) {
            Cancelled::check(is_cancelled)?;
            let points = run.map(|frame| layout.breakpoint(frame, partial, times[frame]));
            let mut points: Vec<Breakpoint> = points.collect();
            give_silent_ends_a_frequency(&mut points);
            tidied.add(tidy(None, points, &mut tracks.tracks));
        }
    }
    if layout.bands > 0 {
        if layout.bands != ATS_BANDS {
            remarks.push(format!(
                "{} noise bands in place of {ATS_BANDS}; the first {ATS_BANDS} were read",
                layout.bands
            ));
        }
        tracks.noise = Some(layout.noise(is_cancelled)?);
    }
    let duration_s = layout.header(DURATION);
    if (0.0..=86_400.0).contains(&duration_s) {
        tracks.duration_s = duration_s;
    }
    Ok(FileContents::new(FileFormat::Ats, tracks, tidied, remarks))
}

/// An error at a value.
fn error<T>(place: usize, reason: impl Into<String>) -> Result<T, FileError> {
    Err(FileError::at_byte(VALUE_BYTES * place, reason))
}

/// A partial that has not been there yet has the frequency 0 in some files: it begins with the one
/// that it sounds with.
fn give_silent_ends_a_frequency(points: &mut [Breakpoint]) {
    let is_without = |point: &Breakpoint| point.amplitude == 0.0 && point.frequency_hz == 0.0;
    if let [first, second, ..] = points
        && is_without(first)
    {
        first.frequency_hz = second.frequency_hz;
    }
    if let [.., before, last] = points
        && is_without(last)
    {
        last.frequency_hz = before.frequency_hz;
    }
}

impl<'a> Layout<'a> {
    fn new(bytes: &'a [u8]) -> Result<(Layout<'a>, Vec<String>), FileError> {
        let Some(order) = ByteOrder::of(bytes) else {
            return error(0, "this is no ATS file");
        };
        let values = bytes.len() / VALUE_BYTES;
        if values < HEADER_VALUES {
            return error(0, "the file ends in its header");
        }
        let header = |place: usize| order.value(bytes, place).unwrap_or(f64::NAN);
        let kind = header(TYPE);
        let (partial_values, has_noise) = match kind {
            1.0 => (2, false),
            2.0 => (3, false),
            3.0 => (2, true),
            4.0 => (3, true),
            _ => return error(TYPE, format!("found type {kind}, expected 1 to 4")),
        };
        let whole = |place: usize, most: usize, what: &str| {
            let number = header(place);
            if (0.0..=most as f64).contains(&number) && number.fract() == 0.0 {
                return Ok(number as usize);
            }
            error(
                place,
                format!("found {number} {what}, expected 0 to {most}"),
            )
        };
        let frames = whole(FRAMES, MAX_FRAMES, "frames")?;
        let partials = whole(PARTIALS, values, "partials")?;
        let (rate, frame_size) = (header(RATE), header(FRAME_SIZE));
        if !(1.0..=1e7).contains(&rate) || !(1.0..=1e7).contains(&frame_size) {
            let found = format!("found {rate} Hz and frames of {frame_size} samples");
            return error(RATE, found);
        }
        let mut layout = Layout {
            bytes,
            order,
            partials,
            frames,
            partial_values,
            bands: 0,
            window: header(WINDOW).clamp(1.0, 1e7),
            hop_s: frame_size / rate,
        };
        let remarks = layout.fit(has_noise)?;
        Ok((layout, remarks))
    }

    /// Finds how many bands there are: writers differ, and the file's length decides.
    fn fit(&mut self, has_noise: bool) -> Result<Vec<String>, FileError> {
        let (bytes, frames, partials) = (self.bytes.len(), self.frames, self.partials);
        let frame_values = 1 + partials * self.partial_values;
        let left = bytes / VALUE_BYTES - HEADER_VALUES;
        let held = left.checked_div(frames).unwrap_or(frame_values);
        if held < frame_values {
            let needed = VALUE_BYTES * (HEADER_VALUES + frames * frame_values);
            let reason = format!(
                "the file ends here; {frames} frames of {partials} partials need {needed} bytes"
            );
            return Err(FileError::at_byte(bytes, reason));
        }
        self.bands = if has_noise { held - frame_values } else { 0 };
        let used = VALUE_BYTES * (HEADER_VALUES + frames * (frame_values + self.bands));
        let remark = format!("{} bytes after the last frame", bytes - used);
        Ok((used < bytes).then_some(remark).into_iter().collect())
    }

    fn header(&self, place: usize) -> f64 {
        self.order.value(self.bytes, place).unwrap_or(f64::NAN)
    }

    /// A value of a frame.
    fn value(&self, frame: usize, place: usize) -> f64 {
        let frame_values = 1 + self.partials * self.partial_values + self.bands;
        self.header(HEADER_VALUES + frame * frame_values + place)
    }

    fn time_s(&self, frame: usize) -> f64 {
        self.value(frame, 0)
    }

    fn amplitude(&self, frame: usize, partial: usize) -> f64 {
        self.value(frame, 1 + partial * self.partial_values)
    }

    /// The runs of frames in which a partial sounds, each with the silent frames beside it.
    fn runs(&self, partial: usize) -> Vec<std::ops::Range<usize>> {
        let mut runs = Vec::new();
        let mut start = None;
        for frame in 0..=self.frames {
            let sounds = frame < self.frames && self.amplitude(frame, partial) != 0.0;
            match (sounds, start) {
                (true, None) => start = Some(frame.saturating_sub(1)),
                (false, Some(begin)) => {
                    runs.push(begin..(frame + 1).min(self.frames));
                    start = None;
                }
                _ => {}
            }
        }
        runs
    }

    fn breakpoint(&self, frame: usize, partial: usize, time_s: f64) -> Breakpoint {
        let place = 1 + partial * self.partial_values;
        let amplitude = self.value(frame, place);
        let point = Breakpoint::new(time_s, self.value(frame, place + 1), amplitude);
        // The phase of a silent partial says nothing.
        let has_phase = self.partial_values == 3 && amplitude != 0.0;
        let phase = has_phase.then(|| self.value(frame, place + 2) / TAU);
        Breakpoint {
            phase_turns: phase,
            ..point
        }
    }

    fn noise(&self, is_cancelled: &AtomicBool) -> Result<BandNoise, Cancelled> {
        let conversion = Conversion::from_ats();
        let first = 1 + self.partials * self.partial_values;
        let powers = (0..self.frames).map(|frame| {
            Cancelled::check(is_cancelled)?;
            let energies: [f64; ATS_BANDS] = std::array::from_fn(|band| {
                let is_there = band < self.bands;
                let energy = if is_there {
                    self.value(frame, first + band)
                } else {
                    0.0
                };
                let power = energy / self.window;
                if (0.0..=MAX_POWER).contains(&power) {
                    power
                } else {
                    0.0
                }
            });
            let powers: [f64; NOISE_BANDS] = conversion.convert(&energies);
            Ok(powers.map(|power| power as f32))
        });
        Ok(BandNoise {
            hop_s: self.hop_s,
            powers: powers.collect::<Result<_, Cancelled>>()?,
        })
    }
}
