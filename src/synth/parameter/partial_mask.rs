//! Some of the partials, by their numbers.
//!
//! As text it is a list of numbers and ranges, in rising order: `1-3, 7, 12-16`. A text that is read may
//! have them in any order and more than once, with a hyphen, an en dash or a minus sign, and any spaces.

use std::fmt::{self, Display, Formatter};
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::MAX_PARTIALS;

/// How many partials a group of a mask has: a bit for each.
pub const MASK_GROUP: usize = u16::BITS as usize;
/// How many groups a mask has.
pub const MASK_GROUPS: usize = MAX_PARTIALS / MASK_GROUP;

/// Some of the partials 1 to [`MAX_PARTIALS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartialMask([u16; MASK_GROUPS]);

impl PartialMask {
    /// None of them.
    pub const EMPTY: PartialMask = PartialMask([0; MASK_GROUPS]);
    /// Every one.
    pub const ALL: PartialMask = PartialMask([u16::MAX; MASK_GROUPS]);

    /// The mask of these groups: see [`PartialMask::groups`].
    pub const fn from_groups(groups: [u16; MASK_GROUPS]) -> PartialMask {
        PartialMask(groups)
    }

    /// A number for each [`MASK_GROUP`] partials. Its lowest bit is the first of them.
    pub const fn groups(&self) -> &[u16; MASK_GROUPS] {
        &self.0
    }

    /// Whether partial n is in it, n from 1 on.
    pub const fn contains(&self, n: usize) -> bool {
        n >= 1 && n <= MAX_PARTIALS && self.0[(n - 1) / MASK_GROUP] & bit(n) != 0
    }

    /// Takes partial n in, n from 1 on; past [`MAX_PARTIALS`] nothing happens.
    pub const fn insert(&mut self, n: usize) {
        if n >= 1 && n <= MAX_PARTIALS {
            self.0[(n - 1) / MASK_GROUP] |= bit(n);
        }
    }

    /// Takes partial n out, n from 1 on.
    pub const fn remove(&mut self, n: usize) {
        if n >= 1 && n <= MAX_PARTIALS {
            self.0[(n - 1) / MASK_GROUP] &= !bit(n);
        }
    }

    /// Whether no partial is in it.
    pub fn is_empty(&self) -> bool {
        *self == PartialMask::EMPTY
    }

    /// How many are in it.
    pub fn count(&self) -> usize {
        let counts = self.0.iter().map(|group| group.count_ones() as usize);
        counts.sum()
    }

    /// Their numbers, rising.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (1..=MAX_PARTIALS).filter(|&n| self.contains(n))
    }

    /// Their numbers, rising, those that follow one another as one range.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<usize>> {
        let mut next = 1;
        std::iter::from_fn(move || {
            let first = (next..=MAX_PARTIALS).find(|&n| self.contains(n))?;
            let end = (first..=MAX_PARTIALS).find(|&n| !self.contains(n));
            next = end.unwrap_or(MAX_PARTIALS + 1);
            Some(first..=next - 1)
        })
    }
}

/// The bit of partial n in its group.
const fn bit(n: usize) -> u16 {
    1 << ((n - 1) % MASK_GROUP)
}

impl FromIterator<usize> for PartialMask {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> PartialMask {
        let mut mask = PartialMask::EMPTY;
        for n in numbers {
            mask.insert(n);
        }
        mask
    }
}

impl Display for PartialMask {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (place, range) in self.ranges().enumerate() {
            if place > 0 {
                formatter.write_str(", ")?;
            }
            let (first, last) = range.into_inner();
            write!(formatter, "{first}")?;
            if first != last {
                write!(formatter, "-{last}")?;
            }
        }
        Ok(())
    }
}

/// Why a text means no partials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartialMaskError {
    /// There is nothing before or behind a comma or a dash.
    Missing,
    /// This is not a number.
    NotANumber(String),
    /// There is no partial of this number.
    Outside(String),
    /// A range whose first number is greater than its last.
    Falling(usize, usize),
}

impl Display for PartialMaskError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            PartialMaskError::Missing => write!(formatter, "a number is missing"),
            PartialMaskError::NotANumber(text) => {
                write!(formatter, "{text:?} is not the number of a partial")
            }
            PartialMaskError::Outside(digits) => {
                write!(formatter, "{digits} is outside 1 to {MAX_PARTIALS}")
            }
            PartialMaskError::Falling(first, last) => {
                write!(formatter, "the range {first}-{last} goes down")
            }
        }
    }
}

