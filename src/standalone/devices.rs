//! Which devices there are to choose from. Asking the system for them takes its time: not for a thread that
//! draws or plays.

use cpal::traits::{DeviceTrait as _, HostTrait as _};

/// Names of devices, as the framework wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// Devices that sound can go to, without those of JACK, which has ports in place of devices.
    pub outputs: Vec<String>,
    /// Devices that notes can come from.
    pub midi_inputs: Vec<String>,
}

impl Devices {
    /// The devices of this moment. What the system does not report is left out.
    pub fn now() -> Devices {
        let outputs = cpal::default_host().output_devices().ok();
        let outputs = outputs.into_iter().flatten().filter_map(|device| {
            let description = device.description().ok()?;
            Some(description.name().to_owned())
        });
        let mut outputs: Vec<String> = outputs.collect();
        let mut seen = std::collections::HashSet::new();
        outputs.retain(|name| seen.insert(name.clone()));
        Devices {
            outputs,
            midi_inputs: midi_inputs(),
        }
    }

    /// The MIDI input to take if none is chosen: the first that is a device, not a loop of the system's.
    pub fn first_midi_input(&self) -> Option<&str> {
        let mut devices = self.midi_inputs.iter();
        devices
            .find(|name| !name.starts_with("Midi Through"))
            .map(String::as_str)
    }
}

fn midi_inputs() -> Vec<String> {
    let Ok(input) = midir::MidiInput::new("Aliquot asks for devices") else {
        return Vec::new();
    };
    let ports = input.ports();
    ports
        .iter()
        .filter_map(|port| input.port_name(port).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_of_the_system_is_no_first_choice() {
        let devices = |names: &[&str]| Devices {
            outputs: Vec::new(),
            midi_inputs: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let through = "Midi Through:Midi Through Port-0 14:0";
        let found = devices(&[through, "Keystation:0", "Pads:0"]);
        assert_eq!(found.first_midi_input(), Some("Keystation:0"));
        assert_eq!(devices(&[through]).first_midi_input(), None);
        assert_eq!(devices(&[]).first_midi_input(), None);
    }
}
