//! What the command line asks for.

use std::path::{Path, PathBuf};

use aliquot::tracks::bank_file::KeyZone;
use clap::Parser;

use crate::formats::OutputFormat;
use crate::sound::{FitArgument, RootArgument};
use crate::whole_file::is_same_file;
use crate::zones;

/// Makes partials of recordings, and converts between files of partials.
///
/// Recordings are WAV, AIFF, FLAC, Ogg Vorbis or MP3; files of partials are Aliquot's banks, SPEAR text,
/// SDIF and ATS. An input's format is known by its content. With one file it says what that holds. Several files
/// become one bank, whose keys and velocities come from --zone or from the files' names, such as
/// piano-C#3-v80.sdif.
#[derive(Parser)]
#[command(
    name = crate::PROGRAM,
    version,
    override_usage = "aliquot-analyse [OPTIONS] <IN>... <OUT>\n       aliquot-analyse <IN>"
)]
pub struct Arguments {
    /// The files to read, and last the one to write, which appears only when it is whole
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Format of the output; without it what its name ends with says that: .aliquot, .txt, .sdif, .ats
    #[arg(long, value_enum)]
    pub format: Option<OutputFormat>,
    /// What recordings are analysed for
    #[arg(long, value_enum, default_value_t)]
    pub fit: FitArgument,
    /// The key that a recording plays, such as C#3 or 49; auto takes it from the note in the file's
    /// name, or else finds it
    #[arg(long, value_name = "KEY", default_value = "auto", value_parser = RootArgument::parse)]
    pub root: RootArgument,
    /// Print how near the partials are to the recording
    #[arg(long)]
    pub report: bool,
    /// Write what the partials of a recording sound like
    #[arg(long, value_name = "WAV")]
    pub resynth: Option<PathBuf>,
    /// Distance of the frames, for formats that are made of frames; without it that of the input
    #[arg(long, value_name = "MS", value_parser = hop)]
    pub hop: Option<f64>,
    /// Keys and velocities of an input, once for each input in their order, such as C3..B3:1..64,
    /// 48..59 or 60
    #[arg(long, value_name = "KEYS[:VELOCITIES]", value_parser = zones::parse)]
    pub zone: Vec<KeyZone>,
    /// Which sound of a bank that holds several is to become another format, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sound: Option<u32>,
}

impl Arguments {
    /// The inputs' paths, and the output's if there is more than one path.
    pub fn paths(&self) -> (&[PathBuf], Option<&Path>) {
        match &self.files[..] {
            [inputs @ .., output] if !inputs.is_empty() => (inputs, Some(output)),
            inputs => (inputs, None),
        }
    }

    /// Refuses options that do not go together.
    pub fn check(&self, inputs: &[PathBuf], format: OutputFormat) -> Result<(), String> {
        if format != OutputFormat::Bank && inputs.len() > 1 {
            return Err(format!("{} files make a bank, not {format}", inputs.len()));
        }
        if !self.zone.is_empty() && self.zone.len() != inputs.len() {
            return Err(format!(
                "--zone is given {} times for {} files",
                self.zone.len(),
                inputs.len()
            ));
        }
        if !self.zone.is_empty() && format != OutputFormat::Bank {
            return Err(format!("--zone is for banks, not for {format}"));
        }
        Ok(())
    }

    /// Refuses a resynthesis of several inputs, or in the place of another file of this run.
    pub fn check_resynthesis(
        &self,
        inputs: &[PathBuf],
        output: Option<&Path>,
    ) -> Result<(), String> {
        let Some(path) = &self.resynth else {
            return Ok(());
        };
        let in_place_of = |what: &str| {
            let path = path.display();
            Err(format!("{path}: --resynth would take the place of {what}"))
        };
        match inputs {
            [input] if is_same_file(path, input) => in_place_of("the recording"),
            [_] if output.is_some_and(|output| is_same_place(path, output)) => {
                in_place_of("the output")
            }
            [_] => Ok(()),
            inputs => Err(format!(
                "--resynth is for one recording, not {}",
                inputs.len()
            )),
        }
    }
}

/// Whether two paths are one file, which need not be there yet.
fn is_same_place(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    is_same_file(a, b) || place(a).is_some_and(|a| place(b).is_some_and(|b| a == b))
}

fn hop(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(ms) if (0.1..=1_000.0).contains(&ms) => Ok(ms),
        _ => Err("0.1 to 1000 ms are needed".to_owned()),
    }
}
