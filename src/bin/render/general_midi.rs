//! What is left out of a song for General MIDI, and the notices about it: Aliquot has one sound and no drums.

use aliquot::song::{Song, SongAction};
use aliquot::state::starting_presets;
use aliquot::synth::channel::Channels;
use aliquot::synth::{Event, Patch};

use crate::arguments::Arguments;

/// Channel 10, counted from 0: General MIDI's drums.
const DRUMS: u8 = 9;

/// Leaves out of `song` what is not to be played, and returns a notice for each kind of it. Where
/// `patch` or the song itself lets MPE have channel 10, there are no drums.
pub fn settle(song: &mut Song, arguments: &Arguments, patch: &Patch) -> Vec<String> {
    let mut channels = Channels::default();
    channels.reset(patch);
    let last_program = starting_presets().len() - 1;
    let mut left_out = LeftOut::default();
    song.events.retain(|event| {
        let has_drums = !arguments.drums_as_notes && !channels.zones().contains(DRUMS);
        match event.action {
            SongAction::Play(Event::Controller {
                channel,
                number,
                value,
            }) => {
                channels.control_change(channel, number, value);
                true
            }
            SongAction::Play(Event::NoteOn { channel: DRUMS, .. }) if has_drums => {
                left_out.notes += 1;
                false
            }
            // It chooses among drum kits.
            SongAction::Program { channel: DRUMS, .. } if has_drums => false,
            SongAction::Program { .. } if !arguments.program_changes => {
                left_out.programs += 1;
                false
            }
            SongAction::Program { number, .. } if usize::from(number) > last_program => {
                left_out.missing += 1;
                false
            }
            _ => true,
        }
    });
    left_out.notices(arguments, last_program)
}

/// How many events are not played, by the reason.
#[derive(Default)]
struct LeftOut {
    /// Notes of the drums.
    notes: usize,
    /// Program changes, where the arguments do not let them choose presets.
    programs: usize,
    /// Program changes to a program past the last starting preset.
    missing: usize,
}

impl LeftOut {
    fn notices(&self, arguments: &Arguments, last_program: usize) -> Vec<String> {
        let mut notices = Vec::new();
        if self.programs > 0 {
            let (programs, verb) = counted(self.programs, "program change");
            let hint = if arguments.preset.is_some() {
                ""
            } else {
                "; --program-changes lets them choose among the starting presets"
            };
            notices.push(format!("{programs} {verb} skipped{hint}"));
        }
        if self.missing > 0 {
            let (programs, _) = counted(self.missing, "program change");
            let verb = if self.missing == 1 {
                "changes"
            } else {
                "change"
            };
            notices.push(format!(
                "{programs} past program {last_program}, the last starting preset, {verb} nothing"
            ));
        }
        if self.notes > 0 {
            let (notes, verb) = counted(self.notes, "note");
            notices.push(format!(
                "{notes} on channel 10, General MIDI's drums, {verb} silent; --drums-as-notes plays them"
            ));
        }
        notices
    }
}

/// `count` and the noun, in the singular or plural, and the form of "to be" that follows.
fn counted(count: usize, noun: &str) -> (String, &'static str) {
    let (plural, verb) = if count == 1 { ("", "is") } else { ("s", "are") };
    (format!("{count} {noun}{plural}"), verb)
}
