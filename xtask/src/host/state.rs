//! States of the plugin that hold a given sound, also what hosts do not see of it.

use std::collections::BTreeMap;

use aliquot::scale::TuningSet;
use aliquot::state::{NamedBank, Preset};
use aliquot::synth::Param;
use aliquot::tracks::bank_text;
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::Instance;

/// The field of a state with the parameters that hosts do not see, itself JSON.
const UNHOSTED_FIELD: &str = "unhosted";
/// The field with the loaded scale.
const TUNING_FIELD: &str = "tuning";
/// The field with the loaded bank of recordings.
const RECORDINGS_FIELD: &str = "recordings";
/// A state begins with the length of its text in bytes, a little-endian `u64`.
const LENGTH_BYTES: usize = 8;

/// The state of `instance` with the sound of `preset` in place of its own: the parameters, the scale and the bank of
/// recordings, each of which the preset may have or not.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn preset_state(instance: &mut Instance, preset: &Preset) -> Result<Vec<u8>> {
    let values = Param::all().map(|param| (param, preset.patch.normalized(param)));
    let mut state = StateText::of(instance)?;
    state.set_values(values)?;
    let scale = preset.tuning.as_ref().map(scale_field).transpose()?;
    state.set_field(TUNING_FIELD, scale)?;
    let bank = preset.recording.as_ref().map(bank_field).transpose()?;
    state.set_field(RECORDINGS_FIELD, bank)?;
    state.bytes()
}

/// The state of `instance`, but for these parameters' normalised values.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with(instance: &mut Instance, values: &[(Param, f32)]) -> Result<Vec<u8>> {
    let mut state = StateText::of(instance)?;
    state.set_values(values.iter().copied())?;
    state.bytes()
}

/// The state of `instance` with this field, in place of the one that it has.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with_field(instance: &mut Instance, field: &str, json: &str) -> Result<Vec<u8>> {
    let mut state = StateText::of(instance)?;
    state.set_field(field, Some(json.to_owned()))?;
    state.bytes()
}

/// The state of `instance` with this bank of recordings, in place of the one that it has.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn state_with_bank(instance: &mut Instance, named: &NamedBank) -> Result<Vec<u8>> {
    state_with_field(instance, RECORDINGS_FIELD, &bank_field(named)?)
}

/// What the state of `instance` says of its bank of recordings, by key: its name, its file, its hash, and what else
/// there is of it. Empty if it has none.
///
/// # Errors
/// The plugin has no state, or not of this form.
pub fn bank_in_state(instance: &mut Instance) -> Result<BTreeMap<String, String>> {
    let StateText(state) = StateText::of(instance)?;
    match state["fields"][RECORDINGS_FIELD].as_str() {
        Some(json) => Ok(serde_json::from_str(json)?),
        None => Ok(BTreeMap::new()),
    }
}

/// The plain values that parameters which hosts do not see have in the state of `instance`. What is drawn in the
/// spectra is only there where it differs from its default.
///
/// # Errors
/// The plugin has no state, or not of this form, or one of the parameters is not in it.
pub fn unhosted_values(instance: &mut Instance, params: &[Param]) -> Result<Vec<f32>> {
    let unhosted = StateText::of(instance)?.unhosted()?;
    let values = params.iter().map(|param| {
        let id = param.row().id;
        let value = match unhosted.get(id) {
            Some(value) => value,
            None if param.is_of_drawn_spectrum() => return Ok(param.row().default),
            None => bail!("no {id}"),
        };
        let normalized = value["f32"]
            .as_f64()
            .map(|it| param.range().plain(it as f32));
        let plain = || value["i32"].as_f64().map(|it| it as f32);
        normalized
            .or_else(plain)
            .with_context(|| format!("{id}: {value}"))
    });
    values.collect()
}

fn scale_field(set: &TuningSet) -> Result<String> {
    let mut fields = Map::new();
    fields.insert("name".to_owned(), set.name().into());
    fields.insert("scl".to_owned(), set.scale().text().into());
    for (channel, text) in set.map_texts() {
        let key = channel.map_or("kbm".to_owned(), |channel| format!("kbm_{channel}"));
        fields.insert(key, text.into());
    }
    Ok(serde_json::to_string(&fields)?)
}

/// With the bank itself if it is one that states hold, or else by its file and its hash.
fn bank_field(named: &NamedBank) -> Result<String> {
    let mut fields = Map::new();
    fields.insert("bank".to_owned(), named.name().into());
    fields.insert("file".to_owned(), named.file().into());
    fields.insert("hash".to_owned(), format!("{:016x}", named.hash()).into());
    if let Some(bank) = named.embedded() {
        fields.insert("data".to_owned(), bank_text::line(bank).into());
    }
    Ok(serde_json::to_string(&fields)?)
}

/// A state as JSON.
struct StateText(Value);

impl StateText {
    fn of(instance: &mut Instance) -> Result<StateText> {
        let state = instance.save_state()?;
        let text = state.get(LENGTH_BYTES..).context("a state of few bytes")?;
        Ok(StateText(serde_json::from_slice(text)?))
    }

    /// The parameters that hosts do not see.
    fn unhosted(&self) -> Result<Map<String, Value>> {
        let field = &self.0["fields"][UNHOSTED_FIELD];
        let field = field.as_str().context("a state without its field")?;
        Ok(serde_json::from_str(field)?)
    }

    fn set_values(&mut self, values: impl Iterator<Item = (Param, f32)>) -> Result<()> {
        let mut unhosted = self.unhosted()?;
        let StateText(state) = self;
        let hosted = state["params"].as_object_mut();
        let hosted = hosted.context("a state without parameters")?;
        for (param, normalized) in values {
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
        Ok(())
    }

    /// Sets a field, or takes it away.
    fn set_field(&mut self, field: &str, json: Option<String>) -> Result<()> {
        let fields = self.0["fields"].as_object_mut();
        let fields = fields.context("a state without fields")?;
        match json {
            Some(json) => fields.insert(field.to_owned(), json.into()),
            None => fields.remove(field),
        };
        Ok(())
    }

    /// The state as the framework stores it.
    fn bytes(&self) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(&self.0)?;
        let length = u64::try_from(text.len())?;
        Ok([&length.to_le_bytes(), text.as_slice()].concat())
    }
}
