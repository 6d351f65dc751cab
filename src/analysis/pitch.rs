//! The fundamental frequency, and which harmonic each partial is.
//!
//! Every 20 ms, candidates are the strongest partials' frequencies divided by 1 to 8. A candidate's
//! score is the share of the partials' weights (roots of their amplitudes) that lie within a quarter of
//! a harmonic's distance of harmonics, nearer ones counting more, times ½ + ½ of the share of the first
//! harmonics that are there: the first factor prefers low candidates, the second refuses those between
//! whose harmonics most are missing. The sound's fundamental is the mode of all frames in cents,
//! weighted by energy, since an octave error of some frames then does no harm; confidence is the share
//! of energy within 60 cents of it, times the mean score there. A glide or a melody has a low one.
//!
//! Labels: n = round(f/f₀) where |f/(n·f₀) − 1| < 3 % and f/f₀ is within 0.3 of n, with f₀ that of the frame
//! where it is near the sound's. Stiff strings have f_n = n·f₀·√(1 + B·n²) (Fletcher 1964): B from 0 to
//! 0.01 is the one that brings f/f₀ nearest to whole numbers.

use std::sync::atomic::AtomicBool;

use super::refit::course::{Course, Grid};
use crate::cancelled::Cancelled;

const FRAME_S: f64 = 0.02;
const RANGE_HZ: std::ops::RangeInclusive<f64> = 25.0..=4_200.0;
/// Partials of a frame that are looked at.
const MOST: usize = 40;
const DIVISORS: usize = 8;
const FIRST_HARMONICS: usize = 8;

/// A fundamental frequency over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pitch {
    /// The sound's.
    pub root_hz: f64,
    /// 0 to 1: below ½ it is a guess.
    pub confidence: f64,
    /// Stiffness B of the string; 0 for exact harmonics.
    pub stiffness: f64,
    /// The pitch of each frame of 20 ms; `None` where there is none, or none near the sound's.
    frames: Vec<Option<f64>>,
}

/// Frequency in Hz and amplitude of a partial in a frame.
type Sine = (f64, f64);

/// The strongest partials of each frame of 20 ms.
fn frames(
    courses: &[Course],
    grid: Grid,
    sample_rate_hz: f64,
    is_cancelled: &AtomicBool,
) -> Result<Vec<Vec<Sine>>, Cancelled> {
    let every = ((FRAME_S * sample_rate_hz / grid.hop as f64) as usize).max(1);
    let mut frames: Vec<Vec<Sine>> = vec![Vec::new(); grid.segments / every + 1];
    for course in courses {
        Cancelled::check(is_cancelled)?;
        let first = course.first.div_ceil(every) * every;
        for knot in (first..=course.last()).step_by(every) {
            let at = knot - course.first;
            let sine = (
                course.frequencies[at] * sample_rate_hz,
                f64::from(course.amplitudes[at]),
            );
            if sine.1 > 0.0 {
                frames[knot / every].push(sine);
            }
        }
    }
    for frame in &mut frames {
        Cancelled::check(is_cancelled)?;
        frame.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
        frame.truncate(MOST);
        let least = frame.first().map_or(0.0, |loudest| 1e-3 * loudest.1);
        frame.retain(|sine| sine.1 >= least);
    }
    Ok(frames)
}

/// How well the harmonics of `root_hz` explain these partials, 0 to 1.
fn score(sines: &[Sine], root_hz: f64) -> f64 {
    let (mut total, mut explained) = (0.0, 0.0);
    let mut is_there = [false; FIRST_HARMONICS];
    for (hz, amplitude) in sines {
        let weight = libm::sqrt(*amplitude);
        let ratio = hz / root_hz;
        let harmonic = libm::round(ratio).max(1.0);
        let near = (1.0 - (ratio - harmonic).abs() / 0.25).max(0.0);
        total += weight;
        explained += weight * near;
        if near > 0.3 && harmonic as usize <= FIRST_HARMONICS {
            is_there[harmonic as usize - 1] = true;
        }
    }
    let highest = sines.iter().map(|sine| sine.0).fold(0.0, f64::max);
    let expected = ((highest / root_hz + 0.5) as usize).clamp(1, FIRST_HARMONICS);
    let found = is_there[..expected]
        .iter()
        .filter(|is_there| **is_there)
        .count();
    explained / total * (0.5 + 0.5 * found as f64 / expected as f64)
}

/// The best candidate of a frame and its score.
fn best(sines: &[Sine]) -> Option<(f64, f64)> {
    let candidates = sines
        .iter()
        .take(6)
        .flat_map(|sine| (1..=DIVISORS).map(move |divisor| sine.0 / divisor as f64))
        .filter(|hz| RANGE_HZ.contains(hz));
    candidates
        .map(|hz| (hz, score(sines, hz)))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)))
}

