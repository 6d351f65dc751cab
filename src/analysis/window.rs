//! Which window: by trial, since the original is there to compare with.
//!
//! The loudest second, of a short sound the loudest half, is fitted in a draft with each length. Of each the SRER of
//! partials and transients is taken, less what its breakpoints cost.
//!
//! The musical fit tries 93 ms to 11.6 ms (4096 to 512 samples at 44.1 kHz). Breakpoints cost 2 dB for each doubling beyond
//! 100 a second and 8 dB more beyond 4,000, and SRER counts up to 38 dB. Each doubling of the window is worth 2.5 dB: the
//! longer it is, the better the partials can be stretched, since those that are close are apart and do not beat in the
//! amplitude of one. Frames are a quarter of a window apart. Where partials are most of the sound, or few, an eighth is
//! tried too, with lengths that are about as good: of these closer knots only those that matter become breakpoints
//! (`breakpoints.rs`), so that vibrato and voices that beat have many and even partials few. It has to
//! be better by 2 dB. Partials last for as many frames at least, and so half as long, which is right for struck and
//! plucked ones; then as long as with frames a quarter apart is tried, which is right for breath.
//!
//! The exact fit, whose [layers] stretch well whatever the window, tries 93 ms and 46 ms for the
//! steady one, with frames an eighth of it apart; the rest has half the window and half the distance. (With 23 ms, 16 of
//! 38 recordings are farther from what they were at a quarter of the speed than with Loris's partials or 4 dB, with 46 ms
//! none of these.) Breakpoints cost 2 dB for each doubling beyond 12,000 a second. The longer one has to be 3 dB better,
//! since it keeps fewer attacks. And the partials of each draft are played at a quarter
//! of the speed: each dB of ERB-LSD above 3.5 costs 20 dB, since no more than 4 are wanted.

use super::fit::{Fit, Given, KnownPeaks, Resolution};
use super::layers::{Layered, Layers};
use super::metrics::srer_db;
use super::onsets::Onsets;
use super::refit::Effort;
use super::refit::course::Grid;
use super::residual::take_transients;
use super::{AnalysisFit, onsets};
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::FrameGrid;

/// No window has fewer samples.
const SHORTEST: usize = 256;
/// Window lengths at 44.1 and 48 kHz.
const WINDOWS: [usize; 4] = [512, 1024, 2048, 4096];
const TRIAL_S: f64 = 1.0;
/// The part of a short sound that is tried, so that the trials do not take longer than the fit.
const TRIAL_SHARE: f64 = 0.5;
const LEAST_TRIAL_S: f64 = 0.4;
/// Worse by this than a longer one, a window is the last that the musical fit tries.
const MOST_LOST_DB: f64 = 2.0;
/// How many lengths, the longest, the exact fit tries.
const LAYERED: usize = 2;
/// At a quarter of the speed, what is farther than this from what it was costs so many dB for each.
const MOST_SLOWED_DB: f64 = 3.5;
const SLOWED_COST: f64 = 20.0;
/// What is nearer than this counts no more in the musical fit.
const MOST_SRER_DB: f64 = 38.0;
/// Closer frames would follow the noise of a sound whose partials are not even so near,
const LEAST_CLOSER_SRER_DB: f64 = 12.0;
/// unless there are fewer breakpoints than this.
const FEW_A_SECOND: f64 = 2_000.0;
/// Closer frames are tried with windows that are worse than the best by this at most: of twice its length, and of half.
const MOST_WORSE_DB: [f64; 2] = [4.0, 1.0];
/// What closer frames cost: they take twice as long, and follow noise more.
const CLOSER_COST_DB: f64 = 2.0;
/// Drafts with closer frames: these three, and the best with longer partials.
const CLOSER_DRAFTS: usize = 4;

/// The lengths that are tried at this rate, in samples.
pub fn windows(sample_rate_hz: f64) -> [usize; 4] {
    let octaves = libm::round(libm::log2(sample_rate_hz / 46_000.0)) as i32;
    WINDOWS.map(|window| match octaves {
        0.. => window << octaves.min(3),
        _ => (window >> (-octaves).min(3)).max(SHORTEST),
    })
}

