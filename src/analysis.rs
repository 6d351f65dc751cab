//! Recordings to partials: audio files to [`Tracks`]. Never on the audio thread.
//!
//! [`Recording::read`] decodes; [`analyse`] finds onsets ([`onsets`]) and the best window ([`window`]),
//! the peaks of every frame ([`peaks`]), links them ([`linking`]), and fits all partials jointly to the
//! sound ([`refit`]), in the exact fit in [`layers`]. What they leave is transients and noise ([`residual`]); pitch,
//! labels, envelope and loop are read off the partials ([`pitch`], [`envelope`], [`sustain`]). [`AnalysisReport`] measures the
//! outcome ([`metrics`]) by its own synthesis ([`synthesis`]).
//!
//! The joint fit is what the quality comes from: measured on recordings, it makes the error of the same
//! tracks smaller by 5 to 30 dB.
//!
//! # Sameness
//!
//! The same samples and settings give the same tracks to the bit, on every machine: one thread, a fixed
//! order, transforms of our own ([`fourier`]), functions of the `libm` crate, and vectors whose bits do not
//! depend on the processor ([`crate::dsp::simd_level`]). Of lossy files the samples are the decoder's.
//!
//! # Memory
//!
//! About 40 bytes a sample and 60 bytes a breakpoint: under 2 GB for ten minutes of the musical fit. The exact one has many
//! breakpoints: a stereo drum loop takes 4.4 MB for each second, 2.6 GB for ten minutes. The joint fit takes as much again for
//! three seconds at a time, at most 200 MB where 512 partials are close together. Longer files than
//! [`decode::longest_s`] are refused.

pub mod attack;
mod breakpoints;
pub mod decode;
mod drift;
pub mod envelope;
pub mod fit;
pub mod fourier;
pub mod layers;
pub mod linking;
pub mod metrics;
mod noise;
pub mod onsets;
pub mod peaks;
pub mod pitch;
mod pruning;
pub mod refit;
mod report;
pub mod residual;
pub mod stretch;
pub mod sustain;
pub mod synthesis;
#[cfg(test)]
mod testing;
pub mod window;

use std::fmt;
use std::sync::atomic::AtomicBool;

use crate::cancelled::Cancelled;
use crate::dsp::simd_level::SimdLevel;
use crate::tracks::{BandNoise, Breakpoint, Track, Tracks, Transient, with_clear_cycles};
pub use decode::{DecodeError, Recording};
use fit::Fit;
use layers::Layered;
use onsets::Onsets;
use pitch::Pitch;
use refit::Effort;
use refit::course::{Course, Grid};
use refit::kernel::Value;
pub use report::AnalysisReport;

/// What a fit is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnalysisFit {
    /// Long tracks and few breakpoints, for a musician to edit and stretch; noise is noise.
    #[default]
    Musical,
    /// As near to the original as partials get.
    Exact,
}

impl AnalysisFit {
    /// Where partials begin at once. In the exact fit those that are there go on through soft onsets.
    fn onsets(self, onsets: &Onsets) -> &[usize] {
        match self {
            AnalysisFit::Exact => &onsets.sharp,
            AnalysisFit::Musical => &onsets.all,
        }
    }
}

/// How to analyse.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalysisSettings {
    /// What the fit is for.
    pub fit: AnalysisFit,
    /// The fundamental, if it is known.
    pub root_hz: Option<f64>,
    /// Samples of the window, a power of two from 256 to 32768; `None` for the best by trial. With a given one the
    /// musical fit has frames a quarter of it apart.
    pub window: Option<usize>,
}

/// Why there is no analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnalysisError {
    /// The caller asked to stop.
    Cancelled,
    /// No sample, or nothing but zeros.
    Silent,
    /// A window that is no power of two from 256 to 32768.
    Window(usize),
    /// Longer than [`decode::longest_s`].
    TooLong,
}

impl fmt::Display for AnalysisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnalysisError::Cancelled => write!(f, "cancelled"),
            AnalysisError::Silent => write!(f, "there is no sound in it"),
            AnalysisError::Window(window) => {
                write!(
                    f,
                    "a window of {window}: must be a power of two from 256 to 32768"
                )
            }
            AnalysisError::TooLong => write!(f, "longer than is supported"),
        }
    }
}

impl std::error::Error for AnalysisError {}

impl From<Cancelled> for AnalysisError {
    fn from(_: Cancelled) -> AnalysisError {
        AnalysisError::Cancelled
    }
}

/// Tracks, and how they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// The outcome.
    pub tracks: Tracks,
    /// Samples of the window that was used.
    pub window: usize,
    /// Samples from breakpoint to breakpoint.
    pub hop: usize,
    /// 0 to 1: how sure the fundamental is.
    pub root_confidence: f64,
    /// Stiffness of the string, B of f_n = n·f₀·√(1 + B·n²).
    pub stiffness: f64,
}

