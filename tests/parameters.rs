//! The frozen ids, ranges and order of the parameters. Hosts bind automation to them.
//!
//! `tests/parameters.txt` has a line for each parameter, first those that hosts see in their order:
//! id | name | group | range | default | unit | further properties. It is rewritten only deliberately:
//!
//! ```text
//! cargo xtask bless parameters "why"
//! ```

use std::fmt::Write as _;
use std::path::Path;

use aliquot::synth::Param;
use aliquot::synth::parameter::{Exposure, Kind, Range, Row, rows};

fn line(row: &Row) -> String {
    let range = match row.range {
        Range::Linear { min, max } => format!("linear {min} to {max}"),
        Range::Exponential { min, max, .. } => format!("exponential {min} to {max}"),
        Range::Quartic { max } => format!("quartic 0 to {max}"),
        Range::SignedSquare { max } => format!("signed square -{max} to {max}"),
        Range::Integer { min, max, places } => {
            format!("integer {min} to {max}, {places} places")
        }
        Range::Switch => "switch".to_owned(),
        Range::Choice { labels, places } => {
            format!("choice {}, {places} places", labels.join(", "))
        }
    };
    let mut line = format!(
        "{} | {} | {} | {range} | {} | {:?} |",
        row.id,
        row.name,
        row.group.name(),
        row.default,
        row.unit,
    );
    if row.polyphonic {
        line += " polyphonic";
    }
    match row.kind {
        Kind::Sound => {}
        Kind::Performance => line += " performance",
        Kind::Machine => line += " machine",
    }
    match row.exposure {
        Exposure::Host => {}
        Exposure::Patch => line += " patch",
    }
    line
}

#[test]
fn the_table_is_as_frozen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parameters.txt");
    let unhosted = Param::all().filter(|param| !param.is_hosted());
    let all = Param::hosted().chain(unhosted);
    let lines: Vec<String> = all.map(|param| line(param.row())).collect();
    if std::env::var_os("ALIQUOT_BLESS").is_some_and(|reason| !reason.is_empty()) {
        let mut text = String::new();
        for line in &lines {
            writeln!(text, "{line}").expect("writing to a String does not fail");
        }
        std::fs::write(&path, text).expect("the source folder can be written");
        return;
    }
    let frozen = std::fs::read_to_string(&path).unwrap_or_default();
    for (was, is) in frozen.lines().zip(&lines) {
        assert_eq!(was, is);
    }
    assert_eq!(
        frozen.lines().count(),
        lines.len(),
        "new parameters are not frozen yet: cargo xtask bless parameters REASON"
    );
}

#[test]
fn macros_come_first_and_partials_after_the_first_64() {
    let ids: Vec<&str> = Param::hosted().map(|param| param.row().id).collect();
    for (place, number) in (1..=8).enumerate() {
        assert_eq!(ids[place], format!("macro_{number}"));
    }
    for (place, lanes) in ids[64..64 + 3 * 64].chunks(3).enumerate() {
        let n = place + 1;
        let expected = ["level", "tune", "pan"].map(|lane| format!("partial_{n}_{lane}"));
        assert_eq!(lanes, expected);
    }
}

#[test]
fn parameter_names_are_well_formed() {
    for row in rows() {
        assert!(!row.name.is_empty() && row.name.len() <= 24, "{}", row.id);
        assert!(
            row.name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == ' '),
            "{}",
            row.name
        );
        assert!(
            row.id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{}",
            row.id
        );
    }
}

/// A comma before three digits separates thousands where the parameter reaches them; everywhere else
/// it is a decimal one.
#[test]
fn a_typed_comma_means_what_the_parameter_can_have() {
    for (param, text, plain) in [
        (Param::CUTOFF, "1,000", 1_000.0),
        (Param::CUTOFF, "1,000 Hz", 1_000.0),
        (Param::CUTOFF, "20,000", 20_000.0),
        (Param::CUTOFF, "1,25 kHz", 1_250.0),
        (Param::CUTOFF, "1,250 kHz", 1_250.0),
        (Param::CUTOFF, "440,125", 440.125),
        (Param::CUTOFF, "27,500", 27.5),
        (Param::SEED, "1,234", 1_234.0),
        (Param::LFO_RATE, "1,250", 1.25),
        (Param::LFO_RATE, "0,125", 0.125),
        (Param::AMP_ATTACK, "1,500 s", 1.5),
        (Param::AMP_ATTACK, "1,500 ms", 1.5),
    ] {
        let typed = param.parse(text).expect(text);
        assert!(
            (typed - plain).abs() <= 1e-5 * plain,
            "{} {text}: {typed}",
            param.row().id
        );
    }
}
