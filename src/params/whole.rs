//! An instance's whole state as text, as the framework stores it in hosts: for the standalone program,
//! whose state no host keeps.

use nice_plug::params::persist::{deserialize_field, serialize_field};
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{Param as _, Params as _, PluginState};

use super::{HostParam, HostParams, stored};
use crate::synth::parameter::Param;

impl HostParams {
    /// The text of the state. Not for the audio thread.
    pub fn to_text(&self) -> String {
        let params = Param::hosted().filter_map(|param| {
            let value = match self.get(param) {
                Some(HostParam::Continuous(float)) => {
                    ParamValue::F32(float.unmodulated_plain_value())
                }
                Some(HostParam::Stepped(int)) => ParamValue::I32(int.unmodulated_plain_value()),
                Some(HostParam::Unhosted(_)) | None => return None,
            };
            Some((param.row().id.to_owned(), value))
        });
        let state = PluginState {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            params: params.collect(),
            fields: self.serialize_fields(),
        };
        serialize_field(&state).unwrap_or_default()
    }

    /// Takes over the text of a state, as if a host had loaded it. Not for the audio thread.
    ///
    /// # Errors
    /// Why the text is no state that can be loaded. Then nothing of it is taken over.
    pub fn load_text(&self, text: &str) -> Result<(), String> {
        let mut state: PluginState =
            deserialize_field(text).map_err(|error| format!("it is damaged: {error}"))?;
        stored::admit(&mut state).map_err(|refusal| refusal.to_string())?;
        for (id, value) in &state.params {
            let Some(param) = Param::from_id(id) else {
                continue;
            };
            match (self.get(param), value) {
                (Some(HostParam::Continuous(_)), ParamValue::F32(normalized)) => {
                    self.set(param, *normalized);
                }
                (Some(HostParam::Stepped(int)), ParamValue::I32(plain)) => {
                    self.set(param, int.preview_normalized(*plain));
                }
                _ => {}
            }
        }
        self.deserialize_fields(&state.fields);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::LoadedPreset;

    #[test]
    fn a_text_brings_everything_back() {
        let params = HostParams::default();
        for (place, param) in Param::all().enumerate() {
            let range = param.range();
            let value = range.normalized(range.plain((place % 97) as f32 / 97.0));
            params.set(param, value);
        }
        let names = params.macro_names();
        params.set_preset(Some(LoadedPreset::new(
            "a/b",
            "B",
            &params.patch(),
            &names,
            None,
        )));
        let copy = HostParams::default();
        assert_eq!(copy.load_text(&params.to_text()), Ok(()));
        for param in Param::all() {
            let [found, expected] = [&copy, &params].map(|of| of.unmodulated(param));
            // The framework snaps to its own steps.
            let row = param.row();
            assert!(
                (found - expected).abs() < 1e-4,
                "{}: {found} {expected}",
                row.id
            );
        }
        assert_eq!(copy.preset(), params.preset());
        assert_eq!(copy.to_text(), params.to_text());
    }

    #[test]
    fn a_damaged_text_changes_nothing() {
        let params = HostParams::default();
        params.set(Param::LEVEL, 0.25);
        let before = params.to_text();
        let whole = HostParams::default().to_text();
        for text in ["", "{}", "no state", &whole[..whole.len() / 2]] {
            assert!(params.load_text(text).is_err(), "{text}");
            assert_eq!(params.to_text(), before);
        }
    }
}