impl Pitch {
    /// The pitch of a sound; `root_hz` is the pitch that a person or a file's name gives.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn new(
        courses: &[Course],
        grid: Grid,
        sample_rate_hz: f64,
        root_hz: Option<f64>,
        is_cancelled: &AtomicBool,
    ) -> Result<Option<Pitch>, Cancelled> {
        let frames = frames(courses, grid, sample_rate_hz, is_cancelled)?;
        let mut found: Vec<Option<(f64, f64, f64)>> = Vec::with_capacity(frames.len());
        for sines in &frames {
            Cancelled::check(is_cancelled)?;
            let energy = sines.iter().map(|sine| sine.1 * sine.1).sum::<f64>();
            found.push(best(sines).map(|(hz, score)| (hz, score, energy)));
        }
        let Some((mode_hz, confidence)) = mode(&found, is_cancelled)? else {
            return Ok(None);
        };
        let root = root_hz.unwrap_or(mode_hz);
        let is_near = |hz: f64| cents(hz, root).abs() < 700.0;
        let near =
            |found: &Option<(f64, f64, f64)>| found.map(|found| found.0).filter(|hz| is_near(*hz));
        let mut pitch = Pitch {
            root_hz: root,
            confidence: if root_hz.is_some() { 1.0 } else { confidence },
            stiffness: 0.0,
            frames: found.iter().map(near).collect(),
        };
        pitch.stiffness = pitch.stiffest(&frames, is_cancelled)?;
        Ok(Some(pitch))
    }

    /// The number of the harmonic that a course is; `None` for none.
    pub fn label(&self, course: &Course, grid: Grid, sample_rate_hz: f64) -> Option<u32> {
        let every = ((FRAME_S * sample_rate_hz / grid.hop as f64) as usize).max(1);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (at, (frequency, amplitude)) in course
            .frequencies
            .iter()
            .zip(&course.amplitudes)
            .enumerate()
        {
            let frame = (course.first + at) / every;
            let root = self
                .frames
                .get(frame)
                .copied()
                .flatten()
                .unwrap_or(self.root_hz);
            let weight = f64::from(*amplitude);
            sum += weight * frequency * sample_rate_hz / root;
            weights += weight;
        }
        let ratio = unstretched(sum / weights, self.stiffness);
        let label = libm::round(ratio);
        let is_label = label >= 1.0 && (ratio - label).abs() < (0.03 * label).min(0.3);
        is_label.then_some(label as u32)
    }

    /// B by trial, on the partials of all frames.
    fn stiffest(&self, frames: &[Vec<Sine>], is_cancelled: &AtomicBool) -> Result<f64, Cancelled> {
        let distance = |stiffness: f64| {
            let (mut sum, mut weights) = (0.0, 1e-30);
            for sines in frames {
                for (hz, amplitude) in sines {
                    let ratio = unstretched(hz / self.root_hz, stiffness);
                    let weight = libm::sqrt(*amplitude) * ratio.clamp(0.0, 8.0);
                    sum += weight * (ratio - libm::round(ratio)).abs();
                    weights += weight;
                }
            }
            sum / weights
        };
        let plain = distance(0.0);
        let (mut least, mut best) = (f64::INFINITY, 0.0);
        for step in 0..40 {
            Cancelled::check(is_cancelled)?;
            let stiffness = 1e-5 * libm::exp2(f64::from(step) / 4.0);
            let distance = distance(stiffness);
            if distance < least {
                (least, best) = (distance, stiffness);
            }
        }
        Ok(if least < 0.7 * plain { best } else { 0.0 })
    }
}

fn cents(hz: f64, root_hz: f64) -> f64 {
    1200.0 * libm::log2(hz / root_hz)
}

/// n of f/f₀ = n·√(1 + B·n²).
fn unstretched(ratio: f64, stiffness: f64) -> f64 {
    if stiffness == 0.0 {
        return ratio;
    }
    let square = (libm::sqrt(1.0 + 4.0 * stiffness * ratio * ratio) - 1.0) / (2.0 * stiffness);
    libm::sqrt(square)
}

