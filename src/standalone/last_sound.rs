//! The sound that the program ended with, for its next start.
//!
//! ```text
//! CONFIG/aliquot/last-sound.json
//! ```
//!
//! beside the [settings](crate::settings). A file that cannot be loaded is renamed, so that nothing is
//! lost, and the program begins with its first sound.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::params::HostParams;
use crate::saving::{self, Overwrite, SaveError};
use crate::settings::SettingsFile;

const NAME: &str = "last-sound.json";

/// The file.
#[derive(Clone, Debug)]
pub struct LastSound {
    /// `None` if the platform has no folder for settings.
    path: Option<PathBuf>,
    /// What is in it, as far as it is known.
    kept: Option<String>,
}

impl LastSound {
    /// The user's.
    pub fn user() -> LastSound {
        LastSound::beside(SettingsFile::user().path())
    }

    fn beside(settings: Option<&Path>) -> LastSound {
        LastSound {
            path: settings.map(|path| path.with_file_name(NAME)),
            kept: None,
        }
    }

    /// Lets an instance begin with it; changes nothing if there is none.
    ///
    /// # Errors
    /// Why it could not be loaded, as a sentence, and what has become of the file.
    pub fn begin(&self, params: &HostParams) -> Result<(), String> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(refused(path, &error.to_string())),
        };
        params
            .load_text(&text)
            .map_err(|reason| refused(path, &reason))
    }

    /// Keeps the sound of an instance, unless it is the one that was kept last.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep(&mut self, params: &HostParams) -> Result<(), SaveError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let text = params.to_text();
        if self.kept.as_ref() != Some(&text) {
            saving::write(path, &text, Overwrite::Yes)?;
            self.kept = Some(text);
        }
        Ok(())
    }
}

/// Puts a file that cannot be loaded aside. Returns what to tell.
fn refused(path: &Path, reason: &str) -> String {
    let aside = (1..)
        .map(|number| path.with_file_name(format!("last-sound-damaged-{number}.json")))
        .find(|place| place.symlink_metadata().is_err());
    let place = aside.filter(|aside| fs::rename(path, aside).is_ok());
    let place = place.as_deref().unwrap_or(path);
    format!(
        "The last sound was not loaded from {}: {reason}.",
        place.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Param;

    #[test]
    fn the_next_start_has_the_sound_of_the_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = folder.path().join("not there yet/settings.toml");
        let mut last = LastSound::beside(Some(&settings));
        let params = HostParams::default();
        assert_eq!(last.begin(&params), Ok(()));
        params.set(Param::CUTOFF, 0.25);
        last.keep(&params).expect("written");
        let next = HostParams::default();
        assert_eq!(LastSound::beside(Some(&settings)).begin(&next), Ok(()));
        assert_eq!(next.patch(), params.patch());
        // What has not changed is not written again.
        let path = settings.with_file_name(NAME);
        fs::remove_file(&path).expect("removed");
        last.keep(&params).expect("nothing to write");
        assert!(!path.exists());
        params.set(Param::CUTOFF, 0.5);
        last.keep(&params).expect("written");
        assert!(path.exists());
    }

    #[test]
    fn what_cannot_be_loaded_is_kept_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = folder.path().join("settings.toml");
        let last = LastSound::beside(Some(&settings));
        for number in 1..=2 {
            fs::write(folder.path().join(NAME), "{}").expect("written");
            let params = HostParams::default();
            let before = params.to_text();
            let told = last.begin(&params).expect_err("it is damaged");
            let aside = folder
                .path()
                .join(format!("last-sound-damaged-{number}.json"));
            assert!(told.contains(&aside.display().to_string()), "{told}");
            assert_eq!(fs::read_to_string(aside).expect("kept"), "{}");
            assert_eq!(params.to_text(), before);
        }
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let params = HostParams::default();
        let mut last = LastSound::beside(None);
        last.keep(&params).expect("nowhere to write");
        assert_eq!(last.begin(&params), Ok(()));
    }
}
