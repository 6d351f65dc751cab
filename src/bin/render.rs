//! `aliquot-render`: a MIDI file in, a WAV file out, on the same engine as the plugin.
//!
//! The output depends on the song, the preset, the rate, the bits, the seed and the tail; not on
//! the machine's speed nor on `--buffer`, which is only how many frames are asked for at once.

#[path = "render/arguments.rs"]
mod arguments;
#[path = "program/command_line.rs"]
mod command_line;
#[path = "render/general_midi.rs"]
mod general_midi;
#[path = "render/output.rs"]
mod output;
#[path = "render/performance.rs"]
mod performance;
#[path = "render/recordings.rs"]
mod recordings;
#[path = "render/report.rs"]
mod report;
#[path = "render/stream.rs"]
mod stream;
#[path = "render/tuning.rs"]
mod tuning;
#[path = "program/whole_file.rs"]
mod whole_file;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::scale::TuningSet;
use aliquot::song::{ReadOptions, Song};
use aliquot::state::{Preset, StartingPreset, starting_presets};
use aliquot::synth::Param;
use indicatif::{ProgressBar, ProgressStyle};

use arguments::Arguments;
use output::WavOutput;
use performance::{Performance, Program};
use report::Report;
use stream::Stream;
use whole_file::is_same_file;

/// What the program is called.
const PROGRAM: &str = "aliquot-render";

fn main() -> ExitCode {
    let arguments: Arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let done = if arguments.list_presets {
        tell(&preset_list(), false)
    } else {
        render(&arguments)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => command_line::fail(&reason),
    }
}

/// Prints a text for the user: on standard error where the output itself goes to standard output.
fn tell(text: &str, is_output_taken: bool) -> Result<(), String> {
    if is_output_taken {
        // Where there is nobody to read it, nothing is lost.
        let _ = io::stderr().write_all(text.as_bytes());
        return Ok(());
    }
    stream::tell(text).map_err(|error| format!("standard output: {error}"))
}

/// Renders as the arguments ask, and reports what was written.
fn render(arguments: &Arguments) -> Result<(), String> {
    SimdLevel::forced()?;
    let (song_path, output_path) = arguments.paths()?;
    spare_inputs(arguments, song_path, output_path)?;
    let programs = programs(arguments)?;
    let bytes = fs::read(song_path).map_err(named(song_path))?;
    let options = ReadOptions {
        sample_rate_hz: arguments.rate,
        is_strict: arguments.strict,
    };
    let (mut song, warnings) = Song::read(&bytes, &options).map_err(named(song_path))?;
    drop(bytes);
    let notices = general_midi::settle(&mut song, arguments, &programs[0].patch);
    for text in warnings.iter().map(ToString::to_string).chain(notices) {
        command_line::tell(&named(song_path)(text));
    }

    let interrupted = Arc::new(AtomicBool::new(false));
    let (mut output, is_output_taken) = open_output(arguments, output_path, &interrupted)?;
    let mut performance = Performance::new(&song, programs, arguments, output.room_frames())
        .map_err(named(song_path))?;
    let mut report = arguments
        .report
        .then(|| Report::new(arguments.rate, arguments.buffer));
    let begin = Instant::now();
    let output_name = arguments.output_name()?;
    play(&mut performance, &mut output, report.as_mut(), &interrupted)
        .map_err(named(output_name))?;
    let wall = begin.elapsed();
    for fault in performance.faults() {
        command_line::tell(&fault);
    }
    let summary = output.finish().map_err(named(output_name))?;

    let mut text = format!("{}: {summary}\n", output_name.display());
    if let Some(report) = report {
        text += &report.text(performance.position_frames(), wall);
    }
    tell(&text, is_output_taken)
}

/// Opens what is rendered to; returns as well whether that is standard output. `interrupted` is set by
/// an interrupt.
fn open_output(
    arguments: &Arguments,
    path: &Path,
    interrupted: &Arc<AtomicBool>,
) -> Result<(WavOutput, bool), String> {
    let named_output = named(arguments.output_name()?);
    let stream = if arguments.writes_to_standard_output() {
        Stream::standard_output().map(Some)
    } else {
        Stream::open(path)
    };
    if let Some(stream) = stream.map_err(&named_output)? {
        // Its temporary file has no name, and a pipe that nobody reads from must not outlive an
        // interrupt: that ends the program as it ends any other.
        let is_standard_output = stream.is_standard_output;
        let output = WavOutput::to_stream(stream, arguments.rate, arguments.bits);
        return Ok((output.map_err(named_output)?, is_standard_output));
    }
    // From here on there is a temporary file, which an interrupt must not leave behind.
    let flag = Arc::clone(interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .map_err(|error| format!("cannot listen for interrupts: {error}"))?;
    let output = WavOutput::create(path, arguments.rate, arguments.bits);
    Ok((output.map_err(named_output)?, false))
}

/// Renders a song from its beginning to its end.
fn play(
    performance: &mut Performance,
    output: &mut WavOutput,
    mut report: Option<&mut Report>,
    interrupted: &AtomicBool,
) -> io::Result<()> {
    let progress = ProgressBar::new(performance.expected_frames());
    progress.set_style(
        ProgressStyle::with_template(
            "{bar:40} {percent:>3} %  {elapsed_precise} of {duration_precise}",
        )
        .expect("the template is right"),
    );
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        let start = Instant::now();
        let Some((left, right)) = performance.next_block() else {
            break;
        };
        let time = start.elapsed();
        output.write(left, right)?;
        if let Some(report) = &mut report {
            report.block(
                time,
                performance.rendered_frames(),
                performance.statistics(),
            );
        }
        progress.set_position(performance.position_frames());
    }
    progress.finish_and_clear();
    Ok(())
}

