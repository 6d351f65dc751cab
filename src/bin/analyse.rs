//! `aliquot-analyse`: recordings as partials. It analyses sound files, converts between files of partials,
//! and makes one bank of several.
//!
//! The output depends on the inputs and the options alone.

#[path = "analyse/arguments.rs"]
mod arguments;
#[path = "program/command_line.rs"]
mod command_line;
#[path = "analyse/formats.rs"]
mod formats;
#[path = "analyse/input.rs"]
mod input;
#[path = "analyse/large_bank.rs"]
mod large_bank;
#[path = "analyse/sound.rs"]
mod sound;
#[path = "analyse/summary.rs"]
mod summary;
#[path = "program/whole_file.rs"]
mod whole_file;
#[path = "analyse/zones.rs"]
mod zones;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use arguments::Arguments;
use formats::{Output, OutputFormat};
use input::{Input, InputFormat};
use whole_file::{WholeFile, is_same_file};

/// What the program is called.
const PROGRAM: &str = "aliquot-analyse";
/// What an output that cannot be replaced is.
const NOT_A_FILE: &str = "not a regular file";

fn main() -> ExitCode {
    let arguments: Arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let listening = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    let listening = listening.map_err(|error| format!("cannot listen for interrupts: {error}"));
    let (inputs, output) = arguments.paths();
    let checked = listening.and_then(|()| arguments.check_resynthesis(inputs, output));
    let done = checked.and_then(|()| match output {
        None => describe(&arguments, inputs, &interrupted),
        Some(output) => convert(&arguments, inputs, output, &interrupted),
    });
    match done.and_then(|text| tell(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => command_line::fail(&reason),
    }
}

/// Writes a text to standard output.
fn tell(text: &str) -> Result<(), String> {
    let mut output = io::stdout().lock();
    let written = output.write_all(text.as_bytes());
    let written = written.and_then(|()| output.flush());
    written.map_err(|error| format!("standard output: {error}"))
}

/// What the inputs hold, in words.
fn describe(
    arguments: &Arguments,
    inputs: &[PathBuf],
    interrupted: &AtomicBool,
) -> Result<String, String> {
    let mut text = String::new();
    for path in inputs {
        let input = input::read(path, arguments, interrupted);
        // Whatever the error says, the reason is the interrupt.
        stop_if(interrupted).map_err(named(path))?;
        let mut input = input?;
        let summary = summary::text(&input, interrupted);
        stop_if(interrupted).map_err(named(path))?;
        text += &summary?;
        name_resynthesis(arguments, input.resynthesis.take())?;
    }
    Ok(text)
}

/// Gives a resynthesis its name, if there is one.
fn name_resynthesis(arguments: &Arguments, file: Option<WholeFile>) -> Result<(), String> {
    match (file, &arguments.resynth) {
        (Some(file), Some(path)) => file.finish().map_err(named(path)),
        _ => Ok(()),
    }
}

/// Writes what the inputs hold to the output; says what that is.
fn convert(
    arguments: &Arguments,
    inputs: &[PathBuf],
    output: &Path,
    interrupted: &AtomicBool,
) -> Result<String, String> {
    spare_inputs(inputs, output)?;
    let format = match arguments.format {
        Some(format) => format,
        None => OutputFormat::of_path(output)?,
    };
    arguments.check(inputs, format)?;
    let named_output = named(output);
    // Before the work, so that it is not done in vain.
    let file = WholeFile::create(output, NOT_A_FILE).map_err(&named_output)?;

    let mut read = read_all(arguments, inputs, interrupted).map_err(&named_output)??;
    let resynthesis = read.iter_mut().find_map(|input| input.resynthesis.take());
    let reported = read.iter().filter(|input| input.report.is_some());
    let reports = reported
        .map(|input| summary::text(input, interrupted))
        .collect::<Result<String, String>>()?;
    let made = formats::output(arguments, read, format, interrupted);
    // Whatever the error says, the reason is the interrupt.
    stop_if(interrupted).map_err(&named_output)?;
    let (content, mut notices) = made?;
    let length = match content {
        Output::Bytes(bytes) => {
            write_all(&bytes, &file, interrupted).map_err(&named_output)?;
            bytes.len() as u64
        }
        Output::Large(bank) => {
            let written = bank.write(file.file(), interrupted);
            let (length, remarks) = written.map_err(named(output))?;
            notices.extend(remarks);
            length
        }
    };
    for notice in notices {
        command_line::tell(&named(output)(notice));
    }
    stop_if(interrupted).map_err(&named_output)?;
    file.finish().map_err(&named_output)?;
    name_resynthesis(arguments, resynthesis)?;
    let length = length as f64 / 1_000.0;
    let written = format!("{}: {format}, {length:.1} kB\n", output.display());
    Ok(reports + &written)
}

/// Writes bytes to a file.
fn write_all(bytes: &[u8], file: &WholeFile, interrupted: &AtomicBool) -> io::Result<()> {
    let progress = bar(bytes.len() as u64);
    for piece in bytes.chunks(1 << 20) {
        stop_if(interrupted)?;
        file.file().write_all(piece)?;
        progress.inc(piece.len() as u64);
    }
    progress.finish_and_clear();
    Ok(())
}

/// Reads all inputs. The outer error is an interrupt, the inner one of an input, which is named.
fn read_all(
    arguments: &Arguments,
    inputs: &[PathBuf],
    interrupted: &AtomicBool,
) -> io::Result<Result<Vec<Input>, String>> {
    let progress = bar(inputs.len() as u64);
    let mut read = Vec::with_capacity(inputs.len());
    for path in inputs {
        stop_if(interrupted)?;
        let input = input::read(path, arguments, interrupted);
        stop_if(interrupted)?;
        let input = match input {
            Ok(input) => input,
            Err(reason) => return Ok(Err(reason)),
        };
        // What there is to say about an analysis is in its report.
        let remarks = input.remarks.iter();
        for remark in remarks.filter(|_| input.format != InputFormat::Sound) {
            command_line::tell(&named(path)(remark));
        }
        read.push(input);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(Ok(read))
}

fn stop_if(interrupted: &AtomicBool) -> io::Result<()> {
    match interrupted.load(Ordering::Relaxed) {
        true => Err(io::Error::other("interrupted")),
        false => Ok(()),
    }
}

/// A bar on the terminal, if there is one.
fn bar(length: u64) -> ProgressBar {
    let progress = ProgressBar::new(length);
    progress.set_style(
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed_precise}")
            .expect("the template is right"),
    );
    progress
}

/// Refuses an output that would take the place of what is read.
fn spare_inputs(inputs: &[PathBuf], output: &Path) -> Result<(), String> {
    match inputs.iter().find(|input| is_same_file(input, output)) {
        Some(input) => Err(format!(
            "{}: the output would take the place of {}; it needs a name of its own",
            output.display(),
            input.display()
        )),
        None => Ok(()),
    }
}

/// Puts the file's name before the reason.
fn named<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> String {
    move |error| format!("{}: {error}", path.display())
}
