//! The drawn spectra in a preset's text: a list of ratios and a list of levels, both for the partials from the first
//! on. In `[drawn_spectrum]` they are those of all four spectra, in `[drawn_spectrum.b]` those of B alone, in place
//! of these. What is behind the end of a list is as in a new sound.

use std::fmt::Write;

use toml::Spanned;
use toml::de::{DeArray, DeValue};

use super::read::{Entry, EntryValue, TextFault, array, table};
use super::write::{differs, value};
use crate::synth::parameter::{MAX_PARTIALS, Param, SPECTRA};
use crate::synth::patch::Patch;

/// The key of their table in a preset.
pub(super) const KEY: &str = "drawn_spectrum";

/// The keys of the tables of single spectra in it.
const SPECTRUM_KEYS: [&str; SPECTRA] = ["a", "b", "c", "d"];

/// A list of a table.
struct List {
    key: &'static str,
    /// The parameter of a spectrum and a partial.
    param: fn(usize, usize) -> Param,
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

/// The lists that a table has, in the order of [`LISTS`].
type Found<'t> = [Option<DeArray<'t>>; LISTS.len()];

/// The parameters that the drawn spectra in a text set.
pub(super) fn entries<'t>(whole: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let mut of_all = Found::default();
    let mut of_one: [Found; SPECTRA] = Default::default();
    for (key, value) in table(KEY, whole)? {
        let key_text = key.get_ref().as_ref();
        if let Some(spectrum) = SPECTRUM_KEYS.iter().position(|&of| of == key_text) {
            let name = format!("{KEY}.{key_text}");
            for (key, value) in table(&name, value)? {
                let key_text = key.get_ref().as_ref();
                if !take(key_text, value, &mut of_one[spectrum])? {
                    let reason =
                        format!("{key_text}: unknown; {name} has \"ratios\" and \"levels\"");
                    return Err((key.span().start, reason));
                }
            }
        } else if !take(key_text, value, &mut of_all)? {
            let reason = format!(
                "{key_text}: unknown; {KEY} has \"ratios\", \"levels\", and tables for \"a\" to \"d\""
            );
            return Err((key.span().start, reason));
        }
    }
    let mut entries = Vec::new();
    for (spectrum, of_one) in of_one.into_iter().enumerate() {
        let own_table = format!("{KEY}.{}", SPECTRUM_KEYS[spectrum]);
        for ((list, of_all), of_one) in LISTS.iter().zip(&of_all).zip(of_one) {
            let (table, numbers) = match of_one {
                Some(numbers) => (own_table.as_str(), Some(numbers)),
                None => (KEY, of_all.clone()),
            };
            for (n, number) in (1..).zip(numbers.into_iter().flatten()) {
                let start = number.span().start;
                let value = EntryValue::Written(number.into_inner());
                let entry = Entry::new((list.param)(spectrum, n), value, start);
                entries.push(entry.called(format!("{table}: number {n} of {}", list.key)));
            }
        }
    }
    Ok(entries)
}

/// Takes the list of this key. Returns whether it is one.
fn take<'t>(
    key: &str,
    value: Spanned<DeValue<'t>>,
    found: &mut Found<'t>,
) -> Result<bool, TextFault> {
    let Some(place) = LISTS.iter().position(|list| list.key == key) else {
        return Ok(false);
    };
    let start = value.span().start;
    let numbers = array(value, "a list of numbers");
    let numbers = numbers.map_err(|(start, reason)| (start, format!("{key}: {reason}")))?;
    if numbers.len() > MAX_PARTIALS {
        let found = numbers.len();
        let reason = format!("{key}: there are {MAX_PARTIALS} partials, not {found}");
        return Err((start, reason));
    }
    found[place] = Some(numbers);
    Ok(true)
}

/// Writes the lists of a patch in which anything is drawn, up to the last that is: once where it is the same in all
/// spectra.
pub(super) fn write(patch: &Patch, text: &mut String) {
    let alike = LISTS.each_ref().map(|list| is_alike(list, patch));
    let common = LISTS.iter().zip(alike).filter(|(_, is_alike)| *is_alike);
    write_table(KEY, common.map(|(list, _)| list), 0, patch, text);
    for (spectrum, key) in SPECTRUM_KEYS.iter().enumerate() {
        let own = LISTS.iter().zip(alike).filter(|(_, is_alike)| !is_alike);
        let own = own.map(|(list, _)| list);
        write_table(&format!("{KEY}.{key}"), own, spectrum, patch, text);
    }
}

/// Whether all spectra have the same list.
fn is_alike(list: &List, patch: &Patch) -> bool {
    (1..=MAX_PARTIALS).all(|n| {
        let of = |spectrum| patch.normalized((list.param)(spectrum, n));
        (1..SPECTRA).all(|spectrum| of(spectrum) == of(0))
    })
}

/// Writes a table with those of these lists of a spectrum in which anything is drawn.
fn write_table<'l>(
    name: &str,
    lists: impl Iterator<Item = &'l List>,
    spectrum: usize,
    patch: &Patch,
    text: &mut String,
) {
    let mut is_first = true;
    for list in lists {
        let params = (1..=MAX_PARTIALS).map(|n| (list.param)(spectrum, n));
        let params: Vec<Param> = params.collect();
        let last = params.iter().rposition(|&param| differs(param, patch));
        let Some(last) = last else {
            continue;
        };
        if std::mem::take(&mut is_first) {
            write!(text, "\n[{name}]\n").expect("writing to a String does not fail");
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