/// The lengths to try for so many samples. A sound has to last for two windows: a longer window knows partials of it that
/// are none, or none at all. The shortest is tried whatever the sound.
fn lengths(sample_rate_hz: f64, samples: usize) -> Vec<usize> {
    // At low rates the shortest are the same.
    let mut lengths = windows(sample_rate_hz).to_vec();
    lengths.dedup();
    let shortest = lengths[0];
    lengths.retain(|length| *length == shortest || 2 * length <= samples);
    lengths
}

/// The numbers of the exact fit whose steady partials have this window.
pub fn layers(window: usize) -> Layers {
    Layers {
        steady: closer(resolution(AnalysisFit::Musical, window)),
        rest: resolution(AnalysisFit::Exact, (window / 2).max(SHORTEST)),
    }
}

/// The numbers of one layer with this window.
pub fn resolution(fit: AnalysisFit, window: usize) -> Resolution {
    match fit {
        AnalysisFit::Exact => Resolution {
            window,
            hop: window / 8,
            floor_db: -80.0,
            fade_db: -80.0,
            least_frames: 4,
            drops_noise: false,
            thins: false,
            drops_surplus: false,
            reaches_ends: true,
        },
        AnalysisFit::Musical => Resolution {
            window,
            // A bank has none farther apart: at 384 kHz a quarter of the longest would be.
            hop: (window / 4).min(FrameGrid::MOST_HOP as usize),
            floor_db: -60.0,
            fade_db: -66.0,
            least_frames: 8,
            drops_noise: true,
            thins: false,
            drops_surplus: true,
            reaches_ends: true,
        },
    }
}

/// The same with frames twice as close.
fn closer(resolution: Resolution) -> Resolution {
    Resolution {
        hop: resolution.hop / 2,
        ..resolution
    }
}

/// The same with frames twice as close, of which those become breakpoints that matter.
fn closer_thinned(resolution: Resolution) -> Resolution {
    Resolution {
        thins: true,
        ..closer(resolution)
    }
}

/// The best resolution of a musical fit for a channel.
///
/// # Errors
/// If it is cancelled.
pub fn choose(whole: &Fit<'_>, progress: &mut dyn FnMut(f64)) -> Result<Resolution, Cancelled> {
    let samples = part(whole);
    let onsets = onsets::onsets(samples, whole.sample_rate_hz, whole.is_cancelled)?;
    let trial = Trial::new(whole, samples, &onsets, AnalysisFit::Musical);
    let windows = lengths(whole.sample_rate_hz, whole.samples.len());
    let most = windows.len() + CLOSER_DRAFTS;
    let mut advance = |part: f64| progress(part / most as f64);
    let mut tried = Vec::<Draft>::with_capacity(most);
    // The longest first. It ends where shorter ones become worse, and tries the shortest, which costs as
    // much as any, only if they have become better: none of the 38 recordings would have had another window.
    for (place, window) in windows.into_iter().enumerate().rev() {
        let last = tried.first().filter(|last| !last.is_empty());
        let lost_db = last.map_or(0.0, |last| best(&tried).score_db - last.score_db);
        let is_tried = match place {
            0 => lost_db <= 0.0,
            _ => lost_db < MOST_LOST_DB,
        };
        let resolution = resolution(AnalysisFit::Musical, window);
        match is_tried {
            true => tried.insert(0, trial.draft(resolution, &mut advance)?),
            false => advance(1.0),
        }
    }
    let before = tried.len();
    trial.try_closer(&mut tried, &mut advance)?;
    advance((before + CLOSER_DRAFTS - tried.len()) as f64);
    Ok(best(&tried).resolution)
}

