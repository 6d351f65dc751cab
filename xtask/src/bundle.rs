//! `cargo xtask bundle PACKAGE [--release] [CARGO OPTIONS]`: what a musician gets, in
//! `target/bundled/`.
//!
//! Cargo builds the plugin with `cargo rustc --lib --crate-type cdylib`, because a package whose
//! manifest names `cdylib` beside `lib` silently loses link-time optimisation; then the standalone
//! program, the renderer and the analyser. `nice-plug-xtask` lays out the bundles. That happens in a folder of
//! its own, from the very files that cargo names, so that nothing left over from an earlier build
//! gets in; the result is checked and takes its place in one step.
//!
//! The plugin's library stays in the host's memory when the host unloads it. A window's thread, and
//! that of its clipboard, may outlive the window by some milliseconds (`docs/upstream.md`), and would
//! run on in memory that is gone. On systems with ELF the linker marks the library so
//! (`STAYS_LOADED`). macOS never unloads a library with thread-local variables, which every
//! library with Rust's standard library has. On Windows all of a window's code runs in the host's
//! own thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{CrateType, Message, Metadata};

use crate::command::{self, cargo};
use crate::test::BUNDLED_VARIABLE;
use crate::{replace, setup, workspace};

/// The package of the plugin.
pub const PACKAGE: &str = "aliquot";

/// The command-line renderer.
pub const RENDERER: &str = "aliquot-render";

/// The command-line programs, which are bundled as they are, with what they are called and the feature
/// that has them.
pub const PROGRAMS: [(&str, &str, &str); 2] = [
    (RENDERER, "renderer", "render"),
    ("aliquot-analyse", "program for recordings", "analyse"),
];

/// The option by which an ELF linker makes a library that is never unloaded.
const STAYS_LOADED: &str = "link-arg=-Wl,-z,nodelete";

const WHAT_STANDALONE: &str = "standalone program";

/// Bundles our package in the release profile; returns the folder of the bundles.
///
/// # Errors
/// As [`bundle`].
pub fn release() -> Result<PathBuf> {
    bundle(PACKAGE, &["--release".to_owned()])?;
    workspace::bundled()
}

/// The folder of the bundles: the one that [`BUNDLED_VARIABLE`] names, or else that of [`release`].
///
/// # Errors
/// As [`bundle`].
pub fn named_or_release() -> Result<PathBuf> {
    match std::env::var_os(BUNDLED_VARIABLE) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => release(),
    }
}

/// Builds `package` with cargo's `options` and bundles it.
///
/// # Errors
/// When the build fails (missing system packages are then named), a bundle does not export what
/// hosts look for, or a program is missing.
pub fn bundle(package: &str, options: &[String]) -> Result<()> {
    ensure!(
        package == PACKAGE,
        "bundle: there is no plugin '{package}' here, only '{PACKAGE}'"
    );
    let metadata = workspace::metadata()?;
    check_crate_types(&metadata)?;
    check_release_profile()?;

    let link: &[&str] = if is_elf(&target_options(options)) {
        &["--", "-C", STAYS_LOADED]
    } else {
        &[]
    };
    let mut artifacts = build(&["rustc", "--lib", "--crate-type", "cdylib"], options, link)?;
    artifacts.extend(build(&["build", "--bins"], options, &[])?);

    let target = metadata.target_directory.into_std_path_buf();
    let staging = target.join("bundling");
    replace::remove(&staging).context("cannot clear the staging folder")?;
    stage(&staging, &artifacts, &target_options(options))?;
    let staged = staging.join("bundled");
    for program in artifacts.iter().filter(|file| program(file).is_some()) {
        let name = program.file_name().expect("a file has a name");
        replace::copy_over(program, &staged.join(name))?;
    }

    let contents = check(&staged)?;
    let bundled = target.join("bundled");
    replace::rename_over(&staged, &bundled)?;
    replace::remove(&staging).context("cannot clear the staging folder")?;

    println!("\nBundled in {}:", workspace::shown(&bundled));
    for (name, what) in contents {
        println!("  {name:<16} {what}");
    }
    Ok(())
}

