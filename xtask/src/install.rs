//! `cargo xtask install [--user]`: copies the bundles to where hosts and shells look for them.
//!
//! `sudo cargo` would not work: rustup's cargo is not in root's search path, and it would leave files
//! owned by root in the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{bundle, command, replace, setup};

/// For whom to install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For every user of the machine; needs administrator rights.
    System,
    /// For the current user.
    User,
}

/// The destination folders.
struct Folders {
    clap: PathBuf,
    vst3: PathBuf,
    /// The standalone program: a file, or on macOS an application bundle.
    application: PathBuf,
    /// Command-line programs.
    programs: PathBuf,
}

/// The internal option that copies existing bundles; `install` calls itself with it through sudo.
pub const BUNDLED_OPTION: &str = "--from";

/// Builds and copies all bundles. Where only an administrator may write, it builds as the user and
/// copies with sudo.
///
/// # Errors
/// If a folder cannot be written (checked before the long build), or the build fails.
pub fn install(scope: Scope) -> Result<()> {
    let sudo = || match scope {
        // If root cannot write, sudo does not help.
        Scope::System if cfg!(unix) => {
            setup::privilege("copy the plugins").filter(|words| !words.is_empty())
        }
        _ => None,
    };
    let writable = folders(scope)?.check_writable(scope);
    let needs_sudo = writable.is_err();
    if let Err(error) = writable
        && sudo().is_none()
    {
        return Err(error);
    }
    let bundled = bundle::release()?;
    if !needs_sudo {
        return copy(scope, &bundled);
    }
    // Checked again, because sudo may have forgotten the password during a long build.
    let privilege = sudo().context("install: sudo does not work any more")?;
    // Root may have no cargo in its search path, so sudo runs this program itself.
    let program = std::env::current_exe().context("install: the program's path is not known")?;
    let mut copying = command::command(privilege[0]);
    copying
        .args(&privilege[1..])
        .arg(program)
        .args(["install", BUNDLED_OPTION])
        .arg(bundled);
    command::run(&mut copying)
}

/// Copies the bundles in `bundled`.
///
/// # Errors
/// If a folder cannot be written.
pub fn copy(scope: Scope, bundled: &Path) -> Result<()> {
    let folders = folders(scope)?;
    folders.check_writable(scope)?;
    copy_to(&folders, bundled)
}

fn copy_to(folders: &Folders, bundled: &Path) -> Result<()> {
    let mut names: Vec<String> = fs::read_dir(bundled)
        .with_context(|| format!("cannot read '{}'", bundled.display()))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    println!("\nInstalled:");
    for name in names {
        let destination = folders.destination(&name);
        replace::copy_over(&bundled.join(&name), &destination)?;
        println!("  {}", destination.display());
    }
    println!("Hosts find the plugin at their next scan.");
    if !in_search_path(&folders.programs) {
        println!(
            "'{}' is not in PATH: start the programs with their full names, or add it.",
            folders.programs.display()
        );
    }
    Ok(())
}

impl Folders {
    fn check_writable(&self, scope: Scope) -> Result<()> {
        [&self.clap, &self.vst3, &self.application, &self.programs]
            .into_iter()
            .try_for_each(|folder| check_writable(folder, scope))
    }

    fn destination(&self, name: &str) -> PathBuf {
        let (folder, name) = match name.rsplit_once('.') {
            Some((_, "clap")) => (&self.clap, name.to_owned()),
            Some((_, "vst3")) => (&self.vst3, name.to_owned()),
            Some((_, "app")) => (&self.application, name.to_owned()),
            // Names of programs are typed, so they are in lower case.
            _ if bundle::PROGRAMS
                .iter()
                .any(|(program, ..)| name.starts_with(program)) =>
            {
                (&self.programs, name.to_lowercase())
            }
            _ => (&self.application, name.to_lowercase()),
        };
        folder.join(name)
    }
}

