//! The drawn sets of partials in a preset's text: a `[drawn.n]` of its own, with the numbers of its
//! partials as [`PartialMask`] reads and writes them.

use std::fmt::Write;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Entry, EntryValue, TextFault, kind, table};
use super::write::quoted;
use crate::synth::parameter::{DRAWN_SETS, DrawnSetParams, PartialMask, PartialMaskError};
use crate::synth::patch::Patch;

/// The key of their tables in a preset.
pub(super) const KEY: &str = "drawn";

/// The key of a set's partials.
const PARTIALS: &str = "partials";

/// The parameters that the drawn sets in a text set.
pub(super) fn entries<'t>(value: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let mut entries = Vec::new();
    for (number, value) in table(KEY, value)? {
        let start = number.span().start;
        let known = number.get_ref().parse().ok();
        let Some(number) = known.filter(|number| (1..=DRAWN_SETS).contains(number)) else {
            let number = number.get_ref();
            let reason = format!("{KEY}.{number}: there are drawn sets 1 to {DRAWN_SETS}");
            return Err((start, reason));
        };
        for (key, value) in table(&format!("{KEY}.{number}"), value)? {
            if key.get_ref().as_ref() != PARTIALS {
                let key_text = key.get_ref();
                let reason = format!("{key_text}: unknown; a drawn set has {PARTIALS:?}");
                return Err((key.span().start, reason));
            }
            let start = value.span().start;
            let mask = mask(value)?;
            let values = DrawnSetParams::of(number).values(&mask);
            entries.extend(values.map(|(param, plain)| {
                let value = EntryValue::Whole(plain as usize);
                Entry::new(param, value, start)
            }));
        }
    }
    Ok(entries)
}

fn mask(value: Spanned<DeValue>) -> Result<PartialMask, TextFault> {
    let start = value.span().start;
    let fail = |reason: String| (start, format!("{PARTIALS}: {reason}"));
    match value.get_ref() {
        DeValue::String(text) => text
            .parse()
            .map_err(|error: PartialMaskError| fail(error.to_string())),
        other => {
            let found = kind(other);
            Err(fail(format!(
                "expected a string such as \"1-3, 7\", not {found}"
            )))
        }
    }
}

/// Writes the drawn sets of a patch in which there is any partial.
pub(super) fn write(patch: &Patch, text: &mut String) {
    for number in 1..=DRAWN_SETS {
        let mask = DrawnSetParams::of(number).mask(|param| patch.plain(param));
        if !mask.is_empty() {
            let partials = quoted(&mask.to_string());
            writeln!(text, "\n[{KEY}.{number}]\n{PARTIALS} = {partials}")
                .expect("writing to a String does not fail");
        }
    }
}
