//! Tracks at times that they have in common, for files that are made of frames.
//!
//! Where the breakpoints already share their times, as those of an analysis do, the frames are at
//! those times and every value stays as it is; otherwise the frames are evenly spaced.

use super::interpolation::TrackCursor;
use super::{Breakpoint, Tracks};

/// Times that are nearer than this are one.
const SAME_TIME_S: f64 = 1e-6;
/// Rows in all: half a gigabyte of the largest file.
const MAX_ROWS: u64 = 16_000_000;
/// Frames in all.
const MAX_FRAMES: u64 = 10_000_000;
/// Distances of frames that are chosen of themselves.
const HOPS_S: (f64, f64) = (0.001, 0.05);

/// One frame.
#[derive(Clone, Debug, Default)]
pub(super) struct SampledFrame {
    pub time_s: f64,
    /// The partials that are there, with their places in [`Tracks::tracks`], ascending.
    pub rows: Vec<(usize, Breakpoint)>,
}

/// Where the frames may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spacing {
    /// Wherever breakpoints are.
    Any,
    /// An even distance from one to the next.
    Even,
}

/// All frames of the tracks. A track that begins or ends above silence gets a row of amplitude 0 a
/// frame before or after. Returns as well how many tracks fall between two frames and are lost.
///
/// # Errors
/// If there would be too many rows; says how many.
pub(super) fn frames(
    tracks: &Tracks,
    hop_s: Option<f64>,
    spacing: Spacing,
) -> Result<(Vec<SampledFrame>, usize), String> {
    let times = times(tracks, hop_s, spacing)?;
    let mut frames: Vec<SampledFrame> = times
        .into_iter()
        .map(|time_s| SampledFrame {
            time_s,
            rows: Vec::new(),
        })
        .collect();
    let mut lost = 0;
    for (place, track) in tracks.tracks.iter().enumerate() {
        let within = frames.partition_point(|f| f.time_s < track.start_s() - SAME_TIME_S)
            ..frames.partition_point(|f| f.time_s <= track.end_s() + SAME_TIME_S);
        if within.is_empty() {
            lost += 1;
            continue;
        }
        let has_phases = track.has_phases();
        let mut cursor = TrackCursor::new(track);
        let mut row = |time_s: f64, is_silent: bool| {
            let mut point = cursor.at(time_s);
            if is_silent {
                point.amplitude = 0.0;
            }
            point.phase_turns = point.phase_turns.filter(|_| has_phases);
            (place, point)
        };
        let mut from = within.start;
        if from > 0 && track.breakpoints[0].amplitude > 0.0 {
            from -= 1;
            let silent = row(frames[from].time_s, true);
            frames[from].rows.push(silent);
        }
        for frame in &mut frames[within.clone()] {
            frame.rows.push(row(frame.time_s, false));
        }
        let is_open = track.breakpoints.last().is_some_and(|p| p.amplitude > 0.0);
        if let Some(frame) = frames.get_mut(within.end).filter(|_| is_open) {
            frame.rows.push(row(frame.time_s, true));
        }
    }
    Ok((frames, lost))
}

/// The times of the frames, ascending.
fn times(tracks: &Tracks, hop_s: Option<f64>, spacing: Spacing) -> Result<Vec<f64>, String> {
    if hop_s.is_none() {
        let shared = shared_times(tracks);
        let is_even = || spacing == Spacing::Any || is_evenly_spaced(&shared);
        let twice = 2 * tracks.breakpoint_count() as u64;
        if rows_at(tracks, &shared) <= twice && is_even() {
            return within_limits(shared, twice);
        }
    }
    let hop_s = hop_s.unwrap_or_else(|| usual_distance_s(tracks));
    let end_s = tracks.end_s();
    let count = (end_s / hop_s).ceil() + 1.0;
    if !(1.0..=MAX_FRAMES as f64).contains(&count) {
        return Err(format!(
            "{end_s:.0} s are too long for frames of {:.1} ms",
            1e3 * hop_s
        ));
    }
    let times: Vec<f64> = (0..count as u64)
        .map(|frame| frame as f64 * hop_s)
        .collect();
    let rows = rows_at(tracks, &times);
    within_limits(times, rows)
}

fn within_limits(times: Vec<f64>, rows: u64) -> Result<Vec<f64>, String> {
    if rows > MAX_ROWS || times.len() as u64 > MAX_FRAMES {
        return Err(format!(
            "{} frames with {rows} breakpoints are too many; a longer hop makes fewer",
            times.len()
        ));
    }
    Ok(times)
}

/// Every time at which there is a breakpoint, and an end a usual distance beyond the last where a
/// partial ends above silence.
fn shared_times(tracks: &Tracks) -> Vec<f64> {
    let points = tracks.tracks.iter().flat_map(|track| &track.breakpoints);
    let mut times: Vec<f64> = points.map(|point| point.time_s).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|later, kept| *later - *kept <= SAME_TIME_S);
    let Some(&last) = times.last() else {
        return times;
    };
    let is_open = |track: &super::Track| {
        let end = track.breakpoints.last();
        end.is_some_and(|end| end.amplitude > 0.0 && last - end.time_s <= SAME_TIME_S)
    };
    if times.len() > 1 && tracks.tracks.iter().any(is_open) {
        let before = times[times.len() - 2];
        times.push(last + (last - before));
    }
    times
}

pub(super) fn is_evenly_spaced(times: &[f64]) -> bool {
    let [first, .., last] = times else {
        return true;
    };
    let hop_s = (last - first) / (times.len() - 1) as f64;
    let mut pairs = times.windows(2);
    pairs.all(|pair| (pair[1] - pair[0] - hop_s).abs() <= 0.01 * hop_s + SAME_TIME_S)
}

/// How many rows there are with frames at these times.
fn rows_at(tracks: &Tracks, times: &[f64]) -> u64 {
    let rows = tracks.tracks.iter().map(|track| {
        let from = times.partition_point(|&time| time < track.start_s());
        let to = times.partition_point(|&time| time <= track.end_s());
        (to - from) as u64
    });
    rows.sum()
}

/// The median of the distances of breakpoints, within reason.
pub(super) fn usual_distance_s(tracks: &Tracks) -> f64 {
    let pairs = tracks.tracks.iter().flat_map(|t| t.breakpoints.windows(2));
    let mut distances: Vec<f64> = pairs.map(|pair| pair[1].time_s - pair[0].time_s).collect();
    let middle = distances.len() / 2;
    if distances.is_empty() {
        return 0.01;
    }
    let (_, median, _) = distances.select_nth_unstable_by(middle, f64::total_cmp);
    median.clamp(HOPS_S.0, HOPS_S.1)
}
