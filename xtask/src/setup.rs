//! The system packages: one list, and how each kind of system gets what it lacks.
//!
//! On Debian and Ubuntu `dpkg-query` says what is there, and what is missing is installed: as root,
//! or with sudo after naming it; with neither, the exact command is printed. On another Linux
//! pkg-config and the search path say what is missing, and the user installs it. macOS and Windows
//! bring all that is needed.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, command, output, run, succeeds};

/// What a package is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Building the plugin and its programs.
    Build,
    /// `cargo xtask test`: a display without a monitor, and the foreign hosts.
    Tests,
    /// `cargo xtask daw`.
    Daw,
    /// `cargo xtask peers`.
    Peers,
}

/// How a system without dpkg is asked whether something is there.
#[derive(Clone, Copy)]
enum Probe {
    /// A pkg-config module.
    Module(&'static str),
    /// A program in the search path.
    Program(&'static str),
    /// Ardour of a release that serves.
    Ardour,
    /// Comes with the others.
    Nothing,
}
use Probe::{Ardour, Module, Nothing, Program};

/// Debian's name, which Ubuntu shares; what it is for; how to look for it elsewhere.
///
/// Only names that hold from Debian 12 and Ubuntu 22.04 on. Of libraries whose package is named
/// differently in newer releases (`libasound2t64`), the `-dev` package is asked for, or the old
/// name, which the new package provides.
const PACKAGES: &[(&str, Need, Probe)] = &[
    ("gcc", Need::Build, Program("cc")),
    ("libc6-dev", Need::Build, Nothing),
    ("pkg-config", Need::Build, Program("pkg-config")),
    ("libx11-dev", Need::Build, Module("x11")),
    ("libx11-xcb-dev", Need::Build, Module("x11-xcb")),
    ("libxcb1-dev", Need::Build, Module("xcb")),
    ("libxcb-icccm4-dev", Need::Build, Module("xcb-icccm")),
    ("libxcb-dri2-0-dev", Need::Build, Module("xcb-dri2")),
    ("libxcursor-dev", Need::Build, Module("xcursor")),
    ("libgl1-mesa-dev", Need::Build, Module("gl")),
    ("libxkbcommon-dev", Need::Build, Module("xkbcommon")),
    ("libxkbcommon-x11-dev", Need::Build, Module("xkbcommon-x11")),
    ("libasound2-dev", Need::Build, Module("alsa")),
    ("libjack-jackd2-dev", Need::Build, Module("jack")),
    // The editor, opened without a monitor.
    ("xvfb", Need::Tests, Program("Xvfb")),
    ("libgl1-mesa-dri", Need::Tests, Nothing),
    ("libegl1", Need::Tests, Nothing),
    ("openbox", Need::Tests, Program("openbox")),
    ("x11-utils", Need::Tests, Program("xprop")),
    ("xdotool", Need::Tests, Program("xdotool")),
    // Plays the program without a device.
    ("jackd2", Need::Tests, Program("jackd")),
    // What the wheels of pedalboard and dawdreamer link or load.
    ("libatomic1", Need::Tests, Nothing),
    ("libglib2.0-0", Need::Tests, Nothing),
    ("libgl1", Need::Tests, Nothing),
    ("libxext6", Need::Tests, Nothing),
    ("libxinerama1", Need::Tests, Nothing),
    ("libxrandr2", Need::Tests, Nothing),
    ("libxss1", Need::Tests, Nothing),
    // pip fetches the wheels over TLS.
    ("ca-certificates", Need::Tests, Nothing),
    // Counts instructions; benches do without where it is not.
    ("valgrind", Need::Tests, Nothing),
    ("ardour", Need::Daw, Ardour),
    ("csound", Need::Peers, Program("csound")),
    ("supercollider-server", Need::Peers, Program("scsynth")),
];

/// Packages that serve as well and exclude the one that we would install.
const INSTEAD: &[(&str, &str)] = &[("libjack-jackd2-dev", "libjack-dev"), ("jackd2", "jackd1")];

/// The oldest Ardour whose sessions and scripts `cargo xtask daw` knows. Ubuntu 22.04 has 6.
const ARDOUR: u32 = 7;

/// The oldest Python for which dawdreamer has a wheel.
const PYTHON: (u32, u32) = (3, 11);

/// Sees to it that everything for `needs` is there.
///
/// # Errors
/// When something is missing and cannot be installed from here; the message holds the command that
/// would do it.
pub fn provide(needs: &[Need]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("System packages: nothing beyond Rust is needed on this system.");
        return Ok(());
    }
    if !is_debian() {
        return check_elsewhere(needs);
    }
    let mut before = Vec::new();
    loop {
        if needs.contains(&Need::Daw) {
            check_ardour()?;
        }
        let missing = missing(needs)?;
        if missing.is_empty() {
            println!("System packages: all there.");
            return Ok(());
        }
        if missing == before {
            bail!("still missing after installing: {}", missing.join(" "));
        }
        install(&missing)?;
        // Once more, because what Python a release brings is known only when it is there.
        before = missing;
    }
}

/// Sees to it that rustfmt and clippy are there, which a minimal toolchain lacks.
///
/// # Errors
/// When they are missing and rustup cannot add them.
pub fn provide_rust_components() -> Result<()> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(subcommand, _)| !succeeds(command::cargo().args([subcommand, "--version"])))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Adding to the Rust toolchain: {}", missing.join(" "));
    run(command("rustup").args(["component", "add"]).args(&missing))
        .with_context(|| format!("the Rust toolchain lacks {}", missing.join(" and ")))
}

