//! How a normalised value (0 to 1) maps to a plain one (in its unit) and back.
//!
//! The maps use only operations that IEEE 754 defines to the bit, and `libm`'s Rust code, so a
//! saved normalised value means the same plain value on every machine.

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
    /// Equal ratios for equal steps; both ends positive.
    Exponential {
        /// Plain value at 0.
        min: f32,
        /// Plain value at 1.
        max: f32,
    },
    /// `max·x⁴`: exact zero, and fine steps near it; for times and rates.
    Quartic {
        /// Plain value at 1.
        max: f32,
    },
    /// `−max` to `max`, fine around zero: the sign times the square of the way from the middle.
    SignedSquare {
        /// Plain value at 1.
        max: f32,
    },
    /// Whole numbers, both ends included.
    Integer {
        /// Plain value at 0.
        min: i32,
        /// Plain value at 1.
        max: i32,
    },
    /// One of these labels; the plain value is its index.
    Choice(&'static [&'static str]),
}

impl Range {
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
            Range::Exponential { min, max } => {
                let octaves = libm::log2(f64::from(max) / f64::from(min));
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
            Range::Integer { min, max } => min as f32 + (x * (max - min) as f32 + 0.5).floor(),
            Range::Choice(labels) => (x * (labels.len() - 1) as f32 + 0.5).floor(),
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
            Range::Linear { .. } | Range::Integer { .. } | Range::Choice(_) => {
                if max > min {
                    ((plain - min) / (max - min)) as f32
                } else {
                    0.0
                }
            }
            Range::Exponential { .. } => (libm::log2(plain / min) / libm::log2(max / min)) as f32,
            Range::Quartic { .. } => (plain / max).sqrt().sqrt() as f32,
            Range::SignedSquare { .. } => {
                let way = (plain.abs() / max).sqrt();
                (0.5 + 0.5 * if plain < 0.0 { -way } else { way }) as f32
            }
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
            Range::Exponential { .. } => {
                (min * libm::exp2(libm::log2(max / min) * x)).clamp(min, max)
            }
            Range::Quartic { .. } => max * (x * x * (x * x)),
            Range::SignedSquare { .. } => {
                let way = 2.0 * x - 1.0;
                max * way * way.abs()
            }
            Range::Integer { .. } | Range::Choice(_) => f64::from(self.plain(normalized)),
        }
    }

    /// The least and the greatest plain value.
    pub fn ends(&self) -> (f32, f32) {
        match *self {
            Range::Linear { min, max } | Range::Exponential { min, max } => (min, max),
            Range::Quartic { max } => (0.0, max),
            Range::SignedSquare { max } => (-max, max),
            Range::Integer { min, max } => (min as f32, max as f32),
            Range::Choice(labels) => (0.0, (labels.len() - 1) as f32),
        }
    }

    /// How many steps lie between the ends of a stepped range; `None` for a continuous one.
    pub fn steps(&self) -> Option<usize> {
        match *self {
            Range::Integer { min, max } => Some((max - min) as usize),
            Range::Choice(labels) => Some(labels.len() - 1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_exact() {
        let tune = Range::SignedSquare { max: 1200.0 };
        assert_eq!(
            (tune.plain(0.0), tune.plain(0.5), tune.plain(1.0)),
            (-1200.0, 0.0, 1200.0)
        );
        let pan = Range::Linear {
            min: -1.0,
            max: 1.0,
        };
        assert_eq!(
            (pan.plain(0.0), pan.plain(0.5), pan.plain(1.0)),
            (-1.0, 0.0, 1.0)
        );
        let cutoff = Range::Exponential {
            min: 20.0,
            max: 20_000.0,
        };
        assert_eq!((cutoff.plain(0.0), cutoff.plain(1.0)), (20.0, 20_000.0));
        assert!((cutoff.plain(0.5) - 632.4555).abs() < 0.01);
    }

    #[test]
    fn hostile_numbers_stay_in_range() {
        let level = Range::Linear {
            min: -72.0,
            max: 24.0,
        };
        assert_eq!(level.plain(f32::NAN), -72.0);
        assert_eq!(level.plain(f32::INFINITY), 24.0);
        assert_eq!(level.plain(-3.0), -72.0);
        assert_eq!(level.normalized(f32::NAN), 0.0);
        assert_eq!(level.normalized(1e30), 1.0);
    }

    #[test]
    fn precise_values_come_back_to_the_bit() {
        let ranges = [
            Range::Linear {
                min: -24.0,
                max: 12.0,
            },
            Range::Exponential {
                min: 20.0,
                max: 20_000.0,
            },
            Range::Quartic { max: 0.1 },
            Range::SignedSquare { max: 1200.0 },
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
        let partials = Range::Integer { min: 1, max: 512 };
        for n in 1..=512 {
            assert_eq!(partials.plain(partials.normalized(n as f32)), n as f32);
        }
    }
}
