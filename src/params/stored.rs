//! Validating stored states.
//!
//! A state is loaded completely or not at all. It is rejected, and the sound does not change, if it
//! has no schema version or a newer one than ours, or if a value in it has the wrong type or is out of
//! range. Parameters that are missing because the state is older get their defaults, so that the sound
//! does not depend on the previous one. Unknown ids are ignored.

use std::collections::BTreeMap;
use std::fmt;

use nice_plug::params::persist::{deserialize_field, serialize_field};
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::PluginState;

use crate::state::{MacroNames, SCHEMA, macro_number};
use crate::synth::Param;
use crate::synth::parameter::{Row, rows};

use super::controllers::Protection;

/// The field with the schema version.
pub const SCHEMA_FIELD: &str = "schema";
/// The field with the editor's size as `[width, height]` in logical pixels.
pub const EDITOR_SIZE_FIELD: &str = "editor_size";
/// The field with the editor's scale, per cent.
pub const EDITOR_SCALE_FIELD: &str = "editor_scale";
/// The field with the learned controllers, as pairs `[controller, parameter's id]`.
pub const CONTROLLERS_FIELD: &str = "controllers";
/// The field with the parameters that hosts do not see, by id, stored as the framework stores the
/// others. In states of versions in which hosts saw them they are among the others.
pub const UNHOSTED_FIELD: &str = "unhosted";
/// The field with the names of the macros that have one, by number. States of older versions have none.
pub const MACRO_NAMES_FIELD: &str = "macro_names";
/// The field with the loaded preset. States of older versions have none.
pub const PRESET_FIELD: &str = "preset";

/// The field with the loaded scale. States without one, and of older versions, have none.
pub const TUNING_FIELD: &str = "tuning";

/// The field with the loaded bank of recordings. States without one, and of older versions, have none.
pub const RECORDINGS_FIELD: &str = "recordings";

/// Why a state was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has no schema version, or one that cannot be read.
    NoSchema,
    /// It was written by a later version, with this schema.
    Newer(u32),
    /// The value of this parameter has the wrong type or is out of range.
    BadValue(String),
    /// The learned controllers cannot be read, or one of them cannot be learned.
    BadControllers,
    /// The loaded scale cannot be read.
    BadScale(String),
    /// The bank of recordings cannot be read.
    BadRecordings(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoSchema => write!(f, "it is damaged: no readable schema version"),
            Refusal::Newer(schema) => write!(
                f,
                "it was written by a later version of Aliquot (schema {schema}, this version \
                 reads up to {SCHEMA})"
            ),
            Refusal::BadValue(id) => write!(f, "it is damaged: bad value for \"{id}\""),
            Refusal::BadControllers => write!(f, "it is damaged: bad learned controllers"),
            Refusal::BadScale(reason) => write!(f, "it is damaged: bad scale: {reason}"),
            Refusal::BadRecordings(reason) => {
                write!(f, "it is damaged: bad recordings: {reason}")
            }
        }
    }
}

/// Validates a state, removes unknown parameters and adds missing ones. A rejected state is emptied, so
/// that loading it changes nothing.
///
/// # Errors
///
/// Why the state was rejected.
pub fn admit(state: &mut PluginState) -> Result<(), Refusal> {
    let result = check(state);
    match result {
        Ok(mut values) => {
            state.params.clear();
            for param in Param::hosted() {
                let value = values.remove(param.row().id);
                let value = value.unwrap_or_else(|| default_value(param.row()));
                state.params.insert(param.row().id.to_owned(), value);
            }
            values.retain(|id, _| Param::from_id(id).is_some());
            if let Ok(json) = serialize_field(&values) {
                state.fields.insert(UNHOSTED_FIELD.to_owned(), json);
            }
            Ok(())
        }
        Err(refusal) => {
            state.params.clear();
            state.fields.clear();
            Err(refusal)
        }
    }
}

/// Values by id.
type Values = BTreeMap<String, ParamValue>;

