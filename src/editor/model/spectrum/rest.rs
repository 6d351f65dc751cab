//! The sound at rest, as the key that was heard last would have it: shown while nothing sounds, and what
//! absolute levels are drawn by.

use std::sync::Arc;

use super::pitch::power_db;
use crate::editor::model::EditorModel;
use crate::synth::display::{RestingNote, UnshapedNote, lowest_voice};
use crate::synth::parameter::{EDITABLE_PARTIALS, LEVEL_OFF_DB};
use crate::synth::{Param, Patch, Snapshot};

/// A4, before any key has been heard.
const FIRST_KEY: u8 = 69;
/// Before the instrument has said which it runs at, Hz.
const SAMPLE_RATE_HZ: f64 = 48_000.0;
/// Of notes that are looked at before the Nyquist fade, Hz: no partial that could be heard comes near it, and
/// none that shapers copy or blend into those.
const WIDE_RATE_HZ: f64 = 384_000.0;
/// Softer partials do not count as heard, dB of full scale.
const SILENT_DB: f32 = -140.0;

/// The sound at rest.
pub struct Rest {
    /// The key that was heard last; of several keys the lowest.
    key: u8,
    sample_rate_hz: f64,
    note: RestNote,
    /// The note with all Levels at 0 dB.
    level: RestNote,
    /// The note without shapers and filters.
    unshaped: RestNote,
}

/// Made when it is first needed.
#[derive(Default)]
struct RestNote(Option<RestingNote>);

impl RestNote {
    fn play(
        &mut self,
        model: &EditorModel,
        sample_rate_hz: f64,
        patch: &Patch,
        key: u8,
    ) -> &Snapshot {
        let is_fit = |note: &RestingNote| note.sample_rate_hz() == sample_rate_hz;
        let fit = self.0.take().filter(is_fit);
        let note = fit.unwrap_or_else(|| RestingNote::new(sample_rate_hz));
        let note = self.0.insert(note);
        note.set_tuning(&model.tuning_tables());
        note.set_recordings(&model.params.recordings().recordings());
        note.snapshot(patch, key)
    }
}

impl Default for Rest {
    fn default() -> Rest {
        Rest {
            key: FIRST_KEY,
            sample_rate_hz: SAMPLE_RATE_HZ,
            note: RestNote::default(),
            level: RestNote::default(),
            unshaped: RestNote::default(),
        }
    }
}

impl Rest {
    /// Takes note of what sounds. Returns the sound at rest if nothing does.
    pub fn update(&mut self, model: &EditorModel, sounding: &Snapshot) -> Option<&Snapshot> {
        if sounding.sample_rate_hz > 0.0 {
            self.sample_rate_hz = sounding.sample_rate_hz;
        }
        if let Some((voice, _)) = lowest_voice(sounding) {
            self.key = voice.key;
            return None;
        }
        let rate_hz = self.sample_rate_hz;
        Some(self.note.play(model, rate_hz, &model.patch(), self.key))
    }

    /// The note at rest before the shapers.
    pub fn unshaped(&mut self, model: &EditorModel) -> UnshapedNote {
        let patch = UnshapedNote::patch(&model.patch());
        UnshapedNote::of(self.unshaped.play(model, WIDE_RATE_HZ, &patch, self.key))
    }

    /// How loud each partial that has a bar would be at rest with its Level at 0 dB, in dB of full scale;
    /// partial 1 first.
    ///
    /// For a partial that is heard, it follows from the sound. For any other, it is what the partial would have
    /// if all had a Level of 0 dB.
    pub fn bases_db(&mut self, model: &EditorModel) -> [f32; EDITABLE_PARTIALS] {
        let patch = model.patch();
        let mut level = patch.clone();
        for n in 1..=EDITABLE_PARTIALS {
            Arc::make_mut(&mut level).set(Param::partial_level(n), 0.0);
        }
        let rate_hz = self.sample_rate_hz;
        let heard = levels_db(self.note.play(model, rate_hz, &patch, self.key));
        let unchanged = levels_db(self.level.play(model, rate_hz, &level, self.key));
        std::array::from_fn(|place| {
            let own_db = patch.plain(Param::partial_level(place + 1));
            if own_db > LEVEL_OFF_DB && heard[place] > SILENT_DB {
                heard[place] - own_db
            } else {
                unchanged[place]
            }
        })
    }
}

/// The levels of the lowest voice's partials, all copies of each together.
fn levels_db(snapshot: &Snapshot) -> [f32; EDITABLE_PARTIALS] {
    let mut powers = [0.0; EDITABLE_PARTIALS];
    if let Some((voice, partials)) = lowest_voice(snapshot) {
        let stride = (voice.partials_per_copy as usize).max(1);
        for copy in partials.chunks(stride) {
            for (power, partial) in powers.iter_mut().zip(copy) {
                *power += partial.power();
            }
        }
    }
    powers.map(|power| power_db(power).max(SILENT_DB))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::snapshot_of;
    use crate::editor::testing::host::model;

    #[test]
    fn a_base_and_a_level_are_what_is_heard() {
        let (mut model, _) = model();
        let mut set = |param: Param, plain: f32| model.set(param, param.range().normalized(plain));
        set(Param::PARTIALS, 8.0);
        set(Param::UNISON, 3.0);
        set(Param::DETUNE, 0.0);
        set(Param::partial_level(3), -20.0);
        set(Param::partial_level(5), LEVEL_OFF_DB);
        let mut rest = Rest::default();
        let bases_db = rest.bases_db(&model);
        let snapshot = rest.update(&model, &Snapshot::default());
        let heard_db = levels_db(snapshot.expect("nothing sounds"));
        for n in [1, 2, 3, 8] {
            let expected_db = bases_db[n - 1] + model.plain(Param::partial_level(n));
            let found_db = heard_db[n - 1];
            assert!((found_db - expected_db).abs() < 0.01, "{n}: {found_db}");
        }
        // As the source would have it: a little below its neighbour.
        let step_db = bases_db[4] - bases_db[3];
        assert!((-3.0..0.0).contains(&step_db), "{step_db}");
        assert_eq!(heard_db[4], SILENT_DB);
        assert_eq!(bases_db[8], SILENT_DB, "the sound has 8 partials");
    }

    #[test]
    fn the_last_key_stays_when_it_is_let_go() {
        let (model, _) = model();
        let mut rest = Rest::default();
        let silence = Snapshot::default();
        let hz = |snapshot: &Snapshot| lowest_voice(snapshot).expect("a voice").0.fundamental_hz;
        let at_first = rest.update(&model, &silence).map(hz);
        assert_eq!(at_first, Some(440.0));
        let sounding = snapshot_of(&Patch::default(), &[64, 45]);
        assert!(rest.update(&model, &sounding).is_none());
        assert_eq!(rest.update(&model, &silence).map(hz), Some(110.0));
    }
}