/// With both `cdylib` and `lib` in the manifest cargo drops link-time optimisation from the plugin.
fn check_crate_types(metadata: &Metadata) -> Result<()> {
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == PACKAGE)
        .with_context(|| format!("the workspace has no package '{PACKAGE}'"))?;
    let library = package
        .targets
        .iter()
        .find(|target| target.is_lib())
        .with_context(|| format!("'{PACKAGE}' has no library"))?;
    ensure!(
        library.crate_types == [CrateType::Lib],
        "the library of '{PACKAGE}' must be of crate type \"lib\" alone: with others beside it, \
         cargo drops link-time optimisation from the plugin"
    );
    Ok(())
}

/// The profile that bundles are built with must optimise over all crates at once.
fn check_release_profile() -> Result<()> {
    let path = workspace::root().join("Cargo.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read '{}'", path.display()))?;
    let manifest: toml::Table = text
        .parse()
        .with_context(|| format!("cannot read '{}'", path.display()))?;
    check_optimisation(&manifest)
}

fn check_optimisation(manifest: &toml::Table) -> Result<()> {
    let release = manifest
        .get("profile")
        .and_then(|profiles| profiles.get("release"));
    let setting = |name: &str| release.and_then(|release| release.get(name));
    ensure!(
        setting("lto").and_then(toml::Value::as_str) == Some("fat")
            && setting("codegen-units").and_then(toml::Value::as_integer) == Some(1),
        "[profile.release] of Cargo.toml must hold `lto = \"fat\"` and `codegen-units = 1`: the \
         bundles are built with it"
    );
    Ok(())
}

/// Runs cargo with `options` and, last, `compiler_options`; returns the libraries and programs of our
/// package, fresh or just built.
fn build(
    subcommand: &[&str],
    options: &[String],
    compiler_options: &[&str],
) -> Result<Vec<PathBuf>> {
    let mut cargo = cargo();
    cargo
        .args(subcommand)
        .args(["--package", PACKAGE])
        .args(options)
        .arg("--message-format=json-render-diagnostics")
        .args(compiler_options)
        .stderr(Stdio::inherit());
    let output = cargo
        .output()
        .with_context(|| format!("cannot start `{}`", command::line(&cargo)))?;
    let mut files = Vec::new();
    for message in Message::parse_stream(output.stdout.as_slice()) {
        let Message::CompilerArtifact(artifact) = message? else {
            continue;
        };
        let name = artifact.target.name.as_str();
        if name != PACKAGE && program(Path::new(name)).is_none() {
            continue;
        }
        files.extend(artifact.executable.map(PathBuf::from));
        if artifact.target.is_cdylib() {
            let libraries = artifact.filenames.into_iter().filter(|file| {
                let extension = file.extension().unwrap_or_default();
                ["so", "dylib", "dll"].contains(&extension)
            });
            files.extend(libraries.map(PathBuf::from));
        }
    }
    if !output.status.success() {
        let hint = setup::hint(&[setup::Need::Build]).unwrap_or_default();
        bail!("`{}` failed{hint}", command::line(&cargo));
    }
    Ok(files)
}

/// The options that decide for which system the bundles are.
fn target_options(options: &[String]) -> Vec<String> {
    let named = options.iter().enumerate().find_map(|(index, option)| {
        match option.strip_prefix("--target=") {
            Some(target) => Some(target.to_owned()),
            None => (option == "--target").then(|| options.get(index + 1).cloned())?,
        }
    });
    named
        .or_else(|| std::env::var("CARGO_BUILD_TARGET").ok())
        .map_or_else(Vec::new, |target| vec!["--target".to_owned(), target])
}

/// Whether libraries for the system that `target_options` name are ELF files.
fn is_elf(target_options: &[String]) -> bool {
    match target_options.get(1) {
        Some(target) => !["apple", "windows"]
            .iter()
            .any(|other| target.contains(other)),
        None => cfg!(all(unix, not(target_vendor = "apple"))),
    }
}

/// Lays out the bundles of exactly these files in `staging/bundled`.
fn stage(staging: &Path, artifacts: &[PathBuf], target_options: &[String]) -> Result<()> {
    // The bundler looks for its input as cargo would have left it.
    let mut input = staging.to_owned();
    input.extend(target_options.get(1));
    input.push("release");
    fs::create_dir_all(&input).with_context(|| format!("cannot create '{}'", input.display()))?;
    for file in artifacts.iter().filter(|file| program(file).is_none()) {
        let name = file.file_name().expect("a file has a name");
        replace::copy_over(file, &input.join(name))?;
    }
    std::env::set_current_dir(workspace::root()).context("cannot enter the workspace")?;
    let mut options = vec!["--release".to_owned()];
    options.extend_from_slice(target_options);
    nice_plug_xtask::bundle(staging, PACKAGE, &options, false)
}

