//! Parsing preset text.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Error};

use super::{
    Preset, PresetError, PresetWarning, SCHEMA, curves, drawn_sets, drawn_spectra, macro_names,
    recording, routes, sequences, tuning,
};
use crate::synth::parameter::Param;
use crate::synth::patch::Patch;

/// One parameter of a preset text.
#[derive(Clone)]
pub(super) struct Entry<'t> {
    pub id: String,
    /// What the text calls it, where that is not its id.
    pub name: Option<String>,
    pub value: EntryValue<'t>,
    /// The divisor that brings a number into the parameter's unit.
    pub span: f64,
    /// Where it stands in the text, in bytes.
    pub start: usize,
}

impl<'t> Entry<'t> {
    /// A parameter in its own unit.
    pub fn new(param: Param, value: EntryValue<'t>, start: usize) -> Entry<'t> {
        Entry {
            id: param.row().id.to_owned(),
            name: None,
            value,
            span: 1.0,
            start,
        }
    }

    /// The same, which the text calls by this name.
    pub fn called(self, name: String) -> Entry<'t> {
        Entry {
            name: Some(name),
            ..self
        }
    }
}

/// The value of a parameter in a preset text.
#[derive(Clone)]
pub(super) enum EntryValue<'t> {
    /// As it is written.
    Written(DeValue<'t>),
    /// A whole number that follows from what is written.
    Whole(usize),
}

/// Each migration converts the entries of one schema version to the next; the first is from 1 to 2.
/// The array's length makes a missing migration a compile error when [`SCHEMA`] is raised.
const MIGRATIONS: [fn(&mut Vec<Entry>); SCHEMA as usize - 1] = [
    // What schema 2 has beside it does not change what was there before.
    |_| {},
];

/// Where something is wrong in the text, in bytes, and what.
pub(super) type TextFault = (usize, String);

pub(super) fn preset(text: &str) -> Result<(Preset, Vec<PresetWarning>), PresetError> {
    let mut warnings = Vec::new();
    let parsed = parsed(text, &mut warnings);
    let preset = parsed.map_err(|(start, reason)| PresetError {
        line: line(text, start),
        reason,
    })?;
    let warnings = warnings.into_iter().map(|(start, reason)| PresetWarning {
        line: line(text, start),
        reason,
    });
    Ok((preset, warnings.collect()))
}

fn parsed(text: &str, warnings: &mut Vec<TextFault>) -> Result<Preset, TextFault> {
    let document = DeTable::parse(text).map_err(not_toml)?.into_inner();
    let schema = schema(&document)?;
    let (mut preset, mut entries) = head_and_entries(document, schema, warnings)?;
    if preset.name.trim().is_empty() {
        return Err((0, "name: missing or empty".to_owned()));
    }
    // The parser sorts keys alphabetically; the first error in the text should be reported.
    entries.sort_by_key(|entry| entry.start);
    for migrate in &MIGRATIONS[schema as usize - 1..] {
        migrate(&mut entries);
    }
    let entries = entries.into_iter().flat_map(with_present_ids).collect();
    preset.patch = patch(text, entries)?;
    Ok(preset)
}

