//! Keys by their names, and in the names of files: C4 is 60.

use std::path::Path;

/// The key of a note's name, such as `A4`, `C#3`, `Db-1` or `f2`; `None` if it is no name, or out of MIDI's
/// range.
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

/// The name of a MIDI key, such as `C#4` for 61.
pub fn name_of_key(key: i32) -> String {
    const NAMES: [&str; 12] = [
        "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
    ];
    let octave = key.div_euclid(12) - 1;
    let sign = if octave < 0 { "−" } else { "" };
    let name = NAMES[key.rem_euclid(12) as usize];
    format!("{name}{sign}{}", octave.unsigned_abs())
}

/// Frequency of a key in equal temperament at 440 Hz.
pub fn key_hz(key: u8) -> f64 {
    440.0 * libm::exp2((f64::from(key) - 69.0) / 12.0)
}

/// What a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedNote {
    /// A MIDI key.
    pub key: u8,
    /// A MIDI velocity, or the number of a layer.
    pub velocity: Option<u8>,
}

impl NamedNote {
    /// The note in a file's name: the last word that is one, and the last velocity, such as `v80`,
    /// `vel80` or, joined to the note, `A4v80`.
    pub fn of(path: &Path) -> Option<NamedNote> {
        let stem = path.file_stem()?.to_string_lossy().into_owned();
        // A minus is of an octave only after a letter of a note: `C-1`.
        let words = stem.split(['_', ' ', '.', '(', ')', '[', ']']);
        let mut note = None;
        let mut velocity = None;
        for word in words.flat_map(parts) {
            let word = word.as_str();
            let (name, joined) = match word.split_once(['v', 'V']) {
                Some((name, number)) => (name, velocity_number(number)),
                None => (word, None),
            };
            let key = key_of_name(name);
            if key.is_some() && (joined.is_some() || name == word) {
                note = key;
                velocity = joined.or(velocity);
            } else if name.is_empty() {
                velocity = joined.or(velocity);
            }
        }
        note.map(|key| NamedNote { key, velocity })
    }
}

/// The number of `80` or, after the `v`, of `el80`.
fn velocity_number(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("el").unwrap_or(text);
    digits.parse().ok().filter(|&number| number < 128)
}

/// The parts of a word between hyphens; those of `C-1` stay together.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in word.split('-') {
        let before = parts.last_mut().filter(|before| {
            let joined = format!("{before}-{part}");
            key_of_name(&joined).is_some() && before.len() <= 2
        });
        match before {
            Some(before) => *before = format!("{before}-{part}"),
            None => parts.push(part.to_owned()),
        }
    }
    parts
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

    #[test]
    fn names_say_notes_and_velocities() {
        let note = |key, velocity| Some(NamedNote { key, velocity });
        for (name, expected) in [
            ("piano-C#3-v80.sdif", note(49, Some(80))),
            ("A4.txt", note(69, None)),
            ("some/C3/flute_vel100_Bb5.wav", note(82, Some(100))),
            ("A0v16.wav", note(21, Some(16))),
            ("bass C-1.ats", note(0, None)),
            ("cello-C-1-v3.ats", note(0, Some(3))),
            ("clarinet.sdif", None),
            ("take 4 v2.sdif", None),
            ("A4v200.sdif", None),
        ] {
            assert_eq!(NamedNote::of(Path::new(name)), expected, "{name}");
        }
    }
}
