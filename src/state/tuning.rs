//! The scale and the keyboard maps of a preset: texts beside the parameters of the tuning. Settings keep those of
//! new instances alike.
//!
//! ```toml
//! [tuning]
//! match = 1
//! scale = "Five equal steps"
//! scl = '''
//! ! 05-equal.scl
//! …'''
//! kbm = '''…''' # or kbm_1 to kbm_16, one for each channel
//! ```

use std::fmt::Write;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::read::{TextFault, kind};
use super::write::quoted;
use crate::scale::{MapTexts, TuningSet};

/// The key of the table in a preset, which parameters are in as well.
pub(super) const KEY: &str = "tuning";

/// Channels.
const CHANNELS: usize = 16;

/// A text of the table, and where its key stands.
struct Text<'t> {
    text: std::borrow::Cow<'t, str>,
    start: usize,
}

/// Takes the scale and the maps out of a table, if it has them, and leaves what else there is.
///
/// # Errors
/// Where in the text of the table something is wrong, and what.
pub(crate) fn take_scale(table: &mut DeTable) -> Result<Option<TuningSet>, TextFault> {
    let name = text(table, "scale")?;
    let scl = text(table, "scl")?;
    let one = text(table, "kbm")?;
    let mut of_channels = [const { None }; CHANNELS];
    for (channel, map) in (1..).zip(&mut of_channels) {
        *map = text(table, &format!("kbm_{channel}"))?;
    }
    let any_map = one.as_ref().or(of_channels.iter().flatten().next());
    let Some(scl) = scl else {
        return match name.as_ref().or(any_map) {
            Some(alone) => Err((alone.start, "tuning: there is no scl".to_owned())),
            None => Ok(None),
        };
    };
    let has_channels = of_channels.iter().any(Option::is_some);
    let maps = match &one {
        Some(one) if has_channels => {
            let reason = "tuning: kbm and maps of single channels exclude each other";
            return Err((one.start, reason.to_owned()));
        }
        Some(one) => MapTexts::One(one.text.as_bytes()),
        None if has_channels => MapTexts::PerChannel(
            of_channels
                .each_ref()
                .map(|map| map.as_ref().map(|map| map.text.as_bytes())),
        ),
        None => MapTexts::None,
    };
    let name = name.as_ref().map_or("", |name| &name.text);
    let set = TuningSet::read(name, scl.text.as_bytes(), maps);
    set.map(Some)
        .map_err(|error| (scl.start, format!("tuning: {error}")))
}

fn text<'t>(table: &mut DeTable<'t>, key: &str) -> Result<Option<Text<'t>>, TextFault> {
    let Some((key, value)) = table.remove_entry(key) else {
        return Ok(None);
    };
    let start = key.span().start;
    match Spanned::into_inner(value) {
        DeValue::String(text) => Ok(Some(Text { text, start })),
        other => {
            let found = kind(&other);
            let key = key.get_ref();
            Err((
                start,
                format!("tuning: {key}: expected a string, not {found}"),
            ))
        }
    }
}

/// Adds the texts to a table.
pub(crate) fn write_scale(set: &TuningSet, text: &mut String) {
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key} = {value}").expect("writing to a String does not fail");
    };
    line("scale", &quoted(set.name()));
    line("scl", &long(set.scale().text()));
    for (channel, map) in set.map_texts() {
        match channel {
            Some(channel) => line(&format!("kbm_{channel}"), &long(map)),
            None => line("kbm", &long(map)),
        }
    }
}

/// A text as a TOML string over several lines, as far as TOML has it so.
fn long(text: &str) -> String {
    let is_plain = |char: char| char == '\n' || char == '\t' || !char.is_control();
    match text.chars().all(is_plain) && !text.contains("''") && !text.ends_with('\'') {
        true => format!("'''\n{text}'''"),
        false => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use crate::scale::{MapTexts, TuningSet};
    use crate::state::Preset;
    use crate::synth::{Param, Patch};

    const SCL: &str = "! five.scl\nFive \\ \"equal\" steps\n5\n240.\n480.\n720.\n960.\n2/1\n";
    const KBM: &str = "0\n0\n127\n60\n69\n440.0\n0\n";

    fn preset(set: TuningSet) -> Preset {
        let mut patch = Patch::default();
        patch.set(Param::MATCH, 0.75);
        Preset {
            name: "Five".to_owned(),
            tuning: Some(set),
            patch,
            ..Preset::initial()
        }
    }

    #[test]
    fn a_scale_and_its_maps_come_back_as_they_were() {
        let mut channels = [None; 16];
        (channels[0], channels[9]) = (Some(KBM.as_bytes()), Some(KBM.as_bytes()));
        for maps in [
            MapTexts::None,
            MapTexts::One(KBM.as_bytes()),
            MapTexts::PerChannel(channels),
        ] {
            for scl in [
                SCL.to_owned(),
                SCL.replace('\n', "\r\n"),
                format!("{SCL}! it''' s"),
            ] {
                let set = TuningSet::read("five", scl.as_bytes(), maps).expect("readable");
                let preset = preset(set);
                let text = preset.to_text();
                assert_eq!(Preset::parse(&text).as_ref(), Ok(&preset), "{text}");
            }
        }
    }

    #[test]
    fn a_scale_without_parameters_of_the_tuning_is_written_too() {
        let set = TuningSet::read("five", SCL.as_bytes(), MapTexts::None).expect("readable");
        let mut preset = preset(set);
        preset.patch = Patch::default();
        assert_eq!(Preset::parse(&preset.to_text()), Ok(preset));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (table, line, part) in [
            ("scale = \"x\"", 5, "there is no scl"),
            ("match = 1\nscl = 3", 6, "expected a string"),
            ("scl = '''\nx\n2\n100.0\n'''", 5, "scale, line"),
            ("kbm = ''", 5, "there is no scl"),
        ] {
            let text = format!("schema = 2\nname = \"A\"\n\n[tuning]\n{table}\n");
            let error = Preset::parse(&text).expect_err(table);
            assert!(error.line == line && error.reason.contains(part), "{error}");
        }
    }
}
