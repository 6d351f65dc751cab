//! Tests that need an environment of their own, and so a process: they start their program again.

use std::path::Path;
use std::process::Command;

/// Set in the processes that are started here.
const INSIDE: &str = "ALIQUOT_TEST_INSIDE";

/// Runs the body of the test `name` in a process in whose environment `variable` has the value that `value` makes.
/// Returns what that process has written to its standard error, to the process that has started it.
pub fn run<Value: AsRef<Path>>(
    name: &str,
    variable: &str,
    value: impl FnOnce() -> Value,
    body: impl FnOnce(),
) -> Option<String> {
    if std::env::var_os(INSIDE).is_some() {
        body();
        return None;
    }
    // It may be a folder that lasts as long as this.
    let value = value();
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .env(variable, value.as_ref())
        .output()
        .expect("this program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "{said}");
    Some(complained.into_owned())
}