/// The frequency that most of the energy is near, and the confidence in it.
fn mode(
    found: &[Option<(f64, f64, f64)>],
    is_cancelled: &AtomicBool,
) -> Result<Option<(f64, f64)>, Cancelled> {
    let found: Vec<(f64, f64, f64)> = found.iter().flatten().copied().collect();
    let total: f64 = found.iter().map(|found| found.2).sum();
    let support = |hz: f64| {
        let near = found.iter().filter(|found| cents(found.0, hz).abs() < 60.0);
        near.map(|found| found.1 * found.2).sum::<f64>()
    };
    // At most 400 of them: the sum over all pairs of a long sound would take minutes.
    let every = found.len().div_ceil(400).max(1);
    let mut supports: Vec<(f64, f64)> = Vec::new();
    for found in found.iter().step_by(every) {
        Cancelled::check(is_cancelled)?;
        supports.push((support(found.0), found.0));
    }
    let centre = supports
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let Some((_, centre)) = centre else {
        return Ok(None);
    };
    let mut near: Vec<(f64, f64)> = found
        .iter()
        .filter(|found| cents(found.0, centre).abs() < 60.0)
        .map(|found| (found.0, found.2))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * near.iter().map(|near| near.1).sum::<f64>();
    let mut sum = 0.0;
    let median = near.iter().find(|near| {
        sum += near.1;
        sum >= half
    });
    Ok(median.map(|median| (median.0, support(centre) / total)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 44_100.0;

    fn pitch_of(courses: &[Course], grid: Grid, root_hz: Option<f64>) -> Option<Pitch> {
        let found = Pitch::new(courses, grid, RATE_HZ, root_hz, &AtomicBool::new(false));
        found.expect("not cancelled")
    }

    /// Steady courses of these frequencies in Hz and amplitudes, a second long.
    fn courses(sines: &[Sine]) -> (Vec<Course>, Grid) {
        let grid = Grid::new(256, 44_100);
        let course = |(hz, amplitude): &Sine| Course {
            phases: vec![0.0; grid.segments + 1],
            frequencies: vec![hz / RATE_HZ; grid.segments + 1],
            amplitudes: vec![*amplitude as f32; grid.segments + 1],
            ..Course::default()
        };
        (sines.iter().map(course).collect(), grid)
    }

    fn pitch(sines: &[Sine]) -> Pitch {
        let (courses, grid) = courses(sines);
        pitch_of(&courses, grid, None).expect("a pitch")
    }

    fn harmonics(root_hz: f64, numbers: &[u32]) -> Vec<Sine> {
        let sine = |n: &u32| (root_hz * f64::from(*n), 1.0 / f64::from(*n));
        numbers.iter().map(sine).collect()
    }

    #[test]
    fn harmonic_sounds_have_their_fundamental() {
        let all: Vec<u32> = (1..=20).collect();
        let odd: Vec<u32> = (1..=20).step_by(2).collect();
        for (root_hz, numbers) in [
            (55.0, &all[..]),
            (440.0, &all[..]),
            (233.1, &odd[..]),
            // Without the fundamental, and with the first alone.
            (98.0, &all[1..]),
            (261.6, &all[..1]),
        ] {
            let found = pitch(&harmonics(root_hz, numbers));
            assert!(
                (found.root_hz / root_hz - 1.0).abs() < 1e-6,
                "{root_hz}: {found:?}"
            );
            assert!(found.confidence > 0.7, "{root_hz}: {}", found.confidence);
            assert_eq!(found.stiffness, 0.0);
        }
    }

    #[test]
    fn a_stiff_string_is_labelled_to_its_twentieth_partial() {
        let stiffness = 4e-4;
        let hz = |n: f64| 110.0 * n * libm::sqrt(1.0 + stiffness * n * n);
        let sines: Vec<Sine> = (1..=20)
            .map(|n| (hz(f64::from(n)), 1.0 / f64::from(n)))
            .collect();
        let (courses, grid) = courses(&sines);
        let found = pitch_of(&courses, grid, Some(hz(1.0))).expect("a pitch");
        assert!(
            (found.stiffness / stiffness - 1.0).abs() < 0.2,
            "{}",
            found.stiffness
        );
        for (index, course) in courses.iter().enumerate() {
            assert_eq!(found.label(course, grid, RATE_HZ), Some(index as u32 + 1));
        }
    }

    #[test]
    fn what_is_between_harmonics_has_no_label() {
        let mut sines = harmonics(200.0, &[1, 2, 3, 4, 5, 6]);
        sines.push((500.0, 0.01));
        let (courses, grid) = courses(&sines);
        let found = pitch_of(&courses, grid, None).expect("a pitch");
        assert_eq!(found.label(&courses[6], grid, RATE_HZ), None);
        assert_eq!(found.label(&courses[5], grid, RATE_HZ), Some(6));
    }

    #[test]
    fn silence_has_no_pitch() {
        let grid = Grid::new(256, 44_100);
        assert_eq!(pitch_of(&[], grid, None), None);
    }
}
