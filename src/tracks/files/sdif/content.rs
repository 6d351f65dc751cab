//! Tracks out of the matrices of an SDIF file.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use super::frame::{Matrix, Row};
use crate::cancelled::Cancelled;
use crate::tracks::files::FileError;
use crate::tracks::files::rows::FrameRows;
use crate::tracks::{Breakpoint, Tidied, Track, Tracks, tidy};

/// Columns of the old form of `1TRC`, which is Loris's.
const LORIS_1TRC_COLUMNS: usize = 7;
/// A resonance is drawn by a breakpoint each time that it has lost this much.
const RESONANCE_STEP_DB: f64 = 1.5;
/// Where it ends.
const RESONANCE_FLOOR_DB: f64 = 96.0;
/// How long a resonance lasts that does not decay, and at most.
const LONGEST_RESONANCE_S: f64 = 60.0;
/// A row of a few bytes becomes up to 65 breakpoints, so their number is limited: 120,000 resonances.
const MOST_RESONANCE_POINTS: usize = 1 << 23;

/// What has been found so far.
#[derive(Default)]
pub(super) struct Content {
    /// Number and time of the frame that matrices are from.
    frame: u64,
    time_s: f64,
    /// Breakpoints with times of their own, by stream and index.
    reassigned: BTreeMap<(i32, u64), Vec<Breakpoint>>,
    labels: BTreeMap<u64, u32>,
    /// Rows at common times, by stream.
    tracks: BTreeMap<i32, StreamRows>,
    harmonics: BTreeMap<i32, StreamRows>,
    resonances: Vec<Track>,
    /// Breakpoints of the resonances.
    resonance_points: usize,
    /// Frequency in Hz of the fundamental.
    fundamentals_hz: Vec<f64>,
    tidied: Tidied,
}

/// Rows at common times, and the frame that the last ones are from.
#[derive(Default)]
struct StreamRows {
    rows: FrameRows,
    last_frame: u64,
}

impl Content {
    /// The matrices to come are of the next frame.
    pub(super) fn begin_frame(&mut self, time_s: f64) {
        self.frame += 1;
        self.time_s = time_s;
    }

    /// Adds a matrix.
    pub(super) fn add(
        &mut self,
        stream: i32,
        time_s: f64,
        matrix: &Matrix,
    ) -> Result<(), FileError> {
        match &matrix.signature {
            b"RBEP" => self.add_reassigned(stream, time_s, matrix)?,
            b"1TRC" if matrix.columns == LORIS_1TRC_COLUMNS => {
                self.add_reassigned(stream, time_s, matrix)?;
            }
            b"RBEL" => self.add_labels(matrix)?,
            b"1TRC" => add_rows(
                self.tracks.entry(stream).or_default(),
                self.frame,
                time_s,
                matrix,
            )?,
            b"1HRM" => add_rows(
                self.harmonics.entry(stream).or_default(),
                self.frame,
                time_s,
                matrix,
            )?,
            b"1RES" => {
                for row in matrix.rows() {
                    let points = resonance(time_s, &row);
                    self.resonance_points += points.len();
                    if self.resonance_points > MOST_RESONANCE_POINTS {
                        let reason = "too many resonances up to this one";
                        return Err(FileError::at_byte(matrix.byte, reason));
                    }
                    self.tidied.add(tidy(None, points, &mut self.resonances));
                }
            }
            b"1FQ0" => self.add_fundamental(matrix),
            _ => {}
        }
        Ok(())
    }

    fn add_reassigned(
        &mut self,
        stream: i32,
        time_s: f64,
        matrix: &Matrix,
    ) -> Result<(), FileError> {
        for row in matrix.rows() {
            // Rows that only fill a frame up, in the old form.
            if row.number(6).is_some_and(|flag| flag != 0.0) {
                continue;
            }
            let index = index(&row, matrix)?;
            let point = Breakpoint {
                bandwidth: row.number(4).unwrap_or(0.0),
                ..point(&row, time_s + row.number(5).unwrap_or(0.0))
            };
            let points = self.reassigned.entry((stream, index)).or_default();
            points.push(point);
        }
        Ok(())
    }

    fn add_labels(&mut self, matrix: &Matrix) -> Result<(), FileError> {
        for row in matrix.rows() {
            let label = row.number(1).unwrap_or(0.0);
            // 0 is Loris's word for none.
            if (1.0..=f64::from(u32::MAX)).contains(&label) {
                self.labels.insert(index(&row, matrix)?, label as u32);
            }
        }
        Ok(())
    }

