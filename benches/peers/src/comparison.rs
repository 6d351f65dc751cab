//! The comparison: which contenders there are, and how they are timed.
//!
//! All contenders make the same thousand inharmonic partials at 48 kHz: Csound's `adsynt2`,
//! SuperCollider's `Klang` and a sum of its `SinOsc`, both as packaged by Debian; `fundsp`, a plain
//! `f32::sin` loop and our own kernels, in this program. Each runs in its own process without an audio
//! device, as fast as it can. All are mono except ours, which is stereo with a ramp on every gain.
//!
//! First each contender renders a file whose spectrum must have every partial. Then all are timed in
//! turn, several times, without writing files. The measured quantity is the processor time that the
//! system accounts. For each of two lengths the fastest run counts, and the result is the difference of
//! the two lengths, which excludes the start-up time.
//!
//! The bank is also measured from one partial to a million. The results are written to
//! `target/peers/table.md` and `benches/scaling.svg`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use xtask::command::{command, output};
use xtask::{replace, setup, workspace};

use crate::partials::{self, Partial};
use crate::supercollider::{self, Graph};
use crate::{chart, csound, report, spectrum};

/// How often each contender is timed.
const ROUNDS: usize = 4;

/// The length of the file whose spectrum is checked.
const CHECKED_S: u32 = 4;

/// The ratio of the two timed lengths.
const LONGER: u32 = 4;

/// The length of sound for which the table gives times.
pub const TABLE_S: f64 = 30.0;

/// The program that makes the sound.
#[derive(Clone, Copy)]
pub enum Maker {
    /// This program, with this argument.
    Rust(&'static str),
    Csound,
    SuperCollider(Graph),
}

/// One row of the table.
pub struct Contender {
    pub maker: Maker,
    pub name: String,
    pub channels: u32,
    /// The shorter of the two timed lengths; longer for faster contenders.
    short_s: u32,
    /// The shortest processor time for each of the two lengths.
    pub best_s: [f64; 2],
}

impl Contender {
    pub fn new(maker: Maker, name: String, channels: u32, short_s: u32) -> Self {
        Self {
            maker,
            name,
            channels,
            short_s,
            best_s: [f64::INFINITY; 2],
        }
    }

    /// The two timed lengths, seconds.
    fn lengths(&self) -> [u32; 2] {
        [self.short_s, self.short_s * LONGER]
    }

