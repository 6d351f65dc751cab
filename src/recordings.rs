//! Banks of recordings as files: the folder that sounds find them in, and how sound files become banks.
//!
//! ```text
//! DATA/aliquot/banks/**/*.aliquot   banks, see `tracks::bank_file`
//! ```
//!
//! The files belong to the user: none is changed, and a new one never takes another's place. Everything here reads
//! files or takes long: it is not for the audio thread.

#[cfg(feature = "plugin")]
pub mod audition;
#[cfg(feature = "plugin")]
pub mod ending;
#[cfg(any(feature = "plugin", feature = "render"))]
mod folder;
#[cfg(feature = "editor")]
pub mod import;
#[cfg(feature = "editor")]
pub mod job;
pub mod notes;
pub mod partials_file;
pub mod second;

use crate::synth::Param;

#[cfg(any(feature = "plugin", feature = "render"))]
pub use folder::{BankFile, BankFolder, MissingBank};

/// The names of the bodies that are recordings begin with this: one for each part of a bank.
const BODY: &str = "Recording";

/// The second of them.
const SECOND_BODY: &str = "Recording 2";

/// The plain value of the parameters Body A to Body D of a spectrum that plays the first part of the loaded bank.
pub fn recording_body() -> f32 {
    plain_of_body(BODY)
}

/// The plain value of the parameters Body A to Body D of a spectrum that plays the second part of the loaded bank.
pub fn second_recording_body() -> f32 {
    plain_of_body(SECOND_BODY)
}

fn plain_of_body(label: &str) -> f32 {
    let body = Param::BODY_A.row().plain_of_label(label);
    // A test sees that there is one.
    body.unwrap_or_default()
}

/// Whether a spectrum with this plain value of its body plays a part of the loaded bank.
pub fn is_recording_body(plain: f32) -> bool {
    let labels = Param::BODY_A.range().labels().unwrap_or_default();
    let label = labels.get(plain as usize);
    label.is_some_and(|label| label.starts_with(BODY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::parameter::BODY_LABELS;

    #[test]
    fn recorded_bodies_are_known_by_their_names() {
        assert!(recording_body() > 0.0 && second_recording_body() > recording_body());
        for (index, label) in BODY_LABELS.iter().enumerate() {
            let is_recording = ["Recording", "Recording 2"].contains(label);
            assert_eq!(is_recording_body(index as f32), is_recording, "{label}");
        }
        assert!(!is_recording_body(f32::from(u8::MAX)));
    }
}
