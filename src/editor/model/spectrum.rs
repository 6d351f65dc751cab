//! The spectrum as it is edited: which partials, which of their parameters, by which operations.

pub mod analyser;
pub mod axis;
pub mod import;
pub mod layer;
pub mod note_names;
pub mod operation;
pub mod pitch;
pub mod reference;
pub mod rest;
pub mod selection;
pub mod view_state;
