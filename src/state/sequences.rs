//! The steps of a sequence in a preset's text: a `[sequence.n]` of its own, with a list of their values.
//!
//! The list says how many steps there are, too. Steps past the last, which nothing plays, are written as the
//! single parameters that they are.

use std::fmt::Write;

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Entry, EntryValue, TextFault, array, table};
use super::write::{differs, value};
use crate::synth::parameter::{Param, SEQUENCE_STEPS, SEQUENCES, SequenceParams};
use crate::synth::patch::Patch;

/// The key of their tables in a preset.
pub(super) const KEY: &str = "sequence";

/// The key of a sequence's steps.
const STEPS: &str = "steps";

/// The parameters that the sequences in a text set.
pub(super) fn entries<'t>(value: Spanned<DeValue<'t>>) -> Result<Vec<Entry<'t>>, TextFault> {
    let mut entries = Vec::new();
    for (number, value) in table(KEY, value)? {
        let start = number.span().start;
        let known = number.get_ref().parse().ok();
        let Some(number) = known.filter(|number| (1..=SEQUENCES).contains(number)) else {
            let number = number.get_ref();
            let reason = format!("{KEY}.{number}: there are sequences 1 to {SEQUENCES}");
            return Err((start, reason));
        };
        let params = SequenceParams::of(number);
        for (key, value) in table(&format!("{KEY}.{number}"), value)? {
            if key.get_ref().as_ref() != STEPS {
                let key_text = key.get_ref();
                let reason = format!("{key_text}: unknown; a sequence has {STEPS:?}");
                return Err((key.span().start, reason));
            }
            steps(&params, value, &mut entries)?;
        }
    }
    Ok(entries)
}

fn steps<'t>(
    params: &SequenceParams,
    value: Spanned<DeValue<'t>>,
    entries: &mut Vec<Entry<'t>>,
) -> Result<(), TextFault> {
    let start = value.span().start;
    let fail = |reason: String| (start, format!("{STEPS}: {reason}"));
    let steps = array(value, "a list of numbers from -1 to 1");
    let steps = steps.map_err(|(_, reason)| fail(reason))?;
    let count = steps.len();
    if !(1..=SEQUENCE_STEPS).contains(&count) {
        return Err(fail(format!(
            "a sequence has 1 to {SEQUENCE_STEPS} steps, not {count}"
        )));
    }
    entries.push(Entry::new(params.steps, EntryValue::Whole(count), start));
    for (number, step) in (1..).zip(steps) {
        let start = step.span().start;
        let value = EntryValue::Written(step.into_inner());
        entries.push(Entry::new(params.step(number), value, start));
    }
    Ok(())
}

/// The parameters that [`write`] writes: the number of each sequence's steps, and those that are played.
fn params_of(sequence: &SequenceParams, patch: &Patch) -> Vec<Param> {
    let count = patch.plain(sequence.steps) as usize;
    let steps = (1..=count).map(|number| sequence.step(number));
    std::iter::once(sequence.steps).chain(steps).collect()
}

/// The parameters that [`write`] writes for all sequences.
pub(super) fn written(patch: &Patch) -> Vec<Param> {
    let sequences = (1..=SEQUENCES).map(SequenceParams::of);
    sequences
        .flat_map(|sequence| params_of(&sequence, patch))
        .collect()
}

/// Writes the steps of a patch's sequences.
pub(super) fn write(patch: &Patch, text: &mut String) {
    for number in 1..=SEQUENCES {
        let params = params_of(&SequenceParams::of(number), patch);
        if !params.iter().any(|&param| differs(param, patch)) {
            continue;
        }
        let steps: Vec<String> = params[1..]
            .iter()
            .map(|&param| value(param, patch.normalized(param)))
            .collect();
        let steps = steps.join(", ");
        writeln!(text, "\n[{KEY}.{number}]\n{STEPS} = [{steps}]")
            .expect("writing to a String does not fail");
    }
}
