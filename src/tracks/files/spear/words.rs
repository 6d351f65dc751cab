//! The words of a text, with the lines that they are in.

use crate::tracks::files::FileError;

/// Goes through a text word by word.
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Line of the last word, from 1.
    line: usize,
}

impl<'a> Words<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Words<'a> {
        Words {
            bytes: bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes),
            position: 0,
            line: 1,
        }
    }

    /// The next word; `None` at the end.
    pub(super) fn next(&mut self) -> Option<&'a [u8]> {
        while let Some(&byte) = self.bytes.get(self.position) {
            if !byte.is_ascii_whitespace() {
                break;
            }
            self.position += 1;
            // CR, LF or both end a line.
            let is_pair = byte == b'\r' && self.bytes.get(self.position) == Some(&b'\n');
            self.line += usize::from((byte == b'\n' || byte == b'\r') && !is_pair);
        }
        let rest = &self.bytes[self.position..];
        let length = rest
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(rest.len());
        self.position += length;
        (length > 0).then(|| &rest[..length])
    }

    /// How many words there can still be.
    pub(super) fn most_left(&self) -> usize {
        (self.bytes.len() - self.position).div_ceil(2)
    }

    /// The next word as a number, NaN and infinity too; its decimal point may be a comma.
    pub(super) fn number(&mut self, what: &str) -> Result<f64, FileError> {
        let Some(word) = self.next() else {
            return Err(self.error(format!("the text ends where {what} should be")));
        };
        self.parsed(word, what)
    }

    /// This word as a number.
    pub(super) fn parsed(&self, word: &[u8], what: &str) -> Result<f64, FileError> {
        let text = std::str::from_utf8(word).ok().and_then(|text| {
            let with_point = text.parse().ok();
            with_point.or_else(|| text.replacen(',', ".", 1).parse().ok())
        });
        text.ok_or_else(|| {
            let found: String = String::from_utf8_lossy(word).chars().take(32).collect();
            self.error(format!("found {found:?}, expected {what}"))
        })
    }

    /// The next word as a number that counts.
    pub(super) fn count(&mut self, what: &str) -> Result<u64, FileError> {
        let number = self.number(what)?;
        self.counted(number, what)
    }

    /// This number as one that counts.
    pub(super) fn counted(&self, number: f64, what: &str) -> Result<u64, FileError> {
        // Above this not every whole number is an `f64`.
        let is_whole = (0.0..=9.0e15).contains(&number) && number.fract() == 0.0;
        if is_whole {
            Ok(number as u64)
        } else {
            Err(self.error(format!("found {number}, expected {what}, a whole number")))
        }
    }

    /// An error at the last word.
    pub(super) fn error(&self, reason: impl Into<String>) -> FileError {
        FileError::at_line(self.line, reason)
    }
}
