//! How much memory the analysis of a recording takes: by its frames.

#[path = "fuzz/memory.rs"]
mod memory;

use std::f64::consts::TAU;
use std::sync::atomic::AtomicBool;

use aliquot::analysis::{AnalysisFit, AnalysisSettings, Recording, analyse};

const RATE_HZ: f64 = 44_100.0;
/// Bytes for each frame, at most. Ten minutes then take 530 MB beside the recording itself.
const MOST_BYTES_A_FRAME: f64 = 20.0;

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

fn most_bytes(duration_s: f64) -> f64 {
    let recording = notes(duration_s);
    let settings = AnalysisSettings {
        fit: AnalysisFit::Musical,
        root_hz: None,
        window: None,
    };
    let is_cancelled = AtomicBool::new(false);
    let work = || analyse(&recording, &settings, &is_cancelled, &mut |_| {});
    let (analysis, bytes) = memory::most_during(work);
    assert!(analysis.expect("partials").tracks.tracks.len() > 8);
    bytes as f64
}

#[test]
fn an_analysis_takes_memory_by_the_frames_of_its_recording() {
    let [short, long] = [4.0, 12.0].map(most_bytes);
    let a_frame = (long - short) / (8.0 * RATE_HZ);
    assert!(a_frame < MOST_BYTES_A_FRAME, "{a_frame:.1} bytes a frame");
    // It is measured: the rest of the partials alone takes four.
    assert!(a_frame > 4.0, "{a_frame:.1} bytes a frame");
    // What does not go by frames is little.
    let beside = short - a_frame * 4.0 * RATE_HZ;
    assert!(beside < 32e6, "{beside:.0} bytes");
}