/// Finds the partials of a recording. `progress` gets the share that is done, from 0 to 1, ascending;
/// `is_cancelled` may be set from any thread.
///
/// # Errors
/// If there is no sound, the window is impossible, or it is cancelled.
pub fn analyse(
    recording: &Recording,
    settings: &AnalysisSettings,
    is_cancelled: &AtomicBool,
    progress: &mut dyn FnMut(f64),
) -> Result<Analysis, AnalysisError> {
    check(recording, settings)?;
    let rate = recording.sample_rate_hz;
    let onsets = onsets::onsets(&recording.mid, rate, is_cancelled)?;
    let fit = Fit {
        level: SimdLevel::available().last().unwrap_or(SimdLevel::PORTABLE),
        samples: &recording.mid,
        sample_rate_hz: rate,
        onsets: settings.fit.onsets(&onsets),
        is_cancelled,
    };
    let mut done = 0.0;
    let mut advance = |share: f64| {
        done += share;
        progress(f64::min(done, 1.0));
    };
    let window_share = (0.4 / recording.duration_s()).min(0.4);
    let share = 0.9 - window_share;
    let (window, layered) = match settings.fit {
        AnalysisFit::Musical => {
            let resolution = match settings.window {
                Some(window) => window::resolution(AnalysisFit::Musical, window),
                None => window::choose(&fit, &mut |part| advance(window_share * part))?,
            };
            let grid = Grid::new(resolution.hop, recording.mid.len());
            let courses =
                fit.courses(resolution, &Effort::FULL, &mut |part| advance(share * part))?;
            (resolution.window, Layered::single(courses, grid))
        }
        AnalysisFit::Exact => {
            let layers = match settings.window {
                Some(window) => window::layers(window),
                None => window::choose_layers(&fit, &mut |part| advance(window_share * part))?,
            };
            let mut advance = |part: f64| advance(share * part);
            let layered = fit.layers(layers, &Effort::FULL, &mut advance)?;
            (layers.steady.window, layered)
        }
    };
    let found = finished(
        recording,
        settings,
        (&fit, &onsets.all),
        window,
        layered,
        &mut advance,
    )?;
    progress(1.0);
    Ok(found)
}

fn check(recording: &Recording, settings: &AnalysisSettings) -> Result<(), AnalysisError> {
    if let Some(window) = settings.window
        && !(window.is_power_of_two() && (256..=32_768).contains(&window))
    {
        return Err(AnalysisError::Window(window));
    }
    if recording.duration_s() > decode::longest_s(recording.sample_rate_hz) {
        return Err(AnalysisError::TooLong);
    }
    match recording.mid.iter().any(|sample| *sample != 0.0) {
        true => Ok(()),
        false => Err(AnalysisError::Silent),
    }
}

