//! File names for preset names that are valid on every platform.

/// The longest stem. File systems allow 255 bytes; this leaves room for a number and the extension.
const MAX_BYTES: usize = 120;

/// Names that Windows reserves for devices, with or without an extension.
const RESERVED: &[&str] = &["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

/// The file name, without extension, for a preset named `name`: not empty, without path separators,
/// not hidden, and valid on every platform. Different names may give the same file name.
pub fn stem(name: &str) -> String {
    let visible: String = name
        .chars()
        .map(|char| if is_harmless(char) { char } else { '_' })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let mut stem = words.join(" ");
    let mut end = stem.len().min(MAX_BYTES);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    stem.truncate(end);
    // Windows removes dots and spaces at the end; a dot at the beginning hides the file.
    let trimmed = stem.trim_end_matches(['.', ' ']).trim_start_matches('.');
    if trimmed.is_empty() {
        return "Preset".to_owned();
    }
    if is_reserved(trimmed) {
        return format!("_{trimmed}");
    }
    trimmed.to_owned()
}

fn is_harmless(char: char) -> bool {
    let is_unseen = matches!(
        char,
        // Direction marks and joiners, which can make one name look like another.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    let has_meaning = matches!(char, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !(is_unseen || has_meaning || (char.is_control() && !char.is_whitespace()))
}

fn is_reserved(stem: &str) -> bool {
    let before_dot = stem.split('.').next().unwrap_or_default().trim_end();
    let upper = before_dot.to_uppercase();
    RESERVED.iter().any(|device| {
        upper.strip_prefix(device).is_some_and(|rest| {
            let is_port = matches!(*device, "COM" | "LPT");
            let mut digits = rest.chars();
            match (is_port, digits.next(), digits.next()) {
                (false, None, _) => true,
                (true, Some(digit), None) => "0123456789¹²³".contains(digit),
                _ => false,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "Warm Pad",
            "Glöckchen №5",
            "鐘",
            "Bell (long) & co.x",
            "console",
            "com",
            "COM10",
        ] {
            assert_eq!(stem(name), name);
        }
    }

    #[test]
    fn hostile_names_become_valid_file_names() {
        for (name, expected) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\autoexec", "C__autoexec"),
            ("a/b", "a_b"),
            ("", "Preset"),
            ("...", "Preset"),
            (" . ", "Preset"),
            (".hidden", "hidden"),
            ("dots...", "dots"),
            ("CON", "_CON"),
            ("nul.toml", "_nul.toml"),
            ("Com1", "_Com1"),
            ("lpt².x", "_lpt².x"),
            ("two\nlines\tand   more", "two lines and more"),
            ("a\0b\u{1b}c", "a_b_c"),
            ("gpj\u{202e}.exe", "gpj_.exe"),
        ] {
            assert_eq!(stem(name), expected, "{name:?}");
        }
    }

    #[test]
    fn long_names_are_cut_at_a_character_boundary() {
        let long = stem(&"ü鐘".repeat(500));
        assert!(long.len() <= MAX_BYTES && long.len() > MAX_BYTES - 4);
        assert!("ü鐘".repeat(500).starts_with(&long));
    }
}
