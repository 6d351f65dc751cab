//! The scale that the command line asks for.

use std::fs;
use std::path::Path;

use aliquot::scale::{MapTexts, TuningSet, channel_of_map};

use crate::arguments::Arguments;

/// The scale and its maps; `None` if none are asked for.
///
/// # Errors
/// What cannot be read, and why.
pub fn asked(arguments: &Arguments) -> Result<Option<TuningSet>, String> {
    let Some(path) = &arguments.scale else {
        return Ok(None);
    };
    let scl = read(path)?;
    let mut texts = Vec::new();
    for path in &arguments.map {
        texts.push((path, read(path)?));
    }
    let mut of_channels = [None; 16];
    let maps = match &texts[..] {
        [] => MapTexts::None,
        [(_, text)] => MapTexts::One(text),
        several => {
            for (path, text) in several {
                let Some(channel) = channel_of_map(&stem(path)) else {
                    let path = path.display();
                    return Err(format!(
                        "{path}: one of several maps; its name has to end in _1 to _16, the channel"
                    ));
                };
                of_channels[channel - 1] = Some(&text[..]);
            }
            MapTexts::PerChannel(of_channels)
        }
    };
    let set = TuningSet::read(&stem(path), &scl, maps);
    set.map(Some)
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
