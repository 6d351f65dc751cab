//! Frequencies as a musician reads them.

use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, log2, ratio_from_semitones};
use crate::editor::model::value_text::with_minus;
pub use crate::recordings::notes::name_of_key as key_name;
use crate::synth::display::semitones_from_a4;

/// The key nearest to a frequency, and the cents to it: `E7 +2 ct`. Empty for what is no frequency.
pub fn note_name(hz: f32) -> String {
    if !(hz.is_finite() && hz > 0.0) {
        return String::new();
    }
    let key = key_of(hz);
    let nearest = key.round();
    let cents = (100.0 * (key - nearest)).round() as i32;
    let name = key_name(nearest as i32);
    match cents {
        0 => name,
        _ => with_minus(&format!("{name} {cents:+} ct")),
    }
}

/// The MIDI key of a frequency, with its fraction.
pub fn key_of(hz: f32) -> f64 {
    69.0 + semitones_from_a4(f64::from(hz))
}

/// The frequency of a MIDI key.
pub fn key_hz(key: i32) -> f32 {
    (440.0 * ratio_from_semitones(f64::from(key - 69))) as f32
}

/// A frequency to four digits, such as `440.0 Hz` and `1.320 kHz`.
pub fn hz_text(hz: f32) -> String {
    match hz {
        hz if hz < 99.995 => format!("{hz:.2} Hz"),
        hz if hz < 999.95 => format!("{hz:.1} Hz"),
        hz if hz < 9_999.5 => format!("{:.3} kHz", hz / 1_000.0),
        hz => format!("{:.2} kHz", hz / 1_000.0),
    }
}

/// A level to a tenth of a decibel, such as `at −12.3 dB`; at and below `floor_db` such as `below −96 dB`.
pub fn db_text(db: f32, floor_db: f32) -> String {
    let text = if db <= floor_db || db.is_nan() {
        format!("below {floor_db} dB")
    } else {
        format!("at {db:.1} dB")
    };
    with_minus(&text).replace("−0.0", "0.0")
}

/// Decibels of a power, in parts of a full-scale sine's; never below −200.
pub fn power_db(power: f32) -> f32 {
    (0.5 * DB_PER_OCTAVE_PER_POWER * log2(power.max(1e-20))).max(-200.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_their_names() {
        assert_eq!(note_name(440.0), "A4");
        assert_eq!(note_name(1320.0), "E6 +2 ct");
        assert_eq!(note_name(3080.0), "G7 −31 ct");
        assert_eq!(note_name(8.1758), "C−1");
        assert_eq!(note_name(0.0), "");
        assert_eq!(note_name(f32::NAN), "");
        assert_eq!(key_name(60), "C4");
        assert!((key_hz(57) - 220.0).abs() < 1e-4);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(hz_text(32.7), "32.70 Hz");
        assert_eq!(hz_text(440.0), "440.0 Hz");
        assert_eq!(hz_text(1320.0), "1.320 kHz");
        assert_eq!(hz_text(12_345.0), "12.35 kHz");
        assert_eq!(db_text(-12.34, -96.0), "at −12.3 dB");
        assert_eq!(db_text(-0.01, -96.0), "at 0.0 dB");
        assert_eq!(db_text(-96.0, -96.0), "below −96 dB");
        assert!((power_db(0.01) + 20.0).abs() < 1e-4);
        assert_eq!(power_db(0.0), -200.0);
    }
}
