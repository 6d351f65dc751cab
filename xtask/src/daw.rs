//! `cargo xtask daw`: a whole session in a real DAW, Ardour (7 or newer), headless.
//!
//! A track with the bundled VST3, a chord and a lone note, a step and a ramp of one partial's
//! level; an export faster than real time; a second process that reopens and saves the session; a
//! second export. What was exported is measured against the patch: frequencies within 0.5 cent and
//! levels within 0.1 dB, the ramp where it was written, both exports alike. The session, the exports
//! and Ardour's own settings are under `target/daw`.
//!
//! What is written and what is measured stands in the scripts in `xtask/src/daw`; they share the
//! formula of the sound with `tests/hosts/vst3`.

use anyhow::{Context, Result};

use crate::command::{command, run as run_command};
use crate::{bundle, setup, test, workspace};

/// Sees to the system's packages, builds the bundles and runs the session.
///
/// # Errors
/// When something is missing, when Ardour fails or takes too long, or when a figure is out of
/// bounds.
pub fn run() -> Result<()> {
    use setup::Need::{Build, Daw, Tests};
    setup::provide(&[Build, Tests, Daw])?;
    bundle::bundle(bundle::PACKAGE, &["--release".to_owned()])?;
    session()
}

/// The session alone, with the bundle that is there.
///
/// # Errors
/// As [`run`].
pub(crate) fn session() -> Result<()> {
    let python = test::python::environment()?;
    // Every program that the script runs has a time limit of its own.
    let mut script = command(python);
    script
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(workspace::root().join("xtask/src/daw/session.py"))
        .arg(workspace::bundled()?.join("Aliquot.vst3"))
        .arg(workspace::target()?.join("daw"));
    run_command(&mut script).context("the session in Ardour")
}
