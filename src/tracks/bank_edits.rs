//! Roots and loops that a sound has in the place of a bank's own. The bank stays as it is.
//!
//! As text, for presets and states: `1 root 440.5; 1 loop 0.21 0.83`, with the number of the bank's sound from 1 on, Hz
//! and seconds.

use std::collections::BTreeMap;
use std::fmt;

use twox_hash::XxHash3_64;

/// Roots, Hz.
const ROOTS_HZ: std::ops::RangeInclusive<f64> = 1.0..=100_000.0;
/// No loop ends later, seconds.
const LATEST_S: f64 = 1e6;
/// Duration of the cross-fade of a loop where the bank has none, seconds.
pub const LOOP_CROSSFADE_S: f64 = 0.05;
/// No bank has more sounds.
const MOST_SOUNDS: usize = 1 << 20;

/// Where a loop begins and ends, in place of the bank's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoopEnds {
    /// Seconds of the recording, 0 or more.
    pub start_s: f64,
    /// Seconds of the recording, after `start_s`.
    pub end_s: f64,
}

/// What one sound of a bank has in place of its own; by [`Default`] nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SoundEdit {
    /// The frequency of the key that it plays, Hz.
    pub root_hz: Option<f64>,
    /// Its loop.
    pub loop_ends: Option<LoopEnds>,
}

impl SoundEdit {
    /// Whether its numbers are possible.
    fn is_possible(&self) -> bool {
        let is_root = |hz: f64| ROOTS_HZ.contains(&hz);
        let is_loop =
            |of: LoopEnds| of.start_s >= 0.0 && of.start_s < of.end_s && of.end_s <= LATEST_S;
        self.root_hz.is_none_or(is_root) && self.loop_ends.is_none_or(is_loop)
    }
}

/// What the sounds of a bank have in place of their own; by [`Default`] nothing. All numbers in it are finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BankEdits {
    /// The edits, by the numbers of the sounds from 0 on; none is empty.
    sounds: BTreeMap<usize, SoundEdit>,
}

impl Eq for BankEdits {}

impl BankEdits {
    /// Whether no sound is edited.
    pub fn is_empty(&self) -> bool {
        self.sounds.is_empty()
    }

    /// The edit of the sound with this number, from 0 on.
    pub fn of(&self, sound: usize) -> SoundEdit {
        self.sounds.get(&sound).copied().unwrap_or_default()
    }

    /// The edits with this one for a sound. An edit with impossible numbers changes nothing: a root is from 1 Hz to
    /// 100 kHz, and a loop ends after it begins.
    #[must_use]
    pub fn with(mut self, sound: usize, edit: SoundEdit) -> BankEdits {
        if sound >= MOST_SOUNDS || !edit.is_possible() {
            return self;
        }
        match edit == SoundEdit::default() {
            true => self.sounds.remove(&sound),
            false => self.sounds.insert(sound, edit),
        };
        self
    }

    /// Hash of the text; 0 if no sound is edited.
    pub fn hash(&self) -> u64 {
        match self.is_empty() {
            true => 0,
            false => XxHash3_64::oneshot(self.to_string().as_bytes()),
        }
    }

    /// Reads the text.
    ///
    /// # Errors
    /// The part of it that is wrong.
    pub fn parse(text: &str) -> Result<BankEdits, String> {
        let mut parts = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.try_fold(BankEdits::default(), |edits, part| {
            let wrong = || format!("\"{part}\" is neither a root nor a loop");
            let words: Vec<&str> = part.split_whitespace().collect();
            let number = |word: &str| word.parse::<f64>().map_err(|_| wrong());
            let sound = words.first().and_then(|word| word.parse::<usize>().ok());
            let sound = sound
                .and_then(|sound| sound.checked_sub(1))
                .ok_or_else(wrong)?;
            let mut edit = edits.of(sound);
            match words[1..] {
                ["root", hz] => edit.root_hz = Some(number(hz)?),
                ["loop", start_s, end_s] => {
                    let (start_s, end_s) = (number(start_s)?, number(end_s)?);
                    edit.loop_ends = Some(LoopEnds { start_s, end_s });
                }
                _ => return Err(wrong()),
            }
            let with = edits.with(sound, edit);
            // One that cannot be is not taken.
            let is_taken = with.of(sound) == edit;
            is_taken.then_some(with).ok_or_else(wrong)
        })
    }
}

impl fmt::Display for BankEdits {
    /// As [`BankEdits::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (sound, edit) in &self.sounds {
            let number = sound + 1;
            if let Some(hz) = edit.root_hz {
                write!(f, "{between}{number} root {hz}")?;
                between = "; ";
            }
            if let Some(LoopEnds { start_s, end_s }) = edit.loop_ends {
                write!(f, "{between}{number} loop {start_s} {end_s}")?;
                between = "; ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_read_as_they_are_written() {
        let ends = |start_s, end_s| Some(LoopEnds { start_s, end_s });
        let edits = BankEdits::default()
            .with(
                0,
                SoundEdit {
                    root_hz: Some(440.5),
                    loop_ends: ends(0.21, 0.83),
                },
            )
            .with(
                3,
                SoundEdit {
                    root_hz: None,
                    loop_ends: ends(0.0, 1e-4),
                },
            );
        let text = edits.to_string();
        assert_eq!(text, "1 root 440.5; 1 loop 0.21 0.83; 4 loop 0 0.0001");
        assert_eq!(BankEdits::parse(&text), Ok(edits.clone()));
        assert_eq!(BankEdits::parse(""), Ok(BankEdits::default()));
        let without = edits
            .with(0, SoundEdit::default())
            .with(3, SoundEdit::default());
        assert!(without.is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in [
            "root 440",
            "0 root 440",
            "1 root",
            "1 root nan",
            "1 root -3",
            "1 root inf",
            "1 loop 1",
            "1 loop 1 1",
            "1 loop -1 1",
            "1 loop 0 nan",
            "1 loop 0 1 2",
            "99999999 root 440",
            "2 speed 1",
            "1 loop 0 1; 1 root x",
        ] {
            assert!(BankEdits::parse(text).is_err(), "{text}");
        }
        let wrong = SoundEdit {
            root_hz: Some(f64::NAN),
            loop_ends: None,
        };
        assert!(BankEdits::default().with(0, wrong).is_empty());
    }
}
