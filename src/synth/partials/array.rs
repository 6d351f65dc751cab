//! One value for each partial of a voice.

use std::fmt;
use std::ops::Deref;

use crate::dsp::aligned::Aligned;
use crate::dsp::prefetch::prefetch;
use crate::dsp::resident;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::versioned::CopyFrom;

/// Arrays are worked on in multiples of this many partials: a vector of the widest level.
pub const GROUP: usize = 16;

/// As many partials as the groups have that hold `partials`.
pub fn whole_groups(partials: usize) -> usize {
    partials.next_multiple_of(GROUP)
}

/// The lowest and the highest of these numbers, none of which is negative. Their bits are ordered as they
/// are, and the least and the largest of whole numbers are found by vectors.
#[inline(always)]
pub fn lowest_and_highest(values: &[f32]) -> (f32, f32) {
    let bits = values.iter().map(|value| value.to_bits());
    let (lowest, highest) = bits.fold((u32::MAX, 0), |(lowest, highest), bits| {
        (lowest.min(bits), highest.max(bits))
    });
    (f32::from_bits(lowest), f32::from_bits(highest))
}

/// One value for each partial, allocated once for all that a voice may have.
///
/// It gives those elements that have been written since [`PartialArray::clear`], and a copy takes
/// over those alone, if any of them has changed (see [`Versioned`](crate::synth::versioned)).
///
/// The header is small, since a voice has many of them, and hundreds of voices do not fit into the
/// near caches.
pub struct PartialArray<T = f32> {
    values: Box<Aligned<T, MAX_PARTIALS>>,
    /// How many elements are written, and, from [`VERSION`] on, how often they were.
    state: u64,
}

/// The version's lowest bit in [`PartialArray::state`]. The version has room for more writes than there
/// are blocks in ten thousand years.
const VERSION: u64 = 1 << 16;

const _: () = assert!((MAX_PARTIALS as u64) < VERSION);

impl<T> PartialArray<T> {
    /// Whether both hold the same, if one is the other's copy.
    pub fn is_copy_of(&self, other: &PartialArray<T>) -> bool {
        self.state / VERSION == other.state / VERSION
    }

    fn written(&self) -> usize {
        (self.state % VERSION) as usize
    }

    fn set_written(&mut self, count: usize) {
        self.state = self.state / VERSION * VERSION + count as u64;
    }
}

impl<T: Copy + Default> PartialArray<T> {
    /// Allocates an empty one.
    pub fn allocate() -> PartialArray<T> {
        PartialArray {
            values: resident::array(T::default()),
            state: 0,
        }
    }

    /// Nothing is written any more.
    pub fn clear(&mut self) {
        self.set_written(0);
        self.publish();
    }

    /// The first `count` elements, to be written; those that have not been written since
    /// [`PartialArray::clear`] hold anything.
    pub fn write(&mut self, count: usize) -> &mut [T] {
        self.publish();
        self.scratch(count)
    }

    /// As [`PartialArray::write`], but copies do not learn of it until
    /// [`PartialArray::publish`]: for values that are read only before the next copy, or that every
    /// copy works out for itself.
    pub fn scratch(&mut self, count: usize) -> &mut [T] {
        self.set_written(self.written().max(count));
        &mut self.values[..count]
    }

    /// Lets copies take over what was written to [`PartialArray::scratch`].
    pub fn publish(&mut self) {
        self.state += VERSION;
    }

    /// Hints that those of the first `count` elements that are written will be read soon.
    pub fn prefetch(&self, count: usize) {
        prefetch(&self[..count.min(self.len())]);
    }
}

impl<T> Deref for PartialArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[..self.written()]
    }
}

impl<T: Copy> CopyFrom for PartialArray<T> {
    fn copy_from(&mut self, other: &PartialArray<T>) {
        if !self.is_copy_of(other) {
            self.state = other.state;
            self.values[..other.len()].copy_from_slice(other);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for PartialArray<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_take_over_what_is_written_and_no_more() {
        let (mut original, mut copy) = (PartialArray::allocate(), PartialArray::allocate());
        original.write(3).copy_from_slice(&[1, 2, 3]);
        copy.copy_from(&original);
        assert_eq!(*copy, [1, 2, 3]);
        original.scratch(3)[0] = 9;
        copy.copy_from(&original);
        assert_eq!(*copy, [1, 2, 3]);
        original.publish();
        copy.copy_from(&original);
        assert_eq!(*copy, [9, 2, 3]);
        original.clear();
        original.write(1)[0] = 4;
        copy.copy_from(&original);
        assert_eq!(*copy, [4]);
        assert_eq!(copy.values[..3], [4, 2, 3]);
    }
}
