//! The partials of a voice: one value of each kind for every partial.

mod array;
mod overrides;

pub use array::{GROUP, PartialArray, whole_groups};
pub use overrides::{OverrideVersions, PartialOverrides};
