//! The preset that an instance has loaded, as it is stored with the state.

use std::collections::BTreeMap;

use nice_plug::params::persist::{deserialize_field, serialize_field};

use crate::state::{MacroNames, NamedBank};
use crate::synth::parameter::{MAX_PARTIALS, SPECTRA};
use crate::synth::{Param, Patch};

/// Longer names and ids are cut when they are read from a state.
const MAX_CHARS: usize = 256;

/// The preset that was loaded last. The patch may have changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedPreset {
    /// Its id in the library. The library may no longer have it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// [`fingerprint`] of the patch, the names of the macros and the bank when it was loaded.
    pub fingerprint: u64,
}

impl LoadedPreset {
    /// The preset with this id and name, loaded as this patch with these names of the macros and this bank of
    /// recordings.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        patch: &Patch,
        macro_names: &MacroNames,
        recording: Option<&NamedBank>,
    ) -> LoadedPreset {
        LoadedPreset {
            id: id.into(),
            name: name.into(),
            fingerprint: fingerprint(patch, macro_names, recording),
        }
    }

    /// The preset of a new instance.
    pub fn initial() -> LoadedPreset {
        let (patch, macro_names) = (Patch::default(), MacroNames::default());
        LoadedPreset::new("factory/Initial", "Initial", &patch, &macro_names, None)
    }

    /// JSON for the state.
    pub(super) fn to_json(&self) -> Option<String> {
        let fingerprint = format!("{:016x}", self.fingerprint);
        let fields = [
            ("id", &self.id),
            ("name", &self.name),
            ("fingerprint", &fingerprint),
        ];
        serialize_field(&BTreeMap::from(fields)).ok()
    }

    /// Parses the JSON of a state.
    ///
    /// # Errors
    /// The reason, without a full stop.
    pub(super) fn from_json(json: &str) -> Result<LoadedPreset, String> {
        let mut fields: BTreeMap<String, String> =
            deserialize_field(json).map_err(|error| error.to_string())?;
        let mut field = |key: &str| {
            let text = fields.remove(key).ok_or(format!("no \"{key}\""))?;
            let clean: String = text.chars().filter(|char| !char.is_control()).collect();
            Ok::<String, String>(clean.chars().take(MAX_CHARS).collect())
        };
        let (id, name, hexadecimal) = (field("id")?, field("name")?, field("fingerprint")?);
        let fingerprint = u64::from_str_radix(&hexadecimal, 16)
            .map_err(|_| format!("\"{hexadecimal}\" is not a fingerprint"))?;
        Ok(LoadedPreset {
            id,
            name,
            fingerprint,
        })
    }
}

