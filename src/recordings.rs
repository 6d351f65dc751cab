//! Banks of recordings as files: the folder that sounds find them in, and how sound files become banks.
//!
//! ```text
//! DATA/aliquot/banks/**/*.aliquot   banks, see `tracks::bank_file`
//! ```
//!
//! The files belong to the user: none is changed, and a new one never takes another's place. Everything here reads files
//! or works for long: never on the audio thread.

#[cfg(any(feature = "plugin", feature = "render"))]
mod folder;
#[cfg(feature = "editor")]
pub mod import;
pub mod notes;

use crate::synth::Param;

#[cfg(any(feature = "plugin", feature = "render"))]
pub use folder::{BankFile, BankFolder, MissingBank};

/// The plain value of the parameters Body A to Body D of a spectrum that plays the loaded recordings.
pub fn recording_body() -> f32 {
    let body = Param::BODY_A.row().plain_of_label("Recording");
    // A test sees that there is one.
    body.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_is_a_body_of_that_name() {
        assert!(super::recording_body() > 0.0);
    }
}
