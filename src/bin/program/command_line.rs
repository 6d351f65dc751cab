//! Reading the command line, and what a program says on stderr.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use crate::PROGRAM;

/// Reads the command line; an `Err` is what the program ends with.
pub fn parse<A: Parser>() -> Result<A, ExitCode> {
    A::try_parse().map_err(|error| {
        if !error.use_stderr() {
            // Help and version: where there is nobody to read them, nothing is lost.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        // The first paragraph says what is wrong, the rest is usage.
        let text = error.to_string();
        let paragraph: Vec<_> = text
            .lines()
            .take_while(|line| !line.trim().is_empty())
            .map(str::trim)
            .collect();
        let line = paragraph.join(" ");
        fail(line.strip_prefix("error: ").unwrap_or(&line))
    })
}

/// Says on stderr, in one line, why the program ends, and gives its exit status.
pub fn fail(reason: &str) -> ExitCode {
    tell(reason);
    ExitCode::FAILURE
}

/// Says something on stderr, in one line. Where nobody can read it, the work goes on.
pub fn tell(text: &str) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(std::io::stderr(), "{PROGRAM}: {line}");
}
