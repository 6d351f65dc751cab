//! The program in a folder of its own.

#[path = "../program/place.rs"]
mod program;

use std::fmt::Write as _;

pub use program::Place;

const PROGRAM: &str = "aliquot-analyse";
const EXECUTABLE: &str = env!("CARGO_BIN_EXE_aliquot-analyse");

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

impl Place {
    /// Asserts that it does its work and has no remarks; returns its output.
    pub fn converts(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        assert_eq!(error, "", "{arguments:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}
