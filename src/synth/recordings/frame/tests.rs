use super::*;
use crate::dsp::random::bipolar;
use crate::tracks::bank_file::{FrameGrid, TrackBank};
use crate::tracks::{Breakpoint, Track, Tracks};

const HOP: u32 = 128;
const RATE_HZ: f64 = 48_000.0;
const HOP_S: f64 = HOP as f64 / RATE_HZ;

/// Tracks that wander, some of which begin late or end early.
fn bank(seed: u64) -> TrackBank {
    panned_bank(seed, 0.0)
}

/// The same to one side.
fn panned_bank(seed: u64, pan: f64) -> TrackBank {
    let track = |n: u32| Track {
        label: Some(n),
        breakpoints: (u64::from(n % 3)..20 - u64::from(n % 5))
            .map(|k| {
                let wobble = 1.0 + 0.02 * bipolar(seed + u64::from(n), k);
                let hz = 50.0 * f64::from(n) * wobble;
                Breakpoint {
                    pan,
                    ..Breakpoint::new(k as f64 * HOP_S, hz, 0.1 * wobble / f64::from(n))
                }
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
            let played = PlayedRows {
                rows: &rows,
                sound: (seed, 0),
                root_hz: 50.0,
                formants: None,
            };
            frame.go(level, played, &mut slot_state, &frame_step);
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

/// Voices in three recordings at several speeds. The second of each recording reads what the first decoded, and others
/// are in intervals that are not kept.
#[test]
fn intervals_that_are_kept_change_nothing() {
    let banks = [bank(0), bank(1_000), panned_bank(2_000, -0.5)];
    let level = SimdLevel::chosen();
    let speeds = [0.3, 0.3, 1.0, -0.7, 0.9, 1.7];
    let mut states = [TrackSlotState::NONE; 18];
    let mut kept = RecordedFrame::allocate();
    for step in 0..8 {
        for (voice, state) in states.iter_mut().enumerate() {
            let (recording, speed) = (voice / 6, speeds[voice % 6]);
            let rows = banks[recording].rows(0).expect("a sound");
            let played = PlayedRows {
                rows: &rows,
                sound: (7 + recording as u64, 0),
                root_hz: 50.0,
                formants: None,
            };
            let start = if speed < 0.0 { 15.0 } else { 1.0 };
            let frame_step = FrameStep {
                from: start + speed * f64::from(step),
                to: start + speed * f64::from(step + 1),
                seconds: HOP_S,
                is_onset: step == 0,
                is_over: false,
            };
            let mut fresh = RecordedFrame::allocate();
            fresh.go(level, played, &mut state.clone(), &frame_step);
            kept.go(level, played, state, &frame_step);
            for (kept, fresh) in [
                (&kept.ratio, &fresh.ratio),
                (&kept.start_ratio, &fresh.start_ratio),
                (&kept.mean_excess, &fresh.mean_excess),
                (&kept.gain, &fresh.gain),
                (&kept.pan, &fresh.pan),
            ] {
                assert_eq!(kept[..], fresh[..], "step {step}, voice {voice}");
            }
            assert_eq!(kept.has_pans, recording == 2);
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
