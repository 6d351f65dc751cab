//! Files that become banks in the background: sound files, which are analysed, files of partials, and banks.
//!
//! A job has a thread of its own, which ends soon after the job is dropped or cancelled; the drop does not wait for it.
//! What it has made is a file in the folder of banks, whole or not at all.

mod content;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::BankFolder;
use super::ending::EndingThreads;
use super::job::Job;
use super::notes::{NamedNote, key_hz};
use super::partials_file;
use super::second::JoinedSounds;
pub use crate::analysis::AnalysisFit as ImportFit;
use crate::analysis::{AnalysisError, AnalysisSettings, DecodeError, Recording, analyse};
use crate::cancelled::Cancelled;
use crate::state::NamedBank;
use crate::tracks::Tracks;
use crate::tracks::bank_file::{BuildError, FrameGrid, KeyZone, OpenError, TrackBank};
use crate::tracks::files::FileFormat;
use crate::tracks::sharing;
use content::{BankContent, saved};

/// Progress of 1.
const WHOLE: f64 = 1_000.0;
/// The part of the progress that decoding takes, and that is left for saving.
const DECODING: f64 = 0.02;
const SAVING: f64 = 0.03;

/// What is to be imported.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The file.
    pub source: PathBuf,
    /// What a sound file is analysed for.
    pub fit: ImportFit,
    /// The loaded bank, if the recording is to be a second one beside its first: both become one bank.
    pub beside: Option<NamedBank>,
}

/// A bank that has been imported.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedBank {
    /// The bank, at hand, as it is in the folder.
    pub bank: NamedBank,
    /// The recording that it was made of; `None` if its source holds partials.
    pub original: Option<PathBuf>,
    /// Of the sounds that come before those of the source, their numbers in the bank that it was put beside; none if it
    /// stands alone.
    pub kept: Vec<usize>,
    /// What is not as it should be in its source: one sentence each, without its full stop.
    pub remarks: Vec<String>,
}

/// Why nothing has been imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// It was asked to stop.
    Cancelled,
    /// The file, and what is wrong with it.
    Failed(String),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::Cancelled => f.write_str("The import was cancelled"),
            ImportError::Failed(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for ImportError {}

type Outcome = Result<ImportedBank, ImportError>;

/// A file that is being imported.
pub struct ImportJob {
    name: String,
    /// Thousandths.
    progress: Arc<AtomicU32>,
    job: Job<Outcome>,
}

/// What an import shows of itself and is told.
struct ImportState<'a> {
    is_cancelled: &'a AtomicBool,
    /// Thousandths.
    progress: &'a AtomicU32,
}

impl ImportState<'_> {
    fn show(&self, progress: f64) {
        let thousandths = (WHOLE * progress.clamp(0.0, 1.0)) as u32;
        self.progress.store(thousandths, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), ImportError> {
        Cancelled::check(self.is_cancelled).map_err(|_| ImportError::Cancelled)
    }
}

impl ImportJob {
    /// Begins to make what is asked for in `folder`. Dropped before it is over, it leaves its thread to
    /// `ending_threads`.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(
        request: ImportRequest,
        folder: BankFolder,
        ending_threads: Arc<EndingThreads>,
    ) -> io::Result<ImportJob> {
        let name = file_name(&request.source);
        let progress = Arc::new(AtomicU32::new(0));
        let shown = progress.clone();
        let work = move |is_cancelled: &AtomicBool| {
            let progress = &*shown;
            let state = ImportState {
                is_cancelled,
                progress,
            };
            import(&request, &folder, &state)
        };
        Ok(ImportJob {
            name,
            progress,
            job: Job::start("aliquot import", ending_threads, work)?,
        })
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How much is done, 0 to 1.
    pub fn progress(&self) -> f64 {
        f64::from(self.progress.load(Ordering::Relaxed)) / WHOLE
    }

    /// Asks it to stop; the outcome says whether it did: not if its file has its name already.
    pub fn cancel(&self) {
        self.job.cancel();
    }

    /// What came of it, once, when it is over; `None` until then. Does not wait for it.
    pub fn take_outcome(&mut self) -> Option<Result<ImportedBank, ImportError>> {
        let outcome = self.job.take_outcome()?;
        // A panic is a defect of ours; the window lives on and says so.
        let broken = || ImportError::Failed(format!("{}: the import broke off", self.name));
        Some(outcome.unwrap_or_else(|| Err(broken())))
    }
}

