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

use std::fs;
use std::path::PathBuf;

use super::Library;

/// The folder, beside that of the presets.
const FOLDER: &str = "spectra";
const ENDINGS: [&str; 2] = ["csv", "txt"];
/// No spectrum begins so far above its note: what is not below are frequencies.
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

    /// The lists of partials, by name; none if there is no folder.
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
        let bytes = fs::read(&self.path).map_err(|error| format!("{path}: {error}"))?;
        parse(&String::from_utf8_lossy(&bytes))
            .map_err(|(line, reason)| format!("{path}, line {line}: {reason}"))
    }
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
/// The line that is wrong, counted from 1, and what is wrong there.
pub fn parse(text: &str) -> Result<Vec<ListedPartial>, (usize, String)> {
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
    Ok(rows
        .iter()
        .map(|(_, ratio, level)| ListedPartial {
            ratio: ratio / unit,
            level_db: level_db(*level) - loudest_db,
        })
        .collect())
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
        ] {
            let (found, reason) = parse(text).expect_err(text);
            assert_eq!(found, line, "{text:?}: {reason}");
            assert!(reason.contains(word), "{text:?}: {reason}");
        }
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
