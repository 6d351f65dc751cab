//! What is shown while nothing sounds: the sound at rest, as the key that was heard last would have it.

use crate::editor::model::EditorModel;
use crate::synth::Snapshot;
use crate::synth::display::{RestingNote, lowest_voice};

/// A4, before any key has been heard.
const FIRST_KEY: u8 = 69;
/// Before the instrument has said which it runs at, Hz.
const SAMPLE_RATE_HZ: f64 = 48_000.0;

/// The sound at rest.
pub struct Rest {
    /// That was heard last, of several the lowest.
    key: u8,
    /// Made when it is first needed.
    note: Option<RestingNote>,
}

impl Default for Rest {
    fn default() -> Rest {
        Rest {
            key: FIRST_KEY,
            note: None,
        }
    }
}

impl Rest {
    /// Takes note of what sounds. Returns the sound at rest if nothing does.
    pub fn update(&mut self, model: &EditorModel, sounding: &Snapshot) -> Option<&Snapshot> {
        if let Some((voice, _)) = lowest_voice(sounding) {
            self.key = voice.key;
            return None;
        }
        let rate_hz = match sounding.sample_rate_hz {
            0.0 => SAMPLE_RATE_HZ,
            known => known,
        };
        let is_fit = |note: &RestingNote| note.sample_rate_hz() == rate_hz;
        let note = match self.note.take().filter(is_fit) {
            Some(note) => note,
            None => RestingNote::new(rate_hz),
        };
        let note = self.note.insert(note);
        Some(note.snapshot(&model.patch(), self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::engine::snapshot_of;
    use crate::editor::testing::host::model;
    use crate::synth::Patch;

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
