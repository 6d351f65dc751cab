//! The names of the macros: what is in a preset, read and written.

use std::fmt::Write;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{TextFault, kind};
use super::write::quoted;
use crate::synth::parameter::MACROS;

/// The key of their table in a preset.
pub(super) const KEY: &str = "macro_names";

/// What a sound calls its macros.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroNames([String; MACROS]);

impl MacroNames {
    /// The most characters of a name.
    pub const MAX_CHARS: usize = 24;

    /// The name of macro `number`, 1 to [`MACROS`]; empty if it has none.
    pub fn get(&self, number: usize) -> &str {
        number
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .map_or("", String::as_str)
    }

    /// Names macro `number`, or takes its name away if `name` is empty. Spaces around a name, control
    /// characters and what is beyond [`MacroNames::MAX_CHARS`] are left out. Says why, if it is more
    /// than spaces.
    pub fn set(&mut self, number: usize, name: &str) -> Option<String> {
        let place = number
            .checked_sub(1)
            .and_then(|index| self.0.get_mut(index))?;
        let is_clean = !name.chars().any(char::is_control);
        let plain: String = name.chars().filter(|char| !char.is_control()).collect();
        let plain = plain.trim();
        let length = plain.chars().count();
        *place = plain.chars().take(MacroNames::MAX_CHARS).collect();
        place.truncate(place.trim_end().len());
        if length > MacroNames::MAX_CHARS {
            let most = MacroNames::MAX_CHARS;
            Some(format!(
                "a name of {length} characters, of which the first {most} count"
            ))
        } else {
            (!is_clean).then(|| "a name with control characters, which are left out".to_owned())
        }
    }

    /// Each macro that has a name, and the name.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = (1..).zip(self.0.iter().map(String::as_str));
        names.filter(|(_, name)| !name.is_empty())
    }
}

/// The number that a key means, 1 to [`MACROS`].
pub(crate) fn number(key: &str) -> Option<usize> {
    let number = key.parse().ok()?;
    let is_plain = (1..=MACROS).contains(&number) && number.to_string() == key;
    is_plain.then_some(number)
}

/// The names in a preset's table; what is not taken as it stands goes into `warnings`.
pub(super) fn read(
    value: Spanned<DeValue>,
    warnings: &mut Vec<TextFault>,
) -> Result<MacroNames, TextFault> {
    let start = value.span().start;
    let table = match value.into_inner() {
        DeValue::Table(table) => table,
        other => {
            let found = kind(&other);
            return Err((start, format!("{KEY}: expected a table, not {found}")));
        }
    };
    let mut names = MacroNames::default();
    let mut entries: Vec<_> = table.into_iter().collect();
    // The parser sorts keys alphabetically; the first error in the text should be reported.
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let start = key.span().start;
        let key = key.get_ref();
        let fail = |reason: String| Err((start, format!("{KEY}: {key}: {reason}")));
        let Some(number) = number(key) else {
            return fail(format!("expected the number of a macro, 1 to {MACROS}"));
        };
        let DeValue::String(name) = value.get_ref() else {
            return fail(format!("expected a string, not {}", kind(value.get_ref())));
        };
        if let Some(reason) = names.set(number, name) {
            warnings.push((start, format!("{KEY}: {key}: {reason}")));
        }
    }
    Ok(names)
}

/// Adds the names to a preset's text, if there are any.
pub(super) fn write(names: &MacroNames, text: &mut String) {
    for (place, (number, name)) in names.iter().enumerate() {
        if place == 0 {
            writeln!(text, "\n[{KEY}]").expect("writing to a String does not fail");
        }
        writeln!(text, "{number} = {}", quoted(name)).expect("writing to a String does not fail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cleaned_and_cut_and_it_is_said_why() {
        let mut names = MacroNames::default();
        let set = |names: &mut MacroNames, name: &str| {
            let reason = names.set(3, name);
            (names.get(3).to_owned(), reason)
        };
        let plain = |name: &str| (name.to_owned(), None);
        assert_eq!(set(&mut names, "Bow"), plain("Bow"));
        assert_eq!(set(&mut names, "  Zug 2\u{a0} "), plain("Zug 2"));
        let exactly = "ü".repeat(MacroNames::MAX_CHARS);
        assert_eq!(set(&mut names, &exactly), plain(&exactly));
        let (cut, reason) = set(&mut names, &format!("{exactly}x"));
        assert_eq!(cut, exactly);
        assert!(reason.is_some_and(|reason| reason.contains("25 characters")));
        let (cut, _) = set(&mut names, "12345678901234567890123 5");
        assert_eq!(cut, "12345678901234567890123");
        let (clean, reason) = set(&mut names, "Bo\u{7}w\n");
        assert_eq!(clean, "Bow");
        assert!(reason.is_some_and(|reason| reason.contains("control")));
        assert_eq!(set(&mut names, " "), plain(""));
        // There are no such macros.
        for number in [0, MACROS + 1] {
            assert_eq!(names.set(number, "Bow"), None);
            assert_eq!(names.get(number), "");
        }
        assert_eq!(names, MacroNames::default());
    }

    #[test]
    fn a_key_is_a_number_written_plainly() {
        assert_eq!(number("1"), Some(1));
        assert_eq!(number("8"), Some(8));
        for key in ["0", "9", "01", "+1", "", "x", "1 ", "18446744073709551617"] {
            assert_eq!(number(key), None, "{key:?}");
        }
    }
}
