//! Copies of what voices hold, for threads that render them.
//!
//! A voice and its copy exchange places again and again: a copy is brought up to date, rendered by
//! another thread, and becomes the voice, whose memory then serves as the next copy. Between two
//! copies little changes, so every array carries a version, and only arrays whose version differs
//! are copied.
//!
//! Equal versions mean equal values because a copy's history is a part of the original's: both
//! start from the same value, a copy is never written unless it was up to date, and rendering is
//! deterministic, so that the n-th write is the same wherever it happens.

use std::hint::black_box;
use std::ops::Deref;

/// Brings a copy up to date.
pub trait CopyFrom {
    /// Becomes as `other`. Neither allocates nor frees.
    fn copy_from(&mut self, other: &Self);
}

/// Small state is copied by assignment.
impl<T: Copy> CopyFrom for T {
    fn copy_from(&mut self, other: &T) {
        *self = *other;
    }
}

/// Implements [`CopyFrom`] for a struct, field by field. A field that is left out of the list does
/// not compile, so that none can be forgotten.
macro_rules! copy_fields {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::synth::versioned::CopyFrom for $type {
            fn copy_from(&mut self, other: &$type) {
                let $type { $($field),* } = other;
                $($crate::synth::versioned::CopyFrom::copy_from(&mut self.$field, $field);)*
            }
        }
    };
}
pub(crate) use copy_fields;

/// A value on the heap that is copied only if it has changed since the last copy.
#[derive(Debug)]
pub struct Versioned<T> {
    value: Box<T>,
    version: u64,
}

impl<T> Versioned<T> {
    /// The value, to be changed: copies take it over.
    pub fn write(&mut self) -> &mut T {
        self.version += 1;
        &mut self.value
    }
}

impl<T> From<T> for Versioned<T> {
    fn from(value: T) -> Versioned<T> {
        Versioned {
            // Memory that is resident from the start (`dsp::resident`).
            value: Box::new(black_box(value)),
            version: 0,
        }
    }
}

impl<T: Default> Default for Versioned<T> {
    fn default() -> Versioned<T> {
        Versioned::from(T::default())
    }
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Copy> CopyFrom for Versioned<T> {
    fn copy_from(&mut self, other: &Versioned<T>) {
        if self.version != other.version {
            self.version = other.version;
            *self.value = *other.value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Pair {
        number: u32,
        array: Versioned<[u32; 4]>,
    }

    copy_fields!(Pair { number, array });

    #[test]
    fn a_copy_takes_over_what_was_written() {
        let (mut original, mut copy) = (Pair::default(), Pair::default());
        original.number = 3;
        original.array.write()[2] = 7;
        copy.copy_from(&original);
        assert_eq!((copy.number, *copy.array), (3, [0, 0, 7, 0]));
        original.array.write()[0] = 1;
        copy.copy_from(&original);
        assert_eq!(*copy.array, [1, 0, 7, 0]);
    }

    #[test]
    fn what_was_not_written_is_not_copied() {
        let (mut original, mut copy) = (Pair::default(), Pair::default());
        original.array.write()[2] = 7;
        copy.copy_from(&original);
        // Without a write of its own this would be a fault; here it shows that nothing is copied.
        copy.array.value[1] = 9;
        copy.copy_from(&original);
        assert_eq!(*copy.array, [0, 9, 7, 0]);
    }

    /// As threads do: the copy is rendered, and becomes the original.
    #[test]
    fn copies_that_change_places_stay_equal() {
        let (mut original, mut copy) = (Pair::default(), Pair::default());
        for turn in 0..10 {
            copy.copy_from(&original);
            if turn % 3 == 0 {
                copy.array.write()[turn % 4] += 1;
            }
            if turn % 4 == 1 {
                // Late: the original did the same, and stays.
                if turn % 3 == 0 {
                    original.array.write()[turn % 4] += 1;
                }
            } else {
                std::mem::swap(&mut original, &mut copy);
            }
        }
        copy.copy_from(&original);
        assert_eq!(*copy.array, *original.array);
        assert_eq!(original.array.iter().sum::<u32>(), 4);
    }
}
