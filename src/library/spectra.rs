//! Spectra as lists of partials, in files of other programs or by hand.
//!
//! ```text
//! DATA/aliquot/spectra/*.csv, *.txt   a line for each partial: ratio, level
//! ```
//!
//! The numbers of a line stand apart by commas, semicolons, tabs or spaces; a decimal comma is read where
//! the numbers do not stand apart by commas. A line of one number has the level of the next harmonic. Empty
//! lines and what follows `#` are left out, and so is a first line without numbers.
//!
//! Ratios that are all at least 16, or whose first line says `Hz` or `freq`, are frequencies: the first
//! is 1. Levels are decibels if the first line says `dB` or any is below 0, else amplitudes. The loudest
//! partial comes to 0 dB.
//!
//! A file has at most [`MAX_BYTES`] and [`MAX_LISTED`] partials; what has more is no list, and is refused
//! before memory is taken for it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Library;

/// The folder, beside that of the presets.
const FOLDER: &str = "spectra";
const ENDINGS: [&str; 2] = ["csv", "txt"];
/// The largest file, bytes. A line of a partial takes some twenty.
pub const MAX_BYTES: usize = 1 << 20;
/// The most partials of a list. A sound takes the first 512.
pub const MAX_LISTED: usize = 16_384;
/// The most files that are listed.
const MAX_FILES: usize = 1_000;
/// How far a partial may be from the first: beyond, its ratio would be 0 or infinite in a sound.
const RATIOS: std::ops::RangeInclusive<f64> = 1e-9..=1e9;
/// A list without a number below this has frequencies: no spectrum begins at 16 times its note.
const LEAST_HZ: f64 = 16.0;

/// A partial of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListedPartial {
    /// Frequency over that of the note.
    pub ratio: f64,
    /// Decibels, at most 0; −∞ for none.
    pub level_db: f64,
}

/// A file that can be imported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpectrumFile {
    /// Its name without the ending.
    pub name: String,
    path: PathBuf,
}

impl Library {
    /// The folder of lists of partials.
    pub fn spectra_folder(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(FOLDER))
    }

    /// The lists of partials, a thousand at most, by name; none if there is no folder.
    pub fn spectra(&self) -> Vec<SpectrumFile> {
        let folder = self.spectra_folder();
        let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
        let paths = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let mut files: Vec<SpectrumFile> = paths
            .filter(|path| {
                let ending = path.extension().and_then(|ending| ending.to_str());
                ending.is_some_and(|own| {
                    ENDINGS
                        .iter()
                        .any(|ending| own.eq_ignore_ascii_case(ending))
                })
            })
            .filter_map(|path| {
                let name = path.file_stem()?.to_string_lossy().into_owned();
                Some(SpectrumFile { name, path })
            })
            .take(MAX_FILES)
            .collect();
        files.sort();
        files
    }
}

impl SpectrumFile {
    /// Its partials, at least one.
    ///
    /// # Errors
    /// The file, the line and the reason, as a sentence.
    pub fn read(&self) -> Result<Vec<ListedPartial>, String> {
        let path = self.path.display();
        let bytes = read(&self.path).map_err(|error| format!("{path}: {error}"))?;
        parse(&String::from_utf8_lossy(&bytes))
            .map_err(|(line, reason)| format!("{path}, line {line}: {reason}"))
    }
}

/// The bytes of a file, or more than [`MAX_BYTES`] of a longer one. Only a regular file is opened: a pipe
/// would let its reader wait.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What the numbers of a list are.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    in_hz: bool,
    in_db: bool,
}