/// The preset with its head and the default patch, and the parameters of all groups.
fn head_and_entries<'t>(
    document: DeTable<'t>,
    schema: u32,
    warnings: &mut Vec<TextFault>,
) -> Result<(Preset, Vec<Entry<'t>>), TextFault> {
    let mut preset = Preset::initial();
    let mut entries = Vec::new();
    let is_second = schema >= 2;
    for (key, value) in document {
        match key.get_ref().as_ref() {
            "schema" => {}
            "name" => preset.name = string("name", value)?,
            "author" => preset.author = string("author", value)?,
            "category" => preset.category = string("category", value)?,
            "description" => preset.description = string("description", value)?,
            "tags" => preset.tags = tags(value)?,
            macro_names::KEY => preset.macro_names = macro_names::read(value, warnings)?,
            "route" if is_second => entries.extend(routes::entries(value)?),
            "curve" if is_second => entries.extend(curves::entries(value)?),
            sequences::KEY if is_second => entries.extend(sequences::entries(value)?),
            drawn_sets::KEY if is_second => entries.extend(drawn_sets::entries(value)?),
            drawn_spectra::KEY if is_second => entries.extend(drawn_spectra::entries(value)?),
            other => {
                let DeValue::Table(mut group) = value.into_inner() else {
                    let reason = format!("{other}: unknown key; parameters must be in a [group]");
                    return Err((key.span().start, reason));
                };
                if is_second && other == tuning::KEY {
                    preset.tuning = tuning::take_scale(&mut group)?;
                }
                if is_second && other == recording::KEY {
                    preset.recording = recording::take(&mut group)?;
                }
                entries.extend(group.into_iter().map(|(id, value)| Entry {
                    id: id.get_ref().to_string(),
                    name: None,
                    span: 1.0,
                    start: id.span().start,
                    value: EntryValue::Written(value.into_inner()),
                }));
            }
        }
    }
    Ok((preset, entries))
}

/// What an entry means that may have the id of a drawing that all spectra shared.
fn with_present_ids(entry: Entry) -> Vec<Entry> {
    match Param::of_former_drawn_id(&entry.id) {
        None => vec![entry],
        Some(params) => {
            let with_id = |param: Param| Entry {
                id: param.row().id.to_owned(),
                name: Some(entry.id.clone()),
                ..entry.clone()
            };
            params.map(with_id).into()
        }
    }
}

/// The patch with these parameters, in the order in which `text` has them.
fn patch(text: &str, entries: Vec<Entry>) -> Result<Patch, TextFault> {
    let mut patch = Patch::default();
    let mut seen: HashMap<Param, usize> = HashMap::new();
    for entry in entries {
        let Entry {
            id,
            name,
            value,
            span,
            start,
        } = entry;
        let place = line(text, start);
        let name = name.as_ref().unwrap_or(&id);
        let fail = |reason: String| Err((start, format!("{name}: {reason}")));
        let Some(param) = Param::from_id(&id) else {
            return fail("unknown parameter".to_owned());
        };
        if let Some(first) = seen.insert(param, place) {
            return fail(format!("already set in line {first}"));
        }
        let normalized = match &value {
            EntryValue::Written(value) => normalized(param, value, span),
            EntryValue::Whole(number) => Ok(param.range().normalized(*number as f32)),
        };
        match normalized {
            // Presets of earlier versions have the number of voices, which is ignored.
            Ok(_) if param.is_machine_setting() => {}
            Ok(normalized) => patch.set_normalized(param, normalized),
            Err(reason) => return fail(reason),
        }
    }
    Ok(patch)
}

/// The schema version. It is read first, so that a newer preset is not reported as an invalid one.
fn schema(document: &DeTable) -> Result<u32, TextFault> {
    let Some(value) = document.get("schema") else {
        return Err((0, "schema: missing; this is not a preset".to_owned()));
    };
    let start = value.span().start;
    match whole(value.get_ref()) {
        Some(schema) if (1..=i64::from(SCHEMA)).contains(&schema) => Ok(schema as u32),
        Some(schema) if schema > i64::from(SCHEMA) => Err((
            start,
            format!("schema {schema} is newer than this program, which reads up to {SCHEMA}"),
        )),
        _ => Err((
            start,
            format!("schema: expected a whole number from 1 to {SCHEMA}"),
        )),
    }
}

