//! Parameters of the playback of recordings that have no effect.

use crate::recordings::is_recording_body;
use crate::synth::Values;
use crate::synth::parameter::SpectrumParams;

/// Why the parameters of the playback have no effect, whichever recordings are loaded.
pub fn reason(values: &Values) -> Option<&'static str> {
    let plays = |spectrum: &SpectrumParams| is_recording_body(values.get(spectrum.body));
    let is_played = SpectrumParams::ALL.iter().any(plays);
    (!is_played).then_some("No spectrum has the body Recording.")
}
