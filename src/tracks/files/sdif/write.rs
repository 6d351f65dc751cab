//! SDIF of tracks.

use std::f64::consts::TAU;

use crate::tracks::sampling::{self, Spacing};
use crate::tracks::{Breakpoint, Tracks};

/// Data types of matrices.
const F64: u32 = 0x008;
const TEXT: u32 = 0x301;
/// The stream of the declarations of types, as they all have it.
const TYPES_STREAM: u32 = 0xFFFF_FFFE;
/// Their time: before everything.
const TYPES_TIME_S: f64 = -f64::MAX;
/// Frames of breakpoints begin at whole milliseconds, as Loris's do.
const FRAMES_PER_S: f64 = 1_000.0;

/// What Loris's types hold, for readers that need it.
const TYPES: &[u8] = b"{\n\
    1MTD RBEP {Index, Frequency, Amplitude, Phase, Bandwidth, TimeOffset}\n\
    1MTD RBEL {Index, Label}\n\
    1FTD RBEP { RBEP BandwidthEnhancedPartials; }\n\
    1FTD RBEL { RBEL PartialLabels; }\n\
    }\n";

/// The tracks as Loris writes them, in f64: labels in a frame of `RBEL`, breakpoints in frames of
/// `RBEP`. Phases that are not known are those of the frequencies' integral. Pans and all that is no
/// partial are left out.
pub fn write_rbep(tracks: &Tracks) -> Vec<u8> {
    let mut file = opening();
    frame(&mut file, *b"1TYP", TYPES_TIME_S, TYPES_STREAM);
    matrix_header(&mut file, *b"1TYP", TEXT, TYPES.len(), 1);
    file.extend(TYPES);
    end_frame(&mut file, 16);

    let labels = tracks.tracks.iter().enumerate();
    let labels = labels.filter_map(|(index, track)| Some((index, track.label?)));
    let labels: Vec<[f64; 2]> = labels
        .map(|(index, label)| [index as f64, f64::from(label)])
        .collect();
    if !labels.is_empty() {
        rows_frame(&mut file, *b"RBEL", 0.0, 2, &labels);
    }
    for (time_s, rows) in frames_of_breakpoints(tracks) {
        rows_frame(&mut file, *b"RBEP", time_s, 1, &rows);
    }
    file
}

/// All breakpoints in frames, at most one of each partial in each: the time of a frame and its rows.
fn frames_of_breakpoints(tracks: &Tracks) -> Vec<(f64, Vec<[f64; 6]>)> {
    let mut points: Vec<(usize, Breakpoint)> = Vec::with_capacity(tracks.breakpoint_count());
    for (index, track) in tracks.tracks.iter().enumerate() {
        let turns = track.unwrapped_turns();
        points.extend(track.breakpoints.iter().zip(turns).map(|(point, turns)| {
            let known = point.phase_turns.unwrap_or(turns);
            (index, point.with_phase(known))
        }));
    }
    points.sort_by(|a, b| a.1.time_s.total_cmp(&b.1.time_s).then(a.0.cmp(&b.0)));

    let mut frames: Vec<(f64, Vec<[f64; 6]>)> = Vec::new();
    // The last frame in which each partial has a breakpoint.
    let mut last = vec![usize::MAX; tracks.tracks.len()];
    for (index, point) in points {
        let grid_s = libm::floor(point.time_s * FRAMES_PER_S) / FRAMES_PER_S;
        // Rounding may leave it a little later than the breakpoint.
        let grid_s = grid_s.min(point.time_s);
        let is_new = match frames.last() {
            None => true,
            Some((time_s, _)) => *time_s < grid_s || last[index] == frames.len() - 1,
        };
        if is_new {
            let is_free = frames.last().is_none_or(|(time_s, _)| *time_s < grid_s);
            let time_s = if is_free { grid_s } else { point.time_s };
            frames.push((time_s, Vec::new()));
        }
        let place = frames.len() - 1;
        last[index] = place;
        let (time_s, rows) = &mut frames[place];
        rows.push([
            index as f64,
            point.frequency_hz,
            point.amplitude,
            TAU * wrapped(point.phase_turns.unwrap_or(0.0)),
            point.bandwidth,
            point.time_s - *time_s,
        ]);
    }
    frames
}

/// The tracks as `1TRC` in f64, at times that they have in common or else every `hop_s` seconds;
/// what is asked for comes first. Partials that begin or end above silence get a row of amplitude 0
/// before or after. There is no column for phases where none is known. Labels, bandwidths, pans and
/// all that is no partial are left out. Returns as well how many tracks fall between two frames and
/// are lost.
///
/// # Errors
/// If there would be too many rows.
pub fn write_1trc(tracks: &Tracks, hop_s: Option<f64>) -> Result<(Vec<u8>, usize), String> {
    let (frames, lost) = sampling::frames(tracks, hop_s, Spacing::Any)?;
    let has_phases = tracks.tracks.iter().any(|track| track.has_phases());
    let mut file = opening();
    for sampled in frames {
        let row = |(index, point): (usize, Breakpoint)| {
            let turns = point.phase_turns.unwrap_or(0.0);
            let phase = TAU * wrapped(turns);
            [index as f64, point.frequency_hz, point.amplitude, phase]
        };
        let rows = sampled.rows.into_iter().map(row);
        if has_phases {
            let rows: Vec<[f64; 4]> = rows.collect();
            rows_frame(&mut file, *b"1TRC", sampled.time_s, 1, &rows);
        } else {
            let rows: Vec<[f64; 3]> = rows.map(|[a, b, c, _]| [a, b, c]).collect();
            rows_frame(&mut file, *b"1TRC", sampled.time_s, 1, &rows);
        }
    }
    Ok((file, lost))
}

/// Within half a turn of 0.
fn wrapped(turns: f64) -> f64 {
    turns - libm::rint(turns)
}

fn opening() -> Vec<u8> {
    let mut file = b"SDIF".to_vec();
    for number in [8_u32, 3, 1] {
        file.extend(number.to_be_bytes());
    }
    file
}

/// A frame with one matrix of its own type.
fn rows_frame<const COLUMNS: usize>(
    file: &mut Vec<u8>,
    signature: [u8; 4],
    time_s: f64,
    stream: u32,
    rows: &[[f64; COLUMNS]],
) {
    frame(file, signature, time_s, stream);
    let begin = file.len() - 24;
    matrix_header(file, signature, F64, rows.len(), COLUMNS);
    for number in rows.iter().flatten() {
        file.extend(number.to_be_bytes());
    }
    end_frame(file, begin);
}

/// The header of a frame with one matrix; [`end_frame`] fills in its size.
fn frame(file: &mut Vec<u8>, signature: [u8; 4], time_s: f64, stream: u32) {
    file.extend(signature);
    file.extend(0_u32.to_be_bytes());
    file.extend(time_s.to_be_bytes());
    file.extend(stream.to_be_bytes());
    file.extend(1_u32.to_be_bytes());
}

fn matrix_header(file: &mut Vec<u8>, signature: [u8; 4], kind: u32, rows: usize, columns: usize) {
    file.extend(signature);
    for number in [kind, rows as u32, columns as u32] {
        file.extend(number.to_be_bytes());
    }
}

/// Fills the frame that begins at an offset up to a multiple of eight bytes, and states its size.
fn end_frame(file: &mut Vec<u8>, begin: usize) {
    file.resize(file.len().next_multiple_of(8), 0);
    let size = (file.len() - begin - 8) as u32;
    file[begin + 4..begin + 8].copy_from_slice(&size.to_be_bytes());
}
