//! Which parameter of the partials the bars show.

use crate::editor::model::value_text::{value_text, with_minus};
use crate::synth::parameter::{EDITABLE_PARTIALS, LEVEL_OFF_DB, MAX_PARTIALS, Range};
use crate::synth::{Param, Values};

/// Cents from the middle of the bars of the drawn body to either end.
const BODY_CENTS: f32 = 2_400.0;

/// A quantity that the bars show and edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Decibels over the source's level.
    Level,
    /// Cents over the source's frequency.
    Tune,
    /// Left to right.
    Pan,
    /// The drawn colour: decibels.
    Colour,
    /// The drawn body: cents over the partial's place in the harmonic series.
    Body,
}

impl Layer {
    /// The layers that every sound has, in the order in which they are offered, with their names.
    pub const ALWAYS: [(Layer, &str); 3] = [
        (Layer::Level, "Level"),
        (Layer::Tune, "Tune"),
        (Layer::Pan, "Pan"),
    ];

    /// The layers of a sound: what is drawn is among them where a spectrum has it.
    pub fn offered(values: &Values) -> Vec<(Layer, &'static str)> {
        let mut offered = Layer::ALWAYS.to_vec();
        let drawn = [Layer::Colour, Layer::Body];
        offered.extend(
            drawn
                .into_iter()
                .filter(|layer| layer.is_used(values))
                .map(|layer| (layer, layer.name())),
        );
        offered
    }

    /// Whether anything sounds of it.
    pub fn is_used(self, values: &Values) -> bool {
        use crate::synth::display::{DRAWN_BODY, DRAWN_COLOUR};
        use crate::synth::parameter::SpectrumParams;
        let has = |param: fn(&SpectrumParams) -> Param, drawn: usize| {
            let all = SpectrumParams::ALL.iter();
            all.map(param).any(|param| values.index(param) == drawn)
        };
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => true,
            Layer::Colour => has(|params| params.colour, DRAWN_COLOUR),
            Layer::Body => has(|params| params.body, DRAWN_BODY),
        }
    }

    /// The name by which it is offered.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Level => "Level",
            Layer::Tune => "Tune",
            Layer::Pan => "Pan",
            Layer::Colour => "Drawn Colour",
            Layer::Body => "Drawn Body",
        }
    }

    /// How many partials have it.
    pub fn count(self) -> usize {
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => EDITABLE_PARTIALS,
            Layer::Colour | Layer::Body => MAX_PARTIALS,
        }
    }

    /// The parameter of partial `n`, 1 to [`Layer::count`].
    pub fn param(self, n: usize) -> Param {
        match self {
            Layer::Level => Param::partial_level(n),
            Layer::Tune => Param::partial_tune(n),
            Layer::Pan => Param::partial_pan(n),
            Layer::Colour => Param::drawn_level(n),
            Layer::Body => Param::drawn_ratio(n),
        }
    }

    /// The parameters of all partials that have one, 1 first.
    pub fn params(self) -> impl Iterator<Item = Param> {
        (1..=self.count()).map(move |n| self.param(n))
    }

    /// How far a plain value of partial `n` is from the default, in the layer's unit: that of the parameter,
    /// or cents.
    pub fn offset(self, n: usize, plain: f32) -> f32 {
        match self {
            Layer::Body => 1_200.0 * libm::log2f(plain / n as f32),
            _ => plain,
        }
    }

    /// The plain value of partial `n` that is `offset` from the default.
    pub fn plain(self, n: usize, offset: f32) -> f32 {
        match self {
            Layer::Body => n as f32 * libm::exp2f(offset / 1_200.0),
            _ => offset,
        }
    }

    /// The ends of the bars, in the layer's unit.
    pub fn ends(self) -> (f32, f32) {
        match self {
            Layer::Body => (-BODY_CENTS, BODY_CENTS),
            _ => self.param(1).range().ends(),
        }
    }

    /// Where an offset stands between the ends, 0 to 1.
    pub fn height_of(self, offset: f32) -> f32 {
        match self {
            Layer::Body => (0.5 + offset / (2.0 * BODY_CENTS)).clamp(0.0, 1.0),
            _ => self.range().normalized(offset),
        }
    }

    /// Where a normalised value of partial `n` stands.
    pub fn height(self, n: usize, normalized: f32) -> f32 {
        match self {
            Layer::Body => self.height_of(self.offset(n, self.range().plain(normalized))),
            _ => normalized,
        }
    }

    /// The normalised value of partial `n` that stands there.
    pub fn normalized_at(self, n: usize, height: f32) -> f32 {
        match self {
            Layer::Body => {
                let offset = (height.clamp(0.0, 1.0) - 0.5) * 2.0 * BODY_CENTS;
                self.range().normalized(self.plain(n, offset))
            }
            _ => height,
        }
    }

    /// The range of each of its parameters.
    pub fn range(self) -> &'static Range {
        self.param(1).range()
    }

    /// Whether an offset is silence, and no number.
    pub fn is_off(self, offset: f32) -> bool {
        matches!(self, Layer::Level | Layer::Colour) && offset <= LEVEL_OFF_DB
    }

    /// Offsets that the scale marks.
    pub fn marks(self) -> &'static [f32] {
        match self {
            Layer::Level | Layer::Colour => {
                &[24.0, 12.0, 0.0, -12.0, -24.0, -36.0, -48.0, -60.0, -72.0]
            }
            Layer::Tune => &[
                1200.0, 600.0, 300.0, 100.0, 0.0, -100.0, -300.0, -600.0, -1200.0,
            ],
            Layer::Pan => &[1.0, 0.5, 0.0, -0.5, -1.0],
            Layer::Body => &[
                2400.0, 1800.0, 1200.0, 600.0, 0.0, -600.0, -1200.0, -1800.0, -2400.0,
            ],
        }
    }

    /// A mark as the scale names it.
    pub fn mark_text(self, mark: f32) -> String {
        match self {
            Layer::Pan => value_text(self.param(1), mark),
            _ if self.is_off(mark) => "off".to_owned(),
            _ if mark == 0.0 => "0".to_owned(),
            _ => with_minus(&format!("{mark:+.0}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_offsets_lead_to_one_another() {
        for layer in [
            Layer::Level,
            Layer::Tune,
            Layer::Pan,
            Layer::Colour,
            Layer::Body,
        ] {
            for n in [1, 7, layer.count()] {
                for height in [0.0, 0.2, 0.5, 0.9, 1.0] {
                    let normalized = layer.normalized_at(n, height);
                    let found = layer.height(n, normalized);
                    assert!(
                        (found - height).abs() < 1e-3,
                        "{layer:?} {n}: {found} {height}"
                    );
                }
                let plain = layer.plain(n, 100.0);
                assert!(
                    (layer.offset(n, plain) - 100.0).abs() < 0.01,
                    "{layer:?} {n}"
                );
                let default = layer.param(n).row().default;
                assert!(layer.offset(n, default).abs() < 1e-3, "{layer:?} {n}");
            }
        }
    }
}