/// Refuses an output that would take the place of what is read.
fn spare_inputs(arguments: &Arguments, song: &Path, output: &Path) -> Result<(), String> {
    if arguments.writes_to_standard_output() {
        return Ok(());
    }
    let preset = arguments
        .preset
        .as_deref()
        .filter(|wanted| starting_preset(wanted).is_none())
        .map(Path::new);
    let scale = arguments.scale.as_deref();
    let maps = arguments.map.iter().map(|map| ("map", Some(map.as_path())));
    let bank = arguments.bank.as_deref();
    let inputs = [
        ("song", Some(song)),
        ("preset", preset),
        ("scale", scale),
        ("bank", bank),
    ];
    for (name, input) in inputs.into_iter().chain(maps) {
        if input.is_some_and(|input| is_same_file(input, output)) {
            return Err(format!(
                "{}: the output would take the {name}'s place; it needs a name of its own",
                output.display()
            ));
        }
    }
    Ok(())
}

/// [`Param::TUNING`] of [`TuningChoice::Scale`](aliquot::synth::tuning::TuningChoice::Scale).
const SCALE: f32 = 2.0;

/// The patches that are played, at least one, by program number, with what the command line says of
/// all of them. There is one alone where [`general_midi::settle`] leaves no program change.
fn programs(arguments: &Arguments) -> Result<Vec<Program>, String> {
    let asked = tuning::asked(arguments)?;
    let bank = arguments.bank.as_deref().map(recordings::of_file);
    let bank = bank.transpose()?;
    let file = arguments.preset.as_deref();
    let file = file.filter(|wanted| starting_preset(wanted).is_none());
    let adjusted = |preset: Preset| {
        let mut patch = preset.patch;
        if let Some(seed) = arguments.seed {
            patch.set(Param::SEED, seed.into());
        }
        if arguments.mpe {
            patch.set(Param::MPE, 1.0);
        }
        patch.set(Param::VOICES, arguments.voices.into());
        if asked.is_some() {
            patch.set(Param::TUNING, SCALE);
        }
        let set = asked.as_ref().or(preset.tuning.as_ref());
        let scale = Arc::new(set.map(TuningSet::loaded));
        let own = || recordings::of_preset(preset.recording.as_ref(), file.map(Path::new));
        let recordings = bank.clone().unwrap_or_else(own);
        Program {
            patch,
            scale,
            recordings,
        }
    };
    if let Some(wanted) = &arguments.preset {
        return Ok(vec![adjusted(preset(wanted)?)]);
    }
    if bank.is_some() {
        let mut preset = Preset::initial();
        preset
            .patch
            .set(Param::BODY_A, aliquot::recordings::recording_body());
        return Ok(vec![adjusted(preset)]);
    }
    let count = if arguments.program_changes {
        usize::MAX
    } else {
        1
    };
    starting_presets()
        .iter()
        .take(count)
        .map(|starting| match Preset::parse(starting.text) {
            Ok(preset) => Ok(adjusted(preset)),
            Err(error) => Err(format!("{}: {error}", starting.name)),
        })
        .collect()
}

/// The starting preset of that name, or else the preset in the file of that name.
fn preset(wanted: &OsStr) -> Result<Preset, String> {
    let name = wanted.display();
    if let Some(starting) = starting_preset(wanted) {
        return Preset::parse(starting.text).map_err(|error| format!("{name}: {error}"));
    }
    match fs::read_to_string(wanted) {
        Ok(text) => {
            let read = Preset::read(&text).map_err(|error| format!("{name}: {error}"));
            let (preset, warnings) = read?;
            for warning in warnings {
                command_line::tell(&format!("{name}: {warning}"));
            }
            Ok(preset)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let names: Vec<_> = starting_presets().iter().map(|p| p.name).collect();
            Err(format!(
                "{name}: no file and no preset of that name; the presets are {}",
                names.join(", ")
            ))
        }
        Err(error) => Err(format!("{name}: {error}")),
    }
}

fn starting_preset(wanted: &OsStr) -> Option<&'static StartingPreset> {
    starting_presets()
        .iter()
        .find(|starting| wanted.eq_ignore_ascii_case(starting.name))
}

/// The starting presets with their program numbers, a line each.
fn preset_list() -> String {
    starting_presets()
        .iter()
        .enumerate()
        .map(|(program, preset)| format!("{program:>3}  {}\n", preset.name))
        .collect()
}

/// Puts the file's name before the reason.
fn named<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> String {
    move |error| format!("{}: {error}", path.display())
}
