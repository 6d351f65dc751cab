//! The renderer in a folder of its own.
#![allow(dead_code, reason = "each test program uses its own part")]

#[path = "../program/place.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use midly::Format;
pub use program::Place;

use crate::songs::{Song, note};

const PROGRAM: &str = "aliquot-render";
const EXECUTABLE: &str = env!("CARGO_BIN_EXE_aliquot-render");

impl Place {
    /// A place with this song as `song.mid`.
    pub fn with(song: &Song) -> Place {
        let place = Place::new();
        fs::write(place.path("song.mid"), song.bytes()).expect("a song");
        place
    }

    /// A place with this file of `tests/midi` as `song.mid`, and the presets that are there.
    pub fn of_case(name: &str) -> Place {
        let place = Place::new();
        fs::copy(case(name), place.path("song.mid")).expect("a song");
        for preset in ["sine.toml", "saw.toml", "mpe.toml"] {
            let text = fs::read(case_folder().join(preset)).expect("a preset");
            fs::write(place.path(preset), text).expect("a preset");
        }
        place
    }

    /// Renders `song.mid` to `out.wav` with these options, at 48 kHz in floats; the frames.
    pub fn render(&self, options: &[&str]) -> Vec<[f32; 2]> {
        let (frames, notices) = self.render_told(options);
        assert!(notices.is_empty(), "nothing is wrong: {notices:?}");
        frames
    }

    /// Renders a song as [`Place::render`] does, and returns the lines on standard error as well.
    pub fn render_told(&self, options: &[&str]) -> (Vec<[f32; 2]>, Vec<String>) {
        let arguments = [&["song.mid", "out.wav", "--bits", "32f"], options].concat();
        let output = self.run(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{options:?}: {error}");
        let notices = error.lines().map(|line| {
            let text = line.strip_prefix("aliquot-render: song.mid: ");
            text.unwrap_or_else(|| panic!("{line:?}")).to_owned()
        });
        (frames(&self.path("out.wav")), notices.collect())
    }
}

fn case_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/midi")
}

/// A file of `tests/midi`.
pub fn case(name: &str) -> PathBuf {
    case_folder().join(format!("{name}.mid"))
}

/// The frames of a float WAV file.
pub fn frames(path: &Path) -> Vec<[f32; 2]> {
    let reader = hound::WavReader::open(path).expect("a WAV file");
    let samples: Vec<f32> = reader
        .into_samples()
        .map(|sample| sample.expect("a sample"))
        .collect();
    samples.as_chunks().0.to_vec()
}

/// Quarter notes C, E, G at 120 a minute (24 000 frames each at 48 kHz).
pub fn three_notes() -> Song {
    Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), note(480, 480, 64), note(960, 480, 67)].concat()],
    )
}