/// The normalised value of `param` for the preset value `value`, whose numbers are divided by `span`.
fn normalized(param: Param, value: &DeValue, span: f64) -> Result<f32, String> {
    let range = param.range();
    if let Some(labels) = range.labels() {
        let DeValue::String(label) = value else {
            return Err(format!(
                "expected one of {}, not {}",
                list(labels),
                kind(value)
            ));
        };
        return match param.row().plain_of_label(label) {
            Some(plain) => Ok(range.normalized(plain)),
            None => Err(format!("{label:?} is not one of {}", list(labels))),
        };
    }
    if let DeValue::Table(table) = value {
        return match table.get("normalized").map(Spanned::get_ref) {
            Some(value) if table.len() == 1 => {
                within(number(value)?, (0.0, 1.0), 1.0).map(|x| x as f32)
            }
            _ => Err("expected a number or { normalized = … }".to_owned()),
        };
    }
    let plain = within(number(value)?, range.ends(), span)?;
    if range.steps().is_some() && plain != plain.floor() {
        return Err(format!("{plain} is not a whole number"));
    }
    Ok(range.normalized_precise(plain))
}

/// `value` over `span`, if that lies from `min` to `max` after rounding to f32.
fn within(value: f64, (min, max): (f32, f32), span: f64) -> Result<f64, String> {
    let plain = value / span;
    if plain.is_nan() {
        Err("not a number".to_owned())
    } else if (min..=max).contains(&(plain as f32)) {
        Ok(plain)
    } else {
        let [min, max] = [min, max].map(|end| f64::from(end) * span);
        Err(format!("{value} is outside {min} to {max}"))
    }
}

fn number(value: &DeValue) -> Result<f64, String> {
    let parsed = match value {
        DeValue::Integer(_) => whole(value).map(|whole| whole as f64),
        DeValue::Float(digits) => digits.as_str().parse().ok(),
        _ => return Err(format!("expected a number, not {}", kind(value))),
    };
    parsed.ok_or_else(|| "the number has too many digits".to_owned())
}

fn string(key: &str, value: Spanned<DeValue>) -> Result<String, TextFault> {
    let start = value.span().start;
    match value.into_inner() {
        DeValue::String(string) => Ok(string.into_owned()),
        other => {
            let found = kind(&other);
            Err((start, format!("{key}: expected a string, not {found}")))
        }
    }
}

fn tags(value: Spanned<DeValue>) -> Result<Vec<String>, TextFault> {
    let start = value.span().start;
    match value.into_inner() {
        DeValue::Array(tags) => tags.into_iter().map(|tag| string("tags", tag)).collect(),
        other => {
            let found = kind(&other);
            Err((
                start,
                format!("tags: expected a list of strings, not {found}"),
            ))
        }
    }
}

pub(super) fn table<'t>(name: &str, value: Spanned<DeValue<'t>>) -> Result<DeTable<'t>, TextFault> {
    let start = value.span().start;
    match value.into_inner() {
        DeValue::Table(table) => Ok(table),
        other => {
            let found = kind(&other);
            Err((start, format!("{name}: expected a table, not {found}")))
        }
    }
}

pub(super) fn array<'t>(
    value: Spanned<DeValue<'t>>,
    expected: &str,
) -> Result<DeArray<'t>, TextFault> {
    let start = value.span().start;
    match value.into_inner() {
        DeValue::Array(array) => Ok(array),
        other => {
            let found = kind(&other);
            Err((start, format!("expected {expected}, not {found}")))
        }
    }
}

pub(super) fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(super) fn list(labels: &[&str]) -> String {
    let quoted: Vec<_> = labels.iter().map(|label| format!("{label:?}")).collect();
    quoted.join(", ")
}

/// Where a text stops being TOML, in bytes, and the reason in one line.
pub(crate) fn not_toml(error: Error) -> (usize, String) {
    let words: Vec<&str> = error.message().split_whitespace().collect();
    let start = error.span().map_or(0, |span| span.start);
    (start, format!("not TOML: {}", words.join(" ")))
}

/// The whole number that a value is; `None` if it is no whole number, or has too many digits.
pub(crate) fn whole(value: &DeValue) -> Option<i64> {
    match value {
        DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
        _ => None,
    }
}

/// The line of the byte at `offset`, counted from 1.
pub(crate) fn line(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}
