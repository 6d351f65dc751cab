//! Patches as states of the plugin, in which the parameters stand too that hosts do not see.

use aliquot::scale::TuningSet;
use aliquot::synth::{Param, Patch};
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::Instance;

/// The field of a state with the parameters that hosts do not see, itself JSON.
const UNHOSTED_FIELD: &str = "unhosted";
/// A state begins with the length of its text in bytes, a little-endian `u64`.
const LENGTH_BYTES: usize = 8;

/// The state of `instance`, with every parameter as `patch` has it.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn patch_state(instance: &mut Instance, patch: &Patch) -> Result<Vec<u8>> {
    let values: Vec<(Param, f32)> = Param::all()
        .map(|param| (param, patch.normalized(param)))
        .collect();
    state_with(instance, &values)
}

/// The state of `instance`, but for these parameters' normalised values.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with(instance: &mut Instance, values: &[(Param, f32)]) -> Result<Vec<u8>> {
    let state = instance.save_state()?;
    let text = state.get(LENGTH_BYTES..).context("a state of few bytes")?;
    let mut state: Value = serde_json::from_slice(text)?;
    let field = &state["fields"][UNHOSTED_FIELD];
    let field = field.as_str().context("a state without its field")?;
    let mut unhosted: Map<String, Value> = serde_json::from_str(field)?;
    let hosted = state["params"].as_object_mut();
    let hosted = hosted.context("a state without parameters")?;
    for &(param, normalized) in values {
        let value = match param.range().steps() {
            None => json!({ "f32": normalized }),
            Some(_) => json!({ "i32": param.range().plain(normalized) as i32 }),
        };
        let place = if param.is_hosted() {
            &mut *hosted
        } else {
            &mut unhosted
        };
        place.insert(param.row().id.to_owned(), value);
    }
    state["fields"][UNHOSTED_FIELD] = serde_json::to_string(&unhosted)?.into();
    with_length(&state)
}

/// The state of `instance` with this field, in place of the one that it has.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with_field(instance: &mut Instance, field: &str, json: &str) -> Result<Vec<u8>> {
    let state = instance.save_state()?;
    let text = state.get(LENGTH_BYTES..).context("a state of few bytes")?;
    let mut state: Value = serde_json::from_slice(text)?;
    state["fields"][field] = json.into();
    with_length(&state)
}

/// The state of `instance` with this scale loaded.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with_scale(instance: &mut Instance, set: &TuningSet) -> Result<Vec<u8>> {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), set.name().into());
    fields.insert("scl".to_owned(), set.scale().text().into());
    for (channel, text) in set.map_texts() {
        let key = channel.map_or("kbm".to_owned(), |channel| format!("kbm_{channel}"));
        fields.insert(key, text.into());
    }
    state_with_field(instance, "tuning", &serde_json::to_string(&fields)?)
}

/// As the framework stores it.
fn with_length(state: &Value) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(state)?;
    let length = u64::try_from(text.len())?;
    Ok([&length.to_le_bytes(), text.as_slice()].concat())
}
