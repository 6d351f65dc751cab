//! The recording that a sound of the bank was made of, and the bank's sound of it, to be compared by ear.

use std::path::PathBuf;

use super::super::EditorModel;
use crate::params::audition::BankSoundId;
use crate::recordings::audition::{Audition, AuditionJob, AuditionSide, AuditionSource};

/// What an audition is of.
#[derive(Clone, Debug, PartialEq)]
struct AuditionOf {
    sound: BankSoundId,
    original: Option<PathBuf>,
    sample_rate_hz: f64,
}

/// What the model knows of auditions. They end with the window.
#[derive(Default)]
pub(in crate::editor::model) struct AuditionState {
    /// The one that is being made, and the side that is heard when it is done.
    job: Option<(AuditionJob, AuditionOf, AuditionSide)>,
    /// The one that the instrument has.
    given: Option<AuditionOf>,
}

impl EditorModel {
    /// The recording that a sound of the loaded bank was made of, if it is known.
    pub fn original(&self, sound: usize) -> Option<PathBuf> {
        let hash = self.recording()?.hash();
        self.params.audition().original((hash, sound))
    }

    /// A sound of the loaded bank was made of this recording.
    pub fn set_original(&mut self, sound: usize, path: PathBuf) {
        if let Some(named) = self.recording() {
            let of = (named.hash(), sound);
            self.params.audition().set_original(of, path);
        }
    }

    /// The side that is heard of a sound of the loaded bank, or will be when it is ready.
    pub fn audition(&self, sound: usize) -> Option<AuditionSide> {
        let hash = self.recording()?.hash();
        let is_of_it = |of: &AuditionOf| of.sound == (hash, sound);
        match &self.audition.job {
            Some((_, of, side)) => is_of_it(of).then_some(*side),
            None => {
                let given = self.audition.given.as_ref();
                let wanted = self.params.audition().wanted();
                wanted.filter(|_| given.is_some_and(is_of_it))
            }
        }
    }

    /// Where what is heard of a sound of the loaded bank is, seconds; `None` if nothing is.
    pub fn audition_place_s(&self, sound: usize) -> Option<f64> {
        let is_heard = self.audition.job.is_none() && self.audition(sound).is_some();
        let given = self.audition.given.as_ref().filter(|_| is_heard)?;
        let frames = self.params.audition().place_frames();
        Some(f64::from(frames) / given.sample_rate_hz)
    }

    /// Whether what is to be heard is not ready yet.
    pub fn is_preparing_audition(&self) -> bool {
        self.audition.job.is_some()
    }

    /// One side of a sound of the loaded bank is to be heard: from its beginning, or, while the other one is, from
    /// where that is. The side that is heard ends.
    ///
    /// # Errors
    /// Why nothing can be heard, as a sentence without its full stop.
    pub fn toggle_audition(&mut self, sound: usize, side: AuditionSide) -> Result<(), String> {
        let shared = self.params.audition();
        if self.audition(sound) == Some(side) {
            self.audition.job = None;
            shared.want(None);
            return Ok(());
        }
        let named = self.recording();
        let bank = named.as_ref().and_then(|named| named.bank());
        let bank = bank.ok_or("There is no bank to compare")?.clone();
        let sample_rate_hz = shared.sample_rate_hz();
        let of = AuditionOf {
            sound: (bank.hash(), sound),
            original: self.original(sound),
            sample_rate_hz: sample_rate_hz.ok_or("The instrument does not run")?,
        };
        if let Some((_, making, heard)) = &mut self.audition.job
            && *making == of
        {
            *heard = side;
            return Ok(());
        }
        if self.audition.given.as_ref() == Some(&of) {
            self.audition.job = None;
            shared.want(Some(side));
            return Ok(());
        }
        let source = AuditionSource {
            bank,
            sound,
            original: of.original.clone(),
            sample_rate_hz: of.sample_rate_hz,
        };
        shared.want(None);
        let job = source.start(self.params.ending_threads().clone());
        let job = job.map_err(|error| error.to_string())?;
        self.audition.job = Some((job, of, side));
        Ok(())
    }

    /// Lets what has been made be heard; ends what is of a bank that is not loaded any more. Returns what is wrong with
    /// a recording, if it could not be read. To be called at each frame of the window.
    pub fn follow_audition(&mut self) -> Option<String> {
        let hash = self.recording().map(|named| named.hash());
        let is_old = |of: &AuditionOf| Some(of.sound.0) != hash;
        if self
            .audition
            .job
            .as_ref()
            .is_some_and(|(_, of, _)| is_old(of))
        {
            self.audition.job = None;
        }
        if self.audition.given.as_ref().is_some_and(is_old) {
            self.end_audition();
        }
        let (job, ..) = self.audition.job.as_mut()?;
        let outcome = job.take_outcome()?;
        let (_, of, side) = self.audition.job.take()?;
        match outcome.flatten()? {
            Ok(audition) => {
                let shared = self.params.audition();
                shared.give(audition);
                shared.want(Some(side));
                self.audition.given = Some(of);
                None
            }
            Err(told) => Some(told),
        }
    }