/// The partials of a list, at least one.
///
/// # Errors
/// The line that is wrong, counted from 1, and what is wrong there: among others that a list is longer than
/// [`MAX_BYTES`] or [`MAX_LISTED`].
pub fn parse(text: &str) -> Result<Vec<ListedPartial>, (usize, String)> {
    if let Some((within, _)) = text.as_bytes().split_at_checked(MAX_BYTES)
        && text.len() > MAX_BYTES
    {
        let line = 1 + within.iter().filter(|&&byte| byte == b'\n').count();
        let reason = format!("the list goes on after {MAX_BYTES} bytes, more than any list has");
        return Err((line, reason));
    }
    let mut head = Head::default();
    let mut rows: Vec<(usize, f64, f64)> = Vec::new();
    let mut is_first = true;
    for (place, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let words = words(line);
        let numbers: Vec<Option<f64>> = words.iter().map(|word| number(word)).collect();
        if std::mem::take(&mut is_first) && numbers.iter().all(Option::is_none) {
            let told = line.to_lowercase();
            head = Head {
                in_hz: told.contains("hz") || told.contains("freq"),
                in_db: told.contains("db"),
            };
            continue;
        }
        let next = rows.len() as f64 + 1.0;
        let (ratio, level) = match numbers[..] {
            [Some(level)] => (next, level),
            [Some(ratio), Some(level), ..] => (ratio, level),
            _ => {
                let wrong = words.iter().find(|word| number(word).is_none());
                let wrong = wrong.map_or("", |word| word);
                return Err((
                    place,
                    format!("found \"{wrong}\", expected a ratio and a level"),
                ));
            }
        };
        if ratio <= 0.0 {
            return Err((place, format!("a ratio of {ratio} is not above 0")));
        }
        if rows.len() == MAX_LISTED {
            let reason = format!("more than {MAX_LISTED} partials, the most of a list");
            return Err((place, reason));
        }
        rows.push((place, ratio, level));
    }
    if rows.is_empty() {
        return Err((1, "there is no partial in it".to_owned()));
    }
    partials(&rows, head)
}

fn partials(rows: &[(usize, f64, f64)], head: Head) -> Result<Vec<ListedPartial>, (usize, String)> {
    let in_hz = head.in_hz || rows.iter().all(|(_, ratio, _)| *ratio >= LEAST_HZ);
    let unit = if in_hz { rows[0].1 } else { 1.0 };
    let in_db = head.in_db || rows.iter().any(|(_, _, level)| *level < 0.0);
    let level_db = |level: f64| if in_db { level } else { 20.0 * level.log10() };
    let loudest_db = rows
        .iter()
        .map(|(_, _, level)| level_db(*level))
        .fold(f64::NEG_INFINITY, f64::max);
    if !loudest_db.is_finite() {
        return Err((rows[0].0, "all levels are 0".to_owned()));
    }
    rows.iter()
        .map(|&(place, listed, level)| {
            let ratio = listed / unit;
            if !RATIOS.contains(&ratio) {
                return Err((place, format!("{listed} is too far from the first partial")));
            }
            let level_db = level_db(level) - loudest_db;
            Ok(ListedPartial { ratio, level_db })
        })
        .collect()
}

/// The words of a line.
fn words(line: &str) -> Vec<String> {
    let split = |by: fn(char) -> bool| -> Vec<&str> {
        let words = line.split(by).map(str::trim);
        words.filter(|word| !word.is_empty()).collect()
    };
    // Where something else stands between the numbers, a comma is within them.
    let apart = split(|c| matches!(c, ';' | '\t'));
    let apart = match apart.len() {
        0 | 1 => split(char::is_whitespace),
        _ => apart,
    };
    let are_numbers = apart.len() > 1
        && apart
            .iter()
            .all(|word| number(&word.replace(',', ".")).is_some());
    if are_numbers {
        return apart.iter().map(|word| word.replace(',', ".")).collect();
    }
    let words = split(|c| matches!(c, ',' | ';' | '\t') || c.is_whitespace());
    words.into_iter().map(str::to_owned).collect()
}

