//! Tracks and damage for the tests of the formats.

use std::sync::atomic::AtomicBool;

use super::{FileContents, FileError};
use crate::tracks::bands::NOISE_BANDS;
use crate::tracks::bank_file::OpenError;
use crate::tracks::{BandNoise, Breakpoint, Track, Tracks};

/// What is read, or what is wrong with the file.
pub(crate) fn never_cancelled(
    read: impl FnOnce(&AtomicBool) -> Result<FileContents, OpenError>,
) -> Result<FileContents, FileError> {
    read(&AtomicBool::new(false)).map_err(|error| match error {
        OpenError::File(error) => error,
        other => panic!("{other}"),
    })
}

/// Partials of 3, 4 and 2 breakpoints at times of no grid, with phases, bandwidths and labels.
pub(crate) fn free_tracks() -> Tracks {
    let point = |time_s, frequency_hz, amplitude, turns: f64, bandwidth| Breakpoint {
        bandwidth,
        ..Breakpoint::new(time_s, frequency_hz, amplitude).with_phase(turns)
    };
    Tracks {
        duration_s: 0.25,
        tracks: vec![
            Track {
                label: Some(1),
                breakpoints: vec![
                    point(0.0, 440.25, 0.0, 0.125, 0.0),
                    point(0.1, 441.5, 0.5, 0.25, 0.25),
                    point(0.2004, 439.0, 0.0, -0.25, 0.0),
                ],
            },
            Track {
                label: None,
                breakpoints: vec![
                    point(0.0103, 1_234.0, 0.001, 0.0, 0.0),
                    // Twice in a millisecond.
                    point(0.0107, 1_235.0, 0.125, 0.375, 1.0),
                    point(0.1, 1_240.0, 0.25, -0.125, 0.5),
                    point(0.25, 1_250.0, 0.0, 0.0, 0.0),
                ],
            },
            Track {
                label: Some(7),
                breakpoints: vec![
                    point(0.1004, 3_000.0, 0.03125, 0.0, 0.0),
                    point(0.15, 3_100.0, 0.03125, 0.0625, 0.0),
                ],
            },
        ],
        ..Tracks::default()
    }
}

/// Partials with breakpoints every ten milliseconds, silent at both ends; two of them could share a
/// column. With noise.
pub(crate) fn even_tracks() -> Tracks {
    let track = |first: u32, frames: u32, frequency_hz: f64| Track {
        label: None,
        breakpoints: (first..first + frames)
            .map(|frame| {
                let amplitude = match frame {
                    frame if frame == first || frame == first + frames - 1 => 0.0,
                    frame => 1.0 / f64::from(frame + 2),
                };
                let frequency_hz = frequency_hz + f64::from(frame);
                let point = Breakpoint::new(0.01 * f64::from(frame), frequency_hz, amplitude);
                // Phases of silent partials are not read from every format.
                let phase = (amplitude > 0.0).then(|| (0.17 * f64::from(frame)) % 0.5);
                Breakpoint {
                    phase_turns: phase,
                    ..point
                }
            })
            .collect(),
    };
    let tracks = vec![track(0, 5, 200.0), track(2, 6, 410.0), track(6, 4, 222.0)];
    let powers = (0..10).map(|frame| [1e-4 * frame as f32; NOISE_BANDS]);
    Tracks {
        duration_s: 0.09,
        tracks,
        noise: Some(BandNoise {
            hop_s: 0.01,
            powers: powers.collect(),
        }),
        ..Tracks::default()
    }
}

/// The tracks without what a format does not hold.
pub(crate) fn without_noise(tracks: &Tracks) -> Tracks {
    Tracks {
        noise: None,
        ..tracks.clone()
    }
}

/// The tracks without phases, labels and bandwidths.
pub(crate) fn bare(tracks: &Tracks) -> Tracks {
    let mut bare = without_noise(tracks);
    for track in &mut bare.tracks {
        track.label = None;
        for point in &mut track.breakpoints {
            *point = Breakpoint::new(point.time_s, point.frequency_hz, point.amplitude);
        }
    }
    bare
}

/// Asserts that tracks are the same but for rounding, in any order.
pub(crate) fn assert_same(found: &Tracks, expected: &Tracks) {
    assert_eq!(found.tracks.len(), expected.tracks.len());
    let sorted = |tracks: &Tracks| {
        let mut tracks = tracks.tracks.clone();
        tracks.sort_by(|a, b| {
            let key = |track: &Track| (track.start_s(), track.breakpoints[0].frequency_hz);
            key(a).partial_cmp(&key(b)).expect("numbers")
        });
        tracks
    };
    for (a, b) in sorted(found).iter().zip(&sorted(expected)) {
        assert_eq!(a.label, b.label);
        assert_eq!(a.breakpoints.len(), b.breakpoints.len(), "{a:#?} {b:#?}");
        for (a, b) in a.breakpoints.iter().zip(&b.breakpoints) {
            let near = |x: f64, y: f64, by: f64| assert!((x - y).abs() <= by, "{a:?} {b:?}");
            near(a.time_s, b.time_s, 1e-9);
            near(a.frequency_hz, b.frequency_hz, 1e-9);
            near(a.amplitude, b.amplitude, 1e-12);
            near(a.bandwidth, b.bandwidth, 1e-12);
            assert_eq!(
                a.phase_turns.is_some(),
                b.phase_turns.is_some(),
                "{a:?} {b:?}"
            );
            let turns = a.phase_turns.unwrap_or(0.0) - b.phase_turns.unwrap_or(0.0);
            near(turns, turns.round(), 1e-9);
        }
    }
    assert!((found.duration_s - expected.duration_s).abs() < 1e-9);
}

/// One file per format and kind, all of them good.
pub(crate) fn good_files() -> Vec<Vec<u8>> {
    use super::ats::ByteOrder;
    use super::{ats, sdif, spear};
    let (free, even) = (free_tracks(), even_tracks());
    let written = |file: Result<(Vec<u8>, usize), String>| file.expect("few rows").0;
    vec![
        spear::write_partials(&free).into_bytes(),
        spear::write_frames(&even, None)
            .expect("few rows")
            .0
            .into_bytes(),
        sdif::write_rbep(&free),
        written(sdif::write_1trc(&even, None)),
        written(ats::write(&even, None, ByteOrder::Little)),
        written(ats::write(&bare(&even), None, ByteOrder::Big)),
    ]
}
