//! The bodies Recording and Recording 2: their ratios and levels come from the parts of a bank, segment by segment.

use super::colours::SILENT;
use super::drawn::place;
use super::source::morph;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{BODY_LABELS, MAX_PARTIALS, Param, SpectrumParams};
use crate::synth::recordings::{PARTS, RecordedFrame};

/// The indices of the bodies that are recordings, one for each part of a bank.
pub const BODIES: [usize; PARTS] = [
    place(&BODY_LABELS, b"Recording"),
    place(&BODY_LABELS, b"Recording 2"),
];

/// What the parts of a bank are at a segment's end; `None` where no spectrum plays one.
pub type RecordedParts<'a> = [Option<&'a RecordedFrame>; PARTS];

/// The part of a bank that a body is.
pub fn part_of(body: usize) -> Option<usize> {
    BODIES.iter().position(|&recorded| recorded == body)
}

/// Whether any spectrum of a voice is a recording.
pub fn is_played(values: &VoiceValues) -> bool {
    !values.is_plain
        && SpectrumParams::ALL
            .iter()
            .any(|params| part_of(values.index(params.body)).is_some())
}

/// How much of a voice's spectrum the recordings are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordedShare {
    /// Weight of each part of the bank, 0 to 1.
    pub weights: [f32; PARTS],
    /// The parts that any spectrum is, whatever its weight.
    pub are_played: [bool; PARTS],
    /// Whether nothing is computed.
    pub is_all: bool,
    /// The part that is all there is.
    pub only: Option<usize>,
}

impl RecordedShare {
    /// Reads the shares from the values.
    pub fn read(values: &VoiceValues) -> RecordedShare {
        let weights = morph::weights(values.get(Param::MORPH_X), values.get(Param::MORPH_Y));
        let mut share = RecordedShare {
            weights: [0.0; PARTS],
            are_played: [false; PARTS],
            is_all: true,
            only: None,
        };
        for (params, weight) in SpectrumParams::ALL.iter().zip(weights) {
            match part_of(values.index(params.body)) {
                Some(part) => {
                    share.weights[part] += weight;
                    share.are_played[part] = true;
                }
                None => share.is_all &= weight == 0.0,
            }
        }
        let mut sounding = (0..PARTS).filter(|part| share.weights[*part] > 0.0);
        share.only = sounding
            .next()
            .filter(|_| share.is_all && sounding.next().is_none());
        share
    }
}

/// log₂ of the gains of a recording; silence if there is none to play.
pub(super) fn levels(frame: Option<&RecordedFrame>) -> &[f32] {
    static SILENCE: [f32; MAX_PARTIALS] = [SILENT; MAX_PARTIALS];
    frame.map_or(&SILENCE[..], |frame| &frame.log2_gain[..])
}

/// Puts partials to where the recording has them.
pub(super) fn set_pans(frame: &RecordedFrame, pan: &mut [f32]) {
    let count = frame.count().min(pan.len());
    pan[..count].copy_from_slice(&frame.pan[..count]);
}
