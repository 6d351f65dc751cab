//! How a normalised value (0 to 1) maps to a plain one (in its unit) and back.
//!
//! The maps use only operations that IEEE 754 defines to the bit, and `libm`'s Rust code, so a
//! saved normalised value means the same plain value on every machine.
//!
//! Hosts record automation as normalised values. What a stepped range may still gain, more labels or a higher
//! count, must therefore not move those that it has: its steps are spread over a fixed number of *places*, the
//! last of which are free. A free place means the last value that there is.

/// The map of one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Straight from `min` to `max`.
    Linear {
        /// Plain value at 0.
        min: f32,
        /// Plain value at 1.
        max: f32,
    },
    /// Equal ratios for equal steps; both ends positive. Made by [`Range::exponential`].
    Exponential {
        /// Plain value at 0.
        min: f32,
        /// Plain value at 1.
        max: f32,
        /// log₂(max/min).
        octaves: f64,
    },
    /// `max·x⁴`: exact zero, and fine steps near it; for times and rates.
    Quartic {
        /// Plain value at 1.
        max: f32,
    },
    /// `−max` to `max`, fine around zero: the sign times the square of the distance from the middle.
    SignedSquare {
        /// Plain value at 1.
        max: f32,
    },
    /// Whole numbers, both ends included.
    Integer {
        /// Plain value at 0.
        min: i32,
        /// The greatest plain value.
        max: i32,
        /// How many places there are from `min` on; `min + places - 1` is what 1 would mean.
        places: u32,
    },
    /// Off (0) or on (1), and never anything else. What may gain a third state is a choice.
    Switch,
    /// One of these labels; the plain value is its index.
    Choice {
        /// The labels, in order; only ever extended at the end.
        labels: &'static [&'static str],
        /// How many labels there may ever be: 16, 32, 64, 128 or 256.
        places: u32,
    },
}

/// The labels of [`Range::Switch`].
const OFF_ON: &[&str] = &["Off", "On"];

impl Range {
    /// Straight from `min` to `max`.
    pub const fn linear(min: f32, max: f32) -> Range {
        assert!(min < max);
        Range::Linear { min, max }
    }

    /// Equal ratios for equal steps, from `min` to `max`.
    pub const fn exponential(min: f32, max: f32) -> Range {
        assert!(0.0 < min && min < max);
        let octaves = log2_of_constant(max as f64 / min as f64);
        Range::Exponential { min, max, octaves }
    }

    /// `max·x⁴`.
    pub const fn quartic(max: f32) -> Range {
        assert!(max > 0.0);
        Range::Quartic { max }
    }

    /// `−max` to `max`, fine around zero.
    pub const fn signed_square(max: f32) -> Range {
        assert!(max > 0.0);
        Range::SignedSquare { max }
    }

    /// Whole numbers whose ends lie in the nature of the thing.
    pub const fn integer(min: i32, max: i32) -> Range {
        Range::count(min, max, max.abs_diff(min) + 1)
    }

    /// Whole numbers, to which later versions may add: `max` may grow up to `min + places - 1`.
    pub const fn count(min: i32, max: i32, places: u32) -> Range {
        assert!(min < max && max.abs_diff(min) < places);
        Range::Integer { min, max, places }
    }

