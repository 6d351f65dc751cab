//! Files out of Debian's packages, which are not installed for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result, ensure};

use crate::command::{command, run};
use crate::{replace, workspace};

/// Downloads packages and unpacks them into a folder, beside what is there.
///
/// # Errors
/// If one cannot be fetched, or is damaged.
pub fn unpack(packages: &[&str], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).context("cannot make the folder")?;
    let mut download = command("apt-get");
    download
        .current_dir(folder)
        .args(["-q", "download"])
        .args(packages);
    run(&mut download)
        .context("these files come from Debian's packages; is `apt-get update` due?")?;
    for entry in fs::read_dir(folder).context("cannot read the packages")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            run(command("dpkg-deb").arg("-x").arg(&path).arg(folder))?;
        }
    }
    Ok(())
}

/// Copies an example of the unpacked `csound-doc`, which is packed by gzip there, into a folder.
///
/// # Errors
/// If the package has no such file.
pub fn csound_example(packages: &Path, name: &str, into: &Path) -> Result<PathBuf> {
    let packed = packages
        .join("usr/share/doc/csound-doc/html/examples")
        .join(format!("{name}.gz"));
    let copy = into.join(format!("{name}.gz"));
    fs::copy(&packed, &copy).with_context(|| format!("csound-doc has no {name}"))?;
    run(command("gzip").args(["-d", "-f"]).arg(copy))?;
    let path = into.join(name);
    ensure!(path.exists(), "gzip has not unpacked {name}");
    Ok(path)
}

/// These examples of `csound-doc`, fetched unless they are there. To be called once at a time in a process.
///
/// # Errors
/// If the package cannot be fetched, or has no such file.
pub fn csound_examples(names: &[&str]) -> Result<Vec<PathBuf>> {
    let folder = workspace::target()?.join("csound-examples");
    let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
    if !paths.iter().all(|path| path.exists()) {
        // Another process may do the same.
        let packages = folder.join(format!("packages-{}", process::id()));
        unpack(&["csound-doc"], &packages)?;
        for (name, path) in names.iter().zip(&paths) {
            let unpacked = csound_example(&packages, name, &packages)?;
            fs::rename(unpacked, path).context("cannot keep the file")?;
        }
        replace::remove(&packages).context("cannot remove the package")?;
    }
    Ok(paths)
}