/// All that is read off the courses. `advance` gets shares of the progress that add up to 0.1 at most.
fn finished(
    recording: &Recording,
    settings: &AnalysisSettings,
    (fit, onsets): (&Fit<'_>, &[usize]),
    window: usize,
    layered: Layered,
    advance: &mut dyn FnMut(f64),
) -> Result<Analysis, AnalysisError> {
    let (rate, is_cancelled) = (recording.sample_rate_hz, fit.is_cancelled);
    let (grid, courses) = (layered.grid, &layered.courses);
    let (transients, noise) = residue(fit, onsets, &layered)?;
    advance(0.03);
    let pitch = Pitch::new(courses, grid, rate, settings.root_hz, is_cancelled)?;
    let root_hz = pitch.as_ref().map(|pitch| pitch.root_hz);
    advance(0.01);
    let apart_hz = root_hz.unwrap_or(100.0);
    let envelope = envelope::envelope(courses, grid, rate, apart_hz, is_cancelled)?;
    advance(0.01);
    let sustain_loop = sustain::sustain_loop(courses, grid, rate, is_cancelled)?;
    advance(0.01);
    // Last, since it takes the courses apart.
    let tracks = tracks(recording, fit, layered, pitch.as_ref(), advance)?;
    Ok(Analysis {
        tracks: Tracks {
            duration_s: recording.duration_s(),
            root_hz,
            tracks,
            noise: Some(noise),
            transients,
            onsets_s: onsets.iter().map(|onset| *onset as f64 / rate).collect(),
            envelope: Some(envelope),
            sustain_loop,
            source: String::new(),
        },
        window,
        hop: grid.hop,
        root_confidence: pitch.as_ref().map_or(0.0, |pitch| pitch.confidence),
        stiffness: pitch.map_or(0.0, |pitch| pitch.stiffness),
    })
}

/// The courses of all layers as tracks, with their places and labels, each of which goes when its track is there. `advance`
/// gets shares that add up to 0.04 at most.
fn tracks(
    recording: &Recording,
    fit: &Fit<'_>,
    layered: Layered,
    pitch: Option<&Pitch>,
    advance: &mut dyn FnMut(f64),
) -> Result<Vec<Track>, Cancelled> {
    let (rate, is_cancelled) = (recording.sample_rate_hz, fit.is_cancelled);
    let side = Fit {
        samples: &recording.side,
        ..*fit
    };
    let shares = match recording.side.is_empty() {
        true => Vec::new(),
        false => side.shares(&layered, &Effort::FULL, &mut |part| advance(0.04 * part))?,
    };
    // The pitch has the frames of the finest grid.
    let label = |course: &Course| {
        Cancelled::check(is_cancelled)?;
        Ok(pitch.and_then(|pitch| pitch.label(course, layered.grid, rate)))
    };
    let labels: Vec<Option<u32>> = layered
        .courses
        .iter()
        .map(label)
        .collect::<Result<_, _>>()?;
    let mut tracks = Vec::with_capacity(labels.len());
    let (mut shares, mut labels) = (shares.into_iter(), labels.into_iter());
    for (course, grid) in layered.into_parts() {
        Cancelled::check(is_cancelled)?;
        // Drift, which comes last, has neither.
        let shares = shares.next().unwrap_or_default();
        let label = labels.next().flatten();
        let pans = pans(&course, &shares, grid, recording.mid.len());
        tracks.push(track(&course, &pans, label, grid, rate));
    }
    Ok(tracks)
}

/// What the courses leave of the channel: transients and noise.
fn residue(
    fit: &Fit<'_>,
    onsets: &[usize],
    layered: &Layered,
) -> Result<(Vec<Transient>, BandNoise), Cancelled> {
    let (samples, rate) = (fit.samples, fit.sample_rate_hz);
    let mut rest = fit.left_by(layered)?;
    let square = |x: &f32| f64::from(*x) * f64::from(*x);
    let power = samples.iter().map(square).sum::<f64>() / samples.len() as f64;
    let transients = residual::take_transients(&mut rest, onsets, power, rate);
    let noise = noise::band_noise(&rest, rate, fit.is_cancelled)?;
    Ok((transients, noise))
}

/// Where a course is at each knot, −1 to 1, by its shares of the side; nothing if there is no side.
fn pans(course: &Course, shares: &[Value], grid: Grid, samples: usize) -> Vec<f64> {
    let pan = |(share, amplitude): (&Value, &f32)| match *amplitude > 0.0 {
        true => (-f64::from(share.re) / f64::from(*amplitude)).clamp(-1.0, 1.0),
        false => 0.0,
    };
    let mut pans: Vec<f64> = shares.iter().zip(&course.amplitudes).map(pan).collect();
    // Of a knot past the last sample, that few samples reach, nothing is known.
    let reached = samples.saturating_sub((course.last().max(1) - 1) * grid.hop);
    if let [.., before, last] = &mut pans[..]
        && reached < grid.hop / 2
    {
        *last = *before;
    }
    pans
}

/// A course as a track; one that begins with an onset has its first breakpoint there.
fn track(
    course: &Course,
    pans: &[f64],
    label: Option<u32>,
    grid: Grid,
    sample_rate_hz: f64,
) -> Track {
    let point = |at: usize| {
        let time_s = ((course.first + at) * grid.hop) as f64 / sample_rate_hz;
        let hz = course.frequencies[at].clamp(1e-6, 0.5) * sample_rate_hz;
        let amplitude = f64::from(course.amplitudes[at]);
        Breakpoint {
            pan: pans.get(at).copied().unwrap_or(0.0),
            ..Breakpoint::new(time_s, hz, amplitude).with_phase(course.phases[at])
        }
    };
    let mut breakpoints: Vec<Breakpoint> = (0..course.knots()).map(point).collect();
    if let Some(onset) = course.onset {
        let x = (onset - course.first * grid.hop) as f64;
        let [p0, p1, p2, p3] = course.cubic(0, grid.hop);
        let share = x / grid.hop as f64;
        let (from, to) = (breakpoints[0], breakpoints[1]);
        let hz = (p1 + x * (2.0 * p2 + x * 3.0 * p3)).clamp(1e-6, 0.5) * sample_rate_hz;
        let amplitude = from.amplitude + share * (to.amplitude - from.amplitude);
        // The cubic's own phase is within one turn.
        let whole = libm::floor(course.phases[0]);
        let phase = whole + p0 + x * (p1 + x * (p2 + x * p3));
        breakpoints[0] = Breakpoint {
            pan: to.pan,
            ..Breakpoint::new(onset as f64 / sample_rate_hz, hz, amplitude).with_phase(phase)
        };
    }
    let mut is_breakpoint = (0..course.knots()).map(|knot| course.is_breakpoint(knot));
    breakpoints.retain(|_| is_breakpoint.next() != Some(false));
    // Where a partial all but vanishes its frequencies leave open how many cycles there are. A bank would have another
    // number, and other frequencies around it.
    let means_hz = peaks::LOWEST_HZ..=0.5 * sample_rate_hz;
    Track {
        label,
        breakpoints: with_clear_cycles(&breakpoints, &means_hz),
    }
}

#[cfg(test)]
mod tests;
