//! What a file holds, in words.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use aliquot::tracks::bank_file::KeyZone;

use crate::input::{Input, InputSound};

/// A line for the file, one for each sound, and one for each remark.
///
/// # Errors
/// If a sound of a bank cannot be read, or is damaged, or it is interrupted.
pub fn text(input: &Input, interrupted: &AtomicBool) -> Result<String, String> {
    let mut text = format!("{}: {}", input.path.display(), input.format);
    if input.sounds.len() > 1 {
        // Writing to a string does not fail.
        let _ = write!(text, ", {} sounds", input.sounds.len());
    }
    text.push('\n');
    for sound in &input.sounds {
        let sound = sound_text(sound, interrupted);
        text += &sound.map_err(|error| format!("{}: {error}", input.path.display()))?;
    }
    if let Some(report) = &input.report {
        for line in report.to_string().lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    for remark in &input.remarks {
        let _ = writeln!(text, "  note: {remark}");
    }
    Ok(text)
}

fn sound_text(sound: &InputSound, interrupted: &AtomicBool) -> Result<String, String> {
    let tracks = sound.tracks(interrupted)?;
    let mut text = format!(
        "  {:.3} s, {} tracks, {} at once, {} breakpoints",
        tracks.duration_s,
        tracks.tracks.len(),
        tracks.most_at_once(),
        tracks.breakpoint_count()
    );
    let labelled = tracks.tracks.iter().filter(|track| track.label.is_some());
    let parts = [
        (labelled.count(), "with labels"),
        (tracks.transients.len(), "transients"),
        (tracks.onsets_s.len(), "onsets"),
    ];
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(text, ", {count} {what}");
    }
    if tracks.noise.is_some() {
        text += ", noise";
    }
    if tracks.envelope.is_some() {
        text += ", envelope";
    }
    if let Some(root_hz) = tracks.root_hz {
        let _ = write!(text, ", root {root_hz:.2} Hz");
    }
    if sound.zone != KeyZone::default() {
        let zone = sound.zone;
        let _ = write!(
            text,
            ", keys {} to {}, velocities {} to {}",
            zone.lowest_key, zone.highest_key, zone.lowest_velocity, zone.highest_velocity
        );
    }
    text.push('\n');
    Ok(text)
}