/// All values that the state has, whoever sees them.
fn check(state: &PluginState) -> Result<Values, Refusal> {
    let schema = state
        .fields
        .get(SCHEMA_FIELD)
        .and_then(|json| deserialize_field::<u32>(json).ok())
        .filter(|&schema| schema > 0)
        .ok_or(Refusal::NoSchema)?;
    if schema > SCHEMA {
        return Err(Refusal::Newer(schema));
    }
    let mut values = state.params.clone();
    if let Some(json) = state.fields.get(UNHOSTED_FIELD) {
        let unhosted: Values =
            deserialize_field(json).map_err(|_| Refusal::BadValue(UNHOSTED_FIELD.to_owned()))?;
        values.extend(unhosted);
    }
    take_former_drawing(&mut values);
    for row in rows() {
        if let Some(value) = values.get(row.id)
            && !fits(row, value)
        {
            return Err(Refusal::BadValue(row.id.to_owned()));
        }
    }
    if let Some(json) = state.fields.get(CONTROLLERS_FIELD) {
        let pairs = pairs(json).ok_or(Refusal::BadControllers)?;
        if pairs
            .iter()
            .any(|&(number, _)| number > 127 || Protection::of(number, false).is_some())
        {
            return Err(Refusal::BadControllers);
        }
    }
    if let Some(json) = state.fields.get(TUNING_FIELD) {
        super::scale::read(json).map_err(Refusal::BadScale)?;
    }
    if let Some(json) = state.fields.get(RECORDINGS_FIELD) {
        super::recordings::read(json).map_err(Refusal::BadRecordings)?;
    }
    Ok(values)
}

/// States from before each spectrum had a drawing of its own have one for all four.
fn take_former_drawing(values: &mut Values) {
    let former = values.iter().filter_map(|(id, value)| {
        let params = Param::of_former_drawn_id(id)?;
        Some((params, value.clone()))
    });
    for (params, value) in former.collect::<Vec<_>>() {
        for param in params {
            let own = values.entry(param.row().id.to_owned());
            own.or_insert_with(|| value.clone());
        }
    }
}

fn pairs(json: &str) -> Option<Vec<(u8, String)>> {
    deserialize_field(json).ok()
}

/// The learned controllers in the fields of a validated state; none if the state is older than MIDI
/// learn. Parameters that are unknown or that hosts do not see are ignored.
pub fn controllers(fields: &BTreeMap<String, String>) -> Vec<(u8, Param)> {
    let pairs = fields.get(CONTROLLERS_FIELD).and_then(|json| pairs(json));
    pairs
        .unwrap_or_default()
        .iter()
        .filter_map(|(number, id)| Some((*number, Param::from_id(id)?)))
        .filter(|(_, param)| param.is_hosted())
        .collect()
}

/// The field for the parameters that hosts do not see, whose normalised values `normalized` gives. Of the drawn
/// spectra, which are many, those at their defaults are left out.
pub fn unhosted_to_json(normalized: impl Fn(Param) -> f32) -> Option<String> {
    let is_default = |param: Param| normalized(param) == param.default_normalized();
    let values: Values = Param::all()
        .filter(|param| !param.is_hosted())
        .filter(|&param| !(param.is_of_drawn_spectrum() && is_default(param)))
        .map(|param| {
            (
                param.row().id.to_owned(),
                value(param.row(), normalized(param)),
            )
        })
        .collect();
    serialize_field(&values).ok()
}

/// The normalised value of each parameter that hosts do not see, by an admitted state's fields; its
/// default where they do not name it.
pub fn unhosted(fields: &BTreeMap<String, String>) -> Vec<(Param, f32)> {
    let values: Option<Values> = fields
        .get(UNHOSTED_FIELD)
        .and_then(|json| deserialize_field(json).ok());
    let values = values.unwrap_or_default();
    Param::all()
        .filter(|param| !param.is_hosted())
        .map(|param| {
            let normalized = match values.get(param.row().id) {
                Some(ParamValue::I32(plain)) => param.range().normalized(*plain as f32),
                Some(ParamValue::F32(normalized)) => *normalized,
                _ => param.default_normalized(),
            };
            (param, normalized)
        })
        .collect()
}

/// The field for the names of the macros.
pub fn macro_names_to_json(names: &MacroNames) -> Option<String> {
    let names: BTreeMap<String, &str> = names
        .iter()
        .map(|(number, name)| (number.to_string(), name))
        .collect();
    serialize_field(&names).ok()
}

