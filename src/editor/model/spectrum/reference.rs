//! Which frequency each partial has when bars and frequencies share a view: that of the lowest voice
//! that sounds, or of A4 while none does. What is shown at rest counts as sounding.

use super::pitch::{key_name, note_name};
use crate::editor::model::EditorModel;
use crate::editor::model::recording::with_known_partials;
use crate::synth::Snapshot;
use crate::synth::display::{PartialRatios, lowest_voice};
use crate::synth::parameter::EDITABLE_PARTIALS;

/// While nothing sounds, Hz: A4.
const SILENT_HZ: f32 = 440.0;

/// The frequencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Hz.
    fundamental_hz: f32,
    /// Whose they are.
    note: String,
    ratios: PartialRatios,
    /// Frequencies of the partials that have bars, 1 first, Hz.
    bars_hz: [f32; EDITABLE_PARTIALS],
}

impl Reference {
    /// The reference of this moment.
    pub fn now(model: &EditorModel, snapshot: &Snapshot) -> Reference {
        let lowest = lowest_voice(snapshot);
        let fundamental_hz = lowest.map_or(SILENT_HZ, |(voice, _)| voice.fundamental_hz);
        let note = match lowest {
            Some((voice, _)) => key_name(i32::from(voice.key)),
            None => note_name(SILENT_HZ),
        };
        let ratios = PartialRatios::at_hz(
            &with_known_partials(&model.patch()),
            &model.tuning_tables(),
            f64::from(fundamental_hz),
        );
        let mut bars_hz = std::array::from_fn(|index| fundamental_hz * ratios.tuned(index + 1));
        if let Some((voice, partials)) = lowest {
            for (bar, partial) in bars_hz.iter_mut().zip(voice.first_copy(partials)) {
                *bar = partial.frequency_hz;
            }
        }
        Reference {
            fundamental_hz,
            note,
            ratios,
            bars_hz,
        }
    }

    /// The frequency of the note.
    pub fn fundamental_hz(&self) -> f64 {
        f64::from(self.fundamental_hz)
    }

    /// Whose frequencies they are, such as `A4`.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The frequency of partial `n`'s bar, with its Tune.
    pub fn bar_hz(&self, n: usize) -> f32 {
        let tuned = self.bars_hz.get(n - 1).copied();
        tuned.unwrap_or_else(|| self.hz(n as f32))
    }

    /// The frequency at a number, whole or not, without any partial's own Tune.
    pub fn hz(&self, number: f32) -> f32 {
        self.fundamental_hz * self.ratios.at(number)
    }

    /// The number at a frequency: the other way round.
    pub fn number(&self, hz: f32) -> f32 {
        self.ratios.number_at(hz / self.fundamental_hz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::snapshot_of;
    use crate::editor::testing::host::model;
    use crate::synth::{Param, Patch};

    #[test]
    fn while_nothing_sounds_it_is_a4() {
        let (mut model, _) = model();
        let set = |model: &mut crate::editor::model::EditorModel, param: Param, plain| {
            model.set(param, param.range().normalized(plain));
        };
        let reference = Reference::now(&model, &Snapshot::default());
        assert_eq!(reference.note(), "A4");
        assert_eq!(reference.bar_hz(3), 1_320.0);
        assert!((reference.number(1_100.0) - 2.5).abs() < 1e-3);
        set(&mut model, Param::partial_tune(2), 1_200.0);
        set(&mut model, Param::INHARMONICITY, 0.01);
        set(&mut model, Param::STRETCH, 30.0);
        let reference = Reference::now(&model, &Snapshot::default());
        let expected = 440.0 * 2_f32.powf(1.0 + 30.0 / 1200.0) * (1.0_f32 + 0.04).sqrt();
        assert!((reference.bar_hz(2) / (2.0 * expected) - 1.0).abs() < 1e-5);
        assert!((reference.number(reference.hz(7.3)) - 7.3).abs() < 1e-3);
    }

    #[test]
    fn the_lowest_voice_gives_its_own() {
        let (model, _) = model();
        let mut patch = Patch::default();
        patch.set(Param::FINE, 50.0);
        let snapshot = snapshot_of(&patch, &[64, 45]);
        let reference = Reference::now(&model, &snapshot);
        assert_eq!(reference.note(), "A2");
        let expected = 110.0 * 2_f32.powf(0.5 / 12.0);
        assert!((reference.bar_hz(4) / (4.0 * expected) - 1.0).abs() < 1e-5);
    }
}
