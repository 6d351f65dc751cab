//! Sound files: analysed, measured, and sounded again.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use aliquot::analysis::synthesis::{Without, sound_unless};
use aliquot::analysis::{
    Analysis, AnalysisError, AnalysisFit, AnalysisReport, AnalysisSettings, DecodeError, Recording,
    analyse,
};
use aliquot::recordings::notes::{NamedNote, key_hz, key_of_name};
use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::FrameGrid;
use clap::ValueEnum;
use indicatif::ProgressBar;

use crate::arguments::Arguments;
use crate::command_line;
use crate::whole_file::WholeFile;

/// Why there is no result where the user asked to stop.
const INTERRUPTED: &str = "interrupted";

/// What a sound file is analysed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FitArgument {
    /// Long tracks and few breakpoints, to be edited and stretched
    #[default]
    Musical,
    /// As near to the original as partials get
    Exact,
}

/// Where the fundamental comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RootArgument {
    /// From the note in the file's name, or else by analysis.
    #[default]
    Auto,
    /// This key.
    Key(u8),
}

impl RootArgument {
    /// Reads a key's name or number, or `auto`.
    pub fn parse(text: &str) -> Result<RootArgument, String> {
        let number = || text.parse::<u8>().ok().filter(|key| *key < 128);
        match text {
            "auto" => Ok(RootArgument::Auto),
            _ => number()
                .or_else(|| key_of_name(text))
                .map(RootArgument::Key)
                .ok_or_else(|| "a key such as C#3 or 49, or auto, is needed".to_owned()),
        }
    }

    fn hz(self, path: &Path) -> Option<f64> {
        match self {
            RootArgument::Key(key) => Some(key_hz(key)),
            RootArgument::Auto => NamedNote::of(path).map(|note| key_hz(note.key)),
        }
    }
}

/// An analysed sound file.
pub struct AnalysedSound {
    pub tracks: Tracks,
    /// The frames of the analysis.
    pub grid: FrameGrid,
    /// What there is to say about it.
    pub remarks: Vec<String>,
    /// Its figures, if they were asked for.
    pub report: Option<AnalysisReport>,
    /// The file of its resynthesis, if that was asked for: complete, and without its name.
    pub resynthesis: Option<WholeFile>,
}

/// Analyses a sound file, and writes its resynthesis if asked to; an error names the file that it is of. `Ok(None)` if
/// it is no sound file.
pub fn read(
    path: &Path,
    arguments: &Arguments,
    interrupted: &AtomicBool,
) -> Result<Option<AnalysedSound>, String> {
    let named = |reason: String| format!("{}: {reason}", path.display());
    let stopped = || named(INTERRUPTED.to_owned());
    let (recording, damage) = match Recording::read(path, interrupted) {
        Ok(read) => read,
        Err(DecodeError::Unsupported(_)) => return Ok(None),
        Err(DecodeError::Cancelled) => return Err(stopped()),
        Err(error) => return Err(named(error.to_string())),
    };
    if let Some(damage) = damage {
        command_line::tell(&format!("{} {damage}", path.display()));
    }
    let settings = AnalysisSettings {
        fit: match arguments.fit {
            FitArgument::Musical => AnalysisFit::Musical,
            FitArgument::Exact => AnalysisFit::Exact,
        },
        root_hz: arguments.root.hz(path),
        window: None,
    };
    let bar = crate::bar(1_000);
    let show = &mut |share: f64| bar.set_position((1_000.0 * share) as u64);
    let found = analyse(&recording, &settings, interrupted, show);
    let mut analysis = found.map_err(|error| match error {
        AnalysisError::Cancelled => stopped(),
        error => named(error.to_string()),
    })?;
    bar.finish_and_clear();
    analysis.tracks.source = source(path, arguments, &analysis);
    let resynthesis = arguments.resynth.as_ref().map(|path| {
        let written = write_resynthesis(path, &recording, &analysis, interrupted);
        written.map_err(|error| format!("{}: {error}", path.display()))
    });
    let resynthesis = resynthesis.transpose()?;
    let report = match arguments.report {
        true => Some(measured(&recording, &analysis, interrupted).ok_or_else(stopped)?),
        false => None,
    };
    let root = format!(
        "window {} samples, confidence in the root {:.2}",
        analysis.window, analysis.root_confidence
    );
    Ok(Some(AnalysedSound {
        grid: FrameGrid::for_tracks(
            &analysis.tracks,
            recording.sample_rate_hz,
            analysis.hop as u32,
        ),
        tracks: analysis.tracks,
        remarks: vec![root],
        report,
        resynthesis,
    }))
}

/// The figures of an analysis; `None` if it was interrupted.
fn measured(
    recording: &Recording,
    analysis: &Analysis,
    interrupted: &AtomicBool,
) -> Option<AnalysisReport> {
    let waiting = ProgressBar::new_spinner();
    waiting.set_message("measuring");
    waiting.tick();
    let report = AnalysisReport::new_unless(recording, analysis, interrupted);
    waiting.finish_and_clear();
    report
}

/// For people: the name, not the folder, which is nobody else's business.
fn source(path: &Path, arguments: &Arguments, analysis: &Analysis) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fit = match arguments.fit {
        FitArgument::Musical => "musical",
        FitArgument::Exact => "exact",
    };
    let (window, hop) = (analysis.window, analysis.hop);
    format!("{name}, {fit} fit, window {window}, hop {hop}")
}

fn write_resynthesis(
    path: &Path,
    recording: &Recording,
    analysis: &Analysis,
    interrupted: &AtomicBool,
) -> Result<WholeFile, String> {
    let rate_hz = recording.sample_rate_hz;
    let heard = sound_unless(&analysis.tracks, rate_hz, Without::default(), interrupted);
    let heard = heard.ok_or(INTERRUPTED)?;
    let spec = hound::WavSpec {
        channels: if heard.side.is_empty() { 1 } else { 2 },
        sample_rate: rate_hz as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).map_err(|error| error.to_string())?;
    for (n, mid) in heard.mid.iter().enumerate() {
        let written = match heard.side.get(n) {
            None => writer.write_sample(*mid),
            Some(side) => writer
                .write_sample(mid + side)
                .and_then(|()| writer.write_sample(mid - side)),
        };
        written.map_err(|error| error.to_string())?;
    }
    writer.finalize().map_err(|error| error.to_string())?;
    let file = WholeFile::create(path, crate::NOT_A_FILE).map_err(|error| error.to_string())?;
    file.file()
        .write_all(bytes.get_ref())
        .map_err(|error| error.to_string())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_keys_or_found() {
        assert_eq!(RootArgument::parse("auto"), Ok(RootArgument::Auto));
        assert_eq!(RootArgument::parse("C#3"), Ok(RootArgument::Key(49)));
        assert_eq!(RootArgument::parse("69"), Ok(RootArgument::Key(69)));
        for text in ["", "128", "H2", "440 Hz"] {
            assert!(RootArgument::parse(text).is_err(), "{text}");
        }
        assert_eq!(RootArgument::Key(69).hz(Path::new("C4.wav")), Some(440.0));
        assert_eq!(RootArgument::Auto.hz(Path::new("A4.wav")), Some(440.0));
        assert_eq!(RootArgument::Auto.hz(Path::new("oboe.wav")), None);
    }
}
