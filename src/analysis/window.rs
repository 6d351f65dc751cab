//! Which window: by trial, since the original is there to compare with.
//!
//! The loudest second, of a short sound the loudest half, is fitted in a draft with each length. Of each the SRER of
//! partials and transients is taken, less what its breakpoints cost.
//!
//! The musical fit tries 93 ms to 11.6 ms (4096 to 512 samples at 44.1 kHz). Breakpoints cost 2 dB for each doubling beyond
//! 100 a second and 8 dB more beyond 4,000, and SRER counts up to 38 dB. Each doubling of the window is worth 1 dB, and
//! few breakpoints make it prefer long ones anyway: the longer it is, the better the
//! partials can be stretched, since those that are close are apart and do not beat in the amplitude of one. Frames are
//! a quarter of a window apart; then an eighth is tried too, with the best length and its double, unless that would take
//! more than 6,000 breakpoints a second, and the shortest partial lasts half as long: voices of a choir that beat need
//! breakpoints more often than a long window has them.
//!
//! The exact fit, whose [layers] stretch well whatever the window, tries 93 ms and 46 ms for the
//! steady one, with frames an eighth of it apart; the rest has half the window and half the distance. (With 23 ms, 16 of
//! 38 recordings are farther from what they were at a quarter of the speed than with Loris's partials or 4 dB, with 46 ms
//! none.) Breakpoints cost 2 dB for each doubling beyond 12,000 a second. The longer one has to be 3 dB better: at a
//! quarter of the speed it keeps 42 of 53 attacks, the shorter one 45. And the partials of each draft are played at a quarter
//! of the speed: each dB of ERB-LSD above 3.5 costs 20 dB, since no more than 4 are wanted.

use super::fit::{Fit, Resolution};
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
/// Closer frames that would take more are not tried: they suit none of the 38 recordings.
const MOST_KNOTS_A_SECOND: f64 = 6_000.0;
/// How many lengths, the longest, the exact fit tries.
const LAYERED: usize = 2;
/// At a quarter of the speed, what is farther than this from what it was costs so many dB for each.
const MOST_SLOWED_DB: f64 = 3.5;
const SLOWED_COST: f64 = 20.0;
/// What is nearer than this counts no more in the musical fit.
const MOST_SRER_DB: f64 = 38.0;

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

/// The best resolution of a musical fit for a channel.
///
/// # Errors
/// If it is cancelled.
pub fn choose(whole: &Fit<'_>, progress: &mut dyn FnMut(f64)) -> Result<Resolution, Cancelled> {
    let samples = part(whole);
    let onsets = onsets::onsets(samples, whole.sample_rate_hz, whole.is_cancelled)?;
    let trial = Trial::new(whole, samples, &onsets, AnalysisFit::Musical);
    let windows = lengths(whole.sample_rate_hz, whole.samples.len());
    let most = windows.len() + 2;
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
    let length = best(&tried).resolution.window;
    for draft in tried.clone() {
        let is_near = [length, 2 * length].contains(&draft.resolution.window);
        if is_near && 2.0 * draft.knots_a_second < MOST_KNOTS_A_SECOND {
            tried.push(trial.draft(closer(draft.resolution), &mut advance)?);
        }
    }
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
}

/// What came of one resolution.
#[derive(Clone, Copy)]
struct Draft {
    resolution: Resolution,
    score_db: f64,
    knots_a_second: f64,
}

impl Draft {
    /// Whether no partials were found.
    fn is_empty(&self) -> bool {
        self.knots_a_second == 0.0
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
        }
    }

    fn draft(
        &self,
        resolution: Resolution,
        advance: &mut dyn FnMut(f64),
    ) -> Result<Draft, Cancelled> {
        let courses = self
            .fit
            .courses(resolution.draft(), &Effort::DRAFT, advance)?;
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
        let refit = self.fit.refit(layered.grid);
        let mut rest = samples.to_vec();
        for courses in [&layered.drift, &layered.courses] {
            for (rest, found) in rest.iter_mut().zip(refit.synthesis(courses)?) {
                *rest -= found;
            }
        }
        take_transients(&mut rest, self.transients, 0.0, rate);
        let found: Vec<f32> = samples.iter().zip(&rest).map(|(x, y)| x - y).collect();
        let knots = layered.knots();
        let knots_a_second = knots as f64 * rate / samples.len() as f64;
        let score_db = match knots {
            0 => f64::NEG_INFINITY,
            _ => score_db(
                self.kind,
                resolution.window as f64 / rate,
                srer_db(samples, &found),
                knots_a_second,
            ),
        };
        Ok(Draft {
            resolution,
            score_db,
            knots_a_second,
        })
    }
}

