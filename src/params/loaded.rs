//! Which preset an instance was loaded with, as it is stored with the state.

use std::collections::BTreeMap;

use nice_plug::params::persist::{deserialize_field, serialize_field};

use crate::synth::{Param, Patch};

/// Names longer than this are cut when they are read from a state.
const MAX_CHARS: usize = 256;

/// The preset that was loaded last. The sound may have been changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedPreset {
    /// Where it is found in the library; the preset may be gone from there.
    pub id: String,
    /// What a musician calls it.
    pub name: String,
    /// [`fingerprint`] of the patch as it was loaded.
    pub fingerprint: u64,
}

impl LoadedPreset {
    /// The sound of a new instance.
    pub fn initial() -> LoadedPreset {
        LoadedPreset {
            id: "factory/Initial".to_owned(),
            name: "Initial".to_owned(),
            fingerprint: fingerprint(&Patch::default()),
        }
    }

    /// As JSON for the state.
    pub(super) fn to_json(&self) -> Option<String> {
        let fingerprint = format!("{:016x}", self.fingerprint);
        let fields = [
            ("id", &self.id),
            ("name", &self.name),
            ("fingerprint", &fingerprint),
        ];
        serialize_field(&BTreeMap::from(fields)).ok()
    }

    /// From a state.
    ///
    /// # Errors
    /// What is wrong with it, without a full stop.
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
            .map_err(|_| format!("\"{hexadecimal}\" is no fingerprint"))?;
        Ok(LoadedPreset {
            id,
            name,
            fingerprint,
        })
    }
}

/// A number that differs where sounds differ. Parameters at their defaults do not count, so that it
/// holds when later versions add some. FNV-1a.
pub fn fingerprint(patch: &Patch) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |word: u32| {
        for byte in word.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for param in Param::all().filter(is_of_the_sound) {
        let row = param.row();
        let normalized = patch.normalized(param);
        if normalized != row.range.normalized(row.default) {
            row.id.bytes().for_each(|byte| take(byte.into()));
            take(normalized.to_bits());
        }
    }
    hash
}

fn is_of_the_sound(param: &Param) -> bool {
    !param.is_machine_setting() && !param.is_performance_setting()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_into_a_state_and_comes_back() {
        let preset = LoadedPreset {
            id: "user/Pads/Ü \"quoted\".toml".to_owned(),
            name: "Ü \"quoted\"".to_owned(),
            fingerprint: u64::MAX - 5,
        };
        let json = preset.to_json().expect("plain text");
        assert_eq!(LoadedPreset::from_json(&json), Ok(preset));
    }

    #[test]
    fn what_is_damaged_is_refused_and_what_is_endless_is_cut() {
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

    #[test]
    fn sounds_differ_by_their_fingerprints() {
        let mut patch = Patch::default();
        let initial = fingerprint(&patch);
        let mut seen = vec![initial];
        for param in Param::all() {
            let row = param.row();
            let default = row.range.normalized(row.default);
            patch.set_normalized(param, if default > 0.5 { 0.0 } else { 1.0 });
            seen.push(fingerprint(&patch));
            patch.set_normalized(param, default);
        }
        assert_eq!(fingerprint(&patch), initial);
        seen.sort_unstable();
        seen.dedup();
        let of_the_sound = Param::all().filter(is_of_the_sound);
        assert_eq!(seen.len(), of_the_sound.count() + 1);
    }
}
