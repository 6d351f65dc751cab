//! The set-up of system packages, by the real program in a search path of programs that only pretend.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use xtask::setup::{Need, packages};

/// Makes a program of this shell script.
fn fake(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made a program");
}

/// Sets up for this user where no package is installed and there is no sudo; what apt-get is asked for,
/// a call in each line.
fn set_up_as(user: u32) -> (Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = folder.path();
    let calls = programs.join("calls");
    fake(programs, "id", &format!("echo {user}"));
    fake(programs, "dpkg-query", "");
    fake(
        programs,
        "apt-get",
        &format!("echo \"$*\" >> '{}'", calls.display()),
    );
    symlink("/usr/bin/env", programs.join("env")).expect("a link");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("setup")
        .env("PATH", programs)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    (output, fs::read_to_string(calls).unwrap_or_default())
}

/// The packages that a text does not name.
fn unnamed(text: &str) -> Vec<&'static str> {
    packages(&[Need::Build, Need::Tests])
        .chain(["python3", "python3-venv"])
        .filter(|package| !text.split_whitespace().any(|word| word == *package))
        .collect()
}

#[test]
fn missing_packages_are_named_and_only_installed_with_the_right_to() {
    let (output, calls) = set_up_as(1_000);
    let told = String::from_utf8_lossy(&output.stdout);
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !system.contains("debian") {
        println!(
            "not run: this is no Debian. There it names what is missing, and installs nothing"
        );
        assert!(told.contains("Needed here: "), "{told}");
        assert_eq!(calls, "");
        return;
    }
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("needs root or sudo"), "{error}");
    let nothing: [&str; 0] = [];
    assert_eq!(
        (unnamed(&told), unnamed(&error)),
        (nothing.to_vec(), nothing.to_vec())
    );
    assert_eq!(calls, "");

    let (output, calls) = set_up_as(0);
    let [update, install] = calls.lines().collect::<Vec<_>>()[..] else {
        panic!("an update and an installation: {calls}");
    };
    assert!(update.ends_with(" update"), "{update}");
    assert!(install.contains(" install --yes "), "{install}");
    assert_eq!(unnamed(install), nothing);
    // This apt-get has installed nothing.
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("still missing after installing"), "{error}");
}
