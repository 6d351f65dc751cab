//! Writing presets as text.

use std::fmt::Write;

use super::{
    Preset, SCHEMA, curves, drawn_sets, drawn_spectra, macro_names, recording, routes, sequences,
    tuning,
};
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{Param, Range, Unit};
use crate::synth::patch::Patch;

pub(super) fn preset(preset: &Preset) -> String {
    let mut text = format!("schema = {SCHEMA}\nname = {}\n", quoted(&preset.name));
    for (key, value) in [
        ("author", &preset.author),
        ("category", &preset.category),
        ("description", &preset.description),
    ] {
        if !value.is_empty() {
            line(&mut text, format_args!("{key} = {}", quoted(value)));
        }
    }
    if !preset.tags.is_empty() {
        let tags: Vec<_> = preset.tags.iter().map(|tag| quoted(tag)).collect();
        line(&mut text, format_args!("tags = [{}]", tags.join(", ")));
    }
    macro_names::write(&preset.macro_names, &mut text);

    for (of, params) in groups(preset) {
        let group = of.name().to_lowercase().replace(' ', "_");
        line(&mut text, format_args!("\n[{group}]"));
        for param in params {
            let row = param.row();
            let value = value(param, preset.patch.normalized(param));
            text.push_str(&assignment(row.id, &value, row.unit));
        }
        if let (Group::Tuning, Some(set)) = (of, &preset.tuning) {
            tuning::write_scale(set, &mut text);
        }
        if let (Group::Recording, Some(named)) = (of, &preset.recording) {
            recording::write(named, &mut text);
        }
    }
    routes::write(&preset.patch, &mut text);
    curves::write(&preset.patch, &mut text);
    sequences::write(&preset.patch, &mut text);
    drawn_sets::write(&preset.patch, &mut text);
    drawn_spectra::write(&preset.patch, &mut text);
    text
}

/// The groups that have a table, with those parameters in it that are not as in a new preset.
fn groups(preset: &Preset) -> Vec<(Group, Vec<Param>)> {
    let mut groups: Vec<(Group, Vec<Param>)> = Vec::new();
    let mut elsewhere = curves::written(&preset.patch);
    elsewhere.extend(sequences::written(&preset.patch));
    for param in Param::all().filter(|param| !elsewhere.contains(param)) {
        if differs(param, &preset.patch) && !param.is_machine_setting() {
            let group = param.row().group;
            if matches!(
                group,
                Group::Routes | Group::DrawnSets | Group::DrawnSpectra
            ) {
                continue;
            }
            match groups.iter_mut().find(|(of, _)| *of == group) {
                Some((_, params)) => params.push(param),
                None => groups.push((group, vec![param])),
            }
        }
    }
    for (of, has_more) in [
        (Group::Tuning, preset.tuning.is_some()),
        (Group::Recording, preset.recording.is_some()),
    ] {
        if has_more && !groups.iter().any(|(group, _)| *group == of) {
            groups.push((of, Vec::new()));
        }
    }
    groups
}

/// A line with a value, and its unit as a comment.
pub(super) fn assignment(key: &str, value: &str, unit: Unit) -> String {
    let unit = match unit {
        Unit::Percent => "",
        unit => unit.symbol(),
    };
    let comment = if unit.is_empty() { "" } else { " # " };
    format!("{key} = {value}{comment}{unit}\n")
}

/// Whether the value is another than the default: of two normalised values that mean the same step
/// neither is.
pub(super) fn differs(param: Param, patch: &Patch) -> bool {
    match param.range().steps() {
        Some(_) => patch.plain(param) != param.row().default,
        None => patch.normalized(param) != param.default_normalized(),
    }
}

fn line(text: &mut String, content: std::fmt::Arguments) {
    writeln!(text, "{content}").expect("writing to a String does not fail");
}

/// `string` as a TOML string, quoted and escaped.
pub(super) fn quoted(string: &str) -> String {
    toml::Value::String(string.to_owned()).to_string()
}

/// The value as written in a preset.
pub(super) fn value(param: Param, normalized: f32) -> String {
    let range = param.range();
    match range {
        Range::Switch | Range::Choice { .. } => quoted(&param.text(range.plain(normalized))),
        Range::Integer { .. } => range.plain(normalized).to_string(),
        _ => continuous(range, normalized, 1.0),
    }
}

/// The value of a continuous range as written in a preset, `span` times the plain one.
pub(super) fn continuous(range: &Range, normalized: f32, span: f64) -> String {
    shortest(range, normalized, span)
        .unwrap_or_else(|| format!("{{ normalized = {} }}", toml_number(normalized.into())))
}

/// The plain value times `span`, with the fewest digits that give `normalized` back to the bit; `None` if no f64
/// does. A number that was written with no more digits than needed comes back as it was written.
fn shortest(range: &Range, normalized: f32, span: f64) -> Option<String> {
    let written = span * range.plain_precise(normalized);
    let (min, max) = range.ends();
    let is_exact = |number: &f64| {
        // A number rounded past an end of the range would convert to that end, but the parser would
        // reject it.
        let plain = number / span;
        (min..=max).contains(&(plain as f32))
            && range.normalized_precise(plain).to_bits() == normalized.to_bits()
    };
    // No rounding of another number gives 0.
    let zero = Some(0.0).filter(is_exact);
    let number = zero.or_else(|| {
        (0..17).find_map(|decimals| rounded(written, decimals).into_iter().find(is_exact))
    })?;
    Some(toml_number(number))
}

/// `number` rounded to `decimals` decimals of its scientific notation, then the numbers one unit of the last
/// decimal below and above. One of these may give a normalised value back where the nearest does not: near a
/// power of two the interval of numbers with that value is not symmetric.
fn rounded(number: f64, decimals: usize) -> Vec<f64> {
    let text = format!("{number:.decimals$e}");
    let parts = text.split_once('e').and_then(|(mantissa, exponent)| {
        let digits: i64 = mantissa.replace('.', "").parse().ok()?;
        let exponent: i64 = exponent.parse().ok()?;
        Some((digits, exponent - decimals as i64))
    });
    let Some((digits, exponent)) = parts else {
        return Vec::new();
    };
    [digits, digits - 1, digits + 1]
        .iter()
        .filter_map(|digits| format!("{digits}e{exponent}").parse().ok())
        .collect()
}

/// Plain digits, or an exponent for very small numbers; TOML reads both. Never "-0".
fn toml_number(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else if number.abs() >= 1e-6 {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}
