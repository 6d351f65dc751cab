//! `cargo xtask daw`: a whole session in a real DAW, Ardour (7 or newer), headless.
//!
//! The session has a track with the bundled VST3, a chord, a single note, and a step and a ramp of one
//! partial's level. It is exported faster than real time, reopened and saved by a second process, and
//! exported again. The exports are measured against the patch: frequencies within 0.5 cent, levels
//! within 0.1 dB, the ramp at its position, both exports alike. The session, the exports and Ardour's
//! settings are under `target/daw`.
//!
//! The scripts in `xtask/src/daw` write and measure. They share the formula of the sound with
//! `tests/hosts/vst3`.

use anyhow::{Context, Result};

use crate::command::{command, run as run_command};
use crate::{bundle, setup, test, workspace};

/// Provides the system packages, builds the bundles and runs the session.
///
/// # Errors
/// If something is missing, Ardour fails or takes too long, or a figure is out of bounds.
pub fn run() -> Result<()> {
    use setup::Need::{Build, Daw, Tests};
    setup::provide(&[Build, Tests, Daw])?;
    let bundled = bundle::release()?;
    let python = test::python::environment()?;
    // The script has a time limit for each program that it runs.
    let mut script = command(python);
    script
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(workspace::root().join("xtask/src/daw/session.py"))
        .arg(bundled.join("Aliquot.vst3"))
        .arg(workspace::target()?.join("daw"));
    run_command(&mut script).context("the session in Ardour")
}
