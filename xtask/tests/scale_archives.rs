//! Every scale of two archives is read, as a second, simple reader reads it.
//!
//! They are packages of PyPI, which are fetched: music21 and scale-library.

use std::fs;
use std::path::{Path, PathBuf};

use aliquot::scale::{Scale, SetMaps, Tone, TuningSet};
use aliquot::synth::tuning::{KEYS, KeyTable};

/// Has `697//441` for a tone.
const MALFORMED: &str = "sparschuh-stanhope.scl";

/// The files of scales in a folder and all below it, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = entry.path();
        // Not by links: an environment of Python has `lib64` for `lib`.
        if entry.file_type().expect("a file type").is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "scl") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The value that a line begins with, without spaces round a slash.
fn value(line: &str) -> String {
    let is_part = |c: &char| c.is_ascii_digit() || " \t./-+".contains(*c);
    let begin: String = line.chars().take_while(is_part).collect();
    let begin = begin
        .replace('\t', " ")
        .replace(" /", "/")
        .replace("/ ", "/");
    begin.split_whitespace().next().unwrap_or("").to_owned()
}

fn ratio_cents(ratio: f64) -> f64 {
    1_200.0 * ratio.ln() / std::f64::consts::LN_2
}

/// The description and the tones in cents, without a thought for what is malformed.
fn simply_read(bytes: &[u8]) -> (String, Vec<f64>) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.split('\n').filter(|line| !line.starts_with('!'));
    let description = lines.next().expect("a description").trim().to_owned();
    let mut values = lines.map(value).filter(|value| !value.is_empty());
    let count: usize = values.next().expect("a number").parse().expect("a number");
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let cents = |value: String| match value.split_once('/') {
        _ if value.contains('.') => number(&value),
        Some((numerator, denominator)) => ratio_cents(number(numerator) / number(denominator)),
        None => ratio_cents(number(&value)),
    };
    (description, values.take(count).map(cents).collect())
}

#[test]
fn every_scale_of_the_archives_is_read() {
    let folder = xtask::test::scale_archives().expect("the archives");
    let files = files(&folder);
    let mut refused = Vec::new();
    let mut latin = 0;
    for path in &files {
        let bytes = fs::read(path).expect("a readable file");
        latin += usize::from(std::str::from_utf8(&bytes).is_err());
        let scale = match Scale::read(&bytes) {
            Ok(scale) => scale,
            Err(error) => {
                refused.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let (description, cents) = simply_read(&bytes);
        assert_eq!(scale.description(), description, "{}", path.display());
        assert_eq!(scale.size(), cents.len(), "{}", path.display());
        for (found, expected) in scale.tones().iter().map(Tone::cents).zip(cents) {
            let is_near = (found - expected).abs() < 1e-8 * expected.abs().max(1.0);
            assert!(is_near, "{}: {found}, not {expected}", path.display());
        }
        let again = Scale::read(scale.to_text("again").as_bytes()).expect("what was written");
        assert_eq!(again.tones().len(), scale.tones().len());
        for (one, other) in again.tones().iter().zip(scale.tones()) {
            assert_eq!(
                one.cents().to_bits(),
                other.cents().to_bits(),
                "{}",
                path.display()
            );
        }
        let set = TuningSet::new("", scale, SetMaps::Linear).expect("a short file");
        let loaded = set.loaded();
        let mut keys = KeyTable::equal(0.0);
        loaded.write(60, (60, 60.0), &mut keys);
        for key in 0..KEYS as u8 {
            let expected = 60.0 + loaded.pitch(i64::from(key) - 60);
            // Keys far beyond hearing have no pitch.
            let is_mapped = (-155.8..=202.8).contains(&expected);
            assert_eq!(keys.is_mapped(0, key), is_mapped, "{}", path.display());
            let is_near = (keys.pitch(0, key) - expected).abs() < 1e-9;
            assert!(is_near || !is_mapped, "{}: key {key}", path.display());
        }
    }
    println!(
        "{} files, {latin} of them in ISO 8859-1, {} refused",
        files.len(),
        refused.len()
    );
    assert_eq!((files.len(), latin), (3_932 + 4_550, 73));
    let [only] = &refused[..] else {
        panic!("refused:\n{}", refused.join("\n"));
    };
    assert!(only.contains(MALFORMED), "{only}");
    assert!(only.contains("line 12, character 5"), "{only}");
}
