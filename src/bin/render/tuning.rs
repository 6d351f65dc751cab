//! The scale that the command line asks for.

use std::fs;
use std::path::Path;

use aliquot::scale::{KeyMap, Scale, SetMaps, TuningSet, channel_of_map};
use aliquot::synth::tuning::CHANNELS;

use crate::arguments::Arguments;

/// The scale and its maps; `None` if none are asked for.
///
/// # Errors
/// What cannot be read, and why.
pub fn asked(arguments: &Arguments) -> Result<Option<TuningSet>, String> {
    let Some(path) = &arguments.scale else {
        return Ok(None);
    };
    let scale = Scale::read(&read(path)?).map_err(|error| named(path, error))?;
    let maps = match &arguments.map[..] {
        [] => SetMaps::Linear,
        [map] => SetMaps::One(read_map(map)?),
        several => {
            let mut maps = Box::new([const { None }; CHANNELS]);
            for path in several {
                let channel = channel_of_map(&stem(path)).ok_or_else(|| {
                    named(
                        path,
                        "one of several maps; its name has to end in _1 to _16, the channel",
                    )
                })?;
                if maps[channel - 1].replace(read_map(path)?).is_some() {
                    let error = format!("channel {channel} has a map already");
                    return Err(named(path, error));
                }
            }
            SetMaps::PerChannel(maps)
        }
    };
    let set = TuningSet::new(&stem(path), scale, maps);
    set.map(Some).map_err(|error| named(path, error))
}

fn read_map(path: &Path) -> Result<KeyMap, String> {
    KeyMap::read(&read(path)?).map_err(|error| named(path, error))
}

fn named(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| named(path, error))
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
