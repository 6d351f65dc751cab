//! Roots and loops in place of those of the loaded bank, each change one step.

use std::borrow::Cow;

use super::super::EditorModel;
use crate::recordings::notes::{key_hz, key_of_name};
use crate::tracks::bank_edits::{LoopEnds, SoundEdit};
use crate::tracks::bank_file::BankSound;

/// No loop is shorter by hand, seconds.
const SHORTEST_LOOP_S: f64 = 0.02;
/// Ends of loops are at multiples of a part of a second.
const LOOP_STEPS_PER_S: f64 = 10_000.0;
/// A loop that is added takes the middle of a recording: from this part of it to as far from its end.
const ADDED_FROM: f64 = 0.25;

/// One of the two ends of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopEnd {
    /// Where it begins.
    Start,
    /// Where it goes back.
    End,
}

impl LoopEnd {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            LoopEnd::Start => "Loop Start",
            LoopEnd::End => "Loop End",
        }
    }
}

/// The loop that a sound has with an edit, if it has one.
pub fn loop_of(sound: &BankSound, edit: SoundEdit) -> Option<LoopEnds> {
    let own = sound.sustain_loop.map(|of| LoopEnds {
        start_s: of.start_s,
        end_s: of.end_s,
    });
    edit.loop_ends.or(own)
}

/// A time as ends of loops have it, with no more digits than that.
fn stepped_s(time_s: f64) -> f64 {
    (time_s * LOOP_STEPS_PER_S).round() / LOOP_STEPS_PER_S
}

/// The loop with one end at another place, as far as the sound and the other end let it.
pub fn moved(sound: &BankSound, ends: LoopEnds, end: LoopEnd, to_s: f64) -> LoopEnds {
    match end {
        LoopEnd::Start => {
            let latest_s = (ends.end_s - SHORTEST_LOOP_S).max(0.0);
            LoopEnds {
                start_s: stepped_s(to_s.clamp(0.0, latest_s)),
                ..ends
            }
        }
        LoopEnd::End => {
            let earliest_s = ends.start_s + SHORTEST_LOOP_S;
            let latest_s = sound.duration_s.max(earliest_s);
            LoopEnds {
                end_s: stepped_s(to_s.clamp(earliest_s, latest_s)),
                ..ends
            }
        }
    }
}

/// The loop that is added to a sound without one; `None` if it is too short.
pub fn added_loop(sound: &BankSound) -> Option<LoopEnds> {
    let ends = LoopEnds {
        start_s: stepped_s(ADDED_FROM * sound.duration_s),
        end_s: stepped_s((1.0 - ADDED_FROM) * sound.duration_s),
    };
    (ends.end_s - ends.start_s >= SHORTEST_LOOP_S).then_some(ends)
}

/// The frequency that a text means as a root: the name of a key, such as `C#3`, or Hz.
pub fn parse_root(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.strip_suffix("Hz").unwrap_or(text).trim_end();
    let hz = number
        .parse::<f64>()
        .ok()
        .or_else(|| key_of_name(text).map(key_hz));
    hz.filter(|hz| (1.0..=100_000.0).contains(hz))
}

impl EditorModel {
    /// What a sound of the loaded bank has in place of its own root and loop.
    pub fn sound_edit(&self, sound: usize) -> SoundEdit {
        let named = self.recording();
        named.map_or_else(SoundEdit::default, |named| named.edits().of(sound))
    }

    /// A sound of the loaded bank has these in place of its own from now on, as one step of this name.
    pub fn edit_sound(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        sound: usize,
        edit: SoundEdit,
    ) {
        let Some(named) = self.recording() else {
            return;
        };
        let edits = named.edits().clone().with(sound, edit);
        self.begin_group(name);
        self.set_recording(Some(named.with_edits(edits)));
        self.end_group();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::obeyed_model;
    use crate::state::NamedBank;
    use crate::state::tests::bank;

    #[test]
    fn an_edit_is_a_step_and_reaches_the_recordings() {
        let (mut model, _) = obeyed_model();
        let named = NamedBank::new("Oboe", "", bank(706.0, 0.5)).expect("a path");
        model.load_recording(Some(named));
        let root = SoundEdit {
            root_hz: Some(353.0),
            ..SoundEdit::default()
        };
        model.edit_sound("Root", 0, root);
        let sounds_at = |model: &EditorModel| {
            let recordings = model.params().recordings().recordings();
            recordings.sounds()[0].root_hz
        };
        assert_eq!(sounds_at(&model), 353.0);
        assert_eq!(model.undo().as_deref(), Some("Root"));
        assert_eq!(sounds_at(&model), 706.0);
        assert_eq!(model.sound_edit(0), SoundEdit::default());
        assert_eq!(model.redo().as_deref(), Some("Root"));
        assert_eq!(model.sound_edit(0), root);
    }

    #[test]
    fn loops_stay_within_the_sound_and_do_not_cross() {
        let bank = bank(707.0, 0.5);
        let sound = &bank.sounds()[0];
        let ends = added_loop(sound).expect("long enough");
        assert_eq!((ends.start_s, ends.end_s), (0.125, 0.375));
        let start = |to_s| moved(sound, ends, LoopEnd::Start, to_s).start_s;
        let end = |to_s| moved(sound, ends, LoopEnd::End, to_s).end_s;
        assert_eq!(
            [start(-1.0), start(0.200_04), start(9.0)],
            [0.0, 0.2, 0.355]
        );
        assert_eq!([end(-1.0), end(0.2), end(9.0)], [0.145, 0.2, 0.5]);
    }

    #[test]
    fn roots_are_keys_or_frequencies() {
        for (text, hz) in [
            ("A4", 440.0),
            (" 441.5 Hz", 441.5),
            ("220", 220.0),
            ("a3", 220.0),
        ] {
            assert_eq!(parse_root(text), Some(hz), "{text}");
        }
        for text in ["", "H2", "-1", "0", "nan", "1e9"] {
            assert_eq!(parse_root(text), None, "{text}");
        }
    }
}