/// Checks each bundle's exports; returns the name and contents of each.
fn check(bundled: &Path) -> Result<Vec<(String, String)>> {
    let mut contents = Vec::new();
    for entry in fs::read_dir(bundled).context("nothing was bundled")? {
        let path = entry?.path();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let what = match extension.as_ref() {
            "clap" => exporting("CLAP", &path, &["clap_entry"])?,
            "vst3" => exporting("VST3", &path, vst3_symbols(&library(&path)?)?)?,
            _ => program(&path).unwrap_or(WHAT_STANDALONE).to_owned(),
        };
        let name = path.file_name().unwrap_or_default();
        contents.push((name.to_string_lossy().into_owned(), what));
    }
    contents.sort();
    for format in ["clap", "vst3"] {
        ensure!(
            contents.iter().any(|(name, _)| name.ends_with(format)),
            "the plugin exports no {} entry: were the features `plugin` and `editor` left out?",
            format.to_uppercase()
        );
    }
    check_programs(&contents)?;
    Ok(contents)
}

/// What the command-line program in a file is, if it is one.
fn program(file: &Path) -> Option<&'static str> {
    let program = PROGRAMS.iter().find(|(name, ..)| stem(file) == *name);
    program.map(|(_, what, _)| *what)
}

fn check_programs(contents: &[(String, String)]) -> Result<()> {
    let programs = PROGRAMS.map(|(_, what, feature)| (what, feature));
    for (program, feature) in [(WHAT_STANDALONE, "editor")].into_iter().chain(programs) {
        ensure!(
            contents.iter().any(|(_, what)| what == program),
            "there is no {program}: was the feature `{feature}` left out?"
        );
    }
    Ok(())
}

/// What the VST3 documentation asks of a module on each system.
fn vst3_symbols(library: &Path) -> Result<&'static [&'static str]> {
    let bytes = fs::read(library)?;
    Ok(match goblin::Object::parse(&bytes)? {
        goblin::Object::Elf(_) => &["GetPluginFactory", "ModuleEntry", "ModuleExit"],
        goblin::Object::Mach(_) => &["GetPluginFactory", "bundleEntry", "bundleExit"],
        _ => &["GetPluginFactory", "InitDll", "ExitDll"],
    })
}

/// Checks that a bundle can be loaded and not unloaded; says what it is.
fn exporting(format: &str, bundle: &Path, symbols: &[&str]) -> Result<String> {
    let library = library(bundle)?;
    ensure!(
        stays_loaded(&library)?,
        "'{}' may be unloaded by a host while its threads run: it lacks the flag NODELETE",
        library.display()
    );
    exporting_symbols(format, &library, symbols)
}

fn exporting_symbols(format: &str, library: &Path, symbols: &[&str]) -> Result<String> {
    let exports = exports(library)?;
    for symbol in symbols {
        ensure!(
            exports.iter().any(|export| export == symbol),
            "'{}' does not export {symbol}, so no {format} host can load it",
            library.display()
        );
    }
    let megabytes = fs::metadata(library)?.len() as f64 / 1e6;
    Ok(format!(
        "{format}, {megabytes:.1} MB, exports {}",
        symbols.join(", ")
    ))
}

/// The library inside a bundle, which may be the bundle itself.
///
/// # Errors
/// When there is none.
pub fn library(bundle: &Path) -> Result<PathBuf> {
    if bundle.is_file() {
        return Ok(bundle.to_owned());
    }
    let contents = bundle.join("Contents");
    for folder in fs::read_dir(&contents)
        .with_context(|| format!("'{}' is not a bundle", bundle.display()))?
    {
        let folder = folder?.path();
        let is_signature = folder
            .file_name()
            .is_some_and(|name| name == "_CodeSignature");
        if !folder.is_dir() || is_signature {
            continue;
        }
        if let Some(file) = fs::read_dir(folder)?.next() {
            return Ok(file?.path());
        }
    }
    bail!("'{}' holds no library", bundle.display())
}