    fn add_fundamental(&mut self, matrix: &Matrix) {
        let is_sure = |row: &Row| row.number(1).is_none_or(|confidence| confidence > 0.0);
        let found = matrix
            .rows()
            .filter(is_sure)
            .filter_map(|row| row.number(0));
        let found = found.filter(|frequency_hz| (1.0..=100_000.0).contains(frequency_hz));
        self.fundamentals_hz.extend(found);
    }

    /// All that was found. `is_cancelled` stops it.
    pub(super) fn into_tracks(
        mut self,
        is_cancelled: &AtomicBool,
    ) -> Result<(Tracks, Tidied), Cancelled> {
        let mut tracks = Tracks {
            tracks: self.resonances,
            ..Tracks::default()
        };
        let mut tidied = self.tidied;
        for ((_, index), points) in self.reassigned {
            Cancelled::check(is_cancelled)?;
            let label = self.labels.get(&index).copied();
            tidied.add(tidy(label, points, &mut tracks.tracks));
        }
        for (_, series) in self.tracks {
            let rows = series.rows;
            let label = |index: u64| self.labels.get(&index).copied();
            tidied.add(rows.add_tracks(label, &mut tracks.tracks, is_cancelled)?);
        }
        for (_, series) in self.harmonics {
            let label = |index: u64| u32::try_from(index).ok().filter(|&label| label > 0);
            let rows = series.rows;
            tidied.add(rows.add_tracks(label, &mut tracks.tracks, is_cancelled)?);
        }
        if !self.fundamentals_hz.is_empty() {
            let middle = self.fundamentals_hz.len() / 2;
            let (_, median, _) = self
                .fundamentals_hz
                .select_nth_unstable_by(middle, f64::total_cmp);
            tracks.root_hz = Some(*median);
        }
        Ok((tracks, tidied))
    }
}

/// Adds the rows of a matrix to those at common times. Two matrices of one frame are one.
fn add_rows(
    series: &mut StreamRows,
    frame: u64,
    time_s: f64,
    matrix: &Matrix,
) -> Result<(), FileError> {
    if series.last_frame != frame {
        series.last_frame = frame;
        series.rows.begin_frame(time_s);
    }
    for row in matrix.rows() {
        series.rows.add(index(&row, matrix)?, point(&row, time_s));
    }
    Ok(())
}

/// The index in a row's first column.
fn index(row: &Row, matrix: &Matrix) -> Result<u64, FileError> {
    let number = row.number(0).unwrap_or(f64::NAN);
    if (0.0..=9.0e15).contains(&number) && number.fract() == 0.0 {
        return Ok(number as u64);
    }
    let signature = String::from_utf8_lossy(&matrix.signature).into_owned();
    let reason = format!("a row of {signature} has the index {number}");
    Err(FileError::at_byte(matrix.byte, reason))
}

/// Frequency, amplitude and phase of the second to fourth columns.
fn point(row: &Row, time_s: f64) -> Breakpoint {
    Breakpoint {
        phase_turns: row.number(3).map(|radians| radians / TAU),
        ..Breakpoint::new(
            time_s,
            row.number(1).unwrap_or(f64::NAN),
            row.number(2).unwrap_or(f64::NAN),
        )
    }
}

/// The breakpoints of a resonance that begins at a time.
fn resonance(time_s: f64, row: &Row) -> Vec<Breakpoint> {
    let [frequency_hz, amplitude, decay] = [0, 1, 2].map(|column| row.number(column));
    let (frequency_hz, amplitude) = (
        frequency_hz.unwrap_or(f64::NAN),
        amplitude.unwrap_or(f64::NAN),
    );
    let decay_per_s = decay.filter(|decay| *decay > 0.0).unwrap_or(0.0);
    let step_s = RESONANCE_STEP_DB * std::f64::consts::LN_10 / 20.0 / decay_per_s;
    let count = (RESONANCE_FLOOR_DB / RESONANCE_STEP_DB)
        .min((LONGEST_RESONANCE_S / step_s).floor())
        .max(1.0);
    let step_s = step_s.min(LONGEST_RESONANCE_S);
    let first = Breakpoint {
        phase_turns: row.number(3).map(|radians| radians / TAU),
        ..Breakpoint::new(time_s, frequency_hz, amplitude)
    };
    let rest = (1..=count as u32).map(|step| {
        let since_s = f64::from(step) * step_s;
        let amplitude = amplitude * libm::exp(-decay_per_s * since_s);
        Breakpoint::new(time_s + since_s, frequency_hz, amplitude)
    });
    let mut points = vec![first];
    points.extend(rest);
    points
}