    /// Ends what is heard, and frees it.
    pub(in crate::editor::model) fn end_audition(&mut self) {
        if std::mem::take(&mut self.audition).given.is_some() {
            self.params.audition().give(Audition::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::host::obeyed_model;
    use crate::state::NamedBank;
    use crate::state::tests::bank;

    fn loaded() -> EditorModel {
        let (mut model, _) = obeyed_model();
        let named = NamedBank::new("Oboe", "", bank(708.0, 0.5)).expect("a path");
        model.load_recording(Some(named));
        model
    }

    fn prepared(model: &mut EditorModel) -> Option<String> {
        while model.is_preparing_audition() {
            if let Some(told) = model.follow_audition() {
                return Some(told);
            }
            std::thread::yield_now();
        }
        None
    }

    const SIDE: AuditionSide = AuditionSide::Partials;

    #[test]
    fn the_partials_are_heard_without_the_original() {
        let mut model = loaded();
        assert!(model.toggle_audition(0, SIDE).is_err(), "it does not run");
        model.params.audition().set_sample_rate_hz(48_000.0);
        assert_eq!(model.toggle_audition(0, SIDE), Ok(()));
        // It is shown as asked for before it is heard.
        assert_eq!(model.audition(0), Some(SIDE));
        assert_eq!(model.params.audition().wanted(), None);
        assert_eq!(prepared(&mut model), None);
        assert_eq!(model.params.audition().wanted(), Some(SIDE));
        let audition = model.params.audition().take_next().expect("it is given");
        assert_eq!(audition.frames(), 24_000);
        assert_eq!((model.audition(0), model.audition(1)), (Some(SIDE), None));
        model.params.audition().set_place_frames(12_000);
        assert_eq!(model.audition_place_s(0), Some(0.25));
        // Again, and it ends.
        assert_eq!(model.toggle_audition(0, SIDE), Ok(()));
        assert_eq!(model.audition(0), None);
        // It is not made a second time.
        assert_eq!(model.toggle_audition(0, SIDE), Ok(()));
        assert!(!model.is_preparing_audition());
        assert_eq!(model.params.audition().wanted(), Some(SIDE));
    }

    #[test]
    fn another_bank_and_the_windows_end_end_it() {
        let mut model = loaded();
        let params = model.params.clone();
        params.audition().set_sample_rate_hz(48_000.0);
        let begin = |model: &mut EditorModel| {
            assert_eq!(model.toggle_audition(0, SIDE), Ok(()));
            assert_eq!(prepared(model), None);
            assert!(params.audition().take_next().is_some());
            assert_eq!(params.audition().wanted(), Some(SIDE));
        };
        begin(&mut model);
        let other = NamedBank::new("Horn", "", bank(709.0, 0.5)).expect("a path");
        model.load_recording(Some(other));
        assert_eq!(model.follow_audition(), None);
        assert_eq!(params.audition().wanted(), None);
        let next = params.audition().take_next().expect("silence");
        assert_eq!(next.frames(), 0);
        begin(&mut model);
        drop(model);
        assert_eq!(params.audition().wanted(), None);
        let next = params.audition().take_next().expect("silence");
        assert_eq!(next.frames(), 0);
    }

    /// What is being made of a bank that has gone is never heard.
    #[test]
    fn a_bank_that_goes_meanwhile_is_not_heard() {
        let mut model = loaded();
        model.params.audition().set_sample_rate_hz(48_000.0);
        assert_eq!(model.toggle_audition(0, SIDE), Ok(()));
        model.load_recording(None);
        assert_eq!(model.follow_audition(), None);
        assert!(!model.is_preparing_audition());
        assert!(model.params.audition().take_next().is_none());
    }

    #[test]
    fn what_is_wrong_with_the_original_is_told() {
        let mut model = loaded();
        model.params.audition().set_sample_rate_hz(48_000.0);
        model.set_original(0, "gone.wav".into());
        let outcome = model.toggle_audition(0, AuditionSide::Original);
        assert_eq!(outcome, Ok(()));
        let told = prepared(&mut model).expect("it is not there");
        assert!(told.contains("gone.wav"), "{told}");
        assert_eq!(model.audition(0), None);
    }
}
