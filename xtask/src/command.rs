//! Running other programs, without prompts and with errors that show the command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

/// A command without standard input, so that it cannot prompt.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// The cargo that started this program, in the workspace's root.
///
/// `cargo run` sets environment variables that describe *this* package. Build scripts that watch them
/// would run again, and their crates be built again, whenever the caller changes. So the variables are
/// removed.
pub fn cargo() -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|ours| text.starts_with(ours))
        {
            cargo.env_remove(&name);
        }
    }
    cargo.current_dir(crate::workspace::root());
    cargo
}

/// The command line for messages, with the program's name without its folder.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.contains(' ') {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs `command` with inherited output.
///
/// # Errors
/// If it cannot be started or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs `command` and returns its standard output.
///
/// # Errors
/// If it cannot be started or fails; the error has its standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "`{}` failed ({}): {}",
            line(command),
            output.status,
            said.trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether `command` runs and succeeds. Its output is discarded.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs `command`. Prints its command line, then each line of its output (both streams, in the order
/// written), with which it calls `each`. Returns the exit status.
///
/// # Errors
/// If it cannot be started or read.
pub fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", line(command));
    let (reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    command
        .stdout(writer.try_clone().context("cannot share a pipe")?)
        .stderr(writer);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    // The command still holds copies of the writing end. The reader sees no end of file while they are
    // open.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end_matches(['\r', '\n']);
        println!("{text}");
        each(text);
        bytes.clear();
    }
    child.wait().context("cannot wait for a program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn both_streams_are_followed_in_order_to_the_end() {
        let mut lines = Vec::new();
        let status = follow(
            command("sh").args(["-c", "echo one; echo two >&2; printf three; exit 3"]),
            |line| lines.push(line.to_owned()),
        )
        .unwrap();
        assert_eq!(lines, ["one", "two", "three"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn an_error_shows_the_command() {
        let error = run(command("no-such-program").args(["a", "b c"])).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program a 'b c'`");
    }
}
