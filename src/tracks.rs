//! Partials of recordings: what an analysis finds, what a file holds, what a voice plays.
//!
//! [`Tracks`] is the model that analysis and all files share: sines whose amplitude and frequency
//! change over time, and what is left of the recording beside them (noise in bands, transients as
//! samples, the spectral envelope). Amplitudes and times are those of the recording.
//!
//! The audio thread only reads what is already in memory of a bank: rows of [`bank_file`] by their codes, and the time of
//! transients. What is not in memory of a large bank [comes to it](streaming) while it plays. All else allocates, and is
//! not for it.
//!
//! Functions of mathematics are those of the `libm` crate: the same tracks give the same bytes on
//! every machine.

pub mod bands;
pub mod bank_edits;
pub mod bank_file;
pub mod bank_text;
mod cycles;
pub mod files;
mod interpolation;
mod sampling;
pub mod sharing;
pub mod streaming;
mod tidy;
pub mod warp;

pub(crate) use cycles::with_clear_cycles;
pub(crate) use interpolation::TrackCursor;
pub use interpolation::{PhaseCurve, spline_slopes};
pub use tidy::{Tidied, tidy};

/// A recording as partials. [`Default`] is silence of no duration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tracks {
    /// How long the recording is; no breakpoint is required to be within it.
    pub duration_s: f64,
    /// Fundamental frequency of the key that the recording plays, where it is known.
    pub root_hz: Option<f64>,
    /// The partials, in any order.
    pub tracks: Vec<Track>,
    /// What is neither a partial nor a transient.
    pub noise: Option<BandNoise>,
    /// Attacks that partials do not follow, in order of time.
    pub transients: Vec<Transient>,
    /// Instants at which something begins, ascending, in seconds.
    pub onsets_s: Vec<f64>,
    /// The spectral envelope, for transposition with formants kept.
    pub envelope: Option<SpectralEnvelope>,
    /// What is repeated while a key is held.
    pub sustain_loop: Option<SustainLoop>,
    /// Where the recording comes from, its licence, how it was analysed: text for people.
    pub source: String,
}

/// One partial from its birth to its death.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Number of the harmonic that it is, from 1; `None` for a partial of no harmonic series.
    pub label: Option<u32>,
    /// At least one breakpoint; times ascend strictly. Amplitude is linear in between, phase is as
    /// [`PhaseCurve`] says. Before the first and after the last the partial is silent.
    pub breakpoints: Vec<Breakpoint>,
}

/// A partial at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breakpoint {
    /// From the start of the recording, in seconds; 0 or more.
    pub time_s: f64,
    /// Above 0.
    pub frequency_hz: f64,
    /// Peak of the sine, linear, 0 or more; 1 is full scale.
    pub amplitude: f64,
    /// Phase of a cosine in turns, in any cycle; `None` where it is not known.
    pub phase_turns: Option<f64>,
    /// 0 for a pure sine to 1 for noise of the same power: Loris's bandwidth κ. The sample is
    /// `amplitude·(√(1−κ) + √(2κ)·ζ)·cos`, with ζ low-passed noise of variance 1.
    pub bandwidth: f64,
    /// −1 is left, 0 is the centre, 1 is right.
    pub pan: f64,
}

impl Breakpoint {
    /// A pure sine at the centre whose phase is not known.
    pub fn new(time_s: f64, frequency_hz: f64, amplitude: f64) -> Breakpoint {
        Breakpoint {
            time_s,
            frequency_hz,
            amplitude,
            phase_turns: None,
            bandwidth: 0.0,
            pan: 0.0,
        }
    }

    /// The breakpoint with this phase of a cosine.
    pub fn with_phase(self, phase_turns: f64) -> Breakpoint {
        Breakpoint {
            phase_turns: Some(phase_turns),
            ..self
        }
    }
}

/// Noise as power in the [bands](bands::NOISE_BANDS) of hearing over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BandNoise {
    /// Seconds from one frame to the next; the first is centred at 0.
    pub hop_s: f64,
    /// Mean square of the noise in each band around each frame's centre, of full scale 1.
    pub powers: Vec<[f32; bands::NOISE_BANDS]>,
}

/// An attack as it was recorded, less the partials.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transient {
    /// Time of the first sample.
    pub time_s: f64,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// −1 is left, 0 is the centre, 1 is right.
    pub pan: f64,
    /// One channel, full scale 1.
    pub samples: Vec<f32>,
}

/// The smooth curve through the peaks of the spectrum, over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpectralEnvelope {
    /// Seconds from one frame to the next; the first is at 0.
    pub hop_s: f64,
    /// Linear amplitude at each of the frequencies of
    /// [`envelope_points_hz`](bands::envelope_points_hz), as of a partial there.
    pub gains: Vec<[f32; bands::ENVELOPE_POINTS]>,
}

/// The part that is repeated while a key is held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SustainLoop {
    /// Where it begins.
    pub start_s: f64,
    /// Where it goes back to its beginning.
    pub end_s: f64,
    /// Duration of the cross-fade, which ends at the end.
    pub crossfade_s: f64,
}

impl Track {
    /// Time of the first breakpoint; infinite without any.
    pub fn start_s(&self) -> f64 {
        self.breakpoints
            .first()
            .map_or(f64::INFINITY, |point| point.time_s)
    }

    /// Time of the last breakpoint; minus infinity without any.
    pub fn end_s(&self) -> f64 {
        self.breakpoints
            .last()
            .map_or(f64::NEG_INFINITY, |point| point.time_s)
    }

    /// Whether the phase of any breakpoint is known.
    pub fn has_phases(&self) -> bool {
        self.breakpoints
            .iter()
            .any(|point| point.phase_turns.is_some())
    }

    /// Energy: half the square of the amplitude, integrated over time. A full-scale sine has 0.5 a
    /// second.
    pub fn energy(&self) -> f64 {
        self.breakpoints
            .windows(2)
            .map(|pair| {
                let (a, b) = (pair[0].amplitude, pair[1].amplitude);
                (pair[1].time_s - pair[0].time_s) * (a * a + a * b + b * b) / 6.0
            })
            .sum()
    }
}

impl Tracks {
    /// How many breakpoints there are in all.
    pub fn breakpoint_count(&self) -> usize {
        self.tracks
            .iter()
            .map(|track| track.breakpoints.len())
            .sum()
    }

    /// Whether any partial has the number of a harmonic.
    pub fn has_harmonics(&self) -> bool {
        self.tracks.iter().any(|track| track.label.is_some())
    }

    /// The median of the distances of breakpoints in s, within 1 to 50 ms.
    pub fn usual_distance_s(&self) -> f64 {
        sampling::usual_distance_s(self)
    }

    /// How many partials there are at once, at most. One that ends where another begins counts as
    /// one of them.
    pub fn most_at_once(&self) -> usize {
        let mut ends: Vec<(f64, i8)> = self
            .tracks
            .iter()
            .filter(|track| !track.breakpoints.is_empty())
            .flat_map(|track| [(track.start_s(), 1), (track.end_s(), -1)])
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut alive, mut most) = (0_isize, 0_isize);
        for (_, change) in ends {
            alive += isize::from(change);
            most = most.max(alive);
        }
        most.unsigned_abs()
    }

    /// The end of the last track, or the duration where that is later.
    pub fn end_s(&self) -> f64 {
        self.tracks
            .iter()
            .map(Track::end_s)
            .fold(self.duration_s, f64::max)
    }
}