/// A sentence for a failed build: what is missing, if anything is known to be.
pub fn hint(needs: &[Need]) -> Option<String> {
    if !cfg!(target_os = "linux") || !is_debian() {
        return None;
    }
    let missing = missing(needs).ok().filter(|missing| !missing.is_empty())?;
    Some(format!(
        ": system packages are missing: {}; `cargo xtask setup` installs them",
        missing.join(" ")
    ))
}

/// A Python that dawdreamer supports and that can make virtual environments, by name.
pub fn python() -> Option<String> {
    // Python itself answers, so that it need not be Debian's.
    let (major, minor) = PYTHON;
    let question =
        format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({major}, {minor}))");
    let candidates = (minor..minor + 8).map(|minor| format!("python{major}.{minor}"));
    std::iter::once("python3".to_owned())
        .chain(std::iter::once("python".to_owned()))
        .chain(candidates)
        .find(|name| succeeds(command(name).args(["-c", &question])))
}

fn is_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    names_debian(&release) && succeeds(command("dpkg-query").arg("--version"))
}

fn names_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches(['"', '\'']).split_whitespace())
        .any(|id| id == "debian" || id == "ubuntu")
}

fn wanted(needs: &[Need]) -> impl Iterator<Item = &'static (&'static str, Need, Probe)> {
    PACKAGES
        .iter()
        .filter(move |(_, need, _)| needs.contains(need))
}

/// The packages for `needs` that dpkg does not know as installed.
fn missing(needs: &[Need]) -> Result<Vec<&'static str>> {
    let format = "${db:Status-Status}|${Package}|${Provides}\n";
    let listed = output(command("dpkg-query").args(["-W", "-f", format]))?;
    let installed = installed(&listed);
    let is_there = |name: &str| {
        let instead = INSTEAD.iter().find(|(ours, _)| *ours == name);
        installed.contains(name) || instead.is_some_and(|(_, other)| installed.contains(other))
    };
    let mut missing: Vec<&str> = wanted(needs)
        .map(|(name, ..)| *name)
        .filter(|name| !is_there(name))
        .collect();
    if needs.contains(&Need::Tests) && python().is_none() {
        // Where the release's own Python is there and still not good enough, a newer one beside it.
        let own = ["python3", "python3-venv"];
        if own.iter().all(|name| installed.contains(name)) {
            missing.extend(["python3.11", "python3.11-venv"]);
        } else {
            missing.extend(own);
        }
    }
    Ok(missing)
}

/// The installed packages and the names that they provide.
fn installed(listed: &str) -> HashSet<&str> {
    let mut names = HashSet::new();
    for line in listed.lines() {
        let mut fields = line.split('|');
        if fields.next() != Some("installed") {
            continue;
        }
        names.extend(fields.next());
        let provided = fields.next().unwrap_or_default().split(',');
        // `libglib2.0-0 (= 2.84)`
        names.extend(provided.filter_map(|name| name.split_whitespace().next()));
    }
    names
}

/// That this release's Ardour is new enough, as far as apt knows it.
fn check_ardour() -> Result<()> {
    // The labels are translated otherwise.
    let told = output(
        command("apt-cache")
            .env("LC_ALL", "C")
            .args(["policy", "ardour"]),
    )?;
    match ardour_release(&told) {
        Some(release) if release < ARDOUR => bail!(
            "this system has Ardour {release}, and `cargo xtask daw` needs {ARDOUR} or newer, as \
             Debian 12 and Ubuntu 24.04 have it"
        ),
        _ => Ok(()),
    }
}

/// The major number of what is installed, or else of what would be.
fn ardour_release(policy: &str) -> Option<u32> {
    let version = |label: &str| {
        let line = policy
            .lines()
            .find_map(|line| line.trim().strip_prefix(label))?;
        // `1:7.3.0+ds0-1`
        let version = line.trim().rsplit(':').next()?;
        version.split(['.', '+', '~', '-']).next()?.parse().ok()
    };
    version("Installed:").or_else(|| version("Candidate:"))
}

/// Installs `packages` with apt-get, or says how.
fn install(packages: &[&str]) -> Result<()> {
    println!("System packages missing: {}", packages.join(" "));
    let Some(privilege) = privilege("install them") else {
        bail!(
            "system packages are missing and neither root nor sudo is there to install them; as \
             root, run:\n  apt-get update && apt-get install --yes --no-install-recommends {}",
            packages.join(" ")
        );
    };
    // Without fresh lists a new machine finds no package at all. A broken third-party source makes
    // the update fail though all that we need is there, so the installation decides.
    if let Err(error) = run(apt_get(privilege).arg("update")) {
        eprintln!("warning: {error:#}");
    }
    if packages.contains(&"ardour") {
        check_ardour()?;
    }
    run(apt_get(privilege)
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages))
    .context("the system packages could not be installed")
}

