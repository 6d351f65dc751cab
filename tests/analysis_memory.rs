//! How much memory the analysis of a recording takes: by its frames and its breakpoints.

#[path = "fuzz/memory.rs"]
mod memory;

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use aliquot::analysis::{AnalysisFit, AnalysisSettings, Recording, analyse};

const RATE_HZ: f64 = 44_100.0;
/// Bytes for each frame, at most. Ten minutes then take 530 MB beside the recording itself.
const MOST_BYTES_A_FRAME: f64 = 20.0;
/// Bytes for each breakpoint of an exact fit, at most; in a track it has 56. A sound is long enough for this to be seen
/// when what three seconds of the joint fit take is little beside it.
const MOST_BYTES_A_BREAKPOINT: f64 = 80.0;

/// Plucked notes of eight harmonics, one each half second.
fn notes(duration_s: f64) -> Recording {
    let sample = |n: usize| {
        let time_s = n as f64 / RATE_HZ;
        let sounding = (0..4).map(|back| (2.0 * time_s).floor() - f64::from(back));
        let sum: f64 = sounding
            .filter(|note| *note >= 0.0)
            .map(|note| {
                let since_s = time_s - 0.5 * note;
                let hz = 110.0 * (7.0 * note % 30.0 / 12.0).exp2();
                let harmonic = |k: f64| {
                    0.1 / k * (-(1.0 + 0.5 * k) * since_s).exp() * (TAU * k * hz * since_s).sin()
                };
                (1..=8).map(|k| harmonic(f64::from(k))).sum::<f64>()
            })
            .sum();
        sum as f32
    };
    let samples = (0..(duration_s * RATE_HZ) as usize).map(sample).collect();
    Recording::mono(RATE_HZ, samples)
}

/// The same notes, more to the left, above noise of which an exact fit makes partials too.
fn in_stereo(notes: Recording) -> Recording {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1e-3 * (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32
    };
    let mid: Vec<f32> = notes.mid.iter().map(|sample| sample + noise()).collect();
    Recording {
        side: mid.iter().map(|sample| 0.3 * sample).collect(),
        ..Recording::mono(RATE_HZ, mid)
    }
}

/// The most bytes that an analysis takes, and its breakpoints.
fn most_bytes(recording: &Recording, fit: AnalysisFit) -> (f64, f64) {
    let settings = AnalysisSettings {
        fit,
        root_hz: None,
        window: None,
    };
    let is_cancelled = AtomicBool::new(false);
    let work = || analyse(recording, &settings, &is_cancelled, &mut |_| {});
    let (analysis, bytes) = memory::most_during(work);
    let tracks = analysis.expect("partials").tracks.tracks;
    assert!(tracks.len() > 8);
    let breakpoints = tracks.iter().map(|track| track.breakpoints.len());
    (bytes as f64, breakpoints.sum::<usize>() as f64)
}

/// Partials are there once: as strands, as courses or as tracks.
#[test]
fn an_exact_analysis_takes_memory_by_its_breakpoints() {
    let most = |duration_s| most_bytes(&in_stereo(notes(duration_s)), AnalysisFit::Exact);
    let [short, long] = [16.0, 32.0].map(most);
    let a_breakpoint = (long.0 - short.0) / (long.1 - short.1);
    assert!(
        a_breakpoint < MOST_BYTES_A_BREAKPOINT,
        "{a_breakpoint:.1} bytes a breakpoint"
    );
}

#[test]
fn an_analysis_takes_memory_by_the_frames_of_its_recording() {
    let most = |duration_s| most_bytes(&notes(duration_s), AnalysisFit::Musical).0;
    let [short, long] = [4.0, 12.0].map(most);
    let a_frame = (long - short) / (8.0 * RATE_HZ);
    assert!(a_frame < MOST_BYTES_A_FRAME, "{a_frame:.1} bytes a frame");
    // It is measured: the rest of the partials alone takes four.
    assert!(a_frame > 4.0, "{a_frame:.1} bytes a frame");
    // What does not go by frames is little.
    let beside = short - a_frame * 4.0 * RATE_HZ;
    assert!(beside < 32e6, "{beside:.0} bytes");
}