/// A hash (FNV-1a) of the sound, of what it calls the macros, and of its bank with its edits. Parameters at
/// their defaults and macros without a name are left out, so that the hash stays the same when later versions add more.
pub fn fingerprint(patch: &Patch, macro_names: &MacroNames, recording: Option<&NamedBank>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |word: u32| {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let mut take_value = |id: &str, normalized: f32| {
        id.bytes().for_each(|byte| take(byte.into()));
        take(normalized.to_bits());
    };
    for param in Param::all().filter(is_of_the_sound) {
        if !param.is_of_drawn_spectrum() && differs(patch, param) {
            take_value(param.row().id, patch.normalized(param));
        }
    }
    for (id, normalized) in drawn(patch) {
        take_value(&id, normalized);
    }
    for (number, name) in macro_names.iter() {
        take(number as u32);
        name.bytes().for_each(|byte| take(byte.into()));
    }
    if let Some(named) = recording {
        let bank = named.hash();
        [bank as u32, (bank >> 32) as u32]
            .into_iter()
            .for_each(&mut take);
        let edits = named.edits().hash();
        if edits != 0 {
            [edits as u32, (edits >> 32) as u32]
                .into_iter()
                .for_each(take);
        }
    }
    hash
}

/// What is drawn in the spectra, by the ids that are hashed. Where all four have one drawing, it is there once and
/// by the ids that it had when there was only one, so that the hash stays the same.
fn drawn(patch: &Patch) -> Vec<(String, f32)> {
    let is_one = (1..SPECTRA).all(|spectrum| {
        patch.drawn_ratios(spectrum) == patch.drawn_ratios(0)
            && patch.drawn_levels(spectrum) == patch.drawn_levels(0)
    });
    let mut drawn = Vec::new();
    for spectrum in 0..if is_one { 1 } else { SPECTRA } {
        for n in 1..=MAX_PARTIALS {
            for (kind, param) in Param::DRAWN {
                let param = param(spectrum, n);
                if differs(patch, param) {
                    let id = match is_one {
                        true => format!("drawn_{kind}_{n}"),
                        false => param.row().id.to_owned(),
                    };
                    drawn.push((id, patch.normalized(param)));
                }
            }
        }
    }
    drawn
}

fn differs(patch: &Patch, param: Param) -> bool {
    patch.normalized(param) != param.default_normalized()
}

fn is_of_the_sound(param: &Param) -> bool {
    !param.is_machine_setting() && !param.is_performance_setting()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_was_written() {
        let preset = LoadedPreset {
            id: "user/Pads/Ü \"quoted\".toml".to_owned(),
            name: "Ü \"quoted\"".to_owned(),
            fingerprint: u64::MAX - 5,
        };
        let json = preset.to_json().expect("plain text");
        assert_eq!(LoadedPreset::from_json(&json), Ok(preset));
    }

    #[test]
    fn damaged_fields_are_errors_and_long_names_are_cut() {
        for json in [
            "",
            "null",
            "[]",
            r#"{"id":"a"}"#,
            r#"{"id":"a","name":"b","fingerprint":"xyz"}"#,
            r#"{"id":"a","name":3,"fingerprint":"0"}"#,
        ] {
            let reason = LoadedPreset::from_json(json).expect_err(json);
            assert!(!reason.is_empty());
        }
        let long = format!(
            r#"{{"id":"a","name":"{}","fingerprint":"0"}}"#,
            "\\n\u{fc}".repeat(10_000)
        );
        let preset = LoadedPreset::from_json(&long).expect("readable");
        assert_eq!(preset.name, "ü".repeat(MAX_CHARS));
    }

    /// States that were saved when there was one drawing have hashes of that time.
    #[test]
    fn one_drawing_in_all_spectra_has_the_hash_that_one_alone_had() {
        let names = MacroNames::default();
        let mut patch = Patch::default();
        let values = [("drawn_ratio_2", 0.25_f32), ("drawn_level_2", 0.5)];
        for spectrum in 0..SPECTRA {
            patch.set_normalized(Param::drawn_ratio(spectrum, 2), values[0].1);
            patch.set_normalized(Param::drawn_level(spectrum, 2), values[1].1);
        }
        let mut expected = fingerprint(&Patch::default(), &names, None);
        for (id, normalized) in values {
            let words = id.bytes().map(u32::from).chain([normalized.to_bits()]);
            for byte in words.flat_map(u32::to_le_bytes) {
                expected = (expected ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!(fingerprint(&patch, &names, None), expected);
        patch.set_normalized(Param::drawn_level(3, 2), 0.6);
        assert_ne!(fingerprint(&patch, &names, None), expected);
    }

    #[test]
    fn different_sounds_have_different_fingerprints() {
        let mut patch = Patch::default();
        let mut names = MacroNames::default();
        let initial = fingerprint(&patch, &names, None);
        let mut seen = vec![initial];
        for param in Param::all() {
            let row = param.row();
            let default = row.range.normalized(row.default);
            patch.set_normalized(param, if default > 0.5 { 0.0 } else { 1.0 });
            seen.push(fingerprint(&patch, &names, None));
            patch.set_normalized(param, default);
        }
        assert_eq!(fingerprint(&patch, &names, None), initial);
        for (number, name) in [(1, "Bow"), (1, "Reed"), (2, "Reed")] {
            names = MacroNames::default();
            names.set(number, name);
            seen.push(fingerprint(&patch, &names, None));
        }
        let bank = NamedBank::absent("Oboe", "", 7).expect("no path");
        seen.push(fingerprint(&patch, &names, Some(&bank)));
        seen.sort_unstable();
        seen.dedup();
        let of_the_sound = Param::all().filter(is_of_the_sound);
        assert_eq!(seen.len(), of_the_sound.count() + 1 + 3 + 1);
    }
}
