//! Arrays that begin with a cache line.

use std::ops::{Deref, DerefMut};

/// An array that begins with a cache line. Anywhere else, a vector as wide as a line would take two lines at each
/// access, and half of those of half the width would.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Aligned<T, const N: usize>([T; N]);

impl<T: Copy, const N: usize> Aligned<T, N> {
    /// One that holds `value` everywhere.
    #[inline(always)]
    pub const fn filled(value: T) -> Aligned<T, N> {
        Aligned([value; N])
    }
}

impl<T, const N: usize> Deref for Aligned<T, N> {
    type Target = [T; N];

    #[inline(always)]
    fn deref(&self) -> &[T; N] {
        &self.0
    }
}

impl<T, const N: usize> DerefMut for Aligned<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T; N] {
        &mut self.0
    }
}
