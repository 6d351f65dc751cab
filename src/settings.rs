//! The user's settings: the appearance of the window, and what new instances begin with.
//!
//! ```text
//! CONFIG/aliquot/settings.toml
//! ```
//!
//! `CONFIG` is the platform's folder for settings (`~/.config` on Linux). The environment variable
//! [`FOLDER_VARIABLE`] names a folder to use in place of `CONFIG/aliquot`. The file is text and is
//! written atomically. A file that cannot be parsed is reported with its line and not changed; before
//! new settings are written, it is renamed.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use etcetera::BaseStrategy as _;

use crate::params::{EDITOR_SCALES_PERCENT, EditorSize, HostParams};
use crate::saving::{self, Overwrite};
use crate::scale::TuningSet;
use crate::synth::Param;
use crate::synth::parameter::MAX_VOICES;

mod text;

/// The environment variable that names the folder of the settings.
pub const FOLDER_VARIABLE: &str = "ALIQUOT_CONFIG_DIR";

/// The valid scales of the window, per cent.
pub const SCALES_PERCENT: std::ops::RangeInclusive<u32> =
    EDITOR_SCALES_PERCENT.0..=EDITOR_SCALES_PERCENT.1;
/// The valid bend ranges, semitones.
pub const BENDS_SEMITONES: std::ops::RangeInclusive<u32> = 0..=96;
/// The valid numbers of voices.
pub const VOICES: std::ops::RangeInclusive<u32> = 1..=MAX_VOICES as u32;

/// The colour theme of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Looks {
    /// Light on dark, for stages and studios.
    #[default]
    Dark,
    /// Dark on light, for daylight.
    Light,
    /// White and yellow on black, with outlines.
    HighContrast,
}

impl Looks {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Looks; 3] = [Looks::Dark, Looks::Light, Looks::HighContrast];

    /// The name in the window.
    pub fn name(self) -> &'static str {
        match self {
            Looks::Dark => "Dark",
            Looks::Light => "Light",
            Looks::HighContrast => "High contrast",
        }
    }
}

/// The letter layout of the computer's keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// English.
    #[default]
    Qwerty,
    /// German.
    Qwertz,
    /// French.
    Azerty,
}

/// What a new instance begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct NewInstance {
    /// The most voices, in [`VOICES`].
    pub voices: u32,
    /// Whether MPE is on.
    pub mpe: bool,
    /// The pitch wheel's range, in [`BENDS_SEMITONES`].
    pub bend_range_semitones: u32,
    /// The bend range of a note's channel in MPE, in [`BENDS_SEMITONES`].
    pub mpe_bend_range_semitones: u32,
    /// Its scale and keyboard maps, as their texts.
    pub scale: Option<Arc<TuningSet>>,
}

impl Default for NewInstance {
    fn default() -> NewInstance {
        NewInstance {
            voices: 32,
            mpe: false,
            bend_range_semitones: 2,
            mpe_bend_range_semitones: 48,
            scale: None,
        }
    }
}

/// All settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The scale of a new instance's window, in [`SCALES_PERCENT`].
    pub scale_percent: u32,
    /// The colour theme of all windows.
    pub looks: Looks,
    /// The keyboard layout for all windows.
    pub letters: Letters,
    /// Whether a preset that is loaded leaves the effects as they are.
    pub keep_effects: bool,
    /// Whether windows open with the hint for new users, which is so until it is closed.
    pub hint: bool,
    /// The size of a new instance's window.
    pub size: EditorSize,
    /// Initial parameter values of a new instance.
    pub new_instance: NewInstance,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            scale_percent: 100,
            looks: Looks::default(),
            letters: Letters::default(),
            keep_effects: false,
            hint: true,
            size: EditorSize::DEFAULT,
            new_instance: NewInstance::default(),
        }
    }
}