/// The best resolutions of an exact fit for a channel.
///
/// # Errors
/// If it is cancelled.
pub fn choose_layers(whole: &Fit<'_>, progress: &mut dyn FnMut(f64)) -> Result<Layers, Cancelled> {
    let windows = lengths(whole.sample_rate_hz, whole.samples.len());
    let windows = &windows[windows.len().saturating_sub(LAYERED)..];
    if let [window] = windows {
        progress(1.0);
        return Ok(layers(*window));
    }
    let samples = part(whole);
    let onsets = onsets::onsets(samples, whole.sample_rate_hz, whole.is_cancelled)?;
    let trial = Trial::new(whole, samples, &onsets, AnalysisFit::Exact);
    let mut advance = |part: f64| progress(part / windows.len() as f64);
    let mut tried = Vec::<Draft>::with_capacity(windows.len());
    for window in windows {
        tried.push(trial.draft_of_layers(layers(*window), &mut advance)?);
    }
    Ok(layers(best(&tried).resolution.window))
}

/// The part of a channel that is tried.
fn part<'a>(whole: &Fit<'a>) -> &'a [f32] {
    let duration_s = whole.samples.len() as f64 / whole.sample_rate_hz;
    let trial_s = (duration_s * TRIAL_SHARE).clamp(LEAST_TRIAL_S, TRIAL_S);
    loudest(whole.samples, (trial_s * whole.sample_rate_hz) as usize)
}

/// Drafts of a part of the sound.
struct Trial<'a> {
    fit: Fit<'a>,
    transients: &'a [usize],
    kind: AnalysisFit,
    /// All drafts have the same floors, and every second one of closer frames is at the centre of another.
    known: KnownPeaks,
}

/// What came of one resolution.
#[derive(Clone, Copy)]
struct Draft {
    resolution: Resolution,
    score_db: f64,
    srer_db: f64,
    breakpoints_a_second: f64,
}

impl Draft {
    /// Whether no partials were found.
    fn is_empty(&self) -> bool {
        self.breakpoints_a_second == 0.0
    }
}

/// The draft with the highest score, the first of equal ones. One without partials has the lowest.
fn best(tried: &[Draft]) -> &Draft {
    let mut best = &tried[0];
    for draft in tried {
        if draft.score_db > best.score_db {
            best = draft;
        }
    }
    best
}