fn number(word: &str) -> Option<f64> {
    let word = word.trim_matches('"').replace('\u{2212}', "-");
    word.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(f64, f64)> {
        let partials = parse(text).expect(text);
        let round = |x: f64| (x * 1e3).round() / 1e3;
        partials
            .iter()
            .map(|partial| (round(partial.ratio), round(partial.level_db)))
            .collect()
    }

    #[test]
    fn lists_are_read_as_they_are_written_elsewhere() {
        let bell = [(1.0, 0.0), (2.76, -6.0), (5.4, -12.5)];
        for text in [
            "1, 0\n2.76, -6\n5.4, -12.5\n",
            "ratio,level dB\r\n1,0\r\n2.76,-6\r\n5.4,-12.5\r\n",
            "\u{feff}# of a bar\n\n1;0\n2,76;-6 # the second\n5,4;-12,5",
            "1 0\n2.76 -6\n5.4 -12.5 7",
            "1\t0\n2,76\t\u{2212}6\n5,4\t-12,5",
            "\"1\",\"0\"\n\"2.76\",\"-6\"\n\"5.4\",\"-12.5\"",
            "Frequency (Hz), Level\n200,-3\n552,-9\n1080,-15.5",
        ] {
            assert_eq!(of(text), bell, "{text:?}");
        }
        // Amplitudes, and levels of harmonics alone.
        assert_eq!(
            of("1 0.5\n3 0.05\n5 0"),
            [(1.0, 0.0), (3.0, -20.0), (5.0, f64::NEG_INFINITY)]
        );
        assert_eq!(of("1\n0.1\n0.01"), [(1.0, 0.0), (2.0, -20.0), (3.0, -40.0)]);
        assert_eq!(of("level\n0.5"), [(1.0, 0.0)]);
        // Frequencies need not say so.
        assert_eq!(of("220 1\n440 0.1"), [(1.0, 0.0), (2.0, -20.0)]);
    }

    #[test]
    fn mistakes_are_named_with_their_lines() {
        for (text, line, word) in [
            ("", 1, "no partial"),
            ("ratio, level\n", 1, "no partial"),
            ("1, 0\n2, loud", 2, "\"loud\""),
            ("1, 0\n\n0, -3", 3, "above 0"),
            ("1, 0\n-2, -3", 2, "above 0"),
            ("1, nan", 1, "nan"),
            ("1, 0\n2, 0\n3, 1e999", 3, "1e999"),
            ("level\n0\n0", 2, "all levels"),
            ("Hz, dB\n1e-300, 0\n1e300, 0", 3, "too far"),
            ("1, 1\n1e-12, 1", 2, "too far"),
        ] {
            let (found, reason) = parse(text).expect_err(text);
            assert_eq!(found, line, "{text:?}: {reason}");
            assert!(reason.contains(word), "{text:?}: {reason}");
        }
    }

    #[test]
    fn what_is_too_long_is_refused_where_it_is() {
        let most = "1, 1\n".repeat(MAX_LISTED);
        assert_eq!(parse(&most).expect("as many as may be").len(), MAX_LISTED);
        let (line, reason) = parse(&(most + "# one more\n2, 1\n")).expect_err("too many");
        assert_eq!(line, MAX_LISTED + 2);
        assert!(reason.contains("16384 partials"), "{reason}");
        // Short of partials, and long all the same.
        let remarks = format!("# {}\n", "x".repeat(1_000)).repeat(1_100);
        let (line, reason) = parse(&remarks).expect_err("too long");
        assert_eq!(line, 1 + MAX_BYTES / 1_003);
        assert!(reason.contains("1048576 bytes"), "{reason}");
    }

    #[test]
    fn no_more_of_a_file_is_read_than_may_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::in_folder(folder.path());
        let spectra = library.spectra_folder().expect("a folder");
        fs::create_dir_all(spectra.join("folder.csv")).expect("made");
        let huge = File::create(spectra.join("huge.txt")).expect("made");
        // Holes take no room on the disk.
        huge.set_len(1 << 40).expect("as long as can be");
        let files = library.spectra();
        let told: Vec<String> = files
            .iter()
            .map(|file| file.read().expect_err("not a list"))
            .collect();
        assert!(told[0].ends_with("folder.csv: not a file"), "{told:?}");
        assert!(
            told[1].contains("huge.txt, line 1: the list goes on"),
            "{told:?}"
        );
    }

    #[test]
    fn the_folder_is_listed_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::in_folder(folder.path());
        assert_eq!(library.spectra(), []);
        let spectra = library.spectra_folder().expect("a folder");
        fs::create_dir(&spectra).expect("made");
        for (name, text) in [("b.txt", "1 1"), ("a.CSV", "1,0\n2,x"), ("c.wav", "RIFF")] {
            fs::write(spectra.join(name), text).expect("written");
        }
        let files = library.spectra();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let told = files[0].read().expect_err("it is damaged");
        assert!(told.contains("a.CSV, line 2: found \"x\""), "{told}");
        assert_eq!(files[1].read().expect("a partial").len(), 1);
    }
}
