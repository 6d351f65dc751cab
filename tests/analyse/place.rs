//! The program in a folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// SPEAR's text of harmonics of this frequency, a tenth of a second with a breakpoint each ten
/// milliseconds; the first one's amplitude is 0.5 at most.
pub fn tone(frequency_hz: f64, harmonics: u32) -> String {
    let mut text = format!(
        "par-text-partials-format\npoint-type time frequency amplitude\n\
         partials-count {harmonics}\npartials-data\n"
    );
    for harmonic in 1..=harmonics {
        let frequency_hz = frequency_hz * (1.0 + 0.5 * f64::from(harmonic - 1));
        writeln!(text, "{} 11 0.000000 0.100000", harmonic - 1).expect("a string takes it");
        for point in 0..=10 {
            let amplitude = match point {
                0 | 10 => 0.0,
                _ => 0.5 / f64::from(harmonic),
            };
            let time_s = 0.01 * f64::from(point);
            write!(text, "{time_s:.6} {frequency_hz:.6} {amplitude:.6} ")
                .expect("a string takes it");
        }
        text.push('\n');
    }
    text
}

/// A folder.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    /// An empty one.
    pub fn new() -> Place {
        Place {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aliquot-analyse"))
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .expect("the program starts")
    }

    /// Asserts that it does what it is asked for and has nothing to remark; what it says.
    pub fn converts(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        assert_eq!(error, "", "{arguments:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Asserts that it refuses, in one line that holds all of `parts`, and that the folder is as it
    /// was.
    pub fn refuses(&self, arguments: &[&str], parts: &[&str]) {
        let before = self.listing();
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert_eq!(error.matches('\n').count(), 1, "{error}");
        assert!(error.starts_with("aliquot-analyse: "), "{error}");
        assert!(!error.contains(".aliquot-analyse-"), "{error}");
        for part in parts {
            assert!(error.contains(part), "{error:?} lacks {part:?}");
        }
        assert_eq!(output.stdout, b"");
        assert_eq!(self.listing(), before, "{error}");
    }

    /// Names and lengths of all files.
    pub fn listing(&self) -> Vec<(String, u64)> {
        let mut listing: Vec<_> = fs::read_dir(self.folder.path())
            .expect("a folder")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let length = entry.metadata().expect("metadata").len();
                (entry.file_name().to_string_lossy().into_owned(), length)
            })
            .collect();
        listing.sort();
        listing
    }
}
