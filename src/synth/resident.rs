//! Memory that is resident from the start.
//!
//! The system gives an allocation its memory page by page, when each is first written to. That takes
//! the writing thread into the kernel, where the audio thread must not go.

/// An empty vector with room for `capacity` elements, all of it written to once. `element` is any.
pub fn vec_with_room<T: Clone>(capacity: usize, element: T) -> Vec<T> {
    let mut vec = Vec::with_capacity(capacity);
    vec.resize(capacity, element);
    vec.clear();
    vec
}