fn folders(scope: Scope) -> Result<Folders> {
    if cfg!(target_os = "linux") {
        let [clap, vst3, programs] = match scope {
            Scope::System => {
                ["/usr/lib/clap", "/usr/lib/vst3", "/usr/local/bin"].map(PathBuf::from)
            }
            Scope::User => {
                let home = home()?;
                [".clap", ".vst3", ".local/bin"].map(|folder| home.join(folder))
            }
        };
        Ok(Folders {
            clap,
            vst3,
            application: programs.clone(),
            programs,
        })
    } else if cfg!(target_os = "macos") {
        let base = match scope {
            Scope::System => PathBuf::from("/"),
            Scope::User => home()?,
        };
        let plugins = base.join("Library/Audio/Plug-Ins");
        Ok(Folders {
            clap: plugins.join("CLAP"),
            vst3: plugins.join("VST3"),
            application: base.join("Applications"),
            programs: match scope {
                Scope::System => "/usr/local/bin".into(),
                Scope::User => base.join(".local/bin"),
            },
        })
    } else if cfg!(target_os = "windows") {
        let (plugins, programs) = match scope {
            Scope::System => (
                variable("COMMONPROGRAMFILES")?,
                variable("PROGRAMFILES")?.join("Aliquot"),
            ),
            Scope::User => {
                let programs = variable("LOCALAPPDATA")?.join("Programs");
                (programs.join("Common"), programs.join("Aliquot"))
            }
        };
        Ok(Folders {
            clap: plugins.join("CLAP"),
            vst3: plugins.join("VST3"),
            application: programs.clone(),
            programs,
        })
    } else {
        bail!("install: the plugin folders of this system are not known")
    }
}

fn home() -> Result<PathBuf> {
    std::env::home_dir()
        .filter(|home| !home.as_os_str().is_empty())
        .context("install: the home folder is not known")
}

fn variable(name: &str) -> Result<PathBuf> {
    let value = std::env::var_os(name).with_context(|| format!("install: {name} is not set"))?;
    ensure!(!value.is_empty(), "install: {name} is empty");
    Ok(value.into())
}

/// Creates `folder` if it does not exist, and writes a file in it as a test.
fn check_writable(folder: &Path, scope: Scope) -> Result<()> {
    let probe = folder.join(".aliquot-install");
    let tried = fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, ""))
        .and_then(|()| fs::remove_file(&probe));
    tried.with_context(|| {
        let way_out = match scope {
            Scope::System => "; `cargo xtask install --user` installs for you only",
            Scope::User => "",
        };
        format!("install: cannot write in '{}'{way_out}", folder.display())
    })
}

fn in_search_path(folder: &Path) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|entry| entry == folder))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn every_bundle_has_its_destination() {
        let folders = folders(Scope::System).unwrap();
        for (name, place) in [
            ("Aliquot.clap", "/usr/lib/clap/Aliquot.clap"),
            ("Aliquot.vst3", "/usr/lib/vst3/Aliquot.vst3"),
            ("Aliquot", "/usr/local/bin/aliquot"),
            ("aliquot-render", "/usr/local/bin/aliquot-render"),
            ("aliquot-analyse", "/usr/local/bin/aliquot-analyse"),
        ] {
            assert_eq!(folders.destination(name), Path::new(place));
        }
    }

    #[test]
    fn bundles_are_copied_and_replace_older_ones() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let contents = "Aliquot.vst3/Contents/x86_64-linux";
        fs::create_dir_all(place("bundled").join(contents)).unwrap();
        for file in ["Aliquot.clap", "Aliquot", "aliquot-render"] {
            fs::write(place("bundled").join(file), file).unwrap();
        }
        fs::write(place("bundled").join(contents).join("Aliquot.so"), "VST3").unwrap();
        let folders = Folders {
            clap: place("clap"),
            vst3: place("vst3"),
            application: place("bin"),
            programs: place("bin"),
        };
        folders.check_writable(Scope::User).unwrap();
        fs::write(place("clap/Aliquot.clap"), "an older one").unwrap();
        copy_to(&folders, &place("bundled")).unwrap();
        for (path, text) in [
            ("clap/Aliquot.clap", "Aliquot.clap"),
            ("bin/aliquot", "Aliquot"),
            ("bin/aliquot-render", "aliquot-render"),
            ("vst3/Aliquot.vst3/Contents/x86_64-linux/Aliquot.so", "VST3"),
        ] {
            assert_eq!(fs::read_to_string(place(path)).unwrap(), text, "{path}");
        }
    }

    #[test]
    fn an_error_names_the_folder_that_cannot_be_written() {
        let error = check_writable(Path::new("/proc/plugins"), Scope::System).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("'/proc/plugins'") && error.contains("--user"),
            "{error}"
        );
    }
}
