//! A bank as text, for presets and states that hold it themselves: Base64 (RFC 4648, section 4) of its file.
//!
//! White space is left out when it is read. Not for the audio thread.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bank_file::TrackBank;

/// Letters of a line.
const LINE: usize = 100;

/// Why a text is no bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankTextError {
    /// Where in the text, in bytes; 0 where the letters are right and the bank is not.
    pub offset: usize,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for BankTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for BankTextError {}

/// The text of a bank in one line.
pub fn line(bank: &TrackBank) -> String {
    STANDARD.encode(bank.bytes())
}

/// The text of a bank in lines of at most a hundred letters, each with its end.
pub fn lines(bank: &TrackBank) -> String {
    let letters = line(bank);
    let mut text = String::with_capacity(letters.len() + letters.len() / LINE + 1);
    let mut rest = letters.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text
}

/// Reads what [`line()`] or [`lines`] has written.
///
/// # Errors
/// If it is no Base64, more than `max_bytes`, or no bank, or one that is damaged.
pub fn read(text: &str, max_bytes: usize) -> Result<TrackBank, BankTextError> {
    let is_letter = |byte: &u8| !byte.is_ascii_whitespace();
    let letters: Vec<u8> = text.bytes().filter(is_letter).collect();
    // Three bytes are four letters.
    if letters.len().div_ceil(4) > max_bytes.div_ceil(3) {
        return Err(BankTextError {
            offset: 0,
            reason: format!("longer than {} KiB", max_bytes >> 10),
        });
    }
    let bytes = STANDARD.decode(&letters).map_err(|error| {
        let place = match error {
            base64::DecodeError::InvalidByte(place, _)
            | base64::DecodeError::InvalidLastSymbol(place, _) => place,
            base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                letters.len().saturating_sub(1)
            }
        };
        let places = text.bytes().enumerate();
        let mut places = places.filter(|(_, byte)| is_letter(byte));
        BankTextError {
            offset: places.nth(place).map_or(0, |(offset, _)| offset),
            reason: "no Base64".to_owned(),
        }
    })?;
    TrackBank::from_bytes(&bytes).map_err(|error| BankTextError {
        offset: 0,
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::Tracks;
    use crate::tracks::bank_file::FrameGrid;

    fn bank() -> TrackBank {
        let tracks = Tracks {
            duration_s: 0.1,
            source: "none".to_owned(),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: 48_000.0,
            hop: 256,
        };
        TrackBank::from_tracks(&tracks, grid).expect("small").0
    }

    #[test]
    fn a_bank_comes_back_from_its_text() {
        let bank = bank();
        for text in [
            line(&bank),
            lines(&bank),
            lines(&bank).replace('\n', "\r\n\t"),
        ] {
            let read = read(&text, 1 << 20).expect("a bank");
            assert_eq!(read.bytes(), bank.bytes());
        }
        assert!(lines(&bank).lines().all(|line| line.len() <= LINE));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let text = lines(&bank());
        let mut wrong = text.clone();
        wrong.replace_range(250..251, "?");
        let error = read(&wrong, 1 << 20).expect_err("a letter that is none");
        assert_eq!((error.offset, error.reason.as_str()), (250, "no Base64"));
        let mut damaged = text.clone();
        damaged.replace_range(250..251, if &text[250..251] == "B" { "C" } else { "B" });
        let error = read(&damaged, 1 << 20).expect_err("damaged");
        assert!(error.reason.contains("byte 24"), "{error}");
        for text in ["", "A", "AAA", "AAAA====", "====", "é"] {
            assert!(read(text, 1 << 20).is_err(), "{text}");
        }
        assert!(read(&text, 64).is_err_and(|error| error.reason.contains("longer")));
    }
}
