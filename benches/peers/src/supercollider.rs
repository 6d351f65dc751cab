//! SuperCollider's server, controlled by a score of OSC messages, without sclang. Synth definitions
//! are written here as sclang would compile them (see its help file "Synth Definition File Format").
//!
//! * `Klang`: a bank of fixed partials, made for this purpose; one unit has all partials.
//! * `SinOsc`: one per partial, whose frequency may change. Each is multiplied and added by a
//!   `MulAdd`. Of sclang's ways to sum them, this is the fastest and needs the fewest buffers.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::partials::Partial;
use xtask::command::{command, output};

/// The units that make the partials.
#[derive(Clone, Copy)]
pub enum Graph {
    Klang,
    SinOsc,
}

/// The version that the server reports.
pub fn version() -> Result<String> {
    // `scsynth 3.13.0 (Built from …)`
    let said = output(command("scsynth").arg("-v"))?;
    let version = said.split_whitespace().nth(1);
    Ok(version
        .context("scsynth does not report its version")?
        .to_owned())
}

/// A command with which the server plays the partials, into a file of raw f32 or `/dev/null`.
pub fn play(
    folder: &Path,
    partials: &[Partial],
    graph: Graph,
    seconds: u32,
    file: Option<&Path>,
) -> Result<Command> {
    let name = match graph {
        Graph::Klang => "klang",
        Graph::SinOsc => "sinosc",
    };
    let path = folder.join(format!("{name}-{seconds}.osc"));
    fs::write(&path, score(&definition(graph, partials), seconds))?;
    let mut scsynth = command("scsynth");
    scsynth
        .args([
            "-i", "0", "-o", "1", "-z", "64", "-D", "0", "-R", "0", "-V", "-1", "-N",
        ])
        .arg(path)
        .arg("_")
        .arg(file.unwrap_or(Path::new("/dev/null")))
        .args(["48000", "raw", "float"]);
    Ok(scsynth)
}

/// An input of a unit.
#[derive(Clone, Copy)]
enum Input {
    Constant(usize),
    Unit(usize),
}

/// A builder of a synth definition.
#[derive(Default)]
struct Definition {
    constants: Vec<f32>,
    units: Vec<u8>,
    count: usize,
}

impl Definition {
    fn constant(&mut self, value: f32) -> Input {
        self.constants.push(value);
        Input::Constant(self.constants.len() - 1)
    }

    /// Adds a unit at audio rate with one output or none; `special` selects the operator.
    fn unit(&mut self, class: &str, inputs: &[Input], has_output: bool, special: i16) -> Input {
        const AUDIO_RATE: u8 = 2;
        name(&mut self.units, class);
        self.units.push(AUDIO_RATE);
        integer(&mut self.units, inputs.len());
        integer(&mut self.units, usize::from(has_output));
        self.units.extend(special.to_be_bytes());
        for input in inputs {
            let (unit, place) = match *input {
                Input::Constant(place) => (-1, place),
                Input::Unit(unit) => (unit as i32, 0),
            };
            self.units.extend(unit.to_be_bytes());
            integer(&mut self.units, place);
        }
        if has_output {
            self.units.push(AUDIO_RATE);
        }
        self.count += 1;
        Input::Unit(self.count - 1)
    }

    /// A file (version 2) with only this definition.
    fn file(&self) -> Vec<u8> {
        let mut file = b"SCgf".to_vec();
        integer(&mut file, 2);
        file.extend(1_i16.to_be_bytes());
        name(&mut file, NAME);
        integer(&mut file, self.constants.len());
        file.extend(self.constants.iter().flat_map(|value| value.to_be_bytes()));
        // No parameters and no parameter names.
        integer(&mut file, 0);
        integer(&mut file, 0);
        integer(&mut file, self.count);
        file.extend(&self.units);
        // No variants.
        file.extend(0_i16.to_be_bytes());
        file
    }
}

/// The definition's name.
const NAME: &str = "partials";

