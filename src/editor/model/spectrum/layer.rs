//! Which of a partial's three parameters the bars show.

use crate::editor::model::value_text::{value_text, with_minus};
use crate::synth::Param;
use crate::synth::parameter::EDITABLE_PARTIALS;

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Decibels over the source's level.
    Level,
    /// Cents over the source's frequency.
    Tune,
    /// Left to right.
    Pan,
}

impl Layer {
    /// All of them, in the order in which they are offered, with their names.
    pub const ALL: [(Layer, &str); 3] = [
        (Layer::Level, "Level"),
        (Layer::Tune, "Tune"),
        (Layer::Pan, "Pan"),
    ];

    /// As it is offered.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Level => "Level",
            Layer::Tune => "Tune",
            Layer::Pan => "Pan",
        }
    }

    /// The parameter of partial `n`, 1 to 64.
    pub fn param(self, n: usize) -> Param {
        match self {
            Layer::Level => Param::partial_level(n),
            Layer::Tune => Param::partial_tune(n),
            Layer::Pan => Param::partial_pan(n),
        }
    }

    /// The parameters of all partials that have one, 1 first.
    pub fn params(self) -> impl Iterator<Item = Param> {
        (1..=EDITABLE_PARTIALS).map(move |n| self.param(n))
    }

    /// Plain values that the scale marks.
    pub fn marks(self) -> &'static [f32] {
        match self {
            Layer::Level => &[24.0, 12.0, 0.0, -12.0, -24.0, -36.0, -48.0, -60.0, -72.0],
            Layer::Tune => &[
                1200.0, 600.0, 300.0, 100.0, 0.0, -100.0, -300.0, -600.0, -1200.0,
            ],
            Layer::Pan => &[1.0, 0.5, 0.0, -0.5, -1.0],
        }
    }

    /// A mark as the scale names it.
    pub fn mark_text(self, mark: f32) -> String {
        match self {
            Layer::Level if mark <= crate::synth::parameter::LEVEL_OFF_DB => "off".to_owned(),
            Layer::Level | Layer::Tune if mark == 0.0 => "0".to_owned(),
            Layer::Level | Layer::Tune => with_minus(&format!("{mark:+.0}")),
            Layer::Pan => value_text(self.param(1), mark),
        }
    }
}
