//! The list of favourites: a text file with their ids.
//!
//! ```toml
//! favourites = [
//!     "factory/Bell",
//!     "user/Warm Pad.toml",
//! ]
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{Damaged, LibraryError, failed};
use crate::saving::{self, Overwrite};
use crate::state::{line, not_toml};

/// Reads the ids in the file; none if there is no file.
pub fn read(path: &Path) -> Result<BTreeSet<String>, Damaged> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(|reason| Damaged::new(path, reason)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(Damaged::new(path, error)),
    }
}

fn parse(text: &str) -> Result<BTreeSet<String>, String> {
    let at = |start: usize, reason: &str| format!("line {}: {reason}", line(text, start));
    let document = DeTable::parse(text).map_err(|error| {
        let (start, reason) = not_toml(error);
        at(start, &reason)
    })?;
    let mut ids = BTreeSet::new();
    for (key, value) in document.into_inner() {
        if key.get_ref() != "favourites" {
            let reason = format!("{}: unknown key", key.get_ref());
            return Err(at(key.span().start, &reason));
        }
        let start = value.span().start;
        let DeValue::Array(list) = value.into_inner() else {
            return Err(at(start, "favourites: expected a list of strings"));
        };
        for id in list {
            let start = id.span().start;
            let DeValue::String(id) = id.into_inner() else {
                return Err(at(start, "favourites: expected a string"));
            };
            ids.insert(id.into_owned());
        }
    }
    Ok(ids)
}

/// Adds an id to the file or removes it. The file is read first, because other instances write it too.
pub fn set(path: &Path, id: &str, favourite: bool) -> Result<(), LibraryError> {
    let mut ids = read(path).map_err(LibraryError::Damaged)?;
    let changed = if favourite {
        ids.insert(id.to_owned())
    } else {
        ids.remove(id)
    };
    if !changed {
        return Ok(());
    }
    let mut text = "favourites = [\n".to_owned();
    for id in ids {
        text.push_str(&format!("    {},\n", toml::Value::String(id)));
    }
    text.push_str("]\n");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed("make", folder))?;
    }
    Ok(saving::write(path, &text, Overwrite::Yes)?)
}
