//! `cargo xtask bless REASON`: the golden tests rewrite their files instead of comparing.

use std::process::ExitCode;

use anyhow::Result;

use crate::command::{cargo, command, run};
use crate::workspace::root;

/// The environment variable that makes a golden test rewrite its file; its value is the reason.
pub const VARIABLE: &str = "ALIQUOT_BLESS";

/// Runs the golden tests with [`VARIABLE`] set and shows which files changed.
///
/// # Errors
/// When the tests cannot be built or fail.
pub fn bless(reason: &str) -> Result<ExitCode> {
    run(cargo()
        .args(["test", "--profile", "checked"])
        .args(["--test", "goldens", "--test", "parameters"])
        .env(VARIABLE, reason))?;
    println!("\nRewritten because: {reason}\nChanged files, to be committed with that reason:");
    run(command("git")
        .args(["diff", "--stat", "--", "tests"])
        .current_dir(root()))?;
    Ok(ExitCode::SUCCESS)
}
