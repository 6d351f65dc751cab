//! The loaded scale and its maps as files.

use super::TuningView;
use crate::editor::context::ViewContext;
use crate::library::tunings::save;
use crate::scale::{KeyMap, TuningSet};
use crate::synth::Param;

/// At most this many sets of maps may have one name.
const MOST_SETS: usize = 1_000;

impl TuningView {
    /// Writes a scale as a file. Returns a message for the user.
    pub(super) fn save_scale(&self, set: &TuningSet) -> String {
        let folder = self.library.tunings_folder();
        let text = |_: &str| set.scale().text().to_owned();
        let saved = save(folder.as_deref(), set.name(), "scl", text);
        saved.unwrap_or_else(|told| told)
    }

    /// Writes the maps of a scale as files; without one, a map for the reference pitch or the parameters.
    /// Returns a message for the user.
    pub(super) fn save_maps(&self, context: &ViewContext, set: Option<&TuningSet>) -> String {
        self.write_maps(context, set).unwrap_or_else(|told| told)
    }

    fn write_maps(&self, context: &ViewContext, set: Option<&TuningSet>) -> Result<String, String> {
        let folder = self.library.tunings_folder();
        let name = set.map_or("12 equal steps", TuningSet::name);
        let texts: Vec<_> = set.iter().flat_map(|set| set.map_texts()).collect();
        if texts.is_empty() {
            let map = set.and_then(TuningSet::reference_map);
            let map = map.or_else(|| map_of_parameters(context));
            let map = map.ok_or("No key has a frequency")?;
            return save(folder.as_deref(), name, "kbm", |file| map.to_text(file));
        }
        let file_name = |name: &str, channel: Option<usize>| match channel {
            Some(channel) => format!("{name}_{channel}"),
            None => name.to_owned(),
        };
        // A number at the end of one file's name would take it out of its set.
        let is_free = |name: &String| {
            let mut names = texts.iter().map(|(channel, _)| file_name(name, *channel));
            let path = |file: String| Some(folder.as_ref()?.join(format!("{file}.kbm")));
            names.all(|file| path(file).is_none_or(|path| !path.exists()))
        };
        let others = (2..MOST_SETS).map(|number| format!("{name} {number}"));
        let mut names = std::iter::once(name.to_owned()).chain(others);
        let name = names
            .find(is_free)
            .ok_or("There are too many files of that name")?;
        let mut told = Vec::new();
        for (channel, text) in texts {
            let file = file_name(&name, channel);
            told.push(save(folder.as_deref(), &file, "kbm", |_| text.to_owned())?);
        }
        Ok(told.join(", "))
    }
}

/// The map that says what root, reference key and concert pitch do without one.
fn map_of_parameters(context: &ViewContext) -> Option<KeyMap> {
    let plain = |param| context.model.plain(param);
    let reference = plain(Param::REFERENCE_KEY);
    let octaves = f64::from(reference - 69.0) / 12.0;
    let reference_hz = f64::from(plain(Param::A4)) * libm::exp2(octaves);
    let root = plain(Param::ROOT_KEY);
    KeyMap::linear(root as i64, reference as i64, reference_hz)
}
