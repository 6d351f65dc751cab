//! Writes ATS.

use std::f64::consts::TAU;

use super::noise::{ATS_BANDS, Conversion, ats_powers};
use super::{ByteOrder, MAGIC};
use crate::tracks::sampling::{self, SampledFrame, Spacing};
use crate::tracks::{BandNoise, Breakpoint, Tracks};

/// Samples a second that distances are counted in.
const RATE_HZ: f64 = 48_000.0;
/// Windows are as many frames long.
const WINDOW_FRAMES: f64 = 4.0;
/// Values in all: a gigabyte.
const MAX_VALUES: usize = 1 << 27;

/// The tracks as ATS, at times that they have in common if these are evenly spaced, or else every
/// `hop_s` seconds; what is asked for comes first. Type 1 to 4 by whether there are phases and
/// noise. Labels, bandwidths, pans, transients, envelope and loop are left out. Returns as well how
/// many tracks fall between two frames and are lost.
///
/// # Errors
/// If there would be too many frames or values.
pub fn write(
    tracks: &Tracks,
    hop_s: Option<f64>,
    order: ByteOrder,
) -> Result<(Vec<u8>, usize), String> {
    let (frames, lost) = sampling::frames(tracks, hop_s, Spacing::Even)?;
    let columns = Columns::new(&frames, tracks.tracks.len());
    let has_phases = tracks.tracks.iter().any(|track| track.has_phases());
    let noise = tracks.noise.as_ref().filter(|noise| noise.hop_s > 0.0);
    let kind = match (has_phases, noise.is_some()) {
        (false, false) => 1.0,
        (true, false) => 2.0,
        (false, true) => 3.0,
        (true, true) => 4.0,
    };
    let partial_values = if has_phases { 3 } else { 2 };
    let bands = if noise.is_some() { ATS_BANDS } else { 0 };
    let frame_values = 1 + columns.count * partial_values + bands;
    if frames.len().saturating_mul(frame_values) > MAX_VALUES {
        return Err(format!(
            "{} frames of {} partials are too many; a longer hop makes fewer",
            frames.len(),
            columns.count
        ));
    }
    let mut file = header(&frames, columns.count, tracks.duration_s, kind, order);
    let window = window(&frames);
    let conversion = Conversion::to_ats();
    let mut values = vec![0.0; columns.count * partial_values];
    // A partial that is dead holds its frequency.
    for (column, &frequency_hz) in columns.first_frequencies_hz.iter().enumerate() {
        values[column * partial_values + 1] = frequency_hz;
    }
    for frame in &frames {
        for values in values.chunks_exact_mut(partial_values) {
            values[0] = 0.0;
            values[2..].fill(0.0);
        }
        for (track, point) in &frame.rows {
            let column = columns.of_track[*track];
            let values = &mut values[column * partial_values..][..partial_values];
            let turns = point.phase_turns.unwrap_or(0.0);
            let phase = TAU * (turns - libm::rint(turns));
            let row = [point.amplitude, point.frequency_hz, phase];
            values.copy_from_slice(&row[..partial_values]);
        }
        file.extend(order.bytes(frame.time_s));
        file.extend(values.iter().flat_map(|&value| order.bytes(value)));
        if let Some(noise) = noise {
            let powers = powers_at(noise, frame.time_s);
            let energies = ats_powers(&conversion, &powers).map(|power| power * window);
            file.extend(energies.iter().flat_map(|&value| order.bytes(value)));
        }
    }
    Ok((file, lost))
}

/// Samples from one frame to the next.
fn frame_size(frames: &[SampledFrame]) -> f64 {
    let hop_s = match (frames.first(), frames.last()) {
        (Some(first), Some(last)) if frames.len() > 1 => {
            (last.time_s - first.time_s) / (frames.len() - 1) as f64
        }
        _ => 0.01,
    };
    libm::round(hop_s * RATE_HZ).max(1.0)
}

/// Samples of the window.
fn window(frames: &[SampledFrame]) -> f64 {
    WINDOW_FRAMES * frame_size(frames)
}

/// The ten values before the frames.
fn header(
    frames: &[SampledFrame],
    partials: usize,
    duration_s: f64,
    kind: f64,
    order: ByteOrder,
) -> Vec<u8> {
    let points = || frames.iter().flat_map(|frame| &frame.rows);
    let most =
        |value: fn(&Breakpoint) -> f64| points().map(|(_, point)| value(point)).fold(0.0, f64::max);
    let header = [
        MAGIC,
        RATE_HZ,
        frame_size(frames),
        window(frames),
        partials as f64,
        frames.len() as f64,
        most(|point| point.amplitude),
        most(|point| point.frequency_hz),
        duration_s,
        kind,
    ];
    header
        .iter()
        .flat_map(|&value| order.bytes(value))
        .collect()
}

/// The noise's powers at a time: those of the nearest frame.
fn powers_at(noise: &BandNoise, time_s: f64) -> [f32; crate::tracks::bands::NOISE_BANDS] {
    let frame = libm::round(time_s / noise.hop_s).max(0.0) as usize;
    let last = noise.powers.len().saturating_sub(1);
    let powers = noise.powers.get(frame.min(last)).copied();
    powers.unwrap_or([0.0; crate::tracks::bands::NOISE_BANDS])
}

/// Which track goes into which column: the lowest that is free.
struct Columns {
    count: usize,
    of_track: Vec<usize>,
    first_frequencies_hz: Vec<f64>,
}

impl Columns {
    fn new(frames: &[SampledFrame], tracks: usize) -> Columns {
        // The last frame of each track.
        let mut last = vec![0; tracks];
        for (number, frame) in frames.iter().enumerate() {
            for (track, _) in &frame.rows {
                last[*track] = number;
            }
        }
        let mut of_track = vec![usize::MAX; tracks];
        let mut first_frequencies_hz = Vec::new();
        let mut free = std::collections::BTreeSet::new();
        let mut ends: std::collections::BTreeSet<(usize, usize)> = Default::default();
        for (number, frame) in frames.iter().enumerate() {
            // A frame of silence stays between two tracks in one column, or they would be one.
            while let Some(&(end, column)) = ends.first().filter(|(end, _)| end + 1 < number) {
                ends.remove(&(end, column));
                free.insert(column);
            }
            for (track, point) in &frame.rows {
                if of_track[*track] != usize::MAX {
                    continue;
                }
                let column = free.pop_first().unwrap_or_else(|| {
                    first_frequencies_hz.push(point.frequency_hz);
                    first_frequencies_hz.len() - 1
                });
                of_track[*track] = column;
                ends.insert((last[*track], column));
            }
        }
        Columns {
            count: first_frequencies_hz.len(),
            of_track,
            first_frequencies_hz,
        }
    }
}
