//! What a person may type for a number: a decimal comma, any minus sign, the name of a note for a
//! frequency.

/// The text in the form that Rust's numbers have: `-` for every minus sign, `.` for a decimal comma,
/// and no commas between thousands.
///
/// A single comma is a decimal one (but see [`without_thousands_comma`]). Of commas and points
/// together the last is the decimal one.
pub fn plain_number(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            // Minus, hyphens and the en dash.
            '−' | '‐' | '‑' | '–' => '-',
            // No-break spaces.
            '\u{a0}' | '\u{202f}' => ' ',
            c => c,
        })
        .collect();
    let commas = text.matches(',').count();
    match (commas, text.rfind(','), text.rfind('.')) {
        (0, ..) => text,
        (1, _, None) => text.replace(',', "."),
        (1, Some(comma), Some(point)) if comma > point => text.replace('.', "").replace(',', "."),
        _ => text.replace(',', ""),
    }
}

/// The text without its comma, where a single one may stand between thousands: after one to three
/// digits that do not begin with 0, before exactly three, as in `1,000` and `-12,500 ct`.
pub fn without_thousands_comma(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once(',')?;
    let digits = whole.trim_start_matches(['+', '-', '−', '‐', '‑', '–', ' ']);
    let after = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_group = matches!(digits.len(), 1..=3)
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
        && after == 3
        && !rest[after..].starts_with([',', '.']);
    is_group.then(|| format!("{whole}{rest}"))
}

/// The number that a text means, with a decimal comma or point and any minus sign; `None` if it means
/// none.
pub fn parse_number(text: &str) -> Option<f64> {
    let number = plain_number(text).split_whitespace().collect::<String>();
    number
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// The frequency that the name of a note means, Hz: a letter, `#` or `b`, the octave (`C4` is middle C,
/// `A4` is 440 Hz) and perhaps cents, as in `c#3`, `Bb-1` and `E6 +2 ct`.
pub fn note_hz(text: &str) -> Option<f64> {
    let text = plain_number(text).to_lowercase();
    let mut letters = text.trim().chars();
    let from_c = match letters.next()? {
        'c' => 0,
        'd' => 2,
        'e' => 4,
        'f' => 5,
        'g' => 7,
        'a' => 9,
        'b' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (sharpened, rest) = match rest.chars().next()? {
        '#' | '♯' => (1, &rest[rest.chars().next()?.len_utf8()..]),
        'b' | '♭' => (-1, &rest[rest.chars().next()?.len_utf8()..]),
        _ => (0, rest),
    };
    let signs = usize::from(rest.starts_with('-'));
    let digits = rest[signs..].bytes().take_while(u8::is_ascii_digit).count();
    let (octave, cents) = rest.split_at(signs + digits);
    let octave: i32 = octave.parse().ok()?;
    let cents = match cents.trim() {
        "" => 0.0,
        cents => {
            let number = cents.strip_suffix("ct").or(cents.strip_suffix('c'))?;
            // Without a sign a number behind a note would be anything.
            let is_signed = number.starts_with(['+', '-']);
            parse_number(number).filter(|_| is_signed)?
        }
    };
    // Further than any frequency reaches.
    if octave.abs() > 20 {
        return None;
    }
    let key = f64::from(12 * (octave + 1) + from_c + sharpened) + cents / 100.0;
    Some(440.0 * libm::exp2((key - 69.0) / 12.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_a_decimal_one_unless_it_parts_thousands() {
        for (text, number) in [
            ("1,5", 1.5),
            ("−12", -12.0),
            ("–0,25", -0.25),
            ("1.5", 1.5),
            ("1,234.5", 1234.5),
            ("1.234,5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("1\u{202f}000", 1000.0),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
        for text in ["", ",", "−", "1,2.3,4x", "inf", "nan", "1e999"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_comma_before_three_digits_may_part_thousands() {
        for (text, without) in [
            ("1,000", "1000"),
            ("12,500 hz", "12500 hz"),
            ("−999,999", "−999999"),
        ] {
            assert_eq!(without_thousands_comma(text).as_deref(), Some(without));
        }
        for text in [
            "0,125",
            "00,125",
            "1,5",
            "1,25",
            "1,0000",
            "1234,000",
            ",000",
            "1,000.5",
            "1,000,000",
            "1000",
            "x,000",
        ] {
            assert_eq!(without_thousands_comma(text), None, "{text}");
        }
    }

    #[test]
    fn notes_are_frequencies() {
        for (text, hz) in [
            ("A4", 440.0),
            ("a4", 440.0),
            ("C4", 261.625_565),
            ("C#3", 138.591_315),
            ("Db3", 138.591_315),
            ("c♯3", 138.591_315),
            ("B3", 246.941_651),
            ("Bb3", 233.081_881),
            ("bb3", 233.081_881),
            ("A-1", 13.75),
            ("A−1", 13.75),
            ("A4 +5 ct", 441.272_592),
            ("A4 −100 ct", 415.304_698),
            ("A4+5ct", 441.272_592),
        ] {
            let found = note_hz(text).expect(text);
            assert!((found / hz - 1.0).abs() < 1e-6, "{text}: {found}");
        }
        for text in ["", "A", "H4", "A4 5 ct", "A4 Hz", "A4.5", "A999999", "440"] {
            assert_eq!(note_hz(text), None, "{text}");
        }
    }
}
