//! The list of system packages, and how to find and install missing ones.
//!
//! On Debian and Ubuntu, `dpkg-query` tells which packages are installed. Missing ones are installed as
//! root, or with sudo after listing them; if neither is possible, the command is printed. On other
//! Linux systems, pkg-config and the search path tell what is missing, and the user installs it. On
//! macOS and Windows nothing is needed.

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

/// How to test for a package on a system without dpkg.
#[derive(Clone, Copy)]
enum Probe {
    /// A pkg-config module.
    Module(&'static str),
    /// A program in the search path.
    Program(&'static str),
    /// An Ardour that is new enough.
    Ardour,
    /// No test: installed together with the others.
    Nothing,
}
use Probe::{Ardour, Module, Nothing, Program};

/// Debian's name, which is also Ubuntu's; the need; the test on other systems.
///
/// All names exist from Debian 12 and Ubuntu 22.04 on. For libraries whose package has a new name in
/// newer releases (`libasound2t64`), the list has the `-dev` package, or the old name, which the new
/// package provides.
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
    // Opens the editor on a virtual display.
    ("xvfb", Need::Tests, Program("Xvfb")),
    ("libgl1-mesa-dri", Need::Tests, Nothing),
    ("libegl1", Need::Tests, Nothing),
    ("openbox", Need::Tests, Program("openbox")),
    ("x11-utils", Need::Tests, Program("xprop")),
    ("xdotool", Need::Tests, Program("xdotool")),
    // Runs the standalone program without an audio device.
    ("jackd2", Need::Tests, Program("jackd")),
    // Libraries that the wheels of pedalboard and dawdreamer link or load.
    ("libatomic1", Need::Tests, Nothing),
    ("libglib2.0-0", Need::Tests, Nothing),
    ("libgl1", Need::Tests, Nothing),
    ("libxext6", Need::Tests, Nothing),
    ("libxinerama1", Need::Tests, Nothing),
    ("libxrandr2", Need::Tests, Nothing),
    ("libxss1", Need::Tests, Nothing),
    // pip fetches the wheels over TLS.
    ("ca-certificates", Need::Tests, Nothing),
    // Counts instructions; the benches work without it.
    ("valgrind", Need::Tests, Nothing),
    ("ardour", Need::Daw, Ardour),
    ("csound", Need::Peers, Program("csound")),
    ("supercollider-server", Need::Peers, Program("scsynth")),
];

/// Alternatives that conflict with the listed package.
const INSTEAD: &[(&str, &str)] = &[("libjack-jackd2-dev", "libjack-dev"), ("jackd2", "jackd1")];

/// The oldest Ardour that `cargo xtask daw` supports. Ubuntu 22.04 has 6.
const ARDOUR: u32 = 7;

/// The oldest Python for which dawdreamer has a wheel.
const PYTHON: (u32, u32) = (3, 11);

/// Makes sure that everything for `needs` is installed.
///
/// # Errors
/// If something is missing and cannot be installed; the message has the command that would install it.
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
            println!("System packages: all installed.");
            return Ok(());
        }
        if missing == before {
            bail!("still missing after installing: {}", missing.join(" "));
        }
        install(&missing)?;
        // Checked again: which Python a release has is known only once it is installed.
        before = missing;
    }
}

/// Makes sure that rustfmt and clippy are installed, which a minimal toolchain lacks.
///
/// # Errors
/// If they are missing and rustup cannot add them.
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

/// A hint for a failed build: the missing packages, if any.
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

/// The name of a Python that dawdreamer supports and that can make virtual environments.
pub fn python() -> Option<String> {
    // Asks Python itself, because it need not be Debian's.
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

/// The names of the packages for `needs`, but for Python's.
pub fn packages(needs: &[Need]) -> impl Iterator<Item = &'static str> {
    wanted(needs).map(|(name, ..)| *name)
}

/// The packages for `needs` that are not installed according to dpkg.
fn missing(needs: &[Need]) -> Result<Vec<&'static str>> {
    let format = "${db:Status-Status}|${Package}|${Provides}\n";
    let listed = output(command("dpkg-query").args(["-W", "-f", format]))?;
    let installed = installed(&listed);
    let is_there = |name: &str| {
        let instead = INSTEAD.iter().find(|(ours, _)| *ours == name);
        installed.contains(name) || instead.is_some_and(|(_, other)| installed.contains(other))
    };
    let mut missing: Vec<&str> = packages(needs).filter(|name| !is_there(name)).collect();
    if needs.contains(&Need::Tests) && python().is_none() {
        // If the release's own Python is installed but too old, a newer one.
        let own = ["python3", "python3-venv"];
        if own.iter().all(|name| installed.contains(name)) {
            missing.extend(["python3.11", "python3.11-venv"]);
        } else {
            missing.extend(own);
        }
    }
    Ok(missing)
}

/// The names of the installed packages, and the names that they provide.
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

/// Fails if the Ardour of this release, according to apt, is too old.
fn check_ardour() -> Result<()> {
    // Prevents translated labels.
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

/// The major version that is installed, or would be installed.
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

/// Installs `packages` with apt-get, or fails with the command to do so.
fn install(packages: &[&str]) -> Result<()> {
    println!("System packages missing: {}", packages.join(" "));
    let Some(privilege) = privilege("install them") else {
        bail!(
            "system packages are missing, and installing them needs root or sudo; as root, \
             run:\n  apt-get update && apt-get install --yes --no-install-recommends {}",
            packages.join(" ")
        );
    };
    // Without an update, a new machine finds no packages. A broken third-party source makes the update
    // fail even if all needed packages are available, so only the installation's result counts.
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

/// The words to put before a command that needs root: none for root itself, or sudo, which may ask for
/// a password. `None` if neither is possible. `purpose` is for the message.
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
        // sudo may be installed and this user still not be allowed to use it.
        if run(command("sudo").arg("-v")).is_ok() {
            return Some(&["sudo"]);
        }
    }
    None
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Whether a user can type a password.
fn may_ask() -> bool {
    env::var_os("CI").is_none() && std::io::stdin().is_terminal()
}

fn apt_get(privilege: &[&str]) -> Command {
    // sudo would drop the variable; `env` sets it after sudo.
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

/// Checks a Linux system that is not Debian or derived from it.
fn check_elsewhere(needs: &[Need]) -> Result<()> {
    let (mut modules, mut programs) = (Vec::new(), Vec::new());
    let mut lacks_ardour = false;
    for (.., probe) in wanted(needs) {
        match *probe {
            Module(name) => modules.push(name),
            Program(name) => programs.push(name),
            Ardour => {
                let mut versions = ARDOUR..ARDOUR + 20;
                lacks_ardour = !versions.any(|n| in_search_path(&format!("ardour{n}-lua")));
            }
            Nothing => {}
        }
    }
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
        println!("System packages: all installed.");
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
    fn provided_names_are_installed_and_removed_packages_are_not() {
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
    fn debian_is_found_by_id_or_id_like() {
        assert!(names_debian("NAME=x\nID=debian\n"));
        assert!(names_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_debian(
            "ID=fedora\nID_LIKE=\"rhel centos\"\nVERSION=debian"
        ));
    }

    #[test]
    fn the_version_of_ardour_is_read_from_apt() {
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
