//! Files of scales: `.scl`, and `.ascl`, which has more in its comments.
//!
//! The format: <https://www.huygens-fokker.org/scala/scl_format.html>. Read in the way that takes every
//! well-formed file of Scala's archive: an empty description, blank lines among the tones, text after a
//! value, numbers of any length, tones in any order, a period of any size and sign.

mod ascl;

pub use ascl::ReferencePitch;

use super::text::{Line, Lines, Reading, TuningFileError, decode};

/// The most tones of a scale. The largest real one has 612.
pub const MAX_TONES: usize = 65_535;
/// The farthest that a tone may be from 1/1, in cents.
pub const MAX_TONE_CENTS: f64 = 1e9;

/// A scale: its tones above 1/1, which is not among them. The last is the period, at which the scale
/// begins again, whatever its size is.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    text: String,
    description: String,
    tones: Vec<Tone>,
    reference_pitch: Option<ReferencePitch>,
    note_names: Vec<String>,
}

/// A tone of a [`Scale`].
#[derive(Clone, Debug, PartialEq)]
pub struct Tone {
    text: String,
    cents: f64,
}

impl Tone {
    /// The tone `cents` above 1/1; `None` if that is not a number, or more than [`MAX_TONE_CENTS`] up or down.
    pub fn from_cents(cents: f64) -> Option<Tone> {
        is_possible(cents).then(|| Tone {
            text: format!("{cents:.6}"),
            cents,
        })
    }

    /// The tone of this ratio of frequencies to that of 1/1; `None` if one of the two is 0.
    pub fn from_ratio(numerator: u64, denominator: u64) -> Option<Tone> {
        (numerator > 0 && denominator > 0).then(|| Tone {
            text: format!("{numerator}/{denominator}"),
            cents: ratio_cents(numerator as f64, denominator as f64),
        })
    }

    /// The tone as the file has it, without spaces and what follows: `3/2`, `2`, or cents with a decimal point.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Cents above 1/1, which may be negative.
    pub fn cents(&self) -> f64 {
        self.cents
    }

    /// The tone as it is written: with a decimal point and 5 digits after it, or as a ratio.
    fn written(&self) -> String {
        match self.text.split_once('.') {
            Some((_, part)) => format!(
                "{}{:0<n$}",
                self.text,
                "",
                n = 5_usize.saturating_sub(part.len())
            ),
            None => self.text.clone(),
        }
    }
}

/// Whether a tone may be `cents` from 1/1. A value that is not a number is not possible.
fn is_possible(cents: f64) -> bool {
    cents.abs() <= MAX_TONE_CENTS
}

/// 1,200·(log₂ a − log₂ b). The numbers may be greater than any whole type holds.
fn ratio_cents(numerator: f64, denominator: f64) -> f64 {
    1_200.0 * (libm::log2(numerator) - libm::log2(denominator))
}

impl Scale {
    /// A scale of these tones; its text is as [`to_text`](Scale::to_text) writes it. No more than
    /// [`MAX_TONES`] are taken.
    pub fn new(description: &str, mut tones: Vec<Tone>) -> Scale {
        tones.truncate(MAX_TONES);
        let mut scale = Scale {
            text: String::new(),
            description: one_line(description),
            tones,
            reference_pitch: None,
            note_names: Vec::new(),
        };
        scale.text = scale.to_text("");
        scale
    }

    /// The scale that divides a period of `period_cents` into equal steps. With 12 and 1,200 it is exactly
    /// equal temperament. `None` if there are no steps, more than [`MAX_TONES`], or too large a period.
    pub fn equal(steps: usize, period_cents: f64) -> Option<Scale> {
        if !(1..=MAX_TONES).contains(&steps) {
            return None;
        }
        let tone = |step| Tone::from_cents(period_cents * step as f64 / steps as f64);
        let tones: Option<Vec<Tone>> = (1..=steps).map(tone).collect();
        let description = format!("{steps} equal steps of {period_cents} cents");
        Some(Scale::new(&description, tones?))
    }

    /// Reads a file: UTF-8 with or without a byte order mark, or ISO 8859-1.
    ///
    /// # Errors
    ///
    /// Where the file is not of the format, and why.
    pub fn read(bytes: &[u8]) -> Result<Scale, TuningFileError> {
        let (text, is_utf8) = decode(bytes)?;
        let mut lines = Lines::new(&text);
        let Some(description) = lines.next_content() else {
            return Err(lines.at_end("the line that describes the scale is missing"));
        };
        let line = lines.value(|| "the number of notes is missing".into())?;
        let count = line
            .reading()
            .whole("the number of notes", (0, MAX_TONES as i64))?;
        let mut tones = Vec::new();
        for place in 0..count {
            let line = lines.value(|| format!("{place} of {count} notes").into())?;
            tones.push(tone(line)?);
        }
        let directives = ascl::read(lines, is_utf8, tones.len())?;
        let description = one_line(description.text);
        Ok(Scale {
            description,
            tones,
            reference_pitch: directives.reference_pitch,
            note_names: directives.note_names,
            text,
        })
    }