fn import(request: &ImportRequest, folder: &BankFolder, state: &ImportState) -> Outcome {
    let source = &request.source;
    let named = |error: &dyn fmt::Display| failed(source, error);
    let format = partials_file::format_of(source).map_err(|error| named(&error))?;
    let (bank, mut remarks) = match format {
        Some(FileFormat::Bank) => {
            let opened = sharing::open_unless(source, state.is_cancelled);
            let bank = opened.map_err(|error| match error {
                OpenError::Cancelled => ImportError::Cancelled,
                error => named(&error),
            })?;
            let found = folder.read(source).map_err(ImportError::Failed)?;
            if !found.file().is_empty() && request.beside.is_none() {
                // It is in the folder.
                return Ok(ImportedBank {
                    bank: found,
                    original: None,
                    kept: Vec::new(),
                    remarks: Vec::new(),
                });
            }
            (bank, Vec::new())
        }
        Some(_) => partials(source, state)?,
        None => sound(source, request.fit, state)?,
    };
    state.show(1.0 - SAVING);
    state.check()?;
    let (bank, kept) = match &request.beside {
        Some(first) => {
            let joined = JoinedSounds::new(first, &bank, &stem(source));
            let joined = joined.map_err(|reason| named(&reason))?;
            remarks.extend(joined.remarks().iter().cloned());
            let content = BankContent::joined(&joined, source, state)?;
            let bank = saved(source, joined.name(), content, folder, state)?;
            (bank, joined.kept().to_vec())
        }
        None => {
            let content = match format {
                Some(FileFormat::Bank) => BankContent::of_file(bank, source),
                _ => BankContent::of_made(bank),
            };
            let bank = saved(source, &stem(source), content, folder, state)?;
            (bank, Vec::new())
        }
    };
    state.show(1.0);
    Ok(ImportedBank {
        bank,
        original: format.is_none().then(|| source.to_owned()),
        kept,
        remarks,
    })
}

/// The reason why a file cannot be imported, after its name.
fn failed(source: &Path, reason: &dyn fmt::Display) -> ImportError {
    ImportError::Failed(format!("{}: {reason}", source.display()))
}

/// The source's name without its ending.
fn stem(source: &Path) -> String {
    let stem = source.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

type Made = (Arc<TrackBank>, Vec<String>);

/// A bank of a file of partials.
fn partials(source: &Path, state: &ImportState) -> Result<Made, ImportError> {
    let contents = partials_file::read(source, state.is_cancelled);
    let mut contents = contents.map_err(|error| match error {
        OpenError::Cancelled => ImportError::Cancelled,
        error => failed(source, &error),
    })?;
    let mut remarks = std::mem::take(&mut contents.remarks);
    let mut sounds = contents.into_sounds();
    for sound in &mut sounds {
        let stated_hz = sound.tracks.root_hz;
        sound.tracks.root_hz = stated_hz.or_else(|| root_of_name(source));
        if sound.tracks.source.is_empty() {
            sound.tracks.source = file_name(source);
        }
    }
    let parts: Vec<(KeyZone, &Tracks)> = sounds.iter().map(|s| (s.zone, &s.tracks)).collect();
    let grid = FrameGrid::of(sounds.iter().map(|sound| &sound.tracks));
    let (bank, left_out) = made(source, &parts, grid, state)?;
    remarks.extend(left_out);
    Ok((bank, remarks))
}

/// A bank of these sounds, and what had to be left out.
fn made(
    source: &Path,
    sounds: &[(KeyZone, &Tracks)],
    grid: FrameGrid,
    state: &ImportState,
) -> Result<Made, ImportError> {
    let made = TrackBank::from_sounds_unless(sounds, grid, state.is_cancelled);
    let (bank, left_out) = made.map_err(|error| match error {
        BuildError::Cancelled => ImportError::Cancelled,
        error => failed(source, &error),
    })?;
    Ok((sharing::share(bank), left_out))
}

/// A bank of a sound file.
fn sound(source: &Path, fit: ImportFit, state: &ImportState) -> Result<Made, ImportError> {
    let failed = |reason: &dyn fmt::Display| failed(source, reason);
    let read = Recording::read(source, state.is_cancelled);
    let (recording, damage) = read.map_err(|error| match error {
        DecodeError::Cancelled => ImportError::Cancelled,
        DecodeError::Unsupported(reason) => failed(&format!(
            "neither a sound file nor a file of partials: {reason}"
        )),
        error => failed(&error),
    })?;
    state.show(DECODING);
    let settings = AnalysisSettings {
        fit,
        root_hz: root_of_name(source),
        window: None,
    };
    let share = 1.0 - SAVING - DECODING;
    let show = &mut |done: f64| state.show(DECODING + share * done);
    let analysis = analyse(&recording, &settings, state.is_cancelled, show);
    let mut analysis = analysis.map_err(|error| match error {
        AnalysisError::Cancelled => ImportError::Cancelled,
        error => failed(&error),
    })?;
    let fit = match fit {
        ImportFit::Musical => "musical",
        ImportFit::Exact => "exact",
    };
    // The name, not the folder, which is nobody else's business.
    analysis.tracks.source = format!(
        "{}, {fit} fit, window {}, hop {}",
        file_name(source),
        analysis.window,
        analysis.hop
    );
    let hop = analysis.hop as u32;
    let grid = FrameGrid::for_tracks(&analysis.tracks, recording.sample_rate_hz, hop);
    let sounds = [(KeyZone::default(), &analysis.tracks)];
    let (bank, left_out) = made(source, &sounds, grid, state)?;
    let damage = damage.map(|damage| format!("{} {damage}", file_name(source)));
    let remarks = damage.into_iter().chain(left_out).collect();
    Ok((bank, remarks))
}

fn file_name(source: &Path) -> String {
    let name = source.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The fundamental of the note in a file's name.
fn root_of_name(source: &Path) -> Option<f64> {
    NamedNote::of(source).map(|note| key_hz(note.key))
}

#[cfg(test)]
pub(crate) mod tests;
