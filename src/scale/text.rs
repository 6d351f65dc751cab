//! Text of tuning files: bytes to characters, lines, and the value that begins a line.

use std::borrow::Cow;
use std::fmt;

/// The largest file that is read, in bytes of UTF-8. The largest real ones have some 20 KiB.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Why a file of a scale or of a keyboard map cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TuningFileError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1; one more than the line has if something is missing.
    pub column: usize,
    /// What is wrong.
    pub reason: Cow<'static, str>,
}

impl TuningFileError {
    pub(super) fn new(
        line: usize,
        column: usize,
        reason: impl Into<Cow<'static, str>>,
    ) -> TuningFileError {
        TuningFileError {
            line,
            column,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for TuningFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TuningFileError {
            line,
            column,
            reason,
        } = self;
        write!(f, "line {line}, character {column}: {reason}")
    }
}

impl std::error::Error for TuningFileError {}

/// The text of a file, without byte order marks, and whether it is UTF-8; else it is ISO 8859-1, in which
/// every byte is a character. Scala's archive is in the latter, today's programs write the former.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, bool), TuningFileError> {
    let too_large = || {
        let reason = format!("the file is larger than {MAX_FILE_BYTES} bytes");
        TuningFileError::new(1, 1, reason)
    };
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    // All of them: one that stayed would be taken away when the kept text is read again.
    let mut bytes = bytes;
    while let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        bytes = rest;
    }
    let (text, is_utf8) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), true),
        Err(_) => (bytes.iter().map(|&byte| char::from(byte)).collect(), false),
    };
    if text.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    Ok((text, is_utf8))
}

/// The lines of a text, which end with LF, CRLF or CR, each with its number.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    rest: &'a str,
    number: usize,
    /// The number and the length of the last line in characters.
    last: (usize, usize),
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Lines<'a> {
        Lines {
            rest: text,
            number: 0,
            last: (1, 0),
        }
    }

    /// The next line that is no comment.
    pub fn next_content(&mut self) -> Option<Line<'a>> {
        self.find(|line| !line.is_comment())
    }

    /// The next line with something in it that is no comment.
    pub fn next_value(&mut self) -> Option<Line<'a>> {
        self.find(|line| !line.is_comment() && !line.is_blank())
    }

    /// As [`Lines::next_value`], or an error at the end of the text.
    pub fn value(
        &mut self,
        missing: impl FnOnce() -> Cow<'static, str>,
    ) -> Result<Line<'a>, TuningFileError> {
        self.next_value().ok_or_else(|| self.at_end(missing()))
    }

    /// An error at the end of what has been read.
    pub fn at_end(&self, reason: impl Into<Cow<'static, str>>) -> TuningFileError {
        let (line, length) = self.last;
        TuningFileError::new(line, length + 1, reason)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.find(['\n', '\r']);
        let (text, rest) = match end {
            None => (self.rest, ""),
            Some(end) => {
                let (text, rest) = self.rest.split_at(end);
                let rest = rest.strip_prefix("\r\n").unwrap_or_else(|| &rest[1..]);
                (text, rest)
            }
        };
        self.rest = rest;
        self.number += 1;
        let line = Line {
            number: self.number,
            text,
        };
        self.last = (line.number, text.chars().count());
        Some(line)
    }
}

/// A line of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub number: usize,
    pub text: &'a str,
}

impl<'a> Line<'a> {
    fn is_comment(&self) -> bool {
        self.text.starts_with('!')
    }

    fn is_blank(&self) -> bool {
        self.text.chars().all(is_space)
    }

    /// What is read of this line, from the first character that is no space.
    pub fn reading(&self) -> Reading<'a> {
        let mut reading = Reading {
            line: *self,
            byte: 0,
        };
        reading.skip_spaces();
        reading
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// A place in a line, from which values are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    line: Line<'a>,
    byte: usize,
}

impl<'a> Reading<'a> {
    /// What has not been read.
    pub fn rest(&self) -> &'a str {
        &self.line.text[self.byte..]
    }

    pub fn error(&self, reason: impl Into<Cow<'static, str>>) -> TuningFileError {
        let column = self.line.text[..self.byte].chars().count() + 1;
        TuningFileError::new(self.line.number, column, reason)
    }

    pub fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.byte += rest.len() - rest.trim_start_matches(is_space).len();
    }

    /// Goes past `character` if it is next, and tells whether it was.
    pub fn take(&mut self, character: char) -> bool {
        let is_next = self.rest().starts_with(character);
        if is_next {
            self.byte += character.len_utf8();
        }
        is_next
    }

    /// The next word, up to a space; or the characters between quotation marks.
    pub fn word(&mut self) -> Result<Option<&'a str>, TuningFileError> {
        self.skip_spaces();
        let begin = *self;
        if self.take('"') {
            let Some(length) = self.rest().find('"') else {
                return Err(begin.error("this quotation mark is not closed"));
            };
            let word = &self.rest()[..length];
            self.byte += length + 1;
            return Ok(Some(word));
        }
        let rest = self.rest();
        let length = rest.find(is_space).unwrap_or(rest.len());
        self.byte += length;
        Ok((length > 0).then(|| &rest[..length]))
    }

    /// The digits that are next, maybe none.
    pub fn digits(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.byte += length;
        &rest[..length]
    }

    /// Refuses what may not follow a value. Text is ignored there, but `697//441` or `386,31` are no
    /// values with a text after them.
    pub fn end_of_value(&self) -> Result<(), TuningFileError> {
        let mut next = self.rest().chars();
        let Some(first) = next.next() else {
            return Ok(());
        };
        if matches!(first, '0'..='9' | '.' | ',' | '/' | '+' | '-') {
            return Err(self.error(format!("`{first}` may not follow the value")));
        }
        let is_number = |character| matches!(character, Some('0'..='9' | '+' | '-'));
        if matches!(first, 'e' | 'E') && is_number(next.next()) {
            return Err(self.error("values have no exponent"));
        }
        Ok(())
    }

    /// A whole number that begins here, from `low` to `high`.
    pub fn whole(&mut self, what: &str, (low, high): (i64, i64)) -> Result<i64, TuningFileError> {
        let begin = *self;
        let is_negative = self.take('-');
        if !is_negative {
            self.take('+');
        }
        let digits = self.digits();
        if digits.is_empty() {
            return Err(begin.error(format!("{what} is not a whole number")));
        }
        self.end_of_value()?;
        // What is too long for an i64 is past every limit.
        let size = digits.parse::<i64>().unwrap_or(i64::MAX);
        let value = if is_negative { -size } else { size };
        if !(low..=high).contains(&value) {
            return Err(begin.error(format!("{what} is not from {low} to {high}")));
        }
        Ok(value)
    }

    /// A frequency in hertz that begins here: above 0, with a decimal point or whole.
    pub fn frequency_hz(&mut self, what: &str) -> Result<f64, TuningFileError> {
        let begin = *self;
        if self.rest().starts_with('-') {
            return Err(begin.error(format!("{what} is not above 0 Hz")));
        }
        let whole = self.digits();
        let has_part = self.take('.') && !self.digits().is_empty();
        if whole.is_empty() && !has_part {
            return Err(begin.error(format!("{what} is not a number of hertz")));
        }
        let length = self.byte - begin.byte;
        self.end_of_value()?;
        // Digits with at most one point among them: always a number for the parser.
        let value = begin.rest()[..length].parse().unwrap_or(0.0);
        if !(value > 0.0 && value < f64::INFINITY) {
            return Err(begin.error(format!("{what} is not above 0 Hz, or too large")));
        }
        Ok(value)
    }
}
