//! How the spectrum is looked at.

use super::axis::{Axis, Measure};
use super::layer::Layer;

/// How the spectrum is looked at: what a window that opens again finds as it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectrumViewState {
    /// Which parameter the bars show.
    pub layer: Layer,
    /// The spectrum whose drawing was shown last, 0 (A) to 3 (D).
    pub spectrum: usize,
    /// Whether bars of levels show what is heard, instead of what is added to the source's levels.
    pub heard_levels: bool,
    /// What is measured along the view, and which part of it is seen.
    pub axis: Axis,
    /// What is shown beside the bars.
    pub switches: Switches,
}

impl Default for SpectrumViewState {
    /// By number, levels, with voices, sum and peaks.
    fn default() -> SpectrumViewState {
        SpectrumViewState {
            layer: Layer::Level,
            spectrum: 0,
            heard_levels: false,
            axis: Axis::new(Measure::Number),
            switches: Switches {
                voices: true,
                sum: true,
                peaks: true,
                trail: false,
                output: false,
            },
        }
    }
}

/// What is shown beside the bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// A line for each voice.
    pub voices: bool,
    /// All voices together.
    pub sum: bool,
    /// Peaks that stay for a while.
    pub peaks: bool,
    /// The last seconds.
    pub trail: bool,
    /// What comes out.
    pub output: bool,
}

impl Switches {
    /// Name, help and place of each.
    pub fn each(&mut self) -> [(&'static str, &'static str, &mut bool); 5] {
        [
            (
                "Voices",
                "A line for every partial of every voice, in the voice's colour",
                &mut self.voices,
            ),
            ("Sum", "All voices together", &mut self.sum),
            (
                "Peaks",
                "Peaks stay for a second, then fall",
                &mut self.peaks,
            ),
            (
                "Trail",
                "The last five seconds, the newest at the top",
                &mut self.trail,
            ),
            (
                "Output",
                "The spectrum of what comes out, under the bars",
                &mut self.output,
            ),
        ]
    }
}