/// The names of the macros in a state's fields: as many as can be read. `tell` has why of the others.
pub fn macro_names(fields: &BTreeMap<String, String>, mut tell: impl FnMut(String)) -> MacroNames {
    let mut names = MacroNames::default();
    let Some(json) = fields.get(MACRO_NAMES_FIELD) else {
        return names;
    };
    let read: BTreeMap<String, String> = match deserialize_field(json) {
        Ok(read) => read,
        Err(error) => {
            tell(error.to_string());
            return names;
        }
    };
    for (key, name) in read {
        match macro_number(&key) {
            Some(number) => {
                if let Some(reason) = names.set(number, &name) {
                    tell(format!("macro {number}: {reason}"));
                }
            }
            None => tell(format!("there is no macro {key:?}")),
        }
    }
    names
}

fn fits(row: &Row, value: &ParamValue) -> bool {
    match (value, row.range.steps()) {
        // A range never contains NaN.
        (ParamValue::F32(normalized), None) => (0.0..=1.0).contains(normalized),
        // Unused steps too: a host may have set one, or a later version may use it.
        (ParamValue::I32(plain), Some(steps)) => {
            let min = row.range.ends().0 as i32;
            (min..=min + steps as i32).contains(plain)
        }
        _ => false,
    }
}

fn default_value(row: &Row) -> ParamValue {
    value(row, row.range.normalized(row.default))
}

