//! The body Recording: its ratios and levels come from a recording, segment by segment.

use super::colours::SILENT;
use super::drawn::place;
use super::source::morph;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{BODY_LABELS, MAX_PARTIALS, Param, SpectrumParams};
use crate::synth::recordings::RecordedFrame;

/// The index of the body that is a recording.
pub const BODY: usize = place(&BODY_LABELS, b"Recording");

/// Whether any spectrum of a voice is a recording.
pub fn is_played(values: &VoiceValues) -> bool {
    !values.is_plain && SpectrumParams::ALL.iter().any(|params| is_recorded(params.body, values))
}

/// Part of a voice's ratios that is the recording's, 0 to 1.
pub fn weight(values: &VoiceValues) -> f32 {
    let weights = morph::weights(values.get(Param::MORPH_X), values.get(Param::MORPH_Y));
    let spectra = SpectrumParams::ALL.iter().zip(weights);
    let recorded = spectra.filter(|(params, _)| is_recorded(params.body, values));
    recorded.map(|(_, weight)| weight).sum()
}

/// log₂ of the gains of a recording; silence where there is none to play.
pub(super) fn levels(recorded: Option<&RecordedFrame>) -> &[f32] {
    static SILENCE: [f32; MAX_PARTIALS] = [SILENT; MAX_PARTIALS];
    recorded.map_or(&SILENCE[..], |frame| &frame.log2_gain[..])
}

/// Puts partials to where the recording has them.
pub(super) fn set_pans(recorded: &RecordedFrame, pan: &mut [f32]) {
    let count = recorded.count().min(pan.len());
    pan[..count].copy_from_slice(&recorded.pan[..count]);
}

fn is_recorded(body: Param, values: &VoiceValues) -> bool {
    values.index(body) == BODY
}
