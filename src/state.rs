//! Presets as readable text, with a schema version.
//!
//! A preset is a TOML file: name, author, category, description and tags first, then the parameters that differ
//! from their defaults. Parameters are identified by id and have plain units (percentages as
//! fractions of 1). They are grouped as in the table of parameters; the group names are for readers
//! only and are ignored when a preset is read.
//!
//! ```toml
//! schema = 2
//! name = "Drawbar Organ"
//! tags = ["organ"]
//!
//! [source]
//! partials = 16
//! tilt = 0 # dB/oct
//! phases = "Random"
//!
//! [[route]]
//! from = "LFO 2"
//! to = "Partials Level"
//! depth = 6 # dB
//! ```
//!
//! Routes have keys of their own: `from`, `via`, `to`, `depth`, `bend`, `partials`, `bypass`, `place`. The
//! points of a curve are lists, and its loop is the numbers of two points:
//!
//! ```toml
//! [curve.1]
//! points = [[0, 0], [0.25, 1, 0.4], [2, 0]] # time, level, bend
//! loop = [2, 2] # numbers of points
//! ```
//!
//! The steps of a sequence are a list, which also says how many there are:
//!
//! ```toml
//! [sequence.1]
//! steps = [1, 0, 0.5, 0, -1, 0]
//! ```
//!
//! A drawn set of partials is a list of numbers and ranges:
//!
//! ```toml
//! [drawn.1]
//! partials = "1-3, 7, 12-16"
//! ```
//!
//! The drawn spectra are lists for the partials from the first on: those of all four spectra, and those of one in
//! place of these:
//!
//! ```toml
//! [drawn_spectrum]
//! ratios = [1, 2.76, 5.4] # over the note's frequency
//!
//! [drawn_spectrum.b]
//! levels = [0, -6, -12] # dB
//! ```
//!
//! A scale and keyboard maps are texts in the table `[tuning]`, beside its parameters:
//!
//! ```toml
//! [tuning]
//! scale = "Five equal steps"
//! scl = '''…'''
//! ```
//!
//! So is the bank of recordings in the table `[recording]`: by its name, its file below the folder of banks and its
//! hash, and if it is small with its bytes as Base64. See [`NamedBank`].
//!
//! ```toml
//! [recording]
//! bank = "Oboe"
//! file = "woodwind/Oboe.aliquot"
//! hash = "0123456789abcdef"
//! data = '''…'''
//! ```
//!
//! Schema 1 had none of these: in it their names are names of groups like any others.
//!
//! A table `[macro_names]` names macros by their numbers: `1 = "Bow"`. See [`MacroNames`].
//!
//! Numbers are written with the fewest digits that give back the same normalised value, to the bit. A
//! value that no plain number gives back (for example 10⁻³⁰ of a range from −24 to 12) is written as
//! `{ normalized = 1e-30 }`.
//!
//! Reading is strict: an unknown id, a wrong type, a value out of range or a schema newer than
//! [`SCHEMA`] is an error with its line number. Only what changes no sound is read as far as it goes, with
//! a [`PresetWarning`]. [`Preset::read`] does not panic, whatever the text. No file but the text is read: a bank that
//! is not within it is for others to find.

mod curves;
mod drawn_sets;
mod drawn_spectra;
mod macro_names;
mod read;
mod recording;
mod routes;
mod sequences;
mod tuning;
mod write;

pub use macro_names::MacroNames;
#[cfg(feature = "plugin")]
pub(crate) use macro_names::number as macro_number;
#[cfg(feature = "editor")]
pub(crate) use read::{line, not_toml, whole};
#[cfg(test)]
pub(crate) use recording::tests;
pub use recording::{DamagedData, MAX_EMBEDDED_BYTES, NamedBank};
#[cfg(feature = "plugin")]
pub(crate) use recording::{read_data, read_hash};
#[cfg(feature = "editor")]
pub(crate) use tuning::{take_scale, write_scale};

use crate::scale::TuningSet;
use crate::synth::Patch;

/// The schema version of the presets that this program writes. It reads this and all older versions.
pub const SCHEMA: u32 = 2;