impl std::error::Error for PartialMaskError {}

impl FromStr for PartialMask {
    type Err = PartialMaskError;

    fn from_str(text: &str) -> Result<PartialMask, PartialMaskError> {
        let mut mask = PartialMask::EMPTY;
        if text.trim().is_empty() {
            return Ok(mask);
        }
        for part in text.split(',') {
            // The hyphens, the en dash, and the minus sign.
            let (first, last) = match part.split_once(['-', '‐', '‑', '–', '−']) {
                Some((first, last)) => (number(first)?, number(last)?),
                None => number(part).map(|n| (n, n))?,
            };
            if first > last {
                return Err(PartialMaskError::Falling(first, last));
            }
            for n in first..=last {
                mask.insert(n);
            }
        }
        Ok(mask)
    }
}

/// The number of a partial.
fn number(text: &str) -> Result<usize, PartialMaskError> {
    let digits = text.trim();
    if digits.is_empty() {
        return Err(PartialMaskError::Missing);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PartialMaskError::NotANumber(digits.to_owned()));
    }
    // Digits that are too many for a number are past the last partial.
    let number = digits.parse().ok();
    let number = number.filter(|n| (1..=MAX_PARTIALS).contains(n));
    number.ok_or_else(|| PartialMaskError::Outside(digits.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_was_taken_in_and_not_taken_out() {
        let mut mask = PartialMask::EMPTY;
        assert!(mask.is_empty() && mask.iter().next().is_none());
        for n in [0, 1, 16, 17, 512, 513, usize::MAX] {
            mask.insert(n);
        }
        assert_eq!(mask.iter().collect::<Vec<_>>(), [1, 16, 17, 512]);
        assert_eq!((mask.count(), mask.is_empty()), (4, false));
        assert_eq!(mask.groups()[..3], [0x8001, 1, 0]);
        assert_eq!(mask.groups()[31], 0x8000);
        for n in [0, 16, 100, 513, usize::MAX] {
            mask.remove(n);
            assert!(!mask.contains(n));
        }
        assert_eq!(mask, [512, 17, 1].into_iter().collect());
        assert_eq!(PartialMask::from_groups(*mask.groups()), mask);
        let all: PartialMask = (1..=512).collect();
        assert_eq!(all, PartialMask::ALL);
    }

    #[test]
    fn its_text_is_numbers_and_ranges() {
        for (text, numbers) in [
            ("", vec![]),
            ("1", vec![1]),
            ("1-3, 7, 12-16", vec![1, 2, 3, 7, 12, 13, 14, 15, 16]),
            ("15-18, 511-512", vec![15, 16, 17, 18, 511, 512]),
            ("1-512", (1..=512).collect()),
        ] {
            let mask: PartialMask = numbers.into_iter().collect();
            assert_eq!(mask.to_string(), text);
            assert_eq!(text.parse(), Ok(mask));
        }
        let odd: PartialMask = (1..=512).step_by(2).collect();
        assert_eq!(odd.to_string().parse(), Ok(odd));
        // As a user may write it.
        let mask = "1-3, 7, 12-16".parse::<PartialMask>();
        for text in [
            "12–16,7,1−3",
            " 2 - 3,\n7, 1, 1, 12-14, 13-16 ",
            "001-03,7,12-16",
        ] {
            assert_eq!(text.parse(), mask, "{text}");
        }
        assert_eq!(" \t".parse(), Ok(PartialMask::EMPTY));
    }

    #[test]
    fn what_is_no_list_of_partials_is_told() {
        for (text, reason) in [
            ("1,,2", "a number is missing"),
            ("1,", "a number is missing"),
            ("-3", "a number is missing"),
            ("3-", "a number is missing"),
            ("1 2", "\"1 2\" is not the number of a partial"),
            ("1-2-3", "\"2-3\" is not the number of a partial"),
            ("+1", "\"+1\" is not the number of a partial"),
            ("1.5", "\"1.5\" is not the number of a partial"),
            ("all", "\"all\" is not the number of a partial"),
            ("0", "0 is outside 1 to 512"),
            ("1-513", "513 is outside 1 to 512"),
            (
                "99999999999999999999999",
                "99999999999999999999999 is outside 1 to 512",
            ),
            ("7-3", "the range 7-3 goes down"),
        ] {
            let error = text.parse::<PartialMask>().expect_err(text);
            assert_eq!(error.to_string(), reason, "{text}");
        }
    }
}
