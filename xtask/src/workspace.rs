//! The folders of the project.

use std::fs;
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

/// The Rust files below a folder of the project, in the order of their names.
///
/// # Errors
/// When a folder cannot be read.
pub fn rust_files(folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read '{}'", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
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