/// What a fit with this window and this signal-to-residual ratio is worth, less what its breakpoints cost, in dB.
fn score_db(kind: AnalysisFit, window_s: f64, srer_db: f64, knots_a_second: f64) -> f64 {
    let octaves = |from: f64| libm::log2((knots_a_second / from).max(1.0));
    let length = libm::log2(window_s);
    match kind {
        AnalysisFit::Exact => srer_db - 3.0 * length - 2.0 * octaves(12_000.0),
        AnalysisFit::Musical => {
            srer_db.min(MOST_SRER_DB) + length - 2.0 * octaves(100.0) - 8.0 * octaves(4_000.0)
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
mod tests {
    use std::f64::consts::TAU;
    use std::sync::atomic::AtomicBool;

    use super::super::fit::Fit;
    use super::super::testing::white_noise;
    use super::*;
    use crate::dsp::simd_level::SimdLevel;

    #[test]
    fn windows_last_as_long_at_all_rates() {
        for rate_hz in [
            8_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 384_000.0,
        ] {
            let lengths = windows(rate_hz);
            assert!(
                lengths.iter().all(|length| length.is_power_of_two()),
                "{rate_hz}"
            );
            assert!(lengths.is_sorted() && lengths[0] >= 256, "{rate_hz}");
            let longest_s = lengths[3] as f64 / rate_hz;
            assert!((0.06..0.13).contains(&longest_s), "{rate_hz}: {longest_s}");
        }
        assert_eq!(windows(44_100.0), windows(48_000.0));
    }

    #[test]
    fn a_sound_lasts_for_two_of_its_windows() {
        assert_eq!(lengths(44_100.0, 44_100), [512, 1_024, 2_048, 4_096]);
        assert_eq!(lengths(44_100.0, 4_095), [512, 1_024]);
        assert_eq!(lengths(44_100.0, 1), [512]);
        assert_eq!(lengths(8_000.0, 1_024), [256, 512]);
    }

    #[test]
    fn frames_are_as_close_as_a_bank_needs() {
        let longest = windows(384_000.0)[3];
        for kind in [AnalysisFit::Musical, AnalysisFit::Exact] {
            assert_eq!(resolution(kind, longest).hop, 4_096);
        }
    }

    #[test]
    fn the_shares_of_the_progress_are_one_at_most() {
        for sample_rate_hz in [8_000.0, 16_000.0, 44_100.0] {
            for kind in [AnalysisFit::Musical, AnalysisFit::Exact] {
                let samples: Vec<f32> = (0..sample_rate_hz as usize / 2)
                    .map(|n| 0.1 * libm::sinf(0.3 * n as f32))
                    .collect();
                let fit = Fit {
                    level: SimdLevel::chosen(),
                    samples: &samples,
                    sample_rate_hz,
                    onsets: &[],
                    is_cancelled: &AtomicBool::new(false),
                };
                let mut sum = 0.0;
                let mut advance = |part: f64| sum += part;
                match kind {
                    AnalysisFit::Musical => choose(&fit, &mut advance).map(|_| ()),
                    AnalysisFit::Exact => choose_layers(&fit, &mut advance).map(|_| ()),
                }
                .expect("not cancelled");
                assert!((0.5..1.0 + 1e-9).contains(&sum), "{sample_rate_hz}: {sum}");
            }
        }
    }

    #[test]
    fn breakpoints_cost_from_a_number_on() {
        let exact = |knots| score_db(AnalysisFit::Exact, 0.25, 60.0, knots);
        assert_eq!([exact(12_000.0), exact(48_000.0)], [66.0, 62.0]);
        assert_eq!(score_db(AnalysisFit::Exact, 0.5, 60.0, 12_000.0), 63.0);
        assert_eq!([3.0, 4.5].map(slowed_cost_db), [0.0, 20.0]);
        let musical = |srer_db, knots| score_db(AnalysisFit::Musical, 0.25, srer_db, knots);
        assert_eq!(musical(30.0, 100.0), 28.0);
        assert_eq!(musical(30.0, 3_200.0), 28.0 - 2.0 * 5.0);
        let doubled = musical(30.0, 8_000.0) - musical(30.0, 16_000.0);
        assert!((doubled - 10.0).abs() < 1e-9, "{doubled}");
        assert_eq!(musical(60.0, 1_000.0), musical(38.0, 1_000.0));
        assert_eq!(score_db(AnalysisFit::Musical, 0.5, 30.0, 100.0), 29.0);
    }

    #[test]
    fn the_loudest_stretch_is_found_to_an_eighth_of_it() {
        let mut samples = vec![0.0_f32; 10_000];
        samples[6_300..7_100].fill(0.5);
        let found = loudest(&samples, 800);
        let energy: f32 = found.iter().map(|x| x * x).sum();
        assert!(found.len() == 800 && energy >= 0.25 * 700.0, "{energy}");
        // All of what is shorter, and the first of what is as loud.
        assert_eq!(loudest(&samples[..100], 800).len(), 100);
        let even = vec![0.1_f32; 4_000];
        assert!(std::ptr::eq(loudest(&even, 800), &even[..800]));
        assert!(loudest(&[], 800).is_empty());
    }

    /// The resolution that is chosen, in noise of this amplitude, for a sound of these partials: frequency in Hz, decay and onset in s.
    fn chosen(partials: &[(f64, f64, f64)], noise: f32) -> Resolution {
        let sample_rate_hz = 44_100.0;
        let noises = white_noise(11, 44_100);
        let sample = |n: usize| {
            let time_s = n as f64 / sample_rate_hz;
            let sounding = partials.iter().filter(|(.., onset_s)| time_s >= *onset_s);
            let sum: f64 = sounding
                .map(|(hz, decay_s, onset_s)| {
                    let since_s = time_s - onset_s;
                    0.1 * (-since_s / decay_s).exp() * (TAU * hz * since_s).sin()
                })
                .sum();
            sum as f32 + noise * noises[n]
        };
        let samples: Vec<f32> = (0..44_100).map(sample).collect();
        let is_cancelled = AtomicBool::new(false);
        let onsets = onsets::onsets(&samples, sample_rate_hz, &is_cancelled);
        let onsets = onsets.expect("not cancelled");
        let fit = Fit {
            level: SimdLevel::chosen(),
            samples: &samples,
            sample_rate_hz,
            onsets: AnalysisFit::Musical.onsets(&onsets),
            is_cancelled: &is_cancelled,
        };
        choose(&fit, &mut |_| {}).expect("not cancelled")
    }

    /// Partials that are close need a long window, those that are struck again and again a short one.
    #[test]
    fn close_partials_have_a_longer_window_than_quick_notes() {
        let close = [
            (400.0, 9.0, 0.0),
            (430.0, 9.0, 0.0),
            (460.0, 9.0, 0.0),
            (490.0, 9.0, 0.0),
        ];
        let quick: Vec<_> = (0..12)
            .map(|k| (600.0 + 333.0 * f64::from(k % 5), 0.03, 0.08 * f64::from(k)))
            .collect();
        let [close, quick] = [chosen(&close, 0.0), chosen(&quick, 0.0)].map(|chosen| chosen.window);
        assert!(close > quick, "{close} {quick}");
        assert!(close >= 2_048, "{close}");
    }

    /// Voices that beat are nearer with frames twice as close; a steady tone in noise is not.
    #[test]
    fn beating_voices_have_closer_frames_than_a_steady_tone() {
        let choir: Vec<_> = [300.0, 600.0, 900.0]
            .iter()
            .flat_map(|hz| {
                [-9.0, -4.0, 0.0, 5.0, 11.0].map(|apart| (hz + apart * hz / 300.0, 9.0, 0.0))
            })
            .collect();
        let [choir, tone] = [chosen(&choir, 0.0), chosen(&[(300.0, 9.0, 0.0)], 0.01)];
        assert_eq!(choir.window / choir.hop, 8, "{choir:?}");
        assert_eq!(tone.window / tone.hop, 4, "{tone:?}");
    }
}