impl<'a> Trial<'a> {
    fn new(
        whole: &Fit<'a>,
        samples: &'a [f32],
        onsets: &'a Onsets,
        kind: AnalysisFit,
    ) -> Trial<'a> {
        Trial {
            fit: Fit {
                samples,
                onsets: kind.onsets(onsets),
                ..*whole
            },
            transients: &onsets.all,
            kind,
            known: KnownPeaks::default(),
        }
    }

    /// Adds drafts with closer frames, at most [`CLOSER_DRAFTS`], where these may be better.
    fn try_closer(
        &self,
        tried: &mut Vec<Draft>,
        advance: &mut dyn FnMut(f64),
    ) -> Result<(), Cancelled> {
        let first = *best(tried);
        if first.srer_db < LEAST_CLOSER_SRER_DB && first.breakpoints_a_second >= FEW_A_SECOND {
            return Ok(());
        }
        let length = first.resolution.window;
        for draft in tried.clone() {
            let worse_db = first.score_db - draft.score_db;
            let [twice, half] = MOST_WORSE_DB;
            let is_near = match draft.resolution.window {
                window if window == length => true,
                window if window == 2 * length => worse_db < twice,
                window if 2 * window == length => worse_db < half,
                _ => false,
            };
            if is_near {
                tried.push(self.draft(closer_thinned(draft.resolution), advance)?);
            }
        }
        let window = best(tried).resolution.window;
        let resolutions = tried.iter().map(|draft| draft.resolution);
        let mut closer = resolutions.filter(|resolution| resolution.thins);
        if let Some(closer) = closer.find(|closer| closer.window == window) {
            let longer = Resolution {
                least_frames: 2 * closer.least_frames,
                ..closer
            };
            tried.push(self.draft(longer, advance)?);
        }
        Ok(())
    }

    fn draft(
        &self,
        resolution: Resolution,
        advance: &mut dyn FnMut(f64),
    ) -> Result<Draft, Cancelled> {
        let given = Given {
            known: Some(&self.known),
            ..Given::default()
        };
        let courses = self
            .fit
            .courses_of(given, resolution.draft(), &Effort::DRAFT, advance)?;
        let grid = Grid::new(resolution.hop, self.fit.samples.len());
        self.judged(resolution, &Layered::single(courses, grid))
    }

    fn draft_of_layers(
        &self,
        layers: Layers,
        advance: &mut dyn FnMut(f64),
    ) -> Result<Draft, Cancelled> {
        let layered = self.fit.layers(layers.draft(), &Effort::DRAFT, advance)?;
        let draft = self.judged(layers.steady, &layered)?;
        let away_db = self.fit.slowed_distance_db(&layered)?;
        Ok(Draft {
            score_db: draft.score_db - slowed_cost_db(away_db),
            ..draft
        })
    }

    /// What it is worth, by what came of it.
    fn judged(&self, resolution: Resolution, layered: &Layered) -> Result<Draft, Cancelled> {
        let (samples, rate) = (self.fit.samples, self.fit.sample_rate_hz);
        let mut rest = self.fit.left_by(layered)?;
        take_transients(&mut rest, self.transients, 0.0, rate);
        let found: Vec<f32> = samples.iter().zip(&rest).map(|(x, y)| x - y).collect();
        let breakpoints_a_second = layered.breakpoints() as f64 * rate / samples.len() as f64;
        let srer_db = srer_db(samples, &found);
        let score_db = match breakpoints_a_second {
            0.0 => f64::NEG_INFINITY,
            _ => score_db(self.kind, &resolution, rate, srer_db, breakpoints_a_second),
        };
        Ok(Draft {
            resolution,
            score_db,
            srer_db,
            breakpoints_a_second,
        })
    }
}

/// What a fit of this signal-to-residual ratio is worth, less what its breakpoints cost, in dB.
fn score_db(
    kind: AnalysisFit,
    resolution: &Resolution,
    sample_rate_hz: f64,
    srer_db: f64,
    breakpoints_a_second: f64,
) -> f64 {
    let octaves = |from: f64| libm::log2((breakpoints_a_second / from).max(1.0));
    let length = libm::log2(resolution.window as f64 / sample_rate_hz);
    match kind {
        AnalysisFit::Exact => srer_db - 3.0 * length - 2.0 * octaves(12_000.0),
        AnalysisFit::Musical => {
            let closer_db = if resolution.thins {
                CLOSER_COST_DB
            } else {
                0.0
            };
            (srer_db - closer_db).min(MOST_SRER_DB) + 2.5 * length
                - 2.0 * octaves(100.0)
                - 8.0 * octaves(4_000.0)
        }
    }
}

/// What it costs that the partials are so far from the sound at a quarter of the speed, in dB.
fn slowed_cost_db(away_db: f64) -> f64 {
    SLOWED_COST * (away_db - MOST_SLOWED_DB).max(0.0)
}

/// The loudest stretch of this many samples, to an eighth of it.
fn loudest(samples: &[f32], length: usize) -> &[f32] {
    let step = (length / 8).max(1);
    let energy = |part: &[f32]| {
        part.iter()
            .map(|x| f64::from(*x) * f64::from(*x))
            .sum::<f64>()
    };
    let parts: Vec<f64> = samples.chunks(step).map(energy).collect();
    let sum = |start: usize| {
        parts[start..(start + 8).min(parts.len())]
            .iter()
            .sum::<f64>()
    };
    let best = (0..parts.len().saturating_sub(7).max(1))
        .max_by(|a, b| sum(*a).total_cmp(&sum(*b)).then(b.cmp(a)))
        .unwrap_or(0);
    &samples[best * step..(best * step + length).min(samples.len())]
}

#[cfg(test)]
mod tests;
