//! Writing and parsing settings as text.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BENDS_SEMITONES, Letters, Looks, NewInstance, SCALES_PERCENT, Settings, VOICES};
use crate::params::EditorSize;
use crate::scale::TuningSet;
use crate::state::{self, line, not_toml};

const LOOKS: [(&str, Looks); 3] = [
    ("dark", Looks::Dark),
    ("light", Looks::Light),
    ("high contrast", Looks::HighContrast),
];

const LETTERS: [(&str, Letters); 3] = [
    ("qwerty", Letters::Qwerty),
    ("qwertz", Letters::Qwertz),
    ("azerty", Letters::Azerty),
];

fn name_of<T: Copy + PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names
        .iter()
        .find(|(_, named)| *named == value)
        .map_or("", |(name, _)| name)
}

/// The text of settings.
pub fn format(settings: &Settings) -> String {
    let Settings {
        scale_percent,
        looks,
        letters,
        keep_effects,
        hint,
        size,
        new_instance,
    } = settings;
    let NewInstance {
        voices,
        mpe,
        bend_range_semitones,
        mpe_bend_range_semitones,
        scale,
    } = new_instance;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "# Aliquot's settings. They are read when a window opens or an instance is made.\n\
         \n\
         scale = {scale_percent} # per cent, {} to {}\n\
         theme = \"{}\" # dark, light, high contrast\n\
         letters = \"{}\" # of the computer's keyboard: qwerty, qwertz, azerty\n\
         keep_effects = {keep_effects} # when a preset is loaded\n\
         hint = {hint} # for new users, until it is closed\n\
         \n\
         [window] # of a new instance, in points\n\
         width = {}\n\
         height = {}\n\
         \n\
         [new_instance]\n\
         voices = {voices}\n\
         mpe = {mpe}\n\
         bend_range = {bend_range_semitones} # semitones\n\
         mpe_bend_range = {mpe_bend_range_semitones} # semitones\n",
        SCALES_PERCENT.start(),
        SCALES_PERCENT.end(),
        name_of(&LOOKS, *looks),
        name_of(&LETTERS, *letters),
        size.width,
        size.height,
    );
    if let Some(scale) = scale {
        text.push_str(
            "\n[new_instance.tuning] # its scale and keyboard maps, as presets have them\n",
        );
        state::write_scale(scale, &mut text);
    }
    text
}

/// Parses settings. A setting that is not in the text has its default.
///
/// # Errors
/// The line of the error, counted from 1, and the reason.
pub fn parse(text: &str) -> Result<Settings, (usize, String)> {
    let at = |start: usize, reason: String| (line(text, start), reason);
    let document = DeTable::parse(text).map_err(|error| {
        let (start, reason) = not_toml(error);
        at(start, reason)
    })?;
    let mut settings = Settings::default();
    for (key, value) in document.into_inner() {
        let start = value.span().start;
        match (key.get_ref().as_ref(), value.into_inner()) {
            (group @ ("window" | "new_instance"), DeValue::Table(table)) => {
                for (key, value) in table {
                    let start = key.span().start;
                    let name = format!("{group}.{}", key.get_ref());
                    if name == "new_instance.tuning" {
                        let scale = scale(value).map_err(|(start, reason)| at(start, reason))?;
                        settings.new_instance.scale = scale.map(Arc::new);
                        continue;
                    }
                    set(&mut settings, &name, &value.into_inner())
                        .map_err(|reason| at(start, format!("{}: {reason}", key.get_ref())))?;
                }
            }
            (name, value) => {
                set(&mut settings, name, &value)
                    .map_err(|reason| at(start, format!("{name}: {reason}")))?;
            }
        }
    }
    Ok(settings)
}

/// The scale of new instances.
fn scale(value: Spanned<DeValue>) -> Result<Option<TuningSet>, (usize, String)> {
    let start = value.span().start;
    let DeValue::Table(mut table) = value.into_inner() else {
        return Err((start, "tuning: expected a table".to_owned()));
    };
    let scale = state::take_scale(&mut table)?;
    match table.keys().next() {
        Some(other) => {
            let reason = format!("tuning: {}: unknown setting", other.get_ref());
            Err((other.span().start, reason))
        }
        None => Ok(scale),
    }
}

