//! What `.ascl` files have in comments after the tones: the pitch of a note, and the notes' names.
//!
//! Source: Ableton's "ASCL Specification" (help.ableton.com). Its other directives are passed over.

use super::{Lines, Reading, TuningFileError};

/// The key that plays note 0 of octave 3. Of the files that come with Live, those of twelve notes have A
/// of 440 Hz as note 9 of octave 3, which is key 69.
const KEY_OF_OCTAVE_3: i64 = 60;

/// The pitch of one note, as an `.ascl` file gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferencePitch {
    /// −2 to 8. An octave has as many keys as the scale has notes; key 60 is note 0 of octave 3.
    pub octave: i32,
    /// The note in the octave, counted from 0: less than the scale's number of notes.
    pub note: usize,
    /// Its frequency.
    pub hz: f64,
}

impl ReferencePitch {
    /// The key that plays it, in a scale of `scale_size` notes. It may be outside of 0 to 127.
    pub fn key(&self, scale_size: usize) -> i64 {
        let octaves = i64::from(self.octave) - 3;
        KEY_OF_OCTAVE_3 + octaves * scale_size as i64 + self.note as i64
    }
}

/// What the directives of a file say.
#[derive(Debug, Default)]
pub(super) struct Directives {
    pub reference_pitch: Option<ReferencePitch>,
    pub note_names: Vec<String>,
}

/// Reads the directives after the tones. Another program's comment never looks like one.
pub(super) fn read(
    lines: Lines,
    is_utf8: bool,
    scale_size: usize,
) -> Result<Directives, TuningFileError> {
    let mut directives = Directives::default();
    for line in lines {
        let mut reading = line.reading();
        if !line.text.starts_with('!') || !reading.take('!') || !follows(&mut reading, "@ABL") {
            continue;
        }
        if !is_utf8 {
            return Err(reading.error("a file with @ABL lines has to be UTF-8"));
        }
        if follows(&mut reading, "REFERENCE_PITCH") {
            directives.reference_pitch = Some(reference_pitch(reading, scale_size)?);
        } else if follows(&mut reading, "NOTE_NAMES") {
            directives.note_names = note_names(reading, scale_size)?;
        }
    }
    Ok(directives)
}

/// Goes past a word if it is next.
fn follows(reading: &mut Reading, word: &str) -> bool {
    let mut next = *reading;
    let is_next = matches!(next.word(), Ok(Some(found)) if found == word);
    if is_next {
        *reading = next;
    }
    is_next
}

fn reference_pitch(
    mut reading: Reading,
    scale_size: usize,
) -> Result<ReferencePitch, TuningFileError> {
    reading.skip_spaces();
    let octave = reading.whole("the octave", (-2, 8))?;
    reading.skip_spaces();
    let last = scale_size.saturating_sub(1);
    let note = reading.whole("the note", (0, last as i64))?;
    reading.skip_spaces();
    let hz = reading.frequency_hz("the reference pitch")?;
    Ok(ReferencePitch {
        octave: octave as i32,
        note: note as usize,
        hz,
    })
}

/// At most as many names as the scale has notes.
fn note_names(mut reading: Reading, scale_size: usize) -> Result<Vec<String>, TuningFileError> {
    let mut names = Vec::new();
    while let Some(name) = reading.word()? {
        if names.len() == scale_size {
            return Err(reading.error("there are more names than notes"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Writes the directives at the end of a scale's text.
pub(super) fn write(text: &mut String, pitch: Option<ReferencePitch>, names: &[String]) {
    if pitch.is_none() && names.is_empty() {
        return;
    }
    text.push_str("!\n");
    if let Some(ReferencePitch { octave, note, hz }) = pitch {
        text.push_str(&format!("! @ABL REFERENCE_PITCH {octave} {note} {hz}\n"));
    }
    if !names.is_empty() {
        text.push_str("! @ABL NOTE_NAMES");
        for name in names {
            let is_plain = !name.is_empty() && !name.contains([' ', '\t']);
            match is_plain {
                true => text.push_str(&format!(" {name}")),
                false => text.push_str(&format!(" \"{name}\"")),
            }
        }
        text.push('\n');
    }
}
