//! Instructions of a bench's own cases, counted by valgrind. They do not depend on what else the
//! machine does.
//!
//! Each case is the program once more, under callgrind, with two numbers of blocks. What the second
//! has more than the first is the blocks', and set-up is in neither. Valgrind knows no AVX-512.

use std::process::{Command, Output, Stdio};

/// Valgrind's version; where it is not there, says so and that all is skipped.
pub fn version() -> Option<String> {
    let Ok(version) = Command::new("valgrind").arg("--version").output() else {
        println!("Skipped: instructions, because valgrind is not there");
        return None;
    };
    Some(String::from_utf8_lossy(&version.stdout).trim().to_owned())
}

/// Runs this program with `arguments` under callgrind.
pub fn run(arguments: &[&str]) -> Result<Output, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())
}

/// All instructions of a run; the error is what it said.
pub fn collected(output: &Output) -> Result<u64, String> {
    // `==1234== Collected : 12345678`
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines()
        .filter_map(|line| line.split_once("Collected : "))
        .find_map(|(_, count)| count.trim().parse().ok())
        .filter(|_| output.status.success())
        .ok_or(said)
}
