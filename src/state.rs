//! Presets as readable text, with a schema version.
//!
//! A preset is TOML: who it is at the top, then the parameters that differ from their defaults, by
//! id, in plain units (a percentage as a part of one), grouped as the table of parameters groups
//! them. The names of those groups are for the reader's eye; the id alone decides.
//!
//! ```toml
//! schema = 1
//! name = "Drawbar Organ"
//! tags = ["organ"]
//!
//! [source]
//! partials = 16
//! tilt = 0 # dB/oct
//! phases = "Random"
//! ```
//!
//! Numbers are written with as few digits as bring the same normalised value back, to the bit. A
//! value that no plain number brings back (say 10⁻³⁰ of a range from −24 to 12) is written as
//! `{ normalized = 1e-30 }`.
//!
//! Reading is strict: an unknown id, a wrong type, a value out of range or a schema newer than
//! [`SCHEMA`] is an error that names its line. [`Preset::parse`] never panics, whatever the text.

mod read;
mod write;

#[cfg(feature = "editor")]
pub(crate) use read::line;

use crate::synth::Patch;

/// The version of the preset text that this program writes; it reads this and all older ones.
pub const SCHEMA: u32 = 1;

/// A sound with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// What a musician calls it; never empty.
    pub name: String,
    /// Who made it; may be empty.
    pub author: String,
    /// What it is and how to play it; may be empty.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The sound.
    pub patch: Patch,
}

impl Preset {
    /// Reads a preset of any schema from 1 to [`SCHEMA`].
    pub fn parse(text: &str) -> Result<Preset, PresetError> {
        read::preset(text)
    }

    /// The text of this preset: only the values that differ from the defaults, in the table's
    /// order. [`Preset::parse`] makes the same preset of it: normalised values to the bit, stepped
    /// values to the step.
    pub fn to_text(&self) -> String {
        write::preset(self)
    }
}

/// Why a text is no preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    /// Where, counted from 1.
    pub line: usize,
    /// What is wrong there, without a full stop.
    pub reason: String,
}

impl std::fmt::Display for PresetError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for PresetError {}

/// A preset that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartingPreset {
    /// The same as in its text.
    pub name: &'static str,
    /// For [`Preset::parse`].
    pub text: &'static str,
}

macro_rules! starting_presets {
    ($($name:literal = $file:literal;)*) => {
        &[$(StartingPreset {
            name: $name,
            text: include_str!(concat!("state/presets/", $file)),
        },)*]
    };
}

/// The presets that come with the program. A preset's place is its MIDI program number, counted
/// from 0, so the order only ever grows at its end.
pub fn starting_presets() -> &'static [StartingPreset] {
    starting_presets! {
        "Drawbar Organ" = "organ.toml";
        "Bell" = "bell.toml";
        "Struck String" = "struck_string.toml";
        "Bowed Pad" = "bowed_pad.toml";
        "Square Lead" = "square_lead.toml";
        "Formant Choir" = "formant_choir.toml";
        "Gong" = "gong.toml";
        "Clarinet" = "clarinet.toml";
        "Shimmering Pad" = "shimmering_pad.toml";
        "Bass" = "bass.toml";
        "Mallet" = "mallet.toml";
        "Drone" = "drone.toml";
    }
}
