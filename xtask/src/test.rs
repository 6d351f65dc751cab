//! `cargo xtask test`: every check of the project, in order, each under its heading and with its
//! time. A failure does not hide those after it. A stage of tests that ran none and skipped none has
//! failed. The last line is `N passed, N failed`, with `, N skipped` where something was.
//!
//! Only tests count as passed. What comes before them (packages, formatting, lints, documentation,
//! bundles, a display) is done or not; where it is not, that is a failure.
//!
//! What is missing of the system's packages is named, and installed as `cargo xtask demo` does: by
//! root at once, by others with sudo, which may ask ([`setup`]).
//!
//! All Rust tests run in the `checked` profile, which is as fast as the release profile but keeps its assertions and
//! needs no long link. The release profile is built once, for the bundles that the host tests load. It links for
//! minutes on one processor; the others meanwhile look at the source and compile the tests. Instructions are counted
//! on one processor too, beside the models and RealtimeSanitizer. What is printed at the same time is mixed.

pub mod counts;
pub(crate) mod python;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, follow, output, run};
use crate::screen::Screen;
use crate::{bundle, rtsan, setup, workspace};
use counts::{Benches, Counts, Reading, RustTests};
pub use python::scale_archives;

/// The environment variable that tells tests where the bundles are; without it they are in
/// `target/bundled` of the project.
pub const BUNDLED_VARIABLE: &str = "ALIQUOT_BUNDLE_DIR";

/// The environment variable that says to `tests/fuzz.rs` how long each target is to be fuzzed.
const FUZZ_VARIABLE: &str = "ALIQUOT_FUZZ_S";
/// How long each target is fuzzed, seconds.
const FUZZ_S: u32 = 10;

/// What a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What tests need, and what is looked at without running anything.
    Step,
    /// It runs tests.
    Tests,
}
use Kind::{Step, Tests};

/// One stage and how it went.
struct Stage {
    kind: Kind,
    name: &'static str,
    counts: Counts,
    failures: Vec<String>,
    took: Duration,
}

/// Runs all stages and prints the counts.
///
/// # Errors
/// When there is no clean folder to begin with. What fails afterwards is counted, and the exit code
/// says so.
pub fn test() -> Result<ExitCode> {
    let nobodys = workspace::nobodys_files()?;
    if nobodys.exists() {
        fs::remove_dir_all(&nobodys).context("cannot forget the last tests' settings")?;
    }
    let mut stages = Vec::new();
    let mut stage = |kind, name, body: &mut dyn FnMut(&mut Reading) -> Result<()>| {
        let stage = perform(kind, name, body);
        let is_well = stage.counts.failed == 0;
        stages.push(stage);
        is_well
    };

    if !stage(Step, "Set-up", &mut |_| set_up()) {
        return Ok(summarise(&stages));
    }
    let mut bundling = Some(thread::spawn(bundle::release));
    let strict = warnings_are_errors();
    stage(Step, "Formatting", &mut formatting);
    stage(Step, "Clippy", &mut |reading| clippy(reading, strict));
    stage(Step, "Documentation", &mut |reading| {
        documentation(reading, strict)
    });
    stage(Step, "Rust tests, compiled", &mut |_| {
        run(workspace_command(cargo()).arg("--no-run"))
    });
    let bundled = stage(Step, "Bundles", &mut |_| {
        let built = bundling.take().map(JoinHandle::join);
        let built = built.and_then(Result::ok).context("bundling panicked")?;
        built.map(drop)
    });
    let mut screen = None;
    if cfg!(target_os = "linux") {
        stage(Step, "A display without a monitor", &mut |_| {
            screen = Some(Screen::start()?);
            Ok(())
        });
    }
    let prepared = |command| prepared(command, bundled, screen.as_ref());
    let rust_stage = "Rust tests, and the CLAP in a Rust host";
    stage(Tests, rust_stage, &mut |reading| {
        workspace_tests(reading, prepared(cargo())?)
    });
    let mut counting = Some(thread::spawn(|| {
        let mut reading = Reading::default();
        let result = instructions(&mut reading);
        (reading, result)
    }));
    stage(Tests, "Models of what threads share", &mut models);
    let rtsan_stage = "The audio thread under RealtimeSanitizer";
    stage(Tests, rtsan_stage, &mut realtime_sanitizer);
    stage(Tests, "Benches, each run once", &mut benches_once);
    stage(Tests, "Instructions of voices", &mut |reading| {
        let counted = counting.take().map(JoinHandle::join);
        let counted = counted.and_then(Result::ok);
        let (counted, result) = counted.context("counting panicked")?;
        *reading = counted;
        result
    });
    stage(Tests, "The VST3 in foreign hosts", &mut |reading| {
        ensure!(bundled, "not run: there is no bundle");
        python::hosts(reading, &prepared)
    });
    stage(Tests, "Files of partials, with Loris", &mut |reading| {
        python::loris(reading)
    });
    Ok(summarise(&stages))
}

