//! Changing the name in the text of a preset without changing the rest, comments included.

use toml::de::DeTable;

use crate::state::{Preset, PresetError};

/// `text` with the preset's name replaced by `name`.
///
/// # Errors
/// If the text is not a valid preset.
pub fn renamed(text: &str, name: &str) -> Result<String, PresetError> {
    let mut expected = Preset::parse(text)?;
    // A valid preset is TOML and has a name.
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
    fn an_invalid_preset_is_an_error_with_its_line() {
        let error = renamed("schema = 1\nname = \"a\"\nnonsense = 3\n", "b").expect_err("refused");
        assert_eq!(error.line, 3);
    }
}
