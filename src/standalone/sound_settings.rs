//! Which devices the program takes, at which rate and with which buffer: what its user has chosen in the
//! window, and what the command line does not say.
//!
//! ```text
//! CONFIG/aliquot/sound.toml
//! ```

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::devices::Devices;
use crate::saving::{self, Overwrite};
use crate::settings::SettingsFile;
use crate::state::{line, not_toml, whole};

/// The ways to sound and MIDI that the platform has, in the order in which they are tried.
pub const BACKENDS: &[&str] = &[
    "jack",
    #[cfg(all(unix, not(target_os = "macos")))]
    "alsa",
    #[cfg(target_os = "macos")]
    "core-audio",
    #[cfg(windows)]
    "wasapi",
];

/// Rates that are offered, frames per second.
pub const RATES_HZ: [u32; 5] = [44_100, 48_000, 88_200, 96_000, 192_000];
/// Lengths of the buffer that are offered, frames.
pub const BUFFERS_FRAMES: [u32; 6] = [64, 128, 256, 512, 1_024, 2_048];

/// What is done about MIDI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MidiChoice {
    /// The first device is taken.
    #[default]
    First,
    /// None is.
    None,
    /// The one of this name is.
    Named(String),
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundSettings {
    /// One of [`BACKENDS`]; `None` for the first that has a device.
    pub backend: Option<String>,
    /// `None` for the system's own choice.
    pub output_device: Option<String>,
    /// Where notes come from.
    pub midi_input: MidiChoice,
    /// Frames per second. JACK has its own.
    pub rate_hz: u32,
    /// Frames. JACK has its own.
    pub buffer_frames: u32,
}

impl Default for SoundSettings {
    fn default() -> SoundSettings {
        SoundSettings {
            backend: None,
            output_device: None,
            midi_input: MidiChoice::First,
            rate_hz: 48_000,
            buffer_frames: 512,
        }
    }
}

const NO_MIDI: &str = "none";
const FIRST_MIDI: &str = "first";

impl SoundSettings {
    /// Parses the text of the file. What is not named has its default.
    ///
    /// # Errors
    /// The line that is wrong, counted from 1, and what is wrong there.
    pub fn parse(text: &str) -> Result<SoundSettings, (usize, String)> {
        let document = DeTable::parse(text).map_err(|error| {
            let (start, reason) = not_toml(error);
            (line(text, start), reason)
        })?;
        let mut settings = SoundSettings::default();
        for (key, value) in document.into_inner() {
            let place = line(text, value.span().start);
            let name = key.get_ref().as_ref();
            settings
                .set(name, &value.into_inner())
                .map_err(|reason| (place, format!("{name}: {reason}")))?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &DeValue) -> Result<(), String> {
        match name {
            "backend" => {
                let backend = string(value)?;
                if backend != "auto" && !BACKENDS.contains(&backend) {
                    let names = BACKENDS.join(", ");
                    return Err(format!("expected auto or one of {names}"));
                }
                self.backend = Some(backend.to_owned()).filter(|name| name != "auto");
            }
            "output_device" => {
                self.output_device =
                    Some(string(value)?.to_owned()).filter(|name| !name.is_empty());
            }
            "midi_input" => {
                self.midi_input = match string(value)? {
                    NO_MIDI => MidiChoice::None,
                    FIRST_MIDI => MidiChoice::First,
                    name => MidiChoice::Named(name.to_owned()),
                };
            }
            "rate" => self.rate_hz = number(value, 8_000..=384_000)?,
            "buffer" => self.buffer_frames = number(value, 16..=8_192)?,
            _ => return Err("unknown setting".to_owned()),
        }
        Ok(())
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let midi_input = match &self.midi_input {
            MidiChoice::First => FIRST_MIDI,
            MidiChoice::None => NO_MIDI,
            MidiChoice::Named(name) => name,
        };
        let mut text =
            String::from("# Sound and MIDI of the standalone program, read at its start.\n\n");
        for (key, value, comment) in [
            (
                "backend",
                self.backend.as_deref().unwrap_or("auto"),
                "auto, or one by name",
            ),
            (
                "output_device",
                self.output_device.as_deref().unwrap_or(""),
                "empty: the system's choice",
            ),
            ("midi_input", midi_input, "first, none, or a device by name"),
        ] {
            let quoted = toml::Value::String(value.to_owned());
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key} = {quoted} # {comment}");
        }
        let SoundSettings {
            rate_hz,
            buffer_frames,
            ..
        } = self;
        let _ = writeln!(
            text,
            "rate = {rate_hz} # frames per second; JACK has its own"
        );
        let _ = writeln!(text, "buffer = {buffer_frames} # frames; JACK has its own");
        text
    }

    /// The command line for a backend with what it does not say itself. JACK has ports in place of devices,
    /// and a rate and a buffer of its own; `dummy` has nothing.
    pub fn completed(
        &self,
        arguments: &[String],
        backend: &str,
        devices: impl FnOnce() -> Devices,
    ) -> Vec<String> {
        if ["jack", "dummy"].contains(&backend) {
            return arguments.to_vec();
        }
        let says = |flags: &[&str]| {
            arguments.iter().any(|argument| {
                flags.iter().any(|flag| {
                    argument == flag
                        || argument.starts_with(&format!("{flag}="))
                        || !flag.starts_with("--") && argument.starts_with(flag)
                })
            })
        };
        let mut complete = arguments.to_vec();
        let mut add = |flag: &str, value: String| complete.extend([flag.to_owned(), value]);
        if !says(&["--sample-rate", "-r"]) {
            add("--sample-rate", self.rate_hz.to_string());
        }
        if !says(&["--period-size", "-p"]) {
            add("--period-size", self.buffer_frames.to_string());
        }
        if let Some(device) = &self.output_device
            && !says(&["--output-device"])
        {
            add("--output-device", device.clone());
        }
        if !says(&["--midi-input"]) {
            match &self.midi_input {
                MidiChoice::First => {
                    if let Some(device) = devices().first_midi_input() {
                        add("--midi-input", device.to_owned());
                    }
                }
                MidiChoice::None => {}
                MidiChoice::Named(name) => add("--midi-input", name.clone()),
            }
        }
        complete
    }
}

