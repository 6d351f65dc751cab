//! The recordings that are loaded, as steps that can be undone, and the import of others.

pub mod audition;
pub mod edits;
pub mod picture;

use std::path::PathBuf;

use super::EditorModel;
use crate::params::recordings::BankRequest;
use crate::recordings::import::{ImportError, ImportFit, ImportJob, ImportRequest, ImportedBank};
use crate::recordings::{
    BankFolder, MissingBank, is_recording_body, recording_body, second_recording_body,
};
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

/// A file that is being imported, and when its bank was asked for.
pub(super) struct Import {
    job: ImportJob,
    request: BankRequest,
    /// The bank that the recording is put beside.
    beside: Option<NamedBank>,
}

/// What has come of an import.
#[derive(Debug)]
pub struct FinishedImport {
    /// The bank, which is in the folder.
    pub imported: ImportedBank,
    /// Whether it is loaded: not if another bank, or none, was asked for while it was made.
    pub is_loaded: bool,
    /// Whether it is not loaded since a root or loop of the bank that it was put beside was changed while it was made.
    pub is_edited: bool,
    /// The body that plays it, if it is loaded and a second recording.
    pub second_body: Option<Param>,
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
        let request = self.params.recordings().request();
        self.load_requested(request, named);
    }

    /// Loads the bank of two recordings that was asked for, as one step of this name. If no spectrum plays the second
    /// one yet, B does from now on, or the first after it that does not play the first one. Returns the body that plays
    /// it; `None` if another bank was asked for later.
    fn load_second(
        &mut self,
        request: BankRequest,
        named: NamedBank,
        name: String,
    ) -> Option<Param> {
        self.begin_group(name);
        let is_loaded = self.fulfil(request, Some(named));
        let [a, b, c, d] = BODY_PARAMS;
        let plays = |model: &EditorModel, body: f32| {
            let of = move |param: &Param| model.plain(*param) == body;
            [b, c, d, a].into_iter().find(of)
        };
        let second = is_loaded.then(|| {
            if plays(self, recording_body()).is_none() {
                self.set_plain(a, recording_body());
            }
            plays(self, second_recording_body()).unwrap_or_else(|| {
                let is_free = |param: &Param| self.plain(*param) != recording_body();
                let free = [b, c, d].into_iter().find(is_free).unwrap_or(b);
                self.set_plain(free, second_recording_body());
                free
            })
        });
        self.end_group();
        second
    }

    /// Loads what was asked for, as [`EditorModel::load_recording`] does. Returns whether it is loaded: not if another
    /// was asked for later.
    fn load_requested(&mut self, request: BankRequest, named: Option<NamedBank>) -> bool {
        self.begin_group(match &named {
            Some(named) => format!("Load Recording {}", named.name()),
            None => "Remove Recording".to_owned(),
        });
        let is_bank = named.is_some();
        let is_loaded = self.fulfil(request, named);
        let plays = |param: &Param| is_recording_body(self.plain(*param));
        if is_loaded && is_bank && !BODY_PARAMS.iter().any(plays) {
            self.set_plain(Param::BODY_A, recording_body());
        }
        self.end_group();
        is_loaded
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

    /// From now on this bank is loaded; the host is to save it. A bank that is not found is kept as it is
    /// known, and [`EditorModel::missing_recording`] reports it.
    pub(super) fn set_recording(&mut self, named: Option<NamedBank>) {
        let request = self.params.recordings().request();
        self.fulfil(request, named);
    }

    /// What was asked for is loaded from now on, if nothing was asked for later. Returns whether it is.
    fn fulfil(&mut self, request: BankRequest, named: Option<NamedBank>) -> bool {
        let recordings = self.params.recordings();
        let changes = recordings.changes();
        // What is missing is asked for by whoever shows it.
        let is_loaded = recordings.fulfil(request, named).unwrap_or(true);
        if recordings.changes() != changes {
            self.host.mark_changed(&self.params);
        }
        is_loaded
    }

    /// Looks once more for a bank that is missing or damaged, perhaps since its file has come back. Returns whether it is
    /// there.
    pub fn locate_recording(&mut self) -> bool {
        let recordings = self.params.recordings();
        let request = recordings.request();
        let found = recordings.fulfil(request, recordings.get());
        // A damaged one plays on if it is not found.
        found.is_ok() && recordings.missing().is_none()
    }

    /// Begins to make a bank of a file; the one that is being made, if any, is given up. It is loaded when it is done,
    /// as one step, unless another sound has been loaded meanwhile.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn import_recording(&mut self, source: PathBuf, fit: ImportFit) -> Result<(), String> {
        self.begin_import(ImportRequest {
            source,
            fit,
            beside: None,
        })
    }

    /// Begins to make one bank of the loaded one and of a file, whose recording becomes the second: see
    /// [`EditorModel::import_recording`].
    ///
    /// # Errors
    /// If no bank is loaded, or it is missing, or the system has no thread for it.
    pub fn add_recording(&mut self, source: PathBuf, fit: ImportFit) -> Result<(), String> {
        let beside = self.recording().filter(|named| named.bank().is_some());
        if beside.is_none() {
            return Err("There is no recording to put another beside".to_owned());
        }
        self.begin_import(ImportRequest {
            source,
            fit,
            beside,
        })
    }

    fn begin_import(&mut self, import: ImportRequest) -> Result<(), String> {
        self.import = None;
        let request = self.params.recordings().request();
        let threads = self.params.ending_threads().clone();
        let beside = import.beside.clone();
        let job = ImportJob::start(import, self.library.banks(), threads);
        let job = job.map_err(|error| error.to_string())?;
        self.import = Some(Import {
            job,
            request,
            beside,
        });
        Ok(())
    }

    /// The import that is under way.
    pub fn import(&self) -> Option<&ImportJob> {
        self.import.as_ref().map(|import| &import.job)
    }

    /// Loads what has been imported since the last call; returns what came of it, if it is over. To be called at each
    /// frame of the window.
    pub fn finish_import(&mut self) -> Option<Result<FinishedImport, ImportError>> {
        let outcome = self.import.as_mut()?.job.take_outcome()?;
        let import = self.import.take()?;
        let imported = match outcome {
            Ok(imported) => imported,
            Err(error) => return Some(Err(error)),
        };
        let beside = import.beside.as_ref().map(NamedBank::hash);
        self.keep_originals(&imported, beside);
        let bank = imported.bank.clone();
        let mut second_body = None;
        let is_loaded = match &import.beside {
            None => self.load_requested(import.request, Some(bank)),
            Some(_) => {
                let name = format!("Add Recording {}", import.job.name());
                second_body = self.load_second(import.request, bank, name);
                second_body.is_some()
            }
        };
        let is_edited = import.beside.is_some_and(|beside| {
            let edited = |loaded: NamedBank| {
                loaded.hash() == beside.hash() && loaded.edits() != beside.edits()
            };
            self.recording().is_some_and(edited)
        });
        Some(Ok(FinishedImport {
            is_loaded,
            is_edited: is_edited && !is_loaded,
            second_body,
            imported,
        }))
    }

    /// The recordings that the sounds of a bank were made of, as far as they are known, are known from now on as its.
    fn keep_originals(&self, imported: &ImportedBank, beside: Option<u64>) {
        let audition = self.params.audition();
        let hash = imported.bank.hash();
        for (number, &kept) in imported.kept.iter().enumerate() {
            let original = beside.and_then(|beside| audition.original((beside, kept)));
            if let Some(original) = original {
                audition.set_original((hash, number), original);
            }
        }
        if let Some(original) = &imported.original {
            // A recording becomes one sound.
            let of = (hash, imported.kept.len());
            audition.set_original(of, original.clone());
        }
    }

    /// Where banks are.
    pub fn banks(&self) -> BankFolder {
        self.library.banks()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::{model, obeyed_model, obeyed_model_over};
    use crate::library::Library;
    use crate::state::Preset;
    use crate::state::tests::bank;
    use crate::tracks::bank_edits::{BankEdits, SoundEdit};

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

    fn finished(model: &mut EditorModel) -> FinishedImport {
        loop {
            if let Some(outcome) = model.finish_import() {
                return outcome.expect("a bank");
            }
            std::thread::yield_now();
        }
    }

    /// A body that plays the first stays, and the recordings that both were made of are known.
    #[test]
    fn a_second_recording_goes_to_a_free_body() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut model, _) = obeyed_model_over(Library::in_folder(folder.path()));
        let path = folder.path().join("flute.aliquot");
        std::fs::write(&path, bank(705.0, 0.1).bytes()).expect("a file");
        let told = model.add_recording(path.clone(), ImportFit::Musical);
        assert!(told.is_err_and(|told| told.contains("no recording")));
        model.load_recording(Some(oboe()));
        model.set_original(0, "oboe.wav".into());
        model.set_plain(Param::BODY_B, recording_body());
        for expected in [Param::BODY_C, Param::BODY_C] {
            let begun = model.add_recording(path.clone(), ImportFit::Musical);
            assert_eq!(begun, Ok(()));
            let finished = finished(&mut model);
            assert_eq!(finished.second_body, Some(expected));
            assert_eq!(model.plain(expected), second_recording_body());
            assert_eq!(model.plain(Param::BODY_B), recording_body());
            assert_eq!(name(&model).as_deref(), Some("Oboe + flute"));
            assert_eq!(model.original(0), Some("oboe.wav".into()));
        }
        // Nor is it loaded where the root that went into it is not that of the window any more.
        model.load_recording(Some(oboe()));
        let begun = model.add_recording(path.clone(), ImportFit::Musical);
        assert_eq!(begun, Ok(()));
        let edit = SoundEdit {
            root_hz: Some(350.0),
            ..SoundEdit::default()
        };
        let edited = oboe().with_edits(BankEdits::default().with(0, edit));
        assert_eq!(model.params.recordings().set(Some(edited.clone())), Ok(()));
        let edited_meanwhile = finished(&mut model);
        assert!(edited_meanwhile.is_edited && !edited_meanwhile.is_loaded);
        assert_eq!(model.recording(), Some(edited));
        // Another bank that came meanwhile stays.
        let begun = model.add_recording(path, ImportFit::Musical);
        assert_eq!(begun, Ok(()));
        let horn = NamedBank::new("Horn", "", bank(706.0, 0.1)).expect("a path");
        assert_eq!(model.params.recordings().set(Some(horn.clone())), Ok(()));
        let finished = finished(&mut model);
        assert!(!finished.is_loaded && !finished.is_edited && finished.second_body.is_none());
        assert_eq!(model.recording(), Some(horn));
    }

    /// Whatever it was to become, and nothing is to be undone.
    #[test]
    fn a_damaged_bank_leaves_what_is_loaded() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut model, _) = obeyed_model_over(Library::in_folder(folder.path()));
        let path = folder.path().join("flute.aliquot");
        let mut damaged = bank(708.0, 0.1).bytes().to_vec();
        *damaged.last_mut().expect("bytes") ^= 1;
        std::fs::write(&path, damaged).expect("a file");
        model.load_recording(Some(oboe()));
        let playing = model.params.recordings().recordings();
        let begin = [EditorModel::import_recording, EditorModel::add_recording];
        for begin in begin {
            assert_eq!(begin(&mut model, path.clone(), ImportFit::Musical), Ok(()));
            let outcome = loop {
                if let Some(outcome) = model.finish_import() {
                    break outcome;
                }
                std::thread::yield_now();
            };
            let told = outcome.expect_err("it is damaged").to_string();
            let expected = "byte 24: the hash is wrong: the file is damaged";
            assert_eq!(told, format!("{}: {expected}", path.display()));
            assert_eq!(model.recording(), Some(oboe()));
            let recordings = model.params.recordings().recordings();
            assert!(std::sync::Arc::ptr_eq(&recordings, &playing));
            assert_eq!(model.missing_recording(), None);
        }
        assert_eq!(model.undo().as_deref(), Some("Load Recording Oboe"));
    }

    /// A bank of a host's state that came while a file was imported stays; likewise a state without a bank.
    #[test]
    fn an_import_does_not_take_the_place_of_what_came_later() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut model, _) = obeyed_model_over(Library::in_folder(folder.path()));
        let path = folder.path().join("clarinet.aliquot");
        std::fs::write(&path, bank(703.0, 0.1).bytes()).expect("a file");
        for state in [Some(oboe()), None, None] {
            let begun = model.import_recording(path.clone(), ImportFit::Musical);
            assert_eq!(begun, Ok(()));
            assert_eq!(model.params.recordings().set(state.clone()), Ok(()));
            let body = model.plain(Param::BODY_A);
            let finished = loop {
                if let Some(outcome) = model.finish_import() {
                    break outcome.expect("a bank");
                }
                std::thread::yield_now();
            };
            assert_eq!(finished.imported.bank.name(), "clarinet");
            assert!(!finished.is_loaded);
            assert_eq!(model.recording(), state);
            assert_eq!(model.plain(Param::BODY_A), body);
        }
        let begun = model.import_recording(path, ImportFit::Musical);
        assert_eq!(begun, Ok(()));
        while model.import().is_some() {
            if let Some(outcome) = model.finish_import() {
                assert!(outcome.is_ok_and(|finished| finished.is_loaded));
            }
            std::thread::yield_now();
        }
        assert_eq!(name(&model).as_deref(), Some("clarinet"));
    }
}