/// A patch with its name and description.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// The name; never empty.
    pub name: String,
    /// The author; may be empty.
    pub author: String,
    /// The kind of sound for a musician who looks for it, such as "Bells & Mallets"; may be empty.
    pub category: String,
    /// A description of the sound and how to play it; may be empty.
    pub description: String,
    /// Keywords for the search.
    pub tags: Vec<String>,
    /// What it calls the macros.
    pub macro_names: MacroNames,
    /// The scale that it is to be played in; most have none, and leave the one that is loaded.
    pub tuning: Option<TuningSet>,
    /// The bank of recordings that the body Recording plays.
    pub recording: Option<NamedBank>,
    /// The sound.
    pub patch: Patch,
}

impl Preset {
    /// The sound of a new instance, without a name.
    pub fn initial() -> Preset {
        Preset {
            name: String::new(),
            author: String::new(),
            category: String::new(),
            description: String::new(),
            tags: Vec::new(),
            macro_names: MacroNames::default(),
            tuning: None,
            recording: None,
            patch: Patch::default(),
        }
    }

    /// Reads a preset of any schema version from 1 to [`SCHEMA`]. Warns of what could not be taken as
    /// it stands.
    ///
    /// # Errors
    /// If the text is not a valid preset; with the line and the reason.
    pub fn read(text: &str) -> Result<(Preset, Vec<PresetWarning>), PresetError> {
        read::preset(text)
    }

    /// As [`Preset::read`], without the warnings.
    ///
    /// # Errors
    /// If the text is not a valid preset; with the line and the reason.
    pub fn parse(text: &str) -> Result<Preset, PresetError> {
        Preset::read(text).map(|(preset, _)| preset)
    }

    /// The text of this preset. It has only the values that differ from the defaults, in the order of
    /// the table. [`Preset::parse`] gives the same preset back: normalised values to the bit, stepped
    /// values to the step.
    pub fn to_text(&self) -> String {
        write::preset(self)
    }
}

/// Why a text is not a valid preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    /// The line of the error, counted from 1.
    pub line: usize,
    /// The reason, without a full stop.
    pub reason: String,
}

impl std::fmt::Display for PresetError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for PresetError {}

/// What of a preset's text could not be taken as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetWarning {
    /// Its line, counted from 1.
    pub line: usize,
    /// The reason, without a full stop.
    pub reason: String,
}

impl std::fmt::Display for PresetWarning {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

/// A preset that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartingPreset {
    /// The name, the same as in `text`.
    pub name: &'static str,
    /// The preset's text, for [`Preset::parse`].
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

/// The presets that are part of the program. The index of a preset is its MIDI program number, so new
/// ones are added only at the end.
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
        "Aurora" = "aurora.toml";
        "Lattice" = "lattice.toml";
        "Comet" = "comet.toml";
        "Silver Bars" = "silver_bars.toml";
        "Valley Bell" = "valley_bell.toml";
        "Felt and Wire" = "felt_and_wire.toml";
        "Bronze Dawn" = "bronze_dawn.toml";
        "Stone Nave" = "stone_nave.toml";
        "Candle Choir" = "candle_choir.toml";
        "Copper Horns" = "copper_horns.toml";
        "Gut and Rosin" = "gut_and_rosin.toml";
        "Four Winds" = "four_winds.toml";
        "Root Cellar" = "root_cellar.toml";
        "Wire Comb" = "wire_comb.toml";
        "Skin and Clay" = "skin_and_clay.toml";
        "Rice Terrace" = "rice_terrace.toml";
        "Hollow Gourd" = "hollow_gourd.toml";
        "Wet Rims" = "wet_rims.toml";
        "Tin Roof" = "tin_roof.toml";
        "Bent Ladder" = "bent_ladder.toml";
        "Pine Cone" = "pine_cone.toml";
        "Turning Stair" = "turning_stair.toml";
        "Five Petals" = "five_petals.toml";
        "Tritave Reed" = "tritave_reed.toml";
        "Long Octave" = "long_octave.toml";
        "Minor Hall" = "minor_hall.toml";
        "Glacier Bell" = "glacier_bell.toml";
        "Wet Finger" = "wet_finger.toml";
        "Vesper Cloud" = "vesper_cloud.toml";
        "Open Tun" = "open_tun.toml";
        "Seven Nodes" = "seven_nodes.toml";
        "Walnut Bass" = "walnut_bass.toml";
        "Ten Times Slower" = "ten_times_slower.toml";
        "Bronze to Felt" = "bronze_to_felt.toml";
        "Throat and Saw" = "throat_and_saw.toml";
        "Skin to Wood" = "skin_to_wood.toml";
        "Strings of Glass" = "strings_of_glass.toml";
    }
}