/// Whether a library stays in memory when a host unloads it, as far as its file says.
///
/// # Errors
/// When the file cannot be read or is no library.
pub fn stays_loaded(library: &Path) -> Result<bool> {
    use goblin::elf::dynamic::DF_1_NODELETE;
    let bytes =
        fs::read(library).with_context(|| format!("cannot read '{}'", library.display()))?;
    let object = goblin::Object::parse(&bytes)
        .with_context(|| format!("'{}' is not a library", library.display()))?;
    Ok(match object {
        goblin::Object::Elf(elf) => elf
            .dynamic
            .is_some_and(|dynamic| dynamic.info.flags_1 & DF_1_NODELETE != 0),
        // Others have no such flag (see the module's text).
        _ => true,
    })
}

/// The names that a dynamic library offers, on Linux, macOS or Windows.
fn exports(library: &Path) -> Result<Vec<String>> {
    let bytes =
        fs::read(library).with_context(|| format!("cannot read '{}'", library.display()))?;
    let names = match goblin::Object::parse(&bytes)
        .with_context(|| format!("'{}' is not a library", library.display()))?
    {
        goblin::Object::Elf(elf) => elf
            .dynsyms
            .iter()
            .filter(|symbol| !symbol.is_import())
            .filter_map(|symbol| elf.dynstrtab.get_at(symbol.st_name).map(str::to_owned))
            .collect(),
        goblin::Object::Mach(goblin::mach::Mach::Binary(mach)) => mach
            .exports()?
            .into_iter()
            .map(|export| export.name.trim_start_matches('_').to_owned())
            .collect(),
        goblin::Object::PE(pe) => pe
            .exports
            .iter()
            .filter_map(|export| export.name.map(str::to_owned))
            .collect(),
        _ => bail!("'{}' is no library that a host loads", library.display()),
    };
    Ok(names)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_keeps_link_time_optimisation() {
        check_crate_types(&workspace::metadata().unwrap()).unwrap();
        check_release_profile().unwrap();
        for weaker in [
            "[profile.checked]\nlto = \"fat\"\ncodegen-units = 1",
            "[profile.release]\nlto = \"thin\"\ncodegen-units = 1",
            "[profile.release]\nlto = \"fat\"",
        ] {
            check_optimisation(&weaker.parse().unwrap()).unwrap_err();
        }
    }

    #[test]
    fn all_programs_must_be_there() {
        let item = |what: &str| ("name".to_owned(), what.to_owned());
        let command_line = PROGRAMS.map(|(_, what, _)| what);
        let all = [&[WHAT_STANDALONE], &command_line[..]].concat();
        check_programs(&all.iter().map(|what| item(what)).collect::<Vec<_>>()).unwrap();
        for missing in &all {
            let rest = all.iter().filter(|what| *what != missing);
            let rest: Vec<_> = rest.map(|what| item(what)).collect();
            let error = check_programs(&rest).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
    }

    #[test]
    fn both_spellings_of_the_target_count() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let arm = ["--target", "aarch64-unknown-linux-gnu"];
        assert_eq!(
            target_options(&words(
                "--release --target aarch64-unknown-linux-gnu --locked"
            )),
            arm
        );
        assert_eq!(
            target_options(&words("--target=aarch64-unknown-linux-gnu")),
            arm
        );
    }

    #[test]
    fn a_library_without_the_entry_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let clap = folder.path().join("Aliquot.clap");
        fs::copy(std::env::current_exe().unwrap(), &clap).unwrap();
        let error = exporting_symbols("CLAP", &clap, &["clap_entry"])
            .unwrap_err()
            .to_string();
        assert!(error.contains("does not export clap_entry"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_library_that_may_be_unloaded_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let clap = folder.path().join("Aliquot.clap");
        fs::copy(std::env::current_exe().unwrap(), &clap).unwrap();
        let error = check(folder.path()).unwrap_err().to_string();
        assert!(error.contains("NODELETE"), "{error}");
    }

    #[test]
    fn systems_with_elf_are_told_by_their_targets() {
        let target = |name: &str| ["--target".to_owned(), name.to_owned()];
        for elf in ["x86_64-unknown-linux-gnu", "aarch64-unknown-freebsd"] {
            assert!(is_elf(&target(elf)), "{elf}");
        }
        for other in ["aarch64-apple-darwin", "x86_64-pc-windows-msvc"] {
            assert!(!is_elf(&target(other)), "{other}");
        }
        assert_eq!(is_elf(&[]), cfg!(target_os = "linux"));
    }
}
