use super::*;
use crate::dsp::random::bipolar;
use crate::tracks::bank_file::{FrameGrid, TrackBank};
use crate::tracks::{Breakpoint, Track, Tracks};

const HOP: u32 = 128;
const RATE_HZ: f64 = 48_000.0;
const HOP_S: f64 = HOP as f64 / RATE_HZ;

/// Tracks that wander, some of which begin late or end early.
fn bank(seed: u64) -> TrackBank {
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: (u64::from(n % 3)..20 - u64::from(n % 5))
            .map(|k| {
                let wobble = 1.0 + 0.02 * bipolar(seed + u64::from(n), k);
                let hz = 50.0 * f64::from(n) * wobble;
                Breakpoint::new(k as f64 * HOP_S, hz, 0.1 * wobble / f64::from(n))
            })
            .collect(),
    };
    let tracks = Tracks {
        duration_s: 20.0 * HOP_S,
        root_hz: Some(50.0),
        tracks: (1..=100).map(track).collect(),
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: RATE_HZ,
        hop: HOP,
    };
    TrackBank::from_tracks(&tracks, grid).expect("a bank").0
}

/// The frame of one recording, or of two mixed, some steps on.
fn frame(level: SimdLevel, mixture: Option<Mixture>) -> RecordedFrame {
    let mut frames = [RecordedFrame::allocate(), RecordedFrame::allocate()];
    for (frame, seed) in frames.iter_mut().zip([0, 1_000]) {
        let bank = bank(seed);
        let rows = bank.rows(0).expect("a sound");
        let mut slot_state = TrackSlotState::NONE;
        for step in 0..9 {
            let frame_step = FrameStep {
                from: 1.7 * f64::from(step),
                to: 1.7 * f64::from(step + 1),
                seconds: HOP_S,
                is_onset: step == 0,
                is_over: false,
            };
            frame.go(level, (&rows, 50.0, None), &mut slot_state, &frame_step);
        }
    }
    let [mut frame, other] = frames;
    if let Some(mixture) = mixture {
        frame.mix(level, &other, 0.4, mixture);
    }
    frame.finish(level, 1);
    frame
}

#[test]
fn every_level_gives_the_same_bits() {
    for mixture in [None, Some(Mixture::Lasting), Some(Mixture::Passing)] {
        let expected = frame(SimdLevel::PORTABLE, mixture);
        assert!(expected.gain.iter().filter(|gain| **gain > 0.0).count() > 60);
        for level in SimdLevel::available() {
            let found = frame(level, mixture);
            for (found, expected) in [
                (&found.log2_ratio, &expected.log2_ratio),
                (&found.log2_gain, &expected.log2_gain),
                (&found.ratio, &expected.ratio),
                (&found.mean_excess, &expected.mean_excess),
            ] {
                let bits = |of: &[f32]| of.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&found[..]), bits(&expected[..]), "{level:?}");
            }
        }
    }
}

#[test]
fn mixtures_are_of_their_parts() {
    let (mut mine, mut theirs) = (RecordedFrame::allocate(), RecordedFrame::allocate());
    for frame in [&mut mine, &mut theirs] {
        frame.count = 16;
    }
    // One partial, two partials, mine alone, theirs alone.
    for (n, (a, b)) in [(1.0, 1.01), (2.0, 3.0), (4.0, 1.0), (1.0, 5.0)]
        .into_iter()
        .enumerate()
    {
        (mine.ratio[n], theirs.ratio[n]) = (a, b);
    }
    mine.gain[..4].copy_from_slice(&[0.01, 0.5, 0.5, 0.0]);
    theirs.gain[..4].copy_from_slice(&[1.0, 0.5, 0.0, 0.5]);
    let expected = [
        (Mixture::Lasting, [0.1, 0.25, 0.25, 0.25]),
        (Mixture::Passing, [0.505, 0.0, 0.25, 0.25]),
    ];
    for (mixture, gains) in expected {
        let mut frame = RecordedFrame::allocate();
        frame.count = 16;
        (frame.gain, frame.ratio) = (mine.gain.clone(), mine.ratio.clone());
        frame.mix(SimdLevel::PORTABLE, &theirs, 0.5, mixture);
        for (found, expected) in frame.gain.iter().zip(gains) {
            assert!(
                (found - expected).abs() < 1e-5,
                "{mixture:?}: {:?}",
                &frame.gain[..4]
            );
        }
        assert_eq!(frame.ratio[1..4], [3.0, 4.0, 5.0]);
        assert!((frame.ratio[0] - 1.005).abs() < 1e-6);
    }
}
