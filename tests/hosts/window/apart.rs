//! A test in a process of its own: it has its memory, threads, descriptors and environment for
//! itself, what it says on its standard error is read to the end, and there is one at a time, since
//! there is one pointer and one keyboard.

use std::any::type_name_of_val;
use std::io::{Write as _, stdout};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use xtask::command::{command, line};

use crate::display::hold_display;
use crate::words::{Ends, complaints};

/// Set in the process that is a test's own.
const OWN: (&str, &str) = ("ALIQUOT_TEST_APART", "1");

/// Tells the system's allocator to keep one pool. It would have up to eight a core, for the threads
/// that each window has, and keep in each what a window once took: that is no leak, and hides what is.
const ONE_POOL: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

/// Runs the calling test's body in a process of its own, which is this program again with that test alone. The
/// body has to be a closure in the test itself, whose name it gives. Windows of the test end as `ends` says.
pub fn apart(ends: Ends, body: impl FnOnce()) {
    apart_with(ends, &[], body);
}

/// As [`apart`], with these variables in its environment.
pub fn apart_with(ends: Ends, variables: &[(&str, &str)], body: impl FnOnce()) {
    if std::env::var(OWN.0).is_ok_and(|own| own == OWN.1) {
        return body();
    }
    // `clap_window::sizes::a_test::{{closure}}`
    let place = type_name_of_val(&body);
    let test = place
        .split_once("::")
        .and_then(|(_, rest)| rest.strip_suffix("::{{closure}}"))
        .unwrap_or_else(|| panic!("{place} is no closure in a test"));

    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    hold_display();
    // Its windows find nobody's presets and settings, and leave none.
    let folder = tempfile::tempdir().expect("a folder");
    // Nor does the hint of a first window take room.
    std::fs::write(folder.path().join("settings.toml"), "hint = false\n").expect("written");
    let program = std::env::current_exe().expect("this program");
    let mut command = command(program);
    command
        .args(["--exact", test, "--nocapture"])
        .envs(variables.iter().copied())
        .envs([OWN, ONE_POOL])
        .envs(["ALIQUOT_DATA_DIR", "ALIQUOT_CONFIG_DIR"].map(|name| (name, folder.path())))
        .stderr(Stdio::piped());
    let output = command.output().expect("this program again");
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    // What it has measured is to be seen though it has passed; the harness counts the test here.
    for line in printed.lines().filter(|line| !is_of_the_harness(line)) {
        writeln!(stdout(), "{line}").expect("somewhere to print");
    }
    let has_run = printed.contains("1 passed; 0 failed");
    assert!(
        output.status.success() && has_run,
        "`{}` ended with {}\n{said}",
        line(&command),
        output.status
    );
    let complaints = complaints(&said, ends);
    assert!(complaints.is_empty(), "it said: {complaints:#?}");
}

fn is_of_the_harness(line: &str) -> bool {
    let beginnings = ["running ", "test ", "failures:", "    "];
    line.is_empty() || beginnings.iter().any(|words| line.starts_with(words))
}