fn set(settings: &mut Settings, name: &str, value: &DeValue) -> Result<(), String> {
    let new = &mut settings.new_instance;
    match name {
        "scale" => settings.scale_percent = whole(value, &SCALES_PERCENT)?,
        "theme" => settings.looks = named(value, &LOOKS)?,
        "letters" => settings.letters = named(value, &LETTERS)?,
        "keep_effects" => settings.keep_effects = switch(value)?,
        "hint" => settings.hint = switch(value)?,
        "window.width" => {
            let widths = EditorSize::MIN.width..=EditorSize::MAX.width;
            settings.size.width = whole(value, &widths)?;
        }
        "window.height" => {
            let heights = EditorSize::MIN.height..=EditorSize::MAX.height;
            settings.size.height = whole(value, &heights)?;
        }
        "new_instance.voices" => new.voices = whole(value, &VOICES)?,
        "new_instance.mpe" => new.mpe = switch(value)?,
        "new_instance.bend_range" => new.bend_range_semitones = whole(value, &BENDS_SEMITONES)?,
        "new_instance.mpe_bend_range" => {
            new.mpe_bend_range_semitones = whole(value, &BENDS_SEMITONES)?;
        }
        _ => return Err("unknown setting".to_owned()),
    }
    Ok(())
}

fn switch(value: &DeValue) -> Result<bool, String> {
    match value {
        DeValue::Boolean(on) => Ok(*on),
        _ => Err("expected true or false".to_owned()),
    }
}

fn whole(value: &DeValue, range: &RangeInclusive<u32>) -> Result<u32, String> {
    state::whole(value)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            format!("expected a whole number from {least} to {most}")
        })
}

fn named<T: Copy>(value: &DeValue, names: &[(&str, T)]) -> Result<T, String> {
    let text = match value {
        DeValue::String(text) => Some(text.as_ref()),
        _ => None,
    };
    names
        .iter()
        .find(|(name, _)| Some(*name) == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let names: Vec<String> = names
                .iter()
                .map(|(name, _)| format!("\"{name}\""))
                .collect();
            format!("expected one of {}", names.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_settings_have_their_defaults() {
        assert_eq!(parse(""), Ok(Settings::default()));
        let settings = parse("scale = 125\n[new_instance]\nmpe = true\n").expect("settings");
        assert_eq!(
            (settings.scale_percent, settings.new_instance.mpe),
            (125, true)
        );
        assert_eq!(settings.new_instance.voices, NewInstance::default().voices);
    }

    #[test]
    fn errors_have_a_line_and_a_reason() {
        for (text, line, word) in [
            ("scale = 74", 1, "75 to 200"),
            ("\nscale = \"100\"", 2, "75 to 200"),
            ("scale = 99999999999999999999", 1, "75 to 200"),
            ("theme = 1", 1, "high contrast"),
            ("letters = \"dvorak\"", 1, "qwertz"),
            ("[window]\nwidth = 800\nheight = 4", 3, "500 to 8192"),
            ("keep_effects = 1", 1, "true or false"),
            ("hint = \"no\"", 1, "true or false"),
            ("[new_instance]\nmpe = 1", 2, "true or false"),
            ("[new_instance]\nvoices = 0", 2, "1 to 2048"),
            ("[new_instance]\ntuning = \"x\"", 2, "a table"),
            ("[new_instance.tuning]\nmatch = 1", 2, "unknown setting"),
            ("[new_instance.tuning]\nscl = 'x'", 2, "scale, line 1"),
            ("\n[new_instance.tuning]\nkbm = 'x'", 3, "there is no scl"),
            ("colour = 1", 1, "unknown setting"),
            ("window = 5", 1, "unknown setting"),
            ("[new_instance]\nmood = 1", 2, "unknown setting"),
            ("scale = 100\nscale = 100", 2, "not TOML"),
            ("scale =", 1, "not TOML"),
        ] {
            let (found, reason) = parse(text).expect_err(text);
            assert_eq!(found, line, "{text:?}: {reason}");
            assert!(reason.contains(word), "{text:?}: {reason}");
        }
    }
}
