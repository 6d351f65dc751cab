//! Csound: `adsynt2`, a bank of table oscillators with frequencies and amplitudes from tables.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::partials::Partial;
use xtask::command::command;

/// The version that Csound reports, with its sample format.
pub fn version() -> Result<String> {
    // It prints this on standard error.
    let said = command("csound").arg("--version").output()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    said.lines()
        .find_map(|line| {
            line.split_once("Csound version ")?
                .1
                .split_whitespace()
                .next()
        })
        .map(str::to_owned)
        .context("csound does not report its version")
}

/// A command with which Csound plays the partials, into a file of raw f32 or without a file.
pub fn play(
    folder: &Path,
    partials: &[Partial],
    seconds: u32,
    file: Option<&Path>,
) -> Result<Command> {
    let score = folder.join(format!("csound-{seconds}.csd"));
    fs::write(&score, text(partials, seconds))?;
    let mut csound = command("csound");
    csound.args(["-d", "-m0"]);
    match file {
        Some(file) => csound.args(["-h", "-f", "-o"]).arg(file),
        None => csound.arg("-n"),
    };
    csound.arg(&score);
    Ok(csound)
}

/// Orchestra and score.
fn text(partials: &[Partial], seconds: u32) -> String {
    let count = partials.len();
    let list = |value: fn(&Partial) -> f64| {
        partials.iter().fold(String::new(), |mut list, partial| {
            let _ = write!(list, " {}", value(partial));
            list
        })
    };
    let frequencies = list(|partial| partial.hz);
    let amplitudes = list(|partial| partial.amplitude);
    // A negative size allows any table size; a negative routine number disables scaling. The sine's
    // table is read without interpolation: 2¹⁴ points keep the error at −80 dB.
    format!(
        "<CsoundSynthesizer>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 1
0dbfs = 1
instr 1
  aout adsynt2 1, 1, 1, 2, 3, {count}
  out aout
endin
</CsInstruments>
<CsScore>
f 1 0 16384 10 1
f 2 0 -{count} -2{frequencies}
f 3 0 -{count} -2{amplitudes}
i 1 0 {seconds}
</CsScore>
</CsoundSynthesizer>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_the_partials_in_order() {
        let partials = [(440.5, 0.25), (1000.125, 0.5)];
        let partials = partials.map(|(hz, amplitude)| Partial { hz, amplitude });
        let text = text(&partials, 7);
        assert!(text.contains("\nf 2 0 -2 -2 440.5 1000.125\n"), "{text}");
        assert!(text.contains("\nf 3 0 -2 -2 0.25 0.5\n"), "{text}");
        assert!(text.contains("\ni 1 0 7\n"), "{text}");
    }
}
