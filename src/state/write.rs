//! Writing presets as text.

use std::fmt::Write;

use super::{Preset, SCHEMA};
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{Param, Range, Unit};
use crate::synth::patch::Patch;

pub(super) fn preset(preset: &Preset) -> String {
    let mut text = format!("schema = {SCHEMA}\nname = {}\n", quoted(&preset.name));
    for (key, value) in [
        ("author", &preset.author),
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

    let defaults = Patch::default();
    let mut groups: Vec<(Group, Vec<Param>)> = Vec::new();
    for param in Param::all() {
        let differs = preset.patch.normalized(param) != defaults.normalized(param);
        if differs && !param.is_machine_setting() {
            let group = param.row().group;
            match groups.iter_mut().find(|(of, _)| *of == group) {
                Some((_, params)) => params.push(param),
                None => groups.push((group, vec![param])),
            }
        }
    }
    for (group, params) in groups {
        let group = group.name().to_lowercase().replace(' ', "_");
        line(&mut text, format_args!("\n[{group}]"));
        for param in params {
            let row = param.row();
            let value = value(param, preset.patch.normalized(param));
            let unit = match row.unit {
                Unit::Percent => "",
                unit => unit.symbol(),
            };
            let comment = if unit.is_empty() { "" } else { " # " };
            line(
                &mut text,
                format_args!("{} = {value}{comment}{unit}", row.id),
            );
        }
    }
    text
}

fn line(text: &mut String, content: std::fmt::Arguments) {
    writeln!(text, "{content}").expect("writing to a String does not fail");
}

/// `string` as a TOML string, quoted and escaped.
fn quoted(string: &str) -> String {
    toml::Value::String(string.to_owned()).to_string()
}

/// The value as written in a preset.
fn value(param: Param, normalized: f32) -> String {
    let range = param.range();
    match range {
        Range::Switch | Range::Choice { .. } => quoted(&param.text(range.plain(normalized))),
        Range::Integer { .. } => range.plain(normalized).to_string(),
        _ => shortest(range, normalized)
            .unwrap_or_else(|| format!("{{ normalized = {} }}", toml_number(normalized.into()))),
    }
}

/// The plain value with the fewest digits that give `normalized` back to the bit; `None` if no f64
/// does.
fn shortest(range: &Range, normalized: f32) -> Option<String> {
    let plain = range.plain_precise(normalized);
    let (min, max) = range.ends();
    (0..17).find_map(|decimals| {
        let rounded: f64 = format!("{plain:.decimals$e}").parse().ok()?;
        // A number rounded past an end of the range would convert to that end, but the parser would
        // reject it.
        let valid = (min..=max).contains(&(rounded as f32));
        let same = range.normalized_precise(rounded).to_bits() == normalized.to_bits();
        (valid && same).then(|| toml_number(rounded))
    })
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
