//! The parameters' ids, order and ranges, frozen: hosts bind automation to them.
//!
//! `tests/parameters.txt` holds a line for each parameter: id | name | group | range | default |
//! unit | polyphonic. It is rewritten only on purpose:
//!
//! ```text
//! ALIQUOT_BLESS="why" cargo test --test parameters
//! ```
//!
//! Even then the ids that were there stay where they were: the list only grows.

use std::fmt::Write as _;
use std::path::Path;

use aliquot::synth::parameter::{Range, Spec, specs};

fn line(spec: &Spec) -> String {
    let range = match spec.range {
        Range::Choice(labels) => format!("choice {}", labels.join(", ")),
        Range::Linear { min, max } => format!("linear {min} to {max}"),
        Range::Exponential { min, max } => format!("exponential {min} to {max}"),
        Range::Quartic { max } => format!("quartic 0 to {max}"),
        Range::SignedSquare { max } => format!("signed square -{max} to {max}"),
        Range::Integer { min, max } => format!("integer {min} to {max}"),
    };
    format!(
        "{} | {} | {} | {range} | {} | {:?} | {}",
        spec.id,
        spec.name,
        spec.group,
        spec.default,
        spec.unit,
        if spec.polyphonic { "poly" } else { "mono" },
    )
}

fn id(line: &str) -> &str {
    line.split(" | ").next().unwrap_or_default()
}

#[test]
fn the_table_is_as_it_was_frozen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parameters.txt");
    let frozen = std::fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<String> = specs().iter().map(line).collect();

    for (place, was) in frozen.lines().enumerate() {
        assert_eq!(
            lines.get(place).map(|line| id(line)),
            Some(id(was)),
            "the parameter at place {place} has changed its id or is gone"
        );
    }
    if std::env::var_os("ALIQUOT_BLESS").is_some_and(|reason| !reason.is_empty()) {
        let mut text = String::new();
        for line in &lines {
            writeln!(text, "{line}").expect("a string takes all");
        }
        std::fs::write(&path, text).expect("the source folder can be written");
        return;
    }
    let frozen: Vec<&str> = frozen.lines().collect();
    for (was, is) in frozen.iter().zip(&lines) {
        assert_eq!(was, is);
    }
    assert_eq!(
        frozen.len(),
        lines.len(),
        "new parameters are not frozen yet: ALIQUOT_BLESS=\"why\""
    );
}

#[test]
fn macros_come_first_and_partials_after_the_first_64() {
    let ids: Vec<&str> = specs().iter().map(|spec| &*spec.id).collect();
    for (place, number) in (1..=8).enumerate() {
        assert_eq!(ids[place], format!("macro_{number}"));
    }
    assert_eq!(ids[64], "partial_1_level");
    assert_eq!(ids[64 + 3 * 64 - 1], "partial_64_pan");
}

#[test]
fn every_parameter_has_a_name_that_reads_well() {
    for spec in specs() {
        assert!(
            !spec.name.is_empty() && spec.name.len() <= 40,
            "{}",
            spec.id
        );
        assert!(
            spec.name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == ' '),
            "{}",
            spec.name
        );
        assert!(
            spec.id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{}",
            spec.id
        );
    }
}