/// `tests`, cargo's command, so that it compiles the Rust tests and, if nothing is added, runs them.
fn workspace_command(mut tests: Command) -> Command {
    tests.args(["test", "--workspace", "--profile", "checked"]);
    tests
}

fn workspace_tests(reading: &mut Reading, prepared: Command) -> Result<()> {
    let mut tests = workspace_command(prepared);
    tests.env(FUZZ_VARIABLE, FUZZ_S.to_string());
    rust_tests(reading, tests.arg("--no-fail-fast"))
}

/// In the profile of development, which compiles the core in a fraction of the time: threads are modelled, and
/// nothing is timed.
fn models(reading: &mut Reading) -> Result<()> {
    let mut models = cargo();
    models.args(["test", "--package", bundle::PACKAGE]);
    models.args(["--no-default-features", "--features", "loom"]);
    rust_tests(reading, models.args(["--lib", "models::"]))
}

fn realtime_sanitizer(reading: &mut Reading) -> Result<()> {
    match rtsan::missing()? {
        Some(missing) => reading.skip(&missing),
        None => reading.counts.passed += rtsan::run()?,
    }
    Ok(())
}

/// `command` with what tests need to know of the bundles and the display.
fn prepared(mut command: Command, bundled: bool, screen: Option<&Screen>) -> Result<Command> {
    // Without a bundle of this very source its tests are to fail, and not to take one that is left
    // from an earlier build.
    let folder = if bundled {
        workspace::bundled()?
    } else {
        workspace::target()?.join("nothing-was-bundled")
    };
    command.env(BUNDLED_VARIABLE, folder);
    // The user's own presets and settings are neither read nor written.
    workspace::use_nobodys_files(&mut command)?;
    if cfg!(target_os = "linux") {
        // Never the user's own display.
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    }
    if let Some(screen) = screen {
        command.env("DISPLAY", screen.name());
    }
    Ok(command)
}

fn set_up() -> Result<()> {
    setup::provide(&[setup::Need::Build, setup::Need::Tests])?;
    setup::provide_rust_components()
}

fn formatting(reading: &mut Reading) -> Result<()> {
    check(reading, cargo().args(["fmt", "--all", "--check"]))?;
    // `cargo fmt` does not find the modules that are named in the list of a macro.
    println!("$ rustfmt --check src/**/*.rs");
    let mut rustfmt = command("rustfmt");
    rustfmt.args(["--edition", "2024", "--check"]);
    let status = rustfmt.args(workspace::rust_files("src")?).status();
    if !status.context("cannot run rustfmt")?.success() {
        reading.fail("`rustfmt --check src/**/*.rs` failed".to_owned());
    }
    Ok(())
}

/// Looks at the whole workspace; at the core alone, whose tests are the same as with the rest and are
/// run with it; at the plugin without its editor, and at each program without the plugin. Of the
/// last two kinds only what is built, since tests and benches are looked at with the first two.
fn clippy(reading: &mut Reading, strict: bool) -> Result<()> {
    let package = ["--package", bundle::PACKAGE, "--no-default-features"];
    let alone = ["--lib", "--bins", "--features"];
    for what in [
        vec!["--workspace", "--all-targets"],
        [&package[..], &["--all-targets"]].concat(),
        [&package[..], &alone, &["plugin"]].concat(),
        [&package[..], &alone, &["render"]].concat(),
        [&package[..], &alone, &["analyse"]].concat(),
    ] {
        let mut clippy = cargo();
        clippy.arg("clippy").args(what);
        if strict {
            clippy.args(["--", "-D", "warnings"]);
        }
        check(reading, &mut clippy)?;
    }
    aarch64(reading)
}

