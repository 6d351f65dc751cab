//! Keys by their names: C4 is 60.

/// The key of a note's name, such as `A4`, `C#3`, `Db-1` or `f2`; `None` where it is none or out of
/// MIDI's range.
pub fn key_of_name(name: &str) -> Option<u8> {
    let mut letters = name.chars();
    let semitone = match letters.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (shift, octave) = if let Some(octave) = rest.strip_prefix(['#', '♯', 's']) {
        (1, octave)
    } else if let Some(octave) = rest.strip_prefix(['b', '♭']) {
        (-1, octave)
    } else {
        (0, rest)
    };
    let digits = octave.strip_prefix('-').unwrap_or(octave);
    if digits.len() != 1 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let octave: i32 = octave.parse().ok()?;
    let key = 12 * (octave + 1) + semitone + shift;
    u8::try_from(key).ok().filter(|&key| key < 128)
}

/// Frequency of a key in equal temperament at 440 Hz.
pub fn key_hz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names() {
        for (name, key) in [
            ("C4", 60),
            ("A4", 69),
            ("c-1", 0),
            ("C#3", 49),
            ("Db3", 49),
            ("Ds3", 51),
            ("B3", 59),
            ("Bb3", 58),
            ("G9", 127),
        ] {
            assert_eq!(key_of_name(name), Some(key), "{name}");
        }
        for name in ["", "H4", "C", "C44", "Cb-1", "G#9", "A4x", "bass", "C+4"] {
            assert_eq!(key_of_name(name), None, "{name}");
        }
        assert!((key_hz(60) - 261.625_565).abs() < 1e-5);
    }
}
