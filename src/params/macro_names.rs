//! The names of the macros, where the window and the texts for hosts find them.
//!
//! A host may ask for the text of a value from any thread, so nobody waits for a lock to read a name:
//! it is made of atomic characters, and a version tells whether they belong together.

use std::array;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::sync::{Mutex, PoisonError};

use crate::state::MacroNames;
use crate::synth::parameter::MACROS;

/// How often a name that changes meanwhile is read again.
const ATTEMPTS: usize = 16;

/// The names that the macros have now.
#[derive(Debug)]
pub struct SharedMacroNames {
    names: [SharedName; MACROS],
    /// Held by whoever changes names.
    writer: Mutex<()>,
}

impl Default for SharedMacroNames {
    fn default() -> SharedMacroNames {
        SharedMacroNames {
            names: array::from_fn(|_| SharedName::default()),
            writer: Mutex::new(()),
        }
    }
}

impl SharedMacroNames {
    /// The name of macro `number`, 1 to [`MACROS`]; empty if it has none. Does not wait: a name that
    /// changes all the time meanwhile counts as none.
    pub fn get(&self, number: usize) -> String {
        self.names[number - 1].get()
    }

    /// All of them.
    pub fn all(&self) -> MacroNames {
        let mut all = MacroNames::default();
        // No name changes meanwhile.
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for number in 1..=MACROS {
            all.set(number, &self.get(number));
        }
        all
    }

    /// The macros have these names from now on. Not for the audio thread.
    pub fn set(&self, names: &MacroNames) {
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, shared) in (1..).zip(&self.names) {
            shared.set(names.get(number));
        }
    }
}

/// A name as characters, 0 behind the last.
#[derive(Debug, Default)]
struct SharedName {
    /// Odd while the characters change.
    version: AtomicU32,
    chars: [AtomicU32; MacroNames::MAX_CHARS],
}

impl SharedName {
    fn get(&self) -> String {
        for _ in 0..ATTEMPTS {
            let before = self.version.load(Ordering::Acquire);
            let codes = self
                .chars
                .each_ref()
                .map(|char| char.load(Ordering::Relaxed));
            // The characters are read before the version is read again.
            fence(Ordering::Acquire);
            let after = self.version.load(Ordering::Relaxed);
            if before == after && before.is_multiple_of(2) {
                let codes = codes.into_iter().take_while(|&code| code != 0);
                return codes.filter_map(char::from_u32).collect();
            }
        }
        String::new()
    }

    /// Only one thread at a time.
    fn set(&self, name: &str) {
        let version = self.version.load(Ordering::Relaxed);
        self.version
            .store(version.wrapping_add(1), Ordering::Relaxed);
        // The version is odd before the first character changes.
        fence(Ordering::Release);
        let mut codes = name.chars().map(u32::from);
        for char in &self.chars {
            char.store(codes.next().unwrap_or(0), Ordering::Relaxed);
        }
        self.version
            .store(version.wrapping_add(2), Ordering::Release);
    }
}

/// The text of a macro's value with its name before it, such as "Bow 42".
pub(super) fn with_name(name: &str, text: String) -> String {
    if name.is_empty() {
        text
    } else {
        format!("{name} {text}")
    }
}

/// What a text for a macro of this name says of its value: all that is behind the name.
pub(super) fn without_name<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    let rest = text.trim_start().strip_prefix(name)?;
    // Else the name is the beginning of something else, as 4 is of 42.
    (!name.is_empty() && rest.starts_with(char::is_whitespace)).then_some(rest.trim_start())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    fn names(name: &str) -> MacroNames {
        let mut names = MacroNames::default();
        for number in 1..=MACROS {
            names.set(number, name);
        }
        names
    }

    #[test]
    fn names_come_back_as_they_were_set() {
        let shared = SharedMacroNames::default();
        assert_eq!(shared.all(), MacroNames::default());
        for name in ["Bow", "鐘 ü😀", &"x".repeat(MacroNames::MAX_CHARS), ""] {
            let names = names(name);
            shared.set(&names);
            assert_eq!(shared.all(), names);
            assert_eq!(shared.get(1), name);
        }
    }

    #[test]
    fn a_name_that_changes_is_read_as_one_of_them_or_none() {
        let shared = SharedMacroNames::default();
        let is_over = AtomicBool::new(false);
        let of = ["a".repeat(MacroNames::MAX_CHARS), "b".repeat(3)];
        thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 0..20_000 {
                    shared.set(&names(&of[turn % 2]));
                }
                is_over.store(true, Ordering::Relaxed);
            });
            while !is_over.load(Ordering::Relaxed) {
                let name = shared.get(MACROS);
                assert!(name.is_empty() || of.contains(&name), "{name}");
            }
        });
        assert_eq!(shared.get(MACROS), of[1]);
    }

    #[test]
    fn a_text_has_its_name_before_the_value() {
        assert_eq!(with_name("Bow", "42".to_owned()), "Bow 42");
        assert_eq!(with_name("", "42".to_owned()), "42");
        assert_eq!(without_name("Bow", "Bow 42 %"), Some("42 %"));
        assert_eq!(without_name("Bow 2", " Bow 2  42"), Some("42"));
        assert_eq!(without_name("Bow", "42 %"), None);
        assert_eq!(without_name("4", "42 %"), None);
        assert_eq!(without_name("", " 42 %"), None);
    }
}
