//! The recordings that are loaded, as steps that can be undone, and the import of others.

pub mod picture;

use std::path::PathBuf;

use super::EditorModel;
use crate::recordings::import::{ImportError, ImportFit, ImportJob, ImportedBank};
use crate::recordings::{BankFolder, MissingBank, is_recording_body, recording_body};
use crate::state::NamedBank;
use crate::synth::{Param, Patch};

/// The bodies of the four spectra.
pub const BODY_PARAMS: [Param; 4] = [Param::BODY_A, Param::BODY_B, Param::BODY_C, Param::BODY_D];

/// The patch with harmonic partials in the place of recorded ones: where these lie is known only while they sound,
/// and by their numbers they are harmonics.
pub fn with_known_partials(patch: &Patch) -> Patch {
    let mut known = *patch;
    let is_recorded = |param: &Param| is_recording_body(patch.plain(*param));
    for param in BODY_PARAMS.into_iter().filter(is_recorded) {
        known.set(param, param.row().default);
    }
    known
}

impl EditorModel {
    /// The bank that is loaded, which may be missing; `None` if there is none.
    pub fn recording(&self) -> Option<NamedBank> {
        self.params.recordings().get()
    }

    /// Why the loaded bank is missing; `None` if it is not.
    pub fn missing_recording(&self) -> Option<MissingBank> {
        self.params.recordings().missing()
    }

    /// Loads a bank, or none, as one step. If no spectrum plays recordings yet, A does from now on.
    pub fn load_recording(&mut self, named: Option<NamedBank>) {
        self.begin_group(match &named {
            Some(named) => format!("Load Recording {}", named.name()),
            None => "Remove Recording".to_owned(),
        });
        let plays = |param: &Param| is_recording_body(self.plain(*param));
        if named.is_some() && !BODY_PARAMS.iter().any(plays) {
            self.set_plain(Param::BODY_A, recording_body());
        }
        self.set_recording(named);
        self.end_group();
    }

    /// Whether presets leave the recordings as they are.
    pub fn is_recording_locked(&self) -> bool {
        self.params.recordings().is_locked()
    }

    /// Presets leave the recordings as they are from now on, or no longer.
    pub fn lock_recording(&mut self, is_locked: bool) {
        if is_locked != self.is_recording_locked() {
            self.params.recordings().set_locked(is_locked);
            self.host.mark_changed(&self.params);
        }
    }

    /// This bank is loaded from now on; the host is to save it. One that is not to be found is kept as it is known, and
    /// told by [`EditorModel::missing_recording`].
    pub(super) fn set_recording(&mut self, named: Option<NamedBank>) {
        if named != self.recording() {
            // What is missing is asked for by whoever shows it.
            let _ = self.params.recordings().set(named);
            self.host.mark_changed(&self.params);
        }
    }

    /// Looks once more for a bank that is missing, perhaps since its file has come back. Returns whether it is there.
    pub fn locate_recording(&mut self) -> bool {
        let recordings = self.params.recordings();
        recordings.set(recordings.get()).is_ok()
    }

