//! The renderer in a folder of its own.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use midly::Format;
use tempfile::TempDir;

use crate::songs::{Song, note};

/// A folder with a song in it.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    /// An empty one.
    pub fn new() -> Place {
        Place {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// With this song as `song.mid`.
    pub fn with(song: &Song) -> Place {
        let place = Place::new();
        fs::write(place.path("song.mid"), song.bytes()).expect("a song");
        place
    }

    /// With this file of `tests/midi` as `song.mid`, and the presets that are there.
    pub fn of_case(name: &str) -> Place {
        let place = Place::new();
        fs::copy(case(name), place.path("song.mid")).expect("a song");
        for preset in ["sine.toml", "saw.toml", "mpe.toml"] {
            let text = fs::read(case_folder().join(preset)).expect("a preset");
            fs::write(place.path(preset), text).expect("a preset");
        }
        place
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the renderer in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aliquot-render"))
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .expect("the renderer starts")
    }

    /// Renders `song.mid` to `out.wav` with these options, at 48 kHz in floats; the frames.
    pub fn render(&self, options: &[&str]) -> Vec<[f32; 2]> {
        let (frames, notices) = self.render_told(options);
        assert!(notices.is_empty(), "nothing is wrong: {notices:?}");
        frames
    }

    /// The same of a song of which there is something to say, with that, line by line.
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

    /// Asserts that the renderer refuses, in one line that holds all of `parts`, and that the
    /// folder is as it was.
    pub fn refuses(&self, arguments: &[&str], parts: &[&str]) {
        let before = self.listing();
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert_eq!(error.matches('\n').count(), 1, "{error}");
        assert!(error.starts_with("aliquot-render: "), "{error}");
        assert!(
            !error.contains(".aliquot-render-"),
            "the temporary file is no business of the user's: {error}"
        );
        for part in parts {
            assert!(error.contains(part), "{error:?} lacks {part:?}");
        }
        assert_eq!(output.stdout, b"");
        assert_eq!(self.listing(), before, "{error}");
    }

    /// Names and lengths of all files.
    pub fn listing(&self) -> Vec<(String, u64)> {
        let mut listing: Vec<_> = fs::read_dir(self.folder.path())
            .expect("a folder")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let length = entry.metadata().expect("metadata").len();
                (entry.file_name().to_string_lossy().into_owned(), length)
            })
            .collect();
        listing.sort();
        listing
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
