//! Memory that is resident from the start.
//!
//! The system gives an allocation its memory page by page, when each is first written to. That takes
//! the writing thread into the kernel, where the audio thread must not go. So all of it is written to
//! when it is allocated, with a value that the compiler does not know: of zeros it would ask the
//! system, and write nothing.

use std::hint::black_box;

use super::aligned::Aligned;

/// An array that holds `value` everywhere.
pub fn array<T: Copy, const N: usize>(value: T) -> Box<Aligned<T, N>> {
    Box::new(Aligned::filled(black_box(value)))
}

/// `count` times `value`.
pub fn slice<T: Clone>(count: usize, value: T) -> Box<[T]> {
    let mut vec = Vec::with_capacity(count);
    // `vec!` looks whether the value is zero when it runs.
    vec.resize(count, black_box(value));
    vec.into()
}

/// An empty vector with room for `capacity` elements. `element` is any.
pub fn vec_with_room<T: Clone>(capacity: usize, element: T) -> Vec<T> {
    let mut vec = Vec::with_capacity(capacity);
    vec.resize(capacity, black_box(element));
    vec.clear();
    vec
}