    /// One of `labels`. Later versions may have up to `places` of them: 16, 32, 64, 128 or 256.
    pub const fn choice(places: u32, labels: &'static [&'static str]) -> Range {
        assert!(matches!(places, 16 | 32 | 64 | 128 | 256));
        assert!(!labels.is_empty() && labels.len() <= places as usize);
        Range::Choice { labels, places }
    }

    /// The plain value of a normalised one. Values outside 0 to 1 count as the nearer end and
    /// not-a-number as 0.
    pub fn plain(&self, normalized: f32) -> f32 {
        let x = if normalized > 0.0 {
            normalized.min(1.0)
        } else {
            0.0
        };
        match *self {
            // Both ends and, for a range about zero, the middle come out exact.
            Range::Linear { min, max } => min * (1.0 - x) + max * x,
            Range::Exponential { min, max, octaves } => {
                ((f64::from(min) * libm::exp2(octaves * f64::from(x))) as f32).clamp(min, max)
            }
            Range::Quartic { max } => {
                let square = x * x;
                max * (square * square)
            }
            Range::SignedSquare { max } => {
                let way = 2.0 * x - 1.0;
                max * way * way.abs()
            }
            Range::Integer { min, max, places } => {
                (min as f32 + nearest_step(x, places)).min(max as f32)
            }
            Range::Switch => nearest_step(x, 2),
            Range::Choice { labels, places } => {
                nearest_step(x, places).min((labels.len() - 1) as f32)
            }
        }
    }

    /// The normalised value whose plain value is nearest; plain values outside the range count as
    /// the nearer end and not-a-number as the lower one.
    pub fn normalized(&self, plain: f32) -> f32 {
        self.normalized_precise(f64::from(plain))
    }

    /// As [`Range::normalized`], from a plain value with all its digits: where a range is wide, two
    /// neighbouring normalised values can share one plain value in f32.
    pub fn normalized_precise(&self, plain: f64) -> f32 {
        let (min, max) = self.ends();
        let (min, max) = (f64::from(min), f64::from(max));
        let plain = if plain > min { plain.min(max) } else { min };
        match *self {
            Range::Linear { .. } => ((plain - min) / (max - min)) as f32,
            Range::Exponential { octaves, .. } => (libm::log2(plain / min) / octaves) as f32,
            Range::Quartic { .. } => (plain / max).sqrt().sqrt() as f32,
            Range::SignedSquare { .. } => {
                let way = (plain.abs() / max).sqrt();
                (0.5 + 0.5 * if plain < 0.0 { -way } else { way }) as f32
            }
            Range::Integer { places, .. } | Range::Choice { places, .. } => {
                ((plain - min) / f64::from(places - 1)) as f32
            }
            Range::Switch => plain as f32,
        }
    }

    /// The plain value of a normalised one with the digits that [`Range::normalized_precise`] needs
    /// to come back to it. Steps are those of [`Range::plain`].
    pub fn plain_precise(&self, normalized: f32) -> f64 {
        let (min, max) = self.ends();
        let (min, max) = (f64::from(min), f64::from(max));
        let x = f64::from(if normalized > 0.0 {
            normalized.min(1.0)
        } else {
            0.0
        });
        match *self {
            Range::Linear { .. } => min * (1.0 - x) + max * x,
            Range::Exponential { octaves, .. } => (min * libm::exp2(octaves * x)).clamp(min, max),
            Range::Quartic { .. } => max * (x * x * (x * x)),
            Range::SignedSquare { .. } => {
                let way = 2.0 * x - 1.0;
                max * way * way.abs()
            }
            Range::Integer { .. } | Range::Switch | Range::Choice { .. } => {
                f64::from(self.plain(normalized))
            }
        }
    }

    /// The least and the greatest plain value.
    pub fn ends(&self) -> (f32, f32) {
        match *self {
            Range::Linear { min, max } | Range::Exponential { min, max, .. } => (min, max),
            Range::Quartic { max } => (0.0, max),
            Range::SignedSquare { max } => (-max, max),
            Range::Integer { min, max, .. } => (min as f32, max as f32),
            Range::Switch => (0.0, 1.0),
            Range::Choice { labels, .. } => (0.0, (labels.len() - 1) as f32),
        }
    }

    /// How many steps a stepped range has from 0 to 1, those to its free places included; `None`
    /// for a continuous one.
    pub fn steps(&self) -> Option<usize> {
        match *self {
            Range::Integer { places, .. } | Range::Choice { places, .. } => {
                Some(places as usize - 1)
            }
            Range::Switch => Some(1),
            _ => None,
        }
    }

    /// What the plain values of a switch or a choice are called, in order; `None` for a range of
    /// numbers.
    pub fn labels(&self) -> Option<&'static [&'static str]> {
        match *self {
            Range::Choice { labels, .. } => Some(labels),
            Range::Switch => Some(OFF_ON),
            _ => None,
        }
    }

    /// The normalised value of the greatest plain value: 1, or less where places are free behind it.
    pub fn top(&self) -> f32 {
        match self.steps() {
            Some(_) => self.normalized(self.ends().1),
            None => 1.0,
        }
    }
}

/// Which step of `places` is nearest to `x` of 0 to 1.
fn nearest_step(x: f32, places: u32) -> f32 {
    (x * (places - 1) as f32 + 0.5).floor()
}