    /// Processor time for [`TABLE_S`] of sound.
    pub fn seconds(&self) -> f64 {
        let [short, long] = self.lengths().map(f64::from);
        (self.best_s[1] - self.best_s[0]) / (long - short) * TABLE_S
    }
}

/// The time that the bank takes for a block.
pub struct Scaling {
    pub threads: usize,
    pub frames: usize,
    pub partials: usize,
    pub nanoseconds: f64,
}

impl Scaling {
    /// The fraction of the block's duration at 48 kHz.
    pub fn of_real_time(&self) -> f64 {
        self.nanoseconds / (self.frames as f64 / 48_000.0 * 1e9)
    }
}

/// Runs the comparison, and prints and writes the results. The exit code is a failure if a target figure
/// is missed.
///
/// # Errors
/// If a contender cannot be installed, built or run, or does not make the partials.
pub fn run() -> Result<ExitCode> {
    setup::provide(&[setup::Need::Peers])?;
    let stage = Stage::new()?;
    let mut contenders = contenders()?;
    for contender in &contenders {
        stage.check(contender)?;
    }
    let mut scaling = Vec::new();
    for round in 1..=ROUNDS {
        println!("Round {round} of {ROUNDS}: every contender, and the bank's scaling.");
        for contender in &mut contenders {
            let lengths = contender.lengths();
            for (best_s, seconds) in contender.best_s.iter_mut().zip(lengths) {
                let mut command = stage.command(contender.maker, seconds, None)?;
                *best_s = best_s.min(processor_seconds(&mut command)?);
            }
        }
        stage.measure_scaling(&mut scaling)?;
    }

    let report = report::Report::new(&contenders, &scaling);
    let table = stage.folder.join("table.md");
    replace::write_over(&table, |path| Ok(fs::write(path, &report.markdown)?))?;
    let picture = workspace::root().join("benches/scaling.svg");
    let chart = chart::draw(&contenders, &scaling);
    replace::write_over(&picture, |path| Ok(fs::write(path, chart)?))?;
    println!("\n{}", report.markdown);
    println!(
        "Written: {} and {}",
        workspace::shown(&table),
        workspace::shown(&picture)
    );
    Ok(if report.all_reached {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn contenders() -> Result<Vec<Contender>> {
    let ours = [
        ("bank-64", "Aliquot, H = 64", 2),
        ("bank-128", "Aliquot, H = 128", 2),
        ("bank-256", "Aliquot, H = 256", 2),
        ("direct-64", "Aliquot, `direct` alone, H = 64", 2),
        ("direct-128", "Aliquot, `direct` alone, H = 128", 2),
        ("direct-256", "Aliquot, `direct` alone, H = 256", 2),
        ("mono-64", "Aliquot, mono, fixed, H = 64", 1),
        ("mono-128", "Aliquot, mono, fixed, H = 128", 1),
        ("mono-256", "Aliquot, mono, fixed, H = 256", 1),
    ]
    .map(|(maker, name, channels)| {
        Contender::new(Maker::Rust(maker), name.to_owned(), channels, 100)
    });
    let csound = format!("Csound {}, `adsynt2`", csound::version()?);
    let supercollider = supercollider::version()?;
    let klang = format!("SuperCollider {supercollider}, `Klang`");
    let sin_osc = format!("SuperCollider {supercollider}, sum of `SinOsc`");
    let fundsp = format!("fundsp {}, `sine_hz`", locked_version("fundsp")?);
    let others = [
        (Maker::SuperCollider(Graph::Klang), klang, 10),
        (Maker::Csound, csound, 10),
        (Maker::SuperCollider(Graph::SinOsc), sin_osc, 10),
        (Maker::Rust("fundsp"), fundsp, 5),
        (Maker::Rust("plain"), "plain `f32::sin` loop".to_owned(), 5),
    ]
    .map(|(maker, name, short_s)| Contender::new(maker, name, 1, short_s));
    Ok(ours.into_iter().chain(others).collect())
}

/// What is needed to start a contender.
struct Stage {
    folder: PathBuf,
    program: PathBuf,
    partials: Vec<Partial>,
}

impl Stage {
    fn new() -> Result<Self> {
        let folder = workspace::target()?.join("peers");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create '{}'", folder.display()))?;
        Ok(Self {
            folder,
            program: std::env::current_exe().context("cannot find this program")?,
            partials: partials::all().collect(),
        })
    }

    /// A command with which `maker` plays for `seconds`, into a file of raw f32 or without a file.
    fn command(&self, maker: Maker, seconds: u32, file: Option<&Path>) -> Result<Command> {
        match maker {
            Maker::Rust(name) => {
                let mut program = command(&self.program);
                program.args(["render", name, &seconds.to_string()]);
                program.args(file);
                Ok(program)
            }
            Maker::Csound => csound::play(&self.folder, &self.partials, seconds, file),
            Maker::SuperCollider(graph) => {
                supercollider::play(&self.folder, &self.partials, graph, seconds, file)
            }
        }
    }

    /// Fails unless the contender makes all partials.
    fn check(&self, contender: &Contender) -> Result<()> {
        let file = self.folder.join("checked.raw");
        output(&mut self.command(contender.maker, CHECKED_S, Some(&file))?)?;
        let bytes = fs::read(&file)?;
        let sound: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        replace::remove(&file)?;
        let found = spectrum::found(&sound, contender.channels as usize);
        println!(
            "{:<40} {found} of {} partials in its spectrum",
            contender.name,
            self.partials.len()
        );
        ensure!(
            found == self.partials.len(),
            "{} does not make the partials",
            contender.name
        );
        Ok(())
    }

    /// Measures all cases again and keeps the minimum of each.
    fn measure_scaling(&self, scaling: &mut Vec<Scaling>) -> Result<()> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let mut program = command(&self.program);
        program.args(["scaling", "1"]);
        if processors > 1 {
            program.arg("2");
        }
        for line in output(&mut program)?.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [threads, frames, partials, nanoseconds] = words.as_slice() else {
                bail!("cannot read '{line}'");
            };
            let case = Scaling {
                threads: threads.parse()?,
                frames: frames.parse()?,
                partials: partials.parse()?,
                nanoseconds: nanoseconds.parse()?,
            };
            let same = |known: &&mut Scaling| {
                (known.threads, known.frames, known.partials)
                    == (case.threads, case.frames, case.partials)
            };
            match scaling.iter_mut().find(same) {
                Some(known) => known.nanoseconds = known.nanoseconds.min(case.nanoseconds),
                None => scaling.push(case),
            }
        }
        Ok(())
    }
}

/// The version of a library in `Cargo.lock`.
fn locked_version(library: &str) -> Result<String> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let entry = format!("name = \"{library}\"\nversion = \"");
    let version = lock
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'));
    let (version, _) = version.with_context(|| format!("Cargo.lock does not name {library}"))?;
    Ok(version.to_owned())
}

/// Runs `command` without output, and returns its processor time in seconds, user and system.
#[cfg(unix)]
fn processor_seconds(command: &mut Command) -> Result<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    // The sum over all children that have ended. Children run one at a time.
    let spent = || -> Result<f64> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
        Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
    };
    let before = spent()?;
    output(command)?;
    Ok(spent()? - before)
}

#[cfg(not(unix))]
fn processor_seconds(_: &mut Command) -> Result<f64> {
    bail!("the processor time of other programs is only read on Unix")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_up_does_not_count() {
        let mut contender = Contender::new(Maker::Csound, String::new(), 1, 10);
        // Half a second to start, then a tenth of real time.
        contender.best_s = [0.5 + 1.0, 0.5 + 4.0];
        assert!((contender.seconds() - 3.0).abs() < 1e-12);
    }

    #[test]
    fn libraries_have_their_locked_versions() {
        assert!(locked_version("fundsp").unwrap().starts_with("0."));
        assert!(locked_version("no such library").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn work_of_another_program_is_seen() {
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let working = processor_seconds(command("sh").args(["-c", busy])).unwrap();
        assert!(working > 0.005, "{working}");
    }
}
