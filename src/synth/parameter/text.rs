//! Plain values as text and back.

use super::Row;
use super::typed::{note_hz, plain_number, without_thousands_comma};

/// Frequency of the note A4, Hz.
const CONCERT_PITCH_HZ: f32 = 440.0;

/// The unit of a plain value, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A label of a switch or of a choice.
    Choice,
    /// A count.
    Count,
    /// A plain number.
    Number,
    /// A part of one, written in per cent.
    Percent,
    /// −1 (left) to 1 (right), written as `40 L`, `C`, `40 R`.
    Pan,
    /// dB.
    Decibels,
    /// dB; the range's lower end is silence, written `off`.
    DecibelsOrOff,
    /// dB per octave.
    DecibelsPerOctave,
    /// Hz; 1 kHz and more are written in kHz.
    Hertz,
    /// Hz; 0 is written `off`.
    HertzOrOff,
    /// Seconds; less than one is written in ms.
    Seconds,
    /// Semitones.
    Semitones,
    /// Cents.
    Cents,
    /// Octaves.
    Octaves,
    /// 1/s.
    PerSecond,
    /// 1/(s·kHz²).
    PerSecondPerSquareKilohertz,
}

impl Unit {
    /// What stands behind the number; empty where nothing does.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Choice | Unit::Count | Unit::Number | Unit::Pan => "",
            Unit::Percent => "%",
            Unit::Decibels | Unit::DecibelsOrOff => "dB",
            Unit::DecibelsPerOctave => "dB/oct",
            Unit::Hertz | Unit::HertzOrOff => "Hz",
            Unit::Seconds => "s",
            Unit::Semitones => "st",
            Unit::Cents => "ct",
            Unit::Octaves => "oct",
            Unit::PerSecond => "/s",
            Unit::PerSecondPerSquareKilohertz => "/s/kHz²",
        }
    }

    /// A number of this unit as text, such as `-6.00 dB`.
    pub fn text(self, plain: f32) -> String {
        let symbol = self.symbol();
        match self {
            Unit::Choice | Unit::Count => format!("{plain:.0}"),
            Unit::Number => significant(plain),
            Unit::Percent => format!("{} {symbol}", decimals(100.0 * plain, 1)),
            Unit::Pan => {
                let percent = decimals(100.0 * plain.abs(), 1);
                match percent.as_str() {
                    "0.0" => "C".to_owned(),
                    _ if plain < 0.0 => format!("{percent} L"),
                    _ => format!("{percent} R"),
                }
            }
            Unit::Hertz | Unit::HertzOrOff if plain >= 999.95 => {
                format!("{} kHz", decimals(plain / 1000.0, 3))
            }
            Unit::Hertz | Unit::HertzOrOff => format!(
                "{} {symbol}",
                decimals(plain, if plain < 10.0 { 3 } else { 1 })
            ),
            Unit::Seconds if plain < 0.9995 => format!("{} ms", decimals(1000.0 * plain, 2)),
            Unit::Seconds => format!("{} {symbol}", decimals(plain, 3)),
            Unit::Semitones => {
                let text = decimals(plain, 2);
                let whole = text.strip_suffix(".00").unwrap_or(&text);
                format!("{whole} {symbol}")
            }
            Unit::PerSecond | Unit::PerSecondPerSquareKilohertz => {
                format!("{} {symbol}", significant(plain))
            }
            Unit::Decibels
            | Unit::DecibelsOrOff
            | Unit::DecibelsPerOctave
            | Unit::Cents
            | Unit::Octaves => {
                format!("{} {symbol}", decimals(plain, 2))
            }
        }
    }

    /// The number of this unit that a text means, with or without the unit, brought between the ends;
    /// `None` if it means none.
    pub fn parse(self, text: &str, (min, max): (f32, f32)) -> Option<f32> {
        let lower = text.trim().to_lowercase();
        // `1,000` is a thousand to some and one to others. Who means one writes no zeros behind it, so it
        // is a thousand where the parameter can be that; where it cannot, as in `1,250 kHz`, the comma is
        // a decimal one.
        let thousands = without_thousands_comma(&lower)
            .and_then(|text| plain_of_number(self, &plain_number(&text)))
            .filter(|plain| (min..=max).contains(plain));
        let plain = thousands.or_else(|| plain_of_number(self, &plain_number(&lower)))?;
        plain.is_finite().then(|| plain.clamp(min, max))
    }
}

pub(super) fn format(row: &Row, plain: f32) -> String {
    match row.unit {
        Unit::Choice => {
            let labels = row.range.labels().unwrap_or_default();
            let index = (plain.max(0.0) + 0.5) as usize;
            let label = labels.get(index).or(labels.last());
            label.copied().unwrap_or_default().to_owned()
        }
        Unit::DecibelsOrOff if plain <= row.range.ends().0 => "off".to_owned(),
        // What would be written as 0 Hz.
        Unit::HertzOrOff if plain < 5e-4 => "off".to_owned(),
        unit => unit.text(plain),
    }
}

/// A fixed number of decimals, never "-0".
fn decimals(value: f32, places: usize) -> String {
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|b| matches!(b, b'0' | b'.')) => digits.to_owned(),
        _ => text,
    }
}

/// Four significant digits, for values over many decades.
fn significant(value: f32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.3e}");
    let rounded: f32 = text.parse().unwrap_or(value);
    if rounded.abs() >= 1e-3 {
        format!("{rounded}")
    } else {
        text
    }
}

pub(super) fn parse(row: &Row, text: &str) -> Option<f32> {
    let text = text.trim();
    let (min, max) = row.range.ends();
    if row.unit == Unit::Choice {
        return row.plain_of_label(text);
    }
    let lower = plain_number(&text.to_lowercase());
    match row.unit {
        // No value is to be taken for a note where no note can be meant.
        Unit::Hertz if max >= CONCERT_PITCH_HZ => {
            if let Some(hz) = note_hz(&lower) {
                return Some((hz as f32).clamp(min, max));
            }
        }
        Unit::DecibelsOrOff if matches!(lower.as_str(), "off" | "-inf" | "-inf db" | "-∞") => {
            return Some(min);
        }
        Unit::HertzOrOff if lower == "off" => return Some(min),
        Unit::Pan if matches!(lower.as_str(), "c" | "centre" | "center") => return Some(0.0),
        _ => {}
    }
    row.unit.parse(text, (min, max))
}

/// The plain value that a number with its unit, or without, means for a parameter of this unit.
fn plain_of_number(own: Unit, text: &str) -> Option<f32> {
    let (number, unit) = split_number(text)?;
    let scale = match (own, unit) {
        (Unit::Percent, "" | "%") => 0.01,
        (Unit::Pan, "" | "r" | "% r") => 0.01,
        (Unit::Pan, "l" | "% l") => -0.01,
        (Unit::Hertz | Unit::HertzOrOff, "khz" | "k") => 1000.0,
        (Unit::Seconds, "ms") => 0.001,
        (_, "") => 1.0,
        (own, other) if own.symbol().to_lowercase() == other => 1.0,
        _ => return None,
    };
    Some((f64::from(number) * scale) as f32)
}

/// The number that a text begins with, and what stands behind it.
fn split_number(text: &str) -> Option<(f32, &str)> {
    let text = text.strip_prefix('+').unwrap_or(text);
    // The longest beginning that is a number: an exponent's "e" is part of it, a unit's is not.
    (1..=text.len())
        .rev()
        .filter(|&end| text.is_char_boundary(end) && text.as_bytes()[end - 1].is_ascii_digit())
        .find_map(|end| Some((text[..end].parse().ok()?, text[end..].trim())))
}