    /// Begins to make a bank of a file; the one that is being made, if any, is given up. It is loaded when it is done,
    /// as one step.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn import_recording(&mut self, source: PathBuf, fit: ImportFit) -> Result<(), String> {
        self.import = None;
        let job = ImportJob::start(source, fit, self.library.banks());
        self.import = Some(job.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// The import that is under way.
    pub fn import(&self) -> Option<&ImportJob> {
        self.import.as_ref()
    }

    /// Loads what has been imported since the last call; returns what came of it, if it is over. To be called at each
    /// frame of the window.
    pub fn finish_import(&mut self) -> Option<Result<ImportedBank, ImportError>> {
        let outcome = self.import.as_mut()?.take_outcome()?;
        self.import = None;
        if let Ok(imported) = &outcome {
            self.load_recording(Some(imported.bank.clone()));
        }
        Some(outcome)
    }

    /// Where banks are.
    pub fn banks(&self) -> BankFolder {
        self.library.banks()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::{model, obeyed_model};
    use crate::state::Preset;
    use crate::state::tests::bank;

    fn oboe() -> NamedBank {
        NamedBank::new("Oboe", "", bank(701.0, 0.1)).expect("a path")
    }

    fn name(model: &EditorModel) -> Option<String> {
        model.recording().map(|named| named.name().to_owned())
    }

    #[test]
    fn loading_a_bank_is_a_step_to_undo() {
        let (mut model, _) = obeyed_model();
        let body = model.plain(Param::BODY_A);
        model.load_recording(Some(oboe()));
        assert_eq!(name(&model).as_deref(), Some("Oboe"));
        assert_eq!(model.plain(Param::BODY_A), recording_body());
        assert_eq!(model.undo().as_deref(), Some("Load Recording Oboe"));
        assert!(model.recording().is_none());
        assert_eq!(model.plain(Param::BODY_A), body);
        model.redo();
        assert_eq!(model.recording(), Some(oboe()));
        // A body that is chosen stays.
        model.set_plain(Param::BODY_C, recording_body());
        model.set_plain(Param::BODY_A, body);
        model.load_recording(None);
        model.load_recording(Some(oboe()));
        assert_eq!(model.plain(Param::BODY_A), body);
    }

    /// Where their partials lie is not known before they sound.
    #[test]
    fn recorded_bodies_are_shown_as_harmonics() {
        for label in ["Recording", "Recording 2"] {
            let mut patch = Patch::default();
            let body = Param::BODY_A.row().plain_of_label(label).expect(label);
            patch.set(Param::BODY_A, body);
            let known = with_known_partials(&patch);
            assert!(known == Patch::default(), "{label}");
            assert_eq!(
                crate::synth::display::PartialRatios::new(&known).tuned(3),
                3.0
            );
        }
    }

    #[test]
    fn presets_bring_their_recordings_unless_these_are_locked() {
        let (mut model, _) = model();
        let preset = Preset {
            name: "Oboe".to_owned(),
            recording: Some(oboe()),
            ..Preset::initial()
        };
        model.load_preset("user/Oboe.toml", &preset);
        assert_eq!(model.recording(), Some(oboe()));
        assert!(!model.preset().1);
        model.lock_recording(true);
        model.load_preset("factory/Initial", &Preset::initial());
        assert_eq!(model.recording(), Some(oboe()));
        model.lock_recording(false);
        model.load_preset("factory/Initial", &Preset::initial());
        assert_eq!(model.recording(), None);
        model.undo();
        assert_eq!(model.recording(), Some(oboe()));
    }

    #[test]
    fn a_and_b_have_recordings_of_their_own() {
        let (mut model, _) = model();
        model.copy_to_other_side();
        model.load_recording(Some(oboe()));
        model.switch_side();
        assert_eq!(model.recording(), None);
        model.switch_side();
        assert_eq!(model.recording(), Some(oboe()));
    }

    #[test]
    fn a_missing_bank_is_kept_and_told() {
        let (mut model, _) = model();
        let gone = NamedBank::absent("Gone", "gone.aliquot", 702).expect("a path");
        model.load_recording(Some(gone.clone()));
        assert_eq!(model.recording(), Some(gone));
        assert!(model.missing_recording().is_some());
        assert!(!model.locate_recording());
    }

    #[test]
    fn an_import_is_loaded_when_it_is_done() {
        let (mut model, _) = model();
        let none = model.import_recording("gone.wav".into(), ImportFit::Musical);
        assert_eq!(none, Ok(()));
        let outcome = loop {
            if let Some(outcome) = model.finish_import() {
                break outcome;
            }
            std::thread::yield_now();
        };
        assert!(matches!(outcome, Err(ImportError::Failed(_))));
        assert!(model.import().is_none());
    }
}
