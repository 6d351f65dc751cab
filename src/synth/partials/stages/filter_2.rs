//! The second filter, behind the first: see [`filter`](super::filter).

/// The second filter of a voice.
pub type Stage = super::filter::FilterStage<2>;
