//! Which parameter of the partials the bars show.

use crate::editor::model::value_text::{value_text, with_minus};
use crate::synth::display::{DRAWN_BODY, DRAWN_COLOUR};
use crate::synth::parameter::{
    EDITABLE_PARTIALS, LEVEL_OFF_DB, MAX_PARTIALS, Range, SPECTRA, SpectrumParams,
};
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
    /// The drawn colour of spectrum 0 (A) to 3 (D): decibels.
    Colour(usize),
    /// The drawn body of spectrum 0 (A) to 3 (D): cents over the partial's place in the harmonic series.
    Body(usize),
}

impl Layer {
    /// The layers that every sound has, in the order in which they are offered, with their names.
    pub const ALWAYS: [(Layer, &str); 3] = [
        (Layer::Level, "Level"),
        (Layer::Tune, "Tune"),
        (Layer::Pan, "Pan"),
    ];

    /// The layers of a sound, with the names by which they are offered: what is drawn is among them where a spectrum
    /// has it, as that of `spectrum` if this is one that has it, or else of the first that has.
    pub fn offered(values: &Values, spectrum: usize) -> Vec<(Layer, &'static str)> {
        let mut offered = Layer::ALWAYS.to_vec();
        for (layer, name) in [
            (Layer::Colour(spectrum), "Drawn Colour"),
            (Layer::Body(spectrum), "Drawn Body"),
        ] {
            let alike = layer.alike_in_use(values);
            let fitting = alike.iter().find(|&&alike| alike == layer);
            offered.extend(fitting.or(alike.first()).map(|&alike| (alike, name)));
        }
        offered
    }

    /// The spectrum that it is drawn in, 0 (A) to 3 (D).
    pub fn spectrum(self) -> Option<usize> {
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => None,
            Layer::Colour(spectrum) | Layer::Body(spectrum) => Some(spectrum),
        }
    }

    /// What is drawn of this kind in each of the spectra; the layer itself if it is not drawn in one.
    pub fn alike(self) -> Vec<Layer> {
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => vec![self],
            Layer::Colour(_) => (0..SPECTRA).map(Layer::Colour).collect(),
            Layer::Body(_) => (0..SPECTRA).map(Layer::Body).collect(),
        }
    }

    /// Those [alike](Layer::alike) of which anything sounds.
    pub fn alike_in_use(self, values: &Values) -> Vec<Layer> {
        let mut alike = self.alike();
        alike.retain(|layer| layer.is_used(values));
        alike
    }

    /// Whether anything sounds of it.
    pub fn is_used(self, values: &Values) -> bool {
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => true,
            Layer::Colour(spectrum) => {
                values.index(SpectrumParams::ALL[spectrum].colour) == DRAWN_COLOUR
            }
            Layer::Body(spectrum) => values.index(SpectrumParams::ALL[spectrum].body) == DRAWN_BODY,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Level => "Level",
            Layer::Tune => "Tune",
            Layer::Pan => "Pan",
            Layer::Colour(spectrum) => [
                "Drawn Colour A",
                "Drawn Colour B",
                "Drawn Colour C",
                "Drawn Colour D",
            ][spectrum],
            Layer::Body(spectrum) => [
                "Drawn Body A",
                "Drawn Body B",
                "Drawn Body C",
                "Drawn Body D",
            ][spectrum],
        }
    }

    /// How many partials have it.
    pub fn count(self) -> usize {
        match self {
            Layer::Level | Layer::Tune | Layer::Pan => EDITABLE_PARTIALS,
            Layer::Colour(_) | Layer::Body(_) => MAX_PARTIALS,
        }
    }

    /// The parameter of partial `n`, 1 to [`Layer::count`].
    pub fn param(self, n: usize) -> Param {
        match self {
            Layer::Level => Param::partial_level(n),
            Layer::Tune => Param::partial_tune(n),
            Layer::Pan => Param::partial_pan(n),
            Layer::Colour(spectrum) => Param::drawn_level(spectrum, n),
            Layer::Body(spectrum) => Param::drawn_ratio(spectrum, n),
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
            Layer::Body(_) => 1_200.0 * libm::log2f(plain / n as f32),
            _ => plain,
        }
    }

    /// The plain value of partial `n` that is `offset` from the default.
    pub fn plain(self, n: usize, offset: f32) -> f32 {
        match self {
            Layer::Body(_) => n as f32 * libm::exp2f(offset / 1_200.0),
            _ => offset,
        }
    }

    /// The ends of the bars, in the layer's unit.
    pub fn ends(self) -> (f32, f32) {
        match self {
            Layer::Body(_) => (-BODY_CENTS, BODY_CENTS),
            _ => self.param(1).range().ends(),
        }
    }

    /// Where an offset stands between the ends, 0 to 1.
    pub fn height_of(self, offset: f32) -> f32 {
        match self {
            Layer::Body(_) => (0.5 + offset / (2.0 * BODY_CENTS)).clamp(0.0, 1.0),
            _ => self.range().normalized(offset),
        }
    }

    /// Where a normalised value of partial `n` stands.
    pub fn height(self, n: usize, normalized: f32) -> f32 {
        match self {
            Layer::Body(_) => self.height_of(self.offset(n, self.range().plain(normalized))),
            _ => normalized,
        }
    }

    /// The normalised value of partial `n` that stands there.
    pub fn normalized_at(self, n: usize, height: f32) -> f32 {
        match self {
            Layer::Body(_) => {
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
        matches!(self, Layer::Level | Layer::Colour(_)) && offset <= LEVEL_OFF_DB
    }

    /// Offsets that the scale marks.
    pub fn marks(self) -> &'static [f32] {
        match self {
            Layer::Level | Layer::Colour(_) => {
                &[24.0, 12.0, 0.0, -12.0, -24.0, -36.0, -48.0, -60.0, -72.0]
            }
            Layer::Tune => &[
                1200.0, 600.0, 300.0, 100.0, 0.0, -100.0, -300.0, -600.0, -1200.0,
            ],
            Layer::Pan => &[1.0, 0.5, 0.0, -0.5, -1.0],
            Layer::Body(_) => &[
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
            Layer::Colour(1),
            Layer::Body(3),
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
