//! What a song for General MIDI asks for and Aliquot, which has one sound and no drums, does not do.

use aliquot::song::{Action, Song};
use aliquot::synth::Event;

use crate::arguments::Arguments;

/// Channel 10, counted from 0: General MIDI's drums.
const DRUMS: u8 = 9;

/// Leaves out of `song` what is not to be played, and returns a notice for each kind of it.
/// `is_mpe` says that the preset turns MPE on: all channels are then one instrument's.
pub fn settle(song: &mut Song, arguments: &Arguments, is_mpe: bool) -> Vec<String> {
    let are_drums_silent = !arguments.drums_as_notes && !is_mpe;
    let (mut notes, mut programs) = (0_usize, 0_usize);
    song.events.retain(|event| match event.action {
        Action::Play(Event::NoteOn { channel: DRUMS, .. }) if are_drums_silent => {
            notes += 1;
            false
        }
        // It chooses among drum kits.
        Action::Program { channel: DRUMS, .. } if are_drums_silent => false,
        Action::Program { .. } if !arguments.program_changes => {
            programs += 1;
            false
        }
        _ => true,
    });
    let counted = |count: usize, noun: &str| {
        let (plural, verb) = if count == 1 { ("", "is") } else { ("s", "are") };
        (format!("{count} {noun}{plural}"), verb)
    };
    let mut notices = Vec::new();
    if programs > 0 {
        let (programs, verb) = counted(programs, "program change");
        let hint = if arguments.preset.is_some() {
            String::new()
        } else {
            "; --program-changes lets them choose among the starting presets".to_owned()
        };
        notices.push(format!("{programs} {verb} stepped over{hint}"));
    }
    if notes > 0 {
        let (notes, verb) = counted(notes, "note");
        notices.push(format!(
            "{notes} on channel 10, General MIDI's drums, {verb} silent; --drums-as-notes plays them"
        ));
    }
    notices
}