fn documentation(reading: &mut Reading, strict: bool) -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps"]);
    if strict {
        doc.env("RUSTDOCFLAGS", "-D warnings");
    }
    check(reading, &mut doc)
}

/// Compiles the core for processors without x86's instructions, where the toolchain can.
fn aarch64(reading: &mut Reading) -> Result<()> {
    const TARGET: &str = "aarch64-unknown-linux-gnu";
    let library =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if !Path::new(library.trim()).exists() {
        reading.skip(&format!(
            "the core for AArch64: this toolchain has no standard library for it (`rustup target add {TARGET}`)"
        ));
        return Ok(());
    }
    check(
        reading,
        cargo().args([
            "check",
            "--no-default-features",
            "--lib",
            "--target",
            TARGET,
        ]),
    )
}

/// Whether clippy's and rustdoc's warnings are errors: with the toolchain that the manifest names. A
/// newer one has lints that this source has not met.
fn warnings_are_errors() -> bool {
    let version = output(cargo().arg("--version")).unwrap_or_default();
    let named = env!("CARGO_PKG_RUST_VERSION");
    let strict = is_release(&version, named);
    if !strict {
        println!(
            "\nThe toolchain is {}, not {named}: warnings are shown and are not errors.",
            version.trim()
        );
    }
    strict
}

/// Whether what cargo says of its version, `cargo 1.95.0 (...)`, is the release `1.95`.
fn is_release(said: &str, release: &str) -> bool {
    let version = said.split_whitespace().nth(1).unwrap_or_default();
    let two = |text: &str| -> Vec<String> { text.split('.').take(2).map(str::to_owned).collect() };
    !version.contains('-') && two(version) == two(release)
}

fn perform(
    kind: Kind,
    name: &'static str,
    body: &mut dyn FnMut(&mut Reading) -> Result<()>,
) -> Stage {
    println!("\n==== {name} ====");
    let started = Instant::now();
    let mut reading = Reading::default();
    if let Err(error) = body(&mut reading) {
        eprintln!("error: {error:#}");
        reading.fail(format!("{error:#}"));
    }
    if kind == Tests && reading.counts == Counts::default() {
        reading.fail("ran no test".to_owned());
    }
    let stage = Stage {
        kind,
        name,
        counts: reading.counts,
        failures: reading.failures,
        took: started.elapsed(),
    };
    println!("---- {name}: {}, {}", stage.outcome(), shown(stage.took));
    stage
}

impl Stage {
    /// How it went, in words.
    fn outcome(&self) -> String {
        match (self.kind, self.counts.failed) {
            (Tests, _) => self.counts.to_string(),
            (Step, 0) => "done".to_owned(),
            (Step, 1) => "failed".to_owned(),
            (Step, failed) => format!("failed {failed} times"),
        }
    }
}

/// A command that is no test. That it fails does not end the stage.
fn check(reading: &mut Reading, command: &mut Command) -> Result<()> {
    println!("$ {}", crate::command::line(command));
    if let Err(error) = run(command) {
        reading.fail(format!("{error:#}"));
    }
    Ok(())
}

fn rust_tests(reading: &mut Reading, command: &mut Command) -> Result<()> {
    let mut tests = RustTests::new(reading);
    let status = follow(command, |line| tests.read(line))?;
    tests.end(status.success());
    Ok(())
}

