//! `cargo xtask bless FILE REASON`: one golden test rewrites its file instead of comparing, and the
//! lines that are different are shown.

use std::collections::HashMap;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::command::{cargo, run};
use crate::workspace::root;

/// The environment variable that makes a golden test rewrite its file; its value is the reason.
pub const VARIABLE: &str = "ALIQUOT_BLESS";

/// The files that can be rewritten: each is `tests/NAME.txt`, written by `tests/NAME.rs`.
pub const FILES: [&str; 2] = ["goldens", "parameters"];

/// Runs the test that writes `tests/FILE.txt` with [`VARIABLE`] set, and prints each line that was
/// changed, added or removed.
///
/// # Errors
/// When there is no such file, or its test cannot be built or fails.
pub fn bless(file: &str, reason: &str) -> Result<ExitCode> {
    if !FILES.contains(&file) {
        bail!(
            "bless: there is no file '{file}', only {}",
            FILES.join(" and ")
        );
    }
    let path = root().join("tests").join(format!("{file}.txt"));
    let read = || fs::read_to_string(&path).with_context(|| format!("no '{}'", path.display()));
    let before = read().unwrap_or_default();
    run(cargo()
        .args(["test", "--profile", "checked", "--test", file])
        .env(VARIABLE, reason))?;
    let changes = changes(&before, &read()?);
    if changes.is_empty() {
        println!("\ntests/{file}.txt is as it was.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\ntests/{file}.txt, rewritten because: {reason}\n");
    for change in changes {
        println!("{change}");
    }
    println!("\nCommit it with that reason if each of these is meant.");
    Ok(ExitCode::SUCCESS)
}

/// What is different: a line begins with its name, which ends at the first ` | `. Comments are left
/// out.
fn changes(before: &str, after: &str) -> Vec<String> {
    let (before, after) = (named_lines(before), named_lines(after));
    let was: HashMap<_, _> = before.iter().copied().collect();
    let is: HashMap<_, _> = after.iter().copied().collect();
    let mut changes = Vec::new();
    for (name, line) in &before {
        match is.get(name) {
            Some(now) if now == line => {}
            Some(now) => changes.push(format!("- {line}\n+ {now}")),
            None => changes.push(format!("- {line}")),
        }
    }
    changes.extend(
        after
            .iter()
            .filter(|(name, _)| !was.contains_key(name))
            .map(|(_, line)| format!("+ {line}")),
    );
    changes
}

/// Each line with its name.
fn named_lines(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| (line.split(" | ").next().unwrap_or_default(), line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_ranges_and_new_lines_are_shown_and_others_are_not() {
        let before = "# why\ntilt | linear -12 to 12\nlevel | linear -60 to 12\nold | x\n";
        let after = "# because\ntilt | linear -24 to 24\nlevel | linear -60 to 12\nnew | y\n";
        assert_eq!(
            changes(before, after),
            [
                "- tilt | linear -12 to 12\n+ tilt | linear -24 to 24",
                "- old | x",
                "+ new | y",
            ]
        );
        assert!(changes(before, before).is_empty());
    }

    #[test]
    fn a_file_that_is_not_there_is_refused() {
        let error = bless("songs", "why").unwrap_err().to_string();
        assert!(error.contains("goldens and parameters"), "{error}");
        for file in FILES {
            assert!(root().join("tests").join(format!("{file}.rs")).exists());
            assert!(root().join("tests").join(format!("{file}.txt")).exists());
        }
    }
}