fn definition(graph: Graph, partials: &[Partial]) -> Vec<u8> {
    let mut definition = Definition::default();
    let zero = definition.constant(0.0);
    let sum = match graph {
        Graph::Klang => {
            // Scale and offset of all frequencies, then frequency, amplitude and phase of each partial.
            let mut inputs = vec![definition.constant(1.0), zero];
            for partial in partials {
                let hz = definition.constant(partial.hz as f32);
                let amplitude = definition.constant(partial.amplitude as f32);
                inputs.extend([hz, amplitude, zero]);
            }
            definition.unit("Klang", &inputs, true, 0)
        }
        Graph::SinOsc => {
            const TIMES: i16 = 2;
            let mut sum = None;
            for partial in partials {
                let hz = definition.constant(partial.hz as f32);
                let amplitude = definition.constant(partial.amplitude as f32);
                let sine = definition.unit("SinOsc", &[hz, zero], true, 0);
                sum = Some(match sum {
                    None => definition.unit("BinaryOpUGen", &[sine, amplitude], true, TIMES),
                    Some(sum) => definition.unit("MulAdd", &[sine, amplitude, sum], true, 0),
                });
            }
            sum.unwrap_or(zero)
        }
    };
    definition.unit("Out", &[zero, sum], false, 0);
    definition.file()
}

/// The score: the definition, a synth of it, and the end.
fn score(definition: &[u8], seconds: u32) -> Vec<u8> {
    let mut received = message("/d_recv", "b");
    integer(&mut received, definition.len());
    received.extend(definition);
    align(&mut received);
    let mut begun = message("/s_new", "siii");
    text(&mut begun, NAME);
    for argument in [1000, 0, 0] {
        integer(&mut begun, argument);
    }
    let mut ended = message("/c_set", "ii");
    integer(&mut ended, 0);
    integer(&mut ended, 0);
    let mut score = bundle(0, &[received, begun]);
    score.extend(bundle(seconds, &[ended]));
    score
}

/// A bundle of messages at a time, preceded by its size.
fn bundle(seconds: u32, messages: &[Vec<u8>]) -> Vec<u8> {
    let mut bundle = b"#bundle\0".to_vec();
    bundle.extend((u64::from(seconds) << 32).to_be_bytes());
    for message in messages {
        integer(&mut bundle, message.len());
        bundle.extend(message);
    }
    let mut sized = Vec::new();
    integer(&mut sized, bundle.len());
    sized.extend(bundle);
    sized
}

fn message(address: &str, types: &str) -> Vec<u8> {
    let mut message = Vec::new();
    text(&mut message, address);
    text(&mut message, &format!(",{types}"));
    message
}

/// An OSC string: terminated by a zero byte and padded with more.
fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.as_bytes());
    bytes.push(0);
    align(bytes);
}

fn align(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// A string in a definition: its length in a byte, then the string.
fn name(bytes: &mut Vec<u8>, name: &str) {
    bytes.push(name.len() as u8);
    bytes.extend(name.as_bytes());
}

fn integer(bytes: &mut Vec<u8>, value: usize) {
    bytes.extend((value as i32).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn osc_is_aligned_and_sized() {
        let score = score(&[1, 2, 3], 2);
        assert_eq!(score.len() % 4, 0);
        let size = |at: usize| {
            u32::from_be_bytes(score[at..at + 4].try_into().expect("four bytes")) as usize
        };
        let second = 4 + size(0);
        assert_eq!(&score[4..12], b"#bundle\0");
        assert_eq!(&score[second + 4..second + 12], b"#bundle\0");
        assert_eq!(second + 4 + size(second), score.len());
        // The second bundle's time, in whole seconds.
        assert_eq!(size(second + 12), 2);
    }

    #[test]
    fn a_definition_has_a_unit_or_two_a_partial() {
        let partials = [(100.0, 0.5), (200.0, 0.25)];
        let partials = partials.map(|(hz, amplitude)| Partial { hz, amplitude });
        let units = |graph, constants: usize| {
            let file = definition(graph, &partials);
            // Magic, version, count, name, number of constants, constants, no parameters, no names.
            let at = 4 + 4 + 2 + 1 + NAME.len() + 4 + 4 * constants + 4 + 4;
            u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes"))
        };
        assert_eq!(units(Graph::Klang, 6), 1 + 1);
        assert_eq!(units(Graph::SinOsc, 5), 4 + 1);
    }
}
