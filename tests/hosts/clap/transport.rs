//! The host's tempo and song position, in an LFO that follows them.

use xtask::host::{Instance, Transport};

use crate::analysis::{amplitude, error_db, key_hz};
use crate::rig::{on, sine_with};

const RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 480;

fn synced() -> Instance {
    sine_with(&[
        ("LFO 1 Sync", "On"),
        ("LFO 1 Division", "1/4"),
        ("LFO 1 to Level", "6 dB"),
    ])
}

/// Four seconds of a note under a song that moves from `position_beats` on.
fn play_song(tempo_bpm: f64, position_beats: f64, playing: bool) -> Vec<f32> {
    let mut instance = synced();
    let mut processor = instance.activate(RATE_HZ, BUFFER_FRAMES).unwrap();
    let mut sound = Vec::new();
    let (mut left, mut right) = ([0.0; BUFFER_FRAMES], [0.0; BUFFER_FRAMES]);
    for buffer in 0..400 {
        let beats = (buffer * BUFFER_FRAMES) as f64 / RATE_HZ * tempo_bpm / 60.0;
        processor.set_transport(Some(Transport {
            tempo_bpm: Some(tempo_bpm),
            position_beats: Some(position_beats + if playing { beats } else { 0.0 }),
            playing,
        }));
        let note = [on(0, 1, 69)];
        let events = if buffer == 0 { &note[..] } else { &[] };
        processor
            .process(events, &mut [&mut left, &mut right])
            .unwrap();
        sound.extend_from_slice(&left);
    }
    instance.deactivate(processor);
    sound
}

#[test]
fn the_lfo_follows_the_tempo() {
    for (tempo_bpm, playing) in [(120.0, true), (75.0, true), (120.0, false), (300.0, false)] {
        let sound = play_song(tempo_bpm, 0.0, playing);
        // A level that rises and falls once a beat has sidebands a beat's rate away.
        let sideband = |beats_per_cycle: f64| {
            amplitude(
                &sound,
                RATE_HZ,
                key_hz(69.0) + tempo_bpm / 60.0 / beats_per_cycle,
            )
        };
        let (right, wrong) = (sideband(1.0), sideband(0.42));
        assert!(
            right > 20.0 * wrong,
            "{tempo_bpm} a minute, playing {playing}: {right} beside {wrong}"
        );
    }
}

#[test]
fn the_lfo_follows_the_songs_position() {
    let start = play_song(120.0, 0.0, true);
    let cycles_later = play_song(120.0, 8.0, true);
    assert!(
        error_db(&start, &cycles_later) < -100.0,
        "whole cycles make a difference"
    );
    let half_later = play_song(120.0, 0.5, true);
    assert!(
        error_db(&start, &half_later) > -20.0,
        "half a cycle makes none"
    );
}
