//! One value for each partial of a voice.

use std::fmt;
use std::ops::Deref;

use crate::dsp::prefetch::prefetch;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::versioned::CopyFrom;

/// Arrays are worked on in multiples of so many partials, a vector of the widest level.
pub const GROUP: usize = 16;

/// As many partials as the groups have that hold `partials`.
pub fn whole_groups(partials: usize) -> usize {
    partials.next_multiple_of(GROUP)
}

/// One value for each partial, allocated once for all that a voice may have.
///
/// It gives those elements that have been written since [`PartialArray::clear`], and a copy takes
/// over those alone, if any of them has changed (see [`Versioned`](crate::synth::versioned)).
pub struct PartialArray<T = f32> {
    values: Box<[T]>,
    written: usize,
    version: u64,
}

impl<T: Copy + Default> PartialArray<T> {
    /// Allocates an empty one.
    pub fn allocate() -> PartialArray<T> {
        PartialArray {
            values: vec![T::default(); MAX_PARTIALS].into(),
            written: 0,
            version: 0,
        }
    }

    /// Nothing is written any more.
    pub fn clear(&mut self) {
        self.written = 0;
        self.version += 1;
    }

    /// The first `count` elements, to be written; those that have not been written since
    /// [`PartialArray::clear`] hold anything.
    pub fn write(&mut self, count: usize) -> &mut [T] {
        self.version += 1;
        self.scratch(count)
    }

    /// As [`PartialArray::write`], but copies do not learn of it until
    /// [`PartialArray::publish`]: for values that are read only before the next copy, or that every
    /// copy works out for itself.
    pub fn scratch(&mut self, count: usize) -> &mut [T] {
        self.written = self.written.max(count);
        &mut self.values[..count]
    }

    /// Lets copies take over what was written to [`PartialArray::scratch`].
    pub fn publish(&mut self) {
        self.version += 1;
    }

    /// Whether both hold the same, if one is the other's copy.
    pub fn is_copy_of(&self, other: &PartialArray<T>) -> bool {
        self.version == other.version
    }

    /// Hints that those of the first `count` elements that are written will be read soon.
    pub fn prefetch(&self, count: usize) {
        prefetch(&self[..count.min(self.written)]);
    }

    /// Exchanges the contents of two arrays.
    pub fn swap(&mut self, other: &mut PartialArray<T>) {
        std::mem::swap(&mut self.values, &mut other.values);
        std::mem::swap(&mut self.written, &mut other.written);
        self.version += 1;
        other.version += 1;
    }
}

impl<T> Deref for PartialArray<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[..self.written]
    }
}

impl<T: Copy> CopyFrom for PartialArray<T> {
    fn copy_from(&mut self, other: &PartialArray<T>) {
        if self.version != other.version {
            self.version = other.version;
            self.written = other.written;
            self.values[..other.written].copy_from_slice(other);
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

    #[test]
    fn exchanged_arrays_count_as_written() {
        let (mut first, mut second) = (PartialArray::allocate(), PartialArray::allocate());
        let mut copy = PartialArray::allocate();
        first.write(2).fill(1.0);
        copy.copy_from(&first);
        first.swap(&mut second);
        assert_eq!((first.len(), second.len()), (0, 2));
        copy.copy_from(&first);
        assert_eq!(copy.len(), 0);
    }
}
