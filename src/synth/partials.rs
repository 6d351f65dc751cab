//! The partials of a voice: one value of each kind for every partial.

mod array;

pub use array::{GROUP, PartialArray, whole_groups};