impl Settings {
    /// Reads the text of a settings file; what it does not name is at its default.
    ///
    /// # Errors
    /// The line that is wrong, counted from 1, and what is wrong there.
    pub fn parse(text: &str) -> Result<Settings, (usize, String)> {
        text::parse(text)
    }

    /// The text of a settings file that holds these.
    pub fn to_text(&self) -> String {
        text::format(self)
    }

    /// Applies the settings to a new instance, before the host has seen its parameters.
    pub fn begin(&self, params: &HostParams) {
        let new = &self.new_instance;
        params.window().set_size(self.size);
        params.window().set_scale_percent(self.scale_percent);
        for (param, plain) in [
            (Param::VOICES, new.voices),
            (Param::MPE, u32::from(new.mpe)),
            (Param::BEND_RANGE, new.bend_range_semitones),
            (Param::MPE_BEND_RANGE, new.mpe_bend_range_semitones),
        ] {
            params.set_initial(param, plain as f32);
        }
        if let Some(scale) = &new.scale {
            params.scale().set(Some(scale.clone()));
        }
    }
}

/// Why settings could not be read or written.
#[derive(Debug)]
pub enum SettingsError {
    /// The platform has no folder for settings.
    NoFolder,
    /// The file cannot be parsed.
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line of the error, counted from 1.
        line: usize,
        /// The reason.
        reason: String,
    },
    /// The file cannot be read or renamed.
    File(PathBuf, io::Error),
    /// The file cannot be written.
    Write(saving::SaveError),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingsError::NoFolder => {
                write!(f, "There is no folder for settings: set {FOLDER_VARIABLE}")
            }
            SettingsError::Damaged { path, line, reason } => {
                write!(f, "{}, line {line}: {reason}", path.display())
            }
            SettingsError::File(path, reason) => write!(f, "{}: {reason}", path.display()),
            SettingsError::Write(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for SettingsError {}

/// The modification time and length of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp(SystemTime, u64);

/// The settings file.
#[derive(Clone, Debug)]
pub struct SettingsFile {
    /// `None` if the platform has no folder for settings.
    path: Option<PathBuf>,
}

impl SettingsFile {
    /// The user's settings file.
    pub fn user() -> SettingsFile {
        let named = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty());
        let folder = match named {
            Some(folder) => Some(PathBuf::from(folder)),
            None => etcetera::base_strategy::choose_native_strategy()
                .ok()
                .map(|base| base.config_dir().join("aliquot")),
        };
        SettingsFile {
            path: folder.map(|folder| folder.join("settings.toml")),
        }
    }

    /// No file: reading gives the defaults, and writing is an error.
    pub fn empty() -> SettingsFile {
        SettingsFile { path: None }
    }

    /// The settings file in `folder`, which need not exist.
    pub fn in_folder(folder: &Path) -> SettingsFile {
        SettingsFile {
            path: Some(folder.join("settings.toml")),
        }
    }

    /// The file's path; `None` if there is no folder for settings.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The file's stamp, which differs after the file has been written; `None` if there is no file.
    pub fn stamp(&self) -> Option<FileStamp> {
        let metadata = fs::metadata(self.path.as_ref()?).ok()?;
        Some(FileStamp(metadata.modified().ok()?, metadata.len()))
    }

    /// Reads the settings; the defaults if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read or parsed.
    pub fn read(&self) -> Result<Settings, SettingsError> {
        let Some(path) = &self.path else {
            return Ok(Settings::default());
        };
        match fs::read_to_string(path) {
            Ok(text) => text::parse(&text).map_err(|(line, reason)| SettingsError::Damaged {
                path: path.clone(),
                line,
                reason,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
            Err(error) => Err(SettingsError::File(path.clone(), error)),
        }
    }

    /// Writes the settings. An existing file that cannot be parsed is first renamed to
    /// `settings-damaged-N.toml`.
    ///
    /// # Errors
    /// If there is no folder for settings, or the file cannot be renamed or written.
    pub fn write(&self, settings: &Settings) -> Result<(), SettingsError> {
        let path = self.path.as_ref().ok_or(SettingsError::NoFolder)?;
        if self.read().is_err() {
            let aside = (1..)
                .map(|number| path.with_file_name(format!("settings-damaged-{number}.toml")))
                .find(|place| place.symlink_metadata().is_err())
                .ok_or(SettingsError::NoFolder)?;
            fs::rename(path, aside).map_err(|error| SettingsError::File(path.clone(), error))?;
        }
        saving::write(path, text::format(settings), Overwrite::Yes).map_err(SettingsError::Write)
    }

    /// The file's path for messages; empty if there is none.
    pub fn display(&self) -> String {
        let path = self.path.as_deref();
        path.map_or_else(String::new, |path| path.display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::MapTexts;
    use crate::synth::Patch;

    fn five() -> Option<Arc<TuningSet>> {
        let maps = MapTexts::One(b"0\n0\n127\n60\n69\n440.0\n0\n");
        let set = TuningSet::read("five", b"five\n2\n240. 'it'\n2/1\n", maps);
        Some(Arc::new(set.expect("a scale")))
    }

    #[test]
    fn settings_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SettingsFile::in_folder(&folder.path().join("not there yet"));
        assert_eq!(file.read().expect("defaults"), Settings::default());
        let mut settings = Settings {
            scale_percent: 150,
            looks: Looks::HighContrast,
            letters: Letters::Azerty,
            keep_effects: true,
            hint: false,
            size: EditorSize {
                width: 1_300,
                height: 800,
            },
            new_instance: NewInstance {
                voices: 16,
                mpe: true,
                bend_range_semitones: 12,
                mpe_bend_range_semitones: 96,
                scale: five(),
            },
        };
        for _ in 0..2 {
            file.write(&settings).expect("written");
            assert_eq!(file.read().expect("read"), settings);
            settings = Settings::default();
        }
    }

    #[test]
    fn without_settings_a_new_instance_has_the_default_patch() {
        let params = HostParams::default();
        Settings::default().begin(&params);
        assert_eq!(params.patch(), Patch::default());
        assert_eq!(params.window().size(), EditorSize::DEFAULT);
        assert_eq!(params.scale().get(), None);
        let mut settings = Settings::default();
        settings.new_instance.voices = 8;
        settings.new_instance.mpe = true;
        settings.new_instance.scale = five();
        settings.scale_percent = 125;
        settings.begin(&params);
        assert_eq!(params.scale().get(), five());
        let patch = params.patch();
        assert_eq!(
            (patch.plain(Param::VOICES), patch.plain(Param::MPE)),
            (8.0, 1.0)
        );
        assert_eq!(params.window().scale_percent(), 125);
    }

    #[test]
    fn a_file_that_cannot_be_parsed_is_reported_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = SettingsFile::in_folder(folder.path());
        let path = folder.path().join("settings.toml");
        for number in 1..=2 {
            let damaged = format!("scale = 100\ntheme = \"puce\" # {number}\n");
            fs::write(&path, &damaged).expect("written");
            let error = file.read().expect_err("damaged").to_string();
            assert!(error.contains("settings.toml, line 2: theme"), "{error}");
            file.write(&Settings::default()).expect("written");
            assert_eq!(file.read().expect("read"), Settings::default());
            let aside = folder
                .path()
                .join(format!("settings-damaged-{number}.toml"));
            assert_eq!(fs::read_to_string(aside).expect("kept"), damaged);
        }
        // A file that is not text is not parsed.
        fs::write(&path, [0xff, 0xfe]).expect("written");
        assert!(matches!(file.read(), Err(SettingsError::File(..))));
    }

    #[test]
    fn without_a_folder_there_are_defaults_and_nothing_is_written() {
        let file = SettingsFile::empty();
        assert_eq!(file.read().expect("defaults"), Settings::default());
        let refused = file.write(&Settings::default());
        assert!(matches!(refused, Err(SettingsError::NoFolder)));
    }
}
