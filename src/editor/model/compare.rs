//! Two sounds to compare, A and B: one sounds, the other waits.

use std::sync::Arc;

use crate::params::LoadedPreset;
use crate::scale::TuningSet;
use crate::state::{MacroNames, NamedBank};
use crate::synth::Patch;

/// One of the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The side that sounds at first.
    #[default]
    A,
    /// The second side.
    B,
}

impl Side {
    /// B for A, and A for B.
    pub fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }

    /// The letter on its button.
    pub fn letter(self) -> &'static str {
        match self {
            Side::A => "A",
            Side::B => "B",
        }
    }
}

/// A sound and what it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// The values.
    pub patch: Arc<Patch>,
    /// The names of its macros.
    pub macro_names: MacroNames,
    /// The scale that it is played in.
    pub scale: Option<Arc<TuningSet>>,
    /// The recordings that it plays.
    pub recording: Option<NamedBank>,
    /// The preset that it was made from.
    pub preset: Option<LoadedPreset>,
}

/// Which side sounds, and what waits on the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compare {
    /// The side that sounds.
    pub side: Side,
    /// What waits; `None` until something has been put there: then both are the same.
    pub waiting: Option<Sound>,
}
