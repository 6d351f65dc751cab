//! The foreign hosts, and Loris: virtual environments under `target/` with pinned packages, and pytest in
//! them. The archives of scales, which are Python packages, have one too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::counts::{PythonTests, Reading};
use crate::command::{cargo, command, follow, output, run};
use crate::workspace::{root, target};
use crate::{replace, setup};

/// Folder of the tests; its `requirements.txt` pins every package.
const TESTS: &str = "tests/hosts/vst3";

/// Runs the tests; `prepared` adds what they need to know of the bundles and the display.
pub(super) fn hosts(
    reading: &mut Reading,
    prepared: &dyn Fn(Command) -> Result<Command>,
) -> Result<()> {
    let python = environment()?;
    let mut pytest = prepared(command(python))?;
    pytest
        .current_dir(root())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "pytest", TESTS, "-q", "-rfE", "--color=no"])
        .args(["-p", "no:cacheprovider"]);
    let mut tests = PythonTests::new(reading);
    let status = follow(&mut pytest, |line| tests.read(line))?;
    tests.end(status.success());
    Ok(())
}

/// Folder of the tests of files of partials.
const LORIS_TESTS: &str = "tests/hosts/loris";
/// The environment variable that tells them where the program is.
const ANALYSE_VARIABLE: &str = "ALIQUOT_ANALYSE";

/// The Python that has Loris.
pub(crate) fn loris_python() -> Result<PathBuf> {
    environment_of(LORIS_TESTS, "venv-loris")
}

/// Reads with Loris what `aliquot-analyse` writes, and the reverse; the program is that of the Rust
/// tests.
pub(super) fn loris(reading: &mut Reading) -> Result<()> {
    let python = loris_python()?;
    // With the tests of the program, as the Rust tests have compiled it: `cargo build` would compile the editor's
    // dependencies and all that uses them again, since those of tests ask for more of their features.
    run(super::workspace_command(cargo()).args(["--test", "analyse", "--no-run"]))?;
    let name = format!("aliquot-analyse{}", std::env::consts::EXE_SUFFIX);
    let mut pytest = command(python);
    pytest
        .current_dir(root())
        .env(ANALYSE_VARIABLE, target()?.join("checked").join(name))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-m", "pytest", LORIS_TESTS, "-q", "-rfE", "--color=no"])
        .args(["-p", "no:cacheprovider"]);
    let mut tests = PythonTests::new(reading);
    let status = follow(&mut pytest, |line| tests.read(line))?;
    tests.end(status.success());
    Ok(())
}

/// Makes the environment of the foreign hosts, unless it is there with the same packages; returns its
/// Python.
pub(crate) fn environment() -> Result<PathBuf> {
    environment_of(TESTS, "venv")
}

/// Makes the environment of the tests in a folder. Each folder has its own: not every package is there for
/// every system.
fn environment_of(tests: &str, name: &str) -> Result<PathBuf> {
    let requirements = root().join(tests).join("requirements.txt");
    made_environment(&target()?.join(name), &requirements, &[])
}

/// Fetches the packages with archives of scales, unless they are there; returns the folder that they are
/// in.
///
/// # Errors
/// If there is no Python, or a package cannot be fetched.
pub fn scale_archives() -> Result<PathBuf> {
    let folder = target()?.join("scales-venv");
    let requirements = root().join("xtask/tests/scale_archives.txt");
    // Their files are read, and nothing of them is run.
    made_environment(&folder, &requirements, &["--no-deps"])?;
    Ok(folder)
}

/// Makes an environment with pinned packages, unless it is there with the same ones; returns its Python.
fn made_environment(folder: &Path, requirements: &Path, options: &[&str]) -> Result<PathBuf> {
    let pins = fs::read_to_string(requirements)
        .with_context(|| format!("cannot read '{}'", requirements.display()))?;
    let base = setup::python().context("there is no Python of 3.11 or newer with venv")?;
    let version = output(command(&base).args(["-c", "import sys; print(sys.version)"]))?;
    // Written last, so that an environment left half-made is never used.
    let stamp = folder.join("made-from.txt");
    let made_from = format!("{version}{pins}");
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    if fs::read_to_string(&stamp).is_ok_and(|text| text == made_from) && python.exists() {
        return Ok(python);
    }
    replace::remove(folder).context("cannot clear the virtual environment")?;
    run(command(&base).args(["-m", "venv"]).arg(folder))?;
    run(command(&python)
        .args(["-m", "pip", "install", "--no-input", "--quiet"])
        .args(["--disable-pip-version-check", "--only-binary=:all:"])
        .args(options)
        .arg("--requirement")
        .arg(requirements))?;
    fs::write(&stamp, made_from).context("cannot finish the virtual environment")?;
    Ok(python)
}
