//! For tests of what happens where the disk is full: a process in which no file becomes long.
//!
//! A limit on the length of files takes the place of a full disk. It is that of a whole process, so such a test is in a
//! process of its own, which is this program again with that test alone.

use std::any::type_name_of_val;
use std::env;
use std::path::Path;
use std::process::Command;

/// Set in the process with the limit: the folder that it works in.
const FOLDER: &str = "ALIQUOT_TEST_FULL_DISK";

/// What is longer cannot be written: 64 blocks of 512 bytes, which are those of `ulimit`.
pub const MOST_BYTES: u64 = 64 << 9;

/// What the system calls it, at the end of a message.
pub const REASON: &str = "(os error 27)";

/// Lets `prepare` write to a new folder what it likes, and runs `body` with that folder where the disk is full. The body
/// has to be a closure in the test itself, whose name it gives.
pub fn run(prepare: impl FnOnce(&Path), body: impl FnOnce(&Path)) {
    if let Some(folder) = env::var_os(FOLDER) {
        return body(Path::new(&folder));
    }
    // `aliquot::saving::tests::a_test::{{closure}}`
    let place = type_name_of_val(&body);
    let test = place
        .split_once("::")
        .and_then(|(_, rest)| rest.strip_suffix("::{{closure}}"))
        .unwrap_or_else(|| panic!("{place} is no closure in a test"));
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{complained}"
    );
}