/// log₂ of `ratio`, 2 to 65,536: for constants, since `libm`'s functions are no `const fn`.
///
/// Bit by bit: squaring a number doubles its logarithm. 60 bits behind the point are more than an
/// f64 has room for.
pub(crate) const fn log2_of_constant(ratio: f64) -> f64 {
    const FRACTION_BITS: u32 = 60;
    assert!(ratio >= 2.0 && ratio < 65_536.0);
    let bits = ratio.to_bits();
    let whole = (bits >> 52) - 1023;
    // From 1 to 2, the point behind the first of 64 bits.
    let mut fraction = (bits & ((1 << 52) - 1) | 1 << 52) << 11;
    let mut log2 = 0;
    let mut bit = 0;
    while bit < FRACTION_BITS {
        let square = fraction as u128 * fraction as u128;
        let is_two_or_more = square >> 127 == 1;
        fraction = (square >> (63 + is_two_or_more as u32)) as u64;
        log2 = log2 << 1 | is_two_or_more as u64;
        bit += 1;
    }
    (whole << FRACTION_BITS | log2) as f64 / (1_u64 << FRACTION_BITS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_exact() {
        let tune = Range::signed_square(1200.0);
        assert_eq!(
            (tune.plain(0.0), tune.plain(0.5), tune.plain(1.0)),
            (-1200.0, 0.0, 1200.0)
        );
        let pan = Range::linear(-1.0, 1.0);
        assert_eq!(
            (pan.plain(0.0), pan.plain(0.5), pan.plain(1.0)),
            (-1.0, 0.0, 1.0)
        );
        let cutoff = Range::exponential(20.0, 20_000.0);
        assert_eq!((cutoff.plain(0.0), cutoff.plain(1.0)), (20.0, 20_000.0));
        assert!((cutoff.plain(0.5) - 632.4555).abs() < 0.01);
    }

    #[test]
    fn hostile_numbers_stay_in_range() {
        let level = Range::linear(-72.0, 24.0);
        assert_eq!(level.plain(f32::NAN), -72.0);
        assert_eq!(level.plain(f32::INFINITY), 24.0);
        assert_eq!(level.plain(-3.0), -72.0);
        assert_eq!(level.normalized(f32::NAN), 0.0);
        assert_eq!(level.normalized(1e30), 1.0);
        let choice = Range::choice(16, &["A", "B"]);
        assert_eq!(choice.plain(f32::NAN), 0.0);
        assert_eq!(choice.plain(f32::INFINITY), 1.0);
        assert_eq!(choice.normalized(f32::NAN), 0.0);
        assert_eq!(choice.normalized(99.0), choice.normalized(1.0));
    }

    #[test]
    fn precise_values_come_back_to_the_bit() {
        let ranges = [
            Range::linear(-24.0, 12.0),
            Range::exponential(20.0, 20_000.0),
            Range::quartic(0.1),
            Range::signed_square(1200.0),
        ];
        for range in ranges {
            for step in 0..=100_000 {
                let x = step as f32 / 100_000.0;
                assert_eq!(
                    range.normalized_precise(range.plain_precise(x)),
                    x,
                    "{range:?}"
                );
            }
        }
    }

    #[test]
    fn every_integer_comes_back() {
        for range in [
            Range::integer(-48, 48),
            Range::count(1, 512, 1_024),
            Range::count(1, 2_048, 4_096),
        ] {
            let (min, max) = range.ends();
            for n in min as i32..=max as i32 {
                assert_eq!(range.plain(range.normalized(n as f32)), n as f32);
            }
            assert_eq!(range.plain(1.0), max);
            assert_eq!(range.plain(range.top()), max);
        }
    }

    #[test]
    fn more_labels_or_a_higher_count_move_no_value() {
        const LABELS: [&str; 64] = ["x"; 64];
        for places in [16, 32, 64] {
            let all = places as usize;
            let now = Range::choice(places, &LABELS[..5]);
            let later = Range::choice(places, &LABELS[..all]);
            assert_eq!(now.steps(), later.steps());
            for index in 0..5 {
                let normalized = now.normalized(index as f32);
                assert_eq!(normalized, later.normalized(index as f32));
                assert_eq!(now.plain(normalized), index as f32);
                assert_eq!(later.plain(normalized), index as f32);
            }
            // What a later version has recorded is the nearest that this one has.
            for index in 5..all {
                assert_eq!(now.plain(later.normalized(index as f32)), 4.0);
            }
            assert!(now.top() < later.top() && later.top() == 1.0);
        }
        let now = Range::count(1, 512, 1_024);
        let later = Range::count(1, 1_024, 1_024);
        assert_eq!(now.steps(), later.steps());
        for n in 1..=512 {
            assert_eq!(now.normalized(n as f32), later.normalized(n as f32));
        }
    }

    #[test]
    fn constants_logarithms_are_libms_to_the_bit() {
        for (min, max) in [
            (20.0_f32, 20_000.0_f32),
            (0.01, 50.0),
            (1.0, 2.0),
            (50.0, 8_000.0),
            (0.1, 20.0),
            (1.0, 65_535.0),
            (3.0, 10.0),
        ] {
            let ratio = f64::from(max) / f64::from(min);
            assert_eq!(log2_of_constant(ratio), libm::log2(ratio), "{max}/{min}");
        }
    }
}
