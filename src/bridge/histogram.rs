//! How often which value came: counts in bins whose width is a constant part of the value.
//!
//! A bin is the exponent and the first bits of the mantissa of an `f32`, so that finding it takes
//! no logarithm: each octave is cut into bins of equal width.

/// Bits of the mantissa that tell bins apart.
const BITS: u32 = 5;
const SHIFT: u32 = f32::MANTISSA_DIGITS - 1 - BITS;
/// 2⁻¹³. What is smaller counts as this.
const LOWEST: f32 = 1.0 / 8_192.0;
const LOWEST_BIN: u32 = LOWEST.to_bits() >> SHIFT;
/// To 128, which what is greater counts as.
const OCTAVES: usize = 20;
const BINS: usize = OCTAVES << BITS;

/// A percentile is at most this far from the true one, in parts of it, where that lies between
/// 2⁻¹³ and 128: half a bin at an octave's begin, where bins are widest beside their values.
pub const RELATIVE_ERROR: f32 = 0.5 / (1 << BITS) as f32;

/// The counts.
#[derive(Clone, Debug)]
pub struct Histogram {
    bins: [u32; BINS],
    count: u64,
}

impl Histogram {
    /// A histogram without values.
    pub const EMPTY: Histogram = Histogram {
        bins: [0; BINS],
        count: 0,
    };

    /// Counts a value, which is not negative.
    pub fn add(&mut self, value: f32) {
        let bin = (value.max(LOWEST).to_bits() >> SHIFT) - LOWEST_BIN;
        let count = &mut self.bins[(bin as usize).min(BINS - 1)];
        *count = count.saturating_add(1);
        self.count += 1;
    }

    /// Takes away what the other one, whose values were all added here too, has counted.
    pub fn remove(&mut self, other: &Histogram) {
        for (bin, other) in self.bins.iter_mut().zip(&other.bins) {
            *bin = bin.saturating_sub(*other);
        }
        self.count = self.count.saturating_sub(other.count);
    }

    /// The least values that these parts of all, in rising order, do not exceed (by nearest rank);
    /// 0 where nothing was counted.
    pub fn percentiles<const N: usize>(&self, parts: [f64; N]) -> [f32; N] {
        let mut found = [0.0; N];
        if self.count == 0 {
            return found;
        }
        let (mut bin, mut counted) = (0, u64::from(self.bins[0]));
        for (found, part) in found.iter_mut().zip(parts) {
            let rank = (part * self.count as f64).ceil().max(1.0) as u64;
            while counted < rank && bin < BINS - 1 {
                bin += 1;
                counted += u64::from(self.bins[bin]);
            }
            *found = middle(bin);
        }
        found
    }
}

fn middle(bin: usize) -> f32 {
    f32::from_bits(((LOWEST_BIN + bin as u32) << SHIFT) + (1 << (SHIFT - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_near_its_bins_middle() {
        for step in 0..100_000 {
            let value = LOWEST * (20.0 * std::f32::consts::LN_2 * step as f32 / 1e5).exp();
            let mut histogram = Histogram::EMPTY;
            histogram.add(value);
            let [found] = histogram.percentiles([0.5]);
            // The middle is exact to the bit; half a bin is all there may be.
            let error = (found - value).abs() / value;
            assert!(error <= RELATIVE_ERROR, "{value}: {found}");
        }
    }

    #[test]
    fn what_lies_outside_counts_as_the_nearest() {
        for (value, low, high) in [
            (0.0, LOWEST, 1.04 * LOWEST),
            (1e-9, LOWEST, 1.04 * LOWEST),
            (129.0, 126.0, 128.0),
            (1e30, 126.0, 128.0),
            (f32::INFINITY, 126.0, 128.0),
        ] {
            let mut histogram = Histogram::EMPTY;
            histogram.add(value);
            let [found] = histogram.percentiles([1.0]);
            assert!((low..=high).contains(&found), "{value}: {found}");
        }
    }

    #[test]
    fn ranks_are_the_nearest() {
        let mut histogram = Histogram::EMPTY;
        assert_eq!(histogram.percentiles([0.0, 1.0]), [0.0, 0.0]);
        for value in [0.25, 0.5, 1.0, 2.0] {
            histogram.add(value);
        }
        let near = |found: f32, value: f32| (found - value).abs() <= RELATIVE_ERROR * value;
        let found = histogram.percentiles([0.0, 0.25, 0.26, 0.5, 0.75, 0.76, 1.0]);
        for (found, value) in found.into_iter().zip([0.25, 0.25, 0.5, 0.5, 1.0, 2.0, 2.0]) {
            assert!(near(found, value), "{found} for {value}");
        }
    }

    #[test]
    fn what_is_removed_was_never_there() {
        let (mut all, mut part) = (Histogram::EMPTY, Histogram::EMPTY);
        for value in [0.1, 0.2, 0.3] {
            all.add(value);
        }
        for value in [5.0, 0.2] {
            all.add(value);
            part.add(value);
        }
        all.remove(&part);
        assert_eq!(all.count, 3);
        let [least, greatest] = all.percentiles([0.0, 1.0]);
        assert!((0.09..0.11).contains(&least) && (0.29..0.31).contains(&greatest));
        all.remove(&all.clone());
        assert_eq!(all.percentiles([1.0]), [0.0]);
    }
}
