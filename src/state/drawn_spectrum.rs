//! The drawn spectrum in a preset's text: a `[drawn_spectrum]` with a list of ratios and a list of levels, both
//! for the partials from the first on. What is behind the end of a list is as in a new sound.

use std::fmt::Write;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Entry, EntryValue, TextFault, array, table};
use super::write::{differs, value};
use crate::synth::parameter::{MAX_PARTIALS, Param};
use crate::synth::patch::Patch;

/// The key of its table in a preset.
pub(super) const KEY: &str = "drawn_spectrum";

/// A list of the table.
struct List {
    key: &'static str,
    param: fn(usize) -> Param,
    comment: &'static str,
}

const LISTS: [List; 2] = [
    List {
        key: "ratios",
        param: Param::drawn_ratio,
        comment: "over the note's frequency",
    },
    List {
        key: "levels",
        param: Param::drawn_level,
        comment: "dB",
    },
];

/// The parameters that the drawn spectrum in a text sets.
pub(super) fn entries<'t>(value: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let mut entries = Vec::new();
    for (key, value) in table(KEY, value)? {
        let key_text = key.get_ref().as_ref();
        let Some(list) = LISTS.iter().find(|list| list.key == key_text) else {
            let reason = format!("{key_text}: unknown; {KEY} has \"ratios\" and \"levels\"");
            return Err((key.span().start, reason));
        };
        let start = value.span().start;
        let numbers = array(value, "a list of numbers")?;
        if numbers.len() > MAX_PARTIALS {
            let found = numbers.len();
            let reason = format!("{key_text}: there are {MAX_PARTIALS} partials, not {found}");
            return Err((start, reason));
        }
        for (n, number) in (1..).zip(numbers) {
            let start = number.span().start;
            let value = EntryValue::Written(number.into_inner());
            entries.push(Entry::new((list.param)(n), value, start));
        }
    }
    Ok(entries)
}

/// Writes the lists of a patch in which anything is drawn, up to the last that is.
pub(super) fn write(patch: &Patch, text: &mut String) {
    let mut is_first = true;
    for list in &LISTS {
        let params: Vec<Param> = (1..=MAX_PARTIALS).map(list.param).collect();
        let last = params.iter().rposition(|&param| differs(param, patch));
        let Some(last) = last else {
            continue;
        };
        if std::mem::take(&mut is_first) {
            write!(text, "\n[{KEY}]\n").expect("writing to a String does not fail");
        }
        let numbers: Vec<String> = params[..=last]
            .iter()
            .map(|&param| value(param, patch.normalized(param)))
            .collect();
        let (key, numbers, comment) = (list.key, numbers.join(", "), list.comment);
        writeln!(text, "{key} = [{numbers}] # {comment}")
            .expect("writing to a String does not fail");
    }
}
