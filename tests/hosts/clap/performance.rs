//! MIDI files through the bundle and through the renderer: the same bits.

use std::fs;
use std::path::Path;
use std::process::Command;

use aliquot::state::{Preset, starting_presets};
use aliquot::synth::Param;
use xtask::bundle::RENDERER;
use xtask::demo;
use xtask::host::{Rendered, render_midi, starting_preset};
use xtask::workspace;

use crate::analysis::{first_difference, peak};
use crate::rig::{bundle, bundled};

/// What `aliquot-render` makes of a song: left and right.
fn render(song: &Path, preset: &str, rate_hz: u32, buffer_frames: usize) -> [Vec<f32>; 2] {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("song.wav");
    let program = format!("{RENDERER}{}", std::env::consts::EXE_SUFFIX);
    let output = Command::new(bundled(&program))
        .arg(song)
        .arg(&wav)
        .args(["--preset", preset, "--bits", "32f", "--tail", "auto"])
        .args(["--rate", &rate_hz.to_string()])
        .args(["--buffer", &buffer_frames.to_string()])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    [0, 1].map(|channel| samples.iter().copied().skip(channel).step_by(2).collect())
}

fn assert_same(rendered: &Rendered, expected: &[Vec<f32>; 2], what: &str) {
    assert!(peak(&rendered.left) > 0.01, "{what} is silent");
    for (rendered, expected) in [&rendered.left, &rendered.right].into_iter().zip(expected) {
        assert_eq!(rendered.len(), expected.len(), "{what}");
        assert_eq!(first_difference(expected, rendered), None, "{what}");
    }
}

#[test]
fn the_demo_is_the_same_through_the_bundle_and_the_renderer() {
    let song = workspace::root().join("xtask/demo/prelude.mid");
    let expected = render(&song, demo::PRESET, 48_000, 512);
    let preset = starting_preset(demo::PRESET).unwrap();
    let rendered = render_midi(&bundle(), &song, &preset, 48_000.0, 512).unwrap();
    assert_same(&rendered, &expected, "the demo");
}

/// A few seconds with all that a MIDI file can ask for: tempo changes, bends, pressure, pedals,
/// controllers, the same key twice, a key never released.
const SONG: &[(u8, &[u8])] = &[
    (0, &[0xFF, 0x51, 3, 0x07, 0xA1, 0x20]),
    (0, &[0x90, 48, 100]),
    (7, &[0x90, 55, 64]),
    (60, &[0xE0, 0x21, 0x55]),
    (13, &[0xA0, 55, 99]),
    (90, &[0xB0, 64, 127]),
    (11, &[0x80, 48, 0]),
    (3, &[0xFF, 0x51, 3, 0x04, 0x93, 0xE0]),
    (77, &[0x91, 60, 127]),
    (100, &[0xB0, 1, 77]),
    (50, &[0xD1, 101, 0]),
    (30, &[0x90, 55, 33]),
    (99, &[0x91, 60, 0]),
    (21, &[0xB0, 74, 100]),
    (80, &[0xB0, 64, 0]),
    (1, &[0xFF, 0x51, 3, 0x09, 0x27, 0xC0]),
    (120, &[0x90, 72, 90]),
    (64, &[0xE0, 0x00, 0x40]),
    (127, &[0xB0, 11, 80]),
    (127, &[0x80, 72, 0]),
    (127, &[0xFF, 0x2F, 0]),
];

/// [`SONG`] as a MIDI file of format 0 with 96 ticks to the quarter.
fn song_file() -> Vec<u8> {
    let mut track = Vec::new();
    for (delta, message) in SONG {
        track.push(*delta);
        // Channel pressure is a byte shorter than the table's rows.
        let length = if message[0] & 0xF0 == 0xD0 {
            2
        } else {
            message.len()
        };
        track.extend_from_slice(&message[..length]);
    }
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk".to_vec();
    file.extend_from_slice(&(track.len() as u32).to_be_bytes());
    file.extend_from_slice(&track);
    file
}

#[test]
fn every_starting_preset_is_the_same_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let song = folder.path().join("song.mid");
    fs::write(&song, song_file()).unwrap();
    let cases = [(44_100, 100), (48_000, 4_096), (96_000, 37)];
    for (preset, (rate_hz, buffer_frames)) in starting_presets().iter().zip(cases.iter().cycle()) {
        let expected = render(&song, preset.name, *rate_hz, *buffer_frames);
        let rate_hz = f64::from(*rate_hz);
        let whole = starting_preset(preset.name).unwrap();
        let rendered = render_midi(&bundle(), &song, &whole, rate_hz, *buffer_frames).unwrap();
        assert_same(&rendered, &expected, preset.name);
    }
}

/// An LFO that follows the song's beats through its tempo changes.
#[test]
fn a_sound_that_follows_the_tempo_is_the_same_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let song = folder.path().join("song.mid");
    fs::write(&song, song_file()).unwrap();
    let mut preset = Preset::parse(starting_presets()[0].text).unwrap();
    preset.patch.set(Param::LFO_SYNC, 1.0);
    preset.patch.set(Param::LFO_DIVISION, 14.0);
    preset.patch.set(Param::LFO_LEVEL, 12.0);
    preset.patch.set(Param::LFO_PITCH, 30.0);
    let file = folder.path().join("synced.toml");
    fs::write(&file, preset.to_text()).unwrap();

    let expected = render(&song, file.to_str().unwrap(), 48_000, 512);
    let rendered = render_midi(&bundle(), &song, &preset, 48_000.0, 512).unwrap();
    assert_same(&rendered, &expected, "the synced preset");
}