/// What to set before a command that only root may run, to do what `purpose` says: nothing for root
/// itself, or sudo, for which a password may be asked. `None` where neither helps.
pub(crate) fn privilege(purpose: &str) -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    if succeeds(command("sudo").args(["-n", "true"])) {
        println!("With sudo, to {purpose}.");
        return Some(&["sudo", "-n"]);
    }
    if may_ask() && succeeds(command("sudo").arg("--version")) {
        println!("With sudo, to {purpose}.");
        // That sudo is there does not mean that this user may use it: it is asked first.
        if run(command("sudo").arg("-v")).is_ok() {
            return Some(&["sudo"]);
        }
    }
    None
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Whether someone sits there to type a password.
fn may_ask() -> bool {
    env::var_os("CI").is_none() && std::io::stdin().is_terminal()
}

fn apt_get(privilege: &[&str]) -> Command {
    // `env` carries the setting through sudo, which drops it otherwise.
    let mut words = privilege.to_vec();
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut apt_get = command(words[0]);
    apt_get.args(&words[1..]).args([
        "-q",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Acquire::Retries=3",
    ]);
    apt_get
}

/// Any Linux but Debian's family.
fn check_elsewhere(needs: &[Need]) -> Result<()> {
    let modules: Vec<&str> = wanted(needs)
        .filter_map(|(.., probe)| match probe {
            Module(name) => Some(*name),
            _ => None,
        })
        .collect();
    let programs: Vec<&str> = wanted(needs)
        .filter_map(|(.., probe)| match probe {
            Program(name) => Some(*name),
            _ => None,
        })
        .collect();
    let lacks_ardour = wanted(needs).any(|(.., probe)| matches!(probe, Ardour))
        && !(ARDOUR..ARDOUR + 20).any(|n| in_search_path(&format!("ardour{n}-lua")));
    println!(
        "Needed here: the programs {}; with headers, the libraries that pkg-config calls {}.",
        programs.join(", "),
        modules.join(", ")
    );
    let mut missing: Vec<String> = programs
        .iter()
        .filter(|name| !in_search_path(name))
        .map(|name| (*name).to_owned())
        .collect();
    if in_search_path("pkg-config") {
        missing.extend(
            modules
                .iter()
                .filter(|name| !succeeds(command("pkg-config").args(["--exists", name])))
                .map(|name| format!("pkgconfig({name})")),
        );
    }
    if needs.contains(&Need::Tests) && python().is_none() {
        missing.push(format!(
            "python{}.{} or newer with venv",
            PYTHON.0, PYTHON.1
        ));
    }
    if lacks_ardour {
        missing.push(format!("Ardour {ARDOUR} or newer with its tools"));
    }
    if missing.is_empty() {
        println!("System packages: all there.");
        return Ok(());
    }
    bail!(
        "missing: {}. Install them with your system's package manager (Fedora and openSUSE take \
         the pkgconfig(...) names as they are) and run this again",
        missing.join(", ")
    )
}

fn in_search_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provided_names_count_and_removed_packages_do_not() {
        let listed = "installed|libglib2.0-0t64|libglib2.0-0 (= 2.84.4-3), other\n\
                      config-files|xvfb|xserver\n\
                      installed|gcc|c-compiler, gcc-x86-64-linux-gnu (= 4:12.2.0-3)\n\
                      not-installed|openbox|\n";
        let installed = installed(listed);
        for name in [
            "libglib2.0-0t64",
            "libglib2.0-0",
            "other",
            "gcc",
            "c-compiler",
        ] {
            assert!(installed.contains(name), "{name}");
        }
        for name in ["xvfb", "xserver", "openbox", "(="] {
            assert!(!installed.contains(name), "{name}");
        }
    }

    #[test]
    fn the_family_is_known_by_either_line() {
        assert!(names_debian("NAME=x\nID=debian\n"));
        assert!(names_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_debian(
            "ID=fedora\nID_LIKE=\"rhel centos\"\nVERSION=debian"
        ));
    }

    #[test]
    fn ardours_release_is_read_from_apt() {
        let policy = |installed: &str, candidate: &str| {
            format!(
                "ardour:\n  Installed: {installed}\n  Candidate: {candidate}\n  Version table:\n"
            )
        };
        let read = |installed, candidate| ardour_release(&policy(installed, candidate));
        assert_eq!(read("(none)", "1:6.9.0+ds0-2"), Some(6));
        assert_eq!(read("1:7.3.0+ds0-1", "1:8.12.0+ds-1"), Some(7));
        assert_eq!(read("(none)", "8.4.0~dfsg-1"), Some(8));
        assert_eq!(read("(none)", "(none)"), None);
        assert_eq!(ardour_release(""), None);
    }

    #[test]
    fn no_package_is_listed_twice() {
        let names: HashSet<&str> = PACKAGES.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names.len(), PACKAGES.len());
    }
}
