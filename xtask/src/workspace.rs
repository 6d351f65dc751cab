//! The folders of the project.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The folder with the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

/// Cargo's metadata of the workspace's packages.
///
/// # Errors
/// If cargo cannot be run or cannot read the workspace.
pub fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot ask cargo about the workspace")
}

/// Cargo's target folder, which the user may have set (`CARGO_TARGET_DIR`, `build.target-dir`).
///
/// # Errors
/// As [`metadata`].
pub fn target() -> Result<PathBuf> {
    Ok(metadata()?.target_directory.into_std_path_buf())
}

/// The folder to which [`crate::bundle`] writes: `target/bundled`.
///
/// # Errors
/// As [`metadata`].
pub fn bundled() -> Result<PathBuf> {
    Ok(target()?.join("bundled"))
}

/// `path` for messages: relative to the current folder if it lies inside.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// A folder for the presets and settings of programs that are started by commands of the project.
///
/// # Errors
/// As [`target`].
pub fn nobodys_files() -> Result<PathBuf> {
    Ok(target()?.join("nobodys"))
}

/// Has a command use that folder in place of the user's: what it finds there does not depend on the
/// user, and the user's files stay as they are.
///
/// # Errors
/// As [`target`].
pub fn use_nobodys_files(command: &mut Command) -> Result<()> {
    let folder = nobodys_files()?;
    for variable in ["ALIQUOT_DATA_DIR", "ALIQUOT_CONFIG_DIR"] {
        command.env(variable, &folder);
    }
    Ok(())
}
