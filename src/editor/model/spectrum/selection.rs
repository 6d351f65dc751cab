//! Which of the partials that can be edited are chosen.

use crate::synth::parameter::MAX_PARTIALS;

/// Words of 64 partials.
const WORDS: usize = MAX_PARTIALS / 64;

/// Some of partials 1 to 512: a bit each, partial 1 the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection([u64; WORDS]);

impl Selection {
    /// All of them.
    pub const ALL: Selection = Selection([u64::MAX; WORDS]);
    /// No partials.
    pub const NONE: Selection = Selection([0; WORDS]);

    /// The partials whose numbers `chosen` is true for.
    pub fn of(chosen: impl Fn(usize) -> bool) -> Selection {
        let mut words = [0; WORDS];
        for n in (1..=MAX_PARTIALS).filter(|&n| chosen(n)) {
            words[(n - 1) / 64] |= 1 << ((n - 1) % 64);
        }
        Selection(words)
    }

    /// 1, 3, 5…
    pub fn odd() -> Selection {
        Selection::of(|n| n % 2 == 1)
    }

    /// 2, 4, 6…
    pub fn even() -> Selection {
        Selection::of(|n| n % 2 == 0)
    }

    /// 1, 2, 4, 8…
    pub fn octaves() -> Selection {
        Selection::of(usize::is_power_of_two)
    }

    /// Every `step`th, from `first` on.
    pub fn every(step: usize, first: usize) -> Selection {
        Selection::of(|n| n >= first && (n - first).is_multiple_of(step.max(1)))
    }

    /// The chosen partials up to partial `count`.
    pub fn within(self, count: usize) -> Selection {
        Selection::of(|n| n <= count && self.contains(n))
    }

    /// Whether partial `n` is among them.
    pub fn contains(self, n: usize) -> bool {
        (1..=MAX_PARTIALS).contains(&n) && self.0[(n - 1) / 64] >> ((n - 1) % 64) & 1 == 1
    }

    /// Whether no partial is chosen.
    pub fn is_empty(self) -> bool {
        self.0 == [0; WORDS]
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The partials that are not chosen.
    pub fn inverted(self) -> Selection {
        Selection(self.0.map(|word| !word))
    }

    fn combined(self, other: Selection, of: impl Fn(u64, u64) -> u64) -> Selection {
        Selection(std::array::from_fn(|word| of(self.0[word], other.0[word])))
    }

    /// The partials of either selection.
    pub fn with(self, other: Selection) -> Selection {
        self.combined(other, |own, other| own | other)
    }

    /// The partials that are not in the other selection.
    pub fn without(self, other: Selection) -> Selection {
        self.combined(other, |own, other| own & !other)
    }

    /// The selection with partial `n` chosen if it was not, and the other way round.
    pub fn toggled(self, n: usize) -> Selection {
        let one = Selection::of(|other| other == n);
        self.combined(one, |own, other| own ^ other)
    }

    /// The selection, or all if it is empty: what an operation works on.
    pub fn or_all(self) -> Selection {
        if self.is_empty() {
            Selection::ALL
        } else {
            self
        }
    }

    /// Their numbers, rising.
    pub fn numbers(self) -> impl Iterator<Item = usize> {
        (1..=MAX_PARTIALS).filter(move |&n| self.contains(n))
    }

    /// What a text such as `1-8, 12, 40-` means of partials 1 to `count`. An empty one means none.
    ///
    /// # Errors
    /// What is wrong with which part of it.
    pub fn parse(text: &str, count: usize) -> Result<Selection, String> {
        let mut selection = Selection::NONE;
        let parts = text.split([',', ';']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let (from, to) = match part.split_once(['-', '–', '−']) {
                Some(("", "")) => return Err(format!("“{part}” names no partial")),
                Some((from, to)) => (from.trim(), to.trim()),
                None => (part, part),
            };
            let number = |text: &str, or: usize| match text {
                "" => Ok(or),
                _ => text
                    .parse::<usize>()
                    .ok()
                    .filter(|n| (1..=count).contains(n))
                    .ok_or_else(|| format!("“{part}”: {text} is no number from 1 to {count}")),
            };
            let (from, to) = (number(from, 1)?, number(to, count)?);
            if from > to {
                return Err(format!("“{part}”: {from} is greater than {to}"));
            }
            selection = selection.with(Selection::of(|n| (from..=to).contains(&n)));
        }
        Ok(selection)
    }

    /// The text that [`Selection::parse`] reads.
    pub fn text(self) -> String {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for n in self.numbers() {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == n => *last = n,
                _ => ranges.push((n, n)),
            }
        }
        let texts: Vec<String> = ranges
            .into_iter()
            .map(|(first, last)| match last - first {
                0 => first.to_string(),
                1 => format!("{first}, {last}"),
                _ => format!("{first}-{last}"),
            })
            .collect();
        texts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(selection: Selection) -> Vec<usize> {
        selection.numbers().collect()
    }

    #[test]
    fn families_are_as_named() {
        let octaves = Selection::octaves();
        assert_eq!(numbers(octaves.within(64)), [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!(octaves.count(), 10);
        assert_eq!(numbers(Selection::odd())[..3], [1, 3, 5]);
        assert_eq!(Selection::odd().inverted(), Selection::even());
        assert_eq!(numbers(Selection::every(20, 3).within(64)), [3, 23, 43, 63]);
        assert_eq!(Selection::every(0, 1), Selection::ALL);
        assert_eq!(Selection::ALL.count(), 512);
        assert!(!Selection::ALL.contains(0) && !Selection::ALL.contains(513));
        assert_eq!(numbers(Selection::NONE.toggled(7)), [7]);
        assert_eq!(Selection::ALL.toggled(7).toggled(7), Selection::ALL);
        assert_eq!(Selection::NONE.or_all(), Selection::ALL);
    }

    #[test]
    fn ranges_are_read_and_written() {
        for (text, expected) in [
            ("", vec![]),
            ("5", vec![5]),
            ("1-3, 12", vec![1, 2, 3, 12]),
            (" 1 – 2 ;12 ", vec![1, 2, 12]),
            ("62-", vec![62, 63, 64]),
            ("-2", vec![1, 2]),
        ] {
            let selection = Selection::parse(text, 64).expect(text);
            assert_eq!(numbers(selection), expected, "{text}");
            assert_eq!(Selection::parse(&selection.text(), 64), Ok(selection));
        }
        assert_eq!(Selection::ALL.text(), "1-512");
        for selection in [
            Selection::odd(),
            Selection::octaves(),
            Selection::every(3, 2),
        ] {
            assert_eq!(Selection::parse(&selection.text(), 512), Ok(selection));
        }
    }

    #[test]
    fn what_means_nothing_is_told_with_its_place() {
        for (text, part) in [
            ("1-8, x", "x"),
            ("0", "0"),
            ("3-65", "65"),
            ("9-4", "9-4"),
            ("-", "-"),
            ("1 2", "1 2"),
        ] {
            let error = Selection::parse(text, 64).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
