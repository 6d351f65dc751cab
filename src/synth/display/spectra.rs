//! The partials of spectra, for their pictures.

use super::{NOTE, PatchArrays, at_rest, context, values_before_macros};
use crate::synth::modulation::note::Note;
use crate::synth::parameter::{Param, SPECTRA};
pub use crate::synth::partials::drawn::{BODY as DRAWN_BODY, COLOUR as DRAWN_COLOUR};
use crate::synth::partials::source::Source;
pub use crate::synth::partials::source::morph::weights as morph_weights;
use crate::synth::partials::{Arrays, Context, DrawnSpectra, Frame};
use crate::synth::patch::Patch;

/// Where the partials of a note lie and how loud they are, as the source gives them: before Level and
/// Tune of single partials, filter and decay.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectrumPartials {
    /// Frequency over that of the note, partial 1 first; in any order.
    pub ratios: Box<[f32]>,
    /// Linear gains, whose squares add up to 1/16.
    pub gains: Box<[f32]>,
}

impl SpectrumPartials {
    /// As the pad mixes the spectra of a patch, before the macros, in a note of this MIDI key.
    pub fn morphed(patch: &Patch, key: u8) -> SpectrumPartials {
        let values = values_before_macros(patch);
        let own = PatchArrays {
            drawn: DrawnSpectra::of(&values, patch),
            ..PatchArrays::default()
        };
        let note = Note {
            register_key: key.min(127),
            ..*NOTE
        };
        let context = Context {
            note: &note,
            ..context(&own)
        };
        at_rest(&values, |values| {
            let source = Source::read(values, &context);
            let mut frame = Frame::allocate();
            frame.resize(source.count());
            source.fill(Arrays::SOURCE, &context, &mut frame);
            SpectrumPartials {
                ratios: frame.ratio[..frame.count()].into(),
                gains: frame.gain[..frame.count()].into(),
            }
        })
    }

    /// One of the spectra by itself, 0 (A) to 3 (D): what sounds with the pad in its corner.
    pub fn alone(patch: &Patch, place: usize, key: u8) -> SpectrumPartials {
        const CORNERS: [(f32, f32); SPECTRA] = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
        let (x, y) = CORNERS[place];
        let mut patch = *patch;
        patch.set(Param::MORPH_X, x);
        patch.set(Param::MORPH_Y, y);
        SpectrumPartials::morphed(&patch, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::display::lowest_voice;
    use crate::synth::display::tests::played;
    use crate::synth::parameter::SpectrumParams;

    /// A bell that is on the way to a clarinet.
    fn patch() -> Patch {
        let [a, b, ..] = SpectrumParams::ALL;
        let mut patch = Patch::default();
        for (param, label) in [(a.body, "Church Bell"), (b.colour, "Clarinet")] {
            patch.set(param, param.parse(label).expect("a label"));
        }
        patch.set(Param::PARTIALS, 20.0);
        patch.set(Param::MORPH_X, 0.4);
        patch
    }

    #[test]
    fn partials_are_those_that_the_engine_plays() {
        let patch = patch();
        let snapshot = played(&patch, 64);
        let (voice, partials) = lowest_voice(&snapshot).expect("a voice");
        let spectrum = SpectrumPartials::morphed(&patch, voice.key);
        assert_eq!(spectrum.ratios.len(), 20);
        let first = partials[0].left / spectrum.gains[0];
        for (index, partial) in partials[..20].iter().enumerate() {
            let hz = spectrum.ratios[index] * voice.fundamental_hz;
            assert!((hz / partial.frequency_hz - 1.0).abs() < 1e-5, "{index}");
            let gain = first * spectrum.gains[index];
            assert!((gain / partial.left - 1.0).abs() < 1e-3, "{index}");
        }
    }

    #[test]
    fn each_spectrum_is_what_its_corner_gives() {
        let patch = patch();
        let bell = SpectrumPartials::alone(&patch, 0, 60);
        assert_eq!(bell.ratios[..3], [0.5, 1.0, 1.183]);
        assert!((bell.gains[1] / bell.gains[0] - 0.501_2).abs() < 1e-3);
        let clarinet = SpectrumPartials::alone(&patch, 1, 50);
        assert_eq!(clarinet.ratios[19], 20.0);
        let third_db = 20.0 * (clarinet.gains[2] / clarinet.gains[0]).log10();
        assert!((third_db + 7.0).abs() < 0.1, "{third_db}");
        // The register of the key.
        let high = SpectrumPartials::alone(&patch, 1, 80);
        assert!(high.gains[2] < 0.7 * clarinet.gains[2]);
        // The plain spectrum, which needs no morph.
        let plain = SpectrumPartials::alone(&patch, 3, 60);
        let power: f32 = plain.gains.iter().map(|gain| gain * gain).sum();
        assert!((16.0 * power - 1.0).abs() < 1e-5);
        assert_eq!(morph_weights(1.0, 0.0), [0.0, 1.0, 0.0, 0.0]);
    }
}
