//! A recording and the sound of its bank, side by side at one rate, to be compared by ear.
//!
//! The original is the file that the bank was made of. The bank's sound is that of the analyser's own synthesis, which
//! playback at speed 1 and root pitch equals. Both begin at the same instant, so that one can switch from one to the
//! other on the way. The `rubato` crate brings them to the rate of the output.

use std::sync::{Arc, LazyLock};

/// Longer recordings are cut after this time, seconds.
pub const LONGEST_S: f64 = 30.0;
/// And after so many frames, which are 46 MB for both sides.
const MOST_FRAMES: usize = 2_880_000;
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
        let longest = MOST_FRAMES.min((LONGEST_S * sample_rate_hz) as usize);
        let fade = (FADE_S * sample_rate_hz) as usize;
        let sides = [original, partials].map(|mut side| {
            side.truncate(longest);
            side.shrink_to_fit();
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
pub use making::{AuditionJob, AuditionSource, MadeAudition};

#[cfg(feature = "editor")]
mod making {
    use std::fmt::Display;
    use std::io;
    use std::path::PathBuf;
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
    /// Rates at which the sound of a bank is worked out: twice the highest frequency of a bank at least.
    const LEAST_HZ: f64 = 40_960.0;
    const MOST_HZ: f64 = 96_000.0;
    const USUAL_HZ: f64 = 48_000.0;

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

    /// What has been made.
    #[derive(Debug)]
    pub struct MadeAudition {
        /// Both sides. The original is silent where it could not be read.
        pub audition: Audition,
        /// What is wrong with the original: its file and the reason.
        pub fault: Option<String>,
    }

    /// An audition that is being made. Its outcome is `None` if it was cancelled.
    pub type AuditionJob = Job<Option<MadeAudition>>;

    impl AuditionSource {
        /// Begins to make the audition. Dropped before it is over, the job leaves its thread to `ending_threads`.
        ///
        /// # Errors
        /// If the system has no thread to give.
        pub fn start(self, ending_threads: Arc<EndingThreads>) -> io::Result<AuditionJob> {
            let work = move |is_cancelled: &AtomicBool| self.make(is_cancelled);
            Job::start("aliquot audition", ending_threads, work)
        }

        fn make(&self, is_cancelled: &AtomicBool) -> Option<MadeAudition> {
            let (original, fault) = match self.original(is_cancelled)? {
                Ok(frames) => (frames, None),
                Err(fault) => (Vec::new(), Some(fault)),
            };
            let partials = self.partials(is_cancelled)?;
            // Rates that a host may have can be resampled to.
            let partials = frames(&partials, self.sample_rate_hz).unwrap_or_default();
            Some(MadeAudition {
                audition: Audition::new(self.sample_rate_hz, original, partials),
                fault,
            })
        }

        /// The beginning of the original, or what is wrong with it; `None` if it was cancelled.
        fn original(&self, is_cancelled: &AtomicBool) -> Option<Result<Vec<[f32; 2]>, String>> {
            let Some(path) = &self.original else {
                return Some(Ok(Vec::new()));
            };
            let told = |error: &dyn Display| format!("{}: {error}", path.display());
            let (mut recording, _) = match Recording::read(path, is_cancelled) {
                Ok(read) => read,
                Err(DecodeError::Cancelled) => return None,
                Err(error) => return Some(Err(told(&error))),
            };
            let longest = (LONGEST_S * recording.sample_rate_hz) as usize;
            for channel in [&mut recording.mid, &mut recording.side] {
                channel.truncate(longest);
                channel.shrink_to_fit();
            }
            let frames = frames(&recording, self.sample_rate_hz);
            Some(frames.map_err(|error| told(&error)))
        }

        /// The sound of the bank, at the rate of its transients, which are not resampled then, or at one that has room
        /// for all partials of a bank; `None` if it was cancelled.
        fn partials(&self, is_cancelled: &AtomicBool) -> Option<Recording> {
            // A bank that cannot be read any more is told while it plays.
            let mut tracks = self.bank.read_tracks(self.sound).unwrap_or_default();
            tracks.duration_s = tracks.duration_s.min(LONGEST_S);
            let of_transients = tracks.transients.first().map(|of| of.sample_rate_hz);
            let has_room = |hz: &f64| (LEAST_HZ..=MOST_HZ).contains(hz);
            let sample_rate_hz = of_transients.filter(has_room).unwrap_or(USUAL_HZ);
            let all = Without::default();
            let sound = synthesis::sound_unless(&tracks, sample_rate_hz, all, is_cancelled)?;
            Some(Recording {
                sample_rate_hz,
                mid: sound.mid,
                side: sound.side,
            })
        }
    }

    /// Left and right at a rate.
    pub(super) fn frames(of: &Recording, sample_rate_hz: f64) -> Result<Vec<[f32; 2]>, String> {
        let side = of.side.iter().copied().chain(std::iter::repeat(0.0));
        let pairs = of.mid.iter().zip(side);
        let frames: Vec<[f32; 2]> = pairs.map(|(mid, side)| [mid + side, mid - side]).collect();
        if frames.is_empty() || of.sample_rate_hz == sample_rate_hz {
            return Ok(frames);
        }
        let told = |error: &dyn Display| format!("it could not be resampled: {error}");
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