    /// The text that it was read from, as it was; or that was written for it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the file says about the scale; maybe nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The tones above 1/1, in the order of the file. The last is the period.
    pub fn tones(&self) -> &[Tone] {
        &self.tones
    }

    /// The number of degrees in a period. It may be 0: then every degree is 1/1.
    pub fn size(&self) -> usize {
        self.tones.len()
    }

    /// The period in cents; 0 for a scale without tones, and maybe for others, or less.
    pub fn period_cents(&self) -> f64 {
        self.tones.last().map_or(0.0, Tone::cents)
    }

    /// What an `.ascl` file says of the pitch of one note.
    pub fn reference_pitch(&self) -> Option<ReferencePitch> {
        self.reference_pitch
    }

    /// The name of a degree of any period, if an `.ascl` file has one.
    pub fn note_name(&self, degree: i64) -> Option<&str> {
        let place = degree.checked_rem_euclid(self.tones.len() as i64)?;
        let name = self.note_names.get(place as usize)?;
        Some(name)
    }

    /// The scale as the text of a file, with the file's `name` in the first line, if there is one.
    pub fn to_text(&self, name: &str) -> String {
        let mut text = match one_line(name) {
            name if name.is_empty() => String::new(),
            name => format!("! {name}\n!\n"),
        };
        // A comment begins with its line's first character.
        if self.description.starts_with('!') {
            text.push(' ');
        }
        text.push_str(&self.description);
        text.push_str(&format!("\n {}\n!\n", self.tones.len()));
        for tone in &self.tones {
            text.push_str(&format!(" {}\n", tone.written()));
        }
        ascl::write(&mut text, self.reference_pitch, &self.note_names);
        text
    }
}

/// `text` as it may stand in a line.
fn one_line(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    text.trim().to_owned()
}

/// The tone that a line begins with.
fn tone(line: Line) -> Result<Tone, TuningFileError> {
    let begin = line.reading();
    let mut reading = begin;
    let is_negative = reading.take('-');
    if !is_negative {
        reading.take('+');
    }
    let sign = if is_negative { "-" } else { "" };
    let whole = reading.digits();
    if reading.take('.') {
        let part = reading.digits();
        if whole.is_empty() && part.is_empty() {
            return Err(begin.error("there are no digits"));
        }
        reading.end_of_value()?;
        let text = format!("{sign}{whole}.{part}");
        // As above: the parser knows every such text.
        let cents: f64 = text.parse().unwrap_or(f64::NAN);
        if !is_possible(cents) {
            return Err(begin.error("the tone is too far from 1/1"));
        }
        return Ok(Tone { text, cents });
    }
    if whole.is_empty() {
        return Err(begin.error("neither cents nor a ratio"));
    }
    if is_negative {
        return Err(begin.error("a ratio is above 0 (cents have a decimal point)"));
    }
    ratio(begin, whole, reading)
}

/// Reads the rest of a ratio after its numerator.
fn ratio(begin: Reading, numerator: &str, mut reading: Reading) -> Result<Tone, TuningFileError> {
    let after_numerator = reading;
    reading.skip_spaces();
    let denominator = if reading.take('/') {
        reading.skip_spaces();
        let denominator = reading.digits();
        if denominator.is_empty() {
            return Err(reading.error("the ratio has no denominator"));
        }
        Some(denominator)
    } else {
        reading = after_numerator;
        None
    };
    reading.end_of_value()?;
    let number = |digits: &str| digits.parse::<f64>().unwrap_or(f64::NAN);
    let (a, b) = (number(numerator), number(denominator.unwrap_or("1")));
    if a == 0.0 || b == 0.0 {
        return Err(begin.error("a ratio is above 0"));
    }
    let cents = ratio_cents(a, b);
    if !is_possible(cents) {
        return Err(begin.error("the numbers of the ratio are too large"));
    }
    let text = match denominator {
        Some(denominator) => format!("{numerator}/{denominator}"),
        None => numerator.to_owned(),
    };
    Ok(Tone { text, cents })
}
