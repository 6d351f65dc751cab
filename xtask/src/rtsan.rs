//! `cargo xtask rtsan`: the audio thread under Clang's RealtimeSanitizer.
//!
//! The sanitizer reports what may wait in a function that is marked
//! `#[sanitize(realtime = "nonblocking")]`, whatever it calls: allocations, locks, files, sleep, and
//! most other calls of the system. Marked are, under `--cfg rtsan`, [`Engine`](aliquot::synth::Engine)'s
//! calls from the audio thread, a worker's job, the plugin's `process` and `reset`, and our CLAP host's
//! whole call of a plugin's `process`. They then play the properties' scenes, those of the tests of
//! allocation, and the CLAP's own.
//!
//! It needs a nightly toolchain, and that toolchain's runtime of the sanitizer. A lock that is free
//! is taken without a call of the system, and is not seen: `tests/architecture.rs` forbids those.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, follow, line, output};
use crate::workspace::{self, root, target};

/// Runs the command.
///
/// # Errors
/// What is missing; what the sanitizer reports; a test that fails.
pub fn rtsan() -> Result<()> {
    if let Some(missing) = missing()? {
        bail!("{missing}");
    }
    let tests = run()?;
    println!("RealtimeSanitizer: {tests} tests without a report.");
    Ok(())
}

/// A program of the nightly toolchain.
fn nightly(program: &str) -> Command {
    let mut rustup = command("rustup");
    rustup.args(["run", "nightly", program]);
    // What cargo has set for the toolchain that it came from.
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "CARGO"] {
        rustup.env_remove(variable);
    }
    rustup
}

/// Why the sanitizer cannot be used here, found out by trying: there is no nightly toolchain, or what
/// it builds does not link, or does not see an allocation.
///
/// # Errors
/// When the folder for the trial cannot be written.
pub fn missing() -> Result<Option<String>> {
    if output(nightly("rustc").arg("--version")).is_err() {
        let why = "there is no nightly toolchain (`rustup toolchain install nightly`)";
        return Ok(Some(format!("RealtimeSanitizer: {why}")));
    }
    let lacks =
        |why: &str| format!("RealtimeSanitizer: the nightly toolchain does not have it: {why}");
    let folder = target()?.join("rtsan-trial");
    fs::create_dir_all(&folder).context("cannot make the trial's folder")?;
    let (source, program) = (folder.join("trial.rs"), folder.join("trial"));
    fs::write(&source, TRIAL).context("cannot write the trial")?;
    let built = output(
        nightly("rustc")
            .args(["-O", "-Zsanitizer=realtime", "-o"])
            .arg(&program)
            .arg(&source),
    );
    if let Err(error) = built {
        let text = format!("{error:#}");
        let line = text.lines().find(|line| line.contains("error"));
        return Ok(Some(lacks(line.unwrap_or("it does not build"))));
    }
    let trial = command(&program).output().context("cannot run the trial")?;
    let said = String::from_utf8_lossy(&trial.stderr);
    if said.contains(REPORT) {
        return Ok(None);
    }
    let why = format!("it does not report an allocation ({})", trial.status);
    Ok(Some(lacks(&why)))
}

/// Allocates where nothing may.
const TRIAL: &str = r#"
#![feature(sanitize)]
#[sanitize(realtime = "nonblocking")]
fn allocate(bytes: usize) -> Vec<u8> {
    Vec::with_capacity(bytes)
}
fn main() {
    std::hint::black_box(allocate(std::hint::black_box(100)));
}
"#;

/// How a report begins.
const REPORT: &str = "ERROR: RealtimeSanitizer: ";
/// How it ends: with the place.
const SUMMARY: &str = "SUMMARY: RealtimeSanitizer: ";

/// Builds and runs the scenes; returns how many tests passed.
///
/// # Errors
/// What is reported, by its place; a test that fails.
pub fn run() -> Result<u32> {
    let host = host()?;
    // One set of features, so that nothing is compiled twice.
    let packages = [
        "--package",
        "aliquot",
        "--package",
        "xtask",
        "--no-default-features",
    ];
    let mut tests = 0;
    for scenes in [
        // The engine: any patch, events, transport, buffers; threads. The plugin behind the
        // framework, in our CLAP host.
        &[
            "--test",
            "properties",
            "--test",
            "realtime",
            "--test",
            "threads",
            "--test",
            "linked",
        ][..],
        // The plugin in a simulated host.
        &["--lib", "plugin::tests"],
    ] {
        let mut cargo = nightly("cargo");
        cargo
            .current_dir(root())
            .args(["test", "--profile", "checked", "--target", &host])
            .arg("--target-dir")
            .arg(target()?.join("rtsan"))
            .args(packages)
            .args(scenes)
            .env("RUSTFLAGS", "-Zsanitizer=realtime --cfg rtsan")
            // It goes on after a report, so that one run reports all of them.
            .env("RTSAN_OPTIONS", "halt_on_error=false")
            // Takes half the time to compile; nothing is timed here.
            .env("CARGO_PROFILE_CHECKED_OPT_LEVEL", "1");
        workspace::use_nobodys_files(&mut cargo)?;
        tests += scene(&mut cargo)?;
    }
    Ok(tests)
}

/// The platform that programs are built for here.
fn host() -> Result<String> {
    let text = output(nightly("rustc").arg("-vV"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc does not name its host")?.to_owned())
}

/// Runs tests; returns how many passed.
fn scene(cargo: &mut Command) -> Result<u32> {
    let mut reading = Reading::default();
    let status = follow(cargo, |line| reading.read(line))?;
    ensure!(
        reading.reports == 0,
        "{} reports, from:\n  {}",
        reading.reports,
        Vec::from_iter(reading.places).join("\n  ")
    );
    ensure!(status.success(), "`{}` failed ({status})", line(cargo));
    ensure!(reading.passed > 0, "`{}` ran no test", line(cargo));
    Ok(reading.passed)
}

/// What the tests have said.
#[derive(Debug, Default)]
struct Reading {
    passed: u32,
    reports: u32,
    places: BTreeSet<String>,
}

impl Reading {
    fn read(&mut self, line: &str) {
        if line.contains(REPORT) {
            self.reports += 1;
        } else if let Some((_, place)) = line.split_once(SUMMARY) {
            self.places.insert(place.trim().to_owned());
        } else if let Some(result) = line.trim().strip_prefix("test result: ok. ") {
            let passed = result
                .split(' ')
                .next()
                .and_then(|count| count.parse().ok());
            self.passed += passed.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_with_their_places_and_tests_are_counted() {
        let mut reading = Reading::default();
        for line in [
            "test properties ... ok",
            "==21475==ERROR: RealtimeSanitizer: unsafe-library-call",
            "    #0 0x557ec1483048 in malloc",
            "SUMMARY: RealtimeSanitizer: unsafe-library-call src/synth.rs:7:1 in render",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            reading.read(line);
        }
        assert_eq!((reading.passed, reading.reports), (15, 1));
        assert_eq!(
            Vec::from_iter(reading.places),
            ["unsafe-library-call src/synth.rs:7:1 in render"]
        );
    }
}
