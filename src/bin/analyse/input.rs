//! What is read: files of partials, and sound files, which are analysed.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aliquot::analysis::AnalysisReport;
use aliquot::recordings::partials_file;
use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::files::FileFormat;

use crate::arguments::Arguments;
use crate::sound::{self, AnalysedSound};
use crate::whole_file::WholeFile;

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputFormat {
    /// A sound file.
    Sound,
    /// A file of partials.
    Partials(FileFormat),
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputFormat::Sound => f.write_str("sound"),
            InputFormat::Partials(format) => format.fmt(f),
        }
    }
}

/// A recording of an input.
pub enum InputRecording {
    /// As partials.
    Tracks(Tracks),
    /// A sound of a bank, as it is there.
    Encoded(Arc<TrackBank>, usize),
}

/// A sound of an input.
pub struct InputSound {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// The recording.
    pub recording: InputRecording,
}

impl InputSound {
    /// The recording as partials; an interrupt stops it.
    pub fn tracks(&self, interrupted: &AtomicBool) -> Result<Cow<'_, Tracks>, String> {
        match &self.recording {
            InputRecording::Tracks(tracks) => Ok(Cow::Borrowed(tracks)),
            InputRecording::Encoded(bank, sound) => {
                let tracks = bank.read_tracks_unless(*sound, interrupted);
                let tracks = tracks.map(Cow::Owned);
                tracks.map_err(|error| error.to_string())
            }
        }
    }
}

/// An input.
pub struct Input {
    pub path: PathBuf,
    pub format: InputFormat,
    /// The sounds, at least one.
    pub sounds: Vec<InputSound>,
    /// What is not as it should be.
    pub remarks: Vec<String>,
    /// The frames of an analysis.
    pub grid: Option<FrameGrid>,
    /// The figures of an analysis, if they were asked for.
    pub report: Option<AnalysisReport>,
    /// The file of a resynthesis, complete and without its name.
    pub resynthesis: Option<WholeFile>,
}

impl Input {
    /// Bytes of the bank that it is; 0 if it is none.
    pub fn encoded_bytes(&self) -> u64 {
        match self.sounds.first().map(|sound| &sound.recording) {
            Some(InputRecording::Encoded(bank, _)) => bank.file_bytes(),
            _ => 0,
        }
    }

    /// Whether it is one of Aliquot's banks.
    pub fn is_bank(&self) -> bool {
        self.format == InputFormat::Partials(FileFormat::Bank)
    }
}

/// Reads a file of partials or analyses a sound file; an error names it.
pub fn read(path: &Path, arguments: &Arguments, interrupted: &AtomicBool) -> Result<Input, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let format = partials_file::format_of(path).map_err(|error| named(&error))?;
    if format == Some(FileFormat::Bank) && arguments.resynth.is_none() {
        let bank = TrackBank::open(path, interrupted).map_err(|error| named(&error))?;
        return Ok(of_bank(path, &Arc::new(bank)));
    }
    if format.is_none()
        && let Some(found) = sound::read(path, arguments, interrupted)?
    {
        return Ok(of_sound(path, found));
    }
    if arguments.resynth.is_some() {
        return Err(named(
            &"--resynth is for recordings; this file holds partials",
        ));
    }
    partials(path, interrupted)
}

fn of_sound(path: &Path, found: AnalysedSound) -> Input {
    Input {
        path: path.to_owned(),
        format: InputFormat::Sound,
        sounds: vec![InputSound {
            zone: KeyZone::default(),
            recording: InputRecording::Tracks(found.tracks),
        }],
        grid: Some(found.grid),
        remarks: found.remarks,
        report: found.report,
        resynthesis: found.resynthesis,
    }
}

fn of_bank(path: &Path, bank: &Arc<TrackBank>) -> Input {
    let sounds = bank.sounds().iter().enumerate();
    let sounds = sounds.map(|(number, sound)| InputSound {
        zone: sound.zone,
        recording: InputRecording::Encoded(bank.clone(), number),
    });
    Input {
        path: path.to_owned(),
        format: InputFormat::Partials(FileFormat::Bank),
        sounds: sounds.collect(),
        remarks: Vec::new(),
        grid: None,
        report: None,
        resynthesis: None,
    }
}

fn partials(path: &Path, interrupted: &AtomicBool) -> Result<Input, String> {
    let contents = partials_file::read(path, interrupted);
    let mut contents = contents.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Input {
        path: path.to_owned(),
        format: InputFormat::Partials(contents.format),
        remarks: std::mem::take(&mut contents.remarks),
        grid: None,
        report: None,
        resynthesis: None,
        sounds: (contents.into_sounds().into_iter())
            .map(|sound| InputSound {
                zone: sound.zone,
                recording: InputRecording::Tracks(sound.tracks),
            })
            .collect(),
    })
}