/// Runs each benchmark's body once, which shows that it still works and says nothing of speed.
fn benches_once(reading: &mut Reading) -> Result<()> {
    let metadata = workspace::metadata()?;
    let mut command = cargo();
    // The workspace, so that nothing is compiled again with other features.
    command.args(["test", "--workspace", "--profile", "checked"]);
    for target in metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets)
    {
        if target.is_bench() {
            command.args(["--bench", &target.name]);
        }
    }
    ensure!(
        command.get_args().any(|word| word == "--bench"),
        "there is no benchmark"
    );
    let mut benches = Benches::new(reading);
    let status = follow(&mut command, |line| benches.read(line))?;
    benches.end(status.success());
    Ok(())
}

/// Compares what voices cost, as they are built to be shipped, with its limits.
fn instructions(reading: &mut Reading) -> Result<()> {
    let mut command = cargo();
    command.args(["bench", "--no-default-features", "--bench", "voices"]);
    command.args(["--", "gates"]);
    let mut benches = Benches::new(reading);
    let status = follow(&mut command, |line| benches.read(line))?;
    benches.end(status.success());
    Ok(())
}

/// Prints the table, the failures and, last, the counts.
fn summarise(stages: &[Stage]) -> ExitCode {
    println!();
    let mut total = Counts::default();
    for stage in stages {
        let time = shown(stage.took);
        println!("{time:>12}  {:<42} {}", stage.name, stage.outcome());
        total += stage.counts;
    }
    for stage in stages {
        for failure in &stage.failures {
            println!("FAILED  {}: {failure}", stage.name);
        }
    }
    let took: Duration = stages.iter().map(|stage| stage.took).sum();
    println!("Took {}.\n{total}", shown(took));
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64().round() as u64;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds:02} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_without_tests_has_failed() {
        let stage = perform(Tests, "nothing", &mut |_| Ok(()));
        assert_eq!(stage.counts.to_string(), "0 passed, 1 failed");
        assert_eq!(stage.failures, ["ran no test"]);
    }

    #[test]
    fn a_stage_that_cannot_run_here_is_skipped() {
        let stage = perform(Tests, "skipped", &mut |reading| {
            reading.skip("there is no toolchain for it");
            Ok(())
        });
        assert_eq!(stage.counts.to_string(), "0 passed, 0 failed, 1 skipped");
        assert_eq!(summarise(&[stage]), ExitCode::SUCCESS);
    }

    #[test]
    fn a_step_is_no_test_and_may_fail() {
        let stage = perform(Step, "well", &mut |_| Ok(()));
        assert_eq!(stage.counts.to_string(), "0 passed, 0 failed");
        assert_eq!(stage.outcome(), "done");
        let stage = perform(Step, "badly", &mut |_| anyhow::bail!("why"));
        assert_eq!(stage.counts.to_string(), "0 passed, 1 failed");
        assert_eq!(stage.failures, ["why"]);
        assert_eq!(stage.outcome(), "failed");
        assert_eq!(summarise(&[stage]), ExitCode::FAILURE);
    }

    #[test]
    fn a_release_is_known_by_its_first_two_numbers() {
        assert!(is_release("cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n", "1.95"));
        assert!(is_release("cargo 1.95.1\n", "1.95.0"));
        for other in ["cargo 1.96.0", "cargo 1.9.5", "cargo 1.95.0-nightly", ""] {
            assert!(!is_release(other, "1.95"), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_check_that_fails_lets_the_next_one_run() {
        let stage = perform(Step, "three", &mut |reading| {
            for program in ["false", "true", "false"] {
                check(reading, &mut crate::command::command(program))?;
            }
            Ok(())
        });
        assert_eq!(stage.counts.to_string(), "0 passed, 2 failed");
        assert_eq!(stage.outcome(), "failed 2 times");
    }

    #[test]
    fn one_failure_decides_the_exit_code() {
        let stage = |failed| Stage {
            kind: Tests,
            name: "stage",
            counts: Counts {
                passed: 7,
                failed,
                skipped: 0,
            },
            failures: Vec::new(),
            took: Duration::ZERO,
        };
        assert_eq!(summarise(&[stage(0), stage(0)]), ExitCode::SUCCESS);
        assert_eq!(summarise(&[stage(0), stage(1)]), ExitCode::FAILURE);
    }
}
