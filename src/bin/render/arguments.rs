//! What the command line asks for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use aliquot::synth::parameter::{MAX_VOICES, Threads};
use aliquot::workers::MAX_THREADS;
use clap::{Parser, ValueEnum};

/// Plays a MIDI file on Aliquot and writes what sounds to a WAV file.
///
/// There is one sound at a time, for all channels: the preset that --preset names, or the first
/// starting preset, or with --bank the recordings alone. A damaged file plays as far as it is whole; each kind of
/// damage gives a warning with its place.
#[derive(Parser)]
#[command(
    name = crate::PROGRAM,
    version,
    override_usage = "aliquot-render [OPTIONS] <SONG.mid> <OUT.wav>\n       aliquot-render --list-presets"
)]
pub struct Arguments {
    /// The MIDI file to play
    #[arg(value_name = "SONG.mid", required_unless_present = "list_presets")]
    song: Option<PathBuf>,
    /// The WAV file to write, which appears only when it is whole; a pipe or a device gets it as one
    /// piece; - is standard output
    #[arg(value_name = "OUT.wav", required_unless_present = "list_presets")]
    output: Option<PathBuf>,
    /// A starting preset or a preset file
    #[arg(long, value_name = "NAME|FILE")]
    pub preset: Option<OsString>,
    /// Program changes in the song, on any channel but the drums', choose among the starting presets
    /// (program 0 is the first; numbers past the last change nothing)
    #[arg(long, conflicts_with = "preset")]
    pub program_changes: bool,
    /// Play channel 10, which General MIDI has for drums, as it plays the others
    #[arg(long)]
    pub drums_as_notes: bool,
    /// Play with MPE on, whatever the preset says
    #[arg(long)]
    pub mpe: bool,

    /// Play in the scale of a Scala file (.scl or .ascl): Tuning is set to Scale, whatever the preset says
    #[arg(long, value_name = "FILE.scl")]
    pub scale: Option<PathBuf>,

    /// Play the scale by a keyboard map; several have their channels in their names: NAME_1.kbm to NAME_16.kbm
    #[arg(long, value_name = "FILE.kbm", requires = "scale")]
    pub map: Vec<PathBuf>,

    /// Play the recordings of a bank, whatever the preset says; without a preset, on the initial sound, whose body A
    /// then is Recording
    #[arg(long, value_name = "FILE.aliquot", conflicts_with = "program_changes")]
    pub bank: Option<PathBuf>,
    /// Refuse a damaged MIDI file
    #[arg(long)]
    pub strict: bool,
    /// Frames per second
    #[arg(long, value_name = "HZ", default_value_t = 48_000,
        value_parser = clap::value_parser!(u32).range(1_000..=384_000))]
    pub rate: u32,
    /// Frames rendered at once; the sound does not depend on it
    #[arg(long, value_name = "FRAMES", default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub buffer: u32,
    /// Sample format; 16 is dithered, 32f is the engine's own
    #[arg(long, value_enum, default_value_t = Bits::TwentyFour)]
    pub bits: Bits,
    /// Instead of the preset's own seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=9_999))]
    pub seed: Option<u16>,
    /// How long to go on after the song's end; auto: until half a second was below -100 dBFS, a
    /// minute at most
    #[arg(long, value_name = "auto|SECONDS", default_value = "auto", value_parser = tail)]
    pub tail: Tail,
    /// Threads that render: off, auto (one for each processor), or 2 to 16; the sound does not depend
    /// on it
    #[arg(long, value_name = "off|auto|N", default_value = "off", value_parser = threads)]
    pub threads: Threads,
    /// Notes that sound at once, at most; another one makes an earlier one end
    #[arg(long, value_name = "N", default_value_t = 256,
        value_parser = clap::value_parser!(u16).range(1..=MAX_VOICES as i64))]
    pub voices: u16,
    /// Say what the rendering took
    #[arg(long)]
    pub report: bool,
    /// Name the starting presets with their program numbers, and stop
    #[arg(long)]
    pub list_presets: bool,
}

/// A WAV file's sample format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bits {
    #[value(name = "16")]
    Sixteen,
    #[value(name = "24")]
    TwentyFour,
    #[value(name = "32f")]
    Float,
}

/// What follows the song's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    Auto,
    Seconds(f64),
}

impl Arguments {
    /// The song's path and the output's.
    pub fn paths(&self) -> Result<(&Path, &Path), String> {
        match (&self.song, &self.output) {
            (Some(song), Some(output)) => Ok((song, output)),
            _ => Err("a song and an output are needed".to_owned()),
        }
    }

    /// Whether the output is not a file but standard output.
    pub fn writes_to_standard_output(&self) -> bool {
        self.output.as_deref() == Some(Path::new("-"))
    }

    /// What the output is called.
    pub fn output_name(&self) -> Result<&Path, String> {
        let (_, path) = self.paths()?;
        Ok(if self.writes_to_standard_output() {
            Path::new("standard output")
        } else {
            path
        })
    }
}

fn threads(text: &str) -> Result<Threads, String> {
    match text {
        "off" | "1" => Ok(Threads::Off),
        "auto" => Ok(Threads::Auto),
        number => match number.parse() {
            Ok(number) if (2..=MAX_THREADS).contains(&number) => Ok(Threads::Number(number)),
            _ => Err(format!("off, auto or 2 to {MAX_THREADS} is needed")),
        },
    }
}

fn tail(text: &str) -> Result<Tail, String> {
    if text == "auto" {
        return Ok(Tail::Auto);
    }
    match text.parse() {
        Ok(seconds) if (0.0..=3_600.0).contains(&seconds) => Ok(Tail::Seconds(seconds)),
        _ => Err("auto or 0 to 3600 seconds is needed".to_owned()),
    }
}
