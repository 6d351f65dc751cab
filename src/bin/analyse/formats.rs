//! What is written.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use aliquot::recordings::notes::{NamedNote, key_hz};
use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::pieces::LARGE_BYTES;
use aliquot::tracks::bank_file::{BuildError, FrameGrid, KeyZone, TrackBank};
use aliquot::tracks::files::ats::ByteOrder;
use aliquot::tracks::files::{ats, sdif, spear};
use clap::ValueEnum;

use crate::arguments::Arguments;
use crate::input::{Input, InputRecording};
use crate::large_bank::LargeBank;
use crate::zones::zones_of_notes;

/// A format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Aliquot's own
    Bank,
    /// SPEAR's "Text - Partials"
    Spear,
    /// SPEAR's "Text - Resampled Frames"
    SpearFrames,
    /// SDIF with Loris's breakpoints, RBEP
    Sdif,
    /// SDIF with sinusoidal tracks, 1TRC
    #[value(name = "sdif-1trc")]
    Sdif1trc,
    /// ATS
    Ats,
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutputFormat::Bank => "bank",
            OutputFormat::Spear => "SPEAR text (partials)",
            OutputFormat::SpearFrames => "SPEAR text (frames)",
            OutputFormat::Sdif => "SDIF (RBEP)",
            OutputFormat::Sdif1trc => "SDIF (1TRC)",
            OutputFormat::Ats => "ATS",
        })
    }
}

impl OutputFormat {
    /// What a file's name says.
    pub fn of_path(path: &Path) -> Result<OutputFormat, String> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("aliquot") => Ok(OutputFormat::Bank),
            Some("txt") => Ok(OutputFormat::Spear),
            Some("sdif") => Ok(OutputFormat::Sdif),
            Some("ats") => Ok(OutputFormat::Ats),
            _ => Err(format!(
                "{}: the name says no format (.aliquot, .txt, .sdif or .ats); --format does",
                path.display()
            )),
        }
    }
}

/// What is to be written.
pub enum Output {
    /// The bytes.
    Bytes(Vec<u8>),
    /// A bank that is too large to be in memory whole.
    Large(LargeBank),
}

/// The output, and what was left out, in words. An interrupt stops it with any error.
pub fn output(
    arguments: &Arguments,
    inputs: Vec<Input>,
    format: OutputFormat,
    interrupted: &AtomicBool,
) -> Result<(Output, Vec<String>), String> {
    if format == OutputFormat::Bank {
        return bank(arguments, inputs, interrupted);
    }
    let tracks = chosen(arguments, inputs, interrupted)?;
    let hop_s = arguments.hop.map(|ms| 0.001 * ms);
    let (bytes, lost) = match format {
        OutputFormat::Spear => (spear::write_partials(&tracks).into_bytes(), 0),
        OutputFormat::SpearFrames => {
            let (text, lost) = spear::write_frames(&tracks, hop_s)?;
            (text.into_bytes(), lost)
        }
        OutputFormat::Sdif => (sdif::write_rbep(&tracks), 0),
        OutputFormat::Sdif1trc => sdif::write_1trc(&tracks, hop_s)?,
        OutputFormat::Ats | OutputFormat::Bank => ats::write(&tracks, hop_s, ByteOrder::Little)?,
    };
    let notice = format!("{lost} tracks fall between two frames; a shorter --hop keeps them");
    let notices = (lost > 0).then_some(notice).into_iter().collect();
    Ok((Output::Bytes(bytes), notices))
}

/// The only sound, or the one that is asked for.
fn chosen(
    arguments: &Arguments,
    inputs: Vec<Input>,
    interrupted: &AtomicBool,
) -> Result<Tracks, String> {
    let mut sounds: Vec<_> = inputs.into_iter().flat_map(|i| i.sounds).collect();
    let count = sounds.len();
    let number = match arguments.sound {
        Some(number) => number as usize,
        None if count == 1 => 1,
        None => return Err(format!("the bank holds {count} sounds; --sound says which")),
    };
    if number > count {
        return Err(format!("there is no sound {number}; there are {count}"));
    }
    let sound = sounds.swap_remove(number - 1);
    sound.tracks(interrupted).map(Cow::into_owned)
}

