//! The folders of the project, wherever it was cloned and wherever cargo was told to build.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

/// What cargo knows of the workspace's own packages.
///
/// # Errors
/// When cargo cannot be run or cannot read the workspace.
pub fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cannot ask cargo about the workspace")
}

/// Cargo's target folder; the settings of the user (`CARGO_TARGET_DIR`, `build.target-dir`) count.
///
/// # Errors
/// As [`metadata`].
pub fn target() -> Result<PathBuf> {
    Ok(metadata()?.target_directory.into_std_path_buf())
}

/// Where [`crate::bundle`] puts the bundles, `target/bundled`.
///
/// # Errors
/// As [`metadata`].
pub fn bundled() -> Result<PathBuf> {
    Ok(target()?.join("bundled"))
}

/// `path` as the user would write it: relative to the current folder when it lies inside.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here)
        .unwrap_or(path)
        .display()
        .to_string()
}
