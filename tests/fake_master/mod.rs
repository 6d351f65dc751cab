//! A process with a library of MTS-ESP that the tests build, `tests/fake_mts`, and the master's side of it.
//!
//! A process opens the library once, so each test that has one runs in a process of its own: it starts its
//! program again with the path in the environment.
#![allow(dead_code, reason = "each test program uses its own part")]

#[path = "../own_process/mod.rs"]
mod own_process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use aliquot::mts_esp::LIBRARY_VARIABLE;
use libloading::Library;

/// Runs the body of the test `name` in a process that gets the library at `path`.
pub fn with_path(name: &str, path: impl FnOnce() -> PathBuf, body: impl FnOnce()) {
    own_process::run(name, LIBRARY_VARIABLE, path, body);
}

/// As [`with_path`], with a fake library that has these features.
pub fn with_fake(name: &str, features: &str, body: impl FnOnce(&Fake)) {
    with_path(name, || built(features), || body(&Fake::open()));
}

/// The fake library, built with these features.
pub fn built(features: &str) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fake_mts_{features}"));
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--offline",
            "--package",
            "fake-mts-esp",
            "--features",
            features,
        ])
        .arg("--target-dir")
        .arg(&folder)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the fake library cannot be built");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    folder
        .join("debug")
        .join(format!("{prefix}fake_mts_esp{suffix}"))
}

/// The master's side of the library.
pub struct Fake(Library);

macro_rules! call {
    ($fake:expr, $name:ident($($argument:expr),*) $type:ty) => {{
        // SAFETY: the functions of the fake library have these types.
        unsafe {
            let function = $fake.0.get::<$type>(stringify!($name).as_bytes()).expect("a function");
            function($($argument),*)
        }
    }};
}

impl Fake {
    /// Opens the library that the environment names.
    pub fn open() -> Fake {
        let path = std::env::var_os(LIBRARY_VARIABLE).expect("a path");
        // SAFETY: the fake library does nothing when it is opened.
        let fake = Fake(unsafe { Library::new(path) }.expect("the fake library"));
        for channel in 0..17 {
            for key in 0..=127 {
                fake.set_hz(channel, key, equal_hz(key));
            }
        }
        fake
    }

    /// Sets a frequency of a channel, or of table 16 for all.
    pub fn set_hz(&self, channel: i8, key: i8, hz: f64) {
        call!(self, Fake_SetHz(channel, key, hz) extern "C" fn(i8, i8, f64));
    }

    /// Lets a master come or go.
    pub fn set_master(&self, is_there: bool) {
        call!(self, Fake_SetMaster(is_there) extern "C" fn(bool));
    }

    /// Gives a channel a table of its own.
    pub fn set_channel(&self, channel: i8, has_table: bool) {
        call!(self, Fake_SetChannel(channel, has_table) extern "C" fn(i8, bool));
    }

    /// Filters a note of a channel, while that has no table of its own, or while it has.
    pub fn set_filter(&self, channel: i8, key: i8, has_table: bool, is_filtered: bool) {
        call!(
            self,
            Fake_SetFilter(channel, key, has_table, is_filtered) extern "C" fn(i8, i8, bool, bool)
        );
    }

    /// Gives the table of all channels, or none.
    pub fn set_has_table(&self, is_there: bool) {
        call!(self, Fake_SetHasTable(is_there) extern "C" fn(bool));
    }

    /// Sets the period, a ratio of frequencies.
    pub fn set_period(&self, ratio: f64) {
        call!(self, Fake_SetPeriod(ratio) extern "C" fn(f64));
    }

    /// Sets the library's version.
    pub fn set_version(&self, version: i32) {
        call!(self, Fake_SetVersion(version) extern "C" fn(i32));
    }

    /// How many clients are registered.
    pub fn clients(&self) -> i32 {
        call!(self, Fake_Clients() extern "C" fn() -> i32)
    }

    /// How often any function was called.
    pub fn calls(&self) -> u64 {
        call!(self, Fake_Calls() extern "C" fn() -> u64)
    }

    /// Waits until nobody calls the library any more.
    pub fn wait_for_rest(&self) {
        let mut before = self.calls();
        eventually("the thread ends", || {
            std::thread::sleep(Duration::from_millis(50));
            let now = self.calls();
            std::mem::replace(&mut before, now) == now
        });
    }
}

/// The frequency of a key in twelve equal steps.
pub fn equal_hz(key: i8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

/// Waits until it is so; a minute at most.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "not so after a minute: {what}"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}
