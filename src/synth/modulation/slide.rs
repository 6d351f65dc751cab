//! Slide: CC 74 of the channel and the note's own brightness, as one source.

use super::Moment;
use crate::synth::parameter::Param;
use crate::synth::patch::Values;

/// Where slide counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlideMode {
    /// Its middle, −1 to 1; in MPE, where it was at the onset, since some keyboards rest at an end.
    Bipolar,
    /// Its lower end, 0 to 1, wherever it was at the onset.
    Unipolar,
}

impl SlideMode {
    /// The mode at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> SlideMode {
        match index {
            0 => SlideMode::Bipolar,
            _ => SlideMode::Unipolar,
        }
    }

    /// The mode of the patch.
    pub fn read(values: &Values) -> SlideMode {
        SlideMode::from_index(values.index(Param::SLIDE_MODE))
    }
}

/// The value at a moment. Channel and note add up, as far as each is from its middle.
pub fn slide(now: &Moment) -> f32 {
    let own = now.note.expression.brightness;
    match now.shared.slide_mode {
        SlideMode::Bipolar => {
            let neutral = if now.tick.controls.zones().contains(now.note.channel) {
                now.note.brightness_at_onset
            } else {
                0.5
            };
            let offset = now.channel.brightness - neutral + own - 0.5;
            (2.0 * offset).clamp(-1.0, 1.0)
        }
        SlideMode::Unipolar => (now.channel.brightness + own - 0.5).clamp(0.0, 1.0),
    }
}
