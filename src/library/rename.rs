//! Another name in the text of a preset, with everything else left to the letter: comments too.

use toml::de::DeTable;

use crate::state::{Preset, PresetError};

/// The text with this name.
///
/// # Errors
/// Why the text is no preset.
pub fn renamed(text: &str, name: &str) -> Result<String, PresetError> {
    let mut expected = Preset::parse(text)?;
    // What can be read as a preset is TOML, and has a name.
    let place = DeTable::parse(text)
        .ok()
        .and_then(|document| document.get_ref().get("name").map(|name| name.span()));
    expected.name = name.trim().to_owned();
    if let Some(place) = place {
        let mut renamed = text.to_owned();
        let quoted = toml::Value::String(expected.name.clone()).to_string();
        renamed.replace_range(place, &quoted);
        if Preset::parse(&renamed).as_ref() == Ok(&expected) {
            return Ok(renamed);
        }
    }
    Ok(expected.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_changes() {
        let text = "schema = 1\n# mine\nname   = 'Old \"x\"' # was Older\n\n[source]\ntilt = -3\n";
        let name = "New \\ \"quoted\" ü\t鐘";
        let renamed = renamed(text, name).expect("a preset");
        assert_eq!(Preset::parse(&renamed).expect("still one").name, name);
        assert!(
            renamed.contains("# mine")
                && renamed.ends_with(" # was Older\n\n[source]\ntilt = -3\n")
        );
    }

    #[test]
    fn what_is_no_preset_has_no_name() {
        let error = renamed("schema = 1\nname = \"a\"\nnonsense = 3\n", "b").expect_err("refused");
        assert_eq!(error.line, 3);
    }
}