/// The value as the framework stores it.
fn value(row: &Row, normalized: f32) -> ParamValue {
    match row.range.steps() {
        None => ParamValue::F32(normalized),
        Some(_) => ParamValue::I32(row.range.plain(normalized) as i32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::parameter::SPECTRA;

    fn state() -> PluginState {
        let mut state = PluginState {
            version: "0.1.0".to_owned(),
            params: rows()
                .iter()
                .map(|row| (row.id.to_string(), default_value(row)))
                .collect(),
            fields: Default::default(),
        };
        state
            .fields
            .insert(SCHEMA_FIELD.to_owned(), SCHEMA.to_string());
        state
    }

    fn refused(state: &mut PluginState) -> Refusal {
        let refusal = admit(state).expect_err("admitted");
        assert!(state.params.is_empty() && state.fields.is_empty());
        assert!(!refusal.to_string().is_empty());
        refusal
    }

    #[test]
    fn a_valid_state_is_loaded_unchanged() {
        let mut admitted = state();
        admitted
            .params
            .insert("tilt".to_owned(), ParamValue::F32(0.123));
        assert_eq!(admit(&mut admitted), Ok(()));
        assert_eq!(admitted.params.len(), Param::hosted().count());
        assert!(matches!(admitted.params["tilt"], ParamValue::F32(0.123)));
    }

    #[test]
    fn a_newer_or_missing_schema_is_rejected() {
        let mut newer = state();
        let schema = SCHEMA + 1;
        newer
            .fields
            .insert(SCHEMA_FIELD.to_owned(), schema.to_string());
        assert_eq!(refused(&mut newer), Refusal::Newer(schema));
        for json in [
            "",
            "0",
            "-1",
            "1.5",
            "\"1\"",
            "null",
            "99999999999999999999",
        ] {
            let mut nameless = state();
            nameless
                .fields
                .insert(SCHEMA_FIELD.to_owned(), json.to_owned());
            assert_eq!(refused(&mut nameless), Refusal::NoSchema, "{json}");
        }
        let mut empty = PluginState {
            version: String::new(),
            params: Default::default(),
            fields: Default::default(),
        };
        assert_eq!(refused(&mut empty), Refusal::NoSchema);
    }

    #[test]
    fn invalid_values_are_rejected() {
        let bad = [
            ("tilt", ParamValue::F32(f32::NAN)),
            ("tilt", ParamValue::F32(f32::INFINITY)),
            ("tilt", ParamValue::F32(-0.001)),
            ("tilt", ParamValue::F32(1.001)),
            ("tilt", ParamValue::I32(1)),
            ("tilt", ParamValue::String("1".to_owned())),
            ("partials", ParamValue::I32(0)),
            ("partials", ParamValue::I32(1_025)),
            ("filter_type", ParamValue::I32(16)),
            ("filter_type", ParamValue::I32(-1)),
            ("mpe", ParamValue::I32(2)),
            ("partials", ParamValue::I32(i32::MIN)),
            ("partials", ParamValue::F32(0.5)),
            ("mpe", ParamValue::Bool(true)),
        ];
        for (id, value) in bad {
            let mut damaged = state();
            damaged.params.insert(id.to_owned(), value.clone());
            let refusal = refused(&mut damaged);
            assert_eq!(refusal, Refusal::BadValue(id.to_owned()), "{value:?}");
        }
    }

    #[test]
    fn what_hosts_do_not_see_is_taken_from_its_field_or_from_where_it_was() {
        let param = Param::macro_target(3);
        let id = param.row().id;
        let read = |state: &mut PluginState| {
            admit(state).map(|()| {
                assert!(!state.params.contains_key(id));
                let values: BTreeMap<Param, f32> = unhosted(&state.fields).into_iter().collect();
                assert_eq!(
                    values.len(),
                    Param::all().filter(|p| !p.is_hosted()).count()
                );
                param.range().plain(values[&param])
            })
        };
        // As the parameters of a host, among which older versions had it; by itself; as both.
        let older = |value: i32| {
            let mut state = state();
            state.params.insert(id.to_owned(), ParamValue::I32(value));
            state
        };
        let with = |mut state: PluginState, value: f32| {
            let json = unhosted_to_json(|of| match of == param {
                true => param.range().normalized(value),
                false => of.default_normalized(),
            });
            let json = json.expect("plain text");
            state.fields.insert(UNHOSTED_FIELD.to_owned(), json);
            state
        };
        let neither = || {
            let mut state = state();
            state.params.remove(id);
            state
        };
        assert_eq!(read(&mut older(5)), Ok(5.0));
        assert_eq!(read(&mut with(neither(), 7.0)), Ok(7.0));
        assert_eq!(read(&mut with(older(5), 7.0)), Ok(7.0));
        assert_eq!(read(&mut neither()), Ok(0.0));
        // What is damaged is refused as everywhere.
        let bad = Err(Refusal::BadValue(id.to_owned()));
        assert_eq!(read(&mut older(64)), bad);
        for (json, id) in [
            ("", UNHOSTED_FIELD),
            ("[]", UNHOSTED_FIELD),
            (r#"{"macro_3_target":7}"#, UNHOSTED_FIELD),
            (r#"{"macro_3_target":{"i32":-1}}"#, id),
            (r#"{"macro_3_target":{"f32":0.5}}"#, id),
        ] {
            let mut state = neither();
            state
                .fields
                .insert(UNHOSTED_FIELD.to_owned(), json.to_owned());
            assert_eq!(
                read(&mut state),
                Err(Refusal::BadValue(id.to_owned())),
                "{json}"
            );
        }
    }

    #[test]
    fn the_one_drawing_of_older_states_is_that_of_all_spectra() {
        let read = |json: &str| -> BTreeMap<Param, f32> {
            let mut state = state();
            state.params.retain(|id, _| !id.starts_with("drawn_"));
            state
                .fields
                .insert(UNHOSTED_FIELD.to_owned(), json.to_owned());
            assert_eq!(admit(&mut state), Ok(()), "{json}");
            unhosted(&state.fields).into_iter().collect()
        };
        let values = read(r#"{"drawn_ratio_2":{"f32":0.3},"drawn_level_512":{"f32":0.1}}"#);
        for spectrum in 0..SPECTRA {
            assert_eq!(values[&Param::drawn_ratio(spectrum, 2)], 0.3);
            assert_eq!(values[&Param::drawn_level(spectrum, 512)], 0.1);
            let other = Param::drawn_ratio(spectrum, 3);
            assert_eq!(values[&other], other.default_normalized());
        }
        let values = read(r#"{"drawn_ratio_2":{"f32":0.3},"drawn_b_ratio_2":{"f32":0.4}}"#);
        let found = [0, 1, 2, 3].map(|spectrum| values[&Param::drawn_ratio(spectrum, 2)]);
        assert_eq!(found, [0.3, 0.4, 0.3, 0.3]);
        let mut damaged = state();
        let bad = ("drawn_ratio_2".to_owned(), ParamValue::F32(1.5));
        damaged.params.retain(|id, _| !id.starts_with("drawn_"));
        damaged.params.extend([bad]);
        assert!(matches!(refused(&mut damaged), Refusal::BadValue(_)));
    }

    /// So that a state is not larger than what was drawn asks for.
    #[test]
    fn only_what_is_drawn_is_stored() {
        let drawn = Param::drawn_level(3, 7);
        let json = unhosted_to_json(|param| match param == drawn {
            true => 0.25,
            false => param.default_normalized(),
        });
        let json = json.expect("plain text");
        let ids: BTreeMap<String, ParamValue> = deserialize_field(&json).expect("values");
        let ids = ids.keys().filter_map(|id| Param::from_id(id));
        let of_spectra: Vec<Param> = ids.filter(|id| id.is_of_drawn_spectrum()).collect();
        assert_eq!(of_spectra, [drawn]);
        let values: BTreeMap<Param, f32> =
            unhosted(&BTreeMap::from([(UNHOSTED_FIELD.to_owned(), json)]))
                .into_iter()
                .collect();
        assert_eq!(values[&drawn], 0.25);
    }

    #[test]
    fn learned_controllers_are_read_or_the_state_is_rejected() {
        let learned = |json: &str| {
            let mut state = state();
            let field = (CONTROLLERS_FIELD.to_owned(), json.to_owned());
            state.fields.extend([field]);
            admit(&mut state).map(|()| controllers(&state.fields))
        };
        assert_eq!(learned("[]"), Ok(vec![]));
        assert_eq!(
            learned(r#"[[21,"cutoff"],[22,"flux"],[23,"macro_1_target"],[7,"level"]]"#),
            Ok(vec![(21, Param::CUTOFF), (7, Param::LEVEL)])
        );
        for json in [
            "",
            "7",
            "{}",
            r#"[["cutoff",21]]"#,
            r#"[[128,"cutoff"]]"#,
            r#"[[64,"cutoff"]]"#,
            r#"[[-1,"cutoff"]]"#,
        ] {
            assert_eq!(learned(json), Err(Refusal::BadControllers), "{json}");
        }
        assert_eq!(controllers(&BTreeMap::new()), []);
    }

    #[test]
    fn the_names_of_macros_are_read_as_far_as_they_go() {
        let read = |json: &str| {
            let fields = BTreeMap::from([(MACRO_NAMES_FIELD.to_owned(), json.to_owned())]);
            let mut told = Vec::new();
            let names = macro_names(&fields, |why| told.push(why));
            (names, told.len())
        };
        let mut names = MacroNames::default();
        names.set(1, "Bow");
        names.set(8, "\"Ü\"");
        let json = macro_names_to_json(&names).expect("plain text");
        assert_eq!(read(&json), (names.clone(), 0));
        let damaged = r#"{"1":"B\u0007ow","8":"\"Ü\"","9":"x","2":""}"#;
        assert_eq!(read(damaged), (names, 2));
        let long = format!(r#"{{"3":"{}"}}"#, "x".repeat(10_000));
        let (names, told) = read(&long);
        assert_eq!((names.get(3), told), (&*"x".repeat(24), 1));
        for json in ["", "7", "[]", r#"{"1":2}"#] {
            assert_eq!(read(json), (MacroNames::default(), 1), "{json}");
        }
        let none = macro_names(&BTreeMap::new(), |why| panic!("{why}"));
        assert_eq!(none, MacroNames::default());
    }

    #[test]
    fn missing_parameters_get_defaults_and_unknown_ones_are_removed() {
        let mut older = state();
        older.params.clear();
        older
            .params
            .insert("tilt".to_owned(), ParamValue::F32(0.25));
        older
            .params
            .insert("flux".to_owned(), ParamValue::F32(f32::NAN));
        assert_eq!(admit(&mut older), Ok(()));
        assert_eq!(older.params.len(), Param::hosted().count());
        assert!(matches!(older.params["tilt"], ParamValue::F32(0.25)));
        assert!(matches!(older.params["partials"], ParamValue::I32(128)));
    }
}