/// A bank of all sounds.
fn bank(
    arguments: &Arguments,
    mut inputs: Vec<Input>,
    interrupted: &AtomicBool,
) -> Result<(Output, Vec<String>), String> {
    for input in &mut inputs {
        let Some(note) = NamedNote::of(&input.path) else {
            continue;
        };
        for sound in &mut input.sounds {
            if let InputRecording::Tracks(tracks) = &mut sound.recording {
                tracks.root_hz = tracks.root_hz.or(Some(key_hz(note.key)));
            }
        }
    }
    give_zones(arguments, &mut inputs)?;
    let large = |inputs| LargeBank::new(inputs, |input, tracks| grid_of(arguments, input, tracks));
    let large = |inputs| (Output::Large(large(inputs)), Vec::new());
    if inputs.iter().map(Input::encoded_bytes).sum::<u64>() >= LARGE_BYTES {
        return Ok(large(inputs));
    }
    let sounds = inputs.iter().flat_map(|input| &input.sounds);
    let sounds = sounds.map(|sound| Ok((sound.zone, sound.tracks(interrupted)?)));
    let sounds = sounds.collect::<Result<Vec<(KeyZone, Cow<Tracks>)>, String>>()?;
    let sounds: Vec<(KeyZone, &Tracks)> = sounds.iter().map(|(zone, of)| (*zone, &**of)).collect();
    let grid = grid(arguments, &inputs, &sounds);
    let small = TrackBank::from_sounds_unless(&sounds, grid, interrupted);
    match small {
        Ok((bank, remarks)) if bank.file_bytes() < LARGE_BYTES => {
            Ok((Output::Bytes(bank.bytes().to_vec()), remarks))
        }
        Err(BuildError::Cancelled) => Err(BuildError::Cancelled.to_string()),
        // What cannot be in any bank is refused as a large one as well.
        _ => Ok(large(inputs)),
    }
}

/// The frames of one sound of a large bank.
fn grid_of(arguments: &Arguments, input: &Input, tracks: &Tracks) -> FrameGrid {
    match (input.grid, arguments.hop) {
        (Some(grid), None) => grid,
        _ => grid(arguments, &[], &[(KeyZone::default(), tracks)]),
    }
}

/// The frames of a bank: those of the analyses, since others would have to be calculated from them; for
/// other inputs, or recordings of different rates, frames at 48 kHz.
fn grid(arguments: &Arguments, inputs: &[Input], sounds: &[(KeyZone, &Tracks)]) -> FrameGrid {
    let analysed: Option<Vec<FrameGrid>> = inputs.iter().map(|input| input.grid).collect();
    if let (Some(grids), None) = (analysed, arguments.hop)
        && let Some(finest) = grids.iter().copied().min_by_key(|grid| grid.hop)
        && grids
            .iter()
            .all(|grid| grid.sample_rate_hz == finest.sample_rate_hz)
    {
        return finest;
    }
    let hop = match arguments.hop {
        Some(ms) => (0.001 * ms * FrameGrid::USUAL_RATE_HZ)
            .round()
            .clamp(1.0, 4_096.0) as u32,
        None => return FrameGrid::of(sounds.iter().map(|(_, tracks)| *tracks)),
    };
    FrameGrid {
        sample_rate_hz: FrameGrid::USUAL_RATE_HZ,
        hop,
    }
}

/// Zones from the options, or else of several files from their names. Those of banks stay.
fn give_zones(arguments: &Arguments, inputs: &mut [Input]) -> Result<(), String> {
    for (input, zone) in inputs.iter_mut().zip(&arguments.zone) {
        for sound in &mut input.sounds {
            sound.zone = *zone;
        }
    }
    if !arguments.zone.is_empty() || inputs.len() == 1 {
        return Ok(());
    }
    let mut others: Vec<&mut Input> = inputs.iter_mut().filter(|input| !input.is_bank()).collect();
    let notes = others.iter().map(|input| {
        let note = NamedNote::of(&input.path);
        note.ok_or_else(|| {
            let path = input.path.display();
            format!("{path}: the name has no note such as C#3; --zone says which keys it is for")
        })
    });
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    for (input, zone) in others.iter_mut().zip(zones_of_notes(&notes)) {
        for sound in &mut input.sounds {
            sound.zone = zone;
        }
    }
    Ok(())
}