fn string<'a>(value: &'a DeValue) -> Result<&'a str, String> {
    match value {
        DeValue::String(text) => Ok(text.as_ref()),
        _ => Err("expected a text".to_owned()),
    }
}

fn number(value: &DeValue, range: std::ops::RangeInclusive<u32>) -> Result<u32, String> {
    whole(value)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            format!(
                "expected a whole number from {} to {}",
                range.start(),
                range.end()
            )
        })
}

/// The file of the settings.
#[derive(Clone, Debug)]
pub struct SoundSettingsFile {
    /// `None` if the platform has no folder for settings.
    path: Option<PathBuf>,
}

impl SoundSettingsFile {
    /// The user's.
    pub fn user() -> SoundSettingsFile {
        SoundSettingsFile::beside(SettingsFile::user().path())
    }

    /// The file in the folder of another file of settings.
    pub fn beside(settings: Option<&Path>) -> SoundSettingsFile {
        SoundSettingsFile {
            path: settings.map(|path| path.with_file_name("sound.toml")),
        }
    }

    /// Reads it; the defaults if there is no file.
    ///
    /// # Errors
    /// The file, the line and the reason, as a sentence.
    pub fn read(&self) -> Result<SoundSettings, String> {
        let Some(path) = &self.path else {
            return Ok(SoundSettings::default());
        };
        match fs::read_to_string(path) {
            Ok(text) => SoundSettings::parse(&text)
                .map_err(|(line, reason)| format!("{}, line {line}: {reason}", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(SoundSettings::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Writes it. One that cannot be read stays, under another name.
    ///
    /// # Errors
    /// If that is not possible, as a sentence.
    pub fn write(&self, settings: &SoundSettings) -> Result<(), String> {
        let path = self
            .path
            .as_ref()
            .ok_or("There is no folder for settings")?;
        if self.read().is_err() {
            let aside = (1..)
                .map(|number| path.with_file_name(format!("sound-damaged-{number}.toml")))
                .find(|place| place.symlink_metadata().is_err());
            if let Some(aside) = aside {
                fs::rename(path, aside).map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
        saving::write(path, settings.to_text(), Overwrite::Yes).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> SoundSettings {
        SoundSettings {
            backend: Some(BACKENDS[0].to_owned()),
            output_device: Some("HDA \"Intel\" \\ PCH".to_owned()),
            midi_input: MidiChoice::Named("Keystation:0".to_owned()),
            rate_hz: 96_000,
            buffer_frames: 128,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for settings in [
            SoundSettings::default(),
            some(),
            SoundSettings {
                midi_input: MidiChoice::None,
                ..SoundSettings::default()
            },
        ] {
            assert_eq!(SoundSettings::parse(&settings.to_text()), Ok(settings));
        }
    }

    #[test]
    fn mistakes_have_a_line_and_a_reason() {
        for (text, place, word) in [
            ("rate = 1", 1, "8000"),
            ("\nbuffer = \"x\"", 2, "16 to 8192"),
            ("backend = \"tape\"", 1, "auto"),
            ("output_device = 3", 1, "text"),
            ("volume = 3", 1, "unknown"),
            ("rate =", 1, "not TOML"),
        ] {
            let (line, reason) = SoundSettings::parse(text).expect_err(text);
            assert_eq!(line, place, "{text}: {reason}");
            assert!(reason.contains(word), "{text}: {reason}");
        }
    }

    #[test]
    fn the_command_line_comes_first() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        let devices = || Devices {
            outputs: Vec::new(),
            midi_inputs: words("Pads"),
        };
        let default = SoundSettings::default();
        assert_eq!(
            default.completed(&words("aliquot"), "alsa", devices),
            words("aliquot --sample-rate 48000 --period-size 512 --midi-input Pads")
        );
        assert_eq!(
            default.completed(
                &words("aliquot -p64 --sample-rate=44100 --midi-input Keys"),
                "alsa",
                devices
            ),
            words("aliquot -p64 --sample-rate=44100 --midi-input Keys")
        );
        let none = || unreachable!("what is named needs no list");
        let complete = some().completed(&words("aliquot -r 44100"), "alsa", none);
        assert_eq!(complete[3..5], words("--period-size 128"));
        assert_eq!(complete[5..7], ["--output-device", "HDA \"Intel\" \\ PCH"]);
        assert_eq!(complete[7..], words("--midi-input Keystation:0"));
        assert_eq!(
            some().completed(&words("aliquot"), "jack", none),
            ["aliquot"]
        );
    }

    #[test]
    fn a_damaged_file_is_kept_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SoundSettingsFile::beside(Some(&folder.path().join("settings.toml")));
        assert_eq!(file.read(), Ok(SoundSettings::default()));
        fs::write(folder.path().join("sound.toml"), "rate = 0").expect("written");
        let told = file.read().expect_err("it is damaged");
        assert!(told.contains("sound.toml, line 1"), "{told}");
        file.write(&some()).expect("written");
        assert_eq!(file.read(), Ok(some()));
        let aside = folder.path().join("sound-damaged-1.toml");
        assert_eq!(fs::read_to_string(aside).expect("kept"), "rate = 0");
    }
}
