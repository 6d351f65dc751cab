//! Keyboard maps: `.kbm` files, which say what key plays which degree of a scale, and at what pitch.
//!
//! The format: Scala's help, "Keyboard mappings". The keys that a file names as its first and last are not
//! the only ones that sound, as in Surge: a map of a piano's keys says 21 to 108, and a player expects
//! nothing else outside.

use super::text::{Lines, TuningFileError, decode};
use crate::synth::tuning::{KeyAssignment, semitones_from_a4};

/// The farthest that a key may be from 0. Keys are computed with, not counted.
const MAX_KEY: i64 = 1_000_000;
/// The most entries of a map.
const MAX_ENTRIES: i64 = 65_535;
/// The farthest that a degree may be from 1/1.
const MAX_DEGREE: i64 = 1 << 31;

/// A reference this near to equal temperament at 440 Hz is taken for it, in semitones. Files have 261.625565 Hz
/// for key 60, with six digits of it: 2e-8 semitones from the value.
const ROUNDED_SEMITONES: f64 = 1e-6;

/// A keyboard map.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyMap {
    text: String,
    values: KeyMapValues,
    /// As far as the file has them; what is missing of `values.size` is unmapped.
    entries: Vec<Option<i64>>,
}

/// What a keyboard map says beside its entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyMapValues {
    /// The number of entries, which repeat up and down; 0 if each key plays the degree next to the last
    /// key's.
    pub size: usize,
    /// The first key that Scala would retune.
    pub first_key: i64,
    /// The last key that Scala would retune.
    pub last_key: i64,
    /// The key of the first entry, or of degree 0.
    pub middle_key: i64,
    /// The key that has the reference frequency.
    pub reference_key: i64,
    /// Its frequency, above 0.
    pub reference_hz: f64,
    /// The degree by which the map goes up at each repetition. 0 means the scale's period.
    pub formal_octave: i64,
}

impl KeyMap {
    /// Reads a file: UTF-8 with or without a byte order mark, or ISO 8859-1.
    ///
    /// # Errors
    ///
    /// Where the file is not of the format, and why; and if no pitch can follow from it because the
    /// reference key is unmapped, which is so with every scale.
    pub fn read(bytes: &[u8]) -> Result<KeyMap, TuningFileError> {
        let (text, _) = decode(bytes)?;
        let mut lines = Lines::new(&text);
        let keys = (-MAX_KEY, MAX_KEY);
        let mut whole = |what: &'static str, limits| {
            let line = lines.value(|| format!("{what} is missing").into())?;
            line.reading().whole(what, limits)
        };
        let size = whole("the size of the map", (0, MAX_ENTRIES))? as usize;
        let first_key = whole("the first key", keys)?;
        let last_key = whole("the last key", keys)?;
        let middle_key = whole("the middle key", keys)?;
        let line = lines.value(|| "the reference key is missing".into())?;
        let reference = line.reading();
        let reference_key = line.reading().whole("the reference key", keys)?;
        let line = lines.value(|| "the reference frequency is missing".into())?;
        let reference_hz = line.reading().frequency_hz("the reference frequency")?;
        let degrees = (-MAX_DEGREE, MAX_DEGREE);
        let line = lines.value(|| "the formal octave is missing".into())?;
        let formal_octave = line.reading().whole("the formal octave", degrees)?;
        let mut entries = Vec::new();
        while entries.len() < size
            && let Some(line) = lines.next_value()
        {
            let mut reading = line.reading();
            let is_unmapped = reading.take('x') || reading.take('X');
            if is_unmapped && !reading.rest().starts_with(char::is_alphanumeric) {
                entries.push(None);
            } else {
                let degree = line.reading().whole("the degree", degrees)?;
                entries.push(Some(degree));
            }
        }
        let values = KeyMapValues {
            size,
            first_key,
            last_key,
            middle_key,
            reference_key,
            reference_hz,
            formal_octave,
        };
        let map = KeyMap {
            text: String::new(),
            values,
            entries,
        };
        if map.assignment().degree(reference_key, 1).is_none() {
            return Err(reference.error("the reference key is unmapped"));
        }
        Ok(KeyMap { text, ..map })
    }

    /// The map by which each key has the next degree: `middle_key` has the first one, and `reference_key` this
    /// frequency. `None` if that is not above 0 and finite, or a key farther than a million from 0.
    pub fn linear(middle_key: i64, reference_key: i64, reference_hz: f64) -> Option<KeyMap> {
        let keys = -MAX_KEY..=MAX_KEY;
        let is_frequency = reference_hz > 0.0 && reference_hz.is_finite();
        if !is_frequency || !keys.contains(&middle_key) || !keys.contains(&reference_key) {
            return None;
        }
        let mut map = KeyMap {
            text: String::new(),
            values: KeyMapValues {
                size: 0,
                first_key: 0,
                last_key: 127,
                middle_key,
                reference_key,
                reference_hz,
                formal_octave: 0,
            },
            entries: Vec::new(),
        };
        map.text = map.to_text("");
        Some(map)
    }

    /// The text that it was read from, as it was; or that was written for it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says beside its entries.
    pub fn values(&self) -> KeyMapValues {
        self.values
    }

    /// The degree that an entry maps its key to; `None` if that is unmapped.
    pub fn entry(&self, place: usize) -> Option<i64> {
        self.entries.get(place).copied().flatten()
    }

    /// The numbers of it, as voices read them.
    pub fn assignment(&self) -> KeyAssignment {
        let values = &self.values;
        KeyAssignment {
            degrees: (0..values.size).map(|place| self.entry(place)).collect(),
            middle: values.middle_key,
            reference: values.reference_key,
            reference_offset: offset_semitones(values.reference_key, values.reference_hz),
            formal_octave: values.formal_octave,
        }
    }

    /// The map as the text of a file, with the file's `name` in the first line, if there is one.
    pub fn to_text(&self, name: &str) -> String {
        let name = name.replace(['\n', '\r'], " ");
        let mut text = match name.trim() {
            "" => String::new(),
            name => format!("! {name}\n"),
        };
        let values = &self.values;
        let lines = [
            ("Size of the map", values.size.to_string()),
            ("First key", values.first_key.to_string()),
            ("Last key", values.last_key.to_string()),
            (
                "Middle key: that of the first entry",
                values.middle_key.to_string(),
            ),
            ("Reference key", values.reference_key.to_string()),
            (
                "Frequency of the reference key in Hz",
                values.reference_hz.to_string(),
            ),
            (
                "Degree of the formal octave",
                values.formal_octave.to_string(),
            ),
        ];
        for (what, value) in lines {
            text.push_str(&format!("! {what}\n{value}\n"));
        }
        text.push_str("! Degrees\n");
        for entry in &self.entries {
            match entry {
                Some(degree) => text.push_str(&format!("{degree}\n")),
                None => text.push_str("x\n"),
            }
        }
        text
    }
}

/// How far a frequency is from that of a key in equal temperament, semitones.
pub(super) fn offset_semitones(key: i64, hz: f64) -> f64 {
    let offset = 69.0 + semitones_from_a4(hz) - key as f64;
    if offset.abs() < ROUNDED_SEMITONES {
        0.0
    } else {
        offset
    }
}
