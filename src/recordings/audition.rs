//! A recording and the sound of its bank, side by side at one rate, to be compared by ear.
//!
//! The original is the file that the bank was made of. The bank's sound is that of the analyser's own synthesis, which
//! playback at speed 1 and root pitch equals. Both begin at the same instant, so that one can switch from one to the
//! other on the way. The `rubato` crate brings them to the rate of the output.

use std::sync::{Arc, LazyLock};

/// Longer recordings are cut after this time, seconds.
pub const LONGEST_S: f64 = 30.0;
/// Both sides fade out over this time before the end, seconds: a recording that is cut ends without a click.
const FADE_S: f64 = 0.01;

/// One of the two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditionSide {
    /// The recording as it is.
    Original,
    /// What its bank makes of it.
    Partials,
}

impl AuditionSide {
    /// Both.
    pub const ALL: [AuditionSide; 2] = [AuditionSide::Original, AuditionSide::Partials];
}

/// Both sides, at one rate. Silence by [`Default`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audition {
    /// Frames a second.
    sample_rate_hz: f64,
    /// In the order of [`AuditionSide::ALL`]; no frames where a side is not known.
    sides: [Vec<[f32; 2]>; 2],
}

impl Audition {
    /// Both sides out of frames of left and right at this rate, cut after [`LONGEST_S`].
    pub fn new(sample_rate_hz: f64, original: Vec<[f32; 2]>, partials: Vec<[f32; 2]>) -> Audition {
        let longest = (LONGEST_S * sample_rate_hz) as usize;
        let fade = (FADE_S * sample_rate_hz) as usize;
        let sides = [original, partials].map(|mut side| {
            side.truncate(longest);
            let faded = side.len().min(fade);
            for (place, frame) in side.iter_mut().rev().take(faded).enumerate() {
                let gain = place as f32 / faded as f32;
                *frame = frame.map(|sample| gain * sample);
            }
            side
        });
        Audition {
            sample_rate_hz,
            sides,
        }
    }

    /// Silence, as players begin with it. What is shared is never freed.
    pub fn none() -> Arc<Audition> {
        static NONE: LazyLock<Arc<Audition>> = LazyLock::new(Arc::default);
        NONE.clone()
    }

    /// Frames a second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// How many frames the longer side has.
    pub fn frames(&self) -> usize {
        self.sides.iter().map(Vec::len).max().unwrap_or_default()
    }

    /// Left and right of a side; silence past its end.
    pub fn frame(&self, side: AuditionSide, place: usize) -> [f32; 2] {
        let frame = self.sides[side as usize].get(place);
        frame.copied().unwrap_or_default()
    }
}

#[cfg(feature = "editor")]
pub use making::{AuditionJob, AuditionSource};

#[cfg(feature = "editor")]
mod making {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use rubato::audioadapter_buffers::owned::InterleavedOwned;
    use rubato::{Fft, FixedSync, Resampler as _};

    use super::{Audition, LONGEST_S};
    use crate::analysis::synthesis::{self, Without};
    use crate::analysis::{DecodeError, Recording};
    use crate::recordings::ending::EndingThreads;
    use crate::recordings::job::Job;
    use crate::tracks::bank_file::TrackBank;

    /// Frames that the resampler takes at a time.
    const CHUNK: usize = 1_024;

    /// What an audition is made of.
    #[derive(Clone)]
    pub struct AuditionSource {
        /// The bank.
        pub bank: Arc<TrackBank>,
        /// Number of its sound.
        pub sound: usize,
        /// The recording that the sound was made of; `None` if it is not known.
        pub original: Option<PathBuf>,
        /// Rate of the output, in Hz.
        pub sample_rate_hz: f64,
    }

    /// An audition that is being made. Its outcome is `None` if it was cancelled, or what is wrong with the original.
    pub type AuditionJob = Job<Option<Result<Audition, String>>>;

    impl AuditionSource {
        /// Begins to make the audition. Dropped before it is over, the job leaves its thread to `ending_threads`.
        ///
        /// # Errors
        /// If the system has no thread to give.
        pub fn start(self, ending_threads: Arc<EndingThreads>) -> io::Result<AuditionJob> {
            Job::start("aliquot audition", ending_threads, move |is_cancelled| {
                self.make(is_cancelled).transpose()
            })
        }

        fn make(&self, is_cancelled: &AtomicBool) -> Result<Option<Audition>, String> {
            let original = match &self.original {
                Some(path) => read(path, is_cancelled)?,
                None => Some(Recording::default()),
            };
            let Some(original) = original else {
                return Ok(None);
            };
            let Some(partials) = self.partials(original.sample_rate_hz, is_cancelled) else {
                return Ok(None);
            };
            let [original, partials] =
                [original, partials].map(|side| frames(&side, self.sample_rate_hz));
            let audition = Audition::new(self.sample_rate_hz, original?, partials?);
            Ok(Some(audition))
        }

        /// The sound of the bank, at the rate of its transients or of the original, which are not resampled then;
        /// `None` if it was cancelled.
        fn partials(&self, original_hz: f64, is_cancelled: &AtomicBool) -> Option<Recording> {
            let mut tracks = self.bank.to_tracks(self.sound);
            tracks.duration_s = tracks.duration_s.min(LONGEST_S);
            let of_transients = tracks.transients.first().map(|of| of.sample_rate_hz);
            let of_original = Some(original_hz).filter(|hz| *hz > 0.0);
            let sample_rate_hz = of_transients.or(of_original).unwrap_or(self.sample_rate_hz);
            let all = Without::default();
            let sound = synthesis::sound_unless(&tracks, sample_rate_hz, all, is_cancelled)?;
            Some(Recording {
                sample_rate_hz,
                mid: sound.mid,
                side: sound.side,
            })
        }
    }

    /// The beginning of the original; `None` if it was cancelled.
    fn read(path: &Path, is_cancelled: &AtomicBool) -> Result<Option<Recording>, String> {
        let (mut recording, _) = match Recording::read(path, is_cancelled) {
            Ok(read) => read,
            Err(DecodeError::Cancelled) => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let longest = (LONGEST_S * recording.sample_rate_hz) as usize;
        recording.mid.truncate(longest);
        recording.side.truncate(longest);
        Ok(Some(recording))
    }

    /// Left and right at a rate.
    pub(super) fn frames(of: &Recording, sample_rate_hz: f64) -> Result<Vec<[f32; 2]>, String> {
        let side = of.side.iter().copied().chain(std::iter::repeat(0.0));
        let pairs = of.mid.iter().zip(side);
        let frames: Vec<[f32; 2]> = pairs.map(|(mid, side)| [mid + side, mid - side]).collect();
        if frames.is_empty() || of.sample_rate_hz == sample_rate_hz {
            return Ok(frames);
        }
        let told = |error: &dyn std::fmt::Display| format!("it could not be resampled: {error}");
        let [from, to] = [of.sample_rate_hz, sample_rate_hz].map(|hz| hz.round() as usize);
        let mut resampler =
            Fft::<f32>::new(from, to, CHUNK, 2, FixedSync::Both).map_err(|error| told(&error))?;
        let count = frames.len();
        let samples = InterleavedOwned::new_from(frames.into_flattened(), 2, count)
            .map_err(|error| told(&error))?;
        let resampled = resampler
            .process_all(&samples, count, None)
            .map_err(|error| told(&error))?;
        let samples = resampled.take_data();
        Ok(samples.as_chunks::<2>().0.to_vec())
    }
}

#[cfg(all(test, feature = "editor"))]
mod tests;
